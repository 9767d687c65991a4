"""Barycentres against other implementations, their certificate, and their limits."""

import cvxpy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import kl_div, logsumexp, xlogy

from mutar_cy import ot

TIGHT = 1e-12


def bumps(p, centers, width=1.0):
    x = np.arange(p)
    return np.stack([np.exp(-0.5 * ((x - c) / width) ** 2) for c in centers], axis=1)


def plain_sinkhorn(theta, M, epsilon, gamma, n_iter):
    """Barycentre by plain sweeps in logarithms."""
    share = gamma / (epsilon + gamma)
    C = (-M / epsilon)[:, :, None]
    log_b = np.zeros(theta.shape)
    for _ in range(n_iter):
        log_Kb = logsumexp(C + log_b[None], axis=1)
        log_a = share * (np.log(theta) - log_Kb)
        log_A = logsumexp(C + log_a[:, None], axis=0)
        log_q = logsumexp((1 - share) * log_A, axis=1, b=1 / theta.shape[1])
        log_q /= 1 - share
        log_b = share * (log_q[:, None] - log_A)
    return np.exp(log_q)


def plans(result, M, epsilon):
    exponent = result.log_left.T[:, :, None] - M / epsilon
    return np.exp(exponent + result.log_right.T[:, None, :])  # (n_tasks, p, p)


def value_of(P, q, theta, M, epsilon, gamma):
    """``sum_k W(theta_k, q)`` at plans, from its definition."""
    total = np.sum(M * P) + epsilon * np.sum(xlogy(P, P) - P)
    total += gamma * kl_div(P.sum(axis=2), theta.T).sum()
    return total + gamma * kl_div(P.sum(axis=1), q).sum()


def assert_barycenter(result, theta, M, epsilon, gamma, tol=1e-9):
    """Whether all that a result says of itself is true."""
    P = plans(result, M, epsilon)
    assert_allclose(P.sum(axis=2).T, result.left_marginals, rtol=1e-8, atol=1e-12)
    assert_allclose(P.sum(axis=1).T, result.right_marginals, rtol=1e-8, atol=1e-12)
    upper = value_of(P, result.barycenter, theta, M, epsilon, gamma)
    scale = gamma * theta.sum() + abs(upper)
    assert_allclose(result.value + result.gap, upper, rtol=0, atol=1e-11 * scale)
    assert result.converged
    assert result.residual <= tol
    assert 0.0 <= result.gap <= tol * scale
    mass = theta.shape[1] * result.barycenter.sum()
    known = gamma * theta.sum() - (epsilon + gamma) * mass
    assert_allclose(result.value, known, rtol=0, atol=10 * tol * scale)


# ot.unbalanced.barycenter_unbalanced_sinkhorn(theta, M, epsilon, gamma,
# numItermax=2000000, stopThr=1e-16) of POT 0.9.7 for the masses of the test below.
POT = {
    (1.0, 2.0): """0.238820072622405  0.3432136819752573 0.4569796038670653
        0.5639838252790409 0.6454274816304301 0.6851476283934876
        0.6748240029789105 0.6168029381646303 0.5232333405739462
        0.4119479853750547 0.3009899053922199 0.2040548892914462""",
    (0.2, 5.0): """0.0084402838226787 0.0353151632928643 0.1096405325792865
        0.2529076250811669 0.4336854827011997 0.5530327558570851
        0.5245710781964206 0.370222230900229  0.1944676838798504
        0.076035954000025  0.0221238653403054 0.0047836315421298""",
    (0.05, 20.0): """6.8916634905033999e-05 1.8656692036864112e-03
        2.2491897014262754e-02 1.3841351484325906e-01 4.5129671938210636e-01
        7.6858961289992200e-01 6.8699176627937097e-01 3.2571519986652142e-01
        8.0592264726563292e-02 1.0439923530673322e-02 6.7926643703893129e-04
        1.8136844264648051e-05""",
}


@pytest.mark.parametrize("parameters", POT, ids=str)
def test_agrees_with_pot(parameters):
    theta, M = bumps(12, (3, 5, 8)), ot.grid_cost(12) / 20.0
    result = ot.unbalanced_barycenter(theta, M, *parameters, tol=TIGHT)
    expected = np.array(POT[parameters].split(), dtype=float)
    assert_allclose(result.barycenter, expected, rtol=0, atol=1e-10)
    assert_barycenter(result, theta, M, *parameters)


@pytest.mark.parametrize("epsilon", [5.0, 0.3, 0.02])
@pytest.mark.parametrize("gamma", [0.1, 3.0])
def test_agrees_with_plain_sweeps(epsilon, gamma):
    rng = np.random.default_rng(0)
    M = ot.coordinate_cost(rng.standard_normal((15, 2)))
    theta = rng.random((15, 3)) ** 4
    result = ot.unbalanced_barycenter(theta, M, epsilon, gamma, tol=TIGHT)
    n_iter = int(20 * (1 + gamma / epsilon)) + 50
    expected = plain_sinkhorn(theta, M, epsilon, gamma, n_iter)
    atol = 1e-10 * expected.max()
    assert_allclose(result.barycenter, expected, rtol=0, atol=atol)
    assert_barycenter(result, theta, M, epsilon, gamma)


