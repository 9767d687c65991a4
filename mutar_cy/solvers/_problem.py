"""One problem in the units of its stack: what the driver and its helpers share."""

import numpy as np

from mutar_cy.designs import sum_of_squares
from mutar_cy.penalties import L21
from mutar_cy.solvers._blocks import Blocks


class Problem:
    """A stack, a penalty and the blocks that it splits over.

    Attributes
    ----------
    thresholds : ndarray of shape (n_blocks,)
        ``alpha * weights``; infinite for an excluded block.
    lengths : ndarray of shape (n_blocks,)
        Bounds of the operator norms of the blocks of columns.
    free : ndarray of int
        Blocks without any penalty.
    """

    def __init__(self, stack, penalty, groups=None):
        self.stack = stack
        self.blocks = Blocks(stack.n_features, groups)
        exponent = stack.x_exponent + stack.y_exponent
        self.alpha = float(np.ldexp(penalty.alpha, exponent))
        self.ridge = float(np.ldexp(penalty.ridge, 2 * stack.x_exponent))
        self.positive, self.weights = penalty.positive, penalty.weights
        self._penalty = L21(self.alpha, self.weights, self.ridge, self.positive)
        self.thresholds = self._penalty.thresholds(self.blocks.n_blocks)
        self.squares = stack.squares  # (n_designs, n_features)
        # Over designs the largest, over the rows of a block the sum: an upper bound.
        sums = self.blocks.total(self.squares)
        self.lengths = np.sqrt(sums[0] if len(sums) == 1 else sums.max(axis=0))
        # Without a kink anywhere one Newton step is the solution.
        self.is_quadratic = not (self.positive or self.thresholds.any())
        free = self.thresholds == 0.0 if self.ridge == 0.0 else np.zeros(0, dtype=bool)
        self.free = np.flatnonzero(free)

    def penalty(self, chosen=None):
        """Return the penalty in the units of the stack, for some blocks only."""
        if self.weights is None or chosen is None:
            return self._penalty
        weights = np.ascontiguousarray(self.weights[chosen])
        return L21(self.alpha, weights, self.ridge, self.positive)

    def dual_norms(self, correlation):
        """Return ``|X_b' residual|`` per block from (n_columns, n_features)."""
        squares = sum_of_squares(correlation, self.positive)
        return np.sqrt(self.blocks.total(squares))
