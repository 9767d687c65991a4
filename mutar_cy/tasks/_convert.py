"""From a design per task to one long table with labels, and back."""

import sys

import numpy as np
from scipy import sparse

from mutar_cy.tasks._arrays import by_rows, check_values, is_sparse, same_length
from mutar_cy.tasks._labels import check_labels, encode, rows_of_tasks
from mutar_cy.tasks._layouts import task_list
from mutar_cy.tasks._rows import take_samples


def stack_tasks(X, y, labels=None):
    """Put the tasks of a list (or of a stack) end to end, as one long table.

    A long table is what scikit-learn's splitters, pipelines and searches cut by
    samples; they would cut a list or a stack by tasks.

    Parameters
    ----------
    X : sequence of n_tasks {array-like, sparse matrix, DataFrame} of shape \
            (n_samples_k, n_features)
        One design per task; an array of shape (n_tasks, n_samples, n_features) too.
    y : sequence of n_tasks array-like of shape (n_samples_k,) or \
            (n_samples_k, n_responses)
        One target per task.
    labels : array-like of shape (n_tasks,), default=None
        What to call the tasks; ``0, 1, ..., n_tasks - 1`` by default.

    Returns
    -------
    X : {ndarray, CSR, DataFrame} of shape (n_samples, n_features)
        The designs end to end: sparse if one of them is, DataFrames as DataFrames.
    y : ndarray of shape (n_samples,) or (n_samples, n_responses)
        The targets end to end.
    task : ndarray of shape (n_samples,)
        The label of every sample's task.

    Raises
    ------
    ValueError
        If the numbers of tasks, samples, features, responses or labels disagree.

    See Also
    --------
    split_tasks : The way back.

    Examples
    --------
    >>> from mutar_cy import stack_tasks
    >>> X, y, task = stack_tasks([[[1.0], [2.0]], [[3.0]]], [[1.0, 2.0], [3.0]])
    >>> X.shape, y.tolist(), task.tolist()
    ((3, 1), [1.0, 2.0, 3.0], [0, 0, 1])
    """
    X = list(X)
    if not X:
        raise ValueError("X is empty: it holds 0 tasks.")
    frames = all(hasattr(x, "columns") for x in X)
    if not frames:
        X = [x if is_sparse(x) else np.asarray(x) for x in X]
    y = task_list(y, len(X), "y")
    y = [check_values(v, f"y of task {k}", missing=True) for k, v in enumerate(y)]
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        _refuse_misfit(x, X[0], f"X of task {k}")
        same_length(x, v, f"Task {k}: ")
        if v.shape[1:] != y[0].shape[1:]:
            raise ValueError(
                f"Task {k}: y has shape {v.shape}, but task 0 has {y[0].shape}."
            )
    labels = np.arange(len(X)) if labels is None else labels
    labels = check_labels(labels, len(X), "labels", of="tasks")
    if len(np.unique(labels)) < len(labels):
        raise ValueError("labels must differ from task to task.")
    task = np.repeat(labels, [x.shape[0] for x in X])
    return _end_to_end(X, frames), np.concatenate(y), task


def _refuse_misfit(x, first, name):
    """Raise unless a design is a matrix with the features of the first one."""
    if len(x.shape) != 2:
        raise ValueError(f"{name} must be a matrix, got shape {x.shape}.")
    if x.shape[1] != first.shape[1]:
        raise ValueError(
            f"{name} has {x.shape[1]} features, but task 0 has {first.shape[1]}."
        )
    if hasattr(first, "columns") and list(x.columns) != list(first.columns):
        raise ValueError(f"{name} has other column names than task 0.")


def _end_to_end(X, frames):
    if frames:  # pandas and polars both call it concat
        return sys.modules[type(X[0]).__module__.split(".")[0]].concat(X)
    if any(is_sparse(x) for x in X):
        return sparse.vstack(X, format="csr")
    return np.concatenate(X)


def split_tasks(X, y, task):
    """Cut a long table into one design and one target per task.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_responses)
    task : array-like of shape (n_samples,)
        The label of every sample's task.

    Returns
    -------
    X : list of n_tasks {ndarray, CSR, DataFrame} of shape (n_samples_k, n_features)
        The designs, in the order of ``tasks``; samples keep theirs.
    y : list of n_tasks ndarray of shape (n_samples_k,) or (n_samples_k, n_responses)
        The targets.
    tasks : ndarray of shape (n_tasks,)
        The labels, sorted, as a fit on the long table has them in ``tasks_``.

    Raises
    ------
    ValueError
        If the numbers of samples disagree, or a label is missing.

    See Also
    --------
    stack_tasks : The way back.

    Examples
    --------
    >>> from mutar_cy import split_tasks
    >>> X, y, tasks = split_tasks([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0], list("bab"))
    >>> [x.tolist() for x in X], [v.tolist() for v in y], tasks.tolist()
    ([[[2.0]], [[1.0], [3.0]]], [[2.0], [1.0, 3.0]], ['a', 'b'])
    """
    X = X if is_sparse(X) or hasattr(X, "columns") else np.asarray(X)
    y = np.asarray(y)
    same_length(X, y)
    labels = check_labels(task, X.shape[0], "task")
    tasks, codes = encode(labels, "task")
    rows = rows_of_tasks(codes, len(tasks))
    X = by_rows(X)  # once
    return [take_samples(X, own) for own in rows], [y[own] for own in rows], tasks
