"""TaskData: the checked data of a fit, and the parts that solvers take."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mutar_cy.designs import DesignTargets
from mutar_cy.tasks._arrays import check_values, entries_by_key, is_dict

if TYPE_CHECKING:
    from mutar_cy.tasks._layouts import Layout


class TaskData(NamedTuple):
    """Checked data of a fit, one entry per design.

    In the layouts "single" and "shared" there is one design; its targets have one
    column per task. In the other layouts every task has a design; its targets have one
    column per response.
    """

    layout: Layout
    labels: np.ndarray  # (n_tasks,)
    columns: tuple  # shape of one row of coef_: (), (n_tasks,) or (n_tasks, q)
    designs: list  # (n_k, p) matrices, float64 or float32
    targets: list  # (n_k, q) float64 arrays, NaN where a target is missing
    weights: list  # None, (n_k,) or (n_k, q)
    offsets: list  # None or (n_k, q), added to the linear predictors
    rows: list | None = None  # long layout: positions of the samples of each task
    shape: tuple | None = None  # long layout: shape of y
    feature_names: list | None = None  # names of the columns that coefficients are for
    classes: np.ndarray | None = None  # classifiers: labels[i] of target i, sorted
    blocks: Any = None  # description of X if X was given as a dict of arrays

    @property
    def n_features(self):
        """Number of rows of coef_."""
        return self.designs[0].shape[1]

    @property
    def dtype(self):
        """Float32 if every design is float32, else float64."""
        return np.result_type(*{X.dtype for X in self.designs})

    def take(self, rows):
        """Return the data of some rows of every design.

        Parameters
        ----------
        rows : list of ndarray of int
            One array per design, as `rows_per_design` returns them. A task with a
            design is dropped if its array is empty.

        Returns
        -------
        TaskData
            In the list layout if tasks have designs.
        """
        return self.layout.take(self, rows)

    def task_codes(self):
        """Return the number of every sample's task, or None where tasks share samples.

        Samples are counted as the user gave them: rows of a table, or the samples of
        all tasks end to end.

        Returns
        -------
        codes : ndarray of int, shape (n_samples,), or None
            -1 for samples that belong to no task.
        """
        if self.layout.shares_samples:
            return None
        lengths = [len(Y) for Y in self.targets]
        codes = np.repeat(np.arange(len(lengths)), lengths)
        if self.rows is None or self.shape is None:  # not the long layout
            return codes
        codes_of_table = np.full(self.shape[0], -1)
        for k, rows in enumerate(self.rows):
            codes_of_table[rows] = k
        return codes_of_table

    def rows_per_design(self, samples):
        """Return the rows of every design that are among the given samples.

        Parameters
        ----------
        samples : array-like of int
            Counted as by `task_codes`, in any order.

        Returns
        -------
        rows : list of ndarray of int
            One array per design, in the order of ``samples``; it may be empty.
        """
        samples = np.asarray(samples)
        codes = self.task_codes()
        if codes is None:
            return [samples]
        row_in_design = np.empty(len(codes), dtype=np.intp)
        for k in range(len(self.designs)):
            in_task = codes == k
            row_in_design[in_task] = np.arange(np.count_nonzero(in_task))
        codes = codes[samples]
        return [row_in_design[samples[codes == k]] for k in range(len(self.designs))]

    def target_columns(self):
        """Yield a task's name, its targets and its weights for every column.

        The name is the end of a message, such as " of task 'a'". Targets and weights
        have shape (n_samples,), without samples that are missing or have weight 0.
        """
        labels = self.labels.tolist()
        for k, (Y, weights) in enumerate(zip(self.targets, self.weights, strict=True)):
            weights = np.ones(len(Y)) if weights is None else weights
            weights = np.broadcast_to(_as_matrix(weights), Y.shape)
            column_labels = self.layout.per_column(labels, k, Y.shape[1])
            for label, y, weight in zip(column_labels, Y.T, weights.T, strict=True):
                counts = ~np.isnan(y) & (weight > 0)
                owner = f" of task {label!r}" if self.layout.has_tasks else ""
                yield owner, y[counts], weight[counts]

    def unstack(self, blocks):
        """Return one array per design, each shaped as its targets, in the layout of y.

        Returns
        -------
        values : ndarray, or list or dict of ndarray in these layouts
        """
        n_axes_of_tasks = 0 if self.layout.shares_samples else 1
        if len(self.columns) == n_axes_of_tasks:  # y had no axis of columns
            blocks = [block[:, 0] for block in blocks]
        dtype = self.dtype
        blocks = [block.astype(dtype, copy=False) for block in blocks]
        values = self.layout.unstack(blocks, self.shape, self.rows)
        return self.layout.name_tasks(values, self.labels.tolist())


def take_designs(data, rows, kept) -> TaskData:
    """Return data with some rows of the designs numbered ``kept``.

    A design that several tasks share is indexed once.
    """
    designs: dict = {}

    def design(k):
        key = id(data.designs[k]), rows[k].tobytes()
        if key not in designs:
            designs[key] = data.designs[k][rows[k]]
        return designs[key]

    def some(values):
        return [None if values[k] is None else values[k][rows[k]] for k in kept]

    taken: TaskData = data._replace(
        designs=[design(k) for k in kept],
        targets=some(data.targets),
        weights=some(data.weights),
        offsets=some(data.offsets),
        rows=None,
        shape=None,
    )
    return taken


def make_parts(data, task_weight=None, *, missing=False):
    """Return the design and target pairs of the data, weighted.

    Columns of a target that differ in weights or in missing samples become several
    parts over the same design object, which is not copied.

    Parameters
    ----------
    data : TaskData
    task_weight : array-like of shape (n_tasks,), default=None
    missing : bool, default=False
        Whether NaN marks missing targets.

    Returns
    -------
    parts : list of DesignTargets
        Their columns, part after part, are the rows of ``coef_`` read in C order.
    """
    task_weights = check_task_weight(task_weight, data.labels)
    labels = data.labels.tolist()
    parts = []
    entries = zip(data.designs, data.targets, data.weights, strict=True)
    for k, (X, Y, weights) in enumerate(entries):
        names = data.layout.per_column(labels, k, Y.shape[1])
        factors = data.layout.per_column(task_weights, k, Y.shape[1])
        present = ~np.isnan(Y) if missing and np.isnan(Y).any() else None
        parts_of_design = _parts_of_design(X, Y, weights, names, factors, present)
        parts += _with_offsets(parts_of_design, data.offsets[k])
    return parts


def check_task_weight(task_weight, labels):
    """Return one positive weight per task, as a list of floats."""
    if task_weight is None:
        return [1.0] * len(labels)
    if is_dict(task_weight):
        task_weight = entries_by_key(task_weight, labels.tolist(), "task_weight")
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


def _parts_of_design(X, Y, weights, names, factors, present):
    """Return one part for every run of columns of Y with the same weights."""
    if present is not None:
        Y = np.where(present, Y, 0.0)
        weights = present if weights is None else _as_matrix(weights) * present
    columns = range(Y.shape[1])
    cuts = {j for j in columns if j == 0 or factors[j] != factors[j - 1]}
    matrix = None
    if weights is not None:
        matrix = np.broadcast_to(_as_matrix(weights).astype(np.float64), Y.shape)
        matrix = np.ascontiguousarray(matrix.T)
        for column_weights, name in zip(matrix, names, strict=True):
            _refuse_empty(column_weights, name, present)
        changes = np.any(matrix[1:] != matrix[:-1], axis=1)
        cuts.update((1 + np.flatnonzero(changes)).tolist())
    return [
        DesignTargets(
            X, Y[:, a:b], None if matrix is None else matrix[a], factors[a], names[a]
        )
        for a, b in pairwise([*sorted(cuts), Y.shape[1]])
    ]


def _with_offsets(parts, offset):
    """Give every part of one design the offsets of its columns."""
    if offset is None:
        return parts
    ends = np.cumsum([part.Y.shape[1] for part in parts])
    columns = np.split(offset, ends[:-1], axis=1)
    pairs = zip(parts, columns, strict=True)
    return [part._replace(offset=column) for part, column in pairs]


def _as_matrix(weights):
    return weights[:, np.newaxis] if weights.ndim == 1 else weights


def _refuse_empty(weights, name, present):
    """Raise if every sample of a task is missing or has weight 0."""
    if weights.any():
        return
    if present is None:
        raise ValueError(f"sample_weight of task {name!r} sums to zero.")
    raise ValueError(
        f"Task {name!r} has no sample left: every target is missing or has weight 0."
    )
