"""Duality gaps bound, discards are safe, and alpha_max is where it is said to be."""

import numpy as np
import pytest
import reference
from numpy.testing import assert_allclose, assert_array_equal
from stacks import LAYOUTS, PENALTIES, case, penalty_of, statement

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.penalties import L21
from mutar_cy.solvers import OuterLoop, alpha_max, solve, solve_path
from mutar_cy.solvers import _certificate as certificate_module
from mutar_cy.solvers._certificate import Certificate
from mutar_cy.solvers._dual_scaling import best_scaling

each_layout = pytest.mark.parametrize("layout", LAYOUTS)
each_penalty = pytest.mark.parametrize("kind", PENALTIES)
each_blocks = pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])


def dual(scale, square, inner, norms, thresholds, ridge):
    """The dual objective as the module states it, at a scaled residual."""
    excess = np.maximum(scale * norms - thresholds, 0.0)
    if ridge == 0.0:
        penalty = 0.0 if (excess <= 1e-14 * thresholds).all() else np.inf
    else:
        penalty = (excess**2).sum() / (2 * ridge)
    return scale * inner - 0.5 * scale**2 * square - penalty


# Free blocks limit the scale; with a ridge there are none.
@pytest.mark.parametrize(
    ("ridge", "limit"),
    [(0.0, np.inf), (0.0, 1.0), (0.0, 0.2)] + [(r, np.inf) for r in (1e-3, 0.5, 100.0)],
)
@pytest.mark.parametrize("seed", range(6))
def test_scaling_is_the_best_one(ridge, limit, seed):
    rng = np.random.default_rng(seed)
    square, inner = rng.uniform(0.1, 5.0), rng.uniform(-1.0, 5.0)
    norms = rng.uniform(0.0, 3.0, 6) * rng.choice([0.01, 1.0])
    thresholds = rng.uniform(0.1, 2.0, 6)
    given = square, inner, norms, thresholds, ridge
    scale, value = best_scaling(*given, limit)
    assert 0.0 <= scale <= limit
    assert_allclose(value, dual(scale, *given), rtol=1e-12, atol=1e-14)
    top = min(limit, 2.0 * abs(inner) / square + 1.0)
    others = [dual(s, *given) for s in np.linspace(0.0, top, 5000)]
    assert value >= max(others) - 1e-9 * max(1.0, abs(value))


def test_scaling_of_nothing():
    norms, thresholds = np.zeros(2), np.ones(2)
    for ridge in (0.0, 1.0):
        assert best_scaling(0.0, 0.0, norms, thresholds, ridge)[1] == 0.0


class Plain:
    """One design, blocks of one row: everything that a certificate needs, by numpy."""

    def __init__(self, seed, ridge=0.0, n=12, p=20, n_columns=3):
        rng = np.random.default_rng(seed)
        self.X = rng.standard_normal((n, p)) * rng.uniform(0.5, 2.0, p)
        truth = rng.standard_normal((p, n_columns)) * (rng.random((p, 1)) < 0.2)
        self.Y = self.X @ truth + 0.3 * rng.standard_normal((n, n_columns))
        top = np.linalg.norm(self.X.T @ self.Y, axis=1).max()
        self.alpha, self.ridge = rng.uniform(0.05, 0.6) * top, ridge
        self.thresholds = np.full(p, self.alpha)
        self.lengths = np.linalg.norm(self.X, axis=0)

    def primal(self, W):
        norms = np.linalg.norm(W, axis=1)
        penalty = self.alpha * norms.sum() + 0.5 * self.ridge * (W**2).sum()
        return 0.5 * ((self.Y - self.X @ W) ** 2).sum() + penalty

    def gap(self, certificate, W):
        residual = self.Y - self.X @ W
        square, inner = (residual**2).sum(), (self.Y * residual).sum()
        norms = np.linalg.norm(self.X.T @ residual, axis=1)
        return certificate.gap(self.primal(W), (square, inner), norms)

    def solution(self):
        n = len(self.X)  # the data term of a stack is a mean
        stack = make_scaled_data([DesignTargets(self.X, self.Y)], fit_intercept=False)
        penalty = L21(self.alpha / n, ridge=self.ridge / n)
        return solve(stack, penalty, tol=1e-15, max_iter=2000).coef


