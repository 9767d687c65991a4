"""Newton's directions and steps that look further than sweeps, against plain numpy."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from stacks import WIDE, case

from mutar_cy.designs import DesignTargets, make_scaled_data, packed
from mutar_cy.penalties import L21, Dirty
from mutar_cy.solvers import PenalisedProblem, alpha_max, block_cd, solve
from mutar_cy.solvers import _newton as newton_module
from mutar_cy.solvers import _working_set as storage_module
from mutar_cy.solvers._descent import anderson_direction, step_along
from mutar_cy.solvers._newton import newton_directions, with_least_hessian
from mutar_cy.solvers._unpenalised import NoFreeBlocks
from mutar_cy.solvers._working_set import WorkingSet

each_blocks = pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
each_ridge = pytest.mark.parametrize("ridge", [0.0, 0.2])
each_way = pytest.mark.parametrize("way", ["gram", "packed"])
NARROW = ["one column", "shared", "own", "responses"]


class Explicit:
    """A loaded working set of all blocks, with random coefficients, and its maths."""

    def __init__(self, layout, grouped, ridge, way, monkeypatch):
        wants = lambda self: way == "gram"  # noqa: E731
        monkeypatch.setattr(storage_module.Storage, "_wants_gram", wants)
        _, stack, groups, n_blocks = case(layout, grouped=grouped)
        weights = np.linspace(0.5, 1.5, n_blocks)
        alpha = 0.1 * alpha_max(stack, L21(), groups)
        problem = PenalisedProblem(stack, L21(alpha, weights, ridge), groups)
        self.problem, self.data = problem, stack
        self.set = WorkingSet(problem, NoFreeBlocks())
        self.set.add(np.arange(n_blocks))
        features, every = self.set.storage.features, range(len(stack.designs))
        self.columns = [packed(stack.designs[d], features) for d in every]
        rng = np.random.default_rng(7)
        W = rng.standard_normal((len(features), stack.n_columns))
        owner = np.repeat(np.arange(n_blocks), np.diff(self.set.block_ptr))
        W[owner % 3 == 0] = 0.0  # some blocks are not in play
        self.set.coef[:] = W
        self.set.load(self.residuals(W))
        self.rows = np.flatnonzero(owner % 3)
        self.blocks = owner[self.rows]
        self.owner = np.unique(self.blocks, return_inverse=True)[1]
        self.strengths = problem.thresholds[self.blocks]

    def residuals(self, W):
        ptr = self.data.column_ptr
        triples = zip(self.columns, self.data.targets, range(len(ptr)), strict=False)
        return [y - W[:, ptr[d] : ptr[d + 1]].T @ X for X, y, d in triples]

    def objective(self, W):
        squares = sum((r**2).sum() for r in self.residuals(W))
        sums = np.bincount(self.owner, (W[self.rows] ** 2).sum(axis=1))
        first = np.unique(self.owner, return_index=True)[1]
        penalty = self.strengths[first] @ np.sqrt(sums)
        return 0.5 * squares + penalty + 0.5 * self.problem.ridge * (W**2).sum()

    def hessian(self):
        """Return the second derivative over the rows in play, entries row by row."""
        W, ptr = self.set.coef[self.rows], self.data.column_ptr
        shape = (*W.shape, *W.shape)
        out = np.zeros(shape)
        for d, X in enumerate(self.columns):
            gram = X[self.rows] @ X[self.rows].T
            for c in range(ptr[d], ptr[d + 1]):
                out[:, c, :, c] = gram
        for b in range(self.owner[-1] + 1):
            own = np.flatnonzero(self.owner == b)
            norm = np.linalg.norm(W[own])
            unit = (W[own] / norm).ravel()
            curved = np.eye(unit.size) - np.outer(unit, unit)
            curved *= self.strengths[own[0]] / norm
            block = curved.reshape(len(own), W.shape[1], len(own), W.shape[1])
            out[np.ix_(own, range(W.shape[1]), own, range(W.shape[1]))] += block
        out = out.reshape(W.size, W.size)
        return out + self.problem.ridge * np.eye(W.size)

    def gradient(self):
        W = self.set.coef[self.rows]
        norms = np.sqrt(np.bincount(self.owner, (W**2).sum(axis=1)))[self.owner]
        pull = (self.strengths / norms)[:, None] + self.problem.ridge
        pairs = zip(self.columns, self.residuals(self.set.coef), strict=True)
        slopes = [X[self.rows] @ r.T for X, r in pairs]
        return pull * W - np.concatenate(slopes, axis=1)

    @property
    def support(self):
        return self.rows, self.owner, np.unique(self.blocks)

    def newton(self):
        """Return the last direction, which is Newton's."""
        correlation = self.set.correlation_of(self.rows)
        given = self.set, self.support, correlation, self.set.coef[self.rows]
        return newton_directions(*given)[0][-1]


