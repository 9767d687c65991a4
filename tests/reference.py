"""A second opinion: the same problems by proximal gradient steps in plain numpy."""

import numpy as np
from problems import Column
from split_norm import shrink, split_norm


def residuals(problem, coef, intercept):
    """Return the residual of every column.

    What is large and cancels (the means) is taken off first, to lose no digits.
    """
    out = []
    for column, w, b in zip(problem.columns, coef.T, intercept, strict=True):
        x_mean, y_mean = means(column) if problem.fit_intercept else (0.0, 0.0)
        inner = (column.y - y_mean) - (column.X - x_mean) @ w
        out.append(inner + (y_mean - np.sum(x_mean * w) - b))
    return out


def data_terms(problem, coef, intercept):
    """Return the data term of every column, (C,)."""
    return np.array(
        [
            0.5 * (column.weight * r**2).sum()
            for column, r in zip(
                problem.columns, residuals(problem, coef, intercept), strict=True
            )
        ]
    )


def objective(problem, coef, intercept):
    """Return the primal objective; infinite outside the constraints."""
    penalty = 0.5 * problem.ridge * (coef**2).sum()
    for rows, columns, strength, entry in problem.blocks:
        block = coef[np.ix_(rows, columns)]
        penalty += split_norm(block, strength, entry)[0] if block.any() else 0.0
    if problem.positive and (coef < 0).any():
        return np.inf
    return data_terms(problem, coef, intercept).sum() + penalty


def means(column):
    """Return the weighted means of a column's features and of its target."""
    total = column.weight.sum()
    return column.weight @ column.X / total, column.weight @ column.y / total


def best_intercept(problem, coef):
    """Return the intercepts that minimise the objective for given coefficients."""
    if not problem.fit_intercept:
        return np.zeros(len(problem.columns))
    pairs = [means(column) for column in problem.columns]
    return np.array([y - x @ w for (x, y), w in zip(pairs, coef.T, strict=True)])


def null_objective(problem):
    """Return the objective of the model that has nothing but intercepts."""
    zeros = np.zeros((problem.n_features, len(problem.columns)))
    return objective(problem, zeros, best_intercept(problem, zeros))


def centred(problem):
    """Return every column without its weighted means, if there are intercepts."""
    if not problem.fit_intercept:
        return problem.columns
    out = []
    for column in problem.columns:
        x_mean, y_mean = means(column)
        out.append(Column(column.X - x_mean, column.y - y_mean, column.weight))
    return out


def prox(problem, coef, step):
    """Shrink every block; moved in place."""
    if problem.positive:
        np.maximum(coef, 0.0, out=coef)
    for rows, columns, strength, entry in problem.blocks:
        index = np.ix_(rows, columns)
        norm = np.linalg.norm(coef[index])
        if np.isfinite(entry):
            coef[index] = shrink(coef[index], step * strength, step * entry)
        elif np.isinf(strength) or norm <= step * strength:
            coef[index] = 0.0 if strength > 0 else coef[index]
        else:
            coef[index] *= 1 - step * strength / norm


def gradient(problem, columns, coef):
    """Return the gradient of the data term and the ridge, (p, C)."""
    slopes = [
        X.T @ (weight * (X @ w - y))
        for (X, y, weight), w in zip(columns, coef.T, strict=True)
    ]
    return np.array(slopes).T + problem.ridge * coef


def proximal_gradient(problem, coef=None, n_iter=5000, *, stop=None):
    """Minimise by accelerated proximal gradient with restarts.

    ``stop(coef, intercept)`` is asked every 50 steps whether that is enough.
    """
    columns = centred(problem)
    curvature = [np.linalg.norm(X.T * weight @ X, 2) for X, _, weight in columns]
    step = 1.0 / max(max(curvature) + problem.ridge, 1e-300)
    n_columns = len(columns)
    coef = np.zeros((problem.n_features, n_columns)) if coef is None else coef.copy()
    extrapolated, momentum = coef.copy(), 1.0
    for n in range(n_iter):
        moved = extrapolated - step * gradient(problem, columns, extrapolated)
        prox(problem, moved, step)
        if ((extrapolated - moved) * (moved - coef)).sum() > 0:
            momentum = 1.0  # the extrapolation points uphill: start it again
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        extrapolated = moved + (momentum - 1) / following * (moved - coef)
        coef, momentum = moved, following
        if stop and n % 50 == 49 and stop(coef, best_intercept(problem, coef)):
            break
    return coef, best_intercept(problem, coef)
