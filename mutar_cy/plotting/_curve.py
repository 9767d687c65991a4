"""How well a model does along a path over strengths."""

import numpy as np

from mutar_cy.plotting._axes import MARK, new_figure
from mutar_cy.plotting._checks import check_numbers
from mutar_cy.plotting._lines import finish_path

INK, BAND = "#000000", "0.85"


def check_curve(errors, criterion, n_alphas):
    """Return a curve with its standard errors, or None, or raise a ValueError.

    Parameters
    ----------
    errors : array-like of shape (n_alphas, n_folds), or None
        NaN where a fold says nothing.
    criterion : array-like of shape (n_alphas,), or None
        Not finite where nothing is known.
    n_alphas : int

    Returns
    -------
    mean, error : ndarray of shape (n_alphas,)
        The standard errors are 0 for a criterion, and with a single fold.
    """
    if errors is not None and criterion is not None:
        raise ValueError("mse_path and criterion_path exclude each other.")
    if criterion is not None:
        values = check_numbers(criterion, "criterion_path", finite=False)
        if values.shape != (n_alphas,):
            raise ValueError(
                f"criterion_path has shape {values.shape}, but there are {n_alphas} "
                f"alphas."
            )
        values = np.where(np.isfinite(values), values, np.nan)
        if np.isnan(values).all():
            raise ValueError("criterion_path has no finite number.")
        return values, np.zeros(n_alphas)
    if errors is None:
        return None
    values = check_numbers(errors, "mse_path", finite=False)
    if values.ndim != 2 or len(values) != n_alphas or not values.size:
        raise ValueError(
            f"mse_path has shape {values.shape}, but there are {n_alphas} alphas: it "
            f"must be of shape (n_alphas, n_folds)."
        )
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    if not counts.all():
        raise ValueError(f"mse_path has no number at alphas[{counts.argmin()}].")
    mean = np.where(known, values, 0.0).sum(axis=1) / counts
    square = np.where(known, values - mean[:, np.newaxis], 0.0) ** 2
    return mean, np.sqrt(square.sum(axis=1) / np.maximum(counts - 1, 1) / counts)


def draw_curve(ax, alphas, curve, titles, best):
    """Draw a curve, its band of one standard error, and its lowest point.

    Parameters
    ----------
    ax : matplotlib Axes
    alphas : ndarray of shape (n_alphas,)
    curve : (ndarray, ndarray)
        As `check_curve` returns it.
    titles : (str, str)
        What strengths are called, and the curve.
    best : float or None
        The strength to be marked.

    Returns
    -------
    line : matplotlib Line2D
    band : matplotlib PolyCollection or None
        None where all errors are 0.
    """
    mean, error = curve
    band = None
    if error.any():
        band = ax.fill_between(
            alphas, mean - error, mean + error, color=BAND, linewidth=0, zorder=1
        )
    (line,) = ax.plot(alphas, mean, color=INK, linewidth=1.8, zorder=2)
    lowest = np.nanargmin(mean)
    ax.plot(alphas[lowest], mean[lowest], "o", color=INK, markersize=5, zorder=3)
    strength, name = titles
    finish_path(ax, alphas, name, strength)
    ax.spines["top"].set_visible(False)
    if best is not None:
        ax.axvline(best, zorder=0, **MARK)
    return line, band


def path_axes(ax, with_curve):
    """Return what to draw a path into, and its curve.

    Parameters
    ----------
    ax : matplotlib Axes, pair of them, or None
        None for a new figure.
    with_curve : bool

    Returns
    -------
    upper : matplotlib Axes
    lower : matplotlib Axes or None
        None if there is no curve, or no room for it.
    """
    if ax is None and with_curve:
        rows = {"nrows": 2, "height_ratios": (3, 2), "sharex": True}
        upper, lower = new_figure(figsize=(6.4, 6.4), **rows)[1]
        return upper, lower
    if ax is None:
        return new_figure()[1], None
    pair = np.ravel(ax).tolist()  # object arrays, as pyplot.subplots returns
    if len(pair) > 2:
        raise ValueError(f"ax must be one Axes or a pair of them, got {len(pair)}.")
    return pair[0], pair[1] if with_curve and len(pair) > 1 else None
