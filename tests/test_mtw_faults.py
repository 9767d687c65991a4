"""MTW and ReMTW with what is wrong, degenerate, or not there."""

import warnings

import numpy as np
import pytest
import simulated
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import MTW, alpha_max, ot

pytestmark = pytest.mark.uncertified("no penalty that the certificate of tests knows")


def test_support_threshold():
    X, y, _ = simulated.stacked()
    full = MTW(0.1, 0.1).fit(X, y)
    model = MTW(0.1, 0.1, support_threshold=0.05).fit(X, y)
    kept = np.abs(full.coef_) > 0.05
    assert full.coef_.all()
    assert np.array_equal(model.coef_, np.where(kept, full.coef_, 0.0))
    assert np.allclose((y - model.predict(X)).mean(axis=1), 0, atol=1e-12)


def test_fewer_tasks_in_predict_are_refused():
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match="tasks"):
        MTW(0.1, 0.1).fit(X, y).predict(X[:1])


def test_there_is_no_largest_alpha():
    X, y, _ = simulated.stacked()
    with pytest.raises(TypeError, match="never exactly 0"):
        alpha_max(MTW(), X, y)


@pytest.mark.parametrize(
    "wrong",
    [
        {"beta": -1.0},
        {"beta": np.ones(4)},
        {"beta": [np.nan] * 3},
        {"beta": "x"},
        {"epsilon": 0.0},
        {"gamma": -1.0},
        {"alpha": np.nan},
        {"concomitant": "x"},
        {"alpha": 0.0, "concomitant": True},
        {"alpha": 0.0, "beta": np.array([0.1, 0.2]).reshape(2, 1, 1)},
        {"support_threshold": -1.0},
    ],
    ids=str,
)
def test_wrong_parameters(wrong):
    X, y, _ = simulated.stacked()
    with pytest.raises(InvalidParameterError):
        MTW(**wrong).fit(X, y)


@pytest.mark.parametrize(
    ("M", "said"),
    [
        (-np.ones((10, 10)), "non-negative"),
        (np.ones((10, 9)), "square"),
        (np.triu(np.ones((10, 10))), "symmetric"),
        (np.full((10, 10), np.nan), "NaN"),
        (np.ones((9, 9)), "features"),
    ],
)
def test_wrong_costs(M, said):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=said):
        MTW(M=M).fit(X, y)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("positive", [False, True])
def test_targets_without_anything_to_explain(positive):
    X, y, _ = simulated.stacked()
    for targets in (0.0 * y, 0.0 * y + 3.0):
        model = MTW(0.1, 0.1, positive=positive).fit(X, targets)
        assert np.isfinite(model.coef_).all()
        assert np.isfinite(model.dual_gap_)


def test_one_of_everything():
    model = MTW(0.1, 0.1, tol=1e-10).fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])
    assert model.coef_.shape == (1,)
    assert np.isfinite(model.coef_).all()


def test_a_fit_cut_short_says_so():
    X, y, _ = simulated.stacked()
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        MTW(0.01, 0.1, tol=1e-12, max_iter=1).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MTW(0.01, 0.1, tol=1e-12).fit(X, y)


@pytest.mark.parametrize("apart", [2, 6, 12])
def test_designs_that_see_one_feature_each(apart):
    # Far from all targets, correlations are far below what can be divided by.
    p = 60
    Y = np.zeros((p, 2))
    Y[20, 0] = Y[20 + apart, 1] = np.sqrt(p)
    model = MTW(0.01, 0.1, ot.grid_cost(p), 0.5, 20.0, positive=True, tol=1e-10)
    model.set_params(fit_intercept=False).fit(np.sqrt(p) * np.eye(p), Y)
    assert model.dual_gap_ <= 1e-10
    assert model.coef_[20, 0] == pytest.approx(model.coef_[20 + apart, 1], abs=1e-4)
