"""One number over the scores of all tasks, as scikit-learn's searches take it."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import get_scorer, make_scorer
from sklearn.utils.metadata_routing import UNUSED

from mutar_cy.model_selection._task_split import Scored

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
