"""Columns of a design that are orthonormal within every group."""

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite

ROUNDING = np.finfo(np.float64).eps
CONSTANT = 8 * ROUNDING  # of a column's norm: what its mean may leave of it


class OrthonormalColumns:
    """A design in another basis of what each of its groups spans, and the way back.

    The new columns of a group have, weighted, means of 0 (if centred) and inner
    products of 1 with themselves and of 0 with each other. There are as many as the
    group's columns; those beyond its rank are zero. Columns that are not penalised
    are centred only.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
    weight : ndarray of shape (n_samples,)
        Adding up to 1.
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
        self._bases = []  # features, and to and from their coefficients
        for members in groups.indices:
            columns = _dense(X, members)
            # A power of two that keeps squares in range, and costs no digit.
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
        """Return coefficients of the user's columns, of least norm, (p, n_columns).

        Also what to add to the intercepts.
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
    """Return the singular values that are not rounding, and their right vectors.

    Parameters
    ----------
    centred, columns : ndarray of shape (n_samples, n_columns)
        Columns less their means, and as they were.
    root : ndarray of shape (n_samples, 1)
        The roots of the weights.
    """
    before = np.linalg.norm(root * columns, axis=0)
    weighed = root * centred
    constant = np.linalg.norm(weighed, axis=0) <= CONSTANT * before
    weighed[:, constant] = 0.0
    _, lengths, rows = np.linalg.svd(weighed, full_matrices=False)
    rows[:, constant] = 0.0
    size = np.linalg.norm(before)
    kept = lengths > ROUNDING * max(weighed.shape) * size
    return lengths[kept], rows[kept]
