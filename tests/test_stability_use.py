"""Stability selection among scikit-learn's tools, in every layout, in parallel."""

import pickle

import numpy as np
import pandas as pd
import pytest
import simulated
from joblib import parallel_config
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from mutar_cy import (
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoRegressor,
    IndLasso,
)
from mutar_cy import linear_model as ours
from mutar_cy.model_selection import StabilitySelection

FEW = {"n_subsamples": 6, "random_state": 0}
FREQUENCIES = "stability_path_", "task_frequencies_", "selection_frequencies_"


def assert_same(one, other):
    for name in FREQUENCIES:
        assert_array_equal(getattr(one, name), getattr(other, name))


def argued_failures(estimator):
    """Return the checks that fail for a reason."""
    reason = "a sample given twice may be in both subsamples of a pair, a heavy one not"
    return {
        "check_sample_weight_equivalence_on_dense_data": reason,
        "check_sample_weight_equivalence_on_sparse_data": reason,
    }


@parametrize_with_checks(
    [
        StabilitySelection(GroupLasso(0.01), n_subsamples=4),
        StabilitySelection(IndLasso(), alphas=3, n_subsamples=4),
        StabilitySelection(ours.Lasso(0.01), n_subsamples=4),
        StabilitySelection(GroupLassoClassifier(), n_subsamples=4),
    ],
    expected_failed_checks=argued_failures,
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


@pytest.mark.parametrize("backend", ["threading", "loky"])
@pytest.mark.parametrize(
    "estimator",
    [GroupLasso(), DirtyModel(0.5, 0.4), GroupLassoRegressor(2, loss="poisson")],
    ids=str,
)
def test_parallel_and_serial_give_the_same_bits(estimator, backend):
    X, y, _ = simulated.ragged((60, 50), 120)
    y = [np.round(np.exp(v / 4)) for v in y]
    model = StabilitySelection(estimator, alphas=4, **FEW)
    serial = clone(model).fit(X, y)
    with parallel_config(backend, n_jobs=2):
        assert_same(clone(model).fit(X, y), serial)
    assert_same(clone(model).set_params(n_jobs=2).fit(X, y), serial)


def test_subsamples_do_not_depend_on_what_is_drawn_elsewhere():
    X, y, _ = simulated.ragged()
    model = StabilitySelection(GroupLasso(0.3), n_subsamples=6)
    assert_same(
        clone(model).set_params(random_state=np.random.RandomState(5)).fit(X, y),
        clone(model).set_params(random_state=np.random.RandomState(5)).fit(X, y),
    )
    one, other = (
        clone(model).set_params(random_state=seed).fit(X, y) for seed in (1, 2)
    )
    assert not np.array_equal(one.task_frequencies_, other.task_frequencies_)


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


class Counting:
    """Count what a fit reports, and raise at some step as Ctrl-C does."""

    def __init__(self, last=None):
        self.last, self.names = last, []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **data):
        pass

    def on_fit_task_end(self, estimator, context, **data):
        self.names.append(context.task_name)
        if len(self.names) == self.last:
            raise KeyboardInterrupt


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_callbacks_see_every_subsample(n_jobs, capsys):
    X, y, _ = simulated.ragged()
    callback = Counting()
    model = StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW)
    model.set_callbacks(callback, ProgressBar()).fit(X, y)
    assert callback.names == ["subsample"] * 6 + ["fit"]
    assert "100%" in capsys.readouterr().out
    assert_same(model, StabilitySelection(GroupLasso(0.3), **FEW).fit(X, y))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_interrupted_fit_leaves_nothing_or_the_fit_before_it(n_jobs):
    X, y, _ = simulated.ragged()
    model = StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW)
    model.set_callbacks(Counting(last=3))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.get_support()
    model.set_callbacks().fit(X, y)
    before = vars(model).copy()
    with pytest.raises(ValueError, match="X holds 3 tasks, but y holds 2"):
        model.fit(X, y[:2])
    assert vars(model) == before


def test_fits_that_have_not_converged_are_counted():
    X, y, _ = simulated.ragged((25, 14, 30), 300)
    model = StabilitySelection(GroupLasso(0.01, tol=1e-12, max_iter=1), **FEW)
    with pytest.warns(ConvergenceWarning, match=r"in 6 fits .* of the GroupLasso") as w:
        model.fit(X, y)
    assert w[0].filename == __file__
