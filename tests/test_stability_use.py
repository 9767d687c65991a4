"""Stability selection among scikit-learn's tools, in every layout, in parallel."""

import pickle

import numpy as np
import pandas as pd
import pytest
import simulated
from draws import parametrize_with_few_checks
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from stability import FEW, assert_same

from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoRegressor,
    IndLasso,
)
from mutar_cy import linear_model as ours
from mutar_cy.model_selection import StabilitySelection


def argued_failures(estimator):
    """Return the checks that fail for a reason."""
    reason = "a sample given twice may be in both subsamples of a pair, a heavy one not"
    return {
        "check_sample_weight_equivalence_on_dense_data": reason,
        "check_sample_weight_equivalence_on_sparse_data": reason,
    }


@parametrize_with_few_checks(
    [StabilitySelection(GroupLasso(0.01), n_subsamples=4)],
    [
        StabilitySelection(IndLasso(), alphas=3, n_subsamples=4),
        StabilitySelection(ours.Lasso(0.01), n_subsamples=4),
        StabilitySelection(GroupLassoClassifier(), n_subsamples=4),
    ],
    argued_failures,
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


def test_layouts_of_own_designs_are_one_problem():
    X, y, _ = simulated.stacked()
    model = StabilitySelection(GroupLasso(0.3), **FEW)
    stacked = clone(model).fit(X, y)
    assert_same(clone(model).fit(list(X), list(y)), stacked)
    task = np.repeat(["a", "b", "c"], 20)
    table, target = X.reshape(-1, 10), y.ravel()
    long = clone(model).fit(table, target, task=task)
    assert_same(long, stacked)
    assert long.tasks_.tolist() == ["a", "b", "c"]
    by_column = clone(model).set_params(estimator__task_column="site")
    frame = pd.DataFrame(table, columns=[f"x{j}" for j in range(10)])
    frame.insert(3, "site", task)
    assert_same(by_column.fit(frame, target), stacked)
    # Rows in any order: those of a task are counted in the order of the table.
    order = np.argsort(np.tile(np.arange(20), 3), kind="stable")
    assert_same(by_column.fit(frame.iloc[order], target[order]), stacked)


def test_rows_without_weight_are_as_if_removed():
    X, y, _ = simulated.ragged()
    weight = [np.ones(len(v)) for v in y]
    weight[0][[3, 8, 9]] = weight[2][-4:] = 0.0
    model = StabilitySelection(IndLasso(0.3), **FEW)
    kept = [w > 0 for w in weight]
    removed = clone(model).fit(
        [x[own] for x, own in zip(X, kept, strict=True)],
        [v[own] for v, own in zip(y, kept, strict=True)],
    )
    assert_same(clone(model).fit(X, y, sample_weight=weight), removed)


def test_a_dict_is_a_matrix_with_groups():
    rng = np.random.default_rng(0)
    X = {"place": rng.standard_normal((40, 3)), "speed": rng.standard_normal((40, 2))}
    y = X["place"].sum(axis=1) + rng.standard_normal(40)
    by_key = StabilitySelection(GroupLassoRegressor(alpha=0.3), **FEW).fit(X, y)
    groups = [[0, 1, 2], [3, 4]]
    joined = StabilitySelection(GroupLassoRegressor(groups, 0.3), **FEW)
    assert_same(by_key, joined.fit(np.hstack(list(X.values())), y))
    assert by_key.stable_groups_ == ["place"]
    assert joined.stable_groups_ == [0]


def test_sparse_designs():
    X, y, _ = simulated.shared(n_samples=40)
    X[np.abs(X) < 0.7] = 0.0
    dense = StabilitySelection(GroupLasso(0.3, tol=1e-9), **FEW).fit(X, y)
    for make in (sparse.csr_array, sparse.csc_array):
        assert_same(clone(dense).fit(make(X), y), dense)


def test_the_stable_columns_are_kept():
    X, y, _ = simulated.shared(n_samples=40)
    model = StabilitySelection(GroupLasso(0.4), **FEW).fit(X, y)
    assert 0 < model.support_.sum() < 10
    assert_array_equal(model.transform(X), X[:, model.support_])
    assert_array_equal(model.get_support(), model.support_)
    names = [f"x{j}" for j in np.flatnonzero(model.support_)]
    assert model.get_feature_names_out().tolist() == names
    back = model.inverse_transform(model.transform(X))
    assert_array_equal(back, np.where(model.support_, X, 0.0))


@pytest.mark.parametrize("column", ["site", 4, -7])
def test_the_task_column_is_kept(column):
    (X, y, _), task = simulated.long()
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)])
    frame.insert(4, "site", task)
    selection = StabilitySelection(GroupLasso(0.4, task_column=column), **FEW)
    selection.set_output(transform="pandas").fit(frame, y)
    assert selection.n_features_in_ == 11
    assert selection.support_.shape == (10,)
    assert selection.get_support().shape == (11,)
    kept = np.delete(frame.columns, 4)[selection.support_].tolist()
    assert 0 < len(kept) < 10
    out = selection.transform(frame)
    assert sorted(out.columns) == sorted([*kept, "site"])
    assert out["site"].tolist() == task.tolist()


def test_pipeline():
    (X, y, _), task = simulated.long()
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)]).assign(site=task)
    selection = StabilitySelection(GroupLasso(0.4, task_column="site"), **FEW)
    selection.set_output(transform="pandas")
    last = GroupLasso(0.01, task_column="site")
    pipeline = make_pipeline(selection, last).fit(frame, y)
    kept = [name for name in frame if name in pipeline[0].get_feature_names_out()]
    direct = clone(last).fit(frame[kept], y)
    assert_array_equal(pipeline.predict(frame), direct.predict(frame[kept]))
    assert len(kept) < 11


def test_fits_leave_parameters_and_estimator_alone():
    X, y, _ = simulated.ragged()
    inner = GroupLasso(0.3)
    model = StabilitySelection(inner, **FEW)
    before = model.get_params()
    model.fit(X, y)
    assert model.estimator is inner
    assert model.get_params() == before
    assert not hasattr(inner, "coef_")


def test_a_fitted_selection_survives_storage():
    X, y, _ = simulated.shared()
    model = StabilitySelection(GroupLasso(0.3), **FEW).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert_same(again, model)
    assert_array_equal(again.transform(X), model.transform(X))
    assert not hasattr(clone(model), "support_")


def test_another_fit_forgets_names_and_groups():
    X, y, _ = simulated.shared()
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)])
    model = StabilitySelection(GroupLassoRegressor(2, 0.3), **FEW).fit(frame, y)
    assert model.feature_names_in_.tolist() == list(frame.columns)
    model.set_params(estimator=GroupLasso(0.3)).fit(X, y)
    for name in ("feature_names_in_", "group_names_", "group_frequencies_"):
        assert not hasattr(model, name)
