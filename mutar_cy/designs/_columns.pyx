"""Loops over a dense design that would take NumPy several passes.

A design is float32 or float64 and has contiguous rows or columns, with any distance
between them; sums are in double.
"""

import numpy as np

from libc.math cimport INFINITY

ctypedef fused real:
    float
    double


cdef void add_rows(
    const real* x,          # (n, p), rows `stride` apart
    Py_ssize_t n,
    Py_ssize_t p,
    Py_ssize_t stride,
    const double* weight,   # (n,)
    const double* shift,    # (p,)
    double* first,          # (p,) += sum of weight * (x - shift)
    double* second,         # (p,) += sum of weight * (x - shift)^2
) noexcept nogil:
    """Add up moments along contiguous rows, two rows at a time."""
    cdef Py_ssize_t i = 0, j
    cdef const real* y
    cdef double a, b, u, v
    while i < n:
        u = weight[i]
        y = x + (stride if i + 1 < n else 0)
        v = weight[i + 1] if i + 1 < n else 0.0
        for j in range(p):
            a = x[j] - shift[j]
            b = y[j] - shift[j]
            first[j] += u * a + v * b
            second[j] += u * a * a + v * b * b
        x += 2 * stride
        i += 2


cdef void add_columns(
    const real* x,          # (n, p), columns `stride` apart
    Py_ssize_t n,
    Py_ssize_t p,
    Py_ssize_t stride,
    const double* weight,
    const double* shift,
    double* first,
    double* second,
) noexcept nogil:
    """Add up moments along contiguous columns."""
    cdef Py_ssize_t i, j
    cdef double a, b, s0, s1, q0, q1
    for j in range(p):
        s0 = s1 = q0 = q1 = 0.0
        for i in range(0, n - 1, 2):
            a = x[i] - shift[j]
            b = x[i + 1] - shift[j]
            s0 += weight[i] * a
            s1 += weight[i + 1] * b
            q0 += weight[i] * a * a
            q1 += weight[i + 1] * b * b
        if n % 2:
            a = x[n - 1] - shift[j]
            s0 += weight[n - 1] * a
            q0 += weight[n - 1] * a * a
        first[j] = s0 + s1
        second[j] = q0 + q1
        x += stride


cdef void add_squares(
    const real* x,          # (n, p), rows `stride` apart
    Py_ssize_t n,
    Py_ssize_t p,
    Py_ssize_t stride,
    const double* weight,
    double* second,         # (p,) += sum of weight * x^2
) noexcept nogil:
    """Add up squares along contiguous rows, four rows at a time."""
    cdef Py_ssize_t i = 0, j
    cdef const real* y
    cdef const real* z
    cdef const real* t
    cdef double a, b, c, d, u, v, w, s
    while i < n:
        # Beyond the last row, the first one stands in, without weight.
        y = x + (stride if i + 1 < n else 0)
        z = x + (2 * stride if i + 2 < n else 0)
        t = x + (3 * stride if i + 3 < n else 0)
        u = weight[i]
        v = weight[i + 1] if i + 1 < n else 0.0
        w = weight[i + 2] if i + 2 < n else 0.0
        s = weight[i + 3] if i + 3 < n else 0.0
        for j in range(p):
            a = x[j]
            b = y[j]
            c = z[j]
            d = t[j]
            second[j] += (u * a * a + v * b * b) + (w * c * c + s * d * d)
        x += 4 * stride
        i += 4


