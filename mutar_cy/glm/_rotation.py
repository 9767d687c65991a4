"""Blocks of rows in their principal axes, where a step of a block is exact."""

import numpy as np

SINGULAR = 1e-13  # of the largest square: no direction at all


class Rotation:
    """The principal axes of each of some blocks of rows.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_samples)
        Rotated in place: rows of a block become orthogonal, and zero where there is
        nothing left.
    batches : list of ndarray of shape (n_blocks_of_a_size, size)
        The rows of blocks of more than one row, by their sizes.
    """

    def __init__(self, rows, batches):
        self._axes = []
        for batch in batches:
            blocks = rows[batch]
            squares, axes = np.linalg.eigh(blocks @ blocks.transpose(0, 2, 1))
            blocks = axes.transpose(0, 2, 1) @ blocks
            blocks[squares <= SINGULAR * squares[:, -1:]] = 0.0
            rows[batch] = blocks
            self._axes.append((batch, axes))

    def forward(self, values):
        """Rotate rows of ``values``, of shape (n_rows, ...), into the axes."""
        return self._rotate(values, lambda axes: axes.transpose(0, 2, 1))

    def back(self, values):
        """Rotate rows of ``values`` out of the axes."""
        return self._rotate(values, lambda axes: axes)

    def _rotate(self, values, turned):
        if not self._axes:
            return values
        out = values.copy()
        for batch, axes in self._axes:
            own = values[batch]
            whole = own.reshape(*batch.shape, -1)
            out[batch] = (turned(axes) @ whole).reshape(own.shape)
        return out


def batches_of(block_ptr):
    """Return the rows of blocks of more than one row, one array for each size."""
    sizes = np.diff(block_ptr)
    starts = np.asarray(block_ptr[:-1])
    return [
        starts[sizes == size][:, None] + np.arange(size)
        for size in np.unique(sizes[sizes > 1])
    ]
