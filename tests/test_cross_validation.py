"""Strengths that are chosen by folds are those of a plain loop of fits."""

import numpy as np
import pytest
import simulated
from folds import PROBLEMS, by_tasks, loop
from numpy.testing import assert_allclose
from sklearn.model_selection import KFold

from mutar_cy import (
    MTW,
    MTWCV,
    DirtyModel,
    DirtyModelCV,
    GroupLasso,
    GroupLassoCV,
    IndLasso,
    IndLassoCV,
    MultiLevelLasso,
    MultiLevelLassoCV,
    ReweightedGroupLasso,
    ReweightedGroupLassoCV,
    alpha_max,
)

TIGHT = {"tol": 1e-10}
ALPHAS = np.geomspace(1.5, 0.01, 6)
PAIRS = [(a, r * a) for r in (0.7, 0.9) for a in ALPHAS]
# The class, what is given to it, its plain form, and the points in its order.
MODELS = {
    "group": (GroupLassoCV, {"alphas": ALPHAS}, GroupLasso, ALPHAS),
    "ind": (IndLassoCV, {"alphas": ALPHAS, "per_task": False}, IndLasso, ALPHAS),
    "dirty": (
        DirtyModelCV,
        {"alphas": ALPHAS, "ratios": [0.9, 0.7]},
        DirtyModel,
        PAIRS,
    ),
    "reweighted": (
        ReweightedGroupLassoCV,
        {"alphas": ALPHAS},
        ReweightedGroupLasso,
        ALPHAS,
    ),
    "multi-level": (MultiLevelLassoCV, {"alphas": ALPHAS}, MultiLevelLasso, ALPHAS),
    "regressor": (
        GroupLassoCV,
        {"alphas": ALPHAS, "groups": 2},
        GroupLasso,
        ALPHAS,
    ),
}
each_problem = pytest.mark.parametrize("name", PROBLEMS)


def at(cls, point, **given):
    strengths = dict(zip(("alpha", "beta"), np.atleast_1d(point), strict=False))
    return cls(**strengths, **given)


def by_loop(cls, points, name, missing, n_folds=4, **given):
    """Return the errors of a plain loop, and the weights of folds, or None."""
    X, y, more = PROBLEMS[name]
    given = {**TIGHT, **missing, **given}
    errors, weights = loop(
        lambda point: at(cls, point, **given), points, by_tasks(X, y, **more), n_folds
    )
    return errors, weights if "sample_weight" in more else None


def missing_of(name):
    return {"missing_targets": "ignore"} if "missing" in name else {}


def mean_over_tasks(errors):
    """Average the responses of every task, then tasks."""
    return np.nanmean(errors, axis=-1)


@pytest.mark.drawn(least=24)
@each_problem
@pytest.mark.parametrize("kind", MODELS)
def test_folds_are_a_plain_loop(kind, name):
    cls, given, plain, points = MODELS[kind]
    X, y, more = PROBLEMS[name]
    missing = missing_of(name)
    extra = {"groups": given["groups"]} if "groups" in given else {}
    model = cls(cv=4, **given, **TIGHT, **missing).fit(X, y, **more)
    errors, weights = by_loop(plain, points, name, missing, **extra)
    path = mean_over_tasks(errors)
    found = getattr(model, "mse_path_", getattr(model, "deviance_path_", None))
    assert_allclose(found.reshape(path.shape), path, rtol=2e-4)
    best = points[int(np.argmin(np.average(path, axis=1, weights=weights)))]
    chosen = [model.alpha_, model.beta_] if kind == "dirty" else [model.alpha_]
    assert_allclose(chosen, np.atleast_1d(best), rtol=1e-12)
    refit = at(plain, chosen, **TIGHT, **missing, **extra).fit(X, y, **more)
    assert np.array_equal(model.coef_, refit.coef_)
    assert np.array_equal(model.dual_gap_, refit.dual_gap_)


@each_problem
def test_every_task_has_a_strength_of_its_own(name):
    X, y, more = PROBLEMS[name]
    missing = missing_of(name)
    model = IndLassoCV(alphas=ALPHAS, cv=4, **TIGHT, **missing).fit(X, y, **more)
    errors, weights = by_loop(IndLasso, ALPHAS, name, missing)
    n_tasks = len(model.tasks_)
    path = np.nanmean(errors.reshape(*errors.shape[:2], n_tasks, -1), axis=-1)
    assert_allclose(model.task_mse_path_, path, rtol=2e-4)
    assert_allclose(model.mse_path_, np.nanmean(path, axis=-1), rtol=2e-4)
    mean = np.average(path, axis=1, weights=weights)
    assert_allclose(np.atleast_1d(model.alpha_), ALPHAS[np.argmin(mean, axis=0)])
    refit = IndLasso(model.alpha_, **TIGHT, **missing).fit(X, y, **more)
    assert np.array_equal(model.coef_, refit.coef_)


