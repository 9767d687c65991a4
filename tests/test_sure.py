"""Stein's unbiased risk estimate: formula, mean, unequal noise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mutar_cy import GroupLasso, GroupLassoCV, IndLasso, IndLassoCV


def draw(rng, X, W, sigma):
    return [
        x @ w + s * rng.standard_normal(len(x))
        for x, w, s in zip(X, W.T, sigma, strict=True)
    ]


def problem(seed=0, sizes=(80, 60), p=20):
    rng = np.random.default_rng(seed)
    W = np.zeros((p, len(sizes)))
    W[:3] = rng.standard_normal((3, len(sizes)))
    return rng, [rng.standard_normal((n, p)) for n in sizes], W


def test_the_formula():
    rng, X, W = problem()
    y = draw(rng, X, W, (1.0, 2.0))
    alphas = [0.5, 0.2, 0.1, 0.02]
    found = IndLassoCV(alphas=alphas, criterion="sure", per_task=False).fit(X, y)
    fits = [IndLasso(alpha, tol=1e-10).fit(X, y) for alpha in alphas]
    rss = np.array([[(r**2).sum() for r in fit.residuals_] for fit in fits])
    df = np.array([np.count_nonzero(fit.coef_, axis=0) + 1 for fit in fits])
    n = np.array([80, 60])
    variances = rss[-1] / (n - df[-1])
    assert_allclose(found.criterion_dispersion_, variances, rtol=1e-2)
    expected = (rss / variances + 2 * df - n).sum(axis=1)
    assert_allclose(found.criterion_path_, expected, rtol=1e-2, atol=0.5)
    assert found.alpha_ == alphas[np.argmin(expected)]


def test_its_mean_is_the_risk():
    rng, X, W = problem(1)
    sigma = np.array([1.0, 2.0])
    alphas = [0.6, 0.3, 0.1]
    estimated, true = [], []
    for _ in range(80):
        y = draw(rng, X, W, sigma)
        found = GroupLassoCV(alphas=[*alphas, 0.01], criterion="sure").fit(X, y)
        estimated.append(found.criterion_path_[:3])
        own = []
        for alpha in alphas:
            fit = GroupLasso(alpha).fit(X, y)
            errors = [
                np.sum((x @ (c - w) + b) ** 2) / s**2
                for x, c, w, b, s in zip(
                    X, fit.coef_.T, W.T, fit.intercept_, sigma, strict=True
                )
            ]
            own.append(np.sum(errors))
        true.append(own)
    estimated, true = np.array(estimated), np.array(true)
    error = (estimated - true).std(axis=0) / np.sqrt(len(true))
    # The variance of the noise is estimated, which adds a small bias.
    bias = np.abs(estimated.mean(axis=0) - true.mean(axis=0))
    assert (bias < 4 * error + 0.05 * true.mean(axis=0)).all()


def test_unequal_noise_is_taken_into_account():
    rng, X, W = problem(2, sizes=(200, 200))
    y = draw(rng, X, W, (0.3, 3.0))
    found = GroupLassoCV(alphas=30, criterion="sure").fit(X, y)
    assert_allclose(np.sqrt(found.criterion_dispersion_), [0.3, 3.0], rtol=0.15)
    assert found.get_support()[:3].all()


def test_it_is_for_squared_error():
    _, X, _ = problem()
    counts = [np.arange(len(x)) % 4 for x in X]
    with pytest.raises(ValueError, match="criterion='sure' is for squared error"):
        GroupLassoCV(criterion="sure", loss="poisson").fit(X, counts)
