"""What a solver promises about budgets, starts, observers and its own numbers."""

import numpy as np
import pytest
import reference
from certificate import check
from numpy.testing import assert_allclose, assert_array_equal
from stacks import LAYOUTS, case, part, penalty_of, statement

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max, solve, solve_columns

each_layout = pytest.mark.parametrize("layout", LAYOUTS)


def hard(layout, fraction=0.05, kind="plain"):
    """Return parts, stack and a penalty that takes more than a few sweeps."""
    parts, stack, _, n_blocks = case(layout)
    top = alpha_max(stack, penalty_of(kind, 1.0, n_blocks))
    return parts, stack, penalty_of(kind, fraction * top, n_blocks)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("max_iter", [1, 2, 7, 16])
@pytest.mark.drawn(pairs=True, least=14)
def test_budget_is_respected(layout, max_iter):
    parts, stack, penalty = hard(layout, 0.001)
    solution = solve(stack, penalty, tol=1e-12, max_iter=max_iter)
    assert 1 <= solution.n_iter <= max_iter
    assert solution.converged == (solution.dual_gap <= solution.gap_target)
    # What is handed back is of use, and as good as it says.
    problem = statement(parts, penalty)
    null = reference.null_objective(problem)
    assert solution.objective <= null
    got = reference.objective(problem, solution.coef, solution.intercept)
    assert_allclose(solution.objective, got, rtol=1e-9)
    best = solve(stack, penalty, tol=1e-12, max_iter=50_000).objective
    assert solution.dual_gap >= got - best - 1e-12 * null


def test_one_sweep_is_not_enough():
    _, stack, penalty = hard("own, wide", 0.001)
    assert not solve(stack, penalty, tol=1e-12, max_iter=1).converged


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["plain", "ridge", "positive", "weights"])
@pytest.mark.parametrize("fraction", [0.5, 0.01])
@pytest.mark.drawn(pairs=True, least=21)
def test_tol_zero_stops(layout, kind, fraction):
    parts, stack, penalty = hard(layout, fraction, kind)
    budget = 20_000
    solution = solve(stack, penalty, tol=0.0, max_iter=budget)
    assert solution.n_iter < budget
    assert solution.gap_target == 0.0
    check(statement(parts, penalty), solution.coef, solution.intercept, tol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_tol_zero_stops_on_tiny_problems(seed):
    stack = make_scaled_data([part(seed, 12, 20, 3)])
    penalty = L21(0.2 * alpha_max(stack, L21()))
    solution = solve(stack, penalty, tol=0.0, max_iter=5000)
    assert solution.n_iter < 5000
    assert solution.converged


@each_layout
@pytest.mark.parametrize("kind", ["plain", "weights", "positive"])
def test_warm_start_from_the_solution(layout, kind):
    _, stack, penalty = hard(layout, kind=kind)
    cold = solve(stack, penalty, tol=1e-10, max_iter=20_000)
    start = cold.coef.copy()
    warm = solve(stack, penalty, coef=start, tol=2e-10, max_iter=20_000)
    assert_array_equal(start, cold.coef)
    assert warm.converged
    assert warm.n_iter <= max(2, cold.n_iter // 4)
    assert_allclose(warm.objective, cold.objective, rtol=1e-8)


@each_layout
def test_warm_start_from_anywhere(layout):
    parts, stack, penalty = hard(layout, kind="weights")
    start = np.random.default_rng(0).standard_normal(
        (stack.n_features, stack.n_columns)
    )
    before = start.copy()
    solution = solve(stack, penalty, coef=start, tol=1e-9, max_iter=20_000)
    assert_array_equal(start, before)
    check(statement(parts, penalty), solution.coef, solution.intercept, tol=1e-9)
    assert_array_equal(solution.coef[-1], 0.0)  # excluded, whatever the start


def test_warm_start_that_violates_the_sign():
    parts, stack, penalty = hard("shared", kind="positive")
    start = -np.ones((stack.n_features, stack.n_columns))
    solution = solve(stack, penalty, coef=start, tol=1e-9, max_iter=20_000)
    check(statement(parts, penalty), solution.coef, solution.intercept, tol=1e-9)
    stopped = solve(stack, penalty, coef=start, tol=1e-9, max_iter=1)
    assert (stopped.coef >= 0.0).all()


@each_layout
def test_observer_sees_every_pass(layout):
    _, stack, penalty = hard(layout)
    seen = []
    solution = solve(
        stack,
        penalty,
        tol=1e-9,
        max_iter=20_000,
        on_iteration=lambda *a: seen.append(a),
    )
    sweeps, gaps, targets = np.array(seen).T
    assert sweeps[0] == 0
    assert (np.diff(sweeps) >= 0).all()
    assert sweeps[-1] == solution.n_iter
    assert gaps[-1] == solution.dual_gap
    assert_array_equal(targets, solution.gap_target)
    assert (gaps[:-1] > targets[:-1]).all()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("when", [0, 1])
def test_exceptions_of_the_observer_propagate(error, when):
    _, stack, penalty = hard("own")
    calls = []

    def observer(n_iter, gap, target):
        calls.append(n_iter)
        if len(calls) > when:
            raise error("enough")

    with pytest.raises(error, match="enough"):
        solve(stack, penalty, tol=1e-9, on_iteration=observer)
    assert len(calls) == when + 1
    with pytest.raises(error, match="enough"):
        solve_columns(stack, [penalty] * stack.n_columns, on_iteration=observer)


@each_layout
def test_solving_leaves_its_arguments_alone(layout):
    parts, stack, penalty = hard(layout, kind="weights")
    targets = [t.copy() for t in stack.targets]
    designs = [p.X.copy() for p in parts]
    first = solve(stack, penalty, tol=1e-9)
    second = solve(stack, penalty, tol=1e-9)
    for a, b in zip(targets, stack.targets, strict=True):
        assert_array_equal(a, b)
    for a, b in zip(designs, parts, strict=True):
        assert abs(a - b.X).max() == 0.0
    assert_array_equal(first.coef, second.coef)  # the same bits again
    assert first.n_iter == second.n_iter


@pytest.mark.parametrize("weights", [None, [1.0, 0.0, 2.0]])
def test_constant_targets_give_zeros(weights):
    X = np.random.default_rng(0).standard_normal((9, 3))
    stack = make_scaled_data([DesignTargets(X, np.full((9, 2), 1.0 / 3))])
    solution = solve(stack, L21(0.1, weights), tol=1e-4)
    assert_array_equal(solution.coef, 0.0)
    assert_allclose(solution.intercept, 1.0 / 3, rtol=1e-15)
    assert solution.converged
    assert (solution.n_iter, solution.dual_gap, solution.objective) == (0, 0.0, 0.0)


def test_designs_without_spread_give_zeros():
    rng = np.random.default_rng(0)
    stack = make_scaled_data(
        [DesignTargets(np.full((9, 3), 1e8 / 3), rng.standard_normal((9, 2)))]
    )
    for penalty in (L21(0.1), L21(0.0), L21(0.1, ridge=1.0), L21(0.1, [0, 1, 2])):
        solution = solve(stack, penalty, tol=1e-4)
        assert_array_equal(solution.coef, 0.0)
        assert solution.converged


def test_everything_excluded_gives_zeros():
    _, stack, _, _ = case("shared")
    for alpha in (0.0, 1.0):
        penalty = L21(alpha, np.full(stack.n_features, np.inf))
        solution = solve(stack, penalty, tol=1e-9)
        assert_array_equal(solution.coef, 0.0)
        assert solution.converged
        assert_allclose(solution.objective, stack.null_objective, rtol=1e-12)
