"""Anderson's extrapolation of a fixed-point iteration."""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from mutar_cy.ot._sweep import Sweep

MEMORY = 20
REGULAR = (1e-13, 1e-3)  # of the Gram matrix of scaled differences: least and most
DOUBT, TRUST = 100.0, 3.0  # factors of it, up and down


class Extrapolation:
    """The last points and their images, and the point that they agree on.

    Parameters
    ----------
    size : int
        Length of a point.
    memory : int, default=20
        Number of pairs to keep.
    """

    def __init__(self, size, memory=MEMORY):
        self.images = np.empty((memory, size))
        self.steps = np.empty((memory, size))
        self.count = 0
        self.regular = REGULAR[0]

    def doubt(self):
        """Be more careful: the last point has been dropped."""
        self.regular = min(self.regular * DOUBT, REGULAR[1])

    def trust(self):
        """Be bolder: the last point has been accepted."""
        self.regular = max(self.regular / TRUST, REGULAR[0])

    def add(self, image, step):
        """Take note of an image and how far it is from its point.

        Parameters
        ----------
        image : ndarray of shape (size,)
        step : ndarray of shape (size,)
            Image less point.
        """
        place = self.count % len(self.steps)
        self.images[place], self.steps[place] = image, step
        self.count += 1

    def point(self, weight):
        """Return the combination of images whose steps nearly cancel.

        Parameters
        ----------
        weight : ndarray of shape (size,)
            Of the entries, in the norm of the steps.

        Returns
        -------
        point : ndarray of shape (size,)
            The last image while there is only one.
        """
        kept = min(self.count, len(self.steps))
        last = (self.count - 1) % len(self.steps)
        changes = self.steps[last] - self.steps[:kept]
        changes *= weight
        gram = changes @ changes.T
        # The last differs from itself by nothing: it gets no part of its own.
        scale = np.sqrt(gram.diagonal())
        scale[scale == 0.0] = 1.0
        gram /= np.outer(scale, scale)
        gram.flat[:: kept + 1] += self.regular
        wanted = changes @ (self.steps[last] * weight)
        mix = np.linalg.solve(gram, wanted / scale) / scale
        mix[last] = 1.0 - mix.sum() + mix[last]
        return mix @ self.images[:kept]


LARGEST = 4000  # places between which a Hessian is made
COUNTING = 1e-16  # of the masses: places with less follow by sweeps
JITTER = 1e-14  # of a unit diagonal, beside rounding: what is singular can be factored
RISE = 1e-4  # of what the slope promises
ROUNDING = 1e-14  # of a value: a fall that is none
SHORTEST = 1e-3  # of a step: what is shorter gains no more than sweeps


def newton_step(problem, sweep):
    """Return the sweep after a Newton step, by halves if need be, or None.

    Parameters
    ----------
    problem : Masses
    sweep : Sweep
        Completed.

    Returns
    -------
    trial : Sweep or None
        Not completed.
    step : float
        The part of the step that has been made.
    """
    direction = newton_direction(problem, sweep)
    if direction is None:
        return None, 0.0
    slope = -problem.epsilon * ((sweep.target * sweep.excess) @ direction)
    step = 1.0
    while step > SHORTEST:
        trial = Sweep(problem, sweep.log_a + step * direction)
        least = sweep.lower + RISE * step * slope - ROUNDING * abs(sweep.lower)
        if trial.lower >= least:
            return trial, step
        step *= 0.5
    return None, 0.0


def newton_direction(problem, sweep):
    """Return Newton's direction for the left potentials, or None if there is none.

    Parameters
    ----------
    problem : Masses
    sweep : Sweep
        Completed.
    """
    counts = sweep.target > COUNTING * sweep.target.max()
    if counts.sum() > LARGEST:
        return None
    hessian = _hessian(problem, sweep, counts)
    scale = np.sqrt(hessian.diagonal())
    hessian /= scale[:, None]
    hessian /= scale
    hessian.flat[:: len(hessian) + 1] += JITTER + sweep.rounding
    gradient = -(sweep.target * sweep.excess)[counts]
    direction = sweep.step.copy()
    try:
        factor = cho_factor(hessian, lower=True, overwrite_a=True)
    except (np.linalg.LinAlgError, ValueError):  # what is extreme has no factor
        return None
    direction[counts] = cho_solve(factor, gradient / scale) / scale
    return direction


def _hessian(problem, sweep, counts):
    """Return minus the Hessian over epsilon, between the places that count."""
    barycenter = np.exp(sweep.log_q)
    columns = np.flatnonzero(barycenter > COUNTING * barycenter.max())
    tasks, features = problem.task[counts], problem.places[counts] // problem.shape[1]
    ends = np.searchsorted(tasks, np.arange(problem.shape[1] + 1))
    hessian = np.zeros((len(tasks), len(tasks)))
    plans = np.empty((len(tasks), len(columns)))
    for k in range(problem.shape[1]):
        own = slice(ends[k], ends[k + 1])
        log_left = sweep.log_a[counts][own]
        log_right = sweep.log_b[columns, k]
        plan = problem.kernel.plan(features[own], columns, log_left, log_right)
        right = np.maximum(np.exp(log_right + sweep.log_A[columns, k]), 1e-300)
        plans[own] = plan
        plan *= np.sqrt(problem.share / right)
        hessian[own, own] -= plan @ plan.T
    plans *= np.sqrt(problem.share / (problem.n_tasks * barycenter[columns]))
    hessian += plans @ plans.T
    kept = sweep.target * (1.0 + problem.ratio + sweep.excess)
    hessian.flat[:: len(tasks) + 1] += kept[counts]
    return hessian


