"""A penalised least-squares problem in scaled units, and its blocks of coefficients."""

import numpy as np

from mutar_cy.designs import sum_of_squares


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


class Problem:
    """A stack, a penalty and the blocks that it splits over.

    Attributes
    ----------
    penalty : Weighted
        In the units of the stack.
    thresholds : ndarray of shape (n_blocks,)
        ``alpha * weights``; infinite for an excluded block.
    lengths : ndarray of shape (n_blocks,)
        Bounds of how fast the dual norms of the blocks change with the residual.
    free : ndarray of int
        Blocks without any penalty.
    """

    def __init__(self, stack, penalty, groups=None):
        self.stack = stack
        self.blocks = Blocks(stack.n_features, groups)
        self.penalty = penalty.in_units(stack.x_exponent, stack.y_exponent)
        self.ridge, self.positive = self.penalty.ridge, self.penalty.positive
        self.thresholds = self.penalty.thresholds(self.blocks.n_blocks)
        self.squares = stack.squares  # (n_designs, n_features)
        # Over designs the largest, over the rows of a block the sum: an upper bound.
        sums = self.blocks.total(self.squares)
        self.lengths = np.sqrt(sums[0] if len(sums) == 1 else sums.max(axis=0))
        self.lengths *= max(1.0, self.penalty.peak)
        self._look_at_thresholds()

    def _look_at_thresholds(self):
        zero = self.thresholds == 0.0
        # Without a kink anywhere one Newton step is the solution.
        self.is_quadratic = bool(zero.all()) and not self.positive
        self.free = np.flatnonzero(zero if self.ridge == 0.0 else zero[:0])

    def with_penalty(self, penalty):
        """Return the problem with other strengths; infinities stay."""
        other = object.__new__(Problem)
        vars(other).update(vars(self))
        other.penalty = penalty.in_units(self.stack.x_exponent, self.stack.y_exponent)
        other.thresholds = other.penalty.thresholds(self.blocks.n_blocks)
        other.ridge = other.penalty.ridge
        other._look_at_thresholds()
        moved = max(1.0, other.penalty.peak) / max(1.0, self.penalty.peak)
        other.lengths = self.lengths * moved
        return other

    def dual_norms(self, correlation):
        """Return the norms, to be held against ``thresholds``, of ``X_b' residual``.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_features)

        Returns
        -------
        norms : ndarray of shape (n_blocks,)
        """
        if self.penalty.mixes:
            return self._gauges(correlation)
        squares = sum_of_squares(correlation, self.positive)
        norms = np.sqrt(self.blocks.total(squares))
        if self.penalty.peak == 0.0:
            return norms
        lowest = 0.0 if self.positive else -correlation.min(axis=0)
        peaks = np.maximum(correlation.max(axis=0), lowest)
        return np.maximum(norms, self.penalty.peak * self.blocks.largest(peaks))

    def _gauges(self, correlation):
        """Return the norms by the gauge of every block's dual ball."""
        blocks, n_columns = self.blocks, len(correlation)
        every = np.arange(blocks.n_blocks)
        rows = correlation[:, blocks.features(every)].T
        ptr = np.concatenate([[0], np.cumsum(blocks.counts(every))]) * n_columns
        gauges = self.penalty.gauges(-rows.ravel(), ptr.astype(np.int32))
        counted = (self.thresholds > 0.0) & np.isfinite(self.thresholds)
        norms = np.zeros(blocks.n_blocks)
        np.multiply(gauges, self.thresholds, out=norms, where=counted)
        return norms
