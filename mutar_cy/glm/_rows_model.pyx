"""The quadratic model of few rows: Gram matrices, and sweeps over their blocks."""

from libc.math cimport fabs, sqrt

from mutar_cy._lib._blas cimport rows_rows
from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.glm._axes cimport turn_block, turn_column
from mutar_cy.penalties._penalty cimport Penalty
from mutar_cy.solvers._block_cd cimport move_block

cdef:
    int SWEEPS = 500            # most of them for a step
    double STILL = 1e-3         # of the first sweep's largest move: a step is found


cdef class RowsModel:
    """Arrays of the state of few rows, and the model of the loss there.

    A subclass makes the arrays. Rows in weighted coordinates are roots of curvatures
    times what is packed, less their part in the intercept's column; their inner
    products are the Gram matrices.
    """

    cdef int make_model(
        self, const double[:, ::1] rows, const int[::1] block_ptr, bint rotates
    ) noexcept nogil:
        """Write Gram matrices, their axes and curvatures; not 0 if that fails."""
        cdef:
            Py_ssize_t n_rows = rows.shape[0], c, r, i, at, n, b, place
            double total, weight, floor, mean, curvature
            int failed = 0, size
        for c in range(self.owners.shape[0]):
            at = self.sample_ptr[self.owners[c]]
            n = self.sample_ptr[self.owners[c] + 1] - at
            i = self.starts[c]
            total = weight = 0.0
            for i in range(self.starts[c], self.starts[c] + n):
                weight += self.sqrt_weight[i] * self.sqrt_weight[i]
                total += self.sqrt_weight[i] * self.sqrt_weight[i] * self.curvature[i]
            floor = self.floor * total / weight
            total = 0.0
            for i in range(self.starts[c], self.starts[c] + n):
                curvature = self.curvature[i] if self.curvature[i] > floor else floor
                self.change[i] = sqrt(curvature) if self.sqrt_weight[i] > 0.0 else 0.0
                total += (self.sqrt_weight[i] * self.change[i]) ** 2
            for r in range(n_rows):
                self.means[c, r] = mean = 0.0
                if self.centred:
                    for i in range(n):
                        curvature = self.change[self.starts[c] + i]
                        mean += rows[r, at + i] * self.sqrt_weight[self.starts[c] + i] \
                            * curvature * curvature
                    self.means[c, r] = mean = mean / total
                for i in range(n):
                    self.weighed[r * n + i] = self.change[self.starts[c] + i] * (
                        rows[r, at + i] - mean * self.sqrt_weight[self.starts[c] + i]
                    )
            rows_rows(<int> n_rows, <int> n_rows, <int> n, &self.weighed[0],
                      &self.weighed[0], &self.grams[c, 0, 0])
            place = 0
            for b in range(block_ptr.shape[0] - 1):
                r, size = block_ptr[b], block_ptr[b + 1] - block_ptr[b]
                if size == 1:
                    self.lipschitz[r, c] = self.grams[c, r, r]
                else:
                    failed |= turn_block(
                        &self.grams[c, 0, 0], n_rows, <int> r, size, rotates,
                        &self.axes[c, place], &self.lipschitz[r, c],
                        self.owners.shape[0], &self.scratch[0],
                    )
                place += size * size
        return failed

    cdef void sweep(
        self, Datafit datafit, Penalty penalty, const int[::1] block_ptr, bint turns
    ) noexcept nogil:
        """Write the way to the minimum of the model to ``move``."""
        cdef:
            Py_ssize_t n_columns = self.owners.shape[0], n_blocks, b, r, c
            int n_sweeps = 0, size
            double first = 0.0, largest, moved
        n_blocks = block_ptr.shape[0] - 1
        for c in range(n_columns):
            for r in range(self.w.shape[0]):
                self.begin[c, r] = self.w[r, c]
            if turns:
                turn_column(&self.begin[c, 0], &self.axes[c, 0], &block_ptr[0],
                            n_blocks, False, &self.scratch[0])
                turn_column(&self.slopes[c, 0], &self.axes[c, 0], &block_ptr[0],
                            n_blocks, False, &self.scratch[0])
            for r in range(self.w.shape[0]):
                self.trial[r, c] = self.begin[c, r]
        while n_sweeps < SWEEPS:
            largest = 0.0
            for b in range(n_blocks):
                size = <int> n_columns * (block_ptr[b + 1] - block_ptr[b])
                moved = move_block(
                    datafit, penalty, b, &self.trial[block_ptr[b], 0], size,
                    &self.scratch[0], &self.scratch[size],
                )
                largest = moved if moved > largest else largest
            n_sweeps += 1
            first = largest if n_sweeps == 1 else first
            if largest <= STILL * first:
                break
        for c in range(n_columns):
            for r in range(self.w.shape[0]):
                self.begin[c, r] = self.trial[r, c] - self.begin[c, r]
            if turns:
                turn_column(&self.begin[c, 0], &self.axes[c, 0], &block_ptr[0],
                            n_blocks, True, &self.scratch[0])
            for r in range(self.w.shape[0]):
                self.move[r, c] = self.begin[c, r]
        for b in range(n_blocks):  # what becomes zero does so, whatever the turning
            largest = 0.0
            for r in range(block_ptr[b], block_ptr[b + 1]):
                for c in range(n_columns):
                    largest = max(largest, fabs(self.trial[r, c]))
            if largest == 0.0:
                for r in range(block_ptr[b], block_ptr[b + 1]):
                    for c in range(n_columns):
                        self.move[r, c] = -self.w[r, c]
        for c in range(n_columns):
            self.intercept_step[c] = 0.0
            for r in range(self.w.shape[0]):
                self.intercept_step[c] -= self.means[c, r] * self.move[r, c]
