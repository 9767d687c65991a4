"""SupportDisplay: selected features, by task and sign."""

from typing import NamedTuple

import numpy as np

from mutar_cy._lib import ExplainedArguments
from mutar_cy.inspection import innermost
from mutar_cy.plotting._reading import (
    check_coef,
    check_count,
    check_fraction,
    check_limit,
    check_names,
    read_coef,
    read_fitted,
)
from mutar_cy.plotting._style import (
    TEXT_COLOUR,
    colour_scale,
    hide_frame,
    mark_signs,
    name_cells,
    new_axes,
)


class SupportDisplay(ExplainedArguments):
    """Plot of the selected features of every task, with the signs of coefficients.

    The table has a row per feature and a column per task. Cells are purple where the
    coefficient is positive and orange where it is negative, darker for larger absolute
    values. The sign is written on the cell, which makes small coefficients visible, and
    signs in greyscale. Zeros are white. If coefficients have a shared and a specific
    part, there are two tables side by side with the same colour scale.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    coef : array-like of shape (n_features,) or (n_features, n_tasks)
        The coefficients.
    shared : array-like of shape (n_features,) or (n_features, n_tasks), default=None
        Part that tasks share; one column if it is the same for all tasks.
    specific : array-like shaped as ``coef``, default=None
        Part that is specific to tasks; given if and only if ``shared`` is.
    feature_names : sequence of n_features hashable, default=None
        Names of the features; 0, 1, ... by default.
    task_names : sequence of n_tasks hashable, default=None
        Names of the tasks; 0, 1, ... by default.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that hold the plot.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    features_ : ndarray of int
        Features of the rows, from top to bottom.
    images_ : list of matplotlib AxesImage
        Images of the coefficients, or of the shared and the specific part.
    marks_ : dict of str to matplotlib PathCollection
        Marks of the signs ``"+"`` and ``"-"``; a sign that does not occur is left out.
    colorbar_ : matplotlib Colorbar or None
        The colour bar.

    See Also
    --------
    TaskSimilarityDisplay : Similarity of the coefficients of tasks.
    CoefficientMapDisplay : Coefficients of features on a grid.

    Examples
    --------
    >>> from mutar_cy.plotting import SupportDisplay
    >>> display = SupportDisplay(
    ...     coef=[[0.5, 0.7], [0.0, 0.0], [0.0, -0.2]],
    ...     feature_names=["age", "height", "weight"],
    ...     task_names=["one", "two"],
    ... ).plot()
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['age', 'height', 'weight']
    >>> display.marks_["-"].get_offsets().tolist()  # the middle of the last cell
    [[1.5, 2.0]]
    """

    def __init__(
        self,
        *,
        coef,
        shared=None,
        specific=None,
        feature_names=None,
        task_names=None,
    ):
        self.coef = coef
        self.shared = shared
        self.specific = specific
        self.feature_names = feature_names
        self.task_names = task_names

    @classmethod
    def from_estimator(
        cls,
        estimator,
        *,
        feature_names=None,
        task_names=None,
        parts="auto",
        ax=None,
        **plot_kw,
    ):
        """Plot the coefficients of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted estimator of this package, or one with ``coef_`` of shape
            (n_targets, n_features). Every response of a task, and every class, has a
            column.
        feature_names : sequence of n_features hashable, default=None
            Names of the features; by default ``feature_names_in_``, or numbers.
        task_names : sequence of n_tasks hashable, default=None
            Names to use instead of ``tasks_``.
        parts : bool or "auto", default="auto"
            Whether to draw ``coef_shared_`` and ``coef_specific_`` side by side. By
            default True if ``coef_specific_`` is not 0.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : SupportDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If the estimator has no ``coef_``.
        ValueError
            If the number of names differs from that of features or tasks, or if
            ``parts=True`` and the coefficients have no parts.
        """
        fitted = read_fitted(estimator, feature_names, task_names)
        shared, specific = read_parts(estimator, parts)
        display = cls(
            coef=fitted.columns,
            shared=shared,
            specific=specific,
            feature_names=fitted.feature_names,
            task_names=fitted.column_names,
        )
        return display.plot(ax, **plot_kw)

    def plot(
        self, ax=None, *, max_features=40, threshold=0.0, limit=None, colorbar=True
    ):
        """Draw the table.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; by default those of a new figure, sized to fit.
        max_features : int, default=40
            Maximum number of rows. If there are more features, only selected ones have
            a row; if there are more of these, those with the largest norms.
        threshold : float, default=0.0
            Coefficients up to this fraction of the largest count as 0. For models
            whose coefficients are never exactly 0.
        limit : float, default=None
            Absolute value at the end of the colour scale; by default the largest
            coefficient. Set it to compare several plots.
        colorbar : bool, default=True
            Whether to draw a colour bar.

        Returns
        -------
        display : SupportDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree, or a parameter is out of range.
        """
        rows, names, tables, largest, caption = self._read(max_features, threshold)
        limit = largest if limit is None else check_limit(limit)
        self.ax_ = new_axes(figure_size(len(rows), tables)) if ax is None else ax
        self.figure_ = self.ax_.figure
        self.features_ = rows
        self.images_ = draw_tables(self.ax_, tables, limit)
        self.ax_.set(xlabel=f"task{caption}", ylabel="feature")
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = self.figure_.colorbar(
                self.images_[0], ax=self.ax_, label="coefficient"
            )
        self.marks_ = mark_tables(self.ax_, tables, names, limit)
        return self

    def _read(self, max_features, threshold):
        """Return the rows, their names, the tables, the largest entry and a caption."""
        most = check_count(max_features, "max_features")
        coef, parts = check_parts(self.coef, self.shared, self.specific)
        largest = max(np.abs(part).max() for part in parts.values())
        least = check_fraction(threshold, "threshold") * largest
        names = check_names(self.feature_names, len(coef), "feature_names", "features")
        tasks = check_names(self.task_names, coef.shape[1], "task_names", "tasks")
        parts = {
            title: np.where(np.abs(part) > least, part, 0.0)
            for title, part in parts.items()
        }
        rows, caption = choose_rows(np.column_stack(list(parts.values())), most)
        tables = [
            Table(title, part[rows], tasks if part.shape == coef.shape else ["all"])
            for title, part in parts.items()
        ]
        return rows, [names[row] for row in rows], tables, largest, caption


