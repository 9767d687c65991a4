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


class TaskRows(NamedTuple):
    """Rows of one task that have been read; X may be changed."""

    task: Any
    places: np.ndarray  # (n_rows,), the numbers of the rows within their task
    X: np.ndarray  # (n_rows, n_features)
    Y: np.ndarray  # (n_rows, n_responses)
    weight: np.ndarray  # (n_rows,)
    offset: np.ndarray | None  # (n_rows, n_responses)


class Chunk(NamedTuple):
    """Rows ``start`` to ``stop`` of a task; nothing is read before :meth:`read`.

    In a long table they are of several tasks, and have labels.
    """

    task: Any
    start: int
    stop: int
    X: Any  # sliced by rows
    Y: np.ndarray  # (stop - start, n_responses)
    weight: np.ndarray | None  # (stop - start,)
    source: str  # the kind of X, for messages
    offset: np.ndarray | None = None  # (stop - start, n_responses)
    labels: np.ndarray | None = None  # (stop - start,), of a long table
    places: np.ndarray | None = None  # (stop - start,), numbers of rows within tasks

    @property
    def name(self):
        """The subject of messages about the chunk."""
        rows = f"rows {self.start} to {self.stop - 1}"
        if self.labels is not None:
            return f"R{rows[1:]} ({self.source})"
        return f"Task {self.task!r}, {rows} ({self.source})"

    def parts(self):
        """Yield the rows of every task, read once, as `TaskRows`."""
        X, Y, weight = self.read()
        if self.labels is None or self.places is None:
            places = np.arange(self.start, self.stop)
            yield TaskRows(self.task, places, X, Y, weight, self.offset)
            return
        for label in np.unique(self.labels).tolist():
            own = self.labels == label
            offset = None if self.offset is None else self.offset[own]
            yield TaskRows(label, self.places[own], X[own], Y[own], weight[own], offset)

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
