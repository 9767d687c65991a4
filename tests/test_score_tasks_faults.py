"""Scores per task that are not defined, and estimators inside others."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from mutar_cy import GroupLasso, GroupLassoClassifier, GroupLassoRegressor
from mutar_cy.model_selection import TaskKFold, make_task_scorer, score_tasks


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


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("scoring", [None, "r2", "d2_absolute_error_score"])
def test_a_score_that_a_single_sample_leaves_undefined(scoring):
    model, X, y, task = fitted()
    kept = (task != "b") | (np.arange(len(task)) == np.flatnonzero(task == "b")[0])
    given = {"scoring": scoring, "task": task[kept]}
    with pytest.raises(ValueError, match=r"score of task 'b' is nan.* 1 sample"):
        score_tasks(model, X[kept], y[kept], **given)
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
    with (
        pytest.warns(UndefinedMetricWarning),
        pytest.raises(ValueError, match="score of task 'a' is nan"),
    ):
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
    model = GroupLassoRegressor(alpha=0.1).fit(blocks, y, task=task)
    guess = model.predict(blocks, task=task)
    expected = [r2_score(y[task == k], guess[task == k]) for k in "abc"]
    for scoring in (None, "r2"):
        scores = score_tasks(model, blocks, y, scoring=scoring, task=task)
        assert_allclose(list(scores.values()), expected, rtol=1e-10)
    Y = np.column_stack([y, -y])
    model = GroupLassoRegressor(alpha=0.1).fit(blocks, Y)
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
