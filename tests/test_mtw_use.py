"""MTW and ReMTW as users, and users of MuTaR, meet them."""

import inspect
import warnings

import numpy as np
import pytest
import simulated
from draws import parametrize_with_few_checks
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import MTW, IndLasso, ReMTW, alpha_max, ot
from mutar_cy.ot import grid_cost
from mutar_cy.wasserstein._newton import lower_factor

pytestmark = pytest.mark.uncertified("no penalty that the certificate of tests knows")
each_class = pytest.mark.parametrize("cls", [MTW, ReMTW])


@parametrize_with_few_checks(
    [MTW(), ReMTW()],
    [cls(task_column=0, unseen_tasks="mean") for cls in (MTW, ReMTW)],
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


MUTAR = (
    "alpha beta M epsilon gamma fit_intercept normalize concomitant max_iter tol "
    "warm_start {}stable max_iter_ot max_iter_cd tol_ot tol_cd n_jobs gpu positive "
    "ot_threshold{}"
)


@pytest.mark.parametrize(
    ("cls", "more"),
    [(MTW, ("", "")), (ReMTW, ("max_iter_reweighting ", " tol_reweighting"))],
)
def test_parameters_of_mutar_come_first_in_its_order(cls, more):
    parameters = inspect.signature(cls).parameters
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first = [name for name, p in parameters.items() if p.kind == kind]
    assert first == MUTAR.format(*more).split()
    assert repr(clone(cls(max_iter_cd=7))) == f"{cls.__name__}(max_iter_cd=7)"


@each_class
def test_parameters_are_never_written_to(cls):
    X, y, _ = simulated.stacked()
    M = ot.grid_cost(X.shape[2])
    before = M.copy()
    M.flags.writeable = False
    model = cls(0.1, 0.1, M)
    model.fit(X, y)
    assert model.M is M
    assert np.array_equal(M, before)
    assert model.epsilon is None
    assert model.gamma is None


@each_class
def test_a_client_of_mutar(cls):
    X, y, _ = simulated.stacked()
    p = X.shape[2]
    M = ot.grid_cost(p)
    options = {"fit_intercept": False, "normalize": False, "tol": 100.0}
    model = cls(
        alpha=np.float64(0.1),
        beta=np.array([0.1, 0.2, 0.3])[: len(X)],
        M=M,
        epsilon=100.0 / p,
        gamma=M.max(),
        **options,
    ).fit(X, y)
    assert model.coef_.shape == (p, len(X))
    assert np.all(model.intercept_ == 0)


def test_defaults_are_those_of_mutar():
    X, y, _ = simulated.stacked()
    p = X.shape[2]
    M = np.abs(np.subtract.outer(np.arange(p), np.arange(p))) ** 2.0
    M /= np.median(M)
    gamma = -M.max() / (2 * np.log(0.8))
    plain = MTW(tol=1e-10).fit(X, y)
    told = MTW(0.1, 0.1, M, 5.0 / p, gamma, tol=1e-10).fit(X, y)
    assert np.allclose(plain.coef_, told.coef_, atol=1e-9)


@each_class
def test_a_refit_takes_one_step(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1, 0.1, tol=1e-8, warm_start=True).fit(X, y)
    coef = model.coef_
    model.set_params(**{"max_iter_reweighting": 1} if cls is ReMTW else {})
    first = MTW(0.1, 0.1, tol=1e-8, warm_start=True).fit(X, y)
    assert first.fit(X, y).n_iter_ == 1
    model.fit(X, y)
    assert model.coef_.shape == coef.shape


def test_a_warm_start_sees_the_new_targets():
    X, y, _ = simulated.stacked()
    model = MTW(0.1, 0.1, tol=1e-10, warm_start=True).fit(X, y)
    model.fit(X, -2.0 * y)
    cold = MTW(0.1, 0.1, tol=1e-10).fit(X, -2.0 * y)
    assert np.allclose(model.coef_, cold.coef_, atol=1e-6)
    with pytest.raises(ValueError, match="warm_start"):
        model.fit(X[:, :, :-1], y)


def test_tolerance_is_relative():
    X, y, _ = simulated.stacked()
    for c in (1.0, 1e-4):
        model = MTW(0.1 * c, 0.1 * c, tol=1e-6).fit(X, c * y)
        null = 0.5 * ((c * y - c * y.mean(axis=1)[:, None]) ** 2).mean(axis=1).sum()
        assert model.dual_gap_ <= 1e-6 * null


def test_the_loss_never_rises():
    X, y, _ = simulated.stacked()
    model = MTW(0.01, 0.1, tol=1e-12).fit(X, y)
    assert len(model.loss_) == model.n_iter_ > 2
    assert np.all(np.diff(model.loss_) <= 0)
    assert model.log_["loss"] == model.loss_
    assert np.all(np.diff(model.log_["gap"]) <= 0)


def test_what_has_no_effect_has_none():
    X, y, _ = simulated.stacked()
    given = {"stable": True, "max_iter_ot": 1, "tol_cd": 0.5, "ot_threshold": 0.3}
    model = MTW(0.1, 0.1, n_jobs=2, **given).fit(X, y)
    assert np.array_equal(model.coef_, MTW(0.1, 0.1).fit(X, y).coef_)


def test_positive():
    X, y, _ = simulated.stacked()
    model = MTW(0.1, 0.1, positive=True, tol=1e-10).fit(X, y)
    assert model.coef_.min() >= 0
    assert np.array_equal(model.coef_, model.coef1_)
    assert not model.coef2_.any()
    assert not model.barycenter2_.any()
    residuals = y - model.predict(X)
    assert np.allclose(model.residuals_, residuals)
    assert np.allclose(residuals.mean(axis=1), 0, atol=1e-12)


def test_without_transport_it_is_a_lasso_per_task():
    X, y, _ = simulated.stacked()
    beta = [0.1, 0.2, 0.3][: len(X)]
    model = MTW(0.0, beta, tol=1e-9).fit(X, y)
    assert np.array_equal(model.coef_, IndLasso(beta, tol=1e-9).fit(X, y).coef_)
    with pytest.warns(UserWarning, match="LinearRegression"):
        MTW(0.0, 0.0).fit(X, y)


def test_layouts_agree():
    X, y, _ = simulated.stacked()
    stacked = MTW(0.1, 0.1, tol=1e-9).fit(X, y)
    listed = MTW(0.1, 0.1, tol=1e-9).fit(list(X), list(y))
    labels = np.repeat(np.arange(len(X)), X.shape[1])
    long = MTW(0.1, 0.1, tol=1e-9)
    long.fit(X.reshape(-1, X.shape[2]), y.ravel(), task=labels)
    for model in (listed, long):
        assert np.allclose(model.coef_, stacked.coef_, atol=1e-7)
    assert stacked.dual_coef_.shape == y.shape
    assert [v.shape for v in listed.dual_coef_] == [v.shape for v in y]
    assert np.allclose(long.dual_coef_, stacked.dual_coef_.ravel(), atol=1e-7)


def test_shared_designs_and_responses():
    X, Y, _ = simulated.shared()
    shared = MTW(0.1, 0.1, tol=1e-9).fit(X, Y)
    own = MTW(0.1, 0.1, tol=1e-9).fit([X] * Y.shape[1], list(Y.T))
    assert np.allclose(shared.coef_, own.coef_, atol=1e-7)
    assert shared.dual_coef_.shape == Y.shape
    several = MTW(0.1, 0.1, tol=1e-9).fit(X[None], Y[None])  # responses of one task
    assert np.allclose(several.coef_[:, 0], own.coef_, atol=1e-7)
    assert several.dual_coef_.shape == (1, *Y.shape)


def test_rows_counted_twice_change_nothing():
    X, y, _ = simulated.stacked()
    weight = np.ones(y.shape)
    weight[:, 0] = 2.0
    model = MTW(0.1, 0.1, tol=1e-9).fit(X, y, sample_weight=weight)
    twice = MTW(0.1, 0.1, tol=1e-9)
    twice.fit(np.concatenate([X, X[:, :1]], 1), np.concatenate([y, y[:, :1]], 1))
    assert np.allclose(model.coef_, twice.coef_, atol=1e-6)


def test_normalize_penalises_normalised_designs():
    X, y, _ = simulated.stacked()
    centred = X - X.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1)
    plain = MTW(0.01, 0.01, tol=1e-10).fit(centred / norms[:, None], y)
    model = MTW(0.01, 0.01, normalize=True, tol=1e-10).fit(X, y)
    assert np.allclose(model.coef_, plain.coef_ / norms.T, atol=1e-7)
    assert np.allclose(model.barycenter_, plain.barycenter_, atol=1e-6)


