"""MTW and ReMTW with parameters that are beyond what anybody means."""

import warnings

import numpy as np
import pytest
import simulated
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import MTW, ReMTW
from mutar_cy.ot import grid_cost
from mutar_cy.wasserstein._newton import lower_factor

pytestmark = pytest.mark.uncertified("no penalty that the certificate of tests knows")
X, Y, _ = simulated.stacked()
M = grid_cost(10) / np.median(grid_cost(10))
NULL = 0.5 * Y.var(axis=1).sum()


def fit(cls=MTW, data=(X, Y), **params):
    """Fit, and see that nothing is warned of but that it has not converged."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = cls(**params).fit(*data)
    assert {w.category for w in caught} <= {ConvergenceWarning}
    for name in ("coef_", "barycenter_", "intercept_", "dual_coef_", "loss_"):
        assert np.isfinite(getattr(model, name)).all(), name
    assert 0.0 <= model.dual_gap_ < np.inf
    return model, not caught


@pytest.mark.parametrize("cls", [MTW, ReMTW])
@pytest.mark.parametrize("epsilon", [1e-5, 1e-7, 1e-9])
def test_any_entropy_that_numbers_can_hold(cls, epsilon):
    model, converged = fit(cls, M=M, epsilon=epsilon)
    assert converged
    assert model.dual_gap_ <= 1e-4 * NULL


@pytest.mark.parametrize(
    "params",
    [
        {"epsilon": 1e-14},
        {"epsilon": 1e-100, "max_iter": 50},
        {"epsilon": 1e200},
        {"gamma": 1e-100},
        {"gamma": 1e300},
        {"alpha": 1e-300},
        {"alpha": 1e-300, "beta": 1e-300, "max_iter": 50},
        {"alpha": 1e300},
        {"beta": 1e300},
        {"alpha": 1e-12, "max_iter": 50},
    ],
    ids=str,
)
def test_what_numbers_cannot_hold_is_finite_and_said(params):
    model, converged = fit(M=M, **params)
    # Where the objective is large, so is what rounding leaves.
    small = model.dual_gap_ <= max(1e-4 * NULL, 1e-10 * abs(model.objective_))
    assert small or not converged


@pytest.mark.parametrize("unit", [1e6, 1e12])
@pytest.mark.parametrize("side", ["targets", "designs"])
def test_data_in_other_units_are_another_problem_and_solved(unit, side):
    data = (X, unit * Y) if side == "targets" else (unit * X, Y)
    model, _ = fit(data=data, M=M, max_iter=200)
    null = NULL * (unit**2 if side == "targets" else 1.0)
    assert model.dual_gap_ < 0.1 * null


def test_strengths_that_underflow_are_refused():
    with pytest.raises(InvalidParameterError, match="alpha times gamma"):
        MTW(alpha=1e-200, gamma=1e-200).fit(X, Y)
    with pytest.raises(ValueError, match="epsilon must be a finite number above 0"):
        MTW(epsilon=1e-320).fit(X, Y)


def test_factors_are_exact_where_they_exist_and_near_where_not():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((6, 6))
    L = lower_factor(root @ root.T)
    assert np.allclose(L @ L.T, root @ root.T, rtol=1e-12)
    thin = root[:, :2] @ root[:, :2].T - 1e-13 * np.eye(6)  # as rounding leaves it
    L = lower_factor(thin.copy())
    assert np.allclose(L @ L.T, thin, atol=1e-8)
    hopeless = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert np.array_equal(lower_factor(hopeless), np.eye(2) * lower_factor(np.eye(2)))
