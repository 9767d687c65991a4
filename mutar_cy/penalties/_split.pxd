"""The two scalar equations of a split into a shared and a specific part."""

from libc.math cimport INFINITY, fabs, fmax, fmin, sqrt


cdef inline double cap(
    const double* w,          # (size,)
    int size,
    double ratio,             # alpha over beta
) noexcept nogil:
    """Where entries are cut off to give the shared part.

    At the cap t, ``sum_k min(w_k^2, t^2) = (alpha t / beta)^2``. With the entries
    above t known this is linear in t^2; starting with none above, t falls to the
    solution and entries only join them.
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
) noexcept nogil:
    """Smallest m >= 0 for which the pull, cut off at beta, has norm alpha at most.

    With the entries that are cut off known, the rest has a norm to reach; starting
    with none, m falls to the solution and entries only join them.
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
            if c * fabs(w[k]) > beta * (1.0 + m * c):
                count += 1
        left = alpha * alpha - count * beta * beta
        if count <= above:
            return m
        if left <= 0.0:
            return 0.0
        above = count
        m = root(w, curvature, size, uniform, sqrt(left), m, beta)


cdef inline double root(
    const double* w,
    const double* curvature,
    int size,
    bint uniform,
    double norm,              # to be reached
    double before,            # the multiplier that says what is cut off
    double beta,
) noexcept nogil:
    """The m for which the pull of what is not cut off has a given norm.

    The reciprocal of that norm is concave in m and nearly linear: Newton from the
    left rises to the root monotonically, and with one curvature at once.
    """
    cdef double largest = 0.0, c = curvature[0]
    cdef double square = 0.0, slope, pull, m, step, inverse
    cdef int k, _
    for k in range(size):
        if not uniform:
            c = curvature[k]
        largest = c if c > largest else largest
        if not c * fabs(w[k]) > beta * (1.0 + before * c):
            square += (c * w[k]) ** 2
    # In units of the largest curvature, so that no product leaves the range of floats.
    m = fmax(sqrt(square) / norm - 1.0, 0.0)
    if uniform:
        return m / largest
    for _ in range(60):  # a bound: three to five are met
        square = slope = 0.0
        for k in range(size):
            c = curvature[k]
            if not c * fabs(w[k]) > beta * (1.0 + before * c):
                inverse = 1.0 / (1.0 + m * (c / largest))
                pull = (c * w[k] * inverse) ** 2
                square += pull
                slope += pull * inverse * (c / largest)
        if not slope > 0.0:
            break
        step = (sqrt(square) / norm - 1.0) * square / slope
        m += step
        if fabs(step) <= 1e-12 * m:
            break
    return m / largest
