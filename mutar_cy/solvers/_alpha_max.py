"""From which strength on a penalty leaves nothing."""

import numpy as np

from mutar_cy.solvers._free import remove_free_blocks
from mutar_cy.solvers._problem import Problem


def alpha_max(stack, penalty, groups=None):
    """Return the smallest alpha at which every penalised coefficient is zero.

    Parameters
    ----------
    stack : Stack
    penalty : Weighted
        Its ``alpha`` is not looked at; other strengths are scaled along with it.
    groups : sequence of array-like of int, default=None

    Returns
    -------
    alpha_max : float
        User's units.
    """
    unit = penalty.unit()
    problem = Problem(stack, unit, groups)
    residuals = remove_free_blocks(problem).settle(stack.targets)
    norms = problem.dual_norms(stack.correlate(residuals))
    weights = unit.thresholds(problem.blocks.n_blocks)
    counted = (weights > 0.0) & np.isfinite(weights)
    ratios = norms[counted] / weights[counted]
    exponent = -(stack.x_exponent + stack.y_exponent)
    return float(np.ldexp(np.max(ratios, initial=0.0), exponent))


def alpha_max_columns(stack, penalties):
    """Return :func:`alpha_max` of every column, of shape (n_columns,)."""
    return np.array(
        [alpha_max(stack.column(c), penalty) for c, penalty in enumerate(penalties)]
    )