PATIENCE = 5  # sweeps back that an extrapolation must not fall behind
FLATTENING = 0.25  # power of the masses in the norm of the steps
REACH = 100.0  # of the largest change by a sweep: the most that is extrapolated
SHARP = 1000.0  # cost over epsilon from which a solution at larger ones comes first
COOLING = 2.0  # from one such epsilon to the next
COARSE = 1e-4  # residual at those
NEAR = 0.05  # residual of a start that is of use there
SOONEST = 5  # sweeps before the first Newton step
PLACES = 100.0  # whose Newton step costs a sweep: others, as their square
IDLE = 3  # whole Newton steps that do not halve the residual
NOISE = 100.0  # times the rounding of a residual: what they may leave at most
WORST = 1e-3  # rounding that leaves more leaves no solution


class Ended(NamedTuple):
    """What iterations have ended with."""

    sweep: Sweep
    n_iter: int
    converged: bool


def cool_down(problem, max_iter, start=None):
    """Solve roughly for larger epsilons, where masses are far apart in units of it.

    Parameters
    ----------
    problem : Masses
    max_iter : int
        Most iterations, those to come included.
    start : ndarray of shape (n_places,), default=None
        Left potentials that are kept if they are near the solution, or if epsilon is
        large.

    Returns
    -------
    log_a : ndarray of shape (n_places,)
        Left potentials to start from.
    n_iter : int
        How many iterations have been made.
    """
    kernel, spent = problem.kernel, 0
    epsilon = kernel.epsilon
    ratio = max(kernel.max_cost / (SHARP * epsilon), 1.0)
    if start is not None and (
        ratio == 1.0 or Sweep(problem, start).complete().residual <= NEAR
    ):
        return start, 0
    # What goes from one epsilon to the next is the price, epsilon log a, as a line.
    price, before = epsilon * problem.left(np.zeros(problem.shape)), None
    for level in range(math.ceil(math.log(ratio, COOLING)), 0, -1):
        budget = (max_iter - spent) // 4
        if not budget:
            break
        warm = problem.at(epsilon * COOLING**level)
        sweep, n_iter, _ = iterate(warm, price / warm.epsilon, COARSE, budget)
        found, spent = sweep.log_a * warm.epsilon, spent + n_iter
        price = found if before is None else found + (found - before) / COOLING
        before = found
    return price / epsilon, spent


def iterate(problem, log_a, tol, max_iter):
    """Sweep until the marginals agree, with Newton steps when that takes long.

    Parameters
    ----------
    problem : Masses
    log_a : ndarray of shape (n_places,)
        Left potentials to start from.
    tol : float
        Of the residual.
    max_iter : int
        At least 1.

    Returns
    -------
    Ended
        Converged too if rounding allows no smaller residual.
    """
    history = Extrapolation(len(log_a))
    sweep = best = Sweep(problem, log_a).complete()
    n_iter, idle = 1, 0
    bounds: list[float] = []
    places = np.count_nonzero(problem.theta > COUNTING * problem.theta.max())
    due = pause = max(SOONEST, int((places / PLACES) ** 2))
    while n_iter < max_iter and sweep.residual > max(tol, sweep.rounding):
        trial, step = newton_step(problem, sweep) if n_iter >= due else (None, 0.0)
        if trial is None:
            if n_iter >= due:
                due = n_iter + pause
            bounds = [*bounds[1 - PATIENCE :], sweep.lower]
            trial = extrapolated(problem, sweep, history, min(bounds))
        sweep = trial.complete()
        n_iter += 1
        idle = idle + 1 if step == 1.0 and sweep.residual > 0.5 * best.residual else 0
        best = min(best, sweep, key=lambda one: one.residual)
        if idle >= IDLE:
            if best.residual <= min(NOISE * best.rounding, WORST):
                return Ended(best, n_iter, True)
            due = n_iter + pause
    enough = max(tol, min(sweep.rounding, WORST))
    return Ended(sweep, n_iter, bool(sweep.residual <= enough))


def extrapolated(problem, sweep, history, least):
    """Return the sweep after one, extrapolated unless its bound falls below the least.

    Parameters
    ----------
    problem : Masses
    sweep : Sweep
        Completed.
    history : Extrapolation
        Of the sweeps before.
    least : float
    """
    history.add(sweep.next, sweep.step)
    farther = history.point(sweep.target**FLATTENING) - sweep.next
    reach = REACH * np.abs(sweep.step).max()
    np.clip(farther, -reach, reach, out=farther)
    trial = Sweep(problem, sweep.next + farther)
    if trial.lower >= least - ROUNDING * abs(sweep.lower):
        history.trust()
        return trial
    history.doubt()
    return Sweep(problem, sweep.next)
