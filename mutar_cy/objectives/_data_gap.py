"""The duality gap of coefficients, by sums of residuals over the data."""

from typing import Any

import numpy as np

from mutar_cy.designs import make_scaled_data
from mutar_cy.objectives._penalised_loss import LossObjective
from mutar_cy.solvers import Certificate, PenalisedProblem


def certified_by_data(objective, solution, sums, rows):
    """Return the solution of a convex problem with the gap and objective of the data.

    Parameters
    ----------
    objective : LossObjective
        Of squared error, on few rows that have the statistics of the data.
    solution : object
        As `Objective.solve` returns it.
    sums : list of ResidualSums
        Of every design, at the user's coefficients.
    rows : StatsRows

    Returns
    -------
    solution : Solution
        That of the last convex problem.
    """
    (problem,) = objective.convex_problems(solution)
    own = problem.solution
    task_weights = [[part.task_weight] * part.Y.shape[1] for part in problem.parts]
    factor = np.concatenate(task_weights) / rows.weights
    point = _dual_point(sums, factor, rows)
    penalties = objective.penalty_terms(problem, own.coef)
    primal = 0.5 * factor * np.concatenate([one.square for one in sums]) + penalties
    parts = [part._replace(offset=None) for part in problem.parts]
    scaled = make_scaled_data(parts, fit_intercept=False)
    if isinstance(problem.penalty, list):
        dual = [
            _dual(scaled.column(c), penalty, problem.groups, point, [c])
            for c, penalty in enumerate(problem.penalty)
        ]
        gap: Any = np.maximum(primal - np.array(dual), 0.0)
        value: Any = primal
    else:
        columns = range(len(factor))
        dual = _dual(scaled, problem.penalty, problem.groups, point, columns)
        value = float(primal.sum())
        gap = max(value - dual, 0.0)
    return own._replace(
        dual_gap=gap,
        objective=value,
        converged=gap <= own.gap_target,
    )


def with_last(solution, last):
    """Return what `Objective.solve` returns, with another last convex solution."""
    return solution._replace(last=last) if hasattr(solution, "last") else last


def _dual_point(sums, factor, rows):
    """Return squares, inner products with targets, and correlations of residuals.

    Residuals are made orthogonal to the intercept's column.
    """
    square, total, inner = [
        np.concatenate([getattr(one, name) for one in sums])
        for name in ("square", "total", "inner")
    ]
    products = np.concatenate([one.products for one in sums], axis=1)
    if rows.center:  # X and y have been centred: only the residual is left to be
        square = square - total**2 / rows.weights
    correlation = np.ascontiguousarray((factor * products / rows.sizes).T)
    return np.maximum(factor * square, 0.0), factor * inner, correlation


def _dual(scaled, penalty, groups, point, columns):
    """Return the largest dual value of multiples of the residuals of some columns."""
    problem = PenalisedProblem(scaled, penalty, groups)
    square, inner, correlation = (values[list(columns)] for values in point)
    if len(problem.free) and not problem.positive:
        features = problem.blocks.features(problem.free)
        square, inner, correlation = _orthogonal(
            scaled, features, (square, inner, correlation)
        )
    unit = scaled.y_exponent
    correlation = np.ldexp(correlation, scaled.x_exponent + unit)
    limit = 2.0 if len(problem.free) else np.inf
    certificate = Certificate(problem.thresholds, problem.ridge, limit)
    moments = np.ldexp([square.sum(), inner.sum()], 2 * unit)
    _, dual = certificate.best(
        tuple(moments.tolist()),
        problem.dual_norms(correlation),
        problem.conjugate(correlation),
    )
    return float(np.ldexp(dual, -2 * unit))


def _orthogonal(scaled, features, point):
    """Return the products of residuals made orthogonal to unpenalised columns."""
    square, inner, correlation = (np.array(values) for values in point)
    every = np.arange(scaled.n_features)
    for c in range(scaled.n_columns):
        d = int(np.searchsorted(scaled.column_ptr, c, side="right")) - 1
        design = scaled.designs[d]
        gram = np.ldexp(design.gram(features, every), -2 * scaled.x_exponent)
        target = scaled.targets[d][c - scaled.column_ptr[d]][None, :]
        of_target = design.correlate(target)[0, features]
        of_target = np.ldexp(of_target, -scaled.x_exponent - scaled.y_exponent)
        step = np.linalg.lstsq(gram[:, features], correlation[c, features])[0]
        square[c] = max(square[c] - correlation[c, features] @ step, 0.0)
        inner[c] -= of_target @ step
        correlation[c] -= step @ gram
        correlation[c, features] = 0.0
    return square, inner, correlation


def refuse_without_rows(objective):
    """Raise if an objective on statistics is not that of the data."""
    if not isinstance(objective, LossObjective) or not objective.loss.is_quadratic:
        raise ValueError(
            f"loss={objective.loss.name!r} needs the rows of the data; statistics do "
            "for loss='squared_error' only."
        )
    if objective.rotated_or_signed:
        raise ValueError(
            "standardize_groups=True and positive= with several signs are not "
            "available for chunked X; leave standardize_groups=False, and give columns "
            "times their signs with positive=True."
        )
