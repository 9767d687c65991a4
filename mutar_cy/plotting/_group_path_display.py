"""The norms of groups along a path over strengths."""

import numpy as np

from mutar_cy.plotting._labels import label_ends, look
from mutar_cy.plotting._path import check_path


class GroupPathDisplay:
    """Plot of which groups of features come in as the penalty gets weaker, and how far.

    The axis of strengths is logarithmic and descends to the right, so that models grow
    from left to right. Each line is a group, and the names of the groups that are in
    the last model stand at the ends of their lines. The axis on top counts the groups
    that are selected.

    It is recommended to use :meth:`from_path`. All arguments are kept as attributes.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        The strengths, at least two, positive and descending.
    group_norms : array-like of shape (n_alphas, n_groups)
        The norm of each group's coefficients at each strength; 0 where the group is
        not selected.
    group_names : sequence of n_groups hashable
        The names of the groups. A group whose name is a number ``g`` is called
        "group g".
    alpha_best : float, default=None
        The strength that has been chosen, to be marked.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        The lines of all groups that are ever selected, in the order of the groups;
        their labels are the names.
    labels_ : list of matplotlib Annotation
        The names beside lines, largest norm first.
    counts_ax_ : matplotlib SecondaryAxis
        The axis with the numbers of groups.
    best_line_ : matplotlib Line2D or None
        The mark of ``alpha_best``.

    See Also
    --------
    sklearn.model_selection.ValidationCurveDisplay : Scores over strengths.

    Examples
    --------
    >>> from mutar_cy.plotting import GroupPathDisplay
    >>> display = GroupPathDisplay(
    ...     alphas=[1.0, 0.5, 0.25, 0.125],
    ...     group_norms=[[0.0, 0.0], [0.4, 0.0], [0.6, 0.1], [0.7, 0.3]],
    ...     group_names=["position", "speed"],
    ... ).plot()
    >>> display.ax_.get_xscale(), [label.get_text() for label in display.labels_]
    ('log', ['position', 'speed'])
    """

    def __init__(self, *, alphas, group_norms, group_names, alpha_best=None):
        self.alphas = alphas
        self.group_norms = group_norms
        self.group_names = group_names
        self.alpha_best = alpha_best

    @classmethod
    def from_path(cls, path, *, ax=None, max_labels=10, line_kw=None):
        """Plot a path that has been computed.

        Parameters
        ----------
        path : object
            With the attributes ``alphas``, ``group_norms`` and ``group_names``, and
            ``alpha_best`` if a strength has been chosen.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        max_labels : int, default=10
            Most groups that get a colour and a name: the largest at the last strength.
        line_kw : dict, default=None
            Properties of the lines that have a name, as ``Axes.plot`` takes them.

        Returns
        -------
        display : GroupPathDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If ``path`` lacks an attribute.
        ValueError
            If its arrays do not go together.
        """
        lacking = [
            name
            for name in ("alphas", "group_norms", "group_names")
            if not hasattr(path, name)
        ]
        if lacking:
            raise TypeError(
                f"path must have the attribute {lacking[0]}, got {type(path).__name__}."
            )
        display = cls(
            alphas=path.alphas,
            group_norms=path.group_norms,
            group_names=path.group_names,
            alpha_best=getattr(path, "alpha_best", None),
        )
        return display.plot(ax, max_labels=max_labels, line_kw=line_kw)

    def plot(self, ax=None, *, max_labels=10, line_kw=None):
        """Draw the path.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        max_labels : int, default=10
            Most groups that get a colour and a name: the largest at the last strength.
            The other groups are grey.
        line_kw : dict, default=None
            Properties of the lines that have a name, as ``Axes.plot`` takes them.

        Returns
        -------
        display : GroupPathDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If the arrays do not go together.
        """
        alphas, norms, names = check_path(
            self.alphas, self.group_norms, self.group_names, self.alpha_best
        )
        self.ax_ = _new_axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        stay = np.flatnonzero(norms[-1])
        named = stay[np.argsort(-norms[-1][stay], kind="stable")][:max_labels].tolist()
        drawn = {
            g: self.ax_.plot(
                alphas,
                norms[:, g],
                label=_title(names[g]),
                **_properties(named, g, line_kw),
            )[0]
            for g in np.flatnonzero(norms.any(axis=0)).tolist()
        }
        self.lines_ = list(drawn.values())
        self._finish_axes(alphas)
        self.labels_ = label_ends(self.ax_, [drawn[g] for g in named])
        self.counts_ax_ = _count_on_top(self.ax_, alphas, (norms > 0).sum(axis=1))
        return self

    def _finish_axes(self, alphas):
        """Set scale, limits and titles of the axes, and mark the best strength."""
        self.ax_.set(
            xscale="log",
            xlim=(alphas[0], alphas[-1]),
            xlabel="alpha",
            ylabel="norm of the group's coefficients",
        )
        self.ax_.set_ylim(bottom=0)
        self.ax_.spines["right"].set_visible(False)
        self.best_line_ = None
        if self.alpha_best is not None:
            self.best_line_ = _mark(self.ax_, self.alpha_best, alphas)


def _new_axes():
    """Return the axes of a new figure that makes room for labels."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "GroupPathDisplay draws with matplotlib, which is not installed: "
            "pip install 'mutar_cy[plot]'"
        ) from error
    return pyplot.subplots(layout="constrained")[1]


def _mark(ax, alpha, alphas):
    """Draw a line at the best strength, and name it above all other lines."""
    top = ax.get_ylim()[1]
    ax.set_ylim(top=1.08 * top)
    right = alpha < np.sqrt(alphas[0] * alphas[-1])  # more room on its left
    ax.annotate(
        "best alpha",
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


def _title(name):
    """Return what to call a group."""
    return f"group {name}" if isinstance(name, int | np.integer) else str(name)


def _properties(named, group, line_kw):
    """Return the properties of a group's line."""
    if group not in named:
        return look(None)
    return {**look(named.index(group)), **(line_kw or {})}


def _count_on_top(ax, alphas, counts):
    """Add an axis on top that tells how many groups are selected."""
    evenly = np.geomspace(alphas[0], alphas[-1], 7)
    at = np.unique(np.abs(np.log(alphas[:, None] / evenly)).argmin(axis=0))
    top = ax.secondary_xaxis("top")
    top.set_xticks(alphas[at], labels=[str(count) for count in counts[at]])
    top.minorticks_off()
    top.set_xlabel("number of groups selected")
    return top
