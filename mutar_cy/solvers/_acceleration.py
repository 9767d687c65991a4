"""Steps that look further than one sweep, safeguarded by the exact objective."""

import numpy as np

from mutar_cy.solvers._newton import newton_direction, newton_pays


def accelerate(working_set, active, history, patience):
    """Look further than sweeps do, by Newton's method or by extrapolation.

    Parameters
    ----------
    working_set : WorkingSet
        Moved in place, to a lower objective or not at all.
    active : ndarray of int
        The blocks that the last sweeps visited.
    history : ndarray of shape (n_iterates, n_rows, n_columns), or None
        The coefficients after each of these sweeps.
    patience : int
        How many sweeps a Newton step may cost.
    """
    support = working_set.support(active)
    rows = support[0]
    if not len(rows):
        return
    correlation = working_set.correlation_of(rows)
    if newton_pays(working_set, len(rows), patience):
        direction = newton_direction(working_set, support, correlation)
    elif history is not None:
        direction = anderson_direction(history[:, rows])
    else:
        return
    if direction is not None:
        step_along(working_set, support, direction, correlation)


def anderson_direction(history):
    """Extrapolate from successive iterates.

    Parameters
    ----------
    history : ndarray of shape (n_iterates, ...)
        The last iterates, oldest first.

    Returns
    -------
    direction : ndarray or None
        From the last iterate.

    References
    ----------
    Q. Bertrand, M. Massias (2021), Anderson acceleration of coordinate descent,
    AISTATS. Algorithm 2.
    """
    iterates = history.reshape(len(history), -1)
    moves = iterates[1:] - iterates[:-1]
    gram = moves @ moves.T
    trace = np.trace(gram)
    if not trace > 0.0:
        return None
    gram.flat[:: len(gram) + 1] += 1e-12 * trace
    weights = np.linalg.solve(gram, np.ones(len(gram)))
    weights /= weights.sum()
    return (weights @ iterates[1:] - iterates[-1]).reshape(history.shape[1:])


def step_along(working_set, support, direction, correlation):
    """Move along a direction as far as the objective falls.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        What :meth:`WorkingSet.support` returns.
    direction : ndarray of shape (n_rows, n_columns)
    correlation : ndarray of shape (n_columns, n_rows)
        Of the rows of the support with the residual.

    Returns
    -------
    moved : bool
    """
    rows, owner, blocks = support
    ridge, coef = working_set.problem.ridge, working_set.coef[rows]
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    thresholds = working_set.thresholds[blocks]
    slope = float(np.vdot(direction, correlation.T))
    change, bend = working_set.change(rows, direction)

    def objective(step):
        w = coef + step * direction
        square = np.einsum("rc,rc->r", w, w)
        norms = np.sqrt(np.add.reduceat(square, firsts))
        cost = thresholds @ norms + 0.5 * ridge * square.sum()
        return cost - step * slope + 0.5 * step**2 * bend

    steps = trial_steps(coef, direction, working_set.problem.positive)
    values = [objective(step) for step in steps]
    best = int(np.argmin(values))
    if not values[best] < objective(0.0):
        return False
    working_set.move(rows, steps[best], direction, change)
    return True


def trial_steps(coef, direction, positive):
    """Return the steps to try: some fractions, and where a coefficient reaches zero."""
    against = direction * coef < 0.0
    crossing = np.min(-coef[against] / direction[against], initial=np.inf)
    if positive:
        return [min(1.0, crossing * (1.0 - 1e-12))]
    steps = [1.0, 0.5, 0.25, 0.1]
    if coef.shape[1] == 1 and crossing < 1.0:
        steps.append(crossing)
    return steps
