"""Chunked designs and statistics as estimators are given them, and their targets."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from mutar_cy._lib import import_pandas
from mutar_cy.chunks._passes import ChunkedData, ChunkedTable
from mutar_cy.chunks._sources import as_rows, is_chunked, is_lazy_frame
from mutar_cy.chunks._task_stats import TaskStats, check_stats
from mutar_cy.losses import get_loss

LOADED = "Load the data (numpy.asarray) if they fit in memory."


class ChunkedInput(NamedTuple):
    """Designs of tasks that are read by rows, or their statistics."""

    designs: dict  # by task: what can be sliced by rows, or TaskStats
    kind: str  # "dict", "list", "table" or "long"
    is_flat: bool = True  # whether a target has one axis
    names: Any = None  # of the columns, if the designs are data frames
    labels: Any = None  # (n_samples,), the tasks of the rows of a long table
    on_pass: Any = None  # called with the number of passes after every one

    def reporting(self, callback):
        """Return the same, whose passes are the steps of a callback of a fit."""
        if callback is None:
            return self
        return self._replace(on_pass=lambda n: callback(n, np.nan, np.nan))

    def read(self, reader, X, Y):
        """Return what a reader of models makes of a matrix per task and its targets.

        Parameters
        ----------
        reader : callable
            Called with X and y in the layout of the data, and ``task`` if it is long.
        X, Y : list of ndarray
        """
        y = [own[:, 0] for own in Y] if self.is_flat else Y
        if self.names is not None:
            frame = import_pandas("A fit to data frames of dask").DataFrame
            X = [frame(own, columns=self.names) for own in X]
        if self.kind == "table":
            return reader(X[0], y[0])
        if self.kind == "list":
            return reader(X, y)
        tasks = list(self.designs)
        if self.kind == "dict":
            return reader(*(dict(zip(tasks, own, strict=True)) for own in (X, y)))
        numbers = np.repeat(np.arange(len(tasks)), [len(own) for own in X])
        labels = np.array(tasks)[numbers]
        table = np.concatenate(X)
        if self.names is not None:
            table = frame(table, columns=self.names)
        return reader(table, np.concatenate(y), task=labels)

    def n_rows(self, task):
        """Return the number of rows of a task."""
        if self.kind == "long":
            return int(np.count_nonzero(self.labels == task))
        return int(self.designs[task].shape[0])

    @property
    def is_statistics(self):
        """Whether the designs are known by their statistics only."""
        return isinstance(next(iter(self.designs.values())), TaskStats)


def chunked_input(X, task=None) -> ChunkedInput | None:
    """Return X if it must be read by rows or is statistics, else None.

    Parameters
    ----------
    X : object
    task : array-like of shape (n_samples,), default=None
        The labels of the rows of one long table.
    """
    found = _chunked_as_given(X, task)
    if found is None or found.is_statistics:
        return found
    names = [list(own.columns) for own in found.designs.values() if is_lazy_frame(own)]
    if names and (len(names) < len(found.designs) or any(n != names[0] for n in names)):
        raise ValueError(
            "Designs have other columns; give data frames with the same columns, in "
            "the same order, for all tasks."
        )
    if found.kind == "long":  # one design
        table = as_rows(X)
        n_rows = table.shape[0]
        if found.labels.shape != (n_rows,):
            raise ValueError(
                f"task has shape {found.labels.shape}, but X has {n_rows} rows; give "
                "one label per row."
            )
        designs = dict.fromkeys(found.designs, table)
    else:
        designs = {task: as_rows(own) for task, own in found.designs.items()}
    return found._replace(designs=designs, names=names[0] if names else None)


def _chunked_as_given(X, task) -> ChunkedInput | None:
    """Return X as `ChunkedInput`, whose designs are as they are given."""
    if task is not None and is_chunked(X):
        labels = np.asarray(task)
        found = dict.fromkeys(np.unique(labels).tolist(), X)
        return ChunkedInput(found, "long", labels=labels)
    if isinstance(X, TaskStats):
        X = {X.task: X}
    if is_chunked(X):
        return ChunkedInput({0: X}, "table")
    if isinstance(X, Mapping):
        found, kind = dict(X), "dict"
    elif isinstance(X, list | tuple):
        found, kind = dict(enumerate(X)), "list"
    else:
        return None
    lazy = [is_chunked(own) or isinstance(own, TaskStats) for own in found.values()]
    if not any(lazy):
        return None
    statistics = [isinstance(own, TaskStats) for own in found.values()]
    if any(statistics):
        if not all(statistics):
            raise ValueError(
                "X holds statistics of some tasks and data of others; make TaskStats "
                "of all of them, or of none."
            )
        check_stats(found)
        flat = next(iter(found.values())).cross.shape[1] == 1
        return ChunkedInput(found, kind, flat)
    return ChunkedInput(found, kind)


def is_mapped(given):
    """Return whether all designs are memory maps, which ordinary fits can read."""
    return all(isinstance(own, np.memmap) for own in given.designs.values())


def refusal(model, arguments, kind="table"):
    """Return why a model cannot be fitted to chunked data of a kind, or None."""
    name = type(model).__name__
    if not model._fits_statistics and not model._streams_losses:
        return (
            f"{name} needs the rows of X in memory; chunked X is for GroupLasso, "
            "IndLasso, DirtyModel, DataSharedLasso, MultiLevelLasso, "
            "ReweightedGroupLasso, IndRewLasso, GroupLassoClassifier and "
            f"IndLassoClassifier. {LOADED}"
        )
    loss = get_loss(getattr(model, "loss", "squared_error"))
    if not loss.is_quadratic and not model._streams_losses:
        return (
            f"loss={model.loss!r} needs the rows of X in memory for {name}; with "
            "chunked X it is for GroupLasso and IndLasso, and loss='squared_error' for "
            f"all. {LOADED}"
        )
    if arguments.get("offset") is not None and hasattr(model, "cv"):
        return (
            "offset= is not available for cross-validation of chunked X; subtract the "
            "offsets from the targets."
        )
    if arguments.get("task") is not None and kind != "long":
        return "task= is for one long table; X holds one design per task."
    for label in ("groups", "clusters"):
        if arguments.get(label) is not None:
            return (
                f"{label}= of samples is not available with chunked X, whose folds are "
                "consecutive rows; put the samples of a group next to each other."
            )
    for label, default in (
        ("task_column", None),
        ("relax", None),
        ("warm_start", False),
        ("degenerate_tasks", "raise"),
        ("concomitant", False),
    ):
        if model.get_params(deep=False).get(label, default) != default:
            return (
                f"{label}={getattr(model, label)!r} is not available with chunked X; "
                f"leave {label}={default!r}."
            )
    return None


def ignores_missing(model):
    """Return whether NaN in a target leaves its sample out."""
    return getattr(model, "missing_targets", "raise") == "ignore"


def read_targets(given, y, sample_weight, offset=None, how=(True, False)):
    """Return the kind of y with `ChunkedData` of checked targets and weights.

    Offsets of squared errors are subtracted from the targets. Samples without a target
    get the weight 0.

    Parameters
    ----------
    given : ChunkedInput
    y, sample_weight, offset : object
        In the layout of X.
    how : tuple of bool, default=(True, False)
        Whether the loss is the squared error, and whether targets may be missing.
    """
    is_quadratic, may_miss = how
    tasks = list(given.designs)
    for task, X in given.designs.items():
        _refuse_design(X, task)
    targets = _per_task(given, y, "y")
    weights: dict = dict.fromkeys(tasks)
    if sample_weight is not None:
        weights = _per_task(given, sample_weight, "sample_weight")
    sizes = {X.shape[1] for X in given.designs.values()}
    if len(sizes) > 1:
        raise ValueError(
            f"Designs have {sorted(sizes)} columns; all tasks need the same features."
        )
    n_axes = set()
    for task in tasks:
        name, n_rows = f"y of task {task!r}", given.n_rows(task)
        targets[task], present = _present(targets[task], n_rows, name, may_miss)
        n_axes.add(targets[task].ndim)
        targets[task] = targets[task].reshape(n_rows, -1)
        weights[task] = _read_weights(weights[task], present, n_rows, task)
    if len({own.shape[1] for own in targets.values()}) > 1 or len(n_axes) > 1:
        raise ValueError("All tasks need the same number of responses in y.")
    given = given._replace(is_flat=n_axes == {1})
    offsets = _read_offsets(given, offset, targets)
    if offsets is not None and is_quadratic:
        targets = {task: targets[task] - own for task, own in offsets.items()}
        offsets = None
    data: ChunkedData
    if given.kind == "long":
        X = given.designs[tasks[0]]
        data = ChunkedTable(X, given.labels, targets, weights, offsets)
    else:
        data = ChunkedData(given.designs, targets, weights, offsets)
    data.on_pass = given.on_pass
    return given, data


def _read_offsets(given, offset, targets):
    """Return checked offsets by task, of the shape of the targets, or None."""
    if offset is None:
        return None
    found = _per_task(given, offset, "offset")
    for task in given.designs:
        name = f"offset of task {task!r}"
        own = _checked(found[task], given.n_rows(task), name)
        if own.size != targets[task].size:
            raise ValueError(
                f"offset of task {task!r} has shape {own.shape}; give one number per "
                "target."
            )
        found[task] = own.reshape(targets[task].shape)
    return found


def _refuse_design(X, task):
    """Raise if a design is no table of numbers with a known number of rows."""
    shape = getattr(X, "shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or not hasattr(X, "dtype"):
        raise ValueError(
            f"X of task {task!r} is a {type(X).__name__}; beside chunked designs, give "
            "arrays of shape (n_samples, n_features)."
        )
    if any(n != n for n in shape):  # dask's unknown lengths are NaN
        raise ValueError(
            f"X of task {task!r} has an unknown number of rows; call "
            "X.compute_chunk_sizes() first."
        )
    if np.dtype(X.dtype).kind not in "biuf" or not all(shape):
        raise ValueError(
            f"X of task {task!r} has dtype {X.dtype} and shape {shape}; it must hold "
            "real numbers, at least one."
        )


def _per_task(given, values, name):
    """Return a dict by task of what is given in the layout of X."""
    tasks = list(given.designs)
    if given.kind == "table":
        return {tasks[0]: values}
    if given.kind == "long":
        values = np.asarray(values)
        if values.ndim < 1 or len(values) != len(given.labels):
            raise ValueError(
                f"{name} has shape {values.shape}, but X has {len(given.labels)} rows."
            )
        return {task: values[given.labels == task] for task in tasks}
    fits = isinstance(values, Mapping) == (given.kind == "dict") and len(values) == len(
        tasks
    )
    found = dict(values if isinstance(values, Mapping) else enumerate(values))
    if not fits or set(found) != set(tasks):
        raise ValueError(
            f"{name} must be a {given.kind} with one entry for each of {tasks}, as X; "
            f"got {list(found)[:10]}."
        )
    return found


def _checked(values, n_rows, name):
    """Return the targets or weights of a task as finite floats."""
    values = np.asarray(values, dtype=np.float64)
    if not 1 <= values.ndim <= 2 or len(values) != n_rows:
        raise ValueError(f"{name} has shape {values.shape}, but X has {n_rows} rows.")
    if not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        raise ValueError(
            f"{name} is not finite in row {row}; fill it in or leave the row out."
        )
    return values


def _present(values, n_rows, name, may_miss):
    """Return the targets of a task, and which of them are there: None for all."""
    if not may_miss:
        return _checked(values, n_rows, name), None
    values = np.array(values, dtype=np.float64)
    missing = np.isnan(values)
    rows = missing if values.ndim < 2 else missing.any(axis=1)
    partly = rows & ~(missing if values.ndim < 2 else missing.all(axis=1))
    if partly.any():
        raise ValueError(
            f"{name} misses some responses of row {int(np.argmax(partly))}; with "
            "chunked X a sample has all of its responses or none."
        )
    values[missing] = 0.0
    return _checked(values, n_rows, name), None if not rows.any() else ~rows


def _read_weights(weight, present, n_rows, task):
    """Return the checked weights of a task, 0 where its target misses, or None."""
    if weight is not None:
        weight = _checked(weight, n_rows, f"sample_weight of {task!r}")
    if present is not None:
        weight = present * (1.0 if weight is None else weight)
    if weight is None:
        return None
    if weight.ndim != 1 or weight.min() < 0.0 or not weight.any():
        raise ValueError(
            f"sample_weight of task {task!r} must hold one number of at least 0 per "
            "row, and not only zeros."
        )
    return weight
