"""Sign constraints of single features, as non-negative coefficients of other columns.

A feature whose coefficients must not be positive is turned around. One without a
constraint is there twice, turned around the second time, in the same block: of the two
coefficients at most one is not 0 at the optimum, since that makes the norm smallest.
"""

import numpy as np
from scipy import sparse


class SignedColumns:
    """Columns in which every coefficient is at least 0, and the map back.

    Parameters
    ----------
    signs : ndarray of shape (n_features,)
        1, -1, or 0 where both signs are allowed.
    """

    def __init__(self, signs):
        self.signs = np.where(signs == 0, 1, signs)
        self.both = np.flatnonzero(signs == 0)

    def parts(self, parts):
        """Return parts whose designs have these columns; designs are copied once."""
        made: dict = {}
        out = []
        for part in parts:
            if id(part.X) not in made:
                made[id(part.X)] = self._design(part.X)
            out.append(part._replace(X=made[id(part.X)]))
        return out

    def _design(self, X):
        signs = self.signs.astype(X.dtype)
        if sparse.issparse(X):
            X = sparse.csc_array(X)
            return sparse.hstack([X * signs, -X[:, self.both]], format="csc")
        return np.concatenate([X * signs, -X[:, self.both]], axis=1)

    def groups(self, groups):
        """Return the blocks of these columns, given those of the features.

        Parameters
        ----------
        groups : list of ndarray, or None
            None if every feature is a block.
        """
        n_features = len(self.signs)
        if not len(self.both):
            return groups
        if groups is None:
            groups = list(np.arange(n_features)[:, np.newaxis])
        second = np.full(n_features, -1)
        second[self.both] = n_features + np.arange(len(self.both))
        return [
            np.concatenate([own, second[own][second[own] >= 0]]).astype(np.int64)
            for own in groups
        ]

    def owners(self, columns):
        """Return the features that some of these columns are of."""
        every = np.concatenate([np.arange(len(self.signs)), self.both])
        return np.unique(every[columns])

    def to_user(self, coef):
        """Return the coefficients of the features, of shape (n_features, ...)."""
        n_features = len(self.signs)
        out = coef[:n_features] * self.signs[:, np.newaxis]
        out[self.both] -= coef[n_features:]
        return out + 0.0  # no -0.0

    def from_user(self, coef):
        """Return coefficients of the features as those of these columns."""
        turned = coef * self.signs[:, np.newaxis]
        both = np.maximum(-coef[self.both], 0.0)
        return np.concatenate([np.maximum(turned, 0.0), both])
