"""Least squares on Gram matrices and a running correlation."""

import numpy as np

cimport cython

from mutar_cy._lib._blas cimport rows_axpy
from mutar_cy.datafits._datafit cimport Datafit


@cython.final
cdef class GramQuadratic(Datafit):
    """``sum_d |Y_d - X_d W_d|^2 / 2``, whose state is ``X_d' (Y_d - X_d W_d)``.

    A block that stays where it is costs a look at its own entries; one that moves
    costs as many multiplications as the working set has rows: the choice when the
    working set is small against the samples.

    Parameters
    ----------
    curvature, block_ptr, column_ptr
        As for :class:`Datafit`.
    grams : ndarray of shape (n_designs, capacity, capacity)
        ``X_d' X_d``, of which the first ``n_rows`` rows and columns count.
    correlation : ndarray of shape (n_columns, capacity)
        ``X_d' residual``, one row per column; moved in place.
    w : ndarray of shape (n_rows, n_columns)
        The coefficients that ``correlation`` belongs to.
    square : float
        The squared residual at ``w``.
    """

    cdef:
        const double[:, :, ::1] grams
        double[:, ::1] correlation
        double[:, ::1] origin               # (n_rows, n_columns) w at the start
        double[:, ::1] origin_correlation   # (n_columns, n_rows) correlation then
        double origin_square

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

    cdef void block_gradient(self, Py_ssize_t b, double* grad) noexcept nogil:
        cdef int r, k, n_columns = <int> self.correlation.shape[0]
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
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
            for d in range(n_designs):
                start = self.column_ptr[d]
                rows_axpy(
                    self.column_ptr[d + 1] - start, n_rows, delta + start,
                    &self.grams[d, r, 0], &self.correlation[start, 0], stride,
                )
            delta += self.column_ptr[n_designs]

    cdef double square(self, const double* w) noexcept nogil:
        # |r|^2 falls by <w - w0, X'(r + r0)> on the way from w0 to w.
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
        """Return the multiplications that one visit of one row costs, about."""
        return <double> self.correlation.shape[0] * self.block_ptr[
            self.block_ptr.shape[0] - 1
        ]
