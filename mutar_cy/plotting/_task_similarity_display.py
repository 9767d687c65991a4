"""TaskSimilarityDisplay: similarity of the coefficients of tasks."""

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from mutar_cy._lib import ExplainedArguments
from mutar_cy.plotting._reading import (
    check_choice,
    check_fraction,
    check_names,
    check_numbers,
    read_fitted,
)
from mutar_cy.plotting._style import (
    DARK,
    MARK_ON_DARK,
    MARK_ON_LIGHT,
    colour_scale,
    hide_frame,
    mark_signs,
    name_cells,
    new_axes,
)

TITLES = {"cosine": "cosine of coefficients", "jaccard": "overlap of supports"}


class TaskSimilarityDisplay(ExplainedArguments):
    r"""Plot of the similarity of the coefficients of tasks.

    The table has a row and a column per task. The similarity of two tasks is one of

    - the cosine of the angle between their coefficients,
      :math:`w_k^\top w_l / (\|w_k\| \|w_l\|)`, from -1 to 1;
    - the Jaccard index of their supports, the number of features that both select over
      the number that at least one selects, from 0 to 1.

    A task without coefficients has similarity 0 to all others. Tasks are ordered by the
    leaves of a hierarchical clustering with average linkage of 1 minus the similarity,
    so that similar tasks are neighbours.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    similarity : array-like of shape (n_tasks, n_tasks)
        Similarities: symmetric, from -1 to 1, with ones on the diagonal.
    task_names : sequence of n_tasks hashable, default=None
        Names of the tasks; 0, 1, ... by default.
    measure : {"cosine", "jaccard"}, default="cosine"
        Measure of similarity.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that hold the plot.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    order_ : ndarray of int, shape (n_tasks,)
        Tasks of the rows, from top to bottom.
    image_ : matplotlib AxesImage
        Image of the similarities.
    texts_ : list of matplotlib Text
        The values, row by row; empty if cells are too small for legible text.
    minuses_ : matplotlib PathCollection or None
        Minus signs on negative values if values are not written.
    colorbar_ : matplotlib Colorbar or None
        The colour bar.

    See Also
    --------
    SupportDisplay : Selected features, by task and sign.

    Examples
    --------
    >>> from mutar_cy.plotting import TaskSimilarityDisplay
    >>> display = TaskSimilarityDisplay(
    ...     similarity=[[1.0, -0.2, 0.9], [-0.2, 1.0, 0.1], [0.9, 0.1, 1.0]],
    ...     task_names=["Ann", "Bob", "Cid"],
    ... ).plot()
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['Ann', 'Cid', 'Bob']
    """

    def __init__(self, *, similarity, task_names=None, measure="cosine"):
        self.similarity = similarity
        self.task_names = task_names
        self.measure = measure

    @classmethod
    def from_estimator(
        cls,
        estimator,
        *,
        measure="cosine",
        threshold=0.0,
        task_names=None,
        ax=None,
        **plot_kw,
    ):
        """Plot the similarity of the tasks of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            A fitted estimator of this package with at least two tasks, or one with
            ``coef_`` of shape (n_targets, n_features). The coefficients of a task are
            those of all its responses or classes.
        measure : {"cosine", "jaccard"}, default="cosine"
            The cosine of coefficients, or the overlap of supports.
        threshold : float, default=0.0
            Coefficients up to this fraction of the largest count as 0.
        task_names : sequence of n_tasks hashable, default=None
            Names to use instead of ``tasks_``.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : TaskSimilarityDisplay
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
            If it has a single task, the number of names differs from that of tasks, or
            a parameter is out of range.
        """
        find = MEASURES[check_choice(measure, "measure", MEASURES)]
        least = check_fraction(threshold, "threshold")
        fitted = read_fitted(estimator, None, task_names)
        if len(fitted.task_names) < 2:
            raise ValueError("The estimator must have at least two tasks, got 1.")
        coef = np.moveaxis(fitted.coef, 1, -1).reshape(-1, len(fitted.task_names))
        coef = np.where(np.abs(coef) > least * np.abs(coef).max(), coef, 0.0)
        display = cls(
            similarity=find(coef), task_names=fitted.task_names, measure=measure
        )
        return display.plot(ax, **plot_kw)

    def plot(self, ax=None, *, cluster=True, values_format=".2f", colorbar=True):
        """Draw the table.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; by default those of a new figure, sized to fit.
        cluster : bool, default=True
            Whether to order tasks so that similar tasks are neighbours. If False, keep
            their order.
        values_format : str or None, default=".2f"
            Format of the values; None: do not write them.
        colorbar : bool, default=True
            Whether to draw a colour bar.

        Returns
        -------
        display : TaskSimilarityDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the array is not a similarity matrix, or the number of names is wrong.
        """
        similarity, names = self._check()
        n_tasks = len(names)
        self.order_ = cluster_order(similarity) if cluster else np.arange(n_tasks)
        shown = similarity[np.ix_(self.order_, self.order_)]
        names = [names[task] for task in self.order_]
        side = float(np.clip(1.5 + 0.45 * n_tasks, 3.2, 8.0))
        self.ax_ = new_axes((side + 0.8, side)) if ax is None else ax
        self.figure_ = self.ax_.figure
        signed = self.measure == "cosine"
        self.image_ = self.ax_.imshow(shown, **colour_scale(1.0, signed=signed))
        hide_frame(self.ax_)
        self.ax_.set(xlabel="task", ylabel="task")
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = self.figure_.colorbar(
                self.image_, ax=self.ax_, label=TITLES[self.measure]
            )
        named = np.arange(n_tasks), names
        size = min(name_cells(self.ax_, named, named, (n_tasks, n_tasks)))
        self.texts_ = write_values(self.ax_, shown, values_format, size)
        self.minuses_ = None
        if not self.texts_:
            self.minuses_ = mark_negative(self.ax_, shown, size)
        return self

    def _check(self):
        """Return the similarities and the names, or raise a ValueError."""
        check_choice(self.measure, "measure", MEASURES)
        similarity = check_numbers(self.similarity, "similarity")
        shape = similarity.shape
        if similarity.ndim != 2 or shape[0] != shape[1] or shape[0] < 2:
            raise ValueError(
                f"similarity must be of shape (n_tasks, n_tasks), with at least two "
                f"tasks, got shape {shape}."
            )
        lowest = -1.0 if self.measure == "cosine" else 0.0
        if similarity.min() < lowest or similarity.max() > 1.0:
            far = similarity.min() if similarity.min() < lowest else similarity.max()
            raise ValueError(f"similarity must be from {lowest} to 1.0, got {far}.")
        if not np.array_equal(similarity, similarity.T):
            raise ValueError("similarity must be symmetric.")
        names = check_names(self.task_names, shape[0], "task_names", "tasks")
        return similarity, names


