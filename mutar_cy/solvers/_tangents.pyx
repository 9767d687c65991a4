"""Weighted problems in turn, each with the penalty that is tangent to roots of norms.

Reweighting solves many problems that differ in their weights alone, most of them in few
sweeps. So a run of them is one call, which also follows the objective and the change of
the fit.
"""

from typing import NamedTuple

import numpy as np

from libc.math cimport INFINITY, fabs, ldexp, sqrt
from libc.string cimport memcpy

from mutar_cy._lib._blas cimport dot
from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.penalties._penalty cimport Penalty
from mutar_cy.solvers._block_cd cimport (
    Descent,
    View,
    descend_blocks,
    kernel_gap,
    look,
    raise_signal,
)
from mutar_cy.solvers._root_newton cimport RootNewton

# Sweeps between two computations of the gap, and after a Newton step.
cdef int SWEEPS = 5
# Newton steps for a weighted problem, before other ways are tried, and the largest
# share of its norm by which they shrink a block.
cdef int NEWTON_STEPS = 4
cdef double FARTHEST = 0.9
# The bend of a tangent, as in `RootNewton`.
cdef double TANGENT = 1.0


class Accuracy(NamedTuple):
    """The gap to which weighted problems are solved.

    It is a share of the gap at the start of each of them, within bounds.
    """

    floor: float
    ceiling: float
    share: float


class StepsOutcome(NamedTuple):
    """What :meth:`TangentSteps.run` has done."""

    losses: np.ndarray  # the objective after every problem
    n_sweeps: int
    target: float  # the gap to which the last problem was to be solved
    finished: bool  # whether it was


