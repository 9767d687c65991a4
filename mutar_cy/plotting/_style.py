"""Style shared by the displays: axes, colours, lines, labels, marks of signs."""

import numpy as np
from sklearn.isotonic import isotonic_regression

MARK = {"color": "0.35", "linewidth": 1, "linestyle": (0, (4, 3))}


def new_figure(**options):
    """Return a new figure with constrained layout, and its axes.

    Parameters
    ----------
    **options
        Passed to ``pyplot.subplots``.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "Plots need matplotlib, which is not installed: "
            "pip install 'mutar_cy[plot]'"
        ) from error
    return pyplot.subplots(layout="constrained", **options)


def new_axes(figsize=None):
    """Return the axes of a new figure with constrained layout."""
    return new_figure(figsize=figsize)[1]


def update_layout(ax):
    """Run the layout engine of the figure, so that the axes have their final size."""
    figure = ax.figure.figure  # a subfigure has a parent figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    ax.apply_aspect()


def size_in_points(ax):
    """Return the current height and width of axes in points."""
    box, to_points = ax.get_window_extent(), 72 / ax.figure.dpi
    return box.height * to_points, box.width * to_points


def mark_alpha(ax, alpha, alphas, name="alpha"):
    """Draw a labelled line at the chosen alpha, above all other lines."""
    bottom, top = ax.get_ylim()
    ax.set_ylim(top=top + 0.08 * (top - bottom))
    right = alpha < np.sqrt(
        alphas[0] * alphas[-1]
    )  # then there is more room on the left
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


def add_count_axis(ax, alphas, counts, what):
    """Add an axis on top with the numbers of selected features or groups."""
    evenly = np.geomspace(alphas[0], alphas[-1], 7)
    at = np.unique(np.abs(np.log(alphas[:, None] / evenly)).argmin(axis=0))
    top = ax.secondary_xaxis("top")
    top.set_xticks(alphas[at], labels=[str(count) for count in counts[at]])
    top.minorticks_off()
    top.set_xlabel(f"number of {what} selected")
    return top


# The palette of Okabe and Ito, safe for colour-blind readers, without its yellow, which
# is invisible on white. Seven colours and four styles give 28 different lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
STYLES = ("-", "--", "-.", ":")
GREY, TEXT_COLOUR = "0.75", "0.15"  # text is dark: bright colours are hard to read


def line_style(rank):
    """Return the properties of the line of this rank, or of background lines (None)."""
    if rank is None:
        return {"color": GREY, "linewidth": 0.8, "zorder": 1}
    return {
        "color": COLOURS[rank % len(COLOURS)],
        "linestyle": STYLES[rank % len(STYLES)],
        "linewidth": 1.8,
        "zorder": 2,
    }


def spread_labels(heights, gap, top):
    """Move labels apart so that the sum of squared moves is minimal.

    Parameters
    ----------
    heights : ndarray of shape (n_labels,)
        Preferred heights of the labels, in any order.
    gap : float
        Minimum distance between two labels; reduced if they do not fit.
    top : float
        Upper limit of the heights; the lower limit is 0.

    Returns
    -------
    heights : ndarray of shape (n_labels,)
    """
    if not len(heights):
        return heights
    order = np.argsort(heights, kind="stable")
    gap = min(gap, top / max(len(heights) - 1, 1))
    steps = gap * np.arange(len(heights))
    moved = isotonic_regression(
        heights[order] - steps, y_min=0.0, y_max=max(top - steps[-1], 0.0)
    )
    spread_out = np.empty(len(heights))
    spread_out[order] = moved + steps
    return spread_out


def label_ends(ax, lines, *, at_edge=True, fontsize=9):
    """Write the label of each line beside its end.

    Parameters
    ----------
    ax : matplotlib Axes
        Axes with their final limits.
    lines : list of Line2D
    at_edge : bool, default=True
        Whether labels are at the right edge of the axes; else at the ends of lines.
    fontsize : float, default=9

    Returns
    -------
    labels : list of Annotation
    """
    ends = np.array([_end(line) for line in lines]).reshape(-1, 2)
    update_layout(ax)
    points, _ = size_in_points(ax)
    to_axes = ax.transData + ax.transAxes.inverted()
    at = points * to_axes.transform(ends)[:, 1]
    heights = spread_labels(at, 1.3 * fontsize, points) / points
    beside = _right_of(ax, at_edge, 14)
    return [
        ax.annotate(
            line.get_label(),
            xy=tuple(end),
            xytext=(1 if at_edge else end[0], height),
            textcoords=beside,
            path_effects=text_outline(),
            color=TEXT_COLOUR,
            fontsize=fontsize,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": line.get_color(),
                "linewidth": 1.2,
                "shrinkA": 0,
                "shrinkB": 2,
                "relpos": (0, 0.5),
            },
        )
        for line, end, height in zip(lines, ends, heights, strict=True)
    ]


def _end(line):
    """Return the last finite point of a line."""
    points = np.asarray(line.get_xydata(), dtype=np.float64)
    return points[np.isfinite(points).all(axis=1)][-1]


def _right_of(ax, at_edge, points):
    """Return a transform for labels: axes height, shifted axes width or data."""
    from matplotlib import transforms

    across = ax.transAxes if at_edge else ax.transData
    blended = transforms.blended_transform_factory(across, ax.transAxes)
    return transforms.offset_copy(blended, ax.figure, points, 0, units="points")


def text_outline():
    """Return a white outline, which separates text from the lines behind it."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.5, foreground="white")]


