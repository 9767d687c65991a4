"""The kernel of a cost that is a sum over the axes of a grid."""

from functools import cached_property

import numpy as np

from mutar_cy.ot._kernel import Kernel
from mutar_cy.ot._plans import add_costs


class SeparableKernel(Kernel):
    """The Kronecker product of the kernels of the axes, applied axis by axis.

    A product costs ``n_features * sum(shape)`` multiplications a column, in place of
    ``n_features ** 2``. `log_product` applies the axes' own where the product of
    exponentials underflows.

    Parameters
    ----------
    kernels : list of Kernel
        One for each axis, all with the same epsilon. The last axis varies fastest.
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
        # Each axis in turn comes first, is worked on, and goes last; at the end the
        # columns are in front.
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
        """The logarithms of the axes' kernels, as matrices."""
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
