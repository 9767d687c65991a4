"""Small problems with a known truth, in every layout."""

from typing import NamedTuple

import numpy as np


class Data(NamedTuple):
    """One problem: designs, targets and the coefficients that made them."""

    X: object
    y: object
    coef: np.ndarray


def true_coef(rng, n_features, n_tasks, n_true=3):
    """Return (p, T) coefficients of which the first ``n_true`` rows are not zero."""
    coef = np.zeros((n_features, n_tasks))
    coef[:n_true] = rng.standard_normal((n_true, n_tasks)) + 1.5
    return coef


def target(rng, X, coef, noise=0.3):
    """Return ``X @ coef`` with an intercept of 1 and noise."""
    clean = X @ coef
    return clean + 1.0 + noise * rng.standard_normal(clean.shape)


def stacked(n_tasks=3, n_samples=20, n_features=10, seed=0):
    """Designs (T, n, p), targets (T, n)."""
    rng = np.random.default_rng(seed)
    coef = true_coef(rng, n_features, n_tasks)
    X = rng.standard_normal((n_tasks, n_samples, n_features)) + 0.3
    y = np.array([target(rng, x, w) for x, w in zip(X, coef.T, strict=True)])
    return Data(X, y, coef)


def ragged(sizes=(25, 14, 30), n_features=10, seed=0):
    """Lists of designs (n_k, p) and targets (n_k,)."""
    rng = np.random.default_rng(seed)
    coef = true_coef(rng, n_features, len(sizes))
    X = [rng.standard_normal((n, n_features)) + 0.3 for n in sizes]
    y = [target(rng, x, w) for x, w in zip(X, coef.T, strict=True)]
    return Data(X, y, coef)


def responses(n_tasks=2, n_samples=18, n_features=8, n_responses=3, seed=0):
    """Designs (T, n, p), targets (T, n, q)."""
    rng = np.random.default_rng(seed)
    coef = true_coef(rng, n_features, n_tasks * n_responses)
    coef = coef.reshape(n_features, n_tasks, n_responses)
    X = rng.standard_normal((n_tasks, n_samples, n_features)) + 0.3
    y = np.array([target(rng, x, coef[:, k]) for k, x in enumerate(X)])
    return Data(X, y, coef)


def shared(n_samples=30, n_features=10, n_tasks=3, seed=0):
    """One design (n, p), targets (n, T)."""
    rng = np.random.default_rng(seed)
    coef = true_coef(rng, n_features, n_tasks)
    X = rng.standard_normal((n_samples, n_features)) + 0.3
    return Data(X, target(rng, X, coef), coef)


def long(sizes=(25, 14, 30), labels=("b", "a", "c"), n_features=10, seed=0):
    """One design (N, p), targets (N,) and labels (N,), rows of tasks mixed."""
    X, y, coef = ragged(sizes, n_features, seed)
    task = np.repeat(labels, sizes)
    order = np.random.default_rng(seed + 1).permutation(len(task))
    return Data(np.vstack(X)[order], np.concatenate(y)[order], coef), task[order]


def gallery():
    """Return scikit-learn's "joint feature selection" problem: X, Y, coef (T, p)."""
    rng = np.random.RandomState(42)
    n_samples, n_features, n_tasks = 100, 30, 40
    coef = np.zeros((n_tasks, n_features))
    times = np.linspace(0, 2 * np.pi, n_tasks)
    for k in range(5):
        coef[:, k] = np.sin((1.0 + rng.randn(1)) * times + 3 * rng.randn(1))
    X = rng.randn(n_samples, n_features)
    return X, X @ coef.T + rng.randn(n_samples, n_tasks), coef
