"""Levels of noise: the documented convex objective, and MuTaR's fixed point."""

import numpy as np
import pytest
import wasserstein_reference as reference
from sklearn.exceptions import ConvergenceWarning
from test_mtw import EPSILON, GAMMA, line_cost, make_data

from mutar_cy import MTW

pytestmark = pytest.mark.uncertified("certified here, by the reference of its own")


def fit(sizes=(9, 12), *, noise=(0.1, 1.0), positive=False, **params):
    X, y = make_data(sizes, positive=positive)
    rng = np.random.default_rng(5)
    y = [
        v + s * rng.standard_normal(len(v))
        for v, s in zip(y, [*noise, *noise], strict=False)
    ]
    given = {"alpha": 0.1, "beta": 0.05, "M": line_cost(6), "tol": 1e-12, **params}
    model = MTW(epsilon=EPSILON, gamma=GAMMA, positive=positive, **given)
    return model.fit(X, y), reference.stated(model, X, y, line_cost(6), EPSILON, GAMMA)


def objective(problem, model):
    """The documented objective, levels of noise included."""
    residuals = reference.residuals(problem, model.coef_)
    squares = np.array([r @ r for r in residuals])
    value = reference.objective(problem, reference.parts_of(model))
    value += 0.5 * (squares / model.sigma_ - squares).sum()
    return value + 0.5 * model.sigma_.sum()


def floor_of(problem):
    return 0.01 * min(np.sqrt(y @ y) for y in problem.y)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"positive": True},
        {"sizes": (5, 9, 12)},
        {"beta": np.array([0.02, 0.2])},
        {"alpha": 1.0},
        {"sizes": (4, 12), "alpha": 0.01, "beta": 0.01},  # a level at its floor
    ],
)
def test_an_interior_point_method_agrees_on_the_levels(given):
    model, problem = fit(concomitant=True, **given)
    value, coef, sigma = reference.cvxpy_solution(problem, floor_of(problem), 1e-9)
    assert model.objective_ == pytest.approx(value, abs=1e-10)
    assert np.abs(model.sigma_ - sigma).max() < 1e-7
    assert np.abs(model.coef_ - coef).max() < 1e-6
    assert objective(problem, model) == pytest.approx(model.objective_, abs=1e-11)
    assert 0.0 <= model.dual_gap_ <= 1e-11


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("max_iter", [1, 3, 5, 8])
def test_the_gap_covers_what_is_left_of_levels_cut_short(positive, max_iter):
    options = {"concomitant": True, "positive": positive}
    full, problem = fit(**options)
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        short, _ = fit(**options, tol=0.0, max_iter=max_iter)
    # The plan at hand is not the best for these coefficients: the bound is on both.
    assert objective(problem, short) <= short.objective_ + 1e-10
    assert -1e-12 <= short.objective_ - full.objective_ <= short.dual_gap_


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-9])
def test_the_fixed_point_of_mutar_does_not_depend_on_the_tolerance(tol):
    close, _ = fit(concomitant="mutar", tol=1e-13)
    model, _ = fit(concomitant="mutar", tol=tol, warm_start=True)
    assert np.allclose(model.sigma_, close.sigma_, rtol=1e-6)
    assert np.allclose(model.coef_, close.coef_, atol=1e-6)
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        fit(concomitant="mutar", tol=tol, max_iter=3)


def test_the_dual_is_that_of_the_levels():
    model, problem = fit(concomitant=True)
    u = [np.sqrt(len(v)) * v for v in model.dual_coef_]
    assert all(v @ v <= 1 + 1e-6 for v in u)
    u = [v / max(1.0, np.linalg.norm(v)) for v in u]
    least = floor_of(problem)
    # The reference has |u|^2 / 2 for a level of 1: here it is the floor that counts.
    bound = reference.dual(problem, u)
    bound += sum(0.5 * (1 - least) * float(v @ v) + 0.5 * least for v in u)
    assert model.objective_ - bound == pytest.approx(0.0, abs=1e-9)


def test_noisier_tasks_have_higher_levels():
    model, _ = fit((60, 60), concomitant=True)
    assert 0.05 < model.sigma_[0] < 0.2
    assert 5.0 * model.sigma_[0] < model.sigma_[1] < 1.2


def test_the_fixed_point_of_mutar():
    model, problem = fit(concomitant="mutar", tol=1e-13)
    deviations = [np.sqrt(np.mean(np.square(r))) for r in model.residuals_]
    assert np.allclose(model.sigma_, np.maximum(deviations, floor_of(problem)))
    beta = 0.05 * model.sigma_
    plain, _ = fit(beta=beta)
    assert np.allclose(plain.coef_, model.coef_, atol=1e-7)


@pytest.mark.parametrize("concomitant", [True, "mutar"])
def test_levels_have_the_unit_of_the_targets(concomitant):
    X, y = make_data((9, 12))
    c = 2.0**-30
    M = line_cost(6)
    shifted = M + EPSILON * 30 * np.log(2.0)
    options = {"concomitant": concomitant, "tol": 1e-12}
    plain = MTW(0.1, 0.05, M, EPSILON, GAMMA, **options).fit(X, y)
    # With levels the data term has the unit of y: so has the penalty already. MuTaR's
    # fixed point has a plain data term, and beta is multiplied by a level.
    power = c if concomitant == "mutar" else 1.0
    scaled = MTW(0.1 * power, 0.05, shifted, EPSILON, GAMMA, **options)
    scaled.fit(X, [c * v for v in y])
    assert np.allclose(scaled.sigma_ / c, plain.sigma_, rtol=1e-6)
    assert np.allclose(scaled.coef_ / c, plain.coef_, rtol=1e-5, atol=1e-7)


def test_without_noise_levels_are_one():
    assert np.array_equal(fit()[0].sigma_, [1.0, 1.0])


@pytest.mark.parametrize("constant", ["one", "all"])
def test_a_target_that_is_zero(constant):
    X, y = make_data((9, 12))
    y = [0.0 * y[0], y[1] if constant == "one" else 0.0 * y[1]]
    model = MTW(0.1, 0.05, line_cost(6), EPSILON, concomitant=True).fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert np.all(model.sigma_ > 0)
