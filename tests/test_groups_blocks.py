"""A dict of arrays as X: joined in fit, and joined alike in predict."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

from mutar_cy.groups import block_columns, check_blocks, join_blocks, read_groups

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
