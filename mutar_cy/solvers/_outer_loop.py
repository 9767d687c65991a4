"""The outer loop: passes over the data, certificates, growth of the working set."""

import math
from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._certificate import Certificate
from mutar_cy.solvers._descent import descend
from mutar_cy.solvers._gram_problem import BALANCED, NOISE, ROUNDING
from mutar_cy.solvers._problem import PenalisedProblem
from mutar_cy.solvers._unpenalised import make_free_blocks
from mutar_cy.solvers._working_set import WorkingSet

# Accuracy of a descent on the working set, as a share of the gap: in general, if few
# blocks are left to come in, and if CHEAP_SWEEPS sweeps cost less than a pass.
INNER = 0.3
INNER_COMPLETE = 0.03
INNER_CHEAP = 1e-6
CHEAP_SWEEPS = 20
# The working set is nearly complete if at most this share of its size violates.
COMPLETE = 0.01
# A pass (BLAS-3) multiplies about this many times as fast as sweeps do.
PASS_GAIN = 3.0
# Accuracy of a descent, as a share of the target: no descent needs more, and one with
# all blocks in the working set needs as much.
ALL_IN = 0.6
# Least number of blocks to add, and number of blocks up to which all come in at once.
FIRST = 20
SMALL = 64
# Passes without progress that end a fit.
MAX_STALLED = 4
# Gap, as a share of the null objective, below which products in float32 do not suffice.
EXACT = 1e-4
# Factor of the accuracy after a descent that had nothing to do.
TIGHTER = 0.1


class Solution(NamedTuple):
    """The result of a solver, in the user's units."""

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    dual_gap: float
    gap_target: float
    n_iter: int  # sweeps
    converged: bool
    objective: float
    shared: np.ndarray | None = None  # part of coef that tasks share, if it is split


def make_solution(loop):
    """Return the coefficients, intercepts and certificate of a loop that has ended."""
    working_set, data = loop.working_set, loop.data
    features = np.concatenate([working_set.storage.features, loop.free.features])
    free = loop.free.coefficients(data, working_set.storage.features, working_set.coef)
    coef, intercept = all_rows(data, features, np.concatenate([working_set.coef, free]))
    shared = working_set.shared()
    if shared is not None:
        shared = all_rows(data, features, np.concatenate([shared, free]))[0]
    gap, target, objective = np.ldexp([loop.gap, loop.target, loop.primal], loop.unit)
    return Solution(
        coef,
        intercept,
        max(float(gap), 0.0),  # rounding may make it negative
        float(target),
        loop.n_iter,
        bool(loop.converged),
        float(objective),
        shared,
    )


def all_rows(data, features, rows):
    """Return the coefficients of all features from some rows, and the intercepts.

    Parameters
    ----------
    data : ScaledData
    features : ndarray of int, shape (m,)
    rows : ndarray of shape (..., m, n_columns)
        In scaled units.

    Returns
    -------
    coef : ndarray of shape (..., n_features, n_columns)
    intercept : ndarray of shape (..., n_columns)
    """
    rows, intercept = data.to_user(features, rows)
    coef = np.zeros((*rows.shape[:-2], data.n_features, data.n_columns))
    coef[..., features, :] = rows
    return coef, intercept


