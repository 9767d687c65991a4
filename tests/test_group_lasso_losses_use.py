"""GroupLasso among users: names, dicts, supports, scores, scikit-learn."""

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
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import d2_tweedie_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer
from tutorial import position_and_speed
from watching import ProgressBar, needs_callbacks

from mutar_cy import (
    DirtyClassifier,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    IndLasso,
    IndLassoClassifier,
    alpha_max,
    stack_tasks,
)
from mutar_cy.losses import get_loss
from mutar_cy.preprocessing import BlockStacker, RaisedCosineTransformer

pytestmark = pytest.mark.uncertified("certified by glm_certificate")
each_loss = pytest.mark.parametrize("loss", LOSSES)
POWERS = {"squared_error": 0, "poisson": 1, "gamma": 2}


def negative_targets(estimator):
    """Return the check that draws negative targets whatever the tags say."""
    if getattr(estimator, "loss", "huber") in ("squared_error", "huber"):
        return {}
    return {"check_regressor_multioutput": "draws targets that are negative"}


@parametrize_with_few_checks(
    [
        GroupLasso(alpha=1.0),
        GroupLasso(loss="poisson", alpha=0.01),
        IndLasso(loss="poisson", alpha=0.01),
        DirtyModel(loss="poisson", alpha=0.01),
        IndLassoClassifier(),
        DirtyClassifier(),
    ],
    [
        GroupLasso(loss=loss, alpha=0.01, **params)
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
    tags = GroupLasso(loss=loss, alpha=1.0).__sklearn_tags__()
    assert tags.target_tags.positive_only == (get_loss(loss).link == "log")
    assert tags.target_tags.multi_output
    assert tags.input_tags.sparse


@each_loss
def test_prediction_is_the_mean(loss):
    X, y = simulated_glm.own(loss)
    offset = simulated_glm.some_offsets(y)
    model = fit(GroupLasso(groups=GROUPS, alpha=0.05, loss=loss), X, y, offset=offset)
    predicted = model.predict(X, offset=offset)
    for k, own in enumerate(predicted):
        eta = X[k] @ model.coef_[:, k] + model.intercept_[k] + offset[k]
        expected = np.exp(eta) if get_loss(loss).link == "log" else eta
        assert_allclose(own, expected, rtol=1e-12)


@pytest.mark.parametrize("loss", POWERS)
def test_score_is_the_deviance_explained(loss):
    power = {"power": POWERS[loss]}
    X, y = simulated_glm.own(loss)
    weight = [np.arange(1.0, len(v) + 1) for v in y]
    model = fit(GroupLasso(groups=GROUPS, alpha=0.05, loss=loss, tol=1e-8), X, y)
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
    long = GroupLasso(groups=GROUPS, alpha=0.05, loss=loss, tol=1e-8)
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
    model = fit(GroupLasso(groups=GROUPS, alpha=0.05), X, y, offset=offset)
    expected = r2_score(y - offset, X @ model.coef_ + model.intercept_)
    assert_allclose(model.score(X, y, offset=offset), expected, rtol=1e-12)


def test_score_where_the_null_model_is_perfect():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLasso(groups=GROUPS, alpha=0.05, loss="poisson"), X, y)
    assert model.score(X, np.full(len(y), 3.0)) == 0.0
    assert model.score(X, np.zeros(len(y))) == 0.0
    constant = GroupLasso(groups=GROUPS, alpha=0.05, loss="poisson").fit(
        X, np.full(80, 3.0)
    )
    assert constant.score(X, np.full(len(y), 3.0)) == 1.0


def test_responses_of_a_task_are_pooled():
    X, y = simulated_glm.own("poisson", (40, 40))
    Y = np.stack([np.array(y), np.array(y)[:, ::-1]], axis=-1)
    model = fit(GroupLasso(groups=GROUPS, alpha=0.02, loss="poisson"), np.array(X), Y)
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
    pipeline = make_pipeline(columns, GroupLasso(groups="prefix", loss="poisson"))
    grid = {"grouplasso__alpha": [0.1, 0.03, 0.01]}
    search = GridSearchCV(pipeline, grid).fit(table, y)
    best = search.best_estimator_[-1]
    assert best.group_names_ == ["place", "speed", "site"]
    assert best.selected_groups_[0] == "place"
    assert search.best_score_ > 0.2


def test_block_stacker_hands_its_groups_on():
    X, y = simulated_glm.single("poisson")
    blocks = {"a": X[:, :3], "b": X[:, 3:]}
    stacker = BlockStacker().set_output(transform="pandas")
    model = make_pipeline(stacker, GroupLasso(0.1, loss="poisson", groups="prefix"))
    assert model.fit(blocks, y)[-1].group_names_ == ["a", "b"]


def test_cross_validation_hands_offsets_on():
    X, y = simulated_glm.single("poisson")
    offset = simulated_glm.some_offsets(y)
    with config_context(enable_metadata_routing=True):
        model = GroupLasso(groups=GROUPS, alpha=0.05, loss="poisson")
        model.set_fit_request(offset=True).set_score_request(offset=True)
        found = cross_validate(model, X, y, params={"offset": offset}, cv=4)
    train = np.arange(20, 80)
    model.fit(X[train], y[train], offset=offset[train])
    assert found["test_score"][0] == model.score(X[:20], y[:20], offset=offset[:20])


def test_copies_and_stored_models_predict_the_same():
    X, y = simulated_glm.own("gamma")
    model = fit(GroupLasso(groups=GROUPS, alpha=0.05, loss="gamma"), X, y)
    stored = skops.io.dumps(model)
    trusted = skops.io.get_untrusted_types(data=stored)
    for other in (copy.deepcopy(model), skops.io.loads(stored, trusted=trusted)):
        pairs = zip(other.predict(X), model.predict(X), strict=True)
        assert all(np.array_equal(*pair) for pair in pairs)


def test_an_interrupted_fit_leaves_the_fit_before_it():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLasso(groups=None, alpha=0.05, loss="poisson"), X, y)
    before = vars(model).copy()
    with pytest.raises(ValueError, match="negative"):
        model.fit(X[:, :6], -y)
    assert vars(model) == before


