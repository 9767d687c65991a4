"""Kernels of costs: the abstract class and four forms of storage."""

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from scipy import sparse

from mutar_cy.ot._checks import check_positive
from mutar_cy.ot._log_sums import (
    chain_log_product,
    chain_product,
    dense_log_sums,
    sparse_log_sums,
)
from mutar_cy.ot._plans import add_costs, to_plan

# A sum of terms up to 1 that exceeds this bound is accurate: terms that underflow are
# below 1e-307 each.
SAFE = 1e-290
# Bytes of the largest kernel that is stored; rows of a larger one are computed in
# blocks of ROWS_BYTES.
CACHED_BYTES = 2**31
ROWS_BYTES = 2**22


class Kernel(ABC):
    """Kernel ``K = exp(-M / epsilon)`` of a symmetric cost ``M``.

    :func:`~mutar_cy.ot.make_kernel` chooses the subclass. Since every kernel is
    symmetric, products with its transpose need no methods.

    Parameters
    ----------
    epsilon : float
        Strength of the entropy, in units of the cost.

    Attributes
    ----------
    epsilon : float
        Strength of the entropy.
    n_features : int
        Number of rows and of columns.
    max_cost : float
        The largest finite cost.
    form : str
        "dense", "separable", "recursive" or "sparse".
    work : int
        Number of multiplications in a product with one vector.
    """

    form: str
    n_features: int
    max_cost: float
    work: int

    def __init__(self, epsilon):
        self.epsilon = epsilon

    def __repr__(self):
        return (
            f"<{self.form} kernel of {self.n_features} features, "
            f"epsilon={self.epsilon:g}, max_cost={self.max_cost:g}>"
        )

    def product(self, V):
        """Return ``K @ V``.

        Parameters
        ----------
        V : ndarray of shape (n_features, m)
            Of any sign.

        Returns
        -------
        product : ndarray of shape (n_features, m)
            Exact to rounding, except for terms that underflow: those below 1e-290 times
            the largest entry of a column of ``V``.
        """
        return self._product(V)

    def log_block(self, rows, columns):
        """Return ``-M / epsilon`` at some rows and columns.

        Parameters
        ----------
        rows, columns : array-like of int
            Features.

        Returns
        -------
        block : ndarray of shape (len(rows), len(columns))
            Minus infinity where a move is forbidden.
        """
        return self._log_block(rows, columns)

    def at(self, epsilon):
        """Return the kernel of the same cost at another ``epsilon``.

        Parameters
        ----------
        epsilon : float
            Positive.

        Returns
        -------
        kernel : Kernel
            Shares the cost with this one.
        """
        return self._at(check_positive(epsilon, "epsilon"))

    @abstractmethod
    def _product(self, V):
        """Return `product`."""

    @abstractmethod
    def _log_block(self, rows, columns):
        """Return `log_block`."""

    @abstractmethod
    def _at(self, epsilon):
        """Return the kernel at another epsilon, which has been checked."""

    @abstractmethod
    def _log_entries(self, v, rows, columns):
        """Return ``log(K @ exp(v))`` at some entries, by sums of logarithms."""

    def plan(self, rows, columns, log_left, log_right, least=0.0):
        """Return ``diag(exp(log_left)) K diag(exp(log_right))`` at a block.

        Parameters
        ----------
        rows, columns : array-like of int
            Features.
        log_left : ndarray of shape (len(rows),)
            Logarithms of the factors of the rows.
        log_right : ndarray of shape (len(columns),)
            Logarithms of the factors of the columns.
        least : float, default=0.0
            Entries below it are set to zero.

        Returns
        -------
        plan : ndarray of shape (len(rows), len(columns))
            Exact to the rounding of the exponent.
        """
        block = self.log_block(rows, columns)
        left, right = np.ascontiguousarray(log_left), np.ascontiguousarray(log_right)
        to_plan(block, left, right, least)
        return block

    def log_product(self, v):
        """Return ``log(K @ exp(v))``.

        Parameters
        ----------
        v : ndarray of shape (n_features, m)
            May hold minus infinity.

        Returns
        -------
        log_product : ndarray of shape (n_features, m)
            Finite wherever the true value is, with an error of at most 1e-12 plus four
            roundings of the largest exponent, at any epsilon.
        """
        top = v.max(axis=0)
        empty = np.isneginf(top)
        top[empty] = 0.0
        sums = self.product(np.exp(v - top))
        lost = sums < SAFE
        if not lost.any():
            np.log(sums, out=sums)
            sums += top
            return sums
        sums[lost] = 1.0
        np.log(sums, out=sums)
        sums += top
        sums[:, empty] = -np.inf
        lost[:, empty] = False
        rows, columns = np.divmod(np.flatnonzero(lost), v.shape[1])
        sums[lost] = self._log_entries(v, rows, columns)
        return sums


