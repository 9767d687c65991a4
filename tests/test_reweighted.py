"""IndRewLasso and ReweightedGroupLasso against what their penalties ask for."""

import majorised
import numpy as np
import pytest
import reference
import simulated
from problems import coefficients_of, problem_of

from mutar_cy import (
    GroupLasso,
    IndLasso,
    IndRewLasso,
    ReweightedGroupLasso,
    alpha_max,
)

GROUPS = [[0, 1, 2], [3], [4, 5], [6, 7, 8, 9]]
MODELS = [
    IndRewLasso(0.1),
    IndRewLasso([0.1, 0.3, 0.02], penalty_weights=np.linspace(0.5, 2, 10)),
    IndRewLasso(0.1, positive=True, fit_intercept=False),
    IndRewLasso(0.1, penalty_weights=[0.0, np.inf] + 8 * [1.0]),
    ReweightedGroupLasso(0.2),
    ReweightedGroupLasso(0.2, groups=GROUPS, penalty_weights=[1.0, 2.0, 0.5, 1.0]),
    ReweightedGroupLasso(0.2, positive=True),
    ReweightedGroupLasso(0.05, groups=GROUPS, penalty_weights=[0.0, 1.0, np.inf, 1.0]),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=str)
each_data = pytest.mark.parametrize("data", [simulated.stacked, simulated.ragged])


def fitted(model, data, **parameters):
    """Return a copy of a model, fitted closely, its problem and its coefficients."""
    X, y, _ = data()
    options = {"tol": 1e-10, "tol_reweighting": 1e-9, **parameters}
    model = type(model)(**{**model.get_params(), **options})
    problem = problem_of(model, X, y)  # weights as given
    model.fit(X, y)
    coef, intercept = coefficients_of(model, 10, len(problem.columns))
    return model, problem, coef, intercept


@each_model
@pytest.mark.filterwarnings("ignore:Reweighted objective did not converge")
def test_the_first_problems_are_those_of_majorising_and_minimising(model):
    problem = problem_of(model, *simulated.ragged()[:2])
    for n, (coef, _) in enumerate(majorised.solutions(problem, 4), start=1):
        parameters = {"max_iter_reweighting": n, "tol_reweighting": 0.0}
        found = fitted(model, simulated.ragged, **parameters)
        assert len(found[0].loss_) == n
        np.testing.assert_allclose(found[2], coef, rtol=0, atol=2e-5)


@each_model
def test_the_end_is_that_of_majorising_and_minimising(model):
    found, problem, coef, _ = fitted(model, simulated.ragged)
    expected = majorised.solutions(problem, 30)[-1]
    lowest = majorised.root_objective(problem, *expected)
    assert found.objective_ <= lowest * (1 + 1e-9)
    np.testing.assert_array_equal(coef != 0, np.abs(expected[0]) > 1e-9)
    np.testing.assert_allclose(coef, expected[0], rtol=0, atol=1e-5)


@each_model
@each_data
def test_losses_are_the_objective_and_never_rise(model, data):
    found, problem, coef, intercept = fitted(model, data)
    assert np.all(np.diff(found.loss_) <= 1e-12 * found.loss_[0])
    assert found.loss_[-1] < found.loss_[0]
    assert found.objective_ == found.loss_[-1]
    value = majorised.root_objective(problem, coef, intercept)
    np.testing.assert_allclose(found.objective_, value, rtol=1e-10)


@each_model
@each_data
def test_the_result_is_stationary(model, data):
    found, problem, coef, _ = fitted(model, data)
    slope = -reference.gradient(problem, reference.centred(problem), coef)
    if not problem.fit_intercept:
        slope = -reference.gradient(problem, problem.columns, coef)
    norms = majorised.block_norms(problem, coef)
    assert np.any(norms > 0)
    for block, norm in zip(problem.blocks, norms, strict=True):
        place = np.ix_(block.rows, block.columns)
        if norm > 0:
            pull = 0.5 * block.strength * coef[place] / norm**1.5
            free = coef[place] != 0  # with positive=True, others are at their bound
            np.testing.assert_allclose(slope[place][free], pull[free], atol=2e-5)
            assert found.positive or np.all(free)


