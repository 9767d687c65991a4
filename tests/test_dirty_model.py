"""The dirty model: against an interior point method, where it is a simpler model."""

import pickle
import warnings

import numpy as np
import pytest
import reference
import simulated
from certificate import assert_certified
from interior_point import cvxpy_optimum
from numpy.testing import assert_allclose
from problems import coefficients_of, problem_of
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso
from sklearn.model_selection import GridSearchCV, KFold

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


# Using the dirty model: parameters that change, warm starts, searches, old faults.

PARTS = ("coef_", "coef_shared_", "coef_specific_", "intercept_")


def assert_same_parts(model, other, **tolerance):
    for name in PARTS:
        one, two = getattr(model, name), getattr(other, name)
        assert_allclose(one, two, **(tolerance or {"atol": 1e-7}), err_msg=name)


@pytest.mark.parametrize("change", [{"alpha": 0.25}, {"beta": 0.19}, {"alpha": 0.4}])
def test_new_strengths_are_as_from_the_start(change):
    X, y, _ = simulated.ragged()
    model = DirtyModel(0.2, 0.15, **TIGHT).fit(X, y)
    first = model.coef_.copy()
    model.set_params(**change).fit(X, y)
    fresh = DirtyModel(**{"alpha": 0.2, "beta": 0.15, **change, **TIGHT}).fit(X, y)
    assert_same_parts(model, fresh, rtol=0, atol=0)
    assert np.abs(model.coef_ - first).max() > 1e-3


@pytest.mark.parametrize("alpha", [0.01, 0.3])
def test_a_group_lasso_s_new_strength_is_as_from_the_start(alpha):
    # MuTaR keeps a strength of the specific part that was set with the first alpha:
    # from 10 times it on, the group lasso is none.
    X, y, _ = simulated.ragged()
    model = GroupLasso(alpha / 30, **TIGHT).set_params(alpha=alpha).fit(X, y)
    assert_same_parts(model, GroupLasso(alpha, **TIGHT).fit(X, y), rtol=0, atol=0)
    assert not model.coef_specific_.any()


@pytest.mark.parametrize("params", [{}, {"normalize": True}, {"positive": True}])
def test_clone_and_pickle(params):
    X, y, _ = simulated.ragged()
    strengths = (0.02, 0.015) if params.get("normalize") else (0.2, 0.15)
    model = DirtyModel(*strengths, **params).fit(X, y)
    again = clone(model).fit(X, y)
    assert_same_parts(model, again, rtol=0, atol=0)
    assert_same_parts(model, pickle.loads(pickle.dumps(model)), rtol=0, atol=0)


def test_grid_search_over_both_strengths():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    X = np.column_stack([task, X])
    grid = {"alpha": [0.05, 0.2], "beta": [0.04, 0.15]}
    folds = KFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(DirtyModel(task_column=0), grid, cv=folds).fit(X, y)
    scores = {}
    for alpha in grid["alpha"]:
        for beta in grid["beta"]:
            model = DirtyModel(alpha, beta, task_column=0)
            scores[alpha, beta] = np.mean(
                [
                    model.fit(X[train], y[train]).score(X[test], y[test])
                    for train, test in folds.split(X)
                ]
            )
    assert_allclose(search.cv_results_["mean_test_score"], list(scores.values()))
    best = max(scores, key=scores.get)
    assert (search.best_params_["alpha"], search.best_params_["beta"]) == best
    assert search.best_estimator_.coef_shared_.shape == (10, 3)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("positive", [False, True], ids=["signed", "positive"])
def test_a_warm_start_uses_the_new_targets(normalize, positive):
    X, y, _ = simulated.ragged()
    params = {"normalize": normalize, "positive": positive, **TIGHT}
    strengths = (0.02, 0.015) if normalize else (0.2, 0.15)
    model = DirtyModel(*strengths, warm_start=True, **params).fit(X, y)
    other = [v[::-1].copy() for v in y]
    model.fit(X, other)
    assert_same_parts(model, DirtyModel(*strengths, **params).fit(X, other))
    assert model.fit(X, other).n_iter_ == 0
    assert np.array_equal(model.coef_shared_ + model.coef_specific_, model.coef_)


def test_a_warm_start_from_new_strengths():
    X, y, _ = simulated.ragged()
    model = DirtyModel(0.4, 0.3, warm_start=True, **TIGHT).fit(X, y)
    for alpha, beta in [(0.2, 0.19), (0.2, 0.13), (0.2, 0.3), (0.2, 0.05), (9.0, 9.0)]:
        model.set_params(alpha=alpha, beta=beta).fit(X, y)
        assert_same_parts(model, DirtyModel(alpha, beta, **TIGHT).fit(X, y))


