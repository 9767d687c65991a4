"""Kernel products that NumPy cannot do well: exact log-sum-exps, and recursions.

``v``, the logarithm of the argument of the kernel, may hold minus infinity, costs may
hold plus infinity; an empty sum has the logarithm minus infinity.
"""

import numpy as np

from libc.math cimport INFINITY, exp, log, log1p

# Terms below exp(-NEGLIGIBLE) (2e-22) times the largest are dropped: they do not change
# a double.
cdef double NEGLIGIBLE = 50.0
# Terms that are compared with that bound together.
cdef Py_ssize_t CHUNK = 8


cdef double dense_log_sum(
    const double* cost,    # (p,)
    const double* v,       # (p,)
    double scale,
    Py_ssize_t p,
    double* largest,       # (ceil(p / CHUNK),) scratch: the largest term of each chunk
) noexcept nogil:
    """Return log sum_j exp(v_j - scale * cost_j)."""
    cdef Py_ssize_t c, j, stop, n_chunks = (p + CHUNK - 1) // CHUNK
    cdef double term, local, top = -INFINITY, total = 0.0
    for c in range(n_chunks):
        stop = min((c + 1) * CHUNK, p)
        local = -INFINITY
        for j in range(c * CHUNK, stop):
            term = v[j] - scale * cost[j]
            local = term if term > local else local
        largest[c] = local
        top = local if local > top else top
    if top == -INFINITY:
        return top
    for c in range(n_chunks):
        if largest[c] >= top - NEGLIGIBLE:
            for j in range(c * CHUNK, min((c + 1) * CHUNK, p)):
                term = v[j] - scale * cost[j] - top
                if term > -NEGLIGIBLE:
                    total += exp(term)
    return top + log(total)


def dense_log_sums(
    const double[:, ::1] cost not None,
    const double[:, ::1] v not None,
    double scale,
    const Py_ssize_t[::1] rows not None,
    const Py_ssize_t[::1] columns not None,
):
    """Return ``log sum_j exp(v[columns[e], j] - scale * cost[rows[e], j])`` for each e.

    Parameters
    ----------
    cost : ndarray of shape (p, p)
    v : ndarray of shape (m, p)
    scale : float
        Positive.
    rows, columns : ndarray of intp, shape (n_entries,)
        Fastest if ``rows`` is sorted.

    Returns
    -------
    sums : ndarray of shape (n_entries,)
    """
    cdef Py_ssize_t e, n = rows.shape[0], p = cost.shape[1]
    cdef double[::1] out = np.empty(n), largest = np.empty(p // CHUNK + 1)
    with nogil:
        for e in range(n):
            out[e] = dense_log_sum(
                &cost[rows[e], 0], &v[columns[e], 0], scale, p, &largest[0]
            )
    return np.asarray(out)


def sparse_log_sums(
    const double[::1] log_kernel not None,
    const int[::1] indices not None,
    const int[::1] indptr not None,
    const double[:, ::1] v not None,
    const Py_ssize_t[::1] rows not None,
    const Py_ssize_t[::1] columns not None,
):
    """Return `dense_log_sums` over the stored entries of a CSR matrix.

    Parameters
    ----------
    log_kernel : ndarray of shape (nnz,)
        Finite.
    indices : ndarray of int32, shape (nnz,)
    indptr : ndarray of int32, shape (p + 1,)
    v : ndarray of shape (m, p)
    rows, columns : ndarray of intp, shape (n_entries,)

    Returns
    -------
    sums : ndarray of shape (n_entries,)
    """
    cdef Py_ssize_t e, a, start, stop, n = rows.shape[0]
    cdef double[::1] out = np.empty(n)
    cdef double term, top, total
    cdef const double* x
    with nogil:
        for e in range(n):
            start, stop = indptr[rows[e]], indptr[rows[e] + 1]
            x = &v[columns[e], 0]
            top = -INFINITY
            for a in range(start, stop):
                term = x[indices[a]] + log_kernel[a]
                top = term if term > top else top
            total = 0.0
            if top > -INFINITY:
                for a in range(start, stop):
                    term = x[indices[a]] + log_kernel[a] - top
                    if term > -NEGLIGIBLE:
                        total += exp(term)
            out[e] = top + log(total) if total > 0.0 else top
    return np.asarray(out)


def chain_product(const double[::1] decay not None, const double[:, ::1] V not None):
    """Return ``K @ V`` for ``K[i, j]`` the product of the decays between i and j.

    Parameters
    ----------
    decay : ndarray of shape (p - 1,)
        From each point to the next, in [0, 1].
    V : ndarray of shape (p, m)

    Returns
    -------
    product : ndarray of shape (p, m)
    """
    cdef Py_ssize_t i, k, p = V.shape[0], m = V.shape[1]
    cdef double[:, ::1] out = np.array(V)
    cdef double[::1] carried = np.zeros(m)
    with nogil:
        for i in range(1, p):
            for k in range(m):
                out[i, k] += decay[i - 1] * out[i - 1, k]
        for i in range(p - 2, -1, -1):
            for k in range(m):
                carried[k] = decay[i] * (carried[k] + V[i + 1, k])
                out[i, k] += carried[k]
    return np.asarray(out)


cdef inline double log_add(double a, double b) noexcept nogil:
    """Return log(exp(a) + exp(b))."""
    cdef double high = a if a > b else b, low = b if a > b else a
    return high + log1p(exp(low - high)) if low > -INFINITY else high


cdef void chain_log_sums(
    const double* position,  # (p,) non-decreasing
    const double* v,         # (p,)
    Py_ssize_t p,
    double* forward,         # (p,) scratch
    double* out,             # (p,)
) noexcept nogil:
    """Compute out_i = log sum_j exp(v_j - |position_i - position_j|) from both ends.

    Partial sums are in units of their largest term, which is stored as the term of its
    own point: rounding accumulates only in the sum itself.
    """
    cdef Py_ssize_t i, side, best
    cdef double reference, total
    for side in range(2):
        i = 0 if side == 0 else p - 1
        best, total = i, 0.0
        while 0 <= i < p:
            reference = -INFINITY
            if v[best] > -INFINITY:
                reference = v[best] - (
                    position[i] - position[best] if side == 0
                    else position[best] - position[i]
                )
            if side == 1:  # the left pass has counted the point itself
                out[i] = forward[i]
                if total > 0.0:
                    out[i] = log_add(forward[i], reference + log(total))
            if v[i] > reference:
                if total > 0.0:
                    total *= exp(reference - v[i])
                total += 1.0
                best, reference = i, v[i]
            elif v[i] > -INFINITY:
                total += exp(v[i] - reference)
            if side == 0:
                forward[i] = reference + log(total) if total > 0.0 else -INFINITY
            i += 1 if side == 0 else -1


def chain_log_product(
    const double[::1] position not None, const double[:, ::1] v not None
):
    """Return ``log sum_j exp(v[k, j] - abs(position[i] - position[j]))``.

    Parameters
    ----------
    position : ndarray of shape (p,)
        Non-decreasing.
    v : ndarray of shape (m, p)

    Returns
    -------
    sums : ndarray of shape (m, p)
    """
    cdef Py_ssize_t k, p = v.shape[1], m = v.shape[0]
    cdef double[:, ::1] out = np.empty((m, p))
    cdef double[::1] forward = np.empty(p)
    with nogil:
        for k in range(m):
            chain_log_sums(&position[0], &v[k, 0], p, &forward[0], &out[k, 0])
    return np.asarray(out)
