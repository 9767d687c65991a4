"""From a fitted model to the problem that it states, and its certificate."""

import numpy as np
from glm_reference import Column, Glm, duality_gap, null_excess, objective
from numpy.testing import assert_allclose
from plain import plain
from problems import tasks_of

from mutar_cy import GroupLassoClassifier


def columns_of(model, X, y, sample_weight=None, task=None, offset=None):
    """Return the columns that ``fit`` is to read from its arguments."""
    labels = model.tasks_ if task is not None else None
    if offset is None:
        offset = [np.zeros(v.shape) for v in y]
        offset = offset if isinstance(y, list) else np.array(offset)
    targets = list(tasks_of(X, y, sample_weight, task, labels))
    offsets = tasks_of(X, offset, None, task, labels)
    strengths = model.task_weight
    strengths = np.ones(len(targets)) if strengths is None else strengths
    found = []
    for (x, y_k, own), (_, o_k, _), c in zip(targets, offsets, strengths, strict=True):
        shape = (len(x), y_k.size // len(x))
        own = np.ones(len(x)) if own is None else own
        own = np.broadcast_to(np.reshape(own, (len(x), -1)), shape)
        columns = zip(y_k.reshape(shape).T, o_k.reshape(shape).T, own.T, strict=True)
        for v, o, w in columns:
            here = ~np.isnan(v) & (w > 0)
            weight = c * w[here] / w[here].sum()
            found.append(Column(x[here], v[here], weight, o[here]))
    return found


def groups_of(model, n_features):
    """Return the groups of a model with their weights, free features with 0."""
    weights = model.penalty_weights
    if isinstance(weights, str):
        weights = [np.sqrt(len(members)) for members in model.groups_]
    elif isinstance(weights, dict):
        sizes = [len(members) for members in model.groups_]
        names = zip(model.group_names_, sizes, strict=True)
        weights = [weights.get(name, np.sqrt(size)) for name, size in names]
    if model.alpha == 0:  # which penalises nothing
        weights = [weight if np.isinf(weight) else 0.0 for weight in weights]
    pairs = list(zip(model.groups_, weights, strict=True))
    owned = np.concatenate(model.groups_)
    free = np.setdiff1d(np.arange(n_features), owned)
    return [*pairs, *((np.array([j]), 0.0) for j in free)]


def glm_of(model, loss, columns):
    """Return the problem of a model for the given columns."""
    return Glm(
        loss,
        columns,
        groups_of(model, columns[0].X.shape[1]),
        float(model.alpha),
        float(model.l1_ratio),
        model.positive,
        model.fit_intercept,
    )


def problems_of(model, X, y, **given):
    """Yield the problems of a model, and the coefficients and intercepts it found."""
    if isinstance(X, dict):
        X = np.column_stack(list(X.values()))
    if not isinstance(model, GroupLassoClassifier):
        problem = glm_of(model, model.loss, read(model, X, y, **given))
        yield problem, model.coef_, model.intercept_
        return
    labels = model.classes_ if len(model.classes_) > 2 else model.classes_[1:]
    for found in zip(labels, model.coef_, model.intercept_, strict=True):
        several = isinstance(y, list)
        own = [np.equal(v, found[0]).astype(float) for v in (y if several else [y])]
        columns = read(model, X, own if several else own[0], **given)
        yield glm_of(model, "logistic", columns), *found[1:]


def read(model, X, y, offset=None, **given):
    """Return columns for whatever fit accepts."""
    return columns_of(model, **plain(model, X, y, **given), offset=offset)


def in_orthonormal_bases(problem, coef, intercept):
    """Return the problem of groups whose columns are orthonormal in every task."""
    columns, coef, intercept = [], coef.copy(), intercept.copy()
    for k, column in enumerate(problem.columns):
        X = column.X.copy()
        share = column.weight / column.weight.sum()
        root = np.sqrt(share)[:, None]
        for members, weight in problem.groups:
            if weight == 0:
                continue
            mean = share @ X[:, members] if problem.fit_intercept else 0.0
            Q, R = np.linalg.qr(root * (X[:, members] - mean))
            intercept[k] += np.sum(mean * coef[members, k])
            X[:, members] = Q / root
            coef[members, k] = R @ coef[members, k]
        columns.append(column._replace(X=X))
    return problem._replace(columns=columns), coef, intercept


def assert_certified(model, X, y, *, tol=None, **given):
    """Raise AssertionError unless a fitted model is optimal to its tolerance."""
    tol = model.tol if tol is None else tol
    rounding = 2e-6 if model.coef_.dtype == np.float32 else 1e-12
    reported = np.ravel(model.objective_)
    for (problem, coef, intercept), own in zip(
        problems_of(model, X, y, **given), reported, strict=True
    ):
        n_columns = len(problem.columns)
        coef = np.asarray(coef, dtype=np.float64).reshape(-1, n_columns)
        intercept = np.asarray(intercept, dtype=np.float64).reshape(n_columns)
        if model.standardize_groups:
            problem, coef, intercept = in_orthonormal_bases(problem, coef, intercept)
        null, gap = null_excess(problem), duality_gap(problem, coef, intercept)
        found = objective(problem, coef, intercept)
        assert gap <= (tol + rounding) * null + 1e-14, f"gap {gap:.3g} of {null:.3g}"
        assert_allclose(own, found, rtol=0, atol=10 * rounding * (null + abs(found)))


def fit(model, X, y, **given):
    """Fit a model, and see that it is optimal."""
    model.fit(X, y, **given)
    assert_certified(model, X, y, **given)
    return model