PARTS = ("shared", "specific")


def read_parts(estimator, parts):
    """Return the two parts of the coefficients of an estimator, or (None, None).

    Parameters
    ----------
    estimator : estimator
        Fitted.
    parts : bool or "auto"
        Whether to return them; "auto": if the specific part is not 0.

    Returns
    -------
    shared, specific : ndarray of shape (n_features, n_columns), or None

    Raises
    ------
    ValueError
        If ``parts`` is True and the estimator has none.
    """
    if not (isinstance(parts, bool) or parts == "auto"):
        raise ValueError(f"parts must be True, False or 'auto', got {parts!r}.")
    estimator = innermost(estimator)
    has_none = not all(hasattr(estimator, f"coef_{part}_") for part in PARTS)
    if not parts or (parts == "auto" and has_none):
        return None, None
    shared, specific = (read_coef(estimator, part)[0] for part in PARTS)
    if parts == "auto" and not specific.any():
        return None, None
    return shared.reshape(len(shared), -1), specific.reshape(len(specific), -1)


def check_parts(coef, shared, specific):
    """Return the coefficients, and a dict of the arrays to draw by title.

    Parameters
    ----------
    coef : array-like of shape (n_features,) or (n_features, n_columns)
    shared : array-like of shape (n_features,) or (n_features, n_columns), or None
    specific : array-like shaped as ``coef``, or None

    Returns
    -------
    coef : ndarray of shape (n_features, n_columns)
    parts : dict of str to ndarray

    Raises
    ------
    ValueError
        If their shapes disagree, or only one of the parts is given.
    """
    coef = check_coef(coef)
    if shared is None and specific is None:
        return coef, {"coefficients": coef}
    if shared is None or specific is None:
        lacking = PARTS[specific is None]
        raise ValueError(f"shared and specific go together, but {lacking} is None.")
    parts = {"shared": check_coef(shared, "shared")}
    parts["specific"] = check_coef(specific, "specific")
    for name, part in parts.items():
        common = name == "shared" and part.shape == (len(coef), 1)
        if part.shape != coef.shape and not common:
            raise ValueError(
                f"{name} has shape {part.shape}, but coef has shape {coef.shape}."
            )
    return coef, parts


