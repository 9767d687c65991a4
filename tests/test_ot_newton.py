"""Newton steps to a barycentre, and what they reach where entropy is small."""

import cvxpy
import numpy as np
import pytest
from numpy.testing import assert_allclose

from mutar_cy import ot
from mutar_cy.ot._iterations import newton_direction, newton_step
from mutar_cy.ot._sweep import Masses, Sweep


def scaled(shape):
    cost = ot.grid_cost(shape)
    return cost / np.median(cost)


def masses(kind, shape=(10, 10)):
    rng = np.random.default_rng(0)
    theta = rng.random((np.prod(shape), 3)) ** 4
    if kind == "spikes":
        theta = np.where(rng.random(theta.shape) < 0.05, theta, 0.0)
        theta[0] = 1.0
    if kind == "bumps":
        places = ot.grid_coordinates(shape)
        centers = [(2, 3), (5, 6), (7, 4)]
        squares = [((places - c) ** 2).sum(axis=1) for c in centers]
        theta = np.exp(-np.stack(squares, axis=1) / 4)
    return theta


@pytest.fixture(params=["random", "spikes", "empty task"])
def swept(request):
    """A problem, and a sweep on the way to its solution."""
    theta = masses(request.param, (3, 4))
    if request.param == "empty task":
        theta[:, 1] = 0.0
    problem = Masses(theta, ot.make_kernel(scaled((3, 4)), 0.2), 2.0)
    sweep = Sweep(problem, problem.left(np.zeros(problem.shape))).complete()
    return problem, Sweep(problem, sweep.next).complete()


def slope(problem, log_a):
    """The gradient of the dual over epsilon, without the constants that suit best."""
    sweep = Sweep.__new__(Sweep)
    sweep.problem, sweep.log_a = problem, log_a
    sweep.log_A = problem.kernel.log_product(problem.spread(log_a, -np.inf))
    powers = np.exp(problem.tau * sweep.log_A).sum(axis=1) / problem.n_tasks
    sweep.log_q = np.log(powers) / problem.tau
    sweep.complete()
    return -sweep.target * sweep.excess


def test_directions_solve_newtons_system(swept):
    problem, sweep = swept
    h, columns = 1e-5, []
    for unit in np.eye(len(sweep.log_a)):
        above = slope(problem, sweep.log_a + h * unit)
        below = slope(problem, sweep.log_a - h * unit)
        columns.append((below - above) / (2 * h))
    gradient = slope(problem, sweep.log_a)
    expected = np.linalg.solve(np.stack(columns, axis=1), gradient)
    assert_allclose(newton_direction(problem, sweep), expected, rtol=1e-4, atol=1e-7)


def test_steps_raise_the_bound_and_then_square_the_residual(swept):
    problem, sweep = swept
    for _ in range(8):
        trial, step = newton_step(problem, sweep)
        assert trial.lower >= sweep.lower - 1e-14 * abs(sweep.lower)
        last, sweep = sweep, trial.complete()
        if last.residual < 1e-3:
            assert step == 1.0
            assert sweep.residual <= max(10 * last.residual**2, 1e-14)
    assert sweep.residual < 1e-13


@pytest.mark.filterwarnings("error")
@pytest.mark.drawn(least=6)
@pytest.mark.parametrize("kind", ["random", "spikes", "bumps"])
@pytest.mark.parametrize("epsilon", [1e-3, 1e-4, 1e-5, 1e-6])
@pytest.mark.parametrize("gamma", [5.0, 14.0])
def test_little_entropy_on_a_grid(kind, epsilon, gamma):
    theta, M = masses(kind), scaled((10, 10))
    result = ot.unbalanced_barycenter(theta, M, epsilon, gamma)  # no warning at all
    assert result.converged
    assert result.residual < 1e-8
    assert result.n_iter < 300
    mass = 3 * result.barycenter.sum()
    known = gamma * theta.sum() - (epsilon + gamma) * mass
    assert_allclose(result.value, known, rtol=1e-7)
    assert 0.0 <= result.gap < 1e-10 * abs(result.value)


@pytest.mark.filterwarnings("error")
def test_little_entropy_on_a_line():
    theta = np.random.default_rng(0).random((500, 3)) ** 4
    result = ot.unbalanced_barycenter(theta, scaled(500), 0.2 / 500, 26.0)
    assert result.converged
    assert result.residual < 1e-9
    assert result.gap < 1e-10 * result.value


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("gamma", [1.0, 1e3])
@pytest.mark.parametrize("epsilon", [1e-7, 1e-9])
def test_potentials_of_many_digits_end_at_rounding(epsilon, gamma):
    rng = np.random.default_rng(0)
    for _ in range(3):
        theta = rng.random((30, 3)) ** 4
        result = ot.unbalanced_barycenter(theta, scaled(30), epsilon, gamma)
        assert result.converged
        assert result.n_iter < 1000
        # Rounding of the potentials counts gamma / epsilon times.
        assert result.gap < max(1e-16 * gamma / epsilon, 1e-12) * gamma * theta.sum()


@pytest.mark.parametrize("gamma", [0.5, 5.0])
def test_with_hardly_any_entropy_it_is_the_barycentre_without(gamma):
    theta, M, epsilon = masses("random", (3, 3))[:, :2], scaled((3, 3)), 1e-6
    q, cost = cvxpy.Variable(9), 0.0
    for k in range(2):
        P = cvxpy.Variable((9, 9), nonneg=True)
        cost += cvxpy.sum(cvxpy.multiply(M, P))
        cost += gamma * cvxpy.sum(cvxpy.kl_div(cvxpy.sum(P, axis=1), theta[:, k]))
        cost += gamma * cvxpy.sum(cvxpy.kl_div(cvxpy.sum(P, axis=0), q))
    problem = cvxpy.Problem(cvxpy.Minimize(cost))
    problem.solve(solver=cvxpy.CLARABEL)
    result = ot.unbalanced_barycenter(theta, M, epsilon, gamma)
    assert_allclose(result.value, problem.value, atol=1e-4)
    assert_allclose(result.barycenter.sum(), q.value.sum(), rtol=1e-4)


def test_a_start_of_other_masses_is_used_where_entropy_is_small():
    theta, M = masses("random"), scaled((10, 10))
    result = ot.unbalanced_barycenter(theta, M, 1e-4, 5.0)
    near = ot.unbalanced_barycenter(1.001 * theta, M, 1e-4, 5.0, start=result.log_right)
    cold = ot.unbalanced_barycenter(1.001 * theta, M, 1e-4, 5.0)
    assert near.converged
    assert near.n_iter < cold.n_iter
    assert_allclose(near.value, cold.value, rtol=1e-12)
    # What is no help does no harm.
    for epsilon in (1e-5, 1e-6):
        other = ot.unbalanced_barycenter(
            theta[::-1], M, epsilon, 5.0, start=result.log_right
        )
        assert other.converged
        assert other.n_iter < 300
