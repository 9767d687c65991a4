"""Minimise over a working set: sweeps over its active blocks, and accelerations."""

import numpy as np

from mutar_cy.solvers._acceleration import accelerate
from mutar_cy.solvers._block_cd import block_cd
from mutar_cy.solvers._newton import newton_cost

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
