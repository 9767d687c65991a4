"""Barycentres and kernels at prices that are beyond what numbers can tell apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import ot

M = ot.grid_cost(10) / np.median(ot.grid_cost(10))
THETA = np.random.default_rng(0).random((10, 3))


@pytest.mark.parametrize("form", ["dense", "separable", "sparse"])
@pytest.mark.parametrize("epsilon", [1e-15, 1e-20, 1e-100, 1e-300])
def test_logarithms_of_any_size_keep_their_largest_term(form, epsilon):
    v = np.random.default_rng(1).standard_normal((10, 2)) / epsilon
    with np.errstate(over="ignore"):
        expected = logsumexp(v[None] - (M / epsilon)[:, :, None], axis=1)
    found = ot.make_kernel(M, epsilon, form=form).log_product(v)
    assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("epsilon", "gamma"), [(0.1, 1e-20), (0.1, 1e-300), (1e20, 5.0), (1e300, 5.0)]
)
@pytest.mark.filterwarnings("error")
def test_where_entropy_is_all_plans_are_the_kernel(epsilon, gamma):
    # Marginals cost nothing: P minimises <M, P> + epsilon P (log P - 1) alone.
    result = ot.unbalanced_barycenter(THETA, M, epsilon, gamma)
    assert result.converged
    K = np.exp(-M / epsilon)
    assert_allclose(result.value, -3 * epsilon * K.sum(), rtol=1e-9)
    assert_allclose(result.left_marginals, np.stack(3 * [K.sum(axis=1)], 1), rtol=1e-9)
    assert_allclose(result.barycenter, K.sum(axis=0), rtol=1e-9)


@pytest.mark.parametrize(
    ("epsilon", "gamma"), [(1e-20, 5.0), (1e-300, 5.0), (0.1, 1e20), (0.1, 1e300)]
)
def test_what_rounding_leaves_nothing_of_is_no_solution(epsilon, gamma):
    with pytest.warns(ConvergenceWarning, match="larger epsilon would help"):
        result = ot.unbalanced_barycenter(THETA, M, epsilon, gamma, max_iter=50)
    assert not result.converged
    assert np.isfinite(result.barycenter).all()
    assert np.isfinite([result.value, result.gap, result.residual]).all()
    assert result.gap > 0.0


@pytest.mark.parametrize("name", ["epsilon", "gamma"])
def test_numbers_without_an_inverse_are_refused(name):
    given = {"epsilon": 0.1, "gamma": 1.0, name: 1e-320}
    with pytest.raises(ValueError, match=f"{name} must be a finite number above 0"):
        ot.unbalanced_barycenter(THETA, M, **given)
