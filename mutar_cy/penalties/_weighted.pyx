"""What penalties share whose strength differs from block to block by a factor."""

import numpy as np

from mutar_cy.penalties._penalty cimport Penalty


cdef class Weighted(Penalty):
    """A strength, factors of it, and whether coefficients may be negative.

    A subclass is made from its parameters in the order of ``_parameters``.
    """

    def __init__(self, double alpha, weights, double ridge, bint positive):
        if not alpha >= 0.0:
            raise ValueError(f"alpha must be non-negative, got {alpha}")
        if not ridge >= 0.0:
            raise ValueError(f"ridge must be non-negative, got {ridge}")
        self.alpha, self.ridge, self.positive = alpha, ridge, positive
        self.weights = weights
        self.factors = np.empty(0)
        if weights is not None:
            self.weights = np.array(weights, dtype=np.float64)
            if not np.all(self.weights >= 0.0):
                raise ValueError("weights must be non-negative")
            self.factors = self.weights

    @property
    def bends_apart(self):
        """Whether the bend of one row differs from column to column."""
        return self.positive

    @property
    def vanish_apart(self):
        """Whether entries of a block that is not zero may be zero, one by one."""
        return self.positive

    @property
    def isotropic(self):
        """Whether only norms of blocks count, so that blocks may be rotated."""
        return False

    @property
    def mixes(self):
        """Whether the dual norm is no norm that ``peak`` describes: see `gauges`."""
        return False

    def _parameters(self):
        """Return the parameters, by name, that make another of its kind."""
        raise NotImplementedError

    @property
    def peak(self):
        """Factor by which the largest entry of a gradient counts as its norm."""
        return 0.0

    def __reduce__(self):
        return type(self), tuple(self._parameters().values())

    def replaced(self, **changes):
        """Return a copy with other parameters."""
        return type(self)(**{**self._parameters(), **changes})

    def restricted(self, chosen):
        """Return the penalty of some blocks, in their order."""
        if self.weights is None:
            return self
        return self.replaced(weights=self.weights[chosen])

    def thresholds(self, n_blocks):
        """Return ``alpha * weights``, of shape (n_blocks,)."""
        if self.weights is None:
            return np.full(n_blocks, self.alpha)
        # An infinite weight excludes its block whatever the alpha, zero included.
        excluded = np.isinf(self.weights)
        return np.where(excluded, np.inf, self.alpha * np.where(
            excluded, 1.0, self.weights))
