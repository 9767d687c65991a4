"""How often features were selected, checked before it is drawn, and drawn."""

from numbers import Real
from types import SimpleNamespace

import numpy as np

from mutar_cy import tasks
from mutar_cy.plotting._checks import check_names, check_numbers
from mutar_cy.plotting._labels import FAINT, INK, look
from mutar_cy.plotting._lines import title

STABLE = "0.45"  # lines of stable features beyond those that have a name


def check_frequencies(frequencies, n_alphas, names, what):
    """Return frequencies of shape (n_alphas, n_features), and names.

    Parameters
    ----------
    frequencies : array-like of shape (n_features,) or (n_alphas, n_features)
    n_alphas : int or None
        None if there is no path.
    names : sequence or None
    what : str
        What a feature without a name is called, and a number stands behind.
    """
    values = check_numbers(frequencies, "frequencies")
    expected = "(n_features,)" if n_alphas is None else f"({n_alphas}, n_features)"
    wrong = values.ndim != 1 if n_alphas is None else values.shape[:-1] != (n_alphas,)
    if wrong or not values.size:
        raise ValueError(
            f"frequencies must be of shape {expected}, as the alphas are, got "
            f"{values.shape}."
        )
    outside = values[(values < 0) | (values > 1)]
    if len(outside):
        raise ValueError(f"frequencies must be from 0 to 1, got {outside[0]}.")
    values = np.atleast_2d(values)
    names = check_names(names, values.shape[1], "feature_names", "features")
    return values, [title(name, what) for name in names]


def check_threshold(threshold):
    """Raise a ValueError unless this is a frequency."""
    if not isinstance(threshold, Real) or not 0 < float(threshold) <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, got {threshold!r}.")
    return float(threshold)


def draw_lines(ax, alphas, values, names, threshold, max_labels, line_kw):
    """Draw the frequencies of features along a path.

    Parameters
    ----------
    ax : matplotlib Axes
    alphas : ndarray of shape (n_alphas,)
    values : ndarray of shape (n_alphas, n_features)
    names : list of str
    threshold : float
    max_labels : int
        Most stable features that get a colour and a name, the most frequent first.
    line_kw : dict or None
        Properties of the lines that have a name.

    Returns
    -------
    lines : list of matplotlib Line2D
        Of the features with a name.
    background : matplotlib LineCollection
        The lines of all others that are ever selected.
    """
    from matplotlib.collections import LineCollection

    # By the largest frequency, and of equals by the mean: who comes in first.
    order = np.lexsort([-values.mean(axis=0), -values.max(axis=0)])
    stable = [j for j in order.tolist() if values[:, j].max() >= threshold]
    named, more = stable[:max_labels], stable[max_labels:]
    others = np.setdiff1d(np.flatnonzero(values.any(axis=0)), stable).tolist()
    background = LineCollection(
        [np.column_stack([alphas, values[:, j]]) for j in others + more],
        colors=[FAINT] * len(others) + [STABLE] * len(more),
        linewidths=0.8,
        zorder=1,
    )
    ax.add_collection(background)
    lines = [
        ax.plot(
            alphas, values[:, j], label=names[j], **{**look(rank), **(line_kw or {})}
        )[0]
        for rank, j in enumerate(named)
    ]
    return lines, background


def draw_bars(ax, values, names, threshold, max_bars):
    """Draw the largest frequencies as bars, the largest on top.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (n_features,)
    names : list of str
    threshold : float
    max_bars : int

    Returns
    -------
    bars : matplotlib BarContainer
    """
    order = np.argsort(-values, kind="stable")[:max_bars]
    own = values[order]
    colours = [look(0)["color"] if value >= threshold else FAINT for value in own]
    bars = ax.barh(range(len(own)), own, height=0.7, color=colours)
    ax.set_yticks(range(len(own)), [names[j] for j in order], fontsize=9, color=INK)
    ax.set(ylim=(len(own) - 0.4, -0.6), xlim=(0, 1))
    ax.tick_params(axis="y", length=0)
    return bars


def own_names(selection):
    """Return the names of the features without the task column, or None."""
    if not hasattr(selection, "feature_names_in_"):
        return None
    table = SimpleNamespace(columns=selection.feature_names_in_.tolist())
    return tasks.feature_names(selection.estimator, table)


def strengths_of(alphas):
    """Return the strengths of an axis, None for a single one, and their name."""
    if len(alphas) == 1:
        return None, "alpha"
    if alphas.ndim == 1:
        return alphas, "alpha"
    return alphas[:, 0] / alphas[0, 0], "alpha over the largest"
