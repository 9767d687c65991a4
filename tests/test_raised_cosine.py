"""Raised cosines against their formula, and what holds for any basis."""

import math
import pickle

import numpy as np
import pandas as pd
import pytest
from draws import parametrize_with_few_checks
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError
from tutorial import position_and_speed

from mutar_cy.groups import column_names, read_groups
from mutar_cy.preprocessing import RaisedCosineTransformer

RNG = np.random.default_rng(0)
X = np.column_stack([RNG.uniform(-3, 5, 40), RNG.exponential(2.0, 40)])


def by_formula(x, low, high, n_basis, width, log_scale=None):
    """Evaluate the functions at one number, as they are defined."""
    u = (x - low) / (high - low)
    if log_scale is not None:
        u = math.log(1 + log_scale * u) / math.log(1 + log_scale)
    z = (n_basis - 1) * u
    return [
        0.5 * (1 + math.cos(math.pi * (z - k) / width)) if abs(z - k) <= width else 0.0
        for k in range(n_basis)
    ]


@parametrize_with_few_checks(
    [RaisedCosineTransformer()],
    [
        RaisedCosineTransformer(4, 1.5, True, extrapolation="zero"),
        RaisedCosineTransformer(sparse_output=True, bounds=(-5, 5)),
    ],
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


@given(
    st.integers(2, 9),
    st.sampled_from([1.0, 1.5, 2.0, 2.2, 3.0, 20.0]),
    st.sampled_from([None, 50.0, 1e-3, 1e6]),
)
def test_the_formula(n_basis, width, log_scale):
    log = {} if log_scale is None else {"log": True, "log_scale": log_scale}
    basis = RaisedCosineTransformer(n_basis, width, **log).fit_transform(X)
    low, high = X.min(axis=0), X.max(axis=0)
    expected = [
        [
            value
            for j in range(2)
            for value in by_formula(x[j], low[j], high[j], n_basis, width, log_scale)
        ]
        for x in X
    ]
    assert_allclose(basis, expected, rtol=0, atol=1e-12)


@given(st.integers(2, 9), st.sampled_from([1, 1.5, 2, 2.5, 3]), st.booleans())
def test_functions_add_up_to_the_width_away_from_the_ends(n_basis, width, log):
    grid = np.linspace(0, 1, 501)[:, None]
    model = RaisedCosineTransformer(n_basis, width, log).fit(grid)
    total = model.transform(grid).sum(axis=1)
    u = np.log1p(50 * grid[:, 0]) / np.log1p(50) if log else grid[:, 0]
    z = (n_basis - 1) * u
    assert_allclose(total[(z >= width - 1) & (z <= n_basis - width)], width)
    assert np.all(total <= width * (1 + 1e-12))
    assert np.all(total > 0)


def test_every_function_peaks_at_its_own_place():
    for log in (False, True):
        model = RaisedCosineTransformer(5, log=log, bounds=(2.0, 10.0)).fit(X[:, :1])
        u = np.arange(5) / 4
        u = np.expm1(u * np.log1p(50)) / 50 if log else u
        at_peaks = model.transform((2 + 8 * u)[:, None])
        assert_allclose(np.diag(at_peaks), 1, rtol=1e-12)
        assert_allclose(np.diag(at_peaks, 1), 0.5, rtol=1e-10)
        assert_allclose(np.diag(at_peaks, 2), 0, atol=1e-12)


def test_new_samples_do_not_change_the_basis():
    model = RaisedCosineTransformer().fit(X)
    whole = model.transform(X)
    for rows in ([3], [5, 9, 1], range(20)):
        assert_array_equal(model.transform(X[list(rows)]), whole[list(rows)])
    assert_array_equal(model.bounds_, np.column_stack([X.min(axis=0), X.max(axis=0)]))
    beside = np.vstack([X, [[1e6, -1e6]]])
    assert_array_equal(model.transform(beside)[:-1], whole)


@pytest.mark.parametrize("scale", [2.0**-40, 2.0**40, 1e-150, 1e150, -1.0])
def test_units_do_not_matter(scale):
    model = RaisedCosineTransformer(5)
    reference = model.fit_transform(X)
    scaled = clone(model).fit_transform(scale * X)
    if scale < 0:  # functions in reverse
        scaled = scaled.reshape(-1, 2, 5)[:, :, ::-1].reshape(-1, 10)
    assert_allclose(scaled, reference, rtol=0, atol=1e-13)


def test_the_largest_range_of_floats():
    largest = np.finfo(float).max
    values = np.array([[-largest], [0.0], [largest]])
    basis = RaisedCosineTransformer(3, 1.0).fit_transform(values)
    assert_allclose(basis, np.eye(3), atol=1e-15)


@pytest.mark.parametrize("log", [False, True])
def test_values_out_of_bounds(log):
    inside, outside = [[0.0], [1.0]], [[-0.1], [1e300]]
    model = RaisedCosineTransformer(4, log=log, bounds=(0, 1)).fit(inside)
    at_bounds = model.transform(inside)
    assert_array_equal(model.transform(outside), at_bounds)
    model.set_params(extrapolation="zero")
    assert not model.transform(outside).any()
    assert_array_equal(model.transform(inside), at_bounds)
    model.set_params(extrapolation="error")
    assert_array_equal(model.transform(inside), at_bounds)
    with pytest.raises(ValueError, match=r"Feature 0 is 1e\+300 in sample 1.*0.* 1"):
        model.transform([[0.5], [1e300]])


def test_bounds_are_in_bounds_in_single_precision():
    bounds = np.array([0.1, 0.3])
    at_bounds = bounds.astype(np.float32)[:, None]
    model = RaisedCosineTransformer(bounds=bounds, extrapolation="error")
    basis = model.fit(at_bounds).transform(at_bounds)
    assert basis.dtype == np.float32
    assert_allclose(basis[[0, 1], [0, 5]], 1)


def test_bounds_of_each_feature():
    bounds = [[-3.0, 5.0], [0.0, 20.0]]
    both = RaisedCosineTransformer(4, bounds=bounds).fit(X)
    assert_array_equal(both.bounds_, bounds)
    single = [
        RaisedCosineTransformer(4, bounds=bounds[j]).fit_transform(X[:, [j]])
        for j in range(2)
    ]
    assert_array_equal(both.transform(X), np.hstack(single))
    one_sample = RaisedCosineTransformer(4, bounds=bounds).fit(X[:1])
    assert_array_equal(one_sample.transform(X), both.transform(X))


@pytest.mark.parametrize("extrapolation", ["constant", "zero"])
@pytest.mark.parametrize("width", [1.0, 2.3, 50.0])
def test_sparse_output_is_the_same(width, extrapolation):
    model = RaisedCosineTransformer(30, width, extrapolation=extrapolation).fit(X[:20])
    dense = model.transform(X)
    thin = model.set_params(sparse_output=True).transform(X)
    assert sparse.issparse(thin)
    assert thin.has_canonical_format
    assert thin.indices.dtype == np.int32  # some solvers take no other
    assert_array_equal(thin.toarray(), dense)
    assert thin.nnz == np.count_nonzero(dense) <= len(X) * 2 * min(2 * width + 1, 30)


def test_the_tutorial_of_nemos():
    # The strength from which on a Poisson group lasso of these two is empty.
    covariates, counts = position_and_speed()
    basis = RaisedCosineTransformer(6).fit_transform(covariates)
    slopes = basis.T @ (counts - counts.mean()) / 100
    strengths = np.linalg.norm(slopes.reshape(2, 6), axis=1) / np.sqrt(6)
    assert strengths.max() == pytest.approx(0.147712066, abs=5e-10)
    assert strengths.argmax() == 0


SPEEDS = np.random.default_rng(0).uniform(-3, 9, (40, 2))


def test_names_become_groups_in_a_column_transformer():
    frame = pd.DataFrame(SPEEDS, columns=["position", "speed"])
    bases = ColumnTransformer(
        [(f"f({name})", RaisedCosineTransformer(3), [name]) for name in frame]
    ).set_output(transform="pandas")
    table = bases.fit_transform(frame)
    assert table.columns[0] == "f(position)__position_rc_0"
    groups = read_groups("prefix", 6, column_names(table))
    assert groups.names == ["f(position)", "f(speed)"]
    assert [group.tolist() for group in groups.indices] == [[0, 1, 2], [3, 4, 5]]


def test_names_of_columns():
    model = RaisedCosineTransformer(2).fit(SPEEDS)
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
    assert model.transform(SPEEDS).columns == [*model.get_feature_names_out()]


def test_storage():
    model = RaisedCosineTransformer(4, bounds=[0.0, 9.0]).fit(SPEEDS)
    restored = pickle.loads(pickle.dumps(model))
    assert_array_equal(restored.transform(SPEEDS), model.transform(SPEEDS))


@pytest.mark.parametrize(
    ("data", "params", "message"),
    [
        ([[1.0, 2.0], [3.0, 2.0]], {}, r"Feature 1 is constant.*give bounds, got 2\.0"),
        ([[1.0, np.nan], [3.0, 2.0]], {}, "NaN"),
        ([[1.0, np.inf], [3.0, 2.0]], {}, "infinity"),
        ([[1.0, 2.0]], {}, "minimum of 2 is required"),
        (
            SPEEDS,
            {"bounds": [3, 1]},
            r"Feature 0 must have a lower bound.*got 3\.0 and 1\.0",
        ),
        (
            SPEEDS,
            {"bounds": [[0, 1], [1, 1]]},
            "Feature 1 must have a lower bound below",
        ),
        (SPEEDS, {"bounds": [0, np.inf]}, "bounds must be finite"),
        (SPEEDS, {"bounds": ["low", "high"]}, "bounds must be numbers.*low"),
        (SPEEDS, {"bounds": [0, 1, 2]}, r"bounds has shape \(3,\).*\(2,\) or \(2, 2\)"),
        (SPEEDS, {"bounds": [[0, 1]] * 3}, r"bounds has shape \(3, 2\)"),
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
        RaisedCosineTransformer(**params).fit(SPEEDS)
