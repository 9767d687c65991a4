"""Lassos of every column on the others: minima, gaps, working sets of any size."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import Lasso

from mutar_cy.solvers import nodewise_lassos

pytestmark = pytest.mark.kernel


def design(n, p, seed=0):
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, p)) + 0.5 * rng.standard_normal((n, 1))
    return Z * rng.uniform(0.5, 2.0, p)


@pytest.mark.parametrize(("n", "p"), [(30, 2), (40, 10), (15, 40), (40, 60)])
@pytest.mark.parametrize("alpha", [0.02, 0.2, 5.0])
def test_columns_have_the_lassos_of_scikit_learn(n, p, alpha):
    Z = design(n, p)
    capacity = min(p, 4 * n + 64)
    first, last = p // 3, p
    coef, gaps = nodewise_lassos(Z.T @ Z / n, alpha, 1e-10, first, last, capacity)
    assert coef.shape == (last - first, p)
    assert gaps.max() <= 1e-10
    for j, own in zip(range(first, last), coef, strict=True):
        assert own[j] == 0.0
        lasso = Lasso(alpha, fit_intercept=False, tol=1e-12, max_iter=10**6)
        lasso.fit(np.delete(Z, j, axis=1), Z[:, j])
        # The objectives differ by the gaps at most.
        values = [
            np.mean((Z[:, j] - fit) ** 2) / 2 + alpha * abs(w).sum()
            for fit, w in (
                (Z @ own, own),
                (lasso.predict(np.delete(Z, j, axis=1)), lasso.coef_),
            )
        ]
        assert_allclose(values[0], values[1], atol=3e-10 * np.mean(Z[:, j] ** 2))


def test_gaps_bound_the_distance_to_the_minimum():
    Z = design(50, 80, seed=1)
    gram = Z.T @ Z / 50
    loose, gaps = nodewise_lassos(gram, 0.1, 1e-2, 0, 80, 80)
    tight, _ = nodewise_lassos(gram, 0.1, 1e-12, 0, 80, 80)

    def objective(coef):
        return ((Z - Z @ coef.T) ** 2).mean(axis=0) / 2 + 0.1 * abs(coef).sum(axis=1)

    distance = (objective(loose) - objective(tight)) / np.diag(gram)
    assert (gaps <= 1e-2).all()
    assert (distance <= gaps + 1e-14).all()
    assert gaps.max() > 1e-5  # there is something to bound


def test_a_copy_of_a_column_takes_all_of_it():
    Z = design(30, 5, seed=2)
    Z = np.column_stack([Z, Z[:, 0]])
    coef, gaps = nodewise_lassos(Z.T @ Z / 30, 0.01, 1e-12, 0, 6, 6)
    assert gaps.max() <= 1e-12
    assert 0.95 < coef[0, 5] < 1.0
    assert coef[5, 0] == pytest.approx(coef[0, 5], abs=1e-5)


def test_rounds_run_out():
    Z = design(40, 100, seed=3)
    _, gaps = nodewise_lassos(Z.T @ Z / 40, 0.02, 1e-12, 0, 100, 100, 1)
    assert gaps.max() > 1e-12
