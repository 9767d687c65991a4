"""Rows in place of the data of all tasks, and the way back to the user's units."""

import numpy as np

from mutar_cy.chunks._passes import LinearFit


class TaskUnits:
    """Means and sizes of the columns of all tasks; the way back to the user's units.

    Parameters
    ----------
    stats : dict of TaskStats by task
    center : bool
        Whether there are intercepts.
    normalize : {False, True, "std"}

    Attributes
    ----------
    sizes : ndarray of shape (n_features, n_columns)
    weights : ndarray of shape (n_columns,)
        Sums of the sample weights.
    """

    def __init__(self, stats, center, normalize):
        self.stats, self.center = stats, center
        every = list(stats.values())
        self.task_sizes = [own.sizes(normalize if center else False) for own in every]
        self.n_responses = n_responses = every[0].cross.shape[1]
        self.sizes = np.repeat(np.stack(self.task_sizes, axis=1), n_responses, axis=1)
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
        return coef, self._y_means - self.fits_of_means(coef)

    def fits_of_means(self, coef):
        """Return the predictions at the means; zeros where X is not centred.

        Parameters
        ----------
        coef : ndarray of shape (..., n_features, n_columns)
            In the user's units.
        """
        if not self.center:
            return np.zeros((*coef.shape[:-2], coef.shape[-1]))
        return np.einsum("pc,...pc->...c", self._means, coef)

    def linear_fits(self, coef, intercept):
        """Return the `LinearFit` of every task, given those of all columns."""
        out, start = {}, 0
        for task, own in self.stats.items():
            columns = slice(start, start := start + own.cross.shape[1])
            mean = own.mean if self.center else np.zeros_like(own.mean)
            y_mean = own.y_mean if self.center else np.zeros_like(own.y_mean)
            out[task] = LinearFit(coef[:, columns], intercept[columns], mean, y_mean)
        return out

    def free_products(self, column, features):
        """Return products with some features, for residuals made orthogonal to them.

        Returns
        -------
        gram : ndarray of shape (n_some_features, n_features)
        cross : ndarray of shape (n_some_features,)
            In units of ``sizes``, over the sum of weights.
        """
        k, response = divmod(column, self.n_responses)
        stats, size = list(self.stats.values())[k], self.task_sizes[k]
        gram, cross = self._task_products(k, features)
        gram = gram / np.outer(size[features], size) / stats.weight
        return gram, cross[features, response] / size[features] / stats.weight

    def _task_products(self, k, features):
        """Return products of some features with all, and of X with y, of a task."""
        raise NotImplementedError


class StatsRows(TaskUnits):
    """Few rows per task with the statistics of the data.

    A model of squared error without intercepts and without ``normalize`` has the same
    objective on these rows as the model itself on the data.

    Parameters
    ----------
    stats, center, normalize
        As `TaskUnits` takes them.

    Attributes
    ----------
    X, Y : list of ndarray, one per task
    """

    def __init__(self, stats, center, normalize):
        super().__init__(stats, center, normalize)
        of_tasks = zip(stats.values(), self.task_sizes, strict=True)
        rows = [own.rows(center, size) for own, size in of_tasks]
        self.X, self.Y = [X for X, _ in rows], [Y for _, Y in rows]

    def _task_products(self, k, features):
        gram, cross, _ = list(self.stats.values())[k].products(self.center)
        return gram[features], cross


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
