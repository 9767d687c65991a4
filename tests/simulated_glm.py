"""Small problems of generalised linear models with groups of features."""

import numpy as np
from loss_cases import CASES, REGRESSION

GROUPS = [[0, 1, 2], [3, 4], [5], [6, 7]]
LOSSES = REGRESSION


def draw(loss, eta, rng):
    """Return targets whose linear predictor is ``eta``."""
    return CASES[loss].draw(eta, rng)


def true_coef(rng, n_tasks):
    """Return (8, T) coefficients of which groups 0 and 2 are not zero."""
    coef = np.zeros((8, n_tasks))
    coef[[0, 1, 2, 5]] = rng.uniform(0.3, 0.6, (4, n_tasks))
    coef[1] *= -1
    return coef


def own(loss, sizes=(60, 45, 70), seed=0):
    """Return lists of designs (n_k, 8) and targets (n_k,)."""
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, 8)) + 0.2 for n in sizes]
    coef = true_coef(rng, len(sizes))
    y = [draw(loss, x @ w + 0.3, rng) for x, w in zip(X, coef.T, strict=True)]
    return X, y


def single(loss, n_samples=80, seed=0):
    """Return one design and one target."""
    X, y = own(loss, (n_samples,), seed)
    return X[0], y[0]


def shared(loss, n_samples=60, n_tasks=3, seed=0):
    """Return one design and targets (n, T)."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, 8)) + 0.2
    return X, draw(loss, X @ true_coef(rng, n_tasks) + 0.3, rng)


def some_weights(y, seed=1):
    """Return weights in the layout of y, every seventh of them 0."""
    if isinstance(y, list):
        return [some_weights(v, seed + k) for k, v in enumerate(y)]
    weights = np.random.default_rng(seed).uniform(0.2, 2.0, y.shape)
    weights[::7] = 0.0
    return weights


def some_offsets(y, seed=2):
    """Return offsets in the layout of y."""
    if isinstance(y, list):
        return [some_offsets(v, seed + k) for k, v in enumerate(y)]
    return np.random.default_rng(seed).uniform(-0.5, 0.8, y.shape)


def two_classes():
    """Return one design, and labels "no" and "yes"."""
    X, y = single("logistic", 120)
    return X, np.where(y == 1, "yes", "no")


def three_classes(n_samples=150, seed=0):
    """Return one design, and labels from 5, 7 and 9."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, 8))
    decision = X[:, [0, 3, 5]] + 0.7 * rng.standard_normal((n_samples, 3))
    return X, np.array([5, 7, 9])[decision.argmax(axis=1)]
