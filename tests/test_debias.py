"""Amplitudes fitted again by one factor per feature or group."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from mutar_cy import GroupLasso, GroupLassoClassifier, IndLasso, IndRewLasso
from mutar_cy.inference import debias
from mutar_cy.linear_model import MultiTaskLasso


def cohorts(sizes=(50, 40), p=8, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, p)) + 0.5 for n in sizes]
    y = [
        x[:, :3] @ rng.standard_normal(3) + 0.5 * rng.standard_normal(len(x)) for x in X
    ]
    return X, y


def objective(factors, coef, X, y, weights):
    """Return the sum over tasks of mean squared residuals about the best intercept."""
    total = 0.0
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        residual = v - x @ (factors * coef[:, k])
        mean = np.average(residual, weights=weights[k])
        total += np.average((residual - mean) ** 2, weights=weights[k]) / 2
    return total


@pytest.mark.parametrize("model", [GroupLasso(0.3), IndLasso(0.2)])
@pytest.mark.parametrize("weighted", [False, True])
def test_factors_minimise_the_objective(model, weighted):
    X, y = cohorts()
    rng = np.random.default_rng(1)
    weights = [rng.uniform(0.5, 2, len(v)) for v in y]
    given = {"sample_weight": weights} if weighted else {}
    weights = weights if weighted else [np.ones(len(v)) for v in y]
    model.fit(X, y, **given)
    found = debias(model, X, y, **given)
    reference = minimize(
        objective,
        np.ones(8),
        args=(model.coef_, X, y, weights),
        bounds=[(1.0, None)] * 8,
        tol=1e-14,
    )
    value = objective(found.factors, model.coef_, X, y, weights)
    assert value <= reference.fun + 1e-10
    assert (found.factors >= 1.0).all()
    assert (found.factors[~model.get_support()] == 1.0).all()
    assert found.factors.max() > 1.1
    assert_allclose(found.coef, found.factors[:, None] * model.coef_)
    for k in range(2):
        residual = y[k] - X[k] @ found.coef[:, k] - found.intercept[k]
        assert_allclose(np.average(residual, weights=weights[k]), 0.0, atol=1e-10)


def test_a_group_has_one_factor():
    X, y = cohorts()
    model = GroupLasso(0.3, groups=2).fit(X, y)
    found = debias(model, X, y)
    assert found.factors.shape == (4,)
    assert_allclose(found.coef, np.repeat(found.factors, 2)[:, None] * model.coef_)
    assert found.factors.max() > 1.05


def test_drop_ins_and_single_tasks_keep_their_shapes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 5))
    Y = X[:, :1] * [1.0, -2.0] + 0.1 * rng.standard_normal((40, 2))
    rows = debias(MultiTaskLasso(0.5).fit(X, Y), X, Y)
    ours = debias(GroupLasso(0.5).fit(X, Y), X, Y)
    assert rows.coef.shape == (2, 5)
    assert_allclose(rows.coef.T, ours.coef, rtol=1e-4)
    alone = IndLasso(0.5, fit_intercept=False).fit(X, Y[:, 0])
    found = debias(alone, X, Y[:, 0])
    assert found.coef.shape == (5,)
    assert found.intercept == 0.0
    # One feature and one task: the factor is that of least squares.
    x = X[:, 0]
    assert_allclose(found.coef[0], x @ Y[:, 0] / (x @ x))


def test_nothing_selected_and_models_that_are_refused():
    X, y = cohorts()
    nothing = GroupLasso(1e3).fit(X, y)
    found = debias(nothing, X, y)
    assert (found.factors == 1.0).all()
    assert_allclose(found.intercept, nothing.intercept_)
    with pytest.raises(TypeError, match="got IndRewLasso"):
        debias(IndRewLasso(0.1).fit(X, y), X, y)
    classes = [(v > 0).astype(int) for v in y]
    with pytest.raises(ValueError, match="debias needs squared error"):
        debias(GroupLassoClassifier(0.1).fit(X, classes), X, classes)
    counts = [np.floor(np.abs(v)) for v in y]
    with pytest.raises(ValueError, match="debias needs squared error"):
        debias(GroupLasso(0.1, loss="poisson").fit(X, counts), X, counts)
