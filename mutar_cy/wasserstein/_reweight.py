"""Square roots of masses in place of the l1 norm, by weighted convex problems."""

import numpy as np

from mutar_cy.solvers import Reweighted
from mutar_cy.wasserstein._solve import minimise

SMALLEST = 1e-10  # of a root: keeps tangents at zero finite
FINER = 0.1  # times the tolerance, where an objective has not fallen
TRIES = 3


def reweight(stack, transport, start, effort, noise=None):
    """Minimise with ``beta sum sqrt(mass)`` in place of ``beta sum mass``, locally.

    Parameters
    ----------
    stack : Stack
    transport : Transport
        With the ``beta`` of the problem to start with.
    start : ndarray of shape (n_samples,) or None
        A dual point of it, as `minimise` takes it.
    effort : Effort
        How far to go. Reweighting ends when no coefficient moves by more than
        ``tol_reweighting`` times the largest.
    noise : Noise, default=None

    Returns
    -------
    Reweighted
        Of two Outcomes; its weights are of shape (n_signs, n_features, n_columns).
    """
    options = {
        "noise": noise,
        "max_iter": effort.max_iter,
        "on_iteration": effort.on_iteration,
    }
    weights = np.ones_like(transport.beta)
    first = last = minimise(stack, transport, start, tol=effort.tol, **options)
    losses = [concave_objective(transport, weights, last, noise)]
    n_iter, settled = last.n_iter, effort.max_iter_reweighting == 1
    for _ in range(effort.max_iter_reweighting - 1):
        tangents = 0.5 / (np.sqrt(last.masses[: len(weights)]) + SMALLEST)
        posed = transport._replace(beta=transport.beta * tangents)
        tol = effort.tol
        if noise is not None:
            levels = np.ldexp(last.sigma, stack.y_exponent)
            options["noise"] = noise._replace(start=levels)
        for _ in range(TRIES):
            found = minimise(stack, posed, last.dual, tol=tol, **options)
            n_iter += found.n_iter
            loss = concave_objective(transport, tangents, found, noise)
            fallen = loss <= losses[-1]
            if fallen or (noise is not None and noise.fixed_point):
                break
            tol *= FINER
        else:  # as low as tangents lead, at the accuracy asked for
            settled = True
            break
        size = max(np.abs(found.coef).max(), np.abs(last.coef).max())
        settled = np.abs(found.coef - last.coef).max() <= effort.tol_reweighting * size
        last, weights = found, tangents
        losses.append(loss)
        if settled:
            break
    return Reweighted(first, last, weights, np.array(losses), n_iter, bool(settled))


def concave_objective(transport, weights, outcome, noise=None):
    """Return the objective with roots, of the solution of a weighted problem."""
    masses = np.array(outcome.masses[: len(weights)])
    scale = outcome.sigma if noise is not None and noise.fixed_point else 1.0
    terms = scale * transport.beta * (np.sqrt(masses) - weights * masses)
    return outcome.objective + float(terms.sum())
