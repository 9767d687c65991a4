"""TaskScaler: means and scales of each task, tables in and out, and pipelines."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from draws import parametrize_with_few_checks
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mutar_cy import GroupLasso
from mutar_cy.groups import column_names
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold
from mutar_cy.preprocessing import TaskScaler

RNG = np.random.default_rng(0)
SITE = RNG.permutation(np.repeat(["Oslo", "Lyon", "Bern"], [30, 20, 10]))
UNITS = {"Oslo": [1.0, 1.0, 1.0], "Lyon": [1e3, 1.0, 1e-3], "Bern": [2.0, 5.0, 1.0]}
X = RNG.normal([0, 10, -1], size=(60, 3)) * [UNITS[site] for site in SITE]
WEIGHTS = RNG.uniform(0.5, 2.0, 60)
TABLE = pd.DataFrame({"a": X[:, 0], "site": SITE, "b": X[:, 1], "c": X[:, 2]})


@parametrize_with_few_checks(
    [TaskScaler(), TaskScaler(with_mean=False)],
    [TaskScaler(with_std=False, unseen_tasks="mean")],
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_every_task_has_mean_0_and_variance_1(weights):
    scaler = TaskScaler("site").fit(TABLE, sample_weight=weights)
    scaled = scaler.transform(TABLE)
    assert_array_equal(scaler.tasks_, ["Bern", "Lyon", "Oslo"])
    assert scaler.mean_.shape == scaler.scale_.shape == (3, 3)
    for k, task in enumerate(scaler.tasks_):
        own = task == SITE
        s = np.ones(own.sum()) if weights is None else weights[own]
        mean = s @ X[own] / s.sum()
        std = np.sqrt(s @ (X[own] - mean) ** 2 / s.sum())
        assert_allclose(scaler.mean_[:, k], mean, rtol=1e-12)
        assert_allclose(scaler.scale_[:, k], std, rtol=1e-12)
        alone = StandardScaler().fit(X[own], sample_weight=s)
        found = scaled.loc[own, ["a", "b", "c"]]
        assert_allclose(found, alone.transform(X[own]), rtol=0, atol=1e-12)
    back = scaler.inverse_transform(scaled)
    assert_allclose(back[["a", "b", "c"]], X, rtol=1e-12)
    assert_array_equal(back["site"], SITE)


def test_a_weight_of_2_is_a_sample_given_twice():
    weights = np.arange(60) % 3
    twice = TABLE.loc[np.repeat(TABLE.index, weights)]
    by_weight = TaskScaler("site").fit(TABLE, sample_weight=weights)
    by_rows = TaskScaler("site").fit(twice)
    assert_allclose(by_weight.mean_, by_rows.mean_, rtol=1e-12)
    assert_allclose(by_weight.scale_, by_rows.scale_, rtol=1e-12)


@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("std", [True, False])
def test_one_task_is_a_standard_scaler(mean, std):
    params = {"with_mean": mean, "with_std": std}
    expected = StandardScaler(**params).fit_transform(X)
    assert_allclose(TaskScaler(**params).fit_transform(X), expected, atol=1e-14)
    one = np.column_stack([np.ones(60), X])
    scaled = TaskScaler(0, **params).fit_transform(one)
    assert_allclose(scaled, np.column_stack([np.ones(60), expected]), atol=1e-14)


def test_a_feature_that_is_constant_in_a_task():
    table = TABLE.assign(a=np.where(SITE == "Lyon", 1e6 + 0.1, X[:, 0]))
    scaler = TaskScaler("site").fit(table)
    assert scaler.scale_[0, 1] == 1.0
    assert not scaler.transform(table)["a"][SITE == "Lyon"].any()
    one = TaskScaler("site").fit_transform(TABLE.assign(site=[*SITE[:-1], "new"]))
    assert not one.iloc[-1, [0, 2, 3]].any()


@pytest.mark.parametrize("at", [0, 2, -1])
@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_is_dense(kind, at):
    codes = np.unique(SITE, return_inverse=True)[1]
    place = at if at >= 0 else 3
    table = np.insert(np.where(X > 0.5, X, 0), [place], codes[:, None], axis=1)
    scaler = TaskScaler(at, with_mean=False)
    dense = scaler.fit_transform(table)
    assert_array_equal(dense[:, place], codes)
    thin = scaler.fit_transform(kind(table))
    assert thin.indices.dtype == np.int32  # some solvers take no other
    assert_allclose(thin.toarray(), dense, rtol=1e-12)
    back = scaler.inverse_transform(thin)
    assert_allclose(back.toarray(), table, rtol=1e-12)
    with pytest.raises(ValueError, match="with_mean=False"):
        TaskScaler(at).fit(kind(table))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_tables_stay_tables(make):
    table = make({"a": X[:, 0], "site": SITE, "b": X[:, 1], "c": X[:, 2]})
    scaler = TaskScaler("site").fit(table)
    scaled = scaler.transform(table)
    assert type(scaled) is type(table)
    assert column_names(scaled) == ["a", "site", "b", "c"]
    assert column_names(scaled) == [*scaler.get_feature_names_out()]
    assert_array_equal(scaled["site"], SITE)
    assert_array_equal(table["a"], X[:, 0])  # it is not modified
    library = make.__module__.split(".")[0]
    again = clone(scaler).set_output(transform=library).fit_transform(table)
    assert_array_equal(np.asarray(again), np.asarray(scaled))
    restored = pickle.loads(pickle.dumps(scaler))
    assert_array_equal(np.asarray(restored.transform(table)), np.asarray(scaled))


def test_a_table_of_pyarrow_stays_one():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({name: TABLE[name].tolist() for name in TABLE})
    scaled = TaskScaler("site").fit_transform(table)
    assert isinstance(scaled, pyarrow.Table)
    expected = TaskScaler("site").fit_transform(TABLE)
    pd.testing.assert_frame_equal(pd.DataFrame(scaled.to_pydict()), expected)


def test_single_precision_and_missing_values():
    codes = np.unique(SITE, return_inverse=True)[1]
    table = np.column_stack([codes, X]).astype(np.float32)
    table[3, 2] = np.nan
    scaled = TaskScaler(0).fit_transform(table)
    assert scaled.dtype == np.float32
    assert_array_equal(np.argwhere(np.isnan(scaled)), [[3, 2]])


def two_cohorts():
    """Return cohorts with one effect, of a feature whose unit differs, and y."""
    rng = np.random.default_rng(0)
    Z, site = rng.standard_normal((80, 4)), np.repeat(["A", "B"], 40)
    y = Z[:, 0] + 0.1 * rng.standard_normal(80)
    Z[site == "B", 0] /= 1000  # grams, and kilograms
    return pd.DataFrame(Z, columns=list("abcd")).assign(site=site), y


def test_a_pooled_scaler_loses_an_effect():
    table, y = two_cohorts()
    pooled = StandardScaler().set_output(transform="pandas")
    model = GroupLasso(0.1, task_column="site")
    names = list("abcd")
    lost = table.assign(**pooled.fit_transform(table[names]))
    assert np.abs(model.fit(lost, y).coef_[0, 1]) < 0.05
    pipeline = make_pipeline(TaskScaler("site"), model).fit(table, y)
    found = pipeline[-1].coef_[0]
    assert np.all(found > 0.8)
    per_unit = found / pipeline[0].scale_[0]
    assert_allclose(per_unit, [1.0, 1000.0], rtol=0.15)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_it_is_what_normalize_does_for_designs(weights):
    y = X[:, 0] / 500 + X[:, 1] + WEIGHTS
    params = {"task_column": "site", "alpha": 0.5, "tol": 1e-12}
    direct = GroupLasso(normalize="std", **params)
    direct.fit(TABLE, y, sample_weight=weights)
    scaler = TaskScaler("site").fit(TABLE, sample_weight=weights)
    model = GroupLasso(**params)
    model.fit(scaler.transform(TABLE), y, sample_weight=weights)
    assert_allclose(model.coef_ / scaler.scale_, direct.coef_, rtol=1e-8)
    assert_array_equal(model.coef_.any(axis=1), [True, True, False])


def test_in_searches_over_tasks_seen_and_unseen():
    table, y = two_cohorts()
    pipeline = make_pipeline(TaskScaler("site"), GroupLasso(task_column="site"))
    search = GridSearchCV(
        pipeline,
        {"grouplasso__alpha": [0.1, 1.0], "taskscaler__with_std": [True, False]},
        cv=TaskKFold(4, task_column="site"),
        error_score="raise",
    ).fit(table, y)
    assert search.best_params_ == {
        "grouplasso__alpha": 0.1,
        "taskscaler__with_std": True,
    }
    assert search.best_score_ > 0.9
    new = LeaveOneTaskOut(task_column="site")
    with pytest.raises(ValueError, match=r"cv=TaskKFold\(5, task_column='site'"):
        cross_val_score(pipeline, table, y, cv=new, error_score="raise")
    pipeline.set_params(
        taskscaler__unseen_tasks="mean", grouplasso__unseen_tasks="mean"
    )
    assert np.isfinite(cross_val_score(pipeline, table, y, cv=new)).all()


def test_tasks_that_were_not_seen():
    scaler = TaskScaler("site", unseen_tasks="mean").fit(TABLE)
    new = scaler.transform(TABLE.assign(site="new"))[["a", "b", "c"]]
    mean, scale = scaler.mean_.mean(axis=1), scaler.scale_.mean(axis=1)
    assert_allclose(new, (X - mean) / scale, rtol=1e-12)
    scaler.set_params(unseen_tasks="raise")
    with pytest.raises(ValueError, match=r"holds 'new'.*unseen_tasks='mean'"):
        scaler.transform(TABLE.assign(site="new"))
    scaler.set_params(unseen_tasks="mean")
    gone = np.where(SITE == "Lyon", 0.0, 1.0)
    scaler.fit(TABLE, sample_weight=gone)
    assert_array_equal(scaler.tasks_, ["Bern", "Oslo"])
    with pytest.raises(ValueError, match="zero for every sample of task 'Lyon'"):
        TaskScaler("site").fit(TABLE, sample_weight=gone)


def test_weights_are_routed():
    table, y = two_cohorts()
    weights = np.arange(80.0)
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(
            TaskScaler("site").set_fit_request(sample_weight=True),
            GroupLasso(0.1, task_column="site").set_fit_request(sample_weight=True),
        ).fit(table, y, sample_weight=weights)
    alone = TaskScaler("site").fit(table, sample_weight=weights)
    assert_array_equal(pipeline[0].scale_, alone.scale_)
    assert np.any(alone.scale_ != TaskScaler("site").fit(table).scale_)


@pytest.mark.parametrize(
    ("table", "params", "message"),
    [
        (TABLE, {"task_column": "centre"}, "must be the name of one column of X, got"),
        (X, {"task_column": "site"}, "X has no column names. Give the position"),
        (X, {"task_column": 3}, "out of range: X has 3 columns"),
        (TABLE, {}, "'site' of X holds text.*, task_column='site'; else"),
        ([X, X[:5]], {}, "one table with a column of tasks.*normalize='std'"),
        (X.reshape(2, 30, 3), {}, r"mutar_cy\.stack_tasks"),
        ({"a": X}, {}, r"mutar_cy\.stack_tasks"),
        (TABLE[["site"]], {"task_column": "site"}, "no feature is left"),
        (TABLE.assign(site=None), {"task_column": "site"}, "contains NaN"),
    ],
)
def test_columns_that_cannot_be(table, params, message):
    scaler = TaskScaler(**params)
    with pytest.raises(ValueError, match=message):
        scaler.fit(table)
    assert not hasattr(scaler, "tasks_")
