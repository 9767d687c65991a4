"""Coefficients along a path over strengths, and how well the models do."""

from mutar_cy.plotting._axes import count_on_top, mark
from mutar_cy.plotting._checks import check_choice
from mutar_cy.plotting._curve import check_curve, draw_curve, path_axes
from mutar_cy.plotting._follow import follow_estimator
from mutar_cy.plotting._labels import label_ends
from mutar_cy.plotting._lines import draw_path, finish_path
from mutar_cy.plotting._path import check_alphas, check_best, read_path
from mutar_cy.plotting._path_lines import KINDS, check_coefs, path_lines


class RegularizationPathDisplay:
    """Plot of coefficients as the penalty gets weaker, and of how well models do.

    The axis of strengths is logarithmic and descends to the right, so that models grow
    from left to right. Each line is a feature, or a coefficient; the names of the
    largest at the last strength stand at the ends of their lines. The axis on top
    counts the selected features. How well the models do is a curve below, if it is
    known, with a dot where it is lowest and a band of one standard error over folds.

    It is recommended to use :meth:`from_path` or :meth:`from_estimator`. All arguments
    are kept as attributes.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        The strengths, at least two, positive and descending.
    coefs : array-like of shape (n_features[, n_tasks[, n_responses]], n_alphas)
        The coefficients at each strength.
    feature_names : sequence of n_features hashable, default=None
        The names of the features; one whose name is a number ``j``, as by default, is
        called "feature j".
    task_names : sequence of n_tasks hashable, default=None
        The names of the tasks, likewise.
    alpha_best : float, default=None
        The strength that has been chosen, to be marked.
    mse_path : array-like of shape (n_alphas, n_folds), default=None
        The errors on held-out samples at each strength; NaN where a fold has none.
    criterion_path : array-like of shape (n_alphas,), default=None
        What is to be small, in place of errors.
    curve_name : str, default=None
        What the curve is; by default errors, or a criterion.
    strength : str, default="alpha"
        What the strengths are called.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What the coefficients have been drawn into.
    curve_ax_ : matplotlib Axes or None
        What the curve has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        All that is ever selected, in the order of the features; labels are names.
    labels_ : list of matplotlib Annotation
        The names beside lines, largest first.
    counts_ax_ : matplotlib SecondaryAxis
        The axis with the numbers of features.
    best_line_, curve_line_ : matplotlib Line2D or None
        The mark of ``alpha_best``; the mean over folds, or the criterion.
    curve_band_ : matplotlib PolyCollection or None
        One standard error around the mean.

    See Also
    --------
    GroupPathDisplay : The norms of groups of features.
    sklearn.model_selection.ValidationCurveDisplay : Scores over strengths.

    Examples
    --------
    >>> from mutar_cy.plotting import RegularizationPathDisplay
    >>> display = RegularizationPathDisplay(
    ...     alphas=[1.0, 0.5, 0.25],
    ...     coefs=[[0.0, 0.4, 0.6], [0.0, 0.0, -0.3]],
    ...     feature_names=["age", "weight"],
    ...     mse_path=[[1.0, 1.2], [0.7, 0.9], [0.6, 1.1]],
    ... ).plot(kind="coefficients")
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
        self.feature_names = feature_names
        self.task_names = task_names
        self.alpha_best = alpha_best
        self.mse_path = mse_path
        self.criterion_path = criterion_path
        self.curve_name = curve_name
        self.strength = strength

    @classmethod
    def from_path(cls, path, *, number=None, alpha_best=None, **plot_kw):
        """Plot a path that has been computed.

        Parameters
        ----------
        path : object
            With the attributes ``alphas`` and ``coefs``, and, where they are known,
            ``feature_names``, ``tasks``, ``alpha_best``, ``mse_path`` and
            ``criterion_path``. Of a strength for each task, the largest is shown.
        number : int, default=None
            Which one, if it holds several paths.
        alpha_best : float, default=None
            The strength that has been chosen, to be marked.
        **plot_kw
            As for :meth:`plot`, ``ax`` included.

        Returns
        -------
        display : RegularizationPathDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If ``path`` lacks an attribute.
        ValueError
            If arrays do not go together, or ``number`` is not that of a path.
        """
        given = read_path(path, number)
        given |= {} if alpha_best is None else {"alpha_best": alpha_best}
        return cls(**given).plot(**plot_kw)

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, alphas=None, n_alphas=100, fit_params=None, **plot_kw
    ):
        """Fit a path with the parameters of an estimator, and plot it.

        Parameters
        ----------
        estimator : estimator
            One of this package's, fitted or not; it is not changed. Its ``alpha`` is
            marked. If it chooses ``alpha`` from data, the path is that over the
            strengths to choose from (that with the chosen ratio, of several paths), and
            the curve is what it chose by; unless it is fitted, a clone is.
        X, y : object
            As for its ``fit``.
        alphas : array-like of shape (n_alphas,), default=None
            Strengths above 0; by default down to a thousandth of the smallest that
            selects nothing.
        n_alphas : int, default=100
            How many of them, without ``alphas``.
        fit_params : dict, default=None
            What else its ``fit`` takes, such as ``task`` and ``sample_weight``.
        **plot_kw
            As for :meth:`plot`, ``ax`` included.

        Returns
        -------
        display : RegularizationPathDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If the estimator has no path.

        See Also
        --------
        mutar_cy.regularization_path : Computes the path.
        """
        options = {"alphas": alphas, "n_alphas": n_alphas, "fit_params": fit_params}
        return cls(**follow_estimator(estimator, X, y, **options)).plot(**plot_kw)

    def plot(self, ax=None, *, kind="rows", max_labels=10, line_kw=None):
        """Draw the path.

        Parameters
        ----------
        ax : matplotlib Axes or pair of them, default=None
            For the coefficients, and for the curve; a single one has no room for that.
            A new figure by default.
        kind : {"rows", "coefficients"}, default="rows"
            Whether a line is the norm of a feature's coefficients over tasks and
            responses, or a single coefficient.
        max_labels : int, default=10
            Most lines that get a colour and a name: the largest at the end.
        line_kw : dict, default=None
            Properties of the lines that have a name, as ``Axes.plot`` takes them.

        Returns
        -------
        display : RegularizationPathDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If the arrays do not go together.
        """
        alphas = check_alphas(self.alphas)
        check_best(self.alpha_best, alphas)
        coefs = check_coefs(self.coefs, len(alphas))
        check_choice(kind, "kind", KINDS)
        values, names = path_lines(coefs, kind, self.feature_names, self.task_names)
        curve = check_curve(self.mse_path, self.criterion_path, len(alphas))
        self.ax_, self.curve_ax_ = path_axes(ax, curve is not None)
        self.figure_ = self.ax_.figure
        self.lines_, named = draw_path(
            self.ax_, alphas, values, names, max_labels, line_kw
        )
        finish_path(self.ax_, alphas, KINDS[kind], self.strength)
        if kind == "rows":
            self.ax_.set_ylim(bottom=0)
        self._draw_curve(alphas, curve)
        self.best_line_ = None
        if self.alpha_best is not None:
            self.best_line_ = mark(self.ax_, self.alpha_best, alphas, self.strength)
        counts = coefs.any(axis=(1, 2)).sum(axis=0)
        self.counts_ax_ = count_on_top(self.ax_, alphas, counts, "features")
        self.labels_ = label_ends(self.ax_, named)
        return self

    def _draw_curve(self, alphas, curve):
        """Draw how well the models do, if there is where to."""
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
