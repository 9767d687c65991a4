"""What a solve ends with, in the user's units."""

from typing import NamedTuple

import numpy as np

from mutar_cy.wasserstein._problem import coefficient_exponent


class Outcome(NamedTuple):
    """A solution, in the user's units.

    ``parts`` and ``barycentres`` have one entry for each sign of the coefficients.
    """

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    dual_gap: float
    gap_target: float
    n_iter: int
    converged: bool
    objective: float
    parts: list  # of (n_features, n_columns)
    barycentres: list  # of (n_features,)
    sigma: np.ndarray  # (n_columns,)
    dual: np.ndarray  # flat
    losses: list
    gaps: list


def make_outcome(stack, run, linear=False):
    """Return what a run has ended with.

    Parameters
    ----------
    stack : Stack
    run : Run
    linear : bool, default=False
        Whether objectives have the unit of the targets, not of their squares.
    """
    every = np.arange(stack.n_features)
    halves = run.point.halves
    parts = [stack.to_user(every, half.theta)[0] for half in halves]
    if len(parts) == 1:
        parts.append(np.zeros_like(parts[0]))
    coef, intercept = stack.to_user(every, net(halves))
    power = -coefficient_exponent(stack)
    barycentres = [np.ldexp(np.exp(half.log_barycentre), power) for half in halves]
    if len(barycentres) == 1:
        barycentres.append(np.zeros_like(barycentres[0]))
    unit = -stack.y_exponent if linear else -2 * stack.y_exponent
    gap, target, objective = np.ldexp([run.gap, run.target, run.primal], unit)
    return Outcome(
        coef,
        intercept,
        float(gap),
        float(target),
        run.n_iter,
        bool(run.converged),
        float(objective),
        parts,
        barycentres,
        np.ldexp(run.problem.sigma, -stack.y_exponent if linear else 0),
        np.ldexp(run.u, 0 if linear else -stack.y_exponent),
        np.ldexp(run.losses, unit).tolist(),
        np.ldexp(run.gaps, unit).tolist(),
    )


def net(halves):
    """Return the coefficients of all signs together."""
    return sum(half.sign * half.theta for half in halves)
