"""Solutions against proximal gradient steps in plain numpy, and a gap of our own."""

import numpy as np
import pytest
import reference
from certificate import check, duality_gap
from numpy.testing import assert_allclose, assert_array_equal
from stacks import LAYOUTS, PENALTIES, WIDE, case, penalty_of, statement

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.penalties import L21
from mutar_cy.solvers import _working_set as storage_module
from mutar_cy.solvers import (
    alpha_max,
    alpha_max_columns,
    solve,
    solve_columns,
)

TOL = 1e-9

each_layout = pytest.mark.parametrize("layout", LAYOUTS)
each_penalty = pytest.mark.parametrize("kind", PENALTIES)
each_blocks = pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])


def assert_solved(problem, solution, tol=TOL):
    """Certify a solution by the test's own gap, and its own numbers by ours."""
    null = reference.null_objective(problem)
    assert solution.converged
    check(problem, solution.coef, solution.intercept, tol=tol)
    primal = reference.objective(problem, solution.coef, solution.intercept)
    assert_allclose(solution.objective, primal, rtol=1e-9, atol=1e-14 * null)
    assert_allclose(solution.gap_target, tol * null, rtol=1e-9)
    assert -1e-13 * null <= solution.dual_gap <= max(solution.gap_target, 1e-13 * null)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", PENALTIES)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.parametrize("fraction", [0.4, 0.03])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.drawn(pairs=True, least=112)
def test_solutions_are_certified(layout, kind, grouped, fraction, fit_intercept):
    parts, stack, groups, n_blocks = case(layout, kind, grouped, fit_intercept)
    unit = penalty_of(kind, 1.0, n_blocks)
    alpha = fraction * alpha_max(stack, unit, groups)
    penalty = penalty_of(kind, alpha, n_blocks)
    solution = solve(stack, penalty, groups, tol=TOL, max_iter=20_000)
    problem = statement(parts, penalty, groups, fit_intercept)
    assert_solved(problem, solution)
    assert solution.coef.any()
    for block in problem.blocks:
        if np.isinf(block.strength):
            assert_array_equal(solution.coef[block.rows], 0.0)


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - WIDE))
@each_blocks
@pytest.mark.parametrize("kind", ["plain", "ridge", "positive"])
def test_solutions_agree_with_proximal_gradient(layout, kind, grouped):
    parts, stack, groups, n_blocks = case(layout, kind, grouped)
    alpha = 0.2 * alpha_max(stack, penalty_of(kind, 1.0, n_blocks), groups)
    penalty = penalty_of(kind, alpha, n_blocks)
    solution = solve(stack, penalty, groups, tol=1e-12, max_iter=20_000)
    problem = statement(parts, penalty, groups)
    null = reference.null_objective(problem)

    def close(coef, intercept):
        return duality_gap(problem, coef, intercept) <= 1e-13 * null

    coef, intercept = reference.proximal_gradient(problem, n_iter=6000, stop=close)
    scale = np.abs(coef).max()
    assert_allclose(solution.coef, coef, atol=2e-5 * scale)
    assert_allclose(solution.intercept, intercept, rtol=1e-4)
    best = reference.objective(problem, coef, intercept)
    assert solution.objective <= best + 1e-11 * null


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - WIDE))
@pytest.mark.parametrize("which", ["alpha", "weights"])
def test_no_penalty_is_least_squares(layout, which):
    parts, stack, _, n_features = case(layout)
    penalty = L21(0.0) if which == "alpha" else L21(1.0, np.zeros(n_features))
    solution = solve(stack, penalty, tol=1e-12)
    columns = reference.centred(statement(parts, penalty))
    for (X, y, weight), w in zip(columns, solution.coef.T, strict=True):
        root = np.sqrt(weight)
        expected = np.linalg.lstsq(root[:, None] * X, root * y)[0]
        assert_allclose(w, expected, atol=1e-9)
    assert solution.converged
    assert solution.dual_gap <= solution.gap_target + 1e-13


