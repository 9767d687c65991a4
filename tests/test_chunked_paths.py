"""Paths, largest alphas and drop-ins on chunked X, beside those in memory."""

import logging

import numpy as np
import pytest
import sklearn

import mutar_cy as mc
import mutar_cy.linear_model as lm
from mutar_cy.chunks import RowChunks, TaskStats

SIZES, N_FEATURES = {"a": 500, "b": 400}, 300
MEMORY = 4  # MiB: for 226 columns' products with all, not for statistics (7 MiB)
FREE = np.ones(N_FEATURES)
FREE[[3, 50]] = 0.0
FREE[7] = np.inf


def simulate():
    """Return designs, targets and weights by task."""
    rng = np.random.default_rng(0)
    X, y, weights = {}, {}, {}
    for task, n in SIZES.items():
        X[task] = rng.standard_normal((n, N_FEATURES)) + rng.standard_normal((n, 1))
        y[task] = X[task][:, :15] @ rng.standard_normal(15) + rng.standard_normal(n)
        weights[task] = rng.integers(0, 3, n).astype(float)
    return X, y, weights


def lazily(X, n_rows=90):
    return {task: RowChunks(own, n_rows) for task, own in X.items()}


def passes(caplog):
    """Return how many passes have been logged since the last call."""
    n_passes = len(caplog.records)
    caplog.clear()
    return n_passes


MODELS = {
    "group": mc.GroupLasso(),
    "sparse groups": mc.GroupLasso(groups=4, l1_ratio=0.3),
    "std": mc.GroupLasso(normalize="std"),
    "free": mc.GroupLasso(penalty_weights=FREE),
    "ind": mc.IndLasso(),
    "dirty": mc.DirtyModel(),
    "reweighted": mc.ReweightedGroupLasso(),
}


@pytest.mark.parametrize("memory", [1024, MEMORY])
@pytest.mark.parametrize("name", MODELS)
def test_paths_are_those_in_memory(name, memory, caplog):
    X, y, weights = simulate()
    caplog.set_level(logging.INFO, logger="mutar_cy")
    model = sklearn.clone(MODELS[name]).set_params(tol=1e-9, max_iter=20_000)
    given = {"alphas": 12, "eps": 0.2, "sample_weight": weights}
    expected = mc.regularization_path(model, X, y, **given)
    assert passes(caplog) == 0
    with sklearn.config_context(working_memory=memory):
        if name == "reweighted" and memory == MEMORY:
            with pytest.raises(ValueError, match="Statistics of 2 tasks"):
                mc.regularization_path(model, lazily(X), y, **given)
            return
        found = mc.regularization_path(model, lazily(X), y, **given)
        # Statistics and the certificate; or moments, columns, and the certificate.
        n_passes = passes(caplog)
        assert n_passes == 2 if memory == 1024 else 3 <= n_passes <= 6
        largest = mc.alpha_max(model, lazily(X), y, sample_weight=weights)
        assert passes(caplog) <= 2
    np.testing.assert_allclose(
        largest, mc.alpha_max(model, X, y, sample_weight=weights), rtol=1e-9
    )
    np.testing.assert_allclose(found.alphas, expected.alphas, rtol=1e-9)
    np.testing.assert_allclose(found.coefs, expected.coefs, atol=1e-5)
    np.testing.assert_allclose(found.intercepts, expected.intercepts, atol=1e-4)
    np.testing.assert_allclose(found.objectives, expected.objectives, rtol=1e-7)
    assert np.all(found.dual_gaps < 1e-6)
    assert found.tasks.tolist() == ["a", "b"]
    assert 5 < np.count_nonzero(found.row_norms[-1]) < 200


def test_the_gaps_of_a_path_are_those_of_fits():
    X, y, _ = simulate()
    alphas = [1.0, 0.5]
    path = mc.regularization_path(mc.GroupLasso(tol=1e-2), lazily(X), y, alphas=alphas)
    for i, alpha in enumerate(alphas):
        coef, intercept = path.coefs[..., i], path.intercepts[..., i]
        residuals = [y[t] - X[t] @ coef[:, k] - intercept[k] for k, t in enumerate(X)]
        primal = sum(0.5 * np.mean(r**2) for r in residuals)
        primal += alpha * np.linalg.norm(coef, axis=1).sum()
        assert path.objectives[i] == pytest.approx(primal)
        best = mc.GroupLasso(alpha, tol=1e-9, max_iter=20_000).fit(X, y).objective_
        assert 0.0 <= primal - best <= path.dual_gaps[i]


