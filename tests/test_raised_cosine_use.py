"""Raised cosines in a pipeline, and what they refuse."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy.groups import column_names, read_groups
from mutar_cy.preprocessing import RaisedCosineTransformer

X = np.random.default_rng(0).uniform(-3, 9, (40, 2))


def test_names_become_groups_in_a_column_transformer():
    frame = pd.DataFrame(X, columns=["position", "speed"])
    bases = ColumnTransformer(
        [(f"f({name})", RaisedCosineTransformer(3), [name]) for name in frame]
    ).set_output(transform="pandas")
    table = bases.fit_transform(frame)
    assert table.columns[0] == "f(position)__position_rc_0"
    groups = read_groups("auto", 6, column_names(table))
    assert groups.names == ["f(position)", "f(speed)"]
    assert [group.tolist() for group in groups.indices] == [[0, 1, 2], [3, 4, 5]]


def test_names_of_columns():
    model = RaisedCosineTransformer(2).fit(X)
    assert [*model.get_feature_names_out()] == [
        "x0_rc_0",
        "x0_rc_1",
        "x1_rc_0",
        "x1_rc_1",
    ]
    assert model.get_feature_names_out(["a", "b"])[3] == "b_rc_1"
    assert model.n_features_out_ == 4
    with pytest.raises(NotFittedError):
        RaisedCosineTransformer().get_feature_names_out()
    model.set_output(transform="polars")
    assert model.transform(X).columns == [*model.get_feature_names_out()]


def test_storage():
    model = RaisedCosineTransformer(4, bounds=[0.0, 9.0]).fit(X)
    restored = pickle.loads(pickle.dumps(model))
    assert_array_equal(restored.transform(X), model.transform(X))


@pytest.mark.parametrize(
    ("data", "params", "message"),
    [
        ([[1.0, 2.0], [3.0, 2.0]], {}, r"Feature 1 is constant.*give bounds, got 2\.0"),
        ([[1.0, np.nan], [3.0, 2.0]], {}, "NaN"),
        ([[1.0, np.inf], [3.0, 2.0]], {}, "infinity"),
        ([[1.0, 2.0]], {}, "minimum of 2 is required"),
        (
            X,
            {"bounds": [3, 1]},
            r"Feature 0 must have a lower bound.*got 3\.0 and 1\.0",
        ),
        (X, {"bounds": [[0, 1], [1, 1]]}, "Feature 1 must have a lower bound below"),
        (X, {"bounds": [0, np.inf]}, "bounds must be finite"),
        (X, {"bounds": ["low", "high"]}, "bounds must be numbers.*low"),
        (X, {"bounds": [0, 1, 2]}, r"bounds has shape \(3,\).*\(2,\) or \(2, 2\)"),
        (X, {"bounds": [[0, 1]] * 3}, r"bounds has shape \(3, 2\)"),
    ],
)
def test_data_and_bounds_that_cannot_be(data, params, message):
    with pytest.raises(ValueError, match=message):
        RaisedCosineTransformer(**params).fit(data)


def test_errors_name_the_column():
    frame = pd.DataFrame({"position": [0.0, 1.0], "speed": [2.0, 2.0]})
    with pytest.raises(ValueError, match=r"Feature 1 \('speed'\) is constant"):
        RaisedCosineTransformer().fit(frame)


@pytest.mark.parametrize(
    "params",
    [
        {"n_basis": 1},
        {"n_basis": 2.5},
        {"width": 0.9},
        {"width": np.inf},
        {"log": "yes"},
        {"log_scale": 0},
        {"log_scale": np.nan},
        {"bounds": 3},
        {"extrapolation": "linear"},
        {"sparse_output": "yes"},
    ],
)
def test_invalid_parameters_are_named(params):
    with pytest.raises(InvalidParameterError, match=next(iter(params))):
        RaisedCosineTransformer(**params).fit(X)
