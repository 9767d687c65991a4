"""Models as functions with MuTaR's signatures."""

import inspect

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError

import mutar_cy
from mutar_cy import (
    DirtyModel,
    IndLasso,
    MultiLevelLasso,
    solver_dirty,
    solver_lasso,
    solver_mll,
)

TIGHT = {"tol": 1e-14, "max_iter": 50_000}
ZEROS = np.zeros((10, 3))
SIGNATURES = {
    "solver_lasso": "(X, y, alpha=None, max_iter=3000, tol=0.0001, positive=False)",
    "solver_dirty": "(X, y, coef_shared_, coef_specific_, alpha=1.0, beta=1.0, "
    "max_iter=10000, tol=0.0001, positive=False)",
    "solver_mll": "(X, y, C, S, alpha=0.1, max_iter=1000, tol=0.0001, positive=False)",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_mutar_s(name):
    function = getattr(mutar_cy, name)
    assert str(inspect.signature(function)) == SIGNATURES[name]


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("make", [simulated.stacked, simulated.ragged])
def test_solver_lasso_is_the_estimator_without_intercepts(make, positive):
    X, y, _ = make()
    for alpha in (0.2, [0.1, 0.2, 0.3], np.array([0.3, 0.2, 0.1])):
        theta = solver_lasso(X, y, alpha, positive=positive, **TIGHT)
        model = IndLasso(alpha, fit_intercept=False, positive=positive, **TIGHT)
        assert np.array_equal(theta, model.fit(X, y).coef_)
        assert theta.shape == (10, 3)


def test_solver_lasso_penalises_by_one_if_not_told():
    X, y, _ = simulated.stacked()
    assert np.array_equal(solver_lasso(X, y), solver_lasso(X, y, [1.0, 1.0, 1.0]))


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("make", [simulated.stacked, simulated.ragged])
def test_solver_dirty_is_the_estimator_without_intercepts(make, positive):
    X, y, _ = make()
    params = {"positive": positive, **TIGHT}
    shared, specific, R, n_iter = solver_dirty(X, y, ZEROS, ZEROS, 0.2, 0.15, **params)
    model = DirtyModel(0.2, 0.15, fit_intercept=False, **params).fit(X, y)
    assert np.array_equal(shared, model.coef_shared_)
    assert np.array_equal(specific, model.coef_specific_)
    assert shared.any()
    assert specific.any()
    for residual, own in zip(R, model.residuals_, strict=True):
        assert np.array_equal(residual, own)
    assert n_iter == model.n_iter_ > 0


def test_solver_dirty_starts_where_it_is_told():
    X, y, _ = simulated.stacked()
    shared, specific, R, n_iter = solver_dirty(X, y, ZEROS, ZEROS, 0.2, 0.15, tol=1e-8)
    assert n_iter > 0
    shared.flags.writeable = specific.flags.writeable = False
    again = solver_dirty(X, y, shared, specific, 0.2, 0.15, tol=1e-7)
    assert again[3] == 0
    assert_allclose(again[0] + again[1], shared + specific, rtol=1e-12)
    assert_allclose(again[2], R, rtol=1e-10, atol=1e-12)
    # The sum is what counts: its parts are found anew.
    swapped = solver_dirty(X, y, specific, shared, 0.2, 0.15, tol=1e-7)
    assert_allclose(swapped[0], shared, rtol=1e-10, atol=1e-12)
    other = solver_dirty(X, y, ZEROS + 7, ZEROS - 9, 0.2, 0.15, **TIGHT)
    assert_allclose(other[0] + other[1], shared + specific, atol=1e-3)


def test_solver_dirty_leaves_its_start_alone():
    X, y, _ = simulated.stacked()
    start = np.ones((10, 3)), np.ones((10, 3))
    solver_dirty(X, y, *start)
    assert np.array_equal(start, np.ones((2, 10, 3)))


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ((ZEROS.T, ZEROS), r"coef_shared_.*\(3, 10\).*3 tasks.*10 features"),
        ((ZEROS, ZEROS[:, :1]), r"coef_specific_.*\(10, 1\).*\(10, 3\)"),
        ((ZEROS * np.nan, ZEROS), r"coef_shared_.*NaN"),
        ((ZEROS, ZEROS[:, 0]), r"coef_specific_|1D array"),
    ],
)
def test_starts_that_do_not_fit(start, message):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=message):
        solver_dirty(X, y, *start)


