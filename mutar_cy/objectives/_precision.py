"""Solutions in the precision of the data, certified as they are returned.

Solvers work in double precision. For data in single precision, coefficients and
intercepts are rounded at the end: with a target of 1e6, the rounding of the intercept
alone may cost more than the tolerance. The dual point stays what it is, so that the
duality gap grows by as much as the objective does.
"""

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from mutar_cy.designs import sample_weights
from mutar_cy.objectives._warnings import warn_user
from mutar_cy.solvers import Blocks, ReweightingResult

# Increase of the objective, relative to it, up to which no warning is given: a
# tolerance below the accuracy of single precision is not for results in it.
SINGLE = 1e-6
# Rows of a design that are copied in double precision at a time.
ROWS = 4096


def round_solution(objective, solution, *, warns=True):
    """Return a solution in the precision of the data, with its duality gap there.

    Parameters
    ----------
    objective : Objective
    solution : object
        As `Objective.solve` returns it.
    warns : bool, default=True
        Whether to warn if rounding brings a duality gap above its target.

    Raises
    ------
    ValueError
        If coefficients are beyond the range of the precision.
    """
    dtype = objective.data.dtype
    found = [
        _rounded(objective, problem) for problem in objective.convex_problems(solution)
    ]
    if warns:
        _warn_rounded(objective.certified(solution), found, dtype)
    if isinstance(solution, ReweightingResult):
        first = found[0] if solution.first is solution.last else solution.first
        return solution._replace(first=first, last=found[0])
    return found[0]


def refuse_out_of_range(solution, dtype):
    """Raise a ValueError that says which numbers do not fit the precision."""
    largest = max(np.abs(solution.coef).max(), np.abs(solution.intercept).max())
    raise ValueError(
        f"Coefficients and intercepts of up to {largest:.1e} do not fit {dtype}, "
        f"the precision of X. Give X in float64, or other units to X or y."
    )


def _rounded(objective, problem):
    """Return the solution of a convex problem in the precision of the data."""
    solution, dtype = problem.solution, objective.data.dtype
    coef, intercept = objective.in_precision(solution)
    if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
        refuse_out_of_range(solution, dtype)
    moved = objective_values(objective, problem, coef, intercept)
    change = moved - objective_values(
        objective, problem, solution.coef, solution.intercept
    )
    change = change if np.ndim(solution.objective) else float(change.sum())
    missed = solution.dual_gap + change > np.maximum(
        solution.gap_target, solution.dual_gap
    )
    if np.any(missed) and np.any(solution.coef) and not np.any(coef):
        refuse_out_of_range(solution, dtype)
    return solution._replace(
        coef=coef,
        intercept=intercept,
        dual_gap=np.maximum(solution.dual_gap + change, 0.0)[()],
        objective=solution.objective + change,
    )


def objective_values(objective, problem, coef, intercept):
    """Return the objective of a convex problem, its terms assigned to columns.

    Parameters
    ----------
    objective : Objective
    problem : ConvexProblem
    coef : ndarray of shape (n_features, n_columns)
    intercept : ndarray of shape (n_columns,)

    Returns
    -------
    values : ndarray of shape (n_columns,)
        A penalty of all columns is in the first entry.
    """
    values = objective.data_terms(problem, predictors(problem, coef, intercept))
    return values + objective.penalty_terms(problem, coef)


def predictors(problem, coef, intercept):
    """Return the linear predictors, one array (n_samples, n_responses) per design."""
    used = np.flatnonzero(coef.any(axis=1))
    ends = np.cumsum([part.Y.shape[1] for part in problem.parts])
    out = []
    for part, end in zip(problem.parts, ends, strict=True):
        own = slice(end - part.Y.shape[1], end)
        eta = np.tile(intercept[own], (len(part.Y), 1))
        for start in range(0, len(part.Y), ROWS):  # products copy X in double
            some = slice(start, start + ROWS)
            eta[some] += part.X[some][:, used] @ coef[used, own]
        out.append(eta)
        if part.offset is not None:
            out[-1] += part.offset
    return out


def penalties(problem, coef):
    """Return the penalty at user's coefficients, by columns.

    A penalty of all columns together is in the first entry.
    """
    designs = getattr(problem.scaled, "data", problem.scaled).designs
    if designs[0].scale is not None:  # as the penalty sees the coefficients
        sizes = [part.Y.shape[1] for part in problem.parts]
        owners = np.repeat(np.arange(len(sizes)), sizes)
        coef = coef / np.stack([designs[d].scale for d in owners], axis=1)
    if isinstance(problem.penalty, list):
        pairs = enumerate(problem.penalty)
        return np.array(
            [penalty_value(own, problem.groups, coef[:, c : c + 1]) for c, own in pairs]
        )
    out = np.zeros(coef.shape[1])
    out[0] = penalty_value(problem.penalty, problem.groups, coef)
    return out


def penalty_value(penalty, groups, coef):
    """Return the value of a penalty of blocks, in the user's units."""
    blocks = Blocks(len(coef), groups)
    chosen = blocks.owners(np.flatnonzero(coef.any(axis=1)))
    if not len(chosen):
        return 0.0
    rows = np.ascontiguousarray(coef[blocks.features(chosen)])
    ends = np.cumsum(np.concatenate([[0], blocks.counts(chosen)])) * coef.shape[1]
    return penalty.restricted(chosen).value(rows.ravel(), ends.astype(np.int32))


def squared_errors(problem, predicted):
    """Return half the weighted sum of squared residuals of every column."""
    found = [
        0.5 * sample_weights(part) @ np.square(part.Y - eta)
        for part, eta in zip(problem.parts, predicted, strict=True)
    ]
    return np.concatenate(found)


def _warn_rounded(before, after, dtype):
    """Warn if rounding brings a gap above its target."""
    for exact, moved in zip(before, after, strict=True):
        grown = np.asarray(
            moved.dual_gap - np.maximum(exact.dual_gap, exact.gap_target)
        )
        if np.any(grown > SINGLE * np.abs(moved.objective)):
            worst = np.unravel_index(np.argmax(grown), grown.shape)
            gap = np.asarray(moved.dual_gap)[worst]
            target = np.asarray(exact.gap_target)[worst]
            warn_user(
                f"Coefficients and intercepts are returned in {dtype}, as X is. "
                f"Rounding brings the duality gap to {gap:.3e}, above its target "
                f"{target:.3e}. Give X in float64, or subtract a constant from y.",
                ConvergenceWarning,
            )
            return
