"""Weights of samples, tasks and penalties, and targets that are missing."""

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX
from numpy.testing import assert_allclose

from mutar_cy import GroupLasso, IndLasso
from mutar_cy import linear_model as ours

TIGHT = {"tol": 1e-14, "max_iter": 20_000}
EXACT = {"rtol": 0, "atol": 1e-8}
each_estimator = pytest.mark.parametrize("cls", CONVEX)
each_drop_in = pytest.mark.parametrize(
    "cls",
    [ours.Lasso, ours.ElasticNet, ours.MultiTaskLasso, ours.MultiTaskElasticNet],
)


def assert_same_fit(one, two):
    assert_allclose(one.coef_, two.coef_, **EXACT)
    assert_allclose(one.intercept_, two.intercept_, **EXACT)
    assert np.array_equal(one.coef_ != 0, two.coef_ != 0)


@each_estimator
def test_weight_two_is_a_duplicate_row(cls):
    X, y, _ = simulated.ragged()
    repeats = [np.where(np.arange(len(v)) % 3 == 0, 2, 1) for v in y]
    weighted = cls(0.1, **TIGHT).fit(X, y, sample_weight=repeats)
    doubled = [np.repeat(x, r, axis=0) for x, r in zip(X, repeats, strict=True)]
    targets = [np.repeat(v, r) for v, r in zip(y, repeats, strict=True)]
    assert_same_fit(weighted, cls(0.1, **TIGHT).fit(doubled, targets))
    assert_certified(weighted, X, y, sample_weight=repeats)


@each_estimator
@pytest.mark.parametrize("value", [1e3, -1e200])
def test_weight_zero_is_a_removed_row(cls, value):
    X, y, _ = simulated.ragged()
    weights = [(np.arange(len(v)) % 4 != 1).astype(float) for v in y]
    spoilt, wrong = [x.copy() for x in X], [v.copy() for v in y]
    for x, v, weight in zip(spoilt, wrong, weights, strict=True):
        x[weight == 0] = v[weight == 0] = value
    kept = [w > 0 for w in weights]
    weighted = cls(0.1, **TIGHT).fit(spoilt, wrong, sample_weight=weights)
    removed = cls(0.1, **TIGHT).fit(
        [x[k] for x, k in zip(X, kept, strict=True)],
        [v[k] for v, k in zip(y, kept, strict=True)],
    )
    assert_same_fit(weighted, removed)


@each_drop_in
def test_weights_of_the_drop_ins(cls):
    X, Y, _ = simulated.shared()
    y = Y if "MultiTask" in cls.__name__ else Y[:, 0]
    weights = np.arange(30) % 3
    weighted = cls(0.1, **TIGHT).fit(X, y, sample_weight=weights)
    repeated = cls(0.1, **TIGHT).fit(
        np.repeat(X, weights, axis=0), np.repeat(y, weights, axis=0)
    )
    assert_same_fit(weighted, repeated)
    assert_certified(weighted, X, y, sample_weight=weights)


@pytest.mark.drawn(pairs=True)
@each_estimator
@pytest.mark.parametrize("layout", ["stacked", "list", "long", "shared"])
@pytest.mark.parametrize("factor", [10, 1e-300, 1e300])
def test_only_ratios_of_weights_count(cls, layout, factor):
    if layout == "long":
        (X, y, _), task = simulated.long()
        params, size = {"task": task}, len(y)
    else:
        make = {"stacked": simulated.stacked, "list": simulated.ragged}
        X, y, _ = make.get(layout, simulated.shared)()
        params, size = {}, len(y)
    rng = np.random.default_rng(4)
    if layout == "list":
        weight = [rng.uniform(0.5, 2, len(v)) for v in y]
        scaled = [factor * w for w in weight]
    else:
        weight = rng.uniform(0.5, 2, np.shape(y) if layout == "stacked" else size)
        scaled = factor * weight
    one = cls(0.1, **TIGHT).fit(X, y, sample_weight=weight, **params)
    two = cls(0.1, **TIGHT).fit(X, y, sample_weight=scaled, **params)
    assert_same_fit(one, two)
    assert_certified(one, X, y, sample_weight=weight, **params)
    assert not np.allclose(one.coef_, cls(0.1).fit(X, y, **params).coef_, atol=1e-4)


@each_estimator
def test_one_weight_per_task_cancels_within_the_task(cls):
    X, y, _ = simulated.ragged()
    weights = [np.full(len(v), w) for v, w in zip(y, [1.0, 5.0, 0.2], strict=True)]
    weighted = cls(0.1, **TIGHT).fit(X, y, sample_weight=weights)
    assert_same_fit(weighted, cls(0.1, **TIGHT).fit(X, y))


