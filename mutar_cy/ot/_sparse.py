"""The kernel of the moves that are allowed."""

import numpy as np
from scipy import sparse

from mutar_cy.ot._kernel import Kernel
from mutar_cy.ot._log_sums import sparse_log_sums


class SparseKernel(Kernel):
    """Kernel of a sparse cost: a move that is not stored is forbidden.

    Products are those of a sparse matrix. `log_product` falls back on a sum of
    logarithms over the stored moves at the entries that underflow.

    Parameters
    ----------
    M : scipy.sparse.csr_array of shape (n_features, n_features)
        Costs of the allowed moves, symmetric, the whole diagonal stored. Kept, not
        copied.
    epsilon : float
        Positive.
    """

    form = "sparse"

    def __init__(self, M, epsilon):
        super().__init__(epsilon)
        self.M = M
        self.n_features, self.work = M.shape[0], M.nnz
        self.max_cost = M.data.max()
        self.log_kernel = M.data * (-1.0 / epsilon)
        self.indices = M.indices.astype(np.int32, copy=False)
        self.indptr = M.indptr.astype(np.int32, copy=False)
        parts = np.exp(self.log_kernel), self.indices, self.indptr
        self.cached = sparse.csr_array(parts, shape=M.shape)

    def _at(self, epsilon):
        return SparseKernel(self.M, epsilon)

    def _product(self, V):
        return np.ascontiguousarray(self.cached @ np.ascontiguousarray(V))

    def _log_block(self, rows, columns):
        # Stored zeros are allowed moves, absent ones are not: places, counted from 1,
        # tell them apart.
        place = np.arange(1, len(self.log_kernel) + 1)
        places = sparse.csr_array((place, self.indices, self.indptr), self.M.shape)
        block = places[rows][:, columns].toarray()
        return np.r_[-np.inf, self.log_kernel][block]

    def _log_entries(self, v, rows, columns):
        v = np.ascontiguousarray(v.T)
        parts = self.log_kernel, self.indices, self.indptr
        return sparse_log_sums(*parts, v, rows, columns)
