"""Scores, unseen tasks and the conversions between layouts."""

import numpy as np
import pytest
import simulated
from kinds import CONVEX
from numpy.testing import assert_allclose
from sklearn.metrics import r2_score

from mutar_cy import split_tasks, stack_tasks

each_estimator = pytest.mark.parametrize("cls", CONVEX)


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
