"""What every loss must satisfy, whoever wrote it.

A class named in ``mutar_cy.losses.__all__`` is tested here without another line, but
for the targets that it takes.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar

from mutar_cy import losses
from mutar_cy.losses import Gamma, Logistic, Loss, Poisson, SquaredError

pytestmark = pytest.mark.kernel

TARGETS = {
    "Gamma": [0.2, 1.0, 7.5],
    "Logistic": [0.0, 1.0],
    "Poisson": [0.0, 1.0, 12.0],
    "SquaredError": [-2.0, 0.0, 3.0],
}
FORMULAS = {
    "Gamma": lambda y, eta: y * np.exp(-eta) + eta,
    "Logistic": lambda y, eta: np.logaddexp(0.0, eta) - y * eta,
    "Poisson": lambda y, eta: np.exp(eta) - y * eta,
    "SquaredError": lambda y, eta: (y - eta) ** 2 / 2,
}
NAMES = [cls.__name__ for cls in Loss.__subclasses__()]
each_loss = pytest.mark.parametrize("name", NAMES)


def case(name, n=40, seed=0, spread=1.5):
    """Return a loss, targets, predictors and roots of weights, some of them 0."""
    rng = np.random.default_rng(seed)
    y = rng.choice(TARGETS[name], n)
    y[: len(TARGETS[name])] = TARGETS[name]
    sqrt_weight = np.sqrt(rng.uniform(0.1, 2.0, n))
    sqrt_weight[-3:] = 0.0
    return getattr(losses, name)(), y, spread * rng.standard_normal(n), sqrt_weight


def terms(loss, y, eta, sqrt_weight):
    residual, curvature = np.full_like(y, np.nan), np.full_like(y, np.nan)
    return loss.evaluate(y, eta, sqrt_weight, residual, curvature), residual, curvature


def test_every_loss_is_tested():
    assert set(NAMES) == set(TARGETS) == set(FORMULAS)


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
    assert_allclose(curvature[counted], curve[counted], rtol=1e-6, atol=1e-6)
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
    loss = getattr(losses, name)()
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
    parts = {
        "Poisson": np.exp(eta) + np.abs(y * eta),
        "Gamma": y * np.exp(-eta) + np.abs(eta),
    }
    expected = sqrt_weight**2 @ parts.get(name, FORMULAS[name](y, eta))
    assert_allclose(loss.magnitude(y, eta, sqrt_weight), expected, rtol=1e-13)
    assert loss.magnitude(y, eta, sqrt_weight) >= abs(
        loss.value(y, eta, sqrt_weight)
    ) * (1 - 1e-12)
