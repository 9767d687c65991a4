"""Where a model coincides with another one, both must give the same numbers."""

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from numpy.testing import assert_allclose
from sklearn import linear_model as theirs

from mutar_cy import GroupLasso, IndLasso
from mutar_cy import linear_model as ours

TIGHT = {"tol": 1e-14, "max_iter": 20_000}
THEIR_TIGHT = {"tol": 1e-15, "max_iter": 100_000}
EXACT = {"rtol": 0, "atol": 1e-8}


def test_readme_of_mutar():
    X = np.array([[[3.0, 1.0], [2.0, 0.0]], [[0.0, 2.0], [-1.0, 3.0]]])
    y = np.array([[-3.0, 1.0], [1.0, -2.0]])
    model = GroupLasso(alpha=1.0).fit(X, y)
    assert_allclose(model.coef_, [[-0.8, 0.6], [0.0, 0.0]], atol=1e-4)
    assert not model.coef_[1].any()
    assert_certified(model, X, y)
    tight = GroupLasso(alpha=1.0, tol=1e-14).fit(X, y)
    assert_allclose(tight.coef_, [[-0.8, 0.6], [0.0, 0.0]], atol=1e-12)


def test_docstring_of_mutar_s_group_lasso():
    X = np.array(
        [[[3, 1], [1, 0], [1, 0]], [[0, 2], [2, 3], [2, 3]]],
        dtype=float,
    )
    y = X.sum(axis=2) + 2
    model = GroupLasso(**TIGHT).fit(X, y)
    assert_allclose(model.coef_shared_, [[1.42045049, 1.42045049], [0, 0]], atol=1e-4)
    assert not model.coef_specific_.any()
    assert_certified(model, X, y)


def test_docstring_of_mutar_s_independent_lasso():
    X = np.array(
        [[[3, 1], [2, 0], [1, 0]], [[0, 2], [-1, 3], [1, -2]]],
        dtype=float,
    )
    coef = np.array([[1.0, 1.0], [0.0, -1]])
    y = np.array([x.dot(c) for x, c in zip(X, coef.T, strict=True)]) + 0.1
    model = IndLasso(alpha=[0.1, 0.2], **TIGHT).fit(X, y)
    assert_allclose(model.coef_, [[0.85, 0.0], [0.0, -1.31428571]], atol=1e-8)
    assert_certified(model, X, y)


def test_gallery_multi_task_lasso():
    X, Y, _ = simulated.gallery()
    mine = ours.MultiTaskLasso(alpha=1.0, **TIGHT).fit(X, Y)
    his = theirs.MultiTaskLasso(alpha=1.0, **THEIR_TIGHT).fit(X, Y)
    assert_allclose(mine.coef_, his.coef_, **EXACT)
    assert_allclose(mine.intercept_, his.intercept_, **EXACT)
    assert np.array_equal(mine.coef_ != 0, his.coef_ != 0)
    assert_certified(mine, X, Y)


def test_gallery_lasso_per_task():
    X, Y, _ = simulated.gallery()
    for y in Y.T:
        mine = ours.Lasso(alpha=0.5, **TIGHT).fit(X, y)
        his = theirs.Lasso(alpha=0.5, **THEIR_TIGHT).fit(X, y)
        assert_allclose(mine.coef_, his.coef_, **EXACT)
        assert np.array_equal(mine.coef_ != 0, his.coef_ != 0)
        assert_certified(mine, X, y)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.02, 0.3])
@pytest.mark.parametrize("cls", [GroupLasso, IndLasso])
def test_one_task_is_lasso(cls, alpha, fit_intercept):
    X, Y, _ = simulated.shared()
    y = Y[:, 0]
    his = theirs.Lasso(alpha, fit_intercept=fit_intercept, **THEIR_TIGHT).fit(X, y)
    model = cls(alpha, fit_intercept, **TIGHT)
    for data in [(X, y), (X[None], y[None]), ([X], [y])]:
        model.fit(*data)
        assert_allclose(np.ravel(model.coef_), his.coef_, **EXACT)
        assert_allclose(np.ravel(model.intercept_), his.intercept_, **EXACT)
        assert_certified(model, *data)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.02, 0.3])
def test_same_design_for_all_tasks_is_multi_task_lasso(alpha, fit_intercept):
    X, Y, _ = simulated.shared()
    his = theirs.MultiTaskLasso(alpha, fit_intercept=fit_intercept, **THEIR_TIGHT)
    his.fit(X, Y)
    model = GroupLasso(alpha, fit_intercept, **TIGHT)
    for data in [(X, Y), (np.array([X] * 3), Y.T), ([X] * 3, list(Y.T))]:
        model.fit(*data)
        assert_allclose(model.coef_, his.coef_.T, **EXACT)
        assert_allclose(model.intercept_, his.intercept_, **EXACT)
        assert_certified(model, *data)


