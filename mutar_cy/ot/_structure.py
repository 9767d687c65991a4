"""What a cost matrix gives away: positions on a line, or axes of a grid."""

import numpy as np

ROUNDING = 4 * np.finfo(np.float64).eps  # of the largest cost
ROWS = 64  # looked at together


def find_line(M):
    """Return positions whose distances the matrix holds, or None.

    Parameters
    ----------
    M : ndarray of shape (n_features, n_features)
        A cost.

    Returns
    -------
    position : ndarray of shape (n_features,) or None
        Non-decreasing, from zero.
    """
    position = M[0].copy()
    if position[0] != 0.0 or not np.isfinite(position[-1]):
        return None
    if (np.diff(position) < 0.0).any():
        return None

    def rows_of_line(rows):
        return np.abs(position[rows, None] - position)

    return position if _agrees(M, rows_of_line) else None


def find_factors(M):
    """Return the factors of a cost on a grid, the whole matrix alone if there are none.

    Parameters
    ----------
    M : ndarray of shape (n_features, n_features)
        A cost.

    Returns
    -------
    factors : list of ndarray of shape (n_a, n_a)
        As of :func:`~mutar_cy.ot.grid_factors`.
    """
    for inner in range(2, len(M) // 2 + 1):
        if M[0, 0] != 0.0 or len(M) % inner:
            continue
        slow, fast = M[::inner, ::inner], M[:inner, :inner]
        if _is_sum(M, slow, fast):
            slow, fast = np.ascontiguousarray(slow), np.ascontiguousarray(fast)
            return [*find_factors(slow), fast]
    return [M]


def _is_sum(M, slow, fast):
    """Whether a matrix is the sum of a slow and a fast axis."""

    def rows_of_sum(rows):
        i, j = np.divmod(rows, len(fast))
        return (slow[i][:, :, None] + fast[j][:, None, :]).reshape(len(rows), -1)

    return _agrees(M, rows_of_sum)


def _agrees(M, rows_of):
    """Whether a matrix is, to rounding, what a function says of its rows."""
    largest = M[0].max()
    if not np.isfinite(largest):
        return False
    middle = np.array([0, len(M) // 2])  # enough to tell in most cases
    blocks = np.split(np.arange(len(M)), np.arange(ROWS, len(M), ROWS))
    for rows in [middle, *blocks]:
        if not np.abs(M[rows] - rows_of(rows)).max() <= ROUNDING * largest:
            return False
    return True
