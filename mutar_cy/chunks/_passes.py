"""Passes over chunked data: statistics of tasks and folds, sums of residuals."""

import logging
import time
from typing import Any, NamedTuple

import numpy as np
from sklearn import get_config

from mutar_cy.chunks._dask import active_client, reduce_on_cluster
from mutar_cy.chunks._reduce import reduce_chunks
from mutar_cy.chunks._sources import MIB, cut, refuse_wide_chunk
from mutar_cy.chunks._task_stats import stats_of_rows

logger = logging.getLogger("mutar_cy")


class ResidualSums(NamedTuple):
    """Weighted sums over the rows of a task of residuals of several columns."""

    square: np.ndarray  # (n_columns,)
    total: np.ndarray  # (n_columns,)
    inner: np.ndarray  # (n_columns,) with targets about a centre
    products: np.ndarray  # (n_features, n_columns) with X about a centre

    def __add__(self, other):
        return ResidualSums(*[a + b for a, b in zip(self, other, strict=True)])

    def of_columns(self, own):
        """Return the sums of some columns, a slice."""
        return ResidualSums(*[values[..., own] for values in self])


class LinearFit(NamedTuple):
    """Coefficients of a task, and the centres of the sums of their residuals."""

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    mean: np.ndarray  # (n_features,)
    y_mean: np.ndarray  # (n_columns,)