@needs_callbacks
def test_progress_bar(capsys):
    X, y = simulated_glm.single("poisson")
    model = GroupLasso(groups=GROUPS, alpha=0.01, loss="poisson")
    model.set_callbacks(ProgressBar()).fit(X, y)
    assert "GroupLasso - fit" in capsys.readouterr().out


# What GroupLasso and GroupLassoClassifier refuse, and what they call it.

BAD_GROUPS = {
    "given twice": (
        [[0, 1, 2], [2, 3, 4, 5, 6, 7]],
        "feature 2 is given twice",
    ),
    "empty": ([[0, 1, 2, 3, 4, 5, 6, 7], []], r"groups\[1\] is empty"),
    "out of range": ([[0, 1, 2, 3], [4, 5, 6, 8]], r"groups\[1\] is out of range"),
    "missing": ([[0, 1, 2], [3, 4, 5, 6]], "feature 7 is missing"),
    "wrong length": ([0, 0, 0, 1, 1, 1, 2], "7 labels.*8 features"),
    "mask of another width": (np.ones((1, 7), dtype=bool), "length 7.*8 features"),
    "unknown name": ({"a": ["speed"]}, r"groups\['a'\].*'speed'"),
    "prefixes without names": ("prefix", "no column names"),
    "a size that does not divide": (3, "groups=3.*8"),
    "below -1": ([0, 0, 0, 0, 0, 0, 0, -2], "number -2.*feature 7"),
    "nothing to penalise": ([-1] * 8, "-1 for all 8 features"),
}
BAD_WEIGHTS = {
    "negative": ([1.0, -2.0, 1.0, 1.0], "-2.0 for group 1"),
    "NaN": ([1.0, np.nan, 1.0, 1.0], "nan for group 1"),
    "wrong length": ([1.0, 1.0], r"\(2,\).*4 groups"),
    "unknown name": ({0: 1, 1: 1, 2: 1, "x": 1}, "'x'"),
}
each_class = pytest.mark.parametrize("cls", [GroupLasso, GroupLassoClassifier])


def data(loss="logistic"):
    return simulated_glm.single(loss)


@each_class
@pytest.mark.parametrize(("groups", "message"), BAD_GROUPS.values(), ids=BAD_GROUPS)
def test_groups(cls, groups, message):
    X, y = data()
    with pytest.raises(ValueError, match=message):
        cls(groups=groups).fit(X, y)


