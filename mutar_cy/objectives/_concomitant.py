r"""Objectives whose noise levels are estimated with the coefficients.

With the weight :math:`c` and the mean squared residual :math:`v` of a column, the data
term is :math:`c / 2 (v / \sigma + \sigma)`, :math:`\sigma \ge \sigma_0`: convex in
coefficients and levels together. At fixed levels it is squared error with weights
:math:`c / \sigma`, at fixed coefficients the best level is :math:`\sqrt v`.

The dual is :math:`\max \langle u, y \rangle + \sum \sigma_0 (c - n \|u\|^2 / c) / 2`
over the points of the same dual ball with :math:`\sqrt{n} \|u\| \le c` in every column;
at the optimum u is the residual times :math:`c / (n \sigma)`.
"""

import math
from copy import copy
from typing import Any, NamedTuple

import numpy as np

from mutar_cy.designs import make_scaled_data, sample_weights
from mutar_cy.objectives._objective import ConvexProblem, Objective
from mutar_cy.objectives._penalised_loss import BlockObjective, SeparableObjective
from mutar_cy.objectives._precision import penalties, predictors
from mutar_cy.solvers import PenalisedProblem, make_free_blocks

# Smallest noise level, relative to the deviation of the target of the column. Levels of
# a fit that interpolates would fall to 0.
LOWEST = 1e-2
# Gap of a weighted problem, relative to the gap that is left: it is never the larger.
INNER = 0.25
FIRST = 0.1  # of the first problem, relative to its objective without coefficients
EPS = np.finfo(np.float64).eps
# Factor of the tolerance where a weighted problem needed no sweep.
STRICTER = 0.01
# Alternations that an extrapolation looks back on, the smallest relative singular value
# of their differences that counts, and its longest step, a factor of e.
MEMORY, REGULAR, LONGEST = 4, 1e-8, 1.0
# Alternations of coefficients and levels. Most problems take 5 to 15.
MAX_ALTERNATIONS = 500


class ConcomitantSolution(NamedTuple):
    """A `Solution`, and the noise levels of its columns."""

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    dual_gap: Any  # of coefficients and levels together; by columns if they are alone
    gap_target: Any
    n_iter: Any
    converged: Any
    objective: Any
    shared: np.ndarray | None
    levels: np.ndarray  # (n_columns,)


# Numbers of a solution that every column has, if columns are alone.
BY_COLUMN = "dual_gap", "gap_target", "n_iter", "converged", "objective"


class LevelExtrapolation:
    """Anderson's extrapolation of the logarithms of levels.

    References
    ----------
    H. F. Walker, P. Ni (2011), Anderson acceleration for fixed-point iterations, SIAM
    Journal on Numerical Analysis 49. Section 2.
    """

    def __init__(self, lowest):
        self._lowest = lowest
        self._free = np.zeros(len(lowest), dtype=bool)
        self._given: list[np.ndarray] = []  # levels that a weighted problem had
        self._moves: list[np.ndarray] = []  # what its residuals make of them
        self._best = np.inf

    def next(self, used, found, primal):
        """Return the levels of the next problem, given those of the last.

        Levels at their bound stay there. If an extrapolation has raised the objective,
        the next levels are those of the residuals, which never raise it.

        Parameters
        ----------
        used : ndarray of shape (n_columns,)
            The levels that the last problem had.
        found : ndarray of shape (n_columns,)
            Those of its residuals.
        primal : float
            The objective at its coefficients and at ``found``.
        """
        free = found > self._lowest
        if primal > self._best or not np.array_equal(free, self._free):
            self._given, self._moves, self._free = [], [], free
        self._best = min(primal, self._best)
        self._given = [*self._given[-MEMORY:], np.log(used[free])]
        self._moves = [*self._moves[-MEMORY:], np.log(found[free] / used[free])]
        if len(self._moves) < 2 or not free.any():
            return found
        move, moves = self._moves[-1], np.diff(self._moves, axis=0)
        weights, *_ = np.linalg.lstsq(moves.T, move, rcond=REGULAR)
        step = move - weights @ (np.diff(self._given, axis=0) + moves)
        levels = found.copy()
        # Levels are not extrapolated farther than a problem is a guide to.
        levels[free] = used[free] * np.exp(np.clip(step, -LONGEST, LONGEST))
        return np.maximum(levels, self._lowest)


