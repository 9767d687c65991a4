"""Scores of single tasks, and scorers over tasks."""

import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import check_scoring, get_scorer, make_scorer
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.metaestimators import available_if

from mutar_cy import tasks
from mutar_cy._lib import refuse_class, warn_user
from mutar_cy.inspection import innermost


def answers(method):
    """Return a check of whether the estimator of a view has a method."""
    return lambda view: hasattr(view.estimator, method)


class TaskSamples(NamedTuple):
    """The samples of one task."""

    label: Any
    X: Any  # (n_k, p)
    y: np.ndarray  # (n_k,) or (n_k, q)
    weight: np.ndarray | None  # (n_k,) or (n_k, q)
    answer: Callable  # from the name of a method to what it returns for X
    score: Callable  # the estimator's own score for these samples, without arguments


class TaskView:
    """Answers of a fitted estimator for the samples of one task.

    Parameters
    ----------
    estimator : estimator
    samples : TaskSamples
    """

    def __init__(self, estimator, samples):
        self.estimator, self.samples = estimator, samples

    @property
    def classes_(self):
        """The classes of a classifier."""
        return self.estimator.classes_

    @available_if(answers("predict"))
    def predict(self, X):
        """Return what the estimator predicts for these samples."""
        return self._answer("predict", X)

    @available_if(answers("predict_proba"))
    def predict_proba(self, X):
        """Return the probabilities of the classes for these samples."""
        return self._answer("predict_proba", X)

    @available_if(answers("decision_function"))
    def decision_function(self, X):
        """Return the linear predictors for these samples."""
        return self._answer("decision_function", X)

    def _answer(self, method, X):
        if X is not self.samples.X:
            raise ValueError(
                "A scorer over tasks can ask only for predictions for the X that it "
                "is given."
            )
        return self.samples.answer(method)

    def __sklearn_tags__(self):
        return get_tags(self.estimator)

    def score(self, scorer):
        """Return what a scorer makes of the answers, or the estimator's own score.

        Parameters
        ----------
        scorer : callable or None

        Returns
        -------
        score : float
            NaN if it is not defined for these samples.
        """
        label, X, y, weight, _, own_score = self.samples
        given = {} if weight is None else {"sample_weight": weight}
        try:
            with warnings.catch_warnings():  # it would not name the task
                warnings.simplefilter("ignore", UndefinedMetricWarning)
                score = own_score() if scorer is None else scorer(self, X, y, **given)
        except ValueError as error:
            name = tasks.format_label(label)
            raise ValueError(f"Task {name}: {error}") from error
        return float(score)

    def undefined(self, score):
        """Return the message for a score that is not a finite number."""
        label, n_samples = self.samples.label, len(self.samples.y)
        return (
            f"The score of task {tasks.format_label(label)} with {n_samples} sample(s) "
            f"is {score}: it may not be defined for so few samples, as R squared is "
            f"for two or more. Score with another metric, such as "
            f"scoring='neg_mean_squared_error', or leave the task out."
        )


def leave_out_missing(samples):
    """Return the samples of a task without those that miss a target."""
    missing = np.isnan(samples.y.reshape(len(samples.y), -1)).any(axis=1)
    if not missing.any():
        return samples
    if missing.all():
        name = tasks.format_label(samples.label)
        raise ValueError(f"Task {name} has no sample with a known target.")
    kept, answer = ~missing, samples.answer
    return samples._replace(
        X=tasks.take_samples(samples.X, kept),
        y=samples.y[kept],
        weight=None if samples.weight is None else samples.weight[kept],
        answer=lambda method: answer(method)[kept],
    )