def title(name, what):
    """Return a name for display: numbers get a prefix, such as "feature 3"."""
    return f"{what} {name}" if isinstance(name, int | np.integer) else str(name)


def draw_path(ax, alphas, values, names, max_labels, line_kw):
    """Draw a line for every feature or group that is selected along a path.

    Parameters
    ----------
    ax : matplotlib Axes
    alphas : ndarray of shape (n_alphas,)
    values : ndarray of shape (n_alphas, n_lines)
        0 where the feature or group is not selected.
    names : list of n_lines str
    max_labels : int
        Maximum number of lines with a colour and a name: those that end farthest from
        0. The others are grey.
    line_kw : dict or None
        Properties of the labelled lines.

    Returns
    -------
    lines : list of matplotlib Line2D
        All lines, in the order of the names.
    named : list of matplotlib Line2D
        The labelled lines, in descending order of their last value.
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


def format_path_axes(ax, alphas, ylabel, xlabel="alpha"):
    """Set scale, limits and labels of axes along a path of alphas."""
    ax.set(xscale="log", xlim=(alphas[0], alphas[-1]), xlabel=xlabel, ylabel=ylabel)
    ax.spines["right"].set_visible(False)


def _properties(named, each, line_kw):
    if each not in named:
        return line_style(None)
    return {**line_style(named.index(each)), **(line_kw or {})}


# Orange for negative and purple for positive numbers is safe for colour-blind readers.
# In greyscale the two look the same, so signs are drawn as well.
DIVERGING, SEQUENTIAL = "PuOr", "Purples"
DARK = 0.6  # fraction of the limit; marks on darker cells are white
MARK_ON_LIGHT, MARK_ON_DARK = "black", "white"


def colour_scale(limit, *, signed=True):
    """Return the arguments of ``imshow`` for numbers up to a limit.

    Parameters
    ----------
    limit : float
        Largest absolute value; 0 counts as 1.
    signed : bool, default=True
        Whether there are negative numbers.
    """
    limit = limit or 1.0
    if signed:
        return {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
    return {"cmap": SEQUENTIAL, "vmin": 0.0, "vmax": limit}


def mark_signs(ax, places, values, limit, size):
    """Draw a plus or a minus at every place with a nonzero value.

    Parameters
    ----------
    ax : matplotlib Axes
    places : ndarray of shape (n_places, 2)
        Pairs of x and y.
    values : ndarray of shape (n_places,)
    limit : float
        Upper limit of the colour scale.
    size : float
        Width of a mark, in points.

    Returns
    -------
    marks : dict of str to matplotlib PathCollection
        One collection per sign, "+" and "-"; a sign that does not occur is left out.
    """
    ink = np.where(np.abs(values) > DARK * limit, MARK_ON_DARK, MARK_ON_LIGHT)
    marks = {}
    for sign, marker, chosen in (("+", "+", values > 0), ("-", "_", values < 0)):
        if chosen.any():
            marks[sign] = ax.scatter(
                *places[chosen].T,
                s=size**2,
                c=ink[chosen].tolist(),
                marker=marker,
                linewidths=max(0.6, 0.16 * size),
                zorder=3,
            )
    return marks


def cell_size(ax, n_rows, n_columns):
    """Return the current height and width of one cell, in points."""
    height, width = size_in_points(ax)
    return height / n_rows, width / n_columns


def name_cells(ax, rows, columns, size):
    """Write the names of rows and columns beside the cells of a table.

    Call it after axis labels and colour bars are drawn: these change the size of cells.

    Parameters
    ----------
    ax : matplotlib Axes
    rows, columns : pair of ndarray and list
        Positions and names.
    size : pair of float
        Numbers of rows and columns that fill the axes.

    Returns
    -------
    height, width : float
        Size of a cell, in points.
    """
    for _ in range(2):  # the names themselves change the layout once more
        update_layout(ax)
        height, width = cell_size(ax, *size)
        name_rows(ax, rows[0], rows[1], height)
        name_columns(ax, columns[0], columns[1], width)
    update_layout(ax)
    return cell_size(ax, *size)


def name_rows(ax, places, names, height):
    """Write names at the left of rows of the given height in points."""
    size = float(np.clip(0.85 * height, 5, 9))
    step = max(1, int(np.ceil(1.1 * size / height)))  # avoids overlaps
    ax.set_yticks(places[::step], [str(name) for name in names[::step]], fontsize=size)
    ax.tick_params(axis="y", length=0)


def name_columns(ax, places, names, width):
    """Write names below columns of the given width in points, rotated if necessary."""
    names = [str(name) for name in names]
    longest = max(len(name) for name in names)
    flat = 0.62 * 9 * longest + 4 <= width
    size = 9.0 if flat else float(np.clip(0.85 * width, 5, 9))
    step = 1 if flat else max(1, int(np.ceil(1.1 * size / width)))
    ax.set_xticks(
        places[::step], names[::step], fontsize=size, rotation=0 if flat else 90
    )
    ax.tick_params(axis="x", length=0)


def hide_frame(ax):
    """Hide the spines of the axes."""
    for spine in ax.spines.values():
        spine.set_visible(False)
