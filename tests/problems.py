"""The optimisation problem that an estimator states, written out by hand.

Nothing here comes from the package: a problem is a list of columns (one task, or one
response of a task) and a list of blocks of coefficients, as the documentation defines
them, so that what is computed from it can judge the solvers.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse

# Models whose (last) convex problem takes every coefficient on its own.
ENTRYWISE = {"IndLasso", "Lasso", "ElasticNet", "IndRewLasso", "MultiLevelLasso"}


class Column(NamedTuple):
    """One column of coefficients: its rows, its targets and what they weigh."""

    X: np.ndarray  # (n, p) float64
    y: np.ndarray  # (n,) float64
    weight: np.ndarray  # (n,) float64; sums to the weight of the task


class Block(NamedTuple):
    """Coefficients ``W[rows][:, columns]`` under one norm of the given strength.

    With a finite ``entry`` they are split, ``W = P + Q``, at the least cost
    ``strength * norm(P) + entry * sum(abs(Q))``.
    """

    rows: np.ndarray
    columns: np.ndarray
    strength: float  # 0 is unpenalised, inf is excluded
    entry: float = np.inf


class Problem(NamedTuple):
    """Minimise the data term + sum of penalties of blocks + ridge / 2 * norm²."""

    columns: list
    blocks: list
    ridge: float = 0.0
    positive: bool = False
    fit_intercept: bool = True

    @property
    def n_features(self):
        return self.columns[0].X.shape[1]


def dense(X):
    """Return ``X`` as a float64 array, whatever holds it."""
    if hasattr(X, "n_rows"):  # read by chunks
        X = X[0 : len(X)]
    return np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=np.float64)


def column(X, y, sample_weight, task_weight):
    """Return one column without samples that miss their target or weigh nothing."""
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    kept = ~np.isnan(y) & (weight > 0)
    X, y, weight = X[kept], y[kept], weight[kept].astype(np.float64)
    return Column(X, y, task_weight * weight / weight.sum())


def tasks_of(X, y, sample_weight=None, task=None, labels=None):
    """Yield ``X_k (n, p), y_k (n,) or (n, q), sample_weight_k`` of every task."""
    if task is not None:
        X, y, task = dense(X), np.asarray(y), np.asarray(task)
        for label in labels:
            own = task == label
            yield X[own], y[own], None if sample_weight is None else sample_weight[own]
    elif isinstance(X, (list, tuple)) or getattr(X, "ndim", 2) == 3:
        weights = [None] * len(X) if sample_weight is None else sample_weight
        for x, target, weight in zip(X, y, weights, strict=True):
            yield dense(x), np.asarray(target), weight
    else:
        X, y = dense(X), np.asarray(y, dtype=np.float64)
        for target in y.reshape(len(y), -1).T:
            yield X, target, sample_weight


def columns_of(tasks, task_weight=None):
    """Return the columns of all tasks, responses of a task one after the other."""
    tasks = list(tasks)
    strengths = np.ones(len(tasks)) if task_weight is None else task_weight
    return [
        column(x, target, weight, strength)
        for (x, y_task, weight), strength in zip(tasks, strengths, strict=True)
        for target in np.asarray(y_task, dtype=np.float64).reshape(len(x), -1).T
    ]


def normalized(columns, normalize=True):
    """Return columns centred and divided by their sizes, and the sizes (p, C).

    The size is the weighted standard deviation for "std", else the l2 norm.
    """
    out, scales = [], []
    for X, y, weight in columns:
        share = weight / weight.sum()
        centred = X - share @ X
        scale = np.sqrt(share @ centred**2)
        scale *= 1.0 if normalize == "std" else np.sqrt(len(y))
        scale[scale == 0] = 1.0
        out.append(Column(centred / scale, y, weight))
        scales.append(scale)
    return out, np.array(scales).T


def group_blocks(
    n_features, n_columns, alpha, weights=None, groups=None, *, beta=np.inf
):
    """Blocks of GroupLasso or, with ``beta``, of DirtyModel: rows across all columns.

    Where one part of a split costs nothing, the whole costs nothing.
    """
    groups = [[j] for j in range(n_features)] if groups is None else groups
    weights = np.ones(len(groups)) if weights is None else weights
    every = np.arange(n_columns)
    alpha = 0.0 if beta == 0.0 else alpha
    beta = np.inf if alpha == 0.0 else beta
    return [
        Block(
            np.asarray(rows),
            every,
            excluding(alpha, weight),
            np.inf if weight == 0 else excluding(beta, weight),
        )
        for rows, weight in zip(groups, weights, strict=True)
    ]


def entry_blocks(n_features, n_columns, alpha, weights=None):
    """Blocks of IndLasso: every coefficient on its own, ``alpha`` per column."""
    alpha = np.broadcast_to(alpha, np.size(alpha))
    alpha = np.repeat(alpha, n_columns // len(alpha))
    weights = np.ones((n_features, 1)) if weights is None else np.asarray(weights)
    weights = weights[:, None] if weights.ndim == 1 else weights
    weights = np.repeat(weights, n_columns // weights.shape[1], axis=1)
    return [
        Block(np.array([j]), np.array([c]), excluding(alpha[c], weights[j, c]))
        for j in range(n_features)
        for c in range(n_columns)
    ]


def column_blocks(groups, n_columns, alpha, weights):
    """Blocks of IndLasso with groups: those of every column on its own."""
    alpha = np.repeat(alpha, n_columns // np.size(alpha))
    return [
        Block(np.asarray(rows), np.array([c]), excluding(alpha[c], weight))
        for c in range(n_columns)
        for rows, weight in zip(groups, weights, strict=True)
    ]


def groups_of(groups, n_features):
    """Return groups given by size or by lists of indices as lists of indices."""
    if groups is None or (isinstance(groups, int) and groups == 1):
        return None
    if isinstance(groups, int):
        return np.arange(n_features).reshape(-1, groups)
    masks = [np.asarray(g).dtype == bool for g in groups]
    pairs = zip(groups, masks, strict=True)
    return [np.flatnonzero(g) if mask else np.asarray(g) for g, mask in pairs]


def excluding(alpha, weight):
    """Return ``alpha * weight``, infinite wherever the weight is."""
    return np.inf if np.isinf(weight) else alpha * weight


def problem_of(model, X, y, *, sample_weight=None, task=None):
    """Return the problem that ``model.fit(X, y)`` documents.

    Of a model that is not convex, the last convex problem: the one whose penalty has
    its weights from the coefficients before.
    """
    labels = model.tasks_ if task is not None else None
    tasks = tasks_of(X, y, sample_weight, task, labels)
    columns = columns_of(tasks, getattr(model, "task_weight", None))
    n_features, n_columns = columns[0].X.shape[1], len(columns)
    name = type(model).__name__.removesuffix("CV")
    groups = groups_of(getattr(model, "groups", None), n_features)
    weights = getattr(model, "weights_", getattr(model, "penalty_weights", None))
    if isinstance(weights, str):  # "sqrt_size"
        weights = None if groups is None else np.sqrt([len(rows) for rows in groups])
    if isinstance(weights, dict):
        default = np.ones(n_features) if groups is None else [len(g) for g in groups]
        weights = [weights.get(g, w**0.5) for g, w in enumerate(default)]
    l1_ratio = getattr(model, "l1_ratio", 1.0) if "ElasticNet" in name else 1.0
    alpha = np.asarray(model.alpha, dtype=np.float64) * l1_ratio
    if name == "IndLasso" and groups is not None:
        weights = np.ones(len(groups)) if weights is None else np.asarray(weights)
        blocks = column_blocks(groups, n_columns, alpha, weights)
    elif name in ENTRYWISE:
        weights = None if weights is None else columnwise(weights)
        blocks = entry_blocks(n_features, n_columns, alpha, weights)
    else:
        beta = getattr(model, "beta", np.inf)
        beta = float(alpha) * n_columns**-0.25 if beta is None else beta
        blocks = group_blocks(
            n_features, n_columns, float(alpha), weights, groups, beta=beta
        )
    ridge = 0.0 if l1_ratio == 1.0 else float(model.alpha) * (1 - l1_ratio)
    positive = getattr(model, "positive", False)
    return Problem(columns, blocks, ridge, positive, model.fit_intercept)


def columnwise(weights):
    """Return weights of features, (p,), or of coefficients, (p, C)."""
    weights = np.asarray(weights)
    return weights if weights.ndim == 1 else weights.reshape(len(weights), -1)


def coefficients_of(model, n_features, n_columns):
    """Return ``coef_`` as (p, C) and ``intercept_`` as (C,), in float64."""
    coef = dense(model.coef_)
    if type(model).__module__.startswith("mutar_cy.linear_model") or type(
        model
    ).__module__.startswith("sklearn"):
        coef = np.atleast_2d(coef).T  # scikit-learn keeps (T, p)
    coef = coef.reshape(n_features, n_columns)
    intercept = np.asarray(model.intercept_, dtype=np.float64)
    return coef, np.broadcast_to(intercept.ravel(), n_columns)
