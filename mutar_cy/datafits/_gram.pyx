"""Least squares on Gram matrices, with the correlations of the residual as state."""

import numpy as np

cimport cython
from libc.string cimport memcmp, memcpy, memset

from mutar_cy._lib._blas cimport rows_axpy, rows_less_apart
from mutar_cy.datafits._datafit cimport Datafit

# Rows of a tile, unless one block is larger: enough for BLAS-3, few enough for the
# updates within the tile.
cdef int TILE = 16


@cython.final
cdef class GramQuadratic(Datafit):
    """``sum_d |Y_d - X_d W_d|^2 / 2``, whose state is ``X_d' (Y_d - X_d W_d)``.

    A block that does not move costs nothing but its gradient, which is stored; one that
    moves costs as many multiplications as the working set has rows. This is cheap where
    the working set is small against the samples. With several columns of one design,
    the moves of a tile of rows are collected: only correlations within the tile are
    updated at once, all others by one matrix product for the tile.

    Parameters
    ----------
    curvature, block_ptr, column_ptr
        As for :class:`Datafit`.
    grams : ndarray of shape (n_designs, capacity, capacity)
        ``X_d' X_d``; only the first ``n_rows`` rows and columns are read.
    correlation : ndarray of shape (n_columns, capacity)
        ``X_d' residual``, one row per column; updated in place.
    w : ndarray of shape (n_rows, n_columns)
        The coefficients of ``correlation``.
    square : float
        The squared residual at ``w``.
    """

    cdef:
        const double[:, :, ::1] grams
        double[:, ::1] correlation
        double[:, ::1] origin               # (n_rows, n_columns) initial w
        double[:, ::1] origin_correlation   # (n_columns, n_rows) initial correlation
        double origin_square
        int[::1] moved_blocks   # (n_blocks,) buffer for those that differ from origin
        double[:, ::1] shift    # (longest block, n_columns) buffer for a move
        bint tiles
        double[:, ::1] copies   # (tile, n_rows) buffer for rows of the Gram matrix
        double[:, ::1] here     # (tile, n_columns) correlations of the tile's rows
        double[:, ::1] moves    # (tile, n_columns) of its rows
        int[::1] rows           # (tile,) indices of the tile's rows
        int[::1] place          # (n_rows,) position of a row in its tile
        const int* order        # (n_arranged,) blocks to visit
        int n_tile              # rows of the tile; 0 outside of runs
        bint moved              # whether any of them has moved

    def __init__(
        self,
        curvature,
        block_ptr,
        column_ptr,
        const double[:, :, ::1] grams not None,
        double[:, ::1] correlation not None,
        w,
        double square,
    ):
        Datafit.__init__(self, curvature, block_ptr, column_ptr)
        self.grams, self.correlation = grams, correlation
        self.origin = w.copy()
        self.origin_correlation = np.array(correlation[:, : len(w)])
        self.origin_square = square
        self.moved_blocks = np.empty(max(len(block_ptr) - 1, 1), dtype=np.int32)
        self.shift = np.empty((self.longest_block(), w.shape[1]))
        self.n_tile = 0
        self.tiles = grams.shape[0] == 1 and correlation.shape[0] > 1
        if self.tiles:
            size, n_columns = TILE + self.longest_block(), correlation.shape[0]
            self.copies = np.empty((size, len(w)))
            self.here = np.empty((size, n_columns))
            self.moves = np.empty((size, n_columns))
            self.rows = np.empty(size, dtype=np.int32)
            self.place = np.zeros(len(w), dtype=np.int32)

    cdef void arrange(self, const int* blocks, Py_ssize_t n_blocks) noexcept nogil:
        self.order, self.n_arranged = blocks, n_blocks

    cdef Py_ssize_t enter(self, Py_ssize_t start) noexcept nogil:
        cdef int b, r, k, n_tile = 0, n_columns = <int> self.correlation.shape[0]
        if not self.tiles:
            return self.n_arranged
        while start < self.n_arranged and n_tile < TILE:
            b = self.order[start]
            for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                self.rows[n_tile], self.place[r] = r, n_tile
                for k in range(n_columns):
                    self.here[n_tile, k] = self.correlation[k, r]
                n_tile += 1
            start += 1
        memset(&self.moves[0, 0], 0, n_tile * n_columns * sizeof(double))
        self.n_tile, self.moved = n_tile, False
        return start

    cdef void leave(self) noexcept nogil:
        cdef:
            int n_rows = self.block_ptr[self.block_ptr.shape[0] - 1]
            int i, first, step = <int> self.grams.shape[2], n_tile = self.n_tile
            const double* grams
        self.n_tile = 0
        if not n_tile or not self.moved:
            return
        first = self.rows[0]
        grams = &self.grams[0, first, 0]
        if self.rows[n_tile - 1] != first + n_tile - 1:  # rows are not adjacent
            for i in range(n_tile):
                memcpy(&self.copies[i, 0], &self.grams[0, self.rows[i], 0],
                       n_rows * sizeof(double))
            grams, step = &self.copies[0, 0], n_rows
        rows_less_apart(
            <int> self.correlation.shape[0], n_tile, n_rows, &self.moves[0, 0],
            grams, step, &self.correlation[0, 0], <int> self.correlation.shape[1],
        )

    cdef void move_within(self, int r, int end, const double* delta) noexcept nogil:
        """Record the move of a row; update the tile's rows from ``end`` on."""
        cdef:
            int n_columns = <int> self.correlation.shape[0], i, k, at = self.place[r]
            const double* gram = &self.grams[0, r, 0]
            double* target
            double common
        self.moved = True
        memcpy(&self.moves[at, 0], delta, n_columns * sizeof(double))
        for i in range(self.place[end - 1] + 1, self.n_tile):
            target = &self.here[i, 0]
            common = gram[self.rows[i]]
            for k in range(n_columns):
                target[k] -= common * delta[k]

    cdef void block_gradient(self, Py_ssize_t b, double* grad) noexcept nogil:
        cdef int r, k, n_columns = <int> self.correlation.shape[0]
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            if self.n_tile:
                for k in range(n_columns):
                    grad[k] = -self.here[self.place[r], k]
            else:
                for k in range(n_columns):
                    grad[k] = -self.correlation[k, r]
            grad += n_columns

    cdef void block_update(self, Py_ssize_t b, const double* delta) noexcept nogil:
        cdef:
            int n_designs = <int> self.column_ptr.shape[0] - 1
            int n_rows = self.block_ptr[self.block_ptr.shape[0] - 1]
            int stride = <int> self.correlation.shape[1]
            int d, r, start
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            if self.n_tile:
                self.move_within(r, self.block_ptr[b + 1], delta)
                delta += self.column_ptr[n_designs]
                continue
            for d in range(n_designs):
                start = self.column_ptr[d]
                rows_axpy(
                    self.column_ptr[d + 1] - start, n_rows, delta + start,
                    &self.grams[d, r, 0], &self.correlation[start, 0], stride,
                )
            delta += self.column_ptr[n_designs]

    cdef void restart(self, const double* w) noexcept nogil:
        cdef:
            int n_columns = <int> self.correlation.shape[0], n_moved = 0
            int n_rows = <int> self.origin.shape[0], i = 0, b, r, k, stop, start
            const double* origin = &self.origin[0, 0]
        for k in range(n_columns):
            memcpy(&self.correlation[k, 0], &self.origin_correlation[k, 0],
                   n_rows * sizeof(double))
        for b in range(<int> self.block_ptr.shape[0] - 1):
            start = n_columns * self.block_ptr[b]
            stop = n_columns * self.block_ptr[b + 1]
            if memcmp(w + start, origin + start, (stop - start) * sizeof(double)):
                self.moved_blocks[n_moved] = b
                n_moved += 1
        self.arrange(&self.moved_blocks[0], n_moved)
        while i < n_moved:
            stop = <int> self.enter(i)
            while i < stop:
                b = self.moved_blocks[i]
                i += 1
                start = n_columns * self.block_ptr[b]
                for r in range(n_columns * self.block_ptr[b + 1] - start):
                    (&self.shift[0, 0])[r] = w[start + r] - origin[start + r]
                self.block_update(b, &self.shift[0, 0])
            self.leave()

    cdef double square(self, const double* w) noexcept nogil:
        # |r|^2 decreases by <w - w0, X'(r + r0)> from w0 to w.
        cdef int r, k, n_columns = <int> self.correlation.shape[0]
        cdef double total = self.origin_square, move
        for r in range(<int> self.origin.shape[0]):
            for k in range(n_columns):
                move = w[k] - self.origin[r, k]
                if move != 0.0:
                    total -= move * (
                        self.correlation[k, r] + self.origin_correlation[k, r]
                    )
            w += n_columns
        return total if total > 0.0 else 0.0

    cpdef double work(self):
        """Return the approximate cost of a visit of a row, in multiplications."""
        return <double> self.correlation.shape[0] * self.block_ptr[
            self.block_ptr.shape[0] - 1
        ]
