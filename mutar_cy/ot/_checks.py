"""Checks of the arguments of transport functions."""

import numbers

import numpy as np
from scipy import sparse

from mutar_cy.ot._plans import is_symmetric

# The smallest double whose inverse is finite.
SMALLEST = np.finfo(np.float64).tiny
# Largest asymmetry that counts as rounding, relative to the largest cost.
ASYMMETRY = 1e-8


def check_positive(value, name):
    """Return a finite positive number as a float, or raise a ValueError.

    Parameters
    ----------
    value : object
        The argument.
    name : str
        Its name in errors.
    """
    if isinstance(value, numbers.Real) and SMALLEST <= float(value) < np.inf:
        return float(value)
    raise ValueError(f"{name} must be a finite number above 0, got {value!r}")


def check_cost(M, name="M"):
    """Return a cost matrix as a symmetric array of doubles, or raise a ValueError.

    Parameters
    ----------
    M : array-like of shape (n_features, n_features)
        Never written to. Returned itself if nothing has to change.
    name : str, default="M"
        Its name in errors.
    """
    if np.ma.isMaskedArray(M):
        raise ValueError(f"{name} must not be a masked array: the mask would be lost")
    M = _real(M, name)
    _check_square(M.shape, name)
    _check_entries(M.ravel(), name)
    if not np.isfinite(M.diagonal()).all():
        raise ValueError(f"{name} must have a finite diagonal")
    M = np.ascontiguousarray(M)
    if is_symmetric(M):
        return M
    finite = np.isfinite(M)
    if np.array_equal(finite, finite.T):
        largest = M.max(where=finite, initial=0.0)
        gap = np.abs(np.where(finite, M, 0.0) - np.where(finite, M, 0.0).T)
        if gap.max() <= ASYMMETRY * largest:
            return np.maximum(M, M.T)
        i, j = np.unravel_index(gap.argmax(), M.shape)
    else:
        i, j = np.argwhere(finite != finite.T)[0]
    raise ValueError(
        f"{name} must be symmetric, but {name}[{i}, {j}] is {M[i, j]:g} and "
        f"{name}[{j}, {i}] is {M[j, i]:g}; mutar_cy.ot.grid_cost(shape) is the cost "
        f"of a grid"
    )


def check_sparse_cost(M, name="M"):
    """Return a sparse cost in CSR format with its diagonal stored.

    Parameters
    ----------
    M : sparse matrix of shape (n_features, n_features)
        Costs of the moves that are allowed. Never written to.
    name : str, default="M"
        Its name in errors.
    """
    _check_square(M.shape, name)
    M = sparse.coo_array(M)
    data = _real(M.data, name)
    _check_entries(data, name)
    every = np.arange(M.shape[0])
    # Sorting keys keeps explicit zeros; a sum of duplicates would not.
    key = np.r_[M.row.astype(np.int64) * len(every) + M.col, every * (len(every) + 1)]
    cost = np.r_[data, np.zeros(len(every))]
    key, first = np.unique(key, return_index=True)
    kept = np.isfinite(cost[first])
    key, cost = key[kept], cost[first][kept]
    row, column = np.divmod(key, len(every))
    mirror = np.searchsorted(key, column * len(every) + row)
    mirror = np.minimum(mirror, len(key) - 1)
    stray = key[mirror] != column * len(every) + row
    stray |= np.abs(cost - cost[mirror]) > ASYMMETRY * cost.max()
    if stray.any():
        i, j = row[stray][0], column[stray][0]
        raise ValueError(
            f"{name} must be symmetric, but {name}[{i}, {j}] and {name}[{j}, {i}] "
            f"differ, or one of them is not stored; {name}.maximum({name}.T) is "
            "symmetric"
        )
    indptr = np.searchsorted(row, np.arange(len(every) + 1))
    cost = np.maximum(cost, cost[mirror])
    return sparse.csr_array((cost, column, indptr), shape=M.shape)


def check_masses(theta, n_features, name="theta"):
    """Return masses as an array of doubles, or raise a ValueError.

    Parameters
    ----------
    theta : array-like of shape (n_features, n_tasks)
        Never written to.
    n_features : int
        The size of the cost.
    name : str, default="theta"
        Its name in errors.
    """
    if np.ma.isMaskedArray(theta):
        raise ValueError(f"{name} must not be a masked array: the mask would be lost")
    theta = _real(theta, name)
    if theta.ndim != 2 or not theta.shape[1]:
        raise ValueError(
            f"{name} must have one row per feature and at least one column, "
            f"got shape {theta.shape}"
        )
    if len(theta) != n_features:
        raise ValueError(
            f"{name} has {len(theta)} features, but M is for {n_features} features"
        )
    _check_entries(theta.ravel(), name)
    if np.isinf(theta).any():
        raise ValueError(f"{name} must be finite")
    return theta


def _real(values, name):
    """Return numbers as doubles."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiubO":
        raise ValueError(f"{name} must hold real numbers, got dtype {values.dtype}")
    try:
        return values.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold real numbers") from error


def _check_square(shape, name):
    if len(shape) != 2 or shape[0] != shape[1] or not shape[0]:
        raise ValueError(f"{name} must be square and not empty, got shape {shape}")


def _check_entries(values, name):
    least = values.min(initial=np.inf)  # NaN if there is one
    if np.isnan(least):
        raise ValueError(f"{name} must not hold NaN")
    if least < 0.0:
        raise ValueError(f"{name} must be non-negative, got {least:g}")
