"""Fits to chunked X and to statistics, beside fits in memory."""

import tracemalloc

import numpy as np
import pytest
import sklearn
from watching import Interrupting, Recording, needs_callbacks

import mutar_cy as mc
from mutar_cy.chunks import ChunkError, RowChunks, TaskStats

SIZES, N_FEATURES = {"a": 330, "b": 250, "c": 190}, 12


def simulate(n_responses=1, offset=0.0):
    """Return designs, targets and weights by task."""
    rng = np.random.default_rng(0)
    W = np.zeros((N_FEATURES, len(SIZES), n_responses))
    W[:4] = rng.standard_normal((4, *W.shape[1:]))
    X, y, weights = {}, {}, {}
    for k, (task, n) in enumerate(SIZES.items()):
        Z = rng.standard_normal((n, N_FEATURES))
        y[task] = Z @ W[:, k] + 3.0 * k + 0.5 * rng.standard_normal((n, n_responses))
        if n_responses == 1:
            y[task] = y[task][:, 0]
        X[task] = (Z + 0.5 * rng.standard_normal((n, 1))) * np.geomspace(
            1, 5, 12
        ) + offset
        weights[task] = rng.integers(0, 3, n).astype(float)
    return X, y, weights


def lazily(X, n_rows=70):
    return {task: RowChunks(own, n_rows) for task, own in X.items()}


def compare(model, X, y, atol=1e-6, **given):
    """Fit in memory and by chunks at a tight tolerance; return both."""
    memory = (
        sklearn.clone(model).set_params(tol=1e-10, max_iter=20_000).fit(X, y, **given)
    )
    chunked = sklearn.clone(memory).fit(lazily(X), y, **given)
    np.testing.assert_array_equal(memory.get_support(), chunked.get_support())
    np.testing.assert_allclose(chunked.coef_, memory.coef_, atol=atol)
    np.testing.assert_allclose(chunked.intercept_, memory.intercept_, atol=30 * atol)
    np.testing.assert_allclose(chunked.objective_, memory.objective_, rtol=1e-7)
    assert np.all(chunked.dual_gap_ <= 1e-9 * np.sum(memory.objective_) * 50)
    assert np.any(memory.coef_)
    assert chunked.n_passes_ == 2
    assert chunked.n_bytes_read_ == 2 * sum(own.nbytes for own in X.values())
    return memory, chunked


