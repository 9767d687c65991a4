"""Least squares on packed columns, with the residual as state."""

cimport cython

from mutar_cy._lib._blas cimport dot, rows_axpy, rows_dot
from mutar_cy.datafits._datafit cimport Datafit

# Entries per call of BLAS, whose lengths are 32-bit integers.
cdef Py_ssize_t CHUNK = 1 << 24


@cython.final
cdef class PackedQuadratic(Datafit):
    """``sum_d |Y_d - X_d W_d|^2 / 2``, whose state is the residual.

    A visit costs two multiplications per sample and column. This is cheap where samples
    are few against the working set.

    Parameters
    ----------
    curvature, block_ptr, column_ptr
        As for :class:`Datafit`.
    columns : ndarray of shape (n_rows, sample_ptr[-1])
        Row ``j`` holds the samples of feature ``j``: those of design 0, then those of
        design 1, and so on.
    sample_ptr : ndarray of int64, shape (n_designs + 1,)
        Design ``d`` owns the samples ``sample_ptr[d]`` to ``sample_ptr[d + 1]``.
    residual : ndarray
        Design after design, ``(columns of d, samples of d)``; updated in place.
    """

    cdef:
        const double[:, ::1] columns
        const long long[::1] sample_ptr
        double[::1] residual

    def __init__(
        self,
        curvature,
        block_ptr,
        column_ptr,
        const double[:, ::1] columns not None,
        const long long[::1] sample_ptr not None,
        double[::1] residual not None,
    ):
        Datafit.__init__(self, curvature, block_ptr, column_ptr)
        self.columns, self.sample_ptr = columns, sample_ptr
        self.residual = residual

    cdef void block_gradient(self, Py_ssize_t b, double* grad) noexcept nogil:
        cdef:
            int n_designs = <int> self.column_ptr.shape[0] - 1
            int n_columns = self.column_ptr[n_designs]
            const double* x
            const double* residual
            int d, r, k, n, q
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            x = &self.columns[r, 0]
            residual = &self.residual[0]
            for d in range(n_designs):
                n = <int> (self.sample_ptr[d + 1] - self.sample_ptr[d])
                q = self.column_ptr[d + 1] - self.column_ptr[d]
                rows_dot(q, n, residual, n, x, grad + self.column_ptr[d])
                x += n
                residual += <Py_ssize_t> n * q
            for k in range(n_columns):
                grad[k] = -grad[k]
            grad += n_columns

    cdef void block_update(self, Py_ssize_t b, const double* delta) noexcept nogil:
        cdef:
            int n_designs = <int> self.column_ptr.shape[0] - 1
            const double* x
            double* residual
            int d, r, n, q
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            x = &self.columns[r, 0]
            residual = &self.residual[0]
            for d in range(n_designs):
                n = <int> (self.sample_ptr[d + 1] - self.sample_ptr[d])
                q = self.column_ptr[d + 1] - self.column_ptr[d]
                rows_axpy(q, n, delta + self.column_ptr[d], x, residual, n)
                x += n
                residual += <Py_ssize_t> n * q
            delta += self.column_ptr[n_designs]

    cdef double square(self, const double* w) noexcept nogil:
        cdef Py_ssize_t start = 0, size = self.residual.shape[0], length
        cdef double total = 0.0
        while start < size:
            length = min(CHUNK, size - start)
            total += dot(<int> length, &self.residual[start], &self.residual[start])
            start += length
        return total

    cpdef double work(self):
        """Return the approximate cost of a visit of a row, in multiplications."""
        return 2.0 * self.residual.shape[0]
