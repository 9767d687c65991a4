"""Fitted models of several tasks as scikit-learn's models of one."""

import pickle

import numpy as np
import pandas as pd
import pytest
import simulated
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import (
    GammaRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    IndLasso,
    ReweightedGroupLasso,
    to_sklearn,
)
from mutar_cy import linear_model as ours

OTHER = "transport has a certificate of its own, tested with it"
LAST_DIGITS = {"rtol": 1e-13, "atol": 1e-13}
MODELS = [
    GroupLasso(0.1),
    GroupLasso(0.001, normalize=True),
    GroupLasso(0.1, fit_intercept=False),
    IndLasso(0.1),
    DirtyModel(0.3, 0.25),
    pytest.param(MTW(0.1, 0.1), marks=pytest.mark.uncertified(OTHER)),
    ReweightedGroupLasso(0.1),
    GroupLasso(groups=2, alpha=0.1, standardize_groups=True),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=str)


def assert_ready(model, n_features):
    """See that what scikit-learn does with a fitted model works."""
    check_is_fitted(model)
    assert model.n_features_in_ == n_features
    again = pickle.loads(pickle.dumps(model))
    X = np.random.default_rng(0).standard_normal((4, n_features))
    assert_array_equal(again.predict(X), model.predict(X))
    with pytest.raises(NotFittedError):
        clone(model).predict(X)


@pytest.mark.drawn
@each_model
@pytest.mark.parametrize("make", [simulated.stacked, simulated.ragged])
def test_tasks_with_own_designs(model, make):
    X, y, _ = make()
    fit = clone(model).fit(X, y)
    models = to_sklearn(fit)
    assert list(models) == [0, 1, 2]
    for k, own in enumerate(fit.predict(X)):
        assert type(models[k]) is LinearRegression
        assert models[k].fit_intercept == model.fit_intercept
        assert_allclose(models[k].predict(X[k]), own, **LAST_DIGITS)
        assert_ready(models[k], 10)


@each_model
def test_a_shared_design(model):
    X, y, _ = simulated.shared()
    fit = clone(model).fit(X, y)
    for k, own in to_sklearn(fit).items():
        assert_allclose(own.predict(X), fit.predict(X)[:, k], **LAST_DIGITS)
    joint = to_sklearn(fit, joint=True)
    assert joint.coef_.shape == (3, 10)
    assert_allclose(joint.predict(X), fit.predict(X), **LAST_DIGITS)
    assert_ready(joint, 10)


def test_labelled_tasks():
    (X, y, _), task = simulated.long()
    names = [f"x{j}" for j in range(10)]
    table = pd.DataFrame(X, columns=names)
    whole = table.assign(site=task)[[*names[:3], "site", *names[3:]]]
    fit = GroupLasso(0.1, task_column="site").fit(whole, y)
    models = to_sklearn(fit)
    assert list(models) == ["a", "b", "c"]
    for label, own in models.items():
        here = task == label
        assert own.feature_names_in_.tolist() == names
        assert_allclose(
            own.predict(table[here]), fit.predict(whole)[here], **LAST_DIGITS
        )


def test_a_model_without_tasks_is_one_model():
    X, Y, _ = simulated.shared()
    fit = GroupLasso(0.1).fit(X, Y[:, 0])
    model = to_sklearn(fit)
    assert_allclose(model.predict(X), fit.predict(X), **LAST_DIGITS)
    assert model.coef_.shape == (10,)
    assert_ready(model, 10)


@pytest.mark.parametrize("cls", [ours.Lasso, ours.MultiTaskLasso])
def test_shapes_of_scikit_learn_stay(cls):
    X, Y, _ = simulated.shared()
    fit = cls(0.1).fit(X, Y[:, 0] if cls is ours.Lasso else Y)
    model = to_sklearn(fit)
    assert_array_equal(model.coef_, fit.coef_)
    assert_allclose(model.predict(X), fit.predict(X), **LAST_DIGITS)
    assert_ready(model, 10)


def test_responses_of_a_task_stay_together():
    X, y, _ = simulated.responses()
    fit = GroupLasso(0.1).fit(X, y)
    models = to_sklearn(fit)
    for k, own in enumerate(fit.predict(X)):
        assert models[k].coef_.shape == (3, 8)
        assert_allclose(models[k].predict(X[k]), own, **LAST_DIGITS)


@pytest.mark.parametrize(
    ("loss", "cls"), [("poisson", PoissonRegressor), ("gamma", GammaRegressor)]
)
def test_counts_and_positive_targets(loss, cls):
    X, y, _ = simulated.responses()
    y = np.exp(y / 4) if loss == "gamma" else np.round(np.exp(y / 4))
    model = GroupLasso(groups=2, alpha=0.02, loss=loss)
    fit = clone(model).fit(X, y[..., 0])
    for k, own in to_sklearn(fit).items():
        assert type(own) is cls
        assert_allclose(own.predict(X[k]), fit.predict(X)[k], rtol=1e-13)
        assert_ready(own, 8)
    fit = clone(model).fit(X, y)
    models = to_sklearn(fit)
    assert list(models) == [(k, r) for k in range(2) for r in range(3)]
    for (k, r), own in models.items():
        assert_allclose(own.predict(X[k]), fit.predict(X)[k, :, r], rtol=1e-13)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_tasks", [1, 3])
def test_classifiers(n_classes, n_tasks):
    X, Y, _ = simulated.shared(n_samples=60)
    numbers = np.digitize(Y, np.quantile(Y, np.arange(1, n_classes) / n_classes))
    y = np.array(["low", "middle", "up"])[numbers]
    y = y[:, 0] if n_tasks == 1 else y
    fit = GroupLassoClassifier(alpha=0.02).fit(X, y)
    models = to_sklearn(fit)
    models = {0: models} if n_tasks == 1 else models
    guess = fit.predict(X).reshape(60, -1)
    probability = fit.predict_proba(X).reshape(60, -1, n_classes)
    for k, own in models.items():
        kind = LogisticRegression if n_classes == 2 else OneVsRestClassifier
        assert type(own) is kind
        assert_array_equal(own.classes_, fit.classes_)
        assert_array_equal(own.predict(X), guess[:, k])
        assert_allclose(own.predict_proba(X), probability[:, k], **LAST_DIGITS)
        assert_ready(own, 10)


def test_precision_is_kept_and_numbers_are_copied():
    X, y, _ = simulated.shared()
    X = X.astype(np.float32)
    fit = GroupLasso(0.1).fit(X, y)
    before = fit.coef_.copy()
    model = to_sklearn(fit)[0]
    assert model.coef_.dtype == np.float32
    assert model.predict(X).dtype == np.float32
    model.coef_[:] = 7
    assert_array_equal(fit.coef_, before)


def test_faults_name_argument_and_value():
    X, y, _ = simulated.ragged()
    fit = GroupLasso(0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"joint=True .*GroupLasso .* list layout"):
        to_sklearn(fit, joint=True)
    X, Y, _ = simulated.shared()
    fit = GroupLassoClassifier().fit(X, Y > 1)
    with pytest.raises(ValueError, match="joint=True is for squared error"):
        to_sklearn(fit, joint=True)
    with pytest.raises(ValueError, match="'joint' parameter of to_sklearn"):
        to_sklearn(fit, joint="yes")
    with pytest.raises(NotFittedError, match="IndLasso"):
        to_sklearn(IndLasso())
    with pytest.raises(TypeError, match="coef_, got StandardScaler"):
        to_sklearn(StandardScaler().fit(X))
