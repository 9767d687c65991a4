"""Products with large matrices, in pieces that threads can share."""

import numpy as np

from mutar_cy._lib import pieces, share_out
from mutar_cy.designs._columns import pack_columns, weigh_rows

# Multiplications that take as long as to read a number from memory.
READ = 10.0
# Columns of a piece, below which rows are shared out: a line of memory holds eight.
NARROW = 64
# Entries of weighted rows that are written before they are multiplied: 1 MiB, so that
# they are still in the cache.
CACHED = 1 << 17


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


def weighted_products(X, mean, scale, sqrt_weight, rows):
    """Return products of the columns of ``diag(sqrt_weight) (X - mean) diag(scale)``.

    Parameters
    ----------
    X : ndarray of shape (n, p), float32 or float64
        With contiguous rows or columns.
    mean, scale : ndarray of shape (p,)
    sqrt_weight : ndarray of shape (n,)
    rows : ndarray of shape (q, n)

    Returns
    -------
    gram : ndarray of shape (p, p)
        Of the columns with each other.
    products : ndarray of shape (q, p)
        Of the rows with the columns.
    """
    (n, p), given = X.shape, (X, mean, scale, sqrt_weight)
    cost = product_cost(p, n * p)
    parts = pieces(n, cost)
    grams, products = np.empty((len(parts), p, p)), np.empty((len(parts), len(rows), p))

    def work(pair):
        number, part = pair
        _add_products(given, rows, part, grams[number], products[number])

    share_out(work, list(enumerate(parts)), cost)
    if len(parts) == 1:
        return grams[0], products[0]
    return grams.sum(axis=0), products.sum(axis=0)


def _add_products(given, rows, part, gram, products):
    """Write the products of a range of rows, a cached piece at a time."""
    step = max(1, CACHED // given[0].shape[1])
    for start in range(part.start, part.stop, step):
        own = slice(start, min(start + step, part.stop))
        columns = _weighted_columns(given, own)
        if start == part.start:
            np.matmul(columns, columns.T, out=gram)
            np.matmul(rows[:, own], columns.T, out=products)
        else:
            gram += columns @ columns.T
            products += rows[:, own] @ columns.T


def _weighted_columns(given, own):
    """Return some rows of the matrix, transposed."""
    X, mean, scale, sqrt_weight = given
    X, n_features = X[own], X.shape[1]
    if X.strides[1] == X.itemsize:
        out = np.empty(X.shape)
        weigh_rows(X, mean, sqrt_weight[own], scale, out)
        return out.T
    columns = np.empty((n_features, len(X)))
    pack_columns(X, np.arange(n_features), mean, sqrt_weight[own], scale, columns)
    return columns
