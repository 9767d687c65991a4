"""The kernel of distances on a line, applied in a pass from each end."""

import numpy as np

from mutar_cy.ot._kernel import Kernel
from mutar_cy.ot._log_sums import chain_log_product, chain_product


class RecursiveKernel(Kernel):
    """Kernel of the cost ``abs(position_i - position_j)``, without a matrix.

    What passes from left of a point to right of it has paid for one and the same step,
    so a product is two passes: ``n_features`` multiplications each, in place of
    ``n_features ** 2``. `log_product` makes the same passes, each sum in the units of
    its largest term.

    Parameters
    ----------
    position : ndarray of shape (n_features,)
        Of the features, non-decreasing, in units of the cost.
    epsilon : float
        Positive.
    """

    form = "recursive"

    def __init__(self, position, epsilon):
        super().__init__(epsilon)
        self.position = position
        self.n_features, self.work = len(position), 2 * len(position)
        self.max_cost = position[-1] - position[0]
        self.decay = np.exp(-np.diff(position) / epsilon)

    def _at(self, epsilon):
        return RecursiveKernel(self.position, epsilon)

    def _product(self, V):
        return chain_product(self.decay, np.ascontiguousarray(V))

    def _log_block(self, rows, columns):
        block = self.position[rows][:, None] - self.position[columns]
        np.abs(block, out=block)
        block *= -1.0 / self.epsilon
        return block

    def _log_entries(self, v, rows, columns):
        needed = np.unique(columns)
        v = np.ascontiguousarray(v.T[needed])
        sums = chain_log_product(self.position / self.epsilon, v)
        return sums[np.searchsorted(needed, columns), rows]
