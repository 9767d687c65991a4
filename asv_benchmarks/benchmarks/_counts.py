"""Counts to fit along a path of strengths, and an independent certificate.

Every problem is ``(X, y, size)``: counts and the columns of covariates, in consecutive
groups of ``size``, each weighed by the root of that. Nothing here imports mutar_cy, so
that the judge is not a party.
"""

import numpy as np
from scipy.interpolate import BSpline
from scipy.special import xlogy

SEED = 0
N_SAMPLES, N_GROUPS, SIZE, N_TRUE = 20_000, 200, 5, 20
CORRELATION = 0.5  # of any two columns of a group
KNOTS = np.repeat([0.0, 0.5, 1.0], [4, 1, 4])


def bumps(x, count=6, width=2):
    """Return raised cosines over the range of x, (n_samples, count)."""
    places = (count - 1) * (x - x.min()) / np.ptp(x)
    apart = np.clip((places[:, None] - np.arange(count)) / width, -1, 1)
    return (1 + np.cos(np.pi * apart)) / 2


def tutorial():
    """Return 100 counts that follow a position and not a speed, six bumps each."""
    draws = np.random.RandomState(123)
    position, speed, weights = draws.randn(100), draws.randn(100), draws.randn(5)
    place = (position - position.min()) / np.ptp(position)
    rate = np.exp(BSpline.design_matrix(place, KNOTS, 3) @ weights)
    y = draws.poisson(rate).astype(float)
    return np.hstack([bumps(position), bumps(speed)]), y, 6


def many_groups():
    """Return many samples of many groups, a tenth of which matter."""
    rng = np.random.default_rng(SEED)
    shape = N_SAMPLES, N_GROUPS, SIZE
    common = rng.standard_normal((*shape[:2], 1))
    own = rng.standard_normal(shape)
    X = np.sqrt(CORRELATION) * common + np.sqrt(1 - CORRELATION) * own
    X = X.reshape(N_SAMPLES, -1)
    coef = np.zeros(X.shape[1])
    coef[: N_TRUE * SIZE] = 0.12 * rng.standard_normal(N_TRUE * SIZE)
    return X, rng.poisson(np.exp(0.3 + X @ coef)).astype(float), SIZE


def null_deviance(y):
    """Return half the mean deviance of the best constant rate."""
    return float(np.mean(xlogy(y, y / y.mean())))


def group_norms(values, size):
    """Return the norms of consecutive groups."""
    return np.linalg.norm(values.reshape(-1, size), axis=1)


def relative_gap(problem, coef, intercept, alpha):
    """Return the duality gap of a Poisson regression over ``null_deviance``.

    The dual point is the residual, made orthogonal to the intercept and scaled into
    the dual ball.
    """
    X, y, size = problem
    strength = alpha * np.sqrt(size)
    eta = intercept + X @ coef
    eta += np.log(y.mean() / np.exp(eta).mean())  # the best intercept
    residual = y - np.exp(eta)
    largest = group_norms(X.T @ residual, size).max() / len(y)
    u = y - min(1.0, strength / largest) * residual
    primal = np.mean(np.exp(eta) - y * eta) + strength * group_norms(coef, size).sum()
    return float(primal + np.mean(xlogy(u, u) - u)) / null_deviance(y)
