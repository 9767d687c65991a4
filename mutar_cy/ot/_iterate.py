"""Sweeps and Newton steps, one after the other, to the barycentre."""

import math
from typing import NamedTuple

import numpy as np

from mutar_cy.ot._extrapolation import Extrapolation
from mutar_cy.ot._newton import COUNTING, ROUNDING, newton_step
from mutar_cy.ot._sweep import Sweep

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