@pytest.mark.parametrize("weights", [None, FREE])
def test_paths_of_counts(weights):
    X, y, _ = simulate()
    X = {task: own[:, :40] for task, own in X.items()}
    rng = np.random.default_rng(1)
    y = {
        t: rng.poisson(np.exp(0.2 * own[:, :4].sum(axis=1))) * 1.0
        for t, own in X.items()
    }
    model = mc.GroupLasso(loss="poisson", tol=1e-8)
    if weights is not None:
        model.set_params(penalty_weights=weights[:40])
    expected = mc.regularization_path(model, X, y, alphas=4, eps=0.3)
    found = mc.regularization_path(model, lazily(X), y, alphas=4, eps=0.3)
    np.testing.assert_allclose(found.alphas, expected.alphas, rtol=1e-6)
    np.testing.assert_allclose(found.coefs, expected.coefs, atol=1e-5)
    assert np.all(found.dual_gaps < 1e-6)


def test_paths_over_two_strengths():
    X, y, _ = simulate()
    X = {task: own[:, :40] for task, own in X.items()}
    model = mc.DirtyModel(tol=1e-9)
    expected = mc.regularization_path(model, X, y, alphas=4, betas=3)
    found = mc.regularization_path(model, lazily(X), y, alphas=4, betas=3)
    np.testing.assert_allclose(found.betas, expected.betas)
    np.testing.assert_allclose(found.coefs, expected.coefs, atol=1e-4)
    np.testing.assert_allclose(found.objectives, expected.objectives, rtol=1e-7)


def test_a_path_ends_early():
    X, y, _ = simulate()
    path = mc.regularization_path(mc.GroupLasso(), lazily(X), y, max_features=5)
    expected = mc.regularization_path(mc.GroupLasso(), X, y, max_features=5)
    assert len(path.alphas) == len(expected.alphas) < 100
    assert path.coefs.shape == expected.coefs.shape


@pytest.mark.parametrize(
    ("model", "memory"),
    [
        (mc.GroupLasso(), 1024),
        (mc.GroupLasso(), MEMORY),
        (mc.GroupLasso(loss="poisson"), 1024),
    ],
)
def test_a_path_ends_when_enough_is_explained(model, memory):
    X, y, _ = simulate()
    if model.loss == "poisson":
        X = {task: own[:, :20] for task, own in X.items()}
        y = {task: np.floor(np.exp(np.clip(own, -3, 3))) for task, own in y.items()}
    model = sklearn.clone(model).set_params(tol=1e-7)
    given = {"alphas": 15, "eps": 0.01, "max_explained": 0.5}
    expected = mc.regularization_path(model, X, y, **given)
    with sklearn.config_context(working_memory=memory):
        found = mc.regularization_path(model, lazily(X), y, **given)
    assert 1 < len(expected.alphas) < 15
    np.testing.assert_allclose(found.alphas, expected.alphas, rtol=1e-6)
    np.testing.assert_allclose(found.coefs, expected.coefs, atol=1e-4)


@pytest.mark.parametrize("tol", [0.0, 1e-14])
@pytest.mark.filterwarnings("ignore:Objective did not converge")
def test_a_tolerance_beyond_rounding_ends(tol):
    X, y, _ = simulate()
    with sklearn.config_context(working_memory=MEMORY):
        found = mc.GroupLasso(0.7, tol=tol, max_iter=20_000).fit(lazily(X), y)
    expected = mc.GroupLasso(0.7, tol=1e-10, max_iter=20_000).fit(X, y)
    np.testing.assert_allclose(found.coef_, expected.coef_, atol=1e-6)
    assert found.n_passes_ <= 6


