"""Tasks whose best intercept is infinite: silent neurons, classes that are missing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mutar_cy import (
    DirtyClassifier,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoClassifierCV,
    GroupLassoCV,
    IndLasso,
    IndLassoClassifier,
    IndLassoCV,
)

pytestmark = pytest.mark.uncertified("fits of others' tests")
REGRESSORS = [GroupLasso, IndLasso, DirtyModel]
CLASSIFIERS = [GroupLassoClassifier, IndLassoClassifier, DirtyClassifier]


def neurons(n_neurons=8, silent=(2, 5)):
    """Return a design, and counts of which some columns are 0."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 4))
    coef = 0.5 * rng.standard_normal((4, n_neurons)) * np.array([[1], [1], [0], [0]])
    Y = rng.poisson(np.exp(X @ coef)).astype(float)
    Y[:, list(silent)] = 0.0
    return X, Y


@pytest.mark.parametrize("cls", REGRESSORS)
def test_silent_neurons_do_not_stop_the_rest(cls):
    X, Y = neurons()
    given = {"loss": "poisson", "tol": 1e-12}
    with pytest.raises(
        ValueError, match=r"y of task 2 has no count.*degenerate_tasks='"
    ):
        cls(0.05, **given).fit(X, Y)
    beta = {"beta": 0.035} if cls is DirtyModel else {}
    model = cls(0.05, degenerate_tasks="constant", **beta, **given).fit(X, Y)
    others = [0, 1, 3, 4, 6, 7]
    alone = cls(0.05, **beta, **given).fit(X, Y[:, others])
    assert_allclose(model.coef_[:, others], alone.coef_, atol=1e-7)
    assert_allclose(model.intercept_[others], alone.intercept_, atol=1e-7)
    assert_allclose(np.sum(model.objective_), np.sum(alone.objective_), rtol=1e-10)
    assert not model.coef_[:, [2, 5]].any()
    assert_array_equal(model.intercept_[[2, 5]], -np.inf)
    assert_array_equal(model.predict(X)[:, [2, 5]], 0.0)
    assert_array_equal(model.residuals_[:, [2, 5]], 0.0)
    expected = (6 * alone.score(X, Y[:, others]) + 2) / 8  # silence is explained
    assert_allclose(model.score(X, Y), expected)


@pytest.mark.parametrize("offset", [False, True])
def test_lists_with_weights_and_offsets(offset):
    X, Y = neurons(3, (1,))
    Y[:5, 1] = 2.0  # but these weigh nothing
    weight = [np.ones(90), np.r_[np.zeros(5), np.ones(85)], np.ones(90)]
    given = {"sample_weight": weight}
    if offset:
        given["offset"] = list(0.1 * np.random.default_rng(1).standard_normal((3, 90)))
    model = GroupLasso(
        0.05,
        loss="poisson",
        degenerate_tasks="constant",
        tol=1e-12,
        task_weight=[1, 2, 3],
    )
    model.fit([X] * 3, list(Y.T), **given)
    rest = {name: [own[0], own[2]] for name, own in given.items()}
    alone = GroupLasso(0.05, loss="poisson", tol=1e-12, task_weight=[1, 3])
    alone.fit([X] * 2, [Y[:, 0], Y[:, 2]], **rest)
    assert_allclose(model.coef_[:, [0, 2]], alone.coef_, atol=1e-7)
    assert_allclose(model.objective_, alone.objective_, rtol=1e-10)
    assert model.intercept_[1] == -np.inf


@pytest.mark.parametrize("cls", [GroupLassoCV, IndLassoCV])
def test_cross_validation_of_two_hundred_neurons(cls):
    X, Y = neurons(200, (3, 77, 150))
    Y[:, 20] = 0.0
    Y[4, 20] = 1.0  # nearly silent: so is a training set without this sample
    options = {"alphas": 4, "eps": 0.05, "cv": 3, "loss": "poisson"}
    with pytest.raises(ValueError, match="degenerate_tasks='constant'"):
        cls(**options).fit(X, Y)
    model = cls(**options, degenerate_tasks="constant").fit(X, Y)
    assert np.isfinite(model.deviance_path_).all()
    assert_array_equal(np.flatnonzero(np.isinf(model.intercept_)), [3, 77, 150])
    others = np.delete(np.arange(200), [3, 20, 77, 150])
    if cls is GroupLassoCV:
        each = model.task_deviance_path_
        alone = cls(**{**options, "alphas": model.alphas_}).fit(X, Y[:, others])
        assert_allclose(each[:, :, others], alone.task_deviance_path_, rtol=0.02)
        assert model.alpha_ == alone.alpha_
        assert np.isnan(each[:, :, 20]).any(axis=0).sum() == 1  # one fold cannot say
    else:
        assert model.alpha_.shape == (200,)
        assert np.isfinite(model.alpha_).all()


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_a_task_of_one_class(cls):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3, 80, 4))
    y = (X[:, :, 0] + 0.5 * rng.standard_normal((3, 80)) > 0).astype(int)
    y[1] = 1
    with pytest.raises(
        ValueError, match=r"task 1.*one class only, 1;.*degenerate_tasks"
    ):
        cls().fit(X, y)
    beta = {"beta": 0.02} if cls is DirtyClassifier else {}
    model = cls(0.03, degenerate_tasks="constant", tol=1e-12, **beta).fit(X, y)
    alone = cls(0.03, tol=1e-12, **beta).fit(X[[0, 2]], y[[0, 2]])
    assert_allclose(model.coef_[0][:, [0, 2]], alone.coef_[0], atol=1e-7)
    assert model.intercept_[0, 1] == np.inf
    assert_array_equal(model.predict(X)[1], 1)
    assert_array_equal(model.predict_proba(X)[1], [[0.0, 1.0]] * 80)


def test_a_class_that_a_task_lacks():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, 120, 4))
    y = np.array([(x[:, :3] + rng.gumbel(size=(120, 3))).argmax(axis=1) for x in X])
    y[1][y[1] == 2] = 0
    model = GroupLassoClassifier(0.02, degenerate_tasks="constant", tol=1e-10).fit(X, y)
    assert model.intercept_[2, 1] == -np.inf
    probability = model.predict_proba(X)
    assert_array_equal(probability[1, :, 2], 0.0)
    assert_allclose(probability.sum(axis=-1), 1.0)
    assert set(model.predict(X)[1]) == {0, 1}
    chosen = GroupLassoClassifierCV(alphas=4, cv=3, degenerate_tasks="constant")
    assert np.isfinite(chosen.fit(X, y).deviance_path_).all()


def test_one_class_in_all_tasks_is_an_error_all_the_same():
    X = np.ones((2, 5, 2))
    with pytest.raises(ValueError, match="one class only"):
        GroupLassoClassifier(degenerate_tasks="constant").fit(X, np.ones((2, 5), int))