@pytest.mark.parametrize("cls", [DirtyModel, GroupLasso, IndLasso])
def test_a_constant_column_is_zero_whatever_normalize_says(cls):
    # MuTaR divides by its norm, which is 0, and all is NaN.
    X, y, _ = simulated.ragged()
    for x in X:
        x[:, 2] = 1e8 / 3
    X[1][:, 4] = 7.0
    model = cls(0.02, normalize=True, tol=1e-10)
    if cls is DirtyModel:
        model.set_params(beta=0.014)
    model.fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert not model.coef_[2].any()
    assert model.coef_[4, 1] == 0
    assert model.coef_[0].all()


def test_parts_are_in_the_units_of_the_data_when_normalized():
    # MuTaR rescales the sum and leaves the parts in units of the normalised design.
    X, y, _ = simulated.ragged()
    model = DirtyModel(0.02, 0.015, normalize=True, **TIGHT).fit(X, y)
    scale = np.array([np.linalg.norm(x - x.mean(axis=0), axis=0) for x in X])
    unit = [(x - x.mean(axis=0)) / s for x, s in zip(X, scale, strict=True)]
    other = DirtyModel(0.02, 0.015, **TIGHT).fit(unit, y)
    for name in PARTS[:3]:
        assert_allclose(getattr(model, name), getattr(other, name) / scale.T, atol=1e-8)


def test_constrained_groups_clip_before_they_shrink():
    # MuTaR shrinks by the norm of the whole row, which counts what is then clipped.
    X, y = np.array([np.eye(2)] * 2), np.array([[1.0, 0.0], [-3.0, 0.0]])
    for model in (GroupLasso(0.1), DirtyModel(0.1, 0.2)):
        model.set_params(positive=True, fit_intercept=False, **TIGHT).fit(X, y)
        assert_allclose(model.coef_, [[0.8, 0.0], [0.0, 0.0]], rtol=1e-12)


@pytest.mark.parametrize("model", [DirtyModel(0.2, 0.15), GroupLasso(0.2)])
def test_fewer_tasks_are_not_predicted(model):
    # MuTaR's arrays broadcast.
    X, y, _ = simulated.stacked()
    model.fit(X, y)
    with pytest.raises(ValueError, match=r"1.*3|3.*1"):
        model.predict(X[:1])
    with pytest.raises(ValueError, match=r"2.*3|3.*2"):
        model.predict(X[:2])


def test_convergence_in_the_last_iteration_is_no_failure():
    # MuTaR warns when the last iteration allowed is the one that converges.
    X, y, _ = simulated.ragged()
    needed = DirtyModel(0.1, 0.07, tol=1e-6).fit(X, y).n_iter_
    assert needed > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DirtyModel(0.1, 0.07, tol=1e-6, max_iter=needed).fit(X, y)


@pytest.mark.uncertified("stopped early on purpose")
def test_too_few_iterations_are_no_success():
    X, y, _ = simulated.ragged(n_features=40)
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        DirtyModel(1e-3, 0.7e-3, tol=1e-12, max_iter=1).fit(X, y)


@pytest.mark.parametrize("factor", [1e-4, 1e-12, 1e12])
def test_units_of_targets_do_not_matter(factor):
    # MuTaR's tolerance is absolute below 1.
    X, y, _ = simulated.ragged()
    model = DirtyModel(0.2, 0.15, tol=1e-8).fit(X, y)
    scaled = DirtyModel(0.2 * factor, 0.15 * factor, tol=1e-8)
    scaled.fit(X, [v * factor for v in y])
    for name in PARTS[:3]:
        assert_allclose(getattr(scaled, name), getattr(model, name) * factor, rtol=1e-3)


@pytest.mark.parametrize("strengths", [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_a_free_part_is_least_squares(strengths):
    X, y, _ = simulated.ragged()
    with pytest.warns(UserWarning, match="LinearRegression"):
        model = DirtyModel(*strengths, tol=1e-12).fit(X, y)
    for x, v, w in zip(X, y, model.coef_.T, strict=True):
        design = np.column_stack([np.ones(len(x)), x])
        assert_allclose(w, np.linalg.lstsq(design, v)[0][1:], atol=1e-7)
    assert np.array_equal(model.coef_shared_ + model.coef_specific_, model.coef_)


def test_penalty_weights_count_in_both_parts():
    X, y, _ = simulated.ragged()
    omega = np.array([1, 2, 0.5, 1, np.inf, 0, 1, 3, 1, 1])
    model = DirtyModel(0.2, 0.15, penalty_weights=omega, **TIGHT).fit(X, y)
    assert_certified(model, X, y, tol=1e-12)
    assert not model.coef_[4].any()
    heavy = DirtyModel(0.1, 0.075, penalty_weights=2 * omega, **TIGHT).fit(X, y)
    assert_same_parts(model, heavy)
    assert np.isfinite(model.coef_shared_).all()
    assert not model.coef_specific_[5].any()  # an unpenalised feature is shared
