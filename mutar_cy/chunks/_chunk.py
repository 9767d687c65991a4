"""Chunk: some rows of a task that are read when they are needed."""

import mmap
from typing import Any, NamedTuple

import numpy as np


class ChunkError(ValueError):
    """Some rows of a chunked design cannot be used.

    The message names the task, the rows and what is wrong with them. An error of the
    library that reads the rows is the cause of this one.
    """


def release_pages(X):
    """Give the pages of a read-only memory map back: they count as the process's.

    The operating system keeps them in its cache. Pages of other maps may hold changes.
    """
    X = getattr(X, "X", X)  # of RowChunks
    pages: Any = getattr(X, "_mmap", None)
    if isinstance(X, np.memmap) and X.mode == "r" and hasattr(pages, "madvise"):
        pages.madvise(mmap.MADV_DONTNEED)


class Chunk(NamedTuple):
    """Rows ``start`` to ``stop`` of a task; nothing is read before :meth:`read`."""

    task: Any
    start: int
    stop: int
    X: Any  # sliced by rows
    Y: np.ndarray  # (stop - start, n_responses)
    weight: np.ndarray | None  # (stop - start,)
    source: str  # the kind of X, for messages
    offset: np.ndarray | None = None  # (stop - start, n_responses)

    @property
    def name(self):
        """The subject of messages about the chunk."""
        rows = f"rows {self.start} to {self.stop - 1}"
        return f"Task {self.task!r}, {rows} ({self.source})"

    def read(self):
        """Return the rows in double precision.

        Returns
        -------
        X : ndarray of shape (n_rows, n_features)
            A copy that the caller may change.
        Y : ndarray of shape (n_rows, n_responses)
        weight : ndarray of shape (n_rows,)

        Raises
        ------
        ChunkError
            If rows cannot be read, are fewer than expected or are not finite.
        """
        own, n_rows = slice(self.start, self.stop), self.stop - self.start
        try:
            X = self.X[own]
            X = X.toarray() if hasattr(X, "toarray") else X
            X = np.array(X, dtype=np.float64, order="C")
        except Exception as error:
            raise ChunkError(f"{self.name} cannot be read: {error}") from error
        expected = n_rows, self.X.shape[1]
        if X.shape != expected:
            raise ChunkError(
                f"{self.name}: X has shape {X.shape} instead of {expected}. Check "
                "whether a file has been cut short."
            )
        self._refuse_non_finite(X)
        release_pages(self.X)
        weight = np.ones(n_rows) if self.weight is None else self.weight
        return X, self.Y, weight

    def _refuse_non_finite(self, X):
        """Raise if an entry of X is NaN or infinite."""
        if np.isfinite(X.sum()) or np.isfinite(X).all():
            return
        row, column = np.argwhere(~np.isfinite(X))[0].tolist()
        raise ChunkError(
            f"{self.name}: X holds {X[row, column]} in row {self.start + row}, column "
            f"{column}. Fill in such entries in the store, or leave out their rows."
        )
