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
from mutar_cy.solvers._outer_loop import Solution
from mutar_cy.solvers._reweighting_support import Support
from mutar_cy.solvers._solve import join_columns, solve

# Accuracy of weighted problems, as a share of the tolerance. Rough solutions mislead
# reweighting: a block that should become zero keeps a weight that lets it stay.
INNER = 1e-6
# Accuracy of the first problem, as a share of the tolerance: it decides which blocks
# take part.
FIRST = 0.1
# Accuracy that floats allow, as a share of the null objective.
ROUNDING = 64 * np.finfo(np.float64).eps
# Zero blocks are unpacked if at most this share of the blocks, minus FEW, is non-zero.
SHRUNK = 0.85
FEW = 8
# Number of solutions in an extrapolation, and the same if coefficients have converged.
MEMORY = 5
LEAST = 2
# A rival is out of reach if it is lower by this many decreases of the last step.
AHEAD = 20


class ReweightingOptions(NamedTuple):
    """Tolerances and limits of reweighting.

    ``tol`` and ``max_iter`` are those of every convex problem. Reweighting ends when
    the fit of no feature changes, from one of these problems to the next, by more than
    ``tol_reweighting`` times the largest fit, or after ``max_iter_reweighting``
    problems. ``on_iteration`` is the callback of ``solve``; it is also called after
    every weighted problem, with NaN for the gap, which is not computed.
    """

    tol: float = 1e-4
    max_iter: int = 1000
    tol_reweighting: float = 1e-4
    max_iter_reweighting: int = 100
    on_iteration: Any = None

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
        self.losses, self.history = [], []
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
        self.losses.append(self.objective())

    def objective(self):
        """Return the present objective, in the user's units."""
        support = self.support
        cost = float(self.given[support.chosen] @ np.sqrt(support.norms()))
        return support.data_term() + self.factor * self.penalty.alpha * cost

    def run(self, options, rival=np.inf):
        """Solve weighted problems until convergence or a limit.

        Also end when the objective will clearly not fall below that of a rival.
        """
        self.change = np.inf
        while not self.has_converged(options):
            if len(self.losses) >= options.max_iter_reweighting or self._lags(rival):
                return
            self._shrink()
            self.step(options)

    def _lags(self, rival):
        if self.change == np.inf:  # before the first step
            return False
        decrease = self.losses[-2] - self.losses[-1]
        return self.losses[-1] - rival > AHEAD * max(decrease, 0.0)

    def has_converged(self, options):
        """Return whether the coefficients have stopped changing."""
        still = self.change <= options.tol_reweighting
        return self.ended or (still and len(self.history) <= LEAST)

    def step(self, options):
        """Solve the problem whose penalty is tangent to the objective's."""
        support = self.support
        if len(self.history) > (
            MEMORY if self.change > options.tol_reweighting else LEAST
        ):
            self._extrapolate()
        with np.errstate(divide="ignore"):
            inverse = 0.5 * self.factor / np.sqrt(support.norms())
        self.weights = self.given[support.chosen] * inverse
        support.set_weights(self.weights)
        old = support.rows
        accuracy = max(INNER * options.tol, ROUNDING)
        self.n_iter += support.descend(accuracy, options.max_iter)
        new = support.rows
        self.history.append(new)
        self.change = relative_change(support.lengths, new, old)
        self.losses.append(self.objective())
        self.ended = not support.norms().any()
        if options.on_iteration is not None:
            options.on_iteration(self.n_iter, np.nan, np.nan)

    def _shrink(self):
        """Unpack the blocks that are zero, if they are many."""
        alive = self.support.norms() > 0.0
        if np.count_nonzero(alive) + FEW <= SHRUNK * len(alive):
            self.support.keep(alive)
            self.history.clear()

    def _extrapolate(self):
        """Move to the extrapolation of the last solutions, if the objective falls."""
        history = np.stack(self.history)
        self.history.clear()
        direction = anderson_direction(history)
        if direction is None or np.any(history * (history[-1] + direction) < 0.0):
            return
        self.support.move(direction)
        if not self.objective() < self.losses[-1]:
            self.support.move(-direction)

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
        losses, n_iter = np.array(self.losses), self.n_iter + n_iter
        return ReweightingResult(self.first, last, weights, losses, n_iter, converged)


def relative_change(lengths, coef, old):
    """Return the largest change of a fit, relative to the largest fit of a feature.

    The fit of a coefficient is its size times the norm of its column, so that the
    units of features do not matter.
    """
    largest = max(np.max(lengths * abs(w), initial=0.0) for w in (coef, old))
    change = np.max(lengths * abs(coef - old), initial=0.0)
    return float(change / largest) if largest > 0.0 else 0.0


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
    once = options.max_iter_reweighting == 1 or penalty.alpha == 0.0
    given = options.for_solve(1.0 if once else FIRST)
    first = solve(data, penalty, groups, coef, **given)
    path = ReweightingPath(Support(data, penalty, groups), penalty, first, 1.0)
    if once or path.ended:
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
