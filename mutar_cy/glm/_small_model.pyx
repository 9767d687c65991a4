"""The quadratic model of a few rows, as Gram matrices: what NumPy would be slow at.

In weighted coordinates rows are ``sqrt(bend)`` times what is packed, less their part in
the intercept's column; their inner products are the Gram matrix of the model.
"""

import numpy as np

from libc.math cimport sqrt
from scipy.linalg.cython_lapack cimport dsyev

from mutar_cy._lib._blas cimport rows_rows

cdef double SINGULAR = 1e-13    # of the largest eigenvalue: no direction at all


cdef double raise_bend(
    const double* root,     # (n,) of the weights
    const double* bend,     # (n,)
    const double* residual, # (n,) times root
    Py_ssize_t n,
    double least,           # of the mean
    double* out,            # (n,) flatter samples count as much as the least
) noexcept nogil:
    """Write the curvatures of the model; return its squared residual."""
    cdef Py_ssize_t i
    cdef double total = 0.0, weight = 0.0, square = 0.0
    for i in range(n):
        total += root[i] * root[i] * bend[i]
        weight += root[i] * root[i]
    least *= total / weight
    for i in range(n):
        if root[i] == 0.0:
            out[i] = 0.0
            continue
        out[i] = bend[i] if bend[i] > least else least
        if out[i] > 0.0:
            square += residual[i] * residual[i] / out[i]
    return square


cdef void weigh(
    const double* rows,     # (n_rows, n), rows `stride` apart
    Py_ssize_t n_rows,
    Py_ssize_t n,
    Py_ssize_t stride,
    const double* root,     # (n,) of the weights
    const double* bend,     # (n,)
    bint centred,
    double* out,            # (n_rows, n)
    double* shift,          # (n_rows,) of the intercept, when a row moves by 1
) noexcept nogil:
    """Write the rows in weighted coordinates, centred if there is an intercept."""
    cdef Py_ssize_t i, r
    cdef double total = 0.0, own
    for i in range(n):
        total += root[i] * root[i] * bend[i]
    for r in range(n_rows):
        own = 0.0
        if centred and total > 0.0:
            for i in range(n):
                own += rows[i] * root[i] * bend[i]
            own /= total
        for i in range(n):
            out[i] = sqrt(bend[i]) * (rows[i] - own * root[i])
        shift[r] = -own
        rows += stride
        out += n


cdef int turn_block(
    double* gram,           # (n_rows, n_rows) the block's rows and columns are turned
    Py_ssize_t n_rows,
    int start,
    int size,
    bint rotates,
    double* axes,           # (size, size) written: eigenvectors as rows
    double* curvature,      # (size,) written, `step` apart
    Py_ssize_t step,
    double* scratch,        # (size * size + 4 * size,) and (size,)
) noexcept nogil:
    """Turn a block into its principal axes, or bound its curvature; 0 if it worked."""
    cdef:
        double* values = scratch + size * size + 3 * size
        double* product = scratch
        int info = 0, length = size * size + 3 * size, i, j, k
        double least
        double* row
    for i in range(size):
        for j in range(size):
            axes[i * size + j] = gram[(start + i) * n_rows + start + j]
    dsyev(b"V" if rotates else b"N", b"U", &size, axes, &size, values, scratch,
          &length, &info)
    if info != 0:
        return info
    if not rotates:
        for i in range(size):
            curvature[i * step] = values[size - 1] * (1.0 + 1e-10)
        return 0
    least = SINGULAR * values[size - 1]
    for i in range(size):  # rows of the block
        if values[i] <= least:
            values[i] = 0.0
        curvature[i * step] = values[i]
    for j in range(<int> n_rows):
        for i in range(size):
            product[i] = 0.0
            if values[i] > 0.0:
                for k in range(size):
                    product[i] += axes[i * size + k] * gram[(start + k) * n_rows + j]
        for i in range(size):
            gram[(start + i) * n_rows + j] = product[i]
    for j in range(<int> n_rows):
        row = gram + j * n_rows + start
        for i in range(size):
            product[i] = 0.0
            if values[i] > 0.0:
                for k in range(size):
                    product[i] += axes[i * size + k] * row[k]
        for i in range(size):
            row[i] = product[i]
    return 0


