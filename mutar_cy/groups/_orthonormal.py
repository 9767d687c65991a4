"""Orthonormal bases of the columns of every group of a design."""

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite

from mutar_cy._lib import interruptible

ROUNDING = np.finfo(np.float64).eps
# A column is constant if centring leaves at most this fraction of its norm: rounding in
# the mean, with a small factor for the sum of squares.
CONSTANT = 8 * ROUNDING


class OrthonormalColumns:
    """A design in orthonormal bases of its groups, and the map back to its columns.

    The new columns of a group span the same space. With the weights, they have mean 0
    (if centred), norm 1 and inner products 0. Columns beyond the rank of a group are
    zero. Unpenalised columns are centred only.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
    weight : ndarray of shape (n_samples,)
        Weights with sum 1.
    groups : Groups
    center : bool

    Attributes
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
        The new design, dense.
    """

    def __init__(self, X, weight, groups, center):
        assert_all_finite(X.data if sparse.issparse(X) else X, input_name="X")
        X = X.tocsc() if sparse.issparse(X) else X
        self.mean = np.asarray(weight @ X) if center else np.zeros(X.shape[1])
        self.X = np.zeros(X.shape)
        self._bases = []  # (features, map to the basis, map back)
        for members in groups.indices:
            columns = _dense(X, members)
            # Scaling by a power of two avoids overflow of squares and is exact.
            exponent = np.frexp(np.abs(columns).max())[1]
            columns = np.ldexp(columns, -exponent)
            centred = columns - np.ldexp(self.mean[members], -exponent)
            lengths, rows = _spanned(centred, columns, np.sqrt(weight)[:, None])
            back, forth = rows.T / lengths, lengths[:, None] * rows
            self.X[:, members[: len(lengths)]] = centred @ back
            scaled = np.ldexp(forth, exponent), np.ldexp(back, -exponent)
            self._bases.append((members, *scaled))
        free = groups.unpenalised
        self.X[:, free] = _dense(X, free) - self.mean[free]

    def to_user(self, coef):
        """Return coefficients for the columns of the user, and shifts of intercepts.

        Of all equivalent coefficients these have the smallest norm.
        """
        out = coef.copy()
        for members, _, back in self._bases:
            out[members] = back @ coef[members[: back.shape[1]]]
        return out, -(self.mean @ out)

    def from_user(self, coef):
        """Return coefficients in the new basis."""
        out = coef.copy()
        for members, forth, _ in self._bases:
            out[members] = 0.0
            out[members[: len(forth)]] = forth @ coef[members]
        return out


def _dense(X, features):
    columns = X[:, features]
    columns = columns.toarray() if sparse.issparse(columns) else columns
    return columns.astype(np.float64)


def _spanned(centred, columns, root):
    """Return the singular values above rounding error, and their right vectors.

    Parameters
    ----------
    centred, columns : ndarray of shape (n_samples, n_columns)
        Columns minus their means, and the columns.
    root : ndarray of shape (n_samples, 1)
        Square roots of the weights.
    """
    before = np.linalg.norm(root * columns, axis=0)
    weighed = root * centred
    constant = np.linalg.norm(weighed, axis=0) <= CONSTANT * before
    weighed[:, constant] = 0.0
    _, lengths, rows = interruptible(np.linalg.svd, weighed, full_matrices=False)
    rows[:, constant] = 0.0
    size = np.linalg.norm(before)
    kept = lengths > ROUNDING * max(weighed.shape) * size
    return lengths[kept], rows[kept]
