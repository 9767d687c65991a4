"""What a fitted model says about new data, in the layout of y."""

import numpy as np

from mutar_cy.tasks._arrays import (
    by_rows,
    check_design,
    check_stack_of_designs,
    linear,
    refuse_masked,
)
from mutar_cy.tasks._labels import look_up, rows_of_tasks
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
    unstack,
    wants_labels,
)

WITHOUT_TASKS = (
    "This {name} was fitted with tasks ({layout} layout), so X of shape "
    "(n_samples, n_features) alone does not say which task a sample belongs to. "
    "Either pass task=, one label per sample, or set the parameter task_column before "
    "fit and keep the labels in a column of X. Searches and other tools of "
    "scikit-learn pass task= to fit, but to score and predict only with metadata "
    "routing: sklearn.set_config(enable_metadata_routing=True), and the estimator's "
    "set_fit_request(task=True), set_score_request(task=True)."
)


def predict(model, X, task=None):
    """Predict with a fitted linear model, as `linear_predictor`."""
    return linear_predictor(model, X, model.coef_, model.intercept_, task)


def linear_predictor(model, X, coef, intercept, task=None):
    """Return ``X @ coef + intercept``, in the layout that X (and task) are in.

    Parameters
    ----------
    model : estimator
        Fitted, with ``tasks_``, ``layout_`` and the parameters ``task_column`` and
        ``unseen_tasks``.
    X : array-like, sparse matrix, DataFrame, or one of them per task
    coef : ndarray of shape (n_features, ...)
        With an axis for tasks, unless there is a single one, and any axes behind it.
    intercept : ndarray of the shape of one row of ``coef``
    task : array-like of shape (n_samples,), default=None

    Returns
    -------
    y : ndarray, or a list of them if X is a list of designs
    """
    own = has_own_designs(X)
    if wants_labels(model, task):
        if own:
            raise ValueError(
                "Task labels (task= or task_column) belong to an X of shape "
                "(n_samples, n_features), but X holds one design per task."
            )
        return _predict_long(model, X, coef, intercept, task)
    if own:
        return _predict_own(model, X, coef, intercept)
    if model.layout_ not in (SINGLE, SHARED):
        raise ValueError(
            WITHOUT_TASKS.format(name=type(model).__name__, layout=model.layout_)
        )
    X = check_design(model, X, reset=False, finite=True)
    return linear(X, coef, intercept)


def _predict_own(model, X, coef, intercept):
    """Predict for one design per task."""
    if model.layout_ in (SINGLE, LONG):
        raise ValueError(
            f"X holds one design per task, but this {type(model).__name__} was fitted "
            f"to a table of shape (n_samples, n_features) ({model.layout_} layout)."
        )
    refuse_masked(X, "X")
    X = design_list(X)
    if len(X) != len(model.tasks_):
        raise ValueError(
            f"X holds {len(X)} tasks, but {type(model).__name__} was fitted to "
            f"{len(model.tasks_)}."
        )
    kind = RAGGED if isinstance(X, list) else STACKED
    check = check_design_list if kind == RAGGED else check_stack_of_designs
    X = check(model, X, reset=False, finite=True)
    return unstack(kind, linear_per_task(X, coef, intercept))


def linear_per_task(designs, coef, intercept):
    """Return ``X_k @ coef[:, k] + intercept[k]`` for every task k."""
    return [linear(X, coef[:, k], intercept[k]) for k, X in enumerate(designs)]


def _predict_long(model, X, coef, intercept, task):
    """Predict for a table whose samples carry task labels."""
    if model.layout_ == SINGLE:
        raise ValueError(
            f"This {type(model).__name__} was fitted without tasks; it cannot tell "
            f"tasks apart now. Fit it with task= or task_column."
        )
    X, labels, name = read_long(model, X, task, reset=False, finite=True)
    unseen = model.unseen_tasks
    codes = look_up(labels, model.tasks_, unseen=unseen, name=name)
    if np.any(codes == len(model.tasks_)):
        mean = coef.mean(axis=1, keepdims=True), intercept.mean(axis=0, keepdims=True)
        coef = np.concatenate([coef, mean[0]], axis=1)
        intercept = np.concatenate([intercept, mean[1]])
    present, codes = np.unique(codes, return_inverse=True)
    rows = rows_of_tasks(codes, len(present))
    X = by_rows(X)
    designs = [X[own] for own in rows]
    blocks = linear_per_task(designs, coef[:, present], intercept[present])
    return unstack(LONG, blocks, (X.shape[0], *intercept.shape[1:]), rows)


def residuals(problem, coef, intercept):
    """Return the targets less what the fit makes of them, in the layout of y."""
    if problem.kind in (SINGLE, SHARED):
        blocks = [linear(problem.designs[0], coef, intercept)]
    else:
        blocks = linear_per_task(problem.designs, coef, intercept)
    blocks = [
        Y - guess.reshape(Y.shape)
        for Y, guess in zip(problem.targets, blocks, strict=True)
    ]
    return in_layout(problem, blocks)


def in_layout(problem, blocks):
    """Return one array per design, each shaped as its targets, in the layout of y."""
    flat = problem.kind != SHARED and len(problem.columns) < 2
    blocks = [
        (block[:, 0] if flat else block).astype(problem.dtype, copy=False)
        for block in blocks
    ]
    return unstack(problem.kind, blocks, problem.shape, problem.rows)
