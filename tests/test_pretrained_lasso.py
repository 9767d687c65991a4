"""A lasso of all tasks pooled, then one of what it leaves in every task."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.linear_model import Lasso, LassoCV

from mutar_cy import (
    IndLasso,
    IndLassoCV,
    PretrainedLasso,
    PretrainedLassoCV,
    regularization_path,
)

# The certificate of all fits states other problems.
pytestmark = pytest.mark.uncertified


def cohorts(seed=0, sizes=(40, 60, 30), p=12, loss="squared_error"):
    """Return cohorts with two common effects, one of which varies, and one own one."""
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, p)) for n in sizes]
    y = []
    for k, x in enumerate(X):
        eta = 0.5 * x[:, 0] + (0.3 + 0.1 * k) * x[:, 1] + 0.4 * x[:, 3 + k] + 0.2 * k
        if loss == "poisson":
            y.append(rng.poisson(np.exp(eta)).astype(float))
        else:
            y.append(eta + 2.0 + 0.3 * rng.standard_normal(len(x)))
    return X, y


def by_hand(X, y, alpha, share, pooled_alpha):
    """Return common effects and coefficients, by scikit-learn's lasso."""
    centred = [x - x.mean(axis=0) for x in X]
    rows = np.vstack(centred)
    targets = np.concatenate([own - own.mean() for own in y])
    given = {"fit_intercept": False, "tol": 1e-12, "max_iter": 100000}
    common = Lasso(pooled_alpha, **given).fit(rows, targets).coef_
    weights = np.where(common != 0, 1.0, 1.0 / (1.0 - share) if share < 1 else 1e9)
    coefs = []
    for x, own in zip(centred, y, strict=True):
        left = own - own.mean() - share * (x @ common)
        found = Lasso(alpha, **given).fit(x / weights, left).coef_ / weights
        coefs.append(share * common + found)
    return common, np.array(coefs).T


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_both_lassos_are_scikit_learns(seed, share):
    X, y = cohorts(seed)
    given = {"alpha": 0.06, "pretraining": share, "pooled_alpha": 0.1, "tol": 1e-12}
    model = PretrainedLasso(**given).fit(X, y)
    common, coef = by_hand(X, y, 0.06, share, 0.1)
    assert_allclose(model.pooled_coef_, common, atol=1e-7)
    assert_allclose(model.coef_, coef, atol=1e-6)
    for k, x in enumerate(X):
        level = y[k].mean() - x.mean(axis=0) @ model.coef_[:, k]
        assert_allclose(model.intercept_[k], level, atol=1e-6)
    assert (model.dual_gap_ >= 0).all()
    assert model.dual_gap_.max() < 1e-9
    assert model.pooled_alpha_ == 0.1


def test_no_pretraining_is_a_lasso_for_each_task():
    for loss in ("squared_error", "poisson"):
        X, y = cohorts(loss=loss)
        model = PretrainedLasso(0.05, 0.0, loss=loss, tol=1e-9).fit(X, y)
        alone = IndLasso(0.05, loss=loss, tol=1e-9).fit(X, y)
        assert_allclose(model.coef_, alone.coef_, atol=1e-6)


def test_a_large_alpha_leaves_the_pooled_lasso():
    X, y = cohorts()
    model = PretrainedLasso(1e6, 1.0, pooled_alpha=0.1).fit(X, y)
    assert model.pooled_coef_.any()
    assert_allclose(model.coef_, np.tile(model.pooled_coef_[:, None], 3), atol=1e-12)


def test_full_pretraining_changes_pooled_features_only():
    X, y = cohorts()
    model = PretrainedLasso(0.01, 1.0, pooled_alpha=0.15).fit(X, y)
    kept = model.pooled_coef_ != 0
    assert 0 < kept.sum() < 12
    assert not model.coef_[~kept].any()
    assert np.ptp(model.coef_[kept], axis=1).max() > 0.05


@pytest.mark.parametrize("loss", ["poisson", "huber"])
def test_optimality_conditions_of_other_losses(loss):
    X, y = cohorts(loss=loss)
    share, alpha = 0.6, 0.05
    given = {"pooled_alpha": 0.08, "loss": loss, "tol": 1e-12}
    model = PretrainedLasso(alpha, share, **given).fit(X, y)
    common = model.pooled_coef_
    weights = np.where(common != 0, 1.0, 1 / (1 - share))
    for k, x in enumerate(X):
        residual = y[k] - model.predict(X)[k]
        if loss == "huber":
            residual = np.clip(residual, -1.35, 1.35)
        slope = x.T @ residual / len(x)
        moved = model.coef_[:, k] - share * common
        assert abs(residual.mean()) < 1e-6
        assert (np.abs(slope) <= alpha * weights + 1e-5).all()
        active = np.abs(moved) > 1e-8
        assert_allclose(
            slope[active], (alpha * weights * np.sign(moved))[active], atol=1e-5
        )


