"""A path on the Gram matrices of all features, with one pass over the data."""

import math
from typing import Any

import numpy as np

from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._certificate import Certificate
from mutar_cy.solvers._descent import SWEEPS, descend
from mutar_cy.solvers._gram_descent import GramDescent, begin_descent
from mutar_cy.solvers._gram_problem import (
    BALANCED,
    EPS,
    ERRORS,
    SCALE,
    SHARE,
    GramProblem,
    GramStatistics,
    is_ordinary,
    largest_part,
)
from mutar_cy.solvers._outer_loop import ALL_IN, SMALL
from mutar_cy.solvers._path import MARGIN, PathLoop, PathPoint
from mutar_cy.solvers._problem import PenalisedProblem
from mutar_cy.solvers._unpenalised import make_free_blocks
from mutar_cy.solvers._working_set import BLAS3_GAIN, MEMORY, Storage, WorkingSet

# Features per sample beyond which sweeps over columns are cheaper.
WIDE = 2.0
# Multiplications of a Gram matrix that take less time than the Python calls of a
# working set: about a millisecond.
SMALL_GRAM = 2e7
# Where few blocks are expected to be non-zero, a working set is as fast from this many
# multiplications on: with alpha at least NEAR times the largest one, for designs with
# TALL times as many samples as features. Measured for 70 to 200 features.
FEW_GRAM, NEAR, TALL = 3e6, 0.08, 3.0


class GramStorage(Storage):
    """Storage by Gram matrices, even where columns would be cheaper for one fit."""

    known: Any = None  # Gram matrices of all features, if they have been computed

    def _wants_gram(self):
        return True

    def _extend_grams(self, start):
        if self.known is None:
            super()._extend_grams(start)
        else:
            self.grams = self.known


class GramSet(WorkingSet):
    """A working set on Gram matrices."""

    def _make_storage(self):
        return GramStorage(self.data, self.free)


