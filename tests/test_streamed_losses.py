"""Losses other than squared error on chunked X, beside fits in memory."""

import numpy as np
import pytest
import sklearn

import mutar_cy as mc
from mutar_cy import losses
from mutar_cy.chunks import ChunkError, RowChunks

SIZES, N_FEATURES = {"a": 700, "b": 500}, 48
FREE = np.ones(N_FEATURES)
FREE[[3, 40]] = 0.0
FREE[7] = np.inf


def simulate(n_responses=1, n_features=N_FEATURES, move=0.0):
    """Return designs, and targets by loss and task, with weights and offsets."""
    rng = np.random.default_rng(0)
    W = np.zeros((n_features, len(SIZES), n_responses))
    W[:6] = 0.3 * rng.standard_normal((6, *W.shape[1:]))
    X, weights, offsets = {}, {}, {}
    y = {name: {} for name in ("poisson", "gamma", "huber")}
    for k, (task, n) in enumerate(SIZES.items()):
        Z = rng.standard_normal((n, n_features)) + 0.5 * rng.standard_normal((n, 1))
        shape = (n, n_responses) if n_responses > 1 else (n,)
        offsets[task] = 0.3 * rng.standard_normal(shape)
        eta = (Z @ W[:, k] + 0.5).reshape(shape) + offsets[task]
        mean = np.exp(np.clip(eta, -5.0, 4.0))
        y["poisson"][task] = rng.poisson(mean).astype(float)
        y["gamma"][task] = rng.gamma(2.0, mean / 2.0) + 1e-3
        y["huber"][task] = eta + rng.standard_t(3, shape)
        X[task] = Z + move
        weights[task] = rng.integers(0, 3, n).astype(float)
    return X, y, weights, offsets


def lazily(X, n_rows=90):
    return {task: RowChunks(own, n_rows) for task, own in X.items()}


MODELS = {
    "group": mc.GroupLasso(0.1),
    "groups": mc.GroupLasso(0.1, groups=4),
    "sparse groups": mc.GroupLasso(0.1, groups=4, l1_ratio=0.4),
    "ridge": mc.GroupLasso(0.1, ridge=0.1),
    "ridge and l1": mc.GroupLasso(0.1, ridge=0.1, groups=4, l1_ratio=0.4),
    "positive": mc.GroupLasso(0.1, positive=True),
    "no intercept": mc.GroupLasso(0.1, fit_intercept=False),
    "std": mc.GroupLasso(0.06, normalize="std"),
    "normalised": mc.GroupLasso(0.003, normalize=True),
    "free, excluded": mc.GroupLasso(0.1, penalty_weights=FREE),
    "task weights": mc.GroupLasso(0.1, task_weight=[1.0, 2.0]),
    "ind": mc.IndLasso([0.03, 0.1]),
    "ind groups": mc.IndLasso(0.08, groups=4),
    "ind free": mc.IndLasso(0.1, penalty_weights=FREE),
}


def compare(model, X, y, atol=2e-6, **given):
    """Fit in memory and by chunks at a tight tolerance; return both."""
    model = sklearn.clone(model).set_params(tol=1e-9)
    memory = sklearn.clone(model).fit(X, y, **given)
    found = sklearn.clone(model).fit(lazily(X), y, **given)
    assert 0 < memory.get_support().sum() < N_FEATURES
    np.testing.assert_array_equal(found.get_support(), memory.get_support())
    # Gaps of up to 1e-9 of deviances, and a curvature of a tenth at least.
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=atol)
    np.testing.assert_allclose(found.intercept_, memory.intercept_, atol=10 * atol)
    np.testing.assert_allclose(found.objective_, memory.objective_, atol=1e-9)
    assert np.all(found.dual_gap_ < 1e-8)
    if model.loss != "huber":
        assert found.dispersion_ == pytest.approx(memory.dispersion_, rel=1e-5)
    return memory, found


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("weighted", [False, True])
def test_poisson_fits_are_those_in_memory(name, weighted):
    X, y, weights, offsets = simulate()
    given = {"sample_weight": weights, "offset": offsets} if weighted else {}
    model = sklearn.clone(MODELS[name]).set_params(loss="poisson")
    _, found = compare(model, X, y["poisson"], **given)
    assert found.n_bytes_read_ == found.n_passes_ * sum(v.nbytes for v in X.values())


