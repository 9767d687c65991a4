"""A dense design, centred and weighted without a copy of it."""

import numpy as np

from mutar_cy.designs._columns import column_moments, pack_columns

# A mean that is larger than the spread by this factor costs too many digits when it
# is subtracted after the products rather than before: then a centred copy is made.
LARGE_OFFSET = 1e3
# Columns whose spread is at rounding level of their mean are constant.
CONSTANT = 8 * np.finfo(np.float64).eps
# Entries of a float32 design cast at a time, for products in double.
CHUNK = 1 << 19


class DenseDesign:
    """The matrix ``diag(root) (X - 1 mean') diag(scale)``, never formed.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or float64
        With contiguous rows or columns; not checked for finite values.
    weight : ndarray of shape (n_samples,)
        Non-negative, the squares of ``root``.
    center : bool
        Whether to subtract the weighted mean of every column.
    normalize : bool, default=False
        Whether to divide columns by their l2 norm about the mean.

    Attributes
    ----------
    mean : ndarray of shape (n_features,)
        Weighted means of the columns of X, 0 without ``center``.
    squares : ndarray of shape (n_features,)
        Squared norms of the columns of the matrix above, exactly 0 for a column
        without spread; not finite where X is not, or where squares overflow.
    scale : ndarray of shape (n_features,), or None if all are 1
    centers : bool
        Whether means are subtracted.
    """

    packs_cheaply = True

    def __init__(self, X, weight, center, normalize=False):
        self.X, self.weight, self.centers = X, weight, center
        self.root = np.sqrt(weight)
        self.n_samples, self.n_features = X.shape
        self.mean, self.squares = column_moments(X, weight, center)
        self._shift = self.mean if center else None
        if center:
            self._settle_offsets(weight.sum())
        # Of a column without spread nothing may be left but zeros.
        self._null = np.flatnonzero(self.squares == 0.0)
        self.scale = None
        if normalize:
            self.scale = column_scale(self.squares, weight)
            self.squares = self.squares * self.scale**2

    def _settle_offsets(self, total):
        with np.errstate(invalid="ignore", over="ignore"):
            size = total * self.mean**2
            self.squares[self.squares <= CONSTANT**2 * size] = 0.0
            large = size > LARGE_OFFSET**2 * self.squares
            if np.any(large & (self.squares > 0.0)) and np.isfinite(size).all():
                self.X = self.X - self.mean
                self._shift = None

    def correlate(self, residual, exact=True):
        """Return ``residual @ matrix``, of shape (q, n_features).

        Parameters
        ----------
        residual : ndarray of shape (q, n_samples)
        exact : bool, default=True
            Whether a float32 design is multiplied in double.
        """
        weighted = residual * self.root
        if self.X.dtype == np.float32:
            product = self._narrow(weighted) if not exact else self._chunked(weighted)
        else:
            product = weighted @ self.X
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
        # By columns where products are wide, so that each is written once; by rows
        # otherwise, which lie together.
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
        none = np.zeros(len(features))
        mean = none if self._shift is None else self._shift[features]
        scale = none + 1.0 if self.scale is None else self.scale[features]
        scale[self.squares[features] == 0.0] = 0.0
        pack_columns(self.X, features, mean, self.root, scale, out)

    def gram(self, rows, columns):
        """Return the inner products of the columns ``rows`` with ``columns``."""
        return packed(self, rows) @ packed(self, columns).T

    def apply(self, features, coef):
        """Return ``(matrix[:, features] @ coef).T``, of shape (q, n_samples)."""
        return coef.T @ packed(self, features)


def packed(design, features):
    """Return columns of the matrix of a design as the rows of a new array."""
    out = np.empty((len(features), design.n_samples))
    design.pack(features, out)
    return out


def column_scale(squares, weight):
    """Return one over the l2 norm of every column about its mean; 1 where it is 0.

    Norms are over the rows that have a weight.
    """
    norms = np.sqrt(squares * (np.count_nonzero(weight) / weight.sum()))
    return 1.0 / np.where(norms > 0.0, norms, 1.0)
