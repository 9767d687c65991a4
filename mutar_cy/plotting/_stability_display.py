"""StabilityDisplay: selection frequencies over subsamples."""

from numbers import Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy._lib import ExplainedArguments
from mutar_cy.plotting._reading import (
    check_alphas,
    check_choice,
    check_count,
    check_names,
    check_numbers,
)
from mutar_cy.plotting._style import (
    GREY,
    MARK,
    TEXT_COLOUR,
    format_path_axes,
    label_ends,
    line_style,
    new_axes,
    text_outline,
    title,
)

FREQUENCY = "selection frequency"


class StabilityDisplay(ExplainedArguments):
    """Plot of the selection frequencies of features over subsamples.

    Along a path each line is the selection frequency of a feature at each alpha; the
    axis is logarithmic and descends to the right. Stable features reach the threshold
    and have a colour and a name; the others are grey. Without a path, or with
    ``kind="bars"``, bars show the largest frequencies, coloured from the threshold on.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    frequencies : array-like of shape (n_features,) or (n_alphas, n_features)
        Frequencies from 0 to 1; at each alpha if there are alphas.
    threshold : float
        Frequency from which a feature is stable.
    alphas : array-like of shape (n_alphas,), default=None
        Penalty strengths, at least two, positive and in descending order.
    feature_names : sequence of n_features hashable, default=None
        Names of the features; 0, 1, ... by default. A number ``j`` is shown as
        "feature j".
    what : str, default="feature"
        Prefix of names that are numbers: "feature" or "group".
    strength : str, default="alpha"
        Label of the axis of alphas.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that hold the plot.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        Lines of the labelled stable features, the most frequent first.
    labels_ : list of matplotlib Annotation
        The names beside the lines, in the same order.
    background_ : matplotlib LineCollection or None
        Lines of all other features that are selected at some alpha.
    bars_ : matplotlib BarContainer or None
        The bars, the largest first.
    threshold_line_ : matplotlib Line2D
        Line at the threshold.

    See Also
    --------
    mutar_cy.model_selection.StabilitySelection : Computes the frequencies.
    RegularizationPathDisplay : Coefficients along a path.

    Examples
    --------
    >>> from mutar_cy.plotting import StabilityDisplay
    >>> display = StabilityDisplay(
    ...     frequencies=[[0.2, 0.0], [0.9, 0.3], [1.0, 0.4]],
    ...     threshold=0.6,
    ...     alphas=[1.0, 0.5, 0.25],
    ...     feature_names=["age", "weight"],
    ... ).plot()
    >>> [label.get_text() for label in display.labels_]
    ['age']
    >>> len(display.background_.get_segments())
    1
    """

    def __init__(
        self,
        *,
        frequencies,
        threshold,
        alphas=None,
        feature_names=None,
        what="feature",
        strength="alpha",
    ):
        self.frequencies = frequencies
        self.threshold = threshold
        self.alphas = alphas
        self.feature_names = feature_names
        self.what = what
        self.strength = strength

    @classmethod
    def from_estimator(
        cls, estimator, *, groups=False, feature_names=None, ax=None, **plot_kw
    ):
        """Plot the frequencies of a fitted stability selection.

        Parameters
        ----------
        estimator : StabilitySelection
            Fitted.
        groups : bool, default=False
            Whether to plot groups of features, for a model with groups.
        feature_names : sequence of n_features hashable, default=None
            Names of the features, or of the groups with ``groups=True``. By default
            ``feature_names_in_`` without the task column, or numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : StabilityDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If the estimator has no selection frequencies.
        ValueError
            If it has no groups, or the number of names differs from that of features.
        NotFittedError
            If it is not fitted.
        """
        check_is_fitted(estimator)
        if not hasattr(estimator, "stability_path_"):
            raise TypeError(
                "from_estimator needs a fitted StabilitySelection, got "
                f"{type(estimator).__name__}."
            )
        if groups and not hasattr(estimator, "group_path_"):
            raise ValueError(
                f"groups=True, but the {type(estimator.estimator).__name__} has no "
                f"groups."
            )
        path = estimator.group_path_ if groups else estimator.stability_path_
        if feature_names is None:
            feature_names = (
                estimator.group_names_ if groups else feature_names_of(estimator)
            )
        alphas, strength = alpha_axis(estimator.alphas_)
        return cls(
            frequencies=path[0] if alphas is None else path,
            threshold=estimator.threshold_,
            alphas=alphas,
            feature_names=feature_names,
            what="group" if groups else "feature",
            strength=strength,
        ).plot(ax, **plot_kw)

    def plot(self, ax=None, *, kind=None, max_labels=10, max_bars=20, line_kw=None):
        """Draw the frequencies.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        kind : {"path", "bars"}, default=None
            Lines along the path, or bars of the largest frequency of each feature. By
            default "path" if there are alphas.
        max_labels : int, default=10
            Maximum number of stable features with a colour and a name. The others are
            drawn in a darker grey than features that are not stable.
        max_bars : int, default=20
            Maximum number of bars: those with the largest frequencies.
        line_kw : dict, default=None
            Properties of the labelled lines, passed to ``Axes.plot``.

        Returns
        -------
        display : StabilityDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree, or ``kind="path"`` without alphas.
        """
        alphas = None if self.alphas is None else check_alphas(self.alphas)
        n_alphas = None if alphas is None else len(alphas)
        values, names = check_frequencies(
            self.frequencies, n_alphas, self.feature_names, self.what
        )
        threshold = check_threshold(self.threshold)
        if kind is None:
            kind = "bars" if alphas is None else "path"
        if check_choice(kind, "kind", ("path", "bars")) == "path" and alphas is None:
            raise ValueError("kind='path' is for several strengths, but alphas=None.")
        self.lines_, self.labels_, self.background_, self.bars_ = [], [], None, None
        if kind == "bars":
            max_bars = check_count(max_bars, "max_bars")
            height = 1.2 + 0.25 * min(max_bars, len(names))
            self.ax_ = new_axes((6.4, height)) if ax is None else ax
            self._draw_bars(values.max(axis=0), names, threshold, max_bars)
        else:
            self.ax_ = new_axes() if ax is None else ax
            self._draw_path(alphas, values, names, threshold, max_labels, line_kw)
        self.figure_ = self.ax_.figure
        return self

    def _draw_bars(self, values, names, threshold, max_bars):
        ax = self.ax_
        self.bars_ = draw_bars(ax, values, names, threshold, max_bars)
        across = {
            **MARK,
            "color": TEXT_COLOUR,
            "zorder": 3,
            "path_effects": text_outline(),
        }
        self.threshold_line_ = ax.axvline(threshold, **across)
        ax.set_xlabel(FREQUENCY)
        ax.spines[["top", "right"]].set_visible(False)

    def _draw_path(self, alphas, values, names, threshold, max_labels, line_kw):
        ax = self.ax_
        self.lines_, self.background_ = draw_frequencies(
            ax, alphas, values, names, threshold, max_labels, line_kw
        )
        self.threshold_line_ = ax.axhline(threshold, zorder=1.5, **MARK)
        format_path_axes(ax, alphas, FREQUENCY, self.strength)
        ax.spines["top"].set_visible(False)
        ax.set_ylim(0, 1.02)
        self.labels_ = label_ends(ax, self.lines_)


