"""RegularizationPathDisplay: coefficients and validation losses along a path."""

from numbers import Integral

import numpy as np
from sklearn.base import clone

from mutar_cy._lib import ExplainedArguments
from mutar_cy.model_selection import last_model, path_model, regularization_path
from mutar_cy.plotting._reading import (
    check_alphas,
    check_best,
    check_choice,
    check_names,
    check_numbers,
    require,
)
from mutar_cy.plotting._style import (
    MARK,
    add_count_axis,
    draw_path,
    format_path_axes,
    label_ends,
    mark_alpha,
    new_figure,
    title,
)


class RegularizationPathDisplay(ExplainedArguments):
    """Plot of coefficients, and of validation losses, along a path of alphas.

    The axis of alphas is logarithmic and descends to the right, so that models grow
    from left to right. Each line is a group, a feature or a coefficient; the names of
    the largest at the last alpha are at the ends of their lines. The axis on top shows
    the number of selected groups or features. If validation losses or a criterion are
    given, a second plot below shows them, with a dot at the minimum and a band of one
    standard error.

    It is recommended to use :meth:`from_path` or :meth:`from_estimator`. All arguments
    are kept as attributes.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Penalty strengths, at least two, positive and in descending order.
    coefs : array-like of shape (n_features[, n_tasks[, n_responses]], n_alphas)
        Coefficients at each alpha.
    groups : list of array-like of int, default=None
        The features of every group, for ``by="groups"``.
    group_names : sequence of n_groups hashable, default=None
        Names of the groups; 0, 1, ... by default. A number ``g`` is shown as "group g".
    feature_names : sequence of n_features hashable, default=None
        Names of the features; 0, 1, ... by default. A number ``j`` is shown as
        "feature j".
    task_names : sequence of n_tasks hashable, default=None
        Names of the tasks, likewise.
    alpha_best : float, default=None
        Chosen alpha, which the plot marks.
    mse_path : array-like of shape (n_alphas, n_folds), default=None
        Validation losses at each alpha, a column per fold; NaN if unknown.
    criterion_path : array-like of shape (n_alphas,), default=None
        Information criterion at each alpha, instead of losses.
    curve_name : str, default=None
        Label of the curve; by default "held-out error" or "criterion".
    strength : str, default="alpha"
        Label of the axis of alphas.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the coefficients.
    curve_ax_ : matplotlib Axes or None
        Axes of the curve.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        Lines of what is selected at some alpha; the labels are names.
    labels_ : list of matplotlib Annotation
        The names beside the lines, largest first.
    counts_ax_ : matplotlib SecondaryAxis
        Axis with the numbers of selected groups or features.
    best_line_, curve_line_ : matplotlib Line2D or None
        Line at ``alpha_best``; mean over folds, or criterion.
    curve_band_ : matplotlib PolyCollection or None
        Band of one standard error around the mean.

    See Also
    --------
    mutar_cy.regularization_path : Computes a path.
    sklearn.model_selection.ValidationCurveDisplay : Scores over a parameter.

    Examples
    --------
    >>> from mutar_cy.plotting import RegularizationPathDisplay
    >>> display = RegularizationPathDisplay(
    ...     alphas=[1.0, 0.5, 0.25],
    ...     coefs=[[0.0, 0.4, 0.6], [0.0, 0.0, -0.3]],
    ...     feature_names=["age", "weight"],
    ...     mse_path=[[1.0, 1.2], [0.7, 0.9], [0.6, 1.1]],
    ... ).plot(by="coefficients")
    >>> [label.get_text() for label in display.labels_]
    ['age', 'weight']
    >>> print(display.curve_line_.get_ydata())
    [1.1  0.8  0.85]
    """

    def __init__(
        self,
        *,
        alphas,
        coefs,
        groups=None,
        group_names=None,
        feature_names=None,
        task_names=None,
        alpha_best=None,
        mse_path=None,
        criterion_path=None,
        curve_name=None,
        strength="alpha",
    ):
        self.alphas = alphas
        self.coefs = coefs
        self.groups = groups
        self.group_names = group_names
        self.feature_names = feature_names
        self.task_names = task_names
        self.alpha_best = alpha_best
        self.mse_path = mse_path
        self.criterion_path = criterion_path
        self.curve_name = curve_name
        self.strength = strength

    @classmethod
    def from_path(cls, path, *, number=None, alpha_best=None, **plot_kw):
        """Plot a computed path.

        Parameters
        ----------
        path : object
            An object with the attributes ``alphas`` and ``coefs``, and optionally
            ``feature_names``, ``tasks``, ``alpha_best``, ``mse_path`` and
            ``criterion_path``. If alphas differ by task, the largest is shown.
        number : int, default=None
            Number of the path to plot if there are several.
        alpha_best : float, default=None
            Chosen alpha, which the plot marks.
        **plot_kw
            Passed to :meth:`plot`, including ``ax``.

        Returns
        -------
        display : RegularizationPathDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If ``path`` lacks an attribute.
        ValueError
            If the shapes of the arrays disagree, or ``number`` is out of range.
        """
        given = read_path(path, number)
        given |= {} if alpha_best is None else {"alpha_best": alpha_best}
        return cls(**given).plot(**plot_kw)

    @classmethod
    def from_estimator(cls, estimator, X, y, *, alphas=100, fit_params=None, **plot_kw):
        """Compute the path of an estimator and plot it.

        Parameters
        ----------
        estimator : estimator
            An estimator of this package, or a search or a pipeline with one, fitted or
            not; it is not modified. The plot marks its ``alpha``. For a
            cross-validated estimator the path is over its grid (the path with the
            chosen ratio if there are several), and the curve shows its validation
            losses or its criterion; if it is not fitted, a clone is fitted.
        X, y : object
            Passed to ``fit``.
        alphas : int or array-like of shape (n_alphas,), default=100
            Positive alphas, or their number: from the smallest that selects nothing
            down to a thousandth of it.
        fit_params : dict, default=None
            Other arguments of ``fit``, such as ``task`` and ``sample_weight``.
        **plot_kw
            Passed to :meth:`plot`, including ``ax``.

        Returns
        -------
        display : RegularizationPathDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If there is no path of this estimator.

        See Also
        --------
        mutar_cy.regularization_path : Computes the path.
        """
        given = path_of_estimator(estimator, X, y, alphas, fit_params or {})
        return cls(**given).plot(**plot_kw)

    def plot(self, ax=None, *, by=None, max_labels=10, line_kw=None):
        """Draw the path.

        Parameters
        ----------
        ax : matplotlib Axes or pair of them, default=None
            Axes for the coefficients and for the curve; with a single one the curve is
            not drawn. A new figure by default.
        by : {"groups", "features", "coefficients"}, default=None
            Meaning of a line: the norm of the coefficients of a group or of a feature
            over tasks and responses, or a single coefficient. By default groups where
            there are some, else features.
        max_labels : int, default=10
            Maximum number of lines with a colour and a name: the largest at the last
            alpha.
        line_kw : dict, default=None
            Properties of the labelled lines, passed to ``Axes.plot``.

        Returns
        -------
        display : RegularizationPathDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree.
        """
        alphas = check_alphas(self.alphas)
        check_best(self.alpha_best, alphas)
        coefs = check_coefs(self.coefs, len(alphas))
        by = self._check_by(by)
        if by == "groups":
            values, names = group_lines(coefs, self.groups, self.group_names)
        else:
            values, names = path_lines(coefs, by, self.feature_names, self.task_names)
        curve = check_curve(self.mse_path, self.criterion_path, len(alphas))
        self.ax_, self.curve_ax_ = path_axes(ax, curve is not None)
        self.figure_ = self.ax_.figure
        self.lines_, named = draw_path(
            self.ax_, alphas, values, names, max_labels, line_kw
        )
        format_path_axes(self.ax_, alphas, LINES[by], self.strength)
        if by != "coefficients":
            self.ax_.set_ylim(bottom=0)
        self._draw_curve(alphas, curve)
        self.best_line_ = None
        if self.alpha_best is not None:
            self.best_line_ = mark_alpha(
                self.ax_, self.alpha_best, alphas, self.strength
            )
        counts = coefs.any(axis=(1, 2)).sum(axis=0)
        if by == "groups":
            counts = (values > 0).sum(axis=1)
        counted = "groups" if by == "groups" else "features"
        self.counts_ax_ = add_count_axis(self.ax_, alphas, counts, counted)
        self.labels_ = label_ends(self.ax_, named)
        return self

    def _check_by(self, by):
        """Return the meaning of a line."""
        if by is None:
            return "features" if self.groups is None else "groups"
        check_choice(by, "by", LINES)
        if by == "groups" and self.groups is None:
            raise ValueError(
                "by='groups', but the path has no groups: every feature is on its own. "
                "Use by='features'."
            )
        return by

    def _draw_curve(self, alphas, curve):
        """Draw the curve if there are losses or a criterion, and axes for it."""
        self.curve_line_ = self.curve_band_ = None
        if curve is None or self.curve_ax_ is None:
            return
        errors, best = self.criterion_path is None, self.alpha_best
        name = self.curve_name or ("held-out error" if errors else "criterion")
        self.curve_line_, self.curve_band_ = draw_curve(
            self.curve_ax_, alphas, curve, (self.strength, name), best
        )
        if self.ax_.get_shared_x_axes().joined(self.ax_, self.curve_ax_):
            self.ax_.set_xlabel("")