@pytest.mark.parametrize("loss", ["gamma", "huber"])
@pytest.mark.parametrize("model", [mc.GroupLasso(0.05), mc.IndLasso(0.05)])
def test_other_losses(model, loss):
    X, y, weights, offsets = simulate()
    given = {"sample_weight": weights, "offset": offsets}
    memory, found = compare(model.set_params(loss=loss), X, y[loss], **given)
    guess = found.predict(lazily(X), offset=offsets)
    for task, own in memory.predict(X, offset=offsets).items():
        np.testing.assert_allclose(guess[task], own, rtol=1e-5, atol=1e-5)
    assert found.score(lazily(X), y[loss], offset=offsets) == pytest.approx(
        memory.score(X, y[loss], offset=offsets)
    )


@pytest.mark.parametrize("loss", [losses.NegativeBinomial(0.5), losses.Tweedie(1.5)])
def test_losses_with_parameters(loss):
    X, y, weights, offsets = simulate()
    model = mc.GroupLasso(0.05, loss=loss)
    given = {"sample_weight": weights, "offset": offsets}
    compare(model, X, y["poisson"], **given)


@pytest.mark.parametrize("kind", [mc.GroupLasso, mc.IndLasso])
def test_several_responses(kind):
    X, y, weights, offsets = simulate(n_responses=2)
    given = {"sample_weight": weights, "offset": offsets}
    memory, found = compare(kind(0.1, loss="poisson"), X, y["poisson"], **given)
    assert found.coef_.shape == memory.coef_.shape == (N_FEATURES, 2, 2)


def test_one_table_of_two_tasks():
    X, y, _, offsets = simulate(n_responses=2)
    X, y, offset = X["a"], y["poisson"]["a"], offsets["a"]
    model = mc.GroupLasso(0.1, loss="poisson", tol=1e-9, task_weight=[1.0, 3.0])
    memory = sklearn.clone(model).fit(X, y, offset=offset)
    found = model.fit(RowChunks(X, 90), y, offset=offset)
    assert found.layout_ == memory.layout_ == "shared"
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)
    np.testing.assert_allclose(
        found.predict(RowChunks(X, 50)), memory.predict(X), rtol=1e-5
    )


@pytest.mark.parametrize("name", ["group", "groups", "std", "ind", "free, excluded"])
def test_ordinary_poisson_fits_take_at_most_eight_passes(name):
    X, y, _, _ = simulate()
    model = sklearn.clone(MODELS[name]).set_params(loss="poisson")
    model.fit(lazily(X), y["poisson"])
    assert 4 <= model.n_passes_ <= 8


def test_the_gap_is_that_of_the_data():
    # A loose fit: the gap is that of the residuals, computed here, made orthogonal to
    # the intercept by their curvatures and scaled into the dual ball.
    X, y, _, _ = simulate()
    y, alpha = y["poisson"], 0.1
    model = mc.GroupLasso(alpha, loss="poisson", tol=0.3).fit(lazily(X), y)
    primal = alpha * np.linalg.norm(model.coef_, axis=1).sum()
    correlations, points = [], []
    for k, task in enumerate(X):
        eta = X[task] @ model.coef_[:, k] + model.intercept_[k]
        mean = np.exp(eta)
        primal += np.mean(mean - y[task] * eta)
        residual = y[task] - mean
        residual -= mean * residual.sum() / mean.sum()
        points.append((y[task], residual))
        correlations.append(X[task].T @ residual / len(eta))
    norms = np.linalg.norm(correlations, axis=0)
    scale = min(1.0, alpha / norms.max())
    dual = 0.0
    for target, residual in points:
        u = target - scale * residual
        assert u.min() > 0.0
        dual -= np.mean(u * np.log(u) - u)
    assert primal - dual > 1e-5
    assert model.dual_gap_ == pytest.approx(primal - dual, rel=1e-6)
    assert model.objective_ == pytest.approx(primal)


