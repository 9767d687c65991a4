"""Coefficients as a table: what names it has, and whether numbers stand under them."""

import sys

import numpy as np
import pandas as pd
import pytest
import simulated
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    IndLasso,
    MultiLevelLasso,
    coef_frame,
)
from mutar_cy import linear_model as ours

NAMES = [f"x{j}" for j in range(10)]


def named_table():
    """Return a table with a column of labels between the features, and targets."""
    (X, y, _), task = simulated.long()
    frame = pd.DataFrame(X, columns=NAMES)
    frame.insert(4, "site", task)
    return frame, y


@pytest.mark.parametrize("column", ["site", 4, -7])
def test_rows_are_features_and_columns_are_tasks(column):
    X, y = named_table()
    model = GroupLasso(0.1, task_column=column).fit(X, y)
    table = coef_frame(model)
    assert table.index.tolist() == NAMES
    assert table.columns.tolist() == ["a", "b", "c"]
    assert (table.index.name, table.columns.name) == ("feature", "task")
    for k, label in enumerate(model.tasks_):
        assert_array_equal(table[label], model.coef_[:, k])


@pytest.mark.parametrize(
    "make", [simulated.stacked, simulated.ragged, simulated.shared]
)
def test_features_and_tasks_without_names_are_numbered(make):
    X, y, _ = make()
    model = IndLasso(0.1).fit(X, y)
    table = coef_frame(model)
    assert table.index.tolist() == list(range(10))
    assert table.columns.tolist() == [0, 1, 2]
    assert_array_equal(table.to_numpy(), model.coef_)


def test_a_single_task_is_a_single_column():
    X, Y, _ = simulated.shared()
    model = GroupLasso(0.1).fit(X, Y[:, 0])
    table = coef_frame(model)
    assert table.shape == (10, 1)
    assert_array_equal(table[0], model.coef_)


def test_responses_are_a_level_of_the_columns():
    X, y, _ = simulated.responses()
    model = GroupLasso(0.1).fit(X, y)
    table = coef_frame(model)
    assert table.columns.names == ["task", "response"]
    assert table.shape == (8, 6)
    for k in range(2):
        for r in range(3):
            assert_array_equal(table[k, r], model.coef_[:, k, r])


@pytest.mark.parametrize("n_targets", [1, 3])
def test_shapes_of_scikit_learn(n_targets):
    X, Y, _ = simulated.shared()
    y = Y[:, 0] if n_targets == 1 else Y
    cls = ours.Lasso if n_targets == 1 else ours.MultiTaskLasso
    model = cls(0.1).fit(pd.DataFrame(X, columns=NAMES), y)
    table = coef_frame(model)
    assert table.columns.name == "target"
    assert table.index.tolist() == NAMES
    assert_array_equal(table.to_numpy(), np.atleast_2d(model.coef_).T)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_tasks", [1, 3])
def test_classes(n_classes, n_tasks):
    X, Y, _ = simulated.shared(n_samples=60)
    numbers = np.digitize(Y, np.quantile(Y, np.arange(1, n_classes) / n_classes))
    y = np.array(["low", "middle", "up"])[numbers]
    model = GroupLassoClassifier(alpha=0.02).fit(X, y[:, 0] if n_tasks == 1 else y)
    table = coef_frame(model)
    known = model.classes_[1:] if n_classes == 2 else model.classes_
    assert table.shape == (10, n_tasks * len(known))
    for c, label in enumerate(known):
        if n_tasks == 1:
            assert table.columns.names == ["class"]
            assert_array_equal(table[label], model.coef_[c])
        for k in range(n_tasks if n_tasks > 1 else 0):
            assert_array_equal(table[k, label], model.coef_[c, :, k])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_numbers_are_copied(dtype):
    X, y, _ = simulated.shared()
    model = GroupLasso(0.1).fit(X.astype(dtype), y)
    before = model.coef_.copy()
    table = coef_frame(model)
    assert set(table.dtypes) == {np.dtype(dtype)}
    table.loc[:, :] = 7
    assert_array_equal(model.coef_, before)


