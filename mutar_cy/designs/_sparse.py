"""A sparse design, centred and weighted without making it dense."""

import numpy as np

from mutar_cy.designs._design import CONSTANT, Design, column_scale, packed

# Ratio of the squared mean to the squares about the mean beyond which columns are
# centred before a Gram matrix: a difference of products would lose four digits.
LARGE_SQUARE = 1e4


class SparseDesign(Design):
    """A design that is a SciPy sparse array, best in CSC format.

    Parameters are those of :class:`~mutar_cy.designs.DenseDesign`.
    """

    packs_cheaply = False

    def __init__(self, X, weight, center, normalize=False):
        self.X = X.tocsc()
        self.weight, self.sqrt_weight = weight, np.sqrt(weight)
        self.centers = center
        self.n_samples, self.n_features = X.shape
        total = weight.sum()
        self.total_weight = total if center else 0.0
        self.mean, self.squares, self._offset = self._moments(total, center)
        # Products with a column without spread must be exactly zero.
        self._null = np.flatnonzero(self.squares == 0.0)
        self._centers = bool(self.mean.any())
        self.scale = None
        if normalize:
            self.scale = column_scale(self.squares, weight, normalize)
            self.squares = self.squares * self.scale**2

    def _moments(self, total, center):
        columns = np.repeat(np.arange(self.n_features), np.diff(self.X.indptr))
        entries = self.X.data.astype(np.float64, copy=False)
        at_entry = self.weight[self.X.indices]

        def sums(values):
            counted = np.bincount(columns, values, minlength=self.n_features)
            return counted.astype(np.float64, copy=False)

        mean = np.zeros(self.n_features)
        with np.errstate(invalid="ignore", over="ignore"):
            if center:
                mean = sums(entries * at_entry) / total
                # A second pass removes the rounding of the first.
                full = np.diff(self.X.indptr) == self.n_samples
                mean += full * sums(at_entry * (entries - mean[columns])) / total
            squares = sums(at_entry * (entries - mean[columns]) ** 2)
            size = mean**2
            if center:
                implicit = np.maximum(total - sums(at_entry), 0.0)
                implicit[full] = 0.0
                squares += implicit * size
                squares[squares <= CONSTANT**2 * total * size] = 0.0
            return mean, squares, total * size > LARGE_SQUARE * squares

    def correlate(self, residual, exact=True):
        """Return ``residual @ matrix``, as `Design` says."""
        weighted = residual * self.sqrt_weight
        product = np.ascontiguousarray((self.X.T @ weighted.T).T)
        if self._centers:
            product -= weighted.sum(axis=1)[:, None] * self.mean
        if self.scale is not None:
            product *= self.scale
        if len(self._null):
            product[:, self._null] = 0.0
        return product

    def pack(self, features, out):
        """Write the columns ``features`` of the matrix as the rows of ``out``."""
        out[:] = self.X[:, features].T.toarray()
        out -= self.mean[features, None]
        out *= self.sqrt_weight
        if self.scale is not None:
            out *= self.scale[features, None]
        out[self.squares[features] == 0.0] = 0.0

    def gram(self, rows, columns):
        """Return the inner products of the columns ``rows`` with ``columns``."""
        if np.any(self._offset[rows]) or np.any(self._offset[columns]):
            return packed(self, rows) @ packed(self, columns).T
        left = self.X[:, rows].astype(np.float64).multiply(self.weight[:, None])
        right = self.X[:, columns].astype(np.float64)
        product = (left.T.tocsr() @ right).toarray()
        if self._centers:
            total = self.weight.sum()
            product -= total * np.outer(self.mean[rows], self.mean[columns])
        if self.scale is not None:
            product *= np.outer(self.scale[rows], self.scale[columns])
        return product

    def apply(self, features, coef):
        """Return ``(matrix[:, features] @ coef).T``, of shape (q, n_samples)."""
        if self.scale is not None:
            coef = coef * self.scale[features, None]
        product = (self.X[:, features] @ coef).T
        if self._centers:
            product = product - (self.mean[features] @ coef)[:, None]
        return np.ascontiguousarray(product * self.sqrt_weight)
