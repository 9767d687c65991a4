"""What every loss must satisfy, whoever wrote it.

A class named in ``mutar_cy.losses.__all__`` is tested here without another line, but
for the targets that it takes.
"""

import pickle

import numpy as np
import pytest
from glm_certificate import assert_certified
from loss_cases import CASES, REGRESSION, newton_curvature
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar

from mutar_cy import GroupLasso, GroupLassoClassifier
from mutar_cy.losses import (
    Gamma,
    Huber,
    Logistic,
    Loss,
    Poisson,
    SquaredError,
    get_loss,
    regression_losses,
)

pytestmark = pytest.mark.kernel

NAMES = [cls.name for cls in Loss.__subclasses__() if cls.name]
FORMULAS = {name: case.value for name, case in CASES.items()}
each_loss = pytest.mark.parametrize("name", NAMES)


def case(name, n=40, seed=0, spread=1.5):
    """Return a loss, targets, predictors and roots of weights, some of them 0."""
    rng = np.random.default_rng(seed)
    y = rng.choice(CASES[name].targets, n)
    y[: len(CASES[name].targets)] = CASES[name].targets
    sqrt_weight = np.sqrt(rng.uniform(0.1, 2.0, n))
    sqrt_weight[-3:] = 0.0
    return CASES[name].loss, y, spread * rng.standard_normal(n), sqrt_weight


def terms(loss, y, eta, sqrt_weight):
    residual, curvature = np.full_like(y, np.nan), np.full_like(y, np.nan)
    return loss.evaluate(y, eta, sqrt_weight, residual, curvature), residual, curvature


def test_every_loss_is_tested():
    assert set(NAMES) == set(CASES)


@each_loss
def test_value_is_the_formula(name):
    loss, y, eta, sqrt_weight = case(name)
    expected = sqrt_weight**2 @ FORMULAS[name](y, eta)
    assert_allclose(loss.value(y, eta, sqrt_weight), expected, rtol=1e-13)
    assert_allclose(terms(loss, y, eta, sqrt_weight)[0], expected, rtol=1e-13)


@each_loss
def test_residual_and_curvature_are_derivatives(name):
    loss, y, eta, sqrt_weight = case(name)
    _, residual, curvature = terms(loss, y, eta, sqrt_weight)
    f, step = FORMULAS[name], 1e-4
    slope = (f(y, eta + step) - f(y, eta - step)) / (2 * step)
    curve = (f(y, eta + step) - 2 * f(y, eta) + f(y, eta - step)) / step**2
    counted = sqrt_weight > 0
    assert_allclose(
        residual[counted], -(sqrt_weight * slope)[counted], rtol=1e-6, atol=1e-7
    )
    # Away from kinks of the derivative: the difference quotient is in between there.
    smooth = (
        counted
        & (CASES[name].curvature(y, eta - step) > 0)
        & (CASES[name].curvature(y, eta + step) > 0)
    )
    assert_allclose(loss.curvature(y, eta)[smooth], curve[smooth], rtol=1e-6, atol=1e-6)
    assert_allclose(loss.curvature(y, eta), CASES[name].curvature(y, eta), rtol=1e-12)
    expected = newton_curvature(name, y, eta)
    assert_allclose(curvature[counted], expected[counted], rtol=1e-12)
    assert_array_equal(residual[~counted], 0.0)
    assert_array_equal(curvature[~counted], 0.0)
    assert (curvature <= loss.smoothness * (1 + 1e-12)).all()


@each_loss
@pytest.mark.parametrize("scale", [1.0, 0.7, 0.0])
def test_dual_is_the_conjugate(name, scale):
    # Sample by sample: -max_eta (-r eta - f(y, eta)) - r offset, at r = scale * -f'.
    loss, y, eta, sqrt_weight = case(name, n=9)
    offset = np.linspace(-1.0, 1.0, len(y))
    _, residual, _ = terms(loss, y, eta, sqrt_weight)
    expected = 0.0
    for i in np.flatnonzero(sqrt_weight > 0):
        own = scale * residual[i] / sqrt_weight[i]

        def negative(t, own=own, target=y[i]):
            return own * t + FORMULAS[name](target, t)

        best = minimize_scalar(negative, bounds=(-60.0, 60.0), options={"xatol": 1e-12})
        expected += sqrt_weight[i] ** 2 * (best.fun - own * offset[i])
    got = loss.dual(y, offset, sqrt_weight, residual, scale)
    assert_allclose(got, expected, rtol=1e-6, atol=1e-7)