@pytest.mark.parametrize("ridge", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(10))
def test_gap_bounds_the_distance_to_the_minimum(seed, ridge):
    problem, rng = Plain(seed, ridge), np.random.default_rng(seed)
    best = problem.solution()
    lowest, shape = problem.primal(best), best.shape
    remembering = Certificate(problem.thresholds, ridge)
    points = [np.zeros(shape)]
    points += [rng.standard_normal(shape) * s for s in (10.0, 1.0, 0.01)]
    points += [best * (1.0 + s * rng.standard_normal(shape)) for s in (1.0, 1e-3, 1e-6)]
    for W in points:
        fresh = problem.gap(Certificate(problem.thresholds, ridge), W)
        kept = problem.gap(remembering, W)
        distance = problem.primal(W) - lowest
        assert fresh >= distance - 1e-12 * lowest
        assert distance - 1e-12 * lowest <= kept <= fresh + 1e-12 * lowest
        assert_allclose(remembering.dual, problem.primal(W) - kept, rtol=1e-12)
    assert abs(problem.gap(remembering, best)) < 1e-11 * lowest
    # A worse point leaves the best dual value as it is.
    before = remembering.dual
    problem.gap(remembering, points[1])
    assert remembering.dual == before


def wrongly_discarded(seed):
    """Count non-zero blocks discarded at the minimum, and zero ones that are not."""
    problem = Plain(seed)
    best = problem.solution()
    certificate = Certificate(problem.thresholds, 0.0)
    problem.gap(certificate, best)
    discarded = certificate.discards(problem.primal(best), problem.lengths)
    active = np.linalg.norm(best, axis=1) > 1e-8 * np.abs(best).max()
    clear = certificate.norms < (1.0 - 1e-4) * problem.thresholds
    return np.sum(discarded & active), np.sum(clear & ~discarded & ~active)


def test_discards_are_safe_when_the_gap_is_nothing_but_rounding():
    counts = np.array([wrongly_discarded(seed) for seed in range(120)])
    assert_array_equal(counts[:, 0], 0)
    assert_array_equal(counts[:, 1], 0)


def test_that_experiment_fails_without_the_guard(monkeypatch):
    monkeypatch.setattr(certificate_module, "guard", lambda primal, dual: 0.0)
    counts = [wrongly_discarded(seed)[0] for seed in range(120)]
    assert np.count_nonzero(counts) > 5


@pytest.mark.parametrize("seed", range(20))
def test_discards_are_safe_on_the_way(seed):
    problem, rng = Plain(seed), np.random.default_rng(seed)
    best = problem.solution()
    zero = ~best.any(axis=1)
    n_discarded = 0
    for spread in (1.0, 1e-1, 1e-2, 1e-4, 1e-6):
        certificate = Certificate(problem.thresholds, 0.0)
        W = best * (1.0 + spread * rng.standard_normal(best.shape))
        problem.gap(certificate, W)
        discarded = certificate.discards(problem.primal(W), problem.lengths)
        assert zero[discarded].all()
        n_discarded += discarded.sum()
    assert n_discarded > 0


def null_residuals(problem):
    """Return residuals of the model with nothing but free coefficients."""
    residuals = []
    free = np.concatenate([b.rows for b in problem.blocks if b.strength == 0] or [[]])
    free = free.astype(int) if problem.ridge == 0 else free[:0].astype(int)
    for X, y, weight in reference.centred(problem):
        root = np.sqrt(weight)[:, None]
        fitted = np.linalg.lstsq(root * X[:, free], root[:, 0] * y)[0]
        residuals.append((X, weight * (y - X[:, free] @ fitted)))
    return residuals


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.parametrize("kind", ["plain", "weights", "positive"])
@pytest.mark.drawn(pairs=True, least=21)
def test_alpha_max_is_the_largest_gradient_at_the_null_model(layout, kind, grouped):
    parts, stack, groups, n_blocks = case(layout, grouped=grouped)
    unit = penalty_of(kind, 1.0, n_blocks)
    problem = statement(parts, unit, groups)
    slopes = np.array([X.T @ u for X, u in null_residuals(problem)]).T
    slopes = np.maximum(slopes, 0.0) if unit.positive else slopes
    ratios = [
        np.linalg.norm(slopes[rows]) / strength
        for rows, _, strength, _ in problem.blocks
        if 0.0 < strength < np.inf
    ]
    # Its own alpha and ridge are not looked at.
    other = L21(123.0, unit.weights, 4.0, unit.positive)
    assert_allclose(alpha_max(stack, unit, groups), max(ratios), rtol=1e-9)
    assert_allclose(alpha_max(stack, other, groups), max(ratios), rtol=1e-9)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", PENALTIES)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.drawn(pairs=True, least=42)
