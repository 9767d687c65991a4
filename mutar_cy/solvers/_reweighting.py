"""Non-convex square-root penalties, by a sequence of weighted convex problems.

A concave function lies below its tangents: ``sqrt(t)`` is at most ``t / (2 sqrt(t0))``
plus a constant, with equality at ``t0``. To minimise the data term plus ``alpha * sum_b
weights_b sqrt(|W_b|)``, reweighting solves the problem with the penalty ``alpha * sum_b
weights_b |W_b| / (2 sqrt(|W0_b|))``, then the same at its solution, and so on: the
objective never increases. At a block that is zero the tangent has infinite slope, so
that the block stays zero: after the first problem, which has the given weights, only
its non-zero blocks take part.

References
----------
E. Candes, M. Wakin, S. Boyd (2008), Enhancing sparsity by reweighted l1 minimization,
J. Fourier Anal. Appl. 14.
"""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._descent import anderson_direction
from mutar_cy.solvers._gram_problem import ROUNDING
from mutar_cy.solvers._outer_loop import Solution
from mutar_cy.solvers._reweighting_support import Support
from mutar_cy.solvers._root_newton import ROOT
from mutar_cy.solvers._solve import join_columns, solve, solve_path
from mutar_cy.solvers._tangents import Accuracy, TangentSteps

# Accuracy of weighted problems, as a share of the gap at their start, and its bounds as
# shares of the tolerance. Rougher solutions mislead reweighting: a block that should
# become zero keeps a weight that lets it stay, and the last steps seem to stand still.
INNER = 0.1
ROUGHEST = 0.1
FINEST = 1e-6
# Accuracy of the first problem, as a share of the tolerance: it decides which blocks
# take part.
FIRST = 0.1
# Zero blocks are unpacked if at most this share of the blocks, minus FEW, is non-zero.
SHRUNK = 0.85
FEW = 8
# Number of solutions in an extrapolation, and the same if coefficients have converged.
MEMORY = 5
LEAST = 2
# Largest change of the fit at which Newton's method is tried for the roots themselves.
NEAR = 0.3
# Convex problems that come before it, as they are, and weighted problems between two
# attempts; the largest number of its steps, and the largest share by which they shrink
# a block: at one half, its curvature has tripled.
PLAIN = 4
BETWEEN = 2
NEWTON_STEPS = 6
TRUSTED = 0.5
# Longest step beyond the solution of a problem, in the last step or so that no block
# shrinks by more than a share of its norm, and the shares of it that are tried.
LONGEST = 32.0
FARTHEST = 0.9
EXTENSIONS = 0.1, 0.25, 0.5, 1.0
# A rival is out of reach if it is lower by this many decreases of the last step.
AHEAD = 20


class ReweightingOptions(NamedTuple):
    """Tolerances and limits of reweighting.

    ``tol`` and ``max_iter`` are those of every convex problem. Reweighting ends when
    the fit of no feature changes, from one of these problems to the next, by more than
    ``tol_reweighting`` times the largest fit, or after ``max_iter_reweighting``
    problems. ``on_iteration`` is the callback of ``solve``; it is also called after
    every run of weighted problems, with NaN for the gaps, which are not computed.
    """

    tol: float = 1e-4
    max_iter: int = 1000
    tol_reweighting: float = 1e-4
    max_iter_reweighting: int = 100
    on_iteration: Any = None

    def is_convex(self, penalty):
        """Return whether the first problem is the only one."""
        return self.max_iter_reweighting == 1 or penalty.alpha == 0.0

    def for_first(self, penalty):
        """Return the options of :func:`solve` for the first problem."""
        return self.for_solve(1.0 if self.is_convex(penalty) else FIRST)

    def for_solve(self, share=1.0):
        """Return the options of :func:`solve`, with a share of the tolerance."""
        return {
            "tol": share * self.tol,
            "max_iter": self.max_iter,
            "on_iteration": self.on_iteration,
        }


class ReweightingResult(NamedTuple):
    """The result of reweighting, in the user's units."""

    first: Solution  # of the first problem
    last: Solution  # of the last weighted problem
    weights: np.ndarray  # of that problem's penalty
    losses: np.ndarray  # the non-convex objective after every problem
    n_iter: int  # sweeps
    converged: bool  # whether coefficients have stopped changing


