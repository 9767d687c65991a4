"""Descent along a path of penalty strengths, in one call without the interpreter lock.

All blocks are in play, and the state of the datafit is the correlation with their
columns. For every strength: a step along the line through the last two solutions,
sweeps over the active blocks, and a certificate from correlations that are computed
anew. A strength that needs more than a few sweeps, or whose certificate rounding may
spoil, ends the descent: the caller has better means for it.
"""

import numpy as np

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport sqrt

from mutar_cy._lib._blas cimport dot
from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.penalties._penalty cimport Penalty
from mutar_cy.solvers._block_cd cimport View, look, rows_of, sweep
from mutar_cy.solvers._dual_scaling cimport best_dual

from typing import NamedTuple

# Sweeps between two measurements of the gap, after as many that are measured singly.
cdef int SWEEPS = 5
# Sweeps and multiplications after both of which a Newton step is likely to pay. The
# descent then ends, since the caller takes such steps.
cdef int FEW_SWEEPS = 15
cdef double LITTLE_WORK = 4e6
# Gap at which sweeps end, as a share of the target. Sweeps cost little, and a choice by
# small differences between fits, as in cross-validation, then depends less on tol.
cdef double ACCURATE = 0.1
# Visits of rows that are made whatever the gap: some microseconds.
cdef double FEW_VISITS = 100.0
# Largest step of an extrapolation along the path, relative to the last step.
cdef double FARTHEST = 2.0
# Number of measurements of the gap that are kept.
cdef int LONGEST = 256
# Multiplications between two checks for Ctrl-C: some tens of milliseconds.
cdef double LONG_WORK = 1e8


class PathLimits(NamedTuple):
    """The accuracy of a descent along a path, and the rounding that it allows for."""

    target: float  # duality gap, in scaled units
    norm: float  # of the targets
    row_lengths: np.ndarray  # (n_rows,) norms of the columns
    block_lengths: np.ndarray  # (n_blocks,) Lipschitz constants of the dual norms
    share: float  # rounding error of a sum of products, relative to their sizes
    errors: float  # number of such sums in a gap
    largest_scale: float  # of the residual in a dual point
    largest_allowance: float  # for rounding, in a gap
    tolerated: float  # rounding of dual norms, as a share of their thresholds
    largest_size: float  # of targets and fits for residuals to be dual feasible
    least_alpha: float  # below it thresholds are rounding