def test_weights_offsets_layouts_and_sparse_designs_agree():
    X, y = cohorts()
    rng = np.random.default_rng(1)
    weight = [rng.integers(1, 3, len(own)).astype(float) for own in y]
    offset = [0.3 * x[:, 5] for x in X]
    model = PretrainedLasso(0.05, 0.5, pooled_alpha=0.08, tol=1e-10)
    first = clone(model).fit(X, y, sample_weight=weight, offset=offset)
    repeated = [np.repeat(x, w.astype(int), 0) for x, w in zip(X, weight, strict=True)]
    left = [
        np.repeat(own - o, w.astype(int))
        for own, o, w in zip(y, offset, weight, strict=True)
    ]
    assert_allclose(clone(model).fit(repeated, left).coef_, first.coef_, atol=1e-6)
    table, task = np.vstack(X), np.repeat(["a", "b", "c"], [len(x) for x in X])
    long = clone(model).fit(table, np.concatenate(y), task=task)
    own = clone(model).fit(X, y)
    assert_allclose(long.coef_, own.coef_, atol=1e-8)
    thin = clone(model).fit([sp.csr_array(x) for x in X], y)
    assert_allclose(thin.coef_, own.coef_, atol=1e-6)
    shared = np.column_stack([y[2], y[2] + X[2][:, 6]])
    once = clone(model).fit(X[2], shared)
    twice = clone(model).fit([X[2], X[2]], list(shared.T))
    assert_allclose(once.coef_, twice.coef_, atol=1e-6)


def test_positive_and_weighted_features():
    X, y = cohorts()
    y = [-own for own in y]
    model = PretrainedLasso(0.02, 0.5, positive=True, tol=1e-10).fit(X, y)
    assert model.coef_.min() >= 0
    assert (model.intercept_ < -1).all()  # intercepts are free
    weights = np.ones(12)
    weights[:2] = 0, np.inf
    free = PretrainedLasso(0.5, 0.5, penalty_weights=weights, tol=1e-10).fit(X, y)
    assert free.coef_[0].all()
    assert not free.coef_[1].any()


def test_missing_targets_are_left_out_of_both_lassos():
    X, y = cohorts()
    with_gaps = [own.copy() for own in y]
    with_gaps[0][:5] = np.nan
    model = PretrainedLasso(0.05, 0.5, missing_targets="ignore", tol=1e-10)
    found = model.fit(X, with_gaps)
    cut = PretrainedLasso(0.05, 0.5, tol=1e-10).fit(
        [X[0][5:], *X[1:]], [y[0][5:], *y[1:]]
    )
    assert_allclose(found.coef_, cut.coef_, atol=1e-7)


def test_cross_validation_chooses_pretraining_where_effects_are_common():
    rng = np.random.default_rng(0)
    X = [rng.standard_normal((30, 60)) for _ in range(6)]
    coef = np.zeros(60)
    coef[:6] = rng.choice([-1.0, 1.0], 6)
    y = [x @ coef + 1.5 * rng.standard_normal(30) for x in X]
    new = [rng.standard_normal((300, 60)) for _ in X]
    model = PretrainedLassoCV(alphas=15).fit(X, y)
    alone = IndLassoCV(alphas=15).fit(X, y)
    assert model.pretraining_ >= 0.5
    # The pooled alpha is that of scikit-learn's cross-validation of the same folds.
    places = np.concatenate([np.arange(30)] * 6) // 6
    splits = [
        (np.flatnonzero(places != f), np.flatnonzero(places == f)) for f in range(5)
    ]
    rows = np.vstack([x - x.mean(axis=0) for x in X])
    targets = np.concatenate([own - own.mean() for own in y])
    grid = np.geomspace(1.0, 0.01, 15) * np.abs(rows.T @ targets).max() / len(rows)
    peer = LassoCV(alphas=grid, cv=splits, fit_intercept=False).fit(rows, targets)
    assert 0.6 < model.pooled_alpha_ / peer.alpha_ < 1.6  # a step of the grid is 1.39
    assert model.alphas_.shape == (5, 15, 6)
    assert model.mse_path_.shape == (5, 15, 5)
    error, own = (
        np.mean([(f - x @ coef) ** 2 for f, x in zip(m.predict(new), new, strict=True)])
        for m in (model, alone)
    )
    assert error < 0.5 * own
    # The chosen fit is that of the class itself.
    again = PretrainedLasso(
        model.alpha_, model.pretraining_, pooled_alpha=model.pooled_alpha_
    ).fit(X, y)
    assert_allclose(again.coef_, model.coef_, atol=1e-3)


