"""MTW and ReMTW: certified, and what an interior point method finds."""

import warnings

import numpy as np
import pytest
import simulated
import wasserstein_reference as reference
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import MTW, IndRewLasso, ReMTW
from mutar_cy.ot import grid_cost

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.uncertified("certified here, by the reference of its own"),
]
EPSILON, GAMMA = 0.2, 3.0


def make_data(sizes=(6, 6), n_features=6, *, positive=False, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, n_features)) for n in sizes]
    y = []
    for k, design in enumerate(X):
        coef = np.zeros(n_features)
        coef[1 + k % 2] = 2.0
        coef[4] = 1.0 if positive else -1.0
        y.append(design @ coef + 0.1 * rng.standard_normal(len(design)) + 0.5)
    return X, y


def line_cost(n_features):
    M = grid_cost(n_features)
    return M / np.median(M)


RNG = np.random.default_rng(1)
CASES = {
    "signed": {},
    "positive": {"positive": True},
    "ragged": {"sizes": (5, 8, 7)},
    "ragged and positive": {"sizes": (5, 8), "positive": True},
    "without intercept": {"fit_intercept": False},
    "beta by task": {"beta": np.array([0.02, 0.2])},
    "beta by feature": {"beta": RNG.uniform(0.01, 0.2, (6, 1))},
    "beta by sign": {"beta": np.array([0.02, 0.3]).reshape(2, 1, 1)},
    "beta for each": {"beta": RNG.uniform(0.01, 0.2, (2, 6, 2))},
    "no beta": {"beta": 0.0},
    "strong": {"alpha": 3.0},
    "weak": {"alpha": 0.03},
    "grid": {"M": grid_cost((2, 3)) / 2.0},
    "one task": {"sizes": (7,)},
}


@pytest.fixture(params=CASES, scope="module")
def solved(request):
    """A fit, its data, the problem it states, and the answer of CVXPY."""
    given = dict(CASES[request.param])
    sizes = given.pop("sizes", (6, 6))
    X, y = make_data(sizes, positive=given.get("positive", False))
    M = given.setdefault("M", line_cost(6))
    defaults = {"alpha": 0.1, "beta": 0.05, "epsilon": EPSILON, "gamma": GAMMA}
    model = MTW(**{**defaults, "tol": 1e-13, **given}).fit(X, y)
    problem = reference.stated(model, X, y, M, EPSILON, GAMMA)
    return model, X, y, problem, reference.cvxpy_solution(problem)


def test_an_interior_point_method_agrees(solved):
    model, _, _, _, (value, coef, _) = solved
    assert model.objective_ == pytest.approx(value, abs=1e-10)
    assert np.abs(model.coef_ - coef).max() < 1e-6


def test_the_objective_is_the_one_documented(solved):
    model, _, _, problem, _ = solved
    value = reference.objective(problem, reference.parts_of(model))
    assert model.objective_ == pytest.approx(value, abs=1e-11)


def test_the_dual_solution_bounds_the_minimum(solved):
    model, _, _, problem, _ = solved
    u = [v * np.sqrt(len(v)) for v in model.dual_coef_]
    bound = reference.dual(problem, u)
    assert bound <= model.objective_ + 1e-13
    assert model.objective_ - bound <= model.dual_gap_ + 1e-12
    residuals = [r / len(r) for r in model.residuals_]
    for v, r in zip(model.dual_coef_, residuals, strict=True):
        assert np.allclose(v, r, atol=1e-6)


@pytest.mark.drawn
@pytest.mark.parametrize("max_iter", [1, 2, 3])
def test_the_gap_covers_what_is_left_of_a_fit_cut_short(solved, max_iter):
    model, X, y, problem, _ = solved
    params = {**model.get_params(), "max_iter": max_iter}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        short = MTW(**params).fit(X, y)
    value = reference.objective(problem, reference.parts_of(short))
    assert short.n_iter_ <= max_iter
    # The plan at hand is not the best for these coefficients: the bound is on both.
    assert value <= short.objective_ + 1e-10
    left = short.objective_ - model.objective_
    assert -1e-12 <= left <= short.dual_gap_


def test_the_gap_is_half_the_squared_mismatch_of_dual_and_residual():
    X, y = make_data()
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        model = MTW(0.1, 0.05, tol=0.0, max_iter=2).fit(X, y)
    miss = [
        np.sqrt(len(r)) * v - r / np.sqrt(len(r))
        for v, r in zip(model.dual_coef_, model.residuals_, strict=True)
    ]
    assert model.dual_gap_ <= 0.5 * sum(float(m @ m) for m in miss) * (1 + 1e-9)


