"""One problem in four layouts is one problem."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.metrics import r2_score

from mutar_cy import split_tasks, stack_tasks

TIGHT = {"tol": 1e-14, "max_iter": 20_000}
EXACT = {"rtol": 0, "atol": 1e-10}
each_estimator = pytest.mark.parametrize("cls", CONVEX)
FORMATS = {
    "csr": sparse.csr_array,
    "csc": sparse.csc_array,
    "coo": sparse.coo_array,
    "csr_matrix": sparse.csr_matrix,
    "int64 indices": lambda x: with_wide_indices(sparse.csc_array(x)),
}


def with_wide_indices(X):
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def holes(X, seed=0):
    """Return X with two thirds of its entries 0."""
    return np.where(np.random.default_rng(seed).random(X.shape) < 2 / 3, 0.0, X)


def assert_same_fit(one, two):
    assert one.coef_.shape == two.coef_.shape
    assert_allclose(one.coef_, two.coef_, **EXACT)
    assert_allclose(one.intercept_, two.intercept_, **EXACT)


@each_estimator
def test_stacked_is_a_list_is_a_long_table(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.1, **TIGHT).fit(X, y)
    assert model.coef_.shape == (10, 3)
    assert model.intercept_.shape == (3,)
    assert np.array_equal(model.tasks_, [0, 1, 2])
    assert model.n_features_in_ == 10
    assert_same_fit(cls(0.1, **TIGHT).fit(list(X), list(y)), model)
    table, target, task = stack_tasks(X, y)
    assert_same_fit(cls(0.1, **TIGHT).fit(table, target, task=task), model)
    with_labels = np.column_stack([task, table])
    by_column = cls(0.1, task_column=0, **TIGHT).fit(with_labels, target)
    assert_same_fit(by_column, model)
    assert by_column.n_features_in_ == 11
    assert_certified(model, X, y)


@each_estimator
def test_shared_is_a_list_of_the_same_design(cls):
    X, Y, _ = simulated.shared()
    model = cls(0.1, **TIGHT).fit(X, Y)
    assert model.coef_.shape == (10, 3)
    assert_same_fit(cls(0.1, **TIGHT).fit([X] * 3, list(Y.T)), model)
    assert_certified(model, X, Y)


@each_estimator
def test_responses_in_a_stack_and_in_a_list(cls):
    X, Y, _ = simulated.responses()
    model = cls(0.1, **TIGHT).fit(X, Y)
    assert model.coef_.shape == (8, 2, 3)
    assert model.intercept_.shape == (2, 3)
    assert_same_fit(cls(0.1, **TIGHT).fit(list(X), list(Y)), model)
    assert_certified(model, X, Y)


@each_estimator
def test_tasks_of_a_long_table_are_sorted_labels(cls):
    (X, y, _), task = simulated.long(labels=("north", "east", "south"))
    model = cls(0.1, **TIGHT).fit(X, y, task=task)
    assert model.tasks_.tolist() == ["east", "north", "south"]
    lists = [X[task == label] for label in model.tasks_]
    targets = [y[task == label] for label in model.tasks_]
    assert_same_fit(cls(0.1, **TIGHT).fit(lists, targets), model)
    assert_certified(model, X, y, task=task)


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("labels", [(3, 1, 2), (2.5, -1.0, 0.0), (True, False, True)])
def test_labels_of_other_kinds(cls, labels):
    (X, y, _), task = simulated.long(labels=labels)
    model = cls(0.1).fit(X, y, task=task)
    assert model.tasks_.tolist() == sorted(set(labels))
    assert_certified(model, X, y, task=task)


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("column", [0, 4, -1])
def test_task_column_by_position(cls, column):
    (X, y, _), task = simulated.long(labels=(7, 5, 6))
    at = column if column >= 0 else 10
    table = np.insert(X, at, task, axis=1)
    model = cls(0.1, task_column=column, **TIGHT).fit(table, y)
    other = cls(0.1, **TIGHT).fit(X, y, task=task)
    assert_same_fit(model, other)
    assert_allclose(model.predict(table), other.predict(X, task=task), **EXACT)
    assert_allclose(model.score(table, y), other.score(X, y, task=task), **EXACT)


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("column", [2, "cohort"])
def test_task_column_of_a_data_frame(cls, frame, column):
    (X, y, _), task = simulated.long()
    columns = {f"x{j}": x for j, x in enumerate(X.T)}
    names = list(columns)
    table = frame({**{n: columns[n] for n in names[:2]}, "cohort": task, **columns})
    model = cls(0.1, task_column=column, **TIGHT).fit(table, y)
    assert_same_fit(model, cls(0.1, **TIGHT).fit(X, y, task=task))
    assert model.feature_names_in_.tolist() == list(table.columns)
    assert model.tasks_.tolist() == ["a", "b", "c"]
    assert model.predict(table).shape == y.shape


@each_estimator
@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_data_frames_with_task_labels_beside_them(cls, frame):
    (X, y, _), task = simulated.long()
    table = frame({f"x{j}": x for j, x in enumerate(X.T)})
    series = (pd if frame is pd.DataFrame else pl).Series
    model = cls(0.1, **TIGHT).fit(table, series(y), task=series(task))
    assert_same_fit(model, cls(0.1, **TIGHT).fit(X, y, task=task))
    assert_allclose(
        model.predict(table, task=series(task)), model.predict(X_named(table), task)
    )


def X_named(table):
    return pd.DataFrame({name: np.asarray(table[name]) for name in table.columns})


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_designs(cls, make, fit_intercept):
    X, y, _ = simulated.ragged()
    X = [holes(x, k) for k, x in enumerate(X)]
    dense = cls(0.1, fit_intercept, **TIGHT).fit(X, y)
    model = cls(0.1, fit_intercept, **TIGHT).fit([make(x) for x in X], y)
    assert_same_fit(model, dense)
    mixed = cls(0.1, fit_intercept, **TIGHT).fit([make(X[0]), *X[1:]], y)
    assert_same_fit(mixed, dense)
    for mine, his in zip(
        model.predict([make(x) for x in X]), dense.predict(X), strict=True
    ):
        assert_allclose(mine, his, **EXACT)
    assert_certified(model, X, y)


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)
def test_sparse_shared_and_long(cls, make):
    X, Y, _ = simulated.shared()
    X = holes(X)
    assert_same_fit(cls(0.1, **TIGHT).fit(make(X), Y), cls(0.1, **TIGHT).fit(X, Y))
    (X, y, _), task = simulated.long(labels=(2, 3, 4))
    X = holes(X)
    dense = cls(0.1, **TIGHT).fit(X, y, task=task)
    assert_same_fit(cls(0.1, **TIGHT).fit(make(X), y, task=task), dense)
    table = make(np.column_stack([task, X]))
    by_column = cls(0.1, task_column=0, **TIGHT).fit(table, y)
    assert_same_fit(by_column, dense)
    assert_allclose(by_column.predict(table), dense.predict(X, task=task), **EXACT)


@each_estimator
def test_nested_lists_of_numbers(cls):
    X, y, _ = simulated.stacked()
    assert_same_fit(
        cls(0.1, **TIGHT).fit(X.tolist(), y.tolist()), cls(0.1, **TIGHT).fit(X, y)
    )


@each_estimator
def test_predictions_have_the_shape_of_y(cls):
    X, y, _ = simulated.stacked()
    assert cls(0.1).fit(X, y).predict(X[:, :7]).shape == (3, 7)
    X, y, _ = simulated.responses()
    assert cls(0.1).fit(X, y).predict(X).shape == y.shape
    X, y, _ = simulated.ragged()
    predicted = cls(0.1).fit(X, y).predict([x[:4] for x in X])
    assert isinstance(predicted, list)
    assert [v.shape for v in predicted] == [(4,)] * 3
    X, y, _ = simulated.shared()
    assert cls(0.1).fit(X, y).predict(X[:4]).shape == (4, 3)
    assert cls(0.1).fit(X, y[:, 0]).predict(X[:4]).shape == (4,)
    (X, y, _), task = simulated.long()
    assert cls(0.1).fit(X, y, task=task).predict(X[:4], task=task[:4]).shape == (4,)


@each_estimator
def test_predictions_are_the_linear_model(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1).fit(X, y)
    for x, w, b, predicted in zip(
        X, model.coef_.T, model.intercept_, model.predict(X), strict=True
    ):
        assert_allclose(predicted, x @ w + b, rtol=1e-12)
    (X, y, _), task = simulated.long()
    model = cls(0.1).fit(X, y, task=task)
    number = np.searchsorted(model.tasks_, task)
    expected = (X * model.coef_.T[number]).sum(axis=1) + model.intercept_[number]
    assert_allclose(model.predict(X, task=task), expected, rtol=1e-12)


@each_estimator
def test_residuals_are_what_predict_leaves(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.1).fit(X, y)
    assert_allclose(model.residuals_, y - model.predict(X), atol=1e-12)
    X, y, _ = simulated.ragged()
    model = cls(0.1).fit(X, y)
    for mine, v, p in zip(model.residuals_, y, model.predict(X), strict=True):
        assert_allclose(mine, v - p, atol=1e-12)


@each_estimator
def test_score_of_own_designs_is_r2_per_task(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1).fit(X, y)
    expected = [r2_score(v, p) for v, p in zip(y, model.predict(X), strict=True)]
    assert_allclose(model.score(X, y), expected, rtol=1e-12)
    weights = [np.arange(1.0, len(v) + 1) for v in y]
    expected = [
        r2_score(v, p, sample_weight=w)
        for v, p, w in zip(y, model.predict(X), weights, strict=True)
    ]
    assert_allclose(model.score(X, y, sample_weight=weights), expected, rtol=1e-12)
    X, y, _ = simulated.stacked()
    assert cls(0.1).fit(X, y).score(X, y).shape == (3,)


@each_estimator
def test_score_of_responses_is_weighted_by_their_variance(cls):
    X, y, _ = simulated.responses()
    model = cls(0.1).fit(X, y)
    expected = [
        r2_score(v, p, multioutput="variance_weighted")
        for v, p in zip(y, model.predict(X), strict=True)
    ]
    assert_allclose(model.score(X, y), expected, rtol=1e-12)


@each_estimator
def test_score_of_a_shared_design_is_scikit_learn_s(cls):
    X, Y, _ = simulated.shared()
    model = cls(0.1).fit(X, Y)
    assert model.score(X, Y) == pytest.approx(r2_score(Y, model.predict(X)))
    weight = np.arange(1.0, 31)
    expected = r2_score(Y, model.predict(X), sample_weight=weight)
    assert model.score(X, Y, sample_weight=weight) == pytest.approx(expected)


@each_estimator
def test_score_of_a_long_table_is_pooled(cls):
    (X, y, _), task = simulated.long()
    model = cls(0.1).fit(X, y, task=task)
    expected = r2_score(y, model.predict(X, task=task))
    assert model.score(X, y, task=task) == pytest.approx(expected)
    weight = np.arange(1.0, len(y) + 1)
    expected = r2_score(y, model.predict(X, task=task), sample_weight=weight)
    score = model.score(X, y, sample_weight=weight, task=task)
    assert score == pytest.approx(expected)


@each_estimator
def test_an_unseen_task_is_refused_with_the_labels(cls):
    (X, y, _), task = simulated.long()
    model = cls(0.1).fit(X, y, task=task)
    stranger = np.where(np.arange(len(task)) == 3, "zebra", task)
    with pytest.raises(ValueError, match=r"(?s)zebra.*a.*b.*c"):
        model.predict(X, task=stranger)
    table = np.column_stack([np.arange(len(y)) % 3, X])
    by_column = cls(0.1, task_column=0).fit(table, y)
    table[0, 0] = 99
    with pytest.raises(ValueError, match="99"):
        by_column.predict(table)


@each_estimator
def test_an_unseen_task_gets_the_mean_when_asked(cls):
    (X, y, _), task = simulated.long()
    model = cls(0.1, unseen_tasks="mean").fit(X, y, task=task)
    stranger = np.where(task == "a", "zebra", task)
    predicted = model.predict(X, task=stranger)
    mean = X @ model.coef_.mean(axis=1) + model.intercept_.mean()
    own = model.predict(X, task=task)
    assert_allclose(predicted, np.where(task == "a", mean, own), rtol=1e-12)


@each_estimator
def test_predicting_without_tasks_names_both_remedies(cls):
    (X, y, _), task = simulated.long()
    model = cls(0.1).fit(X, y, task=task)
    with pytest.raises(ValueError, match=r"(?s)task=.*task_column"):
        model.predict(X)
    with pytest.raises(ValueError, match=r"(?s)task=.*task_column"):
        model.score(X, y)


@each_estimator
def test_tasks_are_told_in_one_way_only(cls):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    table = np.column_stack([task, X])
    with pytest.raises(ValueError, match="task_column"):
        cls(task_column=0).fit(table, y, task=task)
    stack, targets, _ = simulated.stacked()
    with pytest.raises(ValueError, match="task"):
        cls().fit(stack, targets, task=np.arange(3))
    with pytest.raises(ValueError, match="task"):
        cls(task_column=0).fit(stack, targets)


@each_estimator
def test_another_layout_at_predict_is_refused_or_right(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.1).fit(X, y)
    as_list = model.predict(list(X))
    assert_allclose(np.array(as_list), model.predict(X), rtol=1e-12)
    with pytest.raises(ValueError, match="task"):
        model.predict(X[:2])


def test_stack_and_split_are_a_round_trip():
    X, y, _ = simulated.ragged()
    table, target, task = stack_tasks(X, y)
    assert table.shape == (69, 10)
    assert target.shape == task.shape == (69,)
    back = split_tasks(table, target, task)
    for mine, his in zip(back[0], X, strict=True):
        assert np.array_equal(mine, his)
    for mine, his in zip(back[1], y, strict=True):
        assert np.array_equal(mine, his)


def test_split_sorts_mixed_rows_by_task():
    (X, y, _), task = simulated.long()
    designs, targets = split_tasks(X, y, task)[:2]
    for k, label in enumerate("abc"):
        assert np.array_equal(designs[k], X[task == label])
        assert np.array_equal(targets[k], y[task == label])


def test_stack_refuses_what_does_not_fit():
    X, y, _ = simulated.ragged()
    with pytest.raises(ValueError, match=r"3.*2|2.*3"):
        stack_tasks(X, y[:2])
    with pytest.raises(ValueError, match=r"(?i)task 1"):
        stack_tasks([X[0], X[1][:-1], X[2]], y)
    with pytest.raises(ValueError, match=r"(?i)task 1"):
        stack_tasks([X[0], X[1][:, 1:], X[2]], y)
    table, target, task = stack_tasks(X, y)
    with pytest.raises(ValueError, match="task"):
        split_tasks(table, target, task[1:])


@pytest.mark.drawn
@pytest.mark.parametrize("unit", ["D", "s", "ns"])
@pytest.mark.parametrize("other", ["D", "s", "ns"])
def test_times_in_another_unit_are_the_same_tasks(unit, other):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    dates = np.array(["2024-01-01", "2024-02-01", "2025-01-01"], "M8[D]")[task]
    model = CONVEX[0](0.1).fit(X, y, task=dates.astype(f"M8[{unit}]"))
    expected = CONVEX[0](0.1).fit(X, y, task=task).predict(X, task=task)
    guess = model.predict(X, task=dates.astype(f"M8[{other}]"))
    assert np.array_equal(guess, expected)
    noon = np.full(len(y), "2024-01-01T12", "M8[h]")
    with pytest.raises(ValueError, match="not seen in fit"):
        model.predict(X, task=noon)
