"""Information criteria along a path fitted to all rows: AIC, BIC and EBIC."""

from typing import Any

import numpy as np
from scipy.special import gammaln

from mutar_cy.objectives import sparse_coefficients

# Largest degrees of freedom per sample. A fit with more is nearly saturated: its
# residual variance, and so its likelihood, is not an estimate of anything.
MAX_DF_SHARE = 0.5


def criterion_path(objective, grid, criterion):
    """Fit every path of a grid to all rows, and evaluate an information criterion.

    Parameters
    ----------
    objective : Objective
    grid : Grid
    criterion : {"aic", "bic", "ebic"}

    Returns
    -------
    values : ndarray of shape (n_points, n_columns)
        Smaller is better; infinite where a fit has too many degrees of freedom to be
        judged. Their sums over columns count, except where every column has a strength
        of its own.
    df : ndarray of shape (n_points, n_columns)
        Degrees of freedom, in equal shares where columns share a penalty.
    n_unconverged : int
    """
    if not objective.loss.has_likelihood:
        raise ValueError(
            f"criterion={criterion!r} needs the likelihood, which with "
            f"loss={objective.loss.name!r} depends on an unknown dispersion; choose by "
            f"cross-validation."
        )
    found: list[Any] = []

    def solutions(row):
        for point, solution in zip(row, objective.solve_path(row), strict=True):
            found.append(objective.with_params(**point).degrees_of_freedom(solution))
            yield solution

    fits = [
        piece
        for row in grid.rows
        for piece in sparse_coefficients(objective, solutions(row))
    ]
    values = _values(objective, fits, np.stack(found), criterion)
    n_unconverged = sum(piece.n_unconverged for piece in fits)
    return values, np.stack(found), n_unconverged


def _values(objective, fits, df, criterion):
    """Return the criterion of every fit, column by column."""
    data = objective.data
    all_rows = [np.arange(len(Y)) for Y in data.targets]
    losses, _ = objective.validation_losses(fits, all_rows)
    given = [(len(y), weights.sum()) for _, y, weights in data.target_columns()]
    counts, totals = np.array(given, dtype=np.float64).T
    joint = not isinstance(objective.penalty, list)
    n_samples = counts.sum() if joint else counts
    cost = 2.0 if criterion == "aic" else np.log(n_samples)
    # A sample of weight s has s times its log-likelihood: so rates with exposures as
    # weights are counts with offsets. The variance of a squared error is estimated, by
    # which the scale of weights cancels.
    sizes = counts if objective.loss.is_quadratic else totals
    values = objective.loss.minus_two_log_likelihood(losses, sizes) + df * cost
    if criterion == "ebic":
        groups = objective.groups
        n_blocks = data.n_features if groups is None else len(groups)
        sizes = n_selected_blocks(objective, fits, joint)
        values += 2.0 * log_binomial(n_blocks, sizes) / (len(counts) if joint else 1.0)
    sums = df.sum(axis=1, keepdims=True) if joint else df
    return np.where(sums <= MAX_DF_SHARE * n_samples, values, np.inf)


def n_selected_blocks(objective, fits, joint):
    """Return the number of blocks that every fit selects, by columns unless joint."""
    chosen = [piece.coef != 0.0 for piece in fits]
    if not joint:
        counts = [own.sum(axis=1) for own in chosen]
        return np.concatenate(counts).reshape(-1, objective.n_columns)
    groups = objective.groups
    sizes = []
    for piece, own in zip(fits, chosen, strict=True):
        rows = own.any(axis=tuple(range(2, own.ndim)))  # (n_fits, n_selected)
        if groups is not None:
            hit = [rows[:, np.isin(piece.features, group)] for group in groups]
            rows = np.stack([some.any(axis=1) for some in hit], axis=1)
        sizes.append(rows.sum(axis=1))
    return np.concatenate(sizes)[:, np.newaxis].astype(float)


def log_binomial(n, k):
    """Return the logarithm of the number of ways to choose k of n."""
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