LINES = {
    "groups": "norm of the group's coefficients",
    "features": "norm of the feature's coefficients",
    "coefficients": "coefficient",
}


def check_coefs(coefs, n_alphas):
    """Return coefficients of shape (n_features, n_tasks, n_others, n_alphas).

    Parameters
    ----------
    coefs : array-like of shape (n_features[, n_tasks[, n_others]], n_alphas)
    n_alphas : int
    """
    coefs = check_numbers(coefs, "coefs")
    if not 2 <= coefs.ndim <= 4 or coefs.shape[-1] != n_alphas or not coefs.size:
        raise ValueError(
            f"coefs has shape {coefs.shape}, but there are {n_alphas} alphas: it must "
            f"be of shape (n_features[, n_tasks[, n_responses]], n_alphas)."
        )
    inner = coefs.shape[1:-1]
    return coefs.reshape(len(coefs), *inner, *[1] * (2 - len(inner)), n_alphas)


def group_lines(coefs, groups, group_names):
    """Return the norms and names of the groups of a path.

    Parameters
    ----------
    coefs : ndarray of shape (n_features, n_tasks, n_others, n_alphas)
    groups : list of array-like of int
    group_names : sequence or None

    Returns
    -------
    values : ndarray of shape (n_alphas, n_groups)
    names : list of str
    """
    names = check_names(group_names, len(groups), "group_names", "groups")
    rows = coefs.reshape(len(coefs), -1, coefs.shape[-1])
    norms = [np.linalg.norm(rows[np.asarray(own)], axis=(0, 1)) for own in groups]
    return np.stack(norms, axis=1), [title(name, "group") for name in names]