class GramPathLoop(PathLoop):
    """A path with every block in the working set, which needs no pass over the data.

    With the correlations ``C_0`` of the targets, those of the residuals are ``C = C_0 -
    G W``, and the squared residual is ``|Y|^2 - <W, C_0 + C>``. The rounding errors are
    as large as in residuals, but not relative to the residuals. So the certificate adds
    their bounds (N. J. Higham (2002), Accuracy and Stability of Numerical Algorithms,
    section 3.1): ``eps`` times the length of sums times the size ``s = |Y| + sum_j
    |X_j| |W_j|``, times the norm of a column for a correlation and times s for an inner
    product. The gap adds up such products, with factors that the scale of the dual
    point bounds. If all this is not negligible against the target, X itself is used.
    """

    _descent: GramDescent | None = None

    def __init__(self, data, penalty, groups, tol, grams=None):
        super().__init__(data, penalty, groups, tol)
        self.working_set.storage.known = grams

    @staticmethod
    def suits_one(data, penalty):
        """Return whether one fit is cheaper on Gram matrices: that of a small problem.

        The compiled descent then replaces the calls of the outer loop, or a working set
        that would hold all blocks at once.
        """
        n_features, n_samples = data.n_features, int(data.sample_ptr[-1])
        return (
            penalty.rescales
            and penalty.alpha > 0.0
            and _all_positive(penalty.weights)
            and (n_features <= SMALL or n_features**2 * n_samples <= SMALL_GRAM)
            and n_features <= WIDE * n_samples / len(data.targets)
        )

    @staticmethod
    def suits_few(problem):
        """Return whether a small fit is cheaper on a working set: with few blocks."""
        data, n_features = problem.data, problem.data.n_features
        n_samples = int(data.sample_ptr[-1])
        if n_features <= SMALL or n_features**2 * n_samples <= FEW_GRAM:
            return False
        if TALL * n_features > n_samples / len(data.targets):
            return False
        norms = problem.dual_norms(data.correlate(data.targets))
        return bool(np.all(NEAR * norms <= problem.thresholds))

    @staticmethod
    def suits(data, penalty, n_strengths):
        """Return whether a path is likely to be cheaper on Gram matrices."""
        sizes = [target.shape for target in data.targets]
        n_features, n_samples = data.n_features, sum(n for _, n in sizes)
        if n_features > WIDE * min(n for _, n in sizes):
            return False
        if 8.0 * len(sizes) * n_features**2 > MEMORY:
            return False
        unpenalised = penalty.alpha == 0.0 or not _all_positive(penalty.weights)
        if penalty.positive and unpenalised:
            return False  # free blocks are then not projected out
        # Compared with two products with the data per strength, which are slow for few
        # columns (BLAS-2).
        residual = sum(q * n for q, n in sizes)
        gain = BLAS3_GAIN if residual < BLAS3_GAIN * n_samples else 1.0
        return n_features * n_samples <= 2.0 * gain * n_strengths * residual

    def _begin(self):
        super()._begin()
        thresholds, lengths = self.certificate.thresholds, self.problem.lengths
        used = lengths > 0.0  # rounding must not exceed a share of their ratios
        self.least = np.min(thresholds[used] / lengths[used], initial=np.inf)

    def _make_working_set(self):
        return GramSet(self.problem, make_free_blocks(self.problem))

    def _make_certificate(self, thresholds):
        return Certificate(thresholds, self.problem.ridge, SCALE)

    def start(self, coef):
        """Add all blocks to the working set, at zero or at given coefficients."""
        working_set = self.working_set
        targets = working_set.residuals()
        self._intercepts = self.data.intercept_products(targets)
        chosen = np.flatnonzero(self.candidates)
        # Without any block, the storage still needs Gram matrices without rows.
        (working_set if len(chosen) else working_set.storage).add(chosen)
        self.candidates[:] = False
        features = working_set.storage.features
        self._natural = np.array_equal(features, np.arange(self.data.n_features))
        self._squares = np.concatenate([np.einsum("cn,cn->c", r, r) for r in targets])
        self._norm = math.sqrt(float(self._squares.sum()))
        self.before = working_set.storage.correlate(targets)
        self._own: Any = self.before
        longest = max(target.shape[1] for target in self.data.targets)
        self._share = EPS * (longest + len(features) + self.data.n_columns)
        self._lengths = np.sqrt(self.problem.squares.max(axis=0)[features])
        self._skew = self._largest_intercept_part()
        if coef is not None:
            start = self.data.from_user(features, coef[features])
            start = np.maximum(start, 0.0) if self.problem.positive else start
            working_set.coef[:] = start

    def settle(self, penalties, max_iter):
        """Yield the solutions for the first penalties that the compiled descent finds.

        It ends at the first strength that needs Newton steps or products with the data.
        """
        working_set = self.working_set
        thresholds = self.problem.thresholds[working_set.chosen]
        if self.free.in_play or not len(thresholds) or not thresholds.all():
            return
        if self._descent is None:
            self._descent = GramDescent(self._gram_problem())
        if not self._descent.applies(penalties[0]):
            return
        if working_set.coef.any():
            self._descent.resume(working_set.coef, self.problem.penalty.alpha)
        n_settled = 0
        for solution in self._descent.settle(penalties, max_iter):
            n_settled += 1
            yield solution
        if n_settled < len(penalties):
            self.start_at(self._descent.last)

    def _gram_problem(self):
        """Return the problem of the working set for compiled code."""
        working_set, storage = self.working_set, self.working_set.storage
        grams = storage.grams, self.before, self._squares, self._share, self._skew
        return GramProblem(
            self.problem,
            GramStatistics(*grams),
            storage.features,
            working_set.chosen,
            working_set.block_ptr,
            working_set.row_curvature,
            self.null,
            self.tol,
            self.free,
        )

    def start_at(self, points):
        """Take over the last solutions of a compiled descent, the latest one last.

        Parameters
        ----------
        points : list of (Penalty, ndarray)
            The penalties, in the user's units, and the coefficients of the rows.
        """
        for penalty, coef in points:
            self.problem = self.problem.with_penalty(penalty)
            self.working_set.set_problem(self.problem)
            self.working_set.coef = coef.copy()
            self._update_correlations(coef)
            self._remember()
        self._measure()

    def restart(self, problem, max_iter):
        """Minimise with another penalty strength, as :class:`PathLoop` does."""
        self._remember()
        self.problem, working_set = problem, self.working_set
        working_set.set_problem(problem)
        self._begin()
        self.candidates[:] = False
        if self._start_ahead() < 1.0:
            self._load()
            target = ALL_IN * max(self.target, self.rounding)
            self.count(self._descend(target, max_iter))
        self.minimise(max_iter)

    def _remember(self):
        alpha = self.problem.penalty.alpha
        self.extrapolator.add(PathPoint(alpha, self.working_set.coef, None, self._own))

    def _start_ahead(self):
        point = self.extrapolator.extrapolate(self.problem.penalty.alpha)
        if point is None:
            return 1.0
        working_set = self.working_set
        last = working_set.coef, self._own
        primal = 0.5 * self.square + working_set.penalty_value()
        self.residuals = None
        self._own = point.correlation
        working_set.coef = self._inside(point.coef.copy(), last[0])
        shift = working_set.coef - point.coef
        moved = np.flatnonzero(shift.any(axis=1))
        if len(moved):
            self._own -= working_set.storage.multiply(moved, shift[moved])
        self._measure()
        if self.primal < primal:
            return MARGIN
        working_set.coef, self._own = last
        return 1.0

    def extend(self):
        """Do nothing: all blocks are in the working set."""

    def _evaluate(self):
        coef = self.working_set.coef
        self._update_correlations(coef)
        self.rounded, self.allowance = self._rounding(coef)
        if self.allowance <= SHARE * self.target and self.rounded <= SHARE * self.least:
            return self._measure()
        self.rounded = self.allowance = 0.0
        point = super()._evaluate()
        self.square = point[0]
        self._own = self.working_set.storage.correlate(self.residuals)
        return point

    def _update_correlations(self, coef):
        """Compute the correlations with the residuals of coefficients."""
        storage = self.working_set.storage
        few = len(coef) <= SMALL
        rows = slice(None) if few else np.flatnonzero(coef.any(axis=1))
        self.residuals: Any = None
        self._own = self.before - storage.multiply(rows, coef[rows])

    def _measure(self):
        """Compute the objective from the correlations."""
        coef = self.working_set.coef
        # Column by column, so that sums are as short as possible.
        inner = self._norm**2 - float(np.einsum("rc,cr->c", coef, self.before).sum())
        square = inner - float(np.einsum("rc,cr->c", coef, self._own).sum())
        self.square = max(square, 0.0)
        self.primal = 0.5 * self.square + self.working_set.penalty_value()
        return self.square, inner

    def _rounding(self, coef):
        """Return bounds of the rounding in correlations and in the gap."""
        norms = np.sqrt(np.einsum("rc,rc->r", coef, coef))
        self._magnitude = size = self._norm + float(self._lengths @ norms)
        return self._share * size, ERRORS * self._share * size**2

    def _gap(self, point, exact):
        self.partial = False
        self.correlation = self._all(self._own)
        self.norms = self._dual_norms(self.correlation)
        norms = self.norms + self.rounded * self.problem.lengths
        conjugate = self.problem.conjugate(self.correlation, self.rounded)
        gap = self.certificate.gap(self.primal, point, norms, conjugate)
        return gap + self.allowance

    def _is_balanced(self):
        if self._intercepts is None:
            return True
        if self.residuals is not None:
            return super()._is_balanced()
        size = np.sqrt(2.0 * self.null)
        # Of centred columns this bound is enough; the products below take ten times as
        # long, at every strength.
        if self._skew * self._magnitude <= BALANCED * size:
            return True
        targets, columns = self._intercepts
        columns = columns[:, self.working_set.storage.features]
        part = targets - np.einsum("cr,rc->c", columns, self.working_set.coef)
        return float(np.sqrt(part @ part)) <= BALANCED * size

    def _largest_intercept_part(self):
        """Return the largest part of a column along the intercept, over its norm."""
        if self._intercepts is None:
            return 0.0
        targets, columns = self._intercepts
        columns = np.abs(columns[:, self.working_set.storage.features]).max(axis=0)
        return largest_part(columns, self._lengths, targets, self._norm)

    def _certify_balanced(self, point):
        self.residuals = self.working_set.residuals()
        super()._certify_balanced(point)

    def _all(self, correlation):
        """Return the correlations of all features from those of the rows."""
        if self._natural:
            return correlation
        out = np.zeros((self.data.n_columns, self.data.n_features))
        out[:, self.working_set.storage.features] = correlation
        return out

    def _load(self):
        self.correlation = self._all(self._own)
        self.working_set.load(self.residuals, self.correlation, self.square)

    def _descend(self, target, budget):
        if self.problem.is_quadratic:
            return descend(self.working_set, target, budget)
        # Near a solution few sweeps are needed, and a gap costs little: after each.
        working_set, most = self.working_set, min(SWEEPS, budget)
        shape = working_set.datafit, working_set.penalty, working_set.coef
        n_sweeps, gap, _, at_rest = block_cd(*shape, target, most, 1)
        if gap <= target or at_rest or n_sweeps >= budget:
            return n_sweeps
        return n_sweeps + descend(working_set, target, budget - n_sweeps)


