"""From one weighted problem to the next, until the coefficients stand still."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._descent import anderson_direction
from mutar_cy.solvers._outer_loop import Solution
from mutar_cy.solvers._reweighting_support import Support
from mutar_cy.solvers._solve import join_columns, solve, solve_columns

# Of the tolerance: how far weighted problems are solved. Rough solutions lead astray:
# blocks that should have gone keep what reweighting takes for a reason to stay.
INNER = 1e-6
ROUNDING = 64 * np.finfo(np.float64).eps  # of the null objective: as good as zero
SHRUNK = 0.85  # of the blocks, less a few, still non-zero: the others are unpacked
FEW = 8
MEMORY = 5  # problems whose solutions are extrapolated from
AHEAD = 20  # steps such as the last that a rival must be ahead to be out of reach
LEAST = 2  # the same, when there is no other left to solve


class Effort(NamedTuple):
    """How far reweighting goes.

    ``tol`` and ``max_iter`` are those of every convex problem; reweighting ends when
    what the coefficients of any feature explain moves, from one of these problems to
    the next, by at most ``tol_reweighting`` times what the largest explain, or after
    ``max_iter_reweighting`` problems. ``on_iteration`` is what ``solve`` calls, and
    is also called after every weighted problem, whose gap is not known: as NaN.
    """

    tol: float = 1e-4
    max_iter: int = 1000
    tol_reweighting: float = 1e-4
    max_iter_reweighting: int = 100
    on_iteration: Any = None

    def options(self, share=1.0):
        """Return what :func:`solve` takes, with a share of the tolerance."""
        return {
            "tol": share * self.tol,
            "max_iter": self.max_iter,
            "on_iteration": self.on_iteration,
        }


class Reweighted(NamedTuple):
    """What reweighting hands back, in the user's units."""

    first: Solution  # of the problem that it starts with
    last: Solution  # of the weighted problem that it ends with
    weights: np.ndarray  # of that problem's penalty
    losses: np.ndarray  # the non-convex objective after every problem
    n_iter: int  # sweeps
    settled: bool  # whether coefficients had stopped moving


class Path:
    """Where reweighting stands, between two weighted problems.

    The penalty is ``factor * alpha * sum_b weights_b sqrt(norm_b)``.

    Parameters
    ----------
    support : Support
        It says what a block is, and its norm.
    penalty : L21
    first : Solution
        Where to start.
    factor : float

    Attributes
    ----------
    losses : list of float
        The objective after the first problem and every weighted one.
    n_iter : int
        Sweeps.
    move : float
        How far the last weighted problem has moved the coefficients.
    ended : bool
        Whether no penalised block is left.
    """

    def __init__(self, support, penalty, first, factor):
        self.support, self.penalty = support, penalty
        self.first, self.factor = first, factor
        n_blocks = support.problem.blocks.n_blocks
        self.given = np.ones(n_blocks) if penalty.weights is None else penalty.weights
        self.losses, self.history = [], []
        self.n_iter, self.move = int(np.max(first.n_iter)), np.inf
        self._begin(first)

    def _begin(self, solution):
        """Stand at a solution."""
        alive = self.support.alive(solution.coef)
        self.ended = not len(alive)
        if self.ended:  # nothing costs anything
            self.losses.append(float(np.sum(solution.objective)))
            return
        self.support.load(alive, solution.coef)
        self.losses.append(self.objective())

    def objective(self):
        """Return the objective where we are, user's units."""
        support = self.support
        cost = float(self.given[support.chosen] @ np.sqrt(support.norms()))
        return support.data_term() + self.factor * self.penalty.alpha * cost

    def run(self, effort, rival=np.inf):
        """Solve weighted problems until the coefficients stand still, or for long.

        Or until it is clear that the objective will not fall below that of a rival.
        """
        self.move = np.inf
        while not self.settles(effort):
            if len(self.losses) >= effort.max_iter_reweighting or self._lags(rival):
                return
            self._shrink()
            self.step(effort)

    def _lags(self, rival):
        if self.move == np.inf:  # no step has been made
            return False
        fallen = self.losses[-2] - self.losses[-1]
        return self.losses[-1] - rival > AHEAD * max(fallen, 0.0)

    def settles(self, effort):
        """Tell whether the coefficients stand still."""
        still = self.move <= effort.tol_reweighting
        return self.ended or (still and len(self.history) <= LEAST)

    def step(self, effort):
        """Solve the problem whose penalty touches the objective's where we are."""
        support = self.support
        if len(self.history) > (
            MEMORY if self.move > effort.tol_reweighting else LEAST
        ):
            self._extrapolate()
        with np.errstate(divide="ignore"):
            inverse = 0.5 * self.factor / np.sqrt(support.norms())
        self.weights = self.given[support.chosen] * inverse
        support.weigh(self.weights)
        old = support.rows
        accuracy = max(INNER * effort.tol, ROUNDING)
        self.n_iter += support.descend(accuracy, effort.max_iter)
        new = support.rows
        self.history.append(new)
        self.move = moved(support.lengths, new, old)
        self.losses.append(self.objective())
        self.ended = not support.norms().any()
        if effort.on_iteration is not None:
            effort.on_iteration(self.n_iter, np.nan, np.nan)

    def _shrink(self):
        """Unpack blocks that are zero, if they are many."""
        alive = self.support.norms() > 0.0
        if np.count_nonzero(alive) + FEW <= SHRUNK * len(alive):
            self.support.keep(alive)
            self.history.clear()

    def _extrapolate(self):
        """Go where the last solutions lead to, if the objective is lower there."""
        history = np.stack(self.history)
        self.history.clear()
        direction = anderson_direction(history)
        if direction is None or np.any(history * (history[-1] + direction) < 0.0):
            return
        self.support.move(direction)
        if not self.objective() < self.losses[-1]:
            self.support.move(-direction)

    def unweighted(self):
        """Return the solution of the first problem as that of the last."""
        first, losses = self.first, np.array(self.losses)
        return Reweighted(first, first, self.given, losses, self.n_iter, True)

    def certified(self, effort):
        """Return what has been found, the last problem certified from the data."""
        weights = np.where(self.given == 0.0, 0.0, np.inf)
        weights[self.support.chosen] = self.weights
        penalty = self.penalty.replaced(weights=weights)
        last = self.support.certify(penalty, effort)
        settled, n_iter = self.settles(effort), int(np.max(last.n_iter))
        if n_iter:  # it has gone further than the working set did
            self.losses.pop()
            self._begin(last)
        losses, n_iter = np.array(self.losses), self.n_iter + n_iter
        return Reweighted(self.first, last, weights, losses, n_iter, settled)


