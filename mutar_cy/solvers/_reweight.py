"""Square roots of norms as penalties, by weighted convex problems.

A concave function lies below its tangents: ``sqrt(t)`` is at most ``t / (2 sqrt(t0))``
plus a constant, with equality at ``t0``. To minimise the data term plus ``alpha * sum_b
weights_b sqrt(|W_b|)``, one solves a problem whose penalty is ``alpha * sum_b weights_b
|W_b| / (2 sqrt(|W0_b|))``, and again at its solution: the objective never rises. A
block that is zero has a tangent of infinite slope and stays zero, so that after the
first problem, whose weights are as given, only the blocks which it has left are looked
at.

References
----------
E. Candes, M. Wakin, S. Boyd (2008), Enhancing sparsity by reweighted l1 minimization,
J. Fourier Anal. Appl. 14.
"""

import numpy as np

from mutar_cy.solvers._reweight_alternate import alternate
from mutar_cy.solvers._reweight_drops import drop_rows
from mutar_cy.solvers._reweight_path import Effort, Path, Reweighted
from mutar_cy.solvers._reweight_support import Support
from mutar_cy.solvers._separate import join_columns, solve_columns
from mutar_cy.solvers._solve import solve

CLEARLY = 1e-9  # of the objective: what another way must gain to be taken
FIRST = 0.1  # of the tolerance: which blocks live on is decided by the first problem


def reweight(stack, penalty, groups=None, coef=None, effort=None):
    """Minimise the data term plus ``alpha sum_b weights_b sqrt(|W_b|)``, locally.

    Parameters
    ----------
    stack : Stack
    penalty : L21
        Without a ridge. It is the penalty of the problem to start with.
    groups : sequence of array-like of int, default=None
        A partition of the features into blocks.
    coef : ndarray of shape (n_features, n_columns), default=None
        Where the first problem starts; where it ends does not depend on it.
    effort : Effort, default=None

    Returns
    -------
    Reweighted
        Its weights are of shape (n_blocks,).
    """
    effort = Effort() if effort is None else effort
    once = effort.max_iter_reweighting == 1 or penalty.alpha == 0.0
    options = effort.options(1.0 if once else FIRST)
    first = solve(stack, penalty, groups, coef, **options)
    path = Path(Support(stack, penalty, groups), penalty, first, 1.0)
    if once or path.ended:
        return path.unweighted()
    path.run(effort)
    return path.certified(effort)


def reweight_columns(stack, penalties, coef=None, effort=None):
    """Do what :func:`reweight` does for every column of a stack on its own.

    Returns
    -------
    Reweighted
        Weights of shape (n_features, n_columns). Losses are the sums over columns,
        those that have ended standing still. Solutions as of :func:`solve_columns`.
    """
    found = [
        reweight(
            stack.column(c),
            penalty,
            coef=None if coef is None else coef[:, c : c + 1],
            effort=effort,
        )
        for c, penalty in enumerate(penalties)
    ]
    n_steps = max(len(each.losses) for each in found)
    losses = [
        np.pad(each.losses, (0, n_steps - len(each.losses)), mode="edge")
        for each in found
    ]
    return Reweighted(
        join_columns([each.first for each in found]),
        join_columns([each.last for each in found]),
        np.stack([each.weights for each in found], axis=1),
        np.sum(losses, axis=0),
        max(each.n_iter for each in found),
        all(each.settled for each in found),
    )


def reweight_rows(stack, penalty, shared=None, coef=None, effort=None):
    """Minimise the data term plus ``2 alpha sum_j weights_j sqrt(|W_j|_1)``, locally.

    This is the least value, over all factors ``C S = W``, of the data term plus
    ``alpha sum_j weights_j (|C_j| + |S_j|_1)``, taken on where ``|C_j| = |S_j|_1``.

    Two ways lead down from the first problem: reweighting at once, or after some
    rounds of alternation between the factors. The lower end is kept. Both leave rows
    that cost more than they explain, since no small step away from them pays: whole
    rows are then left out wherever that lowers the objective, and reweighting goes on.

    Parameters
    ----------
    stack : Stack
    penalty : L21
        Weights are those of rows.
    shared : ndarray of shape (n_features,), default=None
        The factor C to start with, 1 if None: the first problem is the best S for it,
        a lasso for every column with weights ``weights_j / |C_j|``.
    coef : ndarray of shape (n_features, n_columns), default=None
        Where the first problem starts.
    effort : Effort, default=None

    Returns
    -------
    Reweighted
        Weights of shape (n_features,). Solutions as of :func:`solve_columns`, where
        ``shared`` is the factor C, of shape (n_features,).
    """
    effort = Effort() if effort is None else effort
    once = effort.max_iter_reweighting == 1 or penalty.alpha == 0.0
    options = effort.options(1.0 if once else FIRST)
    shared = np.ones(stack.n_features) if shared is None else np.abs(shared)
    start = divided(penalty, shared)
    first = solve_columns(stack, [start] * stack.n_columns, coef, **options)
    path = Path(Support(stack, penalty, separate=True), penalty, first, 2.0)
    if once or path.ended:
        return with_factor(stack, path.unweighted())
    path.run(effort)
    other = Path(Support(stack, penalty, separate=True), penalty, first, 2.0)
    alternate(other, shared, effort)
    other.run(effort, rival=path.losses[-1])
    path = better(path, other)
    while drop_rows(path, effort):
        path.run(effort)
    return with_factor(stack, path.certified(effort))


def with_factor(stack, found):
    """Return what was found with the roots of the l1 norms of rows as shared part."""
    features = np.arange(stack.n_features)
    coef = stack.from_user(features, found.last.coef)
    norms = np.ldexp(abs(coef).sum(axis=1), stack.x_exponent - stack.y_exponent)
    return found._replace(last=found.last._replace(shared=np.sqrt(norms)))


def better(path, other):
    """Return that of two paths which has come lower, with the work of both.

    The other has gone uphill at first, if anywhere: what counts of it begins where it
    is below the start.
    """
    best = path
    if other.losses[-1] < path.losses[-1] - CLEARLY * abs(path.losses[-1]):
        best, start = other, other.losses[0]
        other.losses = [start, *(loss for loss in other.losses[1:] if loss < start)]
    best.n_iter = path.n_iter + other.n_iter
    return best


def divided(penalty, shared):
    """Return a penalty with weights over non-negative numbers."""
    weights = np.ones(len(shared)) if penalty.weights is None else penalty.weights
    with np.errstate(divide="ignore"):
        # Rows without a penalty keep none, whatever they are divided by.
        return penalty.replaced(weights=weights * np.where(weights > 0, 1 / shared, 1))
