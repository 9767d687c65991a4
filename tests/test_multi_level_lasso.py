"""MultiLevelLasso against what its penalty asks for."""

from functools import cache

import majorised
import numpy as np
import pytest
import reference
import simulated
from problems import coefficients_of, problem_of
from test_reweighted import correlated

from mutar_cy import IndRewLasso, MultiLevelLasso, alpha_max

MODELS = [
    MultiLevelLasso(0.1),
    MultiLevelLasso(0.05, penalty_weights=np.linspace(0.5, 2, 10)),
    MultiLevelLasso(0.1, positive=True, fit_intercept=False),
    MultiLevelLasso(0.1, penalty_weights=[0.0, np.inf] + 8 * [1.0]),
    MultiLevelLasso(0.05, task_weight=[1.0, 3.0, 0.5]),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=str)


@cache
def fitted(model):
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


@each_model
def test_losses_are_the_objective_and_never_rise(model):
    found, problem, coef, intercept = fitted(model)
    assert np.all(np.diff(found.loss_) <= 1e-12 * found.loss_[0])
    assert found.loss_[-1] < found.loss_[0]
    assert found.objective_ == found.loss_[-1]
    np.testing.assert_allclose(
        found.objective_, objective(problem, coef, intercept), rtol=1e-10
    )


@each_model
def test_no_higher_than_majorising_and_minimising(model):
    found, problem, *_ = fitted(model)
    how = {"norms": majorised.row_norms, "factor": 1.0}
    solutions = majorised.solutions(problem, 20, **how)
    assert found.objective_ <= objective(problem, *solutions[-1]) * (1 + 1e-9)
    np.testing.assert_allclose(
        found.loss_[0], objective(problem, *solutions[0]), rtol=1e-6
    )


@each_model
def test_the_result_is_stationary(model):
    found, problem, coef, _ = fitted(model)
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


@each_model
def test_no_row_can_be_missed(model):
    _, problem, coef, intercept = fitted(model)
    lowest = objective(problem, coef, intercept)
    for j in np.flatnonzero(coef.any(axis=1)):
        without = coef.copy()
        without[j] = 0.0
        assert objective(problem, without, intercept) > lowest


@each_model
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
OF_MUTAR = {
    (0, 0.1): 11.26418619358537,
    (0, 0.02): 2.973168756323412,
    (1, 0.1): 7.450848736320745,
    (1, 0.02): 2.1006717077339925,
    (2, 0.1): 4.782048260608771,
    (2, 0.02): 1.5290180953528023,
    (3, 0.1): 8.143830153404721,
    (3, 0.02): 2.1785351634279273,
}


@pytest.mark.parametrize(("seed", "share"), OF_MUTAR)
def test_never_worse_than_mutar(seed, share):
    X, y, alpha = correlated(seed, share)
    model = MultiLevelLasso(alpha, fit_intercept=False, tol=1e-7).fit(X, y)
    assert model.objective_ <= OF_MUTAR[seed, share] * (1 + 1e-9)


def test_lower_than_mutar_on_the_whole():
    found = []
    for (seed, share), other in OF_MUTAR.items():
        X, y, alpha = correlated(seed, share)
        model = MultiLevelLasso(alpha, fit_intercept=False, tol=1e-7).fit(X, y)
        found.append(model.objective_ / other)
    assert np.mean(found) < 0.995
