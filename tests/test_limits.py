"""The edges of what can be fitted: samples, columns, tolerances, units."""

import warnings

import numpy as np
import pytest
import simulated
from certificate import assert_certified, check
from kinds import CONVEX, TiedDirtyModel
from numpy.testing import assert_allclose
from problems import coefficients_of, problem_of
from scipy import sparse
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, Ridge

from mutar_cy import GroupLasso, IndLasso, alpha_max
from mutar_cy import linear_model as ours

pytestmark = pytest.mark.kernel

TIGHT = {"tol": 1e-14, "max_iter": 20_000}
each_estimator = pytest.mark.parametrize("cls", CONVEX)
LASSOS = [GroupLasso, IndLasso, ours.Lasso]  # at one task


@each_estimator
def test_one_sample_a_task(cls):
    X, y, _ = simulated.stacked(n_samples=1)
    model = cls(0.1).fit(X, y)  # an intercept explains a single sample
    assert not model.coef_.any()
    assert_allclose(model.intercept_, y[:, 0], rtol=1e-12)
    model = cls(0.1, fit_intercept=False).fit(X, y)
    assert model.coef_.any()
    assert_certified(model, X, y)


@each_estimator
def test_one_sample_in_one_task_only(cls):
    X, y, _ = simulated.ragged((20, 1, 15))
    assert_certified(cls(0.1).fit(X, y), X, y)


@each_estimator
def test_one_feature(cls):
    X, y, _ = simulated.ragged(n_features=3)
    X = [x[:, :1] for x in X]
    model = cls(0.1).fit(X, y)
    assert model.coef_.shape == (1, 3)
    assert_certified(model, X, y)


@pytest.mark.parametrize("cls", LASSOS[:2])
def test_one_task_of_one_sample_and_one_feature(cls):
    X, y = np.array([[2.0]]), np.array([3.0])
    model = cls(0.5, fit_intercept=False, **TIGHT).fit(X, y)
    assert_allclose(np.ravel(model.coef_), [(6 - 0.5) / 4], rtol=1e-12)
    assert_certified(model, X, y)


@each_estimator
def test_one_response_is_no_response_axis(cls):
    X, y, _ = simulated.stacked()
    plain = cls(0.1, **TIGHT).fit(X, y)
    model = cls(0.1, **TIGHT).fit(X, y[:, :, None])
    assert model.coef_.shape == (10, 3, 1)
    assert np.array_equal(model.coef_[:, :, 0], plain.coef_)
    assert model.predict(X).shape == (3, 20, 1)


SPOIL = {
    "zero column in all tasks": lambda X: [with_column(x, 0.0) for x in X],
    "zero column in one task": lambda X: [with_column(X[0], 0.0), *X[1:]],
    "constant column": lambda X: [with_column(x, 3.0) for x in X],
    "large constant column": lambda X: [with_column(x, 1e8 / 3) for x in X],
    "large constant in one task": lambda X: [with_column(X[0], 1e8 / 3), *X[1:]],
    "all zero": lambda X: [0 * x for x in X],
}


def with_column(X, value):
    X = X.copy()
    X[:, 0] = value
    return X


@pytest.mark.drawn(pairs=True)
@each_estimator
@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
@pytest.mark.parametrize("alpha", [0.1, 1e-6])
def test_columns_that_carry_nothing_get_zeros(cls, spoil, alpha):
    X, y, _ = simulated.ragged()
    X = spoil(X)
    model = cls(alpha, max_iter=20_000).fit(X, y)
    for x, w in zip(X, model.coef_.T, strict=True):
        assert not w[np.ptp(x, axis=0) == 0].any()
    assert_certified(model, X, y)


@each_estimator
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_array])
def test_a_sparse_design_without_entries(cls, make):
    X, y, _ = simulated.ragged()
    X[1][:] = 0
    model = cls(0.1, **TIGHT).fit([make(x) for x in X], y)
    assert not model.coef_[:, 1].any()
    assert_allclose(model.coef_, cls(0.1, **TIGHT).fit(X, y).coef_, atol=1e-7)


