"""The four layouts: how to tell them apart, and how answers go back into them."""

import numpy as np

from mutar_cy.tasks._arrays import check_design, check_offset
from mutar_cy.tasks._labels import check_labels
from mutar_cy.tasks._task_column import cut_task_column

# One design and one target; one design and a target per task; a design per task, in
# one array or in a list; and one table whose rows are told apart by labels.
SINGLE, SHARED, STACKED, RAGGED, LONG = "single", "shared", "stacked", "list", "long"


def depth(X):
    """Count the axes of an array, or of lists in lists, by their first entries."""
    shape = getattr(X, "shape", None)
    if shape is not None:
        holds_objects = getattr(getattr(X, "dtype", None), "kind", "") == "O"
        if len(shape) == 1 and holds_objects and shape[0]:
            return 1 + depth(X[0])
        return len(shape)
    if isinstance(X, (list, tuple)):
        return 1 + depth(X[0]) if X else 1
    return 0


def has_own_designs(X):
    """Tell whether X holds one design per task, rather than one table of samples."""
    if isinstance(X, (list, tuple)) and not X:
        raise ValueError("X is empty: it holds 0 tasks.")
    axes = depth(X)
    if axes > 3:
        raise ValueError(
            f"X has {axes} axes; give (n_samples, n_features), or a stack or list of "
            f"such matrices."
        )
    return axes == 3


def design_list(X):
    """Return X, which has own designs, as an array (stacked) or a list (ragged)."""
    if getattr(X, "ndim", None) == 3:
        return X
    if all(isinstance(x, (list, tuple)) for x in X):
        try:
            return np.asarray(X, dtype=np.float64)
        except ValueError:  # tasks with different numbers of samples
            return list(X)
    return list(X)


def wants_labels(estimator, task):
    """Tell whether the table is long, and see that it is told in one way only."""
    by_column = getattr(estimator, "task_column", None) is not None
    if by_column and task is not None:
        raise ValueError(
            "Tasks are told either by task= or by the parameter task_column, "
            f"but not by both; got both, with task_column={estimator.task_column!r}."
        )
    return by_column or task is not None


def task_list(values, n_tasks, name):
    """Return one entry per task, and see that there are as many as tasks."""
    if not isinstance(values, (list, tuple)):
        values = np.asarray(values)
        if values.ndim == 0:
            raise ValueError(f"{name} must hold one array per task, got {values}.")
    if len(values) != n_tasks:
        raise ValueError(f"X holds {n_tasks} tasks, but {name} holds {len(values)}.")
    return list(values)


def check_design_list(estimator, X, *, reset, finite=False):
    """Check one design per task; an object given several times is checked once."""
    checked = {}
    for k, design in enumerate(X):
        if id(design) in checked:
            continue
        try:
            checked[id(design)] = check_design(
                estimator, design, reset=reset and k == 0, finite=finite
            )
        except ValueError as error:
            raise ValueError(f"Task {k}: {error}") from error
    return [checked[id(design)] for design in X]


def read_long(estimator, X, task, *, reset, finite=False):
    """Return the features, the task labels and what messages call the latter."""
    if task is None:
        X, labels = cut_task_column(estimator, X, reset=reset, finite=finite)
        name = f"task_column={estimator.task_column!r}"
    else:
        X, labels = check_design(estimator, X, reset=reset, finite=finite), task
        name = "task"
    return X, check_labels(labels, X.shape[0], name), name


def with_offset(predictor, offset, owner="offset"):
    """Return linear predictors plus offsets in their layout.

    Parameters
    ----------
    predictor : ndarray, or list of ndarray
    offset : None, or array-like of the same layout
    owner : str
        What messages call the offset, and whose it is.
    """
    if offset is None:
        return predictor
    if isinstance(predictor, list):
        pairs = zip(predictor, task_list(offset, len(predictor), owner), strict=True)
        return [
            with_offset(*pair, f"offset of task {k}") for k, pair in enumerate(pairs)
        ]
    checked = check_offset(offset, predictor.shape, owner=owner)
    checked = checked.reshape(predictor.shape)
    return (predictor + checked).astype(predictor.dtype, copy=False)


def unstack(kind, blocks, shape=None, rows=None):
    """Put one array per design back into the layout of y.

    Parameters
    ----------
    kind : str
        One of the five layouts.
    blocks : list of ndarray of shape (n_k,) or (n_k, q)
        What was found for every design.
    shape : tuple, default=None
        Of a long y; samples of no task become NaN.
    rows : list, default=None
        Where the samples of each task stand in a long y.

    Returns
    -------
    values : ndarray, or a list of them in the list layout
    """
    if kind in (SINGLE, SHARED):
        return blocks[0]
    if kind == STACKED:
        return np.stack(blocks)
    if kind == RAGGED:
        return blocks
    values = np.full(shape, np.nan, dtype=np.result_type(*blocks))
    for own, block in zip(rows, blocks, strict=True):
        values[own] = block
    return values
