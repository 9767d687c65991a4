"""A path fitted to some samples, and held against the others."""

import math
from typing import Any, NamedTuple

import numpy as np

from mutar_cy.estimators import at_point

BATCH = 2**17  # numbers that are held against samples at once


class Held(NamedTuple):
    """What one fold has found."""

    losses: np.ndarray  # (n_points, n_columns), NaN where nothing is held out
    weight: float  # of all that is held out
    n_unconverged: int


def hold_out(model, problem, grid, train, test):
    """Fit every path of a grid to some samples, and look at the others.

    Parameters
    ----------
    model : estimator
    problem : object
        As ``model._read`` returns it.
    grid : Grid
    train, test : list of ndarray
        Rows of every design.

    Returns
    -------
    Held
    """
    data, rows = problem.samples, grid.rows
    present = _present(data, train)
    if len(present) < len(data.labels):
        model, rows = _of_some_tasks(model, rows, present)
    posed = model._pose_problem(problem.take(train))
    found, n_unconverged = [], 0
    for row in rows:
        for solution in model._follow(posed, row):
            found.append(found_by(model, posed[0], solution))
            n_unconverged += not model._has_converged(solution)
    present = None if len(present) == len(data.labels) else present
    losses, weight = look_at(model, data, test, found, present)
    return Held(losses, weight, n_unconverged)


def found_by(model, problem, solution):
    """Return the features of a solution, their coefficients and the intercepts."""
    coef, intercept = model._coefficients(problem, solution)
    rows = np.flatnonzero(coef.reshape(len(coef), -1).any(axis=1))
    return rows, coef[rows], intercept


def _present(data, rows):
    """Return the numbers of the tasks that have rows."""
    if data.task_codes() is None:
        return np.arange(len(data.labels))
    return np.array([k for k, own in enumerate(rows) if len(own)])


def _of_some_tasks(model, rows, present):
    """Return a model, and points, without what they have for other tasks."""
    if model.task_weight is not None:
        weights = np.asarray(model.task_weight)[present]
        model = at_point(model, {"task_weight": weights})

    def some(point):
        return {k: v[present] if np.ndim(v) else v for k, v in point.items()}

    return model, [[some(point) for point in row] for row in rows]


def look_at(model, data, rows, found, present=None):
    """Return the mean loss of some samples, column by column, for every solution.

    Parameters
    ----------
    model : estimator
    data : tasks.TaskData
    rows : list of ndarray
        Of every design.
    found : list of tuple
        Features, their coefficients and the intercepts.
    present : ndarray of int, default=None
        The tasks that coefficients are for, if not for all.

    Returns
    -------
    losses : ndarray of shape (n_points, n_columns)
    weight : float
    """
    used = np.unique(np.concatenate([features for features, *_ in found]))
    columns: list[Any] = []
    total, first = 0.0, 0
    for k, own in enumerate(rows):
        n_columns = data.targets[k].shape[1]
        mine = slice(first, first + n_columns)
        first += n_columns
        if not len(own):
            columns.append(np.full((len(found), n_columns), np.nan))
            continue
        which = _columns_of(mine, k, present, n_columns)
        X = data.designs[k]
        # Of an array, no column is copied that is not used.
        X = X[np.ix_(own, used)] if isinstance(X, np.ndarray) else X[own][:, used]
        held = _Target(data, k, own)
        losses = [
            held.means(model, _predictors(X, used, some, which))
            for some in _batches(found, n_columns, len(own) + len(used))
        ]
        columns.append(np.concatenate(losses))
        total += held.weight
    return np.concatenate(columns, axis=1), total


def _batches(found, n_columns, n_rows):
    """Cut solutions into runs whose coefficients and predictions fit in a cache."""
    per_row = max(1, found[0][2][:n_columns].size)  # of one design
    size = max(1, BATCH // (n_rows * per_row))
    return [found[i : i + size] for i in range(0, len(found), size)]


def _columns_of(mine, k, present, n_columns):
    """Return the columns of coefficients that predict a task; None: their mean."""
    if present is None:
        return mine
    if k not in present:
        return None
    start = n_columns * int(np.searchsorted(present, k))
    return slice(start, start + n_columns)


def _predictors(X, used, found, which):
    """Return the linear predictors of the columns of one design, for some solutions.

    A task that was not there is predicted with the means over those that were; its
    responses are one then.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_used)
    used : ndarray of int, shape (n_used,)
        The features that these columns are of.
    found : list of tuple
        As for `look_at`.
    which : slice, or None
        As `_columns_of` returns it.

    Returns
    -------
    eta : ndarray of shape (n_points, n_samples, n_columns, ...)
    """
    coefs: Any = None
    intercepts = []
    for point, (features, coef, intercept) in enumerate(found):
        if which is None:
            coef = coef.mean(axis=1, keepdims=True)
            intercept = intercept.mean(axis=0, keepdims=True)
        else:
            coef, intercept = coef[:, which], intercept[which]
        if coefs is None:
            coefs = np.zeros((len(used), len(found), *coef.shape[1:]))
        coefs[np.searchsorted(used, features), point] = coef
        intercepts.append(intercept)
    eta = X @ coefs.reshape(len(used), math.prod(coefs.shape[1:]))
    eta = eta.reshape(-1, *coefs.shape[1:]) + np.stack(intercepts)
    return eta.swapaxes(0, 1)


class _Target:
    """The targets of some rows of a design."""

    def __init__(self, data, k, rows):
        self.y = data.targets[k][rows]
        self.offset = None if data.offsets[k] is None else data.offsets[k][rows]
        weights = data.weights[k]
        weights = np.ones(len(rows)) if weights is None else weights[rows]
        weights = weights.reshape(len(rows), -1) * ~np.isnan(self.y)
        self.weight, self.sums = float(weights.sum()), weights.sum(axis=0)
        self.weights = weights

    def means(self, model, eta):
        """Return the mean losses of every column, NaN where nothing is held out.

        Parameters
        ----------
        model : estimator
        eta : ndarray of shape (n_points, n_samples, n_columns, ...)
            Linear predictors.

        Returns
        -------
        means : ndarray of shape (n_points, n_columns)
        """
        if self.offset is not None:
            eta = eta + self.offset.reshape(*self.offset.shape, *[1] * (eta.ndim - 3))
        n_points = len(eta)
        every = np.concatenate([self.y] * n_points)  # one sample after the other
        losses = model._sample_losses(every, eta.reshape(-1, *eta.shape[2:]))
        losses = losses.reshape(n_points, *self.y.shape)
        losses = np.where(self.weights > 0.0, losses, 0.0)
        with np.errstate(invalid="ignore"):
            return np.einsum("nc,pnc->pc", self.weights, losses) / self.sums
