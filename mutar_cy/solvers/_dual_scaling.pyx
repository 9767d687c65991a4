"""The multiple of a residual that has the largest dual value."""

from libc.math cimport INFINITY

# Upper bound of the steps to the best scale with a ridge: each piece of the dual is
# visited at most once, and tests need a few.
cdef int NEWTON_STEPS = 40


cdef double best_dual(
    double square,
    double inner,
    const double* norms,       # (n_blocks,)
    const double* thresholds,  # (n_blocks,)
    Py_ssize_t n_blocks,
    double ridge,
    double limit,
    double* scale,             # written
) noexcept nogil:
    """Return the largest dual value of a multiple of the residual, and the multiple."""
    cdef double s = 0.0
    cdef Py_ssize_t b
    if square > 0.0:
        s = min(max(inner / square, 0.0), limit)
    if ridge > 0.0:
        return ridge_dual(
            s, square, inner, norms, thresholds, n_blocks, ridge, limit, scale
        )
    for b in range(n_blocks):
        if s * norms[b] > thresholds[b]:
            s = thresholds[b] / norms[b]
    scale[0] = s
    return s * inner - 0.5 * s * s * square


cdef double ridge_dual(
    double start,
    double square,
    double inner,
    const double* norms,
    const double* thresholds,
    Py_ssize_t n_blocks,
    double ridge,
    double limit,
    double* scale,
) noexcept nogil:
    """Return `best_dual` with a ridge, for which every multiple is feasible.

    The dual is piecewise quadratic and concave in the multiple: Newton's method ends as
    soon as it stays on a piece.
    """
    cdef double best = 0.0, value = 0.0, s, above, top, curvature, excess, dual, last
    cdef Py_ssize_t b
    cdef int _, trial
    for trial in range(2):
        s, last = start if trial else 1.0, -1.0
        for _ in range(NEWTON_STEPS):
            excess, top, curvature = 0.0, inner, square
            for b in range(n_blocks):
                above = s * norms[b] - thresholds[b]
                if above > 0.0:
                    excess += above * above
                    top += norms[b] * thresholds[b] / ridge
                    curvature += norms[b] * norms[b] / ridge
            dual = s * inner - 0.5 * s * s * square - excess / (2.0 * ridge)
            if dual > value:
                best, value = s, dual
            if curvature <= 0.0 or s == last:
                break
            last, s = s, min(max(top / curvature, 0.0), limit)
    scale[0] = best
    return value


def best_scaling(
    double square,
    double inner,
    const double[::1] norms not None,
    const double[::1] thresholds not None,
    double ridge,
    double limit=INFINITY,
):
    """Return the scale of the residual in [0, limit] with the largest dual value.

    Parameters
    ----------
    square : float
        Squared norm of the residual.
    inner : float
        Inner product of the residual with the target.
    norms : ndarray of shape (n_blocks,)
        Norms of ``X_b' residual``.
    thresholds : ndarray of shape (n_blocks,)
    ridge : float
    limit : float, default=inf

    Returns
    -------
    scale, dual : float
    """
    cdef double scale = 0.0
    cdef double dual = best_dual(
        square, inner, &norms[0], &thresholds[0], norms.shape[0], ridge, limit, &scale
    )
    return scale, dual