def mll_objective(X, y, coef, alpha):
    """Return the objective in terms of the coefficients."""
    loss = sum(
        ((v - x @ w) ** 2).sum() / (2 * len(v))
        for x, v, w in zip(X, y, coef.T, strict=True)
    )
    return loss + 2 * alpha * np.sqrt(np.abs(coef).sum(axis=1)).sum()


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("make", [simulated.stacked, simulated.ragged])
def test_solver_mll_is_the_estimator_without_intercepts(make, positive):
    X, y, _ = make()
    params = {"positive": positive, "tol": 1e-10, "max_iter": 5000}
    C, S, n_iter = solver_mll(X, y, np.ones(10), ZEROS, 0.2, **params)
    model = MultiLevelLasso(0.2, fit_intercept=False, **params).fit(X, y)
    assert np.array_equal(C, model.coef_shared_)
    assert np.array_equal(S, model.coef_specific_)
    assert n_iter == model.n_iter_ > 0
    coef = C[:, None] * S
    assert_allclose(mll_objective(X, y, coef, 0.2), model.objective_, rtol=1e-10)
    assert_allclose(C, np.abs(S).sum(axis=1), rtol=1e-10)
    assert C.min() >= 0


def test_solver_mll_starts_with_the_shared_factor_it_is_told():
    X, y, _ = simulated.stacked()
    ones = np.ones(10)
    C, S, _ = solver_mll(X, y, ones, ZEROS, 0.2, tol=1e-10)
    kept = np.flatnonzero(C)
    assert 0 < len(kept) < 10
    without = ones.copy()
    without[kept[0]] = 0.0
    without.flags.writeable = False
    other, rest, _ = solver_mll(X, y, without, ZEROS + 1, 0.2, tol=1e-10)
    assert other[kept[0]] == 0
    assert not rest[kept[0]].any()
    # Where the start is the solution, so is the end.
    again, _, _ = solver_mll(X, y, C, S, 0.2, tol=1e-10)
    assert_allclose(again, C, rtol=1e-6)


@pytest.mark.parametrize(
    ("C", "S", "message"),
    [
        (np.ones(9), ZEROS, r"C has shape \(9,\).*\(10,\)"),
        (np.ones(10), ZEROS.T, r"S has shape \(3, 10\).*\(10, 3\)"),
        (-np.ones(10), ZEROS, r"C must be non-negative, got -1"),
        (np.ones(10), ZEROS * np.nan, r"S.*NaN"),
    ],
)
def test_factors_that_do_not_fit(C, S, message):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=message):
        solver_mll(X, y, C, S)


def test_invalid_parameters_are_named():
    X, y, _ = simulated.stacked()
    with pytest.raises(InvalidParameterError, match="'alpha'"):
        solver_lasso(X, y, -1.0)
    with pytest.raises(InvalidParameterError, match="'tol'"):
        solver_lasso(X, y, tol="a")
    with pytest.raises(InvalidParameterError, match="'beta'"):
        solver_dirty(X, y, ZEROS, ZEROS, beta=-1.0)
    with pytest.raises(InvalidParameterError, match="'max_iter'"):
        solver_dirty(X, y, ZEROS, ZEROS, max_iter=0)
    with pytest.raises(InvalidParameterError, match=r"'alpha'.*MultiLevelLasso"):
        solver_mll(X, y, np.ones(10), ZEROS, -1.0)


def assert_warns_here(category, match, function, *args, **kwargs):
    with pytest.warns(category, match=match) as caught:
        function(*args, **kwargs)
    assert [w.filename for w in caught] == [__file__]


@pytest.mark.uncertified("stopped early on purpose")
def test_too_few_iterations_warn_on_the_line_of_the_call():
    X, y, _ = simulated.ragged(n_features=40)
    zeros, ones = np.zeros((40, 3)), np.ones(40)
    expected = ConvergenceWarning, "number of iterations"
    short = {"max_iter": 1, "tol": 1e-12}
    assert_warns_here(*expected, solver_dirty, X, y, zeros, zeros, 1e-3, 7e-4, **short)
    assert_warns_here(*expected, solver_lasso, X, y, 1e-3, **short)
    short["max_iter"] = 2
    assert_warns_here(*expected, solver_mll, X, y, ones, zeros, 1e-3, **short)


def test_no_penalty_warns_on_the_line_of_the_call():
    X, y, _ = simulated.stacked()
    expected = UserWarning, "LinearRegression"
    assert_warns_here(*expected, solver_dirty, X, y, ZEROS, ZEROS, 0.0, 0.0)
    assert_warns_here(*expected, solver_lasso, X, y, 0.0)
    assert_warns_here(*expected, solver_mll, X, y, np.ones(10), ZEROS, 0.0)
