"""A third opinion: small problems by CVXPY with the interior point method Clarabel."""

import warnings

import cvxpy
import numpy as np
import reference
from loss_cases import CASES


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


def solved(value, constraints, tolerance=1e-10):
    """Return the least value of an expression; its variables are set to where it is."""
    program = cvxpy.Problem(cvxpy.Minimize(value), constraints)
    names = ("tol_gap_abs", "tol_gap_rel", "tol_feas")
    with warnings.catch_warnings():  # near rounding it says "may be inaccurate"
        warnings.simplefilter("ignore", UserWarning)
        return program.solve(solver="CLARABEL", **dict.fromkeys(names, tolerance))


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
    solved(value, constraints, tolerance)
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


def glm_optimum(problem):
    """Return the least objective of a `glm_reference.Glm`."""
    n_features, n_columns = problem.columns[0].X.shape[1], len(problem.columns)
    W = cvxpy.Variable((n_features, n_columns), nonneg=problem.positive)
    b = cvxpy.Variable(n_columns) if problem.fit_intercept else np.zeros(n_columns)
    value, constraints = 0.0, []
    for c, (X, y, weight, offset) in enumerate(problem.columns):
        eta = X @ W[:, c] + b[c] + offset
        value += weight @ CASES[problem.loss].cvxpy(y, eta)
    for rows, weight in problem.groups:
        block = cvxpy.hstack([W[j, c] for j in rows for c in range(n_columns)])
        if np.isinf(weight):
            constraints.append(block == 0)
        elif weight > 0:
            strength = problem.alpha * (1 - problem.l1_ratio) * weight
            value += strength * cvxpy.norm(block, 2)
            value += problem.alpha * problem.l1_ratio * cvxpy.norm(block, 1)
    return solved(value, constraints)