def test_task_weights_reach_the_objective():
    X, y, _ = simulated.ragged()
    weight = [0.2, 1.0, 3.0]
    model = GroupLasso(0.1, task_weight=weight, tol=1e-10).fit(X, y)
    assert_certified(model, X, y)
    model.set_params(task_weight=None)
    with pytest.raises(AssertionError, match="gap"):
        assert_certified(model, X, y)


@each_estimator
@pytest.mark.parametrize("layout", ["shared", "stacked", "responses"])
def test_task_weights_in_other_layouts(cls, layout):
    X, y, _ = getattr(simulated, layout)()
    weight = [0.2, 1.0, 1.0, 3.0][: 2 if layout == "responses" else 3]
    model = cls(0.1, task_weight=weight, tol=1e-10).fit(X, y)
    assert_certified(model, X, y)
    lists = [X] * 3 if layout == "shared" else list(X)
    targets = list(np.transpose(y)) if layout == "shared" else list(y)
    other = cls(0.1, task_weight=weight, tol=1e-10).fit(lists, targets)
    assert_allclose(model.coef_, other.coef_, atol=1e-6)


def test_penalty_weights_of_features():
    X, y, _ = simulated.ragged()
    omega = np.array([0, 1, np.inf, 1, 0.5, 2, 1, 0, 1, 1e8])
    model = GroupLasso(0.2, penalty_weights=omega, tol=1e-10).fit(X, y)
    assert model.coef_[[0, 7]].all()
    assert not model.coef_[[2, 9]].any()
    assert_certified(model, X, y)


def test_penalty_weights_of_groups():
    X, y, _ = simulated.ragged()
    groups = [[0, 1], [2, 3, 4], [5], [6, 7, 8, 9]]
    model = GroupLasso(0.2, groups=groups, penalty_weights=[1, 0, np.inf, 2], tol=1e-10)
    model.fit(X, y)
    assert model.coef_[[2, 3, 4]].all()
    assert not model.coef_[5].any()
    assert_certified(model, X, y)


@pytest.mark.parametrize("shape", [(10,), (10, 3)])
def test_penalty_weights_of_entries(shape):
    X, y, _ = simulated.ragged()
    omega = np.random.default_rng(5).uniform(0.2, 2, shape)
    omega[3], omega[4] = 0, np.inf
    model = IndLasso(0.2, penalty_weights=omega, tol=1e-10).fit(X, y)
    assert model.coef_[3].all()
    assert not model.coef_[4].any()
    assert_certified(model, X, y)


def test_an_infinite_weight_is_a_removed_feature():
    X, y, _ = simulated.ragged()
    omega = np.ones(10)
    omega[1] = np.inf
    model = GroupLasso(0.1, penalty_weights=omega, **TIGHT).fit(X, y)
    rest = [np.delete(x, 1, axis=1) for x in X]
    smaller = GroupLasso(0.1, **TIGHT).fit(rest, y)
    assert_allclose(np.delete(model.coef_, 1, axis=0), smaller.coef_, **EXACT)


@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_penalty_weights_and_alpha_multiply(factor):
    X, y, _ = simulated.ragged()
    model = GroupLasso(0.1 / factor, penalty_weights=np.full(10, factor), **TIGHT).fit(
        X, y
    )
    assert_same_fit(model, GroupLasso(0.1, **TIGHT).fit(X, y))


@each_estimator
def test_missing_targets_leave_their_task(cls):
    X, Y, _ = simulated.shared()
    missing = np.random.default_rng(6).random(Y.shape) < 0.2
    Y[missing] = np.nan
    model = cls(0.1, missing_targets="ignore", **TIGHT).fit(X, Y)
    kept = ~missing.T
    lists = cls(0.1, **TIGHT).fit(
        [X[k] for k in kept], [v[k] for v, k in zip(Y.T, kept, strict=True)]
    )
    assert_same_fit(model, lists)
    assert_certified(model, X, Y)


@each_estimator
def test_missing_targets_in_the_stacked_layout(cls):
    X, y, _ = simulated.stacked()
    y[0, 3] = y[2, :5] = np.nan
    model = cls(0.1, missing_targets="ignore", **TIGHT).fit(X, y)
    kept = ~np.isnan(y)
    lists = cls(0.1, **TIGHT).fit(
        [x[k] for x, k in zip(X, kept, strict=True)],
        [v[k] for v, k in zip(y, kept, strict=True)],
    )
    assert_same_fit(model, lists)
    assert_certified(model, X, y)


@each_estimator
def test_a_masked_target_is_a_missing_one(cls):
    X, Y, _ = simulated.shared()
    mask = np.zeros(Y.shape, dtype=bool)
    mask[4, 0] = mask[5:9, 2] = True
    masked = cls(0.1, missing_targets="ignore", **TIGHT).fit(
        X, np.ma.masked_array(Y, mask)
    )
    filled = np.where(mask, np.nan, Y)
    nan = cls(0.1, missing_targets="ignore", **TIGHT).fit(X, filled)
    assert_same_fit(masked, nan)
    assert_certified(masked, X, filled)
