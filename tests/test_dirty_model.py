"""The dirty model: against an interior point method, where it is a simpler model."""

import numpy as np
import pytest
import reference
import simulated
from certificate import assert_certified
from interior_point import cvxpy_optimum
from numpy.testing import assert_allclose
from problems import coefficients_of, problem_of
from sklearn.linear_model import Lasso

from mutar_cy import DirtyModel, GroupLasso, IndLasso, alpha_max
from mutar_cy.datasets import make_multitask_regression

TIGHT = {"tol": 1e-14, "max_iter": 50_000}
EXACT = {"rtol": 0, "atol": 1e-7}
# With 4 and 8 tasks both parts are in use for beta / alpha in (.5, 1) and (.36, 1).
SIZES = {"equal": [10] * 4, "ragged": [8, 5, 11, 6, 9, 7, 4, 12]}


def fitted(X, y, share, ratio, **params):
    """Return a fitted model, ``beta = ratio * alpha``, alpha a share of its largest."""
    model = DirtyModel(1.0, ratio, **{**TIGHT, **params})
    alpha = share * alpha_max(model, X, y)
    return model.set_params(alpha=alpha, beta=ratio * alpha).fit(X, y)


@pytest.mark.drawn(pairs=True)
@pytest.mark.parametrize("ratio", [0.9, 0.7, 0.55, 0.4])
@pytest.mark.parametrize("share", [0.5, 0.2, 0.05])
@pytest.mark.parametrize("positive", [False, True], ids=["signed", "positive"])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_objective_is_that_of_an_interior_point_method(sizes, positive, share, ratio):
    X, y, _ = simulated.ragged(sizes, 5)
    model = fitted(X, y, share, ratio, positive=positive)
    problem = problem_of(model, X, y)
    coef, intercept = coefficients_of(model, 5, len(sizes))
    objective = reference.objective(problem, coef, intercept)
    assert_allclose(objective, cvxpy_optimum(problem), rtol=1e-12)
    assert_allclose(model.objective_, objective, rtol=1e-12)
    assert_certified(model, X, y, tol=1e-12)


def test_both_parts_are_in_use_between_the_special_cases():
    X, y, _ = simulated.ragged(SIZES["equal"], 5)
    model = fitted(X, y, 0.2, 0.7)
    shared, specific = model.coef_shared_ != 0, model.coef_specific_ != 0
    assert (shared.all(axis=1) | ~shared.any(axis=1)).all()  # rows, whole or not at all
    assert shared.any()
    assert specific.any()
    # A specific entry is above a shared row's cut-off, which its shared entry is at.
    for own, cut in zip(model.coef_shared_, specific, strict=True):
        if own.any() and cut.any():
            assert_allclose(np.abs(own[cut]), np.abs(own).max(), rtol=1e-12)


@pytest.mark.parametrize("ratio", [1.0, 1.2, 10.0, 1e6])
@pytest.mark.parametrize("positive", [False, True], ids=["signed", "positive"])
def test_a_dear_specific_part_leaves_the_group_lasso(ratio, positive):
    X, y, _ = simulated.ragged()
    model = DirtyModel(0.2, 0.2 * ratio, positive=positive, **TIGHT).fit(X, y)
    group = GroupLasso(0.2, positive=positive, **TIGHT).fit(X, y)
    assert not model.coef_specific_.any()
    assert np.array_equal(model.coef_shared_, model.coef_)
    assert_allclose(model.coef_, group.coef_, **EXACT)


@pytest.mark.drawn(pairs=True)
@pytest.mark.parametrize("factor", [1.0, 1.0001, 2.0, 1e6])
@pytest.mark.parametrize("positive", [False, True], ids=["signed", "positive"])
@pytest.mark.parametrize("n_tasks", [3, 4, 7])
def test_a_dear_shared_part_leaves_the_lasso(factor, positive, n_tasks):
    X, y, _ = simulated.ragged([20, 14, 30, 16, 19, 25, 17][:n_tasks])
    beta = 0.15
    alpha = factor * np.sqrt(n_tasks) * beta
    model = DirtyModel(alpha, beta, positive=positive, **TIGHT).fit(X, y)
    lasso = IndLasso(beta, positive=positive, **TIGHT).fit(X, y)
    assert not model.coef_shared_.any()
    assert np.array_equal(model.coef_specific_, model.coef_)
    assert_allclose(model.coef_, lasso.coef_, **EXACT)