NO_DEFAULT = (
    "{name} has no score of its own for each column of y; pass scoring=, for instance "
    "'r2'."
)
NO_LABELS_TO_SCORE = (
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
        refuse_class(estimator, "A score")
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
        elif self._has_own_designs():
            entries = self._own()
        else:
            entries = self._table()
        if self.missing:
            entries = [leave_out_missing(samples) for samples in entries]
        return [TaskView(self.estimator, samples) for samples in entries]

    def _has_own_designs(self):
        """Tell whether X holds one design per task; a dict may hold groups instead."""
        if tasks.is_dict(self.X):
            return tasks.is_dict(self.y)
        return tasks.has_task_designs(self.X)

    def _refuse_table_of_tasks(self, column):
        """Raise if the samples of X belong to tasks, and nothing says to which."""
        layout = tasks.fitted_layout(self.model)
        has_labels = layout is not None and layout.has_labels
        if (has_labels or column is not None) and not self._has_own_designs():
            raise ValueError(
                NO_LABELS_TO_SCORE.format(name=type(self.model).__name__, column=column)
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
        X, labels = self.X, self._labels(len(self.X))
        y = tasks.task_list(self.y, labels, "y")
        targets = [
            self._target(y_k, f"y of task {label!r}")
            for label, y_k in zip(labels, y, strict=True)
        ]
        shapes = [y_k.shape for y_k in targets]
        weights = tasks.check_task_weights(self.weight, shapes, labels)
        weighted = {**self.given}
        if self.weight is not None:
            weighted["sample_weight"] = self.weight
        ask = cache(partial(self._ask, X, self.given))
        score = cache(partial(self.estimator.score, X, self.y, **weighted))
        places = labels if tasks.is_dict(X) else range(len(X))
        entries = zip(labels, places, targets, weights, strict=True)
        for label, k, y_k, weight in entries:
            parts = partial(_entry, ask, k), partial(_entry, score, k)
            yield TaskSamples(label, X[k], y_k, weight, *parts)

    def _labels(self, n_tasks):
        """Return the labels of tasks in the order of X or of the columns of y."""
        if tasks.is_dict(self.X) and getattr(self.model, "_joined", None) is None:
            return list(self.X)
        known = getattr(self.model, "tasks_", range(0))
        return tasks.to_python(known) if len(known) == n_tasks else range(n_tasks)

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
            yield TaskSamples(self._labels(1)[0], self.X, y, weight, ask, score)
            return
        columns = {name: list(np.asarray(v).T) for name, v in weighted.items()}
        if weight is not None and weight.ndim == 1:
            columns["sample_weight"] = [weight] * y.shape[1]
        if hasattr(self.estimator, "layout_") and not tasks.is_dict(self.X):
            X = [self.X] * y.shape[1]  # fitted to a table, it knows own designs too
            score = cache(partial(self.estimator.score, X, list(y.T), **columns))
        else:
            score = self._refuse
        weights = columns.get("sample_weight", [None] * y.shape[1])
        entries = zip(self._labels(y.shape[1]), y.T, weights, strict=True)
        for k, (label, y_k, weight_k) in enumerate(entries):
            parts = partial(_column, ask, k), partial(_entry, score, k)
            yield TaskSamples(label, self.X, y_k, weight_k, *parts)

    def _refuse(self):
        raise ValueError(NO_DEFAULT.format(name=type(self.estimator).__name__))


def _entry(function, k, *given):
    return function(*given)[k]


def _column(function, k, *given):
    return function(*given)[:, k]


def score_tasks(
    estimator,
    X,
    y,
    *,
    scoring=None,
    sample_weight=None,
    task=None,
    offset=None,
):
    """Score a fitted estimator on each task by itself.

    Parameters
    ----------
    estimator : estimator
        Fitted. A pipeline, a search or a transformed target around one will do.
    X : array-like, sparse matrix, DataFrame, dict, or one matrix per task
        In a layout that the estimator predicts for.
    y : array-like, or one per task
        The targets, in the layout of X.
    scoring : str or callable, default=None
        The name of a scorer of scikit-learn (see `sklearn.metrics.get_scorer_names`),
        such as "r2", "neg_mean_absolute_error" or "accuracy"; or a callable
        ``(estimator, X, y) -> float`` that is given the samples of one task and may ask
        the estimator for predictions for this X. By default, the estimator's own score:
        the coefficient of determination R squared, the explained deviance D squared,
        or the accuracy.
    sample_weight : float or array-like, default=None
        Weights in the layout of y.
    task : array-like of shape (n_samples,), default=None
        The label of every sample's task, if X is a long table and the estimator has no
        ``task_column``.
    offset : array-like, default=None
        Offsets of the linear predictors, in the layout of y.

    Returns
    -------
    scores : dict from label to float
        One entry per task that has samples in X, in the order of ``tasks_``, or of X
        if it is a dict. NaN where a score is not defined, as R squared of a single
        sample; ``score`` does the same.

    Raises
    ------
    ValueError
        If a metric refuses the samples of a task, or the estimator the data.

    Warns
    -----
    UndefinedMetricWarning
        If a score is not defined: the message names the task.

    See Also
    --------
    make_task_scorer : One number over all tasks, for searches.

    Notes
    -----
    Samples whose target is missing are left out if the estimator has
    ``missing_targets="ignore"``. With several responses per task, a sample that misses
    one of them is left out, except in the estimator's own score.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.model_selection import score_tasks
    >>> X = np.arange(16.0).reshape(8, 2) % 5
    >>> task = np.repeat(["Bergen", "Oslo"], 4)
    >>> y = np.where(task == "Oslo", X[:, 0], 2 * X[:, 1]) + [0, 1, 0, 1, 0, 0, 0, 0]
    >>> model = GroupLasso(alpha=0.1).fit(X, y, task=task)
    >>> scores = score_tasks(model, X, y, task=task)
    >>> {label: round(score, 3) for label, score in scores.items()}
    {'Bergen': 0.993, 'Oslo': 0.998}
    """
    if isinstance(scoring, list | tuple | set | dict):
        raise ValueError(
            f"scoring must be one metric, got a {type(scoring).__name__} of them."
        )
    refuse_class(estimator, "score_tasks")
    scorer = None if scoring is None else check_scoring(estimator, scoring=scoring)
    views = Scored(estimator, X, y, sample_weight, offset).views(task)
    scores = {}
    for view in views:
        score = view.score(scorer)
        scores[view.samples.label] = score
        if not np.isfinite(score):
            warn_user(view.undefined(score), UndefinedMetricWarning)
    return scores


AGGREGATES = {"mean": np.mean, "min": np.min, "median": np.median}


class TaskScorer(BaseEstimator):
    """Score every task by itself, and put the scores together.

    It is an estimator only in name: this gives it parameters, a representation and
    requests of metadata.

    Parameters
    ----------
    scorer : callable
        A scorer of scikit-learn's.
    aggregate : {"mean", "min", "median"} or callable
    task_column : int, str or None
    """

    # Labels and offsets are needed wherever they are given; weights are a choice.
    __metadata_request__score = {"estimator": UNUSED, "task": True, "offset": True}

    def __init__(self, scorer, aggregate, task_column):
        self.scorer = scorer
        self.aggregate = aggregate
        self.task_column = task_column

    def score(self, estimator, X, y, sample_weight=None, task=None, offset=None):
        """Return one number; `make_task_scorer` says which."""
        data = Scored(estimator, X, y, sample_weight, offset)
        views = data.views(task, self.task_column)
        scores = np.array([view.score(self.scorer) for view in views])
        undefined = np.flatnonzero(~np.isfinite(scores))
        if len(undefined):
            first = undefined[0]
            raise ValueError(views[first].undefined(scores[first]))
        aggregate = AGGREGATES.get(self.aggregate, self.aggregate)
        number = float(aggregate(scores))
        if not np.isfinite(number):
            raise ValueError(f"aggregate={self.aggregate!r} of {scores} is {number}.")
        return number

    __call__ = score


def make_task_scorer(
    metric,
    *,
    aggregate="mean",
    task_column=None,
    greater_is_better=True,
    response_method="predict",
    **kwargs,
):
    """Make a scorer that scores every task by itself and puts the scores together.

    In a long table, a score over all samples lets tasks with many samples, or with
    large targets, decide. This one gives every task the same say, or heeds the worst.

    Parameters
    ----------
    metric : str or callable
        The name of a scorer of scikit-learn (see `sklearn.metrics.get_scorer_names`),
        or a metric ``(y_true, y_pred, **kwargs) -> float`` as in `sklearn.metrics`.
    aggregate : {"mean", "min", "median"} or callable, default="mean"
        How to put the scores of the tasks together. A callable is given an array of
        shape (n_tasks,).
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. Without it, the
        parameter ``task_column`` of the estimator, unless ``task`` is passed. Needed
        where the estimator is inside a pipeline.
    greater_is_better : bool, default=True
        If not, ``metric`` is an error, and its sign is changed. Of a name, the sign is
        known.
    response_method : str or tuple of str, default="predict"
        What ``metric`` is to compare with the targets: "predict", "predict_proba" or
        "decision_function". Of a name, this is known.
    **kwargs : object
        What else to pass to ``metric``.

    Returns
    -------
    scorer : callable
        As ``scorer(estimator, X, y, sample_weight=None, task=None, offset=None)`` it
        returns a float; give it to tools of scikit-learn as ``scoring``. With metadata
        routing enabled, it asks for ``task`` and ``offset`` by itself, and for
        ``sample_weight`` after ``set_score_request(sample_weight=True)``.

    Raises
    ------
    ValueError
        If ``metric`` is the name of no scorer, or is a name and comes with what is
        for a function; or if ``aggregate`` is none of those above.

    See Also
    --------
    score_tasks : The scores of all tasks.
    sklearn.metrics.make_scorer : The same for all samples together.

    Notes
    -----
    The scorer raises a ValueError that names the task where a score is not finite, as
    R squared of a single sample. Tools of scikit-learn make a warning of that, and a
    score of NaN, unless they are told ``error_score="raise"``.

    Where y has a column per task, or X holds one design per task, no labels are needed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.model_selection import TaskKFold, make_task_scorer
    >>> rng = np.random.default_rng(0)
    >>> X = np.column_stack([np.arange(60) % 3, rng.standard_normal((60, 4))])
    >>> y = (1 + X[:, 0]) * X[:, 1] + 0.3 * rng.standard_normal(60)
    >>> model, folds = GroupLasso(0.1, task_column=0), TaskKFold(3, task_column=0)
    >>> worst = make_task_scorer("r2", aggregate="min")
    >>> scores = cross_val_score(model, X, y, cv=folds, scoring=worst)
    >>> [f"{score:.2f}" for score in scores]
    ['0.74', '0.89', '0.87']
    """
    if not (
        aggregate in AGGREGATES if isinstance(aggregate, str) else callable(aggregate)
    ):
        raise ValueError(
            f"aggregate must be one of {list(AGGREGATES)} or a callable, got "
            f"{aggregate!r}."
        )
    if callable(metric):
        scorer = make_scorer(
            metric,
            greater_is_better=greater_is_better,
            response_method=response_method,
            **kwargs,
        )
        return TaskScorer(scorer, aggregate, task_column)
    if not isinstance(metric, str):
        raise ValueError(
            f"metric must be the name of a scorer or a function, got {metric!r}."
        )
    if kwargs or not greater_is_better or response_method != "predict":
        raise ValueError(
            f"greater_is_better, response_method and arguments of a metric are for a "
            f"function; metric={metric!r} is a scorer, which knows them."
        )
    return TaskScorer(get_scorer(metric), aggregate, task_column)
