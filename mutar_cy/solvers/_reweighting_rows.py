"""The multi-level lasso: reweighting of rows, with two ways out of local minima.

With the factors ``W = C S`` the penalty is ``alpha sum_j weights_j (|C_j| + |S_j|_1)``.
For fixed ``C`` this is a lasso in ``S``, column by column; for fixed ``S`` a lasso in
``C``, with all columns. Some rounds of this alternation are a second starting point.

Reweighting moreover keeps rows that cost more than they improve the fit. The Gram
matrices of the non-zero coefficients predict the objective without a row: if
coefficient ``j`` is dropped, the others change by ``-w_j H_j / H_jj``, with the inverse
``H`` of the Gram matrix. Rows that promise to pay are dropped, and stay dropped only if
the objective is lower.

References
----------
A. Lozano, G. Swirszcz (2012), Multi-level lasso for sparse multi-task regression, ICML.
"""

import numpy as np

from mutar_cy._lib import interruptible
from mutar_cy.datafits import GramQuadratic
from mutar_cy.penalties import L21
from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._reweighting import FIRST, ReweightingOptions, ReweightingPath
from mutar_cy.solvers._reweighting_support import Support
from mutar_cy.solvers._solve import solve_columns

# Decrease of the objective, as a share, from which the rival path is preferred.
CLEARLY = 1e-9
# Rounds of the alternation: by then it has left the path of reweighting, if it does.
ROUNDS = 3
# Accuracy of its lassos, as a share of the null objective, and their limit of sweeps.
ACCURACY = 1e-10
SWEEPS = 2000
# Number of rows up to which rows are dropped: inverses would dominate beyond.
LARGEST = 1000
# One in SHARE of the rows whose removal promises to pay is dropped at once.
SHARE = 2
# A row whose removal seems to cost up to this share of the objective is tried
# nevertheless, TRIALS such rows at most.
DOUBTFUL = 0.05
TRIALS = 6
# Relative increase of the diagonal of a Gram matrix that makes it regular.
JITTER = 1e-12
# Weighted problems per trial.
STEPS = 3


def alternate(path, shared, options):
    """Alternate between the factors for some rounds, from the best S for a given C.

    Parameters
    ----------
    path : ReweightingPath
        Of a separate support, before its first step; updated in place.
    shared : ndarray of shape (n_features,)
        The factor C, non-negative.
    options : ReweightingOptions
    """
    support = path.support
    shared = shared[support.chosen]
    target = ACCURACY * support.least_null
    for _ in range(ROUNDS):
        factors = best_factors(path, shared)
        support.multiply(factors)
        kept = factors > 0.0
        if not kept.any():
            support.set_weights(np.full(len(kept), np.inf))
            path.ended = True
            break
        support.keep(kept)
        path.load()
        shared = (shared * factors)[kept]
        support.set_weights(path.given[support.chosen] / shared)
        path.n_iter += support.descend(target, options.max_iter)
        path.ended = not support.norms().any()
        if path.ended:
            break
    path.losses.append(path.objective())


def best_factors(path, shared):
    """Return the factors of all rows that minimise the objective in C, for fixed S."""
    support, working_set = path.support, path.support.working_set
    n_rows, start = len(shared), working_set.n_free
    every = np.arange(start, start + n_rows)
    own = working_set.coef[start:]
    slope = np.einsum("rc,cr->r", own, working_set.correlation_of(every))
    gram = support.weighted_gram(own, start)
    square = 2.0 * working_set.datafit.value(working_set.coef)
    strength = path.penalty.alpha * np.ldexp(1.0, 2 * support.data.y_exponent)
    penalty = L21(strength, path.given[support.chosen] * shared, positive=True)
    factors = np.ones((n_rows, 1))
    ptr, one = np.arange(n_rows + 1, dtype=np.int32), np.array([0, 1], dtype=np.int32)
    curvature = np.ascontiguousarray(np.diag(gram)[:, None])
    shape = curvature, ptr, one
    datafit = GramQuadratic(*shape, gram[None], slope[None], factors, square)
    target = ACCURACY * support.data.scaled_null_objective
    block_cd(datafit, penalty, factors, target, SWEEPS)
    return factors[:, 0]


