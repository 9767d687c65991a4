"""Newton steps on few rows, in one call: what Python would spend most of its time on.

The steps are those of `GramModel` with curvatures taken anew at each, and its Gram
matrices made here; sweeps over the blocks are those of the kernel.
"""

import numpy as np

from libc.math cimport fabs
from libc.string cimport memcpy

from mutar_cy._lib._blas cimport rows_dot
from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.glm._rows_model cimport RowsModel
from mutar_cy.losses._loss cimport Loss
from mutar_cy.penalties._penalty cimport Penalty

from mutar_cy.datafits import GramQuadratic

cdef:
    int HALVINGS = 40
    double SUFFICIENT = 1e-4    # of the fall that the slope promises
    double ROUNDING = 3.6e-15   # of the objective's terms
    int MAX_STALLED = 3                # steps without a smaller gap: no digit is left


cdef class FewRows(RowsModel):
    """The state of a PredictorSet, for steps in compiled code.

    Parameters
    ----------
    loss : Loss
    observed : tuple of ndarray of shape (n_observations,)
        Targets, offsets, roots of the weights and one over them.
    starts : ndarray of int64, shape (n_columns + 1,)
        Where the observations of every column begin.
    owners : ndarray of int32, shape (n_columns,)
        The design of each column.
    sample_ptr : ndarray of int64, shape (n_designs + 1,)
    floor : float
        Of the mean curvature: flatter samples count as much.
    centred : bool
        Whether every column has an intercept.
    """

    def __init__(self, Loss loss not None, observed, starts, owners, sample_ptr,
                 double floor, bint centred):
        self.loss, self.floor, self.centred = loss, floor, centred
        self.y, self.offset, self.sqrt_weight, self.inverse = observed
        self.starts, self.owners, self.sample_ptr = starts, owners, sample_ptr
        self.change = np.empty(len(observed[0]))
        self.intercept_step = np.empty(len(owners))

    def descend(
        self,
        Penalty penalty not None,
        const double[:, ::1] rows not None,
        const int[::1] block_ptr not None,
        state,
        bint rotates,
        double target,
        int budget,
    ):
        """Make Newton steps until the gap of the rows' own problem is small.

        Parameters
        ----------
        penalty : Penalty
            Split over the blocks of the rows.
        rows : ndarray of shape (n_rows, n_samples of all designs)
        block_ptr : ndarray of int32, shape (n_blocks + 1,)
        state : tuple of ndarray
            Coefficients (n_rows, n_columns), intercepts (n_columns,), predictors,
            residuals times the roots and curvatures (n_observations,); moved in place.
        rotates : bool
            Whether the penalty lets blocks be turned.
        target : float
        budget : int
            Most steps.

        Returns
        -------
        n_steps : int
        loss : float
        """
        cdef:
            int n_steps = 0, n_stalled = 0
            double value, gap, best = float("inf"), cost
            int n_columns = <int> self.owners.shape[0]
            int[::1] sizes = np.diff(block_ptr)
            int longest = np.max(sizes)
            Datafit datafit
        self.w, self.intercept, self.eta, self.residual, self.curvature = state
        self.trial, self.move = np.empty((2, rows.shape[0], n_columns))
        self.slopes, self.begin, self.means = np.empty((3, n_columns, rows.shape[0]))
        self.lipschitz = np.empty((rows.shape[0], n_columns))
        self.grams = np.empty((n_columns, rows.shape[0], rows.shape[0]))
        self.axes = np.empty((n_columns, int(np.dot(sizes, sizes))))
        self.weighed = np.empty(rows.shape[0] * int(np.max(np.diff(self.sample_ptr))))
        self.scratch = np.empty(
            max(longest * longest + 4 * longest, 2 * longest * n_columns)
        )
        datafit = GramQuadratic(
            self.lipschitz, block_ptr, np.arange(n_columns + 1, dtype=np.int32),
            self.grams, self.slopes, np.asarray(self.trial), 0.0,
        )
        value = self.evaluate()
        while True:
            self.correlate(rows)
            gap, cost = self.gap(penalty, block_ptr, value)
            n_stalled = 0 if gap < best else n_stalled + 1
            best = gap if gap < best else best
            if gap <= target or n_steps >= budget or n_stalled >= MAX_STALLED:
                break
            n_steps += 1
            if self.make_model(rows, block_ptr, rotates):
                raise FloatingPointError("no principal axes of a block were found")
            self.sweep(datafit, penalty, block_ptr, rotates and longest > 1)
            if not self.step(penalty, rows, block_ptr, value, cost):
                break
            value = self.refit_intercepts()
        return n_steps, value

    cdef double evaluate(self) noexcept nogil:
        """Return the loss; write residuals and curvatures."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        for i in range(self.y.shape[0]):
            if self.sqrt_weight[i] > 0.0:
                total += self.sqrt_weight[i] * self.sqrt_weight[i] * self.loss.terms_at(
                    self.y[i], self.eta[i], &self.residual[i], &self.curvature[i]
                )
                self.residual[i] *= self.sqrt_weight[i]
            else:
                self.residual[i] = self.curvature[i] = 0.0
        return total

    cdef double refit_intercepts(self):
        """Take the best intercepts; return the loss there."""
        cdef Py_ssize_t c, i, a, b
        cdef double shift
        if self.centred:
            for c in range(self.owners.shape[0]):
                a, b = self.starts[c], self.starts[c + 1]
                shift = self.loss.fit_intercept_only(
                    self.y[a:b], self.eta[a:b], self.sqrt_weight[a:b]
                )
                self.intercept[c] += shift
                for i in range(a, b):
                    self.eta[i] += shift
        return self.evaluate()

    cdef void correlate(self, const double[:, ::1] rows) noexcept nogil:
        """Write the products of all rows with the residuals."""
        cdef Py_ssize_t c, at
        cdef int n
        for c in range(self.owners.shape[0]):
            at = self.sample_ptr[self.owners[c]]
            n = <int> (self.sample_ptr[self.owners[c] + 1] - at)
            rows_dot(<int> rows.shape[0], n, &rows[0, at], <int> rows.shape[1],
                     &self.residual[self.starts[c]], &self.slopes[c, 0])

    cdef (double, double) gap(
        self, Penalty penalty, const int[::1] block_ptr, double value
    ) noexcept nogil:
        """Return the duality gap, and the cost of the coefficients."""
        cdef Py_ssize_t b, r, c, i, n_columns = self.owners.shape[0]
        cdef double largest = 1.0, ratio, cost = 0.0, dual = 0.0, own
        for r in range(self.w.shape[0]):
            for c in range(n_columns):
                self.move[r, c] = -self.slopes[c, r]
        for b in range(block_ptr.shape[0] - 1):
            r = block_ptr[b]
            i = n_columns * (block_ptr[b + 1] - r)
            ratio = penalty.block_dual_ratio(b, &self.move[r, 0], <int> i)
            largest = ratio if ratio > largest else largest
            cost += penalty.block_value(b, &self.w[r, 0], <int> i)
        for i in range(self.y.shape[0]):
            if self.sqrt_weight[i] > 0.0:
                own = self.residual[i] * self.inverse[i] / largest
                dual -= self.sqrt_weight[i] * self.sqrt_weight[i] * (
                    self.loss.conjugate_at(self.y[i], own) + own * self.offset[i]
                )
        return value + cost - dual, cost

    cdef bint step(
        self,
        Penalty penalty,
        const double[:, ::1] rows,
        const int[::1] block_ptr,
        double value,
        double cost,
    ) noexcept nogil:
        """Move as far along ``move`` as the objective falls enough; whether it did."""
        cdef:
            Py_ssize_t n_columns = self.owners.shape[0], n_rows = rows.shape[0]
            Py_ssize_t b, c, r, i, at
            double slope = 0.0, step = 1.0, own, promised = 0.0, new, weight
            int _
        for c in range(n_columns):
            at = self.sample_ptr[self.owners[c]] - self.starts[c]
            for i in range(self.starts[c], self.starts[c + 1]):
                self.change[i] = 0.0
            for r in range(n_rows):
                own = self.move[r, c]
                if own != 0.0:
                    for i in range(self.starts[c], self.starts[c + 1]):
                        self.change[i] += own * rows[r, at + i]
            for i in range(self.starts[c], self.starts[c + 1]):
                slope -= self.change[i] * self.residual[i]
                self.change[i] *= self.inverse[i]
                self.change[i] += self.intercept_step[c]
        for _ in range(HALVINGS):
            own = new = 0.0
            for r in range(n_rows):
                for c in range(n_columns):
                    self.trial[r, c] = self.w[r, c] + step * self.move[r, c]
            for b in range(block_ptr.shape[0] - 1):
                own += penalty.block_value(
                    b, &self.trial[block_ptr[b], 0],
                    <int> (n_columns * (block_ptr[b + 1] - block_ptr[b])),
                )
            for i in range(self.y.shape[0]):
                if self.sqrt_weight[i] > 0.0:
                    weight = self.sqrt_weight[i] * self.sqrt_weight[i]
                    new += weight * self.loss.value_at(
                        self.y[i], self.eta[i] + step * self.change[i]
                    )
            if step == 1.0:
                promised = slope + own - cost
            if new + own <= value + cost + SUFFICIENT * step * promised \
                    + ROUNDING * (fabs(value) + cost):
                memcpy(&self.w[0, 0], &self.trial[0, 0],
                       n_rows * n_columns * sizeof(double))
                for i in range(self.y.shape[0]):
                    self.eta[i] += step * self.change[i]
                for c in range(n_columns):
                    self.intercept[c] += step * self.intercept_step[c]
                return True
            step *= 0.5
        return False
