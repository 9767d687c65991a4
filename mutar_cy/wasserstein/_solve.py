"""Solve a problem with a transport penalty, to a certified solution."""

from typing import NamedTuple

import numpy as np

from mutar_cy.wasserstein._dual_ascent import DualAscent, lasso_start
from mutar_cy.wasserstein._noise import NoiseAscent, fixed_point
from mutar_cy.wasserstein._problem import coefficient_exponent, make_transport_problem


class TransportSolution(NamedTuple):
    """The solution of a problem with a transport penalty, in the user's units.

    ``parts``, ``masses`` and ``barycentres`` have one entry per sign of coefficients.
    The first seven fields are those of `mutar_cy.solvers.Solution`.
    """

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    dual_gap: float
    gap_target: float
    n_iter: int
    converged: bool
    objective: float
    parts: list  # of (n_features, n_columns)
    masses: list  # parts in the penalty's units: those of normalised designs
    barycentres: list  # of (n_features,)
    sigma: np.ndarray  # (n_columns,)
    dual: np.ndarray  # flat, of whitened samples
    dual_samples: list  # of (n_samples_c,)
    losses: list
    gaps: list


def make_solution(scaled, ascent, sigma, *, linear=False):
    """Return the solution of an ascent that has ended.

    Parameters
    ----------
    scaled : ScaledData
    ascent : DualAscent
    sigma : ndarray of shape (n_columns,)
        Noise levels, in scaled units if ``linear``, else in the user's.
    linear : bool, default=False
        Whether the objective has the unit of the targets, not of their squares.
    """
    every = np.arange(scaled.n_features)
    halves = ascent.point.halves
    parts = [scaled.to_user(every, half.theta)[0] for half in halves]
    coef, intercept = scaled.to_user(every, net(halves))
    power = -coefficient_exponent(scaled)
    masses = [np.ldexp(half.theta, power) for half in halves]
    barycentres = [np.ldexp(np.exp(half.log_barycentre), power) for half in halves]
    for of_signs in (parts, masses, barycentres):
        if len(of_signs) == 1:
            of_signs.append(np.zeros_like(of_signs[0]))
    unit = -scaled.y_exponent if linear else -2 * scaled.y_exponent
    dual = np.ldexp(ascent.u, 0 if linear else -scaled.y_exponent)
    blocks = ascent.problem.data.blocks(dual)
    gap, target, objective = np.ldexp([ascent.gap, ascent.target, ascent.primal], unit)
    return TransportSolution(
        coef,
        intercept,
        float(gap),
        float(target),
        ascent.n_iter,
        bool(ascent.converged),
        float(objective),
        parts,
        masses,
        barycentres,
        np.ldexp(sigma, -scaled.y_exponent if linear else 0),
        dual,
        [
            v * design.sqrt_weight
            for design, b in zip(scaled.designs, blocks, strict=True)
            for v in b
        ],
        np.ldexp(ascent.losses, unit).tolist(),
        np.ldexp(ascent.gaps, unit).tolist(),
    )


def without_traces(scaled, solution, threshold):
    """Return a solution with coefficients up to a threshold set to zero."""
    if threshold == 0.0:
        return solution
    every = np.arange(scaled.n_features)
    coef = np.where(np.abs(solution.coef) > threshold, solution.coef, 0.0)
    intercept = scaled.to_user(every, scaled.from_user(every, coef))[1]
    return solution._replace(coef=coef, intercept=intercept)


def net(halves):
    """Return the coefficients: the sum over signs."""
    return sum(half.sign * half.theta for half in halves)


def solve_transport(
    scaled,
    transport,
    start=None,
    *,
    noise=None,
    tol=1e-4,
    max_iter=1000,
    on_iteration=None,
):
    """Minimise the data term of scaled data plus a transport penalty, to a duality gap.

    Parameters
    ----------
    scaled : ScaledData
    transport : Transport
    start : ndarray of shape (n_samples,), default=None
        Initial dual point, flat and in the user's units, as in
        ``TransportSolution.dual``; ignored if it has another size.
    noise : Noise, default=None
        Options of noise estimation; None for the plain data term.
    tol : float, default=1e-4
        Stop when the duality gap is at most ``tol`` times the objective of the null
        model, or when the accuracy of floats is reached.
    max_iter : int, default=1000
        Maximum number of Newton steps.
    on_iteration : callable, default=None
        Called as ``on_iteration(n_iter, gap, target)`` after every certificate.

    Returns
    -------
    TransportSolution
    """
    linear = noise is not None and not noise.fixed_point
    problem = make_transport_problem(scaled, transport, linear=linear)
    data = problem.data
    unit = -scaled.y_exponent if linear else -2 * scaled.y_exponent

    def report(n_iter, gap):
        if on_iteration is not None:
            target = tol * scaled.null_objective
            on_iteration(n_iter, float(np.ldexp(gap, unit)), target)

    warm = start is not None and len(start) == data.n_samples
    if warm:
        starts = [np.ldexp(start, 0 if linear else scaled.y_exponent)]
    else:
        starts = [lasso_start(scaled, data, transport)]
    if linear:
        ascent = NoiseAscent(problem, noise, tol, max_iter, report)
        starts = starts if warm else [starts[0] / data.spread(noise.start)]
        ascent.maximise(starts)
        return make_solution(scaled, ascent, ascent.problem.sigma, linear=True)

    def make_ascent(of):
        return DualAscent(of, tol * data.null, max_iter, report)

    if noise is None:
        ascent, sigma = make_ascent(problem), problem.sigma
        ascent.maximise(starts)
        return make_solution(scaled, ascent, sigma)
    # Noise levels, which multiply beta, have the unit of the targets.
    problem = problem.with_beta(np.ldexp(problem.beta, -scaled.y_exponent))
    ascent, sigma = fixed_point(problem, noise, make_ascent, starts)
    return make_solution(scaled, ascent, np.ldexp(sigma, -scaled.y_exponent))
