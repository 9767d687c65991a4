"""One score per task, of a fitted estimator."""

from sklearn.metrics import check_scoring

from mutar_cy.model_selection._task_split import Scored


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
        What the estimator adds to its linear predictors, in the layout of y.

    Returns
    -------
    scores : dict from label to float
        One entry per task that has samples in X, in the order of ``tasks_``: of sorted
        labels, or 0, 1, ... where the layout has none. All are finite.

    Raises
    ------
    ValueError
        If a score is not finite, as R squared of a single sample: the message names
        the task. If a metric refuses the samples of a task, or the estimator the data.

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
    scorer = None if scoring is None else check_scoring(estimator, scoring=scoring)
    views = Scored(estimator, X, y, sample_weight, offset).views(task)
    return {view.samples.label: view.score(scorer) for view in views}
