"""The column of a table that holds the labels of tasks."""

import numpy as np
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import validate_data

from mutar_cy.groups import column_names
from mutar_cy.tasks._arrays import (
    as_float,
    by_rows,
    check_design,
    is_sparse,
    refuse_masked,
)
from mutar_cy.tasks._labels import shorten


def cut_task_column(estimator, X, *, reset, finite=False):
    """Validate all of X, then take the column of task labels out of it.

    Parameters
    ----------
    estimator : estimator
        With the parameter ``task_column``: a position, or the name of a column.
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
    reset : bool
    finite : bool, default=False

    Returns
    -------
    features : {ndarray, CSR, CSC} of shape (n_samples, n_features - 1)
    labels : ndarray of shape (n_samples,)
    """
    if hasattr(X, "columns"):
        return _cut_from_frame(estimator, X, reset, finite)
    X = check_design(estimator, X, reset=reset, finite=finite)
    at = position_of(estimator.task_column, None, X.shape[1])
    labels = _take_column(X, at)
    assert_all_finite(labels, input_name="X")  # the solver will not see this column
    if is_sparse(X):
        return X[:, np.delete(np.arange(X.shape[1]), at)], labels
    if at == 0:
        return X[:, 1:], labels
    if at == X.shape[1] - 1:
        return X[:, :-1], labels
    return np.delete(X, at, axis=1), labels


def _cut_from_frame(estimator, X, reset, finite):
    """Cut a DataFrame before its numbers are read: its labels may be strings."""
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    names = list(X.columns)
    at = position_of(estimator.task_column, names, len(names))
    rest = [k for k in range(len(names)) if k != at]
    frame = X.iloc if hasattr(X, "iloc") else X
    features = check_array(
        frame[:, rest],
        accept_sparse=("csr", "csc"),
        dtype="numeric",
        ensure_all_finite=finite,
        input_name="X",
        estimator=estimator,
    )
    return as_float(features), _take_column(X, at)


def labels_in_column(X, column):
    """Return what stands in the column of task labels, whatever the other columns hold.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
    column : int or str
        A position, or the name of a column.

    Returns
    -------
    labels : ndarray of shape (n_samples,)
    """
    if hasattr(X, "columns"):
        names = list(X.columns)
        return _take_column(X, position_of(column, names, len(names)))
    refuse_masked(X, "X")
    X = by_rows(X) if is_sparse(X) else np.asarray(X)
    if X.ndim != 2:
        raise ValueError(
            f"task_column={column!r} is a column of a table, but X has shape {X.shape}."
        )
    return _take_column(X, position_of(column, None, X.shape[1]))


def _take_column(X, at):
    """Return one column of a matrix, or of a DataFrame, as an array."""
    if is_sparse(X):
        return X[:, [at]].toarray()[:, 0]
    return np.asarray((X.iloc if hasattr(X, "iloc") else X)[:, at])


def feature_names(estimator, X):
    """Return the names of the columns that coefficients are for, or None.

    Parameters
    ----------
    estimator : estimator
        With the parameter ``task_column``, whose column is left out.
    X : object
        A table, or a list of them.
    """
    names = column_names(X[0] if isinstance(X, list) else X)
    at = None if names is None else task_position(estimator, names, len(names))
    return names if at is None else names[:at] + names[at + 1 :]


def task_position(estimator, names, n_features):
    """Return the position of the task column among the columns of X, or None.

    Parameters
    ----------
    estimator : estimator
        With the parameter ``task_column``, if it has one.
    names : list or None
        The names of the columns.
    n_features : int
        The number of columns.
    """
    column = getattr(estimator, "task_column", None)
    return None if column is None else position_of(column, names, n_features)


def position_of(column, names, n_features):
    """Turn the parameter ``task_column`` into a position, and see that it is one."""
    if isinstance(column, str):
        if names is None:
            raise ValueError(
                f"task_column={column!r} names a column, but X has no column names."
            )
        if names.count(column) != 1:
            raise ValueError(
                f"task_column={column!r} must be the name of one column of X, "
                f"got columns {shorten(names)}."
            )
        column = names.index(column)
    if not -n_features <= column < n_features:
        raise ValueError(
            f"task_column={column} is out of range: X has {n_features} columns."
        )
    if n_features == 1:
        raise ValueError(
            "X has n_features = 1, and that is the task column: no feature is left."
        )
    return column % n_features
