"""The principal axes of blocks of rows, from their Gram matrices."""

import numpy as np

from scipy.linalg.cython_lapack cimport dsyev

from mutar_cy._lib import interruptible

cdef double SINGULAR = 1e-13    # of the largest eigenvalue: no direction at all
# Rows of a block from which LAPACK and BLAS-3 products are called from Python: there
# the calls cost little, and Ctrl-C is noticed between them.
cdef int LARGE = 50


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


def turn_large_blocks(grams, sizes, axes, curvature, rotates):
    """Turn the blocks of at least ``LARGE`` rows; parameters as in `principal_axes`."""
    ends, places = np.cumsum(sizes), np.cumsum(np.square(sizes, dtype=np.int64))
    for b in np.flatnonzero(np.greater_equal(sizes, LARGE)):
        own = slice(ends[b] - sizes[b], ends[b])
        for c, gram in enumerate(grams):
            block = gram[own, own]
            if not rotates:
                values = interruptible(np.linalg.eigvalsh, block)
                curvature[own, c] = np.max(values) * (1.0 + 1e-10)
                continue
            squares, turned = interruptible(np.linalg.eigh, block)
            squares[squares <= SINGULAR * np.max(squares)] = 0.0
            kept = turned.T * (squares > 0.0)[:, None]
            gram[own] = kept @ gram[own]
            gram[:, own] = gram[:, own] @ kept.T
            axes[c, places[b] - block.size : places[b]] = turned.T.ravel()
            curvature[own, c] = squares


def principal_axes(
    double[:, :, ::1] grams not None, const int[::1] block_ptr not None, bint rotates
):
    """Turn the blocks of Gram matrices into their principal axes, in place.

    Parameters
    ----------
    grams : ndarray of shape (n_columns, n_rows, n_rows)
    block_ptr : ndarray of int32, shape (n_blocks + 1,)
    rotates : bool
        Whether to turn them; else only their curvatures are bounded.

    Returns
    -------
    axes : ndarray of shape (n_columns, n_axes)
        Block after block, its axes as rows; not set for blocks of one row.
    curvature : ndarray of shape (n_rows, n_columns)
    """
    cdef:
        Py_ssize_t n_columns = grams.shape[0], n_rows = grams.shape[1], c, b, place, r
        int size, longest = 1, failed = 0
        int[::1] sizes = np.diff(block_ptr)
        double[:, ::1] axes = np.empty(
            (n_columns, max(1, int(np.sum(np.square(sizes, dtype=np.int64)))))
        )
        double[:, ::1] curvature = np.empty((n_rows, n_columns))
        double[::1] scratch
    for b in range(sizes.shape[0]):
        if sizes[b] < LARGE:
            longest = max(longest, sizes[b])
    scratch = np.empty(longest * longest + 4 * longest)
    with nogil:
        for c in range(n_columns):
            place = 0
            for b in range(sizes.shape[0]):
                size = sizes[b]
                r = block_ptr[b]
                if size == 1:
                    curvature[r, c] = grams[c, r, r]
                elif size < LARGE:
                    failed |= turn_block(
                        &grams[c, 0, 0], n_rows, <int> r, size, rotates,
                        &axes[c, place], &curvature[r, c], n_columns, &scratch[0],
                    )
                place += size * size
    if failed:
        raise FloatingPointError("no principal axes of a block were found")
    turn_large_blocks(*map(np.asarray, (grams, sizes, axes, curvature)), rotates)
    return np.asarray(axes), np.asarray(curvature)


cdef void turn_column(
    double* values,         # (n_rows,)
    const double* axes,     # block after block, (size, size)
    const int* block_ptr,   # (n_blocks + 1,)
    Py_ssize_t n_blocks,
    bint back,
    double* scratch,        # (longest block,)
) noexcept nogil:
    """Turn the values of a column in place into or out of the axes."""
    cdef Py_ssize_t b
    cdef int size, i, k
    cdef double* own
    for b in range(n_blocks):
        size = block_ptr[b + 1] - block_ptr[b]
        own = values + block_ptr[b]
        if size > 1:
            for i in range(size):
                scratch[i] = 0.0
                for k in range(size):
                    scratch[i] += axes[k * size + i if back else i * size + k] * own[k]
            for i in range(size):
                own[i] = scratch[i]
        axes += size * size


def turn(
    double[:, ::1] values not None,
    const double[:, ::1] axes not None,
    const int[::1] block_ptr not None,
    bint back,
):
    """Turn ``values``, (n_columns, n_rows), in place into or out of the axes."""
    cdef Py_ssize_t c
    cdef double[::1] scratch = np.empty(int(np.max(np.diff(block_ptr))))
    with nogil:
        for c in range(values.shape[0]):
            turn_column(&values[c, 0], &axes[c, 0], &block_ptr[0],
                        block_ptr.shape[0] - 1, back, &scratch[0])