@cython.final
cdef class PathDescent:
    """The solutions at several strengths, each from the ones before.

    Parameters
    ----------
    datafit : Datafit
        One that can ``restart``, at zero coefficients.
    penalty : Penalty
        With positive thresholds only. It is changed from strength to strength.
    correlation : ndarray of shape (n_columns, capacity)
        The state of the datafit.
    limits : PathLimits
    """

    cdef:
        Datafit datafit
        Penalty penalty
        double[:, ::1] targets          # (n_columns, n_rows) their correlations
        double[:, ::1] coef             # (n_rows, n_columns)
        double[:, ::1] coef_before      # at the last strength but one
        double[::1] thresholds, ratios, norms   # (n_blocks,)
        const double[::1] row_lengths, block_lengths
        double[::1] scratch             # two times the size of the longest block
        int[::1] active                 # (n_blocks,)
        View view
        double[:, ::1] history          # (LONGEST, 2) sweeps and gaps of a strength
        int n_measured
        object error                    # of a signal
        bint is_fresh                   # whether the state is that of a restart
        int size, n_sweeps, n_points
        double target, norm, share, errors, largest_scale, largest_allowance, tolerated
        double largest_size, least_alpha, alpha, alpha_before
        double row_work, work, since_signal, primal, gap, magnitude, allowance

    def __init__(self, Datafit datafit not None, Penalty penalty not None,
                 correlation not None, limits):
        cdef int n_blocks = <int> datafit.block_ptr.shape[0] - 1
        cdef int n_rows = datafit.block_ptr[n_blocks]
        cdef int n_columns = <int> correlation.shape[0]
        self.datafit, self.penalty = datafit, penalty
        self.targets = np.array(correlation[:, :n_rows])
        self.coef = np.zeros((n_rows, n_columns))
        self.coef_before = np.empty((n_rows, n_columns))
        self.thresholds, self.ratios, self.norms = np.empty((3, n_blocks))
        self.active = np.empty(n_blocks, dtype=np.int32)
        self.size = n_columns * datafit.longest_block()
        self.scratch = np.empty(2 * self.size)
        self.row_lengths, self.block_lengths = limits.row_lengths, limits.block_lengths
        self.target, self.norm, self.share = limits.target, limits.norm, limits.share
        self.errors, self.tolerated = limits.errors, limits.tolerated
        self.largest_scale = limits.largest_scale
        self.largest_allowance = limits.largest_allowance
        self.largest_size, self.least_alpha = limits.largest_size, limits.least_alpha
        self.history = np.empty((LONGEST, 2))
        self.n_points, self.row_work = 0, datafit.work()
        self.alpha = self.alpha_before = 0.0
        self.since_signal = 0.0

    def resume(self, const double[:, ::1] coef not None, double alpha):
        """Go on from a solution that was found by other means.

        With two solutions, one after the other, the next strength starts ahead.
        """
        if self.n_points == 0 or alpha != self.alpha:
            self.alpha_before, self.alpha = self.alpha, alpha
            self.coef_before[:, :] = self.coef
            self.n_points = min(self.n_points + 1, 2)
        self.coef[:, :] = coef
        self.datafit.restart(&self.coef[0, 0])

    def run(self, const double[:, ::1] strengths not None, int max_iter):
        """Return the solutions at the first of some strengths, as many as are safe.

        Parameters
        ----------
        strengths : ndarray of shape (n_strengths, n_parameters)
            What ``set_strengths`` takes; ``alpha`` comes first.
        max_iter : int
            Maximum number of sweeps at a strength.

        Returns
        -------
        coefs : ndarray of shape (n_settled, n_rows, n_columns)
        gaps, objectives : ndarray of shape (n_settled,)
        n_sweeps : ndarray of int, shape (n_settled,)
        """
        cdef:
            Py_ssize_t k, n_strengths = strengths.shape[0], n_settled = 0
            double[:, :, ::1] coefs = np.empty(
                (n_strengths, self.coef.shape[0], self.coef.shape[1])
            )
            double[::1] gaps = np.empty(n_strengths), objectives = np.empty(n_strengths)
            long long[::1] n_sweeps = np.empty(n_strengths, dtype=np.int64)
        with nogil:
            for k in range(n_strengths):
                if not self.settle(&strengths[k, 0], max_iter):
                    break
                coefs[k, :, :] = self.coef
                gaps[k], objectives[k] = self.gap, self.primal
                n_sweeps[k] = self.n_sweeps
                n_settled += 1
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return (
            np.asarray(coefs)[:n_settled], np.asarray(gaps)[:n_settled],
            np.asarray(objectives)[:n_settled], np.asarray(n_sweeps)[:n_settled],
        )

    def gaps(self):
        """Return the sweeps and the gap of every measurement at the last strength.

        Returns
        -------
        history : ndarray of shape (n_measured, 2)
        """
        return np.array(self.history[:self.n_measured])

    cdef bint settle(self, const double* strengths, int max_iter) noexcept nogil:
        """Minimise at other strengths; return whether the certificate may be kept."""
        cdef Py_ssize_t b
        self.penalty.set_strengths(strengths)
        for b in range(self.thresholds.shape[0]):
            self.thresholds[b] = self.penalty.block_threshold(b)
        self.n_sweeps, self.work, self.is_fresh = 0, 0.0, True
        self.n_measured = 0
        self.start_ahead(strengths[0])
        if not strengths[0] > self.least_alpha:
            return False
        if self.gap <= ACCURATE * self.target:
            return self.is_trustworthy()
        while (
            self.gap > ACCURATE * self.target or self.work < FEW_VISITS * self.row_work
        ):
            if self.n_sweeps >= max_iter or self.descend(max_iter):
                break
        if not self.is_fresh:
            self.datafit.restart(&self.coef[0, 0])
            self.measure()
        return self.gap <= self.target and self.is_trustworthy()

    cdef bint is_interrupted(self):
        """Return whether a signal asks for an end; `run` raises its exception."""
        try:
            PyErr_CheckSignals()
        except BaseException as error:
            self.error = error
            return True
        return False

    cdef void measure(self) noexcept nogil:
        """Compute objective and gap at the coefficients, with rounding allowed for."""
        cdef:
            Py_ssize_t b, r, k, n_rows = self.coef.shape[0]
            int n_columns = <int> self.coef.shape[1]
            double inner = self.norm * self.norm, size = self.norm, square, dual
            double scale = 0.0, rounded
            double* w
        self.view = look(
            self.datafit, self.penalty, &self.coef[0, 0], &self.active[0],
            &self.ratios[0], &self.scratch[0], 0,
        )
        for r in range(n_rows):
            w = &self.coef[r, 0]
            square = 0.0
            for k in range(n_columns):
                if w[k] != 0.0:
                    square += w[k] * w[k]
                    inner -= w[k] * self.targets[k, r]
            if square > 0.0:
                size += self.row_lengths[r] * sqrt(square)
        rounded = self.share * size
        self.magnitude, self.allowance = size, self.errors * rounded * size
        for b in range(self.thresholds.shape[0]):
            self.norms[b] = self.ratios[b] * self.thresholds[b]
            self.norms[b] += rounded * self.block_lengths[b]
        dual = best_dual(
            self.view.square, inner, &self.norms[0], &self.thresholds[0],
            self.thresholds.shape[0], self.penalty.ridge, self.largest_scale, &scale,
        )
        self.primal = 0.5 * self.view.square + self.view.cost
        self.gap = self.primal - dual + self.allowance
        # Longer histories go on in the last place.
        self.n_measured = min(self.n_measured + 1, LONGEST)
        self.history[self.n_measured - 1, 0] = self.n_sweeps
        self.history[self.n_measured - 1, 1] = self.gap

    cdef bint is_trustworthy(self) noexcept nogil:
        """Return whether rounding is negligible, also against the thresholds."""
        cdef double rounded = self.share * self.magnitude / self.tolerated
        cdef Py_ssize_t b
        for b in range(self.thresholds.shape[0]):
            if rounded * self.block_lengths[b] > self.thresholds[b]:
                return False
        return (
            self.allowance <= self.largest_allowance
            and self.magnitude <= self.largest_size
        )

    cdef void start_ahead(self, double alpha) noexcept nogil:
        """Move along the line through the last two solutions, if that is a descent.

        While no block comes or goes, the solution of the lasso is linear in alpha, and
        that of the group lasso nearly is.
        """
        cdef:
            int n_values = <int> (self.coef.shape[0] * self.coef.shape[1])
            double step = 0.0, primal
        if self.n_points == 0 or alpha != self.alpha:
            if self.n_points > 1:
                step = (alpha - self.alpha) / (self.alpha - self.alpha_before)
            if not 0.0 < step <= FARTHEST:
                step = 0.0
            primal = 0.5 * self.datafit.square(&self.coef[0, 0]) + self.cost()
            self.alpha_before, self.alpha = self.alpha, alpha
            self.n_points = min(self.n_points + 1, 2)
            extrapolate(n_values, step, &self.coef[0, 0], &self.coef_before[0, 0])
        if step != 0.0:
            self.stay_inside()
            self.datafit.restart(&self.coef[0, 0])
            self.measure()
            if self.primal < primal:
                return
            self.coef[:, :] = self.coef_before
            self.datafit.restart(&self.coef[0, 0])
        self.measure()

    cdef double cost(self) noexcept nogil:
        """Return the value of the penalty at the coefficients."""
        cdef:
            const int* ptr = &self.datafit.block_ptr[0]
            int b, i, size, n_columns = <int> self.coef.shape[1]
            const double* w = &self.coef[0, 0]
            double total = 0.0
        for b in range(<int> self.thresholds.shape[0]):
            size = n_columns * (ptr[b + 1] - ptr[b])
            for i in range(size):
                if w[i] != 0.0:
                    total += self.penalty.block_value(b, w, size)
                    break
            w += size
        return total

    cdef void stay_inside(self) noexcept nogil:
        """Set to zero what has passed through zero on the way to the coefficients.

        These are whole blocks; with positive coefficients they are single entries.
        """
        cdef:
            const int* ptr = &self.datafit.block_ptr[0]
            int b, i, size, n_columns = <int> self.coef.shape[1]
            double* w = &self.coef[0, 0]
            const double* before = &self.coef_before[0, 0]
            bint passed
        for b in range(<int> self.thresholds.shape[0]):
            size = n_columns * (ptr[b + 1] - ptr[b])
            passed = dot(size, w, before) < 0.0
            for i in range(size):
                if passed or (self.penalty.positive and w[i] < 0.0):
                    w[i] = 0.0
            w += size
            before += size

    cdef bint descend(self, int max_iter) noexcept nogil:
        """Sweep; return whether it is time for other means."""
        cdef:
            int rounds = 1 if self.n_sweeps < SWEEPS else SWEEPS, _
            double moved = 0.0, work = self.row_work
        work *= rows_of(self.datafit, &self.active[0], self.view.n_active)
        self.datafit.arrange(&self.active[0], self.view.n_active)
        for _ in range(min(rounds, max_iter - self.n_sweeps)):
            moved = sweep(
                self.datafit, self.penalty, &self.coef[0, 0], &self.active[0],
                self.view.n_active, &self.scratch[0], self.size,
            )
            self.n_sweeps += 1
            self.work += work
            self.since_signal += work
            if moved == 0.0:
                break
        # For one column a restart costs less than another look at all blocks.
        self.is_fresh = self.coef.shape[1] == 1
        if self.is_fresh:
            self.datafit.restart(&self.coef[0, 0])
        self.measure()
        if self.since_signal > LONG_WORK:
            self.since_signal = 0.0
            with gil:
                if self.is_interrupted():
                    return True
        if moved == 0.0:
            return True
        return self.n_sweeps >= FEW_SWEEPS and self.work > LITTLE_WORK


cdef void extrapolate(int n, double step, double* now, double* before) noexcept nogil:
    """Move ``now`` on by a multiple of its last step, and keep it as ``before``."""
    cdef double value
    cdef int i
    for i in range(n):
        value = now[i]
        if step != 0.0:
            now[i] = value + step * (value - before[i])
        before[i] = value
