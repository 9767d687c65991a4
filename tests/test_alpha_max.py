"""The smallest penalty that drops everything, exactly there and on both sides."""

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from numpy.testing import assert_allclose
from sklearn import linear_model as theirs

from mutar_cy import GroupLasso, IndLasso, alpha_max
from mutar_cy import linear_model as ours

RAGGED = simulated.ragged()[:2]
SHARED = simulated.shared()[:2]
ONE = SHARED[0], SHARED[1][:, 0]
OMEGA = [1, 2, 0.5, 1, np.inf, 1, 1, 3, 1, 1]
GROUPS = [[0, 9], [1, 2, 3], [4, 5, 6, 7], [8]]
CASES = {
    "group lasso": (GroupLasso(), RAGGED),
    "without intercept": (GroupLasso(fit_intercept=False), RAGGED),
    "positive": (GroupLasso(positive=True), RAGGED),
    "weights": (GroupLasso(penalty_weights=OMEGA), RAGGED),
    "groups": (GroupLasso(groups=GROUPS), RAGGED),
    "task weights": (GroupLasso(task_weight=[1, 2, 0.5]), RAGGED),
    "normalize": (GroupLasso(normalize=True), RAGGED),
    "responses": (GroupLasso(), simulated.responses()[:2]),
    "shared": (GroupLasso(), SHARED),
    "one task": (GroupLasso(), ONE),
    "lasso": (ours.Lasso(), ONE),
    "elastic net": (ours.ElasticNet(l1_ratio=0.3), ONE),
    "multi-task lasso": (ours.MultiTaskLasso(), SHARED),
    "multi-task elastic net": (ours.MultiTaskElasticNet(l1_ratio=0.3), SHARED),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each_case
def test_zeros_from_alpha_max_on(case):
    model, (X, y) = case
    largest = alpha_max(model, X, y)
    assert np.ndim(largest) == 0
    for factor in (1.0, 1 + 1e-9, 2.0, 1e6):
        model.set_params(alpha=largest * factor).fit(X, y)
        assert not np.any(model.coef_)
        assert np.all(np.asarray(model.n_iter_) == 0)
        assert_certified(model, X, y)


@each_case
def test_something_below_alpha_max(case):
    model, (X, y) = case
    model.set_params(alpha=alpha_max(model, X, y) * (1 - 1e-3), tol=1e-9)
    assert np.any(model.fit(X, y).coef_)
    assert_certified(model, X, y)


@each_case
def test_the_estimator_is_not_fitted_nor_changed(case):
    model, (X, y) = case
    before = repr(model.set_params(alpha=0.5).get_params())
    fitted = {**vars(model)}
    alpha_max(model, X, y)
    assert repr(model.get_params()) == before
    assert vars(model).keys() == fitted.keys()


def test_alpha_max_from_the_definition():
    X, y = RAGGED
    slopes = [
        (x - x.mean(axis=0)).T @ (v - v.mean()) / len(v)
        for x, v in zip(X, y, strict=True)
    ]
    rows = np.linalg.norm(slopes, axis=0)
    assert_allclose(alpha_max(GroupLasso(), X, y), rows.max(), rtol=1e-12)
    largest = np.broadcast_to(np.abs(slopes).max(axis=1), 3)
    assert_allclose(alpha_max(IndLasso(alpha=np.ones(3)), X, y), largest, rtol=1e-12)


def test_independent_lassos_have_one_alpha_max_each():
    X, y = RAGGED
    largest = alpha_max(IndLasso(alpha=np.ones(3)), X, y)
    alpha = largest * np.array([1.0, 0.99, 1.0])
    coef = IndLasso(alpha, tol=1e-9).fit(X, y).coef_
    assert coef.any(axis=0).tolist() == [False, True, False]


def test_unpenalised_features_are_solved_first():
    X, y = RAGGED
    omega = np.ones(10)
    omega[0] = 0
    model = GroupLasso(penalty_weights=omega)
    largest = alpha_max(model, X, y)
    model.set_params(alpha=largest * (1 + 1e-9)).fit(X, y)
    assert model.coef_[0].all()
    assert not model.coef_[1:].any()
    assert_certified(model, X, y, tol=1e-9)
    model.set_params(alpha=largest * 0.99, tol=1e-10).fit(X, y)
    assert model.coef_[1:].any()


def test_alpha_max_of_weights_and_labels():
    (X, y, _), task = simulated.long()
    weight = np.random.default_rng(0).uniform(0.1, 2, len(y))
    params = {"sample_weight": weight, "task": task}
    largest = alpha_max(GroupLasso(), X, y, **params)
    model = GroupLasso(largest * (1 + 1e-9)).fit(X, y, **params)
    assert not model.coef_.any()
    assert GroupLasso(largest * 0.99, tol=1e-10).fit(X, y, **params).coef_.any()


def test_alpha_max_refuses_bad_data():
    X, y = RAGGED
    with pytest.raises(ValueError, match="NaN"):
        alpha_max(GroupLasso(), [x * np.nan for x in X], y)


def test_alpha_max_takes_this_package_s_estimators_only():
    with pytest.raises(TypeError, match="Lasso"):
        alpha_max(theirs.Lasso(), *ONE)


@pytest.mark.parametrize("cls", [ours.ElasticNet, ours.MultiTaskElasticNet])
def test_a_ridge_alone_has_no_alpha_max(cls):
    X, Y = SHARED
    y = Y if cls is ours.MultiTaskElasticNet else Y[:, 0]
    with pytest.raises(ValueError, match="l1_ratio=0"):
        alpha_max(cls(l1_ratio=0.0), X, y)
