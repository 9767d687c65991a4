"""All ways to say which features form a group."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from mutar_cy.groups import column_names, group_weights, read_groups


def members(groups):
    return [group.tolist() for group in groups.indices]


def assert_partition(groups, n_features):
    """Check what holds for any groups at all."""
    everything = np.concatenate([*groups.indices, groups.unpenalised])
    assert_array_equal(np.sort(everything), np.arange(n_features))
    assert_array_equal(groups.sizes, [len(group) for group in groups.indices])
    assert groups.n_groups == len(groups.names) == len(set(groups.names))
    assert groups.owner.shape == (n_features,)
    assert_array_equal(groups.unpenalised, np.flatnonzero(groups.owner == -1))
    for g, group in enumerate(groups.indices):
        assert np.all(groups.owner[group] == g)
        assert len(group) > 0
        assert group.dtype == groups.owner.dtype == np.int64


NAMES = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "given",
    [
        [[3, 0], [4], [1, 2]],
        [np.array([3, 0], dtype=np.uint8), (4,), range(1, 3)],
        [["d", "a"], ["e"], ["b", "c"]],
        [["d", 0], [4], slice(1, 3)],
        [pd.Index(["d", "a"]), np.array(["e"]), np.array(["b", "c"], dtype=object)],
        [pd.Series([3, 0]), pl.Series([4]), slice(-4, -2)],
        [slice(3, None, -3), slice(4, 5), slice(1, -2)],
        np.array([[3, 0], [4], [1, 2]], dtype=object),
    ],
    ids=[
        "lists",
        "arrays",
        "names",
        "mixed",
        "named arrays",
        "series",
        "slices",
        "objects",
    ],
)
def test_a_list_of_groups_keeps_its_order(given):
    groups = read_groups(given, 5, NAMES)
    assert members(groups) == [[3, 0], [4], [1, 2]]
    assert groups.names == [0, 1, 2]
    assert_partition(groups, 5)


@pytest.mark.parametrize(
    "convert", [list, np.array, pd.Series, pl.Series, tuple, lambda x: np.array(x, "O")]
)
def test_one_number_per_column(convert):
    groups = read_groups(convert([7, 2, -1, 7, 2, 2]), 6)
    assert members(groups) == [[1, 4, 5], [0, 3]]
    assert groups.names == [2, 7]
    assert groups.unpenalised.tolist() == [2]
    assert_partition(groups, 6)


def test_numbers_of_any_integer_type():
    for dtype in (np.int8, np.uint16, np.uint64, ">i4"):
        groups = read_groups(np.array([1, 0, 1], dtype=dtype), 3)
        assert members(groups) == [[1], [0, 2]]
        assert_partition(groups, 3)


def test_a_dict_gives_the_names():
    given = {"late": slice(3, 5), ("a", 1): ["a"], 4: [True, False, True], 5.5: [1]}
    given[4] = np.array([False, False, True, False, False])
    groups = read_groups(given, 5, NAMES)
    assert members(groups) == [[3, 4], [0], [2], [1]]
    assert groups.names == ["late", ("a", 1), 4, 5.5]
    assert_partition(groups, 5)


def test_a_mask_has_a_group_per_row():
    mask = np.array([[0, 1, 0, 1], [1, 0, 1, 0]], dtype=bool)
    for given_as in (mask, mask.tolist(), list(mask), pd.DataFrame(mask)):
        groups = read_groups(given_as, 4)
        assert members(groups) == [[1, 3], [0, 2]]
        assert groups.names == [0, 1]


def test_consecutive_groups_of_one_size():
    groups = read_groups(np.int64(3), 6)
    assert members(groups) == [[0, 1, 2], [3, 4, 5]]
    assert groups.names == [0, 1]
    assert_partition(groups, 6)


PREFIXED = ["x__0", "alone", "y__z__1", "x__1", "__odd", "y__z__2"]


@pytest.mark.parametrize("keyword", ["prefix", "auto"])
def test_prefixes_of_names(keyword):
    groups = read_groups(keyword, 6, PREFIXED)
    assert members(groups) == [[0, 3], [1], [2, 5], [4]]
    assert groups.names == ["x", "alone", "y", "__odd"]
    assert_partition(groups, 6)


@pytest.mark.parametrize("keyword", ["prefix", "auto"])
def test_level_0_of_a_multi_index(keyword):
    index = pd.MultiIndex.from_tuples([("b", 0), ("a", 0), ("b", 1)])
    frame = pd.DataFrame(np.zeros((2, 3)), columns=index)
    groups = read_groups(keyword, 3, column_names(frame))
    assert members(groups) == [[0, 2], [1]]
    assert groups.names == ["b", "a"]
    by_name = read_groups({"rest": [("a", 0), ("b", 0)], "one": [("b", 1)]}, 3, index)
    assert members(by_name) == [[1, 0], [2]]


def test_auto_without_prefixes_is_a_lasso():
    assert read_groups("auto", 3, ["c", "a", "b"]).names == ["c", "a", "b"]
    assert read_groups("auto", 3).names == [0, 1, 2]
    for names in (None, ["c", "a", "b"], [5, 6, 7]):
        groups = read_groups("auto", 3, names)
        assert members(groups) == [[0], [1], [2]]
        assert_partition(groups, 3)


def test_integers_are_positions_even_if_columns_have_such_names():
    assert members(read_groups([[2], [0, 1]], 3, [2, 1, 0])) == [[2], [0, 1]]


def test_output_indices_of_a_column_transformer():
    frame = pd.DataFrame({"age": np.arange(9.0), "city": list("abcabcabc"), "id": 1.0})
    transformer = ColumnTransformer(
        [
            ("age", SplineTransformer(n_knots=4), ["age"]),
            ("nothing", "drop", ["id"]),
            ("city", OneHotEncoder(sparse_output=False), ["city"]),
        ]
    ).set_output(transform="pandas")
    X = transformer.fit_transform(frame)
    slices = transformer.output_indices_
    assert slices["nothing"] == slices["remainder"] == slice(0, 0)
    groups = read_groups(slices, X.shape[1])
    assert groups.names == ["age", "city"]
    assert members(groups) == [list(range(6)), [6, 7, 8]]
    by_name = read_groups("auto", X.shape[1], column_names(X))
    assert by_name.names == groups.names
    assert members(by_name) == members(groups)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12))
def test_all_ways_agree(numbers):
    n_features, known = len(numbers), sorted(set(numbers))
    names = [f"g{number}__{j}" for j, number in enumerate(numbers)]
    lists = [[j for j in range(n_features) if numbers[j] == g] for g in known]
    mask = np.array([[number == g for number in numbers] for g in known])
    reference = read_groups(numbers, n_features)
    assert_partition(reference, n_features)
    assert members(reference) == lists
    named = [[names[j] for j in group] for group in lists]
    keyed = dict(zip([f"g{g}" for g in known], lists, strict=True))
    for groups in (lists, named, keyed, mask):
        other = read_groups(groups, n_features, names)
        assert_partition(other, n_features)
        assert members(other) == lists
        assert_array_equal(other.owner, reference.owner)
    prefixes = read_groups("auto", n_features, names)
    at = {name: g for g, name in enumerate(prefixes.names)}
    assert [members(prefixes)[at[f"g{g}"]] for g in known] == lists


def test_what_was_given_is_left_alone():
    given = {"a": np.array([2, 0]), "b": slice(1, 2), "rest": slice(0, 0)}
    given["a"].flags.writeable = False
    before = dict(given)
    groups = read_groups(given, 3)
    groups.indices[0][:] = 1
    assert given == before
    assert given["a"].tolist() == [2, 0]


def test_weights_of_groups():
    groups = read_groups({"a": [0, 2, 3, 4], "b": [1]}, 5)
    assert_array_equal(group_weights("sqrt_size", groups), [2.0, 1.0])
    for weights in ([0, np.inf], {"b": np.inf, "a": 0}, np.array([0.0, np.inf])):
        found = group_weights(weights, groups)
        assert found.dtype == np.float64
        assert_array_equal(found, [0.0, np.inf])
    mine = np.array([1.0, 2.0])
    group_weights(mine, groups)[0] = 5.0
    assert mine[0] == 1.0
    numbered = read_groups([4, 9, 9], 3)
    assert_array_equal(group_weights({9: 3.0, 4: 1.0}, numbered), [1.0, 3.0])


def test_names_of_columns():
    columns = {"b": [1.0], "a": [2.0]}
    assert column_names(pd.DataFrame(columns)) == ["b", "a"]
    assert column_names(pl.DataFrame(columns)) == ["b", "a"]
    assert column_names(pd.DataFrame([[1.0, 2.0]])) == [0, 1]
    for nameless in (np.zeros((2, 2)), [[1.0]], pd.Series([1.0]), pl.Series([1.0])):
        assert column_names(nameless) is None


def test_names_through_the_interchange_protocol():
    class Table:
        columns = (np.zeros(2), np.zeros(2))  # pyarrow's are data

        def __dataframe__(self):
            return self

        def column_names(self):
            return iter(["u", "v"])

    assert column_names(Table()) == ["u", "v"]