@pytest.mark.parametrize(("c", "power"), [(0.5, 1), (2.0**-40, 40), (2.0**-200, 200)])
def test_other_units_with_the_shifted_cost(c, power):
    X, y = make_data()
    M = line_cost(6)
    plain = MTW(0.1, 0.05, M, EPSILON, GAMMA, tol=1e-12).fit(X, y)
    shifted = M + EPSILON * power * np.log(2.0)
    scaled = MTW(0.1 * c, 0.05 * c, shifted, EPSILON, GAMMA, tol=1e-12)
    scaled.fit(X, [c * v for v in y])
    assert np.allclose(scaled.coef_ / c, plain.coef_, rtol=1e-6, atol=1e-9)
    assert scaled.objective_ / c / c == pytest.approx(plain.objective_, abs=1e-10)
    assert np.allclose(scaled.barycenter_ / c, plain.barycenter_, rtol=1e-6, atol=1e-9)


def test_other_units_of_the_designs():
    X, y = make_data()
    M, c = line_cost(6), 2.0**-300
    plain = MTW(0.1, 0.05, M, EPSILON, GAMMA, tol=1e-12).fit(X, y)
    cost = M + EPSILON * 300 * np.log(2.0)
    scaled = MTW(0.1 / c, 0.05 / c, cost, EPSILON, GAMMA, tol=1e-12)
    scaled.fit([x / c for x in X], y)
    assert np.allclose(scaled.coef_ / c, plain.coef_, rtol=1e-6, atol=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("alpha", [0.01, 1.0])
@pytest.mark.parametrize(
    ("M", "epsilon"),
    [(line_cost(500), 0.2 / 500), (grid_cost((10, 10)), 1e-5)],
    ids=["line", "grid"],
)
def test_little_entropy(M, epsilon, alpha):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2, 20, len(M)))
    coef = np.zeros((len(M), 2))
    coef[30, 0] = coef[31, 1] = 2.0
    y = np.einsum("tnp,pt->tn", X, coef) + 0.1 * rng.standard_normal((2, 20))
    model = MTW(alpha, 0.1, M, epsilon, tol=1e-6).fit(X, y)  # no warning at all
    assert np.isfinite(model.coef_).all()
    assert np.isfinite([model.dual_gap_, model.objective_]).all()
    assert model.dual_gap_ <= 1e-6 * 0.5 * y.var(axis=1).sum()


# Levels of noise: the documented convex objective, and MuTaR's fixed point.


def fit(sizes=(9, 12), *, noise=(0.1, 1.0), positive=False, **params):
    X, y = make_data(sizes, positive=positive)
    rng = np.random.default_rng(5)
    y = [
        v + s * rng.standard_normal(len(v))
        for v, s in zip(y, [*noise, *noise], strict=False)
    ]
    given = {
        "alpha": 0.1,
        "beta": 0.05,
        "M": line_cost(6),
        "tol": 1e-12,
        **params,
    }
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


# ReMTW: the concave objective, by reweighting.


def fit_sparsely(cls=ReMTW, data=None, **params):
    X, y = make_data() if data is None else data
    given = {
        "alpha": 0.1,
        "beta": 0.05,
        "M": line_cost(6),
        "tol": 1e-11,
        **params,
    }
    return cls(epsilon=EPSILON, gamma=GAMMA, **given).fit(X, y)


def concave_objective(model, X, y):
    """The documented objective: square roots in place of the l1 norm."""
    problem = reference.stated(model, X, y, line_cost(6), EPSILON, GAMMA)
    parts = reference.parts_of(model)
    linear = sum((b * m).sum() for b, m in zip(problem.beta, parts, strict=True))
    roots = sum(
        (b * np.sqrt(m)).sum() for b, m in zip(problem.beta, parts, strict=True)
    )
    return reference.objective(problem, parts) - linear + roots


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("beta", [0.05, np.array([0.02, 0.2])])
def test_the_objective_is_the_one_documented_and_falls(positive, beta):
    X, y = make_data(positive=positive)
    model = fit_sparsely(data=(X, y), positive=positive, beta=beta)
    assert model.objective_ == pytest.approx(concave_objective(model, X, y), abs=1e-10)
    assert model.loss_[-1] == model.objective_
    assert len(model.loss_) > 2
    assert np.all(np.diff(model.loss_) <= 0)


