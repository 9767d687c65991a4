"""Second-order models of penalties, and Newton's directions from them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from stacks import case

from mutar_cy.designs import DesignTargets, make_scaled_data, packed
from mutar_cy.penalties import L21, Dirty
from mutar_cy.solvers import PenalisedProblem, alpha_max, solve
from mutar_cy.solvers import _working_set as storage_module
from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._newton import newton_directions, with_least_hessian
from mutar_cy.solvers._unpenalised import NoFreeBlocks
from mutar_cy.solvers._working_set import WorkingSet

STEP = 1e-6
PENALTIES = {
    "rows": L21(1.0),
    "rows, ridge": L21(1.0, ridge=0.2),
    "rows, positive": L21(1.0, positive=True),
    "rows, positive, ridge": L21(1.0, ridge=0.2, positive=True),
    "dirty": Dirty(1.0, 0.6),
    "dirty, specific only": Dirty(1.0, 0.3),
    "dirty, positive": Dirty(1.0, 0.6, positive=True),
}
each_penalty = pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)


def some_coefficients(shape, positive):
    """Return rows with entries of very different sizes, some of them zero."""
    rng = np.random.default_rng(5)
    W = rng.standard_normal(shape) * rng.choice([0.2, 1.0, 6.0], shape)
    W[rng.random(shape) < 0.2] = 0.0
    W[:, 0] += W[:, 0] == 0.0  # no row without an entry
    return np.abs(W) if positive else W


def value_of_row(penalty, w):
    return penalty.value(w, np.array([0, w.size], dtype=np.int32))


@each_penalty
def test_a_local_model_is_the_derivatives(penalty):
    W = some_coefficients((8, 5), penalty.positive)
    rows = np.arange(len(W))
    local = penalty.model_at(W, rows, rows)
    n_smooth = 0
    for i, w in enumerate(W):
        smooth = np.broadcast_to(local.hessian_diag, W.shape)[i] < np.inf
        assert_array_equal(w[~smooth], 0.0)
        hessian = np.diag(np.where(smooth, local.hessian_diag[i], 0.0))
        hessian -= local.curvature[i] * np.outer(
            local.directions[i], local.directions[i]
        )
        for k in np.flatnonzero(smooth & (w != 0.0)):
            moved = [w.copy(), w.copy()]
            moved[0][k] += STEP
            moved[1][k] -= STEP
            up, down = (value_of_row(penalty, v) for v in moved)
            assert_allclose(local.gradient[i, k], (up - down) / (2 * STEP), rtol=1e-6)
            models = [penalty.model_at(v[None], rows[:1], rows[:1]) for v in moved]
            change = (models[0].gradient - models[1].gradient)[0] / (2 * STEP)
            assert_allclose(hessian[k][smooth], change[smooth], atol=1e-6)
            n_smooth += 1
    assert n_smooth > 20


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
@each_penalty
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
@pytest.mark.parametrize("penalty", [Dirty(1.0, 0.7), Dirty(1.0, 0.7, None, True)])
def test_hard_problems_end_in_few_sweeps(layout, share, penalty):
    _, stack, _, _ = case(layout)
    alpha = share * alpha_max(stack, penalty)
    strengths = {"alpha": alpha, "beta": 0.7 * alpha}
    solution = solve(stack, penalty.replaced(**strengths), tol=1e-12)
    assert solution.converged
    assert solution.n_iter <= 200
