"""Chunked fits on a dask cluster: the bits of one process, and faults."""

import os
from pathlib import Path

import numpy as np
import pytest
import sklearn

import mutar_cy as mc
from mutar_cy.chunks import ChunkError, RowChunks

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")

SIZES = {"a": 600, "b": 431}


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as found,
    ):
        yield found


def simulate():
    rng = np.random.default_rng(0)
    X = {t: rng.standard_normal((n, 8)) + 100.0 for t, n in SIZES.items()}
    return X, {
        t: own[:, 0] - own[:, 3] + rng.standard_normal(len(own)) for t, own in X.items()
    }


def bits(model, X, y):
    model = model.fit(X, y)
    return model.coef_.tobytes() + np.float64(model.dual_gap_).tobytes()


class Deadly:
    """A design whose reading ends the process that reads it, once."""

    def __init__(self, X, marker):
        self.X, self.marker, self.shape, self.dtype = X, marker, X.shape, X.dtype

    def __getitem__(self, rows):
        if rows.start >= 200 and not Path(self.marker).exists():
            Path(self.marker).touch()
            os._exit(1)
        return self.X[rows]


@pytest.mark.parametrize("model", [mc.GroupLasso(0.1), mc.IndLassoCV(alphas=5)])
def test_a_cluster_gives_the_same_bits(model, client, tmp_path):
    X, y = simulate()
    lazy = {t: da.from_array(own, chunks=(100, 8)) for t, own in X.items()}
    mapped = {}
    for t, own in X.items():
        np.save(tmp_path / f"{t}.npy", own)
        mapped[t] = RowChunks(np.load(tmp_path / f"{t}.npy", mmap_mode="r"), 100)
    # dask puts whole chunks together up to 64 MiB: one chunk a task.
    coarse = {t: RowChunks(own, 100) for t, own in lazy.items()}
    on_cluster = [bits(model, data, y) for data in (coarse, mapped)]
    assert on_cluster[0] == on_cluster[1]
    with no_client(client):
        assert (
            bits(model, {t: RowChunks(own, 100) for t, own in X.items()}, y)
            == (on_cluster[0])
        )


def test_columns_in_play_have_the_same_bits_on_a_cluster(client):
    rng = np.random.default_rng(0)
    X = {t: rng.standard_normal((n, 300)) for t, n in SIZES.items()}
    y = {
        t: own[:, :5].sum(axis=1) + rng.standard_normal(len(own))
        for t, own in X.items()
    }
    lazy = {t: RowChunks(own, 100) for t, own in X.items()}
    model = mc.GroupLasso(0.2)
    with sklearn.config_context(working_memory=4):
        on_cluster = bits(model, lazy, y)
        assert model.n_passes_ > 2
        with no_client(client):
            assert bits(model, lazy, y) == on_cluster


def test_newton_steps_have_the_same_bits_on_a_cluster(client):
    X, _ = simulate()
    rng = np.random.default_rng(1)
    y = {
        t: rng.poisson(np.exp(own[:, 0] - 100.0)).astype(float) for t, own in X.items()
    }
    offset = {t: rng.standard_normal(len(own)) for t, own in X.items()}
    lazy = {t: RowChunks(own, 100) for t, own in X.items()}
    model = mc.GroupLasso(0.05, loss="poisson")

    def fitted():
        return model.fit(lazy, y, offset=offset).coef_.tobytes()

    on_cluster = fitted()
    assert model.get_support().any()
    with no_client(client):
        assert fitted() == on_cluster


class no_client:
    """Hide the client, as if there were none."""

    def __init__(self, client):
        self.client = client

    def __enter__(self):
        from mutar_cy.chunks import _passes

        self.kept, _passes.active_client = _passes.active_client, lambda: None

    def __exit__(self, *error):
        from mutar_cy.chunks import _passes

        _passes.active_client = self.kept


def test_a_worker_that_dies_changes_no_bit(client, tmp_path):
    X, y = simulate()
    marker = tmp_path / "killed"
    deadly = {t: RowChunks(Deadly(own, marker), 100) for t, own in X.items()}
    found = bits(mc.GroupLasso(0.1), deadly, y)
    assert marker.exists()
    with no_client(client):
        plain = {t: RowChunks(own, 100) for t, own in X.items()}
        assert bits(mc.GroupLasso(0.1), plain, y) == found


def test_a_bad_chunk_names_its_rows(client):
    X, y = simulate()
    X["b"][321, 5] = np.nan
    lazy = {
        t: RowChunks(da.from_array(own, chunks=(100, 8)), 100) for t, own in X.items()
    }
    model = mc.GroupLasso(0.1)
    with pytest.raises(ChunkError, match=r"'b', rows 300 to 399 .* row 321, column 5"):
        model.fit(lazy, y)
    assert not hasattr(model, "coef_")


class Failing(Deadly):
    """A design that cannot be read."""

    def __getitem__(self, rows):
        raise OSError(5, "disk on fire")


def test_the_cause_of_an_error_survives_the_cluster(client):
    X, y = simulate()
    lazy = {t: RowChunks(own, 100) for t, own in X.items()}
    lazy["b"] = RowChunks(Failing(X["b"], None), 100)
    with pytest.raises(ChunkError, match=r"'b', rows 0 to 99 .*disk on fire") as caught:
        mc.GroupLasso(0.1).fit(lazy, y)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == 5


def test_predictions_of_dask_arrays_are_lazy(client):
    X, y = simulate()
    lazy = {t: da.from_array(own, chunks=(100, 8)) for t, own in X.items()}
    model = mc.GroupLasso(0.1).fit(lazy, y)
    found, expected = model.predict(lazy), model.predict(X)
    assert all(isinstance(own, da.Array) for own in found.values())
    for t in X:
        np.testing.assert_allclose(np.asarray(found[t]), expected[t])
    assert model.score(lazy, y) == pytest.approx(model.score(X, y))
