"""The lines of a plot along a path."""

import numpy as np

from mutar_cy.plotting._labels import look


def title(name, what):
    """Return what to call something whose name may be a number."""
    return f"{what} {name}" if isinstance(name, int | np.integer) else str(name)


def draw_path(ax, alphas, values, names, max_labels, line_kw):
    """Draw a line for all that is ever selected along a path.

    Parameters
    ----------
    ax : matplotlib Axes
    alphas : ndarray of shape (n_alphas,)
    values : ndarray of shape (n_alphas, n_lines)
        0 where it is not selected.
    names : list of n_lines str
    max_labels : int
        Most lines that get a colour and a name: those that end farthest from 0. The
        others are in the background.
    line_kw : dict or None
        Properties of the lines that have a name.

    Returns
    -------
    lines : list of matplotlib Line2D
        All of them, in the order of the names.
    named : list of matplotlib Line2D
        Those with a name, the largest first.
    """
    ends = np.abs(values[-1])
    stay = np.flatnonzero(ends)
    named = stay[np.argsort(-ends[stay], kind="stable")][:max_labels].tolist()
    drawn = {
        each: ax.plot(
            alphas,
            values[:, each],
            label=names[each],
            **_properties(named, each, line_kw),
        )[0]
        for each in np.flatnonzero(values.any(axis=0)).tolist()
    }
    return list(drawn.values()), [drawn[each] for each in named]


def finish_path(ax, alphas, ylabel, xlabel="alpha"):
    """Set scale, limits and titles of axes of strengths."""
    ax.set(xscale="log", xlim=(alphas[0], alphas[-1]), xlabel=xlabel, ylabel=ylabel)
    ax.spines["right"].set_visible(False)


def _properties(named, each, line_kw):
    if each not in named:
        return look(None)
    return {**look(named.index(each)), **(line_kw or {})}
