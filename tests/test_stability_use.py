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
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.utils._param_validation import InvalidParameterError
from stability import FEW, assert_same

from mutar_cy import (
    MTW,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    ReMTW,
    ReweightedGroupLasso,
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
    by_key = StabilitySelection(GroupLasso(alpha=0.3), **FEW).fit(X, y)
    groups = [[0, 1, 2], [3, 4]]
    joined = StabilitySelection(GroupLasso(groups=groups, alpha=0.3), **FEW)
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
    model = StabilitySelection(GroupLasso(groups=2, alpha=0.3), **FEW).fit(frame, y)
    assert model.feature_names_in_.tolist() == list(frame.columns)
    model.set_params(estimator=GroupLasso(0.3)).fit(X, y)
    for name in ("feature_names_in_", "group_names_", "group_frequencies_"):
        assert not hasattr(model, name)


# What stability selection says of bad parameters and bad data.


def selection(estimator=None, **parameters):
    estimator = GroupLasso(0.3) if estimator is None else estimator
    given = {"n_subsamples": 4, "random_state": 0, **parameters}
    return StabilitySelection(estimator, **given)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("estimator", [None, "lasso", GroupLasso]),
        ("alphas", [1, 0, -3, 2.5, "many"]),
        ("eps", [0, 1, -0.1, None]),
        ("n_subsamples", [1, 0, 2.5, None]),
        ("sample_fraction", [0, 0.51, -0.5, "half"]),
        ("threshold", [0.5, 1.1, -1]),
        ("max_false", [0.0, -1.0, "one"]),
        ("bound", ["best", None]),
        ("max_features", [0, 2.5, "all"]),
        ("random_state", ["seed", -1.5]),
        ("n_jobs", ["two", 1.5]),
    ],
)
def test_parameters_are_validated(name, values):
    X, y, _ = simulated.stacked()
    for value in values:
        model = selection(alphas=[0.3, 0.2]).set_params(**{name: value})
        with pytest.raises(
            (InvalidParameterError, TypeError), match=f"{name}|estimator"
        ):
            model.fit(X, y)


@pytest.mark.parametrize(
    ("alphas", "message"),
    [
        ([0.3, -0.1], r"alphas must be at least 0 and finite, got -0\.1"),
        ([0.3, np.nan], "alphas must be at least 0 and finite, got nan"),
        ([[0.3, 0.1]], r"alphas must be 1-D and not empty, got shape \(1, 2\)"),
        ([], "alphas must be 1-D and not empty"),
    ],
)
def test_strengths_are_checked(alphas, message):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=message):
        selection(alphas=alphas).fit(X, y)


@pytest.mark.parametrize(
    "estimator", [Lasso(), GroupLassoCV(), object()], ids=lambda e: type(e).__name__
)
def test_other_estimators_are_refused(estimator):
    X, y, _ = simulated.shared()
    name = type(estimator).__name__
    message = f"fixed strengths, got {name}|'estimator' parameter"
    with pytest.raises((TypeError, ValueError), match=message):
        selection(estimator).fit(X, y)


@pytest.mark.parametrize("cls", [MTW, ReMTW])
def test_models_that_select_everything(cls):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=f"of {cls.__name__} .*support_threshold"):
        selection(cls()).fit(X, y)
    with pytest.raises(TypeError, match="has no alpha_max"):
        selection(cls(support_threshold=0.1), alphas=5).fit(X, y)


def test_cut_paths_need_a_path():
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=r"max_features=3 cuts paths, but .* one"):
        selection(max_features=3).fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "given"),
    [
        (ReweightedGroupLasso(), {"offset": np.zeros((3, 20))}),
        (ours.MultiTaskLasso(), {"task": np.zeros(30)}),
    ],
    ids=str,
)
def test_what_the_estimator_does_not_take(estimator, given):
    X, y, _ = simulated.stacked() if "offset" in given else simulated.shared()
    (name,) = given
    cls = type(estimator).__name__
    with pytest.raises(TypeError, match=f"{name} was given, but the fit of {cls}"):
        selection(estimator).fit(X, y, **given)


def test_a_task_of_one_sample():
    X, y, _ = simulated.ragged((9, 1, 9))
    with pytest.raises(ValueError, match=r"Task 1 has 1 sample.*sample_fraction=0\.5"):
        selection().fit(X, y)
    task = np.repeat(["a", "b", "c"], (9, 1, 9))
    with pytest.raises(ValueError, match="Task 'b' has 1 sample"):
        selection().fit(np.vstack(X), np.concatenate(y), task=task)


def test_a_class_of_one_sample():
    X = simulated.shared().X
    labels = np.where(np.arange(30) == 7, "rare", "usual")
    message = r"Subsample \d leaves no sample of class 'rare' to fit to"
    with pytest.raises(ValueError, match=message):
        selection(GroupLassoClassifier()).fit(X, labels)


def test_a_single_count():
    X = simulated.shared().X
    counts = np.where(np.arange(30) == 7, 2.0, 0.0)
    model = selection(GroupLasso(loss="poisson", alpha=1.0))
    with pytest.raises(ValueError, match=r"Subsample \d leaves no count above 0"):
        model.fit(X, counts)


def test_a_task_whose_targets_are_mostly_missing():
    X, y, _ = simulated.shared()
    y[1:, 2] = np.nan
    model = selection(GroupLasso(missing_targets="ignore"))
    with pytest.raises(ValueError, match=r"Subsample \d leaves no target of task 2"):
        model.fit(X, y)


def test_bad_numbers_are_found_wherever_they_are():
    X, y, _ = simulated.shared()
    X[29, 3] = np.nan
    weight = np.ones(30)
    with pytest.raises(ValueError, match="NaN"):
        selection().fit(X, y)
    X[29, 3], weight[4] = 0.0, -1.0
    with pytest.raises(ValueError, match=r"sample_weight|weights"):
        selection().fit(X, y, sample_weight=weight)


def test_not_fitted_is_said():
    X, _, _ = simulated.shared()
    for ask in (StabilitySelection.get_support, lambda model: model.transform(X)):
        with pytest.raises(NotFittedError, match="StabilitySelection"):
            ask(selection())


def test_a_table_is_asked_for_when_columns_are_to_be_kept():
    X, y, _ = simulated.stacked()
    model = selection().fit(X, y)
    with pytest.raises(ValueError, match="dim 3"):
        model.transform(X)
    assert model.transform(X[0]).shape == (20, model.support_.sum())
