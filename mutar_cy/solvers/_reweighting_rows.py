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
from mutar_cy.solvers._reweighting import FIRST, Effort, Path
from mutar_cy.solvers._reweighting_support import Support
from mutar_cy.solvers._solve import solve_columns

CLEARLY = 1e-9  # of the objective: what another way must gain to be taken
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


LARGEST = 1000  # rows: beyond, inverses would take longer than all the rest
SHARE = 2  # one in so many of the rows that promise to pay is left out at once
DOUBTFUL = 0.05  # of the objective: what a row may seem to cost and still be tried
TRIALS = 6  # of such rows
JITTER = 1e-12  # by which the diagonal of a Gram matrix is raised to be regular
STEPS = 3  # weighted problems that a trial may take


def drop_rows(path, effort):
    """Leave out rows if that lowers the objective.

    Parameters
    ----------
    path : Path
        Of a separate support, settled. Moved in place, to a lower objective or not at
        all.
    effort : Effort

    Returns
    -------
    dropped : bool
    """
    dropped = False
    while may_drop(path, effort) and drop_paying(path, effort):
        dropped = True
    return dropped or (may_drop(path, effort) and drop_doubtful(path, effort))


def may_drop(path, effort):
    """Tell whether there are rows to try, and steps left to try them."""
    if path.ended or len(path.losses) >= effort.max_iter_reweighting:
        return False
    return len(path.support.chosen) <= LARGEST


def drop_paying(path, effort):
    """Leave out some of the rows that promise to pay, the more the better."""
    after = foretold(path)
    order = np.argsort(after)
    paying = int(np.count_nonzero(after < path.losses[-1]))
    n_tried = -(-paying // SHARE)
    while n_tried:
        if tried(path, order[:n_tried], effort):
            return True
        n_tried //= 2
    return False


def drop_doubtful(path, effort):
    """Leave out one of the rows whose worth is in doubt, if that proves right."""
    after, before = foretold(path), path.losses[-1]
    order = np.argsort(after)[:TRIALS]
    doubtful = order[after[order] < before + DOUBTFUL * abs(before)]
    return any(tried(path, [row], effort) for row in doubtful)


def foretold(path):
    """Return the objective without each penalised row; infinite where unknown."""
    support = path.support
    given = path.given[support.chosen]
    start = support.working_set.n_free
    coef = support.working_set.coef
    every = np.arange(len(coef))
    correlation = support.working_set.correlation_of(every).T
    change = np.zeros(len(coef))
    norms = np.tile(np.abs(coef).sum(axis=1), (len(coef), 1))
    try:
        for c, (rows, gram) in enumerate(support.entries()):
            own = coef[rows, c]
            moved, gain = without_each(own, gram, correlation[rows, c])
            change[rows] += gain
            norms[np.ix_(rows, rows)] += np.abs(moved) - np.abs(own)
    except np.linalg.LinAlgError:
        return np.full(len(given), np.inf)
    norms = np.maximum(np.ldexp(norms[start:, start:], support.unit), 0.0)
    after = np.ldexp(change[start:], -2 * support.stack.y_exponent)
    after += path.factor * path.penalty.alpha * (np.sqrt(norms) @ given)
    after[support.norms() == 0.0] = np.inf
    return after + support.data_term()


def without_each(coef, gram, correlation):
    """Return non-zero coefficients of one column without each of them.

    Parameters
    ----------
    coef : ndarray of shape (n,)
    gram : ndarray of shape (n, n)
    correlation : ndarray of shape (n,)
        With the residual.

    Returns
    -------
    moved : ndarray of shape (n, n)
        In row ``j`` the coefficients without entry ``j``, those that would change sign
        zero as well.
    change : ndarray of shape (n,)
        Of the data term.
    """
    regular = gram.copy()
    regular.flat[:: len(coef) + 1] *= 1.0 + JITTER
    inverse = np.linalg.inv(regular)
    moved = coef - inverse * (coef / np.diag(inverse))[:, None]
    moved.flat[:: len(coef) + 1] = 0.0
    moved[moved * coef < 0.0] = 0.0
    move = moved - coef
    change = 0.5 * np.einsum("ij,ij->i", move @ gram, move) - move @ correlation
    return moved, change


def tried(path, chosen, effort):
    """Leave out rows and go on, unless the objective ends no lower."""
    support, before = path.support, path.losses[-1]
    rows, n_losses = support.rows, len(path.losses)
    state = path.weights, path.move
    move = np.zeros_like(rows)
    gone = len(rows) - len(support.chosen) + np.asarray(chosen)  # free rows are first
    move[gone] = -rows[gone]
    path.history.clear()
    support.move(move)
    for _ in range(STEPS):
        path.step(effort)
        if path.losses[-1] < before:
            path.losses[n_losses:] = path.losses[-1:]  # those between were higher
            return True
        if path.settles(effort):
            break
    del path.losses[n_losses:]
    path.history.clear()
    support.move(rows - support.rows)
    (path.weights, path.move), path.ended = state, False
    support.weigh(path.weights)
    return False


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