class ChunkedData:
    """Chunked designs of several tasks with their targets and weights.

    Parameters
    ----------
    designs : dict
        By task, each to be sliced by rows.
    targets : dict of ndarray of shape (n_samples, n_responses)
    weights : dict of ndarray of shape (n_samples,), or of None
    offsets : dict of ndarray of shape (n_samples, n_responses), default=None
        What to add to the linear predictors.

    Attributes
    ----------
    n_passes, n_bytes : int
        Passes that have been made, and the bytes of the designs that they read.
    on_pass : callable or None
        Called with the number of passes after every one.
    """

    def __init__(self, designs, targets, weights, offsets=None):
        self.designs, self.n_passes, self.n_bytes = designs, 0, 0
        self.targets, self.weights, self.offsets = targets, weights, offsets
        self.on_pass: Any = None
        for task, X in designs.items():
            refuse_wide_chunk(X, task)
        self.chunks = self._cut(targets)
        self.n_samples = {task: len(own) for task, own in targets.items()}

    def _cut(self, targets):
        """Return the chunks of all tasks with some targets."""
        offsets = self.offsets or dict.fromkeys(self.designs)
        return [
            chunk
            for task, X in self.designs.items()
            for chunk in cut(task, X, targets[task], self.weights[task], offsets[task])
        ]

    def _read_arrays(self):
        """Return the designs that a pass reads."""
        return list(self.designs.values())

    def with_targets(self, targets, weights):
        """Return the same designs with other targets and weights, by task."""
        other = ChunkedData(self.designs, targets, weights, self.offsets)
        other.on_pass = self.on_pass
        return other

    def observed(self, task):
        """Return targets, offsets and roots of shares of weights, column by column.

        Each of shape (n_samples,).
        """
        Y, weight = self.targets[task], self.weights[task]
        weight = np.ones(len(Y)) if weight is None else weight
        root = np.sqrt(weight / weight.sum())
        offset = np.zeros(Y.shape) if self.offsets is None else self.offsets[task]
        return [
            (np.ascontiguousarray(y), np.ascontiguousarray(own), root)
            for y, own in zip(Y.T, offset.T, strict=True)
        ]

    def run(self, what, function, given, chunks=None):
        """Return the sum over chunks of a function of each, in one pass.

        Parameters
        ----------
        what : str
            The subject of the line that is logged.
        function : callable
            Called as ``function(chunk, given)``, perhaps on a cluster; returns a dict
            of summands.
        given : object
        chunks : list of Chunk, default=None
            Those of the data by default.
        """
        began = time.perf_counter()
        client, chunks = active_client(), self.chunks if chunks is None else chunks
        if client is None:
            found = reduce_chunks(
                chunks, lambda chunk: function(chunk, given), add_by_key
            )
        else:
            found = reduce_on_cluster(client, chunks, function, add_by_key, given)
        n_bytes = sum(map(_n_bytes, self._read_arrays()))
        self.n_passes += 1
        self.n_bytes += n_bytes
        logger.info(
            "%s: %d rows, %d bytes, %.1f s",
            what,
            sum(self.n_samples.values()),
            n_bytes,
            time.perf_counter() - began,
        )
        if self.on_pass is not None:
            self.on_pass(self.n_passes)
        return found

    def statistics(self, n_folds=1):
        """Return the statistics of every task and fold, in one pass.

        Returns
        -------
        stats : dict of TaskStats, by (task, number of the fold)
            Folds are runs of consecutive rows of a task, those of
            :class:`mutar_cy.model_selection.TaskKFold`.
        """
        self._refuse_large(n_folds)
        return self.run("statistics", stats_of_chunk, self._fold_ends(n_folds))

    def _fold_ends(self, n_folds):
        """Return the ends of the folds of every task."""
        out, first = {}, 0  # the fold that is next to get one of the rows left over
        for task, n_samples in self.n_samples.items():
            even, left = divmod(n_samples, n_folds)
            if not even:
                raise ValueError(
                    f"Task {task!r} has {n_samples} rows, fewer than cv={n_folds} "
                    "folds; take fewer folds."
                )
            sizes = np.full(n_folds, even)
            sizes[(first + np.arange(left)) % n_folds] += 1
            out[task] = np.cumsum(sizes)
            first += left
        return out

    @property
    def n_features(self):
        """The number of columns of every design."""
        return int(next(iter(self.designs.values())).shape[1])

    @property
    def n_responses(self):
        """The number of columns of every target."""
        return self.chunks[0].Y.shape[1]

    def n_sums_held(self, n_folds=1):
        """Return the largest number of sums, each of one task, in memory at a time."""
        return len(self.designs) * n_folds + 2 + int(np.log2(len(self.chunks)))

    @staticmethod
    def bytes_allowed():
        """Return the bytes of sums that may be in memory at a time."""
        return get_config()["working_memory"] * MIB

    def holds_statistics(self, n_folds=1):
        """Return whether statistics of all columns take at most the working memory."""
        needed = 8 * self.n_sums_held(n_folds) * self.n_features**2
        return needed <= self.bytes_allowed()

    def most_columns(self):
        """Return how many columns' products with all fit in the working memory."""
        row = 8 * self.n_sums_held() * self.n_features
        return int(self.bytes_allowed() // row)

    def _refuse_large(self, n_folds):
        """Raise if statistics take more than the working memory."""
        n_features = self.n_features
        needed = 8 * self.n_sums_held(n_folds) * n_features**2
        allowed = get_config()["working_memory"]
        if not self.holds_statistics(n_folds):
            raise ValueError(
                f"Statistics of {len(self.designs)} tasks, {n_folds} folds and "
                f"{n_features} features take {needed // MIB} MiB; scikit-learn's "
                f"working_memory is {allowed} MiB. Select columns, take fewer folds, "
                "or raise sklearn.set_config(working_memory=...)."
            )

    def moments(self, targets=None):
        """Return statistics of every task without products of columns of X.

        Parameters
        ----------
        targets : dict of ndarray of shape (n_samples, n_responses), default=None
            In place of the targets of the data.

        Returns
        -------
        moments : dict of TaskStats by task
            With ``gram`` the diagonal alone.
        """
        chunks = None if targets is None else self._cut(targets)
        return self.run("moments", moments_of_chunk, None, chunks)

    def products(self, features, means):
        """Return the weighted products of some columns with all, in one pass.

        Parameters
        ----------
        features : ndarray of int
        means : dict of tuple of ndarray of shape (n_features,) by task
            Each subtracted from the rows of X, one after the other.

        Returns
        -------
        products : dict of ndarray of shape (len(features), n_features) by task
        """
        what = f"products of {len(features)} columns"
        return self.run(what, products_of_chunk, (features, means))

    def residual_sums(self, fits):
        """Return the sums of residuals of every task, in one pass.

        Parameters
        ----------
        fits : dict of LinearFit by task

        Returns
        -------
        sums : dict of ResidualSums by task
        """
        return self.run("residuals", residuals_of_chunk, fits)


class ChunkedTable(ChunkedData):
    """One long table that is read by chunks, whose rows have labels of tasks.

    Parameters
    ----------
    X : object
        Sliced by rows.
    labels : ndarray of shape (n_samples,)
    targets, weights, offsets
        As `ChunkedData` takes them: by task, in the order of the rows.
    """

    def __init__(self, X, labels, targets, weights, offsets=None):
        self.X, self.labels = X, labels
        self.places = np.empty(len(labels), dtype=np.int64)
        for task, own in targets.items():
            self.places[labels == task] = np.arange(len(own))
        super().__init__(dict.fromkeys(targets, X), targets, weights, offsets)

    def _in_rows(self, of_tasks):
        """Return arrays by task as one in the order of the rows, or None."""
        if of_tasks is None or all(own is None for own in of_tasks.values()):
            return None
        counts = {task: len(own) for task, own in self.targets.items()}
        filled = {
            task: np.ones(counts[task]) if own is None else own
            for task, own in of_tasks.items()
        }
        first = next(iter(filled.values()))
        out = np.empty((len(self.labels), *first.shape[1:]))
        for task, own in filled.items():
            out[self.labels == task] = own
        return out

    def _cut(self, targets):
        rows = [self._in_rows(own) for own in (targets, self.weights, self.offsets)]
        return [
            chunk._replace(
                labels=self.labels[chunk.start : chunk.stop],
                places=self.places[chunk.start : chunk.stop],
            )
            for chunk in cut(None, self.X, *rows)
        ]

    def _read_arrays(self):
        return [self.X]

    def with_targets(self, targets, weights):
        """Return the same table with other targets and weights, by task."""
        other = ChunkedTable(self.X, self.labels, targets, weights, self.offsets)
        other.on_pass = self.on_pass
        return other


def _n_bytes(X):
    return int(np.prod(X.shape)) * np.dtype(X.dtype).itemsize


def stats_of_chunk(chunk, fold_ends):
    """Return the statistics of a chunk by task and fold."""
    out = {}
    for task, places, X, Y, weight, _ in chunk.parts():
        fold = np.searchsorted(fold_ends[task], places, "right")
        for f in np.unique(fold).tolist():
            own = fold == f
            some = slice(None) if own.all() else own
            out[task, f] = stats_of_rows(task, X[some], Y[some], weight[some])
    return out


def moments_of_chunk(chunk, _):
    """Return the moments of a chunk by task."""
    return {
        rows.task: stats_of_rows(rows.task, rows.X, rows.Y, rows.weight, moments=True)
        for rows in chunk.parts()
    }


def products_of_chunk(chunk, given):
    """Return the products of some columns of a chunk with all, by task."""
    features, means = given
    out = {}
    for rows in chunk.parts():
        X = rows.X
        for part in means[rows.task]:
            X -= part
        out[rows.task] = (X[:, features] * rows.weight[:, None]).T @ X
    return out


def residuals_of_chunk(chunk, fits):
    """Return the sums of the residuals of a chunk by task."""
    return {
        rows.task: sums_of_residuals(fits[rows.task], rows.X, rows.Y, rows.weight)
        for rows in chunk.parts()
    }


def sums_of_residuals(fit, X, Y, weight):
    """Return the sums of residuals of some rows; X is overwritten.

    The columns of a fit are those of the targets, once or for several fits.
    """
    Y = np.tile(Y, (1, len(fit.intercept) // Y.shape[1]))
    used = np.flatnonzero(fit.coef.any(axis=1))
    residual = Y - (X[:, used] @ fit.coef[used] + fit.intercept)
    weighted = weight[:, None] * residual
    X -= fit.mean
    return ResidualSums(
        np.einsum("nc,nc->c", weighted, residual),
        weighted.sum(axis=0),
        np.einsum("nc,nc->c", weighted, Y - fit.y_mean),
        X.T @ weighted,
    )


def add_by_key(first: dict, second: dict) -> dict[Any, Any]:
    """Return the sums of two dicts of summands."""
    out = dict(first)
    for key, own in second.items():
        out[key] = out[key] + own if key in out else own
    return out