DARK_GREY = "0.45"  # lines of stable features without a name


def check_frequencies(frequencies, n_alphas, names, what):
    """Return frequencies of shape (n_alphas, n_features), and names.

    Parameters
    ----------
    frequencies : array-like of shape (n_features,) or (n_alphas, n_features)
    n_alphas : int or None
        None if there is no path.
    names : sequence or None
    what : str
        Prefix of names that are numbers.
    """
    values = check_numbers(frequencies, "frequencies")
    expected = "(n_features,)" if n_alphas is None else f"({n_alphas}, n_features)"
    wrong = values.ndim != 1 if n_alphas is None else values.shape[:-1] != (n_alphas,)
    if wrong or not values.size:
        raise ValueError(
            f"frequencies must be of shape {expected}, as the alphas are, got "
            f"{values.shape}."
        )
    outside = values[(values < 0) | (values > 1)]
    if len(outside):
        raise ValueError(f"frequencies must be from 0 to 1, got {outside[0]}.")
    values = np.atleast_2d(values)
    names = check_names(names, values.shape[1], "feature_names", "features")
    return values, [title(name, what) for name in names]


def check_threshold(threshold):
    """Return a frequency above 0, or raise a ValueError."""
    if not isinstance(threshold, Real) or not 0 < float(threshold) <= 1:
        raise ValueError(f"threshold must be above 0 and at most 1, got {threshold!r}.")
    return float(threshold)


