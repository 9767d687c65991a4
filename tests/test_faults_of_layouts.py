"""Layouts that contradict each other, at predict, at score and in conversions."""

import numpy as np
import pandas as pd
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.metrics import r2_score

from mutar_cy import GroupLasso, IndLasso, split_tasks, stack_tasks

each_estimator = pytest.mark.parametrize("cls", CONVEX)


@each_estimator
def test_designs_for_a_model_of_a_table(cls):
    X, y, _ = simulated.shared()
    single = cls(0.1).fit(X, y[:, 0])
    with pytest.raises(ValueError, match="one design per task"):
        single.predict([X, X])
    with pytest.raises(ValueError, match="without tasks"):
        single.predict(X, task=np.zeros(30))
    (X, y, _), task = simulated.long()
    long = cls(0.1).fit(X, y, task=task)
    with pytest.raises(ValueError, match="one design per task"):
        long.predict([X, X, X])
    with pytest.raises(ValueError, match="task"):
        long.predict([X, X, X], task=task)


@each_estimator
def test_a_table_with_labels_for_a_model_of_designs(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.1).fit(X, y)
    table, _, task = stack_tasks(X, y)
    assert_allclose(
        model.predict(table, task=task), model.predict(X).ravel(), rtol=1e-12
    )
    with pytest.raises(ValueError, match=r"(?s)task=.*task_column"):
        model.predict(table)


@each_estimator
def test_score_compares_shapes(cls):
    X, y, _ = simulated.shared()
    model = cls(0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"\(30, 2\).*\(30, 3\)"):
        model.score(X, y[:, :2])
    X, y, _ = simulated.ragged()
    model = cls(0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"3 tasks.*2"):
        model.score(X, y[:2])
    with pytest.raises(ValueError, match=r"(?i)task 1.*13.*14"):
        model.score(X, [y[0], y[1][1:], y[2]])
    with pytest.raises(ValueError, match=r"(?i)sample_weight.*task 0"):
        model.score(X, y, sample_weight=[-np.ones(25), np.ones(14), np.ones(30)])


@each_estimator
def test_score_leaves_missing_targets_out(cls):
    X, Y, _ = simulated.shared()
    model = cls(0.1, missing_targets="ignore").fit(X, Y)
    predicted = model.predict(X)
    Y[:4, 0] = np.nan
    expected = np.mean(
        [
            r2_score(y[~np.isnan(y)], p[~np.isnan(y)])
            for y, p in zip(Y.T, predicted.T, strict=True)
        ]
    )
    assert model.score(X, Y) == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"y.*NaN"):
        cls(0.1).fit(X, np.nan_to_num(Y)).score(X, Y)


@each_estimator
def test_score_of_responses_with_a_missing_target(cls):
    X, Y, _ = simulated.responses()
    model = cls(0.1, missing_targets="ignore").fit(X, Y)
    predicted = model.predict(X)
    Y[0, :3, 1] = np.nan
    left = lost = 0.0
    for y, p in zip(Y[0].T, predicted[0].T, strict=True):
        seen = ~np.isnan(y)
        left += ((y[seen] - p[seen]) ** 2).sum()
        lost += ((y[seen] - y[seen].mean()) ** 2).sum()
    assert model.score(X, Y)[0] == pytest.approx(1 - left / lost)


@each_estimator
def test_a_single_number_weighs_all_samples_alike(cls):
    X, y, _ = simulated.ragged()
    plain = cls(0.1).fit(X, y)
    weighed = cls(0.1).fit(X, y, sample_weight=3.0)
    assert np.array_equal(plain.coef_, weighed.coef_)
    with pytest.raises(ValueError, match="sample_weight"):
        cls(0.1).fit(X, y, sample_weight=-1.0)


@each_estimator
def test_responses_of_a_long_table(cls):
    X, Y, _ = simulated.responses()
    table = X.reshape(-1, X.shape[2])
    targets = Y.reshape(-1, Y.shape[2])
    task = np.repeat([0, 1], X.shape[1])
    model = cls(0.1, tol=1e-10).fit(table, targets, task=task)
    assert model.coef_.shape == (8, 2, 3)
    assert_allclose(model.coef_, cls(0.1, tol=1e-10).fit(X, Y).coef_, atol=1e-7)
    assert model.predict(table, task=task).shape == targets.shape
    assert_certified(model, table, targets, task=task)


@each_estimator
def test_tasks_with_different_numbers_of_responses(cls):
    X, _, _ = simulated.ragged()
    y = [np.ones((25, 2)), np.ones((14, 3)), np.ones((30, 2))]
    with pytest.raises(ValueError, match=r"(?i)task 1.*3.*2"):
        cls().fit(X, y)


