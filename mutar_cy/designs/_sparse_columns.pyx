"""Loops over the entries of sparse columns that would take SciPy several passes.

Entries are float32 or float64 and indices int32 or int64; sums are in double.
"""

import numpy as np

ctypedef fused real:
    float
    double

ctypedef fused integer:
    int
    long long


cdef double weighted_sum(
    const real* x,          # (m,)
    const integer* row,     # (m,)
    Py_ssize_t m,
    const double* weight,   # (n,)
    double shift,
    bint square,
) noexcept nogil:
    """Return the sum of ``weight * (x - shift)``, or of its square, over m entries."""
    cdef Py_ssize_t i
    cdef double a, b, first = 0.0, second = 0.0
    for i in range(0, m - 1, 2):
        a = x[i] - shift
        b = x[i + 1] - shift
        first += weight[row[i]] * (a * a if square else a)
        second += weight[row[i + 1]] * (b * b if square else b)
    if m % 2:
        a = x[m - 1] - shift
        first += weight[row[m - 1]] * (a * a if square else a)
    return first + second


cdef double plain_sum(
    const real* x, Py_ssize_t m, double shift, bint square
) noexcept nogil:
    """Return the sum of ``x - shift``, or of its square, over the m entries."""
    cdef Py_ssize_t i
    cdef double a, b, first = 0.0, second = 0.0
    for i in range(0, m - 1, 2):
        a = x[i] - shift
        b = x[i + 1] - shift
        first += a * a if square else a
        second += b * b if square else b
    if m % 2:
        a = x[m - 1] - shift
        first += a * a if square else a
    return first + second


def sparse_moments(
    const real[::1] entries not None,
    const integer[::1] indices not None,
    const long long[::1] indptr not None,
    const double[::1] weight not None,
    bint center,
):
    """Return the weighted mean and the weighted sum of squares of every column.

    A column is read from memory once. Without a zero in it, its mean is computed once
    more from what is left of it, so that an offset costs no digits.

    Parameters
    ----------
    entries, indices, indptr : ndarray
        A CSC matrix of shape (n, p), without duplicates.
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
    cdef Py_ssize_t n = weight.shape[0], p = indptr.shape[0] - 1
    cdef Py_ssize_t i, j, start, m
    cdef double[::1] mean = np.zeros(p), square = np.zeros(p)
    cdef double total = np.sum(weight), here, shift, explicit
    cdef double one = weight[0]
    cdef bint uniform = np.all(np.equal(weight, one))
    cdef const real* x
    cdef const integer* row
    with nogil:
        for j in range(p):
            start = indptr[j]
            m = indptr[j + 1] - start
            if m == 0:
                continue
            x, row = &entries[start], &indices[start]
            shift = 0.0
            if center:
                if uniform:
                    shift = one * plain_sum(x, m, 0.0, False) / total
                else:
                    shift = weighted_sum(x, row, m, &weight[0], 0.0, False) / total
                if m == n:
                    here = weighted_sum(x, row, m, &weight[0], shift, False)
                    shift += here / total
            if uniform:
                square[j] = one * plain_sum(x, m, shift, True)
            else:
                square[j] = weighted_sum(x, row, m, &weight[0], shift, True)
            if center and m < n:
                explicit = one * m if uniform else 0.0
                if not uniform:
                    for i in range(m):
                        explicit += weight[row[i]]
                # Weights of zeros, which are as far from the mean as it is large.
                square[j] += max(total - explicit, 0.0) * shift * shift
            mean[j] = shift
    return np.asarray(mean), np.asarray(square)


def sparse_gram(
    const real[::1] entries not None,
    const integer[::1] indices not None,
    const long long[::1] indptr not None,
    const long long[::1] rows not None,
    const long long[::1] columns not None,
    const double[::1] weight not None,
):
    """Return weighted inner products of some columns with some, without centring.

    Parameters
    ----------
    entries, indices, indptr : ndarray
        A CSC matrix of shape (n, p).
    rows, columns : ndarray of int64, shapes (m,) and (k,)
        Columns of the matrix.
    weight : ndarray of shape (n,)

    Returns
    -------
    gram : ndarray of shape (m, k)
    """
    cdef Py_ssize_t n = weight.shape[0], m = rows.shape[0], k = columns.shape[0]
    cdef Py_ssize_t i, j, r, at
    cdef double value
    cdef double* target
    counts = np.diff(indptr)[columns]
    # The columns again, sample by sample.
    cdef long long[::1] start = np.zeros(n + 1, dtype=np.int64)
    cdef int[::1] column = np.empty(counts.sum(), dtype=np.int32)
    cdef double[::1] scaled = np.empty(column.shape[0])
    cdef double[:, ::1] gram = np.zeros((m, k))
    with nogil:
        for j in range(k):
            for at in range(indptr[columns[j]], indptr[columns[j] + 1]):
                start[indices[at] + 1] += 1
        for r in range(n):
            start[r + 1] += start[r]
        # start[r] moves to the end of sample r, and so is the start of the next one.
        for j in range(k):
            for at in range(indptr[columns[j]], indptr[columns[j] + 1]):
                r = indices[at]
                column[start[r]] = j
                scaled[start[r]] = weight[r] * entries[at]
                start[r] += 1
        for i in range(m):
            target = &gram[i, 0]
            for at in range(indptr[rows[i]], indptr[rows[i] + 1]):
                r, value = indices[at], entries[at]
                for j in range(start[r - 1] if r else 0, start[r]):
                    target[column[j]] += value * scaled[j]
    return np.asarray(gram)
