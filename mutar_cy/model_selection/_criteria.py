"""Information criteria along a path fitted to all rows, and their dispersion."""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammaln

from mutar_cy.objectives import (
    sparse_coefficients,
    squared_pearson_residuals,
    warn_user,
)

# Largest degrees of freedom per sample. A fit with more is nearly saturated: its
# residual variance, and so its likelihood, is not an estimate of anything.
MAX_DF_SHARE = 0.5


# Criteria of quasi-likelihoods, and those of likelihoods with the same cost.
QUASI = {"qaic": "aic", "qbic": "bic", "qebic": "ebic"}
SURE = "sure"  # Stein's unbiased estimate of the risk, over the variance of the noise
# Dispersion of counts above which a criterion of their likelihood selects too much. The
# standard error of the dispersion of 100 Poisson counts is about 0.15.
OVERDISPERSED = 1.5


class CriterionPath(NamedTuple):
    """An information criterion along every path of a grid."""

    # (n_points, n_columns). Smaller is better; infinite where a fit has too many
    # degrees of freedom to be judged. Sums over columns count, except where every
    # column has a strength of its own.
    values: np.ndarray
    df: np.ndarray  # (n_points, n_columns), in equal shares where columns share one
    dispersion: Any  # float, or (n_columns,); None if the criterion uses none
    n_unconverged: int


class RowCounts(NamedTuple):
    """What few rows with the statistics of the data do not say of these."""

    counts: np.ndarray  # (n_columns,), rows of positive weight
    totals: np.ndarray  # (n_columns,), sums of weights
    n_intercepts: int  # of every column: 0 or 1


def criterion_path(objective, grid, criterion, rows=None):
    """Fit every path of a grid to all rows, and evaluate an information criterion.

    Parameters
    ----------
    objective : Objective
    grid : Grid
    criterion : {"aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"}
    rows : RowCounts, default=None
        Of the data, if those of the objective are others.

    Returns
    -------
    path : CriterionPath
    """
    check_criterion(objective.loss, criterion)
    found: list[Any] = []
    rows = count_rows(objective.data) if rows is None else rows

    def solutions(row):
        for point, solution in zip(row, objective.solve_path(row), strict=True):
            found.append(objective.with_params(**point).degrees_of_freedom(solution))
            yield solution

    fits = [
        piece
        for row in grid.rows
        for piece in sparse_coefficients(objective, solutions(row))
    ]
    df = np.stack(found) + float(rows.n_intercepts)
    phi = None
    if objective.loss.link == "log":
        phi = dispersion_of_path(objective, fits, df, rows)
        if criterion not in QUASI:
            warn_overdispersed(objective.loss, criterion, phi)
            phi = None
    if criterion == SURE:
        phi = noise_variances(objective, fits, df, rows)
    kind = QUASI.get(criterion, criterion)
    values = _values(objective, fits, df, kind, rows, phi)
    n_unconverged = sum(piece.n_unconverged for piece in fits)
    return CriterionPath(values, df, phi, n_unconverged)


def count_rows(data):
    """Return the `RowCounts` of data whose objective counts its intercepts itself."""
    given = [(len(y), weights.sum()) for _, y, weights in data.target_columns()]
    counts, totals = np.array(given, dtype=np.float64).T
    return RowCounts(counts, totals, 0)


def check_criterion(loss, criterion):
    """Raise unless a criterion is one for targets of a loss."""
    if criterion == SURE:
        if not loss.is_quadratic:
            raise ValueError(
                f"criterion='sure' is for squared error, but loss={loss.name!r}; "
                f"choose by cross-validation."
            )
    elif criterion in QUASI:
        if loss.link != "log":
            raise ValueError(
                f"criterion={criterion!r} divides the deviance by a dispersion, which "
                f"targets of loss={loss.name!r} do not have; take "
                f"{QUASI[criterion]!r} or choose by cross-validation."
            )
    elif not loss.has_likelihood:
        other = f", or take criterion='q{criterion}'" if loss.link == "log" else ""
        raise ValueError(
            f"criterion={criterion!r} needs the likelihood, which with "
            f"loss={loss.name!r} depends on an unknown dispersion; choose by "
            f"cross-validation{other}."
        )


