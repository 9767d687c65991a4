"""Names of tasks, as targets and designs carry them."""

import numpy as np

from mutar_cy._lib._tables import (
    axis_labels,
    column_names,
    is_labelled,
    is_pandas,
    series_name,
)
from mutar_cy.tasks._arrays import is_dict, some_keys
from mutar_cy.tasks._labels import label_array


def names_of_columns(y, shape):
    """Return the labels of the tasks that are the columns of y.

    Parameters
    ----------
    y : object
        As given to ``fit``: the columns of a table name tasks, and so do coordinates
        and the name of a Series.
    shape : tuple
        Its shape, (n_samples,) or (n_samples, n_tasks).

    Returns
    -------
    labels : ndarray of shape (n_tasks,)
        0, 1, ... if y has no names, or not one for each task.
    """
    if len(shape) == 1:
        return _different([series_name(y)], 1)
    return _different(column_names(y), shape[1])


def names_of_series(y):
    """Return the labels of the tasks of a list of targets: the names of its Series."""
    return _different([series_name(own) for own in y], len(y))


def names_of_stack(X, y, n_tasks):
    """Return the labels of the tasks that are the first axis of X and y.

    Raises
    ------
    ValueError
        If both have coordinates and these differ, or the axes of y are in another
        order than those of X.
    """
    if is_labelled(X) and is_labelled(y) and X.dims[:2] == y.dims[:2][::-1]:
        raise ValueError(
            f"The axes of X are {X.dims} and those of y {y.dims}: give "
            f"y.transpose({', '.join(map(repr, X.dims[:2]))}, ...)."
        )
    found = [names for names in map(_names_of_first_axis, (X, y)) if names is not None]
    if len(found) == 2 and found[0] != found[1]:
        raise ValueError(
            f"The tasks of X are {some_keys(found[0])}, but those of y are "
            f"{some_keys(found[1])}; with xarray, y.sel(...) puts them into one order."
        )
    return _different(found[0] if found else None, n_tasks)


def names_of_designs(X):
    """Return the labels that one design per task comes with, or None."""
    if is_dict(X):
        return list(X)
    return axis_labels(X, 0) if is_labelled(X) else None


def _names_of_first_axis(values):
    """Return coordinates of an array, or the index of a DataFrame if it has names."""
    if is_labelled(values):
        return axis_labels(values, 0)
    if is_pandas(values) and type(values.index).__name__ != "RangeIndex":
        return list(values.index)
    return None


def _different(names, count):
    """Return names as labels, or 0, 1, ... unless all are there and differ."""
    if (
        names is None
        or any(name is None for name in names)
        or len(set(names)) < len(names)
        or len(names) != count
    ):
        return np.arange(count)
    return label_array(names)
