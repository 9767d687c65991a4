"""The value that the coefficients of a block have in common."""

from libc.math cimport ceil, fabs, fmax, sqrt
from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memcpy

cdef enum:
    ROOT_STEPS = 200  # upper bound of the steps to a root: bisection ends in 60


cdef inline int compare(const void* one, const void* other) noexcept nogil:
    cdef double a = (<const double*> one)[0], b = (<const double*> other)[0]
    return (a > b) - (a < b)


cdef inline double sign(double value) noexcept nogil:
    return 1.0 if value > 0.0 else -1.0 if value < 0.0 else 0.0


cdef inline double median(
    const double* w,          # (size,)
    int size,
    double ratio,             # beta over alpha
) noexcept nogil:
    """Return the b that minimises ``|b| + ratio * sum_k |w_k - b|``.

    It is a weighted median of the entries and of zero: 0 where that is one.
    """
    cdef double* ordered
    cdef double found, least = (size - 1.0 / ratio) / 2.0
    cdef int above = 0, below = 0, k, rank
    for k in range(size):
        above += w[k] > 0.0
        below += w[k] < 0.0
    if size - above >= least and size - below >= least:
        return 0.0
    ordered = <double*> malloc(size * sizeof(double))
    if ordered == NULL:
        return 0.0  # then the value is an upper bound
    memcpy(ordered, w, size * sizeof(double))
    qsort(ordered, size, sizeof(double), compare)
    rank = <int> ceil(least)
    found = ordered[rank - 1] if size - above < least else ordered[size - rank]
    free(ordered)
    return found


cdef inline double mean_between(
    const double* w,          # (size,)
    int size,
    double ratio,             # beta over alpha
    double reach,             # alpha over the sum of curvatures; 0 without data
) noexcept nogil:
    """Return the b of the rows: the mean, moved towards zero.

    Without data it minimises ``|b| + ratio * |w - b|``, with the norm of the
    difference; with equal curvatures, the proximal step.
    """
    cdef double mean = 0.0, square = 0.0, excess = size * ratio * ratio - 1.0
    cdef int k
    if not excess > 0.0:  # a deviation of all entries never costs more
        return 0.0
    for k in range(size):  # exact where all entries are equal
        mean += w[k] - w[0]
    mean = w[0] + mean / size
    for k in range(size):
        square += (w[k] - mean) ** 2
    reach = fmax(reach, sqrt(square / (size * excess)))
    return mean - sign(mean) * reach if fabs(mean) > reach else 0.0


cdef inline double norm_about(
    const double* w,          # (size,)
    const double* curvature,  # (size,)
    int size,
    double b,
    double beta,
) noexcept nogil:
    """Return the norm of what is left of ``w - b`` by the proximal step of its norm.

    As `length` of the group lasso: the root in t of ``|c (w - b) / (c t + beta)| = 1``,
    whose reciprocal is nearly linear, by Newton's method from the left.
    """
    cdef double square = 0.0, largest = 0.0, slope, term, inverse, t, step
    cdef int k, _
    for k in range(size):
        square += (curvature[k] * (w[k] - b)) ** 2
        largest = fmax(largest, curvature[k])
    if not square > beta * beta:
        return 0.0
    t = (sqrt(square) - beta) / largest
    for _ in range(ROOT_STEPS):
        square = slope = 0.0
        for k in range(size):
            inverse = 1.0 / (curvature[k] * t + beta)
            term = (curvature[k] * (w[k] - b) * inverse) ** 2
            square += term
            slope += term * inverse * curvature[k]
        step = (sqrt(square) - 1.0) * square / slope
        t += step
        if fabs(step) <= 1e-9 * t:  # the next one would be its square
            break
    return t


cdef inline double pull(
    const double* w,
    const double* curvature,  # (size,), or (1,) if uniform
    int size,
    bint uniform,
    double b,
    double beta,
    bint rows,
    double* slope,            # written: minus the derivative by b
) noexcept nogil:
    """Return the sum of the gradients that deviations from b leave to b."""
    cdef double c = curvature[0], total = 0.0, one
    cdef int k
    slope[0] = 0.0
    if rows:
        return pull_of_rows(w, curvature, size, b, beta, slope)
    for k in range(size):
        if not uniform:
            c = curvature[k]
        one = c * (w[k] - b)
        if fabs(one) <= beta:
            total += one
            slope[0] += c
        else:
            total += beta * sign(one)
    return total


cdef inline double pull_of_rows(
    const double* w,
    const double* curvature,  # (size,)
    int size,
    double b,
    double beta,
    double* slope,            # written
) noexcept nogil:
    """Return `pull` where the deviations have a norm, which changes with b."""
    cdef double norm = norm_about(w, curvature, size, b, beta)
    cdef double c, share, one, total = 0.0, mixed = 0.0, bent = 0.0
    cdef int k
    for k in range(size):
        c = curvature[k]
        share = 1.0 / (c * norm + beta)
        one = c * (w[k] - b) * share
        total += beta * one
        slope[0] += beta * c * share
        mixed += c * share * one
        bent += c * share * one * one
    if norm > 0.0 and bent > 0.0:
        slope[0] -= beta * mixed * mixed / bent
    return total


cdef inline double common_prox(
    const double* w,
    const double* curvature,  # (size,), or (1,) if uniform
    int size,
    bint uniform,
    double alpha,
    double beta,
    bint rows,
) noexcept nogil:
    """Return the b of the proximal step: the root of a decreasing function of b.

    Newton's method for a piecewise linear function, with bisection as its safeguard.
    """
    cdef:
        double slope = 0.0, left, right = 0.0, b, last, side, excess
        int k, _
    if rows and uniform:
        return mean_between(w, size, beta / alpha, alpha / (size * curvature[0]))
    excess = pull(w, curvature, size, uniform, 0.0, beta, rows, &slope)
    side = sign(excess)
    if fabs(excess) <= alpha:
        return 0.0
    left = b = 0.0  # distances from zero, towards the root
    for k in range(size):
        right = fmax(right, side * w[k])
    excess = fabs(excess) - alpha
    for _ in range(ROOT_STEPS):
        last = b
        if slope > 0.0 and left < b + excess / slope < right:
            b += excess / slope
        else:
            b = 0.5 * (left + right)
        if fabs(b - last) <= 4e-16 * b:
            break
        excess = side * pull(
            w, curvature, size, uniform, side * b, beta, rows, &slope
        ) - alpha
        if excess > 0.0:
            left = b
        else:
            right = b
        if fabs(excess) <= 4e-16 * alpha or right - left <= 4e-16 * right:
            break
    return side * b
