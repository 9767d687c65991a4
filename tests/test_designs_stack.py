"""A stack of designs: what is shared, what is copied, and the way to user's units."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from mutar_cy.designs import (
    DenseDesign,
    DesignTargets,
    SparseDesign,
    column_moments,
    make_scaled_data,
    sum_of_squares,
)
from mutar_cy.designs._columns import clear_constant_columns

N_FEATURES = 6
each_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])
each_center = pytest.mark.parametrize("center", [True, False], ids=["center", "raw"])


def data(n, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, N_FEATURES)) + rng.uniform(-2, 2, 6)).astype(dtype)


def mixed_parts(unit=1.0, y_unit=1.0):
    """Dense, sparse and single-row parts, with one to three responses."""
    rng = np.random.default_rng(1)
    X = [data(n, n) * unit for n in (9, 12, 1)]
    Y = [
        rng.standard_normal((len(x), q)) * y_unit
        for x, q in zip(X, (1, 3, 2), strict=True)
    ]
    weight = rng.uniform(0.5, 2.0, 12)
    return [
        DesignTargets(X[0], Y[0], name="a"),
        DesignTargets(sparse.csr_array(X[1]), Y[1], weight, 3.0, name="b"),
        DesignTargets(X[2], Y[2], task_weight=0.5, name="c"),
    ]


def columns_of(parts):
    """Yield ``X (n, p), y (n,), weight (n,)`` of every column of coefficients."""
    for X, Y, weight, task_weight, *_ in parts:
        weight = np.ones(len(Y)) if weight is None else weight
        X = X.toarray() if sparse.issparse(X) else X
        for y in Y.T:
            yield X, y, task_weight * weight / weight.sum()


def data_term(parts, coef, intercept):
    triples = zip(columns_of(parts), coef.T, intercept, strict=True)
    return 0.5 * sum(w @ (y - b - X @ c) ** 2 for (X, y, w), c, b in triples)


def scaled_data_term(stack, coef):
    """Return the data term that solvers see, in the units of the stack."""
    total, features = 0.0, np.arange(stack.n_features)
    for d, (design, target) in enumerate(
        zip(stack.designs, stack.targets, strict=True)
    ):
        own = coef[:, stack.column_ptr[d] : stack.column_ptr[d + 1]]
        total += 0.5 * ((target - design.apply(features, own)) ** 2).sum()
    return total


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("unit", [1.0, 1e-3, 1e160, 1e-170])
@pytest.mark.parametrize("y_unit", [1.0, 1e-12, 1e12, 1e-100, 1e100])
@pytest.mark.drawn(pairs=True, least=24)
def test_objectives_agree_in_both_units(center, normalize, unit, y_unit):
    parts = mixed_parts(unit, y_unit)
    stack = make_scaled_data(parts, center, normalize)
    rng, features = np.random.default_rng(2), np.arange(N_FEATURES)
    coef = rng.standard_normal((N_FEATURES, stack.n_columns))
    user, intercept = stack.to_user(features, coef)
    assert center or not intercept.any()
    expected = data_term(parts, user, intercept) / y_unit**2
    # Squares in the units of the stack are the user's times this.
    factor = np.ldexp(1.0, stack.y_exponent) * y_unit
    assert_allclose(scaled_data_term(stack, coef), expected * factor**2, rtol=1e-9)


@each_center
@pytest.mark.parametrize("y_unit", [1.0, 1e-12, 1e100])
def test_null_objective(center, y_unit):
    parts = mixed_parts(y_unit=y_unit)
    stack = make_scaled_data(parts, center)
    means = [w @ y / w.sum() if center else 0.0 for _, y, w in columns_of(parts)]
    zeros = np.zeros((N_FEATURES, stack.n_columns))
    assert_allclose(stack.null_objective, data_term(parts, zeros, means), rtol=1e-12)


@each_center
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("unit", [1.0, 1e160, 1e-170])
def test_there_and_back_again(center, normalize, unit):
    stack = make_scaled_data(mixed_parts(unit, 1e3), center, normalize)
    features = np.array([4, 0, 5])
    coef = np.random.default_rng(3).standard_normal((3, stack.n_columns))
    before = coef.copy()
    user, intercept = stack.to_user(features, coef)
    assert intercept.shape == (stack.n_columns,)
    assert_allclose(stack.from_user(features, user), before, rtol=1e-14)
    assert_array_equal(coef, before)


def test_shapes():
    stack = make_scaled_data(mixed_parts())
    assert [type(d) for d in stack.designs] == [DenseDesign, SparseDesign, DenseDesign]
    assert (stack.n_features, stack.n_columns) == (N_FEATURES, 6)
    assert_array_equal(stack.sample_ptr, [0, 9, 21, 22])
    assert_array_equal(stack.column_ptr, [0, 1, 4, 6])
    assert [t.shape for t in stack.targets] == [(1, 9), (3, 12), (2, 1)]
    assert stack.squares.shape == (3, N_FEATURES)
    assert_array_equal(stack.squares[2], 0.0)  # one row has no spread
    assert not stack.is_narrow


def test_correlations_of_a_stack_are_those_of_its_designs():
    stack = make_scaled_data(mixed_parts())
    got = stack.correlate(stack.targets)
    pairs = zip(stack.designs, stack.targets, strict=True)
    assert_array_equal(got, np.concatenate([d.correlate(t) for d, t in pairs]))


def test_columns_share_their_design():
    stack = make_scaled_data(mixed_parts(1e160))
    owners = [0, 1, 1, 1, 2, 2]
    targets = np.concatenate(
        [np.pad(t, ((0, 0), (0, 12 - t.shape[1]))) for t in stack.targets]
    )
    for c, d in enumerate(owners):
        column = stack.column(c)
        assert column.designs[0] is stack.designs[d]
        assert column.n_columns == 1
        assert_array_equal(column.targets[0][0], targets[c, : column.sample_ptr[1]])
        assert_array_equal(column.y_mean, stack.y_mean[c : c + 1])
        assert column.x_exponent == stack.x_exponent
        assert column.y_exponent == stack.y_exponent


@pytest.mark.parametrize("value", [1e8 / 3, 0.1, -1e15 / 7, 0.0])
def test_constant_targets_are_exactly_zero(value):
    rng = np.random.default_rng(4)
    Y = rng.standard_normal((11, 2))
    Y[:, 1] = value
    before = Y.copy()
    stack = make_scaled_data([DesignTargets(data(11), Y, rng.uniform(0.5, 1.0, 11))])
    assert_array_equal(stack.targets[0][1], 0.0)
    assert stack.targets[0][0].any()
    assert_allclose(stack.y_mean[1], value, rtol=1e-14)
    assert_array_equal(Y, before)


def test_targets_may_all_be_zero():
    stack = make_scaled_data(
        [DesignTargets(data(5), np.zeros((5, 2)))], fit_intercept=False
    )
    assert stack.null_objective == 0.0
    assert_array_equal(stack.targets[0], 0.0)


STORAGES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "gaps between rows": lambda X: np.repeat(X, 2, axis=0)[::2],
    "gaps between columns": lambda X: np.repeat(X.T, 2, axis=0)[::2].T,
}


@pytest.mark.parametrize("store", STORAGES.values(), ids=STORAGES)
@each_dtype
@each_center
def test_designs_are_not_copied(store, dtype, center):
    X = store(data(13, dtype=dtype))
    X.flags.writeable = False
    Y = np.ones((13, 1))
    stack = make_scaled_data(
        [DesignTargets(X, Y), DesignTargets(X, -Y)], fit_intercept=center
    )
    for design in stack.designs:
        assert np.shares_memory(design.X, X)


@each_dtype
def test_sparse_designs_are_not_copied(dtype):
    X = sparse.csc_array(data(13, dtype=dtype))
    stack = make_scaled_data([DesignTargets(X, np.ones((13, 1)))])
    assert np.shares_memory(stack.designs[0].X.data, X.data)


@pytest.mark.parametrize("n", [1, 2, 9])
@each_dtype
@each_center
def test_moments_along_rows_and_along_columns(n, dtype, center):
    X, weight = data(n, dtype=dtype), np.random.default_rng(4).uniform(1, 2, n)
    exact = X.astype(np.longdouble)
    mean = weight @ exact / weight.sum() * center
    square = weight @ (exact - mean) ** 2
    for order in "CF":
        got = column_moments(np.asarray(X, order=order), weight, center)
        assert_allclose(got[0], mean.astype(float), rtol=1e-13, atol=1e-15)
        assert_allclose(got[1], square.astype(float), rtol=1e-12, atol=1e-14)


@each_dtype
def test_sum_of_squares(dtype):
    rows = np.array([[1.0, -2.0], [3.0, 4.0]], dtype=dtype)
    assert_array_equal(sum_of_squares(rows, False), [10.0, 20.0])
    assert_array_equal(sum_of_squares(rows, True), [10.0, 16.0])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("n", [1, 40, 90_000])  # one piece, and several
@each_dtype
@each_center
def test_products_are_those_of_packed_columns(center, dtype, n, order):
    rng = np.random.default_rng(n)
    X = np.asarray(data(n, dtype=dtype), order=order)
    X[:, 2] = 3.0  # without spread
    weight = rng.uniform(0.5, 2.0, n)
    design = DenseDesign(X, weight, center, "std" if center else False)
    rows = rng.standard_normal((2, n))
    gram, products = design.products(rows)
    columns = np.empty((N_FEATURES, n))
    design.pack(np.arange(N_FEATURES), columns)
    assert_allclose(gram, columns @ columns.T, rtol=1e-10, atol=1e-9)
    assert_allclose(products, rows @ columns.T, rtol=1e-10, atol=1e-9)
    if center:
        assert not gram[2].any()


def test_large_means_are_found_once_a_mean_is_finite():
    square, mean = np.array([1.0, 1e-40, 4.0]), np.array([0.5, 1.0, 1e4])
    assert clear_constant_columns(square, mean, 2.0, 1e-15, 1e3)
    assert_array_equal(square, [1.0, 0.0, 4.0])
    mean[0] = np.inf
    assert not clear_constant_columns(square, mean, 2.0, 1e-15, 1e3)
