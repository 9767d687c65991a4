"""Designs that are read by rows: which they are, and how they are cut into chunks."""

import math
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config

from mutar_cy._lib import warn_user
from mutar_cy.chunks._chunk import Chunk

# Bytes of a chunk in double precision: large enough that BLAS and the disk work at
# full speed, small beside the statistics of 3000 features.
CHUNK_BYTES = 64 * 2**20
MIB = 2**20


class RowChunks:
    """A design that is read by rows, a chunk at a time, and never as a whole.

    Arrays of h5py, zarr and dask, and memory maps larger than scikit-learn's
    ``working_memory``, are read by chunks as they are; this class does so with
    anything that can be sliced by rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        With ``shape``, ``dtype`` and ``X[start:stop]``.
    n_rows : int, default=None
        The number of rows of a chunk. By default that of the source, or as many as
        take 64 MiB in double precision.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.chunks import RowChunks
    >>> rng = np.random.default_rng(0)
    >>> X = {site: rng.standard_normal((300, 4)) for site in ("Lyon", "Oslo")}
    >>> y = {site: 2.0 * X[site][:, 1] for site in X}
    >>> lazy = {site: RowChunks(X[site], n_rows=100) for site in X}
    >>> model = GroupLasso(alpha=0.5).fit(lazy, y)
    >>> model.get_support(indices=True).tolist(), model.n_passes_
    ([1], 2)
    """

    def __init__(self, X: Any, n_rows: int | None = None):
        if n_rows is not None and n_rows < 1:
            raise ValueError(f"n_rows={n_rows!r} must be at least 1, or None.")
        self.X, self.n_rows = X, n_rows
        self.shape, self.dtype, self.ndim = X.shape, X.dtype, len(X.shape)

    def __getitem__(self, rows):
        return self.X[rows]

    def __len__(self):
        return int(self.shape[0])


def is_lazy_frame(X):
    """Return whether X is a data frame of dask."""
    return hasattr(X, "to_dask_array") and hasattr(X, "columns")


def as_rows(X):
    """Return what is read by rows: of a data frame of dask, its array.

    The lengths of its partitions are computed. Blocks of columns of a dask array are
    put together, with a warning.
    """
    if is_lazy_frame(X):
        X = X.to_dask_array(lengths=True)
    if hasattr(X, "map_blocks") and X.ndim == 2 and X.numblocks[1] > 1:
        warn_user(
            f"X is a dask array in {X.numblocks[1]} blocks of columns, which every "
            "pass puts together: its workers exchange all of X. Store whole rows, or "
            "write X.rechunk({1: -1}) to disk first."
        )
        X = X.rechunk({1: -1})
    return X


def is_chunked(X):
    """Return whether X is an array that must not be loaded as a whole."""
    if is_lazy_frame(X):
        return True
    if isinstance(X, np.memmap):
        return X.ndim == 2 and X.nbytes > get_config()["working_memory"] * MIB
    if isinstance(X, np.ndarray) or issparse(X) or hasattr(X, "coords"):
        return False
    if not all(hasattr(X, name) for name in ("shape", "dtype", "__getitem__")):
        return False
    if not isinstance(X.shape, tuple) or isinstance(X, np.generic) or len(X.shape) != 2:
        return False
    return hasattr(X, "chunks") or isinstance(X, RowChunks)


def rows_of_chunk(X):
    """Return the number of rows of a chunk: a function of the source alone."""
    if isinstance(X, RowChunks):
        return X.n_rows if X.n_rows is not None else rows_of_chunk(X.X)
    n_rows = max(1, CHUNK_BYTES // (8 * max(1, X.shape[1])))
    own = getattr(X, "chunks", None)
    if not own:
        return n_rows
    first = own[0] if np.ndim(own[0]) == 0 else max(own[0])
    return int(first) * max(1, n_rows // int(first))


def refuse_wide_chunk(X, task):
    """Raise if a chunk and its copies take more than the working memory."""
    n_rows = min(rows_of_chunk(X), X.shape[0])
    needed = 3 * 8 * n_rows * X.shape[1]
    allowed = get_config()["working_memory"] * MIB
    if needed > allowed:
        raise ValueError(
            f"A chunk of task {task!r} has {n_rows} rows and {X.shape[1]} columns and "
            f"takes {math.ceil(needed / MIB)} MiB; scikit-learn's working_memory is "
            f"{allowed // MIB} MiB. Store X in smaller chunks of rows, give "
            "mutar_cy.chunks.RowChunks(X, n_rows=...), or raise "
            "sklearn.set_config(working_memory=...)."
        )


def cut(task, X, Y, weight, offset=None):
    """Return the chunks of a task, in the order of its rows."""
    n_samples, step = X.shape[0], rows_of_chunk(X)
    source = type(X.X if isinstance(X, RowChunks) else X).__name__
    out = []
    for start in range(0, n_samples, step):
        stop = min(start + step, n_samples)
        rows = slice(start, stop)
        own = None if weight is None else weight[rows]
        moved = None if offset is None else offset[rows]
        out.append(Chunk(task, start, stop, X, Y[rows], own, source, moved))
    return out
