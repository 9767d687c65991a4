"""What barycentres do with extreme parameters, missing mass and wrong arguments."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import ot
from mutar_cy.ot._sweep import Dual, best_shift

M = ot.grid_cost(6) / 4.0
THETA = np.random.default_rng(0).random((6, 3))
TEN = ot.grid_cost(10) / np.median(ot.grid_cost(10))
TEN_MASSES = np.random.default_rng(0).random((10, 3))


def solve(theta=THETA, cost=M, epsilon=0.1, gamma=2.0, **options):
    return ot.unbalanced_barycenter(theta, cost, epsilon, gamma, **options)


def assert_finite(result):
    """All numbers are; potentials may be minus infinity, for no mass."""
    for name, value in result._asdict().items():
        if name.startswith("log_"):
            assert (value < np.inf).all(), name
        else:
            assert np.isfinite(value).all(), name
    assert result.gap >= 0.0
    assert (result.barycenter >= 0.0).all()


def scaled(shape):
    cost = ot.grid_cost(shape)
    return cost / np.median(cost)


SHARP = {
    "500 on a line, epsilon 0.2 / p": (scaled(500), 0.2 / 500, 26.0),
    "10 x 10 grid, epsilon 1e-5": (scaled((10, 10)), 1e-5, 5.0),
    "epsilon 1e-9": (scaled(30), 1e-9, 1.0),
    "epsilon 1e6": (scaled(30), 1e6, 1.0),
    "gamma 1e-6": (scaled(30), 0.1, 1e-6),
    "gamma 1e8": (scaled(30), 0.1, 1e8),
    "both tiny": (scaled(30), 1e-12, 1e-12),
}


@pytest.mark.parametrize("case", SHARP)
@pytest.mark.parametrize("kind", ["bumps", "spikes", "tiny", "huge"])
def test_extreme_parameters_give_finite_numbers(case, kind):
    cost, epsilon, gamma = SHARP[case]
    rng = np.random.default_rng(0)
    theta = rng.random((len(cost), 3)) ** 4
    if kind == "spikes":
        theta = np.where(rng.random(theta.shape) < 0.05, theta, 0.0)
        theta[0] = 1.0
    if kind == "tiny":
        theta *= 1e-290
    if kind == "huge":
        theta *= 1e280
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        result = solve(theta, cost, epsilon, gamma, max_iter=60)
    assert_finite(result)
    # What underflows is no fault; what is left bounds the value from both sides.
    assert result.value <= gamma * theta.sum() * (1.0 + 1e-12)
    assert result.left_marginals.sum() > 0.0 or kind == "tiny"


def test_a_sharp_problem_is_solved():
    x = np.arange(500)
    centers = ((100, 300), (140, 330), (90, 280))
    parts = [np.exp(-0.5 * ((x - np.array(c)[:, None]) / 8) ** 2) for c in centers]
    theta = np.stack([part.sum(axis=0) for part in parts], axis=1)
    result = solve(theta, scaled(500), 0.2 / 500, 26.0)
    assert result.converged
    assert result.n_iter < 300
    assert result.gap < 1e-9
    mass = 3 * result.barycenter.sum()
    known = 26.0 * theta.sum() - (26.0 + 0.2 / 500) * mass
    assert_allclose(result.value, known, rtol=1e-8)


@pytest.mark.parametrize("empty", [[0], [1], [0, 2], [0, 1, 2]])
def test_tasks_without_mass(empty):
    theta = THETA.copy()
    theta[:, empty] = 0.0
    result = solve(theta)
    assert_finite(result)
    assert_array_equal(result.left_marginals[:, empty], 0.0)
    assert_array_equal(result.right_marginals[:, empty], 0.0)
    # A task of hardly any mass, for which nothing is done specially.
    nearly = solve(np.where(theta > 0, theta, 1e-250))
    assert_allclose(result.value, nearly.value, rtol=1e-9, atol=1e-12)
    assert_allclose(result.barycenter, nearly.barycenter, rtol=1e-6, atol=1e-12)


def test_features_without_mass():
    theta = np.where(np.arange(6)[:, None] < 3, THETA, 0.0)
    result, nearly = solve(theta), solve(np.where(theta > 0, theta, 1e-250))
    assert_finite(result)
    assert_allclose(result.barycenter, nearly.barycenter, rtol=1e-8)
    assert_array_equal(result.left_marginals[3:], 0.0)


def test_mass_stays_where_moves_are_forbidden():
    islands = np.kron(np.eye(2), np.ones((3, 3))) > 0
    theta = THETA.copy()
    theta[3:, 0] = 0.0
    for cost in (np.where(islands, M, np.inf), sparse.csr_array(M * islands)):
        result = solve(theta, cost)
        assert_finite(result)
        assert_array_equal(result.right_marginals[3:, 0], 0.0)
        first = solve(theta[:3], M[:3, :3])
        assert_allclose(result.barycenter[:3], first.barycenter, rtol=1e-7)
    theta[3:] = 0.0
    assert_array_equal(solve(theta, cost).barycenter[3:], 0.0)


def test_one_feature_and_one_task():
    result = solve([[3.0]], [[0.0]], 0.5, 1.0)
    # min over m, q of 0.5 m (log m - 1) + KL(m | 3) + KL(m | q): q = m = 3 ** (2 / 3).
    assert_allclose(result.barycenter, 3.0 ** (2.0 / 3.0), rtol=1e-9)
    assert_allclose(result.value, 3.0 - 1.5 * 3.0 ** (2.0 / 3.0), rtol=1e-9)


def test_a_start_from_the_end_is_the_end():
    result = solve(tol=1e-12)
    again = solve(start=result.log_right, tol=1e-9)
    assert again.n_iter == 1
    assert_allclose(again.barycenter, result.barycenter, rtol=1e-9)
    near = solve(1.001 * THETA, start=result.log_right)
    assert near.n_iter < solve(1.001 * THETA).n_iter
    # From a task that had no mass, and from potentials that are of no use.
    theta = np.where(np.arange(3) == 1, 0.0, THETA)
    for start in (solve(theta).log_right, np.full((6, 3), -np.inf), 1e3 * THETA):
        assert_allclose(solve(start=start).barycenter, result.barycenter, rtol=1e-7)


def test_a_shift_of_a_task_next_to_nothing():
    log_A = np.random.default_rng(0).standard_normal((5, 3))
    log_A[:, 1] -= 1e4
    dual = Dual(np.array([0.0, -1e4, 0.5]), log_A, 0.01 / 0.99, 3)
    shift, log_q = best_shift(dual)
    assert np.isfinite(shift).all()
    assert np.isfinite(log_q).all()


def test_no_tolerance_ends_at_rounding():
    result = solve(tol=0.0)
    assert result.converged
    assert result.residual < 1e-13
    assert result.n_iter < 100


def test_not_converged_says_how_far():
    with pytest.warns(ConvergenceWarning, match=r"residual is \d\.\d+e-\d+, tol is"):
        result = solve(max_iter=2)
    assert (result.n_iter, result.converged) == (2, False)
    with pytest.warns(ConvergenceWarning):  # with so few, no larger epsilon is tried
        assert solve(epsilon=1e-7, max_iter=2).n_iter == 2
    with pytest.warns(ConvergenceWarning):
        assert solve(epsilon=1e-7, max_iter=30).n_iter == 30


BAD = {
    "theta must be non-negative, got -1": {"theta": -np.ones((6, 3))},
    "theta must not hold NaN": {"theta": np.full((6, 3), np.nan)},
    "theta must be finite": {"theta": np.full((6, 3), np.inf)},
    "theta has 5 features, but M is for 6 features": {"theta": THETA[:5]},
    r"theta must have one row .* got shape \(6,\)": {"theta": THETA[:, 0]},
    "at least one column": {"theta": THETA[:, :0]},
    "theta must not be a masked array": {"theta": np.ma.masked_less(THETA, 0.5)},
    "theta must hold real numbers": {"theta": np.full((6, 3), "a")},
    "gamma must be a finite number above 0, got 0": {"gamma": 0},
    "gamma must be a finite number above 0, got -1": {"gamma": -1},
    "epsilon must be a finite number above 0, got nan": {"epsilon": np.nan},
    "M must be square": {"cost": M[:3]},
    "M must be non-negative": {"cost": -M},
    "tol must be >= 0": {"tol": -1.0},
    "tol must be >= 0 and": {"tol": np.nan},
    "max_iter >= 1, a whole number, got 1e-09 and 0": {"max_iter": 0},
    "a whole number, got 1e-09 and 2.5": {"max_iter": 2.5},
    "tol must be >= 0 and max_iter >= 1, .* got None": {"tol": None},
    r"start must be of shape \(6, 3\)": {"start": THETA.T},
    "finite or minus infinity": {"start": np.full((6, 3), np.nan)},
}


@pytest.mark.parametrize("message", BAD)
def test_wrong_arguments(message):
    with pytest.raises(ValueError, match=message):
        solve(**BAD[message])


def test_nothing_is_written_to():
    theta, cost = THETA.copy(), M.copy()
    start = np.zeros((6, 3))
    for array in (theta, cost, start):
        array.flags.writeable = False
    solve(theta, cost, start=start)
    assert_array_equal(theta, THETA)
    assert_array_equal(cost, M)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, int, object, ">f8"])
def test_numbers_of_other_types(dtype):
    theta = np.round(10 * THETA).astype(dtype)
    expected = solve(np.round(10 * THETA))
    for given in (theta, np.asfortranarray(theta), theta.tolist()):
        assert_allclose(solve(given).barycenter, expected.barycenter, rtol=1e-9)


@pytest.mark.parametrize("form", ["dense", "separable", "sparse"])
@pytest.mark.parametrize("epsilon", [1e-15, 1e-20, 1e-100, 1e-300])
def test_logarithms_of_any_size_keep_their_largest_term(form, epsilon):
    v = np.random.default_rng(1).standard_normal((10, 2)) / epsilon
    with np.errstate(over="ignore"):
        expected = logsumexp(v[None] - (TEN / epsilon)[:, :, None], axis=1)
    found = ot.make_kernel(TEN, epsilon, form=form).log_product(v)
    assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("epsilon", "gamma"), [(0.1, 1e-20), (0.1, 1e-300), (1e20, 5.0), (1e300, 5.0)]
)
@pytest.mark.filterwarnings("error")
def test_where_entropy_is_all_plans_are_the_kernel(epsilon, gamma):
    # Marginals cost nothing: P minimises <TEN, P> + epsilon P (log P - 1) alone.
    result = ot.unbalanced_barycenter(TEN_MASSES, TEN, epsilon, gamma)
    assert result.converged
    K = np.exp(-TEN / epsilon)
    assert_allclose(result.value, -3 * epsilon * K.sum(), rtol=1e-9)
    assert_allclose(result.left_marginals, np.stack(3 * [K.sum(axis=1)], 1), rtol=1e-9)
    assert_allclose(result.barycenter, K.sum(axis=0), rtol=1e-9)


@pytest.mark.parametrize(
    ("epsilon", "gamma"), [(1e-20, 5.0), (1e-300, 5.0), (0.1, 1e20), (0.1, 1e300)]
)
def test_what_rounding_leaves_nothing_of_is_no_solution(epsilon, gamma):
    with pytest.warns(ConvergenceWarning, match="larger epsilon would help"):
        result = ot.unbalanced_barycenter(TEN_MASSES, TEN, epsilon, gamma, max_iter=50)
    assert not result.converged
    assert np.isfinite(result.barycenter).all()
    assert np.isfinite([result.value, result.gap, result.residual]).all()
    assert result.gap > 0.0


@pytest.mark.parametrize("name", ["epsilon", "gamma"])
def test_numbers_without_an_inverse_are_refused(name):
    given = {"epsilon": 0.1, "gamma": 1.0, name: 1e-320}
    with pytest.raises(ValueError, match=f"{name} must be a finite number above 0"):
        ot.unbalanced_barycenter(TEN_MASSES, TEN, **given)