@each_loss
def test_dual_meets_the_loss_at_its_own_residual(name):
    # Fenchel and Young: what is left of the gap is the residual times the predictor.
    loss, y, eta, sqrt_weight = case(name)
    offset = np.zeros_like(y)
    value, residual, _ = terms(loss, y, eta, sqrt_weight)
    dual = loss.dual(y, offset, sqrt_weight, residual, 1.0)
    assert_allclose(
        value - dual, -(sqrt_weight * residual) @ eta, rtol=1e-11, atol=1e-11
    )


@each_loss
def test_constant_makes_the_best_loss_zero(name):
    loss, y, eta, sqrt_weight = case(name)
    lowest = -loss.constant_to_optimal(y, sqrt_weight)
    expected = 0.0
    for target, weight in zip(y, sqrt_weight**2, strict=True):
        best = minimize_scalar(
            lambda t, target=target: FORMULAS[name](target, t), bounds=(-60.0, 60.0)
        )
        expected += weight * best.fun
    assert_allclose(lowest, expected, rtol=1e-6, atol=1e-6)
    assert loss.value(y, eta, sqrt_weight) >= lowest


@each_loss
@pytest.mark.parametrize("spread", [1e-3, 1.5, 20.0])
def test_intercept_balances_the_residuals(name, spread):
    loss, y, eta, sqrt_weight = case(name, spread=spread)
    intercept = loss.fit_intercept_only(y, eta, sqrt_weight)
    _, residual, _ = terms(loss, y, eta + intercept, sqrt_weight)
    balance, size = sqrt_weight @ residual, sqrt_weight @ np.abs(residual)
    assert abs(balance) <= 1e-13 * size
    assert np.isfinite(intercept)


@each_loss
@pytest.mark.parametrize("far", [-300.0, 300.0])
def test_intercept_comes_back_from_far_away(name, far):
    loss, y, eta, sqrt_weight = case(name)
    near = loss.fit_intercept_only(y, eta, sqrt_weight)
    assert_allclose(
        loss.fit_intercept_only(y, eta + far, sqrt_weight),
        near - far,
        rtol=1e-12,
        atol=1e-9,
    )


@each_loss
def test_means_are_where_the_residual_vanishes(name):
    loss = CASES[name].loss
    eta = np.linspace(-3.0, 3.0, 7)
    y = np.ascontiguousarray(loss.mean(eta))
    _, residual, _ = terms(loss, y, eta, np.ones(7))
    assert_allclose(residual, 0.0, atol=1e-13)


def test_predictors_beyond_float_cost_infinity_and_never_nan():
    y, sqrt_weight = np.array([1.0, 2.0]), np.ones(2)
    for loss, eta in ((Poisson(), 1e4), (Gamma(), -1e4), (SquaredError(), 1e200)):
        assert loss.value(y, np.full(2, eta), sqrt_weight) == np.inf
    for eta in (1e4, -1e4):
        value, residual, curvature = terms(
            Logistic(), y - 1.0, np.full(2, eta), sqrt_weight
        )
        assert_allclose(value, 1e4)
        assert np.isfinite(residual).all()
        assert_array_equal(curvature, 0.0)


def test_the_base_class_costs_nothing():
    y, eta, sqrt_weight = np.ones(3), np.ones(3), np.ones(3)
    value, residual, curvature = terms(Loss(), y, eta, sqrt_weight)
    assert (
        value
        == Loss().value(y, eta, sqrt_weight)
        == Loss().constant_to_optimal(y, sqrt_weight)
        == 0.0
    )
    assert not residual.any()
    assert not curvature.any()
    assert Loss().dual(y, eta, sqrt_weight, residual, 1.0) == 0.0
    with pytest.raises(NotImplementedError):
        Loss().mean(eta)


