"""Inputs in every storage: cast where it is safe, never changed, never copied back."""

from itertools import pairwise

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX
from numpy.testing import assert_allclose
from scipy import sparse

from mutar_cy import linear_model as ours

TIGHT = {"tol": 1e-14, "max_iter": 20_000}
# A gap is quadratic in the distance to the optimum: 1e-14 of one, 1e-7 of the other.
EXACT = {"rtol": 0, "atol": 1e-7}
each_estimator = pytest.mark.parametrize("cls", CONVEX)
MULTI = [*CONVEX, ours.MultiTaskLasso, ours.MultiTaskElasticNet]
SINGLE = [ours.Lasso, ours.ElasticNet]
each_class = pytest.mark.parametrize("cls", [*MULTI, *SINGLE])


def data_for(cls):
    X, Y, _ = simulated.shared()
    return X, Y[:, 0] if cls in SINGLE else Y


def read_only(array):
    array = np.array(array, order="K")
    array.flags.writeable = False
    return array


def strided(array):
    out = np.zeros([2 * n for n in array.shape])
    out[tuple(slice(None, None, 2) for _ in array.shape)] = array
    return out[tuple(slice(None, None, 2) for _ in array.shape)]


def backwards(array):
    """Return the same values, stored the other way round."""
    turn = tuple(slice(None, None, -1) for _ in array.shape)
    return array[turn].copy()[turn]


def unaligned(array):
    buffer = np.zeros(array.nbytes + 1, dtype=np.uint8)
    out = buffer[1:].view(np.float64).reshape(array.shape)
    out[...] = array
    return out


STORAGES = {
    "read-only": read_only,
    "Fortran order": np.asfortranarray,
    "strides": strided,
    "negative strides": backwards,
    "big-endian": lambda array: array.astype(">f8"),
    "longdouble": lambda array: array.astype(np.longdouble),
    "objects": lambda array: array.astype(object),
    "lists": lambda array: array.tolist(),
    "unaligned": unaligned,
    "matrix-like subclass": lambda array: array.view(type("Sub", (np.ndarray,), {})),
    "masked without a mask": np.ma.masked_array,
}
each_storage = pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)


@pytest.mark.drawn
@each_class
@each_storage
def test_storage_of_a_shared_design(cls, store):
    X, y = data_for(cls)
    model = cls(0.1, **TIGHT).fit(store(X), store(y))
    assert_allclose(model.coef_, cls(0.1, **TIGHT).fit(X, y).coef_, **EXACT)
    assert_allclose(model.predict(store(X)), model.predict(X), rtol=1e-12)


@pytest.mark.drawn
@each_estimator
@each_storage
def test_storage_of_own_designs(cls, store):
    X, y, _ = simulated.ragged()
    expected = cls(0.1, **TIGHT).fit(X, y).coef_
    if store is not STORAGES["lists"]:  # a list of lists of lists is tested elsewhere
        listed = cls(0.1, **TIGHT).fit([store(x) for x in X], [store(v) for v in y])
        assert_allclose(listed.coef_, expected, **EXACT)
    X, y, _ = simulated.stacked()
    stacked = cls(0.1, **TIGHT).fit(store(X), store(y))
    assert_allclose(stacked.coef_, cls(0.1, **TIGHT).fit(X, y).coef_, **EXACT)


@pytest.mark.drawn
@each_class
@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint16, bool, np.float16])
def test_small_numbers_are_cast(cls, dtype):
    X, y = data_for(cls)
    X, y = (np.abs(3 * X)).astype(dtype), np.round(y).astype(int)
    model = cls(0.1, **TIGHT).fit(X, y)
    expected = cls(0.1, **TIGHT).fit(X.astype(float), y.astype(float))
    assert_allclose(model.coef_, expected.coef_, **EXACT)
    assert_allclose(model.predict(X), expected.predict(X.astype(float)), **EXACT)
    assert model.coef_.dtype == np.float64


@each_class
def test_single_precision_in_and_out(cls):
    X, y = data_for(cls)
    single, double = X.astype(np.float32), y.astype(np.float32)
    model = cls(0.1, tol=1e-6).fit(single, double)
    assert model.coef_.dtype == np.float32
    assert np.asarray(model.intercept_).dtype == np.float32
    assert model.predict(single).dtype == np.float32
    assert_allclose(model.coef_, cls(0.1, tol=1e-6).fit(X, y).coef_, atol=1e-3)
    assert_certified(model, single, double)


