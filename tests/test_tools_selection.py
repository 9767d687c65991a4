"""Features that scikit-learn's selectors keep, over tasks."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import (
    RFE,
    RFECV,
    SelectFromModel,
    SequentialFeatureSelector,
)
from sklearn.linear_model import LinearRegression, MultiTaskLasso, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    IndLasso,
    linear_model,
)
from mutar_cy.model_selection import TaskKFold, feature_importance, make_task_scorer

MODELS = [
    GroupLasso(0.3),
    IndLasso(0.3),
    DirtyModel(0.3, 0.2),
    GroupLasso(alpha=0.3),
    GroupLassoClassifier(alpha=0.07),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
each_column = pytest.mark.parametrize("column", [0, -1, 4])


def selecting(model, **given):
    return SelectFromModel(
        model, importance_getter=feature_importance, threshold=1e-5, **given
    )


def targets(model, y):
    """Return targets that a model takes: three classes for a classifier."""
    if isinstance(model, GroupLassoClassifier):
        return np.digitize(y, np.quantile(y, [0.3, 0.7]))
    return y


def support(model):
    """Return which features have a coefficient in some task."""
    coef = model.coef_
    if isinstance(model, GroupLassoClassifier):
        coef = np.moveaxis(coef, 1, 0)
    return coef.reshape(len(coef), -1).any(axis=1)


@each_model
@pytest.mark.parametrize("layout", ["stacked", "shared", "ragged", "responses"])
def test_importance_is_the_norm_over_tasks(model, layout):
    X, y, _ = getattr(simulated, layout)()
    if isinstance(model, GroupLassoClassifier):
        if layout == "ragged":
            y = [targets(model, own) for own in y]
        else:
            y = targets(model, y)
    model.fit(X, y)
    coef = model.coef_
    found = feature_importance(model)
    assert found.shape == (X[0].shape[-1],)
    axis = 1 if isinstance(model, GroupLassoClassifier) else 0
    for j, norm in enumerate(found):
        assert norm == pytest.approx(np.linalg.norm(coef.take(j, axis=axis)))


@each_model
@each_column
def test_select_from_model_keeps_the_task_column_and_the_selected(model, column):
    (X, y, _), task = simulated.long(labels=(0, 1, 2), sizes=(40, 40, 40))
    y = targets(model, y)
    direct = model.fit(X, y, task=task)
    expected = support(direct)
    assert 0 < expected.sum() < len(expected)
    at = column % 11
    table = np.insert(X, at, task, axis=1)
    selector = selecting(type(model)(**model.get_params()))
    selector.estimator.set_params(task_column=column)
    kept = selector.fit(table, y).get_support()
    assert kept[at]
    assert np.array_equal(np.delete(kept, at), expected)
    assert np.array_equal(selector.transform(table), table[:, kept])


def test_select_from_model_with_as_many_features_as_tasks():
    X, Y, _ = simulated.shared(n_features=5, n_tasks=5, n_samples=60)
    model = GroupLasso(1.0).fit(X, Y)
    expected = model.coef_.any(axis=1)
    assert 0 < expected.sum() < 5
    kept = selecting(GroupLasso(1.0)).fit(X, Y).get_support()
    assert np.array_equal(kept, expected)


def test_routed_labels_reach_a_selector():
    (X, y, _), task = simulated.long()
    with config_context(enable_metadata_routing=True):
        selector = selecting(GroupLasso(0.3).set_fit_request(task=True))
        kept = selector.fit(X, y, task=task).get_support()
    assert np.array_equal(kept, GroupLasso(0.3).fit(X, y, task=task).coef_.any(axis=1))


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_selection_and_fit_in_a_pipeline_of_frames(kind):
    (X, y, _), task = simulated.long()
    columns = {f"x{j}": X[:, j] for j in range(10)}
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame}[kind]
    frame = make({**columns, "site": task})
    pipeline = make_pipeline(
        selecting(GroupLasso(0.3, task_column="site")),
        GroupLasso(0.01, task_column="site"),
    ).set_output(transform=kind)
    guess = pipeline.fit(frame, y).predict(frame)
    kept = GroupLasso(0.3).fit(X, y, task=task).coef_.any(axis=1)
    direct = GroupLasso(0.01).fit(X[:, kept], y, task=task)
    assert_allclose(guess, direct.predict(X[:, kept], task=task), rtol=1e-10)
    names = [f"x{j}" for j in np.flatnonzero(kept)] + ["site"]
    assert pipeline[0].get_feature_names_out().tolist() == names
    assert list(pipeline[0].transform(frame).columns) == names


@each_column
def test_the_task_column_is_the_first_of_a_given_number(column):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    table = np.insert(X, column % 11, task, axis=1)
    norms = np.linalg.norm(GroupLasso(0.1).fit(X, y, task=task).coef_, axis=1)
    best = np.argsort(-norms)[:2]
    selector = selecting(GroupLasso(0.1, task_column=column), max_features=3)
    kept = selector.fit(table, y).get_support()
    assert kept[column % 11]
    assert np.array_equal(np.flatnonzero(np.delete(kept, column % 11)), np.sort(best))


@pytest.mark.parametrize("column", [0, -1])
def test_recursive_elimination_is_a_plain_loop(column):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    table = np.insert(X, column % 11, task, axis=1)
    selector = RFE(
        GroupLasso(0.05, task_column=column),
        n_features_to_select=4,
        importance_getter=feature_importance,
    ).fit(table, y)
    left = np.arange(10)
    while len(left) > 3:
        coef = GroupLasso(0.05).fit(X[:, left], y, task=task).coef_
        left = np.delete(left, np.argmin(np.linalg.norm(coef, axis=1)))
    assert selector.support_[column % 11]
    assert np.array_equal(
        np.flatnonzero(np.delete(selector.support_, column % 11)), left
    )


def test_recursive_elimination_with_folds():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    selector = RFECV(
        GroupLasso(0.05, task_column=0),
        cv=TaskKFold(3, task_column=0),
        min_features_to_select=2,
        importance_getter=feature_importance,
    ).fit(np.column_stack([task, X]), y)
    assert np.array_equal(np.flatnonzero(selector.support_)[:4], [0, 1, 2, 3])


def test_recursive_elimination_with_routed_labels():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    given = {"importance_getter": feature_importance}
    by_column = RFE(GroupLasso(0.05, task_column=0), n_features_to_select=4, **given)
    by_column.fit(np.column_stack([task, X]), y)
    with config_context(enable_metadata_routing=True):
        model = GroupLasso(0.05).set_fit_request(task=True)
        routed = RFE(model, n_features_to_select=3, **given).fit(X, y, task=task)
        given["scoring"] = make_task_scorer("r2")  # by default scored by name
        folds = RFECV(model, cv=TaskKFold(3), **given).fit(X, y, task=task)
    assert np.array_equal(routed.support_, by_column.support_[1:])
    assert folds.support_[:3].all()
    assert np.isfinite(folds.cv_results_["mean_test_score"]).all()


def test_sequential_selection_with_routed_labels():
    (X, y, _), task = simulated.long()
    with config_context(enable_metadata_routing=True):
        model = GroupLasso(0.01).set_fit_request(task=True)
        selector = SequentialFeatureSelector(
            model.set_score_request(task=True), n_features_to_select=3, cv=TaskKFold(3)
        ).fit(X, y, task=task)
    assert np.array_equal(np.flatnonzero(selector.get_support()), [0, 1, 2])


def test_other_models_have_importances_too():
    X, Y, _ = simulated.shared()
    for model in (
        Ridge(),
        linear_model.MultiTaskLasso(0.3),
        make_pipeline(StandardScaler(), GroupLasso(0.3)),
        TransformedTargetRegressor(GroupLasso(0.3)),
    ):
        assert feature_importance(model.fit(X, Y)).shape == (10,)
    model = linear_model.MultiTaskLasso(0.3).fit(X, Y)
    expected = np.linalg.norm(model.coef_, axis=0)
    assert np.array_equal(feature_importance(model), expected)
    model = LinearRegression().fit(X, Y[:, 0])
    assert np.array_equal(feature_importance(model), np.abs(model.coef_))


def test_models_without_importances():
    X, Y, _ = simulated.shared()
    with pytest.raises(NotFittedError):
        feature_importance(GroupLasso())
    with pytest.raises(ValueError, match="DecisionTreeRegressor has no coef_"):
        feature_importance(DecisionTreeRegressor().fit(X, Y))
    pipeline = make_pipeline(PolynomialFeatures(), GroupLasso(0.3)).fit(X, Y)
    with pytest.raises(ValueError, match="for 66 columns, but Pipeline was fitted to"):
        feature_importance(pipeline)


def test_nothing_is_important_where_every_coefficient_is_0():
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    model = GroupLasso(1e3, task_column=0).fit(np.column_stack([task, X]), y)
    assert not feature_importance(model).any()


# Selectors of scikit-learn that would select tasks instead of features.

SELECTORS = [SelectFromModel, RFE, RFECV]
REFUSED = [
    GroupLasso(0.3),
    DirtyModel(0.3, 0.2),
    GroupLasso(alpha=0.3),
    GroupLassoClassifier(alpha=0.1),
    MTW(0.1, 0.1),
]
each_refused = pytest.mark.parametrize("model", REFUSED, ids=lambda m: type(m).__name__)
each_selector = pytest.mark.parametrize("selector", SELECTORS)


class OwnGroupLasso(GroupLasso):
    """A subclass whose fit stands between a selector and ours."""

    def fit(self, X, y, **given):
        return super().fit(X, y, **given)


def targets_of(model, Y):
    return np.median(Y) < Y if isinstance(model, GroupLassoClassifier) else Y


@pytest.mark.drawn(pairs=True)
@each_selector
@each_refused
@pytest.mark.parametrize("getter", ["auto", "coef_"])
@pytest.mark.parametrize("n_features", [3, 10])  # as many as tasks, and more
def test_selectors_that_would_select_by_task_are_refused(
    selector, model, getter, n_features
):
    X, Y, _ = simulated.shared(n_features=n_features)
    message = f"{type(model).__name__} is .n_features, n_tasks.*feature_importance"
    with pytest.raises(ValueError, match=message):
        selector(model, importance_getter=getter).fit(X, targets_of(model, Y))


@each_selector
def test_task_columns_and_subclasses_are_refused_too(selector):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    table = np.column_stack([task, X])
    for cls in (GroupLasso, OwnGroupLasso):
        with pytest.raises(ValueError, match="feature_importance"):
            selector(cls(0.3, task_column=0)).fit(table, y)


def test_what_is_refused_stays_unfitted():
    X, Y, _ = simulated.shared()
    model = GroupLasso(0.3)
    selector = SelectFromModel(model)
    with pytest.raises(ValueError, match="feature_importance"):
        selector.fit(X, Y)
    with pytest.raises(NotFittedError):
        selector.estimator_.predict(X)


@pytest.mark.parametrize(
    "model", [GroupLasso(0.3), GroupLasso(alpha=0.3), linear_model.Lasso(0.3)]
)
def test_a_single_task_needs_nothing(model):
    X, Y, _ = simulated.shared()
    kept = SelectFromModel(model).fit(X, Y[:, 0]).get_support()
    assert np.array_equal(kept, model.fit(X, Y[:, 0]).coef_ != 0)
    assert RFE(model, n_features_to_select=3).fit(X, Y[:, 0]).support_.sum() == 3


@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes_of_a_single_task_need_nothing(n_classes):
    X, Y, _ = simulated.shared(n_samples=60)
    y = np.digitize(Y[:, 0], np.quantile(Y[:, 0], np.arange(1, n_classes) / n_classes))
    model = GroupLassoClassifier(alpha=0.07)
    kept = SelectFromModel(model).fit(X, y).get_support()
    assert 0 < kept.sum() < 10
    assert np.array_equal(kept, model.fit(X, y).coef_.any(axis=0))


def test_scikit_learn_s_shapes_need_nothing():
    X, Y, _ = simulated.shared()
    ours = SelectFromModel(linear_model.MultiTaskLasso(0.5)).fit(X, Y)
    theirs = SelectFromModel(MultiTaskLasso(0.5)).fit(X, Y)
    assert 0 < ours.get_support().sum() < 10
    assert np.array_equal(ours.get_support(), theirs.get_support())
