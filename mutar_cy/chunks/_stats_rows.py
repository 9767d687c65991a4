"""Rows in place of the data of all tasks, and the way back to the user's units."""

import numpy as np

from mutar_cy.chunks._passes import LinearFit


class StatsRows:
    """Few rows per task with the statistics of the data.

    A model of squared error without intercepts and without ``normalize`` has the same
    objective on these rows as the model itself on the data.

    Parameters
    ----------
    stats : dict of TaskStats by task
    arrange : callable
        Puts one array per task into the layout of the data.
    center : bool
        Whether there are intercepts.
    normalize : {False, True, "std"}
    """

    def __init__(self, stats, arrange, center, normalize):
        self.stats, self.center = stats, center
        every = list(stats.values())
        sizes = [own.sizes(normalize if center else False) for own in every]
        pairs = [own.rows(center, size) for own, size in zip(every, sizes, strict=True)]
        self.X = arrange([X for X, _ in pairs], "X")
        self.y = arrange([Y for _, Y in pairs], "y")
        n_responses = every[0].cross.shape[1]
        self.sizes = np.repeat(np.stack(sizes, axis=1), n_responses, axis=1)
        self.weights = np.repeat([own.weight for own in every], n_responses)
        self._means = np.stack([own.mean for own in every], axis=1)
        self._means = np.repeat(self._means, n_responses, axis=1)
        self._y_means = np.concatenate([own.y_mean for own in every])

    def to_user(self, coef):
        """Return coefficients in the user's units, and intercepts.

        Parameters
        ----------
        coef : ndarray of shape (..., n_features, n_columns)
        """
        coef = coef / self.sizes
        if not self.center:
            return coef, np.zeros((*coef.shape[:-2], coef.shape[-1]))
        return coef, self._y_means - np.einsum("pc,...pc->...c", self._means, coef)

    def linear_fits(self, coef, intercept):
        """Return the `LinearFit` of every task, given those of all columns."""
        out, start = {}, 0
        for task, own in self.stats.items():
            columns = slice(start, start := start + own.cross.shape[1])
            mean = own.mean if self.center else np.zeros_like(own.mean)
            y_mean = own.y_mean if self.center else np.zeros_like(own.y_mean)
            out[task] = LinearFit(coef[:, columns], intercept[columns], mean, y_mean)
        return out


def squared_errors(stats, fits):
    """Return the mean squared errors of fits on the rows of some statistics.

    Parameters
    ----------
    stats : TaskStats
    fits : tuple of ndarray
        Coefficients of shape (n_fits, n_features, n_responses), and intercepts.

    Returns
    -------
    errors : ndarray of shape (n_fits, n_responses)
    """
    coef, intercept = fits
    fitted = np.einsum("pr,fpq->frq", stats.gram, coef)
    quadratic = np.einsum("fpq,fpq->fq", coef, fitted)
    linear = np.einsum("pq,fpq->fq", stats.cross, coef)
    spread = (stats.square - 2.0 * linear + quadratic) / stats.weight
    shift = stats.y_mean - np.einsum("p,fpq->fq", stats.mean, coef) - intercept
    return np.maximum(spread, 0.0) + shift**2
