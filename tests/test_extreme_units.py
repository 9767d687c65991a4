"""Units whose squares overflow: the same support, no silent zeros, no hang."""

import warnings

import numpy as np
import pytest
import simulated
from certificate import check
from kinds import CONVEX, TiedDirtyModel
from numpy.testing import assert_allclose
from problems import coefficients_of, problem_of
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import GroupLasso, IndLasso, alpha_max
from mutar_cy import linear_model as ours

pytestmark = pytest.mark.uncertified("certified in plain units, here")
POWERS = [1e150, 1e200, 1e-150, 1e-160]
MODELS = {
    "group lasso": GroupLasso(0.1),
    "without intercept": GroupLasso(0.1, fit_intercept=False),
    "positive": GroupLasso(0.1, positive=True),
    "groups": GroupLasso(0.1, groups=[[0, 1], [2, 3, 4], [5, 6, 7, 8, 9]]),
    "dirty": TiedDirtyModel(0.1),
    "dirty, positive": TiedDirtyModel(0.1, positive=True),
    "independent": IndLasso(0.1),
    "penalty weights": GroupLasso(0.1, penalty_weights=[0.0] + [1.0] * 8 + [np.inf]),
}
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


def assert_scaled(model, X, y, in_X, in_y):
    """Fit in units ``in_X, in_y`` and certify after going back to plain units."""
    alpha, tol = 0.1, 1e-10
    plain = model.set_params(alpha=alpha, tol=tol).fit(X, y).coef_.copy()
    model.set_params(alpha=alpha * in_X * in_y)
    model.fit([x * in_X for x in X], [v * in_y for v in y])
    assert np.all(np.isfinite(model.coef_))
    assert np.array_equal(model.coef_ != 0, plain != 0)
    back = model.coef_ * (in_X / in_y)
    assert_allclose(back, plain, atol=1e-5)
    model.set_params(alpha=alpha)
    problem = problem_of(model, X, y)
    intercept = coefficients_of(model, *plain.shape)[1] / in_y
    check(problem, back, intercept, tol=tol, rounding=1e-12)


@pytest.mark.drawn(least=16)
@each_model
@pytest.mark.parametrize("power", POWERS)
def test_designs_in_extreme_units(model, power):
    X, y, _ = simulated.ragged()
    assert_scaled(model, X, y, power, 1.0)


@pytest.mark.drawn(least=16)
@each_model
@pytest.mark.parametrize("power", [1e12, 1e-12, 1e150, 1e-150, 1e-200])
def test_targets_in_extreme_units(model, power):
    X, y, _ = simulated.ragged()
    assert_scaled(model, X, y, 1.0, power)


@pytest.mark.drawn(least=12)
@each_model
@pytest.mark.parametrize("powers", [(1e150, 1e-12), (1e-160, 1e12), (1e-100, 1e100)])
def test_both_in_extreme_units(model, powers):
    X, y, _ = simulated.ragged()
    assert_scaled(model, X, y, *powers)


@pytest.mark.parametrize("cls", CONVEX)
def test_tasks_in_different_units(cls):
    X, y, _ = simulated.ragged()
    X = [x * unit for x, unit in zip(X, [1e4, 1.0, 1e-4], strict=True)]
    model = cls(0.05, tol=1e-10, max_iter=20_000).fit(X, y)
    problem = problem_of(model, X, y)
    check(problem, *coefficients_of(model, 10, 3), tol=1e-10)
    assert model.coef_.any()


@pytest.mark.parametrize("cls", CONVEX)
def test_columns_in_different_units(cls):
    X, y, _ = simulated.ragged()
    units = np.logspace(-5, 5, 10)
    X = [x * units for x in X]
    model = cls(0.05, tol=1e-10, max_iter=20_000).fit(X, y)
    problem = problem_of(model, X, y)
    check(problem, *coefficients_of(model, 10, 3), tol=1e-10)


@pytest.mark.parametrize("power", [1e150, 1e200, 1e-160])
@pytest.mark.parametrize("cls", [ours.Lasso, ours.MultiTaskLasso])
def test_drop_ins_in_extreme_units(cls, power):
    X, Y, _ = simulated.shared()
    y = Y if cls is ours.MultiTaskLasso else Y[:, 0]
    plain = cls(0.1, tol=1e-10).fit(X, y)
    model = cls(0.1 * power, tol=1e-10).fit(X * power, y)
    assert np.array_equal(model.coef_ != 0, plain.coef_ != 0)
    assert_allclose(model.coef_ * power, plain.coef_, atol=1e-5)


@pytest.mark.parametrize("power", POWERS)
def test_alpha_max_in_extreme_units(power):
    X, y, _ = simulated.ragged()
    largest = alpha_max(GroupLasso(), X, y)
    scaled = alpha_max(GroupLasso(), [x * power for x in X], y)
    assert_allclose(scaled / power, largest, rtol=1e-10)


@pytest.mark.parametrize("cls", CONVEX)
def test_a_penalty_that_rounds_to_nothing(cls):
    # The dual ball is then smaller than any residual's rounding: the gap cannot
    # close, but the objective can.
    X, y, _ = simulated.ragged()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = cls(1e-300).fit(X, y)
    assert [w.category for w in caught] in ([], [ConvergenceWarning])
    for x, v, r in zip(X, y, model.residuals_, strict=True):
        design = np.column_stack([np.ones(len(v)), x])
        least = v - design @ np.linalg.lstsq(design, v)[0]
        assert r @ r <= (least @ least) * (1 + 1e-6)


@pytest.mark.parametrize("cls", CONVEX)
def test_a_penalty_beyond_all_data(cls):
    X, y, _ = simulated.ragged()
    model = cls(1e300).fit(X, y)
    assert not model.coef_.any()
    assert np.all(np.asarray(model.n_iter_) == 0)


@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_extreme_penalty_weights(factor):
    X, y, _ = simulated.ragged()
    omega = np.ones(10)
    omega[:5] = factor
    model = GroupLasso(0.1, penalty_weights=omega, tol=1e-10).fit(X, y)
    check(problem_of(model, X, y), *coefficients_of(model, 10, 3), tol=1e-10)
    assert model.coef_[:5].all() == (factor < 1)


@pytest.mark.parametrize("power", [1e140, 1e20])
@pytest.mark.parametrize("cls", [ours.ElasticNet, ours.MultiTaskElasticNet])
def test_elastic_nets_in_extreme_units(cls, power):
    # The l1 part has the unit of X y, the ridge that of X².
    X, Y, _ = simulated.shared()
    y = Y if cls is ours.MultiTaskElasticNet else Y[:, 0]
    plain = cls(0.1, l1_ratio=0.5, tol=1e-10).fit(X, y)
    l1, ridge = 0.05 * power, 0.05 * power * power
    model = cls(l1 + ridge, l1_ratio=l1 / (l1 + ridge), tol=1e-10).fit(X * power, y)
    assert np.array_equal(model.coef_ != 0, plain.coef_ != 0)
    assert_allclose(model.coef_ * power, plain.coef_, atol=1e-5)
