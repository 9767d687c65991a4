"""Minimise over a working set: sweeps over its active blocks, and accelerations."""

import numpy as np

from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._newton import newton_cost, newton_directions

SWEEPS = 5  # between two looks at the gap
CHEAP = 2e5  # multiplications of a sweep below which nothing beats more sweeps
CHEAP_ROUNDS = 6  # looks in one call of the kernel then
CHEAP_CALLS = 2  # such calls, before acceleration is tried all the same
ROW = 300.0  # multiplications that a visit of a row costs beyond its own
PATIENCE = 15  # sweeps that a Newton step is expected to save
PATIENT_SWEEPS = 200  # before the objective itself is watched
IDLE = 20  # looks without progress of the objective that end it
ROUNDING = 4 * np.finfo(np.float64).eps
REFINEMENTS = 3  # Newton steps on a quadratic problem
CURIOSITY = 1.25  # by which the method not taken gains in esteem
SLOW = 0.25  # of the gap left after a Newton step: then others are tried as well


def descend(working_set, target, budget):
    """Bring the duality gap of the working set's own problem below ``target``.

    Parameters
    ----------
    working_set : WorkingSet
        Loaded; moved in place.
    target : float
        In the units of the stack.
    budget : int
        Most sweeps to make.

    Returns
    -------
    n_sweeps : int
    """
    row = ROW + working_set.datafit.work()
    n_sweeps, work = 0, len(working_set.coef) * row
    history, newton, progress = None, False, Progress()
    if working_set.problem.is_quadratic:
        shape = working_set.datafit, working_set.penalty, working_set.coef
        n_sweeps, _, active, _ = block_cd(*shape, 0.0, min(1, budget), 1)
        for _ in range(REFINEMENTS):  # each gains what rounding took from the last
            accelerate(working_set, active, None, True)
    while True:
        cheap = work < CHEAP and n_sweeps < CHEAP_CALLS * CHEAP_ROUNDS * SWEEPS
        rounds = CHEAP_ROUNDS if cheap and not newton else 1
        if rounds == 1 and history is None:
            history = np.empty((SWEEPS + 1, *working_set.coef.shape))
        done, gap, active, at_rest = block_cd(
            working_set.datafit,
            working_set.penalty,
            working_set.coef,
            target,
            min(rounds * SWEEPS, budget - n_sweeps),
            SWEEPS,
            history if rounds == 1 else None,
            working_set.n_free,
        )
        n_sweeps += done
        if gap <= target or n_sweeps >= budget or at_rest:
            return n_sweeps
        if n_sweeps > PATIENT_SWEEPS and progress.has_ended(working_set.objective()):
            return n_sweeps
        work = len(active) * row
        # What has been spent on sweeps without success may be spent on a Newton step.
        patience = max(PATIENCE, n_sweeps)
        step = newton_cost(working_set, len(active))
        newton = step < patience * work and progress.prefers_newton(gap)
        accelerate(working_set, active, history if rounds == 1 else None, newton)
        progress.begin(newton, gap, work * SWEEPS + (step if newton else 0.0))


class Progress:
    """How fast the gap falls, per multiplication, with either acceleration."""

    def __init__(self):
        self._rates = {}
        self._begun = None
        self._lowest, self._idle = np.inf, 0

    def has_ended(self, objective):
        """Tell whether the objective has long stopped falling beyond rounding."""
        fallen = self._lowest - objective
        self._idle = 0 if fallen > ROUNDING * abs(objective) else self._idle + 1
        self._lowest = min(self._lowest, objective)
        return self._idle >= IDLE

    def begin(self, newton, gap, cost):
        """Note what the next round begins with, and what it costs."""
        self._begun = newton, gap, cost

    def prefers_newton(self, gap):
        """Tell which acceleration to take next, the last having led to ``gap``."""
        if self._begun is None:
            return True
        newton, before, cost = self._begun
        for other in self._rates:
            self._rates[other] *= CURIOSITY
        fallen = np.log(before / gap) if 0.0 < gap < before < np.inf else 0.0
        self._rates[newton] = max(fallen, 1e-3) / cost
        if len(self._rates) == 1:  # the other has not been tried
            return newton == (gap < SLOW * before)
        return self._rates[True] >= self._rates[False]


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
