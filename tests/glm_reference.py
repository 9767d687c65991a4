"""Is a fit of a generalised linear model optimal? The answer from data, in NumPy.

Nothing here comes from the package: a problem is a loss, a list of columns and a list
of groups, as the documentation of ``GroupLasso`` defines them.
"""

from typing import NamedTuple

import numpy as np
from loss_cases import CASES, newton_curvature
from scipy.optimize import brentq


class Column(NamedTuple):
    """One column of coefficients: its rows, its targets, weights and offsets."""

    X: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    offset: np.ndarray


class Glm(NamedTuple):
    """Minimise the loss + alpha times the penalty of the groups."""

    loss: str
    columns: list
    groups: list  # pairs of features and a weight; 0 is unpenalised, inf excluded
    alpha: float
    l1_ratio: float = 0.0
    positive: bool = False
    fit_intercept: bool = True

    @property
    def free(self):
        """The features that are not penalised."""
        free = [np.asarray(rows) for rows, weight in self.groups if weight == 0.0]
        return np.concatenate([np.empty(0, dtype=int), *free]).astype(int)


def value(loss, y, eta):
    """Return the loss of every sample."""
    return CASES[loss].value(y, eta)


def residual(loss, y, eta):
    """Return minus the derivative of the loss, and a curvature for Newton steps."""
    return CASES[loss].residual(y, eta), newton_curvature(loss, y, eta)


def conjugate(loss, y, r):
    """Return the largest ``-r * eta - value`` over eta."""
    return CASES[loss].conjugate(y, r)


def least(loss, y):
    """Return the smallest loss of every sample, over all eta."""
    return CASES[loss].least(y)


def penalty(problem, coef):
    """Return the penalty of coefficients of shape (p, n_columns)."""
    total = 0.0
    for rows, weight in problem.groups:
        block = coef[rows]
        if np.isinf(weight):
            assert not block.any()
        elif weight > 0:
            norm, entries = np.linalg.norm(block), np.abs(block).sum()
            total += (1 - problem.l1_ratio) * weight * norm
            total += problem.l1_ratio * entries
    return problem.alpha * total


def objective(problem, coef, intercept):
    """Return what is minimised."""
    assert not problem.positive or np.all(coef >= 0)
    total = penalty(problem, coef)
    for (X, y, weight, offset), w, b in zip(
        problem.columns, coef.T, intercept, strict=True
    ):
        total += weight @ value(problem.loss, y, X @ w + b + offset)
    return total


def settled(problem, column, w, b):
    """Return the residuals once the intercept and free coefficients are optimal."""
    X, y, _, offset = column
    border = X[:, problem.free]
    if problem.fit_intercept:
        border = np.column_stack([np.ones(len(y)), border])
    eta = X @ w + b + offset
    if border.shape[1]:
        eta = newton(problem.loss, border, column, eta)
    return residual(problem.loss, y, eta)[0]


def newton(loss, border, column, eta):
    """Move linear predictors to the minimum of the loss in the span of a border."""
    _, y, weight, _ = column

    def cost(eta):
        return weight @ value(loss, y, eta)

    for _ in range(100):
        r, bend = residual(loss, y, eta)
        slopes = np.abs(border.T @ (weight * r))
        if np.all(slopes <= 1e-16 * (np.abs(border).T @ (weight * np.abs(r)))):
            break
        root = np.sqrt(weight * bend)
        move = np.linalg.lstsq(root[:, None] * border, weight * r / root)[0]
        step = 1.0
        while step > 1e-10 and cost(eta + step * border @ move) > cost(eta):
            step /= 2
        if step <= 1e-10:  # rounding: Newton's own step is as good
            return eta + border @ move
        eta = eta + step * border @ move
    return eta


def duality_gap(problem, coef, intercept):
    """Return an upper bound of how far the objective is above its minimum.

    The dual point is the residual, scaled until it is feasible.
    """
    entries = zip(problem.columns, coef.T, intercept, strict=True)
    pairs = [(entry[0], settled(problem, *entry)) for entry in entries]
    slopes = np.array([c.X.T @ (c.weight * r) for c, r in pairs]).T
    scales = [largest_scale(problem, slopes[g], w) for g, w in problem.groups]
    dual = 0.0
    for (_, y, weight, offset), r in pairs:
        r = min(1.0, *scales) * r
        dual -= weight @ (conjugate(problem.loss, y, r) + r * offset)
    return objective(problem, coef, intercept) - dual


def largest_scale(problem, slope, weight):
    """Return by how much a group's slopes may be multiplied to be feasible."""
    if weight == 0.0 or np.isinf(weight):
        return 1.0
    slope = np.maximum(slope, 0.0) if problem.positive else np.abs(slope)
    bound = problem.alpha * (1 - problem.l1_ratio) * weight
    entry = problem.alpha * problem.l1_ratio

    def excess(scale):
        return np.linalg.norm(np.maximum(scale * slope - entry, 0.0)) - bound

    if excess(1.0) <= 0.0:
        return 1.0
    if entry == 0.0:
        return bound / np.linalg.norm(slope)
    if bound == 0.0:
        return entry / slope.max()
    return brentq(excess, 0.0, 1.0, xtol=1e-15) * (1 - 1e-14)


def null_excess(problem):
    """Return by how much the loss of the intercepts alone exceeds the least loss."""
    total = 0.0
    for column in problem.columns:
        _, y, weight, eta = column
        if problem.fit_intercept:
            eta = newton(problem.loss, np.ones((len(y), 1)), column, eta)
        total += weight @ (value(problem.loss, y, eta) - least(problem.loss, y))
    return total
