"""What a solve ends with, in the user's units."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._certificate import Certificate
from mutar_cy.solvers._descent import descend
from mutar_cy.solvers._problem import Problem
from mutar_cy.solvers._unpenalised import remove_free_blocks
from mutar_cy.solvers._working_set import WorkingSet


class Solution(NamedTuple):
    """What a solver hands back, in the user's units."""

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    dual_gap: float
    gap_target: float
    n_iter: int  # sweeps
    converged: bool
    objective: float
    shared: np.ndarray | None = None  # of coef, if the penalty splits it


def make_solution(run):
    """Return coefficients, intercepts and certificate of a run that has ended."""
    working_set, stack = run.working_set, run.stack
    features = np.concatenate([working_set.storage.features, run.free.features])
    free = run.free.coefficients(stack, working_set.storage.features, working_set.coef)
    coef, intercept = whole(stack, features, np.concatenate([working_set.coef, free]))
    shared = working_set.shared()
    if shared is not None:
        shared = whole(stack, features, np.concatenate([shared, free]))[0]
    gap, target, objective = np.ldexp([run.gap, run.target, run.primal], run.unit)
    return Solution(
        coef,
        intercept,
        max(float(gap), 0.0),  # rounding can take it below
        float(target),
        run.n_iter,
        bool(run.converged),
        float(objective),
        shared,
    )


def whole(stack, features, rows):
    """Return rows of some features as all coefficients, and the intercepts."""
    rows, intercept = stack.to_user(features, rows)
    coef = np.zeros((stack.n_features, stack.n_columns))
    coef[features] = rows
    return coef, intercept


INNER = 0.3  # of the gap: how far the working set is solved before the next pass
COMPLETE = 0.01  # of the working set: if no more ask to come in, it misses little
INNER_COMPLETE = 0.03  # as INNER, then
INNER_CHEAP = 1e-6  # as INNER, where so many sweeps cost less than a pass
CHEAP_SWEEPS = 20
PASS_GAIN = 3.0  # of the products of a pass over those of sweeps
ALL_IN = 0.6  # of the target: no further, and this far if no block is left outside
FIRST = 20  # blocks to start with, at least
SMALL = 64  # problems with so few blocks come into play at once
STALLS = 4  # passes without progress that end a fit
ROUNDING = 64 * np.finfo(np.float64).eps
EXACT = 1e-4  # of the null objective: below this gap float32 products will not do