class ReweightingPath:
    """The state of reweighting between two weighted problems.

    The penalty is ``factor * alpha * sum_b weights_b sqrt(norm_b)``.

    Parameters
    ----------
    support : Support
        Defines blocks and their norms.
    penalty : L21
    first : Solution
        The starting point.
    factor : float

    Attributes
    ----------
    losses : list of float
        The objective after the first problem and every weighted one.
    n_iter : int
        Number of sweeps.
    change : float
        The relative change of the fit by the last weighted problem.
    ended : bool
        Whether no penalised block is left.
    """

    def __init__(self, support, penalty, first, factor):
        self.support, self.penalty = support, penalty
        self.first, self.factor = first, factor
        n_blocks = support.problem.blocks.n_blocks
        self.given = np.ones(n_blocks) if penalty.weights is None else penalty.weights
        self.losses, self.n_solutions = [], 0
        self.n_iter, self.change = int(np.max(first.n_iter)), np.inf
        self._begin(first)

    def _begin(self, solution):
        """Continue from a solution."""
        alive = self.support.alive(solution.coef)
        self.ended = not len(alive)
        if self.ended:  # the penalty is zero
            self.losses.append(float(np.sum(solution.objective)))
            return
        self.support.load(alive, solution.coef)
        self.load()
        self.losses.append(self.objective())

    def load(self):
        """Follow the blocks of the support, which have changed."""
        support, data = self.support, self.support.data
        self._steps = TangentSteps(
            self.given[support.chosen],
            support.lengths,
            self.factor * self.penalty.alpha,
            self.factor,
            (support.unit, -2 * data.y_exponent),
            support.separate,
        )
        self.history = np.empty((MEMORY + 1, *support.lengths.shape))
        self.n_solutions, self.work = 0, 0.0

    def objective(self):
        """Return the present objective, in the user's units."""
        working_set = self.support.working_set
        return self._steps.objective(working_set.datafit, working_set.coef)

    def run(self, options, rival=np.inf):
        """Solve weighted problems until convergence or a limit.

        Also end when the objective will clearly not fall below that of a rival.
        """
        self.change = np.inf
        while not self.has_converged(options):
            left = options.max_iter_reweighting - len(self.losses)
            if left <= 0 or self._lags(rival):
                return
            self._shrink()
            self.step(options, left)

    def _lags(self, rival):
        if self.change == np.inf:  # before the first step
            return False
        decrease = self.losses[-2] - self.losses[-1]
        return self.losses[-1] - rival > AHEAD * max(decrease, 0.0)

    def has_converged(self, options):
        """Return whether the coefficients have stopped changing."""
        still = self.change <= options.tol_reweighting
        return self.ended or (still and self.n_solutions <= LEAST)

    def step(self, options, most=1):
        """Solve problems whose penalties are tangent to the objective's.

        These are as many as can be solved in one call; ``most`` at most.
        """
        settled = False
        if self._may_take_newton():
            settled = self._newton_steps(options.tol_reweighting)
        if self.n_solutions > (
            MEMORY if self.change > options.tol_reweighting else LEAST
        ):
            self._extrapolate()
        if self.support.newton is not None and len(self.losses) >= PLAIN:
            most = min(most, BETWEEN)
        share = 1.0 if settled else INNER
        self._solve(options, self.history[self.n_solutions :][:most], share)
        self.ended = self._steps.n_alive == 0
        if options.on_iteration is not None:
            options.on_iteration(self.n_iter, np.nan, np.nan)

    def _solve(self, options, history, share):
        """Solve the next weighted problems; write their solutions into a history."""
        support, working_set, before = (
            self.support,
            self.support.working_set,
            self.n_iter,
        )
        self.start = support.rows if not self.n_solutions else None
        floor = max(FINEST * options.tol, ROUNDING) * support.least_null
        ceiling = max(ROUGHEST * options.tol * support.least_null, floor)
        shape = working_set.datafit, working_set.penalty, working_set.coef, history
        limits = (
            min(support.cheap_sweeps, options.max_iter),
            options.tol_reweighting,
            max(1, int(SHRUNK * len(support.chosen)) - FEW + 1),
        )
        accuracy = Accuracy(floor, ceiling, share)
        newton = support.newton if limits[0] < options.max_iter else None
        found = self._steps.run(*shape, accuracy, limits, newton=newton)
        self._count(found)
        if not found.finished:  # by sweeps alone
            left, target = options.max_iter - limits[0], found.target
            self.n_iter += support.descend(target, left, limits[0]) if left else 0
            shape = *shape[:3], history[len(found.losses) :][:1]
            self._count(self._steps.run(*shape, Accuracy(0, 0, 0), limits, True))
        self.work += (self.n_iter - before) * support.sweep_work

    def _count(self, found):
        """Take notice of weighted problems that have been solved."""
        self.n_iter += found.n_sweeps
        self.losses += found.losses.tolist()
        self.n_solutions += len(found.losses)
        self.change = self._steps.change if len(found.losses) else self.change

    @property
    def weights(self):
        """The weights of the last problem, of the blocks of the support."""
        return self.support.weights

    def _shrink(self):
        """Unpack the blocks that are zero, if they are many."""
        alive = self.support.norms() > 0.0
        if np.count_nonzero(alive) + FEW <= SHRUNK * len(alive):
            weights = self.support.weights[alive]
            self.support.keep(alive)
            self.support.set_weights(weights)
            self.load()

    def _extrapolate(self):
        """Move to the extrapolation of the last solutions, if the objective falls."""
        history = self.history[: self.n_solutions]
        self.n_solutions = 0
        direction = anderson_direction(history)
        if direction is None or np.any(history * (history[-1] + direction) < 0.0):
            return
        self.support.move(direction)
        if not self.objective() < self.losses[-1]:
            self.support.move(-direction)

    def _may_take_newton(self):
        """Return whether Newton's method for the roots themselves is likely to pay."""
        support, few = self.support, len(self.losses) < PLAIN
        if few or not self.n_solutions or self.change > NEAR:
            return False
        return support.newton is not None and support.newton_work <= self.work

    def _newton_steps(self, tol):
        """Take Newton's steps for the roots while the objective falls.

        Where the objective is not convex, go on in the direction of the last problem.

        Returns
        -------
        settled : bool
            Whether the coefficients are at a minimum, up to the tolerance.
        """
        self.work, lowest = 0.0, self.losses[-1]
        support, before = self.support, self._before_last()
        working_set, newton = support.working_set, support.newton
        point = working_set.datafit, working_set.coef
        for n_steps in range(NEWTON_STEPS):
            penalty = working_set.penalty
            thresholds = self._steps.touch_at(point[0], penalty, point[1])
            direction = newton.find_direction(*point, thresholds, ROOT)
            if direction is None:
                if not n_steps:
                    self._extend_step(support.rows - before)
                return False
            if newton.shrinkage > TRUSTED:
                return False
            move, size = (
                np.max(support.lengths * np.abs(each), initial=0.0)
                for each in (direction, support.rows)
            )
            newton.take(*point, 1.0)
            value = self.objective()
            if not value < lowest:
                newton.take(*point, -1.0)
                settled = bool(move <= tol * size)
                self.n_solutions = 0 if settled else self.n_solutions
                return settled
            lowest, self.n_solutions = value, 0
            if move <= tol * size:
                return True
        return False

    def _extend_step(self, direction):
        """Go on in the direction of the last problem while the objective falls.

        A block may be on its way to zero, or others away from it, in steps that grow
        slowly.
        """
        support, moved = self.support, 0.0
        shrinkage, lowest = support.shrinkage(direction), self.losses[-1]
        step = LONGEST if not shrinkage > 0.0 else min(LONGEST, FARTHEST / shrinkage)
        for share in EXTENSIONS:
            support.move((share * step - moved) * direction)
            value = self.objective()
            if not value < lowest:
                support.move((moved - share * step) * direction)
                break
            lowest, moved, self.n_solutions = value, share * step, 0

    def _before_last(self):
        """Return the coefficients from which the last problem started."""
        return (
            self.start if self.n_solutions < 2 else self.history[self.n_solutions - 2]
        )

    def unweighted(self):
        """Return the result if the first problem is also the last."""
        first, losses = self.first, np.array(self.losses)
        return ReweightingResult(first, first, self.given, losses, self.n_iter, True)

    def certified(self, options):
        """Return the result, with the last problem certified from the data."""
        weights = np.where(self.given == 0.0, 0.0, np.inf)
        weights[self.support.chosen] = self.weights
        penalty = self.penalty.replaced(weights=weights)
        last = self.support.certify(penalty, options)
        converged, n_iter = self.has_converged(options), int(np.max(last.n_iter))
        if n_iter:  # the certified solution differs from the working set's
            self.losses.pop()
            self._begin(last)
        elif options.on_iteration is not None:  # which has seen no gap of this problem
            gaps = float(np.sum(last.dual_gap)), float(np.sum(last.gap_target))
            options.on_iteration(self.n_iter, *gaps)
        losses, n_iter = np.array(self.losses), self.n_iter + n_iter
        return ReweightingResult(self.first, last, weights, losses, n_iter, converged)