def test_grids_of_single_tasks_begin_where_a_coefficient_comes_in():
    X, y, _ = PROBLEMS["stacked"]
    y = y * np.array([[1.0], [10.0], [100.0]])
    model = IndLassoCV(alphas=10).fit(X, y)
    assert_allclose(model.alphas_[0], alpha_max(IndLasso(), X, y), rtol=1e-10)
    assert_allclose(model.alphas_[-1], 1e-3 * model.alphas_[0], rtol=1e-10)


@pytest.mark.uncertified("MTW's problem is another one")
@pytest.mark.parametrize("name", ["stacked", "list, weights", "shared, missing"])
def test_transport_is_a_plain_loop(name):
    X, y, more = PROBLEMS[name]
    missing = missing_of(name)
    alphas, betas = [1.0, 0.1], [0.5, 0.1, 0.02]
    points = [(a, b) for a in alphas for b in betas]
    given = {"tol": 1e-8, **missing}
    model = MTWCV(alphas=alphas, betas=betas, cv=3, **given).fit(X, y, **more)
    errors, weights = by_loop(MTW, points, name, given, n_folds=3)
    path = mean_over_tasks(errors)
    assert_allclose(model.mse_path_.reshape(path.shape), path, rtol=1e-3)
    best = points[int(np.argmin(np.average(path, axis=1, weights=weights)))]
    assert (model.alpha_, model.beta_) == best
    assert model.coef1_.shape == model.coef_.shape
    assert model.betas_.shape == (2, 3)


def test_tasks_are_weighed_as_the_objective_weighs_them():
    X, y, _ = PROBLEMS["stacked"]
    weights = [1.0, 4.0, 0.5]
    given = {**TIGHT, "task_weight": weights}
    model = GroupLassoCV(alphas=ALPHAS, cv=4, **given).fit(X, y)
    errors, _ = by_loop(GroupLasso, ALPHAS, "stacked", {}, task_weight=weights)
    path = np.average(errors, axis=-1, weights=weights)
    assert_allclose(model.mse_path_, path, rtol=2e-4)


def test_one_standard_error():
    X, y, _ = PROBLEMS["stacked"]
    least = GroupLassoCV(cv=4).fit(X, y)
    larger = GroupLassoCV(cv=4, rule="1se").fit(X, y)
    assert np.array_equal(larger.mse_path_, least.mse_path_)
    mean = least.mse_path_.mean(axis=1)
    best = int(np.argmin(mean))
    bound = mean[best] + least.mse_path_[best].std(ddof=1) / 2.0
    assert larger.alpha_ > least.alpha_ == least.alphas_[best]
    assert larger.alpha_ == least.alphas_[np.flatnonzero(mean <= bound)[0]]


def test_one_standard_error_of_two_strengths():
    X, y, _ = PROBLEMS["stacked"]
    model = DirtyModelCV(alphas=12, ratios=3, cv=4, rule="1se").fit(X, y)
    mean = model.mse_path_.mean(axis=2)
    row, best = np.unravel_index(np.argmin(mean), mean.shape)
    bound = mean[row, best] + model.mse_path_[row, best].std(ddof=1) / 2.0
    within = (mean <= bound).any(axis=0)
    first = int(np.flatnonzero(within)[0])
    assert model.alpha_ == model.alphas_[np.argmin(mean[:, first]), first]


def test_one_standard_error_weighs_folds_as_the_mean_does():
    X, y, _ = simulated.shared(n_samples=40)
    weight = np.repeat([1.0, 5.0, 1.0, 20.0], 10)
    cv = KFold(4)
    model = GroupLassoCV(alphas=30, cv=cv, rule="1se").fit(X, y, weight)
    path, share = model.mse_path_, np.array([1.0, 5.0, 1.0, 20.0]) / 27.0
    mean = path @ share
    best = np.argmin(mean)
    error = np.sqrt((path[best] - mean[best]) ** 2 @ share / 3.0)
    first = np.flatnonzero(mean <= mean[best] + error)[0]
    assert model.alpha_ == model.alphas_[first]
    # Equal weights: the standard deviation over the square root of the folds' number.
    model = GroupLassoCV(alphas=30, cv=cv, rule="1se").fit(X, y, np.ones(40))
    assert model.alpha_ == GroupLassoCV(cv=cv, alphas=30, rule="1se").fit(X, y).alpha_


def test_a_fold_that_judges_nothing_is_an_error():
    X, y, _ = simulated.shared(n_samples=40)
    weight = np.repeat([1.0, 0.0], [30, 10])
    message = r"Fold 3 of cv holds out only samples without a weight.*Shuffle the folds"
    with pytest.raises(ValueError, match=message):
        GroupLassoCV(alphas=5, cv=KFold(4)).fit(X, y, weight)
    missing = np.where(weight[:, None] > 0, y, np.nan)
    with pytest.raises(ValueError, match=message):
        GroupLassoCV(alphas=5, cv=KFold(4), missing_targets="ignore").fit(X, missing)
    mixed = KFold(4, shuffle=True, random_state=0)
    model = GroupLassoCV(alphas=5, cv=mixed).fit(X, y, weight)
    assert np.isfinite(model.mse_path_).all()