@each_loss
def test_magnitude_is_the_sum_of_absolute_terms(name):
    loss, y, eta, sqrt_weight = case(name)
    parts = CASES[name].magnitude or FORMULAS[name]
    expected = sqrt_weight**2 @ parts(y, eta)
    assert_allclose(loss.magnitude(y, eta, sqrt_weight), expected, rtol=1e-13)
    assert loss.magnitude(y, eta, sqrt_weight) >= abs(
        loss.value(y, eta, sqrt_weight)
    ) * (1 - 1e-12)


@each_loss
def test_deviance_is_twice_the_loss_above_its_minimum(name):
    loss, y, eta, _ = case(name)
    expected = 2 * (CASES[name].value(y, eta) - CASES[name].least(y))
    assert_allclose(loss.deviance(y, eta), expected, rtol=1e-9, atol=1e-12)
    square = loss.deviance(y.reshape(8, 5), eta.reshape(8, 5))
    assert_array_equal(square.ravel(), loss.deviance(y, eta))


@each_loss
def test_conjugate_is_the_reference(name):
    loss, y, eta, sqrt_weight = case(name)
    _, residual, _ = terms(loss, y, eta, sqrt_weight)
    r = 0.6 * CASES[name].residual(y, eta)
    expected = -(sqrt_weight**2) @ CASES[name].conjugate(y, r)
    got = loss.dual(y, np.zeros_like(y), sqrt_weight, residual, 0.6)
    assert_allclose(got, expected, rtol=1e-10)


@each_loss
def test_names_and_instances_are_registered(name):
    loss = CASES[name].loss
    assert get_loss(name) == loss
    assert get_loss(loss) is loss
    copy = pickle.loads(pickle.dumps(loss))
    assert copy == loss
    assert hash(copy) == hash(loss)
    assert repr(loss).startswith(type(loss).__name__)


def test_an_unknown_loss_raises_and_lists_the_names():
    with pytest.raises(ValueError, match=r"loss='absolute' must be one of \['gamma'"):
        get_loss("absolute")
    assert regression_losses() == sorted(REGRESSION)


def test_parameters_tell_losses_apart():
    assert Huber(1.0) != Huber(2.0)
    assert Huber() != SquaredError()
    assert Huber(2.0).delta == 2.0
    for delta in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="delta must be positive and finite"):
            Huber(delta)


@each_loss
def test_targets_outside_the_range_are_refused(name):
    loss = CASES[name].loss
    loss.check_target(np.array(CASES[name].targets), " of task 3")
    if loss.lower_bound > -np.inf:
        with pytest.raises(
            ValueError, match=r"^y of task 3 must .*got -1\.0\. .*take loss="
        ):
            loss.check_target(np.array([1.0, -1.0]), " of task 3")


@each_loss
@pytest.mark.parametrize("far", [-3000.0, 3000.0])
def test_intercepts_are_bracketed_however_far_they_are(name, far):
    # exp(3000) is no number: solvers of losses with a log link never start there.
    if CASES[name].loss.link == "log":
        far /= 10.0
    loss, y, eta, sqrt_weight = case(name, seed=3)
    near = loss.fit_intercept_only(y, eta, sqrt_weight)
    found = loss.fit_intercept_only(y, eta + far, sqrt_weight)
    assert_allclose(found, near - far, rtol=1e-12, atol=1e-9)


def test_an_intercept_without_an_optimum_is_an_error():
    y, sqrt_weight = np.ones(4), np.ones(4)
    with pytest.raises(ValueError, match="'logistic' has no finite optimum"):
        Logistic().fit_intercept_only(y, np.zeros(4), sqrt_weight)