def build_grams(
    const double[:, ::1] rows not None,
    const long long[::1] sample_ptr not None,
    const int[::1] owners not None,
    observed,
    const int[::1] block_ptr not None,
    bint centred,
    bint rotates,
    double least,
):
    """Return the model of every column.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_samples of all designs)
    sample_ptr : ndarray of int64, shape (n_designs + 1,)
    owners : ndarray of int32, shape (n_columns,)
        The design of each column.
    observed : tuple of ndarray of shape (n_observations,)
        Roots of the weights, curvatures and residuals times the roots; column after
        column.
    block_ptr : ndarray of int32, shape (n_blocks + 1,)
    centred : bool
        Whether every column has an intercept.
    rotates : bool
        Whether to turn blocks into their principal axes.
    least : float
        Of the mean curvature: what flatter samples are taken for.

    Returns
    -------
    grams : ndarray of shape (n_columns, n_rows, n_rows)
    shifts : ndarray of shape (n_columns, n_rows)
        How the intercept of a column moves when a row moves by 1, not turned.
    axes : ndarray of shape (n_columns, n_axes)
        Block after block, its axes as rows; not set for blocks of one row.
    curvature : ndarray of shape (n_rows, n_columns)
    square : float
        Squared residual.
    """
    cdef:
        const double[::1] root = observed[0]
        const double[::1] bend = observed[1]
        const double[::1] residual = observed[2]
        double[::1] raised = np.empty_like(observed[1])
        double square = 0.0
        Py_ssize_t n_columns = owners.shape[0], n_rows = rows.shape[0], c, b, at = 0, n
        Py_ssize_t start, place, r
        int size, longest = 1, failed = 0
        int[::1] sizes = np.diff(block_ptr)
        double[:, :, ::1] grams = np.empty((n_columns, n_rows, n_rows))
        double[:, ::1] shifts = np.empty((n_columns, n_rows))
        double[:, ::1] axes = np.empty(
            (n_columns, max(1, int(np.sum(np.square(sizes, dtype=np.int64)))))
        )
        double[:, ::1] curvature = np.empty((n_rows, n_columns))
        double[::1] weighted = np.empty(n_rows * int(np.max(np.diff(sample_ptr))))
        double[::1] scratch
    for b in range(sizes.shape[0]):
        longest = max(longest, sizes[b])
    scratch = np.empty(longest * longest + 4 * longest)
    with nogil:
        for c in range(n_columns):
            start = sample_ptr[owners[c]]
            n = sample_ptr[owners[c] + 1] - start
            square += raise_bend(&root[at], &bend[at], &residual[at], n, least,
                                 &raised[at])
            weigh(&rows[0, start], n_rows, n, rows.shape[1], &root[at], &raised[at],
                  centred, &weighted[0], &shifts[c, 0])
            rows_rows(<int> n_rows, <int> n_rows, <int> n, &weighted[0], &weighted[0],
                      &grams[c, 0, 0])
            at += n
            place = 0
            for b in range(sizes.shape[0]):
                size = sizes[b]
                r = block_ptr[b]
                if size == 1:
                    curvature[r, c] = grams[c, r, r]
                else:
                    failed |= turn_block(
                        &grams[c, 0, 0], n_rows, <int> r, size, rotates,
                        &axes[c, place], &curvature[r, c], n_columns, &scratch[0],
                    )
                place += size * size
    if failed:
        raise FloatingPointError("no principal axes of a block were found")
    return (np.asarray(grams), np.asarray(shifts), np.asarray(axes),
            np.asarray(curvature), square)


def turn(
    double[:, ::1] values not None,
    const double[:, ::1] axes not None,
    const int[::1] block_ptr not None,
    bint back,
):
    """Turn ``values``, (n_columns, n_rows), in place into or out of the axes."""
    cdef:
        Py_ssize_t c, b, place
        int size, i, k
        double* own
        const double* Q
        double[::1] scratch = np.empty(int(np.max(np.diff(block_ptr))))
    with nogil:
        for c in range(values.shape[0]):
            place = 0
            for b in range(block_ptr.shape[0] - 1):
                size = block_ptr[b + 1] - block_ptr[b]
                own, Q = &values[c, block_ptr[b]], &axes[c, place]
                place += size * size
                if size == 1:
                    continue
                for i in range(size):
                    scratch[i] = 0.0
                    for k in range(size):
                        scratch[i] += (Q[k * size + i] if back else Q[i * size + k]) \
                            * own[k]
                for i in range(size):
                    own[i] = scratch[i]
