"""Many small tasks, which are solved together, against each of them on its own."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose, assert_array_equal

from mutar_cy import IndLasso, MultiLevelLasso, alpha_max
from mutar_cy.datafits import GramQuadratic
from mutar_cy.penalties import L21
from mutar_cy.solvers import _solve, block_cd, sweep_columns

N_TASKS, N_FEATURES = 12, 7
WEIGHTS = [0.5, 1.0, 2.0, np.inf, 1.0, 0.3, 1.0]
CASES = {
    "plain": {},
    "positive": {"positive": True},
    "without intercepts": {"fit_intercept": False},
    "normalised": {"normalize": True},
    "weights": {"penalty_weights": WEIGHTS},
    "unpenalised": {"penalty_weights": [0.0, *WEIGHTS[1:]]},
    "strengths": {"alpha": np.linspace(0.01, 0.9, N_TASKS)},
    "task weights": {"task_weight": np.linspace(0.2, 3.0, N_TASKS)},
}
each_case = pytest.mark.parametrize("options", CASES.values(), ids=CASES)


def tasks(seed=0, n_tasks=N_TASKS, n_features=N_FEATURES):
    """Return designs of several sizes, targets, and sample weights."""
    sizes = np.random.default_rng(seed).integers(9, 12, n_tasks)
    X, y, _ = simulated.ragged(sizes, n_features, seed)
    rng = np.random.default_rng(seed + 1)
    return X, y, [rng.integers(0, 3, n) + (np.arange(n) < 2) for n in sizes]


def on_its_own(model, X, y, k, weights=None):
    """Return a copy of a model, fitted to task ``k`` alone."""
    own = model.get_params()
    for name in ("alpha", "task_weight"):
        if np.ndim(own[name]):
            own[name] = own[name][k] if name == "alpha" else [own[name][k]]
    given = {} if weights is None else {"sample_weight": weights[k]}
    return type(model)(**own).fit(X[k], y[k], **given)


def lasso_gap(X, y, coef, alpha):
    """Return the duality gap of a lasso without an intercept."""
    n, left = len(y), y - X @ coef
    largest = np.abs(X.T @ left).max() / n
    scale = min(y @ left / (left @ left), alpha / largest)
    dual = (y @ y - (y - scale * left) @ (y - scale * left)) / (2 * n)
    return left @ left / (2 * n) + alpha * np.abs(coef).sum() - dual


@each_case
@pytest.mark.parametrize("weighted", [False, True])
def test_tasks_are_those_of_fits_on_their_own(options, weighted):
    X, y, weights = tasks()
    weights = weights if weighted else None
    options = {"alpha": 0.1, "tol": 1e-12, **options}
    model = IndLasso(**options).fit(X, y, sample_weight=weights)
    for k in range(N_TASKS):
        own = on_its_own(model, X, y, k, weights)
        assert_allclose(model.coef_[:, k], own.coef_, atol=1e-5)
        assert_array_equal(model.coef_[:, k] != 0, own.coef_ != 0)
        assert_allclose(model.intercept_[k], own.intercept_, atol=1e-5)
        assert_allclose(model.objective_[k], own.objective_, rtol=1e-10)


def test_targets_may_be_missing_and_tasks_may_share_samples():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 6)), rng.standard_normal((30, 20))
    y[rng.random(y.shape) < 0.2] = np.nan
    model = IndLasso(0.05, tol=1e-12, missing_targets="ignore").fit(X, y)
    for k in (0, 7, 19):
        seen = ~np.isnan(y[:, k])
        own = IndLasso(0.05, tol=1e-12).fit(X[seen], y[seen, k])
        assert_allclose(model.coef_[:, k], own.coef_, atol=1e-6)


@pytest.mark.parametrize("tol", [1e-3, 1e-8])
def test_every_task_has_a_gap_of_its_own(tol):
    X, y, _ = tasks(n_tasks=40)
    y = [
        scale * each for scale, each in zip(np.geomspace(1e-4, 1e4, 40), y, strict=True)
    ]
    alphas = 0.2 * alpha_max(IndLasso(), X, y)
    model = IndLasso(alphas, tol=tol).fit(X, y)
    for k in range(40):
        x, t = X[k] - X[k].mean(axis=0), y[k] - y[k].mean()
        gap = lasso_gap(x, t, model.coef_[:, k], alphas[k])
        null = t @ t / (2 * len(t))
        assert gap <= tol * null * (1 + 1e-6)
        assert_allclose(model.dual_gap_[k], gap, atol=1e-9 * null)


def test_easy_tasks_need_no_problem_of_their_own(monkeypatch):
    def refuse(*args):
        raise AssertionError

    monkeypatch.setattr(_solve, "solve", refuse)
    X, y, _ = tasks(n_tasks=50)
    assert IndLasso(0.1).fit(X, y).n_iter_ <= 100


def test_tasks_that_sweeps_do_not_solve_are_solved_nevertheless():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((10, 40, 1)) + 1e-3 * rng.standard_normal((10, 40, 25))
    y = X[..., 0] - X[..., 1] + 1e-3 * rng.standard_normal((10, 40))
    model = IndLasso(1e-8, tol=1e-8, max_iter=100_000).fit(X, y)
    null = 0.5 * np.var(y, axis=1)
    assert np.all(model.dual_gap_ <= 1e-8 * null)
    assert model.n_iter_ > 100


def test_warm_starts_end_where_cold_ones_do():
    X, y, _ = tasks()
    model = IndLasso(0.3, tol=1e-10, warm_start=True).fit(X, y)
    n_iter = model.set_params(alpha=0.1).fit(X, y).n_iter_
    assert_allclose(model.coef_, IndLasso(0.1, tol=1e-10).fit(X, y).coef_, atol=1e-5)
    assert model.fit(X, y).n_iter_ < n_iter


def test_all_zero_from_the_largest_strength_on():
    X, y, _ = tasks()
    alphas = alpha_max(IndLasso(), X, y) * (1 + 1e-9)
    model = IndLasso(alphas).fit(X, y)
    assert not model.coef_.any()
    assert model.n_iter_ == 0


def test_multi_level_lassos_of_many_tasks_are_stationary():
    X, y, _ = simulated.ragged([15] * 40, 10)
    model = MultiLevelLasso(0.5, tol=1e-9).fit(X, y)
    norms = np.abs(model.coef_).sum(axis=1)
    assert 0 < np.count_nonzero(norms) < 10
    for k, (x, t) in enumerate(zip(X, y, strict=True)):
        left = t - x @ model.coef_[:, k] - model.intercept_[k]
        slope = (x - x.mean(axis=0)).T @ left / len(t)
        alive = norms > 0
        bound = 0.5 / np.sqrt(norms[alive])
        own = model.coef_[alive, k]
        assert np.all(np.abs(slope[alive]) <= bound + 1e-4)
        chosen = own != 0
        assert_allclose(slope[alive][chosen], (bound * np.sign(own))[chosen], atol=1e-4)


@pytest.mark.kernel
def test_sweeps_over_columns_are_those_of_the_kernel():
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((3, 9, 5)), rng.standard_normal((3, 2, 9))
    grams = X.transpose(0, 2, 1) @ X
    slopes = (Y @ X).reshape(6, 5)
    owner = np.repeat(np.arange(3, dtype=np.int32), 2)
    penalties = [L21(alpha) for alpha in np.linspace(0.1, 3.0, 6)]
    squares = (Y**2).sum(axis=2).ravel()
    coef, state = np.zeros((6, 5, 1)), slopes.copy()
    n_epochs = sweep_columns(
        grams, owner, penalties, state, coef, squares, 1e-6 * squares, 50
    )
    ptr = np.arange(6, dtype=np.int32)
    for c, d in enumerate(owner):
        w, own = np.zeros((5, 1)), slopes[c : c + 1].copy()
        curvature = np.diag(grams[d])[:, None].copy()
        datafit = GramQuadratic(
            curvature, ptr, ptr[:2], grams[d : d + 1], own, w, squares[c]
        )
        found = block_cd(datafit, penalties[c], w, 1e-6 * squares[c], 50)
        assert found[0] == n_epochs[c]
        assert_array_equal(coef[c], w)
        assert_array_equal(state[c], own[0])
