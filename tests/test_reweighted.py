"""Models that reweight, against what their penalties ask for."""

from functools import cache

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
    MultiLevelLasso,
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


# MultiLevelLasso against what its penalty asks for.

MULTI_LEVEL = [
    MultiLevelLasso(0.1),
    MultiLevelLasso(0.05, penalty_weights=np.linspace(0.5, 2, 10)),
    MultiLevelLasso(0.1, positive=True, fit_intercept=False),
    MultiLevelLasso(0.1, penalty_weights=[0.0, np.inf] + 8 * [1.0]),
    MultiLevelLasso(0.05, task_weight=[1.0, 3.0, 0.5]),
]
each_multi_level = pytest.mark.parametrize("model", MULTI_LEVEL, ids=str)


@cache
def fitted_closely(model):
    """Return a copy of a model, fitted closely, its problem and its coefficients."""
    X, y, _ = simulated.ragged()
    model = type(model)(**{**model.get_params(), "tol": 1e-9})
    problem = problem_of(model, X, y)  # weights as given
    model.fit(X, y)
    return model, problem, *coefficients_of(model, 10, len(problem.columns))


def objective(problem, coef, intercept):
    """Return the data term plus twice the strength times roots of rows' l1 norms."""
    strengths = {block.rows[0]: block.strength for block in problem.blocks}
    norms = np.abs(coef).sum(axis=1)
    cost = sum(2 * strengths[j] * np.sqrt(norms[j]) for j in np.flatnonzero(norms))
    return reference.data_terms(problem, coef, intercept).sum() + cost


@each_multi_level
def test_losses_of_multi_level_lassos_never_rise(model):
    found, problem, coef, intercept = fitted_closely(model)
    assert np.all(np.diff(found.loss_) <= 1e-12 * found.loss_[0])
    assert found.loss_[-1] < found.loss_[0]
    assert found.objective_ == found.loss_[-1]
    np.testing.assert_allclose(
        found.objective_, objective(problem, coef, intercept), rtol=1e-10
    )


@each_multi_level
def test_no_higher_than_majorising_and_minimising(model):
    found, problem, *_ = fitted_closely(model)
    how = {"norms": majorised.row_norms, "factor": 1.0}
    solutions = majorised.solutions(problem, 20, **how)
    assert found.objective_ <= objective(problem, *solutions[-1]) * (1 + 1e-9)
    np.testing.assert_allclose(
        found.loss_[0], objective(problem, *solutions[0]), rtol=1e-6
    )


@each_multi_level
def test_multi_level_lassos_are_stationary(model):
    found, problem, coef, _ = fitted_closely(model)
    columns = reference.centred(problem)
    slope = -reference.gradient(problem, columns, coef)
    norms = np.abs(coef).sum(axis=1)
    assert np.any(norms > 0)
    for block in problem.blocks:
        place = block.rows[0], block.columns[0]
        if norms[block.rows[0]] == 0:
            continue
        bound = block.strength / np.sqrt(norms[block.rows[0]])
        if coef[place] != 0:
            assert slope[place] == pytest.approx(bound * np.sign(coef[place]), abs=1e-4)
        else:
            over = slope[place] if found.positive else abs(slope[place])
            assert over <= bound + 1e-4


@each_multi_level
def test_no_row_can_be_missed(model):
    _, problem, coef, intercept = fitted_closely(model)
    lowest = objective(problem, coef, intercept)
    for j in np.flatnonzero(coef.any(axis=1)):
        without = coef.copy()
        without[j] = 0.0
        assert objective(problem, without, intercept) > lowest


