"""The six layouts of data: reading, prediction, selection of rows, and output."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from mutar_cy._lib._tables import as_table, refuse_lazy
from mutar_cy.tasks._arrays import (
    by_rows,
    check_design,
    check_known_target,
    check_offset,
    check_stack_of_designs,
    check_target,
    check_task_offsets,
    check_task_weights,
    check_weights,
    entries_by_key,
    is_dict,
    is_sparse,
    linear,
    refuse_masked,
    refuse_positions,
    same_length,
    some_keys,
    task_list,
)
from mutar_cy.tasks._folds import refuse_folds_without_tasks
from mutar_cy.tasks._labels import (
    check_labels,
    cut_task_column,
    encode,
    feature_names,
    find_tasks,
    label_array,
    look_up,
    rows_of_tasks,
    to_python,
)
from mutar_cy.tasks._names import (
    names_of_columns,
    names_of_designs,
    names_of_series,
    names_of_stack,
)
from mutar_cy.tasks._task_data import TaskData, take_designs

BY_LABEL = " A dict of designs by label may hold any of the tasks."
TABLE_WITHOUT_TASKS = (
    "This {name} was fitted with tasks ({layout} layout), so X of shape "
    "(n_samples, n_features) alone does not say which task a sample belongs to. "
    "Either pass task=, one label per sample, or set the parameter task_column before "
    "fit and keep the labels in a column of X. Searches and other tools of "
    "scikit-learn pass task= to fit, but to score and predict only with metadata "
    "routing: sklearn.set_config(enable_metadata_routing=True), and the estimator's "
    "set_fit_request(task=True), set_score_request(task=True)."
)


class Layout(ABC):
    """A layout of X and y.

    The class attributes describe data in this layout, and a model fitted to such data.
    A layout has no state: two instances of a class are the same layout.
    """

    name: ClassVar[str]  # value of the fitted attribute layout_
    has_tasks: ClassVar[bool] = True  # False: one target, no tasks
    shares_samples: ClassVar[bool] = False  # tasks are the columns of y, on one design
    has_labels: ClassVar[bool] = False  # X is a table whose samples have task labels
    predicts_designs: ClassVar[bool] = True  # the model takes one design per task
    predicts_labels: ClassVar[bool] = True  # the model takes a table with task labels

    @abstractmethod
    def read(self, estimator, X, y, sample_weight, offset, task) -> TaskData:
        """Check data in this layout, as given to ``fit``."""

    @abstractmethod
    def predict(self, model, X, coef, intercept, task):
        """Return ``X @ coef + intercept`` for X in this layout.

        The arguments are those of `mutar_cy.tasks.linear_predictor`. Raise if the
        model was fitted to a layout that does not allow X in this one.
        """

    @abstractmethod
    def unstack(self, blocks, shape=None, rows=None) -> Any:
        """Put one array per design into the layout of y.

        Parameters
        ----------
        blocks : list of ndarray of shape (n_k,) or (n_k, q)
        shape : tuple, default=None
            Shape of a long y; samples of no task become NaN.
        rows : list, default=None
            Positions of the samples of each task in a long y.
        """

    def name_tasks(self, values, labels) -> Any:
        """Return what `unstack` returns, or a dict by task if the layout is one."""
        return values

    def take(self, data, rows) -> TaskData:
        """Return the data of some rows of every design, as `TaskData.take`."""
        kept = [k for k, rows_of_task in enumerate(rows) if len(rows_of_task)]
        return take_designs(data, rows, kept)._replace(
            layout=LIST,
            labels=data.labels[kept],
            columns=(len(kept), *data.columns[1:]),
        )

    def per_column(self, values, k, n_columns) -> list:
        """Return one entry per column of design k, of a list of one entry per task."""
        return [values[k]] * n_columns


class SharedLayout(Layout):
    """One design for all tasks, and a column of y per task."""

    name = "shared"
    shares_samples = True

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check a table; the number of axes of y decides between two layouts."""
        _refuse_exchanged(X, y)
        X_checked = check_design(estimator, X, reset=True)
        if is_dict(y):
            columns = [columns_of_dict(v, y) for v in (y, sample_weight, offset)]
            labels, (y, sample_weight, offset) = label_array(list(y)), columns
        else:
            labels = None
        given = y
        y = _check_target(estimator, y, "y")
        Y = _as_columns(y, 1)
        same_length(X_checked, y)
        if labels is None:
            labels = names_of_columns(given, y.shape)
        return TaskData(
            layout=SINGLE if y.ndim == 1 else SHARED,
            labels=labels,
            columns=y.shape[1:],
            designs=[X_checked],
            targets=[Y],
            weights=[check_weights(sample_weight, y.shape)],
            offsets=[check_offset(offset, y.shape)],
            feature_names=feature_names(estimator, X),
        )

    def predict(self, model, X, coef, intercept, task):
        """Return the linear predictors of a table without task labels."""
        fitted = fitted_layout(model)
        if not fitted.shares_samples:
            name = type(model).__name__
            raise ValueError(TABLE_WITHOUT_TASKS.format(name=name, layout=fitted.name))
        X = check_design(model, X, reset=False, finite=True)
        return linear(X, coef, intercept)

    def unstack(self, blocks, shape=None, rows=None):
        """Return the array of the only design."""
        return blocks[0]

    def take(self, data, rows):
        """Return the data of some rows of the design."""
        return take_designs(data, rows, range(len(rows)))

    def per_column(self, values, k, n_columns):
        """Return the list itself: the tasks are the columns."""
        return values


