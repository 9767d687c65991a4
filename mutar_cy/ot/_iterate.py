"""Sweeps, one after the other, to the barycentre."""

import math

import numpy as np

from mutar_cy.ot._extrapolation import Extrapolation
from mutar_cy.ot._sweep import Sweep

ROUNDING = 1e-14  # of a value: a fall that is none
PATIENCE = 5  # sweeps back that an extrapolation must not fall behind
FLATTENING = 0.25  # power of the masses in the norm of the steps
REACH = 100.0  # of the largest change by a sweep: the most that is extrapolated
SHARP = 1000.0  # cost over epsilon from which a solution at larger ones comes first
COOLING = 2.0  # from one such epsilon to the next
COARSE = 1e-4  # residual at those


def cool_down(problem, max_iter):
    """Solve roughly for larger epsilons, where masses are far apart in units of it.

    Parameters
    ----------
    problem : Masses
    max_iter : int
        Most sweeps, those to come included.

    Returns
    -------
    log_a : ndarray of shape (n_places,)
        Left potentials to start from.
    n_iter : int
        How many sweeps have been made.
    """
    kernel, spent = problem.kernel, 0
    epsilon = kernel.epsilon
    ratio = max(kernel.max_cost / (SHARP * epsilon), 1.0)
    log_a = problem.left(np.zeros(problem.shape))
    for level in range(math.ceil(math.log(ratio, COOLING)), 0, -1):
        budget = (max_iter - spent) // 4
        if not budget:
            break
        warm = problem.at(epsilon * COOLING**level)
        # What goes from one epsilon to the next is the price, epsilon log a.
        sweep, n_iter = iterate(warm, log_a * (epsilon / warm.epsilon), COARSE, budget)
        log_a, spent = sweep.log_a * (warm.epsilon / epsilon), spent + n_iter
    return log_a, spent


def iterate(problem, log_a, tol, max_iter):
    """Sweep until the marginals agree.

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
    sweep : Sweep
        The last.
    n_iter : int
        How many there were.
    """
    history = Extrapolation(len(log_a))
    sweep, n_iter = Sweep(problem, log_a).complete(), 1
    bounds: list[float] = []
    while n_iter < max_iter and sweep.residual > max(tol, sweep.rounding):
        history.add(sweep.next, sweep.step)
        bounds = [*bounds[1 - PATIENCE :], sweep.lower]
        farther = history.point(sweep.target**FLATTENING) - sweep.next
        reach = REACH * np.abs(sweep.step).max()
        np.clip(farther, -reach, reach, out=farther)
        trial = Sweep(problem, sweep.next + farther)
        if not trial.lower >= min(bounds) - ROUNDING * abs(sweep.lower):
            trial = Sweep(problem, sweep.next)
            history.doubt()
        else:
            history.trust()
        sweep = trial.complete()
        n_iter += 1
    return sweep, n_iter
