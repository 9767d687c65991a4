"""The duality gap of a weighted problem, whose other blocks are excluded.

All blocks outside the support have infinite weights, so that the dual point, a multiple
of the residual, has to be feasible for those of the support alone. The residual is
computed from the data, as in every certificate.
"""

from typing import Any

import numpy as np

from mutar_cy.solvers._dual_scaling import best_scaling
from mutar_cy.solvers._gram_problem import BALANCED, ROUNDING
from mutar_cy.solvers._outer_loop import Solution, all_rows

# Largest scale of the residual with unpenalised blocks, as `Certificate` says.
LIMIT = 2.0


def gap_on_support(support, tol):
    """Return the solution with its certificate, or None if the target is not met.

    Parameters
    ----------
    support : Support
        With the weights of its last problem.
    tol : float
        The gap to reach, relative to the null objective: of every column, if the
        problem separates into one per column.

    Returns
    -------
    Solution or None
        As of `solve`, or as of `solve_columns`.
    """
    residuals = support.working_set.residuals()
    null, square, inner, intercept = sums_of_columns(support.data, residuals)
    cost, ratio = penalty_and_ratio(support, residuals)
    if not support.separate:
        null, square, inner, intercept = (
            np.sum(each, keepdims=True) for each in (null, square, inner, intercept)
        )
    limit = LIMIT if len(support.problem.free) else np.inf
    one = np.ones(1)  # ratios are norms for thresholds of 1
    given = zip(square, inner, ratio[:, np.newaxis], strict=True)
    dual = [best_scaling(*each, one, 0.0, limit)[1] for each in given]
    primal = 0.5 * square + cost
    gap = primal - np.array(dual)
    balanced = intercept <= 2.0 * BALANCED**2 * null
    if not np.all(balanced & (gap <= np.maximum(tol, ROUNDING) * null)):
        return None
    return _solution(support, np.maximum(gap, 0.0), tol * null, primal)


def sums_of_columns(data, residuals):
    """Return, for every column, the sums that a gap consists of.

    Returns
    -------
    sums : ndarray of shape (4, n_columns)
        The null objective; the squared norm of the residual; its product with the
        target; a bound of its squared norm along the intercept's column.
    """
    sums = np.zeros((4, data.n_columns))
    ends = zip(data.column_ptr[:-1].tolist(), data.column_ptr[1:].tolist(), strict=True)
    data_of = zip(ends, data.designs, data.targets, residuals, strict=True)
    for (start, stop), design, y, r in data_of:
        own = sums[:, start:stop]
        own[0] = 0.5 * np.einsum("cn,cn->c", y, y)
        own[1] = np.einsum("cn,cn->c", r, r)
        own[2] = np.einsum("cn,cn->c", y, r)
        if design.centers:
            own[3] = r.dot(design.sqrt_weight) ** 2 / design.total_weight
    return sums


def penalty_and_ratio(support, residuals):
    """Return penalties, and the largest ratios of dual norms and thresholds.

    Returns
    -------
    penalty, ratio : ndarray of shape (n_columns,) or (1,)
        Of every column, if the problem separates into one per column.
    """
    working_set, start = support.working_set, support.free.in_play
    penalty, coef = working_set.penalty, working_set.coef[start:]
    correlation = working_set.storage.correlate(residuals)[:, start:]
    sizes = np.maximum(correlation, 0.0) if penalty.positive else np.abs(correlation)
    strength = penalty.beta if support.separate else penalty.alpha
    thresholds = strength * support.weights
    alive = np.isfinite(thresholds)
    if support.separate:
        cost = thresholds[alive] @ np.abs(coef[alive])
        return cost, np.max(sizes / thresholds, axis=1, initial=0.0)
    firsts = working_set.block_ptr[working_set.n_free : -1] - start
    squares = np.einsum("cr,cr->r", sizes, sizes), np.einsum("rc,rc->r", coef, coef)
    norms, lengths = (np.sqrt(np.add.reduceat(each, firsts)) for each in squares)
    cost = thresholds[alive] @ lengths[alive]
    return np.array([cost]), np.array([np.max(norms / thresholds, initial=0.0)])


def _solution(support, gap, target, primal):
    """Return the solution of a support with certificates of columns, or of all."""
    data, free, working_set = support.data, support.free, support.working_set
    features, coef = working_set.storage.features, working_set.coef
    own = free.coefficients(data, features, coef)
    features = np.concatenate([features, free.features])
    coef, intercept = all_rows(data, features, np.concatenate([coef, own]))
    numbers = np.ldexp([gap, target, primal], -2 * data.y_exponent)
    steps, converged = np.zeros(len(gap), dtype=int), np.ones(len(gap), dtype=bool)
    if not support.separate:
        gap, target, primal = numbers[:, 0].tolist()
        return Solution(coef, intercept, gap, target, 0, True, primal)
    gap, target, primal = numbers
    fields: Any = (gap, target, steps, converged, primal)
    return Solution(coef, intercept, *fields)
