"""Curves of several tasks, one below the other."""

import numpy as np

from mutar_cy.plotting._axes import settle
from mutar_cy.plotting._labels import INK
from mutar_cy.plotting._signed import cell_size, frame_off, name_rows

ABOVE, BELOW = "#5e3c99", "#e66101"  # purple and orange, as tables and images have
ROOM = 0.9  # of the distance of two curves, for one of them
BASE = "0.7"


def figure_size(count):
    """Return width and height in inches of a figure."""
    return 6.4, float(np.clip(1.2 + 0.5 * count, 2.2, 9.0))


def draw_curves(ax, values, names, limit):
    """Draw curves one below the other, from base lines of their own.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (n_curves, n_features)
    names : list of n_curves str
    limit : float
        The largest absolute value.

    Returns
    -------
    lines : list of matplotlib Line2D
        Around the base lines 0, -1, ... of the curves.
    """
    n_curves, n_features = values.shape
    signed = bool((values < 0).any())
    limit = limit or 1.0
    unit = ROOM / (2 * limit if signed else limit)
    at, lines = np.arange(n_features), []
    for base, curve in zip(-np.arange(n_curves), values, strict=True):
        height = base + unit * curve
        ax.axhline(base, color=BASE, linewidth=0.6, zorder=1)
        style = {"step": "mid", "linewidth": 0, "zorder": 1.5}
        ax.fill_between(at, base, np.maximum(height, base), color=ABOVE, **style)
        ax.fill_between(at, base, np.minimum(height, base), color=BELOW, **style)
        lines += ax.plot(at, height, drawstyle="steps-mid", color=INK, linewidth=0.7)
    low = 0.5 if signed else 0.1
    ax.set(
        xlim=(-0.5, n_features - 0.5), ylim=(1 - n_curves - low, 0.5 + (not signed) / 2)
    )
    settle(ax)
    height, _ = cell_size(ax, n_curves, 1)
    name_rows(ax, -np.arange(n_curves), names, height)
    frame_off(ax)
    _scale(ax, limit, unit)
    return lines


def _scale(ax, limit, unit):
    """Draw at the right of the first curve how high a round number is."""
    power = 10.0 ** np.floor(np.log10(limit))
    number = max(step * power for step in (1, 2, 5) if step * power <= limit)
    ax.annotate(
        "",
        xy=(1.015, 0),
        xytext=(1.015, number * unit),
        xycoords=ax.get_yaxis_transform(),
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "|-|,widthA=0.2,widthB=0.2",
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    ax.annotate(
        f"{number:g}",
        xy=(1.015, number * unit / 2),
        xycoords=ax.get_yaxis_transform(),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=INK,
        annotation_clip=False,
    )