@each_estimator
def test_single_precision_of_own_designs(cls):
    X, y, _ = simulated.ragged()
    X = [x.astype(np.float32) for x in X]
    model = cls(0.1, tol=1e-6).fit(X, y)
    assert model.coef_.dtype == np.float32
    assert all(v.dtype == np.float32 for v in model.predict(X))
    assert_certified(model, X, y)
    mixed = cls(0.1).fit([X[0].astype(float), *X[1:]], y)
    assert mixed.coef_.dtype == np.float64


@each_estimator
def test_single_precision_keeps_double_precision_gaps(cls):
    # Sums of 40 000 products lose four of seven digits if they are kept in float32.
    rng = np.random.default_rng(0)
    X = (rng.standard_normal((40_000, 3)) + 30).astype(np.float32)
    y = (X[:, 0] - X[:, 1]).astype(np.float64) + rng.standard_normal(40_000)
    model = cls(0.01, tol=1e-6).fit(X, y)
    expected = cls(0.01, tol=1e-6).fit(X.astype(float), y)
    assert_allclose(model.coef_, expected.coef_, atol=1e-4)


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_array])
def test_sparse_single_precision(cls, make):
    X, y, _ = simulated.shared()
    X = np.where(X > 0, X, 0).astype(np.float32)
    model = cls(0.1, tol=1e-6).fit(make(X), y)
    assert model.coef_.dtype == np.float32
    assert_certified(model, X, y)


def not_canonical(make, X):
    """Return X with every entry in two halves, and indices in falling order."""
    plain = make(X)
    turned = np.concatenate(
        [np.arange(2 * b - 1, 2 * a - 1, -1) for a, b in pairwise(plain.indptr)]
    )
    data, indices = np.repeat(plain.data / 2, 2), np.repeat(plain.indices, 2)
    return make((data[turned], indices[turned], 2 * plain.indptr), shape=X.shape)


@pytest.mark.drawn
@each_class
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_array])
def test_sparse_arrays_that_are_not_canonical(cls, make):
    X, y = data_for(cls)
    X = np.where(X > 0, X, 0)
    halves = not_canonical(make, X)
    assert not halves.has_canonical_format
    model = cls(0.1, **TIGHT).fit(halves, y)
    assert_allclose(model.coef_, cls(0.1, **TIGHT).fit(X, y).coef_, **EXACT)
    assert halves.nnz == 2 * np.count_nonzero(X)


@each_estimator
def test_broadcast_designs(cls):
    X, Y, _ = simulated.shared()
    stack = np.broadcast_to(X, (3, *X.shape))
    model = cls(0.1, **TIGHT).fit(stack, Y.T)
    assert_allclose(model.coef_, cls(0.1, **TIGHT).fit(X, Y).coef_, **EXACT)
    row = np.broadcast_to(X[0], X.shape)
    assert not cls(0.1).fit(row, Y).coef_.any()


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_memory_maps(cls, dtype, tmp_path):
    X, Y, _ = simulated.shared()
    path = tmp_path / "design"
    np.save(path, X.astype(dtype))
    mapped = np.load(f"{path}.npy", mmap_mode="r")
    model = cls(0.1).fit(mapped, Y)
    assert np.array_equal(model.coef_, cls(0.1).fit(X.astype(dtype), Y).coef_)
    assert model.predict(mapped).shape == Y.shape


@each_class
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_inputs_are_never_changed(cls, order, dtype):
    X, y = data_for(cls)
    X = np.array(X, dtype=dtype, order=order)
    weight = np.linspace(0, 1, len(y))
    before = X.copy(), y.copy(), weight.copy()
    cls(0.1).fit(X, y, sample_weight=weight).predict(X)
    for now, then in zip((X, y, weight), before, strict=True):
        assert np.array_equal(now, then)


@each_estimator
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_array])
def test_sparse_inputs_are_never_changed(cls, make):
    X, y, _ = simulated.shared()
    X = make(np.where(X > 0, X, 0))
    before = X.copy()
    for part in (X.data, X.indices, X.indptr):
        part.flags.writeable = False
    cls(0.1, normalize=True).fit(X, y)
    for name in ("data", "indices", "indptr"):
        assert np.array_equal(getattr(X, name), getattr(before, name))
