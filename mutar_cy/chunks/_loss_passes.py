"""Passes over chunked data for losses other than squared errors."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.chunks._stats_rows import TaskUnits


class Predictor(NamedTuple):
    """The linear predictors of a task: few columns of X, about their means."""

    means: tuple  # arrays (n_features,), subtracted from the rows one after the other
    features: np.ndarray  # (n_used,)
    coef: np.ndarray  # (n_used, n_responses)
    intercept: np.ndarray  # (n_responses,)


class LossSums(NamedTuple):
    """Weighted sums over the rows of a task, at the first of several points.

    "Free" columns have no penalty: the intercept's, if there is one, and those of
    unpenalised features.
    """

    values: np.ndarray  # (n_points, n_responses), losses at all points
    correlation: np.ndarray  # (n_features, n_responses), X' residual
    hessian: np.ndarray  # (n_responses, n_used, n_used)
    free_residual: np.ndarray  # (n_responses, n_free)
    free_free: np.ndarray  # (n_responses, n_free, n_free), by curvatures
    free_all: np.ndarray  # (n_responses, n_free, n_features), by curvatures

    def __add__(self, other):
        return LossSums(*[a + b for a, b in zip(self, other, strict=True)])


class DualSums(NamedTuple):
    """Weighted sums over the rows of a task, at one point and multiples of its dual."""

    value: np.ndarray  # (n_responses,)
    dual: np.ndarray  # (n_scales, n_responses)
    measure: np.ndarray  # (n_responses,), of targets and their means

    def __add__(self, other):
        return DualSums(*[a + b for a, b in zip(self, other, strict=True)])


class Steps(NamedTuple):
    """What a pass over chunks evaluates: a loss along a line of coefficients."""

    loss: Any
    has_intercept: bool
    free: np.ndarray  # features without a penalty
    sizes: np.ndarray  # (n_steps,), the points; all sums are of the first
    starts: dict  # Predictor by task
    moves: dict  # Predictor by task: what a step of 1 adds


class Duals(NamedTuple):
    """What a pass over chunks evaluates: dual values of scaled residuals."""

    loss: Any
    has_intercept: bool
    free: np.ndarray
    points: dict  # Predictor by task
    corrections: dict  # (n_responses, n_free) by task
    scales: dict  # (n_scales, n_responses) by task
    measure: Any  # called as measure(loss, y, mean), or None


class LossColumns(TaskUnits):
    """Moments of all columns of chunked designs, and passes that evaluate a loss.

    Parameters
    ----------
    data : ChunkedData
    loss : Loss
    center : bool
        Whether there are intercepts.
    normalize : {False, True, "std"}

    Attributes
    ----------
    y, offset, sqrt_weight : list of ndarray of shape (n_samples,), one per column
        Square roots of the weights are those of weights that sum to 1.
    null : ndarray of shape (n_columns,)
        The intercepts of the null model.
    null_loss, least : ndarray of shape (n_columns,)
        Its losses, and those of perfect predictors.
    """

    def __init__(self, data, loss, center, normalize):
        self.data, self.loss, self.n_features = data, loss, data.n_features
        self.means: dict = {}
        observed = [own for task in data.designs for own in data.observed(task)]
        self._fit_null(observed, center)
        residuals = {
            task: np.column_stack(
                list(self._null_residuals(observed, k, data.n_responses))
            )
            for k, task in enumerate(data.designs)
        }
        super().__init__(data.moments(residuals), center, normalize)
        for task, own in self.stats.items():
            self.means[task] = (own.mean, own.mean_rest) if center else ()

    def _fit_null(self, observed, center):
        """Set the intercepts of the null model and their losses."""
        loss, found = self.loss, []
        for y, offset, root in observed:
            own = loss.fit_intercept_only(y, offset, root) if center else 0.0
            value = loss.value(y, offset + own, root)
            found.append((own, value, -loss.constant_to_optimal(y, root)))
        self.null, self.null_loss, self.least = np.array(found).T

    def _null_residuals(self, observed, k, n_responses):
        """Return the residuals of the null model for the columns of a task."""
        for c in range(k * n_responses, (k + 1) * n_responses):
            y, offset, root = observed[c]
            residual, curvature = np.empty((2, len(y)))
            self.loss.evaluate(y, offset + self.null[c], root, residual, curvature)
            weighted = root > 0.0
            yield np.divide(residual, root, out=np.zeros(len(y)), where=weighted)

    def null_correlation(self):
        """Return minus the gradient of the null model, (n_features, n_columns)."""
        return np.concatenate(
            [own.products(self.center)[1] / own.weight for own in self.stats.values()],
            axis=1,
        )

    def predictors(self, features, coef, intercept):
        """Return the `Predictor` of every task.

        Parameters
        ----------
        features : ndarray of int
        coef : ndarray of shape (len(features), n_columns)
            In the user's units.
        intercept : ndarray of shape (n_columns,)
            For columns about their means.
        """
        out, q = {}, self.n_responses
        for k, task in enumerate(self.stats):
            own = slice(k * q, (k + 1) * q)
            means = self.means[task]
            out[task] = Predictor(means, features, coef[:, own], intercept[own])
        return out

    def steps(self, free, sizes, starts, moves):
        """Return `LossSums` by task over the sums of weights, in one pass."""
        given = Steps(self.loss, self.center, free, sizes, starts, moves)
        found = self.data.run("losses", losses_of_chunk, given)
        return {
            task: LossSums(*[values / own.weight for values in found[task]])
            for task, own in self.stats.items()
        }

    def duals(self, free, points, corrections, scales, measure=None):
        """Return `DualSums` by task over the sums of weights, in one pass.

        Parameters
        ----------
        free : ndarray of int
        points, corrections, scales : dict
            As `Duals` has them.
        measure : callable, default=None
            Called as ``measure(loss, y, mean)`` with the fitted means; summed, too.
        """
        of_points = points, corrections, scales
        given = Duals(self.loss, self.center, free, *of_points, measure)
        found = self.data.run("dual values", duals_of_chunk, given)
        return {
            task: DualSums(*[values / own.weight for values in found[task]])
            for task, own in self.stats.items()
        }


def _about(rows, means):
    """Return rows of a task about the means, with offsets and roots of weights."""
    X, Y = rows.X, rows.Y
    for part in means:
        X -= part
    offset = np.zeros(Y.shape) if rows.offset is None else rows.offset
    return X, Y, offset, np.sqrt(rows.weight)


def _free_columns(X, has_intercept, free):
    """Return the columns without a penalty, the intercept's first."""
    ones = np.ones((len(X), int(has_intercept)))
    return np.hstack([ones, X[:, free]])