cdef class TangentSteps:
    """The roots of norms of blocks, and their tangents.

    The objective is half the squared residual plus ``strength * sum_b given_b
    sqrt(norm_b)``, in the user's units. Unpenalised blocks come first.

    Parameters
    ----------
    given : ndarray of shape (n_penalised,)
        The weights of the roots.
    lengths : ndarray of shape (n_rows, n_columns)
        Norms of the columns of the designs, per coefficient.
    strength : float
    factor : float
        Of a tangent's weights: ``factor / 2 * given_b / sqrt(norm_b)``.
    units : tuple of int
        The powers of two that convert norms and squares to the user's units.
    entrywise : bool
        Whether norms are sums of absolute entries, not Frobenius norms.

    Attributes
    ----------
    change : float
        The largest change of the fit of a coefficient by the last problem, relative to
        the largest fit.
    n_alive : int
        The number of penalised blocks that are not zero.
    """

    cdef:
        const double[::1] given
        const double[:, ::1] lengths
        double strength, factor
        int norm_unit, square_unit
        bint entrywise
        readonly double change
        readonly int n_alive
        double[:, ::1] before       # (n_rows, n_columns) the start of the last problem
        double[::1] thresholds      # (n_blocks,)
        double[::1] scratch         # two times the size of the longest block
        int[::1] active             # (n_blocks,)

    def __init__(
        self,
        const double[::1] given not None,
        const double[:, ::1] lengths not None,
        double strength,
        double factor,
        units,
        bint entrywise,
    ):
        self.given, self.lengths = given, lengths
        self.strength, self.factor = strength, factor
        self.norm_unit, self.square_unit = units
        self.entrywise = entrywise
        self.change = INFINITY
        self.before = np.empty_like(lengths)

    def run(
        self,
        Datafit datafit not None,
        Penalty penalty not None,
        double[:, ::1] w not None,
        double[:, :, ::1] history not None,
        accuracy,
        limits,
        bint resume=False,
        RootNewton newton=None,
    ):
        """Solve weighted problems until coefficients have stopped changing.

        Also end when the history is full, when a quarter of the blocks has become zero,
        or when a problem needs many sweeps.

        Parameters
        ----------
        datafit : Datafit
            Its state must agree with ``w`` and is updated with it.
        penalty : Penalty
            Its weights are replaced.
        w : ndarray of shape (n_rows, n_columns)
            The coefficients, updated in place.
        history : ndarray of shape (n_problems, n_rows, n_columns)
            Output: the solutions, of as many problems as are to be solved.
        accuracy : Accuracy
        limits : tuple
            The largest number of sweeps for a problem, the least change of the fit, and
            the least number of blocks that are not zero.
        resume : bool, default=False
            Whether the first problem is the last one, which has been finished.
        newton : RootNewton, default=None
            Finishes problems that sweeps do not, if it can.

        Returns
        -------
        StepsOutcome
        """
        cdef:
            double floor, ceiling, share, least_change, gap
            int max_sweeps, least_alive, n_sweeps = 0, n_problems = 0
            int room = <int> history.shape[0]
            int n_blocks = <int> datafit.block_ptr.shape[0] - 1
            int n_free = n_blocks - <int> self.given.shape[0]
            size_t n_bytes = w.shape[0] * w.shape[1] * sizeof(double)
            double[::1] weights = penalty.weights, losses = np.empty(room)
            bint finished = True, steps = newton is not None
            Descent run
        floor, ceiling, share = accuracy
        max_sweeps, least_change, least_alive = limits
        self._allocate(datafit, &run)
        run.n_free, run.epochs, run.history = n_free, SWEEPS, NULL
        run.target = 0.0
        with nogil:
            while n_problems < room:
                if not resume:
                    memcpy(&self.before[0, 0], &w[0, 0], n_bytes)
                    self.touch(datafit, &w[0, 0], n_free, &weights[0])
                    gap = kernel_gap(look(
                        datafit, penalty, &w[0, 0], run.active, NULL, run.scratch,
                        n_free,
                    ))
                    run.target = min(ceiling, max(floor, share * gap))
                    run.max_epochs = max_sweeps
                    descend_blocks(datafit, penalty, &w[0, 0], &run)
                    n_sweeps += run.n_epochs
                    finished = run.gap <= run.target or run.at_rest
                    if steps and not finished and not run.is_interrupted:
                        n_sweeps += self.finish(
                            datafit, penalty, newton, &w[0, 0], &run
                        )
                        finished = run.gap <= run.target or run.at_rest
                    if not finished:
                        break
                resume = False
                memcpy(&history[n_problems, 0, 0], &w[0, 0], n_bytes)
                losses[n_problems] = self.judge(datafit, &w[0, 0], n_free)
                n_problems += 1
                if self.n_alive < least_alive or self.change <= least_change:
                    break
        raise_signal(&run)
        found = np.asarray(losses)[:n_problems]
        return StepsOutcome(found, n_sweeps, run.target, bool(finished))

    cdef _allocate(self, Datafit datafit, Descent* run):
        """Set the buffers of a descent."""
        cdef Py_ssize_t n_blocks = datafit.block_ptr.shape[0] - 1
        cdef Py_ssize_t longest = datafit.longest_block() * self.lengths.shape[1]
        if self.active is None or self.active.shape[0] < n_blocks:
            self.active = np.empty(n_blocks, dtype=np.int32)
            self.scratch = np.empty(2 * longest)
            self.thresholds = np.empty(n_blocks)
        run.active = &self.active[0]
        run.scratch, run.size = &self.scratch[0], <int> longest
        run.row_work, run.is_interrupted = datafit.work(), False

    cdef int finish(
        self,
        Datafit datafit,
        Penalty penalty,
        RootNewton newton,
        double* w,
        Descent* run,
    ) noexcept nogil:
        """Alternate Newton steps with sweeps; return the number of sweeps."""
        cdef:
            Py_ssize_t b
            int n_sweeps = 0, _
            double value, before, size
            View view = look(
                datafit, penalty, w, run.active, NULL, run.scratch, run.n_free
            )
        for b in range(self.thresholds.shape[0]):
            self.thresholds[b] = penalty.block_threshold(b)
        value = 0.5 * view.square + view.cost
        run.max_epochs = SWEEPS
        for _ in range(NEWTON_STEPS):
            if not newton.find(datafit, w, &self.thresholds[0], TANGENT):
                break
            size = 1.0
            if newton.shrinkage > FARTHEST:
                size = FARTHEST / newton.shrinkage
            newton.step(datafit, w, size)
            before = value
            view = look(datafit, penalty, w, run.active, NULL, run.scratch, run.n_free)
            if not 0.5 * view.square + view.cost < before:
                newton.step(datafit, w, -size)
                break
            descend_blocks(datafit, penalty, w, run)
            n_sweeps += run.n_epochs
            if run.gap <= run.target or run.at_rest or run.is_interrupted:
                break
            view = look(datafit, penalty, w, run.active, NULL, run.scratch, run.n_free)
            value = 0.5 * view.square + view.cost
        return n_sweeps

    def touch_at(
        self,
        Datafit datafit not None,
        Penalty penalty not None,
        const double[:, ::1] w not None,
    ):
        """Give a penalty the weights of the tangent at ``w``; return its thresholds."""
        cdef double[::1] weights = penalty.weights
        cdef int n_free = <int> (weights.shape[0] - self.given.shape[0])
        self.touch(datafit, &w[0, 0], n_free, &weights[0])
        return penalty.thresholds(weights.shape[0])

    cdef double root(self, const double* w, int size) noexcept nogil:
        """Return the square root of the norm of a block, in the user's units."""
        cdef double norm = 0.0
        cdef int k
        if self.entrywise:
            for k in range(size):
                norm += fabs(w[k])
        else:
            norm = sqrt(dot(size, w, w))
        return sqrt(ldexp(norm, self.norm_unit))

    cdef void touch(
        self, Datafit datafit, const double* w, int n_free, double* weights
    ) noexcept nogil:
        """Set the weights of the tangent at ``w``; infinite ones at zero."""
        cdef int n_columns = <int> self.lengths.shape[1], size, b
        cdef const int* ptr = &datafit.block_ptr[0]
        cdef double root
        for b in range(n_free, n_free + <int> self.given.shape[0]):
            size = n_columns * (ptr[b + 1] - ptr[b])
            root = self.root(w + <Py_ssize_t> n_columns * ptr[b], size)
            weights[b] = INFINITY
            if root > 0.0:
                weights[b] = 0.5 * self.factor * self.given[b - n_free] / root

    cdef double judge(
        self, Datafit datafit, const double* w, int n_free
    ) noexcept nogil:
        """Measure the change since ``before``; return the objective."""
        cdef:
            int n_columns = <int> self.lengths.shape[1], b, size
            const int* ptr = &datafit.block_ptr[0]
            const double* before = &self.before[0, 0]
            const double* lengths = &self.lengths[0, 0]
            double cost = 0.0, moved = 0.0, largest = 0.0, root
            Py_ssize_t i
        self.n_alive = 0
        for b in range(n_free, n_free + <int> self.given.shape[0]):
            size = n_columns * (ptr[b + 1] - ptr[b])
            root = self.root(w + <Py_ssize_t> n_columns * ptr[b], size)
            cost += self.given[b - n_free] * root
            self.n_alive += root > 0.0
        for i in range(self.lengths.shape[0] * n_columns):
            moved = max(moved, lengths[i] * fabs(w[i] - before[i]))
            largest = max(largest, lengths[i] * max(fabs(w[i]), fabs(before[i])))
        self.change = moved / largest if largest > 0.0 else 0.0
        return self.strength * cost + ldexp(
            0.5 * datafit.square(w), self.square_unit
        )

    def objective(self, Datafit datafit not None, const double[:, ::1] w not None):
        """Return the objective at coefficients that agree with the datafit's state."""
        cdef int n_free = <int> (
            datafit.block_ptr.shape[0] - 1 - self.given.shape[0]
        )
        memcpy(&self.before[0, 0], &w[0, 0], w.shape[0] * w.shape[1] * sizeof(double))
        return self.judge(datafit, &w[0, 0], n_free)
