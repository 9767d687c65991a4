"""One long chunked table with labels of tasks, and sparse and other sources of rows."""

import numpy as np
import pytest
import sklearn
from scipy.sparse import csr_array, csr_matrix

import mutar_cy as mc
from mutar_cy.chunks import ChunkError, RowChunks

N, N_FEATURES = 900, 30


def simulate():
    """Return a design, labels of tasks, targets by kind, weights and offsets."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N, N_FEATURES)) + 1.0
    site = rng.choice(["Lyon", "Oslo", "Bern"], N)
    effects = {s: rng.standard_normal(6) for s in ("Lyon", "Oslo", "Bern")}
    eta = np.array([x[:6] @ effects[s] for x, s in zip(X, site, strict=True)])
    y = {
        "numbers": eta + rng.standard_normal(N),
        "counts": rng.poisson(np.exp(0.2 * eta)).astype(float),
        "labels": np.where(eta + rng.logistic(size=N) > 1.0, "yes", "no"),
    }
    return X, site, y, rng.integers(0, 3, N).astype(float), 0.3 * rng.standard_normal(N)


MODELS = [
    (mc.GroupLasso(0.2), "numbers"),
    (mc.IndLasso(0.1, normalize="std"), "numbers"),
    (mc.DirtyModel(0.2), "numbers"),
    (mc.ReweightedGroupLasso(0.2), "numbers"),
    (mc.GroupLassoCV(alphas=8), "numbers"),
    (mc.IndLassoCV(alphas=8, criterion="bic"), "numbers"),
    (mc.GroupLasso(0.1, loss="poisson"), "counts"),
    (mc.GroupLassoClassifier(0.03), "labels"),
]


@pytest.mark.parametrize(("model", "kind"), MODELS)
@pytest.mark.parametrize("weighted", [False, True])
def test_long_tables_are_fitted_as_in_memory(model, kind, weighted):
    X, site, y, weights, offset = simulate()
    y, given = y[kind], {"task": site}
    if weighted:
        given["sample_weight"] = weights
    if weighted and kind == "counts":
        given["offset"] = offset
    model = sklearn.clone(model).set_params(tol=1e-9)
    memory = sklearn.clone(model).fit(X, y, **given)
    found = model.fit(RowChunks(X, 70), y, **given)
    assert found.layout_ == memory.layout_ == "long"
    assert found.tasks_.tolist() == memory.tasks_.tolist() == ["Bern", "Lyon", "Oslo"]
    np.testing.assert_array_equal(found.get_support(), memory.get_support())
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-5)
    np.testing.assert_allclose(found.intercept_, memory.intercept_, atol=1e-5)
    assert np.all(found.dual_gap_ < 1e-7)
    assert found.n_bytes_read_ == found.n_passes_ * X.nbytes
    lazy = RowChunks(X, 55)
    guess, expected = found.predict(lazy, task=site), memory.predict(X, task=site)
    if kind == "labels":
        np.testing.assert_array_equal(guess, expected)
    else:
        np.testing.assert_allclose(guess, expected, atol=1e-4)
    assert found.score(lazy, y, task=site) == pytest.approx(
        memory.score(X, y, task=site), abs=1e-5
    )


def test_long_tables_with_columns_in_play():
    X, site, _, _, _ = simulate()
    rng = np.random.default_rng(1)
    X = np.hstack([X, rng.standard_normal((N, 270))])
    y = X[:, :3].sum(axis=1) + rng.standard_normal(N)
    model = mc.GroupLasso(0.4, tol=1e-9)
    memory = sklearn.clone(model).fit(X, y, task=site)
    with sklearn.config_context(working_memory=1):
        found = model.fit(RowChunks(X, 70), y, task=site)
    assert found.n_passes_ > 2
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)


def test_long_tables_take_paths():
    X, site, y, _, _ = simulate()
    model, y = mc.GroupLasso(tol=1e-8), y["numbers"]
    expected = mc.regularization_path(model, X, y, task=site, alphas=5)
    found = mc.regularization_path(model, RowChunks(X, 70), y, task=site, alphas=5)
    np.testing.assert_allclose(found.coefs, expected.coefs, atol=1e-5)


def test_long_tables_refuse_bad_labels_and_rows():
    X, site, y, _, _ = simulate()
    y, lazy = y["numbers"], RowChunks(X, 70)
    with pytest.raises(ValueError, match=r"task has shape \(899,\), but X has 900"):
        mc.GroupLasso().fit(lazy, y, task=site[1:])
    with pytest.raises(ValueError, match=r"y has shape \(899,\), but X has 900 rows"):
        mc.GroupLasso().fit(lazy, y[1:], task=site)
    with pytest.raises(ValueError, match="task= is for one long table"):
        mc.GroupLasso().fit({"a": lazy}, {"a": y}, task=site)
    model = mc.GroupLasso().fit(lazy, y, task=site)
    with pytest.raises(ValueError, match=r"unknown labels \['Rome'\]"):
        model.predict(lazy, task=np.where(site == "Lyon", "Rome", site))
    X[321, 5] = np.nan
    with pytest.raises(ChunkError, match=r"Rows 280 to 349 .* row 321, column 5"):
        mc.GroupLasso().fit(lazy, y, task=site)


class Backed:
    """A sparse matrix on disk as AnnData backs one: no array, rows by slices."""

    def __init__(self, X):
        self._X, self.shape, self.dtype = X, X.shape, X.dtype

    def __getitem__(self, rows):
        return self._X[rows]


@pytest.mark.parametrize(
    "wrap", [csr_array, csr_matrix, lambda X: Backed(csr_matrix(X))]
)
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_sparse_rows(wrap, loss):
    X, site, y, _, _ = simulate()
    X = np.where(np.abs(X) > 1.5, X, 0.0)
    y = y["numbers"] if loss == "squared_error" else y["counts"]
    model = mc.GroupLasso(0.1, loss=loss, tol=1e-9)
    dense = sklearn.clone(model).fit(RowChunks(X, 70), y, task=site)
    found = model.fit(RowChunks(wrap(X), 70), y, task=site)
    assert found.coef_.tobytes() == dense.coef_.tobytes()
    np.testing.assert_allclose(
        found.predict(RowChunks(wrap(X), 70), task=site),
        dense.predict(RowChunks(X, 70), task=site),
    )


def data_frames():
    """Return a data frame of pandas, the same of dask, and its columns of X."""
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("dask.dataframe")
    X, site, y, _, _ = simulate()
    names = [f"x{j}" for j in range(N_FEATURES)]
    table = pd.DataFrame(X, columns=names)
    table["site"], table["y"] = site, y["numbers"]
    return table, dd.from_pandas(table, npartitions=6), names


def test_data_frames_of_dask():
    table, lazy, names = data_frames()
    groups = [f"g{j // 3}" for j in range(N_FEATURES)]
    model = mc.GroupLasso(0.2, tol=1e-9, groups=groups, penalty_weights={"g1": 0.0})
    memory = sklearn.clone(model).fit(table[names], table["y"], task=table["site"])
    found = model.fit(lazy[names], lazy["y"], task=lazy["site"])
    assert found.feature_names_in_.tolist() == names
    assert found.selected_groups_ == memory.selected_groups_
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-8)
    np.testing.assert_allclose(
        found.predict(lazy[names], task=lazy["site"]),
        memory.predict(table[names], task=table["site"]),
        atol=1e-7,
    )
    by_site = {s: lazy[lazy["site"] == s] for s in ("Bern", "Lyon", "Oslo")}
    X = {s: own[names] for s, own in by_site.items()}
    y = {s: own["y"] for s, own in by_site.items()}
    np.testing.assert_allclose(model.fit(X, y).coef_, memory.coef_, atol=1e-8)
    with pytest.raises(ValueError, match="X has columns"):
        model.predict({s: own[names[::-1]] for s, own in by_site.items()})
    with pytest.raises(ValueError, match="Designs have other columns"):
        model.fit(X | {"Lyon": by_site["Lyon"][names[::-1]]}, y)
    text = lazy[[*names, "site"]].astype({"site": object})
    with pytest.raises(ValueError, match="dtype object"):
        model.fit(text, lazy["y"], task=lazy["site"])
    with pytest.raises(ValueError, match="MTW needs the rows of X in memory"):
        mc.MTW().fit(lazy[names], lazy["y"])


def test_blocks_of_columns_of_dask_are_put_together():
    da = pytest.importorskip("dask.array")
    X, site, y, _, _ = simulate()
    model, given = mc.GroupLasso(0.2), {"task": site}
    expected = sklearn.clone(model).fit(RowChunks(X, 100), y["numbers"], **given)
    blocks = da.from_array(X, chunks=(100, 7))
    with pytest.warns(UserWarning, match="dask array in 5 blocks of columns"):
        model.fit(blocks, y["numbers"], **given)
    np.testing.assert_allclose(model.coef_, expected.coef_, atol=1e-10)
