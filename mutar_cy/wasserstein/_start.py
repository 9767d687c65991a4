"""Where to start: at the residual of what the model is where tasks are not coupled."""

import numpy as np

from mutar_cy.penalties import L21
from mutar_cy.solvers import solve_columns

ROUGH = 1e-3  # gap of the lassos, in terms of the null objective
SWEEPS = 500


def lasso_start(stack, data, transport):
    """Return the residuals of one lasso per column, which is nearly a dual point.

    The entropy keeps coefficients from zero, so that up to some ``alpha epsilon`` above
    ``beta`` a correlation asks for none to speak of: with weak coupling the walls of
    the dual are near those of the lassos, and with strong coupling the lassos are zero.

    Parameters
    ----------
    stack : Stack
    data : Data
    transport : Transport

    Returns
    -------
    u : ndarray of shape (n_samples,)
    """
    weights = transport.beta.min(axis=0) + transport.alpha * transport.kernel.epsilon
    penalties = [
        L21(1.0, own, positive=len(transport.beta) == 1)
        for own in np.ascontiguousarray(weights.T)
    ]
    solution = solve_columns(stack, penalties, tol=ROUGH, max_iter=SWEEPS)
    coef = stack.from_user(np.arange(stack.n_features), solution.coef)
    return data.target - data.predict(coef)