def path_lines(coefs, kind, feature_names, task_names):
    """Return the values and names of the lines of a path.

    Parameters
    ----------
    coefs : ndarray of shape (n_features, n_tasks, n_others, n_alphas)
    kind : {"features", "coefficients"}
    feature_names, task_names : sequence or None

    Returns
    -------
    values : ndarray of shape (n_alphas, n_lines)
    names : list of str
    """
    n_features, n_tasks, n_others, n_alphas = coefs.shape
    features = check_names(feature_names, n_features, "feature_names", "features")
    tasks = check_names(task_names, n_tasks, "task_names", "tasks")
    features = [title(name, "feature") for name in features]
    rows = coefs.reshape(n_features, -1, n_alphas)
    if kind == "features":
        return np.linalg.norm(rows, axis=1).T, features
    if n_tasks == n_others == 1:
        return rows[:, 0].T, features
    columns = [title(name, "task") for name in tasks]
    if n_others > 1:
        columns = [f"{task}, {other}" for task in columns for other in range(n_others)]
    names = [f"{feature}, {column}" for feature in features for column in columns]
    return rows.reshape(-1, n_alphas).T, names


def read_path(path, number=None):
    """Return the arguments of a display for a computed path.

    Parameters
    ----------
    path : RegularizationPath, or an object with its attributes
    number : int, default=None
        Number of the path if there are several.

    Returns
    -------
    given : dict
    """
    require(path, ("alphas", "coefs"))
    alphas, coefs = np.asarray(path.alphas), np.asarray(path.coefs)
    given = {
        name: getattr(path, name, None)
        for name in (
            "feature_names",
            "groups",
            "group_names",
            "alpha_best",
            "mse_path",
            "criterion_path",
        )
    }
    betas = getattr(path, "betas", None)
    if np.ndim(getattr(path, "n_iters", alphas)) == 2:
        number = _check_number(number, coefs.shape[-2])
        alphas, coefs = alphas[number], coefs[..., number, :]
        betas = None if betas is None else np.asarray(betas)[number]
    if alphas.ndim == 2:  # an alpha per task, all in proportion
        alphas = alphas.max(axis=1)
    if betas is not None and np.all(alphas == alphas[0]):
        given |= {"strength": "beta"}  # alpha is constant, beta descends
        alphas = betas
    given |= {"alphas": alphas, "coefs": coefs}
    return {**given, "task_names": getattr(path, "tasks", None)}


