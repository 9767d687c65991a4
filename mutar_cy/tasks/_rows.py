"""Some of the samples of a problem: a fold, or a subsample."""

from collections.abc import Mapping

import numpy as np

from mutar_cy.tasks._arrays import by_rows, is_sparse
from mutar_cy.tasks._layouts import RAGGED, SHARED, SINGLE


def take_samples(X, samples):
    """Return some rows of a table, of whatever type it is.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame}, or dict of them
    samples : slice, or ndarray of int or bool

    Returns
    -------
    X : {ndarray, CSR, DataFrame}, or dict of them
    """
    if isinstance(X, Mapping):
        return {key: take_samples(own, samples) for key, own in X.items()}
    if isinstance(samples, np.ndarray) and samples.dtype == np.bool_:
        samples = np.flatnonzero(samples)  # polars takes a mask for columns
    if hasattr(X, "columns"):
        return (X.iloc if hasattr(X, "iloc") else X)[samples]
    return (by_rows(X) if is_sparse(X) else np.asarray(X))[samples]


def task_codes(problem):
    """Return the number of every sample's task, or None where tasks share samples.

    Samples are counted as the user gave them: rows of a table, or the samples of all
    tasks end to end.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    codes : ndarray of int, shape (n_samples,), or None
    """
    if problem.kind in (SINGLE, SHARED):
        return None
    lengths = [len(Y) for Y in problem.targets]
    codes = np.repeat(np.arange(len(lengths)), lengths)
    if problem.rows is None:
        return codes
    placed = np.full(problem.shape[0], -1)  # samples of no task
    for k, own in enumerate(problem.rows):
        placed[own] = k
    return placed


def own_rows(problem, samples):
    """Return which rows of every design are among some samples.

    Parameters
    ----------
    problem : Problem
    samples : array-like of int
        Counted as by `task_codes`, in any order.

    Returns
    -------
    rows : list of ndarray of int
        One per design, in the order of ``samples``; empty where there are none.
    """
    samples = np.asarray(samples)
    codes = task_codes(problem)
    if codes is None:
        return [samples]
    place = np.empty(len(codes), dtype=np.intp)
    for k in range(len(problem.designs)):
        here = codes == k
        place[here] = np.arange(np.count_nonzero(here))
    owners = codes[samples]
    return [place[samples[owners == k]] for k in range(len(problem.designs))]


def take_rows(problem, rows):
    """Return the problem of some rows of every design.

    Parameters
    ----------
    problem : Problem
    rows : list of ndarray of int
        As `own_rows` returns them. Where a design has rows of its own and none are
        taken, the task is not there.

    Returns
    -------
    Problem
        In the list layout if designs differ.
    """
    whole = problem.kind in (SINGLE, SHARED)
    kept = [k for k, own in enumerate(rows) if whole or len(own)]
    designs = {}  # one that tasks share stays one

    def design(k):
        key = id(problem.designs[k]), rows[k].tobytes()
        if key not in designs:
            designs[key] = problem.designs[k][rows[k]]
        return designs[key]

    def some(values):
        return [None if values[k] is None else values[k][rows[k]] for k in kept]

    return problem._replace(
        kind=problem.kind if whole else RAGGED,
        labels=problem.labels if whole else problem.labels[kept],
        columns=problem.columns if whole else (len(kept), *problem.columns[1:]),
        designs=[design(k) for k in kept],
        targets=some(problem.targets),
        weights=some(problem.weights),
        offsets=some(problem.offsets),
        rows=None,
        shape=None,
    )
