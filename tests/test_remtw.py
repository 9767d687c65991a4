"""ReMTW: the concave objective, by reweighting."""

import warnings

import numpy as np
import pytest
import wasserstein_reference as reference
from sklearn.exceptions import ConvergenceWarning
from test_mtw import EPSILON, GAMMA, line_cost, make_data

from mutar_cy import MTW, IndRewLasso, ReMTW

pytestmark = pytest.mark.uncertified("certified here, by the reference of its own")


def fit(cls=ReMTW, data=None, **params):
    X, y = make_data() if data is None else data
    given = {"alpha": 0.1, "beta": 0.05, "M": line_cost(6), "tol": 1e-11, **params}
    return cls(epsilon=EPSILON, gamma=GAMMA, **given).fit(X, y)


def objective(model, X, y):
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
    model = fit(data=(X, y), positive=positive, beta=beta)
    assert model.objective_ == pytest.approx(objective(model, X, y), abs=1e-10)
    assert model.loss_[-1] == model.objective_
    assert len(model.loss_) > 2
    assert np.all(np.diff(model.loss_) <= 0)


def test_the_first_problem_is_mtw():
    X, y = make_data()
    model = fit(max_iter_reweighting=1)
    assert np.array_equal(model.coef_, fit(MTW).coef_)
    assert model.objective_ == pytest.approx(objective(model, X, y), abs=1e-10)


def test_where_it_ends_is_stationary():
    model = fit(tol_reweighting=1e-9)
    masses = np.array([model.coef1_, model.coef2_])
    weights = 0.5 / (np.sqrt(masses) + 1e-10)
    again = fit(MTW, beta=0.05 * weights)
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
        fit(max_iter_reweighting=2, tol_reweighting=0.0)


def test_a_convex_problem_cut_short_is_said():
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        fit(max_iter=1)


def test_without_transport_it_is_the_reweighted_lasso():
    X, y = make_data()
    model = ReMTW(alpha=0.0, beta=0.05, tol=1e-9, tol_reweighting=1e-4).fit(X, y)
    lasso = IndRewLasso(alpha=0.05, tol=1e-9).fit(X, y)
    assert np.allclose(model.coef_, lasso.coef_, atol=1e-9)
    assert not model.barycenter_.any()


@pytest.mark.parametrize("concomitant", [True, "mutar"])
def test_levels_of_noise(concomitant):
    data = make_data((9, 12))
    model = fit(data=data, concomitant=concomitant)
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
        ours, plain = fit(**params), fit(MTW, **params)
    assert np.all(np.abs(ours.coef_[1] - 3.0) < np.abs(plain.coef_[1] - 3.0))
