"""How alike the coefficients of tasks are."""

import numpy as np

from mutar_cy.plotting._axes import new_axes
from mutar_cy.plotting._checks import (
    check_choice,
    check_names,
    check_numbers,
    check_share,
)
from mutar_cy.plotting._fitted import read_fitted
from mutar_cy.plotting._signed import colours_of, frame_off, name_cells
from mutar_cy.plotting._similarity import MEASURES, cluster_order
from mutar_cy.plotting._values import mark_negative, write_values

TITLES = {"cosine": "cosine of coefficients", "jaccard": "overlap of supports"}


class TaskSimilarityDisplay:
    r"""Plot of how alike the coefficients of tasks are.

    A table with a row and a column for every task. The similarity of two tasks is one
    of

    - the cosine of the angle between their coefficients,
      :math:`w_k^\top w_l / (\|w_k\| \|w_l\|)`, from -1 to 1;
    - the Jaccard index of their supports, the number of features that both have over
      the number that one of them has, from 0 to 1.

    A task without coefficients has 0 with all others. Tasks are ordered so that like
    tasks are neighbours: by the leaves of a hierarchical clustering with average
    linkage of 1 less the similarity.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    similarity : array-like of shape (n_tasks, n_tasks)
        The similarities: symmetric, from -1 to 1, with ones on the diagonal.
    task_names : sequence of n_tasks hashable, default=None
        The names of the tasks; 0, 1, ... by default.
    measure : {"cosine", "jaccard"}, default="cosine"
        What the similarities are.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    order_ : ndarray of int, shape (n_tasks,)
        The tasks from top to bottom.
    image_ : matplotlib AxesImage
        The colours.
    texts_ : list of matplotlib Text
        The values, row by row; none if cells are too small for them to be legible.
    minuses_ : matplotlib PathCollection or None
        Minus signs on negative values that are not written.
    colorbar_ : matplotlib Colorbar or None
        What the colours mean.

    See Also
    --------
    SupportDisplay : Which features are selected for which tasks.

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
        """Plot how alike the tasks of a fitted estimator are.

        Parameters
        ----------
        estimator : estimator
            Fitted, with ``coef_`` of at least two tasks: one of this package's, or one
            with scikit-learn's shape (n_targets, n_features). Responses of a task, and
            classes, count as more coefficients of it.
        measure : {"cosine", "jaccard"}, default="cosine"
            The cosine of coefficients, or the overlap of supports.
        threshold : float, default=0.0
            Coefficients of at most that share of the largest count as 0.
        task_names : sequence of n_tasks hashable, default=None
            In place of ``tasks_``.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        **plot_kw
            As for :meth:`plot`.

        Returns
        -------
        display : TaskSimilarityDisplay
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
            If it has a single task, not as many as there are names, or a parameter is
            out of range.
        """
        find = MEASURES[check_choice(measure, "measure", MEASURES)]
        least = check_share(threshold, "threshold")
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
            What to draw into; a new figure, as large as it needs to be, by default.
        cluster : bool, default=True
            Whether to order tasks so that like ones are neighbours. Else they are in
            the order they have.
        values_format : str or None, default=".2f"
            How values are written; None leaves them out.
        colorbar : bool, default=True
            Whether to draw a bar that tells what the colours mean.

        Returns
        -------
        display : TaskSimilarityDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If the similarities cannot be some, or there are not as many names.
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
        self.image_ = self.ax_.imshow(shown, **colours_of(1.0, signed=signed))
        frame_off(self.ax_)
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
