"""The duality gap while estimators fit."""

import numpy as np

from mutar_cy.plotting._axes import new_axes
from mutar_cy.plotting._checks import check_choice
from mutar_cy.plotting._labels import label_ends, look
from mutar_cy.plotting._targets import draw_targets, limits
from mutar_cy.plotting._trace import check_trace, curves, record

TITLES = {"time": "time in seconds", "iterations": "iterations"}


class ConvergenceDisplay:
    """Plot of the duality gap while estimators fit, against time or iterations.

    The duality gap bounds by how much the objective exceeds its minimum. A fit ends
    when its gap is at most its target, the estimator's ``tol`` times the objective of
    the null model, which is a dashed line. Points are the outer iterations, at the
    end of which the gap is computed; gaps far below the target, or of 0, are at the
    lower edge. The name of each estimator stands beside the end of its line.

    It is recommended to use :meth:`from_estimator` or :meth:`from_estimators`. All
    arguments are kept as attributes.

    Parameters
    ----------
    traces : dict of str to dict of str to array-like of shape (n_reports,)
        For every estimator's name, ``"seconds"`` since the fit began, ``"n_iters"``,
        ``"dual_gaps"`` and ``"targets"``, after every outer iteration. Where no gap is
        known it is NaN.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        The gaps, in the order of the estimators; their labels are the names.
    target_lines_ : list of matplotlib Line2D
        The targets. Of estimators with the same target, the first one's only.
    labels_ : list of matplotlib Annotation
        The names beside lines.

    See Also
    --------
    sklearn.callback.ProgressBar : Tells how long a fit will take.

    Notes
    -----
    Tasks that are not coupled, as those of ``IndLasso``, are one problem after
    another, and so are the weighted ones of reweighted models, of which the first and
    the last are certified. Each has a gap and a target of its own, and lines are
    interrupted between them.

    Examples
    --------
    >>> from mutar_cy.plotting import ConvergenceDisplay
    >>> trace = {
    ...     "seconds": [0.001, 0.002, 0.004],
    ...     "n_iters": [0, 5, 20],
    ...     "dual_gaps": [1.0, 1e-2, 1e-5],
    ...     "targets": [1e-4, 1e-4, 1e-4],
    ... }
    >>> display = ConvergenceDisplay(traces={"GroupLasso": trace}).plot()
    >>> display.ax_.get_xlabel(), display.ax_.get_yscale()
    ('time in seconds', 'log')
    """

    def __init__(self, *, traces):
        self.traces = traces

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, name=None, fit_params=None, ax=None, **plot_kw
    ):
        """Fit a clone of an estimator, and plot how that went.

        Parameters
        ----------
        estimator : estimator
            Fitted or not; it is not changed.
        X, y : object
            As for its ``fit``.
        name : str, default=None
            What to call it; its class by default.
        fit_params : dict, default=None
            What else its ``fit`` takes, such as ``task`` and ``sample_weight``.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        **plot_kw
            As for :meth:`plot`.

        Returns
        -------
        display : ConvergenceDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If the estimator does not tell of its iterations.
        """
        name = type(estimator).__name__ if name is None else name
        return cls.from_estimators(
            {name: estimator}, X, y, fit_params=fit_params, ax=ax, **plot_kw
        )

    @classmethod
    def from_estimators(cls, estimators, X, y, *, fit_params=None, ax=None, **plot_kw):
        """Fit clones of several estimators, and plot how that went.

        Parameters
        ----------
        estimators : dict of str to estimator
            By their names, in the order in which they are fitted, one after the other.
        X, y : object
            As for their ``fit``.
        fit_params : dict, default=None
            What else their ``fit`` takes.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        **plot_kw
            As for :meth:`plot`.

        Returns
        -------
        display : ConvergenceDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If ``estimators`` is not a dict, or one does not tell of its iterations.
        """
        if not isinstance(estimators, dict):
            raise TypeError(
                f"estimators must be a dict of estimators by their names, got "
                f"{type(estimators).__name__}."
            )
        display = cls(
            traces={
                name: record(estimator, X, y, fit_params)
                for name, estimator in estimators.items()
            }
        )
        return display.plot(ax, **plot_kw)

    def plot(self, ax=None, *, against="time", line_kw=None):
        """Draw the gaps.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        against : {"time", "iterations"}, default="time"
            What is drawn to the right. The time is that since the fit began, reading
            the data included; iterations are counted as ``n_iter_`` is, but those of
            several problems are added up.
        line_kw : dict, default=None
            Properties of the lines, as ``Axes.plot`` takes them.

        Returns
        -------
        display : ConvergenceDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If arrays of a trace do not go together.
        """
        check_choice(against, "against", TITLES)
        if not self.traces:
            raise ValueError("traces must be those of at least one estimator.")
        drawn = {
            name: curves(check_trace(trace, name), against)
            for name, trace in self.traces.items()
        }
        self.ax_ = new_axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        bottom, top = limits(drawn.values())
        self.lines_ = []
        for rank, (name, (at, gaps, _)) in enumerate(drawn.items()):
            style = {**look(rank), "marker": "o", "markersize": 4, **(line_kw or {})}
            shown = np.where(gaps < bottom, bottom, gaps)
            self.lines_ += self.ax_.plot(at, shown, label=name, **style)
        self.ax_.set(xlabel=TITLES[against], ylabel="duality gap", yscale="log")
        self.ax_.set(xlim=(0, None), ylim=(bottom, top))
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.target_lines_ = draw_targets(self.ax_, drawn.values(), self.lines_)
        self.labels_ = label_ends(self.ax_, self.lines_, at_edge=False)
        return self
