"""Fits to chunked X whose statistics do not fit the working memory."""

import logging
import re

import numpy as np
import pytest
import sklearn

import mutar_cy as mc
from mutar_cy.chunks import ChunkError, RowChunks

SIZES, N_FEATURES = {"a": 500, "b": 400}, 400
# MiB: for 245 columns' products with all, not for statistics of 400 features (11 MiB).
MEMORY = 6
FREE = np.ones(N_FEATURES)
FREE[[3, 50]] = 0.0
FREE[7] = np.inf


def simulate(n_responses=1, offset=0.0):
    """Return designs, targets and weights by task."""
    rng = np.random.default_rng(0)
    W = np.zeros((N_FEATURES, len(SIZES), n_responses))
    W[:20] = rng.standard_normal((20, *W.shape[1:]))
    X, y, weights = {}, {}, {}
    for k, (task, n) in enumerate(SIZES.items()):
        Z = rng.standard_normal((n, N_FEATURES)) + 0.5 * rng.standard_normal((n, 1))
        y[task] = Z @ W[:, k] + 3.0 + rng.standard_normal((n, n_responses))
        y[task] = y[task][:, 0] if n_responses == 1 else y[task]
        X[task] = Z + offset
        weights[task] = rng.integers(0, 3, n).astype(float)
    return X, y, weights


def lazily(X, n_rows=100):
    return {task: RowChunks(own, n_rows) for task, own in X.items()}


def stream(model, X, y, **given):
    """Fit to chunks in a working memory that is too small for statistics."""
    with sklearn.config_context(working_memory=MEMORY):
        return sklearn.clone(model).fit(X, y, **given)


MODELS = {
    "group": mc.GroupLasso(0.3),
    "groups": mc.GroupLasso(0.3, groups=4),
    "sparse groups": mc.GroupLasso(0.3, groups=4, l1_ratio=0.4),
    "ridge and l1": mc.GroupLasso(0.3, ridge=0.1, groups=4, l1_ratio=0.4),
    "positive": mc.GroupLasso(0.3, positive=True),
    "no intercept": mc.GroupLasso(0.3, fit_intercept=False),
    "normalised": mc.GroupLasso(0.01, normalize=True),
    "std": mc.GroupLasso(0.1, normalize="std"),
    "free, excluded": mc.GroupLasso(0.3, penalty_weights=FREE),
    "task weights": mc.GroupLasso(0.3, task_weight=[1.0, 2.0]),
    "ind": mc.IndLasso([0.1, 0.3]),
    "ind groups": mc.IndLasso(0.3, groups=4),
    "ind free": mc.IndLasso(0.3, penalty_weights=FREE),
    "dirty": mc.DirtyModel(0.4, 0.3),
    "data-shared": mc.DataSharedLasso(0.4),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("weighted", [False, True])
def test_fits_are_those_in_memory(name, weighted):
    X, y, weights = simulate()
    given = {"sample_weight": weights} if weighted else {}
    model = sklearn.clone(MODELS[name]).set_params(tol=1e-9, max_iter=20_000)
    memory = sklearn.clone(model).fit(X, y, **given)
    found = stream(model, lazily(X), y, **given)
    assert 0 < memory.get_support().sum() < 100
    np.testing.assert_array_equal(found.get_support(), memory.get_support())
    # A ridge of a tenth: squared errors of coefficients are at most 20 gaps.
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=3e-5)
    np.testing.assert_allclose(found.intercept_, memory.intercept_, atol=3e-4)
    np.testing.assert_allclose(found.objective_, memory.objective_, rtol=1e-8)
    assert np.all(found.dual_gap_ < 1e-7)
    if name in ("dirty", "data-shared"):
        np.testing.assert_allclose(found.coef_shared_, memory.coef_shared_, atol=3e-5)
    # Moments, columns up to three times, certificate.
    assert 3 <= found.n_passes_ <= 5
    bytes_of_pass = sum(own.nbytes for own in X.values())
    assert found.n_bytes_read_ == found.n_passes_ * bytes_of_pass
    assert found.groups_[1].tolist() == memory.groups_[1].tolist()


def test_several_responses_of_one_table():
    X, y, _ = simulate(n_responses=2)
    model = mc.GroupLasso(0.3, tol=1e-9)
    with sklearn.config_context(working_memory=5):
        found = sklearn.clone(model).fit(RowChunks(X["a"], 100), y["a"])
    memory = model.fit(X["a"], y["a"])
    assert found.n_passes_ > 2
    assert found.layout_ == memory.layout_ == "shared"
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)


def test_the_way_is_chosen_by_size():
    X, y, _ = simulate()
    model = mc.GroupLasso(0.3, tol=1e-6)
    assert sklearn.clone(model).fit(lazily(X), y).n_passes_ == 2
    assert stream(model, lazily(X), y).n_passes_ > 2


