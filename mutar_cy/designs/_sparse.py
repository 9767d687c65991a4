"""A sparse design, centred and weighted without making it dense."""

import numpy as np

from mutar_cy.designs._design import CONSTANT, Design, column_scale, packed
from mutar_cy.designs._sparse_columns import sparse_gram, sparse_moments

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
        starts = self.X.indptr.astype(np.int64, copy=False)
        self._entries = self.X.data, self.X.indices, starts
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
        mean, squares = sparse_moments(*self._entries, self.weight, center)
        with np.errstate(invalid="ignore", over="ignore"):
            size = mean**2
            if center:
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
        product = sparse_gram(*self._entries, rows, columns, self.weight)
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
