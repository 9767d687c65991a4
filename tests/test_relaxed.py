"""Relaxed fits: least squares on the support, shares chosen by held-out samples."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LinearRegression

from mutar_cy import DirtyModelCV, GroupLasso, GroupLassoCV, IndLasso, IndLassoCV
from mutar_cy.inference import desparsify
from mutar_cy.model_selection import TaskKFold

PAIRS = [(GroupLasso, GroupLassoCV), (IndLasso, IndLassoCV)]
each_model = pytest.mark.parametrize(("model", "cv_class"), PAIRS)


def cohorts(seed=0, sizes=(60, 50), p=20, n_true=3):
    rng = np.random.default_rng(seed)
    W = np.zeros((p, len(sizes)))
    W[:n_true] = 2.0 * np.sign(rng.standard_normal((n_true, len(sizes))))
    X = [rng.standard_normal((n, p)) + 1.0 for n in sizes]
    y = [x @ w + rng.standard_normal(len(x)) for x, w in zip(X, W.T, strict=True)]
    return X, y, W


def refits(coef, X, y, weights=None):
    """Return coefficients and intercepts of least squares on the support."""
    coef, intercept = coef.copy(), []
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        support = np.flatnonzero(coef[:, k])
        own = None if weights is None else weights[k]
        fit = LinearRegression().fit(x[:, support], v, own)
        coef[support, k] = fit.coef_
        intercept.append(fit.intercept_)
    return coef, np.array(intercept)


@each_model
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_fit_is_a_mixture(model, cv_class, weighted, share):
    X, y, _ = cohorts()
    rng = np.random.default_rng(1)
    weights = [rng.uniform(0.5, 2.0, len(v)) for v in y] if weighted else None
    found = cv_class(alphas=[0.3], relax=share).fit(X, y, sample_weight=weights)
    plain = model(0.3).fit(X, y, sample_weight=weights)
    coef, intercept = refits(plain.coef_, X, y, weights)
    assert found.relax_ == share
    assert_allclose(found.coef_, share * plain.coef_ + (1 - share) * coef, atol=1e-9)
    mixed = share * plain.intercept_ + (1 - share) * intercept
    assert_allclose(found.intercept_, mixed, atol=1e-9)
    assert_allclose(found.dual_gap_, plain.dual_gap_)
    assert_array_equal(found.get_support(), plain.get_support())
    for k in range(2):
        residual = y[k] - X[k] @ found.coef_[:, k] - found.intercept_[k]
        assert_allclose(found.residuals_[k], residual, atol=1e-9)


@each_model
def test_held_out_errors_are_those_of_mixtures(model, cv_class):
    X, y, _ = cohorts()
    alphas, shares = [0.4, 0.2], [0.0, 0.5, 1.0]
    found = cv_class(alphas=alphas, relax=shares, cv=3).fit(X, y)
    assert found.relax_mse_path_.shape == (3, 2, 3)
    codes = np.repeat([0, 1], [60, 50])
    for fold, (train, test) in enumerate(TaskKFold(3).split(None, task=codes)):
        rows = [train[train < 60], train[train >= 60] - 60]
        held = [test[test < 60], test[test >= 60] - 60]
        X_train = [x[own] for x, own in zip(X, rows, strict=True)]
        y_train = [v[own] for v, own in zip(y, rows, strict=True)]
        for a, alpha in enumerate(alphas):
            plain = model(alpha).fit(X_train, y_train)
            coef, intercept = refits(plain.coef_, X_train, y_train)
            for s, share in enumerate(shares):
                errors = []
                for k in range(2):
                    w = share * plain.coef_[:, k] + (1 - share) * coef[:, k]
                    b = share * plain.intercept_[k] + (1 - share) * intercept[k]
                    errors.append(np.mean((y[k][held[k]] - X[k][held[k]] @ w - b) ** 2))
                path = found.relax_mse_path_[s, a, fold]
                assert_allclose(path, np.mean(errors), rtol=1e-3)
    best = shares.index(found.relax_)
    assert_allclose(found.mse_path_, found.relax_mse_path_[best])
    smallest = found.relax_mse_path_.mean(axis=-1)
    assert smallest.min() == smallest[best].min()


def test_without_relaxation_nothing_changes():
    X, y, _ = cohorts()
    plain = GroupLassoCV(alphas=10).fit(X, y)
    assert not hasattr(plain, "relax_")
    penalised = GroupLassoCV(alphas=10, relax=(1.0,)).fit(X, y)
    assert_array_equal(penalised.coef_, plain.coef_)
    assert_array_equal(penalised.mse_path_, plain.mse_path_)


def test_strong_effects_are_found_with_fewer_features():
    fewer, nearer = [], []
    for seed in range(6):
        X, y, W = cohorts(seed, p=60)
        plain = GroupLassoCV(alphas=30).fit(X, y)
        relaxed = GroupLassoCV(alphas=30, relax=(0.0, 0.5, 1.0)).fit(X, y)
        fewer.append(relaxed.get_support().sum() / plain.get_support().sum())
        errors = [((m.coef_ - W) ** 2).sum() for m in (relaxed, plain)]
        nearer.append(errors[0] / errors[1])
    # Shrinkage needs small alphas, and these select noise: the ratios are .26 and .51.
    assert np.mean(fewer) < 0.5
    assert np.mean(nearer) < 0.7


def test_large_supports_keep_their_penalty():
    X, y, _ = cohorts(sizes=(20, 60), n_true=15)
    found = GroupLassoCV(alphas=[1e-3], relax=0.0).fit(X, y)
    plain = GroupLasso(1e-3).fit(X, y)
    assert np.count_nonzero(plain.coef_[:, 0]) > 10
    assert_array_equal(found.coef_[:, 0], plain.coef_[:, 0])
    coef, _ = refits(plain.coef_, X, y)
    assert_allclose(found.coef_[:, 1], coef[:, 1], atol=1e-9)


def test_layouts_groups_and_missing_targets():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 12))
    Y = X[:, :1] * [1.0, -2.0] + rng.standard_normal((60, 2))
    shared = GroupLassoCV(alphas=[0.3], relax=0.0).fit(X, Y)
    own = GroupLassoCV(alphas=[0.3], relax=0.0).fit([X, X], list(Y.T))
    assert_allclose(shared.coef_, own.coef_, atol=1e-8)
    given = {"alphas": [0.3], "relax": 0.0, "groups": 3}
    grouped = GroupLassoCV(**given, standardize_groups=True).fit(X, Y)
    plain = GroupLasso(0.3, groups=3, standardize_groups=True).fit(X, Y)
    assert plain.get_support().sum() in (3, 6, 9)
    coef, _ = refits(plain.coef_, [X, X], list(Y.T))
    assert_allclose(grouped.coef_, coef, atol=1e-9)
    Y[::7, 0] = np.nan
    found = GroupLassoCV(alphas=[0.3], relax=0.0, missing_targets="ignore").fit(X, Y)
    here = ~np.isnan(Y[:, 0])
    plain = GroupLasso(0.3, missing_targets="ignore").fit(X, Y)
    coef, _ = refits(plain.coef_, [X[here], X], [Y[here, 0], Y[:, 1]])
    assert_allclose(found.coef_, coef, atol=1e-9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"relax": [0.0, 1.5]}, r"relax must be numbers from 0 to 1, got \[0.0, 1.5\]"),
        ({"relax": []}, "relax must be numbers from 0 to 1"),
        ({"relax": 0.5, "positive": True}, "squared error without signs"),
        ({"relax": 0.5, "criterion": "bic"}, "relax is for cross-validation"),
        ({"relax": 0.5, "loss": "huber"}, "squared error without signs"),
    ],
)
def test_what_cannot_be_relaxed(given, message):
    X, y, _ = cohorts()
    with pytest.raises(ValueError, match=message):
        GroupLassoCV(alphas=5, **given).fit(X, y)


def test_other_parts_know_of_it():
    X, y, _ = simulated.ragged((30, 30))
    assert "relax" not in DirtyModelCV().get_params()
    model = GroupLassoCV(alphas=[0.3], relax=0.0).fit(X, y)
    with pytest.raises(ValueError, match=r"penalised coefficients, but .*relax_=0\.0"):
        desparsify(model, X, y)