@each_estimator
@pytest.mark.parametrize("value", [0.0, 1.0, 1e8 / 3])
def test_constant_targets(cls, value):
    X, y, _ = simulated.ragged()
    y = [np.full(len(v), value) for v in y]
    model = cls(0.1).fit(X, y)
    assert not model.coef_.any()
    assert_allclose(model.intercept_, value, rtol=1e-14)
    assert np.max(model.dual_gap_) <= 1e-12 * max(1, value**2)


@each_estimator
def test_one_constant_target_among_others(cls):
    X, y, _ = simulated.ragged()
    y[1][:] = 2.0
    model = cls(0.1).fit(X, y)
    assert not model.coef_[:, 1].any()
    assert_certified(model, X, y)


@each_estimator
def test_duplicate_columns(cls):
    X, y, _ = simulated.ragged()
    doubled = [np.hstack([x, x]) for x in X]
    model = cls(0.1, **TIGHT).fit(doubled, y)
    single = cls(0.1, **TIGHT).fit(X, y)
    both = model.coef_[:10] + model.coef_[10:]
    assert_allclose(both, single.coef_, atol=1e-7)
    assert_certified(model, doubled, y)


@each_estimator
@pytest.mark.parametrize("alpha", [1e-3, 1e-6])
def test_more_features_than_samples_and_a_tiny_penalty(cls, alpha):
    X, y, _ = simulated.ragged((12, 8, 15), 30)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = cls(alpha, max_iter=50_000).fit(X, y)
    if caught:
        assert [warning.category for warning in caught] == [ConvergenceWarning]
        assert "gap" in str(caught[0].message)
    else:
        assert_certified(model, X, y)


@pytest.mark.parametrize("cls", LASSOS)
def test_no_penalty_with_positive_is_nnls(cls):
    X, Y, _ = simulated.shared()
    y = Y[:, 0] - 3 * X[:, 5]
    model = cls(0.0, fit_intercept=False, positive=True, tol=1e-12)
    with pytest.warns(UserWarning, match="LinearRegression"):
        model.fit(X, y)
    assert_allclose(np.ravel(model.coef_), nnls(X, y)[0], atol=1e-8)


@pytest.mark.parametrize("alpha", [1e-6, 0.1, 0.7])
@pytest.mark.parametrize("tol", [1e-4, 1e-14])
def test_elastic_net_without_l1_is_ridge_exactly(alpha, tol):
    X, Y, _ = simulated.shared()
    expected = Ridge(30 * alpha).fit(X, Y).coef_
    model = ours.MultiTaskElasticNet(alpha, l1_ratio=0.0, tol=tol).fit(X, Y)
    assert_allclose(model.coef_, expected, atol=1e-8)
    assert_certified(model, X, Y)
    model = ours.ElasticNet(alpha, l1_ratio=0.0, tol=tol).fit(X, Y[:, 0])
    assert_allclose(model.coef_, expected[0], atol=1e-8)


@each_estimator
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.csc_array])
def test_no_penalty_has_no_gap(cls, make):
    X, y, _ = simulated.ragged()
    with pytest.warns(UserWarning, match="LinearRegression"):
        model = cls(0.0).fit([make(np.where(x > 0, x, 0)) for x in X], y)
    null = sum(0.5 * np.var(v) for v in y)
    assert np.max(np.abs(model.dual_gap_)) <= 1e-12 * null
    X = [np.where(x > 0, x, 0) for x in X]
    for x, v, w in zip(X, y, model.coef_.T, strict=True):
        expected = np.linalg.lstsq(x - x.mean(axis=0), v - v.mean())[0]
        assert_allclose(w, expected, atol=1e-8)


@each_estimator
def test_zero_tolerance_stops_at_machine_precision(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1, tol=0.0, max_iter=5000).fit(X, y)
    assert_certified(model, X, y, tol=1e-13)
    assert np.max(np.asarray(model.n_iter_)) < 5000


@pytest.mark.parametrize("cls", LASSOS)
def test_zero_tolerance_agrees_with_scikit_learn(cls):
    X, Y, _ = simulated.shared()
    model = cls(0.05, tol=0.0).fit(X, Y[:, 0])
    his = Lasso(0.05, tol=1e-15, max_iter=100_000).fit(X, Y[:, 0])
    assert_allclose(np.ravel(model.coef_), his.coef_, atol=1e-12)


