"""Every loss, written a second time in NumPy: the data of all tests of losses.

A new loss needs one entry here; the tests of losses, of the intercept-only fit, of
whole fits against an interior point method and of the certificate run for it, too.
"""

from collections.abc import Callable
from typing import NamedTuple

import cvxpy
import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, xlogy

from mutar_cy import losses


class LossCase(NamedTuple):
    """A loss, and formulas of it that come from elsewhere than the package."""

    loss: losses.Loss
    targets: list  # hard ones: the bounds of the range, and some within
    value: Callable  # (y, eta)
    residual: Callable  # minus the derivative by eta
    curvature: Callable  # the second derivative
    conjugate: Callable  # (y, r): the largest -r * eta - value
    least: Callable  # (y): the smallest value over eta
    draw: Callable  # (eta, rng)
    cvxpy: Callable  # (y, eta) as CVXPY atoms
    magnitude: Callable | None = None  # the sum of absolute terms, if not the value
    newton_curvature: Callable | None = None  # if the curvature may vanish


DELTA = losses.Huber().delta
K = 1 / losses.NegativeBinomial().dispersion
POWER = losses.Tweedie().power


def tweedie_value(y, eta):
    """Return half the unit deviance, but for terms of y alone."""
    return y * np.exp((1 - POWER) * eta) / (POWER - 1) + np.exp((2 - POWER) * eta) / (
        2 - POWER
    )


def tweedie_residual(y, eta):
    """Return minus the derivative: (y - mu) mu ** (1 - power)."""
    return (y - np.exp(eta)) * np.exp((1 - POWER) * eta)


@np.vectorize
def tweedie_conjugate(y, r):
    """Return the conjugate at the root of the derivative, found by bracketing."""
    if y == 0.0 and r == 0.0:
        return 0.0
    eta = brentq(lambda t: tweedie_residual(y, t) - r, -60.0, 60.0, xtol=1e-14)
    return -r * eta - tweedie_value(y, eta)


def draw_tweedie(eta, rng):
    """Return sums of a Poisson number of gamma variables."""
    n = rng.poisson(2 * np.exp(eta / 2))
    return np.where(n > 0, rng.gamma(np.maximum(n, 1), np.exp(eta / 2) / 2), 0.0)


