"""Models compared: the folds, the scores of tasks, and paired differences."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import sparse, stats
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mutar_cy import GroupLasso, GroupLassoClassifier, IndLasso
from mutar_cy.linear_model import Lasso
from mutar_cy.model_selection import TaskGroupKFold, TaskKFold, evaluate


def cohorts(sizes=(40, 30), p=5, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, p)) for n in sizes]
    y = [(1 + k) * x[:, 0] + 0.5 * rng.standard_normal(len(x)) for k, x in enumerate(X)]
    return X, y


MODELS = {
    "pooled": LinearRegression(),
    "own": IndLasso(0.1),
    "shared": GroupLasso(0.1),
}


def test_scores_are_those_of_fits_to_folds():
    X, y = cohorts()
    found = evaluate(MODELS, X, y, cv=4, scoring="neg_mean_squared_error")
    assert found.scores_.shape == (3, 4, 2)
    assert found.models_ == ["pooled", "own", "shared"]
    codes = np.repeat([0, 1], [40, 30])
    for fold, (train, test) in enumerate(TaskKFold(4).split(None, task=codes)):
        rows = [train[train < 40], train[train >= 40] - 40]
        held = [test[test < 40], test[test >= 40] - 40]
        X_train = [x[own] for x, own in zip(X, rows, strict=True)]
        y_train = [v[own] for v, own in zip(y, rows, strict=True)]
        ours = GroupLasso(0.1).fit(X_train, y_train)
        pooled = LinearRegression().fit(np.vstack(X_train), np.concatenate(y_train))
        for k in range(2):
            guess = X[k][held[k]] @ ours.coef_[:, k] + ours.intercept_[k]
            error = mean_squared_error(y[k][held[k]], guess)
            assert_allclose(-found.scores_[2, fold, k], error)
            error = mean_squared_error(y[k][held[k]], pooled.predict(X[k][held[k]]))
            assert_allclose(-found.scores_[0, fold, k], error)
    table = found.frame()
    assert_allclose(table.loc["own", 1], found.scores_[1, :, 1].mean())
    assert_allclose(table["mean"], table[[0, 1]].mean(axis=1))
    assert table["mean"].idxmax() != "pooled"  # the effects are not the same


def test_differences_are_paired():
    X, y = cohorts()
    found = evaluate(MODELS, X, y, cv=5)
    table = found.compare("shared", "pooled")
    paired = found.scores_[2] - found.scores_[0]
    paired = np.column_stack([paired, paired.mean(axis=1)])
    assert table.index.tolist() == [0, 1, "mean"]
    assert_allclose(table.difference, paired.mean(axis=0))
    # The t-test of pairs, less certain since folds share samples.
    plain = stats.ttest_1samp(paired, 0.0)
    assert_allclose(table.difference / table.se, plain.statistic / np.sqrt(1 + 5 / 4))
    assert (table.p > plain.pvalue).all()
    same = found.compare("own", "own")
    assert (same.difference == 0.0).all()
    assert (same.p == 1.0).all()


def test_the_level_of_the_paired_test_is_kept():
    # Two models that are equally good, since neither uses the features.
    rejected = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X = [rng.standard_normal((40, 2))]
        y = [rng.standard_normal(40)]
        models = {"mean": DummyRegressor(), "median": DummyRegressor(strategy="median")}
        found = evaluate(models, X, y, cv=5, scoring="neg_mean_absolute_error")
        rejected.append(found.compare("mean", "median").p["mean"] < 0.05)
    assert np.mean(rejected) < 0.12


def test_layouts_have_the_same_scores():
    X, y = cohorts((30, 30))
    expected = evaluate(MODELS, X, y).scores_
    names = dict(zip("ab", X, strict=True)), dict(zip("ab", y, strict=True))
    by_name = evaluate(MODELS, *names)
    assert by_name.tasks_ == ["a", "b"]
    assert_allclose(by_name.scores_, expected)
    assert_allclose(evaluate(MODELS, np.array(X), np.array(y)).scores_, expected)
    frames = {k: pd.DataFrame(x).add_prefix("x") for k, x in names[0].items()}
    assert_allclose(evaluate(MODELS, frames, names[1]).scores_, expected)
    rows = [sparse.csr_array(x) for x in X]
    assert_allclose(evaluate(MODELS, rows, y).scores_, expected, rtol=1e-6)
    task = np.tile(["a", "b"], 30)
    table, v = np.empty((60, 5)), np.empty(60)
    for k, label in enumerate("ab"):
        table[task == label], v[task == label] = X[k], y[k]
    long = evaluate(MODELS, table, v, task=task)
    assert long.tasks_ == ["a", "b"]
    assert_allclose(long.scores_, expected)
    shared = evaluate(MODELS, X[0], np.column_stack([y[0], X[0][:, 1]]))
    assert shared.scores_.shape == (3, 5, 2)


def test_classifiers_and_pipelines():
    X, y = cohorts()
    labels = [(v > 0).astype(int) for v in y]
    models = {
        "pooled": make_pipeline(StandardScaler(), LogisticRegression()),
        "shared": GroupLassoClassifier(0.02),
    }
    table = evaluate(models, X, labels).frame()
    assert (table > 0.7).all(axis=None)
    assert_allclose(
        evaluate({"a": Lasso(0.1)}, X, y, n_jobs=2).scores_,
        evaluate({"a": Lasso(0.1)}, X, y).scores_,
    )


def test_clusters_are_whole():
    X, y = cohorts((20, 20))
    X, y = [np.repeat(x, 5, axis=0) for x in X], [np.repeat(v, 5) for v in y]
    subject = [np.repeat(np.arange(20), 5) + 100 * k for k in range(2)]
    found = evaluate({"ols": LinearRegression()}, X, y, clusters=subject, cv=4)
    groups, codes = np.concatenate(subject), np.repeat([0, 1], 100)
    pairs = TaskGroupKFold(4).split(None, groups=groups, task=codes)
    train, test = next(pairs)
    model = LinearRegression().fit(np.vstack(X)[train], np.concatenate(y)[train])
    own = test[test < 100]
    expected = r2_score(y[0][own], model.predict(X[0][own]))
    assert_allclose(found.scores_[0, 0, 0], expected)
    flat = evaluate({"ols": LinearRegression()}, X, y, clusters=groups, cv=4)
    assert_allclose(flat.scores_, found.scores_)


def test_messages():
    X, y = cohorts()
    with pytest.raises(ValueError, match=r"models must be a dict .* got list"):
        evaluate([GroupLasso()], X, y)
    with pytest.raises(ValueError, match="evaluate needs tasks: give one design"):
        evaluate(MODELS, X[0], y[0])
    with pytest.raises(ValueError, match="'other' is no model; there are"):
        evaluate(MODELS, X, y).compare("own", "other")
    with pytest.raises(TypeError, match="GroupLasso"):
        evaluate({"a": GroupLasso}, X, y)
    with pytest.raises(ValueError, match="clusters of task 0 has 3 labels"):
        evaluate(MODELS, X, y, clusters=[np.arange(3), np.arange(30)])
