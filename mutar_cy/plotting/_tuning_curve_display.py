"""TuningCurveDisplay: what every covariate contributes, over its range."""

import math
from dataclasses import replace

import numpy as np

from mutar_cy._lib import import_pandas
from mutar_cy.losses import get_loss
from mutar_cy.plotting._reading import (
    check_choice,
    check_count,
    check_names,
    check_numbers,
)
from mutar_cy.plotting._style import label_ends, line_style, new_figure
from mutar_cy.plotting._tuning_curves import (
    Covariates,
    FittedPipeline,
    TuningCurve,
    tuning_curves,
)

KINDS = ("contribution", "response")


class TuningCurveDisplay:
    r"""Plot of the contribution of every covariate to the predictions.

    A linear model of basis functions is a sum of one function per covariate,

    .. math::

        \eta_k(x) = b_k + \sum_j f_{kj}(x_j) ,

    in task k. The plot has a panel per covariate and a line per task:

    - over the values of a covariate, :math:`f_{kj}` less its mean over the samples.
      A spline, raised cosines and a periodic spline give a curve, a one-hot encoded
      category gives points;
    - over lags, if :class:`~mutar_cy.preprocessing.LagTransformer` is in the pipeline:
      the filter, which is the contribution of one unit of the covariate so many samples
      ago.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    curves : sequence of TuningCurve
        The contributions, in units of the linear predictor.
    task_names : sequence of n_tasks hashable, default=None
        Names of the tasks; 0, 1, ... by default.
    baseline : array-like of shape (n_tasks,), default=None
        Mean linear predictor of each task, for ``kind="response"``.
    loss : str or Loss, default="squared_error"
        The loss of the model, whose link leads from the linear predictor to the
        response.

    Attributes
    ----------
    axes_ : list of matplotlib Axes
        One for each curve.
    figure_ : matplotlib Figure
        Figure of the axes.
    lines_ : list of list of matplotlib Line2D
        The lines of the tasks in every panel.

    See Also
    --------
    sklearn.inspection.PartialDependenceDisplay : Mean predictions of any model.
    RegularizationPathDisplay : The order in which covariates come in.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import OneHotEncoder
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.plotting import TuningCurveDisplay
    >>> from mutar_cy.preprocessing import RaisedCosineTransformer
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"speed": rng.uniform(0, 9, 300), "side": ["L", "R"] * 150})
    >>> y = rng.poisson(np.exp(np.sin(X["speed"]) + (X["side"] == "R")))
    >>> bases = make_column_transformer(
    ...     (RaisedCosineTransformer(), ["speed"]),
    ...     (OneHotEncoder(sparse_output=False), ["side"]),
    ... ).set_output(transform="pandas")
    >>> model = make_pipeline(
    ...     bases, GroupLasso(alpha=0.01, groups="prefix", loss="poisson")
    ... ).fit(X, y)
    >>> display = TuningCurveDisplay.from_estimator(model, X)
    >>> [(curve.feature, curve.over) for curve in display.curves]
    [('speed', 'value'), ('side', 'category')]
    >>> print(display.frame().tail(2).round(2).to_string(index=False))
    feature     over  task point  contribution
       side category     0     L         -0.51
       side category     0     R          0.51
    """

    def __init__(self, *, curves, task_names=None, baseline=None, loss="squared_error"):
        self.curves = curves
        self.task_names = task_names
        self.baseline = baseline
        self.loss = loss

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        features=None,
        *,
        categorical_features=(),
        grid_resolution=100,
        task_names=None,
        axes=None,
        **plot_kw,
    ):
        """Compute the curves of a fitted estimator and plot them.

        Parameters
        ----------
        estimator : estimator
            A fitted pipeline of transformers and a linear model, or a search of one.
            A pipeline of fitted steps need not be fitted itself. For a transformed
            target, contributions are to the transform of y.
        X : {array-like, DataFrame} of shape (n_samples, n_covariates), or dict
            The samples of the fit, as the pipeline takes them. A dict holds one array
            per covariate.
        features : sequence of str or int, default=None
            Covariates, by name or position. By default those that contribute to some
            task.
        categorical_features : sequence of str or int, default=()
            Covariates whose numbers are codes of categories. Text, truth values and
            pandas categories need not be named.
        grid_resolution : int, default=100
            Number of points of a curve over values.
        task_names : sequence of n_tasks hashable, default=None
            Names to use instead of ``tasks_``.
        axes : sequence of matplotlib Axes, default=None
            Axes to draw on, one for each curve; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : TuningCurveDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If the last step has no ``coef_``.
        ValueError
            If a covariate is not in X, is part of an interaction, has lags of a
            nonlinear function, or no covariate contributes.

        Notes
        -----
        Curves are read from the output of the transformers, for changes of one
        covariate at a time in the first sample (of each task), so that any transformer
        may be used that treats every sample by itself, and ``LagTransformer``.

        With a ``task_column`` every task has its own samples: the curve of a task is
        over the range and around the mean of its samples. Otherwise all samples count
        for all tasks.
        """
        count = check_count(grid_resolution, "grid_resolution")
        pipeline, covariates = FittedPipeline(estimator, task_names), Covariates(X)
        chosen = None if features is None else _positions(features, covariates)
        named = set(_positions(categorical_features, covariates))
        curves, baseline = tuning_curves(pipeline, covariates, chosen, named, count)
        if not curves:
            raise ValueError(
                "No covariate contributes to the predictions. Fit with a smaller "
                "alpha, or name the covariates to draw: features=[...]."
            )
        display = cls(
            curves=curves,
            task_names=pipeline.coefficients.column_names,
            baseline=baseline,
            loss=None if pipeline.transforms_target else _loss_of(pipeline.model),
        )
        return display.plot(axes, **plot_kw)

    def frame(self):
        """Return the curves as a table.

        Returns
        -------
        table : pandas.DataFrame
            A row per covariate, task and point, with the columns ``feature``, ``over``,
            ``task``, ``point`` and ``contribution``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        ValueError
            If the shapes of the arrays disagree.
        """
        pandas = import_pandas("TuningCurveDisplay.frame")
        curves, names = self._read()
        return pandas.concat(
            [
                pandas.DataFrame(
                    {
                        "feature": curve.feature,
                        "over": curve.over,
                        "task": name,
                        "point": pandas.Series(curve.points, dtype=object),
                        "contribution": curve.values[:, k],
                    }
                )
                for curve in curves
                for k, name in enumerate(names)
            ],
            ignore_index=True,
        )

    def plot(self, axes=None, *, kind="contribution", n_columns=3, max_tasks=7):
        """Draw the curves.

        Parameters
        ----------
        axes : sequence of matplotlib Axes, default=None
            Axes to draw on, one for each curve; by default those of a new figure.
        kind : {"contribution", "response"}, default="contribution"
            The contribution to the linear predictor; or the expected target if all
            other covariates contribute their mean.
        n_columns : int, default=3
            Maximum number of panels in a row of a new figure.
        max_tasks : int, default=7
            Maximum number of tasks with a colour and a name; the others are grey.

        Returns
        -------
        display : TuningCurveDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree, the number of axes is not that of
            curves, or the response is not known.
        """
        check_choice(kind, "kind", KINDS)
        named = check_count(max_tasks, "max_tasks")
        columns = check_count(n_columns, "n_columns")
        curves, names = self._read()
        drawn = [
            self._respond(curve) if kind == "response" else curve for curve in curves
        ]
        self.axes_ = _new_axes(len(curves), columns) if axes is None else _flat(axes)
        if len(self.axes_) != len(curves):
            raise ValueError(
                f"axes holds {len(self.axes_)} axes, but there are {len(curves)} "
                f"curves; give one for each."
            )
        self.figure_ = self.axes_[0].figure
        self.lines_ = [
            draw_curve(ax, curve, names, named)
            for ax, curve in zip(self.axes_, drawn, strict=True)
        ]
        for ax, curve in zip(self.axes_, drawn, strict=True):
            ax.set_ylabel("expected target")
            if kind == "contribution":
                unit = " per unit" if curve.over == "lag" else ""
                ax.set_ylabel(f"contribution{unit}")
                ax.axhline(0, color="0.7", linewidth=0.8, zorder=0)
        _share_heights(self.axes_, drawn)
        if len(names) > 1:
            for lines in self.lines_:
                seen = [line for line in lines if np.isfinite(line.get_ydata()).any()]
                label_ends(lines[0].axes, seen[:named], fontsize=8)
        return self

    def _read(self):
        """Return checked curves, and the names of tasks."""
        curves = list(self.curves)
        if not curves or not all(isinstance(each, TuningCurve) for each in curves):
            raise ValueError("curves must be a list of at least one TuningCurve.")
        curves = [
            replace(
                curve,
                points=np.asarray(curve.points),
                values=check_numbers(curve.values, "values", finite=False),
            )
            for curve in curves
        ]
        n_tasks = curves[0].values.shape[-1]
        for curve in curves:
            check_choice(curve.over, "over", ("value", "category", "lag"))
            if curve.values.shape != (len(curve.points), n_tasks):
                raise ValueError(
                    f"The curve of {curve.feature!r} has values of shape "
                    f"{curve.values.shape}, but must have {len(curve.points)} points "
                    f"and {n_tasks} tasks."
                )
        return curves, check_names(self.task_names, n_tasks, "task_names", "tasks")

    def _respond(self, curve):
        """Return a curve of expected targets."""
        if self.baseline is None or self.loss is None:
            raise ValueError(
                "kind='response' needs a baseline and the loss of the model, which are "
                "known for models of this package; use kind='contribution'."
            )
        eta = np.asarray(self.baseline) + curve.values
        means = np.reshape(get_loss(self.loss).mean(eta), eta.shape)
        return replace(curve, values=means)


