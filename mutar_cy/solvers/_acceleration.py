"""Steps that look further than one sweep, safeguarded by the exact objective."""

import numpy as np

from mutar_cy.solvers._newton import newton_directions

STEPS = [1.0, 0.5, 0.25, 0.1, 0.02]  # fractions of a direction to try


def accelerate(working_set, active, history, newton):
    """Look further than sweeps do, by Newton's method or by extrapolation.

    Parameters
    ----------
    working_set : WorkingSet
        Moved in place, to a lower objective or not at all.
    active : ndarray of int
        The blocks that the last sweeps visited.
    history : ndarray of shape (n_iterates, n_rows, n_columns), or None
        The coefficients after each of these sweeps.
    newton : bool
        Whether by Newton's method.
    """
    support = working_set.support(active)
    rows = support[0]
    if not len(rows) or not (newton or history is not None):
        return
    correlation = working_set.correlation_of(rows)
    if newton:
        newton_step(working_set, support, correlation)
        return
    direction = anderson_direction(history[:, rows])
    if direction is not None:
        step_along(working_set, support, [direction], correlation)


def newton_step(working_set, support, correlation):
    """Take Newton's step, or one without the blocks that it sends through zero.

    Newton's model knows nothing of the kink at zero. Where it would carry blocks
    through it, the best step often ends at the first of them, or sends all of them to
    zero and solves the model again for the others.
    """
    coef = working_set.coef[support[0]]
    directions, shrinking = newton_directions(working_set, support, correlation, coef)
    if not directions:
        return
    passing = shrinking >= 1.0
    ends = [1.0 / shrinking.max()] if np.any(passing) else []
    if ends:
        directions.append(without(working_set, support, correlation, passing))
    step_along(working_set, support, directions, correlation, ends)


def without(working_set, support, correlation, dropped):
    """Return the direction that sends some entries to zero and Newton's for the rest.

    Parameters
    ----------
    working_set, support, correlation
        As for :func:`newton_directions`.
    dropped : ndarray of bool, shape (n_rows, n_columns)
    """
    rows = support[0]
    coef = working_set.coef[rows]
    direction = np.where(dropped, -coef, 0.0)
    left = np.where(dropped, 0.0, coef)
    if not left.any():
        return direction
    gone = dropped.any(axis=1)
    shift = working_set.storage.interact(rows[gone], direction[gone], rows)
    rest, _ = newton_directions(working_set, support, correlation - shift, left)
    return direction + rest[0] if rest else direction


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


def step_along(working_set, support, directions, correlation, ends=()):
    """Move along the best of some directions as far as the objective falls.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        What :meth:`WorkingSet.support` returns.
    directions : list of ndarray of shape (n_rows, n_columns)
    correlation : ndarray of shape (n_columns, n_rows)
        Of the rows of the support with the residual.
    ends : sequence of float, default=()
        Steps to try besides the usual ones.

    Returns
    -------
    moved : bool
    """
    rows, owner, blocks = support
    coef, penalty = working_set.coef[rows], working_set.penalty.restricted(blocks)
    ptr = np.searchsorted(owner, np.arange(len(blocks) + 1)) * coef.shape[1]
    ptr = ptr.astype(np.int32)

    best, lowest = None, penalty.value(coef.ravel(), ptr)
    for direction in directions:
        slope = float(np.vdot(direction, correlation.T))
        change, bend = working_set.change(rows, direction)
        steps = trial_steps(coef, direction, working_set.problem.positive)
        for step in [*steps, *ends] if not working_set.problem.positive else steps:
            value = penalty.value((coef + step * direction).ravel(), ptr)
            value += step * (0.5 * step * bend - slope)
            if value < lowest:
                best, lowest = (step, direction, change), value
    if best is None:
        return False
    working_set.move(rows, *best)
    return True


def trial_steps(coef, direction, positive):
    """Return the steps to try, none beyond the first zero if all must be positive."""
    if not positive:
        return STEPS
    against = direction * coef < 0.0
    crossing = np.min(-coef[against] / direction[against], initial=np.inf)
    return [min(1.0, crossing * (1.0 - 1e-12))]