def moved(lengths, coef, old):
    """Return the largest move of coefficients, relative to the largest of them.

    In both, a coefficient counts by how much it explains: so units do not.
    """
    largest = max(np.max(lengths * abs(w), initial=0.0) for w in (coef, old))
    move = np.max(lengths * abs(coef - old), initial=0.0)
    return float(move / largest) if largest > 0.0 else 0.0


FIRST = 0.1  # of the tolerance: which blocks live on is decided by the first problem


def reweight(stack, penalty, groups=None, coef=None, effort=None):
    """Minimise the data term plus ``alpha sum_b weights_b sqrt(|W_b|)``, locally.

    Parameters
    ----------
    stack : Stack
    penalty : L21
        Without a ridge. It is the penalty of the problem to start with.
    groups : sequence of array-like of int, default=None
        A partition of the features into blocks.
    coef : ndarray of shape (n_features, n_columns), default=None
        Where the first problem starts; where it ends does not depend on it.
    effort : Effort, default=None

    Returns
    -------
    Reweighted
        Its weights are of shape (n_blocks,).
    """
    effort = Effort() if effort is None else effort
    once = effort.max_iter_reweighting == 1 or penalty.alpha == 0.0
    options = effort.options(1.0 if once else FIRST)
    first = solve(stack, penalty, groups, coef, **options)
    path = Path(Support(stack, penalty, groups), penalty, first, 1.0)
    if once or path.ended:
        return path.unweighted()
    path.run(effort)
    return path.certified(effort)


def reweight_columns(stack, penalties, coef=None, effort=None):
    """Do what :func:`reweight` does for every column of a stack on its own.

    Returns
    -------
    Reweighted
        Weights of shape (n_features, n_columns). Losses are the sums over columns,
        those that have ended standing still. Solutions as of :func:`solve_columns`.
    """
    found = [
        reweight(
            stack.column(c),
            penalty,
            coef=None if coef is None else coef[:, c : c + 1],
            effort=effort,
        )
        for c, penalty in enumerate(penalties)
    ]
    n_steps = max(len(each.losses) for each in found)
    losses = [
        np.pad(each.losses, (0, n_steps - len(each.losses)), mode="edge")
        for each in found
    ]
    return Reweighted(
        join_columns([each.first for each in found]),
        join_columns([each.last for each in found]),
        np.stack([each.weights for each in found], axis=1),
        np.sum(losses, axis=0),
        max(each.n_iter for each in found),
        all(each.settled for each in found),
    )
