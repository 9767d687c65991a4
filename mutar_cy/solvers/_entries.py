"""Newton's method entry by entry, for coefficients that must not be negative.

Which entries are zero differs between columns then, and the Hessian falls apart no
more: it is formed and factorised whole, if it is small enough.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

LARGEST = 1000  # entries
JITTER = [1e-14, 1e-10, 1e-6, 1e-3]  # shares by which a diagonal is raised


def factorise(matrix):
    """Return the lower Cholesky factor of a matrix that may be singular by rounding.

    Directions are safeguarded, so that a larger diagonal does no harm.
    """
    for share in JITTER:
        raised = 0.5 * (matrix + matrix.T)
        raised.flat[:: len(matrix) + 1] *= 1.0 + share
        try:
            return cho_factor(raised, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            continue
    raise LinAlgError("not positive definite")


def entry_directions(working_set, support, gradient, units, pull):
    """Return Newton's direction on the non-zero entries, and one that drops some.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        What :meth:`WorkingSet.support` returns.
    gradient : ndarray of shape (n_rows, n_columns)
    units : ndarray of shape (n_rows, n_columns)
        Coefficients over the norms of their blocks.
    pull : ndarray of shape (n_blocks,)
        Thresholds over these norms.

    Returns
    -------
    directions : list of ndarray of shape (n_rows, n_columns)
        In the second, entries that the first makes negative go to zero. Empty if there
        are too many entries.
    """
    rows, owner, _ = support
    coef = working_set.coef[rows]
    place = np.nonzero(coef)
    if len(place[0]) > LARGEST:
        return []
    hessian = entry_hessian(working_set, rows, owner, place, units, pull)
    move = -cho_solve(factorise(hessian), gradient[place], check_finite=False)
    moves = [move]
    gone = coef[place] + move <= 0.0
    if np.any(gone):
        other = -coef[place]
        left = ~gone
        if np.any(left):
            target = gradient[place][left] + hessian[np.ix_(left, gone)] @ other[gone]
            factor = factorise(hessian[np.ix_(left, left)])
            other[left] = -cho_solve(factor, target, check_finite=False)
        moves.append(other)
    directions = []
    for entries in moves:
        direction = np.zeros_like(coef)
        direction[place] = entries
        directions.append(direction)
    return directions


def entry_hessian(working_set, rows, owner, place, units, pull):
    """Return the Hessian of the objective in the entries at ``place``."""
    row, column = place
    ptr = working_set.stack.column_ptr
    design = np.searchsorted(ptr, column, side="right") - 1
    grams = np.stack([working_set.storage.gram(d, rows) for d in range(len(ptr) - 1)])
    hessian = grams[design[:, None], row[:, None], row[None, :]]
    hessian *= column[:, None] == column[None, :]
    unit, block = units[place], owner[row]
    bent = np.where(block[:, None] == block[None, :], np.outer(unit, unit), 0.0)
    hessian -= pull[block][:, None] * bent
    hessian.flat[:: len(row) + 1] += pull[block] + working_set.problem.ridge
    return hessian
