"""Which point of a grid to take, by what held-out samples say."""

from typing import NamedTuple

import numpy as np


class Scores(NamedTuple):
    """Losses on held-out samples, one per point, fold and column."""

    losses: np.ndarray  # (n_points, n_folds, n_columns), NaN where nothing is held out
    column_weights: np.ndarray  # (n_columns,)
    fold_weights: np.ndarray | None  # (n_folds,), None for equal ones

    @property
    def path(self):
        """The losses of folds, columns averaged, of shape (n_points, n_folds)."""
        return weighted_mean(self.losses, self.column_weights)

    def of_columns(self, columns):
        """Return the scores of some columns alone."""
        return Scores(
            self.losses[:, :, columns], self.column_weights[columns], self.fold_weights
        )


def weighted_mean(values, weights):
    """Return the mean over the last axis, of those that are numbers."""
    weights = np.where(np.isnan(values), 0.0, weights)
    filled = np.where(weights > 0.0, values, 0.0)
    with np.errstate(invalid="ignore"):
        return (filled * weights).sum(axis=-1) / weights.sum(axis=-1)


def choose(scores, shape, selection):
    """Return the number of the point to take.

    Parameters
    ----------
    scores : Scores
    shape : tuple
        The numbers of paths and of points of each.
    selection : {"min", "1se"}
        The least mean, or the earliest point of a path whose mean is at most one
        standard error above it.

    Returns
    -------
    best : int
    """
    path = scores.path
    n_folds = path.shape[1]
    weights = np.ones(n_folds) if scores.fold_weights is None else scores.fold_weights
    mean = weighted_mean(path, weights)
    mean = np.where(np.isnan(mean), np.inf, mean)
    best = int(np.argmin(mean))
    if selection == "min":
        return best
    folds = path[best][~np.isnan(path[best])]
    error = folds.std(ddof=1) / np.sqrt(len(folds)) if len(folds) > 1 else 0.0
    within = np.flatnonzero(mean <= mean[best] + error)
    along = within % shape[1]
    earliest = within[along == along.min()]
    return int(earliest[np.argmin(mean[earliest])])
