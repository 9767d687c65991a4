"""The five layouts of data: reading, prediction, selection of rows, and output."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from mutar_cy.tasks._arrays import (
    by_rows,
    check_design,
    check_offset,
    check_stack_of_designs,
    check_target,
    check_task_offsets,
    check_task_weights,
    check_weights,
    linear,
    refuse_masked,
    same_length,
    task_list,
)
from mutar_cy.tasks._labels import (
    check_labels,
    cut_task_column,
    encode,
    feature_names,
    look_up,
    rows_of_tasks,
)
from mutar_cy.tasks._task_data import TaskData, take_designs

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
        X_checked = check_design(estimator, X, reset=True)
        y = check_target(y, "y", missing=_allows_missing(estimator))
        Y = _as_columns(y, 1)
        same_length(X_checked, y)
        return TaskData(
            layout=SINGLE if y.ndim == 1 else SHARED,
            labels=np.arange(Y.shape[1]),
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
        if not fitted.predicts_designs:
            raise ValueError(
                f"X holds one design per task, but this {name} was fitted "
                f"to a table of shape (n_samples, n_features) ({fitted.name} layout)."
            )
        if len(X) != len(model.tasks_):
            raise ValueError(
                f"X holds {len(X)} tasks, but {name} was fitted to {len(model.tasks_)}."
            )
        X = self._check_designs(model, X, reset=False, finite=True)
        return self.unstack(linear_per_task(X, coef, intercept))


class StackedLayout(_LayoutOfDesigns):
    """One design per task, in an array of shape (n_tasks, n_samples, n_features)."""

    name = "stacked"

    def _check_designs(self, estimator, X, *, reset, finite=False):
        return check_stack_of_designs(estimator, X, reset=reset, finite=finite)

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check an array of designs and an array of targets."""
        designs = self._check_designs(estimator, X, reset=True)
        y = check_target(y, "y", missing=_allows_missing(estimator))
        Y = _as_columns(y, 2)
        n_tasks, n_samples = designs.shape[:2]
        if Y.shape[0] != n_tasks:
            raise ValueError(f"X holds {n_tasks} tasks, but y holds {Y.shape[0]}.")
        if Y.shape[1] != n_samples:
            raise ValueError(
                f"X has {n_samples} samples per task, but y has {Y.shape[1]}."
            )
        shapes = [y.shape[1:]] * n_tasks
        return TaskData(
            layout=self,
            labels=np.arange(n_tasks),
            columns=(n_tasks, *y.shape[2:]),
            designs=list(designs),
            targets=list(Y),
            weights=check_task_weights(sample_weight, shapes),
            offsets=check_task_offsets(offset, shapes),
            feature_names=feature_names(estimator, X),
        )

    def unstack(self, blocks, shape=None, rows=None):
        """Return an array of shape (n_tasks, n_samples, ...)."""
        return np.stack(blocks)


class ListLayout(_LayoutOfDesigns):
    """One design per task, in a list."""

    name = "list"

    def _check_designs(self, estimator, X, *, reset, finite=False):
        """Check every design; an object given several times is checked once."""
        checked: dict = {}
        for k, design in enumerate(X):
            if id(design) in checked:
                continue
            try:
                checked[id(design)] = check_design(
                    estimator, design, reset=reset and k == 0, finite=finite
                )
            except ValueError as error:
                raise ValueError(f"Task {k}: {error}") from error
        return [checked[id(design)] for design in X]

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check a list of designs and a list of targets."""
        designs = self._check_designs(estimator, X, reset=True)
        y = task_list(y, len(X), "y")
        missing = _allows_missing(estimator)
        y = [
            check_target(y_k, f"y of task {k}", missing=missing)
            for k, y_k in enumerate(y)
        ]
        Y = [_as_columns(y_k, 1, f"Task {k}: ") for k, y_k in enumerate(y)]
        for k, (design, y_k) in enumerate(zip(designs, y, strict=True)):
            same_length(design, y_k, f"Task {k}: ")
            if y_k.shape[1:] != y[0].shape[1:]:
                raise ValueError(
                    f"Task {k}: y has shape {y_k.shape}, but task 0 has {y[0].shape}; "
                    f"every task must have the same number of responses."
                )
        shapes = [y_k.shape for y_k in y]
        return TaskData(
            layout=self,
            labels=np.arange(len(X)),
            columns=(len(X), *y[0].shape[1:]),
            designs=designs,
            targets=Y,
            weights=check_task_weights(sample_weight, shapes),
            offsets=check_task_offsets(offset, shapes),
            feature_names=feature_names(estimator, X),
        )

    def unstack(self, blocks, shape=None, rows=None):
        """Return the list of arrays."""
        return blocks


class LongLayout(Layout):
    """One table; labels say which task a sample belongs to."""

    name = "long"
    has_labels = True
    predicts_designs = False

    def read(self, estimator, X, y, sample_weight, offset, task):
        """Check a table; the rows of each task become a view of it where possible."""
        features, labels, name = _read_long(estimator, X, task, reset=True)
        y = check_target(y, "y", missing=_allows_missing(estimator))
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
        if np.any(codes == len(model.tasks_)):  # an unseen task
            mean = coef.mean(axis=1, keepdims=True)
            coef = np.concatenate([coef, mean], axis=1)
            mean = intercept.mean(axis=0, keepdims=True)
            intercept = np.concatenate([intercept, mean])
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
STACKED, LIST, LONG = StackedLayout(), ListLayout(), LongLayout()
LAYOUTS: dict[str, Layout] = {
    layout.name: layout for layout in (SINGLE, SHARED, STACKED, LIST, LONG)
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
    has_designs = has_task_designs(X)
    if _has_labels(estimator, task):
        if has_designs:
            raise ValueError(
                "Task labels (task= or task_column) belong to a table of shape "
                "(n_samples, n_features), but X holds one design per task."
            )
        return LONG, X
    if not has_designs:
        return SHARED, X
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
    """Tell whether X holds one design per task, rather than one table of samples."""
    if isinstance(X, (list, tuple)) and not X:
        raise ValueError("X is empty: it holds 0 tasks.")
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


def _allows_missing(estimator):
    return getattr(estimator, "missing_targets", "raise") == "ignore"


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