@pytest.mark.parametrize("model", [IndRewLasso(), ReweightedGroupLasso()], ids=str)
@pytest.mark.parametrize("data", [simulated.stacked, simulated.responses])
def test_nothing_is_reweighted_from_alpha_max_on(model, data):
    X, y, _ = data()
    largest = alpha_max(model, X, y)
    convex = IndLasso() if isinstance(model, IndRewLasso) else GroupLasso()
    np.testing.assert_allclose(largest, alpha_max(convex, X, y))
    above = float(np.max(largest)) * (1 + 1e-9)
    model = type(model)(alpha=above).fit(X, y)
    assert not model.coef_.any()
    assert len(model.loss_) == 1
    assert model.n_iter_ == 0
    below = type(model)(alpha=0.9 * float(np.max(largest)), max_iter_reweighting=1)
    assert below.fit(X, y).coef_.any()


def test_one_task_is_the_same_in_both():
    X, y, _ = simulated.shared(n_tasks=1)
    options = {"alpha": 0.1, "tol": 1e-10}
    one = IndRewLasso(**options).fit(X, y[:, 0])
    other = ReweightedGroupLasso(**options).fit(X, y[:, 0])
    np.testing.assert_allclose(one.coef_, other.coef_, atol=1e-9)
    np.testing.assert_allclose(one.loss_, other.loss_, rtol=1e-9)
    np.testing.assert_array_equal(one.weights_, other.weights_)


def test_tasks_on_their_own_know_nothing_of_each_other():
    X, y, _ = simulated.ragged()
    alphas = [0.1, 0.3, 0.02]
    model = IndRewLasso(alphas).fit(X, y)
    for k, alpha in enumerate(alphas):
        own = IndRewLasso(alpha).fit(X[k], y[k])
        np.testing.assert_array_equal(own.coef_, model.coef_[:, k])
        np.testing.assert_array_equal(own.weights_, model.weights_[:, k])
    with pytest.raises(ValueError, match="IndRewLasso has shape"):
        IndRewLasso([0.1, 0.2]).fit(X, y)


def test_responses_are_part_of_a_block():
    X, y, _ = simulated.responses()
    model = ReweightedGroupLasso(0.3, tol=1e-9).fit(X, y)
    kept = model.coef_.any(axis=(1, 2))
    assert 0 < kept.sum() < 8
    assert model.coef_[kept].all()
    assert model.weights_.shape == (8,)
    norms = np.linalg.norm(model.coef_[kept], axis=(1, 2))
    np.testing.assert_allclose(model.weights_[kept], 0.5 / np.sqrt(norms), rtol=1e-3)
    own = IndRewLasso(0.1).fit(X, y)
    assert own.weights_.shape == own.coef_.shape


def test_fewer_and_larger_coefficients_than_in_the_lasso():
    X, y, truth = simulated.stacked()
    lasso, root = IndLasso(0.3).fit(X, y), IndRewLasso(0.3).fit(X, y)
    assert np.count_nonzero(root.coef_) < np.count_nonzero(lasso.coef_)
    assert not root.coef_[lasso.coef_ == 0].any()
    error = np.linalg.norm(root.coef_ - truth)
    assert error < 0.7 * np.linalg.norm(lasso.coef_ - truth)


def correlated(seed, share):
    """Return designs (3, 15, 40) with alike neighbours, targets and an alpha."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((3, 15, 40))
    X = X + 0.7 * np.roll(X, 1, axis=2)
    coef = np.zeros((40, 3))
    coef[:6] = rng.standard_normal((6, 3))
    y = np.einsum("knp,pk->kn", X, coef) + 0.5 * rng.standard_normal((3, 15))
    return X, y, share * max(abs(x.T @ t).max() for x, t in zip(X, y, strict=True)) / 15


# The objective of MuTaR 0.0.1's IndRewLasso(fit_intercept=False, tol=1e-7) there.
OF_MUTAR = {
    (0, 0.1): 8.064414652123995,
    (0, 0.02): 2.249720827669486,
    (1, 0.1): 5.381394314796942,
    (1, 0.02): 1.6046398430594382,
    (2, 0.1): 3.6903972843171786,
    (2, 0.02): 1.1776593816556917,
    (3, 0.1): 6.0418345067151025,
    (3, 0.02): 1.795396212678658,
}


@pytest.mark.parametrize(("seed", "share"), OF_MUTAR)
def test_never_worse_than_mutar(seed, share):
    X, y, alpha = correlated(seed, share)
    options = {"fit_intercept": False, "tol": 1e-7, "tol_reweighting": 1e-7}
    model = IndRewLasso(alpha, **options).fit(X, y)
    assert model.objective_ <= OF_MUTAR[seed, share] * (1 + 1e-9)