@each_estimator
def test_offsets_do_not_cost_precision(cls):
    X, y, _ = simulated.ragged()
    plain = cls(0.1, **TIGHT).fit(X, y)
    moved = cls(0.1, tol=1e-10).fit([x + 1e6 for x in X], y)
    assert_allclose(moved.coef_, plain.coef_, atol=1e-6)
    assert_certified(moved, [x + 1e6 for x in X], y)


# Units whose squares overflow: the same support, no silent zeros, no hang.

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


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.drawn(least=16)
@each_model
@pytest.mark.parametrize("power", POWERS)
def test_designs_in_extreme_units(model, power):
    X, y, _ = simulated.ragged()
    assert_scaled(model, X, y, power, 1.0)


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.drawn(least=16)
@each_model
@pytest.mark.parametrize("power", [1e12, 1e-12, 1e150, 1e-150, 1e-200])
def test_targets_in_extreme_units(model, power):
    X, y, _ = simulated.ragged()
    assert_scaled(model, X, y, 1.0, power)


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.drawn(least=12)
@each_model
@pytest.mark.parametrize("powers", [(1e150, 1e-12), (1e-160, 1e12), (1e-100, 1e100)])
def test_both_in_extreme_units(model, powers):
    X, y, _ = simulated.ragged()
    assert_scaled(model, X, y, *powers)


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.parametrize("cls", CONVEX)
def test_tasks_in_different_units(cls):
    X, y, _ = simulated.ragged()
    X = [x * unit for x, unit in zip(X, [1e4, 1.0, 1e-4], strict=True)]
    model = cls(0.05, tol=1e-10, max_iter=20_000).fit(X, y)
    problem = problem_of(model, X, y)
    check(problem, *coefficients_of(model, 10, 3), tol=1e-10)
    assert model.coef_.any()


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.parametrize("cls", CONVEX)
def test_columns_in_different_units(cls):
    X, y, _ = simulated.ragged()
    units = np.logspace(-5, 5, 10)
    X = [x * units for x in X]
    model = cls(0.05, tol=1e-10, max_iter=20_000).fit(X, y)
    problem = problem_of(model, X, y)
    check(problem, *coefficients_of(model, 10, 3), tol=1e-10)


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.parametrize("power", [1e150, 1e200, 1e-160])
@pytest.mark.parametrize("cls", [ours.Lasso, ours.MultiTaskLasso])
def test_drop_ins_in_extreme_units(cls, power):
    X, Y, _ = simulated.shared()
    y = Y if cls is ours.MultiTaskLasso else Y[:, 0]
    plain = cls(0.1, tol=1e-10).fit(X, y)
    model = cls(0.1 * power, tol=1e-10).fit(X * power, y)
    assert np.array_equal(model.coef_ != 0, plain.coef_ != 0)
    assert_allclose(model.coef_ * power, plain.coef_, atol=1e-5)


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.parametrize("power", POWERS)
def test_alpha_max_in_extreme_units(power):
    X, y, _ = simulated.ragged()
    largest = alpha_max(GroupLasso(), X, y)
    scaled = alpha_max(GroupLasso(), [x * power for x in X], y)
    assert_allclose(scaled / power, largest, rtol=1e-10)


@pytest.mark.uncertified("certified in plain units, here")
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


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.parametrize("cls", CONVEX)
def test_a_penalty_beyond_all_data(cls):
    X, y, _ = simulated.ragged()
    model = cls(1e300).fit(X, y)
    assert not model.coef_.any()
    assert np.all(np.asarray(model.n_iter_) == 0)


@pytest.mark.uncertified("certified in plain units, here")
@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_extreme_penalty_weights(factor):
    X, y, _ = simulated.ragged()
    omega = np.ones(10)
    omega[:5] = factor
    model = GroupLasso(0.1, penalty_weights=omega, tol=1e-10).fit(X, y)
    check(problem_of(model, X, y), *coefficients_of(model, 10, 3), tol=1e-10)
    assert model.coef_[:5].all() == (factor < 1)


@pytest.mark.uncertified("certified in plain units, here")
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
