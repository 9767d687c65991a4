"""Arguments of simulations that cannot be."""

import numpy as np
import pytest
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy.datasets import make_multitask_regression


def make(**params):
    small = {"n_tasks": 4, "n_samples": 12, "n_features": 30, "random_state": 0}
    return make_multitask_regression(**{**small, **params})


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_shared": 31}, r"n_shared=31.*n_features=30"),
        ({"n_specific": 8}, r"n_specific=8 in each of 4 tasks make 37.*n_features=30"),
        ({"n_tasks": 2, "n_partial": 1}, r"n_partial=1.*n_tasks=2"),
        ({"n_samples": [3, 4]}, r"n_samples has shape \(2,\).*n_tasks=4"),
        ({"n_samples": [3, 4, 0, 2]}, r"n_samples must be positive.*0"),
        ({"n_samples": [3, 4, 1.5, 2]}, r"n_samples must be positive.*1\.5"),
        ({"n_samples": [3] * 4, "design": "shared"}, r"n_samples.*design='shared'"),
        ({"task_correlation": 0.5, "design": "shared"}, r"task_correlation=0\.5"),
        ({"noise": [1.0, 2.0]}, r"noise has shape \(2,\).*n_tasks=4"),
        ({"noise": [1.0, -2.0, 1.0, 1.0]}, r"noise must be finite and at least 0.*-2"),
        ({"noise": ["a"] * 4}, r"noise must be numbers.*'a'"),
        ({"bias": [1.0, np.nan, 1.0, 1.0]}, r"bias must be finite.*nan"),
        ({"bias": np.inf}, r"bias must be finite, got inf"),
        ({"magnitude": (2.0, 1.0)}, r"magnitude.*2\.0, 1\.0"),
        ({"magnitude": (0.0, 1.0)}, r"magnitude.*0\.0, 1\.0"),
        ({"magnitude": (1.0, 2.0, 3.0)}, r"magnitude.*3\.0"),
    ],
)
def test_arguments_that_do_not_go_together(params, message):
    with pytest.raises(ValueError, match=message):
        make(**params)


@pytest.mark.parametrize(
    "params",
    [
        {"n_tasks": 0},
        {"n_samples": 0},
        {"n_features": 2.5},
        {"n_shared": -1},
        {"n_partial": -1},
        {"n_specific": "a"},
        {"n_responses": 0},
        {"design": "both"},
        {"correlation": 1.0},
        {"correlation": np.nan},
        {"task_correlation": -0.1},
        {"signs": "negative"},
        {"magnitude": 1.0},
        {"noise": -1.0},
        {"noise": None},
        {"bias": "a"},
        {"random_state": "a"},
    ],
)
def test_invalid_arguments_are_named(params):
    with pytest.raises(InvalidParameterError, match=next(iter(params))):
        make(**params)
