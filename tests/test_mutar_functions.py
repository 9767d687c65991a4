"""Models as functions with MuTaR's signatures."""

import inspect
import warnings

import numpy as np
import pytest
import simulated
import wasserstein_reference as reference
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError
from test_mtw import EPSILON, GAMMA, line_cost, make_data

import mutar_cy
from mutar_cy import (
    MTW,
    DirtyModel,
    IndLasso,
    MultiLevelLasso,
    ReMTW,
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


uncertified = pytest.mark.uncertified("no penalty that the certificate of tests knows")
each_transport = pytest.mark.parametrize("cls", [MTW, ReMTW])
X, Y, _ = simulated.stacked()
TIGHT_TRANSPORT = {"tol": 1e-10}


@uncertified
def test_the_residual_of_positive_coefficients_is_that_of_the_targets():
    model = MTW(0.1, 0.1, positive=True, fit_intercept=False, tol=1e-13).fit(X, Y)
    fitted = np.einsum("tnp,pt->tn", X, model.coef_)
    assert_allclose(model.residuals_, Y - fitted, rtol=1e-12, atol=1e-12)
    # At the optimum it is what the dual asks for.
    assert_allclose(model.dual_coef_, model.residuals_ / Y.shape[1], atol=1e-6)


@uncertified
@each_transport
@pytest.mark.parametrize("concomitant", [False, True, "mutar"])
def test_a_warm_start_warms_and_sees_what_is_new(cls, concomitant):
    params = {"concomitant": concomitant, "max_iter_reweighting": 1, "tol": 1e-9}
    params = {name: params[name] for name in params if name in vars(cls())}
    warm = cls(0.1, 0.1, warm_start=True, **params).fit(X, Y)
    objective = warm.objective_
    warm.fit(X, Y)
    assert warm.n_iter_ == 1
    close = 1e-6 if concomitant == "mutar" else 1e-9  # to which levels are found
    assert warm.objective_ == pytest.approx(objective, rel=close)
    warm.set_params(alpha=0.3, beta=[0.05, 0.1, 0.2]).fit(X, Y[:, ::-1])
    cold = cls(0.3, [0.05, 0.1, 0.2], **params).fit(X, Y[:, ::-1])
    assert_allclose(warm.coef_, cold.coef_, atol=1e-5)


@uncertified
@each_transport
def test_every_parameter_is_kept(cls):
    names = cls().get_params()
    values = {name: object() for name in names}
    model = cls(**values)
    assert all(getattr(model, name) is value for name, value in values.items())
    given = cls(max_iter_cd=7, tol_ot=1e-3, stable=True, concomitant="mutar")
    assert clone(given).get_params() == given.get_params()
    assert repr(clone(given)) == repr(given)


@uncertified
@each_transport
@pytest.mark.parametrize("unit", [1e-4, 1e-8])
def test_small_targets_are_fitted_as_closely(cls, unit):
    # Units of the masses come with a constant in the cost.
    cost = line_cost(10)
    plain = cls(0.1, 0.1, cost, EPSILON, GAMMA, **TIGHT_TRANSPORT).fit(X, Y)
    shifted = cost - EPSILON * np.log(unit)
    scaled = cls(0.1 * unit, 0.1 * unit, shifted, EPSILON, GAMMA, **TIGHT_TRANSPORT)
    if cls is ReMTW:  # whose root has another unit than the mass
        scaled.set_params(max_iter_reweighting=1)
        plain = clone(plain).set_params(max_iter_reweighting=1).fit(X, Y)
    scaled.fit(X, unit * Y)
    assert_allclose(scaled.coef_ / unit, plain.coef_, rtol=1e-4, atol=1e-6)
    assert scaled.n_iter_ > 1


@uncertified
def test_losses_are_the_objective_of_what_was_found():
    data, cost = make_data(), line_cost(6)
    full = MTW(0.03, 0.05, cost, EPSILON, GAMMA, tol=1e-12).fit(*data)
    assert full.loss_[-1] == full.objective_
    assert len(full.loss_) == len(full.log_["gap"]) == full.n_iter_
    assert full.log_["gap"][-1] == full.dual_gap_
    for n in range(1, full.n_iter_):
        short = MTW(0.03, 0.05, cost, EPSILON, GAMMA, tol=0.0, max_iter=n)
        with pytest.warns(ConvergenceWarning):
            short.fit(*data)
        assert short.loss_ == full.loss_[:n]
        problem = reference.stated(short, *data, cost, EPSILON, GAMMA)
        # Plans are those at hand, which are not the best for the coefficients yet.
        value = reference.objective(problem, reference.parts_of(short))
        assert value <= short.objective_ + 1e-10
    assert full.objective_ == pytest.approx(value, abs=1e-3)


@uncertified
@each_transport
@pytest.mark.parametrize("threshold", [0.0, 0.1])
def test_both_signs_are_treated_alike(cls, threshold):
    params = {"ot_threshold": threshold, **TIGHT_TRANSPORT}
    plus, minus = cls(0.1, 0.1, **params).fit(X, Y), cls(0.1, 0.1, **params).fit(X, -Y)
    assert_allclose(plus.coef1_, minus.coef2_, atol=1e-6)
    assert_allclose(plus.coef2_, minus.coef1_, atol=1e-6)
    assert_allclose(plus.barycenter1_, minus.barycenter2_, atol=1e-6)
    assert_allclose(
        plus.coef_, cls(0.1, 0.1, **TIGHT_TRANSPORT).fit(X, Y).coef_, atol=1e-12
    )


@uncertified
@each_transport
def test_iterations_are_counted_and_the_last_may_converge(cls):
    model = cls(0.01, 0.1, tol=1e-9).fit(X, Y)
    assert model.n_iter_ > 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cls(0.01, 0.1, tol=1e-9, max_iter=model.n_iter_).fit(X, Y)
    if cls is MTW:
        with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
            cls(0.01, 0.1, tol=1e-9, max_iter=model.n_iter_ - 1).fit(X, Y)


@uncertified
@each_transport
def test_a_model_without_transport_keeps_nothing_of_one_with_it(cls):
    model = cls(0.1, 0.1, tol=1e-8).fit(X, Y)
    assert hasattr(model, "dual_coef_")
    model.set_params(alpha=0.0).fit(X, Y)
    fresh = cls(0.0, 0.1, tol=1e-8).fit(X, Y)
    assert set(vars(model)) == set(vars(fresh))
    assert_array_equal(model.coef_, fresh.coef_)


@pytest.mark.drawn
@uncertified
@each_transport
@pytest.mark.parametrize("name", ["epsilon", "gamma"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf, "a"])
def test_prices_are_positive_numbers(cls, name, value):
    with pytest.raises(InvalidParameterError, match=f"'{name}'.*{cls.__name__}"):
        cls(**{name: value}).fit(X, Y)


@uncertified
@each_transport
@pytest.mark.parametrize("positive", [False, True])
def test_a_task_without_targets_is_drawn_to_the_others_only(cls, positive):
    targets = Y.copy()
    targets[1] = 3.0  # what its intercept explains
    model = cls(0.1, 0.1, positive=positive, **TIGHT_TRANSPORT).fit(X, targets)
    for name in ("coef_", "barycenter_", "dual_gap_", "objective_"):
        assert np.isfinite(getattr(model, name)).all()
    assert np.abs(model.coef_[:, 1]).max() < np.abs(model.coef_[:, [0, 2]]).max()


@uncertified
@each_transport
@pytest.mark.parametrize("concomitant", [False, True, "mutar"])
def test_rows_of_no_weight_are_not_there(cls, concomitant):
    X, y, _ = simulated.ragged()
    weight = [np.ones(len(v)) for v in y]
    weight[0][:3] = weight[2][-1] = 0.0
    kept = [w > 0 for w in weight]
    params = {"beta": [0.1, 0.2, 0.05], "concomitant": concomitant, **TIGHT_TRANSPORT}
    model = cls(0.1, **params).fit(X, y, sample_weight=weight)
    rest = cls(0.1, **params).fit(
        [x[k] for x, k in zip(X, kept, strict=True)],
        [v[k] for v, k in zip(y, kept, strict=True)],
    )
    assert_allclose(model.coef_, rest.coef_, atol=1e-9)
    assert_allclose(model.objective_, rest.objective_, rtol=1e-9)
    assert_allclose(model.sigma_, rest.sigma_, rtol=1e-9)


def test_independent_lassos_need_no_strength_to_be_told():
    model = IndLasso().fit(X, Y)
    assert_array_equal(model.coef_, IndLasso([0.1, 0.1, 0.1]).fit(X, Y).coef_)


@pytest.mark.uncertified("not convex")
@pytest.mark.parametrize("make", [simulated.stacked, simulated.ragged])
def test_a_multi_level_lasso_starts_warm(make):
    data = make()[:2]
    model = MultiLevelLasso(0.1, warm_start=True, tol=1e-9).fit(*data)
    coef, objective = model.coef_, model.objective_
    model.fit(*data)
    assert_allclose(model.coef_, coef, atol=1e-6)
    assert model.objective_ <= objective * (1 + 1e-9)
    model.set_params(alpha=0.05).fit(*data)
    assert model.objective_ < objective


@pytest.mark.uncertified("not convex")
def test_all_problems_of_a_multi_level_lasso_are_solved_to_its_tolerance():
    X, y, _ = simulated.ragged()
    reached = {}
    for tol in (1e-4, 1e-11):
        model = MultiLevelLasso(0.05, tol=tol).fit(X, y)
        norms = np.abs(model.coef_).sum(axis=1)
        # The gradient is the derivative of twice the root of each row's l1 norm.
        slopes = [
            x.T @ (r - r.mean()) / len(r)
            for x, r in zip(X, model.residuals_, strict=True)
        ]
        rows = norms > 0
        wanted = 0.05 / np.sqrt(norms[rows])[:, None] * np.sign(model.coef_[rows])
        wrong = np.abs(np.stack(slopes, axis=1)[rows] - wanted)
        reached[tol] = wrong[model.coef_[rows] != 0].max()
    assert reached[1e-11] < 1e-6
    assert reached[1e-11] <= reached[1e-4]
