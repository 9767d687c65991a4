"""What stability selection says of bad parameters and bad data."""

import numpy as np
import pytest
import simulated
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import (
    MTW,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    GroupLassoRegressor,
    ReMTW,
)
from mutar_cy import linear_model as ours
from mutar_cy.model_selection import StabilitySelection


def selection(estimator=None, **parameters):
    estimator = GroupLasso(0.3) if estimator is None else estimator
    given = {"n_subsamples": 4, "random_state": 0, **parameters}
    return StabilitySelection(estimator, **given)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("estimator", [None, "lasso", GroupLasso]),
        ("alphas", [1, 0, -3, 2.5, "many"]),
        ("eps", [0, 1, -0.1, None]),
        ("n_subsamples", [1, 0, 2.5, None]),
        ("sample_fraction", [0, 0.51, -0.5, "half"]),
        ("threshold", [0.5, 1.1, -1, None]),
        ("max_features", [0, 2.5, "all"]),
        ("random_state", ["seed", -1.5]),
        ("n_jobs", ["two", 1.5]),
    ],
)
def test_parameters_are_validated(name, values):
    X, y, _ = simulated.stacked()
    for value in values:
        model = selection(alphas=[0.3, 0.2]).set_params(**{name: value})
        with pytest.raises(
            (InvalidParameterError, TypeError), match=f"{name}|estimator"
        ):
            model.fit(X, y)


@pytest.mark.parametrize(
    ("alphas", "message"),
    [
        ([0.3, -0.1], r"alphas must be at least 0 and finite, got -0\.1"),
        ([0.3, np.nan], "alphas must be at least 0 and finite, got nan"),
        ([[0.3, 0.1]], r"alphas must be 1-D and not empty, got shape \(1, 2\)"),
        ([], "alphas must be 1-D and not empty"),
    ],
)
def test_strengths_are_checked(alphas, message):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=message):
        selection(alphas=alphas).fit(X, y)


@pytest.mark.parametrize(
    "estimator", [Lasso(), GroupLassoCV(), object()], ids=lambda e: type(e).__name__
)
def test_other_estimators_are_refused(estimator):
    X, y, _ = simulated.shared()
    name = type(estimator).__name__
    message = f"fixed strengths, got {name}|'estimator' parameter"
    with pytest.raises((TypeError, ValueError), match=message):
        selection(estimator).fit(X, y)


@pytest.mark.parametrize("cls", [MTW, ReMTW])
def test_models_that_select_everything(cls):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=f"of {cls.__name__} .*support_threshold"):
        selection(cls()).fit(X, y)
    with pytest.raises(TypeError, match="has no alpha_max"):
        selection(cls(support_threshold=0.1), alphas=5).fit(X, y)


def test_cut_paths_need_a_path():
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=r"max_features=3 cuts paths, but .* one"):
        selection(max_features=3).fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "given"),
    [
        (GroupLasso(), {"offset": np.zeros((3, 20))}),
        (ours.MultiTaskLasso(), {"task": np.zeros(30)}),
    ],
    ids=str,
)
def test_what_the_estimator_does_not_take(estimator, given):
    X, y, _ = simulated.stacked() if "offset" in given else simulated.shared()
    (name,) = given
    cls = type(estimator).__name__
    with pytest.raises(TypeError, match=f"{name} was given, but the fit of {cls}"):
        selection(estimator).fit(X, y, **given)


def test_a_task_of_one_sample():
    X, y, _ = simulated.ragged((9, 1, 9))
    with pytest.raises(ValueError, match=r"Task 1 has 1 sample.*sample_fraction=0\.5"):
        selection().fit(X, y)
    task = np.repeat(["a", "b", "c"], (9, 1, 9))
    with pytest.raises(ValueError, match="Task 'b' has 1 sample"):
        selection().fit(np.vstack(X), np.concatenate(y), task=task)


def test_a_class_of_one_sample():
    X = simulated.shared().X
    labels = np.where(np.arange(30) == 7, "rare", "usual")
    message = r"Subsample \d leaves no sample of class 'rare' to fit to"
    with pytest.raises(ValueError, match=message):
        selection(GroupLassoClassifier()).fit(X, labels)


def test_a_single_count():
    X = simulated.shared().X
    counts = np.where(np.arange(30) == 7, 2.0, 0.0)
    model = selection(GroupLassoRegressor(loss="poisson"))
    with pytest.raises(ValueError, match=r"Subsample \d leaves no count above 0"):
        model.fit(X, counts)


def test_a_task_whose_targets_are_mostly_missing():
    X, y, _ = simulated.shared()
    y[1:, 2] = np.nan
    model = selection(GroupLasso(missing_targets="ignore"))
    with pytest.raises(ValueError, match=r"Subsample \d leaves no target of task 2"):
        model.fit(X, y)


def test_bad_numbers_are_found_wherever_they_are():
    X, y, _ = simulated.shared()
    X[29, 3] = np.nan
    weight = np.ones(30)
    with pytest.raises(ValueError, match="NaN"):
        selection().fit(X, y)
    X[29, 3], weight[4] = 0.0, -1.0
    with pytest.raises(ValueError, match=r"sample_weight|weights"):
        selection().fit(X, y, sample_weight=weight)


def test_not_fitted_is_said():
    X, _, _ = simulated.shared()
    for ask in (StabilitySelection.get_support, lambda model: model.transform(X)):
        with pytest.raises(NotFittedError, match="StabilitySelection"):
            ask(selection())


def test_a_table_is_asked_for_when_columns_are_to_be_kept():
    X, y, _ = simulated.stacked()
    model = selection().fit(X, y)
    with pytest.raises(ValueError, match="dim 3"):
        model.transform(X)
    assert model.transform(X[0]).shape == (20, model.support_.sum())