class SingleLayout(SharedLayout):
    """One design and one target: a model without tasks."""

    name = "single"
    has_tasks = False
    predicts_designs = False
    predicts_labels = False


class _LayoutOfDesigns(Layout):
    """One design per task."""

    @abstractmethod
    def _check_designs(self, estimator, X, *, reset, finite=False):
        """Check the designs."""

    def predict(self, model, X, coef, intercept, task):
        """Return the linear predictors of every task, in the layout of X."""
        name, fitted = type(model).__name__, fitted_layout(model)
        labels = names_of_designs(X)
        if not fitted.has_tasks or (labels is None and not fitted.predicts_designs):
            raise ValueError(
                f"X {_kind_of_designs(X)}, but this {name} was fitted "
                f"to a table of shape (n_samples, n_features) ({fitted.name} layout)."
                f"{BY_LABEL if fitted.has_tasks else ''}"
            )
        if labels is not None:
            codes = find_tasks(
                labels, model.tasks_, unseen=model.unseen_tasks, name="X"
            )
            coef, intercept = _with_mean(model, codes, coef, intercept)
            coef, intercept = coef[:, codes], intercept[codes]
        elif len(X) != len(model.tasks_):
            raise ValueError(
                f"X holds {len(X)} tasks, but {name} was fitted to "
                f"{len(model.tasks_)}.{BY_LABEL} Tools of scikit-learn split X along "
                f"its first axis, here by tasks: mutar_cy.stack_tasks makes one table."
            )
        X = self._check_designs(model, X, reset=False, finite=True)
        values = self.unstack(linear_per_task(X, coef, intercept))
        return self.name_tasks(values, labels)


