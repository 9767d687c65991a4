"""Descent on a working set: sweeps over its active blocks, and acceleration.

Newton steps and Anderson extrapolation look further than one sweep does; the exact
objective safeguards both.
"""

import numpy as np

from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._newton import newton_cost, newton_directions

# Sweeps between two computations of the gap, and iterates of an extrapolation.
SWEEPS = 5
# Multiplications of a sweep below which more sweeps beat any acceleration, whose calls
# from Python then dominate; the kernel then runs CHEAP_ROUNDS times SWEEPS sweeps in
# one call. After CHEAP_CALLS such calls acceleration is tried nevertheless.
CHEAP = 2e5
CHEAP_ROUNDS = 6
CHEAP_CALLS = 2
CHEAP_SWEEPS = CHEAP_CALLS * CHEAP_ROUNDS * SWEEPS
# Multiplications that a visit of a row costs besides its own: calls and loops.
ROW = 300.0
# Multiplications that a round of SWEEPS sweeps and its acceleration cost besides: calls
# from Python.
ROUND = 1.5e5
# Sweeps that a Newton step is expected to save, at least.
SAVED_SWEEPS = 15
# After this many sweeps the objective itself is monitored: the descent ends when it has
# not decreased beyond rounding for MAX_STALLED rounds.
MONITORED_SWEEPS = 200
MAX_STALLED = 20
ROUNDING = 4 * np.finfo(np.float64).eps
# Newton steps on a quadratic problem: each removes the rounding of the one before.
REFINEMENTS = 3
# Factor per round by which the rate of an acceleration that is not used grows, so that
# it is tried again.
RETRIAL = 1.25
# A Newton step that leaves more than this share of the gap is slow: the other
# acceleration is tried as well.
SLOW = 0.25
# Newton steps in a row that each end where an entry passes through zero.
DROPS = 10
# Entries below this share of their size before a step have reached zero.
GONE = 1e-10
# Fractions of a direction to try.
STEPS = [1.0, 0.5, 0.25, 0.1, 0.02]


def descend(working_set, target, budget, before=0):
    """Reduce the duality gap of the working set's own problem to ``target``.

    Parameters
    ----------
    working_set : WorkingSet
        Loaded; updated in place.
    target : float
        Duality gap, in scaled units.
    budget : int
        Maximum number of sweeps.
    before : int, default=0
        Number of sweeps that have been made without acceleration.

    Returns
    -------
    n_sweeps : int
    """
    row = ROW + working_set.datafit.work()
    n_sweeps, work = 0, len(working_set.coef) * row
    history, newton, choice = None, False, AccelerationChoice()
    if working_set.problem.is_quadratic:
        shape = working_set.datafit, working_set.penalty, working_set.coef
        n_sweeps, _, active, _ = block_cd(*shape, 0.0, min(1, budget), 1)
        for _ in range(REFINEMENTS):
            accelerate(working_set, active, None, True)
    while True:
        cheap = work < CHEAP and before + n_sweeps < CHEAP_SWEEPS
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
        if n_sweeps > MONITORED_SWEEPS and choice.has_stalled(working_set.objective()):
            return n_sweeps
        work = len(active) * row
        # A Newton step may cost as much as all sweeps so far, which did not suffice.
        saved = max(SAVED_SWEEPS, n_sweeps)
        step = newton_cost(working_set, len(active))
        spent = saved * (work + ROUND / SWEEPS)
        newton = step < spent and choice.prefers_newton(gap)
        accelerate(working_set, active, history if rounds == 1 else None, newton)
        choice.begin(newton, gap, work * SWEEPS + (step if newton else ROUND))


class AccelerationChoice:
    """The decrease of the gap per multiplication, for each acceleration."""

    def __init__(self):
        self._rates = {}
        self._begun = None
        self._lowest, self._n_stalled = np.inf, 0

    def has_stalled(self, objective):
        """Return whether the objective has not decreased beyond rounding for long."""
        decrease = self._lowest - objective
        self._n_stalled = (
            0 if decrease > ROUNDING * abs(objective) else self._n_stalled + 1
        )
        self._lowest = min(self._lowest, objective)
        return self._n_stalled >= MAX_STALLED

    def begin(self, newton, gap, cost):
        """Record the acceleration, gap and cost of the round that begins."""
        self._begun = newton, gap, cost

    def prefers_newton(self, gap):
        """Return whether Newton comes next, given the gap after the last round."""
        if self._begun is None:
            return True
        newton, before, cost = self._begun
        for other in self._rates:
            self._rates[other] *= RETRIAL
        fallen = np.log(before / gap) if 0.0 < gap < before < np.inf else 0.0
        self._rates[newton] = max(fallen, 1e-3) / cost
        if len(self._rates) == 1:  # the other has not been tried
            return newton == (gap < SLOW * before)
        return self._rates[True] >= self._rates[False]


