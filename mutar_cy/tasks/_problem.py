"""What a fit reads: designs, targets and weights, checked, task by task."""

from typing import NamedTuple

import numpy as np

from mutar_cy.tasks._arrays import (
    by_rows,
    check_design,
    check_offset,
    check_stack_of_designs,
    check_target,
    check_weights,
    refuse_masked,
    same_length,
)
from mutar_cy.tasks._labels import encode, rows_of_tasks
from mutar_cy.tasks._layouts import (
    LONG,
    RAGGED,
    SHARED,
    SINGLE,
    STACKED,
    check_design_list,
    design_list,
    has_own_designs,
    read_long,
    task_list,
    wants_labels,
)
from mutar_cy.tasks._rows import take_rows


class Problem(NamedTuple):
    """The data of a fit, checked, one entry per design.

    A shared design is one entry, whose targets have one column per task. In the other
    layouts an entry is a task, and its targets have one column per response.
    """

    kind: str  # one of the five layouts
    labels: np.ndarray  # (n_tasks,)
    columns: tuple  # the shape of one row of coef_: (), (T,) or (T, q)
    designs: list  # (n_k, p) matrices, float64 or float32
    targets: list  # (n_k, q) float64 arrays, NaN where a target is missing
    weights: list  # None, (n_k,) or (n_k, q)
    offsets: list  # None or (n_k, q): what is added to the linear predictors
    rows: list | None = None  # long: where the samples of each task stand
    shape: tuple | None = None  # long: of y

    @property
    def n_features(self):
        """Number of rows of coef_."""
        return self.designs[0].shape[1]

    @property
    def samples(self):
        """The data: this."""
        return self

    def take(self, rows):
        """Return the problem of some rows of every design, as `take_rows` does."""
        return take_rows(self, rows)

    @property
    def dtype(self):
        """Float32 if every design is, else float64."""
        return np.result_type(*{X.dtype for X in self.designs})


def read_problem(estimator, X, y, sample_weight=None, task=None, offset=None):
    """Check the data of a fit, whatever their layout.

    Parameters
    ----------
    estimator : estimator
        Learns ``n_features_in_`` and the names of features. Its parameters
        ``task_column``, ``unseen_tasks`` and ``missing_targets`` are read.
    X, y, sample_weight, task, offset
        As given to ``fit``.

    Returns
    -------
    Problem

    Raises
    ------
    ValueError
        If anything does not fit together; the message names the argument and the task.
    """
    own = has_own_designs(X)
    if wants_labels(estimator, task):
        if own:
            raise ValueError(
                "X already holds one design per task; task labels (task= or "
                "task_column) belong to a table of shape (n_samples, n_features)."
            )
        return _read_long(estimator, X, y, sample_weight, task, offset)
    if not own:
        return _read_table(estimator, X, y, sample_weight, offset)
    refuse_masked(X, "X")
    X = design_list(X)
    if isinstance(X, list):
        return _read_list(estimator, X, y, sample_weight, offset)
    return _read_stacked(estimator, X, y, sample_weight, offset)


def _missing(estimator):
    return getattr(estimator, "missing_targets", "raise") == "ignore"


def _as_columns(y, axes, where=""):
    """Return y with a last axis of columns, and see that it is not empty."""
    if y.ndim not in (axes, axes + 1):
        raise ValueError(
            f"{where}y must have {axes} or {axes + 1} axes beside this X, got shape "
            f"{y.shape}."
        )
    if y.size == 0:
        raise ValueError(f"{where}y of shape {y.shape} is empty.")
    return y[..., np.newaxis] if y.ndim == axes else y


def _read_table(estimator, X, y, sample_weight, offset):
    """One design: a single task, or a column of y per task."""
    X = check_design(estimator, X, reset=True)
    y = check_target(y, "y", missing=_missing(estimator))
    Y = _as_columns(y, 1)
    same_length(X, y)
    weights = check_weights(sample_weight, y.shape)
    kind = SINGLE if y.ndim == 1 else SHARED
    offsets = [check_offset(offset, y.shape)]
    labels = np.arange(Y.shape[1])
    return Problem(kind, labels, y.shape[1:], [X], [Y], [weights], offsets)