MODELS = {
    "group": mc.GroupLasso(0.3),
    "groups": mc.GroupLasso(0.3, groups=3),
    "sparse groups": mc.GroupLasso(0.3, groups=3, l1_ratio=0.4),
    "ridge": mc.GroupLasso(0.3, ridge=0.1),
    "ridge and l1": mc.GroupLasso(0.3, ridge=0.1, groups=3, l1_ratio=0.4),
    "positive": mc.GroupLasso(0.3, positive=True),
    "no intercept": mc.GroupLasso(0.3, fit_intercept=False),
    "normalised": mc.GroupLasso(0.01, normalize=True),
    "std": mc.GroupLasso(0.1, normalize="std"),
    "free": mc.GroupLasso(0.3, penalty_weights=[0.0] * 2 + [1.0] * 10),
    "excluded": mc.GroupLasso(0.3, penalty_weights=[np.inf] + [1.0] * 11),
    "task weights": mc.GroupLasso(0.3, task_weight=[1.0, 2.0, 0.5]),
    "ind": mc.IndLasso(0.3),
    "ind alphas": mc.IndLasso([0.1, 0.2, 0.4]),
    "ind groups": mc.IndLasso(0.3, groups=4),
    "dirty": mc.DirtyModel(0.4, 0.3),
    "dirty std": mc.DirtyModel(0.2, 0.13, normalize="std"),
    "data-shared": mc.DataSharedLasso(0.3),
    "data-shared std": mc.DataSharedLasso(0.1, normalize="std"),
    "multi-level": mc.MultiLevelLasso(0.3),
    "reweighted": mc.ReweightedGroupLasso(0.3),
    "reweighted ind": mc.IndRewLasso(0.3),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("weighted", [False, True])
def test_fits_are_those_in_memory(name, weighted):
    X, y, weights = simulate()
    given = {"sample_weight": weights} if weighted else {}
    # Reweighting ends at its own tolerance, and weights amplify differences.
    compare(MODELS[name], X, y, atol=1e-4 if "reweighted" in name else 3e-6, **given)


@pytest.mark.parametrize("model", [mc.GroupLasso(0.3), mc.IndLasso(0.3)])
def test_several_responses(model):
    X, y, _ = simulate(n_responses=2)
    memory, chunked = compare(model, X, y)
    assert chunked.coef_.shape == memory.coef_.shape == (N_FEATURES, 3, 2)


def test_offsets_of_columns_cost_no_digits():
    X, y, _ = simulate(offset=1e6)
    here, _, _ = simulate()
    near = mc.GroupLasso(0.3, tol=1e-8).fit(lazily(here), y)
    far = mc.GroupLasso(0.3, tol=1e-8).fit(lazily(X), y)
    np.testing.assert_allclose(far.coef_, near.coef_, atol=1e-5)
    assert far.dual_gap_ < 1e-5


@pytest.mark.parametrize("n_targets", [None, 2])
def test_one_table(n_targets):
    X, y, _ = simulate(n_responses=n_targets or 1)
    X, y = X["a"], y["a"]
    model = mc.GroupLasso(0.3, tol=1e-10, groups=2)
    chunked = sklearn.clone(model).fit(RowChunks(X, 100), y)
    memory = model.fit(X, y)
    assert chunked.layout_ == memory.layout_
    np.testing.assert_allclose(chunked.coef_, memory.coef_, atol=1e-6)
    np.testing.assert_allclose(
        chunked.predict(RowChunks(X, 30)), memory.predict(X), atol=1e-5
    )
    assert chunked.score(RowChunks(X, 30), y) == pytest.approx(memory.score(X, y))


def test_predictions_and_scores_come_in_kind():
    X, y, _ = simulate()
    _, model = compare(mc.GroupLasso(0.3), X, y)
    found, expected = model.predict(lazily(X)), model.predict(X)
    assert list(found) == list(X)
    for task in X:
        np.testing.assert_allclose(found[task], expected[task], rtol=1e-12)
    assert model.score(lazily(X), y) == pytest.approx(model.score(X, y))
    as_list = [RowChunks(own) for own in X.values()]
    by_list = mc.GroupLasso(0.3).fit(as_list, list(y.values()))
    assert isinstance(by_list.predict(as_list), list)


@pytest.mark.parametrize("n_rows", [1, 37, 10_000])
def test_any_chunks_give_the_same_support(n_rows):
    X, y, _ = simulate()
    model = mc.GroupLasso(0.3, tol=1e-8).fit(lazily(X, n_rows), y)
    other = mc.GroupLasso(0.3, tol=1e-8).fit(lazily(X, 64), y)
    np.testing.assert_array_equal(model.get_support(), other.get_support())
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-10)


@pytest.mark.filterwarnings("ignore:Objective did not converge")
def test_the_gap_is_that_of_the_data():
    # A loose fit: the gap must be the one that residuals, computed here, give.
    X, y, _ = simulate()
    model = mc.GroupLasso(0.3, tol=1e-2, max_iter=1).fit(lazily(X), y)
    residuals = {t: y[t] - model.predict(X)[t] for t in X}
    residuals = {t: r - r.mean() for t, r in residuals.items()}
    centred = {t: X[t] - X[t].mean(axis=0) for t in X}
    primal = sum(0.5 * np.mean(r**2) for r in residuals.values())
    primal += 0.3 * np.linalg.norm(model.coef_, axis=1).sum()
    gradient = np.stack([centred[t].T @ residuals[t] / len(y[t]) for t in X])
    square = sum(np.mean(r**2) for r in residuals.values())
    inner = sum(np.mean(r * y[t]) for t, r in residuals.items())
    scale = min(inner / square, 0.3 / np.linalg.norm(gradient, axis=0).max())
    gap = primal - (scale * inner - 0.5 * scale**2 * square)
    assert model.dual_gap_ == pytest.approx(gap, rel=1e-6)
    assert gap > 1e-6
    assert model.objective_ == pytest.approx(primal)


