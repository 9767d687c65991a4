"""Task labels: their checks, their order, and the column of X that holds them."""

from itertools import pairwise

import numpy as np
from sklearn.utils import assert_all_finite

from mutar_cy._lib._tables import (
    as_table,
    column_names,
    is_table,
    take_column,
    take_columns,
)
from mutar_cy.tasks._arrays import (
    by_rows,
    check_design,
    check_numeric,
    is_sparse,
    record_features,
    refuse_masked,
)

FOLDS_WITHIN_TASKS = (
    "In cross-validation hold out samples within every task: cv=TaskKFold(5{column}). "
)
NEW_TASKS = (
    "To predict for new tasks, unseen_tasks='mean' gives them the mean coefficients."
)


def label_array(labels):
    """Return labels as an array of one axis, without changing their types.

    Parameters
    ----------
    labels : list of hashable
        NumPy would make strings of ``["a", 1]`` and two axes of pairs.
    """
    texts = sum(isinstance(label, str) for label in labels)
    if texts in (0, len(labels)) and not any(isinstance(v, tuple) for v in labels):
        return np.asarray(labels)
    array = np.empty(len(labels), dtype=object)
    for k, label in enumerate(labels):
        array[k] = label
    return array


def check_labels(labels, n_samples, name, *, of="samples"):
    """Return an array of one task label per sample or task, none of them missing.

    Raises
    ------
    ValueError
        If there is not exactly one label per sample, or one is NaN or None.
    """
    refuse_masked(labels, name)
    if isinstance(labels, str):
        raise ValueError(
            f"{name} must be one label per {of[:-1]}, got the string {labels!r}: a "
            f"column of X is X[{labels!r}], or the parameter task_column={labels!r} of "
            f"an estimator; one task is [{labels!r}] * {n_samples}."
        )
    if isinstance(labels, (list, tuple)):
        labels = label_array(labels)
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"{name} must be 1-D, got shape {labels.shape}.")
    if len(labels) != n_samples:
        raise ValueError(
            f"{name} has {len(labels)} labels, but X has {n_samples} {of}."
        )
    if any_missing(labels):
        raise ValueError(f"{name} contains NaN (or None), which is not a label.")
    return labels


def any_missing(labels):
    """Tell whether a label is NaN, NaT, NA or None."""
    if labels.dtype.kind == "O":
        # The comparison pandas.NA != pandas.NA is NA, and bool(NA) raises.
        return any(
            label is None or type(label).__name__ == "NAType" or label != label
            for label in labels
        )
    return labels.dtype.kind in "fcmM" and bool(np.isnan(labels).any())


def encode(labels, name):
    """Return the sorted labels of the tasks, and the number of every sample's task.

    Returns
    -------
    tasks : ndarray of shape (n_tasks,)
    codes : ndarray of int, shape (n_samples,)
    """
    try:
        return np.unique(labels, return_inverse=True)
    except TypeError as error:
        types = ", ".join(sorted({type(label).__name__ for label in labels.tolist()}))
        raise ValueError(
            f"{name} mixes labels that cannot be sorted, of the types {types}; make "
            f"them all strings: [str(label) for label in labels]."
        ) from error


def look_up(labels, tasks, *, unseen, name):
    """Return the number of each sample's task among the tasks seen in fit.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
    tasks : ndarray of shape (n_tasks,)
    unseen : {"raise", "mean"}
        Whether a task that is not in ``tasks`` is an error or gets number ``n_tasks``.
    name : str
        Name of the labels in error messages.

    Returns
    -------
    codes : ndarray of int, shape (n_samples,)
    """
    if tasks.dtype.kind in "mM" and labels.dtype.kind == tasks.dtype.kind:
        # Labels in days must equal labels in nanoseconds.
        unit = np.promote_types(labels.dtype, tasks.dtype)
        labels, tasks = labels.astype(unit), tasks.astype(unit)
    present, inverse = encode(labels, name)
    return find_tasks(present.tolist(), tasks, unseen=unseen, name=name)[inverse]


def find_tasks(labels, tasks, *, unseen, name):
    """Return the number of every label among the tasks seen in fit.

    Parameters
    ----------
    labels : list
    tasks, unseen, name
        As `look_up` takes them.

    Returns
    -------
    codes : ndarray of int, shape (n_labels,)
    """
    number = {label: k for k, label in enumerate(tasks.tolist())}
    unknown = [label for label in labels if label not in number]
    if unknown and unseen == "raise":
        column = f", {name}" if name.startswith("task_column") else ""
        way = "" if name == "X" else FOLDS_WITHIN_TASKS.format(column=column)
        raise ValueError(
            f"{name} has labels that were not seen in fit: {format_labels(unknown)}; "
            f"fit saw {format_labels(tasks.tolist())}. {way}{NEW_TASKS}"
        )
    return np.array([number.get(label, len(tasks)) for label in labels], dtype=np.intp)