@pytest.mark.parametrize("parameters", [(0.5, 1.0), (0.2, 4.0), (1.0, 0.3)], ids=str)
def test_value_agrees_with_a_conic_solver(parameters):
    epsilon, gamma = parameters
    rng = np.random.default_rng(1)
    M, theta = ot.grid_cost(5) / 4.0, rng.random((5, 2)) + 0.1
    q, cost = cvxpy.Variable(5), 0.0
    for k in range(2):
        P = cvxpy.Variable((5, 5), nonneg=True)
        cost += cvxpy.sum(cvxpy.multiply(M, P)) - epsilon * cvxpy.sum(cvxpy.entr(P) + P)
        cost += gamma * cvxpy.sum(cvxpy.kl_div(cvxpy.sum(P, axis=1), theta[:, k]))
        cost += gamma * cvxpy.sum(cvxpy.kl_div(cvxpy.sum(P, axis=0), q))
    problem = cvxpy.Problem(cvxpy.Minimize(cost))
    accuracy = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-10)
    problem.solve(solver=cvxpy.CLARABEL, **accuracy)
    result = ot.unbalanced_barycenter(theta, M, epsilon, gamma, tol=TIGHT)
    assert_allclose(result.value, problem.value, rtol=1e-9)
    assert_allclose(result.barycenter, q.value, rtol=1e-5)


def test_bounds_hold_long_before_the_end():
    M = ot.grid_cost(30) / 100.0
    theta, parameters = np.random.default_rng(0).random((30, 3)) ** 4, (0.01, 300.0)
    least = ot.unbalanced_barycenter(theta, M, *parameters, tol=TIGHT).value
    for max_iter in range(1, 12):  # sweeps, and Newton steps
        with pytest.warns(match=f"in {max_iter} iterations: its residual is"):
            result = ot.unbalanced_barycenter(
                theta, M, *parameters, tol=TIGHT, max_iter=max_iter
            )
        assert not result.converged
        assert result.n_iter == max_iter
        assert result.value <= least + 1e-13 <= result.value + result.gap + 2e-13
        P = plans(result, M, parameters[0])
        upper = value_of(P, result.barycenter, theta, M, *parameters)
        assert_allclose(result.value + result.gap, upper, rtol=1e-9)


def test_a_stiff_problem_takes_few_sweeps():
    M = ot.grid_cost(200)
    M /= np.median(M)
    theta = bumps(200, (40, 60, 50), width=5.0)
    gamma = -M.max() / (2.0 * np.log(0.8))
    result = ot.unbalanced_barycenter(theta, M, 5.0 / 200, gamma)
    assert gamma / (5.0 / 200) > 700
    assert result.n_iter < 100  # plain sweeps: more than 2000
    assert_barycenter(result, theta, M, 5.0 / 200, gamma)


@given(st.integers(0, 10**6))
def test_order_of_tasks_and_of_features(seed):
    rng = np.random.default_rng(seed)
    M, theta = ot.coordinate_cost(rng.random((8, 2))), rng.random((8, 4))
    tasks, features = rng.permutation(4), rng.permutation(8)
    result = ot.unbalanced_barycenter(theta, M, 0.1, 2.0, tol=TIGHT)
    moved = ot.unbalanced_barycenter(
        theta[features][:, tasks], M[np.ix_(features, features)], 0.1, 2.0, tol=TIGHT
    )
    assert_allclose(moved.barycenter, result.barycenter[features], rtol=1e-9)
    left = result.left_marginals[features][:, tasks]
    assert_allclose(moved.left_marginals, left, rtol=1e-9)
    assert_allclose(moved.value, result.value, rtol=1e-9)


@given(st.integers(0, 10**6), st.floats(-20, 20))
def test_units_of_the_cost(seed, exponent):
    rng = np.random.default_rng(seed)
    M, theta = ot.coordinate_cost(rng.random((8, 2))), rng.random((8, 3))
    unit = 10.0**exponent
    result = ot.unbalanced_barycenter(theta, M, 0.1, 2.0, tol=TIGHT)
    dear = ot.unbalanced_barycenter(theta, unit * M, 0.1 * unit, 2 * unit, tol=TIGHT)
    assert_allclose(dear.barycenter, result.barycenter, rtol=1e-8)
    assert_allclose(dear.value, unit * result.value, rtol=1e-8)


@given(st.integers(0, 10**6), st.floats(0, 20))
def test_units_of_the_mass(seed, exponent):
    rng = np.random.default_rng(seed)
    M, theta = ot.coordinate_cost(rng.random((8, 2))), rng.random((8, 3))
    unit = 10.0**exponent
    heavy = ot.unbalanced_barycenter(unit * theta, M, 0.1, 2.0, tol=TIGHT)
    # To the entropy, a factor of the plan is a constant in the cost.
    dear = M + 0.1 * np.log(unit)
    result = ot.unbalanced_barycenter(theta, dear, 0.1, 2.0, tol=TIGHT)
    assert_allclose(heavy.barycenter, unit * result.barycenter, rtol=1e-8)
    assert_allclose(heavy.value, unit * result.value, rtol=1e-8)


def test_equal_tasks_have_a_barycenter_like_one():
    M, theta = ot.grid_cost(10) / 9.0, bumps(10, (4,))
    one = ot.unbalanced_barycenter(theta, M, 0.2, 3.0, tol=TIGHT)
    three = ot.unbalanced_barycenter(np.repeat(theta, 3, 1), M, 0.2, 3.0, tol=TIGHT)
    assert_allclose(three.barycenter, one.barycenter, rtol=1e-9)
    assert_allclose(three.value, 3 * one.value, rtol=1e-9)


def test_forms_of_the_cost_agree():
    factors = ot.grid_factors((12, 13), spacing=0.1)
    theta = np.random.default_rng(3).random((156, 2)) ** 6
    results = [
        ot.unbalanced_barycenter(theta, M, 0.01, 5.0)
        for M in (factors, ot.expand_factors(factors), ot.make_kernel(factors, 0.01))
    ]
    for result in results[1:]:
        assert_allclose(result.barycenter, results[0].barycenter, rtol=1e-6, atol=1e-9)
    assert_array_equal(results[0].barycenter, results[2].barycenter)