def test_columns_come_into_play():
    X, y, _, _ = simulate(n_features=400)
    model = mc.GroupLasso(0.06, loss="poisson", tol=1e-8)
    memory = sklearn.clone(model).fit(X, y["poisson"])
    found = model.fit(lazily(X), y["poisson"])
    assert 20 < memory.get_support().sum() < 250
    np.testing.assert_array_equal(found.get_support(), memory.get_support())
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-5)


def test_offsets_of_columns_cost_no_digits():
    here, far = simulate(), simulate(move=1e5)
    model = mc.GroupLasso(0.1, loss="poisson", tol=1e-8)
    near, found = (
        sklearn.clone(model).fit(lazily(X), y["poisson"]) for X, y, _, _ in (here, far)
    )
    np.testing.assert_allclose(found.coef_, near.coef_, atol=1e-6)
    assert found.dual_gap_ < 1e-7


@pytest.mark.parametrize("kind", [mc.GroupLasso, mc.IndLasso])
def test_alpha_max_of_fits_without_coefficients(kind):
    X, y, weights, offsets = simulate()
    given = {"sample_weight": weights, "offset": offsets}
    model = kind(1e3, loss="poisson")
    memory = sklearn.clone(model).fit(X, y["poisson"], **given)
    found = sklearn.clone(model).fit(lazily(X), y["poisson"], **given)
    np.testing.assert_allclose(found.alpha_max_, memory.alpha_max_, rtol=1e-9)
    assert found.n_passes_ == 3


def test_any_chunks_give_the_same_support():
    X, y, _, _ = simulate()
    fits = [
        mc.GroupLasso(0.05, loss="poisson", tol=1e-9).fit(lazily(X, n), y["poisson"])
        for n in (37, 1000)
    ]
    np.testing.assert_array_equal(fits[0].get_support(), fits[1].get_support())
    np.testing.assert_allclose(fits[0].coef_, fits[1].coef_, atol=1e-8)


@pytest.mark.parametrize("n_passes", [1, 2, 4])
def test_a_pass_that_fails_leaves_no_fit(n_passes):
    X, y, _, _ = simulate()
    reads = []

    class Spoilt(RowChunks):
        def __getitem__(self, rows):
            reads.append(rows)
            found = self.X[rows].copy()
            if len(reads) == 8 * (n_passes - 1) + 3:
                found[11, 5] = np.nan
            return found

    lazy = lazily(X) | {"a": Spoilt(X["a"], 90)}
    model = mc.GroupLasso(0.1, loss="poisson")
    with pytest.raises(ChunkError, match=r"'a', rows 180 to 269 .* row 191, column 5"):
        model.fit(lazy, y["poisson"])
    assert not [name for name in vars(model) if name.endswith("_")]


@pytest.mark.parametrize(
    ("model", "change", "message"),
    [
        (mc.GroupLasso(loss="poisson"), -1.0, "y of task 'a' must not be negative"),
        (mc.GroupLasso(loss="gamma"), 0.0, "y of task 'a' must be positive"),
        (mc.GroupLassoCV(loss="poisson"), 1.0, "needs the rows of X in memory for"),
        (mc.DirtyModel(loss="poisson"), 1.0, "needs the rows of X in memory for"),
        (
            mc.GroupLasso(loss="poisson", penalty_weights=FREE, positive=True),
            1.0,
            "penalty weights of 0 are not available together",
        ),
    ],
)
def test_what_is_refused_before_a_pass(model, change, message):
    X, y, _, _ = simulate()

    class Unread(RowChunks):
        def __getitem__(self, rows):
            raise AssertionError("read")

    y["poisson"]["a"][5] = change
    lazy = {task: Unread(own, 90) for task, own in X.items()}
    with pytest.raises(ValueError, match=message):
        model.fit(lazy, y["poisson"])


