"""Which features are selected for which tasks, and with which sign."""

import numpy as np

from mutar_cy.plotting._axes import new_axes
from mutar_cy.plotting._checks import check_count, check_limit, check_names, check_share
from mutar_cy.plotting._fitted import read_fitted
from mutar_cy.plotting._parts import check_parts, read_parts
from mutar_cy.plotting._support_table import (
    Table,
    choose_rows,
    draw_tables,
    figure_size,
    mark_tables,
)


class SupportDisplay:
    """Plot of which features are selected for which tasks, and with which sign.

    A table with a row for every feature and a column for every task. Cells are purple
    where the coefficient is positive and orange where it is negative, the darker the
    larger it is; its sign is written on it, so that small coefficients are seen, and
    both signs in grey print. What is 0 is white. Where coefficients have a shared and a
    specific part, there is a table of each, side by side and with the same colours.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    coef : array-like of shape (n_features,) or (n_features, n_tasks)
        The coefficients.
    shared : array-like of shape (n_features,) or (n_features, n_tasks), default=None
        The part that tasks share; in one column if it is the same for all of them.
    specific : array-like shaped as ``coef``, default=None
        The part that they do not share. With ``shared``, and only with it.
    feature_names : sequence of n_features hashable, default=None
        The names of the features; 0, 1, ... by default.
    task_names : sequence of n_tasks hashable, default=None
        The names of the tasks; 0, 1, ... by default.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    features_ : ndarray of int
        The features that have a row, from top to bottom.
    images_ : list of matplotlib AxesImage
        The colours: of the coefficients, or of the shared and the specific part.
    marks_ : dict of str to matplotlib PathCollection
        The signs, by ``"+"`` and ``"-"``; one that does not occur is left out.
    colorbar_ : matplotlib Colorbar or None
        What the colours mean.

    See Also
    --------
    TaskSimilarityDisplay : How alike the tasks' coefficients are.
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
            Fitted, with ``coef_``: one of this package's, or one with scikit-learn's
            shape (n_targets, n_features). Responses of a task, and classes, are columns
            of their own.
        feature_names : sequence of n_features hashable, default=None
            In place of ``feature_names_in_``, or of numbers.
        task_names : sequence of n_tasks hashable, default=None
            In place of ``tasks_``.
        parts : bool or "auto", default="auto"
            Whether to draw ``coef_shared_`` and ``coef_specific_`` apart. By default
            they are if something is specific.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        **plot_kw
            As for :meth:`plot`.

        Returns
        -------
        display : SupportDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no ``coef_``.
        ValueError
            If there are not as many names as there are features or tasks, or no parts
            that could be drawn apart.
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
            What to draw into; a new figure, as large as it needs to be, by default.
        max_features : int, default=40
            Most features that get a row. If there are more, only the selected ones do;
            and if there are more of these, those with the largest norms.
        threshold : float, default=0.0
            Coefficients of at most that share of the largest count as 0. For models
            whose coefficients are never exactly 0.
        limit : float, default=None
            The absolute value that colours go up to; that of the largest coefficient by
            default. To be given to several pictures that are to be compared.
        colorbar : bool, default=True
            Whether to draw a bar that tells what the colours mean.

        Returns
        -------
        display : SupportDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If the arrays do not go together, or a parameter is out of range.
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
        """Return the rows, their names, the tables, their largest entry, a caption."""
        most = check_count(max_features, "max_features")
        coef, parts = check_parts(self.coef, self.shared, self.specific)
        largest = max(np.abs(part).max() for part in parts.values())
        least = check_share(threshold, "threshold") * largest
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
