"""The front door: a stack and a transport in, a certified solution out."""

import numpy as np

from mutar_cy.wasserstein._noise import NoisyRun, fixed_point
from mutar_cy.wasserstein._outcome import make_outcome
from mutar_cy.wasserstein._problem import make_problem
from mutar_cy.wasserstein._solve import Run
from mutar_cy.wasserstein._start import lasso_start


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