def test_tasks_without_counts_are_named():
    X, y, _, _ = simulate()
    counts = y["poisson"] | {"b": np.zeros(500)}
    with pytest.raises(ValueError, match="y of task 'b' has no count above 0"):
        mc.GroupLasso(loss="poisson").fit(lazily(X), counts)


def test_offsets_of_squared_errors():
    X, y, _, offsets = simulate()
    model = mc.GroupLasso(0.1, tol=1e-9)
    memory = sklearn.clone(model).fit(X, y["huber"], offset=offsets)
    found = model.fit(lazily(X), y["huber"], offset=offsets)
    assert found.n_passes_ == 2
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)
    short = offsets | {"a": offsets["a"][1:]}
    with pytest.raises(ValueError, match="offset of task 'a' has shape"):
        model.fit(lazily(X), y["huber"], offset=short)


@pytest.mark.parametrize("seed", range(4))
def test_large_counts_need_short_first_steps(seed):
    # Means over eight decades: exponentials overflow for the first Newton steps.
    rng = np.random.default_rng(seed)
    X = {t: 2.0 * rng.standard_normal((n, 30)) for t, n in SIZES.items()}
    y = {
        t: rng.poisson(np.exp(np.clip(own[:, :5].sum(axis=1), -9, 9))).astype(float)
        for t, own in X.items()
    }
    model = mc.GroupLasso(5.0, loss="poisson", tol=1e-6)
    memory = sklearn.clone(model).fit(X, y)
    found = model.fit(lazily(X), y)
    assert found.dual_gap_ < 1e-3
    assert abs(found.objective_ - memory.objective_) < (
        found.dual_gap_ + memory.dual_gap_
    )
    np.testing.assert_array_equal(found.get_support(), memory.get_support())


@pytest.mark.filterwarnings("ignore:Objective did not converge")
@pytest.mark.parametrize("seed", range(12))
def test_random_configurations(seed):
    rng = np.random.default_rng(seed)
    loss = ("poisson", "gamma", "huber")[seed % 3]
    n_features = 2 * int(rng.integers(3, 50))
    X, y = {}, {}
    for task in ("a", "b"):
        n = int(rng.integers(150, 700))
        X[task] = rng.standard_normal((n, n_features))
        X[task] += rng.choice([0.0, 0.5, 2.0]) * rng.standard_normal((n, 1))
        eta = rng.choice([0.1, 0.5, 1.0]) * X[task][:, :5].sum(axis=1)
        eta += rng.choice([-2.0, 3.0])
        mean = np.exp(np.clip(eta, -6, 6))
        y[task] = {
            "poisson": rng.poisson(mean).astype(float),
            "gamma": rng.gamma(1.0, mean) + 1e-6,
            "huber": eta + rng.standard_t(2, n),
        }[loss]
    model = [mc.GroupLasso, mc.IndLasso][rng.integers(2)](
        loss=loss,
        groups=[None, 2][rng.integers(2)],
        l1_ratio=[0.0, 0.3][rng.integers(2)],
        normalize=[False, "std"][rng.integers(2)],
        fit_intercept=bool(rng.integers(4)),
        tol=1e-6,
    )
    largest = np.min(mc.alpha_max(model, X, y))
    model.set_params(alpha=float(largest * rng.choice([0.5, 0.1, 0.02])))
    memory = sklearn.clone(model).fit(X, y)
    found = model.fit(lazily(X), y)
    # Both minima are within their gaps.
    allowed = memory.dual_gap_ + found.dual_gap_ + 1e-12 * abs(memory.objective_)
    assert np.all(np.abs(found.objective_ - memory.objective_) <= allowed)
    assert np.all(found.dual_gap_ <= 1e-4 * (1.0 + np.abs(found.objective_)))
    differs = np.mean(found.get_support() != memory.get_support())
    assert differs < 0.05
