"""Columns of X that hold labels, of tasks or of trials, beside its features."""

from numbers import Integral
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from mutar_cy._lib._tables import (
    as_table,
    column_names,
    column_without_numbers,
    is_table,
    take_column,
    take_columns,
)
from mutar_cy.tasks import check_labels, encode

CHECKS = {
    "accept_sparse": ("csr", "csc"),
    "dtype": (np.float64, np.float32),
    "ensure_all_finite": "allow-nan",
}


class LabelledFeatures(NamedTuple):
    """The features of a table, and the labels of its samples."""

    features: np.ndarray  # or CSR, CSC; (n_samples, n_features), float64 or float32
    labels: np.ndarray | None  # (n_samples,); None if there is no column of labels
    at: list  # positions of the columns of labels
    names: list | None  # of the features; None if X has none


def cut_label_column(estimator, X, parameter, *, reset):
    """Validate X and separate its columns of labels from its features.

    Parameters
    ----------
    estimator : estimator
        Stores (``reset=True``) or compares the number and the names of columns.
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
        NaN is allowed in features. Labels in a DataFrame may be text.
    parameter : str
        Parameter of the estimator that is the position or the name of the column of
        labels, a list of them, or None. Labels in several columns are combined.
    reset : bool

    Returns
    -------
    LabelledFeatures

    Raises
    ------
    ValueError
        If there is no such column, no column is left beside it, or a label is missing.
    """
    X = as_table(X)
    column, names = getattr(estimator, parameter), column_names(X)
    if column is None:
        try:
            features = validate_data(estimator, X, reset=reset, **CHECKS)
        except (TypeError, ValueError) as error:
            _explain_text(X, parameter, error)
            raise
        return LabelledFeatures(features, None, [], names)
    if names is None:
        X = validate_data(estimator, X, reset=reset, **CHECKS)
    else:  # labels may be text, so they leave before the cast to float
        validate_data(estimator, X, reset=reset, skip_check_array=True)
    at = find_columns(column, parameter, names, X.shape[1])
    rest = [k for k in range(X.shape[1]) if k not in at]
    label = f"{parameter}={column!r}"
    labels = combine([_take(X, k) for k in at], X.shape[0], label)
    if names is None:
        return LabelledFeatures(X[:, rest], labels, at, None)
    features = check_array(
        take_columns(X, rest), input_name="X", estimator=estimator, **CHECKS
    )
    return LabelledFeatures(features, labels, at, [names[k] for k in rest])


def _take(X, at):
    """Return one column as an array."""
    if is_table(X):
        return take_column(X, at)
    return X[:, [at]].toarray()[:, 0] if sparse.issparse(X) else X[:, at]


def combine(columns, n_samples, name):
    """Return one label per sample: the label in one column, or a number of several.

    Parameters
    ----------
    columns : list of ndarray of shape (n_samples,)
    n_samples : int
    name : str
        Name of the labels in error messages.
    """
    columns = [check_labels(labels, n_samples, name) for labels in columns]
    if len(columns) == 1:
        return columns[0]
    codes = np.column_stack([encode(labels, name)[1] for labels in columns])
    return np.unique(codes, axis=0, return_inverse=True)[1]


def _explain_text(X, parameter, error):
    """Raise if a column of a table holds text: it may be that of labels."""
    found, kind = column_without_numbers(X) if is_table(X) else (None, None)
    if kind is not None:
        of = parameter.removesuffix("_column")
        raise ValueError(
            f"Column {found!r} of X holds {kind}: if it names the {of} of each sample, "
            f"{parameter}={found!r}; else encode it, for instance with "
            f"sklearn.preprocessing.OneHotEncoder."
        ) from error


def find_columns(columns, parameter, names, n_columns):
    """Return the positions of columns that are given by position or name.

    Raises
    ------
    ValueError
        If there is no such column, or no other column.
    """
    several = columns if isinstance(columns, list | tuple) else [columns]
    at = [_find_column(each, parameter, names, n_columns) for each in several]
    if not at:
        raise ValueError(f"{parameter} must name at least one column, or be None.")
    if len(set(at)) == n_columns:
        raise ValueError(
            f"X has n_features = {n_columns}, and that is {parameter}={columns!r}: no "
            f"feature is left. Give the features beside it."
        )
    return at


def _find_column(column, parameter, names, n_columns):
    """Return the position of one column."""
    if isinstance(column, Integral):
        if -n_columns <= column < n_columns:
            return int(column) % n_columns
        raise ValueError(
            f"{parameter}={column} is out of range: X has {n_columns} columns. "
            f"Give a position from 0 to {n_columns - 1}, or a name."
        )
    if names is None:
        raise ValueError(
            f"{parameter}={column!r} names a column, but X has no column names. Give "
            f"the position of the column, or a DataFrame."
        )
    if names.count(column) == 1:
        return names.index(column)
    shown = ", ".join(map(repr, names[:10])) + (", ..." if len(names) > 10 else "")
    raise ValueError(
        f"{parameter}={column!r} must be the name of one column of X, got columns "
        f"{shown}. In a ColumnTransformer, list it among the columns of this "
        f"transformer."
    )