def test_offsets_of_columns_cost_no_digits():
    here, far = simulate(), simulate(offset=1e6)
    model = mc.GroupLasso(0.3, tol=1e-7)
    near, found = (stream(model, lazily(X), y) for X, y, _ in (here, far))
    np.testing.assert_allclose(found.coef_, near.coef_, atol=1e-5)
    assert found.dual_gap_ < 1e-4


def test_the_gap_is_that_of_the_data():
    # A loose fit: the gap must be the one that residuals, computed here, give.
    X, y, _ = simulate()
    model = stream(mc.GroupLasso(0.3, tol=1e-2), lazily(X), y)
    residuals = {t: y[t] - model.predict(X)[t] for t in X}
    centred = {t: X[t] - X[t].mean(axis=0) for t in X}
    primal = sum(0.5 * np.mean(r**2) for r in residuals.values())
    primal += 0.3 * np.linalg.norm(model.coef_, axis=1).sum()
    gradient = np.stack([centred[t].T @ residuals[t] / len(y[t]) for t in X])
    square = sum(np.mean(r**2) for r in residuals.values())
    inner = sum(np.mean(r * (y[t] - y[t].mean())) for t, r in residuals.items())
    scale = min(inner / square, 0.3 / np.linalg.norm(gradient, axis=0).max())
    gap = primal - (scale * inner - 0.5 * scale**2 * square)
    assert gap > 1e-5
    assert model.dual_gap_ == pytest.approx(gap, rel=1e-6)
    assert model.objective_ == pytest.approx(primal)


@pytest.mark.parametrize("weights", [np.ones(N_FEATURES), FREE])
@pytest.mark.parametrize("kind", [mc.GroupLasso, mc.IndLasso])
def test_alpha_max_of_fits_without_coefficients(kind, weights):
    X, y, _ = simulate()
    weights = np.where(weights, weights, 1e-9)  # of zeros it would not be told
    model = kind(1e12, penalty_weights=weights)
    memory, found = sklearn.clone(model).fit(X, y), stream(model, lazily(X), y)
    np.testing.assert_allclose(found.alpha_max_, memory.alpha_max_, rtol=1e-9)


def test_any_chunks_give_the_same_support():
    X, y, _ = simulate()
    model = mc.GroupLasso(0.1, tol=1e-8)
    found = [stream(model, lazily(X, n_rows), y) for n_rows in (41, 100)]
    np.testing.assert_array_equal(found[0].get_support(), found[1].get_support())
    np.testing.assert_allclose(found[0].coef_, found[1].coef_, atol=1e-7)


def test_columns_beyond_the_memory_are_refused():
    X, y, _ = simulate()
    model = mc.GroupLasso(0.01)
    with pytest.raises(ValueError, match=r"more groups or features are to come in"):
        stream(model, lazily(X), y)
    model = mc.GroupLasso(0.01).set_params(penalty_weights=np.zeros(N_FEATURES))
    with pytest.raises(ValueError, match="fill scikit-learn's working_memory"):
        stream(model, lazily(X), y)


def test_products_of_one_column_must_fit_the_memory():
    X = RowChunks(np.broadcast_to(np.float32(1.0), (10, 200_000)), n_rows=1)
    model = mc.GroupLasso()
    with (
        pytest.raises(ValueError, match="products of one column with all 200000"),
        sklearn.config_context(working_memory=5),
    ):
        model.fit({"a": X}, {"a": np.zeros(10)})


@pytest.mark.parametrize("n_passes", [1, 2, 3])
def test_a_pass_that_fails_leaves_no_fit(n_passes):
    X, y, _ = simulate()
    reads = []

    class Failing(RowChunks):
        def __getitem__(self, rows):
            reads.append(rows)
            if rows.start == 200 and len(reads) > 5 * (n_passes - 1):
                raise OSError("disk on fire")
            return self.X[rows]

    lazy = lazily(X) | {"a": Failing(X["a"], 100)}
    model = mc.GroupLasso(0.3)
    with (
        pytest.raises(ChunkError, match=r"'a', rows 200 to 299 .*disk on fire"),
        sklearn.config_context(working_memory=MEMORY),
    ):
        model.fit(lazy, y)
    assert len(reads) == 5 * (n_passes - 1) + 3
    assert not [name for name in vars(model) if name.endswith("_")]


def test_a_line_is_logged_per_pass(caplog):
    X, y, _ = simulate()
    with caplog.at_level(logging.INFO, logger="mutar_cy"):
        model = stream(mc.GroupLasso(0.3), lazily(X), y)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == model.n_passes_
    assert lines[0].startswith("moments: 900 rows, 2880000 bytes")
    assert len(lines) > 2
    assert all(re.match(r"products of \d+ columns: 900", line) for line in lines[1:-1])
    assert lines[-1].startswith("residuals: 900 rows")
