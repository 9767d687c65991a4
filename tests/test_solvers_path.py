"""A path ends, at every strength, where a fit from nothing does."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from stacks import LAYOUTS, PENALTIES, case, penalty_of

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.penalties import L21, Dirty, SparseGroup
from mutar_cy.solvers import PenalisedProblem, alpha_max, solve, solve_path
from mutar_cy.solvers import _outer_loop as run_module
from mutar_cy.solvers import _path as path_module

TOL = 1e-9
SHARES = [1.2, 1.0, 0.7, 0.3, 0.1, 0.05]


def compare(stack, penalties, groups):
    """Check a path against fits from nothing; return its solutions."""
    path = list(solve_path(stack, penalties, groups, tol=TOL, max_iter=20000))
    for penalty, found in zip(penalties, path, strict=True):
        alone = solve(stack, penalty, groups, tol=TOL, max_iter=20000)
        assert found.converged
        assert 0.0 <= found.dual_gap <= found.gap_target
        assert abs(found.objective - alone.objective) <= alone.gap_target
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", PENALTIES)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.drawn(pairs=True, least=36)
def test_every_layout_and_penalty(layout, kind, grouped):
    _, stack, groups, n_blocks = case(layout, grouped=grouped)
    largest = alpha_max(stack, penalty_of(kind, 1.0, n_blocks), groups)
    compare(stack, [penalty_of(kind, s * largest, n_blocks) for s in SHARES], groups)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
def test_penalties_with_a_second_strength(layout, grouped):
    _, stack, groups, _ = case(layout, grouped=grouped)
    for unit in (SparseGroup(1.0, 0.3), Dirty(1.0, 0.6)):
        largest = alpha_max(stack, unit, groups)
        ratio = getattr(unit, "beta", None)
        changes = [{"alpha": s * largest} for s in SHARES]
        if ratio:
            changes = [own | {"beta": ratio * own["alpha"]} for own in changes]
        compare(stack, [unit.replaced(**own) for own in changes], groups)


def test_bounds_follow_the_ratio_of_two_strengths():
    # How fast norms change with the residual depends on it, and so what is discarded.
    _, stack, _, _ = case("own")
    problem = PenalisedProblem(stack, Dirty(1.0, 0.9))
    for beta in (0.4, 0.9, 1.5):
        penalty = Dirty(0.7, beta)
        expected = PenalisedProblem(stack, penalty).lengths
        assert_allclose(problem.with_penalty(penalty).lengths, expected, rtol=1e-14)


def test_nothing_is_done_where_nothing_comes_in():
    _, stack, groups, _ = case("own")
    largest = alpha_max(stack, L21(), groups)
    path = list(solve_path(stack, [L21(s * largest) for s in (3.0, 2.0, 1.0)], groups))
    for found in path:
        assert not found.coef.any()
        assert found.n_iter == 0


def test_one_pass_over_the_data_for_each_strength(monkeypatch):
    # The strong rule is nearly always right: a pass to certify, and no other.
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((60, 400)), rng.standard_normal((60, 2))
    stack = make_scaled_data([DesignTargets(X, Y)])
    largest = alpha_max(stack, L21())
    passes = []
    correlate = run_module.OuterLoop._correlate

    def counting(run, exact):
        passes.append(exact)
        return correlate(run, exact)

    monkeypatch.setattr(run_module.OuterLoop, "_correlate", counting)
    penalties = [L21(s * largest) for s in np.geomspace(1.0, 0.1, 30)]
    assert all(one.converged for one in solve_path(stack, penalties, tol=1e-6))
    assert len(passes) <= 45


def test_single_precision_keeps_no_correlations():
    rng = np.random.default_rng(1)
    X, Y = (
        rng.standard_normal((40, 90)).astype(np.float32),
        rng.standard_normal((40, 1)),
    )
    stack = make_scaled_data([DesignTargets(X, Y)])
    largest = alpha_max(stack, L21())
    path = compare(stack, [L21(s * largest) for s in SHARES], None)
    assert_array_equal(path[0].coef, 0.0)


@pytest.mark.parametrize("tol", [1e-4, 1e-7, 1e-9])
@pytest.mark.parametrize("ratio", [0.99, 0.95, 0.8, 0.5])
def test_blocks_that_were_known_to_be_zero_come_back(ratio, tol, monkeypatch):
    # A path that begins far down ends its first fit with passes over what is left.
    partial = []
    restart = path_module.PathLoop.restart

    def noting(run, *args):
        partial.append(run.partial)
        restart(run, *args)

    monkeypatch.setattr(path_module.PathLoop, "restart", noting)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((80, 200)) + 0.5 * rng.standard_normal((80, 1))
        truth = rng.standard_normal((5, 2))
        Y = X[:, :5] @ truth + 0.5 * rng.standard_normal((80, 2))
        stack = make_scaled_data([DesignTargets(X, Y)])
        alphas = 0.3 * alpha_max(stack, L21()) * ratio ** np.arange(4)
        path = solve_path(stack, [L21(alpha) for alpha in alphas], tol=tol)
        for alpha, found in zip(alphas, path, strict=True):
            best = solve(stack, L21(alpha), tol=1e-12, max_iter=20000).objective
            assert found.dual_gap <= found.gap_target
            assert found.objective - best <= found.dual_gap + 1e-11 * abs(best)
    assert any(partial)  # or nothing has been tested


@pytest.mark.parametrize("layout", ["one column", "shared", "own"])
@pytest.mark.parametrize("ridge", [0.0, 0.1], ids=["no ridge", "ridge"])
def test_a_strength_of_zero_is_another_problem_at_the_end(layout, ridge):
    _, stack, _, _ = case(layout)
    largest = alpha_max(stack, L21())
    strengths = [0.5 * largest, 0.1 * largest, 0.0, 0.0]
    compare(stack, [L21(own, None, ridge * own) for own in strengths], None)
    compare(stack, [L21(0.0, None, 0.1 * own) for own in (4.0, 2.0, 1.0)], None)


def test_all_blocks_stay_known_where_a_ridge_is_left():
    # The norms have no kink any more from one strength to the next.
    _, stack, _, _ = case("shared")
    largest = alpha_max(stack, L21())
    penalties = [L21(own, None, 0.1) for own in (0.5 * largest, 0.2 * largest, 0.0)]
    compare(stack, penalties, None)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_path_begins_where_it_is_told(layout):
    _, stack, _, _ = case(layout)
    penalties = [L21(s * alpha_max(stack, L21())) for s in (0.3, 0.2)]
    exact = solve(stack, penalties[0], tol=1e-11, max_iter=20000).coef
    given = exact.copy()
    path = list(solve_path(stack, penalties, coef=given, tol=1e-6, max_iter=20000))
    assert path[0].n_iter == 0
    assert_allclose(path[0].coef, exact, rtol=1e-9, atol=1e-12)
    assert all(found.converged for found in path)
    assert_array_equal(given, exact)


def test_strengths_may_come_twice_and_in_any_order():
    for layout in ("one column", "shared, wide"):
        _, stack, _, _ = case(layout)
        largest = alpha_max(stack, L21())
        shares = [0.5, 0.5, 0.1, 0.4, 0.2, 0.2, 2.0, 0.1]
        compare(stack, [L21(s * largest) for s in shares], None)


def test_a_path_of_no_strengths_is_empty():
    _, stack, _, _ = case("shared")
    assert list(solve_path(stack, iter([]))) == []
