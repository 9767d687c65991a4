"""Models with groups against an interior point method, and what their gaps bound."""

import warnings

import numpy as np
import pytest
import simulated_glm
from glm_certificate import fit, problems_of
from interior_point import glm_optimum
from simulated_glm import LOSSES
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import GroupLassoClassifier, GroupLassoRegressor

CASES = {
    "groups": {},
    "unpenalised": {"groups": [0, 0, 0, 1, 1, -1, 2, 2]},
    "weights": {"group_weights": [0.5, 0.0, 3.0, np.inf]},
    "l1_ratio": {"l1_ratio": 0.4},
    "positive": {"positive": True},
    "no intercept": {"fit_intercept": False},
    "tasks": {"task_weight": [1.0, 3.0]},
}
each_loss = pytest.mark.parametrize("loss", [*LOSSES, "logistic"])


def model_for(loss, **params):
    params = {"groups": simulated_glm.GROUPS, "alpha": 0.04, "tol": 1e-11, **params}
    if loss == "logistic":
        return GroupLassoClassifier(**params)
    return GroupLassoRegressor(loss=loss, **params)


def data(loss):
    """Return two designs, targets, weights and offsets."""
    X, y = simulated_glm.own(loss, (25, 32), seed=5)
    weights = simulated_glm.some_weights(y)
    return X, y, {"sample_weight": weights, "offset": simulated_glm.some_offsets(y)}


@each_loss
@pytest.mark.parametrize("params", CASES.values(), ids=CASES)
def test_objective_of_an_interior_point_method(loss, params):
    X, y, given = data(loss)
    model = fit(model_for(loss, **params), X, y, **given)
    [(problem, *_)] = problems_of(model, X, y, **given)
    optimum = glm_optimum(problem)
    assert abs(model.objective_ - optimum) <= 1e-8 * max(1.0, abs(optimum))


@each_loss
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4])
def test_the_gap_bounds_what_is_left_to_gain(loss, l1_ratio):
    X, y, given = data(loss)
    model = model_for(loss, alpha=0.01, l1_ratio=l1_ratio)
    best = fit(model, X, y, **given).objective_
    left = []
    for max_iter in (1, 2, 3, 4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(max_iter=max_iter).fit(X, y, **given)
        left.append(model.objective_ - best)
        assert left[-1] <= model.dual_gap_ + 1e-12
        assert left[-1] >= -1e-9
    assert left[0] > 1e-8  # or nothing has been tested
