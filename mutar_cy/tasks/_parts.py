"""From checked data to what the solver takes: parts, weights, missing targets."""

from itertools import pairwise

import numpy as np

from mutar_cy.designs import TaskData
from mutar_cy.tasks._arrays import check_values
from mutar_cy.tasks._layouts import SHARED, SINGLE


def make_parts(problem, task_weight=None, *, missing=False):
    """Turn a problem into the parts of a stack.

    Columns of a target that differ in weights or in missing samples become several
    parts over the same design object, which is not copied.

    Parameters
    ----------
    problem : Problem
    task_weight : array-like of shape (n_tasks,), default=None
    missing : bool, default=False
        Whether NaN may stand for a missing target.

    Returns
    -------
    parts : list of TaskData
        Their columns, part after part, are the rows of ``coef_`` read in C order.
    """
    scales = check_task_weight(task_weight, problem.labels)
    labels = problem.labels.tolist()
    parts = []
    entries = zip(problem.designs, problem.targets, problem.weights, strict=True)
    for k, (X, Y, weights) in enumerate(entries):
        whole = problem.kind in (SINGLE, SHARED)
        names = labels if whole else [labels[k]] * Y.shape[1]
        factors = scales if whole else [scales[k]] * Y.shape[1]
        here = ~np.isnan(Y) if missing and np.isnan(Y).any() else None
        own = _parts_of_design(X, Y, weights, names, factors, here)
        parts += _with_offsets(own, problem.offsets[k])
    return parts


def _with_offsets(parts, offset):
    """Give every part of one design the offsets of its columns."""
    if offset is None:
        return parts
    ends = np.cumsum([part.Y.shape[1] for part in parts])
    columns = np.split(offset, ends[:-1], axis=1)
    pairs = zip(parts, columns, strict=True)
    return [part._replace(offset=own) for part, own in pairs]


def target_columns(problem):
    """Yield whose it is, the targets and the weights of every column of a problem.

    The first is the end of a message, such as " of task 'a'"; the others, of shape
    (n_samples,), are without samples that are missing or weigh nothing.
    """
    labels = problem.labels.tolist()
    whole = problem.kind in (SINGLE, SHARED)
    for k, (Y, weights) in enumerate(
        zip(problem.targets, problem.weights, strict=True)
    ):
        weights = np.ones(len(Y)) if weights is None else weights
        weights = np.broadcast_to(_as_matrix(weights), Y.shape)
        for j, (y, weight) in enumerate(zip(Y.T, weights.T, strict=True)):
            here = ~np.isnan(y) & (weight > 0)
            owner = f" of task {labels[j if whole else k]!r}"
            owner = "" if problem.kind == SINGLE else owner
            yield owner, y[here], weight[here]


def check_task_weight(task_weight, labels):
    """Return one positive weight per task, as a list of floats."""
    if task_weight is None:
        return [1.0] * len(labels)
    weights = check_values(task_weight, "task_weight")
    if weights.shape != labels.shape:
        raise ValueError(
            f"task_weight has shape {weights.shape}, but there are {len(labels)} tasks."
        )
    if np.any(weights <= 0):
        worst = int(np.argmin(weights))
        raise ValueError(
            f"task_weight must be positive, got {weights[worst]} for task "
            f"{labels.tolist()[worst]!r}."
        )
    return weights.tolist()


def _parts_of_design(X, Y, weights, names, factors, here):
    """Make one part of every run of columns of Y that are weighed alike."""
    if here is not None:
        Y = np.where(here, Y, 0.0)
        weights = here if weights is None else _as_matrix(weights) * here
    columns = range(Y.shape[1])
    cuts = {j for j in columns if j == 0 or factors[j] != factors[j - 1]}
    matrix = None
    if weights is not None:
        matrix = np.broadcast_to(_as_matrix(weights).astype(np.float64), Y.shape)
        matrix = np.ascontiguousarray(matrix.T)
        for own, name in zip(matrix, names, strict=True):
            _refuse_empty(own, name, here)
        changes = np.any(matrix[1:] != matrix[:-1], axis=1)
        cuts.update((1 + np.flatnonzero(changes)).tolist())
    return [
        TaskData(
            X, Y[:, a:b], None if matrix is None else matrix[a], factors[a], names[a]
        )
        for a, b in pairwise([*sorted(cuts), Y.shape[1]])
    ]


def _as_matrix(weights):
    return weights[:, np.newaxis] if weights.ndim == 1 else weights


def _refuse_empty(weights, name, here):
    """Raise if no sample of a task counts."""
    if weights.any():
        return
    if here is None:
        raise ValueError(f"sample_weight of task {name!r} sums to zero.")
    raise ValueError(
        f"Task {name!r} has no sample left: every target is missing or has weight 0."
    )
