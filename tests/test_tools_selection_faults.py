"""Selectors of scikit-learn that would select tasks instead of features."""

import numpy as np
import pytest
import simulated
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE, RFECV, SelectFromModel
from sklearn.linear_model import MultiTaskLasso

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoRegressor,
    linear_model,
)

SELECTORS = [SelectFromModel, RFE, RFECV]
MODELS = [
    GroupLasso(0.3),
    DirtyModel(0.3, 0.2),
    GroupLassoRegressor(alpha=0.3),
    GroupLassoClassifier(alpha=0.1),
    MTW(0.1, 0.1),
]
each_selector = pytest.mark.parametrize("selector", SELECTORS)
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)


class OwnGroupLasso(GroupLasso):
    """A subclass whose fit stands between a selector and ours."""

    def fit(self, X, y, **given):
        return super().fit(X, y, **given)


def targets(model, Y):
    return np.median(Y) < Y if isinstance(model, GroupLassoClassifier) else Y


@pytest.mark.drawn(pairs=True)
@each_selector
@each_model
@pytest.mark.parametrize("getter", ["auto", "coef_"])
@pytest.mark.parametrize("n_features", [3, 10])  # as many as tasks, and more
def test_selectors_that_would_select_by_task_are_refused(
    selector, model, getter, n_features
):
    X, Y, _ = simulated.shared(n_features=n_features)
    message = f"{type(model).__name__} is .n_features, n_tasks.*feature_importance"
    with pytest.raises(ValueError, match=message):
        selector(model, importance_getter=getter).fit(X, targets(model, Y))


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
    "model", [GroupLasso(0.3), GroupLassoRegressor(alpha=0.3), linear_model.Lasso(0.3)]
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
