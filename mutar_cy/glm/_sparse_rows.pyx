"""Newton steps on the entries of a sparse design, without packed columns.

The quadratic model has no Gram matrices: its state is the residual, and a visit of a
column costs as many multiplications as it has entries. Means are subtracted in the
products, so that no column becomes dense.
"""

import numpy as np

from mutar_cy.glm._newton_rows cimport NewtonRows

# Models of a descent whose sweeps may fail to converge: steps cost little here, and
# packed columns much.
cdef int ENDURED = 5


cdef class SparseRows(NewtonRows):
    """The state of a PredictorSet of one sparse design whose blocks are its columns.

    In weighted coordinates, a column is ``g scale (x - m)`` with the mean ``m`` of the
    weights ``g``: products of the rows' weights and the loss's curvatures. The residual
    is kept as ``v + s g``: a move of a coefficient changes ``v`` where the column has
    entries, and the number ``s``.

    Parameters are those of :class:`NewtonRows`.
    """

    cdef:
        const double[::1] entries               # (n_entries,)
        const int[::1] indices                  # (n_entries,) rows of entries
        const long long[::1] indptr             # (n_rows + 1,)
        const double[::1] mean, scale           # (n_rows,)
        double[::1] weight                      # (n_observations,) g
        double[::1] state                       # (n_observations,) v
        double[::1] weighted                    # (n_observations,)
        double[:, ::1] model_mean, product      # (n_columns, n_rows) m, and x'g
        double[::1] shift                       # (n_columns,) s

    def bind_entries(self, X, mean, scale, state):
        """View a design and the state of its coefficients, which steps move in place.

        Parameters
        ----------
        X : csc_array of shape (n_samples, n_rows)
        mean, scale : ndarray of shape (n_rows,)
            What is subtracted from every column, and its factor.
        state : tuple of ndarray
            As `NewtonRows.bind` takes it.
        """
        self.w, self.intercept, self.eta, self.residual, self.hessian = state
        n_rows, n_columns = self.w.shape[0], self.n_columns
        self.entries = np.ascontiguousarray(X.data, dtype=np.float64)
        self.indices = np.ascontiguousarray(X.indices, dtype=np.int32)
        self.indptr = np.ascontiguousarray(X.indptr, dtype=np.int64)
        self.mean, self.scale = mean, scale
        self.rotates, self.n_rows, self.n_blocks = False, n_rows, n_rows
        self.most, self.endured = n_rows, ENDURED
        self.block_ptr = np.arange(n_rows + 1, dtype=np.int32)
        self.trial, self.move, self.lipschitz = np.zeros((3, n_rows, n_columns))
        self.curvature = self.lipschitz
        self.slopes, self.means, self.before = np.zeros((3, n_columns, n_rows))
        self.model_mean, self.product = np.zeros((2, n_columns, n_rows))
        self.place = self.known = np.arange(n_rows, dtype=np.int32)
        self.active = np.empty(n_rows, dtype=np.int32)
        self.scratch, self.grad = np.empty(2 * n_columns), np.empty(n_columns)
        self.weight, self.state, self.weighted = np.empty((3, self.y.shape[0]))
        self.shift = np.zeros(n_columns)

    cdef double entries_dot(self, int r, const double* values) noexcept nogil:
        """Return the product of the entries of a column with values of its samples."""
        cdef double total = 0.0
        cdef long long k
        for k in range(self.indptr[r], self.indptr[r + 1]):
            total += self.entries[k] * values[self.indices[k]]
        return total

    cdef void correlate(self, bint whole) noexcept nogil:
        cdef Py_ssize_t i, first
        cdef int c, a, r, n_seen = self.n_rows if whole else self.n_active
        cdef double total
        if whole and self.fresh:
            return
        for c in range(self.n_columns):
            first = self.starts[c]
            total = 0.0
            for i in range(first, self.starts[c + 1]):
                self.weighted[i] = self.sqrt_weight[i] * self.residual[i]
                total += self.weighted[i]
            for a in range(n_seen):
                r = a if whole else self.active[a]
                self.slopes[c, r] = self.scale[r] * (
                    self.entries_dot(r, &self.weighted[first]) - self.mean[r] * total
                )
        self.fresh = whole

    cdef int update(self, double gap, double last, double target) noexcept nogil:
        """Take curvatures anew, with the means and curvatures of active columns."""
        cdef Py_ssize_t i, first
        cdef int a, c, r
        cdef long long k
        cdef double total, mean, square, root
        self.take_curvatures()
        self.n_models += 1
        for c in range(self.n_columns):
            first = self.starts[c]
            total = 0.0
            for i in range(first, self.starts[c + 1]):
                root = self.sqrt_weight[i]
                self.weight[i] = root * root * self.used[i]
                total += self.weight[i]
            for a in range(self.n_active):
                r = self.active[a]
                mean = square = 0.0
                for k in range(self.indptr[r], self.indptr[r + 1]):
                    i = first + self.indices[k]
                    mean += self.entries[k] * self.weight[i]
                    square += self.entries[k] * self.entries[k] * self.weight[i]
                self.product[c, r] = mean
                mean = mean / total if self.centred else 0.0
                self.model_mean[c, r] = mean
                self.means[c, r] = self.scale[r] * (mean - self.mean[r])
                square = max(square - total * mean * mean, 0.0)
                self.lipschitz[r, c] = self.scale[r] * self.scale[r] * square
        return 0

    cdef void begin(self) noexcept nogil:
        cdef Py_ssize_t i
        cdef int a, c, r
        self.model_square = 0.0
        for i in range(self.used.shape[0]):
            self.state[i] = self.sqrt_weight[i] * self.residual[i]
            if self.used[i] > 0.0:
                self.model_square += self.residual[i] * self.residual[i] / self.used[i]
        for c in range(self.n_columns):
            self.shift[c] = 0.0
            for a in range(self.n_active):
                r = self.active[a]
                self.before[c, r] = self.slopes[c, r]
                self.trial[r, c] = self.move[r, c] = self.w[r, c]

    cdef void block_gradient(self, Py_ssize_t b, double* grad) noexcept nogil:
        cdef int c
        for c in range(self.n_columns):
            grad[c] = -self.scale[b] * (
                self.entries_dot(<int> b, &self.state[self.starts[c]])
                + self.shift[c] * self.product[c, b]
            )

    cdef void block_update(self, Py_ssize_t b, const double* delta) noexcept nogil:
        cdef int c
        cdef long long k
        cdef Py_ssize_t i
        cdef double own
        for c in range(self.n_columns):
            own = self.scale[b] * delta[c]
            if own == 0.0:
                continue
            for k in range(self.indptr[b], self.indptr[b + 1]):
                i = self.starts[c] + self.indices[k]
                self.state[i] -= own * self.weight[i] * self.entries[k]
            self.shift[c] += own * self.model_mean[c, b]

    cdef double explain(self) noexcept nogil:
        cdef Py_ssize_t i, first
        cdef int a, c, r
        cdef long long k
        cdef double slope = 0.0, own, constant
        for c in range(self.n_columns):
            first = self.starts[c]
            constant = self.intercept_step[c]
            for i in range(first, self.starts[c + 1]):
                self.change[i] = 0.0
            for a in range(self.n_active):
                r = self.active[a]
                own = self.scale[r] * self.move[r, c]
                if own != 0.0:
                    for k in range(self.indptr[r], self.indptr[r + 1]):
                        self.change[first + self.indices[k]] += own * self.entries[k]
                    constant -= own * self.mean[r]
                slope -= self.move[r, c] * self.slopes[c, r]
            for i in range(first, self.starts[c + 1]):
                self.change[i] += constant
        return slope