def test_costs_of_all_forms():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((2, 20, 16)), rng.standard_normal((2, 20))
    M, factors = ot.grid_cost((4, 4)), ot.grid_factors((4, 4))
    plain = MTW(0.1, 0.1, M, 1.0, tol=1e-10).fit(X, y)
    for given in (factors, factors[0], ot.make_kernel(M, 1.0)):
        model = MTW(0.1, 0.1, given, 1.0, plain.M.max() / -2 / np.log(0.8), tol=1e-10)
        assert np.allclose(model.fit(X, y).coef_, plain.coef_, atol=1e-8)


def test_float32_and_sparse_designs():
    from scipy import sparse

    X, y, _ = simulated.stacked()
    plain = MTW(0.1, 0.1, tol=1e-8).fit(X, y)
    single = MTW(0.1, 0.1, tol=1e-8).fit(X.astype(np.float32), y.astype(np.float32))
    assert single.coef_.dtype == single.barycenter_.dtype == np.float32
    assert np.allclose(single.coef_, plain.coef_, atol=1e-4)
    thin = MTW(0.1, 0.1, tol=1e-8).fit([sparse.csr_array(x) for x in X], list(y))
    assert np.allclose(thin.coef_, plain.coef_, atol=1e-7)


def test_missing_targets_are_left_out():
    X, y, _ = simulated.stacked()
    y = y.copy()
    y[0, 3] = np.nan
    model = MTW(0.1, 0.1, tol=1e-9, missing_targets="ignore").fit(X, y)
    kept = np.delete(np.arange(y.shape[1]), 3)
    listed = MTW(0.1, 0.1, tol=1e-9).fit([X[0][kept], *X[1:]], [y[0][kept], *y[1:]])
    assert np.allclose(model.coef_, listed.coef_, atol=1e-7)


# MTW and ReMTW with what is wrong, degenerate, or not there.


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


# MTW and ReMTW with parameters that are beyond what anybody means.

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


@pytest.mark.uncertified("MTW's problem is another one")
@pytest.mark.parametrize("cls", [MTW, ReMTW])
def test_a_processor_that_is_not_used_is_warned_of_once(cls):
    X, y, _ = simulated.stacked()
    with pytest.warns(UserWarning, match=r"gpu=True .* CPU.*Leave gpu=False") as seen:
        cls(gpu=True).fit(X, y)
    assert len(seen) == 1
