"""Generalised linear models to fit, and an independent certificate.

Every problem is ``(X, y, size)``: counts or classes 0 and 1, and the columns of
covariates in consecutive groups of ``size``, each weighed by the root of that. There is
an intercept without a penalty. Nothing here imports mutar_cy, so that the judge is not
a party.
"""

import numpy as np
from scipy.interpolate import BSpline
from scipy.special import expit, xlogy

from benchmarks._problems import sparse_design

SEED = 0
N_SAMPLES, N_GROUPS, SIZE, N_TRUE = 20_000, 200, 5, 20
CORRELATION = 0.5  # of any two columns of a group
KNOTS = np.repeat([0.0, 0.5, 1.0], [4, 1, 4])
N_COEFS = 10  # columns that matter
RATE = 0.3  # logarithm of the usual count
DENSITY = 2e-3  # of sparse designs for classes
SHARE = 0.02  # of their columns that matter
LOSSES = ("poisson", "logistic")


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


def make_glm(name):
    """Return the problem of a name such as "poisson:2000:200:10".

    Names are "tutorial", "poisson:n:p:size", "logistic:n:p:size" (dense normal designs)
    and "classes:n:p" (two classes, a sparse design).
    """
    if name == "tutorial":
        return tutorial()
    rng = np.random.default_rng(SEED)
    kind, n_samples, n_features, *size = name.split(":")
    shape = int(n_samples), int(n_features)
    if kind == "classes":
        X = sparse_design(*shape, rng, DENSITY)
        coef = np.where(rng.random(shape[1]) < SHARE, rng.normal(0, 4, shape[1]), 0)
        return X, (rng.random(shape[0]) < expit(X @ coef)).astype(float), 1
    X = rng.standard_normal(shape)
    draws = rng.standard_normal(N_COEFS)
    if kind == "poisson":
        y = rng.poisson(np.exp(RATE + X[:, :N_COEFS] @ (0.2 * draws)))
    else:
        y = rng.random(shape[0]) < expit(X[:, :N_COEFS] @ draws)
    return X, y.astype(float), int(size[0])


def best_shift(eta, y, loss):
    """Return the number that is best added to the linear predictors."""
    if loss == "poisson":
        return np.log(y.mean() / np.exp(eta).mean())
    shift = 0.0
    for _ in range(50):
        rate = expit(eta + shift)
        step = (y - rate).mean() / (rate * (1 - rate)).mean()
        shift += np.clip(step, -2, 2)
        if abs(step) < 1e-14:
            break
    return shift


def null_deviance(y, loss="poisson"):
    """Return half the mean deviance of the best constant rate."""
    mean = y.mean()
    if loss == "poisson":
        return float(np.mean(xlogy(y, y / mean)))
    return float(-xlogy(mean, mean) - xlogy(1 - mean, 1 - mean))


def group_norms(values, size):
    """Return the norms of consecutive groups."""
    return np.linalg.norm(values.reshape(-1, size), axis=1)


def alpha_max(problem):
    """Return the smallest ``alpha`` at which all coefficients are 0."""
    X, y, size = problem
    products = X.T @ (y - y.mean()) / len(y)
    return float(group_norms(products, size).max() / np.sqrt(size))


def relative_gap(problem, coef, alpha, loss="poisson"):
    """Return the duality gap of coefficients over ``null_deviance``.

    The intercept is the best one. The dual point is the residual, scaled into the dual
    ball.
    """
    X, y, size = problem
    strength = alpha * np.sqrt(size)
    eta = X @ coef
    eta += best_shift(eta, y, loss)
    mean = np.exp(eta) if loss == "poisson" else expit(eta)
    residual = y - mean
    largest = group_norms(X.T @ residual, size).max() / len(y)
    u = y - min(1.0, strength / largest) * residual
    if loss == "poisson":
        losses, conjugates = mean - y * eta, xlogy(u, u) - u
    else:
        losses = np.logaddexp(0.0, eta) - y * eta
        conjugates = xlogy(u, u) + xlogy(1 - u, 1 - u)
    primal = losses.mean() + strength * group_norms(coef, size).sum()
    return float(primal + conjugates.mean()) / null_deviance(y, loss)