def reweight(data, penalty, groups=None, coef=None, options=None):
    """Minimise the data term plus ``alpha sum_b weights_b sqrt(|W_b|)``, locally.

    Parameters
    ----------
    data : ScaledData
    penalty : L21
        Without a ridge: the penalty of the first problem.
    groups : sequence of array-like of int, default=None
        A partition of the features into blocks.
    coef : ndarray of shape (n_features, n_columns), default=None
        Starting point of the first problem, which does not change its solution.
    options : ReweightingOptions, default=None

    Returns
    -------
    ReweightingResult
        Its weights are of shape (n_blocks,).
    """
    options = ReweightingOptions() if options is None else options
    first = solve(data, penalty, groups, coef, **options.for_first(penalty))
    return continue_from(first, Support(data, penalty, groups), penalty, options)


def reweight_path(data, penalties, groups=None, coef=None, options=None):
    """Yield the results of :func:`reweight` for several penalties.

    The first problems are a path of their own: where reweighting ends does not depend
    on where they start.

    Parameters
    ----------
    penalties : sequence of L21
        The same penalty with decreasing strengths.
    data, groups, coef, options
        As for :func:`reweight`.

    Yields
    ------
    ReweightingResult
    """
    options = ReweightingOptions() if options is None else options
    given = options.for_first(penalties[-1])
    del given["on_iteration"]
    support = None
    firsts = solve_path(data, penalties, groups, coef, **given)
    for first, penalty in zip(firsts, penalties, strict=True):
        if support is None:
            support = Support(data, penalty, groups)
        support = support.again(penalty)
        yield continue_from(first, support, penalty, options)


