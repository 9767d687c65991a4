"""Numbers with signs as colours, whose signs are written too."""

import numpy as np

from mutar_cy.plotting._axes import settle, size_of

# Orange for negative and purple for positive numbers: colour-blind people can tell
# them apart. In grey print nobody can, so signs are drawn besides.
DIVERGING, GROWING = "PuOr", "Purples"
STRONG = 0.6  # of the largest: marks on it are white
FAINT_MARK, STRONG_MARK = "black", "white"


def colours_of(limit, *, signed=True):
    """Return how ``imshow`` is to draw numbers up to a limit.

    Parameters
    ----------
    limit : float
        The largest absolute value; 0 counts as 1.
    signed : bool, default=True
        Whether there are numbers below 0.
    """
    limit = limit or 1.0
    if signed:
        return {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
    return {"cmap": GROWING, "vmin": 0.0, "vmax": limit}


def mark_signs(ax, places, values, limit, size):
    """Draw a plus or a minus on every place whose value is not 0.

    Parameters
    ----------
    ax : matplotlib Axes
    places : ndarray of shape (n_places, 2)
        x and y.
    values : ndarray of shape (n_places,)
    limit : float
        What the colours go up to.
    size : float
        Width of a mark in points.

    Returns
    -------
    marks : dict of str to matplotlib PathCollection
        By their signs, "+" and "-"; a sign that does not occur has none.
    """
    ink = np.where(np.abs(values) > STRONG * limit, STRONG_MARK, FAINT_MARK)
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
    """Return the height and the width of one cell in points, as the axes are now."""
    height, width = size_of(ax)
    return height / n_rows, width / n_columns


def name_cells(ax, rows, columns, size):
    """Write the names of rows and columns beside the cells of a table.

    What is around the axes has to be there already, because it takes room.

    Parameters
    ----------
    ax : matplotlib Axes
    rows, columns : pair of ndarray and list
        Where they are, and what they are called.
    size : pair of float
        The numbers of rows and columns that would fill the axes.

    Returns
    -------
    height, width : float
        Of a cell, in points.
    """
    for _ in range(2):  # names take room too
        settle(ax)
        height, width = cell_size(ax, *size)
        name_rows(ax, rows[0], rows[1], height)
        name_columns(ax, columns[0], columns[1], width)
    settle(ax)
    return cell_size(ax, *size)


def name_rows(ax, places, names, height):
    """Write names at the left of rows that are so many points high."""
    size = float(np.clip(0.85 * height, 5, 9))
    step = max(1, int(np.ceil(1.1 * size / height)))  # else they would overlap
    ax.set_yticks(places[::step], [str(name) for name in names[::step]], fontsize=size)
    ax.tick_params(axis="y", length=0)


def name_columns(ax, places, names, width):
    """Write names below columns that are so many points wide, upright if need be."""
    names = [str(name) for name in names]
    longest = max(len(name) for name in names)
    flat = 0.62 * 9 * longest + 4 <= width
    size = 9.0 if flat else float(np.clip(0.85 * width, 5, 9))
    step = 1 if flat else max(1, int(np.ceil(1.1 * size / width)))
    ax.set_xticks(
        places[::step], names[::step], fontsize=size, rotation=0 if flat else 90
    )
    ax.tick_params(axis="x", length=0)


def frame_off(ax):
    """Hide the lines around the axes."""
    for spine in ax.spines.values():
        spine.set_visible(False)
