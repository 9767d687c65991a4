"""Newton's method for the data term plus roots of norms, or plus their tangents.

The gradient of ``c sqrt(|W_b|)`` is that of its tangent, ``a W_b`` with the curvature
``a = c / 2 |W_b|^(-3/2)``. With ``u = W_b / |W_b|`` the Hessian is ``a (I - 1.5 u u')``,
where the tangent has ``a (I - u u')``. So the objective has the Hessian ``A - U C U'``,
with ``A = X' X + D`` for every column and ``C = 1.5 D``, or D. It is positive definite
if and only if ``C^-1 - U' A^-1 U`` is, a matrix with one row per block: the objective
is then convex near the point, and Newton's direction leads to the minimum there.
"""

import numpy as np
from scipy.linalg.lapack import dposv

from mutar_cy._lib import interruptible
from mutar_cy.solvers._spd_inverses import spd_inverses

# Multiples of D in the Hessian.
ROOT, TANGENT = 1.5, 1.0
# Products of matrices run about this many times as fast as sweeps.
GAIN = 4.0
# Multiplications of a sweep that the calls of a step cost.
CALLS = 2e5


def newton_cost(support):
    """Return the approximate cost of a step, in multiplications of sweeps."""
    n_rows, n_designs = len(support.working_set.coef), len(support.data.designs)
    return CALLS + n_designs * 2.0 * n_rows**3 / GAIN


def newton_direction(support, weights, bend):
    """Return the direction to the minimum near by, or None if there may be none.

    Parameters
    ----------
    support : Support
        On Gram matrices, without unpenalised rows.
    weights : ndarray of shape (n_blocks,)
        Those of the tangent.
    bend : {ROOT, TANGENT}

    Returns
    -------
    direction : ndarray of shape (n_rows, n_columns), or None
    """
    working_set, data, coef = support.working_set, support.data, support.rows
    norms = working_set.block_norms()
    kept = np.flatnonzero(norms > 0.0)
    rows, owner, _ = working_set.support(kept)
    coef, norms = coef[rows], norms[kept]
    curvature = working_set.penalty.alpha * weights[kept] / norms
    units = coef / norms[owner, None]
    correlation = working_set.correlation_of(rows).T
    uphill = curvature[owner, None] * coef - correlation
    inverses = _inverses(working_set.storage, rows, curvature[owner])
    if inverses is None:
        return None
    bent = bend * curvature
    found = _solve(inverses, data.column_ptr, uphill, units, owner, bent)
    if found is None:
        return None
    direction = np.zeros(working_set.coef.shape)
    direction[rows] = found
    return direction


def _inverses(storage, rows, diag):
    """Return the inverse of ``X_d' X_d`` plus a diagonal of every design, or None."""
    n_rows = len(rows)
    if n_rows == storage.grams.shape[1]:
        matrices = storage.grams.copy()
    else:
        matrices = np.empty((len(storage.grams), n_rows, n_rows))
        for gram, out in zip(storage.grams, matrices, strict=True):
            np.take(gram[rows], rows, axis=1, out=out, mode="clip")  # unbuffered
    each = np.arange(n_rows)
    matrices[:, each, each] += diag
    return matrices if interruptible(spd_inverses, matrices) else None


def _solve(inverses, column_ptr, uphill, units, owner, bent):
    """Solve Newton's equations; return None unless the Hessian is positive."""
    spans = list(zip(column_ptr[:-1].tolist(), column_ptr[1:].tolist(), strict=True))

    def divided(values):
        """Multiply by the inverse of A, column by column."""
        if len(inverses) == len(values.T):
            return np.matmul(inverses, values.T[:, :, None])[:, :, 0].T
        pairs = zip(inverses, spans, strict=True)
        return np.concatenate([h @ values[:, a:b] for h, (a, b) in pairs], axis=1)

    matrix = np.zeros((len(units), len(units)))
    for h, (a, b) in zip(inverses, spans, strict=True):
        matrix -= h * (units[:, a:b] @ units[:, a:b].T)
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    if len(firsts) < len(matrix):
        matrix = np.add.reduceat(
            np.add.reduceat(matrix, firsts, axis=0), firsts, axis=1
        )
    matrix.flat[:: len(matrix) + 1] += 1.0 / bent
    start = -divided(uphill)
    along = np.add.reduceat(np.einsum("rc,rc->r", units, start), firsts)
    _, amount, info = dposv(matrix, along, lower=1)
    return start + divided(amount[owner, None] * units) if info == 0 else None