class DenseKernel(Kernel):
    """Kernel of any cost, stored as a matrix while it fits in memory.

    Products are matrix products. `log_product` sums exponentials relative to the
    largest of a column; entries that underflow are computed by log-sum-exp.

    Parameters
    ----------
    M : ndarray of shape (n_features, n_features)
        Cost, symmetric and non-negative, infinite where a move is forbidden. Not
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


class SeparableKernel(Kernel):
    """Kernel of a cost that is a sum over the axes of a grid, applied axis by axis.

    The kernel is the Kronecker product of the kernels of the axes. A product costs
    ``n_features * sum(shape)`` multiplications per column instead of ``n_features **
    2``. Where it underflows, `log_product` uses the `log_product` of the axes.

    Parameters
    ----------
    kernels : list of Kernel
        One per axis, all with the same epsilon. The last axis varies fastest.
    """

    form = "separable"

    def __init__(self, kernels):
        super().__init__(kernels[0].epsilon)
        self.kernels = kernels
        self.shape = tuple(kernel.n_features for kernel in kernels)
        self.n_features = int(np.prod(self.shape))
        self.work = sum(
            kernel.work * (self.n_features // kernel.n_features) for kernel in kernels
        )
        self.max_cost = sum(kernel.max_cost for kernel in kernels)

    def _at(self, epsilon):
        return SeparableKernel([kernel.at(epsilon) for kernel in self.kernels])

    def _product(self, V):
        block = V
        # Each axis in turn is in front, is multiplied, and moves to the end; finally
        # the columns are in front.
        for kernel in self.kernels:
            block = kernel.product(block.reshape(kernel.n_features, -1)).T
        return np.ascontiguousarray(block.reshape(V.shape[::-1]).T)

    def _log_block(self, rows, columns):
        block = np.zeros((len(rows), len(columns)))
        axes = zip(
            self._log_axes,
            np.unravel_index(rows, self.shape),
            np.unravel_index(columns, self.shape),
            strict=True,
        )
        for log_axis, i, j in axes:
            i, j = np.ascontiguousarray(i), np.ascontiguousarray(j)
            add_costs(block, log_axis, i, j, 1.0)
        return block

    @cached_property
    def _log_axes(self):
        """Logarithms of the kernels of the axes, as matrices."""
        every = [np.arange(size) for size in self.shape]
        axes = zip(self.kernels, every, strict=True)
        return [kernel.log_block(axis, axis) for kernel, axis in axes]

    def _log_entries(self, v, rows, columns):
        needed = np.unique(columns)
        block = v[:, needed]
        for kernel in self.kernels:
            block = kernel.log_product(block.reshape(kernel.n_features, -1)).T
        sums = block.reshape(len(needed), self.n_features)
        return sums[np.searchsorted(needed, columns), rows]


class RecursiveKernel(Kernel):
    """Kernel of the cost ``abs(position_i - position_j)``, without a matrix.

    The cost of a path on a line is the sum over its steps, so that a product is two
    recursive passes of ``n_features`` multiplications instead of ``n_features ** 2``.
    `log_product` makes the same passes, with each sum relative to its largest term.

    Parameters
    ----------
    position : ndarray of shape (n_features,)
        Positions of the features, non-decreasing, in units of the cost.
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


class SparseKernel(Kernel):
    """Kernel of a sparse cost: a move that is not stored is forbidden.

    Products are products with a sparse matrix. In `log_product`, entries that underflow
    are computed by log-sum-exp over the stored moves.

    Parameters
    ----------
    M : scipy.sparse.csr_array of shape (n_features, n_features)
        Costs of the allowed moves, symmetric, with the whole diagonal stored. Not
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
        # Stored zeros are allowed moves, absent entries are not: places, numbered from
        # 1, distinguish them.
        place = np.arange(1, len(self.log_kernel) + 1)
        places = sparse.csr_array((place, self.indices, self.indptr), self.M.shape)
        block = places[rows][:, columns].toarray()
        return np.r_[-np.inf, self.log_kernel][block]

    def _log_entries(self, v, rows, columns):
        v = np.ascontiguousarray(v.T)
        parts = self.log_kernel, self.indices, self.indptr
        return sparse_log_sums(*parts, v, rows, columns)
