"""What GroupLassoRegressor and GroupLassoClassifier refuse, and what they call it."""

import numpy as np
import pytest
import simulated_glm
from simulated_glm import GROUPS
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from mutar_cy import GroupLassoClassifier, GroupLassoRegressor, alpha_max

BAD_GROUPS = {
    "given twice": (
        [[0, 1, 2], [2, 3, 4, 5, 6, 7]],
        "feature 2 is given twice",
    ),
    "empty": ([[0, 1, 2, 3, 4, 5, 6, 7], []], r"groups\[1\] is empty"),
    "out of range": ([[0, 1, 2, 3], [4, 5, 6, 8]], r"groups\[1\] is out of range"),
    "missing": ([[0, 1, 2], [3, 4, 5, 6]], "feature 7 is missing"),
    "wrong length": ([0, 0, 0, 1, 1, 1, 2], "7 integers.*8 features"),
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
each_class = pytest.mark.parametrize("cls", [GroupLassoRegressor, GroupLassoClassifier])


def data(loss="logistic"):
    return simulated_glm.single(loss)


@each_class
@pytest.mark.parametrize(("groups", "message"), BAD_GROUPS.values(), ids=BAD_GROUPS)
def test_groups(cls, groups, message):
    X, y = data()
    with pytest.raises(ValueError, match=message):
        cls(groups).fit(X, y)


@each_class
@pytest.mark.parametrize(("weights", "message"), BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
def test_group_weights(cls, weights, message):
    X, y = data()
    with pytest.raises(ValueError, match=f"(?s)group_weights.*{message}"):
        cls(GROUPS, group_weights=weights).fit(X, y)


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
        {"group_weights": "size"},
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
        GroupLassoRegressor(loss="logistic"),
        GroupLassoRegressor(missing_targets="drop"),
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
        what = f"{owner}.*is 0 for every sample.*loss='{loss}'"
    model = GroupLassoRegressor(GROUPS, loss=loss)
    for act in (model.fit, lambda *args, **more: alpha_max(model, *args, **more)):
        with pytest.raises(ValueError, match=what):
            act(X, y, **given)
    assert not hasattr(model, "coef_")


def test_targets_without_weight_may_be_beyond_the_loss():
    X, y = data("gamma")
    y[3] = -1.0
    weight = np.ones(len(y))
    weight[3] = 0.0
    model = GroupLassoRegressor(GROUPS, 0.05, loss="gamma").fit(X, y, weight)
    kept = weight > 0
    other = GroupLassoRegressor(GROUPS, 0.05, loss="gamma").fit(X[kept], y[kept])
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-3)


def test_score_refuses_targets_beyond_the_loss():
    X, y = data("gamma")
    model = GroupLassoRegressor(GROUPS, 0.05, loss="gamma").fit(X, y)
    with pytest.raises(ValueError, match="y must be positive with loss='gamma', got 0"):
        model.score(X, np.zeros(len(y)))


def test_offsets():
    X, y = simulated_glm.own("poisson", (20, 30))
    model = GroupLassoRegressor(GROUPS, 0.05, loss="poisson")
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
    model = GroupLassoRegressor(GROUPS, 0.05, loss="poisson").fit(X, y)
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
    with pytest.raises(ValueError, match="groups='auto', got groups=1"):
        cls(1).fit(blocks, y)
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
        cls(GROUPS, 1e-4, tol=1e-12, max_iter=1).fit(X, y)
    assert [warning.filename for warning in caught] == [__file__]


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
