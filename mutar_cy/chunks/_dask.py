"""Sums over chunks on a dask cluster: the same tree, and the same bits."""

import pickle
import sys
from typing import Any, NamedTuple

import numpy as np

from mutar_cy._lib import one_blas_thread
from mutar_cy.chunks._chunk import Chunk, ChunkError
from mutar_cy.chunks._reduce import reduce_chunks
from mutar_cy.chunks._sources import RowChunks

# How often a task of dask is tried again. A chunk that cannot be used is not.
RETRIES = 3


class SentRows(NamedTuple):
    """The rows of one chunk, in place of what they were to be read from."""

    rows: Any
    shape: tuple

    def __getitem__(self, own):
        return self.rows


class MappedFile(NamedTuple):
    """A memory map by its path: pickled, the map would be all of its data."""

    path: str
    dtype: np.dtype
    shape: tuple
    offset: int
    order: Any

    def __getitem__(self, own):
        return np.memmap(
            self.path, self.dtype, "r", self.offset, self.shape, self.order
        )[own]


class HDF5File(NamedTuple):
    """A data set of h5py by its path, which cannot be pickled."""

    path: str
    name: str
    shape: tuple

    def __getitem__(self, own):
        import h5py

        with h5py.File(self.path, "r") as file:
            return file[self.name][own]


class Failure(NamedTuple):
    """The error of a chunk that cannot be used, as the result of a task of dask."""

    error: ChunkError
    cause: BaseException | None


def active_client():
    """Return the active client of dask.distributed, or None."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        return distributed.default_client()
    except ValueError:
        return None


def portable(chunk):
    """Return a chunk that can be sent, and the dask array of its rows or None."""
    X = chunk.X.X if isinstance(chunk.X, RowChunks) else chunk.X
    own, shape = slice(chunk.start, chunk.stop), tuple(X.shape)
    if hasattr(X, "map_blocks"):
        return chunk._replace(X=None), X[own]
    if isinstance(X, np.memmap) and is_whole_file(X):
        order = "C" if X.flags.c_contiguous else "F"
        mapped = MappedFile(str(X.filename), X.dtype, shape, X.offset, order)
        return chunk._replace(X=mapped), None
    if isinstance(X, np.ndarray):
        return chunk._replace(X=SentRows(np.asarray(X[own]), shape)), None
    if type(X).__module__.startswith("h5py"):
        return chunk._replace(X=HDF5File(X.file.filename, X.name, shape)), None
    return chunk._replace(X=chunk.X), None


def is_whole_file(X):
    """Return whether a memory map is no slice of another one: its path says it."""
    contiguous = X.flags.c_contiguous or X.flags.f_contiguous
    return contiguous and X.filename is not None and not isinstance(X.base, np.ndarray)


def reduce_on_cluster(client, chunks, function, merge, given):
    """Return the sum over chunks of ``function(chunk, given)``, made on a cluster.

    Parameters
    ----------
    client : distributed.Client
    chunks : list of Chunk
    function, merge : callable
        Of modules, so that workers can import them.
    given : object
        It travels as the result of a task, which dask makes again with a lost worker;
        data that are scattered are lost.

    Raises
    ------
    ChunkError
        Of the first chunk that cannot be used.
    """
    options = {"retries": RETRIES, "pure": False}
    given = client.submit(_same, given, **options)

    def on_worker(chunk: Chunk):
        sent, rows = portable(chunk)
        if rows is not None:
            rows = client.compute(rows, retries=RETRIES)
        shape = tuple(chunk.X.shape)
        return client.submit(_run, function, sent, rows, shape, given, **options)

    def merged(first, second):
        return client.submit(_merge, merge, first, second, **options)

    result = reduce_chunks(chunks, on_worker, merged).result()
    if isinstance(result, Failure):
        raise result.error from result.cause
    return result


def _same(given):
    return given


@one_blas_thread()
def _run(function, chunk, rows, shape, given):
    """Return a function of a chunk, or the error of a chunk that cannot be used."""
    if rows is not None:
        chunk = chunk._replace(X=SentRows(rows, shape))
    try:
        return function(chunk, given)
    except ChunkError as error:
        return Failure(error, portable_cause(error))


def portable_cause(error):
    """Return the cause of an error, which pickle drops; its text if pickle cannot."""
    cause = error.__cause__
    try:
        pickle.loads(pickle.dumps(cause))
    except Exception:
        return RuntimeError(f"{type(cause).__name__}: {cause}")
    return cause


@one_blas_thread()
def _merge(merge, first, second):
    """Return two results merged; the first error stays."""
    for result in (first, second):
        if isinstance(result, Failure):
            return result
    return merge(first, second)