@each_multi_level
@pytest.mark.parametrize("normalize", [False, True])
def test_factors_are_balanced_and_make_the_coefficients(model, normalize):
    model = type(model)(**{**model.get_params(), "normalize": normalize})
    X, y, _ = simulated.stacked()
    model.fit(X, y)
    shared, specific = model.coef_shared_, model.coef_specific_
    assert shared.shape == (10,)
    assert np.all(shared >= 0)
    assert np.array_equal(shared[:, None] * specific, model.coef_)
    assert np.array_equal(shared > 0, model.coef_.any(axis=1))
    if not normalize:
        np.testing.assert_allclose(np.abs(specific).sum(axis=1), shared, atol=1e-12)
    elif model.fit_intercept:
        scale = np.linalg.norm(X - X.mean(axis=1, keepdims=True), axis=1)
        norms = np.abs(specific * scale.T).sum(axis=1)
        np.testing.assert_allclose(norms, shared, rtol=1e-12)


def test_a_feature_may_matter_in_some_tasks_only():
    X, y, truth = simulated.stacked(n_samples=60)
    y[2] = 1.0 + X[2] @ (truth[:, 2] * [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    model = MultiLevelLasso(0.1).fit(X, y)
    assert model.coef_shared_[1] > 0
    assert model.coef_[1, 2] == 0
    assert model.coef_[1, :2].all()
    assert not model.coef_[3:].any()


def test_one_task_is_the_reweighted_lasso_at_twice_the_strength():
    X, y, _ = simulated.shared(n_tasks=1, n_samples=40)
    model = MultiLevelLasso(0.02, tol=1e-9).fit(X, y[:, 0])
    root = IndRewLasso(0.04, tol=1e-9).fit(X, y[:, 0])
    np.testing.assert_array_equal(model.coef_ != 0, root.coef_ != 0)
    np.testing.assert_allclose(model.coef_, root.coef_, atol=1e-6)
    np.testing.assert_allclose(model.objective_, root.objective_, rtol=1e-9)


def test_zero_from_alpha_max_on():
    X, y, _ = simulated.responses()
    largest = alpha_max(MultiLevelLasso(), X, y)
    assert isinstance(largest, float)
    model = MultiLevelLasso(largest * (1 + 1e-9)).fit(X, y)
    assert not model.coef_.any()
    assert not model.coef_shared_.any()
    assert not model.coef_specific_.any()
    assert len(model.loss_) == 1
    assert model.n_iter_ == 0


def test_responses_share_their_factor():
    X, y, _ = simulated.responses()
    model = MultiLevelLasso(0.1).fit(X, y)
    assert model.coef_shared_.shape == (8,)
    assert model.coef_specific_.shape == (8, 2, 3)
    product = model.coef_shared_[:, None, None] * model.coef_specific_
    assert np.array_equal(product, model.coef_)


# The objective of MuTaR 0.0.1's MultiLevelLasso(fit_intercept=False, tol=1e-7) there.
MULTI_LEVEL_OF_MUTAR = {
    (0, 0.1): 11.26418619358537,
    (0, 0.02): 2.973168756323412,
    (1, 0.1): 7.450848736320745,
    (1, 0.02): 2.1006717077339925,
    (2, 0.1): 4.782048260608771,
    (2, 0.02): 1.5290180953528023,
    (3, 0.1): 8.143830153404721,
    (3, 0.02): 2.1785351634279273,
}


@pytest.mark.parametrize(("seed", "share"), MULTI_LEVEL_OF_MUTAR)
def test_multi_level_lassos_are_never_worse_than_mutar(seed, share):
    X, y, alpha = correlated(seed, share)
    model = MultiLevelLasso(alpha, fit_intercept=False, tol=1e-7).fit(X, y)
    assert model.objective_ <= MULTI_LEVEL_OF_MUTAR[seed, share] * (1 + 1e-9)


def test_lower_than_mutar_on_the_whole():
    found = []
    for (seed, share), other in MULTI_LEVEL_OF_MUTAR.items():
        X, y, alpha = correlated(seed, share)
        model = MultiLevelLasso(alpha, fit_intercept=False, tol=1e-7).fit(X, y)
        found.append(model.objective_ / other)
    assert np.mean(found) < 0.995
