"""GroupLassoRegressor on NeMoS's tutorial: which covariate do counts depend on?"""

import numpy as np
import pytest
from glm_certificate import fit
from numpy.testing import assert_allclose
from tutorial import position_and_speed

from mutar_cy import GroupLassoRegressor, alpha_max
from mutar_cy.preprocessing import RaisedCosineTransformer


def tutorial():
    """Return the designs of the tutorial's two covariates, and the counts."""
    covariates, counts = position_and_speed()
    names = ["position", "speed"]
    columns = zip(names, covariates.T, strict=True)
    basis = RaisedCosineTransformer(6)
    return {name: basis.fit_transform(x[:, None]) for name, x in columns}, counts


CERTIFIED = {  # number of the strength: objective and norms
    3: (0.145074132752, 0.611123, 0.0),
    4: (0.091659637138, 0.818099, 0.069992),
    6: (0.054884302402, 1.221438, 0.576536),
}


@pytest.mark.parametrize("number", range(10))
def test_figures_of_the_tutorial(number):
    X, counts = tutorial()
    assert counts.sum() == 249
    assert counts[:10].tolist() == [2, 5, 3, 3, 2, 2, 0, 1, 2, 1]
    alpha = np.geomspace(1e-4, 1, 10)[::-1][number]
    model = fit(
        GroupLassoRegressor("auto", alpha, loss="poisson", tol=1e-10), X, counts
    )
    if number < 4:
        assert "speed" not in model.selected_groups_
    if number in CERTIFIED:
        objective, *norms = CERTIFIED[number]
        assert_allclose(model.objective_, objective, rtol=0, atol=1e-9)
        assert_allclose(model.group_norms_, norms, rtol=0, atol=1e-6)


def test_alpha_max_of_the_tutorial():
    X, counts = tutorial()
    model = GroupLassoRegressor(loss="poisson")
    assert_allclose(alpha_max(model, X, counts), 0.147712066, rtol=0, atol=1e-9)
    for alpha, names in ((0.0345276, ["position", "speed"]), (0.0345277, ["position"])):
        model.set_params(alpha=alpha, tol=1e-13)
        assert fit(model, X, counts).selected_groups_ == names