CASES = {
    "squared_error": LossCase(
        losses.SquaredError(),
        [-2.0, 0.0, 3.0],
        lambda y, eta: (y - eta) ** 2 / 2,
        lambda y, eta: y - eta,
        lambda y, eta: np.ones_like(eta),
        lambda y, r: r**2 / 2 - r * y,
        np.zeros_like,
        lambda eta, rng: eta + 0.3 * rng.standard_normal(eta.shape),
        lambda y, eta: cvxpy.square(y - eta) / 2,
    ),
    "poisson": LossCase(
        losses.Poisson(),
        [0.0, 1.0, 12.0],
        lambda y, eta: np.exp(eta) - y * eta,
        lambda y, eta: y - np.exp(eta),
        lambda y, eta: np.exp(eta),
        lambda y, r: xlogy(y - r, y - r) - (y - r),
        lambda y: y - xlogy(y, y),
        lambda eta, rng: rng.poisson(np.exp(eta)).astype(float),
        lambda y, eta: cvxpy.exp(eta) - cvxpy.multiply(y, eta),
        magnitude=lambda y, eta: np.exp(eta) + np.abs(y * eta),
    ),
    "gamma": LossCase(
        losses.Gamma(),
        [0.2, 1.0, 7.5],
        lambda y, eta: y * np.exp(-eta) + eta,
        lambda y, eta: y * np.exp(-eta) - 1,
        lambda y, eta: y * np.exp(-eta),
        lambda y, r: xlogy(1 + r, (1 + r) / y) - (1 + r),
        lambda y: 1 + np.log(y),
        lambda eta, rng: rng.gamma(2.0, np.exp(eta) / 2),
        lambda y, eta: cvxpy.multiply(y, cvxpy.exp(-eta)) + eta,
        magnitude=lambda y, eta: y * np.exp(-eta) + np.abs(eta),
    ),
    "negative_binomial": LossCase(
        losses.NegativeBinomial(),
        [0.0, 1.0, 12.0],
        lambda y, eta: (y + K) * np.logaddexp(0.0, eta - np.log(K)) - y * eta,
        lambda y, eta: (y - np.exp(eta)) / (1 + np.exp(eta) / K),
        lambda y, eta: (y + K) * K * np.exp(eta) / (K + np.exp(eta)) ** 2,
        lambda y, r: (
            xlogy(y - r, K * (y - r) / (y + K)) + xlogy(K + r, (K + r) / (y + K))
        ),
        lambda y: (y + K) * np.log(1 + y / K) - xlogy(y, y),
        lambda eta, rng: rng.poisson(rng.gamma(K, np.exp(eta) / K)).astype(float),
        lambda y, eta: (
            cvxpy.multiply(y + K, cvxpy.logistic(eta - np.log(K)))
            - cvxpy.multiply(y, eta)
        ),
        magnitude=lambda y, eta: (
            (y + K) * np.logaddexp(0.0, eta - np.log(K)) + np.abs(y * eta)
        ),
    ),
    "tweedie": LossCase(
        losses.Tweedie(),
        [0.0, 0.3, 7.5],
        tweedie_value,
        tweedie_residual,
        lambda y, eta: (
            (POWER - 1) * y * np.exp((1 - POWER) * eta)
            + (2 - POWER) * np.exp((2 - POWER) * eta)
        ),
        tweedie_conjugate,
        lambda y: y ** (2 - POWER) / ((POWER - 1) * (2 - POWER)),
        draw_tweedie,
        lambda y, eta: (
            cvxpy.multiply(y, cvxpy.exp((1 - POWER) * eta)) / (POWER - 1)
            + cvxpy.exp((2 - POWER) * eta) / (2 - POWER)
        ),
    ),
    "logistic": LossCase(
        losses.Logistic(),
        [0.0, 1.0],
        lambda y, eta: np.logaddexp(0.0, eta) - y * eta,
        lambda y, eta: y - expit(eta),
        lambda y, eta: expit(eta) * expit(-eta),
        lambda y, r: xlogy(y - r, y - r) + xlogy(1 - y + r, 1 - y + r),
        np.zeros_like,
        lambda eta, rng: (rng.random(eta.shape) < expit(eta)).astype(float),
        lambda y, eta: cvxpy.logistic(eta) - cvxpy.multiply(y, eta),
    ),
    "huber": LossCase(
        losses.Huber(),
        [-40.0, 0.0, 3.0],
        lambda y, eta: np.where(
            np.abs(y - eta) <= DELTA,
            (y - eta) ** 2 / 2,
            DELTA * (np.abs(y - eta) - DELTA / 2),
        ),
        lambda y, eta: np.clip(y - eta, -DELTA, DELTA),
        lambda y, eta: (np.abs(y - eta) <= DELTA).astype(float),
        lambda y, r: np.where(
            np.abs(r) <= DELTA * (1 + 1e-14), r**2 / 2 - r * y, np.inf
        ),
        np.zeros_like,
        lambda eta, rng: eta + 0.3 * rng.standard_t(1.5, eta.shape),
        lambda y, eta: cvxpy.huber(y - eta, DELTA) / 2,
        newton_curvature=lambda y, eta: np.where(
            np.abs(y - eta) <= DELTA,
            1.0,
            0.1 * DELTA / np.maximum(np.abs(y - eta), DELTA),
        ),
    ),
}
REGRESSION = [name for name in CASES if name != "logistic"]


def newton_curvature(name, y, eta):
    """Return curvatures that are nowhere 0, as far as the loss has them."""
    case = CASES[name]
    return (case.newton_curvature or case.curvature)(y, eta)
