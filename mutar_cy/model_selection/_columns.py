"""Tasks and responses, the columns of coefficients, in a mean and at a start."""

from itertools import pairwise

import numpy as np

from mutar_cy import tasks


def columns_of_tasks(data):
    """Return the columns of every task, a list of slices."""
    if tasks.task_codes(data) is None:
        return [slice(k, k + 1) for k in range(len(data.labels))]
    ends = np.cumsum([0, *(Y.shape[1] for Y in data.targets)])
    return [slice(*pair) for pair in pairwise(ends)]


def column_weights(model, data):
    """Return what every column of a problem weighs in a mean over tasks."""
    weights = getattr(model, "task_weight", None)
    weights = np.ones(len(data.labels)) if weights is None else np.asarray(weights)
    sizes = [own.stop - own.start for own in columns_of_tasks(data)]
    return np.repeat(weights / sizes, sizes)


def mean_start(held, which, data):
    """Return the mean of what folds have found at the points of all columns.

    Parameters
    ----------
    held : list of Held
    which : ndarray of int, shape (n_columns,)
    data : tasks.Problem

    Returns
    -------
    coef : ndarray of shape (n_features, n_columns, ...), or None
        None if folds have left tasks out.
    """
    first = held[0].found[0][1]
    if any(len(one.found[0][2]) < len(which) for one in held):
        return None
    mean = np.zeros((data.n_features, len(which), *first.shape[2:]))
    for one in held:
        for point in np.unique(which).tolist():
            rows, coef, _ = one.found[point]
            own = np.flatnonzero(which == point)
            mean[np.ix_(rows, own)] += coef[:, own] / len(held)
    return mean
