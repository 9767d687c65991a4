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
    rows : TaskUnits

    Returns
    -------
    solution : Solution
        That of the last convex problem.
    """
    (problem,) = objective.convex_problems(solution)
    own = problem.solution
    factor = column_factors(problem, rows)
    point = _dual_point(sums, factor, rows)
    penalties = objective.penalty_terms(problem, own.coef)
    primal = 0.5 * factor * np.concatenate([one.square for one in sums]) + penalties
    dual = np.array(
        [
            _dual(one, columns, point, rows, factor)
            for one, columns in penalised_problems(problem)
        ]
    )
    if isinstance(problem.penalty, list):
        gap: Any = np.maximum(primal - dual, 0.0)
        value: Any = primal
    else:
        value = float(primal.sum())
        gap = max(value - float(dual[0]), 0.0)
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


def penalised_problems(problem):
    """Return the problems that have a dual each, with their columns.

    Parameters
    ----------
    problem : ConvexProblem
    """
    parts = [part._replace(offset=None) for part in problem.parts]
    scaled = make_scaled_data(parts, fit_intercept=False)
    if not isinstance(problem.penalty, list):
        whole = PenalisedProblem(scaled, problem.penalty, problem.groups)
        return [(whole, list(range(scaled.n_columns)))]
    return [
        (PenalisedProblem(scaled.column(c), penalty, problem.groups), [c])
        for c, penalty in enumerate(problem.penalty)
    ]


def in_units_of(problem, correlation):
    """Return correlations of residuals as `PenalisedProblem` compares them."""
    exponent = problem.data.x_exponent + problem.data.y_exponent
    return np.ldexp(correlation, exponent)


def dual_ratios(problem, correlation):
    """Return the factors by which correlations exceed what keeps blocks at zero.

    Parameters
    ----------
    problem : ConvexProblem
    correlation : ndarray of shape (n_columns, n_features)
        Minus the gradient of the data term.

    Returns
    -------
    ratios : ndarray of shape (n_blocks,)
        The largest of all columns' problems; infinite for unpenalised blocks, 0 for
        excluded ones.
    """
    largest: Any = 0.0
    for own, columns in penalised_problems(problem):
        ratios = block_ratios(own, in_units_of(own, correlation[columns]))
        largest = np.maximum(largest, ratios)
    return largest


def alpha_max_by_sums(objective, sums, rows):
    """Return the smallest alpha at which every penalised coefficient is zero.

    Parameters
    ----------
    objective : LossObjective
    sums : list of ResidualSums
        At zero coefficients.
    rows : TaskUnits
        With `free_products`, if some features have no penalty.
    """
    (problem,) = objective.convex_problems(None)
    factor = column_factors(problem, rows)
    point = _dual_point(sums, factor, rows)

    def correlate(own, columns):
        return _without_free(own, columns, point, rows, factor)[2]

    return largest_alpha(objective, correlate)


def largest_alpha(objective, correlate):
    """Return the smallest alpha at which correlations keep penalised blocks at zero.

    Parameters
    ----------
    objective : LossObjective
    correlate : callable
        Called as ``correlate(problem, columns)``; returns correlations of the
        residuals of some columns, (n_columns, n_features).
    """
    penalty: Any = objective.penalty
    if isinstance(penalty, list):
        penalty = [one.unit() for one in penalty]
    else:
        penalty = penalty.unit()
    (problem,) = objective.convex_problems(None)
    largest = []
    for own, columns in penalised_problems(problem._replace(penalty=penalty)):
        ratios = block_ratios(own, in_units_of(own, correlate(own, columns)))
        ratios[np.isinf(ratios)] = 0.0
        exponent = -(own.data.x_exponent + own.data.y_exponent)
        largest.append(np.ldexp(ratios.max(), exponent))
    if isinstance(penalty, list):
        return np.reshape(largest, objective.data.columns)[()]
    return float(largest[0])


def column_factors(problem, rows):
    """Return the weight of every column's sum of squares in the objective."""
    task_weights = [[part.task_weight] * part.Y.shape[1] for part in problem.parts]
    return np.concatenate(task_weights) / rows.weights


def block_ratios(problem, correlation):
    """Return dual norms over thresholds; infinite for unpenalised blocks."""
    norms, thresholds = problem.dual_norms(correlation), problem.thresholds
    ratios = np.full(len(norms), np.inf)
    return np.divide(norms, thresholds, out=ratios, where=thresholds > 0.0)


def _without_free(problem, columns, point, rows, factor):
    """Return the products of residuals made orthogonal to unpenalised columns."""
    square, inner, correlation = (np.array(values[columns]) for values in point)
    if not len(problem.free) or problem.positive:
        return square, inner, correlation
    features = np.sort(problem.blocks.features(problem.free))
    for i, c in enumerate(columns):
        gram, cross = rows.free_products(c, features)
        task_weight = factor[c] * rows.weights[c]
        step = np.linalg.lstsq(gram[:, features], correlation[i, features])[0]
        of_step = correlation[i, features] @ step / task_weight
        square[i] = max(square[i] - of_step, 0.0)
        inner[i] -= cross @ step
        correlation[i] -= step @ gram
        correlation[i, features] = 0.0
    return square, inner, correlation


def _dual(problem, columns, point, rows, factor):
    """Return the largest dual value of multiples of the residuals of some columns."""
    square, inner, correlation = _without_free(problem, columns, point, rows, factor)
    unit = problem.data.y_exponent
    correlation = in_units_of(problem, correlation)
    limit = 2.0 if len(problem.free) else np.inf
    certificate = Certificate(problem.thresholds, problem.ridge, limit)
    moments = np.ldexp([square.sum(), inner.sum()], 2 * unit)
    _, dual = certificate.best(
        tuple(moments.tolist()),
        problem.dual_norms(correlation),
        problem.conjugate(correlation),
    )
    return float(np.ldexp(dual, -2 * unit))


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