class StackedLayout(_LayoutOfDesigns):
    """One design per task, in an array of shape (n_tasks, n_samples, n_features)."""

    name = "stacked"

    def _check_designs(self, estimator, X, *, reset, finite=False):
        return check_stack_of_designs(estimator, X, reset=reset, finite=finite)

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check an array of designs and an array of targets."""
        designs = self._check_designs(estimator, X, reset=True)
        given, y = y, _check_target(estimator, y, "y")
        n_tasks, n_samples = designs.shape[:2]
        if y.ndim < 2 or y.shape[:2] != (n_tasks, n_samples):
            _refuse_stack(designs, y)
        Y = _as_columns(y, 2)
        labels = names_of_stack(X, given, n_tasks)
        known = to_python(labels)
        shapes = [y.shape[1:]] * n_tasks
        return TaskData(
            layout=self,
            labels=labels,
            columns=(n_tasks, *y.shape[2:]),
            designs=list(designs),
            targets=list(Y),
            weights=check_task_weights(sample_weight, shapes, known),
            offsets=check_task_offsets(offset, shapes, known),
            feature_names=feature_names(estimator, X),
        )

    def unstack(self, blocks, shape=None, rows=None):
        """Return an array of shape (n_tasks, n_samples, ...)."""
        return np.stack(blocks)


class ListLayout(_LayoutOfDesigns):
    """One design per task, in a list."""

    name = "list"

    def _check_designs(self, estimator, X, *, reset, finite=False, labels=None):
        """Check every design; an object given several times is checked once."""
        checked: dict = {}
        labels = range(len(X)) if labels is None else labels
        for k, (label, design) in enumerate(zip(labels, X, strict=True)):
            if id(design) in checked:
                continue
            try:
                checked[id(design)] = check_design(
                    estimator, design, reset=reset and k == 0, finite=finite
                )
            except ValueError as error:
                raise ValueError(f"Task {label!r}: {error}") from error
        return [checked[id(design)] for design in X]

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check a list of designs and a list of targets."""
        if is_dict(y):
            raise ValueError(
                f"y is a dict with the keys {some_keys(y)}, but X a list: give X as a "
                f"dict with the same keys."
            )
        _refuse_joined_targets(X, y)
        y = task_list(y, range(len(X)), "y")
        given = sample_weight, offset
        return self._read_tasks(estimator, names_of_series(y), X, y, given)

    def _read_tasks(self, estimator, labels, X, y, given):
        """Check lists of designs and targets, and the weights and offsets given."""
        known = to_python(labels)
        designs = self._check_designs(estimator, X, reset=True, labels=known)
        y = [
            _check_target(estimator, y_k, f"y of task {label!r}")
            for label, y_k in zip(known, y, strict=True)
        ]
        entries = zip(known, y, strict=True)
        Y = [_as_columns(y_k, 1, f"Task {label!r}: ") for label, y_k in entries]
        for label, design, y_k in zip(known, designs, y, strict=True):
            same_length(design, y_k, f"Task {label!r}: ")
            if y_k.shape[1:] != y[0].shape[1:]:
                raise ValueError(
                    f"Task {label!r}: y has shape {y_k.shape}, but task {known[0]!r} "
                    f"has {y[0].shape}; every task must have the same number of "
                    f"responses."
                )
        shapes = [y_k.shape for y_k in y]
        sample_weight, offset = given
        return TaskData(
            layout=self,
            labels=labels,
            columns=(len(X), *y[0].shape[1:]),
            designs=designs,
            targets=Y,
            weights=check_task_weights(sample_weight, shapes, known),
            offsets=check_task_offsets(offset, shapes, known),
            feature_names=feature_names(estimator, X),
        )

    def unstack(self, blocks, shape=None, rows=None):
        """Return the list of arrays."""
        return blocks