class CompiledPathLoop:
    """A path in compiled code; a loop on the same Gram matrices is made where it ends.

    Parameters
    ----------
    problem : PenalisedProblem
        An ordinary one.
    groups : sequence of array-like of int, or None
    penalty : Penalty
        The first one, in the user's units.
    tol : float
    """

    def __init__(self, problem, groups, penalty, tol):
        self.problem, self._groups, self._penalty = problem, groups, penalty
        self._tol = tol
        self._descent: Any = None
        self._loop: Any = None
        self._coef: Any = None

    def start(self, coef):
        """Begin at zero, or at given coefficients in the user's units."""
        self._coef = coef
        self._descent = begin_descent(self.problem, coef, self._tol)

    def settle(self, penalties, max_iter):
        """Yield the solutions that compiled code finds, as :class:`PathLoop` does."""
        if not self._descent.applies(penalties[0]):
            if self._loop is None:
                self._take_over()
            return
        if self._loop is not None:
            coef = self._loop.working_set.coef
            self._descent.resume(coef, self.problem.penalty.alpha)
        n_settled = 0
        for solution in self._descent.settle(penalties, max_iter):
            n_settled += 1
            yield solution
        if n_settled < len(penalties):
            self._take_over()

    def _take_over(self):
        """Let the loop begin at the last solutions of the descent."""
        if self._loop is None:
            grams = self._descent.given.statistics.grams
            shape = self.problem.data, self._penalty, self._groups, self._tol
            self._loop = GramPathLoop(*shape, grams)
            self._loop.start(self._coef)
        self._loop.start_at(self._descent.last)
        self.problem = self._loop.problem

    def minimise(self, max_iter):
        """Minimise at the first penalty strength."""
        self._loop.minimise(max_iter)

    def restart(self, problem, max_iter):
        """Minimise with another penalty strength."""
        self._loop.restart(problem, max_iter)
        self.problem = problem

    def solution(self):
        """Return the last solution of the loop."""
        return self._loop.solution()


def make_path_loop(data, penalty, groups, tol, n_strengths):
    """Return the loop that is likely to be cheapest for a path.

    Parameters
    ----------
    data : ScaledData
    penalty : Penalty
        The first one.
    groups : sequence of array-like of int, or None
    tol : float
    n_strengths : int

    Returns
    -------
    loop : PathLoop
    """
    if not GramPathLoop.suits(data, penalty, n_strengths):
        return PathLoop(data, penalty, groups, tol)
    problem = PenalisedProblem(data, penalty, groups)
    if penalty.rescales and is_ordinary(problem):
        return CompiledPathLoop(problem, groups, penalty, tol)
    return GramPathLoop(data, penalty, groups, tol)


def _all_positive(weights):
    """Return whether no block is free."""
    return weights is None or bool(np.all(weights))