def dispersion_of_path(objective, fits, df, rows):
    """Return the dispersion of the weakest penalty that leaves enough samples.

    It is Pearson's statistic over its degrees of freedom, of all columns together, or
    of each with penalties of their own. Of a likelihood, as that of counts, it is at
    least 1.

    Parameters
    ----------
    objective : Objective
    fits : list of SparseCoefficients
    df : ndarray of shape (n_points, n_columns)
    rows : RowCounts
    """
    data, loss = objective.data, objective.loss

    def measure(y, eta):
        return squared_pearson_residuals(loss, y, loss.mean(eta))

    all_rows = [np.arange(len(Y)) for Y in data.targets]
    means, _ = objective.validation_losses(fits, all_rows, measure=measure)
    counts, statistics = rows.counts, means * rows.totals
    joint = not isinstance(objective.penalty, list)
    if joint:
        statistics, df = (own.sum(axis=1, keepdims=True) for own in (statistics, df))
        counts = counts.sum(keepdims=True)
    weakest = np.argmax(np.where(df <= MAX_DF_SHARE * counts, df, -1.0), axis=0)
    at = weakest, np.arange(len(weakest))
    # With hardly more samples than parameters even the strongest penalty has too many.
    phi = statistics[at] / np.maximum(counts - df[at], 1.0)
    if loss.has_likelihood:
        phi = np.maximum(phi, 1.0)
    return float(phi[0]) if joint else phi


def noise_variances(objective, fits, df, rows):
    """Return the variances of the noise, at the weakest penalty that can tell them.

    It leaves half of the samples, of all columns together or of each with penalties of
    their own; the variances are those of columns.

    Parameters
    ----------
    objective : Objective
    fits : list of SparseCoefficients
    df : ndarray of shape (n_points, n_columns)
    rows : RowCounts

    Returns
    -------
    variances : ndarray of shape (n_columns,)
    """
    all_rows = [np.arange(len(Y)) for Y in objective.data.targets]
    errors, _ = objective.validation_losses(fits, all_rows)
    sums, counts = df, rows.counts
    if not isinstance(objective.penalty, list):
        sums, counts = df.sum(axis=1, keepdims=True), counts.sum(keepdims=True)
    weakest = np.argmax(np.where(sums <= MAX_DF_SHARE * counts, sums, -1.0), axis=0)
    at = np.broadcast_to(weakest, df.shape[1]), np.arange(df.shape[1])
    variances = rows.counts * errors[at] / np.maximum(rows.counts - df[at], 1.0)
    # Targets without noise: any number will do, since errors are 0 too.
    return np.maximum(variances, np.finfo(np.float64).tiny)


def warn_overdispersed(loss, criterion, phi):
    """Warn that counts scatter more than their likelihood says."""
    largest = float(np.max(phi))
    if largest > OVERDISPERSED:
        other = (
            " or loss=mutar_cy.losses.NegativeBinomial(...)"
            if loss.name == "poisson"
            else ""
        )
        warn_user(
            f"The targets scatter {largest:.1f} times as much as loss={loss.name!r} "
            f"expects, so that criterion={criterion!r} selects too many features. Take "
            f"criterion='q{criterion}'{other}."
        )


def _values(objective, fits, df, criterion, rows, phi):
    """Return the criterion of every fit, column by column.

    A sample of weight s has s times its log-likelihood: so rates with exposures as
    weights are counts with offsets. The variance of a squared error is estimated, by
    which the scale of weights cancels.
    """
    data, loss, counts = objective.data, objective.loss, rows.counts
    all_rows = [np.arange(len(Y)) for Y in data.targets]
    losses, _ = objective.validation_losses(fits, all_rows)
    joint = not isinstance(objective.penalty, list)
    n_samples = counts.sum() if joint else counts
    cost = 2.0 if criterion in ("aic", SURE) else np.log(n_samples)
    if criterion == SURE:
        values = counts * (losses / phi - 1.0)
    elif phi is None:
        sizes = counts if loss.is_quadratic else rows.totals
        values = loss.minus_two_log_likelihood(losses, sizes)
    else:
        values = rows.totals * losses / phi
    values = values + df * cost
    if criterion == "ebic":
        groups = objective.groups
        n_blocks = data.n_features if groups is None else len(groups)
        chosen = n_selected_blocks(objective, fits, joint)
        values += 2.0 * log_binomial(n_blocks, chosen) / (len(counts) if joint else 1.0)
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
