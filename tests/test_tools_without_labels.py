"""What reaches the user where scikit-learn's tools lose the task labels."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.compose import TransformedTargetRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFECV, SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mutar_cy import GroupLasso, GroupLassoClassifier, GroupLassoRegressor
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold, make_task_scorer

FOLDS = KFold(3, shuffle=True, random_state=0)
GRID = {"alpha": [0.1, 1.0]}
REMEDIES = r"(?s)task_column before fit.*enable_metadata_routing=True"


def long():
    (X, y, _), task = simulated.long()
    return X, y, task


def searched(search):
    def run(model, X, y, task, **options):
        fitted = search(model, GRID, cv=FOLDS, **options).fit(X, y, task=task)
        return fitted.cv_results_["mean_test_score"]

    return run


def randomized(model, grid, **options):
    return RandomizedSearchCV(model, grid, n_iter=2, **options)


def halving(model, grid, **options):
    options |= {"min_resources": 60, "random_state": 0}
    return HalvingGridSearchCV(model, grid, **options)


def validated(model, X, y, task, **options):
    result = cross_validate(model, X, y, cv=FOLDS, params={"task": task}, **options)
    return result["test_score"]


def scored(model, X, y, task, **options):
    return cross_val_score(model, X, y, cv=FOLDS, params={"task": task}, **options)


def learned(model, X, y, task, **options):
    options |= {"cv": FOLDS, "train_sizes": [1.0]}
    return learning_curve(model, X, y, params={"task": task}, **options)[2]


def curved(model, X, y, task, **options):
    options |= {"cv": FOLDS, "param_name": "alpha", "param_range": GRID["alpha"]}
    return validation_curve(model, X, y, params={"task": task}, **options)[1]


TOOLS = {
    "GridSearchCV": searched(GridSearchCV),
    "RandomizedSearchCV": searched(randomized),
    "HalvingGridSearchCV": searched(halving),
    "cross_validate": validated,
    "cross_val_score": scored,
    "learning_curve": learned,
    "validation_curve": curved,
}
each_tool = pytest.mark.parametrize("tool", TOOLS)
MODELS = [GroupLasso(), GroupLassoRegressor(), GroupLassoClassifier(alpha=0.05)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)


@each_tool
@each_model
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_labels_that_reach_fit_only_are_warned_of_and_can_be_an_error(tool, model):
    X, y, task = long()
    if isinstance(model, GroupLassoClassifier):
        y = y > np.median(y)
    with pytest.warns(UserWarning, match=REMEDIES):
        scores = TOOLS[tool](model, X, y, task)
    assert np.isnan(scores).all()
    with pytest.raises(ValueError, match=REMEDIES):
        TOOLS[tool](model, X, y, task, error_score="raise")


@each_tool
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("scoring", ["r2", make_task_scorer("r2")])
def test_a_scorer_without_labels_is_warned_of(tool, scoring):
    X, y, task = long()
    remedies = REMEDIES if scoring == "r2" else "task= needs metadata routing"
    with pytest.warns(UserWarning, match=remedies):
        scores = TOOLS[tool](GroupLasso(), X, y, task, scoring=scoring)
    assert np.isnan(scores).all()


@pytest.mark.parametrize("cv", [TaskKFold(3), LeaveOneTaskOut()], ids=repr)
def test_splitters_over_tasks_raise_where_labels_do_not_reach_them(cv):
    X, y, task = long()
    with pytest.raises(ValueError, match="enabled"):
        GridSearchCV(GroupLasso(), GRID, cv=cv).fit(X, y, task=task)
    with pytest.raises(ValueError, match="enabled"):
        cross_val_predict(GroupLasso(), X, y, cv=cv, params={"task": task})


def test_tools_that_predict_raise():
    X, y, task = long()
    with pytest.raises(ValueError, match=REMEDIES):
        cross_val_predict(GroupLasso(), X, y, cv=FOLDS, params={"task": task})
    with pytest.raises(ValueError, match=REMEDIES):
        permutation_importance(GroupLasso().fit(X, y, task=task), X, y)
    regressor = TransformedTargetRegressor(
        GroupLasso(), func=np.arcsinh, inverse_func=np.sinh
    ).fit(X, y, task=task)
    with pytest.raises(ValueError, match=REMEDIES):
        regressor.predict(X)
    direct = GroupLasso().fit(X, np.arcsinh(y), task=task).predict(X, task=task)
    assert_allclose(regressor.predict(X, task=task), np.sinh(direct), rtol=1e-12)
    pipeline = make_pipeline(StandardScaler(), GroupLasso())
    with pytest.raises(ValueError, match="stepname__parameter"):
        pipeline.fit(X, y, task=task)
    pipeline.fit(X, y, grouplasso__task=task)
    with pytest.raises(ValueError, match=REMEDIES):
        pipeline.predict(X)
    assert pipeline.predict(X, task=task).shape == y.shape


@pytest.mark.parametrize(
    "tool", [RFECV(GroupLasso(), cv=FOLDS), SequentialFeatureSelector(GroupLasso())]
)
def test_tools_that_take_no_labels_raise(tool):
    X, y, task = long()
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        tool.fit(X, y, task=task)


def routed():
    return GroupLasso().set_fit_request(task=True).set_score_request(task=True)


def test_what_routing_does_not_carry():
    X, y, task = long()
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed(), GRID, cv=TaskKFold(3)).fit(X, y, task=task)
        with pytest.raises(ValueError, match=REMEDIES):
            search.predict(X)
        guess = search.best_estimator_.predict(X, task=task)
        with pytest.raises(ValueError, match=REMEDIES):
            cross_val_predict(routed(), X, y, cv=FOLDS, params={"task": task})
    assert r2_score(y, guess) == pytest.approx(
        search.best_estimator_.score(X, y, task=task)
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_scoring_by_name_is_not_routed_labels():
    X, y, task = long()
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed(), GRID, cv=TaskKFold(3), scoring="r2")
        with pytest.warns(UserWarning, match=REMEDIES):
            search.fit(X, y, task=task)
        search.set_params(error_score="raise")
        with pytest.raises(ValueError, match=REMEDIES):
            search.fit(X, y, task=task)
        search.set_params(scoring=make_task_scorer("r2")).fit(X, y, task=task)
    assert np.isfinite(search.best_score_)


def test_labels_that_are_not_requested_are_an_error_of_scikit_learn_s():
    from sklearn.exceptions import UnsetMetadataPassedError

    X, y, task = long()
    with (
        config_context(enable_metadata_routing=True),
        pytest.raises(UnsetMetadataPassedError, match="set_fit_request"),
    ):
        GridSearchCV(GroupLasso(), GRID, cv=TaskKFold(3)).fit(X, y, task=task)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_stacked_tasks_are_refused_by_splitters_over_tasks():
    X, y, _ = simulated.stacked()
    for cv in (TaskKFold(3), LeaveOneTaskOut()):
        with pytest.raises(ValueError, match="stack_tasks"):
            GridSearchCV(GroupLasso(), GRID, cv=cv).fit(X, y)
