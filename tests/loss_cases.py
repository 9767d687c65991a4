"""Every loss, written a second time in NumPy: the data of all tests of losses.

A new loss needs one entry here; the tests of losses, of the intercept-only fit, of
whole fits against an interior point method and of the certificate run for it, too.
"""

from collections.abc import Callable
from typing import NamedTuple

import cvxpy
import numpy as np
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
