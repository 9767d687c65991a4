"""Groups and weights that cannot be, and what the errors name."""

import numpy as np
import pytest

from mutar_cy.groups import group_weights, read_groups

NAMES = ["age", "bmi", "bmi", "pulse"]


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
        (np.eye(4), r"groups looks like a mask, but holds float64.*astype\(bool\)"),
        (np.eye(4, dtype=int), "groups looks like a mask, but holds int64"),
        (np.zeros((1, 1, 4)), "groups must be a list of groups"),
        (np.array(3), "groups must be a list of groups"),
        (None, "groups must be a list of groups.*None"),
        (2.0, r"groups must be a list of groups.*2\.0"),
        (True, "groups must be a list of groups.*True"),
        (iter([[0], [1]]), "groups must be a list of groups"),
        ("prefixes", "groups must not be 'prefixes'"),
        ("prefix", "groups='prefix', but no column's name holds '__'.*age"),
        ("auto", "'auto'.*duplicate name 'bmi' is that of 2 columns; groups=1"),
        (3, r"groups=3 must .*divide the number of features, 4"),
        (0, r"groups=0 must be at least 1"),
        (-2, r"groups=-2 must be at least 1"),
        (8, r"groups=8 must .*divide the number of features, 4"),
    ],
)
def test_groups_that_cannot_be(groups, message):
    with pytest.raises(ValueError, match=message):
        read_groups(groups, 4, NAMES)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([0, 1, 1], "groups has 3 integers, but X has 4 features"),
        (np.zeros(5, dtype=int), "groups has 5 integers, but X has 4 features"),
        ([0, 1, -2, 1], "groups has the number -2 for feature 2; .*-1"),
        ([0, 1, 1.5, 1], r"groups must hold one integer .*got 1\.5 at position 2"),
        ([0, 1, 1, np.nan], r"groups must hold one integer .*got nan at position 3"),
        (np.zeros(4), r"groups must hold one integer .*got .*0\.0.* at position 0"),
        ([0, None, 1, 1], "groups must hold one integer .*got None at position 1"),
        ([True, False, True, False], "one integer .*got True at position 0"),
        (["a", "a", "b", "b"], "one integer .*got 'a' at position 0"),
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
        read_groups("auto", 2, ["x"])


def test_errors_call_the_argument_by_its_name():
    with pytest.raises(ValueError, match=r"^blocks\[0\] is empty"):
        read_groups([[]], 1, name="blocks")
    groups = read_groups("auto", 1)
    with pytest.raises(ValueError, match=r"^omega has shape \(2,\)"):
        group_weights([1, 2], groups, name="omega")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0], r"must be at least 0, got -1\.0 for group 'b'"),
        ([np.nan, 1.0], "must be at least 0, got nan for group 'a'"),
        ({"a": 1.0, "b": -np.inf}, "must be at least 0, got -inf for group 'b'"),
        ([1.0], r"has shape \(1,\), but there are 2 groups"),
        (2.0, r"has shape \(\), but there are 2 groups"),
        (None, r"has shape \(\), but there are 2 groups"),
        ([[1.0, 2.0]], r"has shape \(1, 2\), but there are 2 groups"),
        ({"a": 1.0}, "has no weight for group 'b'"),
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
    with pytest.raises(ValueError, match=rf"^group_weights {message}"):
        group_weights(weights, groups)