def to_python(labels):
    """Return labels as a list of Python objects; dates and times stay NumPy scalars."""
    return list(labels) if labels.dtype.kind in "mM" else labels.tolist()


def format_label(label):
    """Return a label as text for a message, without NumPy's type names."""
    if isinstance(label, np.datetime64 | np.timedelta64):
        return str(label)
    return repr(label.item() if isinstance(label, np.generic) else label)


def format_labels(labels, most=10):
    """Return a list of labels as text, shortened if it is long."""
    if len(labels) <= most:
        return str(labels)
    shown = ", ".join(repr(label) for label in labels[: most - 1])
    return f"[{shown}, ..., {labels[-1]!r}] ({len(labels)} in all)"


def rows_of_tasks(codes, n_tasks):
    """Return the rows of every task: slices if all tasks are contiguous, else indices.

    A task may have no rows.
    """
    if np.all(codes[1:] >= codes[:-1]):
        ends = np.searchsorted(codes, np.arange(n_tasks + 1))
        return [slice(*pair) for pair in pairwise(ends)]
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(n_tasks + 1))
    return [order[a:b] for a, b in pairwise(ends)]


def cut_task_column(estimator, X, *, reset, finite=False):
    """Validate X and separate its column of task labels from its features.

    Parameters
    ----------
    estimator : estimator
        Its parameter ``task_column`` is the position or the name of a column.
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
    reset : bool
    finite : bool, default=False

    Returns
    -------
    features : {ndarray, CSR, CSC} of shape (n_samples, n_features - 1)
    labels : ndarray of shape (n_samples,)
    """
    if is_table(X):
        return _cut_from_table(estimator, X, reset, finite)
    X = check_design(estimator, X, reset=reset, finite=finite)
    at = column_position(estimator.task_column, None, X.shape[1])
    labels = _take_column(X, at)
    assert_all_finite(labels, input_name="X")  # the solver does not see it
    if is_sparse(X):
        return X[:, np.delete(np.arange(X.shape[1]), at)], labels
    if at == 0:
        return X[:, 1:], labels
    if at == X.shape[1] - 1:
        return X[:, :-1], labels
    return np.delete(X, at, axis=1), labels


def _cut_from_table(estimator, X, reset, finite):
    """Separate the labels of a table before the cast to float: they may be text."""
    record_features(estimator, X, reset)
    names = column_names(X)
    at = column_position(estimator.task_column, names, len(names))
    rest = [k for k in range(len(names)) if k != at]
    features = check_numeric(estimator, take_columns(X, rest), finite=finite)
    return features, take_column(X, at)


def labels_in_column(X, column):
    """Return the column of task labels; the other columns may hold anything.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
    column : int or str
        Position or name of the column.

    Returns
    -------
    labels : ndarray of shape (n_samples,)
    """
    X = as_table(X)
    if is_table(X):
        names = column_names(X)
        return take_column(X, column_position(column, names, len(names)))
    refuse_masked(X, "X")
    X = by_rows(X) if is_sparse(X) else np.asarray(X)
    if X.ndim != 2:
        raise ValueError(
            f"task_column={column!r} is a column of a table, but X has shape {X.shape}."
        )
    return _take_column(X, column_position(column, None, X.shape[1]))


def _take_column(X, at):
    """Return one column of a matrix as an array."""
    return X[:, [at]].toarray()[:, 0] if is_sparse(X) else X[:, at]


def feature_names(estimator, X):
    """Return the names of the columns that coefficients are for, or None.

    Parameters
    ----------
    estimator : estimator
        The column of its parameter ``task_column`` is left out.
    X : object
        A table, or a list of tables.
    """
    names = column_names(X[0] if isinstance(X, (list, tuple)) else X)
    return None if names is None else without_task_column(estimator, names)


def without_task_column(estimator, names):
    """Return the names of the columns of X without that of the task column."""
    at = task_position(estimator, names, len(names))
    return names if at is None else names[:at] + names[at + 1 :]


def task_position(estimator, names, n_features):
    """Return the position of the task column among the columns of X, or None.

    Parameters
    ----------
    estimator : estimator
        May have the parameter ``task_column``.
    names : list or None
        Names of the columns.
    n_features : int
        Number of columns.
    """
    column = getattr(estimator, "task_column", None)
    return None if column is None else column_position(column, names, n_features)


def column_position(column, names, n_features):
    """Return the parameter ``task_column`` as a valid position."""
    if isinstance(column, str):
        if names is None:
            raise ValueError(
                f"task_column={column!r} names a column, but X has no column names; "
                f"give its position, such as task_column=0, or X as a table."
            )
        if names.count(column) != 1:
            raise ValueError(
                f"task_column={column!r} must be the name of one column of X, "
                f"got columns {format_labels(names)}."
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