GAP = 0.7  # between tables, as a fraction of a column
LINE = "0.88"


class Table(NamedTuple):
    """One of several tables with the same rows."""

    title: str
    values: np.ndarray  # (n_rows, n_columns)
    names: list  # of the columns


def choose_rows(coef, most):
    """Return the features that get a row, and a caption that describes them.

    Parameters
    ----------
    coef : ndarray of shape (n_features, n_columns)
    most : int

    Returns
    -------
    rows : ndarray of int
        All features if there are at most ``most``; else the selected ones, or those of
        them with the largest norms; the first ones if none is selected.
    caption : str
        Empty if no feature is left out.
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
    """Return width and height, in inches, of a figure with legible tables."""
    n_columns = sum(len(table.names) for table in tables)
    width = np.clip(2.6 + 0.32 * n_columns, 3.6, 9.0)
    height = np.clip(1.5 + 0.2 * n_rows, 2.4, 9.0)
    return float(width), float(height)


def draw_tables(ax, tables, limit):
    """Draw the colours of tables with common rows.

    Parameters
    ----------
    ax : matplotlib Axes
    tables : list of Table
    limit : float
        Upper limit of the colour scale.

    Returns
    -------
    images : list of matplotlib AxesImage
    """
    begins, end = _left_edges(tables)
    images = [
        _image(ax, table, begin, limit, titled=len(tables) > 1)
        for table, begin in zip(tables, begins, strict=True)
    ]
    ax.set(xlim=(0, end), ylim=(len(tables[0].values) - 0.5, -0.5))
    hide_frame(ax)
    return images


def mark_tables(ax, tables, row_names, limit):
    """Write the names of rows and columns of drawn tables, and mark signs.

    Returns
    -------
    marks : dict of str to matplotlib PathCollection
        Marks of all tables, as `mark_signs` returns them.
    """
    begins, end = _left_edges(tables)
    centres = [
        begin + 0.5 + np.arange(len(table.names))
        for table, begin in zip(tables, begins, strict=True)
    ]
    names = [name for table in tables for name in table.names]
    rows, columns = np.arange(len(row_names)), np.concatenate(centres)
    size = (len(rows), end)
    cell = name_cells(ax, (rows, row_names), (columns, names), size)
    places, values = zip(*map(_nonzero_entries, tables, centres), strict=True)
    width = float(np.clip(0.5 * min(cell), 2, 7))
    return mark_signs(ax, np.concatenate(places), np.concatenate(values), limit, width)


def _left_edges(tables):
    """Return the left edges of the tables, and the right edge of the last one."""
    ends = np.cumsum([0.0, *(len(table.names) + GAP for table in tables)])
    return ends[:-1], ends[-1] - GAP


def _image(ax, table, begin, limit, *, titled):
    """Draw the colours of a table and lines between its cells."""
    n_rows, n_columns = table.values.shape
    end = begin + n_columns
    image = ax.imshow(
        table.values,
        extent=(begin, end, n_rows - 0.5, -0.5),
        aspect="auto",
        interpolation="nearest",
        **colour_scale(limit),
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
            color=TEXT_COLOUR,
        )
    return image


def _nonzero_entries(table, centres):
    """Return the places and values of the nonzero entries."""
    rows, columns = np.nonzero(table.values)
    return np.column_stack([centres[columns], rows]), table.values[rows, columns]
