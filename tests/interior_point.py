"""A third opinion: small problems by CVXPY with the interior point method Clarabel."""

import warnings

import cvxpy
import numpy as np
import reference


def triangles(problem):
    """Return ``R (m, p), r (m,)`` per column: its data term is ``|r - R w|² / 2``.

    Centred and triangular, so that the method spends its digits on nothing else.
    """
    out = []
    for X, y, weight in reference.centred(problem):
        both = np.sqrt(weight)[:, None] * np.column_stack([X, y])
        triangle = np.linalg.qr(both, mode="r")
        out.append((triangle[:, :-1], triangle[:, -1]))
    return out


def cvxpy_coefficients(problem, tolerance=1e-10):
    """Return coefficients that meet all constraints, by an interior point method."""
    W = cvxpy.Variable(
        (problem.n_features, len(problem.columns)), nonneg=problem.positive
    )
    value, constraints = problem.ridge / 2 * cvxpy.sum_squares(W), []
    for c, (R, r) in enumerate(triangles(problem)):
        value += cvxpy.sum_squares(r - R @ W[:, c]) / 2
    excluded = np.zeros(W.shape, dtype=bool)
    for rows, columns, strength, entry in problem.blocks:
        block = cvxpy.hstack([W[j, c] for j in rows for c in columns])
        if np.isinf(strength):
            excluded[np.ix_(rows, columns)] = True
            constraints.append(block == 0)
        elif np.isfinite(entry):
            apart = cvxpy.Variable(len(rows) * len(columns))
            value += strength * cvxpy.norm(block - apart, 2)
            value += entry * cvxpy.norm(apart, 1)
        elif strength > 0:
            value += strength * cvxpy.norm(block, 2)
    program = cvxpy.Problem(cvxpy.Minimize(value), constraints)
    names = ("tol_gap_abs", "tol_gap_rel", "tol_feas")
    with warnings.catch_warnings():  # near rounding it says "may be inaccurate"
        warnings.simplefilter("ignore", UserWarning)
        program.solve(solver="CLARABEL", **dict.fromkeys(names, tolerance))
    coef = np.where(excluded, 0.0, W.value)
    return np.maximum(coef, 0.0) if problem.positive else coef


def cvxpy_optimum(problem):
    """Return the least objective from an interior point method, to rounding.

    The method itself ends at some 1e-10 of the objective, always above: a few proximal
    gradient steps in plain numpy take it from there.
    """
    coef = cvxpy_coefficients(problem)
    point = coef, reference.best_intercept(problem, coef)
    moved = reference.proximal_gradient(problem, coef, n_iter=300)
    return min(reference.objective(problem, *at) for at in (point, moved))
