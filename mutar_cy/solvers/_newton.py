"""Newton's method on the non-zero blocks of a working set."""

import numpy as np
from scipy.linalg import LinAlgError, cho_solve

from mutar_cy.solvers._model import CG_STEPS, Model, factorise

GAIN = 3.0  # of matrix products over the products of a sweep
CALLS, CALLS_DESIGN = 6e5, 6e4  # multiplications that its calls cost, once and each


def newton_directions(working_set, support, correlation, coef):
    """Solve for the minimum of the second-order model on the non-zero blocks.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        What :meth:`WorkingSet.support` returns.
    correlation : ndarray of shape (n_columns, n_rows)
        Of the rows of the support with the residual.
    coef : ndarray of shape (n_rows, n_columns)
        Where to make the model; its zeros need not be those of the working set.

    Returns
    -------
    directions : list of ndarray of shape (n_rows, n_columns)
        Newton's; before it, where it shrinks blocks beyond what the model can be
        trusted with, one that is safe for them. Empty if there is none.
    shrinking : ndarray of shape (n_rows, n_columns)
        How much shorter the plain model makes what an entry belongs to, over its size:
        from 1 on, it sends that through zero. It belongs to its block, or to itself
        where the penalty is linear or entries must not be negative.
    """
    rows, owner, blocks = support
    problem = working_set.problem
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    local = working_set.penalty.restricted(blocks).local(coef, owner, firsts)
    gradient = local.slope - correlation.T
    linear = coef.shape[1] == 1 and len(blocks) == len(rows)
    try:
        if linear:
            kept = coef[:, 0] != 0.0
            directions = [np.zeros_like(coef)]
            directions[0][kept] = linear_direction(
                working_set.storage, rows[kept], gradient[kept], problem.ridge
            )
            along = np.zeros(len(blocks))
        else:
            model = Model(working_set, rows, owner, firsts, local)
            directions, along = model.directions(gradient)
    except LinAlgError:
        return [], None
    alone = (local.bend == 0.0) | problem.penalty.vanish_apart | linear
    moving = np.where(coef == 0.0, 1.0, coef)
    own = np.where(coef == 0.0, 0.0, -directions[-1] / moving)
    return directions, np.where(alone, own, along[owner, None])


def linear_direction(storage, rows, gradient, ridge):
    """Return the Newton direction where the penalty is linear: the lasso's."""
    gram = storage.gram(0, rows)
    gram.flat[:: len(gram) + 1] += ridge
    return -cho_solve(factorise(gram), gradient, check_finite=False)


def newton_cost(working_set, n_rows):
    """Return what a Newton step costs, in multiplications of sweeps, about."""
    stack, gram = working_set.stack, working_set.uses_gram
    calls = CALLS + CALLS_DESIGN * len(stack.targets)
    if stack.n_columns == 1:
        samples = 0.0 if gram else stack.targets[0].shape[1]
        return calls + n_rows**2 * (n_rows / 3.0 + samples) / GAIN
    cost = 0.0
    for n_columns, n_samples in (target.shape for target in stack.targets):
        dual = not gram and n_samples < n_rows  # by a factor of the samples' size
        rank = n_samples if dual else n_rows
        factors = n_columns if working_set.penalty.bends_apart else 1
        cost += factors * n_rows * rank * rank * (2.0 if dual else 1.3)
        cost += 0.0 if gram or dual else n_rows * n_rows * n_samples
        cost += CG_STEPS / 2 * n_rows * rank * n_columns * (2.0 if dual else 1.0)
    return calls + cost / GAIN
