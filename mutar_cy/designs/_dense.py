"""A dense design, centred and weighted without a copy."""

import numpy as np

from mutar_cy.designs._columns import (
    clear_constant_columns,
    column_moments,
    pack_columns,
)
from mutar_cy.designs._design import CONSTANT, Design, column_scale, packed
from mutar_cy.designs._products import times, weighted_products

# Subtracting a mean after the products instead of before loses as many digits as the
# mean exceeds the spread by. Beyond this ratio (three digits) X is copied and centred.
LARGE_OFFSET = 1e3
# Entries of a float32 design that are cast at a time, for products in double: 4 MiB.
CHUNK = 1 << 19


class DenseDesign(Design):
    """A design that is a NumPy array.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or float64
        With contiguous rows or columns; not checked for finite values.
    weight : ndarray of shape (n_samples,)
        Non-negative.
    center : bool
        Whether to subtract the weighted mean of every column.
    normalize : {False, True, "std"}, default=False
        Whether to divide columns by their l2 norm about the mean, or by their standard
        deviation.
    """

    packs_cheaply = True

    def __init__(self, X, weight, center, normalize=False):
        self.X, self.weight, self.centers = X, weight, center
        self.sqrt_weight = np.sqrt(weight)
        self.n_samples, self.n_features = X.shape
        self.mean, self.squares = column_moments(X, weight, center)
        self._shift = self.mean if center else None
        self.total_weight = 0.0
        if center:
            self.total_weight = weight.sum()
            self._center_large_offsets(self.total_weight)
        # Products with a column without spread must be exactly zero.
        self._null = np.flatnonzero(self.squares == 0.0)
        self.scale = None
        if normalize:
            self.scale = column_scale(self.squares, weight, normalize)
            self.squares = self.squares * self.scale**2

    def _center_large_offsets(self, total):
        has_large = clear_constant_columns(
            self.squares, self.mean, total, CONSTANT, LARGE_OFFSET
        )
        if has_large:
            self.X = self.X - self.mean
            self._shift = None

    def correlate(self, residual, exact=True):
        """Return ``residual @ matrix``, as `Design` says."""
        weighted = residual * self.sqrt_weight
        if self.X.dtype == np.float32:
            product = self._narrow(weighted) if not exact else self._chunked(weighted)
        else:
            product = times(weighted, self.X)
        if self._shift is not None:
            product -= weighted.sum(axis=1)[:, None] * self._shift
        if self.scale is not None:
            product *= self.scale
        if len(self._null):
            product[:, self._null] = 0.0
        return product

    def _narrow(self, weighted):
        return (weighted.astype(np.float32) @ self.X).astype(np.float64)

    def _chunked(self, weighted):
        # By columns if the product is wide, so that each entry is written once; else by
        # rows, which are contiguous.
        n, p = self.X.shape
        if len(weighted) > 1 and p > n:
            product = np.empty((len(weighted), p))
            step = max(1, CHUNK // n)
            for start in range(0, p, step):
                columns = slice(start, start + step)
                product[:, columns] = weighted @ self.X[:, columns].astype(np.float64)
            return product
        product = np.zeros((len(weighted), p))
        step = max(1, CHUNK // p)
        for start in range(0, n, step):
            rows = slice(start, start + step)
            product += weighted[:, rows] @ self.X[rows].astype(np.float64)
        return product

    def pack(self, features, out):
        """Write the columns ``features`` of the matrix as the rows of ``out``."""
        mean, scale = self._transform(features)
        pack_columns(self.X, features, mean, self.sqrt_weight, scale, out)

    def _transform(self, features):
        """Return what is subtracted from some columns, and their factors."""
        none = np.zeros(len(features))
        mean = none if self._shift is None else self._shift[features]
        scale = none + 1.0 if self.scale is None else self.scale[features]
        scale[self.squares[features] == 0.0] = 0.0
        return mean, scale

    def products(self, rows):
        """Return the products of all columns with each other and with some rows."""
        mean, scale = self._transform(np.arange(self.n_features))
        return weighted_products(self.X, mean, scale, self.sqrt_weight, rows)

    def gram(self, rows, columns):
        """Return the inner products of the columns ``rows`` with ``columns``."""
        return packed(self, rows) @ packed(self, columns).T

    def apply(self, features, coef):
        """Return ``(matrix[:, features] @ coef).T``, of shape (q, n_samples)."""
        return coef.T @ packed(self, features)
