"""Minimise over a working set: sweeps over its active blocks, and accelerations."""

import numpy as np

from mutar_cy.designs import sum_of_squares
from mutar_cy.solvers._acceleration import (
    anderson_direction,
    newton_direction,
    newton_pays,
    step_along,
)
from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._certificate import Certificate

SWEEPS = 5  # between two looks at the gap
PATIENCE = 15  # sweeps that a Newton step is expected to save


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
    problem = working_set.problem
    certificate = Certificate(working_set.thresholds, problem.ridge)
    n_sweeps, at_rest = 0, False
    while True:
        square, inner, correlation = working_set.products()
        norms = working_set.norms_of(sum_of_squares(correlation, problem.positive))
        primal = 0.5 * square + working_set.penalty_value()
        gap = certificate.gap(primal, square, inner, norms)
        if gap <= target or n_sweeps >= budget:
            return n_sweeps
        kept = working_set.block_norms() > 0.0
        active = np.flatnonzero(kept | (norms > working_set.thresholds))
        if at_rest and np.array_equal(active, visited):
            return n_sweeps  # nothing moves: this is the accuracy of the machine
        visited, sweeps = active, min(SWEEPS, budget - n_sweeps)
        at_rest = sweep_and_accelerate(working_set, active, sweeps)
        n_sweeps += sweeps


def sweep_and_accelerate(working_set, active, n_sweeps):
    """Make some sweeps over the active blocks, then look further.

    Returns
    -------
    at_rest : bool
        Whether the last sweep moved nothing.
    """
    blocks = active.astype(np.int32)
    rows, owner = working_set.rows_of(active)
    newton = newton_pays(working_set, len(rows), PATIENCE)
    history = [working_set.coef[rows]]
    step = n_sweeps if newton else 1
    for _ in range(0, n_sweeps, step):
        _, violation = block_cd(
            working_set.datafit, working_set.penalty, working_set.coef, blocks, 0.0, step
        )
        if not newton:
            history.append(working_set.coef[rows])
    if violation == 0.0:
        return True
    if newton:
        alive = working_set.coef[rows].any(axis=1)
        if working_set.problem.positive and alive.size and history[0].shape[1] > 1:
            return False
        alive = np.isin(owner, owner[alive])
        rows, owner = rows[alive], np.unique(owner[alive], return_inverse=True)[1]
        correlation = working_set.correlation_of(rows)
        direction = newton_direction(working_set, rows, owner, correlation)
    else:
        correlation = working_set.correlation_of(rows)
        direction = anderson_direction(history)
    if direction is not None and len(rows):
        step_along(working_set, rows, owner, direction, correlation)
    return False