@each_layout
@pytest.mark.parametrize("given", [{"ridge": 0.1}, {"positive": True}])
def test_ridge_alone_and_signs_alone(layout, given):
    parts, stack, _, _ = case(layout)
    penalty = L21(0.0, **given)
    solution = solve(stack, penalty, tol=TOL, max_iter=20_000)
    assert_solved(statement(parts, penalty), solution)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["plain", "weights", "ridge", "positive, weights"])
@pytest.mark.drawn(pairs=True, least=14)
def test_columns_are_solved_as_if_alone(layout, kind):
    parts, stack, _, n_features = case(layout)
    units = [penalty_of(kind, 1.0, n_features)] * stack.n_columns
    tops = alpha_max_columns(stack, units)
    fractions = np.linspace(0.05, 1.01, stack.n_columns)[::-1]
    penalties = [penalty_of(kind, a, n_features) for a in fractions * tops]
    together = solve_columns(stack, penalties, tol=TOL, max_iter=20_000)
    alone = [part._replace(Y=y[:, None]) for part in parts for y in part.Y.T]
    for c, (own, penalty) in enumerate(zip(alone, penalties, strict=True)):
        one = make_scaled_data([own])
        assert_allclose(tops[c], alpha_max(one, units[c]), rtol=1e-12)
        expected = solve(one, penalty, tol=TOL, max_iter=20_000)
        problem = statement([own], penalty)
        coef, intercept = together.coef[:, c : c + 1], together.intercept[c : c + 1]
        check(problem, coef, intercept, tol=TOL)
        null = reference.null_objective(problem)
        assert_allclose(together.objective[c], expected.objective, atol=2 * TOL * null)
        assert_allclose(together.gap_target[c], TOL * null, rtol=1e-9)
        assert together.converged[c]
        assert together.dual_gap[c] <= together.gap_target[c] + 1e-13 * null
    assert together.n_iter.shape == (stack.n_columns,)
    if kind == "plain" and stack.n_columns > 1:  # the first is above its alpha_max
        assert together.n_iter[0] == 0
        assert_array_equal(together.coef[:, 0], 0.0)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.parametrize("kind", ["plain", "weights", "ridge"])
@pytest.mark.parametrize("way", ["gram", "no memory"])
@pytest.mark.drawn(pairs=True, least=42)
def test_ways_to_store_a_working_set(layout, kind, grouped, way, monkeypatch):
    _, stack, groups, n_blocks = case(layout, kind, grouped)
    alpha = 0.1 * alpha_max(stack, penalty_of(kind, 1.0, n_blocks), groups)
    penalty = penalty_of(kind, alpha, n_blocks)
    expected = solve(stack, penalty, groups, tol=1e-12, max_iter=20_000)
    if way == "gram":
        wants = lambda self: True  # noqa: E731
        monkeypatch.setattr(storage_module.Storage, "_wants_gram", wants)
    else:  # no memory for Gram matrices: another way is to be found
        monkeypatch.setattr(storage_module, "MEMORY", 0.0)
    got = solve(stack, penalty, groups, tol=1e-12, max_iter=20_000)
    assert got.converged
    assert_allclose(got.objective, expected.objective, rtol=1e-11)
    scale = np.abs(expected.coef).max()
    assert_allclose(got.coef, expected.coef, atol=1e-4 * scale)


@pytest.mark.parametrize("layout", ["shared", "own", "shared, wide", "own, wide"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_single_precision_designs_are_solved_in_double(layout, order):
    parts, _, _, _ = case(layout)
    narrow = [
        DesignTargets(np.asarray(part.X, dtype=np.float32, order=order), *part[1:])
        for part in parts
    ]
    wide = [part._replace(X=part.X.astype(np.float64)) for part in narrow]
    stack = make_scaled_data(narrow)
    alpha = 0.1 * alpha_max(stack, L21())
    assert_allclose(alpha, 0.1 * alpha_max(make_scaled_data(wide), L21()), rtol=1e-12)
    solution = solve(stack, L21(alpha), tol=TOL, max_iter=20_000)
    assert_solved(statement(wide, L21(alpha)), solution)
