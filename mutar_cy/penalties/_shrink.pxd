# The proximal step of the Frobenius norm of a block plus a ridge.
from libc.math cimport fabs, sqrt

from mutar_cy._lib._blas cimport dot

cdef enum:
    ROOT_STEPS = 60  # upper bound of Newton steps: tests need three to five


cdef inline double length(
    const double* w,          # (size,)
    const double* curvature,  # (size,)
    int size,
    double threshold,
    double ridge,
    double norm,              # of curvature * w; above threshold
) noexcept nogil:
    """Return the norm of the proximal point where curvatures differ.

    The norm is the root in t of |curvature * w / ((curvature + ridge) t + threshold)|
    = 1. The reciprocal of the left side is convex and nearly linear, so that Newton's
    method from the left, at the largest curvature, increases monotonically to the root.
    """
    # Relative step at which Newton's iteration ends: it converges quadratically, so
    # that the next step would be its square.
    cdef double accuracy = 1e-9
    cdef double largest = 0.0, t, step, square, slope, inverse, term
    cdef int k, _
    for k in range(size):
        if curvature[k] > largest:
            largest = curvature[k]
    t = (norm - threshold) / (largest + ridge)
    for _ in range(ROOT_STEPS):
        square = slope = 0.0
        for k in range(size):
            inverse = 1.0 / ((curvature[k] + ridge) * t + threshold)
            term = (curvature[k] * w[k] * inverse) ** 2
            square += term
            slope += term * inverse * (curvature[k] + ridge)
        step = (sqrt(square) - 1.0) * square / slope
        t += step
        if fabs(step) <= accuracy * t:
            break
    return t


cdef inline void shrink(
    double* w,                # (size,) replaced
    const double* curvature,  # (size,), or (1,) if uniform
    int size,
    bint uniform,
    double threshold,
    double ridge,
) noexcept nogil:
    """Minimise ``sum curvature (u - w)^2 / 2 + threshold |u| + ridge |u|^2 / 2``."""
    # In terms of curvature * w this is soft thresholding of the norm, then a division.
    cdef double square = 0.0, norm
    cdef int k
    if uniform:
        norm = curvature[0] * sqrt(dot(size, w, w))
    else:
        for k in range(size):
            square += (curvature[k] * w[k]) ** 2
        norm = sqrt(square)
    if norm <= threshold:
        for k in range(size):
            w[k] = 0.0
    elif uniform:
        norm = (1.0 - threshold / norm) * curvature[0] / (curvature[0] + ridge)
        for k in range(size):
            w[k] *= norm
    elif threshold == 0.0:
        for k in range(size):
            if curvature[k] > 0.0:
                w[k] *= curvature[k] / (curvature[k] + ridge)
            elif ridge > 0.0:
                w[k] = 0.0
    else:
        norm = length(w, curvature, size, threshold, ridge, norm)
        for k in range(size):
            w[k] *= curvature[k] * norm / (
                (curvature[k] + ridge) * norm + threshold
            )