def _loss_of(model):
    """Return the loss of a model, or None if its response is not known."""
    if hasattr(model, "classes_"):
        return "logistic" if len(model.classes_) == 2 else None
    own = type(model).__module__.startswith("mutar_cy.")
    return getattr(model, "loss", "squared_error") if own else None


def _positions(features, covariates):
    """Return covariates by position, or raise a ValueError."""
    if isinstance(features, str):
        features = [features]
    positions = []
    for feature in features:
        if feature in covariates.names:
            positions.append(covariates.names.index(feature))
        elif isinstance(feature, int | np.integer) and not isinstance(feature, bool):
            if not 0 <= feature < len(covariates.names):
                raise ValueError(
                    f"The covariate {feature} is out of range: X has "
                    f"{len(covariates.names)}."
                )
            positions.append(int(feature))
        else:
            shown = ", ".join(map(repr, covariates.names[:10]))
            raise ValueError(f"{feature!r} is no covariate of X, which has {shown}.")
    return positions


def _flat(axes):
    return list(np.ravel(np.asarray(axes, dtype=object)))


PANEL = (3.2, 2.6)  # inches; width and height of a panel in a new figure


def _new_axes(count, columns):
    """Return the axes of a new figure, without those that would stay empty."""
    rows = math.ceil(count / columns)
    columns = math.ceil(count / rows)  # balances the rows
    figure, axes = new_figure(
        nrows=rows,
        ncols=columns,
        figsize=(PANEL[0] * columns, PANEL[1] * rows),
        squeeze=False,
    )
    axes = list(axes.ravel())
    for ax in axes[count:]:
        figure.delaxes(ax)
    return axes[:count]