class DictLayout(ListLayout):
    """One design per task, in a dict whose keys are the labels of the tasks."""

    name = "dict"

    def _check_designs(self, estimator, X, *, reset, finite=False, labels=None):
        """Check the designs of a dict, or of a list if labels are given."""
        if is_dict(X):
            labels, X = list(X), list(X.values())
        return super()._check_designs(
            estimator, X, reset=reset, finite=finite, labels=labels
        )

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check a dict of designs and a dict of targets with the same keys."""
        if not is_dict(y):
            raise ValueError(
                f"X is a dict with the keys {some_keys(X)}: y must be a dict with the "
                f"same keys, which name tasks."
            )
        keys = list(y)
        X = entries_by_key(X, keys, "X")
        given = sample_weight, offset
        for name, values in zip(("sample_weight", "offset"), given, strict=True):
            refuse_positions(values, keys, name)
        labels = label_array(keys)
        return self._read_tasks(estimator, labels, X, list(y.values()), given)

    def name_tasks(self, values, labels):
        """Return a dict of the values of every task."""
        return dict(zip(labels, values, strict=True))


class LongLayout(Layout):
    """One table; labels say which task a sample belongs to."""

    name = "long"
    has_labels = True
    predicts_designs = False

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check a table; the rows of each task become a view of it where possible."""
        refuse_folds_without_tasks(estimator)
        features, labels, name = _read_long(estimator, X, task, reset=True)
        y = _check_target(estimator, y, "y")
        Y = _as_columns(y, 1)
        same_length(features, y)
        weights = check_weights(sample_weight, y.shape)
        offset = check_offset(offset, y.shape)
        tasks, codes = encode(labels, name)
        rows = rows_of_tasks(codes, len(tasks))
        if weights is not None and estimator.unseen_tasks == "mean":
            # Rows of weight 0 count as removed; a task without rows is removed too.
            kept = [k for k, rows_k in enumerate(rows) if weights[rows_k].any()]
            if not kept:
                raise ValueError("sample_weight is zero for every sample.")
            tasks, rows = tasks[kept], [rows[k] for k in kept]
        features = by_rows(features)
        return TaskData(
            layout=self,
            labels=tasks,
            columns=(len(tasks), *y.shape[1:]),
            designs=[features[rows_k] for rows_k in rows],
            targets=[Y[rows_k] for rows_k in rows],
            weights=_rows_of_each_task(weights, rows),
            offsets=_rows_of_each_task(offset, rows),
            rows=rows,
            shape=y.shape,
            feature_names=feature_names(estimator, X),
        )

    def predict(self, model, X, coef, intercept, task):
        """Return the linear predictors of a table with task labels."""
        if not fitted_layout(model).predicts_labels:
            raise ValueError(
                f"This {type(model).__name__} was fitted without tasks; it cannot tell "
                f"tasks apart now. Fit it with task= or task_column."
            )
        X, labels, name = _read_long(model, X, task, reset=False, finite=True)
        codes = look_up(labels, model.tasks_, unseen=model.unseen_tasks, name=name)
        coef, intercept = _with_mean(model, codes, coef, intercept)
        present, codes = np.unique(codes, return_inverse=True)
        rows = rows_of_tasks(codes, len(present))
        X = by_rows(X)
        designs = [X[rows_k] for rows_k in rows]
        blocks = linear_per_task(designs, coef[:, present], intercept[present])
        return self.unstack(blocks, (X.shape[0], *intercept.shape[1:]), rows)

    def unstack(self, blocks, shape=None, rows=None):
        """Return an array with the values of each task in its rows."""
        values = np.full(shape, np.nan, dtype=np.result_type(*blocks))
        for rows_k, block in zip(rows, blocks, strict=True):
            values[rows_k] = block
        return values


SINGLE, SHARED = SingleLayout(), SharedLayout()
STACKED, LIST, DICT, LONG = StackedLayout(), ListLayout(), DictLayout(), LongLayout()
LAYOUTS: dict[str, Layout] = {
    layout.name: layout for layout in (SINGLE, SHARED, STACKED, LIST, DICT, LONG)
}


def fitted_layout(model) -> Any:
    """Return the layout that a model was fitted to.

    Returns
    -------
    layout : Layout, or None for an estimator without ``layout_``
    """
    name = getattr(model, "layout_", None)
    return None if name is None else LAYOUTS[name]


