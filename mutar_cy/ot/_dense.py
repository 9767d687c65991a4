"""The kernel of any cost, as a matrix."""

import numpy as np

from mutar_cy.ot._kernel import Kernel
from mutar_cy.ot._log_sums import dense_log_sums
from mutar_cy.ot._plans import add_costs

CACHED_BYTES = 2**31  # a larger kernel is computed anew, some rows at a time
ROWS_BYTES = 2**22  # of those


class DenseKernel(Kernel):
    """The exponentials of a cost matrix, kept while they fit in memory.

    Products are matrix products. `log_product` sums exponentials in the units of the
    largest of a column, and falls back on a sum of logarithms at the entries that
    underflow.

    Parameters
    ----------
    M : ndarray of shape (n_features, n_features)
        Cost, symmetric and non-negative, infinite where a move is forbidden. Kept, not
        copied.
    epsilon : float
        Positive.
    """

    form = "dense"

    def __init__(self, M, epsilon):
        super().__init__(epsilon)
        self.M = M
        self.n_features, self.work = len(M), M.size
        finite = M.max()
        self.max_cost = finite if np.isfinite(finite) else M[np.isfinite(M)].max()
        self.cached = None
        if M.nbytes <= CACHED_BYTES:
            self.cached = self._rows(slice(None))

    def _rows(self, rows):
        """Return some rows of the kernel."""
        K = self.M[rows] * (-1.0 / self.epsilon)
        return np.exp(K, out=K)

    def _at(self, epsilon):
        return DenseKernel(self.M, epsilon)

    def _product(self, V):
        if self.cached is not None:
            return self.cached @ V
        out = np.empty((self.n_features, V.shape[1]))
        step = max(1, ROWS_BYTES // self.M[0].nbytes)
        for start in range(0, self.n_features, step):
            rows = slice(start, start + step)
            out[rows] = self._rows(rows) @ V
        return out

    def _log_block(self, rows, columns):
        block = np.zeros((len(rows), len(columns)))
        rows, columns = (np.ascontiguousarray(v, np.intp) for v in (rows, columns))
        add_costs(block, self.M, rows, columns, -1.0 / self.epsilon)
        return block

    def _log_entries(self, v, rows, columns):
        v = np.ascontiguousarray(v.T)
        return dense_log_sums(self.M, v, 1.0 / self.epsilon, rows, columns)