@pytest.mark.parametrize("excess", [1e-3, 1e-6, 1e-12])
def test_the_intercept_of_huber_crosses_flat_derivatives(excess):
    # The residuals nearly balance on the whole way from 50 to -50, so that Newton steps
    # are far shorter than the bracket.
    y, sqrt_weight = np.array([-50.0, 50.0]), np.sqrt([1.0 + excess, 1.0])
    found = Huber(0.1).fit_intercept_only(y, np.zeros(2), sqrt_weight)
    assert_allclose(found, -50.0 + 0.1 / (1.0 + excess), rtol=1e-12)


def test_a_classifier_bears_a_large_offset():
    # Ended at zeros, intercept -800, when steps of the intercept had a fixed bound.
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 4))
    y = (X[:, 0] + 0.5 * rng.standard_normal(60) > 0).astype(int)
    plain = GroupLassoClassifier(alpha=0.02, tol=1e-9).fit(X, y)
    moved = GroupLassoClassifier(alpha=0.02, tol=1e-9)
    moved.fit(X, y, offset=np.full(60, 2000.0))
    assert plain.coef_.any()
    assert_allclose(moved.coef_, plain.coef_, rtol=1e-5)
    assert_allclose(moved.intercept_, plain.intercept_ - 2000.0, rtol=1e-9)


HARD = {
    "shifted and scaled": lambda X, y: (X, 1e4 * y + 1e5, {}),
    "large offsets": lambda X, y: (X, y, {"offset": np.full(len(y), 300.0)}),
    "one sample": lambda X, y: (X[:1], y[:1] + 1.0, {}),
    "two samples": lambda X, y: (X[:2], np.array([y[0], y[1] + 1.0]), {}),
    "few distinct": lambda X, y: (np.round(X), np.round(y) + 1.0, {}),
}


@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize("name", REGRESSION)
def test_whole_fits_on_hard_data_are_certified(name, data):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((50, 6))
    y = CASES[name].draw(0.5 * X[:, 0], rng)
    y = np.maximum(y, 0.1) if CASES[name].loss.lower_bound == 0.0 else y
    X, y, given = HARD[data](X, y)
    if CASES[name].loss.link == "log":  # exp(300) is too much for the reference
        y, given = y / y.max() * 100, {k: v / 100 for k, v in given.items()}
    tol = 1e-6 if len(y) > 2 else 1e-12
    model = GroupLasso(groups=2, alpha=0.01, loss=name, tol=tol, max_iter=20000)
    model.fit(X, y, **given)  # a ConvergenceWarning is an error in tests
    if len(y) > 2:
        assert_certified(model, X, y, **given)
    else:  # the null model is perfect up to rounding
        assert 0.0 <= model.dual_gap_ <= 1e-11 * np.abs(y).max()


def test_huber_without_curvature_anywhere_converges():
    # Half the targets are far above, half far below every predictor: f'' is 0.
    rng = np.random.default_rng(2)
    X = rng.standard_normal((40, 5))
    y = np.where(X[:, 0] > 0, 50.0, -50.0)
    assert_array_equal(Huber(0.1).curvature(y, np.zeros(40)), 0.0)
    model = GroupLasso(groups=1, alpha=0.01, loss=Huber(0.1), tol=1e-6, max_iter=5000)
    model.fit(X, y)
    assert model.coef_.any()
    assert 0.0 <= model.dual_gap_ <= 1e-6 * 5.0


def test_huber_with_a_large_delta_is_least_squares():
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((40, 5)), rng.standard_normal(40)
    given = {"alpha": 0.05, "tol": 1e-12}
    robust = GroupLasso(groups=1, loss=Huber(1e3), **given).fit(X, y)
    plain = GroupLasso(groups=1, **given).fit(X, y)
    assert_allclose(robust.coef_, plain.coef_, atol=1e-7)


def test_huber_does_not_follow_outliers():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((80, 6))
    y = X[:, 0] + 0.1 * rng.standard_normal(80)
    y[:8] += 100.0
    given = {"groups": 1, "alpha": 0.01}
    robust = GroupLasso(loss=Huber(0.2), **given).fit(X, y)
    plain = GroupLasso(**given).fit(X, y)
    truth = np.eye(6)[0]
    assert np.abs(robust.coef_ - truth).max() < 0.1
    assert np.abs(plain.coef_ - truth).max() > 1.0