def continue_from(first, support, penalty, options):
    """Return the result of reweighting that starts from a solution."""
    path = ReweightingPath(support, penalty, first, 1.0)
    if options.is_convex(penalty) or path.ended:
        return path.unweighted()
    path.run(options)
    return path.certified(options)


def reweight_columns(data, penalties, coef=None, options=None):
    """Apply :func:`reweight` to every column on its own.

    Returns
    -------
    ReweightingResult
        Weights of shape (n_features, n_columns). Losses are sums over columns, with
        the last loss of those that have ended. Solutions as of :func:`solve_columns`.
    """
    found = [
        reweight(
            data.column(c),
            penalty,
            coef=None if coef is None else coef[:, c : c + 1],
            options=options,
        )
        for c, penalty in enumerate(penalties)
    ]
    return join_results(found)


def join_results(found):
    """Return the results of single columns as one, as `reweight_columns` says."""
    n_steps = max(len(each.losses) for each in found)
    losses = [
        np.pad(each.losses, (0, n_steps - len(each.losses)), mode="edge")
        for each in found
    ]
    return ReweightingResult(
        join_columns([each.first for each in found]),
        join_columns([each.last for each in found]),
        np.stack([each.weights for each in found], axis=1),
        np.sum(losses, axis=0),
        max(each.n_iter for each in found),
        all(each.converged for each in found),
    )