def _check_number(number, n_paths):
    """Return a valid number of a path, or raise a ValueError."""
    if not isinstance(number, Integral) or not 0 <= int(number) < n_paths:
        raise ValueError(
            f"number must be that of one of {n_paths} paths, from 0 on, got {number!r}."
        )
    return int(number)


CURVE, BAND = "#000000", "0.85"


def check_curve(errors, criterion, n_alphas):
    """Return a curve and its standard errors, or None if neither input is given.

    Parameters
    ----------
    errors : array-like of shape (n_alphas, n_folds), or None
        NaN where a fold has no loss.
    criterion : array-like of shape (n_alphas,), or None
        Not finite where it is unknown.
    n_alphas : int

    Returns
    -------
    mean, error : ndarray of shape (n_alphas,)
        Standard errors are 0 for a criterion, and with a single fold.
    """
    if errors is not None and criterion is not None:
        raise ValueError("mse_path and criterion_path exclude each other.")
    if criterion is not None:
        values = check_numbers(criterion, "criterion_path", finite=False)
        if values.shape != (n_alphas,):
            raise ValueError(
                f"criterion_path has shape {values.shape}, but there are {n_alphas} "
                f"alphas."
            )
        values = np.where(np.isfinite(values), values, np.nan)
        if np.isnan(values).all():
            raise ValueError("criterion_path has no finite number.")
        return values, np.zeros(n_alphas)
    if errors is None:
        return None
    values = check_numbers(errors, "mse_path", finite=False)
    if values.ndim != 2 or len(values) != n_alphas or not values.size:
        raise ValueError(
            f"mse_path has shape {values.shape}, but there are {n_alphas} alphas: it "
            f"must be of shape (n_alphas, n_folds)."
        )
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    if not counts.all():
        raise ValueError(f"mse_path has no number at alphas[{counts.argmin()}].")
    mean = np.where(known, values, 0.0).sum(axis=1) / counts
    square = np.where(known, values - mean[:, np.newaxis], 0.0) ** 2
    return mean, np.sqrt(square.sum(axis=1) / np.maximum(counts - 1, 1) / counts)


def draw_curve(ax, alphas, curve, titles, best):
    """Draw a curve, its band of one standard error and its minimum.

    Parameters
    ----------
    ax : matplotlib Axes
    alphas : ndarray of shape (n_alphas,)
    curve : (ndarray, ndarray)
        As `check_curve` returns it.
    titles : (str, str)
        Labels of the axis of alphas and of the curve.
    best : float or None
        Alpha to mark.

    Returns
    -------
    line : matplotlib Line2D
    band : matplotlib PolyCollection or None
        None where all errors are 0.
    """
    mean, error = curve
    band = None
    if error.any():
        band = ax.fill_between(
            alphas, mean - error, mean + error, color=BAND, linewidth=0, zorder=1
        )
    (line,) = ax.plot(alphas, mean, color=CURVE, linewidth=1.8, zorder=2)
    lowest = np.nanargmin(mean)
    ax.plot(alphas[lowest], mean[lowest], "o", color=CURVE, markersize=5, zorder=3)
    strength, name = titles
    format_path_axes(ax, alphas, name, strength)
    ax.spines["top"].set_visible(False)
    if best is not None:
        ax.axvline(best, zorder=0, **MARK)
    return line, band


