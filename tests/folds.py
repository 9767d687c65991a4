"""Cross-validation as plain loops of fits, for whatever layout."""

from itertools import pairwise

import numpy as np
import simulated
from sklearn.model_selection import KFold

from mutar_cy.model_selection import TaskKFold

RNG = np.random.default_rng(3)


def weights_for(y):
    """Return weights in the layout of y, some of them 0."""
    if isinstance(y, list):
        return [weights_for(v) for v in y]
    weight = RNG.uniform(0.3, 2.0, np.shape(y)[:2] if np.ndim(y) < 3 else y.shape)
    weight.flat[::7] = 0.0
    return weight


def with_gaps(y):
    """Return targets of which some are missing."""
    y = y.copy()
    y.flat[::11] = np.nan
    return y


def problems():
    """Return what ``fit`` takes, by name: X, y and keyword arguments."""
    stacked, ragged = simulated.stacked(), simulated.ragged()
    several, shared = simulated.responses(), simulated.shared()
    (X, y, _), task = simulated.long()
    weighed = RNG.uniform(0.3, 2.0, y.shape)
    return {
        "stacked": (stacked.X, stacked.y, {}),
        "stacked, weights": (
            stacked.X,
            stacked.y,
            {"sample_weight": weights_for(stacked.y)},
        ),
        "stacked, missing": (stacked.X, with_gaps(stacked.y), {}),
        "list": (ragged.X, ragged.y, {}),
        "list, weights": (
            ragged.X,
            ragged.y,
            {"sample_weight": weights_for(ragged.y)},
        ),
        "responses": (several.X, several.y, {}),
        "shared": (shared.X, shared.y, {}),
        "shared, weights": (
            shared.X,
            shared.y,
            {"sample_weight": weights_for(shared.y[:, 0])},
        ),
        "shared, missing": (shared.X, with_gaps(shared.y), {}),
        "long": (X, y, {"task": task}),
        "long, weights": (X, y, {"task": task, "sample_weight": weighed}),
        "single": (shared.X, shared.y[:, 0], {}),
    }


PROBLEMS = problems()


def by_tasks(X, y, sample_weight=None, task=None):
    """Return one (X, y, weight) per task; of a table that they share, one alone."""
    if task is not None:
        names = np.unique(task)
        whole = np.ones(len(y)) if sample_weight is None else sample_weight
        rows = [np.flatnonzero(task == name) for name in names]
        return [(X[own], y[own], whole[own]) for own in rows]
    if np.ndim(X[0]) == 1:
        whole = np.ones(len(y)) if sample_weight is None else sample_weight
        return [(X, y, whole)]
    whole = [np.ones(len(v)) for v in y] if sample_weight is None else sample_weight
    return list(zip(X, y, whole, strict=True))


def folds_within(sizes, n_folds):
    """Return a list of folds, each (train, test), lists of rows of every task.

    Fold sizes are those of TaskKFold, which another file tests.
    """
    if len(sizes) == 1:
        return [([a], [b]) for a, b in KFold(n_folds).split(np.zeros(sizes[0]))]
    task = np.repeat(np.arange(len(sizes)), sizes)
    ends = np.cumsum([0, *sizes])
    folds = []
    for train, test in TaskKFold(n_folds).split(np.zeros((len(task), 1)), task=task):
        pair = []
        for part in (train, test):
            own = [part[(a <= part) & (part < b)] - a for a, b in pairwise(ends)]
            pair.append(own)
        folds.append(tuple(pair))
    return folds


def squared_errors(y, guess, weight):
    """Return the weighted mean squared error of every column."""
    y, guess = (v.reshape(len(v), -1) for v in (y, guess))
    weight = np.broadcast_to(weight.reshape(len(y), -1), y.shape)
    here = ~np.isnan(y) & (weight > 0)
    out = []
    for own, v, g, w in zip(here.T, y.T, guess.T, weight.T, strict=True):
        square = (v[own] - g[own]) ** 2
        out.append(np.average(square, weights=w[own]) if own.any() else np.nan)
    return np.array(out)


def total_weight(y, weight):
    """Return the weight of all targets that are there."""
    y = y.reshape(len(y), -1)
    return np.sum(np.broadcast_to(weight.reshape(len(y), -1), y.shape)[~np.isnan(y)])


def errors_of(model, fitted, held):
    """Fit to some samples, and return the errors of others, column by column."""
    X, y, weight = (list(values) for values in zip(*fitted, strict=True))
    if len(fitted) == 1:
        model.fit(X[0], y[0], sample_weight=weight[0])
        guesses = [model.predict(held[0][0])]
    else:
        model.fit(X, y, sample_weight=weight)
        guesses = model.predict([x for x, _, _ in held])
    pairs = zip(held, guesses, strict=True)
    return np.concatenate([squared_errors(v, g, w) for (_, v, w), g in pairs])


def rows_of(tasks, rows):
    """Return some rows of every task."""
    pairs = zip(tasks, rows, strict=True)
    return [tuple(values[own] for values in task) for task, own in pairs]


def loop(make, points, tasks, n_folds):
    """Fit at every point to every fold, and return the errors held out.

    Parameters
    ----------
    make : callable
        Returns a model at a point.
    points : list
    tasks : list of tuple
        As `by_tasks` returns them.
    n_folds : int

    Returns
    -------
    errors : ndarray of shape (n_points, n_folds, n_columns)
    weights : ndarray of shape (n_folds,)
    """
    errors, totals = [], []
    for train, test in folds_within([len(y) for _, y, _ in tasks], n_folds):
        fitted, held = rows_of(tasks, train), rows_of(tasks, test)
        errors.append([errors_of(make(point), fitted, held) for point in points])
        totals.append(sum(total_weight(y, weight) for _, y, weight in held))
    return np.moveaxis(np.array(errors), 0, 1), np.array(totals)