@pytest.mark.parametrize(
    "problem",
    [  # without a ridge, wide designs make no regular system
        *itertools.product(NARROW, [0.0, 0.2]),
        *itertools.product(sorted(WIDE), [0.2]),
    ],
)
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("way", ["gram", "packed"])
@pytest.mark.parametrize("direct", [100, 0])
@pytest.mark.drawn(pairs=True, least=40)
def test_newton_direction_solves_the_dense_system(
    problem, grouped, way, direct, monkeypatch
):
    layout, ridge = problem
    monkeypatch.setattr(newton_module, "DIRECT", direct)
    monkeypatch.setattr(newton_module, "CG_ACCURACY", 1e-13)
    monkeypatch.setattr(newton_module, "CG_STEPS", 500)
    explicit = Explicit(layout, grouped, ridge, way, monkeypatch)
    direction = explicit.newton()
    gradient = explicit.gradient()
    expected = -np.linalg.solve(explicit.hessian(), gradient.ravel())
    expected = expected.reshape(gradient.shape)
    assert_allclose(direction, expected, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("layout", "fewer"), [("own", "rows"), ("own, wide", "samples")]
)
def test_the_fewer_of_rows_and_samples_are_factored(layout, fewer, monkeypatch):
    # With thousands of samples a matrix of their size is out of the question.
    sizes = []
    factorise = newton_module.factorise

    def noting(matrix):
        sizes.append(len(matrix))
        return factorise(matrix)

    explicit = Explicit(layout, False, 0.2, "packed", monkeypatch)
    monkeypatch.setattr(newton_module, "factorise", noting)
    explicit.newton()
    samples = [target.shape[1] for target in explicit.data.targets]
    bound = {"rows": len(explicit.rows), "samples": max(samples)}
    assert bound[fewer] == min(bound.values())
    assert 0 < max(sizes[: len(samples)]) <= bound[fewer]


@pytest.mark.parametrize("layout", NARROW)
@each_blocks
@each_ridge
@each_way
def test_steps_never_do_harm_and_keep_the_state(
    layout, grouped, ridge, way, monkeypatch
):
    explicit = Explicit(layout, grouped, ridge, way, monkeypatch)
    rng, state = np.random.default_rng(1), explicit.set
    newton = explicit.newton()
    n_moved = 0
    for direction in (newton, -newton, 1e3 * rng.standard_normal(newton.shape)):
        before, coef = explicit.objective(state.coef), state.coef.copy()
        correlation = state.correlation_of(explicit.rows)
        moved = step_along(state, explicit.support, [direction], correlation)
        after = explicit.objective(state.coef)
        assert after < before if moved else after == before
        assert moved == (state.coef != coef).any()
        expected = np.concatenate(
            [
                X @ r.T
                for X, r in zip(
                    explicit.columns, explicit.residuals(state.coef), strict=True
                )
            ],
            axis=1,
        )
        got = state.correlation_of(np.arange(len(state.coef)))
        assert_allclose(got.T, expected, atol=1e-9 * np.abs(expected).max() + 1e-12)
        n_moved += moved
    assert n_moved >= 1


