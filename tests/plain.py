"""From whatever fit accepts to arrays, or lists of arrays, that tests can read."""

import numpy as np
from problems import dense


def cut_task_column(X, at):
    """Return the features and the labels of a table that holds both."""
    if hasattr(X, "columns"):
        names = list(getattr(X, "column_names", X.columns))  # pyarrow's are data
        at = names.index(at) if isinstance(at, str) else at
        columns = [np.asarray(X[name]) for name in names]
        labels = columns.pop(at)
        return np.column_stack(columns).astype(np.float64), labels
    X = dense(X)
    return np.delete(X, at, axis=1), X[:, at]


def holds_designs(X):
    """Tell whether X is a list, or an array of objects, with a design per entry."""
    if isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1:
        return True
    return isinstance(X, (list, tuple)) and (
        getattr(X[0], "ndim", 0) == 2 or isinstance(X[0][0], (list, tuple))
    )


def target(y):
    """Return y in double precision, NaN where it is masked."""
    if isinstance(y, np.ma.MaskedArray):
        return np.ma.filled(y.astype(np.float64), np.nan)
    return np.asarray(y, dtype=np.float64)


def weight_like(sample_weight, listed):
    """Return weights that say something, in the layout of y; a number says nothing."""
    if sample_weight is None or np.isscalar(sample_weight):
        return None
    if listed:
        return [np.asarray(w, dtype=np.float64) for w in sample_weight]
    return np.asarray(sample_weight, dtype=np.float64)


def in_order_of_tasks(X, y, sample_weight):
    """Return dicts by task as lists, or as columns beside one table."""
    if not isinstance(y, dict):
        return X, y, sample_weight
    if isinstance(sample_weight, dict):
        sample_weight = [sample_weight[label] for label in y]
    if isinstance(X, dict):
        return [X[label] for label in y], list(y.values()), sample_weight
    return X, np.column_stack(list(y.values())), sample_weight


def plain(model, X, y, sample_weight=None, task=None):
    """Return keyword arguments of `assert_certified` for what fit was given."""
    X, y, sample_weight = in_order_of_tasks(X, y, sample_weight)
    if getattr(model, "task_column", None) is not None:
        X, task = cut_task_column(X, model.task_column)
    listed = holds_designs(X)
    params = {"sample_weight": weight_like(sample_weight, listed)}
    if task is not None:
        params["task"] = np.asarray(task)
    if listed:
        return {"X": [dense(x) for x in X], "y": [target(v) for v in y], **params}
    return {"X": dense(X), "y": target(y), **params}