def test_zero_just_above_alpha_max_and_not_just_below(layout, kind, grouped):
    _, stack, groups, n_blocks = case(layout, grouped=grouped)
    top = alpha_max(stack, penalty_of(kind, 1.0, n_blocks), groups)
    above = penalty_of(kind, top * (1 + 1e-9), n_blocks)
    below = penalty_of(kind, top * (1 - 1e-3), n_blocks)
    strengths = above.thresholds(n_blocks)
    free = (strengths == 0.0) if above.ridge == 0.0 else strengths < 0.0
    members = [[j] for j in range(n_blocks)] if groups is None else groups
    unpenalised = np.concatenate([members[b] for b in np.flatnonzero(free)] or [[]])
    penalised = np.setdiff1d(np.arange(stack.n_features), unpenalised)
    if above.ridge > 0.0 and (strengths == 0.0).any():
        return  # a block with nothing but a ridge is never zero
    solution = solve(stack, above, groups, tol=1e-9)
    assert_array_equal(solution.coef[penalised], 0.0)
    assert solution.converged
    assert solution.n_iter == 0
    assert solve(stack, below, groups, tol=1e-10).coef[penalised].any()


def test_alpha_max_of_nothing_to_explain():
    stack = make_scaled_data([DesignTargets(np.eye(3), np.ones((3, 1)))])
    assert alpha_max(stack, L21()) == 0.0
    assert alpha_max(stack, L21(1.0, weights=[0.0, np.inf, 0.0])) == 0.0


def unbalanced(layout, part):
    """Return data whose residuals are not orthogonal to the intercepts, and true data.

    Targets are shifted, or means of columns are wrong: mistakes that centring excludes.
    """
    _, wrong, _, _ = case(layout)
    _, right, _, _ = case(layout)
    for d, design in enumerate(wrong.designs):
        if part == "targets":
            wrong.targets[d] = wrong.targets[d] + 0.2 * design.sqrt_weight
        else:
            design._shift = design._shift + 0.2
            design.squares = design.squares + 0.04 * design.total_weight
    return wrong, right


@pytest.mark.parametrize("layout", ["one column", "shared", "own", "own, wide"])
@pytest.mark.parametrize("part", ["targets", "means"])
def test_the_gap_measures_what_intercepts_would_still_gain(layout, part):
    wrong, right = unbalanced(layout, part)
    penalty = L21(0.1 * alpha_max(right, L21()))
    lowest = solve(right, penalty, tol=1e-12).objective
    loops = [lambda: [solve(wrong, penalty, tol=1e-6)]]
    loops += [lambda: solve_path(wrong, [penalty.replaced(alpha=a), penalty], tol=1e-6)]
    a = 1.5 * penalty.alpha
    for loop in loops:
        found = list(loop())[-1]
        assert not found.converged
        assert found.dual_gap > 1e-4 * lowest
        assert found.objective - found.dual_gap <= lowest * (1 + 1e-9)


def test_balanced_residuals_keep_the_gap(monkeypatch):
    # Centred data are orthogonal to intercepts: the second certificate is never made.
    monkeypatch.setattr(OuterLoop, "_certify_balanced", None)
    for layout in LAYOUTS:
        _, data, _, _ = case(layout)
        penalty = L21(0.1 * alpha_max(data, L21()))
        assert solve(data, penalty, tol=1e-10).converged
        assert all(one.converged for one in solve_path(data, [penalty], tol=1e-10))