def test_anderson_finds_the_fixed_point_of_a_linear_iteration():
    rng = np.random.default_rng(2)
    basis = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    M = basis * [0.95, 0.6, 0.3, 0.1] @ basis.T
    fixed, history = rng.standard_normal(4), np.empty((6, 2, 2))
    x = np.zeros(4)
    for k in range(6):
        history[k] = x.reshape(2, 2)
        x = fixed + M @ (x - fixed)
    direction = anderson_direction(history)
    assert direction.shape == (2, 2)
    left = np.linalg.norm(history[-1] - fixed.reshape(2, 2))
    reached = history[-1] + direction - fixed.reshape(2, 2)
    assert np.linalg.norm(reached) < 1e-3 * left


def test_anderson_has_nothing_to_say_about_rest():
    assert anderson_direction(np.ones((6, 3, 2))) is None


def test_conjugate_gradients(monkeypatch):
    monkeypatch.setattr(newton_module, "CG_ACCURACY", 1e-12)
    rng = np.random.default_rng(3)
    root = rng.standard_normal((8, 8))
    M = root @ root.T + 0.1 * np.eye(8)
    target, before = rng.standard_normal(8), None
    before = target.copy()
    for mask in (np.ones(8), np.array([1.0, 1, 0, 1, 0, 1, 1, 1])):
        x = newton_module.conjugate_gradients(M.__matmul__, target, np.diag(M), mask)
        kept = mask > 0
        expected = np.linalg.solve(M[np.ix_(kept, kept)], target[kept])
        assert_allclose(x[kept], expected, rtol=1e-6)
        assert_array_equal(x[~kept], 0.0)
    assert_array_equal(target, before)
    zero = newton_module.conjugate_gradients(M.__matmul__, 0 * target, np.diag(M), mask)
    assert_array_equal(zero, 0.0)


PENALTIES = {
    "rows": L21(1.0),
    "rows, ridge": L21(1.0, ridge=0.2),
    "rows, positive": L21(1.0, positive=True),
    "rows, positive, ridge": L21(1.0, ridge=0.2, positive=True),
    "dirty": Dirty(1.0, 0.6),
    "dirty, specific only": Dirty(1.0, 0.3),
    "dirty, ridge": Dirty(1.0, 0.6, ridge=0.2),
    "dirty, positive": Dirty(1.0, 0.6, positive=True),
}


def some_coefficients(shape, positive):
    """Return rows with entries of very different sizes, some of them zero."""
    rng = np.random.default_rng(5)
    W = rng.standard_normal(shape) * rng.choice([0.2, 1.0, 6.0], shape)
    W[rng.random(shape) < 0.2] = 0.0
    W[:, 0] += W[:, 0] == 0.0  # no row without an entry
    return np.abs(W) if positive else W


def value_of_row(penalty, w):
    return penalty.value(w, np.array([0, w.size], dtype=np.int32))


class Point:
    """A loaded working set of all features at some coefficients."""

    def __init__(self, layout, unit, way, monkeypatch):
        wants = lambda self: way == "gram"  # noqa: E731
        monkeypatch.setattr(storage_module.Storage, "_wants_gram", wants)
        _, stack, _, _ = case(layout)
        penalty = unit.replaced(alpha=0.1 * alpha_max(stack, unit))
        if isinstance(unit, Dirty):
            penalty = penalty.replaced(beta=unit.beta * penalty.alpha)
        self.data, self.problem = stack, PenalisedProblem(stack, penalty)
        self.set = WorkingSet(self.problem, NoFreeBlocks())
        self.rows = np.arange(stack.n_features)
        self.set.add(self.rows)
        self.W = some_coefficients(self.set.coef.shape, penalty.positive)
        self.set.coef[:] = self.W
        self.set.load(self.set.residuals())
        self.local = self.problem.penalty.model_at(self.W, self.rows, self.rows)

    def hessian(self):
        """Return the second derivative, entries row by row."""
        shape, ptr = self.W.shape, self.data.column_ptr
        out = np.zeros((*shape, *shape))
        for d, design in enumerate(self.data.designs):
            columns = packed(design, self.rows)
            for c in range(ptr[d], ptr[d + 1]):
                out[:, c, :, c] = columns @ columns.T
        for i in self.rows:
            unit = self.local.directions[i]
            out[i, :, i, :] -= self.local.curvature[i] * np.outer(unit, unit)
        out = out.reshape(self.W.size, self.W.size)
        bend = with_least_hessian(self.set, self.rows, self.local.hessian_diag)
        bend = np.broadcast_to(bend, shape).ravel()
        return out + np.diag(np.where(bend < np.inf, bend, 0.0))


