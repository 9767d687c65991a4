"""Conversion between lists of tasks and long tables with task labels."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from mutar_cy._lib._tables import (
    as_table,
    column_names,
    is_table,
    join_rows,
    take_rows,
)
from mutar_cy.tasks._arrays import (
    by_rows,
    check_values,
    is_sparse,
    same_length,
    task_list,
)
from mutar_cy.tasks._labels import check_labels, encode, rows_of_tasks


def stack_tasks(X, y, labels=None):
    """Concatenate the tasks of a list or a stack into one long table.

    Splitters, pipelines and searches of scikit-learn split a long table by samples;
    they would split a list or a stack by tasks.

    Parameters
    ----------
    X : sequence of n_tasks {array-like, sparse matrix, DataFrame} of shape \
            (n_samples_k, n_features), or dict of them
        One design per task; also an array of shape (n_tasks, n_samples, n_features).
        The keys of a dict are labels of tasks.
    y : sequence of n_tasks array-like of shape (n_samples_k,) or \
            (n_samples_k, n_responses), or dict of them
        One target per task.
    labels : array-like of shape (n_tasks,), default=None
        Labels of the tasks; by default the keys of a dict, or ``0, 1, ..., n_tasks -
        1``.

    Returns
    -------
    X : {ndarray, CSR, DataFrame} of shape (n_samples, n_features)
        The designs, concatenated: sparse if one of them is, a DataFrame if all are.
    y : ndarray of shape (n_samples,) or (n_samples, n_responses)
        The targets, concatenated.
    task : ndarray of shape (n_samples,)
        Label of every sample's task.

    Raises
    ------
    ValueError
        If the numbers of tasks, samples, features, responses or labels disagree.

    See Also
    --------
    split_tasks : The inverse.

    Examples
    --------
    >>> from mutar_cy import stack_tasks
    >>> X, y, task = stack_tasks([[[1.0], [2.0]], [[3.0]]], [[1.0, 2.0], [3.0]])
    >>> X.shape, y.tolist(), task.tolist()
    ((3, 1), [1.0, 2.0, 3.0], [0, 0, 1])
    """
    if isinstance(X, Mapping):
        labels = list(X) if labels is None else labels
        y = task_list(y, list(X), "y")
        X = list(X.values())
    X = [as_table(x) for x in X]
    if not X:
        raise ValueError("X is empty: it holds 0 tasks.")
    frames = all(is_table(x) for x in X)
    if not frames:
        X = [x if is_sparse(x) else np.asarray(x) for x in X]
    labels = np.arange(len(X)) if labels is None else labels
    labels = check_labels(labels, len(X), "labels", of="tasks")
    known = labels.tolist()
    y = task_list(y, known, "y")
    y = [
        check_values(v, f"y of task {k!r}", missing=True)
        for k, v in zip(known, y, strict=True)
    ]
    for k, x, v in zip(known, X, y, strict=True):
        _refuse_misfit(x, X[0], f"X of task {k!r}", known[0])
        same_length(x, v, f"Task {k!r}: ")
        if v.shape[1:] != y[0].shape[1:]:
            raise ValueError(
                f"Task {k!r}: y has shape {v.shape}, but task {known[0]!r} has "
                f"{y[0].shape}."
            )
    if len(set(known)) < len(known):
        raise ValueError("labels must differ from task to task.")
    task = np.repeat(labels, [x.shape[0] for x in X])
    return _concatenate(X, frames), np.concatenate(y), task


def _refuse_misfit(x, first, name, first_label):
    """Raise unless a design is a matrix with the features of the first design."""
    if len(x.shape) != 2:
        raise ValueError(
            f"{name} must be a matrix, got shape {x.shape}; give X as a list of "
            f"matrices, one per task."
        )
    if x.shape[1] != first.shape[1]:
        raise ValueError(
            f"{name} has {x.shape[1]} features, but task {first_label!r} has "
            f"{first.shape[1]}."
        )
    if column_names(x) != column_names(first):
        raise ValueError(f"{name} has other column names than task {first_label!r}.")


def _concatenate(X, frames):
    if frames:
        return join_rows(X)
    if any(is_sparse(x) for x in X):
        return sparse.vstack(X, format="csr")
    return np.concatenate(X)


def split_tasks(X, y, task):
    """Split a long table into one design and one target per task.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_responses)
    task : array-like of shape (n_samples,)
        Label of every sample's task.

    Returns
    -------
    X : list of n_tasks {ndarray, CSR, DataFrame} of shape (n_samples_k, n_features)
        The designs, in the order of ``tasks``; samples keep their order.
    y : list of n_tasks ndarray of shape (n_samples_k,) or (n_samples_k, n_responses)
        The targets.
    tasks : ndarray of shape (n_tasks,)
        The sorted labels, equal to ``tasks_`` of a model fitted to the long table.

    Raises
    ------
    ValueError
        If the numbers of samples disagree, or a label is missing.

    See Also
    --------
    stack_tasks : The inverse.

    Examples
    --------
    >>> from mutar_cy import split_tasks
    >>> X, y, tasks = split_tasks([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0], list("bab"))
    >>> [x.tolist() for x in X], [v.tolist() for v in y], tasks.tolist()
    ([[[2.0]], [[1.0], [3.0]]], [[2.0], [1.0, 3.0]], ['a', 'b'])
    """
    X = as_table(X)
    X = X if is_sparse(X) or is_table(X) else np.asarray(X)
    y = np.asarray(y)
    same_length(X, y)
    labels = check_labels(task, X.shape[0], "task")
    tasks, codes = encode(labels, "task")
    rows = rows_of_tasks(codes, len(tasks))
    X = by_rows(X)  # convert the sparse format once, not once a task
    designs = [take_samples(X, rows_k) for rows_k in rows]
    return designs, [y[rows_k] for rows_k in rows], tasks


def take_samples(X, samples):
    """Return some rows of a table of any type.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame}, or dict of them
    samples : slice, or ndarray of int or bool

    Returns
    -------
    X : {ndarray, CSR, DataFrame}, or dict of them
    """
    if isinstance(X, Mapping):
        return {key: take_samples(table, samples) for key, table in X.items()}
    if isinstance(samples, np.ndarray) and samples.dtype == np.bool_:
        samples = np.flatnonzero(samples)  # polars reads a mask as columns
    if is_table(X):
        return take_rows(X, samples)
    return (by_rows(X) if is_sparse(X) else np.asarray(X))[samples]
