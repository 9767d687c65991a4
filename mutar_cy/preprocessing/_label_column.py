"""The column of X that holds labels, of tasks or of trials, beside its features."""

from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from mutar_cy.groups import column_names
from mutar_cy.tasks import check_labels

CHECKS = {
    "accept_sparse": ("csr", "csc"),
    "dtype": (np.float64, np.float32),
    "ensure_all_finite": "allow-nan",
}


class LabelledFeatures(NamedTuple):
    """The features of a table, and the labels of its samples."""

    features: np.ndarray  # or CSR, CSC; (n_samples, n_features), float64 or float32
    labels: np.ndarray | None  # (n_samples,); None if there is no column of labels
    at: int | None  # position of the column of labels
    names: list | None  # of the features; None if X has none


def cut_label_column(estimator, X, parameter, *, reset):
    """Validate X and separate its column of labels from its features.

    Parameters
    ----------
    estimator : estimator
        Stores (``reset=True``) or compares the number and the names of columns.
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
        NaN is allowed in features. Labels in a DataFrame may be text.
    parameter : str
        Parameter of the estimator that is the position or the name of the column of
        labels, or None.
    reset : bool

    Returns
    -------
    LabelledFeatures

    Raises
    ------
    ValueError
        If there is no such column, no column is left beside it, or a label is missing.
    """
    column, names = getattr(estimator, parameter), column_names(X)
    if column is None:
        if names is not None:
            _refuse_text(X, names, parameter)
        features = validate_data(estimator, X, reset=reset, **CHECKS)
        return LabelledFeatures(features, None, None, names)
    if names is None:
        X = validate_data(estimator, X, reset=reset, **CHECKS)
    else:  # labels may be text, so they leave before the cast to float
        validate_data(estimator, X, reset=reset, skip_check_array=True)
    n_columns = X.shape[1]
    at = find_column(column, parameter, names, n_columns)
    rest = np.delete(np.arange(n_columns), at)
    label = f"{parameter}={column!r}"
    if names is None:
        labels = X[:, [at]].toarray()[:, 0] if hasattr(X, "toarray") else X[:, at]
        features = X[:, rest]
    else:
        table = X.iloc if hasattr(X, "iloc") else X
        labels = np.asarray(table[:, at])
        features = check_array(
            table[:, rest.tolist()], input_name="X", estimator=estimator, **CHECKS
        )
        names = [names[k] for k in rest]
    return LabelledFeatures(
        features, check_labels(labels, len(labels), label), at, names
    )


def _refuse_text(X, names, parameter):
    """Raise if a column of a DataFrame holds text: it may be that of labels."""
    table = X.iloc if hasattr(X, "iloc") else X
    for at, name in enumerate(names):
        column = np.asarray(table[:, at])
        first = None if column.dtype.kind in "biuf" else column[:1].tolist()
        if first and isinstance(first[0], str):
            of = parameter.removesuffix("_column")
            raise ValueError(
                f"Column {name!r} holds text, such as {first[0]!r}. If it names the "
                f"{of} of each sample, set {parameter}={name!r}; otherwise encode it, "
                f"for instance with OneHotEncoder."
            )


def find_column(column, parameter, names, n_columns):
    """Return the position of a column that is given by position or name.

    Raises
    ------
    ValueError
        If there is no such column, or no other column.
    """
    if isinstance(column, Integral):
        if not -n_columns <= column < n_columns:
            raise ValueError(
                f"{parameter}={column} is out of range: X has {n_columns} columns. "
                f"Give a position from 0 to {n_columns - 1}, or a name."
            )
        at = int(column) % n_columns
    elif names is None:
        raise ValueError(
            f"{parameter}={column!r} names a column, but X has no column names. Give "
            f"the position of the column, or a DataFrame."
        )
    elif names.count(column) != 1:
        shown = ", ".join(map(repr, names[:10])) + (", ..." if len(names) > 10 else "")
        raise ValueError(
            f"{parameter}={column!r} must be the name of one column of X, got columns "
            f"{shown}. In a ColumnTransformer, list it among the columns of this "
            f"transformer."
        )
    else:
        at = names.index(column)
    if n_columns == 1:
        raise ValueError(
            f"X has n_features = 1, and that is {parameter}={column!r}: no feature is "
            f"left. Give the features beside it."
        )
    return at
