"""Newton steps on packed rows, and whole paths of them, in compiled code.

Every step minimises the quadratic model of the active blocks: those that are non-zero
or violate optimality at zero. Gaps are computed from the rows and the loss.
"""

import numpy as np

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY, fabs, isnan, sqrt
from libc.string cimport memcpy, memset

from mutar_cy._lib._blas cimport axpy, dot, rows_dot
from mutar_cy.glm._rows_model cimport RowsModel
from mutar_cy.losses._loss cimport Loss
from mutar_cy.penalties._penalty cimport Penalty

cdef:
    int HALVINGS = 40           # 2^-40 is below the square root of eps
    double SUFFICIENT = 1e-4    # of the fall that the slope promises
    double ROUNDING = 3.6e-15   # of the objective's terms
    int MAX_STALLED = 3         # looks without a smaller gap: no digit is left
    double MODEL = 0.003        # share of the gap to which a model is solved
    # Accuracy on the active blocks before the next look at all, as a share of the gap
    # there and of the target.
    double PART = 0.1
    double ALL_IN = 0.5
    # Rows times observations up to which every look is at all blocks, and the share of
    # the rows that are active from which it is.
    double SMALL_WORK = 1e5
    double MOST = 0.5
    double LONG_WORK = 1e8      # multiplications between two looks for Ctrl-C

# Rows up to which Gram matrices are cheap even where samples are fewer.
FEW = 40
# How a descent ends: the target is met; or more steps do not help; or the next step
# needs another model, as more rows are active than there are samples, or as sweeps on
# Gram matrices do not converge; or an error is pending.
MET, ENDED, HARD, FAILED = range(4)
cdef int _MET = 0, _ENDED = 1, _HARD = 2, _FAILED = 3


