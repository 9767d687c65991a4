"""Cholesky factors of what rounding may have left not quite positive definite."""

import numpy as np
from scipy.linalg import cholesky

JITTERS = 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4  # of the diagonal


def lower_factor(matrix):
    """Return the lower Cholesky factor of a matrix with the least diagonal it needs.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        Positive semi-definite but for rounding. Its diagonal may be written to.

    Returns
    -------
    factor : ndarray of shape (n, n)
        The upper triangle is zero. If nothing helps, that of the diagonal alone.
    """
    diagonal = matrix.diagonal().copy()
    for jitter in (0.0, *JITTERS):
        matrix[np.diag_indices(len(matrix))] = diagonal * (1.0 + jitter)
        try:
            return cholesky(matrix, lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            continue
    return np.diag(np.sqrt(np.abs(diagonal)))
