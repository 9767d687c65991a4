"""Steps that look further than one sweep: Anderson's and Newton's.

Both propose a direction on the rows in play; the step along it is chosen on the exact
objective, so that neither can do harm.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

# Multiplications a second: of matrix products against those of sweeps.
NEWTON_GAIN = 3.0


def anderson_direction(history):
    """Extrapolate from successive iterates.

    Parameters
    ----------
    history : list of ndarray
        The last iterates, all of one shape, oldest first.

    Returns
    -------
    direction : ndarray or None
        From the last iterate.

    References
    ----------
    Q. Bertrand, M. Massias (2021), Anderson acceleration of coordinate descent,
    AISTATS. Algorithm 2.
    """
    iterates = np.stack([w.ravel() for w in history])
    moves = np.diff(iterates, axis=0)
    gram = moves @ moves.T
    trace = np.trace(gram)
    if not trace > 0.0:
        return None
    gram.flat[:: len(gram) + 1] += 1e-12 * trace
    try:
        weights = np.linalg.solve(gram, np.ones(len(gram)))
    except LinAlgError:
        return None
    weights /= weights.sum()
    return (weights @ iterates[1:] - iterates[-1]).reshape(history[-1].shape)


def newton_direction(working_set, rows, owner, correlation):
    """Solve for the minimum of the second-order model on rows without zero blocks.

    The Hessian is ``A_d = X_d' X_d + D`` for every column of design ``d``, less
    ``U C U'``: ``C`` holds ``lambda_b / |W_b|`` of every block, ``D`` the same (plus the
    ridge) of every row, and column ``b`` of ``U`` is ``W_b / |W_b|``. One factorisation
    per design and one, as large as there are blocks, for what couples the columns.

    Parameters
    ----------
    working_set : WorkingSet
    rows : ndarray of int
        Rows of all non-zero blocks.
    owner : ndarray of int
        For each of them, its block counted from 0 within these rows.
    correlation : ndarray of shape (n_columns, len(rows))

    Returns
    -------
    direction : ndarray of shape (len(rows), n_columns), or None
    """
    problem, ptr = working_set.problem, working_set.stack.column_ptr
    coef = working_set.coef[rows]
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    norms = np.sqrt(np.add.reduceat((coef**2).sum(axis=1), firsts))
    blocks = np.searchsorted(working_set.block_ptr, rows[firsts], side="right") - 1
    pull = working_set.thresholds[blocks] / norms
    units = coef / norms[owner, None]
    ridge = problem.ridge
    gradient = (pull[owner, None] + ridge) * coef - correlation.T
    if coef.shape[1] == 1 and len(firsts) == len(rows):
        return linear_direction(working_set, rows, gradient, ridge)
    coupling = np.diag(1.0 / pull)
    direction, solved = np.empty_like(coef), []
    try:
        for d in range(len(ptr) - 1):
            own = slice(ptr[d], ptr[d + 1])
            inverse = regularised_inverse(working_set, d, rows, pull[owner] + ridge)
            solved.append(inverse)
            direction[:, own] = -(inverse @ gradient[:, own])
            product = inverse * (units[:, own] @ units[:, own].T)
            if len(firsts) < len(rows):
                product = np.add.reduceat(product, firsts, axis=0)
                product = np.add.reduceat(product, firsts, axis=1)
            coupling -= product
        along = np.add.reduceat((units * direction).sum(axis=1), firsts)
        amount = cho_solve(cho_factor(coupling, overwrite_a=True), along)
    except LinAlgError:
        return None
    for d, inverse in enumerate(solved):
        own = slice(ptr[d], ptr[d + 1])
        direction[:, own] += inverse @ (amount[owner, None] * units[:, own])
    return direction


def linear_direction(working_set, rows, gradient, ridge):
    """Return the Newton direction where the penalty is linear: the lasso's."""
    gram = working_set.grams(0, rows)
    gram.flat[:: len(gram) + 1] += ridge + 1e-14 * np.trace(gram)
    try:
        return -cho_solve(cho_factor(gram, overwrite_a=True), gradient)
    except LinAlgError:
        return None


def regularised_inverse(working_set, d, rows, diagonal):
    """Return the inverse of ``X_d' X_d + diag(diagonal)`` on some rows."""
    n_samples = working_set.stack.targets[d].shape[1]
    if len(rows) <= n_samples or not working_set.packs:
        gram = working_set.grams(d, rows)
        gram.flat[:: len(rows) + 1] += diagonal
        return cho_solve(cho_factor(gram, overwrite_a=True), np.eye(len(rows)))
    scaled = working_set.columns(d, rows) / np.sqrt(diagonal)[:, None]
    inner = scaled.T @ scaled
    inner.flat[:: n_samples + 1] += 1.0
    factor = cho_factor(inner, lower=True, overwrite_a=True)[0]
    half = solve_triangular(factor, scaled.T, lower=True) / np.sqrt(diagonal)
    inverse = -(half.T @ half)
    inverse.flat[:: len(rows) + 1] += 1.0 / diagonal
    return inverse


def newton_pays(working_set, n_rows, n_sweeps):
    """Tell whether a Newton step costs less than so many sweeps over the rows."""
    stack = working_set.stack
    cost = n_rows**3 / 3.0
    for target in stack.targets:
        cost += n_rows**2 * min(n_rows, target.shape[1]) * 1.5
    return cost < NEWTON_GAIN * n_sweeps * n_rows * working_set.datafit.work()


def step_along(working_set, rows, owner, direction, correlation):
    """Move along a direction as far as the objective falls.

    Parameters
    ----------
    working_set : WorkingSet
    rows, owner : ndarray of int
        As for :func:`newton_direction`.
    direction : ndarray of shape (len(rows), n_columns)
    correlation : ndarray of shape (n_columns, len(rows))

    Returns
    -------
    moved : bool
    """
    problem, coef = working_set.problem, working_set.coef[rows]
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    blocks = np.searchsorted(working_set.block_ptr, rows[firsts], side="right") - 1
    thresholds = working_set.thresholds[blocks]
    change = working_set.change(rows, direction)
    slope = float(np.vdot(direction, correlation.T))
    bend = working_set.bend(rows, direction, change)

    def objective(step):
        w = coef + step * direction
        square = (w**2).sum(axis=1)
        norms = np.sqrt(np.add.reduceat(square, firsts))
        cost = thresholds @ norms + 0.5 * problem.ridge * square.sum()
        return cost - step * slope + 0.5 * step**2 * bend

    steps = [1.0, 0.5, 0.25]
    crossing = -coef / np.where(direction * coef < 0.0, direction, np.inf)
    crossing = crossing[crossing > 0.0].min(initial=np.inf)
    if problem.positive:
        steps = [min(step, crossing) for step in steps[:1]]
    elif coef.shape[1] == 1 and crossing < 1.0:
        steps.append(crossing)
    now = objective(0.0)
    values = [objective(step) for step in steps]
    best = int(np.argmin(values))
    if not values[best] < now:
        return False
    working_set.move(rows, steps[best], direction, change)
    return True
