"""How often features were selected from subsamples."""

from sklearn.utils.validation import check_is_fitted

from mutar_cy.plotting._axes import MARK, new_axes
from mutar_cy.plotting._checks import check_choice, check_count
from mutar_cy.plotting._frequencies import (
    check_frequencies,
    check_threshold,
    draw_bars,
    draw_lines,
    own_names,
    strengths_of,
)
from mutar_cy.plotting._labels import INK, halo, label_ends
from mutar_cy.plotting._lines import finish_path
from mutar_cy.plotting._path import check_alphas

FREQUENCY = "selection frequency"


class StabilityDisplay:
    """Plot of how often features were selected from subsamples.

    Along a path each line is a feature: how often it was selected at each strength, on
    a logarithmic axis that descends to the right. The stable features, whose line
    reaches the threshold, have a colour, and a name at the end of the line; the others
    are grey. Without a path, or if that is asked for, there are bars of the largest
    frequencies instead, coloured where they reach the threshold.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    frequencies : array-like of shape (n_features,) or (n_alphas, n_features)
        The frequencies, from 0 to 1; at each strength, if there are strengths.
    threshold : float
        The frequency from which on a feature is stable.
    alphas : array-like of shape (n_alphas,), default=None
        The strengths, at least two, positive and descending.
    feature_names : sequence of n_features hashable, default=None
        The names of the features; one whose name is a number ``j``, as by default, is
        called "feature j".
    what : str, default="feature"
        What frequencies are of.
    strength : str, default="alpha"
        What the strengths are called.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        The lines of the stable features that have a name, the most frequent first;
        their labels are the names.
    labels_ : list of matplotlib Annotation
        The names beside lines, in the same order.
    background_ : matplotlib LineCollection or None
        The lines of all others that are ever selected.
    bars_ : matplotlib BarContainer or None
        The bars, the largest first.
    threshold_line_ : matplotlib Line2D
        The threshold.

    See Also
    --------
    mutar_cy.model_selection.StabilitySelection : Finds the frequencies.
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
        """Plot what a stability selection has found.

        Parameters
        ----------
        estimator : StabilitySelection
            Fitted.
        groups : bool, default=False
            Whether to plot groups of features, of a model that has groups.
        feature_names : sequence of n_features hashable, default=None
            In place of ``feature_names_in_`` less the task column, or of numbers; of
            the groups with ``groups=True``.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        **plot_kw
            As for :meth:`plot`.

        Returns
        -------
        display : StabilityDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If the estimator has no selection frequencies.
        ValueError
            If it has no groups, or there are not as many names as features.
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
            feature_names = estimator.group_names_ if groups else own_names(estimator)
        alphas, strength = strengths_of(estimator.alphas_)
        return cls(
            frequencies=path[0] if alphas is None else path,
            threshold=estimator.threshold,
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
            What to draw into; a new figure by default.
        kind : {"path", "bars"}, default=None
            Lines along the path, or bars of the largest frequency of each feature. By
            default lines if there are strengths.
        max_labels : int, default=10
            Most stable features that get a colour and a name. The lines of further
            ones are of a darker grey than those that are not stable.
        max_bars : int, default=20
            Most bars: those of the largest frequencies.
        line_kw : dict, default=None
            Properties of the lines that have a name, as ``Axes.plot`` takes them.

        Returns
        -------
        display : StabilityDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If the arrays do not go together, or ``kind="path"`` without strengths.
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
        across = {**MARK, "color": INK, "zorder": 3, "path_effects": halo()}
        self.threshold_line_ = ax.axvline(threshold, **across)
        ax.set_xlabel(FREQUENCY)
        ax.spines[["top", "right"]].set_visible(False)

    def _draw_path(self, alphas, values, names, threshold, max_labels, line_kw):
        ax = self.ax_
        self.lines_, self.background_ = draw_lines(
            ax, alphas, values, names, threshold, max_labels, line_kw
        )
        self.threshold_line_ = ax.axhline(threshold, zorder=1.5, **MARK)
        finish_path(ax, alphas, FREQUENCY, self.strength)
        ax.spines["top"].set_visible(False)
        ax.set_ylim(0, 1.02)
        self.labels_ = label_ends(ax, self.lines_)
