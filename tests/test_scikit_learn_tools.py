"""Cross-validation, pipelines and other tools of scikit-learn, over tasks."""

import numpy as np
import pandas as pd
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.compose import TransformedTargetRegressor
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneGroupOut,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

each_estimator = pytest.mark.parametrize("cls", CONVEX)
FOLDS = KFold(3, shuffle=True, random_state=0)


def table(frame=False):
    """Return X with the task in column 0, y."""
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    X = np.column_stack([task, X])
    if not frame:
        return X, y
    return pd.DataFrame(X, columns=["task", *(f"x{j}" for j in range(10))]), y


def task_folds(X, y):
    """Return folds within which every task has samples."""
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    return list(folds.split(X, np.asarray(X)[:, 0].astype(int)))


@each_estimator
def test_grid_search_over_a_task_column(cls):
    X, y = table()
    alphas = [0.01, 0.1, 10.0]
    search = GridSearchCV(
        cls(task_column=0), {"alpha": alphas}, cv=task_folds(X, y)
    ).fit(X, y)
    by_hand = []
    for alpha in alphas:
        scores = []
        for train, test in task_folds(X, y):
            model = cls(alpha, task_column=0).fit(X[train], y[train])
            scores.append(r2_score(y[test], model.predict(X[test])))
        by_hand.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], by_hand, rtol=1e-10)
    assert search.best_params_["alpha"] == alphas[np.argmax(by_hand)]
    assert search.predict(X).shape == y.shape
    assert_certified(search.best_estimator_, X[:, 1:], y, task=X[:, 0])


@each_estimator
def test_cross_val_predict_over_a_task_column(cls):
    X, y = table(frame=True)
    predicted = cross_val_predict(cls(0.1, task_column="task"), X, y, cv=FOLDS)
    assert predicted.shape == y.shape
    assert r2_score(y, predicted) > 0.5


@each_estimator
def test_a_search_scored_by_name(cls):
    X, y = table()
    scores = cross_val_score(
        cls(0.1, task_column=0), X, y, cv=FOLDS, scoring="neg_mean_squared_error"
    )
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()


@each_estimator
def test_leaving_one_task_out(cls):
    X, y = table()
    model = cls(0.1, task_column=0, unseen_tasks="mean")
    scores = cross_val_score(model, X, y, cv=LeaveOneGroupOut(), groups=X[:, 0])
    train, test = X[:, 0] != 0, X[:, 0] == 0
    fitted = model.fit(X[train], y[train])
    expected = X[test, 1:] @ fitted.coef_.mean(axis=1) + fitted.intercept_.mean()
    assert scores[0] == pytest.approx(r2_score(y[test], expected))


def scale_features(X):
    return np.column_stack([X[:, 0], 2 * X[:, 1:]])


@each_estimator
def test_pipeline(cls):
    X, y = table()
    pipeline = make_pipeline(
        FunctionTransformer(scale_features), cls(0.1, task_column=0)
    ).fit(X, y)
    direct = cls(0.1, task_column=0).fit(scale_features(X), y)
    assert np.array_equal(pipeline.predict(X), direct.predict(scale_features(X)))
    assert pipeline.score(X, y) == direct.score(scale_features(X), y)
    shared, targets, _ = simulated.shared()
    scaled = make_pipeline(StandardScaler(), cls(0.1)).fit(shared, targets)
    assert scaled.predict(shared).shape == targets.shape


@each_estimator
def test_transformed_target(cls):
    X, y = table()
    model = TransformedTargetRegressor(
        cls(0.01, task_column=0), func=np.arcsinh, inverse_func=np.sinh
    ).fit(X, y)
    direct = cls(0.01, task_column=0).fit(X, np.arcsinh(y))
    assert_allclose(model.predict(X), np.sinh(direct.predict(X)), rtol=1e-12)


@each_estimator
def test_permutation_importance(cls):
    X, y = table()
    model = cls(0.2, task_column=0, unseen_tasks="mean").fit(X, y)
    importance = permutation_importance(model, X, y, n_repeats=2, random_state=0)
    kept = model.coef_.any(axis=1)
    assert np.all(importance.importances_mean[1:][~kept] == 0)
    assert np.all(importance.importances_mean[1:][kept] > 0)


def routed(cls, alpha=0.1):
    model = cls(alpha)
    return model.set_fit_request(task=True).set_score_request(task=True)


@each_estimator
def test_routing_task_labels_through_cross_validate(cls):
    X, y = table()
    task, X = X[:, 0], X[:, 1:]
    with config_context(enable_metadata_routing=True):
        result = cross_validate(routed(cls), X, y, params={"task": task}, cv=FOLDS)
    for (train, test), score in zip(FOLDS.split(X), result["test_score"], strict=True):
        model = cls(0.1).fit(X[train], y[train], task=task[train])
        expected = model.score(X[test], y[test], task=task[test])
        assert score == pytest.approx(expected)


@each_estimator
def test_routing_task_labels_through_a_search(cls):
    X, y = table()
    task, X = X[:, 0], X[:, 1:]
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed(cls), {"alpha": [0.05, 20.0]}, cv=FOLDS)
        search.fit(X, y, task=task)
        assert search.best_params_ == {"alpha": 0.05}
        direct = cls(0.05).fit(X, y, task=task)
        assert np.array_equal(search.best_estimator_.coef_, direct.coef_)
        assert search.score(X, y, task=task) == direct.score(X, y, task=task)


@each_estimator
def test_routing_through_a_pipeline(cls):
    X, y = table()
    task, X = X[:, 0], X[:, 1:]
    with config_context(enable_metadata_routing=True):
        model = routed(cls).set_predict_request(task=True)
        pipeline = make_pipeline(StandardScaler(), model).fit(X, y, task=task)
        predicted = pipeline.predict(X, task=task)
    scaled = StandardScaler().fit_transform(X)
    direct = cls(0.1).fit(scaled, y, task=task)
    assert_allclose(predicted, direct.predict(scaled, task=task), rtol=1e-12)


@each_estimator
def test_routing_of_sample_weights(cls):
    X, y = table()
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y))
    with config_context(enable_metadata_routing=True):
        model = cls(0.1, task_column=0).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=False)
        result = cross_validate(
            model,
            X,
            y,
            params={"sample_weight": weight},
            cv=FOLDS,
            return_estimator=True,
        )
    train = next(iter(FOLDS.split(X)))[0]
    direct = cls(0.1, task_column=0)
    direct.fit(X[train], y[train], sample_weight=weight[train])
    assert np.array_equal(result["estimator"][0].coef_, direct.coef_)


@each_estimator
@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_search_in_parallel(cls, backend):
    from joblib import parallel_backend

    X, y = table()
    grid = {"alpha": [0.05, 0.5]}
    serial = GridSearchCV(cls(task_column=0), grid, cv=FOLDS).fit(X, y)
    with parallel_backend(backend, n_jobs=2):
        parallel = GridSearchCV(cls(task_column=0), grid, cv=FOLDS).fit(X, y)
    for key in ("mean_test_score", "std_test_score"):
        assert np.array_equal(serial.cv_results_[key], parallel.cv_results_[key])
