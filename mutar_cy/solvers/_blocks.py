"""Which rows of the coefficients move together."""

import numpy as np


class Blocks:
    """A partition of the features into blocks.

    Parameters
    ----------
    n_features : int
    groups : sequence of array-like of int, default=None
        Disjoint and covering; one block per feature if None.

    Attributes
    ----------
    single : bool
        Whether every block is one feature, block ``j`` being feature ``j``.
    n_blocks : int
    """

    def __init__(self, n_features, groups=None):
        self.n_features = n_features
        self.single = groups is None
        self.n_blocks = n_features
        if groups is None:
            return
        self.n_blocks = len(groups)
        self.sizes = np.array([len(group) for group in groups], dtype=np.int64)
        self.ptr = np.concatenate([[0], np.cumsum(self.sizes)])
        self.order = np.concatenate([np.asarray(g, dtype=np.int64) for g in groups])
        self._owner = np.empty(n_features, dtype=np.int64)
        self._owner[self.order] = np.repeat(np.arange(self.n_blocks), self.sizes)

    def features(self, chosen):
        """Return the features of the blocks ``chosen``, block after block."""
        if self.single:
            return chosen
        runs = [self.order[self.ptr[b] : self.ptr[b + 1]] for b in chosen]
        return np.concatenate(runs) if runs else self.order[:0]

    def counts(self, chosen):
        """Return the numbers of features of the blocks ``chosen``."""
        return (
            np.ones(len(chosen), dtype=np.int64) if self.single else self.sizes[chosen]
        )

    def owners(self, features):
        """Return the sorted blocks that the given features belong to."""
        return np.unique(features if self.single else self._owner[features])

    def largest(self, values):
        """Return the largest of values given per feature, (n_features,), per block."""
        if self.single:
            return values
        return np.maximum.reduceat(values[self.order], self.ptr[:-1])

    def total(self, values):
        """Sum values given per feature, (..., n_features), over every block."""
        if self.single:
            return values
        return np.add.reduceat(values[..., self.order], self.ptr[:-1], axis=-1)