@pytest.mark.parametrize(
    "model",
    [
        mc.GroupLassoCV(alphas=8, cv=4),
        mc.GroupLassoCV(alphas=6, normalize="std", rule="1se"),
        mc.IndLassoCV(alphas=6),
        mc.DirtyModelCV(alphas=4, ratios=[0.6, 0.9]),
        mc.ReweightedGroupLassoCV(alphas=4, cv=3),
    ],
)
def test_cross_validation_is_that_in_memory(model):
    X, y, _ = simulate()
    model.set_params(tol=1e-9)
    memory = sklearn.clone(model).fit(X, y)
    chunked = sklearn.clone(model).fit(lazily(X), y)
    np.testing.assert_allclose(chunked.alphas_, memory.alphas_)
    np.testing.assert_allclose(chunked.mse_path_, memory.mse_path_, rtol=1e-4)
    np.testing.assert_allclose(chunked.alpha_, memory.alpha_)
    np.testing.assert_allclose(chunked.coef_, memory.coef_, atol=1e-4)
    assert chunked.n_passes_ == 2
    assert np.all(chunked.dual_gap_ < 1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        mc.GroupLassoCV(criterion="bic", alphas=30),
        mc.GroupLassoCV(criterion="ebic", alphas=30, groups=3, fit_intercept=False),
        mc.IndLassoCV(criterion="aic", alphas=30, normalize="std"),
        mc.DataSharedLassoCV(criterion="bic", alphas=6),
        mc.ReweightedGroupLassoCV(criterion="bic", alphas=10),
    ],
)
def test_criteria_are_those_in_memory(model, weighted):
    X, y, weights = simulate()
    given = {"sample_weight": weights} if weighted else {}
    model.set_params(tol=1e-10, max_iter=20_000)
    memory = sklearn.clone(model).fit(X, y, **given)
    chunked = sklearn.clone(model).fit(lazily(X), y, **given)
    # Degrees of freedom move with coefficients: one digit less than these.
    for name, atol in (("degrees_of_freedom_", 1e-3), ("criterion_path_", 1e-2)):
        found, expected = getattr(chunked, name), getattr(memory, name)
        np.testing.assert_allclose(found, expected, atol=atol, rtol=1e-6)
    np.testing.assert_allclose(chunked.alpha_, memory.alpha_)
    np.testing.assert_allclose(chunked.coef_, memory.coef_, atol=1e-4)
    assert chunked.n_passes_ == 2
    assert np.all(chunked.dual_gap_ < 1e-7)


def federated(X, y):
    return {task: TaskStats.from_chunk(X[task], y[task], task=task) for task in X}


def test_sites_ship_files(tmp_path):
    X, y, _ = simulate()
    for task, own in federated(X, y).items():
        own.save(tmp_path / f"{task}.npz")
    stats = TaskStats.load_all(sorted(tmp_path.glob("*.npz")))
    model = mc.GroupLasso(0.3, tol=1e-9).fit(stats, None)
    pooled = mc.GroupLasso(0.3, tol=1e-9).fit(X, y)
    np.testing.assert_allclose(model.coef_, pooled.coef_, atol=1e-6)
    np.testing.assert_array_equal(model.get_support(), pooled.get_support())
    assert not hasattr(model, "dual_gap_")
    assert model.dual_gap_statistics_ <= 1e-7
    shown = []
    for task in X:
        half = len(y[task]) // 2
        for rows in (slice(None, half), slice(half, None)):
            shown.append(model.evidence(X[task][rows], y[task][rows], task=task))
    with pytest.raises(ValueError, match="give that of every row once"):
        model.certify(shown[1:])
    assert not hasattr(model, "dual_gap_")
    model.certify(shown)
    by_chunks = mc.GroupLasso(0.3, tol=1e-9).fit(lazily(X), y)
    assert model.dual_gap_ == pytest.approx(by_chunks.dual_gap_, abs=1e-12)
    assert model.objective_ == pytest.approx(pooled.objective_)