def draw_curve(ax, curve, names, named):
    """Draw a curve of every task.

    Parameters
    ----------
    ax : matplotlib Axes
    curve : TuningCurve
    names : list of n_tasks hashable
    named : int
        Number of tasks with a colour.

    Returns
    -------
    lines : list of n_tasks matplotlib Line2D
    """
    at, n_tasks = curve.points, len(names)
    shifts = np.zeros(n_tasks)
    if curve.over == "category":
        at = np.arange(len(curve.points))
        shifts = np.linspace(-0.15, 0.15, n_tasks) if n_tasks > 1 else shifts
        ax.set_xticks(at, [str(point) for point in curve.points])
        ax.set_xlim(-0.5, len(at) - 0.5)
    lines = []
    for k, name in enumerate(names):
        style = line_style(k if k < named else None)
        if curve.over == "category":
            style |= {"linestyle": "none", "marker": "o", "markersize": 5}
        elif curve.over == "lag" and len(at) < 25:  # a filter has values at lags only
            style |= {"marker": "o", "markersize": 3}
        values = curve.values[:, k]
        lines += ax.plot(at + shifts[k], values, label=str(name), **style)
    lag = curve.over == "lag"
    ax.set_xlabel(f"lag of {curve.feature}, in samples" if lag else str(curve.feature))
    ax.spines[["top", "right"]].set_visible(False)
    return lines


def _share_heights(axes, curves):
    """Give all panels over values one scale, so that contributions compare."""
    alike = [ax for ax, curve in zip(axes, curves, strict=True) if curve.over != "lag"]
    if alike:
        limits = np.array([ax.get_ylim() for ax in alike])
        for ax in alike:
            ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())
