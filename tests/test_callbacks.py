"""Callbacks of scikit-learn see a fit go on, and can end it as Ctrl-C does."""

import numpy as np
import pytest
import simulated
from kinds import CONVEX
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.pipeline import make_pipeline
from watching import Interrupting, ProgressBar, Recording, needs_callbacks

from mutar_cy import (
    GroupLasso,
    GroupLassoCV,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
)
from mutar_cy import linear_model as ours
from mutar_cy.model_selection import TaskKFold
from mutar_cy.objectives import recording_iterations

pytestmark = needs_callbacks
each_estimator = pytest.mark.parametrize("cls", CONVEX)
SINGLE = [ours.Lasso, ours.ElasticNet]
SEARCHES = {
    GridSearchCV: {},
    HalvingGridSearchCV: {"min_resources": 60, "random_state": 0},
}
MULTI = [*CONVEX, ours.MultiTaskLasso, ours.MultiTaskElasticNet]
each_class = pytest.mark.parametrize("cls", [*MULTI, *SINGLE])


def data_for(cls):
    X, Y, _ = simulated.shared()
    return X, Y[:, 0] if cls in SINGLE else Y


@each_estimator
def test_an_interrupted_fit_leaves_nothing_or_the_fit_before_it(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1).set_callbacks(Interrupting())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)
    model.set_callbacks().fit(X, y)
    coef = model.coef_.copy()
    model.set_callbacks(Interrupting()).set_params(alpha=1e-3)
    before = vars(model).copy()
    with pytest.raises(KeyboardInterrupt):
        model.fit([x[:, 1:] for x in X], y)
    assert vars(model) == before
    assert np.array_equal(model.coef_, coef)
    assert model.n_features_in_ == 10


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (IndLasso(0.05), (12, 30, 20)),  # many small tasks
        (MultiLevelLasso(0.05), (12, 30, 20)),
        (GroupLasso(0.05), (3, 60, 50)),
        (GroupLasso(0.05, loss="poisson"), (3, 60, 20)),
        (ReweightedGroupLasso(0.02), (5, 60, 50)),
        (IndRewLasso(0.02), (5, 60, 50)),
        (MultiLevelLasso(0.02), (5, 60, 50)),
    ],
    ids=lambda given: (
        type(given).__name__ if hasattr(given, "fit") else "x".join(map(str, given))
    ),
)
@pytest.mark.uncertified("compared with a fit that nobody watches")
def test_a_fit_that_is_watched_has_the_same_bits(model, shape):
    rng, (n_tasks, n, p) = np.random.default_rng(0), shape
    X = [
        rng.standard_normal((n, p)) + 0.5 * rng.standard_normal((n, 1))
        for _ in range(n_tasks)
    ]
    truth = rng.standard_normal(p) * (rng.random(p) < 0.2)
    y = [x @ truth + rng.standard_normal(n) for x in X]
    if getattr(model, "loss", "") == "poisson":
        y = [np.round(np.abs(own)) for own in y]
    alone, seen = model.fit(X, y).coef_.copy(), []
    with recording_iterations(lambda *report: seen.append(report)):
        watched = model.fit(X, y).coef_
    assert seen
    assert np.array_equal(alone, watched)


@each_class
def test_callbacks_see_begin_and_end_and_change_nothing(cls):
    X, y = data_for(cls)
    callback = Recording()
    model = cls(alpha=0.1).set_callbacks(callback).fit(X, y)
    calls = callback.calls
    assert calls[0] == "setup"
    assert calls[-1] == "teardown"
    assert calls.count("begin") == calls.count("end") >= 1
    assert np.array_equal(model.coef_, cls(alpha=0.1).fit(X, y).coef_)


@each_estimator
def test_iterations_are_reported_one_by_one(cls):
    X, y, _ = simulated.ragged((25, 14, 30), 300)
    loose, tight = Recording(), Recording()
    cls(0.01, tol=1e-1).set_callbacks(loose).fit(X, y)
    cls(0.01, tol=1e-12, max_iter=50_000).set_callbacks(tight).fit(X, y)
    assert tight.calls.count("end") > loose.calls.count("end")


@each_class
def test_progress_bar(cls, capsys):
    model = cls(alpha=0.1).set_callbacks(ProgressBar())
    model.fit(*data_for(cls))
    printed = capsys.readouterr().out
    assert f"{cls.__name__} - fit" in printed
    assert "100%" in printed


@each_estimator
def test_progress_bar_of_a_search(cls, capsys):
    bar = ProgressBar(max_propagation_depth=None)
    search = GridSearchCV(cls(), {"alpha": [0.1, 0.2]}, cv=2).set_callbacks(bar)
    X, Y, _ = simulated.shared()
    search.fit(X, Y)
    assert cls.__name__ in capsys.readouterr().out


@each_estimator
@pytest.mark.parametrize("search", SEARCHES)
def test_progress_bar_of_a_search_over_a_long_table(cls, search, capsys):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    pipeline = make_pipeline("passthrough", cls(task_column=0))
    name = f"{cls.__name__.lower()}__alpha"
    folds = TaskKFold(2, task_column=0)
    searching = search(pipeline, {name: [0.1, 0.2]}, cv=folds, **SEARCHES[search])
    plain = clone(searching).fit(np.column_stack([task, X]), y)
    bar = ProgressBar(max_propagation_depth=None)
    searching.set_callbacks(bar).fit(np.column_stack([task, X]), y)
    printed = capsys.readouterr().out
    assert f"{search.__name__} - fit" in printed
    assert cls.__name__ in printed
    key = "mean_test_score"
    assert np.array_equal(searching.cv_results_[key], plain.cv_results_[key])


@pytest.mark.parametrize(
    ("given", "steps"), [({"cv": 4}, 5), ({"criterion": "bic"}, 2)]
)
def test_folds_are_reported_one_by_one(given, steps, capsys):
    X, y, _ = simulated.ragged()
    recording = Recording()
    model = GroupLassoCV(alphas=5, **given)
    model.set_callbacks(recording, ProgressBar()).fit(X, y)
    assert recording.calls.count("end") == steps + 1  # and the whole
    assert "GroupLassoCV" in capsys.readouterr().out
    interrupted = GroupLassoCV(alphas=5, **given).set_callbacks(Interrupting())
    with pytest.raises(KeyboardInterrupt):
        interrupted.fit(X, y)
    with pytest.raises(NotFittedError):
        interrupted.predict(X)
