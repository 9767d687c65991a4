"""One score per task, in every layout, by any metric."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
import simulated_glm
from kinds import CONVEX
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import (
    accuracy_score,
    d2_absolute_error_score,
    log_loss,
    make_scorer,
    mean_pinball_loss,
    mean_squared_error,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    split_tasks,
    stack_tasks,
)
from mutar_cy.model_selection import TaskKFold, make_task_scorer, score_tasks

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
    model = GroupLasso(groups=simulated_glm.GROUPS, alpha=0.02, loss=loss)
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


# Scores per task that are not defined, and estimators inside others.


def fitted():
    (X, y, _), task = simulated.long()
    return GroupLasso(0.1).fit(X, y, task=task), X, y, task


def table():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    return np.column_stack([task, X]), y, task


def by_hand(model, X, y, task):
    """Return R squared of each task, of something that predicts from X alone."""
    guess = model.predict(X)
    return [r2_score(y[task == k], guess[task == k]) for k in np.unique(task)]


@pytest.mark.parametrize("scoring", [None, "r2", "d2_absolute_error_score"])
def test_a_score_that_a_single_sample_leaves_undefined(scoring):
    model, X, y, task = fitted()
    kept = (task != "b") | (np.arange(len(task)) == np.flatnonzero(task == "b")[0])
    given = {"scoring": scoring, "task": task[kept]}
    with pytest.warns(UndefinedMetricWarning, match=r"task 'b' with 1 sample.* is nan"):
        scores = score_tasks(model, X[kept], y[kept], **given)
    assert [label for label in scores if np.isnan(scores[label])] == ["b"]
    X_list, y_list, _ = split_tasks(X[kept], y[kept], task[kept])
    own = GroupLasso(0.1).fit(X_list, y_list)
    with pytest.warns(UndefinedMetricWarning, match=r"task 1 with 1 sample.* is nan"):
        assert np.isnan(own.score(X_list, y_list)).tolist() == [False, True, False]
    scorer = make_task_scorer(scoring or "r2")
    with pytest.raises(ValueError, match=r"task 'b' with 1 sample"):
        scorer(model, X[kept], y[kept], task=task[kept])
    errors = score_tasks(
        model, X[kept], y[kept], task=task[kept], scoring="neg_mean_squared_error"
    )
    assert np.isfinite(list(errors.values())).all()


def test_a_metric_that_refuses_the_samples_of_a_task():
    model, X, y, task = fitted()
    y = np.where(task == "c", -1.0, np.abs(y) + 1)
    model.fit(X, y, task=task)
    with pytest.raises(ValueError, match="Task 'c': Mean Squared Logarithmic"):
        score_tasks(model, X, y, scoring="neg_mean_squared_log_error", task=task)


def test_a_task_with_samples_of_one_class():
    (X, y, _), task = simulated.long()
    labels = np.where(y > np.median(y), 1, 0)
    model = GroupLassoClassifier(alpha=0.02).fit(X, labels, task=task)
    kept = (task != "a") | (labels == 1)
    with pytest.warns(UndefinedMetricWarning, match="score of task 'a' .* is nan"):
        score_tasks(model, X[kept], labels[kept], scoring="roc_auc", task=task[kept])


def test_labels_that_are_missing_or_said_twice():
    model, X, y, task = fitted()
    with pytest.raises(ValueError, match="pass task="):
        score_tasks(model, X, y)
    with pytest.raises(ValueError, match="task has 68 labels, but X has 69 samples"):
        score_tasks(model, X, y, task=task[1:])
    X, y, task = table()
    model = GroupLasso(0.1, task_column=0).fit(X, y)
    with pytest.raises(ValueError, match="not by both"):
        score_tasks(model, X, y, task=task)
    with pytest.raises(ValueError, match="not seen in fit"):
        score_tasks(model, np.where(X == 2, 3.0, X), y)


def test_weights_and_offsets_that_do_not_fit():
    model, X, y, task = fitted()
    for name in ("sample_weight", "offset"):
        with pytest.raises(ValueError, match=f"{name} has shape"):
            score_tasks(model, X, y, task=task, **{name: np.ones(3)})
    with pytest.raises(ValueError, match="X holds 3 tasks, but y holds 2"):
        score_tasks(model, [X, X, X], [y, y], scoring="r2")


def test_a_metric_is_no_scorer():
    model, X, y, task = fitted()
    with pytest.raises(ValueError, match="make_scorer"):
        score_tasks(model, X, y, scoring=r2_score, task=task)
    with pytest.raises(ValueError, match=r"'scoring' parameter.*Got 'r_squared'"):
        score_tasks(model, X, y, scoring="r_squared", task=task)
    with pytest.raises(ValueError, match="scoring must be one metric, got a list"):
        score_tasks(model, X, y, scoring=["r2"], task=task)


def test_a_dict_of_blocks():
    (X, y, _), task = simulated.long()
    blocks = {"a": X[:, :3], "b": X[:, 3:]}
    model = GroupLasso(alpha=0.1).fit(blocks, y, task=task)
    guess = model.predict(blocks, task=task)
    expected = [r2_score(y[task == k], guess[task == k]) for k in "abc"]
    for scoring in (None, "r2"):
        scores = score_tasks(model, blocks, y, scoring=scoring, task=task)
        assert_allclose(list(scores.values()), expected, rtol=1e-10)
    Y = np.column_stack([y, -y])
    model = GroupLasso(alpha=0.1).fit(blocks, Y)
    expected = r2_score(Y, model.predict(blocks), multioutput="raw_values")
    scores = score_tasks(model, blocks, Y, scoring="r2")
    assert_allclose(list(scores.values()), expected, rtol=1e-10)
    with pytest.raises(ValueError, match="pass scoring="):
        score_tasks(model, blocks, Y)


def double(X):
    return np.column_stack([X[:, 0], 2 * X[:, 1:]])


def pipeline():
    return make_pipeline(FunctionTransformer(double), GroupLasso(0.1, task_column=0))


def test_a_pipeline_with_a_task_column():
    X, y, task = table()
    model = pipeline().fit(X, y)
    expected = by_hand(model, X, y, task)
    for scoring in (None, "r2"):
        scores = score_tasks(model, X, y, scoring=scoring, task=task)
        assert_allclose(list(scores.values()), expected, rtol=1e-10)
    assert make_task_scorer("r2", task_column=0)(model, X, y) == pytest.approx(
        np.mean(expected)
    )
    with pytest.raises(ValueError, match=r"task_column=0.*give make_task_scorer a"):
        make_task_scorer("r2")(model, X, y)
    with pytest.raises(ValueError, match=r"task_column=0.*pass task="):
        score_tasks(model, X, y)


def test_a_pipeline_that_is_given_labels():
    (X, y, _), task = simulated.long()
    model = make_pipeline(StandardScaler(), GroupLasso(0.1))
    model.fit(X, y, grouplasso__task=task)
    scores = score_tasks(model, X, y, scoring="r2", task=task)
    guess = model.predict(X, task=task)
    expected = [r2_score(y[task == k], guess[task == k]) for k in "abc"]
    assert_allclose(list(scores.values()), expected, rtol=1e-10)


def test_a_search():
    X, y, task = table()
    search = GridSearchCV(
        pipeline(),
        {"grouplasso__alpha": [0.1, 1.0]},
        scoring=make_task_scorer("r2", task_column=0),
        cv=TaskKFold(3, task_column=0),
    ).fit(X, y)
    scores = score_tasks(search, X, y, scoring="r2", task=task)
    assert_allclose(list(scores.values()), by_hand(search, X, y, task), rtol=1e-10)
    assert search.score(X, y) == pytest.approx(np.mean(list(scores.values())))


def test_a_transformed_target():
    X, y, task = table()
    model = TransformedTargetRegressor(
        GroupLasso(0.1, task_column=0), func=np.arcsinh, inverse_func=np.sinh
    ).fit(X, y)
    scores = score_tasks(model, X, y, task=task)
    assert_allclose(list(scores.values()), by_hand(model, X, y, task), rtol=1e-10)


def test_an_estimator_that_knows_nothing_of_tasks():
    X, y, task = table()
    model = LinearRegression().fit(X, y)
    scores = score_tasks(model, X, y, task=task)
    assert_allclose(list(scores.values()), by_hand(model, X, y, task), rtol=1e-10)
    Y = np.column_stack([y, -y, y**2])
    model = LinearRegression().fit(X, Y)
    with pytest.raises(ValueError, match="LinearRegression has no score of its own"):
        score_tasks(model, X, Y)
    expected = r2_score(Y, model.predict(X), multioutput="raw_values")
    scores = score_tasks(model, X, Y, scoring="r2")
    assert_allclose(list(scores.values()), expected, rtol=1e-10)


# One number over the scores of all tasks, in scikit-learn's tools.

AGGREGATES = {"mean": np.mean, "min": np.min, "median": np.median, np.max: np.max}
FOLDS = TaskKFold(3, task_column=0)


def long_table():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    return np.column_stack([task, X]), y


def scores_of_folds(X, y, metric, model=None):
    """Return the score of every task in every fold, shape (n_folds, n_tasks)."""
    rows = []
    for train, test in FOLDS.split(X):
        fitted = clone(model or GroupLasso(0.1, task_column=0)).fit(X[train], y[train])
        guess, task = fitted.predict(X[test]), X[test, 0]
        rows.append([metric(y[test][task == k], guess[task == k]) for k in range(3)])
    return np.array(rows)


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_scores_of_tasks_are_put_together(aggregate):
    X, y = long_table()
    expected = AGGREGATES[aggregate](scores_of_folds(X, y, r2_score), axis=1)
    model = GroupLasso(0.1, task_column=0)
    for metric in ("r2", r2_score):
        scorer = make_task_scorer(metric, aggregate=aggregate)
        scores = cross_val_score(model, X, y, cv=FOLDS, scoring=scorer)
        assert_allclose(scores, expected, rtol=1e-10)


def test_errors_and_arguments_of_metrics():
    X, y = long_table()
    model = GroupLasso(0.1, task_column=0).fit(X, y)
    scorer = make_task_scorer(mean_pinball_loss, greater_is_better=False, alpha=0.2)
    guess, task = model.predict(X), X[:, 0]
    expected = -np.mean(
        [mean_pinball_loss(y[task == k], guess[task == k], alpha=0.2) for k in range(3)]
    )
    assert scorer(model, X, y) == pytest.approx(expected)
    weight = np.linspace(0.1, 1, len(y))
    expected = score_tasks(model, X, y, scoring="r2", sample_weight=weight)
    scorer = make_task_scorer("r2", aggregate="min")
    assert scorer(model, X, y, sample_weight=weight) == min(expected.values())


def test_probabilities():
    X, y = long_table()
    labels = y > np.median(y)
    model = GroupLassoClassifier(alpha=0.02, task_column=0).fit(X, labels)

    def brier(y_true, probability):
        return np.mean((y_true - probability) ** 2)

    scorer = make_task_scorer(
        brier, greater_is_better=False, response_method="predict_proba"
    )
    expected = score_tasks(model, X, labels, scoring="neg_brier_score")
    assert scorer(model, X, labels) == pytest.approx(np.mean(list(expected.values())))


@pytest.mark.parametrize("layout", ["shared", "stacked", "ragged"])
def test_layouts_without_labels(layout):
    X, y, _ = getattr(simulated, layout)()
    model = GroupLasso(0.1).fit(X, y)
    scores = score_tasks(model, X, y, scoring="neg_mean_squared_error")
    scorer = make_task_scorer("neg_mean_squared_error", aggregate="min")
    assert scorer(model, X, y) == min(scores.values())


def test_a_search_over_a_shared_table():
    X, Y, _ = simulated.shared()
    scorer = make_task_scorer("r2", aggregate="min")
    search = GridSearchCV(GroupLasso(), {"alpha": [0.1, 1.0]}, scoring=scorer, cv=3)
    search.fit(X, Y)
    train, test = next(iter(KFold(3).split(X)))
    guess = GroupLasso(0.1).fit(X[train], Y[train]).predict(X[test])
    expected = r2_score(Y[test], guess, multioutput="raw_values").min()
    assert search.cv_results_["split0_test_score"][0] == pytest.approx(expected)


@pytest.mark.parametrize("aggregate", ["mean", "min"])
def test_a_search_by_tasks_is_a_plain_loop(aggregate):
    X, y = long_table()
    y = np.where(X[:, 0] == 0, 100 * y, y)  # one task with large targets
    alphas = np.geomspace(0.01, 100, 9)
    scorer = make_task_scorer("neg_mean_squared_error", aggregate=aggregate)
    model = GroupLasso(task_column=0)
    search = GridSearchCV(model, {"alpha": alphas}, scoring=scorer, cv=FOLDS)
    search.fit(X, y)

    def score(y, guess):
        return -mean_squared_error(y, guess)

    means = []
    for alpha in alphas:
        scores = scores_of_folds(X, y, score, model.set_params(alpha=alpha))
        means.append(AGGREGATES[aggregate](scores, axis=1).mean())
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert search.best_params_["alpha"] == alphas[np.argmax(means)]


def test_routed_labels_reach_the_scorer_by_themselves():
    X, y = long_table()
    expected = scores_of_folds(X, y, r2_score).mean(axis=1)
    with config_context(enable_metadata_routing=True):
        result = cross_validate(
            GroupLasso(0.1).set_fit_request(task=True),
            X[:, 1:],
            y,
            params={"task": X[:, 0]},
            cv=TaskKFold(3),
            scoring={"worst": make_task_scorer("r2", aggregate="min")}
            | {"mean": make_task_scorer("r2")},
        )
    assert_allclose(result["test_mean"], expected, rtol=1e-8)
    assert (result["test_worst"] <= result["test_mean"]).all()


def test_routed_weights_reach_the_scorer_on_request():
    X, y = long_table()
    weight = np.linspace(0.1, 2, len(y))
    plain = make_task_scorer("r2")
    with config_context(enable_metadata_routing=True):
        scores = cross_val_score(
            GroupLasso(0.1, task_column=0).set_fit_request(sample_weight=False),
            X,
            y,
            params={"sample_weight": weight},
            cv=FOLDS,
            scoring=make_task_scorer("r2").set_score_request(sample_weight=True),
        )
    for (train, test), score in zip(FOLDS.split(X), scores, strict=True):
        model = GroupLasso(0.1, task_column=0).fit(X[train], y[train])
        expected = plain(model, X[test], y[test], sample_weight=weight[test])
        assert score == pytest.approx(expected)


def test_routed_offsets_reach_the_scorer_by_themselves():
    X, y = simulated_glm.own("poisson")
    offset = np.concatenate(simulated_glm.some_offsets(y))
    X, y, task = stack_tasks(X, y)
    model = GroupLasso(loss="poisson", alpha=0.02)
    params = {"task": task, "offset": offset}
    with config_context(enable_metadata_routing=True):
        scores = cross_val_score(
            model.set_fit_request(task=True, offset=True),
            X,
            y,
            params=params,
            cv=TaskKFold(3),
            scoring=make_task_scorer("neg_mean_poisson_deviance"),
        )
    train, test = next(iter(TaskKFold(3).split(X, task=task)))
    train_params, test_params = (
        {name: value[own] for name, value in params.items()} for own in (train, test)
    )
    model = GroupLasso(loss="poisson", alpha=0.02)
    model.fit(X[train], y[train], **train_params)
    expected = score_tasks(
        model, X[test], y[test], scoring="neg_mean_poisson_deviance", **test_params
    )
    assert scores[0] == pytest.approx(np.mean(list(expected.values())), rel=1e-8)


def test_permutation_importance_and_learning_curve():
    X, y = long_table()
    model = GroupLasso(0.2, task_column=0).fit(X, y)
    scorer = make_task_scorer("r2")
    found = permutation_importance(model, X, y, scoring=scorer, random_state=0)
    kept = model.coef_.any(axis=1)
    assert np.all(found.importances_mean[1:][~kept] == 0)
    assert np.all(found.importances_mean[1:][kept] > 0)
    sizes, _, test = learning_curve(
        model, X, y, cv=FOLDS, scoring=scorer, train_sizes=[1.0]
    )
    assert sizes[0] == min(len(train) for train, _ in FOLDS.split(X))
    assert test.shape == (1, 3)
    assert np.isfinite(test).all()


def test_a_scorer_is_a_value():
    scorer = make_task_scorer("r2", aggregate="min", task_column="site")
    assert "aggregate='min'" in repr(scorer)
    assert clone(scorer).get_params()["task_column"] == "site"
    X, y = long_table()
    model = GroupLasso(0.1, task_column=0).fit(X, y)
    same = pickle.loads(pickle.dumps(make_task_scorer("r2")))
    assert same(model, X, y) == make_task_scorer("r2")(model, X, y)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"metric": "r2", "aggregate": "max"}, "aggregate must be one of"),
        ({"metric": "r2", "aggregate": None}, "aggregate must be one of"),
        ({"metric": "r2", "greater_is_better": False}, "are for a function"),
        ({"metric": "r2", "alpha": 0.2}, "are for a function"),
        ({"metric": "r_squared"}, "r_squared"),
        ({"metric": None}, "metric must be"),
    ],
)
def test_arguments_that_make_no_scorer(given, message):
    with pytest.raises(ValueError, match=message):
        make_task_scorer(**given)


def test_an_aggregate_that_is_not_finite():
    X, y = long_table()
    model = GroupLasso(0.1, task_column=0).fit(X, y)
    scorer = make_task_scorer("r2", aggregate=lambda scores: np.nan)
    with pytest.raises(ValueError, match=r"aggregate=.* is nan"):
        scorer(model, X, y)