@each_class
@pytest.mark.parametrize(("weights", "message"), BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
def test_group_weights(cls, weights, message):
    X, y = data()
    with pytest.raises(ValueError, match=f"(?s)penalty_weights.*{message}"):
        cls(groups=GROUPS, penalty_weights=weights).fit(X, y)


@each_class
@pytest.mark.parametrize(
    "params",
    [
        {"alpha": -1.0},
        {"alpha": np.nan},
        {"alpha": [0.1, 0.2]},
        {"l1_ratio": 1.5},
        {"l1_ratio": -0.1},
        {"tol": -1.0},
        {"max_iter": 0},
        {"groups": "suffix"},
        {"penalty_weights": "size"},
        {"standardize_groups": "yes"},
        {"positive": 2},
        {"fit_intercept": None},
        {"unseen_tasks": "zero"},
        {"task_column": 1.5},
    ],
    ids=str,
)
def test_parameters(cls, params):
    X, y = data()
    with pytest.raises(ValueError, match=next(iter(params))):
        cls(**params).fit(X, y)


def test_loss_class_weight_and_missing_targets():
    X, y = data()
    for model in (
        GroupLasso(loss="logistic", alpha=1.0),
        GroupLasso(missing_targets="drop", alpha=1.0),
        GroupLassoClassifier(class_weight="even"),
    ):
        with pytest.raises(ValueError, match="parameter of GroupLasso"):
            model.fit(X, y)


@each_class
@pytest.mark.parametrize("params", [{"positive": True}, {"l1_ratio": 0.3}], ids=str)
def test_standardized_groups_exclude_what_needs_the_columns(cls, params):
    X, y = data()
    (name,) = params
    with pytest.raises(ValueError, match=rf"(?s)standardize_groups=True.*{name}"):
        cls(standardize_groups=True, **params).fit(X, y)


@pytest.mark.drawn(pairs=True)
@pytest.mark.parametrize("layout", ["single", "shared", "list", "long"])
@pytest.mark.parametrize(
    ("loss", "bad"),
    [("poisson", -1.5), ("poisson", "zeros"), ("gamma", -1.5), ("gamma", 0.0)],
)
def test_targets_beyond_the_loss(layout, loss, bad):
    X, y = simulated_glm.own(loss, (20, 30))
    given, owner = {}, "task 1"
    if layout == "single":
        X, y, owner = X[0], y[0], "y"
        last = y
    elif layout == "shared":
        X, y = simulated_glm.shared(loss, n_tasks=2)
        last = y[:, 1]
    elif layout == "long":
        given["task"] = np.repeat(["a", "b"], [20, 30])
        X, y, owner = np.vstack(X), np.concatenate(y), "task 'b'"
        last = y[20:]
    else:
        last = y[1]
    last[3 if bad != "zeros" else slice(None)] = 0 if bad == "zeros" else bad
    what = f"{owner}.*loss='{loss}', got {bad}"
    if bad == "zeros":
        what = f"{owner}.*has no count above 0.*loss='{loss}'"
    model = GroupLasso(groups=GROUPS, loss=loss, alpha=1.0)
    for act in (model.fit, lambda *args, **more: alpha_max(model, *args, **more)):
        with pytest.raises(ValueError, match=what):
            act(X, y, **given)
    assert not hasattr(model, "coef_")


def test_targets_without_weight_may_be_beyond_the_loss():
    X, y = data("gamma")
    y[3] = -1.0
    weight = np.ones(len(y))
    weight[3] = 0.0
    model = GroupLasso(groups=GROUPS, alpha=0.05, loss="gamma").fit(X, y, weight)
    kept = weight > 0
    other = GroupLasso(groups=GROUPS, alpha=0.05, loss="gamma").fit(X[kept], y[kept])
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-3)


def test_score_refuses_targets_beyond_the_loss():
    X, y = data("gamma")
    model = GroupLasso(groups=GROUPS, alpha=0.05, loss="gamma").fit(X, y)
    with pytest.raises(ValueError, match="y must be positive with loss='gamma', got 0"):
        model.score(X, np.zeros(len(y)))


def test_offsets():
    X, y = simulated_glm.own("poisson", (20, 30))
    model = GroupLasso(groups=GROUPS, alpha=0.05, loss="poisson")
    good = simulated_glm.some_offsets(y)
    bad = {
        r"offset of task 1 has shape \(29,\)": [good[0], good[1][1:]],
        "offset of task 1.*NaN": [good[0], np.where(y[1] >= 0, np.nan, 0)],
        "offset of task 0.*infinity": [np.full(20, np.inf), good[1]],
        "offset holds 1": good[:1],
        "offset must hold one array per task": 0.5,
    }
    model.fit(X, y, offset=good)
    for message, offset in bad.items():
        for act in (
            model.fit,
            model.score,
            lambda X, _, **own: model.predict(X, **own),
        ):
            with pytest.raises(ValueError, match=message):
                act(X, y, offset=offset)


def test_offset_of_a_table():
    X, y = data("poisson")
    model = GroupLasso(groups=GROUPS, alpha=0.05, loss="poisson").fit(X, y)
    for act in (model.fit, model.score):
        with pytest.raises(ValueError, match=r"offset has shape \(79,\).*\(80,\)"):
            act(X, y, offset=np.zeros(79))
    with pytest.raises(ValueError, match=r"offset has shape \(80, 1\).*\(80,\)"):
        model.predict(X, offset=np.zeros((80, 1)))


