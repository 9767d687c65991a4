"""What plots are made of, besides their lines."""

import numpy as np

MARK = {"color": "0.35", "linewidth": 1, "linestyle": (0, (4, 3))}


def new_figure(**options):
    """Return a new figure, and its axes, that makes room for labels.

    Parameters
    ----------
    **options
        As ``pyplot.subplots`` takes them.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "Pictures are drawn with matplotlib, which is not installed: "
            "pip install 'mutar_cy[plot]'"
        ) from error
    return pyplot.subplots(layout="constrained", **options)


def new_axes(figsize=None):
    """Return the axes of a new figure that makes room for labels."""
    return new_figure(figsize=figsize)[1]


def settle(ax):
    """Lay the figure out as far as it has come, so that axes have their sizes."""
    figure = ax.figure.figure  # that of a part of a figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    ax.apply_aspect()


def size_of(ax):
    """Return height and width of axes in points, as they are now."""
    box, to_points = ax.get_window_extent(), 72 / ax.figure.dpi
    return box.height * to_points, box.width * to_points


def mark(ax, alpha, alphas, name="alpha"):
    """Draw a line at the best strength, and name it above all other lines."""
    bottom, top = ax.get_ylim()
    ax.set_ylim(top=top + 0.08 * (top - bottom))
    right = alpha < np.sqrt(alphas[0] * alphas[-1])  # more room on its left
    ax.annotate(
        f"chosen {name}",
        xy=(alpha, 1),
        xycoords=ax.get_xaxis_transform(),
        xytext=(-4 if right else 4, -3),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
        fontsize=8,
        color=MARK["color"],
    )
    return ax.axvline(alpha, zorder=0, **MARK)


def count_on_top(ax, alphas, counts, what):
    """Add an axis on top that tells how many are selected, of what."""
    evenly = np.geomspace(alphas[0], alphas[-1], 7)
    at = np.unique(np.abs(np.log(alphas[:, None] / evenly)).argmin(axis=0))
    top = ax.secondary_xaxis("top")
    top.set_xticks(alphas[at], labels=[str(count) for count in counts[at]])
    top.minorticks_off()
    top.set_xlabel(f"number of {what} selected")
    return top