def _read_stacked(estimator, X, y, sample_weight, offset):
    X = check_stack_of_designs(estimator, X, reset=True)
    y = check_target(y, "y", missing=_missing(estimator))
    Y = _as_columns(y, 2)
    if Y.shape[0] != X.shape[0]:
        raise ValueError(f"X holds {X.shape[0]} tasks, but y holds {Y.shape[0]}.")
    if Y.shape[1] != X.shape[1]:
        raise ValueError(
            f"X has {X.shape[1]} samples per task, but y has {Y.shape[1]}."
        )
    shapes = [y.shape[1:]] * len(X)
    weights = read_weights(sample_weight, shapes)
    offsets = read_offsets(offset, shapes)
    labels, columns = np.arange(len(X)), (len(X), *y.shape[2:])
    return Problem(STACKED, labels, columns, list(X), list(Y), weights, offsets)


def _read_list(estimator, X, y, sample_weight, offset):
    X = check_design_list(estimator, X, reset=True)
    y = task_list(y, len(X), "y")
    missing = _missing(estimator)
    y = [check_target(v, f"y of task {k}", missing=missing) for k, v in enumerate(y)]
    Y = [_as_columns(v, 1, f"Task {k}: ") for k, v in enumerate(y)]
    for k, (design, v) in enumerate(zip(X, y, strict=True)):
        same_length(design, v, f"Task {k}: ")
        if v.shape[1:] != y[0].shape[1:]:
            raise ValueError(
                f"Task {k}: y has shape {v.shape}, but task 0 has {y[0].shape}; every "
                f"task must have the same number of responses."
            )
    shapes = [v.shape for v in y]
    weights, offsets = read_weights(sample_weight, shapes), read_offsets(offset, shapes)
    labels, columns = np.arange(len(X)), (len(X), *y[0].shape[1:])
    return Problem(RAGGED, labels, columns, X, Y, weights, offsets)


def read_weights(sample_weight, shapes):
    """Check the sample weights of tasks with targets of the given shapes."""
    if sample_weight is None or np.isscalar(sample_weight):
        check_weights(sample_weight, ())
        return [None] * len(shapes)
    weights = task_list(sample_weight, len(shapes), "sample_weight")
    return [
        check_weights(w, shape, owner=f"sample_weight of task {k}")
        for k, (w, shape) in enumerate(zip(weights, shapes, strict=True))
    ]


def read_offsets(offset, shapes):
    """Check the offsets of tasks with targets of the given shapes."""
    if offset is None:
        return [None] * len(shapes)
    return [
        check_offset(own, shape, owner=f"offset of task {k}")
        for k, (own, shape) in enumerate(
            zip(task_list(offset, len(shapes), "offset"), shapes, strict=True)
        )
    ]


def _read_long(estimator, X, y, sample_weight, task, offset):
    """One table: the rows of each task become its design, in place if they can."""
    X, labels, name = read_long(estimator, X, task, reset=True)
    y = check_target(y, "y", missing=_missing(estimator))
    Y = _as_columns(y, 1)
    same_length(X, y)
    weights = check_weights(sample_weight, y.shape)
    offset = check_offset(offset, y.shape)
    tasks, codes = encode(labels, name)
    rows = rows_of_tasks(codes, len(tasks))
    if weights is not None and estimator.unseen_tasks == "mean":
        # Rows without weight are as if removed, and with its last row goes the task.
        kept = [k for k, own in enumerate(rows) if weights[own].any()]
        if not kept:
            raise ValueError("sample_weight is zero for every sample.")
        tasks, rows = tasks[kept], [rows[k] for k in kept]
    X = by_rows(X)
    return Problem(
        LONG,
        tasks,
        (len(tasks), *y.shape[1:]),
        [X[own] for own in rows],
        [Y[own] for own in rows],
        [None if weights is None else weights[own] for own in rows],
        [None if offset is None else offset[own] for own in rows],
        rows,
        y.shape,
    )
