"""The front door: a stack and a transport in, a certified solution out."""

import numpy as np

from mutar_cy.wasserstein._outcome import make_outcome
from mutar_cy.wasserstein._problem import make_problem
from mutar_cy.wasserstein._solve import Run
from mutar_cy.wasserstein._start import lasso_start


def minimise(
    stack, transport, start=None, *, tol=1e-4, max_iter=1000, on_iteration=None
):
    """Minimise the data term of a stack plus a transport penalty, to a duality gap.

    Parameters
    ----------
    stack : Stack
    transport : Transport
    start : ndarray of shape (n_samples,), default=None
        A dual point, user's units and flat, as in ``Outcome.dual``; of another size it
        is ignored.
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
    problem = make_problem(stack, transport)
    data = problem.data
    target = tol * data.null

    def report(n_iter, gap):
        if on_iteration is not None:
            unit = -2 * stack.y_exponent
            on_iteration(n_iter, *np.ldexp([gap, target], unit))

    run = Run(problem, target, max_iter, report)
    if start is not None and len(start) == data.n_samples:
        starts = [np.ldexp(start, stack.y_exponent)]
    else:
        starts = [lasso_start(stack, data, transport)]
    run.maximise(starts)
    return make_outcome(stack, run)
