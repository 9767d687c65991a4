"""The steps of the solver, each against what it stands for."""

import numpy as np
import pytest

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.ot import grid_cost, make_kernel
from mutar_cy.wasserstein import Transport, complete, evaluate, make_transport_problem
from mutar_cy.wasserstein._active import find_active
from mutar_cy.wasserstein._line_search import best_multiple, upper_bound
from mutar_cy.wasserstein._newton import _by_features, _by_samples, conjugate_direction
from mutar_cy.wasserstein._noise import bounded_step

N_FEATURES = 12


@pytest.fixture(params=[1, 2], ids=["positive", "signed"])
def posed(request):
    """A problem with levels of noise, and a dual point of it."""
    rng = np.random.default_rng(0)
    sizes = (6, 9, 7)
    X = [rng.standard_normal((n, N_FEATURES)) for n in sizes]
    y = [rng.standard_normal((n, 1)) for n in sizes]
    stack = make_scaled_data([DesignTargets(x, v) for x, v in zip(X, y, strict=True)])
    beta = np.full((request.param, N_FEATURES, 3), 0.1)
    kernel = make_kernel(grid_cost(N_FEATURES) / 20.0, 0.3)
    problem = make_transport_problem(stack, Transport(0.5, beta, kernel, 4.0))
    problem = problem.with_noise(np.array([0.5, 1.0, 2.0]))
    u = 0.3 * problem.data.target
    return problem, complete(problem, evaluate_at(problem, u))


def evaluate_at(problem, u):
    return evaluate(problem, u, problem.data.correlate(u))


def test_the_gradient_is_that_of_the_value(posed):
    problem, point = posed
    rng = np.random.default_rng(1)
    for _ in range(3):
        d = rng.standard_normal(problem.data.n_samples)
        h = 1e-5
        above = evaluate_at(problem, point.u + h * d).value
        below = evaluate_at(problem, point.u - h * d).value
        assert point.gradient @ d == pytest.approx((above - below) / 2 / h, rel=1e-6)


def hessian(problem, point):
    """Minus the Hessian, by differences of the gradient."""
    h, columns = 1e-5, []
    for unit in np.eye(problem.data.n_samples):
        above = complete(problem, evaluate_at(problem, point.u + h * unit))
        below = complete(problem, evaluate_at(problem, point.u - h * unit))
        columns.append((below.gradient - above.gradient) / (2 * h))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize(
    ("solve", "accuracy"),
    [(_by_features, 1e-4), (_by_samples, 1e-4), (conjugate_direction, 3e-3)],
)
def test_directions_solve_newtons_system(posed, solve, accuracy):
    problem, point = posed
    rng = np.random.default_rng(2)
    gradients = np.stack(
        [point.gradient, rng.standard_normal(problem.data.n_samples)], axis=1
    )
    exact = np.linalg.solve(hessian(problem, point), gradients)
    directions = solve(problem, find_active(problem, point), gradients)
    size = np.linalg.norm(exact, axis=0)
    assert np.all(np.linalg.norm(directions - exact, axis=0) < accuracy * size)


def test_the_bound_of_a_step_is_one_and_is_tight_here(posed):
    problem, point = posed
    active = find_active(problem, point)
    d = np.random.default_rng(3).standard_normal(problem.data.n_samples)
    for step in (0.0, 0.01, 0.1):
        u = point.u + step * d
        value = evaluate_at(problem, u).value
        bound = upper_bound(problem, active, u, problem.data.correlate(step * d))
        assert value <= bound + 1e-12
        assert value == pytest.approx(bound, abs=1e-4)


def test_the_best_multiple_is_found(posed):
    problem, _ = posed
    u = 5.0 * problem.data.target
    values = [
        -np.inf if point is None else point.value
        for t in np.linspace(0, 1, 201)
        for point in [evaluate_at(problem, t * u)]
    ]
    best = best_multiple(problem, u).value
    assert best >= max(values) - 1e-2 * (max(values) - values[0])


def test_a_bounded_step_meets_its_conditions():
    rng = np.random.default_rng(4)
    for _ in range(20):
        root = rng.standard_normal((5, 5))
        H, g = root @ root.T + 0.1 * np.eye(5), rng.standard_normal(5)
        low, high = -rng.uniform(0, 1, 5), rng.uniform(0, 1, 5)
        step = bounded_step(g, H, low, high)
        slope = g + H @ step
        assert np.all((step >= low) & (step <= high))
        inside = (step > low + 1e-8) & (step < high - 1e-8)
        assert np.allclose(slope[inside], 0, atol=1e-6)
        assert np.all(slope[step <= low] >= -1e-6)
        assert np.all(slope[step >= high] <= 1e-6)