def drop_rows(path, options):
    """Drop rows if that lowers the objective.

    Parameters
    ----------
    path : ReweightingPath
        Of a separate support, converged. Updated in place, to a lower objective or not
        at all.
    options : ReweightingOptions

    Returns
    -------
    dropped : bool
    """
    dropped = False
    while may_drop(path, options) and drop_paying(path, options):
        dropped = True
    return dropped or (may_drop(path, options) and drop_doubtful(path, options))


def may_drop(path, options):
    """Return whether there are rows to try, and steps left to try them."""
    if path.ended or len(path.losses) >= options.max_iter_reweighting:
        return False
    return len(path.support.chosen) <= LARGEST


def drop_paying(path, options):
    """Drop some of the rows whose removal promises to pay, as many as possible."""
    after = predicted_losses(path)
    order = np.argsort(after)
    paying = int(np.count_nonzero(after < path.losses[-1]))
    n_tried = -(-paying // SHARE)
    while n_tried:
        if try_dropping(path, order[:n_tried], options):
            return True
        n_tried //= 2
    return False


def drop_doubtful(path, options):
    """Drop one of the rows whose effect is doubtful, if the objective falls."""
    after, before = predicted_losses(path), path.losses[-1]
    order = np.argsort(after)[:TRIALS]
    doubtful = order[after[order] < before + DOUBTFUL * abs(before)]
    return any(try_dropping(path, [row], options) for row in doubtful)


def predicted_losses(path):
    """Predict the objective without each penalised row; infinite where unknown."""
    support = path.support
    given = path.given[support.chosen]
    start = support.working_set.n_free
    coef = support.working_set.coef
    n_rows = len(coef)
    correlation = support.working_set.correlation_of(np.arange(n_rows)).T
    change, norms = np.zeros(n_rows), np.abs(coef).sum(axis=1)
    norms = np.tile(norms, (n_rows, 1))
    try:
        for columns, rows, gram in support.nonzero_grams():
            own = coef[rows, columns[:, None]]
            moved, gain = without_each(own, gram, correlation[rows, columns[:, None]])
            change += np.bincount(rows.ravel(), gain.ravel(), n_rows)
            places = n_rows * rows[:, :, None] + rows[:, None, :]
            shorter = np.abs(moved) - np.abs(own)[:, None, :]
            found = np.bincount(places.ravel(), shorter.ravel(), n_rows**2)
            norms += found.reshape(n_rows, n_rows)
    except np.linalg.LinAlgError:
        return np.full(len(given), np.inf)
    norms = np.maximum(np.ldexp(norms[start:, start:], support.unit), 0.0)
    after = np.ldexp(change[start:], -2 * support.data.y_exponent)
    after += path.factor * path.penalty.alpha * (np.sqrt(norms) @ given)
    after[support.norms() == 0.0] = np.inf
    return after + support.data_term()


def without_each(coef, gram, correlation):
    """Predict the coefficients of some columns without each of them.

    Parameters
    ----------
    coef : ndarray of shape (n_columns, n)
    gram : ndarray of shape (n_columns, n, n)
    correlation : ndarray of shape (n_columns, n)
        Correlations with the residual.

    Returns
    -------
    moved : ndarray of shape (n_columns, n, n)
        Row ``j`` of a column holds its coefficients without entry ``j``; entries that
        would change sign are zero too.
    change : ndarray of shape (n_columns, n)
        Change of the data term.
    """
    regular, each = gram.copy(), np.arange(coef.shape[1])
    regular[:, each, each] *= 1.0 + JITTER
    inverse = interruptible(np.linalg.inv, regular)
    coef = coef[:, None, :]
    shares = coef[:, 0] / inverse[:, each, each]
    moved = coef - inverse * shares[:, :, None]
    moved[:, each, each] = 0.0
    moved[moved * coef < 0.0] = 0.0
    move = moved - coef
    change = 0.5 * np.einsum("cij,cij->ci", move @ gram, move)
    return moved, change - np.einsum("cij,cj->ci", move, correlation)


def try_dropping(path, chosen, options):
    """Drop rows and continue; return to the start unless the objective falls."""
    support, before = path.support, path.losses[-1]
    rows, n_losses = support.rows, len(path.losses)
    state = path.weights.copy(), path.change
    move = np.zeros_like(rows)
    gone = len(rows) - len(support.chosen) + np.asarray(chosen)  # free rows come first
    move[gone] = -rows[gone]
    path.n_solutions = 0
    support.move(move)
    for _ in range(STEPS):
        path.step(options)
        if path.losses[-1] < before:
            path.losses[n_losses:] = path.losses[-1:]  # the losses between were higher
            return True
        if path.has_converged(options):
            break
    del path.losses[n_losses:]
    path.n_solutions = 0
    support.move(rows - support.rows)
    weights, path.change = state
    path.ended = False
    support.set_weights(weights)
    return False


def reweight_rows(data, penalty, shared=None, coef=None, options=None):
    """Minimise the data term plus ``2 alpha sum_j weights_j sqrt(|W_j|_1)``, locally.

    This is the minimum, over all factors ``C S = W``, of the data term plus ``alpha
    sum_j weights_j (|C_j| + |S_j|_1)``, attained where ``|C_j| = |S_j|_1``.

    Reweighting starts at the first problem, and once more after some rounds of
    alternation between the factors; the lower result is kept. Both keep rows that cost
    more than they improve the fit, since no small step away from them pays: rows are
    then dropped wherever that lowers the objective, and reweighting continues.

    Parameters
    ----------
    data : ScaledData
    penalty : L21
        Its weights are those of rows.
    shared : ndarray of shape (n_features,), default=None
        The initial factor C, 1 if None: the first problem is the best S for it, a lasso
        for every column with weights ``weights_j / |C_j|``.
    coef : ndarray of shape (n_features, n_columns), default=None
        Starting point of the first problem.
    options : ReweightingOptions, default=None

    Returns
    -------
    ReweightingResult
        Weights of shape (n_features,). Solutions as of :func:`solve_columns`, in which
        ``shared`` is the factor C, of shape (n_features,).
    """
    options = ReweightingOptions() if options is None else options
    once = options.max_iter_reweighting == 1 or penalty.alpha == 0.0
    given = options.for_solve(1.0 if once else FIRST)
    shared = np.ones(data.n_features) if shared is None else np.abs(shared)
    start = divided(penalty, shared)
    first = solve_columns(data, [start] * data.n_columns, coef, **given)
    path = ReweightingPath(Support(data, penalty, separate=True), penalty, first, 2.0)
    if once or path.ended:
        return with_factor(data, path.unweighted())
    path.run(options)
    other = ReweightingPath(Support(data, penalty, separate=True), penalty, first, 2.0)
    alternate(other, shared, options)
    other.run(options, rival=path.losses[-1])
    path = better(path, other)
    while drop_rows(path, options):
        path.run(options)
    return with_factor(data, path.certified(options))


def with_factor(data, found):
    """Return a result with the square roots of the l1 norms of rows as shared part."""
    features = np.arange(data.n_features)
    coef = data.from_user(features, found.last.coef)
    norms = np.ldexp(abs(coef).sum(axis=1), data.x_exponent - data.y_exponent)
    return found._replace(last=found.last._replace(shared=np.sqrt(norms)))


def better(path, other):
    """Return the path with the lower objective, with the sweeps of both.

    The other path may have gone uphill at first: its losses count from where they are
    below the first one.
    """
    best = path
    if other.losses[-1] < path.losses[-1] - CLEARLY * abs(path.losses[-1]):
        best, start = other, other.losses[0]
        other.losses = [start, *(loss for loss in other.losses[1:] if loss < start)]
    best.n_iter = path.n_iter + other.n_iter
    return best


def divided(penalty, shared):
    """Return a penalty with its weights divided by non-negative numbers."""
    weights = np.ones(len(shared)) if penalty.weights is None else penalty.weights
    with np.errstate(divide="ignore"):
        # Rows without a penalty remain without one.
        return penalty.replaced(weights=weights * np.where(weights > 0, 1 / shared, 1))
