"""Paths on Gram matrices of all features, and what paths extrapolate from."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from stacks import LAYOUTS, PENALTIES, case, penalty_of

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.penalties import L21
from mutar_cy.solvers import (
    GramPathLoop,
    OuterLoop,
    PathLoop,
    alpha_max,
    solve,
    solve_path,
)
from mutar_cy.solvers import _gram_path as gram_module
from mutar_cy.solvers import _path as path_module
from mutar_cy.solvers._gram_descent import GramDescent
from mutar_cy.solvers._path import PathExtrapolator, PathPoint

WAYS = ["columns", "grams", "compiled"]
SHARES = [1.2, 1.0, 0.7, 0.5, 0.35, 0.25, 0.1, 0.05]


def follow_by(way, monkeypatch):
    """Follow paths by one of `WAYS` wherever it is possible.

    "compiled" is on Gram matrices too, as far as compiled code settles the strengths.
    """
    never = staticmethod(lambda *shape: False)
    if way == "columns":
        monkeypatch.setattr(GramPathLoop, "suits", never)
        return
    monkeypatch.setattr(gram_module, "WIDE", np.inf)
    monkeypatch.setattr(gram_module, "BLAS3_GAIN", np.inf)
    if way == "grams":
        monkeypatch.setattr(GramDescent, "settle", lambda *given: iter(()))


def tall(seed=0, shape=(80, 20, 4), noise=0.5):
    """Return a design, targets of a few features, and their stack."""
    rng = np.random.default_rng(seed)
    n, p, q = shape
    X = rng.standard_normal((n, p)) + 0.5 * rng.standard_normal((n, 1))
    Y = X[:, :4] @ rng.standard_normal((4, q)) + noise * rng.standard_normal((n, q))
    return X, Y, make_scaled_data([DesignTargets(X, Y)], False)


def own_gap(X, Y, coef, alpha):
    """Return the duality gap by the residuals of coefficients, from X alone."""
    residual = Y - X @ coef
    largest = np.linalg.norm(X.T @ residual, axis=1).max() / len(X)
    square, inner = np.vdot(residual, residual), np.vdot(residual, Y)
    scale = min(inner / square, alpha / largest)
    primal = square / (2 * len(X)) + alpha * np.linalg.norm(coef, axis=1).sum()
    return primal - (scale * inner - 0.5 * scale**2 * square) / len(X)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", PENALTIES)
@pytest.mark.parametrize("grouped", [False, True], ids=["rows", "groups"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.drawn(pairs=True, least=84)
def test_a_path_is_its_fits(layout, kind, grouped, way, monkeypatch):
    follow_by(way, monkeypatch)
    _, stack, groups, n_blocks = case(layout, grouped=grouped)
    largest = alpha_max(stack, penalty_of(kind, 1.0, n_blocks), groups)
    penalties = [penalty_of(kind, s * largest, n_blocks) for s in SHARES]
    path = solve_path(stack, penalties, groups, tol=1e-6, max_iter=20000)
    for penalty, found in zip(penalties, path, strict=True):
        best = solve(stack, penalty, groups, tol=1e-12, max_iter=50000).objective
        assert found.converged
        assert 0.0 <= found.dual_gap <= found.gap_target
        assert found.objective - best <= found.dual_gap + 1e-10 * abs(best)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-9])
def test_every_point_certifies_itself_from_the_data(way, tol, monkeypatch):
    follow_by(way, monkeypatch)
    X, Y, stack = tall()
    alphas = alpha_max(stack, L21()) * np.geomspace(1.0, 1e-3, 40)
    penalties = [L21(alpha) for alpha in alphas]
    null = 0.5 * np.vdot(Y, Y) / len(X)
    for alpha, found in zip(alphas, solve_path(stack, penalties, tol=tol), strict=True):
        assert own_gap(X, Y, found.coef, alpha) <= tol * null
        assert_allclose(found.gap_target, tol * null, rtol=1e-12)


def test_grams_need_no_pass_over_the_data(monkeypatch):
    _, _, stack = tall()
    largest = alpha_max(stack, L21())
    monkeypatch.setattr(OuterLoop, "_correlate", None)
    monkeypatch.setattr(type(stack), "correlate", None)
    penalties = [L21(s * largest) for s in np.geomspace(1.0, 1e-3, 50)]
    assert all(found.converged for found in solve_path(stack, penalties, tol=1e-6))


def test_the_data_are_asked_where_rounding_counts(monkeypatch):
    _, _, stack = tall()
    asked = []
    evaluate = PathLoop._evaluate

    def noting(run):
        asked.append(run.problem.penalty.alpha)
        return evaluate(run)

    monkeypatch.setattr(PathLoop, "_evaluate", noting)
    largest = alpha_max(stack, L21())
    penalties = [L21(s * largest) for s in (0.5, 0.3, 0.1)]
    rough = list(solve_path(stack, penalties, tol=1e-6))
    assert not asked
    fine = list(solve_path(stack, penalties, tol=1e-13))
    assert len(set(asked)) == len(penalties)
    for loose, tight in zip(rough, fine, strict=True):
        assert tight.objective <= loose.objective * (1.0 + 1e-14)  # rounding
        assert loose.objective - tight.objective <= loose.dual_gap


def test_allowances_bound_what_rounding_does():
    # Columns that nearly cancel: large coefficients, and digits lost in their squares.
    rng = np.random.default_rng(0)
    base = rng.standard_normal((60, 1))
    X = np.hstack([base + 1e-5 * rng.standard_normal((60, 1)) for _ in range(6)])
    Y = (X[:, :1] - X[:, 1:2]) * 1e5 + 0.1 * rng.standard_normal((60, 2))
    stack = make_scaled_data([DesignTargets(X, Y)], False)
    run = GramPathLoop(stack, L21(1.0), None, 1.0)
    start = np.zeros((6, 2))
    start[0], start[1] = 1e5, -1e5
    run.start(start)
    square, inner = run._evaluate()
    assert run.allowance > 0.0
    residual = stack.targets[0] - (X @ run.working_set.coef).T / np.sqrt(60)
    target = stack.targets[0]
    one = run.allowance / gram_module.ERRORS
    assert abs(square - np.vdot(residual, residual)) <= 2.0 * one
    assert abs(inner - np.vdot(residual, target)) <= one
    exact = stack.correlate([residual])
    lengths = run.problem.lengths
    assert np.all(np.abs(run._own - exact) <= run.rounded * lengths)


def test_features_of_many_samples_only_are_worth_it():
    penalty = L21(1.0)
    for shape, expected in [
        ((1000, 1000, 10), True),
        ((5000, 300, 40), True),
        ((100, 30, 40), True),
        ((5000, 200, 1), True),
        ((100, 5000, 20), False),
        ((5000, 4000, 1), False),
    ]:
        n, p, q = shape
        part = DesignTargets(np.ones((n, p), dtype=np.float32), np.ones((n, q)))
        stack = make_scaled_data([part], False)
        assert GramPathLoop.suits(stack, penalty, 100) == expected
    free = L21(1.0, weights=[0.0, 1.0, 1.0, 1.0, 1.0], positive=True)
    _, _, stack = tall(shape=(30, 5, 2))
    assert not GramPathLoop.suits(stack, free, 100)


@pytest.mark.parametrize("way", WAYS)
def test_looking_ahead_saves_sweeps(way, monkeypatch):
    follow_by(way, monkeypatch)
    _, _, stack = tall(shape=(80, 20, 1))
    penalties = [L21(s * alpha_max(stack, L21())) for s in np.geomspace(1.0, 0.01, 80)]

    def n_sweeps():
        return sum(one.n_iter for one in solve_path(stack, penalties, tol=1e-9))

    ahead = n_sweeps()
    monkeypatch.setattr(
        path_module.PathExtrapolator, "extrapolate", lambda extrapolator, strength: None
    )
    monkeypatch.setattr(GramDescent, "settle", lambda *given: iter(()))
    assert ahead < 0.5 * n_sweeps()  # between kinks the lasso is linear


def test_an_extrapolation_goes_on_in_line():
    rng = np.random.default_rng(0)
    line = [rng.standard_normal((5, 2)) for _ in range(2)]
    extrapolator = PathExtrapolator()
    assert extrapolator.extrapolate(0.5) is None
    for strength in (3.0, 2.0, 2.0):  # a strength twice counts once
        coef = line[0] + strength * line[1]
        extrapolator.add(PathPoint(strength, coef, [coef.T], coef.T))
    found = extrapolator.extrapolate(1.5)
    expected = line[0] + 1.5 * line[1]
    assert_allclose(found.coef, expected, rtol=1e-12)
    assert_allclose(found.residuals[0], expected.T, rtol=1e-12)
    assert_allclose(found.correlation, expected.T, rtol=1e-12)
    assert extrapolator.extrapolate(2.5) is None  # back
    assert extrapolator.extrapolate(-1.0) is None  # too far


def test_an_extrapolation_takes_new_rows_for_zero_before():
    extrapolator = PathExtrapolator()
    extrapolator.add(PathPoint(2.0, np.ones((1, 1)), None, np.zeros((1, 2))))
    extrapolator.add(PathPoint(1.0, np.array([[2.0], [1.0]]), None, np.zeros((1, 2))))
    assert_allclose(extrapolator.extrapolate(0.5).coef, [[2.5], [1.5]])


def test_columns_without_any_spread_stay_out():
    for X in (np.zeros((9, 3)), np.c_[np.ones(9), np.arange(9.0), np.full(9, 1e8 / 3)]):
        Y = np.arange(9.0)[:, None] ** 2
        stack = make_scaled_data([DesignTargets(X, Y)])
        for found in solve_path(stack, [L21(2.0), L21(1.0), L21(0.5)]):
            assert found.converged
            assert not found.coef[np.ptp(X, axis=0) == 0.0].any()
