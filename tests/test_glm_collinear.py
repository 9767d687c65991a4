"""Newton steps of generalised linear models whose columns are nearly equal."""

import numpy as np
import pytest
from glm_certificate import assert_certified

from mutar_cy import GroupLasso, alpha_max

pytestmark = pytest.mark.uncertified("certified by glm_certificate")
MOST_STEPS = 25


def nearly_equal_columns(seed, n=8, p=60, correlation=1.0 - 1e-8, *, common):
    """Return a design whose columns follow each other, or the first one, and counts.

    The scales of the columns span 16 decades.
    """
    rng = np.random.default_rng(seed)
    X = np.empty((n, p))
    X[:, 0] = rng.standard_normal(n)
    rest = np.sqrt(1.0 - correlation**2)
    for j in range(1, p):
        own = rest * rng.standard_normal(n)
        X[:, j] = correlation * X[:, 0 if common else j - 1] + own
    X *= 10.0 ** rng.uniform(-8, 8, p)
    return X, rng.poisson(rng.choice([0.5, 2, 20, 1000]), n).astype(float)


@pytest.mark.filterwarnings("ignore:GroupLasso with one task")
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(
    ("seed", "common"),
    [(20, True), (21, True), (26, False), (27, True), (31, True), (34, False)],
)
def test_newton_steps_on_nearly_equal_columns_are_few(seed, common, fit_intercept):
    X, y = nearly_equal_columns(seed, common=common)
    model = GroupLasso(loss="poisson", tol=1e-8, fit_intercept=fit_intercept)
    model.set_params(alpha=1e-4 * alpha_max(model, X, y), max_iter=MOST_STEPS)
    assert_certified(model.fit(X, y), X, y, tol=1e-7)
