"""Square roots of masses instead of the l1 norm, by weighted convex problems."""

import numpy as np

from mutar_cy.solvers import ReweightingResult
from mutar_cy.wasserstein._solve import solve_transport

# Smallest square root of a mass: keeps the slopes of tangents finite.
SMALLEST = 1e-10
# Factor of the tolerance if the objective has not decreased, and number of tries.
FINER = 0.1
TRIES = 3


def reweight(scaled, transport, start, options, noise=None):
    """Minimise with ``beta sum sqrt(mass)`` in place of ``beta sum mass``, locally.

    Parameters
    ----------
    scaled : ScaledData
    transport : Transport
        With the ``beta`` of the first problem.
    start : ndarray of shape (n_samples,) or None
        A dual point of it, for `solve_transport`.
    options : ReweightingOptions
        Reweighting ends when no coefficient changes by more than ``tol_reweighting``
        times the largest.
    noise : Noise, default=None

    Returns
    -------
    ReweightingResult
        Of two TransportSolutions, with weights of shape (n_signs, n_features,
        n_columns).
    """
    given = {
        "noise": noise,
        "max_iter": options.max_iter,
        "on_iteration": options.on_iteration,
    }
    weights = np.ones_like(transport.beta)
    first = last = solve_transport(scaled, transport, start, tol=options.tol, **given)
    losses = [concave_objective(transport, weights, last, noise)]
    n_iter, converged = last.n_iter, options.max_iter_reweighting == 1
    for _ in range(options.max_iter_reweighting - 1):
        tangents = 0.5 / (np.sqrt(last.masses[: len(weights)]) + SMALLEST)
        weighted = transport._replace(beta=transport.beta * tangents)
        tol = options.tol
        if noise is not None:
            levels = np.ldexp(last.sigma, scaled.y_exponent)
            given["noise"] = noise._replace(start=levels)
        for _ in range(TRIES):
            found = solve_transport(scaled, weighted, last.dual, tol=tol, **given)
            n_iter += found.n_iter
            loss = concave_objective(transport, tangents, found, noise)
            fallen = loss <= losses[-1]
            if fallen or (noise is not None and noise.fixed_point):
                break
            tol *= FINER
        else:  # reweighting decreases the objective no further at this accuracy
            converged = True
            break
        size = max(np.abs(found.coef).max(), np.abs(last.coef).max())
        change = np.abs(found.coef - last.coef).max()
        converged = change <= options.tol_reweighting * size
        last, weights = found, tangents
        losses.append(loss)
        if converged:
            break
    return ReweightingResult(
        first, last, weights, np.array(losses), n_iter, bool(converged)
    )


def concave_objective(transport, weights, solution, noise=None):
    """Return the objective with square roots at the solution of a weighted problem."""
    masses = np.array(solution.masses[: len(weights)])
    scale = solution.sigma if noise is not None and noise.fixed_point else 1.0
    terms = scale * transport.beta * (np.sqrt(masses) - weights * masses)
    return solution.objective + float(terms.sum())
