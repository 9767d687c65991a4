# The proximal step of a norm of a block.
from libc.math cimport fabs, sqrt

from mutar_cy._lib._blas cimport dot

cdef enum:
    ROOT_STEPS = 60  # a bound: three to five are met


cdef inline double length(
    const double* w,          # (size,)
    const double* curvature,  # (size,)
    int size,
    double threshold,
    double ridge,
    double norm,              # of curvature * w, above threshold
) noexcept nogil:
    """Norm of the proximal point when curvatures differ.

    It is the root in t of |curvature * w / ((curvature + ridge) t + threshold)|
    = 1, whose reciprocal is convex and nearly linear: Newton from the left,
    at the largest curvature, rises to it monotonically.
    """
    cdef double accuracy = 1e-9  # of a step: the next would be its square
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
    # In u = curvature * w the problem reads: shrink u, then divide.
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
