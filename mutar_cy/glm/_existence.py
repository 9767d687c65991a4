"""Whether unpenalised columns have finite optimal coefficients.

The loss of a count of 0 falls for ever as its predictor does, and the logistic loss of
a class as its predictor moves to its side. If the columns without a penalty, and the
intercept, can move some of these predictors that way and no other predictor at all, or
towards a larger loss, then no coefficients minimise the objective: they grow until the
tolerance is met. A linear programme decides this exactly (A. Albert, J. A. Anderson
(1984), On the existence of maximum likelihood estimates in logistic regression models,
Biometrika 71).
"""

import numpy as np
from scipy.optimize import linprog

# A minimum is reached only slowly where it is at infinity: without a sample that is
# fitted to this error, predictors are not on their way there.
FITTED = 0.05
# Rows of a first linear programme, half of them those that are fitted best: if it has
# no solution, then neither has that of all rows.
FIRST_ROWS = 2000
# Share of the largest entry of a column from which a predictor moves, and a direction
# uses a column; the programme is solved to 1e-7.
MOVES = 1e-4
# Cost of the size of a direction, relative to its gain: columns that gain nothing stay.
SPARING = 1e-3


def columns_without_minimum(loss, y, residual, columns, *, has_intercept, positive):
    """Return the unpenalised columns whose coefficients have no finite optimum.

    Parameters
    ----------
    loss : Loss
    y : ndarray of shape (n_samples,)
        Without samples of weight 0.
    residual : ndarray of shape (n_samples,)
        Derivatives of the loss at the fit.
    columns : ndarray of shape (n_samples, n_free)
    has_intercept : bool
    positive : bool
        Whether coefficients must not be negative.

    Returns
    -------
    found : ndarray of int
        Numbers of columns; empty if there is a minimum, or none was asked for.
    """
    signs, none = loss.descent_signs(y), np.arange(0)
    far = (signs != 0.0) & (np.abs(residual) <= FITTED)
    if not far.any() or not columns.size:
        return none
    sizes = np.abs(columns).max(axis=0)
    used = np.flatnonzero(sizes > 0.0)
    rows = columns[:, used] / sizes[used]
    if has_intercept:
        rows = np.column_stack([rows, np.ones(len(rows))])
    if len(rows) > FIRST_ROWS:
        order = np.argsort(np.where(far, np.abs(residual), np.inf), kind="stable")
        some = np.linspace(0, len(order) - 1, FIRST_ROWS // 2).astype(np.intp)
        some = order[np.union1d(np.arange(FIRST_ROWS // 2), some)]
        if _direction(rows[some], signs[some], len(used) if positive else 0) is None:
            return none
    rows, signs = _unique(rows, signs)
    direction = _direction(rows, signs, len(used) if positive else 0)
    if direction is None:
        return none
    # Name single columns that suffice, if there are any.
    borders = np.ones((len(rows), 1 if has_intercept else 0))
    alone = [
        j
        for j in range(len(used))
        if _direction(np.hstack([rows[:, [j]], borders]), signs, int(positive))
        is not None
    ]
    size = np.abs(direction[: len(used)])
    return used[alone] if alone else used[size > MOVES * np.abs(direction).max()]


def _unique(rows, signs):
    """Return rows and signs without repetitions, which columns of 0 and 1 have."""
    both = np.unique(np.column_stack([signs, rows]), axis=0)
    return both[:, 1:], both[:, 0]


def _direction(rows, signs, n_positive):
    """Return the direction that lowers losses most and raises none, or None.

    Its entries are at most 1 in size; the first ``n_positive`` are not negative.
    """
    towards = signs[:, None] * rows
    gain = towards.sum(axis=0)
    gain /= np.abs(gain).max() or 1.0
    # The positive and the negative part of a direction, each between 0 and 1.
    cost = SPARING + np.concatenate([-gain, gain])
    free = signs != 0.0
    bounds = np.ones((2, rows.shape[1]))
    bounds[1, :n_positive] = 0.0
    limits, equal = -towards[free], rows[~free]
    found = linprog(
        cost,
        A_ub=np.hstack([limits, -limits]),
        b_ub=np.zeros(len(limits)),
        A_eq=np.hstack([equal, -equal]) if len(equal) else None,
        b_eq=np.zeros(len(equal)) if len(equal) else None,
        bounds=np.column_stack([np.zeros(bounds.size), bounds.ravel()]),
    )
    if found.x is None:
        return None
    plus, minus = np.split(found.x, 2)
    direction = plus - minus
    return direction if np.any(towards @ direction > MOVES) else None
