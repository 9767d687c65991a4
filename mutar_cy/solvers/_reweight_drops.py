"""Rows that cost more than they explain, left out after reweighting.

What a row is worth is foretold from the Gram matrices of the non-zero coefficients:
without coefficient ``j`` the others move by ``-w_j H_j / H_jj``, with ``H`` the inverse
of the Gram matrix, to where the residual is as before in every direction that is left.
What is foretold is then tried, and kept only if the objective is lower.
"""

import numpy as np

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