def losses_of_chunk(chunk, given):
    """Return the `LossSums` of a chunk by task."""
    return {rows.task: losses_of_rows(rows, given) for rows in chunk.parts()}


def losses_of_rows(rows, given):
    """Return the `LossSums` of rows of one task."""
    start, move = given.starts[rows.task], given.moves[rows.task]
    X, Y, offset, root = _about(rows, start.means)
    Z = _free_columns(X, given.has_intercept, given.free)
    columns = X[:, start.features]
    at = offset + columns @ start.coef + start.intercept
    along = columns @ move.coef + move.intercept
    (n, p), q, s, f = X.shape, Y.shape[1], columns.shape[1], Z.shape[1]
    out = LossSums(
        np.empty((len(given.sizes), q)),
        np.zeros((p, q)),
        np.zeros((q, s, s)),
        np.zeros((q, f)),
        np.zeros((q, f, f)),
        np.zeros((q, f, p)),
    )
    for c in range(q):
        y = np.ascontiguousarray(Y[:, c])
        for i, size in enumerate(given.sizes):
            eta = at[:, c] + size * along[:, c]
            out.values[i, c] = given.loss.value(y, eta, root)
        if not np.isfinite(out.values[0, c]):
            continue  # this point will not be taken
        residual, curvature = np.empty((2, n))
        eta = at[:, c] + given.sizes[0] * along[:, c]
        given.loss.evaluate(y, eta, root, residual, curvature)
        residual *= root
        curvature *= root**2
        out.correlation[:, c] = residual @ X
        out.hessian[c] = (columns * curvature[:, None]).T @ columns
        weighted = Z * curvature[:, None]
        out.free_residual[c] = residual @ Z
        out.free_free[c], out.free_all[c] = weighted.T @ Z, weighted.T @ X
    return out


def duals_of_chunk(chunk, given):
    """Return the `DualSums` of a chunk by task."""
    return {rows.task: duals_of_rows(rows, given) for rows in chunk.parts()}


def duals_of_rows(rows, given):
    """Return the `DualSums` of rows of one task.

    A residual less its curvature times a combination of free columns is orthogonal to
    them; see `StreamedNewton`.
    """
    point = given.points[rows.task]
    corrections, scales = given.corrections[rows.task], given.scales[rows.task]
    X, Y, offset, root = _about(rows, point.means)
    Z = _free_columns(X, given.has_intercept, given.free)
    eta = offset + X[:, point.features] @ point.coef + point.intercept
    q = Y.shape[1]
    out = DualSums(np.empty(q), np.empty(scales.shape), np.zeros(q))
    for c in range(Y.shape[1]):
        y, own = np.ascontiguousarray(Y[:, c]), np.ascontiguousarray(offset[:, c])
        residual, curvature = np.empty((2, len(y)))
        at = np.ascontiguousarray(eta[:, c])
        out.value[c] = given.loss.evaluate(y, at, root, residual, curvature)
        if given.measure is not None:
            out.measure[c] = root**2 @ given.measure(given.loss, y, given.loss.mean(at))
        residual -= root * curvature * (Z @ corrections[c])
        for i, scale in enumerate(scales[:, c].tolist()):
            out.dual[i, c] = given.loss.dual(y, own, root, residual, scale)
    return out
