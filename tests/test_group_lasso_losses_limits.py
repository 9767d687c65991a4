"""Models with groups at the limits: units, strengths, tolerances, sizes."""

import warnings

import numpy as np
import pytest
import simulated_glm
from glm_certificate import assert_certified, fit, problems_of
from interior_point import glm_optimum
from numpy.testing import assert_allclose
from simulated_glm import GROUPS, LOSSES
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import GroupLasso, GroupLassoClassifier, alpha_max

pytestmark = pytest.mark.uncertified("certified by glm_certificate")
each_loss = pytest.mark.parametrize("loss", [*LOSSES, "logistic"])
OPTIONS = [{}, {"l1_ratio": 0.4}, {"standardize_groups": True}]


def model_for(loss, groups=GROUPS, **params):
    if loss == "logistic":
        return GroupLassoClassifier(groups=groups, **params)
    return GroupLasso(groups=groups, loss=loss, **params)


@pytest.mark.drawn(pairs=True)
@each_loss
@pytest.mark.parametrize("option", OPTIONS, ids=str)
@pytest.mark.parametrize("c", [1e150, 1e200, 1e-160, 1e-200])
def test_units_whose_squares_leave_the_range(loss, option, c):
    X, y = simulated_glm.own(loss)
    model = model_for(loss, tol=1e-9, **option)
    alpha = alpha_max(model, X, y)
    fit(model.set_params(alpha=0.1 * alpha), X, y)
    moved, factor = [c * x for x in X], 1.0 if model.standardize_groups else c
    assert_allclose(alpha_max(model, moved, y), factor * alpha, rtol=1e-9)
    other = model_for(loss, tol=1e-9, alpha=0.1 * alpha * factor, **option)
    other.fit(moved, y)
    assert other.selected_groups_ == model.selected_groups_
    assert_allclose(c * other.coef_, model.coef_, atol=1e-6)
    assert_allclose(c * other.group_norms_, model.group_norms_, atol=1e-6)


@each_loss
def test_no_tolerance_ends_at_the_last_digit(loss):
    X, y = simulated_glm.own(loss)
    model = model_for(loss, alpha=0.02, tol=0.0).fit(X, y)
    assert_certified(model, X, y, tol=1e-11)


@pytest.mark.parametrize("c", [1e-12, 1e12, 1e150])
def test_units_of_a_positive_target_move_the_intercept(c):
    X, y = simulated_glm.own("gamma")
    model = fit(model_for("gamma", alpha=0.03, tol=1e-10), X, y)
    other = model_for("gamma", alpha=0.03, tol=1e-10).fit(X, [c * v for v in y])
    assert_allclose(other.coef_, model.coef_, atol=1e-6)
    assert_allclose(other.intercept_, model.intercept_ + np.log(c), atol=1e-6)


@pytest.mark.parametrize("c", [1e-12, 1e12])
def test_large_and_small_counts(c):
    X, y = simulated_glm.own("poisson")
    model = fit(model_for("poisson", alpha=0.03, tol=1e-10), X, y)
    other = model_for("poisson", alpha=0.03 * c, tol=1e-10).fit(X, [c * v for v in y])
    assert_allclose(other.coef_, model.coef_, atol=1e-6)
    assert_allclose(other.intercept_, model.intercept_ + np.log(c), atol=1e-6)


@each_loss
@pytest.mark.parametrize("weight", [1e-8, 1e8])
def test_group_weights_far_from_one(loss, weight):
    X, y = simulated_glm.own(loss)
    model = model_for(loss, alpha=0.05, tol=1e-9, penalty_weights=[1, 1, weight, 1])
    fit(model, X, y)
    assert model.coef_[..., 5, :].any() == (weight < 1)


@each_loss
def test_one_sample_more_than_nothing(loss):
    X = np.array([[0.0], [1.0], [3.0]])
    y = np.array([0.0, 1.0, 0.0]) if loss == "logistic" else np.array([1.0, 2.0, 4.0])
    model = fit(model_for(loss, None, alpha=1e-3, tol=1e-9), X, y)
    assert model.coef_.any()


@each_loss
def test_columns_that_are_zero_constant_or_the_same(loss):
    X, y = simulated_glm.single(loss)
    X[:, 3] = 0.0
    X[:, 4] = 1e8 / 3
    X[:, 7] = X[:, 6]
    model = fit(model_for(loss, alpha=0.01, tol=1e-8), X, y)
    assert not np.ravel(model.coef_)[[3, 4]].any()
    assert_allclose(*np.ravel(model.coef_)[[6, 7]], rtol=1e-6)


@each_loss
def test_designs_that_explain_nothing(loss):
    X, y = simulated_glm.single(loss)
    model = fit(model_for(loss, alpha=1e-3), np.zeros_like(X), y)
    assert not model.coef_.any()
    assert model.dual_gap_ <= 1e-12
    assert alpha_max(model, np.zeros_like(X), y) == 0


@each_loss
def test_more_features_than_samples(loss):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 200))
    y = simulated_glm.draw(loss, X[:, :2] @ [1.0, -1.0], rng)
    model = model_for(loss, 5, tol=1e-9)
    model.set_params(alpha=0.05 * alpha_max(model, X, y))
    fit(model, X, y)
    assert 0 < len(model.selected_groups_) < 40


@each_loss
def test_what_is_not_selected_is_exactly_zero(loss):
    X, y = simulated_glm.own(loss)
    for alpha in np.geomspace(0.5, 0.01, 12):
        model = fit(model_for(loss, alpha=alpha), X, y)
        norms = model.group_norms_
        assert np.all((norms == 0) | (norms > 1e-8))


# Models with groups against an interior point method, and what their gaps bound.

CASES = {
    "groups": {},
    "unpenalised": {"groups": [0, 0, 0, 1, 1, -1, 2, 2]},
    "weights": {"penalty_weights": [0.5, 0.0, 3.0, np.inf]},
    "l1_ratio": {"l1_ratio": 0.4},
    "positive": {"positive": True},
    "no intercept": {"fit_intercept": False},
    "tasks": {"task_weight": [1.0, 3.0]},
}


def model_of(loss, **params):
    params = {"groups": simulated_glm.GROUPS, "alpha": 0.04, "tol": 1e-11, **params}
    if loss == "logistic":
        return GroupLassoClassifier(**params)
    return GroupLasso(loss=loss, **params)


def data(loss):
    """Return two designs, targets, weights and offsets."""
    X, y = simulated_glm.own(loss, (25, 32), seed=5)
    weights = simulated_glm.some_weights(y)
    return X, y, {"sample_weight": weights, "offset": simulated_glm.some_offsets(y)}


@each_loss
@pytest.mark.parametrize("params", CASES.values(), ids=CASES)
def test_objective_of_an_interior_point_method(loss, params):
    X, y, given = data(loss)
    model = fit(model_of(loss, **params), X, y, **given)
    [(problem, *_)] = problems_of(model, X, y, **given)
    optimum = glm_optimum(problem)
    assert abs(model.objective_ - optimum) <= 1e-8 * max(1.0, abs(optimum))


@each_loss
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4])
def test_the_gap_bounds_what_is_left_to_gain(loss, l1_ratio):
    X, y, given = data(loss)
    model = model_of(loss, alpha=0.01, l1_ratio=l1_ratio)
    best = fit(model, X, y, **given).objective_
    left = []
    for max_iter in (1, 2, 3, 4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(max_iter=max_iter).fit(X, y, **given)
        left.append(model.objective_ - best)
        assert left[-1] <= model.dual_gap_ + 1e-12
        assert left[-1] >= -1e-9
    assert left[0] > 1e-8  # or nothing has been tested
