"""A penalised least-squares problem in scaled units, and its blocks of features."""

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
        """Return the sorted blocks that contain the given features."""
        return np.unique(features if self.single else self._owner[features])

    def largest(self, values):
        """Return the maximum over each block of values per feature, (n_features,)."""
        if self.single:
            return values
        return np.maximum.reduceat(values[self.order], self.ptr[:-1])

    def total(self, values):
        """Return the sum over each block of values per feature, (..., n_features)."""
        if self.single:
            return values
        return np.add.reduceat(values[..., self.order], self.ptr[:-1], axis=-1)


class PenalisedProblem:
    """The data term of scaled data plus a convex penalty that is a sum over blocks.

    Attributes
    ----------
    penalty : Penalty
        In scaled units.
    thresholds : ndarray of shape (n_blocks,)
        ``alpha * weights``; infinite for an excluded block.
    lengths : ndarray of shape (n_blocks,)
        Lipschitz constants of the dual norms of the blocks as functions of the
        residual, or upper bounds of them.
    free : ndarray of int
        Blocks without any penalty.
    """

    def __init__(self, data, penalty, groups=None):
        check_convex(penalty)
        self.data = data
        self.blocks = Blocks(data.n_features, groups)
        self.penalty = penalty.in_units(data.x_exponent, data.y_exponent)
        self.ridge, self.positive = self.penalty.ridge, self.penalty.positive
        self.thresholds = self.penalty.thresholds(self.blocks.n_blocks)
        self.squares = data.squares  # (n_designs, n_features)
        # An upper bound: the maximum over designs, the sum over the rows of a block.
        sums = self.blocks.total(self.squares)
        self.lengths = np.sqrt(sums[0] if len(sums) == 1 else sums.max(axis=0))
        self.lengths *= max(1.0, self.penalty.linf_weight)
        self._find_free_blocks()

    def _find_free_blocks(self):
        zero = self.thresholds == 0.0
        # Without a kink, one Newton step is the solution.
        self.is_quadratic = bool(zero.all()) and not self.positive
        self.free = np.flatnonzero(zero if self.ridge == 0.0 else zero[:0])

    def with_penalty(self, penalty):
        """Return the problem with another alpha; infinite weights stay infinite."""
        check_convex(penalty)
        other = object.__new__(PenalisedProblem)
        vars(other).update(vars(self))
        other.penalty = penalty.in_units(self.data.x_exponent, self.data.y_exponent)
        other.thresholds = other.penalty.thresholds(self.blocks.n_blocks)
        other.ridge = other.penalty.ridge
        other._find_free_blocks()
        ratio = max(1.0, other.penalty.linf_weight) / max(1.0, self.penalty.linf_weight)
        other.lengths = self.lengths * ratio
        return other

    def dual_norms(self, correlation):
        """Return the dual norms of the blocks, to be compared with ``thresholds``.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_features)
            ``X' residual``.

        Returns
        -------
        norms : ndarray of shape (n_blocks,)
        """
        if self.penalty.needs_dual_ratio:
            return self._norms_by_ratio(correlation)
        squares = sum_of_squares(correlation, self.positive)
        norms = np.sqrt(self.blocks.total(squares))
        if self.penalty.linf_weight == 0.0:
            return norms
        lowest = 0.0 if self.positive else -correlation.min(axis=0)
        largest = self.blocks.largest(np.maximum(correlation.max(axis=0), lowest))
        return np.maximum(norms, self.penalty.linf_weight * largest)

    def conjugate(self, correlation, rounded=0.0):
        """Return the conjugate of the penalty at a correlation, if norms do not say it.

        That is with a ridge, unless dual norms are those of the correlations: then a
        block whose norm exceeds its threshold by t has the conjugate ``t^2 / (2
        ridge)``.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_features)
            ``X' residual``.
        rounded : float, default=0.0
            Rounding of the correlations over the lengths of the blocks.

        Returns
        -------
        conjugate : float or None
        """
        penalty = self.penalty
        if not self.ridge or not (penalty.needs_dual_ratio or penalty.linf_weight):
            return None
        values = penalty.conjugates(*self._block_gradients(correlation))
        if not rounded:
            return float(values.sum())
        # The distance to the dual ball grows by no more than the gradient moves.
        excess = np.sqrt(2.0 * self.ridge * values) + rounded * self.lengths
        excess = excess[np.isfinite(self.thresholds)]
        return float(excess @ excess) / (2.0 * self.ridge)

    def _block_gradients(self, correlation):
        """Return minus the correlations, block after block, and where blocks begin."""
        blocks, n_columns = self.blocks, len(correlation)
        every = np.arange(blocks.n_blocks)
        rows = correlation[:, blocks.features(every)].T
        ptr = np.concatenate([[0], np.cumsum(blocks.counts(every))]) * n_columns
        return -rows.ravel(), ptr.astype(np.int32)

    def _norms_by_ratio(self, correlation):
        """Return the dual norms by the penalty's dual ratios."""
        blocks = self.blocks
        ratios = self.penalty.dual_ratios(*self._block_gradients(correlation))
        counted = (self.thresholds > 0.0) & np.isfinite(self.thresholds)
        norms = np.zeros(blocks.n_blocks)
        np.multiply(ratios, self.thresholds, out=norms, where=counted)
        return norms


def check_convex(penalty):
    """Raise a ValueError for a penalty that no duality gap can certify."""
    if not penalty.is_convex:
        raise ValueError(
            f"{type(penalty).__name__} is not a convex penalty, so that no duality gap "
            "certifies its minimum; for a non-convex penalty that is solved by "
            "reweighted convex problems, use ReweightedGroupLasso"
        )
