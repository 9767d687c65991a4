"""Newton's steps of the dual of a barycentre, where sweeps hardly gain.

With P_k the plans, m their left and m' their right marginals, minus the Hessian of the
dual by the left potentials, over epsilon, is ``diag(r target + m)``, less ``(1 - tau)
P_k diag(1 / m'_k) P_k'`` for every task, plus ``(1 - tau) P_k diag(1 / q) P_l' / T``
for every pair of tasks.
"""

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from mutar_cy.ot._sweep import Sweep

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