cdef class NewtonRows(RowsModel):
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
        self.n_columns = <int> len(owners)
        self.most = max(FEW, int(np.min(np.diff(starts))))
        self.column_ptr = np.arange(self.n_columns + 1, dtype=np.int32)
        buffers = np.empty((5, len(observed[0])))
        self.change, self.used, self.root, self.inner, self.ahead = buffers
        self.intercept_step = np.empty(self.n_columns)
        self.fault = None

    def bind(self, rows, block_ptr, state, bint rotates):
        """View the rows of a working set and its state, which steps move in place.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_samples of all designs)
        block_ptr : ndarray of int32, shape (n_blocks + 1,)
        state : tuple of ndarray
            Coefficients (n_rows, n_columns), intercepts (n_columns,), predictors,
            residuals times the roots and curvatures (n_observations,).
        rotates : bool
            Whether the penalty lets blocks be turned.
        """
        cdef const double[:, ::1] given = rows
        self.w, self.intercept, self.eta, self.residual, self.hessian = state
        self.rotates = rotates
        if self.n_rows == given.shape[0] and &self.rows[0, 0] == &given[0, 0]:
            return
        sizes, n_rows = np.diff(block_ptr), len(rows)
        self.rows, self.block_ptr = rows, block_ptr
        self.n_rows, self.n_blocks = n_rows, len(sizes)
        self.trial, self.move, self.lipschitz = np.zeros((3, n_rows, self.n_columns))
        self.curvature = self.lipschitz
        self.slopes, self.means = np.zeros((2, self.n_columns, n_rows))
        squares = np.square(sizes, dtype=np.int64)
        self.axes_ptr = np.concatenate([[0], np.cumsum(squares)])
        alone = sizes.max() == 1
        self.axes = np.empty((self.n_columns, 1 if alone else np.sum(squares)))
        self.place = np.full(n_rows, -1, dtype=np.int32)
        self.known, self.active = np.empty((2, n_rows), dtype=np.int32)
        self.scratch = np.empty(int(sizes.max()) * max(4, 2 * self.n_columns))
        self.grad = np.empty(n_rows * self.n_columns)
        self.n_known = self.capacity = 0

    def descend(self, Penalty penalty not None, double target, int budget):
        """Make Newton steps until the gap of the rows' own problem is small.

        Parameters
        ----------
        penalty : Penalty
            Split over the blocks of the rows.
        target : float
        budget : int
            Most steps.

        Returns
        -------
        n_steps : int
        loss : float
            The attribute ``status`` tells how the descent has ended.
        """
        self.n_steps, self.fresh, self.spent = 0, False, 0.0
        self.on_look = None
        with nogil:
            self.value = self.evaluate()
            self.status = self.run(penalty, target, budget)
        self.check(penalty)
        return self.n_steps, self.value

    def path(
        self,
        Penalty penalty not None,
        const double[:, ::1] strengths not None,
        const double[::1] least not None,
        double target,
        int budget,
        double balance,
        on_look=None,
    ):
        """Descend at one strength after the other, while targets are met.

        Parameters
        ----------
        penalty : Penalty
            Split over the blocks of the rows. It is changed from strength to strength.
        strengths : ndarray of shape (n_strengths, n_parameters)
            What ``set_strengths`` takes.
        least : ndarray of shape (n_blocks,)
            The path ends before a threshold that is not above these.
        target : float
        budget : int
            Most steps at a strength.
        balance : float
            Largest part of the residuals along the intercepts.
        on_look : callable, default=None
            Called as ``on_look(n_steps, gap)`` after every look at all blocks.

        Returns
        -------
        coef : ndarray of shape (n_met, n_rows, n_columns)
        intercept : ndarray of shape (n_met, n_columns)
        numbers : ndarray of shape (n_met, 3)
            Gap, objective and number of steps.
        """
        cdef:
            Py_ssize_t k, b, n_met = 0, n_strengths = strengths.shape[0]
            Py_ssize_t size = <Py_ssize_t> self.n_rows * self.n_columns
            double[:, :, ::1] coef = np.empty(
                (n_strengths, self.n_rows, self.n_columns)
            )
            double[:, ::1] intercept = np.empty((n_strengths, self.n_columns))
            double[:, ::1] numbers = np.empty((n_strengths, 3))
            bint counts = True
        self.fresh, self.spent, self.n_steps, self.status = False, 0.0, 0, _ENDED
        self.on_look = on_look
        with nogil:
            self.value = self.evaluate()
            for k in range(n_strengths):
                penalty.set_strengths(&strengths[k, 0])
                for b in range(self.n_blocks):
                    counts &= penalty.block_threshold(b) > least[b]
                if not counts:
                    break
                self.n_steps = 0
                self.status = self.run(penalty, target, budget)
                if self.status != _MET or self.imbalance() > balance:
                    break
                memcpy(&coef[k, 0, 0], &self.w[0, 0], size * sizeof(double))
                memcpy(&intercept[k, 0], &self.intercept[0],
                       self.n_columns * sizeof(double))
                numbers[k, 0], numbers[k, 1] = self.gap, self.value + self.cost
                numbers[k, 2] = self.n_steps
                n_met += 1
        self.check(penalty)
        found = np.asarray(coef), np.asarray(intercept), np.asarray(numbers)
        return tuple(array[:n_met] for array in found)

    cdef int check(self, Penalty penalty) except -1:
        """Raise an error that compiled code could not raise."""
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        if self.status == _FAILED:
            raise FloatingPointError("no principal axes of a block were found")
        return penalty.raise_error()

    cdef int run(self, Penalty penalty, double target, int budget) noexcept nogil:
        """Make Newton steps; return how they ended."""
        cdef:
            bint whole = True, hard = False
            bint always = <double> self.n_rows * self.y.shape[0] <= SMALL_WORK
            int n_stalled = 0, n_hard = 0
            double best = INFINITY, part = INFINITY
        self.last = INFINITY
        while True:
            self.look(penalty, whole)
            if whole:
                if self.on_look is not None and self.tell():
                    return _FAILED
                n_stalled = 0 if self.gap < best else n_stalled + 1
                best = min(best, self.gap)
                part = max(PART * self.gap, ALL_IN * target)
                if self.gap <= target:
                    return _MET
                if self.n_steps >= budget or n_stalled >= MAX_STALLED:
                    return _ENDED
                if n_hard > self.endured or self.n_active_rows > self.most:
                    return _HARD
            elif self.gap <= part or self.gap >= self.last or hard \
                    or self.n_steps >= budget:
                whole = True
                continue
            self.n_steps += 1
            if self.update(self.gap, self.last, target):
                return _FAILED
            self.last = self.gap
            hard = not self.minimise(penalty, MODEL * self.gap)
            n_hard += hard
            if not self.step(penalty):
                return _HARD if hard else _ENDED
            self.fresh = False
            whole = always or self.n_active_rows > MOST * self.n_rows
            if self.interrupted():
                return _FAILED

    cdef bint tell(self) noexcept nogil:
        """Call ``on_look``; return whether it has raised."""
        with gil:
            try:
                self.on_look(self.n_steps, self.gap)
            except BaseException as fault:
                self.fault = fault
        return self.fault is not None

    cdef bint interrupted(self) noexcept nogil:
        """Look for Ctrl-C after much work."""
        cdef bint found = False
        self.spent += <double> self.n_active_rows * self.n_active_rows \
            * self.y.shape[0] + <double> self.n_rows * self.y.shape[0]
        if self.spent > LONG_WORK:
            self.spent = 0.0
            with gil:
                found = self.has_signal()
        return found

    cdef bint has_signal(self):
        try:
            PyErr_CheckSignals()
        except BaseException as fault:
            self.fault = fault
            return True
        return False

    cdef double evaluate(self) noexcept nogil:
        """Return the loss at the best intercepts; write residuals and curvatures."""
        cdef Py_ssize_t c, i, first, n
        cdef double shift
        if self.centred:
            for c in range(self.n_columns):
                first, n = self.starts[c], self.starts[c + 1] - self.starts[c]
                shift = self.loss.best_intercept(
                    n, &self.y[first], &self.eta[first], &self.sqrt_weight[first]
                )
                if isnan(shift):
                    continue
                self.intercept[c] += shift
                for i in range(first, first + n):
                    self.eta[i] += shift
        return self.loss.total_terms(
            self.y.shape[0], &self.y[0], &self.eta[0], &self.sqrt_weight[0],
            &self.residual[0], &self.hessian[0],
        )

    cdef double imbalance(self) noexcept nogil:
        """Return a bound of the norm of the residuals along the intercepts' columns."""
        cdef Py_ssize_t c, first, n
        cdef double own, total = 0.0, least = INFINITY
        if not self.centred:
            return 0.0
        for c in range(self.n_columns):
            first, n = self.starts[c], self.starts[c + 1] - self.starts[c]
            own = dot(<int> n, &self.sqrt_weight[first], &self.residual[first])
            total += own * own
            own = dot(<int> n, &self.sqrt_weight[first], &self.sqrt_weight[first])
            least = own if own < least else least
        return sqrt(total / least)

    cdef void correlate(self, bint whole) noexcept nogil:
        """Write the products of all rows, or of active ones, with the residuals."""
        cdef Py_ssize_t c, at, a
        cdef int n, r, b
        if whole and self.fresh:
            return
        for c in range(self.n_columns):
            at = self.sample_ptr[self.owners[c]]
            n = <int> (self.sample_ptr[self.owners[c] + 1] - at)
            if whole:
                rows_dot(self.n_rows, n, &self.rows[0, at], <int> self.rows.shape[1],
                         &self.residual[self.starts[c]], &self.slopes[c, 0])
                continue
            for a in range(self.n_active):
                b = self.active[a]
                for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                    self.slopes[c, r] = dot(n, &self.rows[r, at],
                                            &self.residual[self.starts[c]])
        self.fresh = whole

    cdef void look(self, Penalty penalty, bint whole) noexcept nogil:
        """Compute the duality gap, over all blocks or active ones; list active blocks.

        The dual point is the residual, scaled to be feasible where this is needed.
        """
        cdef:
            Py_ssize_t a, b, r, c, n_seen = self.n_blocks if whole else self.n_active
            double largest = 1.0, ratio, conjugate = 0.0, scaled
            int size, n_active = 0, n_rows = 0
            bint is_zero
        self.correlate(whole)
        self.cost = 0.0
        for a in range(n_seen):
            b = a if whole else self.active[a]
            size = 0
            is_zero = True
            for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                for c in range(self.n_columns):
                    self.grad[size] = -self.slopes[c, r]
                    is_zero &= self.w[r, c] == 0.0
                    size += 1
            ratio = penalty.block_dual_ratio(b, &self.grad[0], size)
            largest = ratio if ratio > largest else largest
            if ratio > 1.0:
                conjugate += penalty.block_conjugate(b, &self.grad[0], size)
            if not is_zero:
                self.cost += penalty.block_value(b, &self.w[self.block_ptr[b], 0], size)
            if whole and (ratio > 1.0 or not is_zero):
                self.active[n_active] = <int> b
                n_active += 1
                n_rows += self.block_ptr[b + 1] - self.block_ptr[b]
        if whole:
            self.n_active, self.n_active_rows = n_active, n_rows
        scaled = self.dual_at(1.0 / largest)
        if conjugate > 0.0 and conjugate < INFINITY:  # a ridge: each scale is feasible
            scaled = max(scaled, self.dual_at(1.0) - conjugate)
        self.gap = self.value + self.cost - scaled

    cdef double dual_at(self, double scale) noexcept nogil:
        """Return the dual value at a multiple of the residuals, without a penalty."""
        return self.loss.total_dual(
            self.y.shape[0], &self.y[0], &self.offset[0], &self.sqrt_weight[0],
            &self.residual[0], scale,
        )

    cdef bint step(self, Penalty penalty) noexcept nogil:
        """Move as far along ``move`` as the objective falls enough; whether it did."""
        cdef:
            double step = 1.0, own, promised = 0.0, slope = self.explain()
            double* ahead = &self.ahead[0]
            Py_ssize_t i, n = self.y.shape[0]
            int a, b, r, c, size, _
        for _ in range(HALVINGS):
            own = 0.0
            for a in range(self.n_active):
                b = self.active[a]
                size = self.n_columns * (self.block_ptr[b + 1] - self.block_ptr[b])
                for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                    for c in range(self.n_columns):
                        self.trial[r, c] = self.w[r, c] + step * self.move[r, c]
                own += penalty.block_value(b, &self.trial[self.block_ptr[b], 0], size)
            for i in range(n):
                ahead[i] = self.eta[i] + step * self.change[i]
            if step == 1.0:
                promised = slope + own - self.cost
            own += self.loss.total(n, &self.y[0], ahead, &self.sqrt_weight[0])
            if own <= self.value + self.cost + SUFFICIENT * step * promised \
                    + ROUNDING * (fabs(self.value) + self.cost):
                self.take(step, ahead)
                return True
            step *= 0.5
        return False

    cdef double explain(self) noexcept nogil:
        """Write the change of predictors along ``move``; return the loss's slope."""
        cdef Py_ssize_t c, i, at, first
        cdef int a, b, r, n
        cdef double slope = 0.0
        cdef double* change
        for c in range(self.n_columns):
            at, first = self.sample_ptr[self.owners[c]], self.starts[c]
            n = <int> (self.starts[c + 1] - first)
            change = &self.change[first]
            memset(change, 0, n * sizeof(double))
            for a in range(self.n_active):
                b = self.active[a]
                for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                    if self.move[r, c] != 0.0:
                        axpy(n, self.move[r, c], &self.rows[r, at], change)
            slope -= dot(n, change, &self.residual[first])
            for i in range(n):
                change[i] = change[i] * self.inverse[first + i] + self.intercept_step[c]
        return slope

    cdef void take(self, double step, const double* ahead) noexcept nogil:
        """Move to the coefficients ``trial`` and predictors that a step has reached."""
        cdef int a, b, r, c
        for a in range(self.n_active):
            b = self.active[a]
            for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                for c in range(self.n_columns):
                    self.w[r, c] = self.trial[r, c]
        memcpy(&self.eta[0], ahead, self.y.shape[0] * sizeof(double))
        for c in range(self.n_columns):
            self.intercept[c] += step * self.intercept_step[c]
        self.value = self.evaluate()
