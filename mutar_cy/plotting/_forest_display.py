"""ForestDisplay: confidence intervals of coefficients, by feature and task."""

import numpy as np

from mutar_cy._lib import ExplainedArguments
from mutar_cy.plotting._reading import (
    check_coef,
    check_count,
    check_names,
    check_numbers,
)
from mutar_cy.plotting._style import (
    COLOURS,
    MARK,
    TEXT_COLOUR,
    name_rows,
    new_axes,
    size_in_points,
    update_layout,
)

MARKERS = "osD^vPX"
SPREAD = 0.72  # height of the intervals of a feature, of the distance of features
MEAN_COLOUR = "0.45"


class ForestDisplay(ExplainedArguments):
    """Forest plot: the confidence intervals of every feature, one per task.

    Every feature has a row, with one interval per task below each other, and the
    estimate marked on it. Tasks differ in colour and in the shape of the mark. A dashed
    line is at 0. A grey diamond at the end of a row is the mean effect over tasks: its
    width is the interval of the mean.

    It is recommended to use :meth:`from_inference`, or
    :meth:`mutar_cy.inference.Inference.plot`. All arguments are kept as attributes.

    Parameters
    ----------
    estimate : array-like of shape (n_features,) or (n_features, n_tasks)
        The estimates.
    low, high : array-like shaped as ``estimate``
        Lower and upper ends of the intervals.
    mean : array-like of shape (n_features, 3), default=None
        The mean effect of every feature over tasks, and the ends of its interval.
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
    marks_ : list of matplotlib Line2D
        Marks of the estimates of every task.
    intervals_ : list of matplotlib LineCollection
        Intervals of every task.
    means_ : matplotlib PolyCollection or None
        Diamonds of mean effects.
    legend_ : matplotlib Legend or None
        Names of the tasks; None if there is one task.

    See Also
    --------
    mutar_cy.inference.desparsify : Computes estimates and intervals.
    SupportDisplay : Selected features, by task and sign.

    Examples
    --------
    >>> from mutar_cy.plotting import ForestDisplay
    >>> display = ForestDisplay(
    ...     estimate=[[0.5, 0.7], [0.1, -0.1]],
    ...     low=[[0.3, 0.4], [-0.1, -0.4]],
    ...     high=[[0.7, 1.0], [0.3, 0.2]],
    ...     feature_names=["dose", "age"],
    ...     task_names=["Lyon", "Oslo"],
    ... ).plot()
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['dose', 'age']
    """

    def __init__(
        self,
        *,
        estimate,
        low,
        high,
        mean=None,
        feature_names=None,
        task_names=None,
    ):
        self.estimate = estimate
        self.low = low
        self.high = high
        self.mean = mean
        self.feature_names = feature_names
        self.task_names = task_names

    @classmethod
    def from_inference(cls, inference, *, level=0.95, mean="auto", ax=None, **plot_kw):
        """Plot the intervals of desparsified estimates.

        Parameters
        ----------
        inference : Inference
            As :func:`mutar_cy.inference.desparsify` returns it.
        level : float, default=0.95
            Nominal coverage of every interval.
        mean : bool or "auto", default="auto"
            Whether to draw the mean effects over tasks, as
            :meth:`~mutar_cy.inference.Inference.heterogeneity` has them. By default
            with two tasks or more.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : ForestDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If ``level`` is not between 0 and 1, or a parameter is out of range.
        """
        low, high = inference.interval(level)
        several = len(inference.tasks_) > 1
        names = inference.tasks_
        if len(set(names)) < len(names):  # several responses of a task
            counts = np.arange(len(names)) % (len(names) // len(set(names)))
            names = [f"{task}, {c}" for task, c in zip(names, counts, strict=True)]
        display = cls(
            estimate=inference.estimate_,
            low=low,
            high=high,
            mean=inference.mean_effects(level) if mean and several else None,
            feature_names=inference.feature_names_,
            task_names=names,
        )
        return display.plot(ax, **plot_kw)

    def plot(self, ax=None, *, max_features=15, legend=True):
        """Draw the intervals.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; by default those of a new figure, sized to fit.
        max_features : int, default=15
            Maximum number of rows. If there are more features, those have a row whose
            estimates are farthest from 0, in widths of their intervals.
        legend : bool, default=True
            Whether to name the tasks.

        Returns
        -------
        display : ForestDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree, or a parameter is out of range.
        """
        estimate, low, high, mean = self._check()
        n_features, n_tasks = estimate.shape
        most = check_count(max_features, "max_features")
        names = check_names(self.feature_names, n_features, "feature_names", "features")
        tasks = check_names(self.task_names, n_tasks, "task_names", "tasks")
        rows = farthest(estimate, high - low, most)
        n_slots = n_tasks + (mean is not None)
        self.ax_ = new_axes(figure_size(len(rows), n_slots)) if ax is None else ax
        self.figure_, self.features_ = self.ax_.figure, rows
        self.ax_.axvline(0.0, zorder=0, **MARK)
        slots = SPREAD * ((np.arange(n_slots) + 0.5) / n_slots - 0.5)
        self.intervals_, self.marks_ = [], []
        for k, task in enumerate(tasks):
            ends = low[rows, k], high[rows, k]
            self._draw_task(k, task, estimate[rows, k], ends, slots[k])
        self.means_ = None
        if mean is not None:
            height = min(0.35, 0.45 * SPREAD / n_slots)
            self.means_ = draw_diamonds(self.ax_, mean[rows], slots[-1], height)
        caption = ""
        if len(rows) < n_features:
            caption = f"\n{len(rows)} of {n_features} features, farthest from 0"
        self.ax_.set(
            xlabel=f"coefficient{caption}",
            ylim=(len(rows) - 0.5, -0.5),
            ylabel="feature",
        )
        for side in ("top", "right"):
            self.ax_.spines[side].set_visible(False)
        self.legend_ = self._draw_legend() if legend and n_slots > 1 else None
        update_layout(self.ax_)
        height = size_in_points(self.ax_)[0] / len(rows)
        name_rows(self.ax_, np.arange(len(rows)), [names[j] for j in rows], height)
        return self

    def _check(self):
        """Return estimates, ends and means as arrays of checked shapes."""
        estimate = check_coef(self.estimate, "estimate")
        ends = []
        for name in ("low", "high"):
            end = check_coef(getattr(self, name), name)
            if end.shape != estimate.shape:
                raise ValueError(
                    f"{name} has shape {end.shape}, but estimate has shape "
                    f"{estimate.shape}."
                )
            ends.append(end)
        if np.any(ends[0] > estimate) or np.any(ends[1] < estimate):
            raise ValueError("Every estimate must be between low and high.")
        mean = self.mean
        if mean is not None:
            mean = check_numbers(mean, "mean")
            if mean.shape != (len(estimate), 3):
                raise ValueError(
                    f"mean must have shape ({len(estimate)}, 3), a mean and the ends "
                    f"of its interval per feature, got {mean.shape}."
                )
        return estimate, *ends, mean

    def _draw_task(self, k, task, estimate, ends, slot):
        """Draw the intervals and estimates of one task."""
        colour = COLOURS[k % len(COLOURS)]
        heights = np.arange(len(estimate)) + slot
        lines = self.ax_.hlines(heights, *ends, colors=colour, linewidth=1.4)
        (marks,) = self.ax_.plot(
            estimate,
            heights,
            linestyle="",
            # Another shape when colours begin again.
            marker=MARKERS[(k + k // len(COLOURS)) % len(MARKERS)],
            markersize=4.5,
            color=colour,
            label=str(task),
        )
        self.intervals_.append(lines)
        self.marks_.append(marks)

    def _draw_legend(self):
        """Name the tasks beside the axes, in the order of the intervals."""
        handles = [*self.marks_, *([] if self.means_ is None else [self.means_])]
        return self.ax_.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
            fontsize=9,
            labelcolor=TEXT_COLOUR,
        )


def farthest(estimate, widths, most):
    """Return the features whose estimates are farthest from 0, in their order."""
    if len(estimate) <= most:
        return np.arange(len(estimate))
    widths = np.where(widths > 0.0, widths, np.finfo(float).tiny)
    distance = np.abs(estimate / widths).max(axis=1)
    return np.sort(np.argsort(-distance, kind="stable")[:most])


def figure_size(n_rows, n_slots):
    """Return width and height of a figure, in inches, with room for every interval."""
    height = 1.1 + n_rows * max(0.24, 0.13 * n_slots)
    return 6.0, float(np.clip(height, 2.4, 11.0))


def draw_diamonds(ax, mean, slot, half_height):
    """Draw a diamond per row, as wide as the interval of the mean."""
    from matplotlib.collections import PolyCollection

    heights = np.arange(len(mean)) + slot
    corners = [
        [(low, y), (middle, y - half_height), (high, y), (middle, y + half_height)]
        for (middle, low, high), y in zip(mean, heights, strict=True)
    ]
    diamonds = PolyCollection(corners, facecolor=MEAN_COLOUR, label="mean")
    ax.add_collection(diamonds)
    ax.autoscale_view()
    return diamonds