def draw_frequencies(ax, alphas, values, names, threshold, max_labels, line_kw):
    """Draw the frequencies of features along a path.

    Parameters
    ----------
    ax : matplotlib Axes
    alphas : ndarray of shape (n_alphas,)
    values : ndarray of shape (n_alphas, n_features)
    names : list of str
    threshold : float
    max_labels : int
        Maximum number of stable features with a colour and a name.
    line_kw : dict or None
        Properties of the labelled lines.

    Returns
    -------
    lines : list of matplotlib Line2D
        Lines of the features with a name.
    background : matplotlib LineCollection
        Lines of all other features that are selected at some alpha.
    """
    from matplotlib.collections import LineCollection

    # By the largest frequency; ties by the mean, which is larger for features that are
    # selected from larger alphas on.
    order = np.lexsort([-values.mean(axis=0), -values.max(axis=0)])
    stable = [j for j in order.tolist() if values[:, j].max() >= threshold]
    named, more = stable[:max_labels], stable[max_labels:]
    others = np.setdiff1d(np.flatnonzero(values.any(axis=0)), stable).tolist()
    background = LineCollection(
        [np.column_stack([alphas, values[:, j]]) for j in others + more],
        colors=[GREY] * len(others) + [DARK_GREY] * len(more),
        linewidths=0.8,
        zorder=1,
    )
    ax.add_collection(background)
    lines = [
        ax.plot(
            alphas,
            values[:, j],
            label=names[j],
            **{**line_style(rank), **(line_kw or {})},
        )[0]
        for rank, j in enumerate(named)
    ]
    return lines, background


def draw_bars(ax, values, names, threshold, max_bars):
    """Draw the largest frequencies as bars, the largest on top.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (n_features,)
    names : list of str
    threshold : float
    max_bars : int

    Returns
    -------
    bars : matplotlib BarContainer
    """
    order = np.argsort(-values, kind="stable")[:max_bars]
    largest = values[order]
    colours = [
        line_style(0)["color"] if value >= threshold else GREY for value in largest
    ]
    bars = ax.barh(range(len(largest)), largest, height=0.7, color=colours)
    ax.set_yticks(
        range(len(largest)), [names[j] for j in order], fontsize=9, color=TEXT_COLOUR
    )
    ax.set(ylim=(len(largest) - 0.4, -0.6), xlim=(0, 1))
    ax.tick_params(axis="y", length=0)
    return bars


def feature_names_of(selection):
    """Return the names of the features, without the task column, or None."""
    if not hasattr(selection, "feature_names_in_"):
        return None
    names = selection.feature_names_in_.tolist()
    return tasks.without_task_column(selection.estimator, names)


def alpha_axis(alphas):
    """Return the alphas of an axis (None for a single one) and their label."""
    if len(alphas) == 1:
        return None, "alpha"
    if alphas.ndim == 1:
        return alphas, "alpha"
    return alphas[:, 0] / alphas[0, 0], "alpha over the largest"