class OuterLoop:
    """The state of one solve between two passes over the data."""

    def __init__(self, data, penalty, groups, tol, problem=None):
        self.data = data
        self.problem = problem or PenalisedProblem(data, penalty, groups)
        self.working_set = self._make_working_set()
        self.free = self.working_set.free
        self.null = self._null_objective()
        self.rounding = ROUNDING * self._size()  # a gap as good as zero
        self.tol, self.target = tol, tol * self.null
        self.noise = NOISE * self._target_norm() * self.problem.lengths
        self.correlation: Any = None
        self._begin()

    def _begin(self):
        """Reset all that depends on the penalty strength."""
        thresholds = self.problem.thresholds.copy()
        thresholds[self.problem.free] = np.inf  # refitted exactly: always feasible
        self.certificate = self._make_certificate(thresholds)
        # Blocks of thresholds that are rounding: where no feature explains anything,
        # all strengths of a path are of this size.
        self.unjudged = np.flatnonzero(thresholds < self.noise)
        self.candidates = np.isfinite(thresholds) & (self.problem.lengths > 0.0)
        self.candidates[self.working_set.chosen] = False
        self.gap = self.best = self.lowest = np.inf
        self.n_violating = 0
        self.tol_factor = 1.0
        self.n_iter = self.n_stalled = 0
        self.converged = False

    def _make_working_set(self):
        return WorkingSet(self.problem, make_free_blocks(self.problem))

    def _make_certificate(self, thresholds):
        limit = 2.0 if len(self.problem.free) else np.inf
        return Certificate(thresholds, self.problem.ridge, limit)

    def _descend(self, target, budget):
        return descend(self.working_set, target, budget)

    def _null_objective(self):
        return self.data.scaled_null_objective

    def _size(self):
        """Return the size of the terms that a gap is the difference of."""
        return self.null

    def _target_norm(self):
        """Return the norm of the targets whose products with columns are rounded."""
        return math.sqrt(2.0 * self.null)

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
        """Set the state of the working set from the residuals."""
        self.working_set.load(self.residuals, self.correlation)

    def solution(self):
        """Return the present coefficients, intercepts and certificate."""
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
        start = self.data.from_user(features, coef[features])
        if self.problem.positive:
            start = np.maximum(start, 0.0)
        self.working_set.coef[:] = start

    def finished(self, max_iter, on_iteration):
        """Pass over the data, compute the gap, and return whether the loop ends."""
        point = self._evaluate()
        doubtful = self.n_stalled > 0 or self.gap < EXACT * self.null
        exact = doubtful or not self.data.is_narrow
        self.gap = self._gap(point, exact)
        near = max(self.target, EXACT * self.null)
        last = self.n_iter >= max_iter or self.gap <= near
        if last and not exact:
            self.gap = self._gap(point, True)
        if last and not self._is_balanced():
            self._certify_balanced(point)
        self._judge(max_iter)
        if on_iteration is not None:
            on_iteration(self.n_iter, *np.ldexp([self.gap, self.target], self.unit))
        return self.done

    def _evaluate(self):
        """Compute residuals and objective; return the point for the certificate."""
        self.residuals = self.working_set.residuals()
        return self._measure()

    def _measure(self):
        """Compute the objective from the residuals; return the certificate's point."""
        square, inner = self._products(self.residuals)
        self.primal = 0.5 * square + self.working_set.penalty_value()
        return square, inner

    def _products(self, residuals):
        """Return the squared norm of residuals, and their product with the targets."""
        square = sum(float(np.vdot(r, r)) for r in residuals)
        pairs = zip(self.data.targets, residuals, strict=True)
        return square, sum(float(np.vdot(y, r)) for y, r in pairs)

    def _gap(self, point, exact):
        """Pass over the data for the gap; keep correlations only if they are exact."""
        self.correlation = correlation = self._correlate(exact)
        self.norms = self._dual_norms(correlation)
        certificate = self.certificate
        if not exact:
            self.correlation = None
            certificate = certificate.anew()
        conjugate = self.problem.conjugate(correlation)
        return certificate.gap(self.primal, point, self.norms, conjugate)

    def _dual_norms(self, correlation):
        """Return the dual norms of blocks, 0 where they and thresholds are rounding."""
        norms = self.problem.dual_norms(correlation)
        if len(self.unjudged):
            some = self.unjudged
            norms[some[norms[some] <= self.noise[some]]] = 0.0
        return norms

    def _correlate(self, exact):
        """Return the correlations of the residuals with all features that may count."""
        storage = self.working_set.storage
        self.partial = storage.packs and not self.candidates.any()
        if not self.partial:
            return self.data.correlate(self.residuals, exact)
        # All other features are known to be zero: the working set is the whole problem.
        correlation = np.zeros((self.data.n_columns, self.data.n_features))
        correlation[:, storage.features] = storage.correlate(self.residuals)
        return correlation

    def _is_balanced(self):
        """Return whether residuals are orthogonal to intercepts, up to rounding."""
        size = (2.0 * self.null) ** 0.5
        return self.data.imbalance(self.residuals) <= BALANCED * size

    def _certify_balanced(self, point):
        """Compute the gap by dual points that are feasible for the intercepts."""
        residuals = self.data.balanced(self.residuals)
        correlation = self.data.correlate(residuals)
        self.certificate = self.certificate.anew()  # earlier points were not feasible
        self.gap = self.certificate.gap(
            self.primal,
            self._products(residuals),
            self._dual_norms(correlation),
            self.problem.conjugate(correlation),
        )

    def _judge(self, max_iter):
        enough = max(self.target, self.rounding)
        self.converged = self.gap <= enough
        # While blocks come in, the gap may not decrease for some passes.
        decrease = self.lowest - self.primal
        stalled = self.gap >= self.best and decrease <= ROUNDING * self.primal
        self.lowest = min(self.lowest, self.primal)
        self.n_stalled = self.n_stalled + 1 if stalled else 0
        self.best = min(self.best, self.gap)
        self.done = self.n_iter >= max_iter or self.n_stalled >= MAX_STALLED
        # A fit that starts at a solution must recognise it: so the point has to certify
        # itself, unless the fit stalls.
        itself = self.certificate.own_gap <= enough or self.n_stalled > 0
        self.done |= self.converged and itself

    @property
    def unit(self):
        """The power of two that converts an objective to the user's units."""
        return -2 * self.data.y_exponent

    def extend(self):
        """Discard blocks that are certainly zero; add the most promising others."""
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
            # Scores use the present residual: the best dual point may be an old one.
            score = problem.thresholds[left] - self.norms[left]
            score /= problem.lengths[left]
            left = np.sort(left[np.argpartition(score, room)[:room]])
        self.candidates[left] = False
        working_set.add(left)

    def _room(self):
        """Return the number of blocks to add."""
        kept = np.count_nonzero(self.working_set.block_norms())
        spare = len(self.working_set.chosen) - kept
        # A working set without zero blocks was far too small: it grows faster.
        growth = (4 if spare < kept / 8 else 1) * kept - spare
        # The Gram matrix of this many blocks costs about as much as a pass over data.
        columns = self.data.n_columns / len(self.data.designs)
        cheap = int(np.sqrt(2.0 * self.problem.blocks.n_blocks * columns))
        return max(FIRST, growth, min(self.n_violating, cheap))

    def count(self, n_sweeps):
        """Add to the number of sweeps."""
        self.n_iter += n_sweeps
        # Without any sweep, the working set's own gap was below the inner target
        # already: the next descent needs a smaller one.
        self.tol_factor = 1.0 if n_sweeps else TIGHTER * self.tol_factor

    def inner_target(self):
        """Return the gap to which the next descent solves the working set."""
        least = self.tol_factor * ALL_IN * max(self.target, self.rounding)
        if not self.candidates.any():
            return least
        working_set = self.working_set
        complete = self.n_violating <= COMPLETE * len(working_set.chosen)
        # The cost of a pass over the data, compared with sweeps over the working set.
        residual = sum(target.size for target in self.data.targets)
        sweep = working_set.sweep_work()
        cheap = CHEAP_SWEEPS * sweep * PASS_GAIN < self.data.n_features * residual
        share = INNER_CHEAP if cheap else INNER_COMPLETE if complete else INNER
        wanted = self.tol_factor * share * self.gap
        return max(wanted, least)
