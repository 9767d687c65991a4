"""Tasks and responses, the columns of coefficients."""

from itertools import pairwise

import numpy as np


def columns_of_tasks(data):
    """Return the columns of every task, a list of slices."""
    if data.task_codes() is None:
        return [slice(k, k + 1) for k in range(len(data.labels))]
    ends = np.cumsum([0, *(Y.shape[1] for Y in data.targets)])
    return [slice(*pair) for pair in pairwise(ends)]


def column_weights(model, data):
    """Return what every column of a problem weighs in a mean over tasks."""
    weights = getattr(model, "task_weight", None)
    weights = np.ones(len(data.labels)) if weights is None else np.asarray(weights)
    sizes = [own.stop - own.start for own in columns_of_tasks(data)]
    return np.repeat(weights / sizes, sizes)