def find_layout(estimator, X, task):
    """Find the layout of X.

    Parameters
    ----------
    estimator : estimator
        Its parameter ``task_column`` is read, if it has one.
    X, task : object
        As given to ``fit`` or ``predict``.

    Returns
    -------
    layout : Layout
        For a table without task labels `SHARED`: only y tells whether it is `SINGLE`.
    X : object
        An array in place of nested lists in the stacked layout.

    Raises
    ------
    ValueError
        If X has too many axes, or labels are given twice or with one design per task.
    """
    refuse_lazy(X, "X")
    has_designs = has_task_designs(X)
    if isinstance(task, str):  # before a column of text is refused
        check_labels(task, len(X), "task")
    if _has_labels(estimator, task):
        if has_designs:
            raise ValueError(
                "Task labels (task= or task_column) belong to a table of shape "
                "(n_samples, n_features), but X holds one design per task."
            )
        return LONG, as_table(X)
    if not has_designs:
        return SHARED, as_table(X)
    if is_dict(X):
        return DICT, X
    refuse_masked(X, "X")
    X = _stack_or_list(X)
    return (LIST if isinstance(X, list) else STACKED), X


def read_task_data(estimator, X, y, sample_weight=None, task=None, offset=None):
    """Check the data of a fit, in any layout.

    Parameters
    ----------
    estimator : estimator
        Stores ``n_features_in_`` and the names of features. Its parameters
        ``task_column``, ``unseen_tasks`` and ``missing_targets`` are read.
    X, y, sample_weight, task, offset
        As given to ``fit``.

    Returns
    -------
    TaskData

    Raises
    ------
    ValueError
        If arguments do not fit together; the message names the argument and the task.
    """
    layout, X = find_layout(estimator, X, task)
    return layout.read(estimator, X, y, sample_weight, offset, task)


def linear_per_task(designs, coef, intercept):
    """Return ``X_k @ coef[:, k] + intercept[k]`` for every task k."""
    return [linear(X, coef[:, k], intercept[k]) for k, X in enumerate(designs)]


def has_task_designs(X):
    """Tell whether X holds one design per task, rather than one table of samples.

    A dict does, unless it holds groups of features, which is for the caller to know.
    """
    if isinstance(X, (list, tuple, Mapping)) and not is_sparse(X) and not X:
        raise ValueError("X is empty: it holds 0 tasks.")
    if is_dict(X):
        return True
    n_axes = _count_axes(X)
    if n_axes > 3:
        raise ValueError(
            f"X has {n_axes} axes; give (n_samples, n_features), or a stack or list of "
            f"such matrices."
        )
    return n_axes == 3


def _count_axes(X):
    """Count the axes of an array, or of nested lists by their first entries."""
    shape = getattr(X, "shape", None)
    if shape is not None:
        holds_objects = getattr(getattr(X, "dtype", None), "kind", "") == "O"
        if len(shape) == 1 and holds_objects and shape[0]:
            return 1 + _count_axes(X[0])
        return len(shape)
    if isinstance(X, (list, tuple)):
        return 1 + _count_axes(X[0]) if X else 1
    return 0


def _stack_or_list(X):
    """Return designs as an array (stacked layout) or a list (list layout)."""
    if getattr(X, "ndim", None) == 3:
        return X
    if all(isinstance(x, (list, tuple)) for x in X):
        try:
            return np.asarray(X, dtype=np.float64)
        except ValueError:  # tasks with different numbers of samples
            return list(X)
    return list(X)


def _has_labels(estimator, task):
    """Tell whether samples have task labels; raise if these are given twice."""
    column = getattr(estimator, "task_column", None)
    if column is not None and task is not None:
        raise ValueError(
            "Tasks are told either by task= or by the parameter task_column, "
            f"but not by both; got both, with task_column={column!r}."
        )
    return column is not None or task is not None


def _read_long(estimator, X, task, *, reset, finite=False):
    """Return the features, the task labels, and the name of the latter in messages."""
    if task is None:
        X, labels = cut_task_column(estimator, X, reset=reset, finite=finite)
        name = f"task_column={estimator.task_column!r}"
    else:
        X, labels = check_design(estimator, X, reset=reset, finite=finite), task
        name = "task"
    return X, check_labels(labels, X.shape[0], name), name


def _rows_of_each_task(values, rows):
    """Return the values of each task, or None for each if there are no values."""
    return [None if values is None else values[rows_k] for rows_k in rows]