def accelerate(working_set, active, history, newton):
    """Take a Newton step or extrapolate from the last sweeps.

    Parameters
    ----------
    working_set : WorkingSet
        Updated in place, to a lower objective or not at all.
    active : ndarray of int
        The blocks that the last sweeps visited.
    history : ndarray of shape (n_iterates, n_rows, n_columns), or None
        The coefficients after each of these sweeps.
    newton : bool
        Whether to take a Newton step.
    """
    support = working_set.support(active)
    rows = support[0]
    if not len(rows) or not (newton or history is not None):
        return
    correlation = working_set.correlation_of(rows)
    if newton:
        for _ in range(DROPS):
            if not newton_step(working_set, support, correlation):
                return
            support = working_set.support(active)
            correlation = working_set.correlation_of(support[0])
        return
    direction = anderson_direction(history[:, rows])
    if direction is not None:
        step_along(working_set, support, [direction], correlation)


def newton_step(working_set, support, correlation):
    """Take Newton's step, or one that drops the blocks which it sends through zero.

    Newton's model ignores the kink at zero. Where it sends blocks through zero, the
    best step often ends at the first of them, or sets all of them to zero and solves
    the model again for the others.

    Returns
    -------
    dropped : bool
        Whether the step has set an entry to zero at which it ends: then another step,
        without that entry, leads further.
    """
    rows = support[0]
    if not len(rows):
        return False
    coef = working_set.coef[rows]
    directions, shrinking = newton_directions(working_set, support, correlation, coef)
    if not directions:
        return False
    passing = shrinking >= 1.0
    ends = [1.0 / shrinking.max()] if np.any(passing) else []
    if ends:
        directions.append(direction_without(working_set, support, correlation, passing))
    if not step_along(working_set, support, directions, correlation, ends) or not ends:
        return False
    now = working_set.coef[rows]
    gone = (np.abs(now) <= GONE * np.abs(coef)) & (now != 0.0)
    now[gone] = 0.0
    working_set.coef[rows] = now
    return bool(np.any(gone))


def direction_without(working_set, support, correlation, dropped):
    """Return the direction that sets some entries to zero, and Newton's for the rest.

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
        From the last iterate to the extrapolated one.

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
    # A relative regularisation: moves are often nearly collinear.
    gram.flat[:: len(gram) + 1] += 1e-12 * trace
    weights = np.linalg.solve(gram, np.ones(len(gram)))
    weights /= weights.sum()
    return (weights @ iterates[1:] - iterates[-1]).reshape(history.shape[1:])


def step_along(working_set, support, directions, correlation, ends=()):
    """Take the step along one of some directions with the lowest objective.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        The result of :meth:`WorkingSet.support`.
    directions : list of ndarray of shape (n_rows, n_columns)
    correlation : ndarray of shape (n_columns, n_rows)
        Correlations of the rows of the support with the residual.
    ends : sequence of float, default=()
        Step lengths to try besides the usual ones.

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
        change, square = working_set.change(rows, direction)
        steps = trial_steps(coef, direction, working_set.problem.positive)
        for step in [*steps, *ends] if not working_set.problem.positive else steps:
            value = penalty.value((coef + step * direction).ravel(), ptr)
            value += step * (0.5 * step * square - slope)
            if value < lowest:
                best, lowest = (step, direction, change), value
    if best is None:
        return False
    working_set.move(rows, *best)
    return True


def trial_steps(coef, direction, positive):
    """Return the steps to try: one before the first zero with ``positive``."""
    if not positive:
        return STEPS
    against = direction * coef < 0.0
    crossing = np.min(-coef[against] / direction[against], initial=np.inf)
    return [min(1.0, crossing * (1.0 - 1e-12))]
