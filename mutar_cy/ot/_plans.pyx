"""Blocks of transport plans, most entries of which are negligible."""

from libc.math cimport INFINITY, exp, log

# Rows and columns of a tile: two tiles of doubles (16 KiB) fit in the L1 cache.
cdef Py_ssize_t TILE = 32


def add_costs(
    double[:, ::1] block not None,
    const double[:, ::1] cost not None,
    const Py_ssize_t[::1] rows not None,
    const Py_ssize_t[::1] columns not None,
    double scale,
):
    """Add ``scale * cost[rows[i], columns[j]]`` to every entry of a block.

    Parameters
    ----------
    block : ndarray of shape (n_rows, n_columns)
        Changed.
    cost : ndarray of shape (p, p)
        Not infinite where ``scale`` is zero.
    rows : ndarray of intp, shape (n_rows,)
    columns : ndarray of intp, shape (n_columns,)
    scale : float
    """
    cdef Py_ssize_t i, j
    cdef const double* row
    cdef double* out
    if columns.shape[0] == 0:
        return
    with nogil:
        for i in range(rows.shape[0]):
            row, out = &cost[rows[i], 0], &block[i, 0]
            for j in range(columns.shape[0]):
                out[j] += scale * row[columns[j]]


def to_plan(
    double[:, ::1] block not None,
    const double[::1] log_left not None,
    const double[::1] log_right not None,
    double least,
):
    """Turn logarithms of a kernel into a plan; small entries become zero.

    Parameters
    ----------
    block : ndarray of shape (n_rows, n_columns)
        Logarithms of the kernel; replaced by the plan.
    log_left : ndarray of shape (n_rows,)
    log_right : ndarray of shape (n_columns,)
    least : float
        Entries below it become zero, which saves exponentials here and products with
        subnormal numbers, which are slow, elsewhere.
    """
    cdef Py_ssize_t i, j
    cdef double term, lowest = log(least) if least > 0.0 else -INFINITY
    cdef double* out
    if log_right.shape[0] == 0:
        return
    with nogil:
        for i in range(log_left.shape[0]):
            out = &block[i, 0]
            for j in range(log_right.shape[0]):
                term = log_left[i] + (out[j] + log_right[j])
                out[j] = exp(term) if term >= lowest else 0.0


def is_symmetric(const double[:, ::1] M not None):
    """Return whether a matrix is equal to its transpose, some rows at a time.

    Parameters
    ----------
    M : ndarray of shape (p, p)
        Without NaN.

    Returns
    -------
    is_symmetric : bool
    """
    cdef Py_ssize_t a, b, i, j, p = M.shape[0], n_tiles = (p + TILE - 1) // TILE
    cdef bint same = True
    with nogil:
        for a in range(n_tiles):
            for b in range(a + 1):
                for i in range(a * TILE, min((a + 1) * TILE, p)):
                    for j in range(b * TILE, min((b + 1) * TILE, p)):
                        same &= M[i, j] == M[j, i]
            if not same:
                break
    return same