@pytest.mark.parametrize("layout", ["shared", "own", "responses"])
@pytest.mark.parametrize("way", ["gram", "packed"])
@pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)
@pytest.mark.drawn(pairs=True, least=21)
def test_newton_directions_solve_the_dense_system(layout, penalty, way, monkeypatch):
    point = Point(layout, penalty, way, monkeypatch)
    correlation = point.set.correlation_of(point.rows)
    support = point.rows, point.rows, point.rows
    direction = newton_directions(point.set, support, correlation, point.W)[0][-1]
    kept = np.broadcast_to(point.local.hessian_diag < np.inf, point.W.shape)
    some = kept.ravel()
    gradient = (point.local.gradient - correlation.T).ravel()
    hessian = point.hessian()[np.ix_(some, some)]
    expected = -np.linalg.lstsq(hessian, gradient[some])[0]
    # The Hessian may be singular but for a trace of bend: the equation counts.
    left = hessian @ (direction[kept] - expected)
    assert np.abs(left).max() < 1e-6 * np.abs(gradient).max()
    assert_array_equal(direction[~kept], 0.0)


@pytest.mark.parametrize("curvature", [[0.5, 0.5], [0.5, 2.0]])
def test_one_visit_solves_a_row_with_both_parts(curvature):
    penalty, v = Dirty(0.05, 0.04), np.array([1.0, 0.3])
    L = np.array(curvature)
    w = penalty.prox(v, L)
    pull = L * (v - w)  # must be feasible, and say what the penalty says
    assert np.linalg.norm(pull) <= 0.05 * (1 + 1e-12)
    assert np.abs(pull).max() <= 0.04 * (1 + 1e-12)
    assert_allclose(pull @ w, value_of_row(penalty, w), rtol=1e-12)


def test_one_sweep_solves_identity_designs():
    targets = [[1.0, 0.0], [0.3, 0.0]]
    parts = [DesignTargets(np.eye(2), np.array(y)[:, None]) for y in targets]
    problem = PenalisedProblem(
        make_scaled_data(parts, fit_intercept=False), Dirty(0.05, 0.04)
    )
    state = WorkingSet(problem, NoFreeBlocks())
    state.add(np.arange(2))
    state.load(state.residuals())
    n_epochs, gap, _, _ = block_cd(
        state.datafit, state.penalty, state.coef, 1e-15, 1, 1
    )
    assert n_epochs == 1
    assert gap <= 1e-15
    unit = np.ldexp(1.0, problem.data.x_exponent - problem.data.y_exponent)
    assert_allclose(unit * state.coef, [[0.92, 0.24], [0.0, 0.0]], atol=1e-15)
    assert_allclose(unit * state.shared(), [[0.32, 0.24], [0.0, 0.0]], atol=1e-15)


@pytest.mark.parametrize("layout", ["shared", "own", "responses", "own, wide"])
@pytest.mark.parametrize("share", [0.2, 0.01])
@pytest.mark.parametrize("penalty", [Dirty(1.0, 0.7), Dirty(1.0, 0.7, positive=True)])
def test_hard_problems_end_in_few_sweeps(layout, share, penalty):
    _, stack, _, _ = case(layout)
    alpha = share * alpha_max(stack, penalty)
    strengths = {"alpha": alpha, "beta": 0.7 * alpha}
    solution = solve(stack, penalty.replaced(**strengths), tol=1e-12)
    assert solution.converged
    assert solution.n_iter <= 200