def test_the_first_problem_is_mtw():
    X, y = make_data()
    model = fit_sparsely(max_iter_reweighting=1)
    assert np.array_equal(model.coef_, fit_sparsely(MTW).coef_)
    assert model.objective_ == pytest.approx(concave_objective(model, X, y), abs=1e-10)


def test_where_it_ends_is_stationary():
    model = fit_sparsely(tol_reweighting=1e-9)
    masses = np.array([model.coef1_, model.coef2_])
    weights = 0.5 / (np.sqrt(masses) + 1e-10)
    again = fit_sparsely(MTW, beta=0.05 * weights)
    assert np.allclose(again.coef_, model.coef_, atol=1e-6)
    assert np.allclose(model.weights_, weights, rtol=1e-5)
    assert 0.0 <= model.dual_gap_ <= 1e-10


def test_numbers_of_mutar():
    # From MuTaR's documentation, to the digits that its stopping rule has right.
    X = np.array([[[3.0, 1], [2, 0], [1, 0]], [[0, 2], [-1, 3], [1, -2]]])
    y = (
        np.array([x @ c for x, c in zip(X, [[0.0, 0.0], [1.0, 2.0]], strict=True)])
        + 0.1
    )
    model = ReMTW(alpha=0.2, beta=0.1, tol=1e-9).fit(X, y)
    expected = [[-0.01064798, -0.12868387], [0.10112546, 1.55361523]]
    assert np.allclose(model.coef_, expected, atol=2e-3)


def test_reweighting_cut_short_is_said():
    with pytest.warns(ConvergenceWarning, match="reweighting"):
        fit_sparsely(max_iter_reweighting=2, tol_reweighting=0.0)


def test_a_convex_problem_cut_short_is_said():
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        fit_sparsely(max_iter=1)


def test_without_transport_it_is_the_reweighted_lasso():
    X, y = make_data()
    model = ReMTW(alpha=0.0, beta=0.05, tol=1e-9, tol_reweighting=1e-4).fit(X, y)
    lasso = IndRewLasso(alpha=0.05, tol=1e-9).fit(X, y)
    assert np.allclose(model.coef_, lasso.coef_, atol=1e-9)
    assert not model.barycenter_.any()


@pytest.mark.parametrize("concomitant", [True, "mutar"])
def test_levels_of_noise(concomitant):
    data = make_data((9, 12))
    model = fit_sparsely(data=data, concomitant=concomitant)
    assert np.isfinite(model.loss_).all()
    assert np.all(model.sigma_ > 0)
    if concomitant is True:
        assert np.all(np.diff(model.loss_) <= 0)


def test_it_shrinks_less_than_mtw():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2, 40, 6))
    coef = np.zeros((6, 2))
    coef[1] = 3.0
    y = np.einsum("tnp,pt->tn", X, coef) + 0.1 * rng.standard_normal((2, 40))
    params = {"alpha": 0.01, "beta": 0.5, "data": (X, y)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours, plain = fit_sparsely(**params), fit_sparsely(MTW, **params)
    assert np.all(np.abs(ours.coef_[1] - 3.0) < np.abs(plain.coef_[1] - 3.0))


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("layout", ["stacked", "shared", "ragged"])
@pytest.mark.parametrize("cls", [MTW, ReMTW])
def test_without_transport_every_attribute_is_there(cls, layout, positive):
    X, y, _ = getattr(simulated, layout)()
    lasso = cls(alpha=0.0, beta=0.05, positive=positive).fit(X, y)
    model = cls(alpha=0.1, beta=0.05, positive=positive).fit(X, y)
    fitted = {name for name in vars(model) if name.endswith("_")}
    assert fitted == {name for name in vars(lasso) if name.endswith("_")}
    for name in ("dual_gap_", "objective_"):
        assert type(getattr(lasso, name)) is float
    assert lasso.loss_[-1] == lasso.objective_
    assert set(lasso.log_) == set(model.log_)
    if cls is ReMTW:
        assert lasso.weights_.shape == model.weights_.shape
    for dual, residual, other in zip(
        lasso.dual_coef_, lasso.residuals_, model.dual_coef_, strict=True
    ):
        n_samples = len(lasso.residuals_) if layout == "shared" else len(residual)
        assert dual.shape == other.shape
        assert_allclose(dual, residual / n_samples, atol=1e-12)
