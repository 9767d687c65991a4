"""Ground costs against loops over pairs, and what is no cost."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from mutar_cy import ot

GOOD = ot.grid_cost(4)


@pytest.mark.parametrize("shape", [5, (5,), (2, 3), (3, 2), (2, 1, 4)])
@pytest.mark.parametrize("power", [1, 2, 0.5, 3.0])
@pytest.mark.parametrize("spacing", [1.0, 0.25])
def test_grids(shape, power, spacing):
    sizes = np.atleast_1d(shape)
    points = np.array(list(itertools.product(*map(range, sizes)))) * spacing
    expected = (np.abs(points[:, None] - points) ** power).sum(axis=2)
    M = ot.grid_cost(shape, power, spacing)
    assert_allclose(M, expected, rtol=1e-14)
    factors = ot.grid_factors(shape, power, spacing)
    assert [len(factor) for factor in factors] == list(sizes)
    assert_array_equal(ot.expand_factors(factors), M)
    assert_array_equal(ot.grid_coordinates(shape, spacing), points)


def test_spacing_by_axis():
    M = ot.grid_cost((2, 2), power=2, spacing=(1.0, 3.0))
    assert_array_equal(M[0], [0.0, 9.0, 1.0, 10.0])


@pytest.mark.parametrize("metric", ["euclidean", "cityblock"])
def test_coordinates(metric):
    points = np.random.default_rng(0).standard_normal((6, 3))
    norm = {"euclidean": 2, "cityblock": 1}[metric]
    expected = np.linalg.norm(points[:, None] - points, ord=norm, axis=2) ** 1.5
    M = ot.coordinate_cost(points, power=1.5, metric=metric)
    assert_allclose(M, expected, rtol=1e-13)
    assert_array_equal(M, M.T)
    assert_allclose(ot.coordinate_cost(np.arange(4.0)), GOOD)


def test_graph():
    ring = sparse.diags_array([1.0] * 5, offsets=1, shape=(6, 6)).tolil()
    ring[5, 0] = 2.0
    distance = ot.graph_cost(ring, power=1)
    assert_array_equal(distance[0], [0.0, 1.0, 2.0, 3.0, 3.0, 2.0])
    assert_array_equal(distance, distance.T)
    assert_array_equal(ot.graph_cost(ring.toarray()), distance**2)
    both_ways = ot.graph_cost([[0, 5], [3, 0]], power=1)
    assert_array_equal(both_ways, [[0, 3], [3, 0]])
    apart = ot.graph_cost(np.zeros((2, 2)))
    assert_array_equal(apart, [[0, np.inf], [np.inf, 0]])


def changed(value, *, both=True):
    M = GOOD.copy()
    M[1, 2] = value
    if both:
        M[2, 1] = value
    return M


BAD_COSTS = {
    "negative": (changed(-1.0), "M must be non-negative, got -1"),
    "undefined": (changed(np.nan), "M must not hold NaN"),
    "asymmetric": (changed(7.0, both=False), r"M\[1, 2\] is 7 and M\[2, 1\] is 1"),
    "one way": (changed(np.inf, both=False), r"M\[1, 2\] is inf and M\[2, 1\] is 1"),
    "not square": (GOOD[:3], r"M must be square .*\(3, 4\)"),
    "empty": (np.zeros((0, 0)), "M must be square and not empty"),
    "a vector": (np.ones(4), "M must be square"),
    "infinite diagonal": (GOOD + np.diag([0, 0, np.inf, 0]), "finite diagonal"),
    "complex": (GOOD + 1j, "M must hold real numbers"),
    "text": (np.array([["a"]]), "M must hold real numbers"),
    "objects": (np.array([[object()]]), "M must hold real numbers"),
    "masked": (np.ma.masked_equal(GOOD, 4.0), "masked"),
    "negative factor": ([GOOD, -GOOD], r"M\[1\] must be non-negative, got -9"),
    "sparse, negative": (sparse.csr_array(-GOOD), "M must be non-negative"),
    "sparse, asymmetric": (sparse.csr_array(np.triu(GOOD)), "M must be symmetric"),
    "sparse, unequal": (
        sparse.csr_array(changed(7.0, both=False)),
        "M must be symmetric",
    ),
    "sparse, not square": (sparse.csr_array(GOOD[:3]), "M must be square"),
    "sparse, undefined": (sparse.csr_array(changed(np.nan)), "M must not hold NaN"),
}


@pytest.mark.parametrize("bad", BAD_COSTS)
def test_what_is_no_cost(bad):
    M, message = BAD_COSTS[bad]
    with pytest.raises(ValueError, match=message):
        ot.make_kernel(M, 1.0)


@pytest.mark.parametrize("value", [0, -1.0, np.nan, np.inf, "1", None, [1.0]])
def test_parameters_are_named(value):
    with pytest.raises(ValueError, match="epsilon must be a finite number above 0"):
        ot.make_kernel(GOOD, value)
    with pytest.raises(ValueError, match="power must be a finite number above 0"):
        ot.grid_cost(3, power=value)
    with pytest.raises(ValueError, match="power must be"):
        ot.coordinate_cost([0.0, 1.0], power=value)
    with pytest.raises(ValueError, match="power must be"):
        ot.graph_cost([[0.0]], power=value)
    if value is not None:  # for truncate: no truncation
        with pytest.raises(ValueError, match="truncate must be"):
            ot.make_kernel(GOOD, 1.0, truncate=value)


def test_grids_without_points_or_spacing():
    for shape in (0, (3, 0), (), (-1, -1)):
        with pytest.raises(ValueError, match="shape must hold positive"):
            ot.grid_cost(shape)
    with pytest.raises(ValueError, match="spacing must be"):
        ot.grid_cost(3, spacing=0.0)
    with pytest.raises(ValueError, match="edges of non-negative length"):
        ot.graph_cost([[0, -1], [-1, 0]])


def test_forms_that_a_cost_has_not():
    with pytest.raises(ValueError, match="form must be one of"):
        ot.make_kernel(GOOD, 1.0, form="fast")
    with pytest.raises(ValueError, match="no distances on a line"):
        ot.make_kernel(GOOD, 1.0, form="recursive")
    kernel = ot.make_kernel(GOOD, 1.0)
    with pytest.raises(ValueError, match="M is a dense kernel"):
        ot.make_kernel(kernel, 1.0, form="sparse")
    with pytest.raises(ValueError, match="truncate needs a cost"):
        ot.make_kernel(kernel, 1.0, truncate=3.0)


def test_accepted_as_they_are():
    for M in (
        GOOD.tolist(),
        GOOD.astype(int),
        GOOD.astype(np.float32),
        GOOD[::-1, ::-1],
    ):
        kernel = ot.make_kernel(M, 2.0)
        assert_allclose(kernel.product(np.eye(4)), np.exp(-np.asarray(M) / 2.0))
    rounded = GOOD * (1.0 + 1e-12 * np.random.default_rng(0).standard_normal((4, 4)))
    for M in (rounded, sparse.csr_array(rounded)):
        K = ot.make_kernel(M, 2.0).product(np.eye(4))
        assert_array_equal(K, K.T)
