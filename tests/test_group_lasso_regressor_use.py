"""GroupLassoRegressor among users: names, dicts, supports, scores, scikit-learn."""

import copy

import numpy as np
import pandas as pd
import pytest
import simulated_glm
import skops.io
from draws import parametrize_with_few_checks
from glm_certificate import fit
from numpy.testing import assert_allclose
from simulated_glm import GROUPS, LOSSES
from sklearn import config_context
from sklearn.callback import ProgressBar
from sklearn.compose import ColumnTransformer
from sklearn.metrics import d2_tweedie_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from mutar_cy import GroupLassoRegressor, stack_tasks
from mutar_cy.preprocessing import BlockStacker

each_loss = pytest.mark.parametrize("loss", LOSSES)
POWERS = {"squared_error": 0, "poisson": 1, "gamma": 2}


def negative_targets(estimator):
    """Return the check that draws negative targets whatever the tags say."""
    if estimator.loss == "squared_error":
        return {}
    return {"check_regressor_multioutput": "draws targets that are negative"}


@parametrize_with_few_checks(
    [GroupLassoRegressor(), GroupLassoRegressor(loss="poisson", alpha=0.01)],
    [
        GroupLassoRegressor(loss=loss, alpha=0.01, **params)
        for loss in LOSSES
        for params in (
            {},
            {"task_column": 0, "unseen_tasks": "mean"},
            {"l1_ratio": 0.5},
            {"standardize_groups": True, "tol": 1e-12},
        )
    ],
    negative_targets,
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


@each_loss
def test_tags_say_which_targets_there_may_be(loss):
    tags = GroupLassoRegressor(loss=loss).__sklearn_tags__()
    assert tags.target_tags.positive_only == (loss != "squared_error")
    assert tags.target_tags.multi_output
    assert tags.input_tags.sparse


@each_loss
def test_prediction_is_the_mean(loss):
    X, y = simulated_glm.own(loss)
    offset = simulated_glm.some_offsets(y)
    model = fit(GroupLassoRegressor(GROUPS, 0.05, loss=loss), X, y, offset=offset)
    predicted = model.predict(X, offset=offset)
    for k, own in enumerate(predicted):
        eta = X[k] @ model.coef_[:, k] + model.intercept_[k] + offset[k]
        expected = eta if loss == "squared_error" else np.exp(eta)
        assert_allclose(own, expected, rtol=1e-12)


@each_loss
def test_score_is_the_deviance_explained(loss):
    power = {"power": POWERS[loss]}
    X, y = simulated_glm.own(loss)
    weight = [np.arange(1.0, len(v) + 1) for v in y]
    model = fit(GroupLassoRegressor(GROUPS, 0.05, loss=loss, tol=1e-8), X, y)
    pairs = list(zip(y, model.predict(X), strict=True))
    expected = [d2_tweedie_score(*pair, **power) for pair in pairs]
    assert_allclose(model.score(X, y), expected, rtol=1e-9)
    expected = [
        d2_tweedie_score(*pair, sample_weight=own, **power)
        for pair, own in zip(pairs, weight, strict=True)
    ]
    assert_allclose(model.score(X, y, sample_weight=weight), expected, rtol=1e-9)
    table, target, task = stack_tasks(X, y)
    pooled = d2_tweedie_score(target, np.concatenate(model.predict(X)), **power)
    long = GroupLassoRegressor(GROUPS, 0.05, loss=loss, tol=1e-8)
    long.fit(table, target, task=task)
    assert_allclose(long.score(table, target, task=task), pooled, rtol=1e-6)
    X, Y = simulated_glm.shared(loss)
    model.fit(X, Y)
    columns = zip(Y.T, model.predict(X).T, strict=True)
    expected = np.mean([d2_tweedie_score(*pair, **power) for pair in columns])
    assert_allclose(model.score(X, Y), expected, rtol=1e-9)


def test_score_with_offsets_has_them_in_the_null_model():
    X, y = simulated_glm.single("squared_error")
    offset = simulated_glm.some_offsets(y)
    model = fit(GroupLassoRegressor(GROUPS, 0.05), X, y, offset=offset)
    expected = r2_score(y - offset, X @ model.coef_ + model.intercept_)
    assert_allclose(model.score(X, y, offset=offset), expected, rtol=1e-12)


def test_score_where_the_null_model_is_perfect():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLassoRegressor(GROUPS, 0.05, loss="poisson"), X, y)
    assert model.score(X, np.full(len(y), 3.0)) == 0.0
    assert model.score(X, np.zeros(len(y))) == 0.0
    constant = GroupLassoRegressor(GROUPS, 0.05, loss="poisson").fit(
        X, np.full(80, 3.0)
    )
    assert constant.score(X, np.full(len(y), 3.0)) == 1.0