def test_what_paths_refuse():
    X, y, _ = simulate()
    stats = {t: TaskStats.from_chunk(X[t], y[t], task=t) for t in X}
    np.testing.assert_allclose(
        mc.alpha_max(mc.GroupLasso(), stats, None), mc.alpha_max(mc.GroupLasso(), X, y)
    )
    with pytest.raises(ValueError, match="needs the rows of X, to certify it"):
        mc.regularization_path(mc.GroupLasso(), stats, None)
    labels = {task: own > 0.0 for task, own in y.items()}
    for find in (mc.regularization_path, mc.alpha_max):
        with pytest.raises(ValueError, match="of GroupLassoClassifier need the rows"):
            find(mc.GroupLassoClassifier(), lazily(X), labels)


def one_table():
    """Return one design, three targets and weights."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((600, 30)) + 1.0
    Y = X[:, :5] @ rng.standard_normal((5, 3)) + rng.standard_normal((600, 3))
    return X, Y, rng.integers(0, 3, 600).astype(float)


DROP_INS = {
    "lasso": (lm.Lasso(0.1), 1),
    "lasso of several": (lm.Lasso(0.1), 3),
    "elastic net": (lm.ElasticNet(0.1, positive=True), 1),
    "no intercept": (lm.Lasso(0.1, fit_intercept=False), 1),
    "multi-task": (lm.MultiTaskLasso(0.1), 3),
    "multi-task elastic net": (lm.MultiTaskElasticNet(0.1), 3),
    "lasso CV": (lm.LassoCV(alphas=10), 1),
    "elastic net CV": (lm.ElasticNetCV(alphas=6, l1_ratio=[0.5, 0.9]), 1),
    "multi-task CV": (lm.MultiTaskLassoCV(alphas=10, cv=3), 3),
}


@pytest.mark.parametrize("name", DROP_INS)
@pytest.mark.parametrize("weighted", [False, True])
def test_drop_ins_read_chunks(name, weighted):
    X, Y, weights = one_table()
    model, n_targets = DROP_INS[name]
    y = Y[:, 0] if n_targets == 1 else Y
    given = {"sample_weight": weights} if weighted else {}
    memory = sklearn.clone(model).set_params(tol=1e-10).fit(X, y, **given)
    lazy = RowChunks(X, 90)
    found = sklearn.clone(memory).fit(lazy, y, **given)
    assert found.n_passes_ == 2
    for attribute in ("coef_", "intercept_"):
        own, expected = getattr(found, attribute), getattr(memory, attribute)
        assert np.shape(own) == np.shape(expected)
        np.testing.assert_allclose(own, expected, atol=1e-6)
    assert np.all(found.dual_gap_ < 1e-8)
    if "CV" in name:
        assert found.alpha_ == pytest.approx(memory.alpha_)
        np.testing.assert_allclose(found.mse_path_, memory.mse_path_, rtol=1e-4)
    np.testing.assert_allclose(found.predict(lazy), memory.predict(X), atol=1e-5)
    assert found.score(lazy, y) == pytest.approx(memory.score(X, y))
    found.fit(X, y)
    assert not hasattr(found, "n_passes_")


def test_drop_ins_bring_columns_into_play():
    X, y, _ = simulate()
    model = lm.Lasso(0.5, tol=1e-9)
    memory = sklearn.clone(model).fit(X["a"], y["a"])
    with sklearn.config_context(working_memory=1):
        found = model.fit(RowChunks(X["a"], 50), y["a"])
    assert found.n_passes_ > 2
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)


def test_what_drop_ins_refuse():
    X, Y, _ = one_table()
    with pytest.raises(ValueError, match="precompute= with a Gram matrix"):
        lm.Lasso(precompute=X.T @ X).fit(RowChunks(X), Y[:, 0])
    with pytest.raises(ValueError, match="warm_start=True is not available"):
        lm.Lasso(warm_start=True).fit(RowChunks(X), Y[:, 0])
    with pytest.raises(ValueError, match="29 features, but Lasso is expecting 30"):
        lm.Lasso().fit(RowChunks(X), Y[:, 0]).predict(RowChunks(X[:, 1:]))
