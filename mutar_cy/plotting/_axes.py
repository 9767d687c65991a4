"""What a plot along a path is made of, besides its lines."""

import numpy as np

from mutar_cy.plotting._labels import look


def new_axes():
    """Return the axes of a new figure that makes room for labels."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "GroupPathDisplay draws with matplotlib, which is not installed: "
            "pip install 'mutar_cy[plot]'"
        ) from error
    return pyplot.subplots(layout="constrained")[1]


def mark(ax, alpha, alphas):
    """Draw a line at the best strength, and name it above all other lines."""
    top = ax.get_ylim()[1]
    ax.set_ylim(top=1.08 * top)
    right = alpha < np.sqrt(alphas[0] * alphas[-1])  # more room on its left
    ax.annotate(
        "chosen alpha",
        xy=(alpha, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-4 if right else 4, -3),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
        fontsize=8,
        color="0.35",
    )
    dashes = {"color": "0.35", "linewidth": 1, "linestyle": (0, (4, 3))}
    return ax.axvline(alpha, zorder=0, **dashes)


def title(name):
    """Return what to call a group."""
    return f"group {name}" if isinstance(name, int | np.integer) else str(name)


def properties(named, group, line_kw):
    """Return the properties of a group's line."""
    if group not in named:
        return look(None)
    return {**look(named.index(group)), **(line_kw or {})}


def count_on_top(ax, alphas, counts):
    """Add an axis on top that tells how many groups are selected."""
    evenly = np.geomspace(alphas[0], alphas[-1], 7)
    at = np.unique(np.abs(np.log(alphas[:, None] / evenly)).argmin(axis=0))
    top = ax.secondary_xaxis("top")
    top.set_xticks(alphas[at], labels=[str(count) for count in counts[at]])
    top.minorticks_off()
    top.set_xlabel("number of groups selected")
    return top
