"""A design is an explicit matrix in all but storage: it must act like that matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from mutar_cy.designs import DesignTargets, make_scaled_data, packed
from mutar_cy.designs import _dense as dense_module

ROWS, COLUMNS = 13, 7


def data(n=ROWS, p=COLUMNS, seed=0, dtype=np.float64):
    """Normal entries with some zeros and moderate offsets."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * (rng.random((n, p)) < 0.7)
    return (X + np.where(np.arange(p) % 3, 0.0, 2.0)).astype(dtype)


def gapped(X, row, column):
    """Return a view with the entries of ``X`` in a larger array."""
    out = np.full((X.shape[0] * row, X.shape[1] * column), np.nan, dtype=X.dtype)
    out[::row, ::column] = X
    return out[::row, ::column]


def long_indices(X):
    """Return a CSC matrix with 64-bit indices, as of more than 2**31 entries."""
    X = sparse.csc_array(X)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


STORAGES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "gaps between rows": lambda X: gapped(X, 3, 1),
    "gaps between columns": lambda X: gapped(X.T, 3, 1).T,
    "gaps everywhere": lambda X: gapped(X, 2, 3),
    "rows backwards": lambda X: np.ascontiguousarray(X[::-1])[::-1],
    "columns backwards": lambda X: np.asfortranarray(X[:, ::-1])[:, ::-1],
    "read-only": read_only,
    "big-endian": lambda X: X.astype(X.dtype.newbyteorder(">")),
    "CSC": sparse.csc_array,
    "CSR": sparse.csr_array,
    "CSC matrix": sparse.csc_matrix,
    "CSC, long indices": long_indices,
}
SHAPES = {"usual": (ROWS, COLUMNS), "n=1": (1, 4), "p=1": (5, 1), "1 x 1": (1, 1)}

each_storage = pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)
each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])
each_center = pytest.mark.parametrize("center", [True, False], ids=["center", "raw"])


