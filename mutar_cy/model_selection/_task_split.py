"""Data to be scored, in any layout, cut into tasks."""

from collections.abc import Callable, Mapping
from functools import cache, partial

import numpy as np

from mutar_cy import tasks
from mutar_cy.inspection import innermost
from mutar_cy.model_selection._task_views import (
    TaskSamples,
    TaskView,
    leave_out_missing,
)

NO_DEFAULT = (
    "{name} has no score of its own for each column of y; pass scoring=, for instance "
    "'r2'."
)
NO_LABELS = (
    "This {name} was fitted with tasks (task_column={column!r}), but nothing says "
    "which task the samples to be scored belong to: pass task=, or give "
    "make_task_scorer a task_column. In tools of scikit-learn, task= needs metadata "
    "routing."
)


class Scored:
    """A fitted estimator and the data that it is to be scored on.

    Parameters
    ----------
    estimator : estimator
    X, y : object
        In any layout.
    sample_weight, offset : object, default=None
        In the layout of y.
    """

    def __init__(self, estimator, X, y, sample_weight=None, offset=None):
        while hasattr(estimator, "best_estimator_"):  # whose predict takes X only
            estimator = estimator.best_estimator_
        self.estimator, self.X, self.y = estimator, X, y
        self.weight = sample_weight
        self.given = {} if offset is None else {"offset": offset}
        self.model = innermost(estimator)
        missing_targets = getattr(self.model, "missing_targets", "raise")
        self.missing = missing_targets == "ignore"

    def views(self, task=None, task_column=None):
        """Return a `TaskView` per task, in the order of the tasks.

        Parameters
        ----------
        task : array-like of shape (n_samples,), default=None
        task_column : int or str, default=None
            What tells the tasks if ``task`` does not; without it, the parameter of
            this name of the estimator.
        """
        labels, column = task, getattr(self.model, "task_column", None)
        if task_column is None and self.estimator is self.model:
            task_column = column
        if task_column is not None:
            if task is not None:
                raise ValueError(
                    f"Tasks are told by task= or by a task_column, but not by both; "
                    f"got both, with task_column={task_column!r}."
                )
            labels = tasks.labels_in_column(self.X, task_column)
        elif task is None:
            self._refuse_table_of_tasks(column)
        elif column is None and hasattr(self.model, "layout_"):
            self.given["task"] = task
        if labels is not None:
            entries = self._long(labels)
        elif tasks.has_task_designs(self.X):
            entries = self._own()
        else:
            entries = self._table()
        if self.missing:
            entries = [leave_out_missing(samples) for samples in entries]
        return [TaskView(self.estimator, samples) for samples in entries]

    def _refuse_table_of_tasks(self, column):
        """Raise if the samples of X belong to tasks, and nothing says to which."""
        layout = tasks.fitted_layout(self.model)
        has_labels = layout is not None and layout.has_labels
        if (has_labels or column is not None) and not tasks.has_task_designs(self.X):
            raise ValueError(
                NO_LABELS.format(name=type(self.model).__name__, column=column)
            )

    def _target(self, y, name):
        """Return targets as an array; they may be labels of classes."""
        if y is None or self.missing:
            return tasks.check_target(y, name, missing=self.missing)
        return np.asarray(y)

    def _ask(self, X, given, method):
        return getattr(self.estimator, method)(X, **given)

    def _long(self, labels):
        y = self._target(self.y, "y")
        weight = tasks.check_weights(self.weight, y.shape)
        tasks.check_offset(self.given.get("offset"), y.shape)
        labels = tasks.check_labels(labels, len(y), "task")
        found, codes = tasks.encode(labels, "task")
        for k, label in enumerate(tasks.to_python(found)):
            own = np.flatnonzero(codes == k)
            X_k = tasks.take_samples(self.X, own)
            given = {name: np.asarray(v)[own] for name, v in self.given.items()}
            weight_k = None if weight is None else weight[own]
            weighted = given if weight is None else {**given, "sample_weight": weight_k}
            answer = partial(self._ask, X_k, given)
            score = partial(self.estimator.score, X_k, y[own], **weighted)
            yield TaskSamples(label, X_k, y[own], weight_k, answer, score)

    def _own(self):
        """One design per task: the estimator answers for all of them at once."""
        X, y = self.X, tasks.task_list(self.y, len(self.X), "y")
        targets = [self._target(y_k, f"y of task {k}") for k, y_k in enumerate(y)]
        weights = tasks.check_task_weights(self.weight, [y_k.shape for y_k in targets])
        weighted = {**self.given}
        if self.weight is not None:
            weighted["sample_weight"] = self.weight
        ask = cache(partial(self._ask, X, self.given))
        score = cache(partial(self.estimator.score, X, self.y, **weighted))
        for k, (y_k, weight) in enumerate(zip(targets, weights, strict=True)):
            parts = partial(_entry, ask, k), partial(_entry, score, k)
            yield TaskSamples(k, X[k], y_k, weight, *parts)

    def _table(self):
        """One design: a single task, or a column of y per task."""
        y = self._target(self.y, "y")
        weight = tasks.check_weights(self.weight, y.shape)
        weighted = {**self.given}
        if weight is not None:
            weighted["sample_weight"] = weight
        ask = cache(partial(self._ask, self.X, self.given))
        if y.ndim == 1:
            score: Callable = partial(self.estimator.score, self.X, y, **weighted)
            yield TaskSamples(0, self.X, y, weight, ask, score)
            return
        columns = {name: list(np.asarray(v).T) for name, v in weighted.items()}
        if weight is not None and weight.ndim == 1:
            columns["sample_weight"] = [weight] * y.shape[1]
        if hasattr(self.estimator, "layout_") and not isinstance(self.X, Mapping):
            X = [self.X] * y.shape[1]  # fitted to a table, it knows own designs too
            score = cache(partial(self.estimator.score, X, list(y.T), **columns))
        else:
            score = self._refuse
        weights = columns.get("sample_weight", [None] * y.shape[1])
        for k, (y_k, weight_k) in enumerate(zip(y.T, weights, strict=True)):
            parts = partial(_column, ask, k), partial(_entry, score, k)
            yield TaskSamples(k, self.X, y_k, weight_k, *parts)

    def _refuse(self):
        raise ValueError(NO_DEFAULT.format(name=type(self.estimator).__name__))


def _entry(function, k, *given):
    return function(*given)[k]


def _column(function, k, *given):
    return function(*given)[:, k]
