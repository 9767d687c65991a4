"""Least squares on packed columns of one design, tile by tile.

The sweep is that of :class:`PackedQuadratic` in another order of operations: one matrix
product computes the correlations of a tile of rows with the residual, the small Gram
matrix of the tile updates them within the tile, and another matrix product updates the
residual for the tile. With several columns this replaces matrix-vector products
(BLAS-2) by matrix products (BLAS-3).
"""

import numpy as np

cimport cython
from libc.string cimport memcpy, memset

from mutar_cy._lib._blas cimport dot, rows_dot, rows_less, rows_rows
from mutar_cy.datafits._datafit cimport Datafit

# Rows of a tile, unless one block is larger: enough for BLAS-3, few enough for a small
# Gram matrix.
cdef int TILE = 16


@cython.final
cdef class TiledQuadratic(Datafit):
    """``|Y - X W|^2 / 2`` for one design, whose state is the residual.

    Parameters
    ----------
    curvature, block_ptr, column_ptr
        As for :class:`Datafit`.
    columns : ndarray of shape (n_rows, n_samples)
        Row ``j`` holds the samples of feature ``j``.
    residual : ndarray of shape (n_columns, n_samples)
        Updated in place.
    """

    cdef:
        const double[:, ::1] columns
        double[:, ::1] residual
        double[:, ::1] copies       # (tile, n_samples) buffer for a tile's columns
        const double* tile          # (tile, n_samples) the buffer, or a view of columns
        double[:, ::1] correlation  # (tile, n_columns) of the tile with the residual
        double[:, ::1] moves        # (tile, n_columns) of the tile's rows in this visit
        double[::1] grams           # of all tiles, one after another
        int[::1] place              # (n_rows,) position of a row in its tile
        const int* order            # (n_arranged,) blocks to visit
        Py_ssize_t gram_start, grams_known
        int n_tile                  # rows of the tile; 0 outside of runs

    def __init__(
        self,
        curvature,
        block_ptr,
        column_ptr,
        const double[:, ::1] columns not None,
        double[:, ::1] residual not None,
    ):
        Datafit.__init__(self, curvature, block_ptr, column_ptr)
        cdef Py_ssize_t size = 2 * (TILE + self.longest_block())
        self.columns, self.residual = columns, residual
        self.copies = np.empty((size, columns.shape[1]))
        self.correlation = np.empty((size, residual.shape[0]))
        self.moves = np.empty((size, residual.shape[0]))
        self.grams = np.empty(columns.shape[0] * size)
        self.place = np.zeros(columns.shape[0], dtype=np.int32)
        self.n_tile = 0

    cdef void arrange(self, const int* blocks, Py_ssize_t n_blocks) noexcept nogil:
        self.order, self.n_arranged = blocks, n_blocks
        self.gram_start = self.grams_known = 0

    cdef Py_ssize_t enter(self, Py_ssize_t start) noexcept nogil:
        cdef:
            int n = <int> self.columns.shape[1]
            int n_columns = <int> self.residual.shape[0]
            int first = self.block_ptr[self.order[start]], end = first
            int b, n_tile = 0
            Py_ssize_t stop = start, size
        if start == 0:
            self.gram_start = 0
        while stop < self.n_arranged and n_tile < TILE:
            b = self.order[stop]
            n_tile += self.block_ptr[b + 1] - self.block_ptr[b]
            # Adjacent rows, with few others between, need no copy.
            end = self.block_ptr[b + 1] if 0 <= end <= self.block_ptr[b] else -1
            stop += 1
        if end >= 0 and 4 * (end - first) <= 5 * n_tile:
            n_tile = end - first
            self.tile = &self.columns[first, 0]
            for b in range(n_tile):
                self.place[first + b] = b
        else:
            self.gather(start, stop)
        self.n_tile = n_tile
        rows_rows(n_tile, n_columns, n, self.tile, &self.residual[0, 0],
                  &self.correlation[0, 0])
        memset(&self.moves[0, 0], 0, n_tile * n_columns * sizeof(double))
        if self.gram_start >= self.grams_known:  # the first sweep in this order
            rows_rows(n_tile, n_tile, n, self.tile, self.tile,
                      &self.grams[self.gram_start])
            size = n_tile
            self.grams_known = self.gram_start + size * size
        return stop

    cdef void gather(self, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
        """Copy the rows of a run of blocks side by side."""
        cdef:
            size_t length = self.columns.shape[1] * sizeof(double)
            int b, r, n_tile = 0
        while start < stop:
            b = self.order[start]
            for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                self.place[r] = n_tile
                memcpy(&self.copies[n_tile, 0], &self.columns[r, 0], length)
                n_tile += 1
            start += 1
        self.tile = &self.copies[0, 0]

    cdef void leave(self) noexcept nogil:
        rows_less(
            <int> self.residual.shape[0], self.n_tile, <int> self.columns.shape[1],
            &self.moves[0, 0], self.tile, &self.residual[0, 0],
        )
        self.gram_start += <Py_ssize_t> self.n_tile * self.n_tile
        self.n_tile = 0

    cdef void block_gradient(self, Py_ssize_t b, double* grad) noexcept nogil:
        cdef int n = <int> self.columns.shape[1]
        cdef int r, k, n_columns = <int> self.residual.shape[0]
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            if self.n_tile:
                memcpy(grad, &self.correlation[self.place[r], 0],
                       n_columns * sizeof(double))
            else:
                rows_dot(n_columns, n, &self.residual[0, 0], n, &self.columns[r, 0],
                         grad)
            for k in range(n_columns):
                grad[k] = -grad[k]
            grad += n_columns

    cdef void block_update(self, Py_ssize_t b, const double* delta) noexcept nogil:
        cdef:
            int n = <int> self.columns.shape[1]
            int n_columns = <int> self.residual.shape[0]
            int r, k, i, here
            const double* gram
            double* target
            double common
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            if self.n_tile:
                here = self.place[r]
                gram = &self.grams[self.gram_start + <Py_ssize_t> here * self.n_tile]
                memcpy(&self.moves[here, 0], delta, n_columns * sizeof(double))
                for i in range(self.block_ptr[b + 1] - r + here, self.n_tile):
                    target = &self.correlation[i, 0]
                    common = gram[i]
                    for k in range(n_columns):
                        target[k] -= common * delta[k]
            else:
                rows_less(n_columns, 1, n, delta, &self.columns[r, 0],
                          &self.residual[0, 0])
            delta += n_columns

    cdef double square(self, const double* w) noexcept nogil:
        cdef int k, n = <int> self.columns.shape[1]
        cdef double total = 0.0
        for k in range(<int> self.residual.shape[0]):
            total += dot(n, &self.residual[k, 0], &self.residual[k, 0])
        return total

    cpdef double work(self):
        """Return the approximate cost of a visit of a row, in multiplications."""
        return 1.0 * self.residual.shape[0] * self.residual.shape[1]
