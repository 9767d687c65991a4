"""Every kernel against exponentials of its cost, plain and in logarithms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import logsumexp

from mutar_cy import ot
from mutar_cy.ot import _kernels

rng = np.random.default_rng(0)
LINE = np.sort(rng.random(80)) * 5.0
CLOUD = ot.coordinate_cost(rng.standard_normal((70, 3)))
BANDED = np.where(ot.grid_cost(90, power=1) <= 4, ot.grid_cost(90, 1.5), np.inf)
ISLANDS = np.kron(np.eye(2), np.ones((30, 30))) > 0
COSTS = {
    "cloud": CLOUD,
    "line": np.abs(LINE[:, None] - LINE),
    "distance": ot.grid_cost(70, power=1),
    "squared": ot.grid_cost(75),
    "grid": ot.grid_cost((9, 16)),
    "grid of distances": ot.grid_cost((70, 2), power=1, spacing=(0.1, 1.0)),
    "three axes": ot.grid_cost((5, 6, 7), power=1.5, spacing=(1.0, 0.5, 2.0)),
    "band": BANDED,
    "islands": np.where(ISLANDS, ot.grid_cost(60), np.inf),
    "wide islands": np.kron(np.eye(2), np.ones((70, 70))),
    "one feature": np.zeros((1, 1)),
    "all free": np.zeros((5, 5)),
}
COSTS["wide islands"] = np.where(COSTS["wide islands"] > 0, ot.grid_cost(140), np.inf)
FOUND = {
    "cloud": "dense",
    "line": "recursive",
    "distance": "recursive",
    "squared": "dense",
    "grid": "separable",
    "grid of distances": "separable",
    "three axes": "separable",
    "band": "sparse",
    "islands": "dense",
}
EPSILONS = [10.0, 1.0, 0.05, 1e-3, 1e-7]


def log_sums(M, epsilon, v):
    """``log(K @ exp(v))`` by the book."""
    terms = v[None, :, :] - (M / epsilon)[:, :, None]
    with np.errstate(invalid="ignore"):
        return logsumexp(terms, axis=1)


@pytest.mark.parametrize("name", FOUND)
def test_the_structure_of_a_cost_is_found(name):
    assert ot.make_kernel(COSTS[name], 0.5).form == FOUND[name]
    # Also after a division, by which the entries are rounded one by one.
    assert ot.make_kernel(COSTS[name] / np.pi, 0.5).form == FOUND[name]


@pytest.mark.parametrize("name", ["grid", "distance", "line"])
def test_a_cost_that_is_nearly_structured_is_dense(name):
    M = COSTS[name].copy()
    M[-1, -2] = M[-2, -1] = M[-1, -2] * (1.0 + 1e-9)
    assert ot.make_kernel(M, 0.5).form == "dense"


@pytest.mark.parametrize("M", COSTS.values(), ids=COSTS)
@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.drawn(least=24)
def test_product(M, epsilon):
    kernel = ot.make_kernel(M, epsilon)
    V = rng.standard_normal((len(M), 3))
    K = np.exp(-M / epsilon)
    assert_allclose(kernel.product(V), K @ V, rtol=0, atol=1e-13 * len(M))
    assert_allclose(kernel.product(np.abs(V)), K @ np.abs(V), rtol=1e-13)


@pytest.mark.parametrize("M", COSTS.values(), ids=COSTS)
@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize("spread", [0.0, 1.0, 100.0, 1e5])
@pytest.mark.drawn(pairs=True, least=84)
def test_log_product(M, epsilon, spread):
    kernel = ot.make_kernel(M, epsilon)
    v = spread * rng.standard_normal((len(M), 4))
    v[rng.random(v.shape) < 0.1] = -np.inf
    v[:, 3] = -np.inf
    found, expected = kernel.log_product(v), log_sums(M, epsilon, v)
    assert_array_equal(np.isneginf(found), np.isneginf(expected))
    finite = np.isfinite(expected)
    # Four roundings of the largest exponent that takes part.
    parts = np.abs(v[np.isfinite(v)]).max(initial=0.0) + kernel.max_cost / epsilon
    atol = 1e-12 + 4 * np.finfo(float).eps * parts
    assert_allclose(found[finite], expected[finite], rtol=0, atol=atol)


@pytest.mark.parametrize("M", COSTS.values(), ids=COSTS)
@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.drawn(least=24)
def test_blocks_and_plans(M, epsilon):
    kernel = ot.make_kernel(M, epsilon)
    rows, columns = rng.integers(len(M), size=6), np.arange(len(M))[::3]
    block = -M[np.ix_(rows, columns)] / epsilon
    tolerance = {"rtol": 1e-14, "atol": 1e-14 * (1.0 + kernel.max_cost / epsilon)}
    assert_allclose(kernel.log_block(rows, columns), block, **tolerance)
    left, right = rng.standard_normal(len(rows)), rng.standard_normal(len(columns))
    # Absorbed: the potentials bring entries back that have underflowed in the kernel.
    left -= block.max(axis=1, where=np.isfinite(block), initial=-1e300)
    expected = np.exp(left[:, None] + block + right)
    plan = kernel.plan(rows, columns, left, right)
    assert_allclose(plan, expected, rtol=1e-12 + 1e-14 * kernel.max_cost / epsilon)


FORMS_OF_A_GRID = {
    "factors": ot.make_kernel(ot.grid_factors((6, 7)), 0.3, form="separable"),
    "dense": ot.make_kernel(ot.grid_cost((6, 7)), 0.3, form="dense"),
    "found": ot.make_kernel(ot.grid_cost((6, 7)), 0.3, form="separable"),
    "sparse": ot.make_kernel(ot.grid_cost((6, 7)), 0.3, form="sparse"),
    "auto": ot.make_kernel(ot.grid_factors((6, 7)), 0.3),
    "colder": ot.make_kernel(
        ot.make_kernel(ot.grid_factors((6, 7)), 7.0, form="separable"), 0.3
    ),
}
FORMS_OF_A_LINE = {
    form: ot.make_kernel(ot.grid_cost(50, power=1, spacing=0.2), 0.3, form=form)
    for form in ("dense", "recursive", "sparse", "separable")
}


@pytest.mark.parametrize("forms", [FORMS_OF_A_GRID, FORMS_OF_A_LINE], ids=["2d", "1d"])
def test_forms_agree(forms):
    dense = forms["dense"]
    for kernel in forms.values():
        v = 300.0 * rng.standard_normal((dense.n_features, 3))
        V = np.exp(v / 300.0)
        assert_allclose(kernel.product(V), dense.product(V), rtol=1e-13)
        assert_allclose(kernel.log_product(v), dense.log_product(v), atol=1e-12)


@pytest.mark.parametrize("form", ["dense", "recursive", "separable", "sparse"])
def test_a_kernel_is_its_own_transpose(form):
    kernel = ot.make_kernel(ot.grid_cost((66, 2), 1), 3.0, form="dense")
    if form == "recursive":
        kernel = ot.make_kernel(ot.grid_cost(132, 1), 3.0, form=form)
    elif form != "dense":
        kernel = ot.make_kernel(ot.grid_cost((66, 2), 1), 3.0, form=form)
    assert kernel.form == form
    K = kernel.product(np.eye(132))
    assert_allclose(K, K.T, rtol=1e-13)


def test_a_kernel_too_large_to_keep_is_computed_by_rows(monkeypatch):
    kept = ot.DenseKernel(CLOUD, 0.1)
    monkeypatch.setattr(_kernels, "CACHED_BYTES", 0)
    monkeypatch.setattr(_kernels, "ROWS_BYTES", 9 * CLOUD[0].nbytes)
    computed = ot.DenseKernel(CLOUD, 0.1)
    assert computed.cached is None
    V = rng.standard_normal((70, 3))
    assert_allclose(computed.product(V), kept.product(V), rtol=1e-12, atol=1e-15)


def test_sparse_costs():
    row, column = np.nonzero(np.isfinite(BANDED) & (BANDED > 0))
    moves = sparse.coo_array((BANDED[row, column], (row, column)), shape=(90, 90))
    kernel = ot.make_kernel(moves, 0.5)  # without its diagonal
    assert kernel.form == "sparse"
    v = 50.0 * rng.standard_normal((90, 2))
    assert_allclose(kernel.log_product(v), log_sums(BANDED, 0.5, v), atol=1e-12)
    dense = ot.make_kernel(moves, 0.5, form="dense")
    assert_allclose(dense.log_product(v), kernel.log_product(v), atol=1e-12)


def test_truncation_forbids_expensive_moves():
    M = ot.grid_cost(100)
    kernel = ot.make_kernel(M, 2.0, truncate=30.0)
    assert kernel.form == "sparse"
    K = np.where(M <= 60.0, np.exp(-M / 2.0), 0.0)
    assert_allclose(kernel.product(np.eye(100)), K, rtol=1e-15)
    moves = sparse.csr_array(np.where(M <= 90.0, M, 0.0))
    for cost in (moves, [M], M.tolist()):
        again = ot.make_kernel(cost, 2.0, truncate=30.0)
        assert_allclose(again.product(np.eye(100)), K, rtol=1e-15)


def test_truncation_lets_mass_stay():
    moves = sparse.csr_array(np.array([[9.0, 1.0], [1.0, 9.0]]))
    for cost in (moves, moves.toarray()):
        kernel = ot.make_kernel(cost, 1.0, truncate=5.0)
        assert_allclose(kernel.product(np.eye(2)), np.exp(-moves.toarray()))


def test_another_epsilon_gives_the_same_cost():
    for M in COSTS.values():
        kernel = ot.make_kernel(M, 0.5)
        assert ot.make_kernel(kernel, 0.5) is kernel
        other, fresh = ot.make_kernel(kernel, 0.2), ot.make_kernel(M, 0.2)
        assert (other.form, other.epsilon) == (fresh.form, 0.2)
        unit = np.eye(len(M))
        assert_array_equal(other.product(unit), fresh.product(unit))


def test_nothing_is_written_to():
    M = CLOUD.copy()
    M.flags.writeable = False
    v = rng.standard_normal((3, 70)).T
    v.flags.writeable = False
    kernel = ot.make_kernel(M, 1e-4)
    kernel.product(v)
    kernel.log_product(v)
    assert_array_equal(M, CLOUD)
