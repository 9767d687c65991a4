"""Any loss of data that are read in passes: Newton steps on columns in play."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.chunks._task_stats import rows_of_products
from mutar_cy.glm import GlmCertificate
from mutar_cy.objectives._data_gap import (
    block_ratios,
    column_factors,
    largest_alpha,
    penalised_problems,
)
from mutar_cy.objectives._dispersion import squared_pearson_residuals
from mutar_cy.objectives._streamed import choose_blocks
from mutar_cy.solvers import Blocks, Solution

# Lengths of steps that a pass looks at; derivatives are those of the first.
STEPS = np.array([1.0, 0.5, 0.25, 0.0625])
# Factors of these lengths, one pass each: exponentials may overflow for all of them.
SHORTER = 1.0, 2.0**-5, 2.0**-10
# The share of the promised fall of the objective that a step must bring.
SUFFICIENT = 1e-4
# Maximum number of Newton steps: an ordinary fit takes 2 to 5.
MAX_STEPS = 50
# The share of the tolerance to which the quadratic model of a step is solved; and the
# share at which the estimate of the gap asks for the pass that certifies it.
INNER, ESTIMATE = 1e-3, 0.5
# An alpha, over that of the null model, that leaves no coefficient of other features
# once unpenalised ones are fitted.
FAR = 1e3
# Successive steps without a smaller gap or objective that end the fit: no digit left.
MAX_STALLED = 3
# Rounding errors of sums of losses, relative to the losses: of a tree over chunks.
EPS = 64 * np.finfo(np.float64).eps
TINY = np.finfo(np.float64).tiny


class Point(NamedTuple):
    """Coefficients of all columns, and what a pass has found at them."""

    coef: np.ndarray  # (n_features, n_columns), in units of sizes
    intercept: np.ndarray  # (n_columns,), for columns about their means
    loss: np.ndarray  # (n_columns,)
    correlation: np.ndarray  # (n_columns, n_features), minus the gradient
    hessians: list  # (n_in_play, n_in_play) of every column
    free_residual: list  # (n_free,) of every column
    free_free: list  # (n_free, n_free)
    free_all: list  # (n_free, n_features)


class Dual(NamedTuple):
    """A dual point of one problem: residuals made orthogonal to its free columns."""

    problem: object
    columns: list
    corrections: np.ndarray  # (n_columns_of_the_problem, n_free)
    norms: np.ndarray  # (n_blocks,)
    conjugate: float | None
    certificate: GlmCertificate
    gap: float  # an estimate


class StreamedNewton:
    """Minimise a loss plus a penalty by Newton steps, each of one pass over the data.

    A pass evaluates the loss at several lengths of a step and, for the full one, the
    gradient of all columns and the second derivatives of those in play. The next
    direction is the fit of the penalised quadratic model, by the solver of squared
    errors on few rows that have its products.

    The dual point is the residual less its curvature times a combination of the columns
    without a penalty, the intercept's among them, that makes it orthogonal to these. A
    last pass evaluates the loss and the dual value there.

    Parameters
    ----------
    objective : LossObjective
        Of squared errors and all columns, on rows of zeros: its groups, penalty and
        options count.
    columns : LossColumns

    Attributes
    ----------
    chosen : ndarray of int
        The blocks whose columns are in play.
    pearson : float
        Pearson's statistic of the last fit, for losses with the link "log".
    """

    pearson = 0.0

    def __init__(self, objective, columns):
        self.objective, self.columns = objective, columns
        (self.problem,) = objective.convex_problems(None)
        self.factor = column_factors(self.problem, columns) * columns.weights
        self.blocks = Blocks(columns.n_features, objective.groups)
        self.chosen = np.zeros(0, dtype=np.int64)
        free = [own.free for own, _ in penalised_problems(self.problem)]
        self.free = np.sort(self.blocks.features(np.unique(np.concatenate(free))))
        n_held = columns.data.n_sums_held() * columns.n_responses
        self.capacity = int(np.sqrt(columns.data.bytes_allowed() / (8 * n_held)))
        self.point: Point | None = None

    def solve(self, objective=None):
        """Return the solution, certified by the data, from the last one.

        Parameters
        ----------
        objective : LossObjective, default=None
            The objective at other strengths.
        """
        if objective is not None:
            self.objective = objective
            (self.problem,) = objective.convex_problems(None)
        options, found, n_steps = self.objective.options, None, 0
        point = self.point
        if point is None:
            coef = np.zeros(self.columns.sizes.shape)
            self._bring_in(self._null_correlation())
            point = self._at(coef, self.columns.null.copy())
        best, lowest, n_stalled = np.inf, np.inf, 0
        while True:
            gap, value = self._largest_gap(point), self._value(point)
            falls = gap < best or value < lowest - self._rounding(value)
            n_stalled = 0 if falls else n_stalled + 1
            best, lowest = min(gap, best), min(value, lowest)
            if gap <= ESTIMATE:
                found = self._certified(point, n_steps)
                if np.all(found.converged):
                    break
            if self._bring_in(point.correlation):
                point = self._at(point.coef, point.intercept)
            if n_steps == min(MAX_STEPS, options.max_iter) or n_stalled > MAX_STALLED:
                break
            after, n_steps = self._step(point), n_steps + 1
            if after is None:  # no digit is left
                break
            point, found = after, None
        self.point = point
        return self._certified(point, n_steps) if found is None else found

    def alpha_max(self, objective):
        """Return the smallest alpha at which every penalised coefficient is zero.

        Without unpenalised features no pass is needed; with them, those of a fit.
        """
        null = self._null_correlation()
        largest = largest_alpha(objective, lambda _, columns: null[columns])
        if not len(self.free):
            return largest
        other = StreamedNewton(
            objective.with_params(alpha=FAR * float(np.max(largest))), self.columns
        )
        other.solve()
        point: Any = other.point

        def correlate(own, columns):
            return other._orthogonal(point, own, columns)[1]

        return largest_alpha(objective, correlate)

    def _null_correlation(self):
        """Return minus the gradient of the null model, (n_columns, n_features)."""
        null = self.factor * self.columns.null_correlation() / self.columns.sizes
        return np.ascontiguousarray(null.T)

    def _features(self):
        return self.blocks.features(self.chosen)

    def _bring_in(self, correlation):
        """Bring blocks into play if some violate; return whether there were any."""
        largest = np.zeros(self.blocks.n_blocks)
        for own, columns in penalised_problems(self.problem):
            ratios = block_ratios(own, correlation[columns])
            largest = np.maximum(largest, ratios)
        largest[self.chosen] = 0.0
        n_held = len(self._features())
        new = choose_blocks(self.blocks, largest, n_held, self.capacity)
        self.chosen = np.concatenate([self.chosen, new])
        return bool(len(new))

    def _predictors(self, coef, intercept):
        own = self._features()
        coef = (coef / self.columns.sizes)[own]
        return self.columns.predictors(own, coef, intercept)

    def _look(self, start, move, sizes):
        """Return losses at several points, and a function that returns the first one.

        Parameters
        ----------
        start, move : tuple of ndarray
            Coefficients and intercepts.
        sizes : ndarray
            How often the move is added.
        """
        found = self.columns.steps(
            self.free, sizes, self._predictors(*start), self._predictors(*move)
        )
        losses = np.concatenate([own.values for own in found.values()], axis=1)

        def first():
            coef, intercept = (
                a + sizes[0] * b for a, b in zip(start, move, strict=True)
            )
            return self._point(coef, intercept, losses[0], list(found.values()))

        return losses, first

    def _at(self, coef, intercept):
        """Return the point of some coefficients; one pass."""
        nothing = np.zeros_like(coef), np.zeros_like(intercept)
        return self._look((coef, intercept), nothing, np.zeros(1))[1]()

    def _point(self, coef, intercept, loss, sums):
        """Return a point whose sums are in units of sizes."""
        size = self.columns.sizes.T
        own, n_ones = self._features(), int(self.columns.center)
        correlation = np.concatenate([one.correlation for one in sums], axis=1)
        hessians = [one for task in sums for one in task.hessian]
        residual = [one for task in sums for one in task.free_residual]
        free = [one for task in sums for one in task.free_free]
        free_all = [one for task in sums for one in task.free_all]
        # The sizes of the features in play, and of those without penalty.
        in_play = [size[c][own] for c in range(len(loss))]
        units = [np.r_[np.ones(n_ones), size[c][self.free]] for c in range(len(loss))]
        return Point(
            coef,
            intercept,
            loss,
            np.ascontiguousarray(correlation.T / size * self.factor[:, None]),
            [a / np.outer(u, u) for a, u in zip(hessians, in_play, strict=True)],
            [a / u for a, u in zip(residual, units, strict=True)],
            [a / np.outer(u, u) for a, u in zip(free, units, strict=True)],
            [a / np.outer(u, v) for a, u, v in zip(free_all, units, size, strict=True)],
        )

    def _penalty(self, coef):
        """Return the penalty by columns; one of all columns is in the first entry."""
        return self.objective.penalty_terms(self.problem, coef)

    def _value(self, point):
        """Return the objective of a point, of all columns together."""
        return float(self.factor @ point.loss + self._penalty(point.coef).sum())

    def _rounding(self, value):
        """Return what rounding may have made of an objective."""
        size = np.abs(self.columns.null_loss) + np.abs(self.columns.least)
        return EPS * (abs(value) + float(self.factor @ size))

    def _step(self, point):
        """Return the point after a Newton step, or None if none is better."""
        direction, shift, promised = self._direction(point)
        start = point.coef, point.intercept
        before = self._value(point)
        rounding = self._rounding(before)
        for shorter in SHORTER:
            sizes = shorter * STEPS
            losses, first = self._look(start, (direction, shift), sizes)
            for i, size in enumerate(sizes.tolist()):
                coef = point.coef + size * direction
                after = float(self.factor @ losses[i] + self._penalty(coef).sum())
                if after <= before - SUFFICIENT * size * promised + rounding:
                    if i == 0:
                        return first()
                    return self._at(coef, point.intercept + size * shift)
            if promised <= rounding:
                return None
        return None

    def _direction(self, point):
        """Return the step to the minimum of the model, and the promised fall."""
        own, n_columns = self._features(), len(point.loss)
        X, Y, borders = [], [], []
        for c in range(n_columns):
            hessian, linear = point.hessians[c], point.correlation[c, own]
            linear = linear / self.factor[c]
            if self.columns.center:  # the intercept is at its best
                border, total = point.free_all[c][0, own], point.free_free[c][0, 0]
                rest = point.free_residual[c][0]
                borders.append((border, total, rest))
                hessian = hessian - np.outer(border, border) / total
                linear = linear - border * (rest / total)
            linear = linear + hessian @ point.coef[own, c]
            rows = rows_of_products(hessian, linear[:, None], np.zeros(1))
            X.append(rows[0])
            Y.append(rows[1])
        model = self.objective.of_blocks(self.chosen, self._parts(X, Y))
        model = model.with_options(tol=INNER * model.options.tol)
        moved = model._minimise(point.coef[own], None).coef
        direction, shift = np.zeros_like(point.coef), np.zeros(n_columns)
        direction[own] = moved - point.coef[own]
        slope = -float(np.vdot(direction, point.correlation.T))
        for c, (border, total, rest) in enumerate(borders):
            shift[c] = (rest - border @ direction[own, c]) / total
            slope -= self.factor[c] * shift[c] * rest
        fall = self._penalty(point.coef + direction) - self._penalty(point.coef)
        return direction, shift, -(slope + float(fall.sum()))

    def _parts(self, X, Y):
        """Return the rows of all columns' models, weighed as tasks are."""
        out: list = []
        for part in self.objective.parts:
            for _ in range(part.Y.shape[1]):
                c = len(out)
                out.append(part._replace(X=X[c], Y=Y[c]))
        return out

    def _orthogonal(self, point, problem, columns):
        """Return what makes residuals orthogonal to free columns; correlations then."""
        features = self.blocks.features(problem.free)
        n_ones = int(self.columns.center)
        own = np.r_[np.arange(n_ones), n_ones + np.searchsorted(self.free, features)]
        own = own.astype(np.int64)
        corrections = np.zeros((len(columns), n_ones + len(self.free)))
        correlation = point.correlation[columns]
        for i, c in enumerate(columns):
            gram, residual = (
                point.free_free[c][np.ix_(own, own)],
                point.free_residual[c],
            )
            step = np.linalg.lstsq(gram, residual[own])[0]
            corrections[i, own] = step
            correlation[i] -= self.factor[c] * (step @ point.free_all[c][own])
            correlation[i, features] = 0.0
        return corrections, correlation

    def _dual_points(self, point):
        """Return the dual points of all problems, with estimates of their gaps."""
        penalties, unit = self._penalty(point.coef), self._null_loss()
        out = []
        for problem, columns in penalised_problems(self.problem):
            corrections, correlation = self._orthogonal(point, problem, columns)
            norms, conjugate = (
                problem.dual_norms(correlation),
                problem.conjugate(correlation),
            )
            certificate = GlmCertificate(problem.thresholds, problem.ridge, np.inf)
            along = float(np.vdot(point.coef[:, columns], correlation.T))
            moved = sum(
                0.5 * self.factor[c] * float(own @ point.free_residual[c])
                for own, c in zip(corrections, columns, strict=True)
            )
            size = float(unit[columns].sum())

            def about(scale, along=along, size=size):
                return scale * along - (1.0 - scale) ** 2 * size

            _, dual = certificate.best(about, norms, conjugate)
            gap = float(penalties[columns].sum()) - dual + moved
            found = corrections, norms, conjugate, certificate, gap
            out.append(Dual(problem, columns, *found))
        return out

    def _null_loss(self):
        """Return the losses of the null model above the least ones, by columns."""
        return self.factor * (self.columns.null_loss - self.columns.least)

    def _targets(self, duals):
        """Return the largest gap of every problem that the tolerance allows."""
        unit, tol = self._null_loss(), self.objective.options.tol
        return np.array([tol * float(unit[own.columns].sum()) for own in duals])

    def _largest_gap(self, point):
        """Return the largest estimate of a gap over what the tolerance allows."""
        duals = self._dual_points(point)
        gaps = np.array([own.gap for own in duals])
        return float(np.max(gaps / np.maximum(self._targets(duals), TINY)))

    def _certified(self, point, n_steps):
        """Return the solution of a point with its gap, by a pass over the data."""
        duals, n_columns = self._dual_points(point), len(point.loss)
        size, n_ones = self.columns.sizes.T, int(self.columns.center)
        corrections = np.zeros((n_columns, n_ones + len(self.free)))
        scales = np.ones((2, n_columns))
        for own in duals:
            scales[1, own.columns] = _feasible(own)
            for i, c in enumerate(own.columns):
                units = np.r_[np.ones(n_ones), size[c][self.free]]
                corrections[c] = own.corrections[i] / units
        q, tasks = self.columns.n_responses, list(self.columns.stats)
        blocks = {t: slice(k * q, (k + 1) * q) for k, t in enumerate(tasks)}
        found = self.columns.duals(
            self.free,
            self._predictors(point.coef, point.intercept),
            {t: corrections[own] for t, own in blocks.items()},
            {t: scales[:, own] for t, own in blocks.items()},
            squared_pearson_residuals if self.columns.loss.link == "log" else None,
        )
        measured = np.concatenate([one.measure for one in found.values()])
        self.pearson = float(self.columns.weights @ measured)
        values = self.factor * np.concatenate([one.value for one in found.values()])
        dual = self.factor * np.concatenate(
            [one.dual for one in found.values()], axis=1
        )
        primal = values + self._penalty(point.coef)
        gaps = np.array([_gap(own, primal, dual, scales) for own in duals])
        targets = self._targets(duals)
        numbers: tuple[Any, ...]
        if isinstance(self.problem.penalty, list):
            numbers = gaps, targets, n_steps, gaps <= targets, primal
        else:
            gap, target = float(gaps[0]), float(targets[0])
            numbers = gap, target, n_steps, gap <= target, float(primal.sum())
        return Solution(point.coef, point.intercept, *numbers)


def _feasible(dual):
    """Return the largest scale up to 1 that keeps a dual point in the dual ball."""
    thresholds = dual.problem.thresholds
    above = dual.norms > thresholds
    return float(np.min(thresholds[above] / dual.norms[above], initial=1.0))


def _gap(dual, primal, values, scales):
    """Return the gap of a problem by the values of its dual points."""
    columns = dual.columns
    known = dict(
        zip(scales[:, columns[0]], values[:, columns].sum(axis=1), strict=True)
    )
    _, best = dual.certificate.best(known.__getitem__, dual.norms, dual.conjugate)
    return max(float(primal[columns].sum()) - float(best), 0.0)