def test_responses_of_one_task_are_multi_task_lasso():
    X, Y, _ = simulated.shared()
    his = theirs.MultiTaskLasso(0.1, **THEIR_TIGHT).fit(X, Y)
    model = GroupLasso(0.1, **TIGHT).fit(X[None], Y[None])
    assert model.coef_.shape == (10, 1, 3)
    assert_allclose(model.coef_[:, 0], his.coef_.T, **EXACT)
    assert_certified(model, X[None], Y[None])


def test_independent_lassos_are_lassos():
    X, y, _ = simulated.ragged()
    alpha = [0.05, 0.1, 0.4]
    model = IndLasso(alpha, **TIGHT).fit(X, y)
    for k in range(3):
        his = theirs.Lasso(alpha[k], **THEIR_TIGHT).fit(X[k], y[k])
        assert_allclose(model.coef_[:, k], his.coef_, **EXACT)
        assert_allclose(model.intercept_[k], his.intercept_, **EXACT)
    assert_certified(model, X, y)


def test_groups_of_one_row_are_multi_task_lasso():
    X, Y, _ = simulated.shared()
    groups = [[j] for j in reversed(range(10))]
    model = GroupLasso(0.1, groups=groups, **TIGHT).fit(X, Y)
    his = theirs.MultiTaskLasso(0.1, **THEIR_TIGHT).fit(X, Y)
    assert_allclose(model.coef_, his.coef_.T, **EXACT)
    assert_certified(model, X, Y)


def test_orthonormal_group_lasso_of_one_task_is_block_soft_thresholding():
    rng = np.random.default_rng(0)
    X = np.linalg.qr(rng.standard_normal((20, 6)))[0] * np.sqrt(20)
    y = X @ rng.standard_normal(6)
    groups, alpha = [[0, 3], [1, 2, 5], [4]], 0.7
    given = {"groups": groups, "penalty_weights": [1, 1, 1], **TIGHT}
    model = GroupLasso(alpha, False, **given).fit(X, y)
    expected, z = np.zeros(6), X.T @ y / 20
    for rows in groups:
        expected[rows] = z[rows] * max(0, 1 - alpha / np.linalg.norm(z[rows]))
    assert_allclose(np.ravel(model.coef_), expected, atol=1e-12)
    assert_certified(model, X, y)


def test_a_task_twice_is_its_target_times_root_two():
    # With both copies at v, the norm of a row holds 2 v²: substitute u = √2 v.
    X, y, _ = simulated.ragged()
    twice = GroupLasso(0.2, **TIGHT).fit([*X, X[2]], [*y, y[2]])
    assert_allclose(twice.coef_[:, 2], twice.coef_[:, 3], **EXACT)
    once = GroupLasso(0.2, **TIGHT).fit(X, [*y[:2], np.sqrt(2) * y[2]])
    assert_allclose(once.coef_[:, :2], twice.coef_[:, :2], **EXACT)
    assert_allclose(once.coef_[:, 2], np.sqrt(2) * twice.coef_[:, 2], **EXACT)
    assert_certified(twice, [*X, X[2]], [*y, y[2]])


def test_a_task_twice_is_double_weight_on_its_design_over_root_two():
    X, y, _ = simulated.ragged()
    twice = GroupLasso(0.2, **TIGHT).fit([*X, X[2]], [*y, y[2]])
    weight = np.array([1.0, 1.0, 2.0])
    data = [*X[:2], X[2] / np.sqrt(2)], y
    once = GroupLasso(0.2, task_weight=weight, **TIGHT).fit(*data)
    assert_allclose(once.coef_[:, :2], twice.coef_[:, :2], **EXACT)
    assert_allclose(once.coef_[:, 2], np.sqrt(2) * twice.coef_[:, 2], **EXACT)
    assert_certified(once, *data)


def test_all_tasks_at_double_weight_is_half_the_penalty():
    X, y, _ = simulated.ragged()
    heavy = GroupLasso(0.4, task_weight=np.full(3, 2.0), **TIGHT).fit(X, y)
    light = GroupLasso(0.2, **TIGHT).fit(X, y)
    assert_allclose(heavy.coef_, light.coef_, **EXACT)
    assert_certified(heavy, X, y)
