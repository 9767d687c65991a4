"""Splitters over tasks as `cv` of scikit-learn's searches."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mutar_cy import GroupLasso
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold

ALPHAS = [0.01, 0.1, 10.0]
SPLITTERS = [TaskKFold, LeaveOneTaskOut]
each_splitter = pytest.mark.parametrize("splitter", SPLITTERS)


def model(**given):
    return GroupLasso(0.05, unseen_tasks="mean", **given)


def routed():
    return model().set_fit_request(task=True).set_score_request(task=True)


def by_hand(splitter, X, y, task):
    """Return the mean score of every strength over the folds."""
    means = []
    for alpha in ALPHAS:
        scores = []
        for train, test in splitter().split(X, task=task):
            fitted = model().set_params(alpha=alpha)
            fitted.fit(X[train], y[train], task=task[train])
            scores.append(fitted.score(X[test], y[test], task=task[test]))
        means.append(np.mean(scores))
    return means


@each_splitter
def test_routed_labels_reach_the_splitter_by_themselves(splitter):
    (X, y, _), task = simulated.long()
    with config_context(enable_metadata_routing=True):
        search = GridSearchCV(routed(), {"alpha": ALPHAS}, cv=splitter())
        search.fit(X, y, task=task)
    scores = search.cv_results_["mean_test_score"]
    assert_allclose(scores, by_hand(splitter, X, y, task), rtol=1e-10)


@each_splitter
def test_routed_labels_reach_through_a_pipeline(splitter):
    (X, y, _), task = simulated.long()
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(StandardScaler(), routed())
        search = GridSearchCV(pipeline, {"grouplasso__alpha": ALPHAS}, cv=splitter())
        search.fit(X, y, task=task)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.n_splits_ == splitter().get_n_splits(X, task=task)


@each_splitter
def test_groups_and_a_task_column_give_the_same_scores(splitter):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    table = np.column_stack([X, task])
    own = model(task_column=-1)
    by_groups = cross_val_score(own, table, y, groups=task, cv=splitter())
    by_column = cross_val_score(own, table, y, cv=splitter(task_column=-1))
    assert np.array_equal(by_groups, by_column)
    search = GridSearchCV(own, {"alpha": ALPHAS}, cv=splitter(task_column=-1))
    scores = search.fit(table, y).cv_results_["mean_test_score"]
    assert_allclose(scores, by_hand(splitter, X, y, task), rtol=1e-10)


@each_splitter
def test_labels_that_do_not_reach_the_splitter(splitter):
    (X, y, _), task = simulated.long()
    search = GridSearchCV(model(), {"alpha": ALPHAS}, cv=splitter())
    with pytest.raises(ValueError, match="task_column"):
        search.fit(X, y, task=task)
