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
    masses: list  # the same as the penalty sees them: of normalised designs
    barycentres: list  # of (n_features,)
    sigma: np.ndarray  # (n_columns,)
    dual: np.ndarray  # flat, of whitened samples
    dual_samples: list  # of (n_samples_c,)
    losses: list
    gaps: list


def make_outcome(stack, run, sigma, *, linear=False):
    """Return what a run has ended with.

    Parameters
    ----------
    stack : Stack
    run : Run
    sigma : ndarray of shape (n_columns,)
        Levels of noise, in the units of the stack if ``linear``, else the user's.
    linear : bool, default=False
        Whether objectives have the unit of the targets, not of their squares.
    """
    every = np.arange(stack.n_features)
    halves = run.point.halves
    parts = [stack.to_user(every, half.theta)[0] for half in halves]
    coef, intercept = stack.to_user(every, net(halves))
    power = -coefficient_exponent(stack)
    masses = [np.ldexp(half.theta, power) for half in halves]
    barycentres = [np.ldexp(np.exp(half.log_barycentre), power) for half in halves]
    for of_signs in (parts, masses, barycentres):
        if len(of_signs) == 1:
            of_signs.append(np.zeros_like(of_signs[0]))
    unit = -stack.y_exponent if linear else -2 * stack.y_exponent
    dual = np.ldexp(run.u, 0 if linear else -stack.y_exponent)
    blocks = run.problem.data.blocks(dual)
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
        masses,
        barycentres,
        np.ldexp(sigma, -stack.y_exponent if linear else 0),
        dual,
        [
            v * design.root
            for design, b in zip(stack.designs, blocks, strict=True)
            for v in b
        ],
        np.ldexp(run.losses, unit).tolist(),
        np.ldexp(run.gaps, unit).tolist(),
    )


def without_traces(stack, outcome, threshold):
    """Return an outcome whose coefficients are 0 where they are at most a threshold."""
    if threshold == 0.0:
        return outcome
    every = np.arange(stack.n_features)
    coef = np.where(np.abs(outcome.coef) > threshold, outcome.coef, 0.0)
    intercept = stack.to_user(every, stack.from_user(every, coef))[1]
    return outcome._replace(coef=coef, intercept=intercept)


def net(halves):
    """Return the coefficients of all signs together."""
    return sum(half.sign * half.theta for half in halves)
