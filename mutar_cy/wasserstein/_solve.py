"""What a solve ends with, in the user's units."""

from typing import NamedTuple

import numpy as np

from mutar_cy.wasserstein._dual_ascent import Run, lasso_start
from mutar_cy.wasserstein._noise import NoisyRun, fixed_point
from mutar_cy.wasserstein._problem import coefficient_exponent, make_problem


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


def minimise(
    stack,
    transport,
    start=None,
    *,
    noise=None,
    tol=1e-4,
    max_iter=1000,
    on_iteration=None,
):
    """Minimise the data term of a stack plus a transport penalty, to a duality gap.

    Parameters
    ----------
    stack : Stack
    transport : Transport
    start : ndarray of shape (n_samples,), default=None
        A dual point, user's units and flat, as in ``Outcome.dual``; of another size it
        is ignored.
    noise : Noise, default=None
        How levels of noise are found; None for the plain data term.
    tol : float, default=1e-4
        Stop when the duality gap is at most ``tol`` times the objective of the null
        model, or when no digit is left to gain.
    max_iter : int, default=1000
        Most Newton steps to make.
    on_iteration : callable, default=None
        Called as ``on_iteration(n_iter, gap, target)`` after every certificate.

    Returns
    -------
    Outcome
    """
    linear = noise is not None and not noise.fixed_point
    problem = make_problem(stack, transport, linear=linear)
    data = problem.data
    unit = -stack.y_exponent if linear else -2 * stack.y_exponent

    def report(n_iter, gap):
        if on_iteration is not None:
            target = tol * stack.null_objective
            on_iteration(n_iter, float(np.ldexp(gap, unit)), target)

    warm = start is not None and len(start) == data.n_samples
    if warm:
        starts = [np.ldexp(start, 0 if linear else stack.y_exponent)]
    else:
        starts = [lasso_start(stack, data, transport)]
    if linear:
        run = NoisyRun(problem, noise, tol, max_iter, report)
        starts = starts if warm else [starts[0] / data.spread(noise.start)]
        run.maximise(starts)
        return make_outcome(stack, run, run.problem.sigma, linear=True)

    def make_run(posed):
        return Run(posed, tol * data.null, max_iter, report)

    if noise is None:
        run, sigma = make_run(problem), problem.sigma
        run.maximise(starts)
        return make_outcome(stack, run, sigma)
    # Levels have the unit of the targets: so has what multiplies beta.
    scaled = problem.with_beta(np.ldexp(problem.beta, -stack.y_exponent))
    run, sigma = fixed_point(scaled, noise, make_run, starts)
    return make_outcome(stack, run, np.ldexp(sigma, -stack.y_exponent))
