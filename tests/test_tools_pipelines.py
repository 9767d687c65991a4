"""Pipelines, transformed columns and predictions of scikit-learn over a long table."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_transformer,
)
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from mutar_cy import GroupLasso
from mutar_cy.model_selection import TaskKFold, make_task_scorer

FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
each_frame = pytest.mark.parametrize("kind", FRAMES)
FEATURES = [f"x{j}" for j in range(10)]
GRID = [0.02, 0.2, 2.0]


def table():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    return np.column_stack([task, X]), y


def frame(kind):
    (X, y, _), task = simulated.long(labels=("Oslo", "Bergen", "Voss"))
    names = zip(FEATURES, X.T, strict=True)
    return FRAMES[kind]({"site": task, **dict(names)}), X, y, task


def scaled(kind):
    """Return a transformer of all columns but the sites, which stay."""
    transformer = ColumnTransformer(
        [("scale", StandardScaler(), FEATURES)],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    return transformer.set_output(transform=kind)


@each_frame
def test_a_column_of_sites_is_passed_through(kind):
    X, columns, y, task = frame(kind)
    pipeline = make_pipeline(scaled(kind), GroupLasso(0.1, task_column="site"))
    guess = pipeline.fit(X, y).predict(X)
    plain = StandardScaler().fit(columns)
    direct = GroupLasso(0.1).fit(plain.transform(columns), y, task=task)
    expected = direct.predict(plain.transform(columns), task=task)
    assert_allclose(guess, expected, rtol=1e-10)
    assert pipeline[-1].tasks_.tolist() == ["Bergen", "Oslo", "Voss"]
    assert pipeline.score(X, y) == pytest.approx(r2_score(y, expected))


@each_frame
def test_a_search_over_a_pipeline_of_a_frame(kind):
    X, columns, y, task = frame(kind)
    search = GridSearchCV(
        make_pipeline(scaled(kind), GroupLasso(task_column="site")),
        {"grouplasso__alpha": GRID},
        cv=TaskKFold(3, task_column="site"),
        scoring=make_task_scorer("r2", task_column="site"),
    ).fit(X, y)
    means = []
    for alpha in GRID:
        scores = []
        for train, test in TaskKFold(3).split(columns, task=task):
            plain = StandardScaler().fit(columns[train])
            model = GroupLasso(alpha)
            model.fit(plain.transform(columns[train]), y[train], task=task[train])
            guess = model.predict(plain.transform(columns[test]), task=task[test])
            scores += [
                r2_score(y[test][task[test] == k], guess[task[test] == k])
                for k in np.unique(task)
            ]
        means.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert search.predict(X).shape == y.shape


def test_columns_of_an_array():
    X, y = table()
    transformer = make_column_transformer(
        ("passthrough", [0]), (PolynomialFeatures(include_bias=False), [1, 2, 3])
    )
    pipeline = make_pipeline(transformer, GroupLasso(0.1, task_column=0)).fit(X, y)
    features = PolynomialFeatures(include_bias=False).fit_transform(X[:, 1:4])
    direct = GroupLasso(0.1).fit(features, y, task=X[:, 0])
    assert np.array_equal(pipeline[-1].coef_, direct.coef_)


def routed():
    model = GroupLasso(0.1).set_fit_request(task=True).set_predict_request(task=True)
    return model.set_score_request(task=True)


def test_labels_routed_through_a_pipeline_in_a_search():
    whole, y = table()
    X, task = whole[:, 1:], whole[:, 0]
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(StandardScaler(), routed())
        search = GridSearchCV(pipeline, {"grouplasso__alpha": GRID}, cv=TaskKFold(3))
        search.fit(X, y, task=task)
        guess = search.best_estimator_.predict(X, task=task)
        score = search.score(X, y, task=task)
    means = []
    for alpha in GRID:
        scores = []
        for train, test in TaskKFold(3).split(X, task=task):
            plain = StandardScaler().fit(X[train])
            model = GroupLasso(alpha)
            model.fit(plain.transform(X[train]), y[train], task=task[train])
            given = plain.transform(X[test]), y[test]
            scores.append(model.score(*given, task=task[test]))
        means.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert score == pytest.approx(r2_score(y, guess))


def test_labels_routed_to_a_transformed_target():
    whole, y = table()
    X, task = whole[:, 1:], whole[:, 0]
    with config_context(enable_metadata_routing=True):
        model = TransformedTargetRegressor(
            routed(), func=np.arcsinh, inverse_func=np.sinh
        )
        guess = model.fit(X, y, task=task).predict(X, task=task)
    direct = GroupLasso(0.1).fit(X, np.arcsinh(y), task=task)
    assert_allclose(guess, np.sinh(direct.predict(X, task=task)), rtol=1e-12)


def test_a_search_over_a_transformed_target_with_routed_labels():
    whole, y = table()
    X, task = whole[:, 1:], whole[:, 0]
    with config_context(enable_metadata_routing=True):
        model = TransformedTargetRegressor(
            routed(), func=np.arcsinh, inverse_func=np.sinh
        )
        scorer = make_task_scorer("neg_mean_squared_error")
        folds = TaskKFold(3)
        grid = {"regressor__alpha": [0.1]}
        search = GridSearchCV(model, grid, cv=folds, scoring=scorer)
        search.fit(X, y, task=task)
    scores = []
    for train, test in folds.split(X, task=task):
        direct = GroupLasso(0.1).fit(X[train], np.arcsinh(y[train]), task=task[train])
        errors = y[test] - np.sinh(direct.predict(X[test], task=task[test]))
        scores += [-np.mean(errors[task[test] == k] ** 2) for k in range(3)]
    assert search.best_score_ == pytest.approx(np.mean(scores))


def test_a_search_over_a_transformed_target_by_column():
    X, y = table()
    model = TransformedTargetRegressor(
        GroupLasso(task_column=0), func=np.arcsinh, inverse_func=np.sinh
    )
    folds = TaskKFold(3, task_column=0)
    search = GridSearchCV(model, {"regressor__alpha": GRID}, cv=folds).fit(X, y)
    means = []
    for alpha in GRID:
        scores = []
        for train, test in folds.split(X):
            direct = GroupLasso(alpha, task_column=0)
            direct.fit(X[train], np.arcsinh(y[train]))
            scores.append(r2_score(y[test], np.sinh(direct.predict(X[test]))))
        means.append(np.mean(scores))
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)


def test_cross_val_predict_by_column():
    X, y = table()
    model, folds = GroupLasso(0.1, task_column=0), TaskKFold(3, task_column=0)
    guess = cross_val_predict(model, X, y, cv=folds)
    for train, test in folds.split(X):
        direct = clone(model).fit(X[train], y[train])
        assert np.array_equal(guess[test], direct.predict(X[test]))


def test_permutation_importance_by_column_and_by_a_scoring_that_knows_the_labels():
    X, y = table()
    task = X[:, 0]
    given = {"n_repeats": 3, "random_state": 0}
    model = GroupLasso(0.2, task_column=0).fit(X, y)
    by_column = permutation_importance(model, X, y, **given)
    model = GroupLasso(0.2).fit(X[:, 1:], y, task=task)

    def scoring(estimator, X, y):
        return r2_score(y, estimator.predict(X, task=task))

    found = permutation_importance(model, X[:, 1:], y, scoring=scoring, **given)
    assert_allclose(found.importances, by_column.importances[1:], atol=1e-12)
    kept = model.coef_.any(axis=1)
    assert 0 < kept.sum() < len(kept)
    assert np.array_equal(found.importances_mean > 0, kept)
