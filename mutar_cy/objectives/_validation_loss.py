"""Losses of held-out rows, for many fits at once."""

import math
from typing import Any, NamedTuple

import numpy as np

# Entries of coefficients and predictors handled at once, 1 MiB of doubles: they stay in
# a second-level cache.
BATCH = 2**17


class SparseCoefficients(NamedTuple):
    """The coefficients of several fits of a path, of the features that any selects."""

    features: np.ndarray  # (n_selected,) int, ascending
    coef: np.ndarray  # (n_fits, n_selected, n_columns[, n_classes])
    intercept: np.ndarray  # (n_fits, n_columns[, n_classes])
    n_unconverged: int


def sparse_coefficients(objective, solutions):
    """Return the coefficients of solutions of an objective, in pieces.

    Parameters
    ----------
    objective : Objective
    solutions : iterable
        In the order of a path; they may be made one by one.

    Yields
    ------
    piece : SparseCoefficients
        Of as many fits as have few coefficients.
    """
    fits, size, n_unconverged = [], 0, 0
    for solution in solutions:
        fits.append(objective.to_user(solution))
        size += fits[-1][0].size
        n_unconverged += not objective.has_converged(solution)
        if size >= BATCH:
            yield _stacked(fits, n_unconverged)
            fits, size, n_unconverged = [], 0, 0
    if fits:
        yield _stacked(fits, n_unconverged)


def selected_coefficients(coef, intercept):
    """Yield the coefficients of converged fits, in pieces.

    Parameters
    ----------
    coef : ndarray of shape (n_fits, n_features, n_columns)
    intercept : ndarray of shape (n_fits, n_columns)
    """
    step = max(1, BATCH // coef[0].size)
    for start in range(0, len(coef), step):
        some = slice(start, start + step)
        yield _selected(coef[some], intercept[some], 0)


def _stacked(fits, n_unconverged):
    coefs, intercepts = zip(*fits, strict=True)
    return _selected(np.stack(coefs), np.stack(intercepts), n_unconverged)


def _selected(coef, intercept, n_unconverged):
    """Return coefficients of several fits without features that are zero in all."""
    used = coef.any(axis=(0, *range(2, coef.ndim)))
    coef = coef if used.all() else coef[:, used]
    return SparseCoefficients(np.flatnonzero(used), coef, intercept, n_unconverged)


def validation_losses(objective, fits, rows, measure, present=None):
    """Return what `Objective.validation_losses` documents."""
    data = objective.data
    used = np.unique(np.concatenate([piece.features for piece in fits]))
    columns: list[Any] = []
    total, first = 0.0, 0
    for k, own in enumerate(rows):
        n_columns = data.targets[k].shape[1]
        task_columns = slice(first, first + n_columns)
        first += n_columns
        if not len(own):
            n_fits = sum(len(piece.coef) for piece in fits)
            columns.append(np.full((n_fits, n_columns), np.nan))
            continue
        fitted = _fitted_columns(task_columns, k, present, n_columns)
        X = data.designs[k]
        # Columns that no fit uses are not copied, if X is an array.
        X = X[np.ix_(own, used)] if isinstance(X, np.ndarray) else X[own][:, used]
        held_out = _HeldOut(data, k, own)
        losses = [
            held_out.mean_losses(measure, _predictors(X, used, some, fitted))
            for some in _batches(fits, n_columns, len(own) + len(used))
        ]
        columns.append(np.concatenate(losses))
        total += held_out.weight
    return np.concatenate(columns, axis=1), total


def _batches(fits, n_columns, n_rows):
    """Cut fits into runs whose coefficients and predictors fit in a cache."""
    batches = []
    for piece in fits:
        per_row = max(1, piece.intercept[0, :n_columns].size)  # of one design
        size = max(1, BATCH // (n_rows * per_row))
        batches += [
            piece._replace(coef=piece.coef[i:stop], intercept=piece.intercept[i:stop])
            for i in range(0, len(piece.coef), size)
            for stop in [i + size]
        ]
    return batches


def _fitted_columns(columns, k, present, n_columns):
    """Return the columns of coefficients that predict task k; None: their mean."""
    if present is None:
        return columns
    if k not in present:
        return None
    start = n_columns * int(np.searchsorted(present, k))
    return slice(start, start + n_columns)


def _predictors(X, used, fits, columns):
    """Return the linear predictors of the columns of one design, for some fits.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_used)
    used : ndarray of shape (n_used,)
        The features that any fit uses, ascending.
    fits : SparseCoefficients
    columns : slice or None
        As `_fitted_columns` returns it.

    Returns
    -------
    eta : ndarray of shape (n_fits, n_rows, n_columns[, n_classes])
    """
    features, coef, intercept, _ = fits
    if columns is None:
        coef = coef.mean(axis=2, keepdims=True)
        intercept = intercept.mean(axis=1, keepdims=True)
    else:
        coef, intercept = coef[:, :, columns], intercept[:, columns]
    if len(features) < len(used):
        X = X[:, np.searchsorted(used, features)]
    eta = X @ coef.swapaxes(0, 1).reshape(len(features), math.prod(intercept.shape))
    eta = eta.reshape(-1, *intercept.shape) + intercept
    return eta.swapaxes(0, 1)


class _HeldOut:
    """The targets, weights and offsets of some rows of a design."""

    def __init__(self, data, k, rows):
        self.y = data.targets[k][rows]
        self.offset = None if data.offsets[k] is None else data.offsets[k][rows]
        weights = data.weights[k]
        weights = np.ones(len(rows)) if weights is None else weights[rows]
        weights = weights.reshape(len(rows), -1) * ~np.isnan(self.y)
        self.weight, self.sums = float(weights.sum()), weights.sum(axis=0)
        self.weights = weights

    def mean_losses(self, measure, eta):
        """Return the mean losses of every column, NaN where nothing is held out.

        Parameters
        ----------
        measure : callable
            Returns the losses of samples, given targets and linear predictors.
        eta : ndarray of shape (n_fits, n_rows, n_columns[, n_classes])

        Returns
        -------
        losses : ndarray of shape (n_fits, n_columns)
        """
        if self.offset is not None:
            eta = eta + self.offset.reshape(*self.offset.shape, *[1] * (eta.ndim - 3))
        n_fits = len(eta)
        targets = np.concatenate([self.y] * n_fits)
        losses = measure(targets, eta.reshape(-1, *eta.shape[2:]))
        losses = losses.reshape(n_fits, *self.y.shape)
        losses = np.where(self.weights > 0.0, losses, 0.0)
        with np.errstate(invalid="ignore"):
            return np.einsum("nc,pnc->pc", self.weights, losses) / self.sums