def test_a_model_of_data_has_nothing_to_certify():
    X, y, _ = simulate()
    with pytest.raises(ValueError, match="not fitted to statistics alone"):
        mc.GroupLasso(0.3).fit(X, y).certify([])


def fail(rows):
    raise OSError("disk on fire")


def spoilt(X, kind):
    """Return a chunked design of which rows 200 on cannot be used."""

    class Broken(RowChunks):
        def __getitem__(self, rows):
            found = np.array(self.X[rows])
            if rows.start <= 200 < rows.stop:
                if kind == "nan":
                    found[200 - rows.start, 7] = np.nan
                if kind == "short":
                    return found[:-1]
                if kind == "lost":
                    fail(rows)
            return found

    return Broken(X, 70)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("nan", "'a', rows 140 to 209 .*X holds nan in row 200, column 7"),
        ("short", "'a', rows 140 to 209 .*cut short"),
        ("lost", "'a', rows 140 to 209 .*disk on fire"),
    ],
)
def test_chunks_that_cannot_be_used(kind, message):
    X, y, _ = simulate()
    model = mc.GroupLasso(0.3)
    lazy = lazily(X) | {"a": spoilt(X["a"], kind)}
    with pytest.raises(ChunkError, match=message) as caught:
        model.fit(lazy, y)
    assert not hasattr(model, "coef_")
    assert not hasattr(model, "n_features_in_")
    if kind == "lost":
        assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(
    ("model", "given", "message"),
    [
        (mc.DirtyModel(loss="huber"), {}, "loss='huber' needs the rows"),
        (mc.MTW(), {}, "MTW needs the rows"),
        (mc.GroupLasso(standardize_groups=True, groups=2), {}, "standardize_groups"),
        (mc.GroupLasso(positive=[1, -1] * 6), {}, "positive= with several signs"),
        (
            mc.GroupLassoCV(cv=mc.model_selection.TaskKFold(3)),
            {},
            "cv=.* needs the rows",
        ),
        (mc.GroupLassoCV(), {"groups": [0]}, "groups= of samples is not available"),
        (mc.GroupLasso(), {"task": [0]}, "task= is for one long table"),
        (mc.GroupLassoCV(), {"offset": 1.0}, "offset= is not available"),
    ],
)
def test_what_needs_rows_in_memory(model, given, message):
    X, y, _ = simulate()
    with pytest.raises(ValueError, match=message):
        model.fit(lazily(X), y, **given)
    assert not hasattr(model, "coef_")


def test_paths_of_scikit_learn_refuse_to_load_a_chunked_design():
    X, y, _ = simulate()
    with pytest.raises(ValueError, match=r"numpy.asarray\(X\) loads it"):
        mc.linear_model.lasso_path(RowChunks(X["a"]), y["a"])


def test_other_lengths_and_tasks_are_refused_before_a_pass():
    X, y, _ = simulate()
    with pytest.raises(ValueError, match="y of task 'a' has shape"):
        mc.GroupLasso().fit(lazily(X), y | {"a": y["b"]})
    with pytest.raises(ValueError, match="y must be a dict with one entry for each"):
        mc.GroupLasso().fit(lazily(X), {"a": y["a"]})
    narrow = lazily(X) | {"b": RowChunks(X["b"][:, 1:])}
    with pytest.raises(ValueError, match="all tasks need the same features"):
        mc.GroupLasso().fit(narrow, y)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.full((9, 2), 1j), "dtype complex128"),
        (np.full((9, 2), "1"), "dtype <U1"),
        (np.ones((9, 0)), r"shape \(9, 0\)"),
    ],
)
def test_designs_without_numbers_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        mc.GroupLasso().fit({"a": RowChunks(X)}, {"a": np.ones(9)})