@each_class
def test_dicts(cls):
    X, y = data()
    blocks = {"a": X[:, :3], "b": X[:, 3:]}
    model = cls(alpha=0.01).fit(blocks, y)
    with pytest.raises(ValueError, match=r"no key 'b'.*\['a', 'b'\]"):
        model.predict({"a": X[:, :3]})
    with pytest.raises(ValueError, match=r"X\['b'\] has 4 columns.*5"):
        model.predict({"a": X[:, :3], "b": X[:, 4:]})
    with pytest.raises(ValueError, match=r"fitted to a dict.*\['a', 'b'\].*ndarray"):
        model.predict(X)
    with pytest.raises(ValueError, match=r"X\['b'\] has 79 samples.*X\['a'\] has 80"):
        model.fit({"a": X[:, :3], "b": X[1:, 3:]}, y)
    with pytest.raises(ValueError, match="groups=None, got groups=1"):
        cls(groups=1).fit(blocks, y)
    with pytest.raises(ValueError, match=r"task_column=0.*task="):
        cls(task_column=0).fit(blocks, y)
    with pytest.raises(ValueError, match=r"dict, but this GroupLasso.*table"):
        cls(alpha=0.01).fit(X, y).predict(blocks)


@each_class
def test_data(cls):
    X, y = data()
    for value, name in ((np.nan, "NaN"), (np.inf, "infinity")):
        bad = X.copy()
        bad[2, 3] = value
        for params in ({}, {"standardize_groups": True}):
            with pytest.raises(ValueError, match=f"(?s)X.*{name}"):
                cls(**params).fit(bad, y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cls().fit(X, y[1:])
    with pytest.raises(ValueError, match=r"y is None"):
        cls().fit(X, None)
    with pytest.raises(ValueError, match=r"sample_weight.*zero"):
        cls().fit(X, y, sample_weight=np.zeros(len(y)))


@each_class
def test_too_few_iterations_are_said(cls):
    X, y = data()
    with pytest.warns(ConvergenceWarning, match="Duality gap") as caught:
        cls(1e-4, groups=GROUPS, tol=1e-12, max_iter=1).fit(X, y)
    assert len(caught) == 1


@each_class
def test_nothing_before_fit(cls):
    X, y = data()
    model = cls()
    for act, given in (
        (model.predict, (X,)),
        (model.score, (X, y)),
        (model.get_support, ()),
    ):
        with pytest.raises(NotFittedError, match=cls.__name__):
            act(*given)


# GroupLasso on NeMoS's tutorial: which covariate do counts depend on?


def tutorial():
    """Return the designs of the tutorial's two covariates, and the counts."""
    covariates, counts = position_and_speed()
    names = ["position", "speed"]
    columns = zip(names, covariates.T, strict=True)
    basis = RaisedCosineTransformer(6)
    return {name: basis.fit_transform(x[:, None]) for name, x in columns}, counts


CERTIFIED = {  # number of the strength: objective and norms
    3: (0.145074132752, 0.611123, 0.0),
    4: (0.091659637138, 0.818099, 0.069992),
    6: (0.054884302402, 1.221438, 0.576536),
}


@pytest.mark.parametrize("number", range(10))
def test_figures_of_the_tutorial(number):
    X, counts = tutorial()
    assert counts.sum() == 249
    assert counts[:10].tolist() == [2, 5, 3, 3, 2, 2, 0, 1, 2, 1]
    alpha = np.geomspace(1e-4, 1, 10)[::-1][number]
    model = fit(
        GroupLasso(groups=None, alpha=alpha, loss="poisson", tol=1e-10), X, counts
    )
    if number < 4:
        assert "speed" not in model.selected_groups_
    if number in CERTIFIED:
        objective, *norms = CERTIFIED[number]
        assert_allclose(model.objective_, objective, rtol=0, atol=1e-9)
        assert_allclose(model.group_norms_, norms, rtol=0, atol=1e-6)


def test_alpha_max_of_the_tutorial():
    X, counts = tutorial()
    model = GroupLasso(loss="poisson", alpha=1.0)
    assert_allclose(alpha_max(model, X, counts), 0.147712066, rtol=0, atol=1e-9)
    for alpha, names in ((0.0345276, ["position", "speed"]), (0.0345277, ["position"])):
        model.set_params(alpha=alpha, tol=1e-13)
        assert fit(model, X, counts).selected_groups_ == names
