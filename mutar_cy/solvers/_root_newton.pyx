"""Newton's method for the data term plus roots of norms, or plus their tangents.

The gradient of ``c sqrt(|W_b|)`` is that of its tangent, ``a W_b`` with the curvature
``a = c / 2 |W_b|^(-3/2)``. The Hessian is ``a (I - 1.5 u u')`` with the unit vector
``u = W_b / |W_b|``, where the tangent has ``a (I - u u')``. So the objective has the
Hessian ``A - U C U'``, with ``A = X' X + D`` for every column and ``C = 1.5 D``, or D.
It is positive definite
if and only if ``C^-1 - U' A^-1 U`` is, a matrix with one row per block: the objective
is then convex near the point, and Newton's direction leads to the minimum there.
"""

import numpy as np

cimport cython
from libc.math cimport sqrt
from libc.string cimport memset
from scipy.linalg.cython_lapack cimport dpotrf, dpotri, dpotrs

from mutar_cy._lib._blas cimport dot, rows_rows
from mutar_cy.datafits._datafit cimport Datafit

# Multiples of D in the Hessian.
ROOT, TANGENT = 1.5, 1.0


@cython.final
cdef class RootNewton:
    """Newton's directions on the non-zero blocks of a working set on Gram matrices.

    Parameters
    ----------
    grams : ndarray of shape (n_designs, n_rows, n_rows)
    block_ptr : ndarray of int32, shape (n_blocks + 1,)
    column_ptr : ndarray of int32, shape (n_designs + 1,)

    Attributes
    ----------
    shrinkage : float
        The largest share of its norm by which the last direction shrinks a block.
    """

    def __init__(
        self,
        const double[:, :, ::1] grams not None,
        const int[::1] block_ptr not None,
        const int[::1] column_ptr not None,
    ):
        cdef Py_ssize_t n_designs = grams.shape[0], n_rows = grams.shape[1]
        cdef Py_ssize_t n_columns = column_ptr[n_designs]
        cdef Py_ssize_t n_blocks = block_ptr.shape[0] - 1
        self.grams, self.block_ptr, self.column_ptr = grams, block_ptr, column_ptr
        self.inverses = np.empty(n_designs * n_rows * n_rows)
        self.coupling = np.empty(n_blocks * n_blocks)
        self.direction = np.empty((n_rows, n_columns))
        self.units, self.downhill, self.found = np.empty((3, n_rows * n_columns))
        self.norms, self.curvature, self.amount = np.empty((3, n_blocks))
        self.gradient = np.empty(n_columns * np.diff(block_ptr).max(initial=1))
        self.rows, self.owner = np.empty((2, n_rows), dtype=np.int32)

    def find_direction(
        self,
        Datafit datafit not None,
        const double[:, ::1] w not None,
        const double[::1] thresholds not None,
        double bend,
    ):
        """Return the direction to the minimum near by, or None if there may be none.

        Parameters
        ----------
        datafit : GramQuadratic
            Its state must agree with ``w``.
        w : ndarray of shape (n_rows, n_columns)
        thresholds : ndarray of shape (n_blocks,)
            Those of the tangent.
        bend : {ROOT, TANGENT}

        Returns
        -------
        direction : ndarray of shape (n_rows, n_columns), or None
            It is replaced by the next one.
        """
        cdef bint found
        with nogil:
            found = self.find(datafit, &w[0, 0], &thresholds[0], bend)
        return np.asarray(self.direction) if found else None

    def take(self, Datafit datafit not None, double[:, ::1] w not None, double size):
        """Move ``w``, and the state of the datafit, by a multiple of the direction."""
        with nogil:
            self.step(datafit, &w[0, 0], size)

    cdef bint find(
        self, Datafit datafit, const double* w, const double* thresholds, double bend
    ) noexcept nogil:
        """Find a direction; return whether the Hessian is positive definite."""
        cdef:
            int n_columns = <int> self.direction.shape[1], n_kept, k, c, one = 1
            int info = 0
            double size
        n_kept = self.n_kept = self.keep(datafit, w, thresholds)
        if not n_kept or not self.invert() or not self.couple(bend):
            return False
        self.divide(&self.downhill[0], &self.found[0])
        self.project(&self.found[0], &self.amount[0])
        dpotrs(b"L", &self.n_blocks, &one, &self.coupling[0], &self.n_blocks,
               &self.amount[0], &self.n_blocks, &info)
        for c in range(n_columns):  # then A found = U amount - gradient
            for k in range(n_kept):
                size = self.amount[self.owner[k]] * self.units[c * n_kept + k]
                self.downhill[c * n_kept + k] += size
        self.divide(&self.downhill[0], &self.found[0])
        memset(&self.direction[0, 0], 0,
               self.direction.shape[0] * n_columns * sizeof(double))
        for c in range(n_columns):
            for k in range(n_kept):
                self.direction[self.rows[k], c] = self.found[c * n_kept + k]
        self.project(&self.found[0], &self.amount[0])
        self.shrinkage = 0.0
        for k in range(self.n_blocks):
            self.shrinkage = max(self.shrinkage, -self.amount[k] / self.norms[k])
        return True

    cdef int keep(
        self, Datafit datafit, const double* w, const double* thresholds
    ) noexcept nogil:
        """Describe the non-zero blocks; return the number of their rows."""
        cdef:
            const int* ptr = &self.block_ptr[0]
            int n_columns = <int> self.direction.shape[1], n_kept = 0, b, r, k, c
            int n_blocks = <int> self.block_ptr.shape[0] - 1, size
            double norm
        for b in range(n_blocks):  # first their number: it is the stride
            size = n_columns * (ptr[b + 1] - ptr[b])
            if dot(size, w + n_columns * ptr[b], w + n_columns * ptr[b]) > 0.0:
                n_kept += ptr[b + 1] - ptr[b]
        self.n_blocks = k = 0
        for b in range(n_blocks):
            size = n_columns * (ptr[b + 1] - ptr[b])
            norm = sqrt(dot(size, w + n_columns * ptr[b], w + n_columns * ptr[b]))
            if norm == 0.0:
                continue
            self.norms[self.n_blocks] = norm
            self.curvature[self.n_blocks] = thresholds[b] / norm
            datafit.block_gradient(b, &self.gradient[0])
            for r in range(ptr[b], ptr[b + 1]):
                self.rows[k], self.owner[k] = r, self.n_blocks
                for c in range(n_columns):
                    self.units[c * n_kept + k] = w[n_columns * r + c] / norm
                    self.downhill[c * n_kept + k] = -(
                        self.gradient[n_columns * (r - ptr[b]) + c]
                        + thresholds[b] / norm * w[n_columns * r + c]
                    )
                k += 1
            self.n_blocks += 1
        return n_kept

    cdef bint invert(self) noexcept nogil:
        """Invert A for every design; return whether all are positive definite."""
        cdef:
            int n = self.n_kept, info = 0, i, j
            Py_ssize_t d
            double* A
            const double* gram
        for d in range(self.grams.shape[0]):
            A = &self.inverses[d * n * n]
            for i in range(n):
                gram = &self.grams[d, self.rows[i], 0]
                for j in range(i, n):
                    A[i * n + j] = gram[self.rows[j]]
                A[i * n + i] += self.curvature[self.owner[i]]
            dpotrf(b"L", &n, A, &n, &info)  # the lower triangle in Fortran's order
            if info == 0:
                dpotri(b"L", &n, A, &n, &info)
            if info:
                return False
            for i in range(n):
                for j in range(i):
                    A[i * n + j] = A[j * n + i]
        return True

    cdef bint couple(self, double bend) noexcept nogil:
        """Factorise ``C^-1 - U' A^-1 U``; return whether it is positive definite."""
        cdef:
            int n = self.n_kept, m = self.n_blocks, info = 0, i, j, c, d
            double* A
            double* out = &self.coupling[0]
            double value
        memset(out, 0, <size_t> m * m * sizeof(double))
        for d in range(<int> self.grams.shape[0]):
            A = &self.inverses[<Py_ssize_t> d * n * n]
            for i in range(n):
                for j in range(i + 1):
                    value = 0.0
                    for c in range(self.column_ptr[d], self.column_ptr[d + 1]):
                        value += self.units[c * n + i] * self.units[c * n + j]
                    value *= A[i * n + j]
                    out[self.owner[i] * m + self.owner[j]] -= value
                    if i != j:
                        out[self.owner[j] * m + self.owner[i]] -= value
        for i in range(m):
            out[i * m + i] += 1.0 / (bend * self.curvature[i])
        dpotrf(b"L", &m, out, &m, &info)
        return info == 0

    cdef void divide(self, const double* values, double* out) noexcept nogil:
        """Multiply columns by the inverses of A of their designs."""
        cdef int n = self.n_kept, d, start, stop
        for d in range(<int> self.grams.shape[0]):
            start, stop = self.column_ptr[d], self.column_ptr[d + 1]
            rows_rows(
                stop - start, n, n, values + start * n,
                &self.inverses[<Py_ssize_t> d * n * n], out + start * n,
            )

    cdef void project(self, const double* values, double* out) noexcept nogil:
        """Return the inner products of values with U, one per block."""
        cdef int n = self.n_kept, k, c
        memset(out, 0, self.n_blocks * sizeof(double))
        for c in range(<int> self.direction.shape[1]):
            for k in range(n):
                out[self.owner[k]] += values[c * n + k] * self.units[c * n + k]

    cdef void step(self, Datafit datafit, double* w, double size) noexcept nogil:
        cdef:
            const int* ptr = &self.block_ptr[0]
            int n_columns = <int> self.direction.shape[1], b, i, n
            const double* direction
            bint moves
        for b in range(<int> self.block_ptr.shape[0] - 1):
            n = n_columns * (ptr[b + 1] - ptr[b])
            direction = &self.direction[ptr[b], 0]
            moves = False
            for i in range(n):
                self.gradient[i] = size * direction[i]
                moves = moves or direction[i] != 0.0
                w[n_columns * ptr[b] + i] += self.gradient[i]
            if moves:
                datafit.block_update(b, &self.gradient[0])