class ConcomitantObjective(Objective):
    """Squared error over noise levels that are estimated, plus a penalty.

    A subclass says which convex problem has fixed levels. There is one level for every
    column: for every task and response.
    """

    solves_by_moments = False  # weights change with the levels
    _solvers: tuple  # of `LossObjective`

    def _prepare(self):
        super()._prepare()
        self.parts = single_columns(self.parts)
        self._unweighted: Any = None

    @property
    def _plain(self):
        """The data in units of squared error, with levels of 1."""
        if self._unweighted is None:
            options = self.options
            parts = [
                part
                if part.offset is None
                else part._replace(Y=part.Y - part.offset, offset=None)
                for part in self.parts
            ]
            self._unweighted = make_scaled_data(
                parts, options.fit_intercept, options.normalize
            )
        return self._unweighted

    @property
    def _column_weights(self):
        """The factor of the data term of every column."""
        return np.array([part.task_weight for part in self.parts])

    def _squares(self, rows):
        """Return mean squares of residuals, given weighted rows in scaled units."""
        squares = np.array([float(np.vdot(own, own)) for own in rows])
        return np.ldexp(squares, -2 * self._plain.y_exponent) / self._column_weights

    def _problem(self):
        """Return the penalised problem at levels of 1."""
        return PenalisedProblem(self._plain, self.penalty, self.groups)

    def _deviations(self):
        """Return the deviations of targets from their best unpenalised prediction.

        Returns
        -------
        null, lowest : ndarray of shape (n_columns,)
            The levels without penalised coefficients, and the smallest levels.
        """
        rows = make_free_blocks(self._problem()).refit_unpenalised(self._plain.targets)
        null = np.sqrt(self._squares(rows))
        largest = null.max() if null.any() else 1.0
        lowest = LOWEST * np.where(null > 0.0, null, largest)
        return np.maximum(null, lowest), lowest

    def at_levels(self, levels):
        """Return the objective of squared error at fixed levels."""
        other = copy(self)
        other.parts = [
            part._replace(task_weight=part.task_weight / level)
            for part, level in zip(self.parts, levels, strict=True)
        ]
        other._scale()
        return other

    def _rows(self, coef, intercept):
        """Return weighted residuals in scaled units, one array (1, n) per column."""
        problem = ConvexProblem(self.parts, self._plain, None, None, None)
        unit = 2.0**self._plain.y_exponent
        pairs = zip(self.parts, predictors(problem, coef, intercept), strict=True)
        return [
            (part.Y - eta).T * (np.sqrt(sample_weights(part)) * unit)
            for part, eta in pairs
        ]

    def _alternate(self, start, callback):
        """Alternate coefficients and levels until the joint duality gap is small."""
        null, lowest = self._deviations()
        levels, coef, n_iter, tol = null, start, 0, FIRST
        extrapolation = LevelExtrapolation(lowest)
        target = self.options.tol * float(self._column_weights @ null)
        for _ in range(MAX_ALTERNATIONS):
            found = self._solve_at_levels(levels, coef, tol)
            coef, n_iter = found.coef, n_iter + found.n_iter
            rows = self._rows(coef, found.intercept)
            inner_null = 0.5 * float(self._column_weights @ (null**2 / levels))
            used, levels = levels, np.maximum(np.sqrt(self._squares(rows)), lowest)
            primal, gap = self._certify(coef, rows, levels, lowest)
            if callback is not None:
                callback(n_iter, gap, target)
            if gap <= target:
                break
            # The gap of the weighted problem must be below the gap that is left.
            tol = min(tol, INNER * gap / inner_null)
            if found.n_iter:
                levels = extrapolation.next(used, levels, primal)
            elif tol > EPS:  # the last solution was good enough for the new levels
                tol, levels = max(tol * STRICTER, EPS), used
            else:
                break  # no digit is left
        return ConcomitantSolution(
            coef,
            found.intercept,
            max(gap, 0.0),
            target,
            n_iter,
            gap <= target,
            primal,
            found.shared,
            levels,
        )

    def _solve_at_levels(self, levels, coef, tol):
        """Return the solution of the problem of squared error at fixed levels."""
        inner = self.at_levels(levels)
        return self._solvers[0](
            inner.scaled,
            inner.penalty,
            inner.groups,
            coef,
            tol=tol,
            max_iter=self.options.max_iter,
        )

    def _certify(self, coef, rows, levels, lowest):
        """Return the objective, and the duality gap of coefficients and levels."""
        weights, data = self._column_weights, self._plain
        terms = 0.5 * weights * (self._squares(rows) / levels + levels)
        problem = ConvexProblem(self.parts, data, self.penalty, self.groups, None)
        primal = float(np.sum(terms + penalties(problem, coef)))
        pairs = zip(rows, levels, strict=True)
        points = data.balanced([row / level for row, level in pairs])
        return primal, primal - largest_dual(self._problem(), points, weights, lowest)

    def solve_path(self, strengths):
        """Yield the solutions, each from the coefficients of the last one."""
        coef = None
        for point in strengths:
            solution = self.with_params(**point).solve(coef)
            coef = solution.coef
            yield solution

    def with_params(self, **strengths):
        """Return the objective at other penalty strengths; data are shared."""
        _ = self._plain  # made once for all strengths
        return super().with_params(**strengths)

    def convex_problems(self, solution):
        """Return the problem at the levels that were found."""
        inner = self.at_levels(solution.levels)
        return [
            ConvexProblem(
                inner.parts, inner.scaled, inner.penalty, inner.groups, solution
            )
        ]

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, and the noise levels."""
        levels = solution.levels.reshape(self.data.columns)
        return {**super().user_arrays(solution), "sigma": levels[()]}


class ConcomitantBlockObjective(ConcomitantObjective, BlockObjective):
    """Noise levels, and one penalty that couples the columns of coefficients."""

    def _minimise(self, start, callback):
        return self._alternate(start, callback)

    def alpha_max(self):
        """Return the smallest alpha at which every penalised coefficient is zero."""
        return BlockObjective.alpha_max(self.at_levels(self._deviations()[0]))


class ConcomitantSeparableObjective(ConcomitantObjective, SeparableObjective):
    """Noise levels, and a penalty of every column: a scaled lasso per column."""

    def _column(self, c):
        """Return the objective of one column."""
        other = copy(self)
        other.parts, other.penalty = self.parts[c : c + 1], self.penalty[c]
        other._unweighted = self._plain.column(c)
        return other

    def _minimise(self, start, callback):
        found = [
            self._column(c)._alternate(
                None if start is None else start[:, c : c + 1], callback
            )
            for c in range(len(self.parts))
        ]
        columns: Any = ConcomitantSolution._make(zip(*found, strict=True))
        joined = {name: np.array(getattr(columns, name)) for name in BY_COLUMN}
        return ConcomitantSolution(
            np.concatenate(columns.coef, axis=1),
            np.concatenate(columns.intercept),
            shared=None,
            levels=np.concatenate(columns.levels),
            **joined,
        )

    def alpha_max(self):
        """Return the smallest alpha of every column that leaves no coefficient."""
        largest = []
        for c in range(len(self.parts)):
            own = self._column(c)
            inner = own.at_levels(own._deviations()[0])
            largest.append(self._solvers[2](inner.scaled, inner.penalty, inner.groups))
        return np.reshape(largest, self.data.columns)[()]


def single_columns(parts):
    """Return one part for every column; designs are shared, not copied."""
    if all(part.Y.shape[1] == 1 for part in parts):
        return parts
    return [
        part._replace(
            Y=part.Y[:, c : c + 1],
            offset=None if part.offset is None else part.offset[:, c : c + 1],
        )
        for part in parts
        for c in range(part.Y.shape[1])
    ]


def largest_dual(problem, points, weights, lowest):
    """Return the largest dual value of a multiple of a point, in the user's units.

    Parameters
    ----------
    problem : PenalisedProblem
        At levels of 1.
    points : list of ndarray of shape (1, n_samples_c)
        Residuals over levels, weighted, one array per column.
    weights, lowest : ndarray of shape (n_columns,)
        Factors of the data term, and smallest levels.
    """
    data = problem.data
    points = make_free_blocks(problem).refit_unpenalised(points)
    pairs = list(zip(points, data.targets, strict=True))
    inner = math.ldexp(
        sum(float(np.vdot(u, y)) for u, y in pairs), -2 * data.y_exponent
    )
    squares = np.array([float(np.vdot(u, u)) for u in points])
    squares = np.ldexp(squares, -2 * data.y_exponent)
    norms, thresholds = problem.dual_norms(data.correlate(points)), problem.thresholds
    counted = (thresholds > 0.0) & np.isfinite(thresholds)
    largest = np.max(norms[counted] / thresholds[counted], initial=0.0)
    bounds = np.sqrt(weights[squares > 0.0] / squares[squares > 0.0])
    scale = min(
        1.0 / largest if largest > 0.0 else np.inf, np.min(bounds, initial=np.inf)
    )
    if not np.isfinite(scale):
        return 0.5 * float(lowest @ weights)  # no residual
    slope = float(lowest @ squares)
    scale = max(min(scale, inner / slope), 0.0) if slope > 0.0 else scale
    return scale * inner + 0.5 * float(lowest @ (weights - scale**2 * squares))
