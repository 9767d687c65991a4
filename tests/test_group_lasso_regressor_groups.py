"""Groups of GroupLassoRegressor: told in every way, named, counted and selected."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import simulated_glm
from glm_certificate import fit
from numpy.testing import assert_allclose, assert_array_equal
from simulated_glm import GROUPS, LOSSES

from mutar_cy import GroupLassoRegressor

each_loss = pytest.mark.parametrize("loss", LOSSES)


def frame():
    X, y = simulated_glm.single("poisson")
    names = [
        "pos__0",
        "pos__1",
        "pos__2",
        "speed__a",
        "speed__b",
        "age",
        "c__1",
        "c__2",
    ]
    return pd.DataFrame(X, columns=names), y


SPECIFICATIONS = {
    "lists": [[0, 1, 2], [3, 4], [5], [6, 7]],
    "numbers": [0, 0, 0, 1, 1, 2, 3, 3],
    "dict": {
        "pos": slice(0, 3),
        "speed": ["speed__a", "speed__b"],
        "age": [5],
        "c": [6, 7],
    },
    "mask": np.repeat(np.eye(4, dtype=bool), [3, 2, 1, 2], axis=1),
    "prefix": "prefix",
    "auto": "auto",
}


@pytest.mark.parametrize("groups", SPECIFICATIONS.values(), ids=SPECIFICATIONS)
def test_groups_in_every_way(groups):
    X, y = frame()
    model = fit(GroupLassoRegressor(groups, 0.3, loss="poisson"), X, y)
    assert [members.tolist() for members in model.groups_] == GROUPS
    named = isinstance(groups, (dict, str))
    names = ["pos", "speed", "age", "c"] if named else [0, 1, 2, 3]
    assert model.group_names_ == names
    expected = [np.linalg.norm(model.coef_[members]) for members in GROUPS]
    assert_allclose(model.group_norms_, expected, rtol=1e-12)
    assert model.selected_groups_ == [names[0], names[2]]
    assert model.feature_names_in_.tolist() == list(X.columns)


def test_an_integer_is_the_size_of_groups():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLassoRegressor(4, 0.01, loss="poisson"), X, y)
    assert [members.tolist() for members in model.groups_] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
    ]


def test_a_model_without_names_takes_every_feature_on_its_own():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLassoRegressor(alpha=0.01, loss="poisson"), X, y)
    assert model.group_names_ == list(range(8))


def test_support():
    X, y = simulated_glm.own("poisson")
    model = fit(GroupLassoRegressor(GROUPS, 0.6, loss="poisson"), X, y)
    assert np.flatnonzero(model.get_support()).tolist() == [0, 1, 2, 5]
    assert model.get_support(indices=True).tolist() == [0, 1, 2, 5]
    assert model.get_support(groups=True).tolist() == [True, False, True, False]
    assert model.get_support(groups=True, indices=True).tolist() == [0, 2]
    assert model.selected_groups_ == [0, 2]


@each_loss
def test_a_dict_is_its_columns_side_by_side(loss):
    X, y = simulated_glm.single(loss)
    blocks = {"a": X[:, :3], "b": X[:, 3:5], "c": X[:, 5], "d": X[:, 6:]}
    model = fit(GroupLassoRegressor(alpha=0.05, loss=loss), X=blocks, y=y)
    other = GroupLassoRegressor(GROUPS, 0.05, loss=loss).fit(X, y)
    assert_array_equal(model.coef_, other.coef_)
    assert model.group_names_ == ["a", "b", "c", "d"]
    shuffled = {key: blocks[key] for key in "dbca"}
    assert_array_equal(model.predict(shuffled), other.predict(X))
    assert model.score(blocks, y) == other.score(X, y)
    assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict(blocks), other.predict(X)
    )
    Y = np.column_stack([y, y[::-1]])
    assert GroupLassoRegressor(alpha=0.05, loss=loss).fit(blocks, Y).coef_.shape == (
        8,
        2,
    )
    task = np.arange(len(y)) % 2
    model = GroupLassoRegressor(alpha=0.05, loss=loss).fit(blocks, y, task=task)
    assert model.predict(blocks, task=task).shape == y.shape
    model.fit(X, y)  # and forgets that there was a dict
    assert model.predict(X).shape == y.shape


def test_a_task_column_is_none_of_the_features():
    X, y = frame()
    table = X.assign(site=np.where(np.arange(len(X)) % 2, "u", "v"))[
        ["site", *X.columns]
    ]
    groups = {"first": [0, 1, 2], "rest": list(X.columns[3:])}
    model = GroupLassoRegressor(groups, 0.05, loss="poisson", task_column="site")
    fit(model, table, y)
    assert model.coef_.shape == (8, 2)
    assert model.n_features_in_ == 9
    other = GroupLassoRegressor(groups, 0.05, loss="poisson")
    other.fit(X, y, task=table["site"])
    assert_array_equal(model.coef_, other.coef_)


def test_parameters_are_left_alone():
    X, y = simulated_glm.single("poisson")
    groups, weights = copy.deepcopy(GROUPS), np.ones(4)
    weights.flags.writeable = False
    model = fit(GroupLassoRegressor(groups, 0.05, group_weights=weights), X, y)
    assert groups == GROUPS
    assert model.groups is groups
    assert model.group_weights is weights
    model.groups_[0][:] = 7
    assert groups == GROUPS
