"""The norms of groups along a path over strengths."""

from mutar_cy.estimators import GroupLassoRegressor, group_lasso_path
from mutar_cy.plotting._axes import count_on_top, mark, new_axes
from mutar_cy.plotting._labels import label_ends
from mutar_cy.plotting._lines import draw_path, finish_path, title
from mutar_cy.plotting._path import check_path, require


class GroupPathDisplay:
    """Plot of which groups of features come in as the penalty gets weaker, and how far.

    The axis of strengths is logarithmic and descends to the right, so that models grow
    from left to right. Each line is a group, and the names of the groups that are in
    the last model stand at the ends of their lines. The axis on top counts the groups
    that are selected.

    It is recommended to use :meth:`from_path` or :meth:`from_estimator`. All arguments
    are kept as attributes.

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
        require(path, ("alphas", "group_norms", "group_names"))
        display = cls(
            alphas=path.alphas,
            group_norms=path.group_norms,
            group_names=path.group_names,
            alpha_best=getattr(path, "alpha_best", None),
        )
        return display.plot(ax, max_labels=max_labels, line_kw=line_kw)

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, alphas=None, n_alphas=100, ax=None, fit_params=None
    ):
        """Fit a path with the parameters of an estimator, and plot it.

        Parameters
        ----------
        estimator : GroupLassoRegressor
            Fitted or not; it is not changed. Its ``alpha`` is marked.
        X, y : object
            As for its ``fit``.
        alphas : array-like of shape (n_alphas,), default=None
            Strengths above 0; by default from the smallest that selects nothing down
            to a thousandth of it.
        n_alphas : int, default=100
            How many of them, without ``alphas``.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        fit_params : dict, default=None
            ``sample_weight``, ``task`` and ``offset``, as for ``fit``.

        Returns
        -------
        display : GroupPathDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        TypeError
            If the estimator is not a GroupLassoRegressor.

        See Also
        --------
        mutar_cy.group_lasso_path : Computes the path.
        """
        if not isinstance(estimator, GroupLassoRegressor):
            raise TypeError(
                "from_estimator needs a GroupLassoRegressor, got "
                f"{type(estimator).__name__}."
            )
        given = estimator.get_params()
        chosen = given.pop("alpha")
        for name in ("warm_start", "unseen_tasks"):  # of no use for a path
            del given[name]
        given |= {"alphas": alphas, "n_alphas": n_alphas, **(fit_params or {})}
        path = group_lasso_path(X, y, **given)
        display = cls(
            alphas=path.alphas,
            group_norms=path.group_norms,
            group_names=path.group_names,
            alpha_best=chosen if path.alphas[-1] <= chosen <= path.alphas[0] else None,
        )
        return display.plot(ax)

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
        self.ax_ = new_axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        titles = [title(name, "group") for name in names]
        self.lines_, named = draw_path(
            self.ax_, alphas, norms, titles, max_labels, line_kw
        )
        finish_path(self.ax_, alphas, "norm of the group's coefficients")
        self.ax_.set_ylim(bottom=0)
        self.best_line_ = None
        if self.alpha_best is not None:
            self.best_line_ = mark(self.ax_, self.alpha_best, alphas)
        counts = (norms > 0).sum(axis=1)
        self.counts_ax_ = count_on_top(self.ax_, alphas, counts, "groups")
        self.labels_ = label_ends(self.ax_, named)
        return self
