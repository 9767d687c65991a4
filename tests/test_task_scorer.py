"""One number over the scores of all tasks, in scikit-learn's tools."""

import pickle

import numpy as np
import pytest
import simulated
import simulated_glm
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.metrics import mean_pinball_loss, mean_squared_error, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_score,
    cross_validate,
    learning_curve,
)

from mutar_cy import GroupLasso, GroupLassoClassifier, GroupLassoRegressor, stack_tasks
from mutar_cy.model_selection import TaskKFold, make_task_scorer, score_tasks

AGGREGATES = {"mean": np.mean, "min": np.min, "median": np.median, np.max: np.max}
FOLDS = TaskKFold(3, task_column=0)


def table():
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
    X, y = table()
    expected = AGGREGATES[aggregate](scores_of_folds(X, y, r2_score), axis=1)
    model = GroupLasso(0.1, task_column=0)
    for metric in ("r2", r2_score):
        scorer = make_task_scorer(metric, aggregate=aggregate)
        scores = cross_val_score(model, X, y, cv=FOLDS, scoring=scorer)
        assert_allclose(scores, expected, rtol=1e-10)


def test_errors_and_arguments_of_metrics():
    X, y = table()
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
    X, y = table()
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
    X, y = table()
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
    X, y = table()
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
    X, y = table()
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
    model = GroupLassoRegressor(loss="poisson", alpha=0.02)
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
    model = GroupLassoRegressor(loss="poisson", alpha=0.02)
    model.fit(X[train], y[train], **train_params)
    expected = score_tasks(
        model, X[test], y[test], scoring="neg_mean_poisson_deviance", **test_params
    )
    assert scores[0] == pytest.approx(np.mean(list(expected.values())), rel=1e-8)


def test_permutation_importance_and_learning_curve():
    X, y = table()
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
    X, y = table()
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
    X, y = table()
    model = GroupLasso(0.1, task_column=0).fit(X, y)
    scorer = make_task_scorer("r2", aggregate=lambda scores: np.nan)
    with pytest.raises(ValueError, match=r"aggregate=.* is nan"):
        scorer(model, X, y)