def columns_of_dict(values, y):
    """Return a dict of one array per task as an array of columns, in the order of y."""
    if not is_dict(values):
        return values
    columns = [np.asarray(v) for v in entries_by_key(values, list(y), "y")]
    shapes = {column.shape for column in columns}
    if len(shapes) > 1 or columns[0].ndim != 1:
        raise ValueError(
            f"y is a dict of arrays of shapes {some_keys(sorted(shapes))}; beside one "
            f"table X every task needs one target per sample."
        )
    return np.stack(columns, axis=1)


def _check_target(estimator, y, name):
    """Check the targets of a fit, of all tasks or of one."""
    missing = getattr(estimator, "missing_targets", None)
    if missing is None:  # a classifier
        return check_target(y, name)
    return check_known_target(y, name, missing == "ignore")


def _with_mean(model, codes, coef, intercept):
    """Return coefficients with the mean ones at the end, if an unseen task is there."""
    if not np.any(codes == len(model.tasks_)):
        return coef, intercept
    mean = coef.mean(axis=1, keepdims=True)
    coef = np.concatenate([coef, mean], axis=1)
    mean = intercept.mean(axis=0, keepdims=True)
    return coef, np.concatenate([intercept, mean])


def _kind_of_designs(X):
    """Return text that says what X is, for a message."""
    return "is a dict" if is_dict(X) else "holds one design per task"


def _refuse_exchanged(X, y):
    """Raise if X looks like the targets of y."""
    shape: tuple[int, ...] = getattr(X, "shape", ())
    other: tuple[int, ...] = getattr(y, "shape", ())
    if len(shape) == 1 and len(other) == 2 and shape[0] == other[0]:
        raise ValueError(
            f"X has shape {shape} and y {other}: give X first, fit(X, y). A single "
            f"feature is X.reshape(-1, 1)."
        )


def _refuse_stack(X, y):
    """Raise for targets that do not fit an array of designs, with the likely fix."""
    n_tasks, n_samples = X.shape[:2]
    fix = f"y must have shape ({n_tasks}, {n_samples})"
    if y.shape[:2] == (n_samples, n_tasks):
        fix = "give y.T" if y.ndim == 2 else "give np.swapaxes(y, 0, 1)"
    elif y.shape == (n_tasks * n_samples,):
        fix = f"give y.reshape({n_tasks}, {n_samples}) if y holds task after task"
    elif y.shape == (n_samples,):
        fix += "; if all tasks have the same targets, np.tile(y, (n_tasks, 1))"
    elif y.shape[:1] == (n_samples,) and X.shape[1] != n_tasks:
        fix += f", one row per task and not one per sample: X holds {n_tasks} tasks"
    raise ValueError(
        f"X of shape {X.shape} holds {n_tasks} tasks of {n_samples} samples, but y has "
        f"shape {y.shape}: {fix}."
    )


def _refuse_joined_targets(X, y):
    """Raise if the targets of a list of designs are in one array, end to end."""
    shape: tuple[int, ...] = getattr(y, "shape", ())
    if len(shape) != 1 or shape[0] == len(X):
        return
    lengths = [x.shape[0] if hasattr(x, "shape") else len(x) for x in X]
    if shape[0] == sum(lengths):
        raise ValueError(
            f"X is a list of {len(X)} designs with {some_keys(lengths)} samples, but y "
            f"has shape {shape}, all tasks end to end: give a list, "
            f"np.split(y, {some_keys(np.cumsum(lengths)[:-1].tolist())})."
        )


def _as_columns(y, n_axes, where=""):
    """Return y with a last axis of columns; raise if it has other axes or is empty."""
    if y.ndim not in (n_axes, n_axes + 1):
        raise ValueError(
            f"{where}y must have {n_axes} or {n_axes + 1} axes beside this X, got "
            f"shape {y.shape}."
        )
    if y.size == 0:
        raise ValueError(f"{where}y of shape {y.shape} is empty.")
    return y[..., np.newaxis] if y.ndim == n_axes else y