def weights(n, kind):
    rng = np.random.default_rng(n)
    if kind == "none":
        return None
    weight = rng.uniform(0.1, 3.0, n)
    if kind == "zeros" and n > 1:
        weight[:: max(2, n // 3)] = 0.0  # the first row too
    return weight


def explicit(X, weight=None, center=True, normalize=False, task_weight=1.0):
    """Return the matrix ``diag(root) (X - mean) diag(scale)`` in extended precision."""
    X = np.asarray(X, dtype=np.longdouble)
    weight = np.ones(len(X)) if weight is None else weight
    weight = task_weight * np.asarray(weight, dtype=np.longdouble) / weight.sum()
    if center:
        X = X - weight @ X / weight.sum()
    if normalize:
        norms = np.sqrt((X**2).sum(axis=0))
        X = np.where(norms > 1e-15, X / np.maximum(norms, 1e-15), 0.0)
    return np.sqrt(weight)[:, None] * X


def stack_of(X, **given):
    center, normalize = given.pop("center", True), given.pop("normalize", False)
    Y = given.pop("Y", np.arange(2.0 * X.shape[0]).reshape(-1, 2))
    return make_scaled_data([DesignTargets(X, Y, **given)], center, normalize)


def assert_acts_like(design, matrix, rtol=1e-11):
    """Compare all operations, to ``rtol`` of the sizes of what is multiplied."""
    rng = np.random.default_rng(1)
    n, p = matrix.shape
    residual = rng.standard_normal((3, n))
    features = rng.permutation(p)[: max(1, p - 2)].astype(np.int64)
    coef = rng.standard_normal((len(features), 2))
    norms = np.sqrt((matrix**2).sum(axis=0)).astype(np.float64)
    chosen, its = matrix[:, features], norms[features]

    def close(got, expected, size):
        error = np.abs(got - expected).astype(np.float64)
        assert (error <= rtol * size + 1e-300).all(), (error / size).max()

    assert (design.n_samples, design.n_features) == (n, p)
    close(design.squares, norms**2, norms**2)
    lengths = np.linalg.norm(residual, axis=1)
    close(design.correlate(residual), residual @ matrix, np.outer(lengths, norms))
    close(packed(design, features), chosen.T, its[:, None])
    gram = design.gram(features[:3], features)
    close(gram, chosen[:, :3].T @ chosen, np.outer(its[:3], its))
    size = np.abs(coef).T @ its
    close(design.apply(features, coef), (chosen @ coef).T, size[:, None])


@pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("kind", ["none", "weights", "zeros"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.drawn(pairs=True, least=84)
def test_every_storage_acts_like_the_matrix(store, dtype, center, kind, shape):
    X = data(*shape, dtype=dtype)
    before, weight = X.copy(), weights(shape[0], kind)
    stack = stack_of(store(X), sample_weight=weight, task_weight=2.5, center=center)
    matrix = explicit(X, weight, center, task_weight=2.5)
    assert_acts_like(stack.designs[0], np.ldexp(matrix, stack.x_exponent))
    assert_array_equal(X, before)


@each_storage
@each_dtype
def test_normalized_columns_have_unit_norm(store, dtype):
    X = data(dtype=dtype)
    X[:, 2] = 4.0  # without spread: left alone
    design = stack_of(store(X), normalize=True).designs[0]
    assert_acts_like(design, explicit(X, normalize=True))
    assert_allclose(design.squares * ROWS, np.arange(COLUMNS) != 2, rtol=1e-12)
    plain = stack_of(store(X), normalize=True, center=False).designs[0]
    assert plain.scale is None  # only with an intercept, as MuTaR


@pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.drawn(pairs=True, least=24)
def test_rows_of_zero_weight_are_as_if_removed(store, center, normalize):
    X, weight = data(), weights(ROWS, "zeros")
    X[weight == 0.0] = 1e9  # must not cost digits either
    given = {"center": center, "normalize": normalize}
    whole = stack_of(store(X), sample_weight=weight, **given)
    kept = weight > 0.0
    Y = np.arange(2.0 * ROWS).reshape(-1, 2)
    less = stack_of(X[kept], sample_weight=weight[kept], Y=Y[kept], **given)
    assert_allclose(whole.squares, less.squares, rtol=1e-9)
    assert_allclose(whole.targets[0][:, kept], less.targets[0], rtol=1e-12, atol=1e-15)
    got = whole.correlate(whole.targets)
    size = np.sqrt(less.squares * (less.targets[0] ** 2).sum())
    assert (np.abs(got - less.correlate(less.targets)) <= 1e-9 * size).all()


def with_offsets(offset):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((200, 5)) + offset * np.array([1.0, 0.0, 0.5, 1.0, 1e-3])
    return X, rng.uniform(0.5, 1.5, 200)


@pytest.mark.parametrize("offset", [1e3, 1e6, -1e6, 1e8])
@pytest.mark.parametrize("name", ["C", "F", "gaps between rows"])
def test_large_offsets_cost_no_digits(name, offset):
    X, weight = with_offsets(offset)
    design = stack_of(STORAGES[name](X), sample_weight=weight).designs[0]
    assert_acts_like(design, explicit(X, weight), rtol=1e-9)


@pytest.mark.parametrize("offset", [1e3, 1e6, -1e6])
@pytest.mark.parametrize("name", ["CSC", "CSR"])
def test_large_offsets_cost_no_digits_in_sparse_designs(name, offset):
    X, weight = with_offsets(offset)
    design = stack_of(STORAGES[name](X), sample_weight=weight).designs[0]
    assert_acts_like(design, explicit(X, weight), rtol=1e-9)


@pytest.mark.parametrize("name", ["C", "F", "CSC", "CSR"])
@each_center
def test_columns_in_different_units_cost_no_digits(name, center):
    X = data() * np.logspace(-9, 9, COLUMNS)[::-1]
    design = stack_of(STORAGES[name](X), center=center).designs[0]
    assert_acts_like(design, explicit(X, center=center), rtol=1e-9)


@pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", ["none", "weights", "zeros"])
@pytest.mark.parametrize("value", [1e8 / 3, -1e8 / 3, 0.1, 1e-7 / 3, 0.0, 1e15 / 7])
@pytest.mark.drawn(pairs=True, least=72)
def test_constant_columns_are_exactly_zero(store, dtype, kind, value):
    X = data(101, 4, dtype=dtype)
    X[:, [1, 3]] = value
    design = stack_of(store(X), sample_weight=weights(101, kind)).designs[0]
    assert_array_equal(design.squares[[1, 3]], 0.0)
    assert (design.squares[[0, 2]] > 0.01).all()


@pytest.mark.parametrize("unit", [1e150, 1e200, 1e300, 1e-160, 1e-300])
@pytest.mark.parametrize("name", ["C", "F", "CSC"])
@each_center
def test_extreme_units_are_scaled_by_powers_of_two(name, unit, center):
    X = data()
    stack = stack_of(STORAGES[name](X * unit), center=center)
    scaled = np.asarray(X * unit, dtype=np.longdouble)
    scaled = np.ldexp(scaled, stack.x_exponent)
    assert stack.x_exponent != 0
    assert_acts_like(stack.designs[0], explicit(scaled, center=center))


@pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("place", [(0, 0), (ROWS - 1, COLUMNS - 1), (5, 2)])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.drawn(pairs=True, least=36)
def test_entries_that_are_not_finite_are_refused(store, center, place, bad):
    X = data()
    X[place] = bad
    what = "NaN" if np.isnan(bad) else "infinity"
    with pytest.raises(ValueError, match=f"Input X contains {what}"):
        stack_of(store(X), center=center)


@pytest.mark.parametrize("order", ["C", "F"])
def test_single_precision_is_multiplied_in_double_unless_told(order, monkeypatch):
    monkeypatch.setattr(dense_module, "CHUNK", 3 * COLUMNS)  # three rows at a time
    X = np.asarray(data(dtype=np.float32), order=order)
    stack = stack_of(X)
    assert stack.is_narrow
    assert not stack_of(X.astype(np.float64)).is_narrow
    residual = np.random.default_rng(3).standard_normal((2, ROWS))
    expected = (residual @ explicit(X)).astype(np.float64)
    assert_allclose(stack.correlate([residual]), expected, rtol=1e-12, atol=1e-13)
    rough = stack.correlate([residual], exact=False)
    assert_allclose(rough, expected, atol=1e-5)
    assert rough.dtype == np.float64