@each_estimator
def test_labels_that_cannot_be_sorted(cls):
    (X, y, _), task = simulated.long()
    mixed = np.array(["a", 1, *task[2:]], dtype=object)
    with pytest.raises(ValueError, match="sort"):
        cls().fit(X, y, task=mixed)


@each_estimator
def test_many_labels_are_shortened_in_messages(cls):
    X = np.random.default_rng(0).standard_normal((60, 3))
    task = np.arange(60) // 2
    model = cls(0.1).fit(X, X[:, 0], task=task)
    with pytest.raises(ValueError, match=r"99.*\.\.\..*30 in all"):
        model.predict(X[:1], task=[99])


@each_estimator
def test_a_column_name_that_two_columns_have(cls):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    names = ["cohort", "cohort", *(f"x{j}" for j in range(9))]
    frame = pd.DataFrame(np.column_stack([task, X]), columns=names)
    with pytest.raises(ValueError, match="cohort"):
        cls(task_column="cohort").fit(frame, y)


@each_estimator
def test_nothing_left_beside_the_task_column(cls):
    with pytest.raises(ValueError, match="task column"):
        cls(task_column=0).fit(np.arange(6.0)[:, None], np.arange(6.0))


@each_estimator
def test_nested_lists_of_unequal_length(cls):
    X, y, _ = simulated.ragged()
    listed = cls(0.1).fit([x.tolist() for x in X], [v.tolist() for v in y])
    assert np.array_equal(listed.coef_, cls(0.1).fit(X, y).coef_)


@each_estimator
def test_arrays_of_objects_that_hold_designs(cls):
    X, y, _ = simulated.ragged()
    held = np.empty(3, dtype=object)
    held[:] = X
    assert np.array_equal(cls(0.1).fit(held, y).coef_, cls(0.1).fit(X, y).coef_)


def test_groups_as_masks():
    X, y, _ = simulated.ragged()
    masks = np.zeros((2, 10), dtype=bool)
    masks[0, :4] = masks[1, 4:] = True
    by_mask = GroupLasso(0.1, groups=list(masks)).fit(X, y)
    by_index = GroupLasso(0.1, groups=[range(4), range(4, 10)]).fit(X, y)
    assert np.array_equal(by_mask.coef_, by_index.coef_)
    with pytest.raises(ValueError, match=r"groups\[0\]"):
        GroupLasso(groups=list(masks[:, 1:])).fit(X, y)


@pytest.mark.parametrize("cls", CONVEX)
def test_weights_that_are_no_numbers(cls):
    X, y, _ = simulated.ragged()
    with pytest.raises(ValueError, match="penalty_weights"):
        cls(penalty_weights=["heavy"] * 10).fit(X, y)


def test_strengths_that_are_no_numbers():
    X, y, _ = simulated.ragged()
    with pytest.raises(ValueError, match="alpha"):
        IndLasso(["a", "b", "c"]).fit(X, y)


def test_conversions_keep_sparse_matrices_and_frames():
    X, y, _ = simulated.ragged()
    table, _, task = stack_tasks([sparse.csc_array(X[0]), *X[1:]], y)
    assert sparse.issparse(table)
    assert np.array_equal(table.toarray(), np.vstack(X))
    designs = split_tasks(table, np.concatenate(y), task)[0]
    assert all(sparse.issparse(x) for x in designs)
    frames = [pd.DataFrame(x, columns=list("abcdefghij")) for x in X]
    table, target, task = stack_tasks(frames, y)
    assert list(table.columns) == list("abcdefghij")
    designs = split_tasks(table, target, task)[0]
    assert all(isinstance(x, pd.DataFrame) for x in designs)
    with pytest.raises(ValueError, match=r"(?i)task 1.*names"):
        stack_tasks([frames[0], frames[1].rename(columns={"a": "z"}), frames[2]], y)


def test_conversions_refuse_what_does_not_fit():
    X, y, _ = simulated.ragged()
    with pytest.raises(ValueError, match="0 tasks"):
        stack_tasks([], [])
    with pytest.raises(ValueError, match=r"(?i)task 1"):
        stack_tasks(X, [y[0], y[1][:, None], y[2]])
    with pytest.raises(ValueError, match=r"(?i)matrix"):
        stack_tasks([X[0], X[1][0], X[2]], y)
    with pytest.raises(ValueError, match="differ"):
        stack_tasks(X, y, labels=["a", "b", "a"])
