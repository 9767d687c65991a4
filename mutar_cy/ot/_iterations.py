"""Iterations to a barycentre: sweeps, Anderson extrapolation and Newton steps."""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from mutar_cy.ot._sweep import Sweep

# Number of pairs in an extrapolation.
MEMORY = 20
# Least and largest regularisation of the Gram matrix of scaled differences, and its
# factors after a rejection and after an acceptance.
REGULAR = (1e-13, 1e-3)
DOUBT, TRUST = 100.0, 3.0
# Largest number of places of a Hessian.
LARGEST = 4000
# Places with less than this share of the largest mass are left to sweeps.
COUNTING = 1e-16
# Increase of a unit diagonal, besides rounding, that makes it regular.
JITTER = 1e-14
# Sufficient increase, as a share of the slope's prediction (Armijo's constant), and
# decrease that counts as rounding.
RISE = 1e-4
ROUNDING = 1e-14
# Shortest fraction of a Newton step: shorter ones gain no more than sweeps.
SHORTEST = 1e-3
# An extrapolation must not fall behind the bounds of this many sweeps before.
MEMORY_OF_BOUNDS = 5
# Power of the masses in the norm of steps.
FLATTENING = 0.25
# Longest extrapolation, relative to the largest change by a sweep.
REACH = 100.0
# Ratio of the cost to epsilon from which larger epsilons are solved first; the factor
# from one to the next; the residual there; the residual of a useful start.
SHARP = 1000.0
COOLING = 2.0
COARSE = 1e-4
NEAR = 0.05
# Sweeps before the first Newton step: SOONEST, or the cost of a step in sweeps, which
# grows with the square of the places and is one for PLACES of them.
SOONEST = 5
PLACES = 100.0
# Full Newton steps that do not halve the residual, after which rounding is the limit.
MAX_STALLED = 3
# Largest residual, relative to its rounding, that counts as converged then; and the
# largest rounding.
NOISE = 100.0
WORST = 1e-3


class Extrapolation:
    """Anderson's extrapolation of a fixed-point iteration.

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
        """Increase the regularisation: the last point has been rejected."""
        self.regular = min(self.regular * DOUBT, REGULAR[1])

    def trust(self):
        """Decrease the regularisation: the last point has been accepted."""
        self.regular = max(self.regular / TRUST, REGULAR[0])

    def add(self, image, step):
        """Record an image and its distance from its point.

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
        """Return the combination of images with the smallest combined step.

        Parameters
        ----------
        weight : ndarray of shape (size,)
            Weights of the entries in the norm of steps.

        Returns
        -------
        point : ndarray of shape (size,)
            The last image if there is only one.
        """
        kept = min(self.count, len(self.steps))
        last = (self.count - 1) % len(self.steps)
        changes = self.steps[last] - self.steps[:kept]
        changes *= weight
        gram = changes @ changes.T
        # The last image has zero change; its weight follows from the others.
        scale = np.sqrt(gram.diagonal())
        scale[scale == 0.0] = 1.0
        gram /= np.outer(scale, scale)
        gram.flat[:: kept + 1] += self.regular
        wanted = changes @ (self.steps[last] * weight)
        mix = np.linalg.solve(gram, wanted / scale) / scale
        mix[last] = 1.0 - mix.sum() + mix[last]
        return mix @ self.images[:kept]


def newton_step(problem, sweep):
    """Return the sweep after a Newton step, which is halved if needed, or None.

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
        The accepted fraction of the step.
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

    With the plans P_k, their left marginals m and right marginals m', minus the Hessian
    of the dual by the left potentials, over epsilon, is ``diag(r target + m)``, minus
    ``(1 - tau) P_k diag(1 / m'_k) P_k'`` for every task, plus ``(1 - tau) P_k diag(1 /
    q) P_l' / T`` for every pair of tasks.

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
    except (np.linalg.LinAlgError, ValueError):  # extreme numbers have no factor
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


class Ended(NamedTuple):
    """The result of iterations."""

    sweep: Sweep
    n_iter: int
    converged: bool


def cool_down(problem, max_iter, start=None):
    """Solve roughly for larger epsilons first, if costs are large in units of epsilon.

    Parameters
    ----------
    problem : Masses
    max_iter : int
        Maximum number of iterations, including those that follow.
    start : ndarray of shape (n_places,), default=None
        Left potentials, used if they are near the solution or if epsilon is large.

    Returns
    -------
    log_a : ndarray of shape (n_places,)
        Left potentials to start from.
    n_iter : int
        Number of iterations.
    """
    kernel, n_done = problem.kernel, 0
    epsilon = kernel.epsilon
    ratio = max(kernel.max_cost / (SHARP * epsilon), 1.0)
    if start is not None and (
        ratio == 1.0 or Sweep(problem, start).complete().residual <= NEAR
    ):
        return start, 0
    # Prices, epsilon log a, are extrapolated linearly from one epsilon to the next.
    price, before = epsilon * problem.left(np.zeros(problem.shape)), None
    for level in range(math.ceil(math.log(ratio, COOLING)), 0, -1):
        budget = (max_iter - n_done) // 4
        if not budget:
            break
        warm = problem.at(epsilon * COOLING**level)
        sweep, n_iter, _ = iterate(warm, price / warm.epsilon, COARSE, budget)
        found, n_done = sweep.log_a * warm.epsilon, n_done + n_iter
        price = found if before is None else found + (found - before) / COOLING
        before = found
    return price / epsilon, n_done


def iterate(problem, log_a, tol, max_iter):
    """Sweep until the marginals agree, with Newton steps if that takes long.

    Parameters
    ----------
    problem : Masses
    log_a : ndarray of shape (n_places,)
        Left potentials to start from.
    tol : float
        Largest residual.
    max_iter : int
        At least 1.

    Returns
    -------
    Ended
        Also converged if the residual is at rounding level.
    """
    history = Extrapolation(len(log_a))
    sweep = best = Sweep(problem, log_a).complete()
    n_iter, n_stalled = 1, 0
    bounds: list[float] = []
    places = np.count_nonzero(problem.theta > COUNTING * problem.theta.max())
    due = pause = max(SOONEST, int((places / PLACES) ** 2))
    while n_iter < max_iter and sweep.residual > max(tol, sweep.rounding):
        trial, step = newton_step(problem, sweep) if n_iter >= due else (None, 0.0)
        if trial is None:
            if n_iter >= due:
                due = n_iter + pause
            bounds = [*bounds[1 - MEMORY_OF_BOUNDS :], sweep.lower]
            trial = extrapolated(problem, sweep, history, min(bounds))
        sweep = trial.complete()
        n_iter += 1
        stalled = step == 1.0 and sweep.residual > 0.5 * best.residual
        n_stalled = n_stalled + 1 if stalled else 0
        best = min(best, sweep, key=lambda one: one.residual)
        if n_stalled >= MAX_STALLED:
            if best.residual <= min(NOISE * best.rounding, WORST):
                return Ended(best, n_iter, True)
            due = n_iter + pause
    enough = max(tol, min(sweep.rounding, WORST))
    return Ended(sweep, n_iter, bool(sweep.residual <= enough))


def extrapolated(problem, sweep, history, least):
    """Return the next sweep, extrapolated unless its bound falls below the least.

    Parameters
    ----------
    problem : Masses
    sweep : Sweep
        Completed.
    history : Extrapolation
        The sweeps before.
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