def test_folds_fit_the_pooled_lasso_to_training_rows():
    X, y = cohorts()
    given = {"pretrainings": [0.7], "alphas": [0.05], "pooled_alpha": 0.1}
    model = PretrainedLassoCV(cv=2, tol=1e-10, **given).fit(X, y)
    errors = []
    for fold in range(2):
        held_out = [np.arange(len(own)) * 2 // len(own) == fold for own in y]
        rest = PretrainedLasso(0.05, 0.7, pooled_alpha=0.1, tol=1e-10).fit(
            [x[~h] for x, h in zip(X, held_out, strict=True)],
            [own[~h] for own, h in zip(y, held_out, strict=True)],
        )
        predicted = rest.predict([x[h] for x, h in zip(X, held_out, strict=True)])
        pairs = zip(predicted, y, held_out, strict=True)
        errors.append(np.mean([np.mean((own[h] - f) ** 2) for f, own, h in pairs]))
    assert_allclose(model.mse_path_.ravel(), errors, rtol=1e-6)


def test_paths_start_from_the_pooled_lasso():
    X, y = cohorts()
    model = PretrainedLasso(1.0, 0.6, pooled_alpha=0.1, tol=1e-10)
    path = regularization_path(model, X, y, alphas=4)
    one = model.set_params(alpha=path.alphas[2]).fit(X, y)
    assert_allclose(path.coefs[..., 2], one.coef_, atol=1e-6)
    start = 0.6 * one.pooled_coef_
    assert_allclose(path.coefs[..., 0], np.tile(start[:, None], 3), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pretraining": 1.5}, "pretraining"),
        ({"pooled_alpha": -1.0}, "pooled_alpha"),
        ({"alpha": [0.1, 0.2]}, r"alpha.* has shape \(2,\), but there are 3 tasks"),
    ],
)
def test_faults(given, message):
    X, y = cohorts()
    with pytest.raises(ValueError, match=message):
        PretrainedLasso(**given).fit(X, y)
    with pytest.raises(ValueError, match=r"pretrainings=.*must be numbers from 0"):
        PretrainedLassoCV(pretrainings=[0.5, 1.5]).fit(X, y)


def test_single_precision_is_certified_as_it_is_returned():
    X, y = cohorts()
    X = [x.astype(np.float32) for x in X]
    y = [own + 1000.0 for own in y]  # rounding of intercepts counts
    model = PretrainedLasso(0.05, 0.5, pooled_alpha=0.08, tol=1e-6).fit(X, y)
    assert model.coef_.dtype == np.float32
    exact = PretrainedLasso(0.05, 0.5, pooled_alpha=0.08, tol=1e-10).fit(
        [x.astype(np.float64) for x in X], y
    )
    common = exact.pooled_coef_
    weights = np.where(common != 0, 1.0, 2.0)
    for k, x in enumerate(X):
        coef = model.coef_[:, k].astype(np.float64)
        rest = y[k] - x.astype(np.float64) @ coef - float(model.intercept_[k])
        penalty = 0.05 * weights @ np.abs(coef - 0.5 * common)
        found = 0.5 * np.mean(rest**2) + penalty
        assert_allclose(model.objective_[k], found, rtol=1e-5)
        assert model.dual_gap_[k] >= found - exact.objective_[k] - 1e-6 * found


def test_the_level_of_targets_does_not_loosen_the_pooled_lasso():
    X, y = cohorts()
    near = PretrainedLasso(0.05, 0.5, pooled_alpha=0.08).fit(X, y)
    far = PretrainedLasso(0.05, 0.5, pooled_alpha=0.08).fit(X, [v + 1e4 for v in y])
    assert_allclose(far.pooled_coef_, near.pooled_coef_, atol=1e-6)
    assert_allclose(far.pooled_dual_gap_, near.pooled_dual_gap_, atol=1e-9)