def column_moments(const real[:, :] X not None, const double[::1] weight not None,
                   bint center):
    """Return the weighted mean and the weighted sum of squares of every column.

    One of the rows is subtracted first, so that an offset of a column costs no digits
    and a constant column has exactly zero squares.

    Parameters
    ----------
    X : ndarray of shape (n, p), float32 or float64
        With contiguous rows or contiguous columns.
    weight : ndarray of shape (n,)
        Non-negative.
    center : bool
        Whether squares are about the mean. Without it the mean is returned as zero.

    Returns
    -------
    mean : ndarray of shape (p,)
    square : ndarray of shape (p,)
        Not finite if an entry of the column is not.
    """
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1]
    cdef double[::1] shift = np.zeros(p), first = np.zeros(p), second = np.zeros(p)
    cdef Py_ssize_t size = sizeof(real)
    if center:
        # A row with weight: one without may hold any values.
        shift = np.array(X[np.argmax(np.asarray(weight) > 0.0)], dtype=np.float64)
    with nogil:
        if not center and (X.strides[1] == size or p == 1):
            add_squares(&X[0, 0], n, p, X.strides[0] // size, &weight[0], &second[0])
        elif X.strides[1] == size or p == 1:
            add_rows(&X[0, 0], n, p, X.strides[0] // size, &weight[0],
                     &shift[0], &first[0], &second[0])
        else:
            add_columns(&X[0, 0], n, p, X.strides[1] // size, &weight[0],
                        &shift[0], &first[0], &second[0])
    if not center:
        return np.zeros(p), np.asarray(second)
    settle_means(p, np.sum(weight), &shift[0], &first[0], &second[0])
    return np.asarray(first), np.asarray(second)


cdef void settle_means(
    Py_ssize_t p,
    double total,           # of the weights
    const double* shift,    # (p,)
    double* first,          # (p,) sums about the shift, replaced by means
    double* second,         # (p,) squares about the shift, then about the means
) noexcept nogil:
    """Turn sums about a shift into means and squares about them."""
    cdef Py_ssize_t j
    cdef double zero
    for j in range(p):
        zero = 0.0 * second[j]  # not finite if the squares are not
        second[j] -= first[j] * first[j] / total
        if second[j] <= zero:
            second[j] = zero
        first[j] = first[j] / total + shift[j]


def clear_constant_columns(
    double[::1] square not None,
    const double[::1] mean not None,
    double total,
    double rounding,
    double large,
):
    """Set the squares of columns to 0 whose spread is rounding.

    Parameters
    ----------
    square : ndarray of shape (p,)
        Sums of squares about the means, changed in place.
    mean : ndarray of shape (p,)
    total : float
        Sum of the weights.
    rounding : float
        Spread that counts as rounding, as a share of the mean.
    large : float
        Ratio of a mean to a spread that is large.

    Returns
    -------
    has_large : bool
        Whether some column with spread has a large mean; False if a mean overflows.
    """
    cdef Py_ssize_t j
    cdef double size
    cdef bint has_large = False, is_finite = True
    for j in range(square.shape[0]):
        size = total * mean[j] * mean[j]
        if square[j] <= rounding * rounding * size:
            square[j] = 0.0
        elif size > large * large * square[j]:
            has_large = True
        if not size < INFINITY:
            is_finite = False
    return has_large and is_finite


def weigh_rows(
    const real[:, :] X not None,
    const double[::1] mean not None,
    const double[::1] sqrt_weight not None,
    const double[::1] scale not None,
    double[:, ::1] out not None,
):
    """Write ``out = sqrt_weight * (X - mean) * scale``, with the shape of X.

    Parameters
    ----------
    X : ndarray of shape (n, p), float32 or float64
        With contiguous rows.
    mean, scale : ndarray of shape (p,)
    sqrt_weight : ndarray of shape (n,)
    out : ndarray of shape (n, p)
    """
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1], i, j
    cdef Py_ssize_t row = X.strides[0] // <Py_ssize_t> sizeof(real)
    cdef const real* x = &X[0, 0]
    cdef double* target = &out[0, 0]
    cdef double root
    with nogil:
        for i in range(n):
            root = sqrt_weight[i]
            for j in range(p):
                target[j] = root * (x[j] - mean[j]) * scale[j]
            x += row
            target += p


def pack_columns(
    const real[:, :] X not None,
    const long long[::1] features not None,
    const double[::1] mean not None,
    const double[::1] sqrt_weight not None,
    const double[::1] scale not None,
    double[:, :] out not None,
):
    """Write ``out[k] = scale[k] * sqrt_weight * (X[:, features[k]] - mean[k])``.

    Parameters
    ----------
    X : ndarray of shape (n, p), float32 or float64
    features : ndarray of int64, shape (m,)
    mean, scale : ndarray of shape (m,)
    sqrt_weight : ndarray of shape (n,)
    out : ndarray of shape (m, n), with contiguous rows
    """
    cdef Py_ssize_t n = X.shape[0], m = features.shape[0], i, k, start, stop
    cdef Py_ssize_t row = X.strides[0] // <Py_ssize_t> sizeof(real)
    cdef Py_ssize_t column = X.strides[1] // <Py_ssize_t> sizeof(real)
    cdef const real* x
    cdef double* target
    cdef double centre, factor
    # In tiles of rows, neighbouring features share cache lines.
    with nogil:
        for start in range(0, n, 64):
            stop = min(start + 64, n)
            for k in range(m):
                x = &X[0, 0] + features[k] * column
                target = &out[k, 0]
                centre, factor = mean[k], scale[k]
                for i in range(start, stop):
                    target[i] = factor * sqrt_weight[i] * (x[i * row] - centre)


def sum_of_squares(const real[:, ::1] rows not None, bint positive):
    """Return the sum over rows of squares, with ``positive`` of positive entries only.

    Parameters
    ----------
    rows : ndarray of shape (n_columns, p), float32 or float64
    positive : bool

    Returns
    -------
    squares : ndarray of shape (p,)
    """
    cdef Py_ssize_t j, k, p = rows.shape[1]
    cdef double[::1] out = np.zeros(p)
    cdef const real* x
    cdef double value
    with nogil:
        for k in range(rows.shape[0]):
            x = &rows[k, 0]
            for j in range(p):
                value = x[j]
                out[j] += value * value if not positive or value > 0.0 else 0.0
    return np.asarray(out)
