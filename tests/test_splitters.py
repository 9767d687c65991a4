"""Folds within every task, folds of one task each, and where the labels come from."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mutar_cy import GroupLasso
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold

SPLITTERS = [TaskKFold(2), TaskKFold(2, shuffle=True, random_state=0)]
SPLITTERS.append(LeaveOneTaskOut())
each_splitter = pytest.mark.parametrize("splitter", SPLITTERS, ids=repr)
TABLES = [np.asarray, np.asfortranarray, np.ndarray.tolist]
TABLES += [sparse.csr_array, sparse.csc_matrix, sparse.coo_array]
LABELS = {
    "strings": ["b", "a", "b", "a", "b", "a", "a"],
    "integers": [7, -1, 7, -1, 7, -1, -1],
    "numbers": [0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.25],
    "booleans": [True, False, True, False, True, False, False],
    "dates": [datetime.date(2024, 1, 1 + k) for k in (1, 0, 1, 0, 1, 0, 0)],
}


def folds(splitter, X, **given):
    """Return (train, test) pairs, having seen that each is a partition."""
    pairs = list(splitter.split(X, **given))
    assert len(pairs) == splitter.get_n_splits(X, **given)
    n_samples = sum(len(test) for _, test in pairs)
    assert_array_equal(np.sort(np.concatenate([t for _, t in pairs])), range(n_samples))
    for train, test in pairs:
        assert_array_equal(np.sort(np.r_[train, test]), np.arange(n_samples))
        assert_array_equal(train, np.sort(train))
        assert_array_equal(test, np.sort(test))
    return pairs


def assert_same_folds(some, others):
    for pair, other in zip(some, others, strict=True):
        for samples, expected in zip(pair, other, strict=True):
            assert_array_equal(samples, expected)


@given(st.data())
def test_tasks_are_spread_evenly(data):
    n_splits = data.draw(st.integers(2, 6))
    sizes = data.draw(st.lists(st.integers(n_splits, 20), min_size=1, max_size=6))
    shuffle = data.draw(st.booleans())
    task = np.random.default_rng(0).permutation(np.repeat(range(len(sizes)), sizes))
    splitter = TaskKFold(n_splits, shuffle=shuffle, random_state=3 if shuffle else None)
    pairs = folds(splitter, task[:, None], task=task)
    tested = np.array([np.bincount(task[t], minlength=len(sizes)) for _, t in pairs])
    assert_array_equal(tested.sum(axis=0), sizes)
    assert np.ptp(tested, axis=0).max() <= 1
    assert np.ptp(tested.sum(axis=1)) <= 1
    assert tested.min() >= 1


def test_folds_without_shuffling_are_runs_of_samples():
    task = np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 1])
    pairs = folds(TaskKFold(2), task[:, None], task=task)
    assert_array_equal(pairs[0][1], [0, 1, 2, 4, 5])
    assert_array_equal(pairs[1][1], [3, 6, 7, 8, 9])


def test_an_integer_random_state_gives_the_same_folds_each_time():
    task = np.repeat([0, 1], [30, 40])
    splitter = TaskKFold(3, shuffle=True, random_state=5)
    again = TaskKFold(3, shuffle=True, random_state=5)
    first = folds(splitter, task[:, None], task=task)
    assert_same_folds(first, folds(splitter, task[:, None], task=task))
    assert_same_folds(first, folds(again, task[:, None], task=task))
    other = folds(TaskKFold(3, shuffle=True, random_state=6), task[:, None], task=task)
    assert any(
        not np.array_equal(a, b) for (_, a), (_, b) in zip(first, other, strict=True)
    )
    runs = folds(TaskKFold(3), task[:, None], task=task)
    assert any(
        not np.array_equal(a, b) for (_, a), (_, b) in zip(first, runs, strict=True)
    )


def test_leaving_one_task_out_tests_one_task_each():
    task = np.array(LABELS["strings"])
    pairs = folds(LeaveOneTaskOut(), task[:, None], task=task)
    assert [set(task[test]) for _, test in pairs] == [{"a"}, {"b"}]
    expected = LeaveOneGroupOut().split(task, groups=task)
    assert_same_folds(pairs, expected)


@each_splitter
@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_any_type_mean_the_same(splitter, kind):
    codes = np.array([1, 0, 1, 0, 1, 0, 0])
    X = np.zeros((7, 2))
    expected = folds(splitter, X, task=codes)
    labels = LABELS[kind]
    assert_same_folds(folds(splitter, X, task=labels), expected)
    assert_same_folds(folds(splitter, X, groups=np.asarray(labels)), expected)
    assert_same_folds(folds(splitter, X, task=pd.Series(labels)), expected)
    assert_same_folds(folds(splitter, None, task=pl.Series(labels)), expected)


def with_column(splitter, column):
    return type(splitter)(**{**vars(splitter), "task_column": column})


@each_splitter
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("column", ["site", 1, -2])
def test_labels_in_a_column_of_a_frame(splitter, make, column):
    site = LABELS["strings"]
    X = make({"x": np.zeros(7), "site": site, "z": np.ones(7)})
    expected = folds(splitter, X, task=site)
    assert_same_folds(folds(with_column(splitter, column), X), expected)


@each_splitter
@pytest.mark.parametrize("make", TABLES)
def test_labels_in_a_column_of_numbers(splitter, make):
    site = np.array(LABELS["integers"])
    X = np.column_stack([np.arange(7.0), site])
    expected = folds(splitter, X, task=site)
    assert_same_folds(folds(with_column(splitter, 1), make(X)), expected)


@each_splitter
def test_labels_in_exactly_one_place(splitter):
    X, task = np.zeros((7, 2)), LABELS["strings"]
    with pytest.raises(ValueError, match=r"task_column.*task= or groups=.*routing"):
        splitter.split(X)
    with pytest.raises(ValueError, match="got task and groups"):
        splitter.split(X, groups=task, task=task)
    with pytest.raises(ValueError, match="got task and task_column"):
        with_column(splitter, 0).split(X, task=task)
    with pytest.raises(ValueError, match="got groups and task_column"):
        with_column(splitter, 0).split(X, groups=task)


@each_splitter
@pytest.mark.parametrize("missing", [np.nan, None, pd.NA, pd.NaT])
def test_missing_labels(splitter, missing):
    labels = np.array([*LABELS["strings"][:-1], missing], dtype=object)
    X = pd.DataFrame({"site": labels, "x": np.zeros(7)})
    with pytest.raises(ValueError, match="task contains NaN"):
        splitter.split(X, task=labels)
    with pytest.raises(ValueError, match="task_column='site' contains NaN"):
        with_column(splitter, "site").split(X)


@each_splitter
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"] * 6, "task has 6 labels, but X has 7 samples"),
        ([["a"]] * 7, r"task must be 1-D, got shape \(7, 1\)"),
        (np.array([*"aaa", 1, 1, 1, 1], dtype=object), "cannot be sorted"),
    ],
)
def test_labels_that_do_not_fit(splitter, labels, message):
    with pytest.raises(ValueError, match=message):
        splitter.split(np.zeros((7, 2)), task=labels)


@each_splitter
def test_tables_that_are_not_long(splitter):
    X = np.zeros((3, 7, 2))
    for own in (X, list(X)):
        with pytest.raises(ValueError, match="stack_tasks"):
            splitter.split(own)
    with pytest.raises(ValueError, match="0 samples"):
        splitter.split(np.zeros((0, 2)), task=[])
    with pytest.raises(ValueError, match="X has no column names"):
        with_column(splitter, "site").split(X[0])
    with pytest.raises(ValueError, match="out of range: X has 2 columns"):
        with_column(splitter, 2).split(X[0])
    with pytest.raises(ValueError, match=r"X has shape \(7,\)"):
        with_column(splitter, 0).split(X[0, :, 0])


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (list("aabbb"), "'a'"),
        ([1, 1, 2, 2, 2], "1"),
        (np.array(["2024-01-01"] * 2 + ["2025-01-01"] * 3, "M8[D]"), "2024-01-01"),
    ],
)
def test_a_task_with_too_few_samples_is_named(labels, name):
    message = f"Task {name} has 2 samples, which is fewer than n_splits=3"
    with pytest.raises(ValueError, match=message):
        TaskKFold(3).split(np.zeros((5, 1)), task=labels)


def test_a_single_task_cannot_be_left_out():
    with pytest.raises(ValueError, match="needs several tasks, but there is only 'a'"):
        LeaveOneTaskOut().split(np.zeros((5, 1)), task=["a"] * 5)


@pytest.mark.parametrize("n_splits", [1, 0, True, 2.0, "2", None])
def test_numbers_of_folds_that_are_none(n_splits):
    with pytest.raises(ValueError, match="n_splits must be an integer"):
        TaskKFold(n_splits)


def test_a_random_state_without_shuffling():
    with pytest.raises(ValueError, match="random_state has no effect"):
        TaskKFold(random_state=0)


def test_representations():
    assert repr(LeaveOneTaskOut(task_column="site")) == (
        "LeaveOneTaskOut(task_column='site')"
    )
    assert repr(TaskKFold(3)) == (
        "TaskKFold(n_splits=3, random_state=None, shuffle=False, task_column=None)"
    )


# Splitters over tasks as `cv` of scikit-learn's searches.

ALPHAS = [0.01, 0.1, 10.0]
OVER_TASKS = [TaskKFold, LeaveOneTaskOut]
each_over_tasks = pytest.mark.parametrize("splitter", OVER_TASKS)


def model(**given):
    return GroupLasso(0.05, unseen_tasks="mean", **given)


def routed():
    return model().set_fit_request(task=True).set_score_request(task=True)


def by_hand(splitter, X, y, task):
    """Return the mean score of every strength over the folds."""
    means = []
    for alpha in ALPHAS:
        scores = []
        for train, test in splitter().split(X, task=task):
            fitted = model().set_params(alpha=alpha)
            fitted.fit(X[train], y[train], task=task[train])
            scores.append(fitted.score(X[test], y[test], task=task[test]))
        means.append(np.mean(scores))
    return means


@each_over_tasks
def test_routed_labels_reach_the_splitter_by_themselves(splitter):
    (X, y, _), task = simulated.long()
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed(), {"alpha": ALPHAS}, cv=splitter())
        search.fit(X, y, task=task)
    scores = search.cv_results_["mean_test_score"]
    assert_allclose(scores, by_hand(splitter, X, y, task), rtol=1e-10)


@each_over_tasks
def test_routed_labels_reach_through_a_pipeline(splitter):
    (X, y, _), task = simulated.long()
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(StandardScaler(), routed())
        search = GridSearchCV(pipeline, {"grouplasso__alpha": ALPHAS}, cv=splitter())
        search.fit(X, y, task=task)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.n_splits_ == splitter().get_n_splits(X, task=task)


@each_over_tasks
def test_groups_and_a_task_column_give_the_same_scores(splitter):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    table = np.column_stack([X, task])
    own = model(task_column=-1)
    by_groups = cross_val_score(own, table, y, groups=task, cv=splitter())
    by_column = cross_val_score(own, table, y, cv=splitter(task_column=-1))
    assert np.array_equal(by_groups, by_column)
    search = GridSearchCV(own, {"alpha": ALPHAS}, cv=splitter(task_column=-1))
    scores = search.fit(table, y).cv_results_["mean_test_score"]
    assert_allclose(scores, by_hand(splitter, X, y, task), rtol=1e-10)


@each_over_tasks
def test_labels_that_do_not_reach_the_splitter(splitter):
    (X, y, _), task = simulated.long()
    search = GridSearchCV(model(), {"alpha": ALPHAS}, cv=splitter())
    with pytest.raises(ValueError, match="task_column"):
        search.fit(X, y, task=task)