def path_axes(ax, with_curve):
    """Return axes for a path and for its curve.

    Parameters
    ----------
    ax : matplotlib Axes, pair of them, or None
        None for a new figure.
    with_curve : bool

    Returns
    -------
    upper : matplotlib Axes
    lower : matplotlib Axes or None
        None if there is no curve, or no axes for it.
    """
    if ax is None and with_curve:
        rows = {"nrows": 2, "height_ratios": (3, 2), "sharex": True}
        upper, lower = new_figure(figsize=(6.4, 6.4), **rows)[1]
        return upper, lower
    if ax is None:
        return new_figure()[1], None
    pair = np.ravel(ax).tolist()  # pyplot.subplots returns object arrays
    if len(pair) > 2:
        raise ValueError(f"ax must be one Axes or a pair of them, got {len(pair)}.")
    return pair[0], pair[1] if with_curve and len(pair) > 1 else None


CURVES = {
    "mse_path_": "held-out squared error",
    "deviance_path_": "held-out deviance",
}


def path_of_estimator(estimator, X, y, alphas, fit_params):
    """Return the arguments of a display for the path of an estimator.

    Parameters
    ----------
    estimator : estimator
        With an alpha, or cross-validated, perhaps in a search or a pipeline; it is not
        modified.
    X, y : object
    alphas : int or array-like of shape (n_alphas,)
        A cross-validated estimator has a grid and does not use them.
    fit_params : dict

    Returns
    -------
    given : dict
    """
    model = last_model(estimator)
    if hasattr(model, "_path_model"):
        X = path_model(estimator, X, y)[1]
        return _path_of_cv_estimator(model, X, y, fit_params)
    path = regularization_path(estimator, X, y, alphas=alphas, **fit_params)
    return _with_best(read_path(path), model.alpha)


def _path_of_cv_estimator(estimator, X, y, fit_params):
    """Return the arguments of a display for a cross-validated estimator."""
    fitted = estimator
    if not hasattr(estimator, "alpha_"):
        fitted = clone(estimator).fit(X, y, **fit_params)
    row = _chosen_row(fitted)
    path, number = _path_of(fitted, row, X, y, fit_params)
    given = read_path(path, number)
    best = fitted.beta_ if given.get("strength") == "beta" else fitted.alpha_
    return _with_best(given, best) | _curve_of(fitted, row)


def _chosen_row(fitted):
    """Return the number of the path with the chosen values, () for a single path."""
    if hasattr(fitted, "betas_"):
        found = (fitted.alphas_ == fitted.alpha_) & (fitted.betas_ == fitted.beta_)
        return int(np.argwhere(found)[0, 0])
    ratios = np.ravel(getattr(fitted, "l1_ratio", ()))
    if len(ratios) > 1:
        return int(np.argmax(ratios == fitted.l1_ratio_))
    return ()


def _path_of(fitted, row, X, y, fit_params):
    """Return the path over the grid of a fitted cross-validated estimator."""
    model, alphas = fitted._path_model(), fitted.alphas_
    alphas = alphas[row] if alphas.ndim > 1 else alphas
    if not hasattr(fitted, "betas_"):
        one_each = alphas.ndim > 1  # a grid per task
        options = {"alphas": len(alphas) if one_each else alphas, "eps": fitted.eps}
        return regularization_path(model, X, y, **options, **fit_params), None
    betas = fitted.betas_[row]
    given = {"alphas": alphas[:1], "betas": betas}  # alpha is constant, beta descends
    if alphas[0] != alphas[-1]:
        given = {"alphas": alphas, "betas": betas[:1]}
    ratios = betas / alphas
    if np.allclose(ratios, ratios[0], rtol=1e-12, atol=0.0):
        model.set_params(alpha=alphas[0], beta=betas[0])  # beta goes along with alpha
        return regularization_path(model, X, y, alphas=alphas, **fit_params), None
    return regularization_path(model, X, y, **given, **fit_params), 0


def _with_best(given, best):
    """Add the chosen alpha if it is one number within the range of the path."""
    alphas = given["alphas"]
    within = np.ndim(best) == 0 and alphas[-1] <= best <= alphas[0]
    return {**given, "alpha_best": float(best) if within else None}


def _curve_of(fitted, row):
    """Return the validation losses or the criterion of a cross-validated estimator."""
    for name, curve_name in CURVES.items():
        if hasattr(fitted, name):
            return {"mse_path": getattr(fitted, name)[row], "curve_name": curve_name}
    values = fitted.criterion_path_[row]
    return {"criterion_path": values, "curve_name": fitted.criterion.upper()}
