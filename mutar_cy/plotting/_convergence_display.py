"""ConvergenceDisplay: the duality gap during fits."""

from time import perf_counter

import numpy as np
from sklearn.base import clone

from mutar_cy._lib import ExplainedArguments
from mutar_cy.objectives import recording_iterations
from mutar_cy.plotting._reading import check_choice, check_numbers
from mutar_cy.plotting._style import MARK, label_ends, line_style, new_axes

TITLES = {"time": "time in seconds", "iterations": "iterations"}


class ConvergenceDisplay(ExplainedArguments):
    """Plot of the duality gap during fits, against time or iterations.

    The duality gap is an upper bound on the objective minus its minimum. A fit ends
    when its gap is at most its target, ``tol`` times the objective of the null model; a
    dashed line shows the target. Points are outer iterations, which end with the
    computation of the gap; gaps of 0, or far below the target, are drawn at the lower
    edge. A fit in one compiled call, as of a small problem, reports its gaps when it
    ends, so that their times hardly differ. The name of each estimator is beside the
    end of its line.

    It is recommended to use :meth:`from_estimator` or :meth:`from_estimators`. All
    arguments are kept as attributes.

    Parameters
    ----------
    traces : dict of str to dict of str to array-like of shape (n_reports,)
        For every name, ``"seconds"`` since the start of the fit, ``"n_iters"``,
        ``"dual_gaps"`` (NaN: unknown) and ``"targets"`` after every outer iteration.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that hold the plot.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        The gaps, in the order of the estimators; the labels are their names.
    target_lines_ : list of matplotlib Line2D
        The targets; estimators with the same target share a line.
    labels_ : list of matplotlib Annotation
        The names beside the lines.

    See Also
    --------
    sklearn.callback.ProgressBar : Estimates the remaining time of a fit.

    Notes
    -----
    Models without coupling between tasks, such as ``IndLasso``, solve one problem after
    another. Reweighted models solve a sequence of weighted problems and certify the
    first and the last. Each problem has a gap and a target; lines are interrupted
    between problems.

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
        """Fit a clone of an estimator and plot its duality gap.

        Parameters
        ----------
        estimator : estimator
            Fitted or not; it is not modified.
        X, y : object
            Passed to ``fit``.
        name : str, default=None
            Name of the estimator; its class by default.
        fit_params : dict, default=None
            Other arguments of ``fit``, such as ``task`` and ``sample_weight``.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : ConvergenceDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If the estimator does not report its iterations.
        """
        name = type(estimator).__name__ if name is None else name
        return cls.from_estimators(
            {name: estimator}, X, y, fit_params=fit_params, ax=ax, **plot_kw
        )

    @classmethod
    def from_estimators(cls, estimators, X, y, *, fit_params=None, ax=None, **plot_kw):
        """Fit clones of several estimators and plot their duality gaps.

        Parameters
        ----------
        estimators : dict of str to estimator
            Estimators by name, in the order in which they are fitted.
        X, y : object
            Passed to ``fit``.
        fit_params : dict, default=None
            Other arguments of ``fit``.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : ConvergenceDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If ``estimators`` is not a dict, or one does not report its iterations.
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
            Axes to draw on; a new figure by default.
        against : {"time", "iterations"}, default="time"
            Quantity on the horizontal axis: the time since the start of the fit, which
            includes reading the data; or iterations as in ``n_iter_``, but summed over
            several problems.
        line_kw : dict, default=None
            Properties of the lines, passed to ``Axes.plot``.

        Returns
        -------
        display : ConvergenceDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays of a trace disagree.
        """
        check_choice(against, "against", TITLES)
        if not self.traces:
            raise ValueError("traces must be those of at least one estimator.")
        drawn = {
            name: gap_curves(check_trace(trace, name), against)
            for name, trace in self.traces.items()
        }
        self.ax_ = new_axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        bottom, top = gap_limits(drawn.values())
        self.lines_ = []
        for rank, (name, (at, gaps, _)) in enumerate(drawn.items()):
            style = {
                **line_style(rank),
                "marker": "o",
                "markersize": 4,
                **(line_kw or {}),
            }
            shown = np.where(gaps < bottom, bottom, gaps)
            self.lines_ += self.ax_.plot(at, shown, label=name, **style)
        self.ax_.set(xlabel=TITLES[against], ylabel="duality gap", yscale="log")
        self.ax_.set(xlim=(0, None), ylim=(bottom, top))
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.target_lines_ = draw_targets(self.ax_, drawn.values(), self.lines_)
        self.labels_ = label_ends(self.ax_, self.lines_, at_edge=False)
        return self


FIELDS = ("seconds", "n_iters", "dual_gaps", "targets")


def record(estimator, X, y, fit_params):
    """Fit a clone and record every outer iteration.

    Parameters
    ----------
    estimator : estimator
        Fitted or not; it is not changed.
    X, y : object
    fit_params : dict or None

    Returns
    -------
    trace : dict of str to ndarray of shape (n_reports,)
        ``seconds`` since the start, ``n_iters``, ``dual_gaps`` and ``targets``.

    Raises
    ------
    TypeError
        If the estimator does not report its iterations.
    """
    copy, reports = clone(estimator), []

    def note(n_iter, gap, target):
        reports.append((perf_counter() - begin, n_iter, gap, target))

    with recording_iterations(note):
        begin = perf_counter()
        copy.fit(X, y, **(fit_params or {}))
    if not reports:
        raise TypeError(
            "The estimator must be one that tells of its iterations, got "
            f"{type(estimator).__name__}."
        )
    columns = np.array(reports, dtype=np.float64).T
    return dict(zip(FIELDS, columns, strict=True))


def check_trace(trace, name):
    """Return the arrays of a trace, or raise a ValueError."""
    lacking = [field for field in FIELDS if field not in trace]
    if lacking:
        raise ValueError(f"The trace of {name!r} lacks {lacking[0]!r}.")
    arrays = {
        field: check_numbers(trace[field], f"{field} of {name!r}", finite=False)
        for field in FIELDS
    }
    shapes = {field: array.shape for field, array in arrays.items()}
    if len(set(shapes.values())) > 1 or len(shapes["seconds"]) != 1:
        raise ValueError(
            f"The arrays of the trace of {name!r} must be 1-D and of one length, got "
            f"shapes {shapes}."
        )
    if not np.isfinite(arrays["dual_gaps"]).any():
        raise ValueError(f"The trace of {name!r} has no dual gap.")
    return arrays


def gap_curves(trace, against):
    """Return the points of the curves of a trace.

    A fit may solve several problems, one after another. Each problem has a gap, a
    target and a count of iterations; iterations are summed, and curves are interrupted
    between problems.

    Parameters
    ----------
    trace : dict of str to ndarray
    against : {"time", "iterations"}

    Returns
    -------
    at, gaps, targets : ndarray of shape (n_points,)
        NaN where curves are interrupted.
    """
    n_iters, targets = trace["n_iters"], trace["targets"]
    fallen = np.diff(n_iters) < 0
    if against == "time":
        at = trace["seconds"]
    else:
        before = np.where(fallen, n_iters[:-1], 0.0)
        at = n_iters + np.concatenate([[0.0], np.cumsum(before)])
    breaks = np.flatnonzero(fallen | (targets[1:] != targets[:-1])) + 1
    columns = np.stack([at, trace["dual_gaps"], targets])
    return np.insert(columns, breaks, np.nan, axis=1)


BELOW = 100  # smaller gaps than target / 100 are drawn at the lower edge


def gap_limits(drawn):
    """Return the limits of a logarithmic axis of gaps.

    Parameters
    ----------
    drawn : iterable of (ndarray, ndarray, ndarray)
        Positions, gaps and targets; only positive numbers count.
    """
    _, gaps, targets = (_positive(each) for each in zip(*drawn, strict=True))
    values = np.concatenate([gaps, targets])
    if not len(values):
        return 0.1, 10.0
    least = targets.min() / BELOW if len(targets) else 0.0
    return max(values.min(), least) / 3, values.max() * 3


def _positive(arrays):
    values = np.concatenate(arrays)
    return values[np.isfinite(values) & (values > 0)]


def draw_targets(ax, drawn, lines):
    """Draw dashed lines at the targets; estimators with the same target share one.

    Parameters
    ----------
    ax : matplotlib Axes
    drawn : iterable of (ndarray, ndarray, ndarray)
        Positions, gaps and targets of each estimator.
    lines : list of matplotlib Line2D
        Lines of the gaps.

    Returns
    -------
    target_lines : list of matplotlib Line2D
    """
    found, seen = [], []
    for (at, _, targets), line in zip(drawn, lines, strict=True):
        levels = np.unique(targets[np.isfinite(targets)]).tolist()
        if not levels or levels in seen:
            continue
        seen.append(levels)
        style = {**MARK, "color": line.get_color(), "zorder": 0}
        if len(levels) == 1:
            found.append(ax.axhline(levels[0], **style))
        else:
            found += ax.plot(at, targets, **style)
    if len(found) == 1:
        found[0].set_color(MARK["color"])
    if found:
        _name(ax, seen[0][0])
    return found


def _name(ax, target):
    """Label the line of a target above its left end."""
    ax.annotate(
        "target",
        xy=(0, target),
        xycoords=ax.get_yaxis_transform(),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=8,
        color=MARK["color"],
    )
