"""All that a solver relies on when it asks a penalty, as checks of one penalty.

Each check takes a penalty over two blocks and raises AssertionError. They call every
member of :class:`mutar_cy.penalties.Penalty` and hold the answers against each other:
a new penalty is right if it passes all of ``KERNEL``, ``MEMBERS`` and ``FITS``.
"""

import pickle

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.solvers import alpha_max, solve, solve_path

B = 1  # the block to check, of two
SIZE = 4
CURVATURES = {
    "uniform": np.full(SIZE, 2.5),
    "unequal": np.array([0.3, 7.0, 1.0, 40.0]),
    "one null column": np.array([0.3, 0.0, 1.0, 40.0]),
}


def value(penalty, w):
    """Return the value of ``w`` as block ``B``, the block before it being empty."""
    block_ptr = np.array([0] * (B + 1) + [len(w)], dtype=np.int32)
    if penalty.positive and (w < 0).any():
        return np.inf
    return penalty.value(np.ascontiguousarray(w), block_ptr)


def points(seed, count=20):
    """Return points far from zero and near it, some with zeros, some of one sign."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((count, SIZE)) * rng.choice([0.1, 1.0, 10.0], (count, 1))
    w[::4, 0] = 0.0
    w[1::4] = np.abs(w[1::4])
    w[2::4] = -np.abs(w[2::4])
    return w


def prox_is_the_minimum(penalty):
    rng = np.random.default_rng(1)
    for curvature in CURVATURES.values():
        for w in points(2, 12):

            def objective(u, w=w, curvature=curvature):
                return 0.5 * (curvature * (u - w) ** 2).sum() + value(penalty, u)

            best = penalty.prox(w, curvature, B)
            lowest = objective(best)
            assert np.isfinite(lowest)
            for scale in (1e-5, 1e-3, 1e-1, 10.0):
                for move in scale * rng.standard_normal((12, SIZE)):
                    near = np.maximum(best + move, 0.0), best + move
                    others = min(objective(u) for u in near)
                    assert lowest <= others + 1e-14 * max(1.0, abs(lowest))


def prox_is_firmly_nonexpansive(penalty):
    if not penalty.is_convex:
        return
    for curvature in CURVATURES.values():
        for v, w in zip(points(4, 60), points(5, 60), strict=True):
            gap = penalty.prox(v, curvature, B) - penalty.prox(w, curvature, B)
            allowed = gap @ (curvature * (v - w))
            assert gap @ (curvature * gap) <= allowed + 1e-11 * np.abs(allowed)


def value_is_convex(penalty):
    if not penalty.is_convex:
        return
    for v, w in zip(points(10, 200), points(11, 200), strict=True):
        chord = 0.5 * (value(penalty, v) + value(penalty, w))
        assert value(penalty, 0.5 * (v + w)) <= chord * (1.0 + 1e-13)


def dual_ratio_tells_whether_zero_stays(penalty):
    for curvature in CURVATURES.values():
        moving = curvature > 0.0
        steps = np.where(moving, 1.0 / np.where(moving, curvature, 1.0), 0.0)
        for grad in points(6, 24):
            grad = np.where(moving, grad, 0.0)
            ratio = penalty.dual_ratio(grad, B)
            sure = ratio == 0.0 or np.isinf(ratio)
            for scale in [1.0] if sure else [0.999 / ratio, 1.001 / ratio]:
                stays = not penalty.prox(-scale * grad * steps, curvature, B).any()
                assert stays == (penalty.dual_ratio(scale * grad, B) <= 1.0)
                assert stays == (scale * ratio <= 1.0)


def conjugate_is_the_largest_difference(penalty):
    rng = np.random.default_rng(7)
    for grad in points(8):
        conjugate = penalty.conjugate(grad, B)

        def difference(w, grad=grad):
            return -grad @ w - value(penalty, w)

        for w in rng.standard_normal((30, SIZE)) * np.geomspace(1e-3, 1e3, 30)[:, None]:
            for u in (w, np.abs(w)):
                assert difference(u) <= conjugate + 1e-12 * np.linalg.norm(u)
        # Of all ways down, the one that the proximal step takes.
        steepest = penalty.prox(-grad, 1.0, B)
        if np.isinf(conjugate):
            assert difference(1e12 * steepest) > 1e6
        else:
            best = minimize_scalar(
                lambda t, s=steepest: -difference(abs(t) * s), options={"xtol": 1e-12}
            )
            assert_allclose(-best.fun, conjugate, rtol=1e-9, atol=1e-12)
        assert (conjugate == 0.0) == (penalty.dual_ratio(grad, B) <= 1.0)


def model_is_above_the_penalty(penalty, step=1e-4):
    """Check that the model at random coefficients bounds the penalty along lines."""
    if penalty.hessian_is_exact or penalty.positive:
        return
    rng = np.random.default_rng(6)
    shape, owner, firsts = (7, 3), np.repeat([0, 1], [3, 4]), np.array([0, 3])
    ptr = np.array([0, 9, 21], dtype=np.int32)
    W = rng.standard_normal(shape)
    local = penalty.model_at(W, owner, firsts)
    start = penalty.value(W.ravel(), ptr)
    for move in rng.standard_normal((50, *shape)):
        along = np.add.reduceat((local.directions * move).sum(axis=1), firsts)
        square = (local.hessian_diag * move**2).sum() - local.curvature @ along**2
        model = start + step * (local.gradient * move).sum() + step**2 / 2 * square
        assert penalty.value((W + step * move).ravel(), ptr) <= model + 1e-10


def value_is_zero_at_zero_and_adds_up(penalty):
    assert value(penalty, np.zeros(SIZE)) == 0.0
    w = np.linspace(0.5, 2.0, 5)
    parts = [([0, 2, 2], w[:2]), ([0, 0, 3], w[2:])]
    apart = [penalty.value(v, np.array(ptr, dtype=np.int32)) for ptr, v in parts]
    whole = penalty.value(w, np.array([0, 2, 5], dtype=np.int32))
    assert_allclose(whole, sum(apart), rtol=1e-14)
    if penalty.is_separable:
        ones = [value(penalty, w[k : k + 1]) for k in range(5)]
        assert_allclose(value(penalty, w), sum(ones), rtol=1e-14)


def arguments_are_left_alone(penalty):
    w, curvature, grad = np.ones(SIZE), np.arange(1.0, SIZE + 1), -np.ones(SIZE)
    penalty.prox(w, curvature, B)
    penalty.dual_ratio(grad, B)
    penalty.conjugate(grad, B)
    assert_array_equal(w, 1.0)
    assert_array_equal(curvature, [1.0, 2.0, 3.0, 4.0])
    assert_array_equal(grad, -1.0)


def same(penalty, copy):
    assert type(copy) is type(penalty)
    for w in points(9, 8):
        for curvature in CURVATURES.values():
            assert_array_equal(
                copy.prox(w, curvature, B), penalty.prox(w, curvature, B)
            )
        assert copy.dual_ratio(w, B) == penalty.dual_ratio(w, B)
        assert copy.conjugate(w, B) == penalty.conjugate(w, B)


def copies_are_the_same(penalty):
    same(penalty, pickle.loads(pickle.dumps(penalty)))
    same(penalty, penalty.replaced())
    same(penalty, penalty.restricted(np.array([0, B])))
    turned = penalty.restricted(np.array([B, 0]))
    for w in points(12, 8):
        assert turned.dual_ratio(w, 0) == penalty.dual_ratio(w, B)


def dual_norms_are_lipschitz(penalty):
    # What screening relies on: lengths are multiples of the l2 norm of a gradient.
    threshold = penalty.thresholds(2)[B]
    for grad in points(13):
        ratio = penalty.dual_ratio(grad, B)
        norm = np.linalg.norm(np.minimum(grad, 0.0) if penalty.positive else grad)
        if threshold == 0.0:
            continue
        longest = max(1.0, penalty.linf_weight) * norm
        assert ratio * threshold <= longest * (1.0 + 1e-13)
        if penalty.needs_dual_ratio:
            continue
        largest = max((-grad).max(), 0.0 if penalty.positive else grad.max())
        dual_norm = max(norm, penalty.linf_weight * largest)
        assert_allclose(ratio * threshold, dual_norm, rtol=1e-13)
    both = points(14, 2).ravel()
    ratios = penalty.dual_ratios(both, np.array([0, SIZE, 2 * SIZE], dtype=np.int32))
    each = [penalty.dual_ratio(both[b * SIZE :][:SIZE], b) for b in range(2)]
    assert_array_equal(ratios, each)


def properties_are_true(penalty):
    rng = np.random.default_rng(15)
    for w in rng.standard_normal((20, SIZE)) * 3.0:
        kept = penalty.prox(w, 2.5, B)
        if kept.any() and not penalty.entrywise_sparse:
            assert kept.all()
        if penalty.rotation_invariant:
            Q = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
            assert_allclose(value(penalty, Q @ w), value(penalty, w), rtol=1e-13)
            assert_allclose(penalty.prox(Q @ w, 2.5, B), Q @ kept, atol=1e-12)
    w = np.abs(rng.standard_normal((6, 2))) + 0.1
    owner, firsts = np.repeat([0, 1], 3), np.array([0, 3])
    diag = np.broadcast_to(penalty.model_at(w, owner, firsts).hessian_diag, w.shape)
    if not penalty.hessian_per_column:
        assert_array_equal(diag[:, 0], diag[:, 1])


def units_scale_the_objective(penalty):
    ptr = np.array([0, SIZE, 2 * SIZE], dtype=np.int32)
    w = np.abs(np.random.default_rng(16).standard_normal(2 * SIZE))
    for x, y in ((3, 0), (0, 5), (-2, 7)):
        scaled = penalty.in_units(x, y).value(np.ldexp(w, y - x), ptr)
        assert_allclose(scaled, np.ldexp(penalty.value(w, ptr), 2 * y), rtol=1e-14)
    unit = penalty.unit()
    assert (unit.alpha, unit.ridge) == (1.0, 0.0)
    if penalty.ridge == 0.0:
        whole = penalty.alpha * unit.value(w, ptr)
        assert_allclose(whole, penalty.value(w, ptr), rtol=1e-13)


def model_is_the_derivatives(penalty, step=1e-6):
    """Check gradient and Hessian where the penalty is smooth, over two blocks."""
    rng = np.random.default_rng(5)
    shape, owner, firsts = (7, 3), np.repeat([0, 1], [3, 4]), np.array([0, 3])
    ptr = np.array([0, 9, 21], dtype=np.int32)
    W = rng.standard_normal(shape) * rng.choice([0.2, 1.0, 6.0], shape)
    W[rng.random(shape) < 0.2] = 0.0
    W = np.abs(W) if penalty.positive else W
    local = penalty.model_at(W, owner, firsts)
    diag = np.broadcast_to(local.hessian_diag, shape)
    n_smooth = 0
    for i, k in zip(*np.nonzero((W != 0.0) & (diag < np.inf)), strict=True):
        moved = [W.copy(), W.copy()]
        moved[0][i, k] += step
        moved[1][i, k] -= step
        up, down = (penalty.value(v.ravel(), ptr) for v in moved)
        slope = (up - down) / (2 * step)
        assert_allclose(local.gradient[i, k], slope, rtol=1e-6, atol=1e-8)
        above, below = (penalty.model_at(v, owner, firsts).gradient for v in moved)
        own = owner == owner[i]
        expected = -local.curvature[owner[i]] * local.directions[i, k]
        expected = expected * local.directions
        expected[i, k] += diag[i, k]
        change = (above - below) / (2 * step)
        smooth = own[:, None] & (W != 0.0) & (diag < np.inf)
        if penalty.hessian_is_exact:
            assert_allclose(expected[smooth], change[smooth], atol=1e-6)
        else:
            assert change[i, k] <= expected[i, k] + 1e-6
        n_smooth += 1
    assert n_smooth > 8


GROUPS = [np.arange(3), np.arange(3, 6)]


def hard_data(kind):
    """Return data of two blocks of three features: three tasks, large offsets."""
    rng = np.random.default_rng(17)
    sizes = {"own designs": (14, 9, 21), "one sample": (1, 12), "shared": (16,)}[kind]
    tasks = []
    for n in sizes:
        X = rng.standard_normal((n, 6)) + rng.standard_normal((n, 1))
        q = 3 if kind == "shared" else 1
        Y = X[:, :4] @ rng.uniform(0.5, 2.0, (4, q)) + rng.standard_normal((n, q))
        tasks.append(DesignTargets(X + 50.0, np.ldexp(Y, 13) + 1e5))
    return make_scaled_data(tasks)


def block_move(data, penalty, coef):
    """Return the largest move of a coefficient by one exact step of single features."""
    coef = data.from_user(np.arange(6), coef)
    scaled = penalty.in_units(data.x_exponent, data.y_exponent)
    ptr = data.column_ptr
    residuals = []
    for d, design in enumerate(data.designs):
        own = coef[:, ptr[d] : ptr[d + 1]]
        residuals.append(data.targets[d] - design.apply(np.arange(6), own))
    grad = -data.correlate(residuals).T
    bounds = data.spread(list(data.squares)).T * 3.0  # of three rows together
    moves = []
    for b, rows in enumerate(GROUPS):
        bound = bounds[rows].ravel()
        w = coef[rows].ravel() - grad[rows].ravel() / np.where(bound > 0, bound, 1.0)
        w = scaled.prox(w, bound, b)
        moves.append(np.where(bound > 0, w - coef[rows].ravel(), 0.0))
    return np.abs(np.concatenate(moves)).max() / np.abs(coef).max()


def certified_fits_are_at_rest(penalty):
    """Check that a solve converges, and that no block step moves its solution."""
    penalty = penalty.in_units(0, 13)
    for kind in ("own designs", "one sample", "shared"):
        data = hard_data(kind)
        solution = solve(data, penalty, GROUPS, tol=1e-13, max_iter=5000)
        assert solution.converged
        if solution.coef.any():
            assert block_move(data, penalty, solution.coef) <= 1e-5
        if (penalty.unit().thresholds(2) > 0.0).any():
            highest = alpha_max(data, penalty, GROUPS)
            assert np.isfinite(highest)


def paths_and_fits_agree(penalty):
    """Check that a path with its extrapolations ends where single fits do."""
    data = hard_data("own designs")
    penalties = [penalty.in_units(0, k) for k in (13, 12, 11, 10)]
    for own, last in zip(
        solve_path(data, penalties, GROUPS, tol=1e-10), penalties, strict=True
    ):
        alone = solve(data, last, GROUPS, tol=1e-10)
        size = abs(alone.objective) + data.null_objective
        assert abs(own.objective - alone.objective) <= 1e-9 * size


KERNEL = [
    prox_is_the_minimum,
    prox_is_firmly_nonexpansive,
    value_is_convex,
    dual_ratio_tells_whether_zero_stays,
    conjugate_is_the_largest_difference,
    value_is_zero_at_zero_and_adds_up,
    arguments_are_left_alone,
]
MEMBERS = [
    copies_are_the_same,
    dual_norms_are_lipschitz,
    properties_are_true,
    units_scale_the_objective,
    model_is_the_derivatives,
    model_is_above_the_penalty,
]
FITS = [certified_fits_are_at_rest, paths_and_fits_agree]
