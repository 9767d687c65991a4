"""Products of the columns in play with all, in place of all Gram matrices."""

import numpy as np

from mutar_cy.chunks._passes import ResidualSums
from mutar_cy.chunks._stats_rows import TaskUnits
from mutar_cy.chunks._task_stats import rows_of_products


class StreamedColumns(TaskUnits):
    """Moments of all columns of chunked designs, and products of those in play.

    The correlations of the residuals with *all* columns follow from them without
    another pass: ``X' (y - X_S w) = X' y - (X' X_S) w``.

    Parameters
    ----------
    data : ChunkedData
        It is read once for the moments, and once per :meth:`extend`.
    center : bool
        Whether there are intercepts.
    normalize : {False, True, "std"}

    Attributes
    ----------
    features : ndarray of int
        The columns in play, in the order in which they came.
    """

    def __init__(self, data, center, normalize):
        super().__init__(data.moments(), center, normalize)
        self.data, self.n_features = data, data.n_features
        self.capacity = data.most_columns()
        self.features = np.zeros(0, dtype=np.int64)
        self._grams = [np.zeros((0, self.n_features)) for _ in self.stats]
        moments = [own.products(center) for own in self.stats.values()]
        self._crosses = [cross for _, cross, _ in moments]
        self._squares = [square for _, _, square in moments]

    def extend(self, features):
        """Multiply out columns that come into play; one pass over the data."""
        means = {
            task: (own.mean, own.mean_rest) if self.center else ()
            for task, own in self.stats.items()
        }
        found = self.data.products(features, means)
        for k, (task, own) in enumerate(self.stats.items()):
            new = found[task]
            if self.center:
                varies = own.varies()[0]
                new = new * np.outer(varies[features], varies)
            self._grams[k] = np.concatenate([self._grams[k], new])
        self.features = np.concatenate([self.features, features])

    def rows(self):
        """Return few rows of the columns in play that have their products.

        Returns
        -------
        X, Y : list of ndarray, one per task
            Means of products over these rows are those over the data, in units of
            ``sizes``.
        """
        X, Y = [], []
        for k, own in enumerate(self.stats.values()):
            size = self.task_sizes[k][self.features]
            gram = self._grams[k][:, self.features] / np.outer(size, size)
            cross = self._crosses[k][self.features] / size[:, None]
            products = gram / own.weight, cross / own.weight
            rows = rows_of_products(*products, self._squares[k] / own.weight)
            X.append(rows[0])
            Y.append(rows[1])
        return X, Y

    def residual_sums(self, coef):
        """Return the sums of residuals of every task, without a pass over the data.

        Parameters
        ----------
        coef : ndarray of shape (n_columns_in_play, n_columns)
            Of the columns in play, in the user's units.

        Returns
        -------
        sums : list of ResidualSums
        """
        out = []
        for k, gram in enumerate(self._grams):
            own = coef[:, k * self.n_responses : (k + 1) * self.n_responses]
            cross, square = self._crosses[k], self._squares[k]
            used = np.flatnonzero(own.any(axis=1))
            products = cross - gram[used].T @ own[used]
            of_y = np.einsum("sq,sq->q", own, cross[self.features])
            of_fit = np.einsum("sq,sq->q", own, products[self.features])
            total = np.zeros_like(square)
            out.append(
                ResidualSums(square - of_y - of_fit, total, square - of_y, products)
            )
        return out

    def _task_products(self, k, features):
        place = np.argsort(self.features)
        place = place[np.searchsorted(self.features[place], features)]
        return self._grams[k][place], self._crosses[k]
