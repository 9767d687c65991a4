"""Plans that are never formed, steps along a line, and starts that are solutions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import logsumexp

from mutar_cy import MTW
from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.ot import grid_cost, grid_factors, log_power_mean, make_kernel
from mutar_cy.wasserstein import _active
from mutar_cy.wasserstein._active import KernelPlan, MatrixPlan, find_active, fits
from mutar_cy.wasserstein._dual import complete, evaluate
from mutar_cy.wasserstein._dual_ascent import DualAscent, sharpened
from mutar_cy.wasserstein._line_search import best_step
from mutar_cy.wasserstein._newton import conjugate_direction, newton_direction
from mutar_cy.wasserstein._problem import TransportProblem, WhitenedData

pytestmark = pytest.mark.uncertified("no penalty that the certificate of tests knows")
SHAPE = (12, 11)
rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def posed():
    """A problem of masses everywhere, and a dual point of it."""
    p = SHAPE[0] * SHAPE[1]
    X = [rng.standard_normal((n, p)) for n in (5, 8)]
    y = [5.0 * rng.standard_normal((len(x), 1)) for x in X]
    data = WhitenedData(
        make_scaled_data([DesignTargets(x, v) for x, v in zip(X, y, strict=True)])
    )
    kernel = make_kernel([M / 50.0 for M in grid_factors(SHAPE)], 0.3)
    problem = TransportProblem(data, 3.0, np.full((2, p, 2), 0.1), kernel, 4.0, 0.0)
    u = 0.1 * data.target
    return problem, complete(problem, evaluate(problem, u, data.correlate(u)))


@pytest.mark.parametrize("epsilon", [1.0, 0.02])
def test_a_plan_acts_the_same_formed_or_not(epsilon):
    kernel = make_kernel([M / 50.0 for M in grid_factors(SHAPE)], epsilon)
    rows, columns = np.arange(0, 132, 2), np.arange(5, 120)
    left, right = rng.standard_normal(len(rows)), 300.0 + rng.standard_normal(115)
    formed = MatrixPlan(kernel.plan(rows, columns, left, right))
    applied = KernelPlan(kernel, rows, columns, left, right)
    V, w = rng.standard_normal((3, len(rows))), rng.standard_normal(len(columns))
    sizes = np.abs(V) @ formed.matrix, formed.matrix @ np.abs(w)
    assert (np.abs(applied.send(V) - formed.send(V)) <= 1e-12 * sizes[0]).all()
    assert (np.abs(applied.bring(w) - formed.bring(w)) <= 1e-12 * sizes[1]).all()


def test_a_plan_of_exponents_too_far_apart_is_formed():
    near, far, none = np.zeros(2), np.array([0.0, -700.0]), np.zeros(0)
    assert fits(near, near, near, near)
    assert not fits(near, near, near, far)
    assert not fits(near, near, far, near)
    assert not fits(none, near, none, near)


@pytest.mark.parametrize("solve", [newton_direction, conjugate_direction])
def test_directions_are_the_same_with_plans_that_are_not_formed(
    posed, solve, monkeypatch
):
    problem, point = posed
    gradients = rng.standard_normal((problem.data.n_samples, 2))
    found = []
    for many, kind in ((np.inf, MatrixPlan), (0.0, KernelPlan)):
        monkeypatch.setattr(_active, "MANY", many)
        active = find_active(problem, point)
        assert {type(plan) for one in active for plan in one.plans} == {kind}
        found.append(solve(problem, active, gradients))
    accuracy = 1e-9 if solve is newton_direction else 3e-3
    assert_allclose(found[0], found[1], atol=accuracy * np.abs(found[0]).max())


def test_masses_everywhere_are_fitted_without_forming_plans():
    X, y = rng.standard_normal((2, 10, 1600)), rng.standard_normal((2, 10))
    M = [M / 500.0 for M in grid_factors((40, 40))]
    model = MTW(2.0, 0.1, M, 0.01, fit_intercept=False, tol=1e-9).fit(X, y)
    assert (np.abs(model.coef1_) > 1e-8 * model.coef1_.max()).mean() > 0.9
    assert 0.0 <= model.dual_gap_ <= 1e-9 * 0.5 * (y**2).mean(axis=1).sum()


@pytest.mark.parametrize("peak", [0.03, 0.4, 1.0, 5.0, 1e3])
@pytest.mark.parametrize("longest", [0.2, 1.0, 64.0])
def test_the_best_step_is_found_within_bounds(peak, longest):
    step, value = best_step(lambda t: -((np.log(t / peak)) ** 2), longest)
    assert step <= longest
    assert value == -(np.log(step / peak) ** 2)
    best = min(peak, longest)
    assert best / 1.5 - 1e-12 <= step <= best * 1.5 + 1e-12


def test_a_step_of_which_nothing_is_known_is_whole():
    assert best_step(lambda t: np.inf, 64.0) == (1.0, np.inf)


def test_power_means_of_logarithms():
    v = 30.0 * rng.standard_normal((50, 4))
    v[::7, 1] = -np.inf
    v[3] = -np.inf
    for tau in (0.5, 1e-3):
        with np.errstate(divide="ignore"):
            expected = logsumexp(tau * v, axis=1, b=0.25) / tau
        found = log_power_mean(v, tau)
        assert np.isneginf(found[3])
        others = np.arange(50) != 3
        assert_allclose(found[others], expected[others], rtol=1e-12 / tau)


@pytest.mark.parametrize("form", ["dense", "separable"])
def test_small_entries_of_a_plan_are_zeros(form):
    kernel = make_kernel(grid_cost(SHAPE) / 50.0, 0.05, form=form)
    every = np.arange(kernel.n_features)
    zeros = np.zeros(len(every))
    whole = kernel.plan(every, every, zeros, zeros)
    plan = kernel.plan(every, every, zeros, zeros, 1e-9)
    assert (plan == np.where(whole >= 1e-9, whole, 0.0)).all()
    assert 0 < (plan > 0.0).sum() < (whole > 0.0).sum()


@pytest.mark.parametrize("options", [{}, {"positive": True}, {"concomitant": True}])
@pytest.mark.parametrize("alpha", [0.05, 1.0])
def test_a_refit_from_the_solution_takes_one_step_at_most(alpha, options):
    X, y = rng.standard_normal((3, 12, 30)), rng.standard_normal((3, 12))
    M = grid_cost(30) / 100.0
    model = MTW(alpha, 0.05, M, 0.05, warm_start=True, tol=1e-7, **options).fit(X, y)
    before = model.coef_
    model.fit(X, y)
    assert model.n_iter_ <= 2  # certificates: of the start, and of one step
    assert_allclose(model.coef_, before, atol=1e-2 * np.abs(before).max())


@pytest.mark.parametrize("epsilon", [10.0, 1.0, 1e-3, 1e-6])
@pytest.mark.parametrize("alpha", [1e-4, 10.0])
def test_any_epsilon_gives_numbers(alpha, epsilon):
    X, y = rng.standard_normal((2, 8, 100)), rng.standard_normal((2, 8))
    M = grid_cost((10, 10)) / 50.0
    model = MTW(alpha, 0.05, M, epsilon, fit_intercept=False, tol=1e-6).fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert np.isfinite(model.objective_)
    assert model.dual_gap_ <= 1e-6 * 0.5 * (y**2).mean(axis=1).sum()


def test_less_entropy_leads_near_the_solution(posed):
    problem = posed[0]
    softer = problem.at(4.0 * problem.epsilon)
    run = DualAscent(softer, 1e-12, 100)
    run.maximise([0.1 * problem.data.target])
    exact = DualAscent(problem, 1e-12, 100)
    exact.maximise([run.u])
    start = sharpened(softer, run.point)
    apart = np.linalg.norm(start - exact.u), np.linalg.norm(run.u - exact.u)
    assert apart[0] < 0.5 * apart[1]
