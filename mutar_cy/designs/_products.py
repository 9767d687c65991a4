"""Products with large matrices, in pieces that threads can share."""

import numpy as np

from mutar_cy._lib import pieces, share_out

# Multiplications that take as long as to read a number from memory.
READ = 10.0
# Columns of a piece, below which rows are shared out: a line of memory holds eight.
NARROW = 64


def product_cost(n_rows, n_entries):
    """Return the multiplications of ``n_rows`` rows times so many entries."""
    return n_entries * (n_rows + READ)


def times(left, right):
    """Return ``left @ right``, in threads if it is large.

    Pieces depend on shapes only, and so do the bits of the result.

    Parameters
    ----------
    left : ndarray of shape (q, n)
    right : ndarray of shape (n, p)

    Returns
    -------
    ndarray of shape (q, p)
    """
    n, p = right.shape
    cost = product_cost(len(left), n * p)
    parts = pieces(p, cost)
    if len(parts) == 1:
        return left @ right
    if p >= NARROW * len(parts):
        out = np.empty((len(left), p))

        def columns(part):
            np.matmul(left, right[:, part], out=out[:, part])

        share_out(columns, parts, cost)
        return out
    parts = pieces(n, cost)
    sums = np.empty((len(parts), len(left), p))

    def rows(pair):
        number, part = pair
        np.matmul(left[:, part], right[part], out=sums[number])

    share_out(rows, list(enumerate(parts)), cost)
    return sums.sum(axis=0)
