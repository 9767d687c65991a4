"""Tables of signed numbers, side by side in one pair of axes."""

from typing import NamedTuple

import numpy as np

from mutar_cy.plotting._labels import INK
from mutar_cy.plotting._signed import (
    colours_of,
    frame_off,
    mark_signs,
    name_cells,
)

GAP = 0.7  # of a column, between tables
LINE = "0.88"


class Table(NamedTuple):
    """Numbers to be drawn beside others."""

    title: str
    values: np.ndarray  # (n_rows, n_columns)
    names: list  # of the columns


def choose_rows(coef, most):
    """Choose the features that get a row, and say which they are.

    Parameters
    ----------
    coef : ndarray of shape (n_features, n_columns)
    most : int

    Returns
    -------
    rows : ndarray of int
        All of them; if there are more than ``most``, those that are selected; and if
        there are more of these, those with the largest norms. The first, if none is.
    caption : str
        Empty if nothing is left out.
    """
    n_features = len(coef)
    if n_features <= most:
        return np.arange(n_features), ""
    norms = np.linalg.norm(coef, axis=1)
    rows = np.flatnonzero(norms)
    if not len(rows):
        return np.arange(most), f"\nnone of {n_features} features is selected"
    if len(rows) <= most:
        return rows, f"\n{len(rows)} of {n_features} features, the others are 0"
    largest = np.sort(np.argsort(-norms, kind="stable")[:most])
    return largest, f"\nthe {most} largest of {len(rows)} selected features"


def figure_size(n_rows, tables):
    """Return width and height in inches of a figure that tables are legible in."""
    n_columns = sum(len(table.names) for table in tables)
    width = np.clip(2.6 + 0.32 * n_columns, 3.6, 9.0)
    height = np.clip(1.5 + 0.2 * n_rows, 2.4, 9.0)
    return float(width), float(height)


def draw_tables(ax, tables, limit):
    """Draw tables that have their rows in common.

    Parameters
    ----------
    ax : matplotlib Axes
    tables : list of Table
    limit : float
        What the colours go up to.

    Returns
    -------
    images : list of matplotlib AxesImage
    """
    begins, end = _begins(tables)
    images = [
        _image(ax, table, begin, limit, titled=len(tables) > 1)
        for table, begin in zip(tables, begins, strict=True)
    ]
    ax.set(xlim=(0, end), ylim=(len(tables[0].values) - 0.5, -0.5))
    frame_off(ax)
    return images


def mark_tables(ax, tables, row_names, limit):
    """Name rows and columns of tables that have been drawn, and mark their signs.

    Returns
    -------
    marks : dict of str to matplotlib PathCollection
        As of `mark_signs`, for all tables together.
    """
    begins, end = _begins(tables)
    centres = [
        begin + 0.5 + np.arange(len(table.names))
        for table, begin in zip(tables, begins, strict=True)
    ]
    names = [name for table in tables for name in table.names]
    rows, columns = np.arange(len(row_names)), np.concatenate(centres)
    size = (len(rows), end)
    cell = name_cells(ax, (rows, row_names), (columns, names), size)
    places, values = zip(*map(_entries, tables, centres), strict=True)
    width = float(np.clip(0.5 * min(cell), 2, 7))
    return mark_signs(ax, np.concatenate(places), np.concatenate(values), limit, width)


def _begins(tables):
    """Return where each table begins, and where the last one ends."""
    ends = np.cumsum([0.0, *(len(table.names) + GAP for table in tables)])
    return ends[:-1], ends[-1] - GAP


def _image(ax, table, begin, limit, *, titled):
    """Draw the colours of a table, and lines between its cells."""
    n_rows, n_columns = table.values.shape
    end = begin + n_columns
    image = ax.imshow(
        table.values,
        extent=(begin, end, n_rows - 0.5, -0.5),
        aspect="auto",
        interpolation="nearest",
        **colours_of(limit),
    )
    lines = {"colors": LINE, "linewidth": 0.6}
    ax.hlines(np.arange(n_rows + 1) - 0.5, begin, end, **lines)
    ax.vlines(begin + np.arange(n_columns + 1), -0.5, n_rows - 0.5, **lines)
    if titled:
        ax.annotate(
            table.title,
            xy=((begin + end) / 2, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            color=INK,
        )
    return image


def _entries(table, centres):
    """Return places and values of what is not 0."""
    rows, columns = np.nonzero(table.values)
    return np.column_stack([centres[columns], rows]), table.values[rows, columns]
