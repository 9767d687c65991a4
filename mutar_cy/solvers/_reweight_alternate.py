"""The alternation of two lassos for the factors of rows: another place to start from.

With factors ``W = C S`` the penalty ``alpha sum_j weights_j (|C_j| + |S_j|_1)`` is that
of two lassos: of ``S``, column by column, whatever ``C``, and of ``C``, all columns at
once, whatever ``S``.

References
----------
A. Lozano, G. Swirszcz (2012), Multi-level lasso for sparse multi-task regression, ICML.
"""

import numpy as np

from mutar_cy.datafits import GramQuadratic
from mutar_cy.penalties import L21
from mutar_cy.solvers._block_cd import block_cd

ROUNDS = 3  # by then it has chosen another way than reweighting, if it ever does
ACCURACY = 1e-10  # of the null objective
SWEEPS = 2000


def alternate(path, shared, effort):
    """Take some rounds of the alternation, from the best S for a given C.

    Parameters
    ----------
    path : Path
        Of a separate support, where no step has been made; moved in place.
    shared : ndarray of shape (n_features,)
        The factor C, non-negative.
    effort : Effort
    """
    support = path.support
    shared = shared[support.chosen]
    for _ in range(ROUNDS):
        factors = best_factors(path, shared)
        support.multiply(factors)
        kept = factors > 0.0
        if not kept.any():
            path.weights, path.ended = np.full(len(kept), np.inf), True
            break
        support.keep(kept)
        shared = (shared * factors)[kept]
        path.weights = path.given[support.chosen] / shared
        support.weigh(path.weights)
        path.n_iter += support.descend(ACCURACY, effort.max_iter)
        path.ended = not support.norms().any()
        if path.ended:
            break
    path.losses.append(path.objective())


def best_factors(path, shared):
    """Return by which factors all rows are best multiplied, at the cost of C alone."""
    support, working_set = path.support, path.support.working_set
    n_rows, start = len(shared), working_set.n_free
    gram, slope = np.zeros((n_rows, n_rows)), np.zeros(n_rows)
    every = np.arange(start + n_rows)
    correlation = working_set.correlation_of(every).T
    for c, (rows, inner) in enumerate(support.entries()):
        rows, inner = rows[rows >= start], inner[np.ix_(rows >= start, rows >= start)]
        own = working_set.coef[rows, c]
        slope[rows - start] += own * correlation[rows, c]
        gram[np.ix_(rows - start, rows - start)] += own[:, None] * inner * own
    square = 2.0 * working_set.datafit.value(working_set.coef)
    strength = path.penalty.alpha * np.ldexp(1.0, 2 * support.stack.y_exponent)
    penalty = L21(strength, path.given[support.chosen] * shared, positive=True)
    factors = np.ones((n_rows, 1))
    ptr, one = np.arange(n_rows + 1, dtype=np.int32), np.array([0, 1], dtype=np.int32)
    curvature = np.ascontiguousarray(np.diag(gram)[:, None])
    shape = curvature, ptr, one
    datafit = GramQuadratic(*shape, gram[None], slope[None], factors, square)
    target = ACCURACY * support.stack.scaled_null_objective
    block_cd(datafit, penalty, factors, target, SWEEPS)
    return factors[:, 0]
