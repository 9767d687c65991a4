"""One score per task, in every layout, by any metric."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
import simulated_glm
from kinds import CONVEX
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.metrics import (
    accuracy_score,
    d2_absolute_error_score,
    log_loss,
    make_scorer,
    mean_squared_error,
    r2_score,
    roc_auc_score,
)

from mutar_cy import GroupLasso, GroupLassoClassifier, GroupLassoRegressor, stack_tasks
from mutar_cy.model_selection import score_tasks

each_estimator = pytest.mark.parametrize("cls", CONVEX)
METRICS = {
    None: r2_score,
    "r2": r2_score,
    "neg_mean_squared_error": lambda y, guess, **w: -mean_squared_error(y, guess, **w),
    "d2_absolute_error_score": d2_absolute_error_score,
}
each_metric = pytest.mark.parametrize("scoring", METRICS)
LAYOUTS = ["stacked", "ragged", "shared", "long", "column", "single"]
each_layout = pytest.mark.parametrize("layout", LAYOUTS)


def problem(layout):
    """Return X, y, what else methods are given, and parameters of the estimator."""
    if layout in ("long", "column"):
        (X, y, _), task = simulated.long(labels=(5, 3, 8))
        if layout == "long":
            return X, y, {"task": task}, {}
        return np.column_stack([task, X]), y, {}, {"task_column": 0}
    if layout == "single":
        X, Y, _ = simulated.shared()
        return X, Y[:, 0], {}, {}
    X, y, _ = getattr(simulated, layout)()
    return X, y, {}, {}


def pieces(layout, values, task):
    """Return what belongs to each task, by its label."""
    if layout in ("long", "column"):
        return {k: values[task == k] for k in (3, 5, 8)}
    if layout == "single":
        return {0: values}
    return dict(enumerate(values.T if layout == "shared" else values))


def weights_for(y):
    if isinstance(y, list):
        return [weights_for(own) for own in y]
    return np.random.default_rng(1).uniform(0.1, 2, np.shape(y))


@pytest.mark.drawn(pairs=True)
@each_estimator
@each_layout
@each_metric
@pytest.mark.parametrize("weighted", [False, True])
def test_scores_are_the_metric_of_each_task(cls, layout, scoring, weighted):
    X, y, given, parameters = problem(layout)
    model = cls(0.1, **parameters).fit(X, y, **given)
    task = X[:, 0] if layout == "column" else given.get("task")
    targets = pieces(layout, y, task)
    guesses = pieces(layout, model.predict(X, **given), task)
    weights = weights_for(y)
    own = pieces(layout, weights, task)
    scores = score_tasks(
        model,
        X,
        y,
        scoring=scoring,
        sample_weight=weights if weighted else None,
        **given,
    )
    assert list(scores) == list(targets) == model.tasks_.tolist()
    for label, score in scores.items():
        extra = {"sample_weight": own[label]} if weighted else {}
        expected = METRICS[scoring](targets[label], guesses[label], **extra)
        assert score == pytest.approx(expected, rel=1e-10)
        assert type(score) is float


def test_one_weight_per_sample_of_a_shared_table():
    X, Y, _ = simulated.shared()
    model = GroupLasso(0.1).fit(X, Y)
    weight = weights_for(Y[:, 0])
    for scoring in (None, "r2"):
        scores = score_tasks(model, X, Y, scoring=scoring, sample_weight=weight)
        expected = r2_score(
            Y, model.predict(X), sample_weight=weight, multioutput="raw_values"
        )
        assert_allclose(list(scores.values()), expected, rtol=1e-10)


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_array, sparse.coo_array])
def test_sparse_tables(make):
    (X, y, _), task = simulated.long()
    model = GroupLasso(0.1).fit(X, y, task=task)
    expected = score_tasks(model, X, y, task=task)
    scores = score_tasks(model, make(X), y, task=task)
    assert_allclose(list(scores.values()), list(expected.values()), rtol=1e-10)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_frames_with_names_of_tasks(make):
    (X, y, _), task = simulated.long()
    frame = make({"site": task, **{f"x{j}": X[:, j] for j in range(10)}})
    model = GroupLasso(0.1, task_column="site").fit(frame, y)
    series = pd.Series(score_tasks(model, frame, y, scoring="r2"))
    assert series.index.tolist() == ["a", "b", "c"]
    guess = model.predict(frame)
    expected = [r2_score(y[task == k], guess[task == k]) for k in "abc"]
    assert_allclose(series, expected, rtol=1e-10)


def test_tasks_without_samples_and_tasks_not_seen():
    (X, y, _), task = simulated.long()
    seen = task != "b"
    model = GroupLasso(0.1, unseen_tasks="mean")
    model.fit(X[seen], y[seen], task=task[seen])
    scores = score_tasks(model, X[task != "a"], y[task != "a"], task=task[task != "a"])
    assert list(scores) == ["b", "c"]
    alone = model.score(X[task == "b"], y[task == "b"], task=task[task == "b"])
    assert scores["b"] == pytest.approx(alone)


@pytest.mark.parametrize("scoring", [None, "neg_mean_squared_error"])
def test_missing_targets(scoring):
    X, Y, _ = simulated.shared()
    Y = Y.copy()
    Y[::4, 1] = np.nan
    model = GroupLasso(0.1, missing_targets="ignore").fit(X, Y)
    scores = score_tasks(model, X, Y, scoring=scoring)
    known = ~np.isnan(Y[:, 1])
    expected = METRICS[scoring](Y[known, 1], model.predict(X)[known, 1])
    assert scores[1] == pytest.approx(expected)
    Y[:, 1] = np.nan
    with pytest.raises(ValueError, match="Task 1 has no sample with a known target"):
        score_tasks(model, X, Y, scoring=scoring)


def test_several_responses():
    X, y, _ = simulated.responses()
    model = GroupLasso(0.1).fit(X, y)
    scores = score_tasks(model, X, y)
    assert_allclose(list(scores.values()), model.score(X, y), rtol=1e-12)
    scores = score_tasks(model, X, y, scoring="r2")
    expected = [r2_score(*pair) for pair in zip(y, model.predict(X), strict=True)]
    assert_allclose(list(scores.values()), expected, rtol=1e-10)


@pytest.mark.parametrize("loss", simulated_glm.LOSSES)
@pytest.mark.parametrize("layout", ["own", "shared", "long"])
def test_explained_deviance_with_offsets(loss, layout):
    make = simulated_glm.shared if layout == "shared" else simulated_glm.own
    X, y = make(loss)
    offset = simulated_glm.some_offsets(y)
    given = {"offset": offset}
    if layout == "long":
        X, y, task = stack_tasks(X, y)
        given = {"offset": np.concatenate(offset), "task": task}
    model = GroupLassoRegressor(groups=simulated_glm.GROUPS, alpha=0.02, loss=loss)
    model.fit(X, y, **given)
    scores = score_tasks(model, X, y, **given)
    assert list(scores) == [0, 1, 2]
    if layout == "own":
        assert_allclose(list(scores.values()), model.score(X, y, **given))
    elif layout == "shared":
        assert np.mean(list(scores.values())) == pytest.approx(
            model.score(X, y, **given)
        )
    else:
        for k, score in scores.items():
            own = {name: value[task == k] for name, value in given.items()}
            expected = model.score(X[task == k], y[task == k], **own)
            assert score == pytest.approx(expected)
    errors = score_tasks(model, X, y, scoring="neg_mean_squared_error", **given)
    guess = model.predict(X, **given)
    first = (y[:, 0], guess[:, 0]) if layout == "shared" else (y[0], guess[0])
    if layout == "long":
        first = y[task == 0], guess[task == 0]
    assert errors[0] == pytest.approx(-mean_squared_error(*first))


@pytest.mark.parametrize("layout", ["stacked", "shared", "long"])
def test_classifiers(layout):
    X, y, given, _ = problem(layout)
    y = np.where(y > np.median(y), "high", "low")
    model = GroupLassoClassifier(alpha=0.02).fit(X, y, **given)
    targets = pieces(layout, y, given.get("task"))
    probability = model.predict_proba(X, **given)
    if layout == "shared":
        probability = np.moveaxis(probability, 1, 0)
    else:
        probability = pieces(layout, probability, given.get("task"))
    guesses = pieces(layout, model.predict(X, **given), given.get("task"))
    accuracy = score_tasks(model, X, y, **given)
    named = score_tasks(model, X, y, scoring="accuracy", **given)
    area = score_tasks(model, X, y, scoring="roc_auc", **given)
    loss = score_tasks(model, X, y, scoring="neg_log_loss", **given)
    for label in targets:
        expected = accuracy_score(targets[label], guesses[label])
        assert accuracy[label] == named[label] == expected
        positive = probability[label][:, 1]
        own = targets[label] == "low"
        assert area[label] == pytest.approx(roc_auc_score(own, positive))
        expected = -log_loss(targets[label], probability[label])
        assert loss[label] == pytest.approx(expected)


def test_callables():
    (X, y, _), task = simulated.long()
    model = GroupLasso(0.1).fit(X, y, task=task)
    expected = score_tasks(model, X, y, scoring="neg_mean_squared_error", task=task)
    scorer = make_scorer(mean_squared_error, greater_is_better=False)
    assert score_tasks(model, X, y, scoring=scorer, task=task) == expected

    def own(estimator, X, y):
        return -np.mean((y - estimator.predict(X)) ** 2)

    scores = score_tasks(model, X, y, scoring=own, task=task)
    assert_allclose(list(scores.values()), list(expected.values()), rtol=1e-12)

    def elsewhere(estimator, X, y):
        return estimator.predict(X[:1])[0]

    with pytest.raises(ValueError, match="only for predictions for the X"):
        score_tasks(model, X, y, scoring=elsewhere, task=task)