class Run:
    """The state of one solve between two passes."""

    def __init__(self, stack, penalty, groups, tol):
        self.stack = stack
        self.problem = Problem(stack, penalty, groups)
        self.working_set = self._make_working_set()
        self.free = self.working_set.free
        self.null = self._null_objective()
        self.rounding = ROUNDING * self._size()  # a gap as good as zero
        self.target = tol * self.null
        self.correlation: Any = None
        self._begin()

    def _begin(self):
        """Forget all that depends on the strength of the penalty."""
        thresholds = self.problem.thresholds.copy()
        thresholds[self.problem.free] = np.inf  # always feasible: settled exactly
        self.certificate = self._make_certificate(thresholds)
        self.candidates = np.isfinite(thresholds) & (self.problem.lengths > 0.0)
        self.candidates[self.working_set.chosen] = False
        self.gap = self.best = self.lowest = np.inf
        self.n_violating = 0
        self.haste = 1.0
        self.n_iter = self.stalls = 0
        self.converged = False

    def _make_working_set(self):
        return WorkingSet(self.problem, remove_free_blocks(self.problem))

    def _make_certificate(self, thresholds):
        limit = 2.0 if len(self.problem.free) else np.inf
        return Certificate(thresholds, self.problem.ridge, limit)

    def _descend(self, target, budget):
        return descend(self.working_set, target, budget)

    def _null_objective(self):
        return self.stack.scaled_null_objective

    def _size(self):
        """Return the size of the terms that a gap is the difference of."""
        return self.null

    def minimise(self, max_iter, on_iteration=None):
        """Alternate passes over the data with descents on the working set."""
        while not self.finished(max_iter, on_iteration):
            self.extend()
            if not len(self.working_set.coef):  # every block is known to be zero
                break
            self._load()
            budget = max_iter - self.n_iter
            self.count(self._descend(self.inner_target(), budget))

    def _load(self):
        """Give the working set what is known of the coefficients."""
        self.working_set.load(self.residuals, self.correlation)

    def solution(self):
        """Return coefficients, intercepts and certificate as they are now."""
        return make_solution(self)

    def start(self, coef):
        """Begin at zero, or at given coefficients."""
        if self.free.in_play:
            self.working_set.add(self.problem.free)
        if coef is None:
            return
        rows = np.flatnonzero(np.any(coef != 0.0, axis=1))
        chosen = self.problem.blocks.owners(rows)
        chosen = chosen[self.candidates[chosen]]
        if not len(chosen):
            return
        self.working_set.add(chosen)
        features = self.working_set.storage.features
        start = self.stack.from_user(features, coef[features])
        if self.problem.positive:
            start = np.maximum(start, 0.0)
        self.working_set.coef[:] = start

    def finished(self, max_iter, on_iteration):
        """Pass over the data, certify, and tell whether this is the end."""
        point = self._evaluate()
        doubtful = self.stalls > 0 or self.gap < EXACT * self.null
        exact = doubtful or not self.stack.is_narrow
        self.gap = self._gap(point, exact)
        near = max(self.target, EXACT * self.null)
        last = self.n_iter >= max_iter or self.gap <= near
        if last and not exact:
            self.gap = self._gap(point, True)
        self._judge(max_iter)
        if on_iteration is not None:
            on_iteration(self.n_iter, *np.ldexp([self.gap, self.target], self.unit))
        return self.done

    def _evaluate(self):
        """Find residuals and objective; return what the certificate asks of them."""
        self.residuals = self.working_set.residuals()
        return self._measure()

    def _measure(self):
        """Find the objective from the residuals; return as :meth:`_evaluate` does."""
        square = sum(float(np.vdot(r, r)) for r in self.residuals)
        pairs = zip(self.stack.targets, self.residuals, strict=True)
        inner = sum(float(np.vdot(y, r)) for y, r in pairs)
        self.primal = 0.5 * square + self.working_set.penalty_value()
        return square, inner

    def _gap(self, point, exact):
        """Pass over the data for the gap, kept in mind only if products are exact."""
        self.correlation = correlation = self._correlate(exact)
        self.norms = self.problem.dual_norms(correlation)
        certificate = self.certificate
        if not exact:
            self.correlation = None
            certificate = certificate.anew()
        return certificate.gap(self.primal, point, self.norms)

    def _correlate(self, exact):
        """Return the correlations of the residuals, with all data that still count."""
        storage = self.working_set.storage
        self.partial = storage.packs and not self.candidates.any()
        if not self.partial:
            return self.stack.correlate(self.residuals, exact)
        # What is not in play is known to be zero: the rest is the whole problem.
        correlation = np.zeros((self.stack.n_columns, self.stack.n_features))
        correlation[:, storage.features] = storage.correlate(self.residuals)
        return correlation

    def _judge(self, max_iter):
        enough = max(self.target, self.rounding)
        self.converged = self.gap <= enough
        # With blocks still coming in, the gap may stay where it is for a while.
        fallen = self.lowest - self.primal
        stalled = self.gap >= self.best and fallen <= ROUNDING * self.primal
        self.lowest = min(self.lowest, self.primal)
        self.stalls = self.stalls + 1 if stalled else 0
        self.best = min(self.best, self.gap)
        self.done = self.n_iter >= max_iter or self.stalls >= STALLS
        # A fit that starts from a solution must find it to be one: so the point has to
        # certify itself, unless that proves hard.
        itself = self.certificate.own_gap <= enough or self.stalls > 0
        self.done |= self.converged and itself

    @property
    def unit(self):
        """The power of two that takes an objective to the user's units."""
        return -2 * self.stack.y_exponent

    def extend(self):
        """Discard blocks for certain, and bring the most promising into play."""
        problem, working_set = self.problem, self.working_set
        self.candidates &= ~self.certificate.discards(self.primal, problem.lengths)
        self.candidates[working_set.chosen] = False
        left = np.flatnonzero(self.candidates)
        violating = self.norms[left] > problem.thresholds[left]
        self.n_violating = int(np.count_nonzero(violating))
        if not len(left):
            return
        room = len(left)
        if problem.blocks.n_blocks > SMALL and not problem.is_quadratic:
            room = self._room()
        if 2 * room < len(left):  # else all of them
            # By the residual as it is now: the best dual point may be an old one.
            score = problem.thresholds[left] - self.norms[left]
            score /= problem.lengths[left]
            left = np.sort(left[np.argpartition(score, room)[:room]])
        self.candidates[left] = False
        working_set.add(left)

    def _room(self):
        """Return how many blocks to bring in."""
        kept = np.count_nonzero(self.working_set.block_norms())
        spare = len(self.working_set.chosen) - kept
        # A working set that is used to the full was far too small.
        growth = (4 if spare < kept / 8 else 1) * kept - spare
        # Multiplying out this many costs about as much as one pass over the data.
        columns = self.stack.n_columns / len(self.stack.designs)
        cheap = int(np.sqrt(2.0 * self.problem.blocks.n_blocks * columns))
        return max(FIRST, growth, min(self.n_violating, cheap))

    def count(self, n_sweeps):
        """Note how many sweeps were made."""
        self.n_iter += n_sweeps
        # None: the working set's own gap is satisfied with less than the problem's.
        self.haste = 1.0 if n_sweeps else 0.1 * self.haste

    def inner_target(self):
        """Return how far the working set is worth solving before the next pass."""
        least = self.haste * ALL_IN * max(self.target, self.rounding)
        if not self.candidates.any():
            return least
        working_set = self.working_set
        complete = self.n_violating <= COMPLETE * len(working_set.chosen)
        # A pass over the data, as sweeps over the working set.
        residual = sum(target.size for target in self.stack.targets)
        sweep = working_set.sweep_work()
        cheap = CHEAP_SWEEPS * sweep * PASS_GAIN < self.stack.n_features * residual
        share = INNER_CHEAP if cheap else INNER_COMPLETE if complete else INNER
        wanted = self.haste * share * self.gap
        return max(wanted, least)
