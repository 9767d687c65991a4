"""All ways to say which features form a group."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from mutar_cy.groups import (
    block_columns,
    check_blocks,
    column_names,
    feature_weights,
    group_weights,
    join_blocks,
    read_groups,
)


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


def test_prefixes_of_names():
    groups = read_groups("prefix", 6, PREFIXED)
    assert members(groups) == [[0, 3], [1], [2, 5], [4]]
    assert groups.names == ["x", "alone", "y", "__odd"]
    assert_partition(groups, 6)


def test_level_0_of_a_multi_index():
    index = pd.MultiIndex.from_tuples([("b", 0), ("a", 0), ("b", 1)])
    frame = pd.DataFrame(np.zeros((2, 3)), columns=index)
    groups = read_groups("prefix", 3, column_names(frame))
    assert members(groups) == [[0, 2], [1]]
    assert groups.names == ["b", "a"]
    by_name = read_groups({"rest": [("a", 0), ("b", 0)], "one": [("b", 1)]}, 3, index)
    assert members(by_name) == [[1, 0], [2]]


@pytest.mark.parametrize(
    ("labels", "names", "owners"),
    [
        (["b", "a", "b"], ["b", "a"], [0, 1, 0]),
        (["b", None, "a"], ["b", "a"], [0, -1, 1]),
        ([2.5, float("nan"), 0.5], [0.5, 2.5], [1, -1, 0]),
        (pd.Series(["b", "a", "b"], dtype="category"), ["b", "a"], [0, 1, 0]),
        (np.array(["b", "a", "b"], dtype=object), ["b", "a"], [0, 1, 0]),
    ],
)
def test_labels_of_any_kind(labels, names, owners):
    groups = read_groups(labels, 3)
    assert groups.names == names
    assert groups.owner.tolist() == owners
    assert_partition(groups, 3)


def test_a_mask_of_numbers_is_a_mask():
    mask = np.array([[1, 0, 1, 0], [0, 1, 0, 1]])
    for dtype in (int, float, bool):
        assert members(read_groups(mask.astype(dtype), 4)) == [[0, 2], [1, 3]]
    # With two columns these are positions: one group of both.
    assert members(read_groups(np.array([[0, 1]]), 2)) == [[0, 1]]


def test_weights_of_features():
    assert feature_weights("sqrt_size", 3) is None
    assert feature_weights({"b": 0.0}, 3, ["a", "b", "c"]).tolist() == [1.0, 0.0, 1.0]
    assert feature_weights({2: np.inf}, 3).tolist() == [1.0, 1.0, np.inf]
    each = feature_weights([[1, 2], [3, 4], [5, 6]], 3, None, n_tasks=2)
    assert each.tolist() == [[1, 2], [3, 4], [5, 6]]
    with pytest.raises(
        ValueError, match=r"shape \(3, 2\), .* shape \(3,\): there are 3"
    ):
        feature_weights([[1, 2], [3, 4], [5, 6]], 3)
    with pytest.raises(ValueError, match=r"-1\.0 for feature 'b'"):
        feature_weights({"b": -1.0}, 2, ["a", "b"])
    with pytest.raises(ValueError, match="'d', which is none of the features"):
        feature_weights({"d": 1.0}, 2, ["a", "b"])


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
    by_name = read_groups("prefix", X.shape[1], column_names(X))
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
    prefixes = read_groups("prefix", n_features, names)
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
    assert_array_equal(group_weights({4: 3.0}, numbered), [3.0, np.sqrt(2)])


def test_names_of_columns():
    columns = {"b": [1.0], "a": [2.0]}
    assert column_names(pd.DataFrame(columns)) == ["b", "a"]
    assert column_names(pl.DataFrame(columns)) == ["b", "a"]
    assert column_names(pd.DataFrame([[1.0, 2.0]])) == [0, 1]
    for nameless in (np.zeros((2, 2)), [[1.0]], pd.Series([1.0]), pl.Series([1.0])):
        assert column_names(nameless) is None


def test_names_of_a_pyarrow_table():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"u": [0.0, 1.0], "v": [2.0, 3.0]})  # its columns are data
    assert column_names(table) == ["u", "v"]


A = np.arange(6.0).reshape(3, 2)
B = np.array([7.0, 8.0, 9.0])
TABLE = pd.DataFrame({"u": [1.0, 0.0, 2.0], "v": [0.0, 3.0, 4.0]})


def test_blocks_stand_side_by_side():
    X, indices = join_blocks({"a": A, 7: B, "t": TABLE, "l": [[1], [2], [3]]})
    assert_array_equal(X, np.column_stack([A, B, TABLE, [1, 2, 3]]))
    assert list(indices) == ["a", 7, "t", "l"]
    assert [columns.tolist() for columns in indices.values()] == [
        [0, 1],
        [2],
        [3, 4],
        [5],
    ]
    groups = read_groups(indices, X.shape[1])
    assert groups.names == list(indices)


@pytest.mark.parametrize(
    "make", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array]
)
def test_one_sparse_block_makes_all_sparse(make):
    X, indices = join_blocks({"a": make(A), "b": B, "t": TABLE})
    assert sparse.issparse(X)
    assert X.format == "csc"
    assert_array_equal(X.toarray(), np.column_stack([A, B, TABLE]))
    assert indices["t"].tolist() == [3, 4]


def test_tables_of_other_libraries_and_series():
    X, _ = join_blocks({"p": pl.DataFrame({"u": B}), "s": pd.Series(B), "q": A})
    assert_array_equal(X, np.column_stack([B, B, A]))


def test_float32_stays_float32():
    single = A.astype(np.float32)
    assert join_blocks({"a": single, "b": single})[0].dtype == np.float32
    assert join_blocks({"a": single, "b": B})[0].dtype == np.float64


def test_keys_decide_and_not_their_order():
    X, indices = join_blocks({"a": A, "b": B})
    assert_array_equal(check_blocks({"b": B, "a": A}, indices), X)
    assert_array_equal(check_blocks({"b": B[:1], "a": A[:1]}, indices), X[:1])


def test_columns_of_tables_are_compared():
    data = {"t": TABLE, "a": A}
    _, indices = join_blocks(data)
    columns = block_columns(data)
    assert columns == {"t": ["u", "v"], "a": None}
    swapped = {"t": TABLE[["v", "u"]], "a": A}
    with pytest.raises(ValueError, match=r"X\['t'\] has the columns \['v', 'u'\]"):
        check_blocks(swapped, indices, columns)
    nameless = {"t": TABLE.to_numpy(), "a": pd.DataFrame(A)}
    assert check_blocks(nameless, indices, columns).shape == (3, 4)
    assert_array_equal(check_blocks(swapped, indices)[:, 0], TABLE["v"])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ({"a": A, "b": B[:2]}, r"X\['b'\] has 2 samples, but X\['a'\] has 3"),
        ({"a": A, "b": np.zeros((3, 2, 1))}, r"X\['b'\]: Found array with dim 3"),
        ({"a": 3.0}, r"X\['a'\]: "),
        ({"a": A, "b": [[]] * 3}, r"X\['b'\]: Found array with 0 feature"),
        ({"a": A[:0]}, r"X\['a'\]: Found array with 0 sample"),
        ({"a": A, "b": ["x", "y", "z"]}, r"X\['b'\]: .*numeric|X\['b'\]: .*convert"),
        ({"a": A, "b": [1.0, np.nan, 2.0]}, r"X\['b'\]: Input contains NaN"),
        ({"a": A, "b": [1.0, np.inf, 2.0]}, r"X\['b'\]: Input contains infinity"),
        ({"a": A * 1j}, r"X\['a'\]: Complex data"),
        ({"a": np.ma.array(A, mask=A > 4)}, r"X\['a'\] is a masked array"),
        ({}, "X must be a dict of at least one array, got an empty dict"),
        (A, "X must be a dict of at least one array, got ndarray"),
    ],
)
def test_blocks_that_cannot_be(X, message):
    with pytest.raises(ValueError, match=message):
        join_blocks(X)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ({"a": A}, r"X has no key 'b'; in fit it had the keys \['a', 'b'\]"),
        ({"a": A, "b": B, "c": B}, r"X has an unknown key 'c'; .*\['a', 'b'\]"),
        ({"a": A, "b": A}, r"X\['b'\] has 2 columns, but in fit it had 1"),
        ({"a": A, "b": B[:2]}, r"X\['b'\] has 2 samples"),
        ({}, "got an empty dict"),
        (np.column_stack([A, B]), "got ndarray"),
    ],
)
def test_blocks_unlike_those_of_fit(X, message):
    _, indices = join_blocks({"a": A, "b": B})
    with pytest.raises(ValueError, match=message):
        check_blocks(X, indices)


def test_missing_values_where_they_are_welcome():
    holes = {"a": A, "b": [1.0, np.nan, 2.0]}
    X, indices = join_blocks(holes, finite=False)
    assert np.isnan(X[1, 2])
    assert_array_equal(check_blocks(holes, indices, finite=False), X)


def test_messages_call_the_dict_by_its_name():
    with pytest.raises(ValueError, match=r"^data\['b'\] has 2 samples"):
        join_blocks({"a": A, "b": B[:2]}, name="data")


def test_blocks_are_left_alone():
    A.flags.writeable = False
    try:
        X, _ = join_blocks({"a": A})
        X[0, 0] = 5.0
        assert A[0, 0] == 0.0
    finally:
        A.flags.writeable = True


FOUR_NAMES = ["age", "bmi", "bmi", "pulse"]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            [[0, 1], [1, 2, 3]],
            r"feature 1 .* twice, in groups\[0\] and in .*\[1\]",
        ),
        (
            {"a": [0, 1], "b": ["age", 2, 3]},
            r"'age'.* twice, in .*\['a'\].*\['b'\]",
        ),
        ([[0, 0, 1], [2, 3]], r"feature 0 \('age'\) is given twice, in groups\[0\]"),
        ([[0, 1, 2, 3], []], r"groups\[1\] is empty"),
        ({"a": [0, 1, 2, 3], "b": []}, r"groups\['b'\] is empty"),
        ([[0, 1, 2, 3], slice(0, 0)], r"groups\[1\] is empty"),
        ({"a": [0, 1, 2, 3], "b": slice(3, 1)}, r"groups\['b'\] is empty"),
        (np.array([[True] * 4, [False] * 4]), r"groups\[1\] is empty"),
        ([[0, 1], [2, 4]], r"groups\[1\] is out of range.*index 4.*4 features"),
        ([[0, 1], [2, 10**30]], r"groups\[1\] is out of range.*index 10+, "),
        ([[0, 1], [2, np.True_]], r"groups\[1\] holds .*True"),
        ([[0, 1], [2, -1]], r"groups\[1\] is out of range.*index -1"),
        ({"a": slice(0, 5)}, r"groups\['a'\] is out of range.*0, 5.*4 features"),
        ({"a": slice(-5, 4)}, r"groups\['a'\] is out of range.*-5"),
        ({"a": slice("age", "pulse")}, r"groups\['a'\] must be a slice of integers"),
        ({"a": ["age", "size"]}, r"groups\['a'\] holds 'size', which is no column"),
        ({"a": ["bmi"]}, r"groups\['a'\] holds 'bmi', .*name of several columns"),
        ([[0, 1], [2.0]], r"groups\[1\] holds 2\.0, which is no column"),
        ([[0, 1], [2, np.nan]], r"groups\[1\] holds nan, which is no column"),
        ([[0, 1], [2, True]], r"groups\[1\] holds True"),
        (
            [[0, 1], [2]],
            r"feature 3 \('pulse'\) is missing from all 2.*weight 0",
        ),
        ([[[0, 1]], [2, 3]], r"groups\[0\] must be one list of columns"),
        ([np.eye(2, dtype=int), [2, 3]], r"groups\[0\] must be a list of columns"),
        ([[0, 1, 2], 3], r"groups\[1\] must be a list of columns.*got 3"),
        ({"a": [0, 1, 2], "b": "pulse"}, r"groups\['b'\] must be .*got 'pulse'"),
        ({"a": None}, r"groups\['a'\] must be .*None"),
        ([np.ma.array([0, 1], mask=[0, 1])], r"groups\[0\] is a masked array"),
        ([[True, False, True], [1, 3]], r"groups\[0\] is a mask of length 3.* 4 feat"),
        (
            np.ones((2, 5), dtype=bool),
            r"groups\[0\] is a mask of length 5.* 4 feat",
        ),
        ([], "groups must hold at least one group"),
        (np.array([]), "groups must hold at least one group"),
        ({}, "groups must hold at least one group"),
        ({"remainder": slice(0, 0)}, "groups must hold at least one group"),
        (np.zeros((1, 1, 4)), "groups must be a list of groups"),
        (np.array(3), "groups must be a list of groups"),
        (None, "groups must be a list of groups.*None"),
        (2.0, r"groups must be a list of groups.*2\.0"),
        (True, "groups must be a list of groups.*True"),
        (iter([[0], [1]]), "groups must be a list of groups"),
        ("prefixes", "groups must not be 'prefixes'"),
        ("prefix", "groups='prefix', but no column's name holds '__'.*age"),
        ("auto", "groups must not be 'auto'.*groups=None leaves every feature alone"),
        (3, r"groups=3 must .*divide the number of features, 4"),
        (0, r"groups=0 must be at least 1"),
        (-2, r"groups=-2 must be at least 1"),
        (8, r"groups=8 must .*divide the number of features, 4"),
    ],
)
def test_groups_that_cannot_be(groups, message):
    with pytest.raises(ValueError, match=message):
        read_groups(groups, 4, FOUR_NAMES)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([0, 1, 1], "groups has 3 labels, but X has 4 features"),
        (np.zeros(5, dtype=int), "groups has 5 labels, but X has 4 features"),
        ([0, 1, -2, 1], "groups has the number -2 for feature 2; .*-1"),
        ([True, False, True, False], "mask with one axis; give one mask per group"),
        ([None, None, None, None], "groups is -1 for all 4 features"),
        ([-1, -1, -1, -1], "groups is -1 for all 4 features"),
        (np.ma.array([0, 1, 1, 0], mask=[1, 0, 0, 0]), "groups is a masked array"),
    ],
)
def test_numbers_that_cannot_be(numbers, message):
    with pytest.raises(ValueError, match=message):
        read_groups(numbers, 4)


def test_names_where_there_are_none():
    with pytest.raises(ValueError, match=r"groups='prefix', but X has no column names"):
        read_groups("prefix", 2)
    with pytest.raises(ValueError, match=r"groups\['a'\] holds 'x'.*no column names"):
        read_groups({"a": ["x"]}, 2)
    with pytest.raises(ValueError, match="1 column names, but X has 2 features"):
        read_groups("prefix", 2, ["x"])


def test_errors_call_the_argument_by_its_name():
    with pytest.raises(ValueError, match=r"^blocks\[0\] is empty"):
        read_groups([[]], 1, name="blocks")
    groups = read_groups(1, 1)
    with pytest.raises(ValueError, match=r"^omega has shape \(2,\)"):
        group_weights([1, 2], groups, name="omega")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0], r"must be at least 0, got -1\.0 for group 'b'"),
        ([np.nan, 1.0], "must be at least 0, got nan for group 'a'"),
        ({"a": 1.0, "b": -np.inf}, "must be at least 0, got -inf for group 'b'"),
        ([1.0], r"has shape \(1,\), but .* shape \(2,\): there are 2 groups"),
        (2.0, r"has shape \(\), but .*: there are 2 groups"),
        (None, "must be at least 0, got nan|has shape"),
        ([[1.0, 2.0]], r"has shape \(1, 2\), but .*: there are 2 groups"),
        (
            {"a": 1.0, "b": 1.0, "c": 1.0},
            "has a weight for 'c', .*none of the groups.*'a'",
        ),
        (["heavy", "light"], "must be numbers, got .*heavy"),
        ([1.0, [2.0]], "must be numbers"),
        ("sqrt", "must be 'sqrt_size', .*got 'sqrt'"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), "is a masked array"),
    ],
)
def test_weights_that_cannot_be(weights, message):
    groups = read_groups({"a": [0, 2], "b": [1]}, 3)
    with pytest.raises(ValueError, match=rf"^penalty_weights {message}"):
        group_weights(weights, groups)