def test_tasks_and_responses_count_alike():
    # Two tasks with three responses: rows are of length six.
    X, y, _ = simulated.responses()
    lasso = IndLasso(0.1, **TIGHT).fit(X, y)
    model = DirtyModel(np.sqrt(6) * 0.1, 0.1, **TIGHT).fit(X, y)
    assert not model.coef_shared_.any()
    assert_allclose(model.coef_, lasso.coef_, **EXACT)
    model = DirtyModel(0.99 * np.sqrt(6) * 0.1, 0.1, **TIGHT).fit(X, y)
    assert model.coef_shared_.any()
    listed = DirtyModel(0.2, 0.15, **TIGHT).fit(X, y)
    every = [x for x in X for _ in range(3)]
    apart = DirtyModel(0.2, 0.15, **TIGHT).fit(every, [v for t in y for v in t.T])
    for name in ("coef_", "coef_shared_", "coef_specific_"):
        one, two = getattr(listed, name), getattr(apart, name)
        assert_allclose(one.reshape(two.shape), two, **EXACT)


def test_one_task_is_the_lasso_with_the_smaller_strength():
    X, Y, _ = simulated.shared()
    for alpha, beta in [(0.3, 0.1), (0.1, 0.3)]:
        model = DirtyModel(alpha, beta, **TIGHT).fit(X, Y[:, 0])
        lasso = Lasso(0.1, tol=1e-14, max_iter=100_000).fit(X, Y[:, 0])
        assert_allclose(model.coef_, lasso.coef_, atol=1e-8)


IDENTITY = np.array([np.eye(2), np.eye(2)]), np.array([[1.0, 0.0], [0.3, 0.0]])


def test_identity_designs_take_one_update():
    # L = 1 / n = 1/2. By hand: v = (1, .3), g = (.04, .03), so mu = 8 and
    # theta = v - 2 g = (.92, .24), shared 8 g = (.32, .24), specific (.6, 0).
    model = DirtyModel(0.05, 0.04, fit_intercept=False, max_iter=1, tol=1e-13)
    model.fit(*IDENTITY)
    assert model.n_iter_ == 1
    assert_allclose(model.coef_, [[0.92, 0.24], [0.0, 0.0]], rtol=1e-14)
    assert_allclose(model.coef_shared_, [[0.32, 0.24], [0.0, 0.0]], rtol=1e-14)
    assert_allclose(model.coef_specific_, [[0.6, 0.0], [0.0, 0.0]], rtol=1e-14)


def test_identity_designs_with_a_constraint():
    # What would be negative is 0, and the rest is as if it were alone.
    X, y = np.array([np.eye(2)] * 3), np.array([[1.0, 0.0], [0.3, 0.0], [-5.0, 0.0]])
    model = DirtyModel(0.05, 0.04, fit_intercept=False, positive=True, **TIGHT)
    model.fit(X, y)
    assert_allclose(model.coef_[0], [0.92, 0.24, 0.0], rtol=1e-12)
    assert_allclose(model.coef_shared_[0], [0.32, 0.24, 0.0], rtol=1e-12)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("positive", [False, True], ids=["signed", "positive"])
def test_the_parts_add_up(normalize, dtype, positive):
    X, y, _ = simulated.ragged()
    X, y = [x.astype(dtype) for x in X], [v.astype(dtype) for v in y]
    alpha, beta = (0.02, 0.014) if normalize else (0.2, 0.14)
    model = DirtyModel(alpha, beta, normalize=normalize, positive=positive, tol=1e-6)
    model.fit(X, y)  # certified, with its split, in conftest
    assert model.coef_.dtype == model.coef_shared_.dtype == dtype
    assert model.coef_specific_.dtype == dtype
    assert np.array_equal(model.coef_shared_ + model.coef_specific_, model.coef_)
    assert model.coef_shared_.any()
    assert model.coef_specific_.any()
    if positive:
        assert min(model.coef_shared_.min(), model.coef_specific_.min()) >= 0


def test_alpha_max_scales_both_strengths():
    X, y, _ = simulated.ragged()
    for ratio in (0.4, 0.7, 1.5):
        for positive in (False, True):
            model = DirtyModel(1.0, ratio, positive=positive)
            largest = alpha_max(model, X, y)
            assert largest == pytest.approx(
                alpha_max(model.set_params(alpha=10.0, beta=10 * ratio), X, y)
            )
            model.set_params(alpha=largest, beta=ratio * largest).fit(X, y)
            assert not model.coef_.any()
            assert model.n_iter_ == 0
            model.set_params(alpha=0.99 * largest, beta=0.99 * ratio * largest)
            assert model.set_params(tol=1e-9).fit(X, y).coef_.any()


def test_a_split_recovers_what_made_the_data():
    data = make_multitask_regression(
        4, 200, 30, n_shared=3, n_specific=1, noise=0.1, random_state=0
    )
    model = DirtyModel(0.1, 0.07).fit(data.X, data.y)
    assert np.array_equal(np.abs(model.coef_) > 0.2, data.coef != 0)
    assert model.coef_shared_[data.shared].all()
    assert not model.coef_shared_[data.specific.any(axis=1)].any()
