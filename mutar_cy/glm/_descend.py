"""Newton steps on the working set, each by the block kernel on a quadratic model."""

import numpy as np

from mutar_cy.glm._settle import settle

INNER = 0.03  # of the gap: how far a model is solved
IDLE = 3  # steps without progress: no digit is left


def descend_newton(working_set, target, budget):
    """Bring the duality gap of the working set's own problem below ``target``.

    Parameters
    ----------
    working_set : PredictorSet
        With residuals of its coefficients; moved in place.
    target : float
    budget : int
        Most Newton steps to make.

    Returns
    -------
    n_steps : int
    """
    if working_set.few_rows() is not None:
        return working_set.descend_few(target, budget)
    n_steps = idle = 0
    best = np.inf
    while True:
        correlation = working_set.storage.correlate(working_set._residuals)
        gap = working_set.gap(correlation)
        idle = 0 if gap < best else idle + 1
        best = min(gap, best)
        if gap <= target or n_steps >= budget or idle >= IDLE:
            return n_steps
        direction, shift = working_set.model().solve(correlation, gap, INNER)
        slope = -float(np.vdot(direction, correlation.T))
        n_steps += 1
        if working_set.step_along(direction, shift, slope) == 0.0:
            return n_steps
        settle(working_set)  # gaps and models are for residuals orthogonal to free rows