def test_parts_of_a_dirty_model():
    X, y, _ = simulated.stacked()
    model = DirtyModel(0.5, 0.35).fit(X, y)
    shared, specific = (coef_frame(model, part=p) for p in ("shared", "specific"))
    assert_array_equal(shared.to_numpy(), model.coef_shared_)
    assert_array_equal(specific.to_numpy(), model.coef_specific_)
    assert specific.to_numpy().any()
    pd.testing.assert_frame_equal(shared + specific, coef_frame(model))


def test_parts_of_a_multi_level_lasso():
    X, y, _ = simulated.stacked()
    model = MultiLevelLasso(0.1).fit(X, y)
    shared = coef_frame(model, part="shared")
    assert shared.columns.tolist() == ["shared"]
    assert_array_equal(shared["shared"], model.coef_shared_)


def test_groups_are_an_outer_level_of_the_index():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 5)), rng.standard_normal((40, 2))
    groups = {"first": [3, 0], ("a", 1): [4, 2, 1]}
    model = GroupLasso(groups=groups, alpha=0.01).fit(X, y)
    table = coef_frame(model, groups=True)
    assert table.index.names == ["group", "feature"]
    assert table.index.get_level_values("feature").tolist() == list(range(5))
    owners = ["first", ("a", 1), ("a", 1), "first", ("a", 1)]
    assert table.index.get_level_values("group").tolist() == owners
    assert_array_equal(table.loc["first"], model.coef_[[0, 3]])
    model = GroupLasso(groups=[5, -1, -1, 5, 7], alpha=0.01).fit(X, y)
    owners = coef_frame(model, groups=True).index.get_level_values("group")
    assert owners.isna().tolist() == [False, True, True, False, False]
    assert owners[[0, 3, 4]].tolist() == [5, 5, 7]


def test_keys_of_a_dict_are_in_the_names():
    rng = np.random.default_rng(0)
    X = {
        "place": pd.DataFrame(rng.standard_normal((30, 2)), columns=["x", "y"]),
        "speed": rng.standard_normal(30),
    }
    model = GroupLasso(alpha=0.01).fit(X, rng.standard_normal(30))
    table = coef_frame(model, groups=True)
    pairs = [("place", "place__x"), ("place", "place__y"), ("speed", "speed__0")]
    assert table.index.tolist() == pairs


def test_given_names_replace_those_of_the_table():
    X, y = named_table()
    model = IndLasso(0.1, task_column="site").fit(X, y)
    names = np.array([f"gene {j}" for j in range(10)])
    assert coef_frame(model, feature_names=names).index.tolist() == names.tolist()


@pytest.mark.uncertified("transport has a certificate of its own, tested with it")
def test_transported_coefficients():
    X, y, _ = simulated.stacked()
    model = MTW(0.1, 0.1).fit(X, y)
    assert_array_equal(coef_frame(model).to_numpy(), model.coef_)


def fitted(cls=GroupLasso, **parameters):
    X, y, _ = simulated.stacked()
    return cls(**parameters).fit(X, y)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"feature_names": ["a", "b"]}, "has 2 names, but GroupLasso .* 10 features"),
        ({"part": "common"}, "'part' parameter of coef_frame .*'common'"),
        ({"groups": 3}, "'groups' parameter of coef_frame"),
        ({"feature_names": 3}, "'feature_names' parameter of coef_frame"),
    ],
)
def test_faults_name_argument_and_value(given, message):
    with pytest.raises(ValueError, match=message):
        coef_frame(fitted(), **given)


def test_models_that_are_not_in_parts():
    with pytest.raises(ValueError, match=r"part='shared', but .* IndLasso are not"):
        coef_frame(fitted(IndLasso), part="shared")


def test_models_without_coefficients():
    with pytest.raises(NotFittedError, match="GroupLasso"):
        coef_frame(GroupLasso())
    with pytest.raises(TypeError, match="coef_, got StandardScaler"):
        coef_frame(StandardScaler().fit(np.eye(3)))
    with pytest.raises(NotFittedError):
        coef_frame(LogisticRegression())


def test_pandas_is_asked_for_when_it_is_needed(monkeypatch):
    model = fitted()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(
        ImportError, match=r"coef_frame .*pip install 'mutar_cy\[demo\]'"
    ):
        coef_frame(model)
