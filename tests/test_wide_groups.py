"""Groups of more features than samples, and of many features."""

import numpy as np
import pytest
import scipy.linalg
from numpy.testing import assert_allclose
from scipy import sparse

from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    alpha_max,
)

SAMPLES, SIZES = (25, 18), (60, 20, 7)  # the second is wide for one task alone
GROUPS = np.split(np.arange(sum(SIZES)), np.cumsum(SIZES)[:-1])
TIGHT = {"tol": 1e-10}
MODELS = {
    "squared_error": {},
    "poisson": {"loss": "poisson"},
    "without intercept": {"loss": "poisson", "fit_intercept": False},
    "logistic": {},
}


def two_tasks(name, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, sum(SIZES))) for n in SAMPLES]
    eta = [x[:, GROUPS[0]] @ rng.standard_normal(SIZES[0]) / 8.0 for x in X]
    if name == "squared_error":
        return X, [e + 0.3 * rng.standard_normal(len(e)) for e in eta]
    if name == "logistic":
        return X, [(e > 0.0).astype(int) for e in eta]
    return X, [rng.poisson(np.exp(e)).astype(float) for e in eta]


def make(name, groups, **params):
    cls = GroupLassoClassifier if name == "logistic" else GroupLasso
    return cls(groups=groups, **MODELS[name], **params)


@pytest.mark.parametrize("name", MODELS)
def test_a_wide_group_is_its_coordinates_in_a_basis_of_its_rows(name):
    X, y = two_tasks(name)
    model = make(name, GROUPS, **TIGHT)
    model.set_params(alpha=0.2 * alpha_max(model, X, y)).fit(X, y)
    assert model.selected_groups_

    # The rows of all tasks span what coefficients of a minimum may be.
    basis = np.linalg.svd(np.concatenate(X)[:, GROUPS[0]], full_matrices=False)[2]
    narrow = [np.hstack([x[:, GROUPS[0]] @ basis.T, x[:, SIZES[0] :]]) for x in X]
    edges = np.cumsum([len(basis), *SIZES[1:]])
    others = np.split(np.arange(edges[-1]), edges[:-1])
    other = make(
        name, others, alpha=model.alpha, penalty_weights=np.sqrt(SIZES), **TIGHT
    )
    other.fit(narrow, y)
    assert_allclose(other.objective_, model.objective_, rtol=1e-8)
    assert_allclose(other.group_norms_, model.group_norms_, atol=1e-4)


@pytest.mark.parametrize("size", [60, 130])
def test_axes_of_long_blocks_are_those_of_short_ones(size):
    # Blocks of 50 rows and more are turned by other calls.
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, size))
    y = X[:, :20] @ rng.standard_normal(20) + rng.standard_normal(200)
    model = GroupLasso(groups=[np.arange(size)], **TIGHT)
    model.set_params(alpha=0.3 * alpha_max(model, X, y)).fit(X, y)
    centred, target = X - X.mean(axis=0), y - y.mean()
    slope = centred.T @ (target - centred @ model.coef_) / 200
    threshold = model.alpha * np.sqrt(size)
    norm = np.linalg.norm(model.coef_)
    assert norm > 0.1
    assert_allclose(slope, threshold * model.coef_ / norm, atol=1e-5 * threshold)


@pytest.fixture
def factorised(monkeypatch):
    """Record the sizes of all matrices that NumPy and SciPy factorise."""
    sizes = []

    def recording(function):
        def call(matrix, *args, **kwargs):
            sizes.append(min(np.shape(matrix)[-2:]))
            return function(matrix, *args, **kwargs)

        return call

    for module in (np.linalg, scipy.linalg):
        for name in ("eigh", "eigvalsh", "svd", "inv"):
            monkeypatch.setattr(module, name, recording(getattr(module, name)))
    return sizes


@pytest.mark.parametrize("stored", ["dense", "sparse"])
@pytest.mark.parametrize(
    "params",
    [{}, {"loss": "poisson"}, {"l1_ratio": 0.2}, {"standardize_groups": True}],
    ids=str,
)
def test_no_factorisation_is_larger_than_the_samples(params, stored, factorised):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 500))
    X[rng.random(X.shape) < 0.5] = 0.0
    y = rng.poisson(np.exp(X[:, :300] @ rng.standard_normal(300) / 15.0))
    model = GroupLasso(groups=[np.arange(300), np.arange(300, 500)], **params)
    model.set_params(alpha=0.3 * alpha_max(model, X, y))
    model.fit(sparse.csc_array(X) if stored == "sparse" else X, y.astype(float))
    assert model.selected_groups_
    assert factorised
    assert max(factorised) <= 31


def test_degrees_of_freedom_of_a_wide_group():
    X, y = two_tasks("squared_error")
    X, y = X[1], y[1]
    model = GroupLasso(groups=GROUPS, tol=1e-13)
    alpha = 0.4 * alpha_max(model, X, y)
    criterion = GroupLassoCV(groups=GROUPS, alphas=[alpha], criterion="bic")
    found = criterion.set_params(tol=1e-13).fit(X, y).degrees_of_freedom_
    step, expected = 1e-4, 0.0
    for i, move in enumerate(step * np.eye(len(y))):
        up, down = (
            model.set_params(alpha=alpha).fit(X, target).predict(X)[i]
            for target in (y + move, y - move)
        )
        expected += (up - down) / (2.0 * step)
    assert_allclose(found, [expected], rtol=1e-5)
