"""The two scalar equations of the split into a shared and a specific part."""

from libc.math cimport INFINITY, fabs, fmax, fmin, sqrt


cdef inline double cap(
    const double* w,          # (size,)
    int size,
    double ratio,             # alpha over beta
) noexcept nogil:
    """Return the cap: the size at which entries are clipped for the shared part.

    The cap t solves ``sum_k min(w_k^2, t^2) = (alpha t / beta)^2``, which is linear in
    t^2 for a known set of entries above t. Starting with the empty set, t decreases to
    the solution and the set only grows.
    """
    cdef double t = INFINITY, square
    cdef int above = -1, count, k
    while True:
        count, square = 0, 0.0
        for k in range(size):
            if fabs(w[k]) > t:
                count += 1
            else:
                square += w[k] * w[k]
        if count <= above:
            return t
        if count >= ratio * ratio:
            return 0.0
        above = count
        t = sqrt(square / (ratio * ratio - count))


cdef inline double multiplier(
    const double* w,          # (size,)
    const double* curvature,  # (size,), or (1,) if uniform
    int size,
    bint uniform,
    double alpha,
    double beta,
    double ridge,
) noexcept nogil:
    """Return the smallest m >= 0 for which the clipped gradient has norm <= alpha.

    Its entries are ``curvature * w / (1 + m * (curvature + ridge))``, clipped at beta.
    For a known set of clipped entries, the norm of the others is known. Starting with
    the empty set, m decreases to the solution and the set only grows.
    """
    cdef double m = INFINITY, left, square = 0.0, c = curvature[0]
    cdef int above = -1, count, k
    for k in range(size):
        if not uniform:
            c = curvature[k]
        square += fmin(c * fabs(w[k]), beta) ** 2
    if square <= alpha * alpha:
        return 0.0
    while True:
        count = 0
        for k in range(size):
            if not uniform:
                c = curvature[k]
            if c * fabs(w[k]) > beta * (1.0 + m * (c + ridge)):
                count += 1
        left = alpha * alpha - count * beta * beta
        if count <= above:
            return m
        if left <= 0.0:
            return 0.0
        above = count
        m = root(w, curvature, size, uniform, sqrt(left), m, beta, ridge)


cdef inline double root(
    const double* w,
    const double* curvature,
    int size,
    bint uniform,
    double norm,              # of the entries that are not clipped
    double before,            # multiplier that decides which entries are clipped
    double beta,
    double ridge,
) noexcept nogil:
    """Return the m for which the entries that are not clipped have a given norm.

    The reciprocal of that norm is concave in m and nearly linear, so that Newton's
    method from the left increases monotonically to the root; with equal curvatures one
    step suffices.
    """
    cdef double largest = 0.0, c = curvature[0]
    cdef double square = 0.0, slope, term, m, step, inverse
    cdef int k, _
    for k in range(size):
        if not uniform:
            c = curvature[k]
        largest = c + ridge if c + ridge > largest else largest
        if not c * fabs(w[k]) > beta * (1.0 + before * (c + ridge)):
            square += (c * w[k]) ** 2
    # In units of the largest curvature no product over- or underflows.
    m = fmax(sqrt(square) / norm - 1.0, 0.0)
    if uniform:
        return m / largest
    for _ in range(60):  # upper bound: tests need three to five
        square = slope = 0.0
        for k in range(size):
            c = curvature[k]
            if not c * fabs(w[k]) > beta * (1.0 + before * (c + ridge)):
                inverse = 1.0 / (1.0 + m * ((c + ridge) / largest))
                term = (c * w[k] * inverse) ** 2
                square += term
                slope += term * inverse * ((c + ridge) / largest)
        if not slope > 0.0:
            break
        step = (sqrt(square) / norm - 1.0) * square / slope
        m += step
        if fabs(step) <= 1e-12 * m:
            break
    return m / largest
