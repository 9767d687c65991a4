"""Information criteria along a path fitted to all data."""

import numpy as np
from scipy.special import gammaln
from sklearn.base import is_classifier

from mutar_cy.model_selection._degrees import degrees_of_freedom
from mutar_cy.model_selection._held_out import found_by, look_at

MOST = 0.5  # of the number of samples: degrees of freedom beyond prove nothing


def follow_criterion(model, posed, grid, criterion):
    """Fit every path of a grid to all data, and weigh likelihoods against sizes.

    Parameters
    ----------
    model : estimator
    posed : tuple
    grid : Grid
    criterion : {"aic", "bic", "ebic"}

    Returns
    -------
    values : ndarray of shape (n_points, n_columns)
        The smaller the better; infinite where a fit has too many degrees of freedom
        to be judged. Their sums over columns count, except where every column has a
        strength of its own.
    degrees : ndarray of shape (n_points, n_columns)
        Degrees of freedom, in equal shares where columns have a penalty together.
    n_unconverged : int
    """
    if getattr(model, "loss", None) == "gamma":
        raise ValueError(
            f"criterion={criterion!r} needs the likelihood, which with loss='gamma' "
            "depends on an unknown dispersion; choose by cross-validation."
        )
    data = posed[0].samples
    found, spent, n_unconverged = [], [], 0
    for row in grid.rows:
        for point, solution in zip(row, model._follow(posed, row), strict=True):
            found.append(found_by(model, posed[0], solution))
            at = model._posed_at(posed, point)
            spent.append(degrees_of_freedom(model, at, solution))
            n_unconverged += not model._has_converged(solution)
    degrees = np.stack(spent)
    every = [np.arange(len(Y)) for Y in data.targets]
    losses, _ = look_at(model, data, every, found)
    counts = np.array([len(y) for _, y, _ in data.target_columns()], dtype=float)
    joint = not isinstance(posed[2], list)
    sizes = selected(found, posed, joint)
    n_samples = counts.sum() if joint else counts
    n_blocks = data.n_features if posed[3] is None else len(posed[3])
    values = deviances(model, losses, counts) + degrees * price(criterion, n_samples)
    if criterion == "ebic":
        values += 2.0 * log_choices(n_blocks, sizes) / (len(counts) if joint else 1.0)
    sums = degrees.sum(axis=1, keepdims=True) if joint else degrees
    return np.where(sums <= MOST * n_samples, values, np.inf), degrees, n_unconverged


def price(criterion, n_samples):
    """Return what a degree of freedom costs."""
    return 2.0 if criterion == "aic" else np.log(n_samples)


def deviances(model, losses, counts):
    """Return minus twice the logarithms of likelihoods, up to a constant, by columns.

    Those of squared error are at the best level of noise of every column.
    """
    if is_classifier(model) or getattr(model, "loss", "squared_error") == "poisson":
        return counts * losses
    with np.errstate(divide="ignore"):
        return counts * (np.log(2.0 * np.pi * losses) + 1.0)


def selected(found, posed, joint):
    """Return how many blocks every fit has selected, by columns if these are alone."""
    if not joint:
        n_columns = posed[1].n_columns
        some = [np.count_nonzero(coef, axis=0) for _, coef, _ in found]
        return np.array(some).reshape(len(found), n_columns)
    sizes = []
    for rows, _, _ in found:
        groups = posed[3]
        hit = [np.isin(g, rows).any() for g in groups or []]
        sizes.append(len(rows) if groups is None else np.count_nonzero(hit))
    return np.array(sizes, dtype=float)[:, np.newaxis]


def log_choices(n, k):
    """Return the logarithm of the number of ways to choose k of n."""
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