@pytest.mark.parametrize("seed", range(40))
def test_random_configurations(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(20, 120, rng.integers(2, 5))
    n_features = 2 * int(rng.integers(2, 25))  # more than samples, too
    X = {k: rng.standard_normal((n, n_features)) + 9.0 for k, n in enumerate(sizes)}
    y = {
        k: own[:, 0] - own[:, -1] + rng.standard_normal(len(own))
        for k, own in X.items()
    }
    model = [mc.GroupLasso, mc.IndLasso][seed % 2](
        fit_intercept=bool(rng.integers(4)),
        normalize=[False, True, "std"][rng.integers(3)],
        positive=bool(rng.integers(2)),
        ridge=float(rng.choice([0.0, 0.2])),
        groups=[None, 2][rng.integers(2)],
        task_weight=rng.uniform(0.5, 2.0, len(sizes)),
        tol=1e-9,
        max_iter=50_000,
    )
    largest = np.min(mc.alpha_max(model, X, y))
    model.set_params(alpha=float(largest * rng.uniform(0.1, 0.7)))
    memory = sklearn.clone(model).fit(X, y)
    chunked = model.fit(lazily(X, int(rng.integers(1, 50))), y)
    np.testing.assert_array_equal(memory.get_support(), chunked.get_support())
    np.testing.assert_allclose(chunked.objective_, memory.objective_, rtol=1e-7)
    np.testing.assert_allclose(chunked.coef_, memory.coef_, atol=1e-3)


@pytest.mark.uncertified("the certificate of tests loads X")
def test_a_fit_holds_a_few_chunks_and_statistics():
    # A store of 160 MB in double precision that takes no memory itself.
    n_samples, n_features, n_rows = 100_000, 200, 2000

    class Drawn(RowChunks):
        def __getitem__(self, rows):
            rng = np.random.default_rng(rows.start)
            return rng.standard_normal((rows.stop - rows.start, n_features))

    X = Drawn(np.broadcast_to(0.0, (n_samples, n_features)), n_rows)
    y = np.random.default_rng(0).standard_normal(n_samples)
    model = mc.GroupLasso(1e-3, groups=2)
    model.fit(lazily({"a": np.eye(4)})["a"], np.arange(4.0))  # what imports take
    tracemalloc.start()
    model.fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    chunk, statistics = 8 * n_rows * n_features, 8 * n_features**2
    n_held = 3 + int(np.log2(n_samples / n_rows))
    assert peak < 3 * chunk + n_held * statistics + 5 * y.nbytes
    assert peak < 0.15 * 8 * n_samples * n_features


def test_memory_is_bounded_before_anything_is_read():
    X = RowChunks(np.broadcast_to(np.float32(1.0), (10_000, 6000)), n_rows=100)
    with sklearn.config_context(working_memory=256):
        with pytest.raises(ValueError, match="Statistics of 1 tasks"):
            mc.ReweightedGroupLasso().fit({"a": X}, {"a": np.zeros(10_000)})
        with pytest.raises(ValueError, match="in smaller chunks of rows"):
            mc.GroupLasso().fit({"a": RowChunks(X.X, 9000)}, {"a": np.zeros(10_000)})


def test_memory_maps(tmp_path):
    X, y, _ = simulate()
    mapped = {}
    for task, own in X.items():
        np.save(tmp_path / f"{task}.npy", own.astype(np.float32))
        mapped[task] = np.load(tmp_path / f"{task}.npy", mmap_mode="r")
    small = mc.GroupLasso(0.3).fit(mapped, y)
    assert not hasattr(small, "n_passes_")  # an ordinary fit
    lazy = {task: RowChunks(own, 64) for task, own in mapped.items()}
    model = mc.GroupLasso(0.3, tol=1e-8).fit(lazy, y)
    assert model.n_bytes_read_ == 2 * 4 * N_FEATURES * sum(SIZES.values())
    np.testing.assert_allclose(model.coef_, small.coef_, atol=1e-3)


def test_a_refit_forgets_what_only_chunks_have():
    X, y, _ = simulate()
    model = mc.GroupLasso(0.3).fit(lazily(X), y)
    assert not hasattr(model, "residuals_")
    model.fit(X, y)
    assert not hasattr(model, "n_passes_")


@pytest.mark.parametrize("library", ["zarr", "h5py"])
def test_stores_are_read_by_their_chunks(library, tmp_path):
    module = pytest.importorskip(library)
    X, y, _ = simulate()
    stored = {}
    for task, own in X.items():
        if library == "zarr":
            path = tmp_path / f"{task}.zarr"
            lazy = module.create_array(
                path, shape=own.shape, chunks=(64, 12), dtype="f8"
            )
            lazy[:] = own
        else:
            file = module.File(tmp_path / f"{task}.h5", "w")
            lazy = file.create_dataset("X", data=own, chunks=(64, 12))
        stored[task] = lazy
    model = mc.GroupLasso(0.3, tol=1e-8).fit(stored, y)
    same = mc.GroupLasso(0.3, tol=1e-8).fit(lazily(X, 100_000), y)
    assert model.coef_.tobytes() == same.coef_.tobytes()
    np.testing.assert_allclose(model.predict(stored)["b"], model.predict(X)["b"])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        mc.GroupLasso(0.3),
        mc.IndLasso(0.1, loss="huber"),
        mc.GroupLassoCV(alphas=6),
        mc.GroupLassoCV(alphas=6, criterion="bic"),
    ],
)
def test_samples_without_a_target_are_left_out(model, weighted):
    X, y, weights = simulate()
    rng = np.random.default_rng(1)
    for own in y.values():
        own[rng.random(len(own)) < 0.2] = np.nan
    given = {"sample_weight": weights} if weighted else {}
    with pytest.raises(ValueError, match="y of task 'a' is not finite in row"):
        sklearn.clone(model).fit(lazily(X), y, **given)
    model = sklearn.clone(model).set_params(missing_targets="ignore", tol=1e-9)
    memory = sklearn.clone(model).fit(X, y, **given)
    found = model.fit(lazily(X), y, **given)
    np.testing.assert_array_equal(found.get_support(), memory.get_support())
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-5)
    np.testing.assert_allclose(found.objective_, memory.objective_, rtol=1e-7)