def cosine(coef):
    """Return the cosines of the angles between columns; 0 for a column of zeros.

    Parameters
    ----------
    coef : ndarray of shape (n_coefficients, n_tasks)

    Returns
    -------
    similarity : ndarray of shape (n_tasks, n_tasks)
        1 on the diagonal.
    """
    largest = np.abs(coef).max(axis=0)
    scaled = coef / np.where(largest > 0, largest, 1.0)  # avoids overflow of squares
    norms = np.linalg.norm(scaled, axis=0)
    directions = scaled / np.where(norms > 0, norms, 1.0)
    return _symmetrise(np.clip(directions.T @ directions, -1.0, 1.0))


def jaccard(coef):
    """Return the Jaccard indices of the supports of columns.

    Parameters
    ----------
    coef : ndarray of shape (n_coefficients, n_tasks)

    Returns
    -------
    similarity : ndarray of shape (n_tasks, n_tasks)
        Size of the intersection over that of the union; 0 if the union is empty. 1 on
        the diagonal.
    """
    support = (coef != 0).astype(np.float64)
    both = support.T @ support
    sizes = support.sum(axis=0)
    either = sizes[:, np.newaxis] + sizes - both
    return _symmetrise(both / np.maximum(either, 1.0))


MEASURES = {"cosine": cosine, "jaccard": jaccard}


def _symmetrise(similarity):
    """Return a matrix made exactly symmetric, with ones on its diagonal."""
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, 1.0)
    return similarity


def cluster_order(similarity):
    """Return the tasks in the leaf order of a hierarchical clustering.

    The distance of two tasks is 1 minus their similarity, the linkage is average, and
    the order of the leaves minimises the sum of distances between neighbours.

    Parameters
    ----------
    similarity : ndarray of shape (n_tasks, n_tasks)

    Returns
    -------
    order : ndarray of int, shape (n_tasks,)
    """
    if len(similarity) < 3:
        return np.arange(len(similarity))
    distances = squareform(1.0 - similarity, checks=False)
    order = leaves_list(linkage(distances, "average", optimal_ordering=True))
    return (
        order if order[0] < order[-1] else order[::-1]
    )  # an order and its reverse are equally good


MIN_FONTSIZE = 4.5  # points; smaller text is illegible and not written


def write_values(ax, shown, values_format, size):
    """Write values into cells of the given size in points, if the text is legible."""
    if values_format is None:
        return []
    written = [[_write(value, values_format) for value in row] for row in shown]
    longest = max(len(text) for row in written for text in row)
    fontsize = min(9.0, 0.84 * size / (0.6 * longest))
    if fontsize < MIN_FONTSIZE:
        return []
    style = {"ha": "center", "va": "center", "fontsize": fontsize}
    return [
        ax.text(
            j,
            i,
            text,
            color=MARK_ON_DARK if abs(value) > DARK else MARK_ON_LIGHT,
            **style,
        )
        for i, (row, values) in enumerate(zip(written, shown, strict=True))
        for j, (text, value) in enumerate(zip(row, values, strict=True))
    ]


def mark_negative(ax, shown, size):
    """Draw a minus on negative values, in cells of the given size in points."""
    rows, columns = np.nonzero(shown < 0)
    marks = mark_signs(
        ax, np.column_stack([columns, rows]), shown[rows, columns], 1.0, 0.4 * size
    )
    return marks.get("-")


def _write(value, values_format):
    """Format a value with a typographic minus sign, and without negative zero."""
    text = format(value, values_format)
    zero = format(0.0, values_format)
    return zero if text == f"-{zero}" else text.replace("-", "\N{MINUS SIGN}")
