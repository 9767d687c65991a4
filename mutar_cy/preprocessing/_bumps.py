"""Bumps at the integers, of which few reach any place."""

import numpy as np
from scipy import sparse


def raised_cosines(positions, n_basis, width, dtype):
    """Evaluate raised cosines that peak at 0, 1, ..., n_basis - 1.

    Parameters
    ----------
    positions : ndarray of shape (n_samples, n_features)
        In units of the distance between peaks.
    n_basis : int
    width : float
        Half of the support of each function.
    dtype : dtype
        Of the result.

    Returns
    -------
    values : ndarray of shape (n_samples, n_features * n_basis)
        All functions of the first feature, then all of the next.
    """
    n_samples, n_features = positions.shape
    values = np.empty((n_samples, n_features, n_basis), dtype=dtype)
    for j in range(n_features):
        values[:, j] = _bump(positions[:, j, None] - np.arange(n_basis), width)
    return values.reshape(n_samples, -1)


def sparse_raised_cosines(positions, n_basis, width, dtype):
    """Evaluate raised cosines where they are not 0, as a CSR array."""
    n_samples, n_features = positions.shape
    at = positions[:, :, None]
    count = min(int(2 * width) + 1, n_basis)  # no more of them reach a position
    functions = np.maximum(np.ceil(at - width), 0) + np.arange(count)
    values = _bump(at - functions, width)
    kept = (values > 0) & (functions < n_basis)
    columns = functions + n_basis * np.arange(n_features)[:, None]
    ends = np.concatenate([[0], np.cumsum(kept.sum(axis=(1, 2)))])
    shape = (n_samples, n_features * n_basis)
    integer = sparse.get_index_dtype(maxval=max(ends[-1], shape[1]))
    return sparse.csr_array(
        (
            values[kept].astype(dtype),
            columns[kept].astype(integer),
            ends.astype(integer),
        ),
        shape=shape,
    )


def _bump(distance, width):
    """Return a raised cosine at a distance from its peak: 0 from the width on."""
    return (1 + np.cos(np.pi * np.clip(distance / width, -1, 1))) / 2
