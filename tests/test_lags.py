"""Lags within trials: shifts, convolutions, names, and the removal of samples."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from draws import parametrize_with_few_checks
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import SplineTransformer
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import GroupLasso
from mutar_cy.groups import column_names, read_groups
from mutar_cy.preprocessing import (
    LagTransformer,
    RaisedCosineTransformer,
    drop_incomplete,
)

RNG = np.random.default_rng(0)
TRIALS = np.repeat(["b", "a", "c"], [30, 12, 25])
X = RNG.standard_normal((67, 2))
TABLE = pd.DataFrame({"speed": X[:, 0], "trial": TRIALS, "spikes": X[:, 1]})
COSINES = RaisedCosineTransformer(4, log=True)


def order_matters(estimator):
    reason = "the output of a sample is made from samples before it"
    names = ("check_methods_sample_order_invariance", "check_methods_subset_invariance")
    return dict.fromkeys(names, reason)


@parametrize_with_few_checks(
    [LagTransformer()],
    [LagTransformer([0, 2], missing="zero"), LagTransformer(3, basis=COSINES)],
    failures=order_matters,
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


@pytest.mark.parametrize("lags", [3, [0, 5, 2], [-2, 0, 1], range(1, 4), [40]])
def test_lags_are_the_shifts_of_pandas(lags):
    model = LagTransformer(lags, trial_column="trial").set_output(transform="pandas")
    found = model.fit_transform(TABLE)
    by_trial = TABLE.groupby("trial")
    wanted = list(range(1, 4)) if lags == 3 else list(lags)
    expected = {
        f"{name}__{'lag' if lag >= 0 else 'lead'}{abs(lag)}": by_trial[name].shift(lag)
        for name in ("speed", "spikes")
        for lag in wanted
    }
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected))
    zeros = clone(model).set_params(missing="zero").fit_transform(TABLE)
    pd.testing.assert_frame_equal(zeros, found.fillna(0.0))


def by_convolution(values, trials, functions, lags):
    """Return numpy.convolve of every trial with functions of the lag."""
    whole = np.zeros((max(lags) + 1, functions.shape[1]))
    whole[list(lags)] = functions
    found = np.empty((len(values), functions.shape[1]))
    for trial in np.unique(trials):
        own = trials == trial
        for k, kernel in enumerate(whole.T):
            found[own, k] = np.convolve(values[own], kernel)[: own.sum()]
    return found


@given(
    st.integers(2, 30),
    st.integers(0, 3),
    st.sampled_from([COSINES, SplineTransformer(3, degree=2), "array"]),
    st.integers(0, 2**32 - 1),
)
def test_a_basis_is_a_convolution(n_lags, first, basis, seed):
    rng = np.random.default_rng(seed)
    trials = rng.integers(0, 4, 60)  # mixed: only the order within a trial counts
    values = np.column_stack([trials, rng.standard_normal((60, 2))])
    lags = range(first, first + n_lags)
    if basis == "array":
        functions = basis = rng.standard_normal((n_lags, 3))
    else:
        functions = clone(basis).fit_transform(np.array(lags, float)[:, None])
    model = LagTransformer(lags, trial_column=0, basis=basis, missing="zero")
    found = model.fit_transform(values)
    expected = [by_convolution(x, trials, functions, lags) for x in values.T[1:]]
    assert_allclose(found, np.hstack(expected), rtol=0, atol=1e-12)
    holes = model.set_params(missing="nan").fit_transform(values)
    rank = pd.Series(trials).groupby(trials).cumcount().to_numpy()
    assert_array_equal(np.isnan(holes).any(axis=1), rank < max(lags))
    assert_array_equal(np.isnan(holes).all(axis=1), rank < max(lags))
    assert_array_equal(holes[rank >= max(lags)], found[rank >= max(lags)])


def test_the_basis_of_pillow_and_others():
    # b_j(t) = (1 + cos(clip(a log(t + c) - phi_j))) / 2, with peaks pi / 2 apart.
    lags, scale = np.arange(1, 41), 50.0
    basis = RaisedCosineTransformer(5, log=True, log_scale=scale)
    found = LagTransformer(lags, basis=basis).fit(X).functions_
    time = np.log(lags + 39 / scale - 1)
    phase = np.pi / 2 * 4 * (time - time[0]) / (time[-1] - time[0])
    bumps = np.clip(phase[:, None] - np.pi / 2 * np.arange(5), -np.pi, np.pi)
    assert_allclose(found, (1 + np.cos(bumps)) / 2, rtol=0, atol=1e-12)


@pytest.mark.parametrize("basis", [None, COSINES])
@given(st.integers(0, 66), st.booleans())
def test_nothing_leaks(basis, changed, present):
    model = LagTransformer(range(0 if present else 1, 5), trial_column=0, basis=basis)
    codes = np.unique(TRIALS, return_inverse=True)[1]
    before = np.column_stack([codes, X])
    after = before.copy()
    after[changed, 1:] += 1.0
    differ = np.flatnonzero(
        ~np.all(
            np.isclose(
                model.fit_transform(before), model.transform(after), equal_nan=True
            ),
            axis=1,
        )
    )
    assert np.all(differ >= changed + (not present))  # neither the future nor itself
    assert np.all(TRIALS[differ] == TRIALS[changed])
    assert np.all(differ <= changed + 4)


def test_a_trial_does_not_need_the_others():
    model = LagTransformer(5, trial_column="trial", basis=COSINES, missing="zero")
    whole = model.fit_transform(TABLE)
    for trial in "abc":
        own = trial == TRIALS
        assert_allclose(model.transform(TABLE[own]), whole[own], rtol=1e-14)
        unseen = TABLE[own].assign(trial="new")
        assert_allclose(model.transform(unseen), whole[own], rtol=1e-14)


@pytest.mark.parametrize("missing", ["nan", "zero"])
@pytest.mark.parametrize("basis", [None, COSINES])
@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_is_dense(kind, basis, missing):
    counts = RNG.poisson(0.3, (67, 3)).astype(np.float32)
    counts[:, 0] = np.unique(TRIALS, return_inverse=True)[1]
    model = LagTransformer([2, 5], trial_column=0, basis=basis, missing=missing)
    dense = model.fit_transform(counts)
    thin = model.fit_transform(kind(counts))
    assert sparse.issparse(thin)
    assert thin.dtype == dense.dtype == np.float32
    assert thin.indices.dtype == np.int32  # some solvers take no other
    assert thin.nnz <= np.count_nonzero(dense)
    assert_allclose(thin.toarray(), dense, rtol=1e-6)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_tables_and_names(make):
    table = make({"speed": X[:, 0], "trial": TRIALS, "spikes": X[:, 1]})
    library = make.__module__.split(".")[0]
    model = LagTransformer(2, trial_column="trial").set_output(transform=library)
    found = model.fit_transform(table)
    names = ["speed__lag1", "speed__lag2", "spikes__lag1", "spikes__lag2"]
    assert column_names(found) == names == [*model.get_feature_names_out()]
    by_name = read_groups("prefix", 4, names)
    assert by_name.names == list(model.groups_) == ["speed", "spikes"]
    assert_array_equal(by_name.owner, read_groups(model.groups_, 4).owner)
    basis = clone(model).set_params(basis=RaisedCosineTransformer(2))
    assert [*basis.fit(table).get_feature_names_out()][1] == "speed__lag_rc_1"
    array = clone(model).set_params(basis=np.ones((2, 1)), trial_column=1)
    assert [*array.fit(table).get_feature_names_out()][1] == "spikes__lag_0"
    restored = pickle.loads(pickle.dumps(model))
    assert_array_equal(restored.transform(table), found)


def test_tables_of_pyarrow_and_xarray():
    pyarrow, xarray = pytest.importorskip("pyarrow"), pytest.importorskip("xarray")
    table = pyarrow.table({"speed": X[:, 0], "trial": TRIALS, "spikes": X[:, 1]})
    model = LagTransformer(2, trial_column="trial")
    expected = model.fit_transform(TABLE)
    assert_array_equal(model.fit(table).transform(table), expected)
    assert [*model.groups_] == ["speed", "spikes"]
    labelled = xarray.DataArray(X, coords={"of": ["speed", "spikes"]}, dims=["n", "of"])
    assert [*LagTransformer(2).fit(labelled).groups_] == ["speed", "spikes"]
    holes = pyarrow.table({"a": [1.0, None, 3.0], "b": ["x", "y", None]})
    kept, y = drop_incomplete(holes, np.arange(3))
    assert kept.to_pydict() == {"a": [1.0], "b": ["x"]}
    assert y.tolist() == [0]


def test_filters_are_what_the_coefficients_do():
    model = LagTransformer(
        range(8), trial_column="trial", basis=COSINES, missing="zero"
    )
    basis = model.fit_transform(TABLE)
    coef = RNG.standard_normal((8, 3))
    filters = model.filters(coef)
    assert filters.shape == (2, 8, 3)
    assert_array_equal(model.filters(coef[:, 0]), filters[..., 0])
    plain = clone(model).set_params(basis=None).fit(TABLE)
    assert_allclose(
        plain.transform(TABLE) @ filters.reshape(16, 3), basis @ coef, atol=1e-12
    )
    with pytest.raises(ValueError, match=r"coef has shape \(9,\).*model.coef_\[col"):
        model.filters(np.ones(9))


def test_samples_without_a_past_are_dropped_from_all():
    table = LagTransformer(3, trial_column="trial").fit_transform(TABLE)
    y, weights = pd.Series(X[:, 0]), np.arange(67)
    kept = drop_incomplete(table, y, weights, None, list(TRIALS))
    whole = np.concatenate([np.arange(3, 30), np.arange(33, 42), np.arange(45, 67)])
    assert_array_equal(kept[0], table[whole])
    assert_array_equal(kept[1], X[whole, 0])
    assert_array_equal(kept[1].index, whole)
    assert_array_equal(kept[2], whole)
    assert kept[3] is None
    assert_array_equal(kept[4], TRIALS[whole])


def test_drop_incomplete_takes_tables():
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": ["x", "y", None]})
    assert_array_equal(drop_incomplete(frame).index, [0])
    assert drop_incomplete(pl.DataFrame({"a": [1.0, None], "b": [2, 3]})).height == 1
    thin, y = drop_incomplete(
        sparse.csr_array([[0, np.nan], [1.0, 0], [0, 0]]), [[1, 2], [3, 4], [5, 6]]
    )
    assert thin.toarray().tolist() == [[1, 0], [0, 0]]
    assert y.tolist() == [[3, 4], [5, 6]]
    with pytest.raises(ValueError, match=r"argument 1 after it has 2"):
        drop_incomplete(frame, [1, 2])
    with pytest.raises(ValueError, match="Give X first, then y"):
        drop_incomplete(np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match="lags are longer than trials"):
        drop_incomplete(LagTransformer(70).fit_transform(X))


@pytest.mark.parametrize("labels", [["cell", "trial"], [3, 1], ["trial", 3]])
def test_trials_of_several_labels(labels):
    table = TABLE.assign(cell=RNG.permutation(np.repeat(["x", "y"], [30, 37])))
    model = LagTransformer(3, trial_column=labels).set_output(transform="pandas")
    found = model.fit_transform(table)
    groups = table.groupby(["cell", "trial"])
    assert [*found.columns] == [
        f"{name}__lag{k}" for name in ("speed", "spikes") for k in (1, 2, 3)
    ]
    assert_array_equal(found["spikes__lag2"], groups["spikes"].shift(2))
    assert [*model.groups_] == ["speed", "spikes"]


def spike_train():
    """Return a train that is silent after its own events, trials, and a bystander."""
    rng, trials = np.random.default_rng(1), np.repeat(np.arange(12), 100)
    counts = np.zeros(len(trials))
    for i in range(len(trials)):
        past = counts[max(i - 3, 0) : i][trials[max(i - 3, 0) : i] == trials[i]]
        counts[i] = rng.poisson(0.8 * np.exp(-1.5 * past.sum()))
    return pd.DataFrame(
        {"trial": trials, "own": counts, "other": rng.poisson(0.5, len(trials))}
    )


def test_in_a_pipeline_and_a_search():
    train = spike_train()
    history = LagTransformer(
        10, trial_column="trial", basis=RaisedCosineTransformer(3), missing="zero"
    ).set_output(transform="pandas")
    pipeline = Pipeline(
        [
            ("history", history),
            ("model", GroupLasso(alpha=0.02, groups="prefix", loss="poisson")),
        ]
    )
    search = GridSearchCV(
        pipeline,
        {"history__basis__n_basis": [2, 5], "history__lags": [10, 20]},
        cv=GroupKFold(4),
        error_score="raise",
    ).fit(train, train["own"], groups=train["trial"])
    best = search.best_estimator_
    assert search.best_params_["history__lags"] == 10
    assert search.best_score_ > 0.1
    assert len(best["history"].groups_["own"]) == best["history"].basis.n_basis
    assert best["model"].selected_groups_ == ["own"]
    filters = best["history"].filters(best["model"].coef_)
    assert np.all(filters[0, :2] < -0.2)
    assert history.basis.n_basis == 3


def test_within_a_column_transformer():
    cells = ColumnTransformer(
        [
            (name, LagTransformer(2, trial_column="trial"), ["trial", name])
            for name in ("speed", "spikes")
        ]
    ).set_output(transform="pandas")
    table = cells.fit_transform(TABLE)
    assert table.columns[0] == "speed__speed__lag1"
    assert read_groups("prefix", 4, column_names(table)).names == ["speed", "spikes"]
    forgotten = make_pipeline(
        ColumnTransformer([("x", LagTransformer(2, trial_column="trial"), ["speed"])])
    )
    with pytest.raises(ValueError, match="list it among the columns"):
        forgotten.fit(TABLE)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"lags": [1.5]}, r"lags must be a number .* lags=5"),
        ({"lags": []}, "lags must be a number"),
        ({"lags": 0}, r"lags=0 is no number .* lags=\[0\] is the same sample"),
        ({"lags": -2}, r"lags=\[-2\] is the later sample"),
        ({"basis": "cosine"}, r"got 'cosine'.*RaisedCosineTransformer\(6, log=True\)"),
        ({"basis": RaisedCosineTransformer}, "not a name or a class"),
        ({"lags": [[1, 2]]}, "lags must be a number"),
        ({"lags": [True]}, "lags must be a number"),
        ({"lags": [2, 1, 2]}, "lags holds 2 more than once"),
        ({"trial_column": "x"}, "names a column, but X has no column names. Give the"),
        ({"trial_column": []}, "must name at least one column, or be None"),
        ({"trial_column": [0, 1]}, r"n_features = 2, and that is .*no feature is left"),
        ({"trial_column": 2}, "trial_column=2 is out of range: X has 2 columns"),
        ({"missing": "drop"}, r"drop_incomplete\(X, y\)"),
        ({"basis": np.ones((3, 2))}, r"basis has shape \(3, 2\), but there are 1 lags"),
        ({"basis": np.ones(1)}, r"basis must be .* got shape \(1,\)"),
        ({"basis": [[np.nan]]}, "basis must be finite"),
    ],
)
def test_parameters_that_cannot_be(params, message):
    model = LagTransformer(**params)
    with pytest.raises(ValueError, match=message):
        model.fit(X)
    assert not hasattr(model, "lags_")


@pytest.mark.parametrize(
    "params", [{"lags": 2.0}, {"basis": 3}, {"trial_column": 1.5}, {"missing": "no"}]
)
def test_invalid_parameters_are_named(params):
    with pytest.raises(InvalidParameterError, match=next(iter(params))):
        LagTransformer(**params).fit(X)


def test_labels_of_trials():
    with pytest.raises(ValueError, match=r"trial_column='trial' contains NaN"):
        LagTransformer(trial_column="trial").fit(TABLE.replace({"trial": {"a": None}}))
    with pytest.raises(
        ValueError, match=r"'trial' of X holds text.*, trial_column='trial'; else"
    ):
        LagTransformer().fit(TABLE)
    with pytest.raises(ValueError, match="no feature is left"):
        LagTransformer(trial_column="trial").fit(TABLE[["trial"]])