def test_a_sample_has_all_of_its_responses_or_none():
    X, y, _ = simulate(n_responses=2)
    y["a"][5] = np.nan
    model = mc.GroupLasso(0.3, missing_targets="ignore", tol=1e-9)
    memory = sklearn.clone(model).fit(X, y)
    found = model.fit(lazily(X), y)
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)
    y["a"][7, 1] = np.nan
    with pytest.raises(ValueError, match="'a' misses some responses of row 7"):
        model.fit(lazily(X), y)


@needs_callbacks
@pytest.mark.parametrize(
    "model",
    [
        mc.GroupLasso(0.3),
        mc.GroupLasso(0.1, loss="huber"),
        mc.GroupLassoCV(alphas=4),
        mc.GroupLassoClassifier(0.1),
        mc.linear_model.LassoCV(alphas=4),
    ],
)
def test_callbacks_see_every_pass(model):
    X, y, _ = simulate()
    X = lazily(X)
    if sklearn.base.is_classifier(model):
        y = {task: own > np.median(own) for task, own in y.items()}
    if isinstance(model, mc.linear_model.LassoCV):
        X, y = X["a"], y["a"]
    recording = Recording()
    model = sklearn.clone(model).set_callbacks(recording).fit(X, y)
    # The fit and its passes.
    assert recording.calls.count("end") == model.n_passes_ + 1
    assert recording.calls.count("begin") == model.n_passes_ + 1
    model = sklearn.clone(model).set_callbacks(Interrupting())
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert not hasattr(model, "coef_")