def test_responses_of_a_task_are_pooled():
    X, y = simulated_glm.own("poisson", (40, 40))
    Y = np.stack([np.array(y), np.array(y)[:, ::-1]], axis=-1)
    model = fit(GroupLassoRegressor(GROUPS, 0.02, loss="poisson"), np.array(X), Y)
    assert model.coef_.shape == (8, 2, 2)
    assert model.predict(np.array(X)).shape == (2, 40, 2)
    assert model.score(np.array(X), Y).shape == (2,)


def covariates(n=150):
    """Return a table of two numbers and a category, and counts."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "place": rng.uniform(0, 1, n),
            "speed": rng.uniform(0, 1, n),
            "site": rng.choice(list("abc"), n),
        }
    )
    return table, rng.poisson(np.exp(np.sin(6 * table["place"].to_numpy())))


def test_grid_search_over_a_pipeline():
    table, y = covariates()
    columns = ColumnTransformer(
        [
            ("place", SplineTransformer(5), ["place"]),
            ("speed", SplineTransformer(5), ["speed"]),
            ("site", OneHotEncoder(sparse_output=False), ["site"]),
        ]
    ).set_output(transform="pandas")
    pipeline = make_pipeline(columns, GroupLassoRegressor(loss="poisson"))
    grid = {"grouplassoregressor__alpha": [0.1, 0.03, 0.01]}
    search = GridSearchCV(pipeline, grid).fit(table, y)
    best = search.best_estimator_[-1]
    assert best.group_names_ == ["place", "speed", "site"]
    assert best.selected_groups_[0] == "place"
    assert search.best_score_ > 0.2


def test_block_stacker_hands_its_groups_on():
    X, y = simulated_glm.single("poisson")
    blocks = {"a": X[:, :3], "b": X[:, 3:]}
    stacker = BlockStacker().set_output(transform="pandas")
    model = make_pipeline(stacker, GroupLassoRegressor(alpha=0.1, loss="poisson"))
    assert model.fit(blocks, y)[-1].group_names_ == ["a", "b"]


def test_cross_validation_hands_offsets_on():
    X, y = simulated_glm.single("poisson")
    offset = simulated_glm.some_offsets(y)
    with config_context(enable_metadata_routing=True):
        model = GroupLassoRegressor(GROUPS, 0.05, loss="poisson")
        model.set_fit_request(offset=True).set_score_request(offset=True)
        found = cross_validate(model, X, y, params={"offset": offset}, cv=4)
    train = np.arange(20, 80)
    model.fit(X[train], y[train], offset=offset[train])
    assert found["test_score"][0] == model.score(X[:20], y[:20], offset=offset[:20])


def test_copies_and_stored_models_predict_the_same():
    X, y = simulated_glm.own("gamma")
    model = fit(GroupLassoRegressor(GROUPS, 0.05, loss="gamma"), X, y)
    stored = skops.io.dumps(model)
    trusted = skops.io.get_untrusted_types(data=stored)
    for other in (copy.deepcopy(model), skops.io.loads(stored, trusted=trusted)):
        pairs = zip(other.predict(X), model.predict(X), strict=True)
        assert all(np.array_equal(*pair) for pair in pairs)


def test_an_interrupted_fit_leaves_the_fit_before_it():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLassoRegressor("auto", 0.05, loss="poisson"), X, y)
    before = vars(model).copy()
    with pytest.raises(ValueError, match="negative"):
        model.fit(X[:, :6], -y)
    assert vars(model) == before


def test_progress_bar(capsys):
    X, y = simulated_glm.single("poisson")
    model = GroupLassoRegressor(GROUPS, 0.01, loss="poisson")
    model.set_callbacks(ProgressBar()).fit(X, y)
    assert "GroupLassoRegressor - fit" in capsys.readouterr().out
