"""GroupPathDisplay: norms of groups of coefficients along a path of alphas."""

import numpy as np

from mutar_cy.estimators import GroupLassoRegressor, group_lasso_path
from mutar_cy.plotting._reading import check_alphas, check_best, check_numbers, require
from mutar_cy.plotting._style import (
    add_count_axis,
    draw_path,
    format_path_axes,
    label_ends,
    mark_alpha,
    new_axes,
    title,
)


class GroupPathDisplay:
    """Plot of the norms of groups of coefficients along a path of alphas.

    The axis of alphas is logarithmic and descends to the right, so that models grow
    from left to right. Each line is a group; the names of the groups in the last model
    are at the ends of their lines. The axis on top shows the number of selected groups.

    It is recommended to use :meth:`from_path` or :meth:`from_estimator`. All arguments
    are kept as attributes.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Penalty strengths, at least two, positive and in descending order.
    group_norms : array-like of shape (n_alphas, n_groups)
        Norm of the coefficients of each group at each alpha; 0 where the group is not
        selected.
    group_names : sequence of n_groups hashable
        Names of the groups. A number ``g`` is shown as "group g".
    alpha_best : float, default=None
        Chosen alpha, which the plot marks.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that hold the plot.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    lines_ : list of matplotlib Line2D
        Lines of the groups that are selected at some alpha, in the order of the
        groups; the labels are their names.
    labels_ : list of matplotlib Annotation
        The names beside the lines, in descending order of the last norm.
    counts_ax_ : matplotlib SecondaryAxis
        Axis with the numbers of selected groups.
    best_line_ : matplotlib Line2D or None
        Line at ``alpha_best``.

    See Also
    --------
    sklearn.model_selection.ValidationCurveDisplay : Scores over a parameter.

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
        """Plot a computed path.

        Parameters
        ----------
        path : object
            An object with the attributes ``alphas``, ``group_norms`` and
            ``group_names``, and ``alpha_best`` if an alpha was chosen.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        max_labels : int, default=10
            Maximum number of groups with a colour and a name: those with the largest
            norms at the last alpha.
        line_kw : dict, default=None
            Properties of the labelled lines, passed to ``Axes.plot``.

        Returns
        -------
        display : GroupPathDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If ``path`` lacks an attribute.
        ValueError
            If the shapes of its arrays disagree.
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
        """Compute the path of an estimator and plot it.

        Parameters
        ----------
        estimator : GroupLassoRegressor
            Fitted or not; it is not modified. Its ``alpha`` is marked.
        X, y : object
            Passed to ``fit``.
        alphas : array-like of shape (n_alphas,), default=None
            Positive alphas; by default from the smallest that selects nothing down to
            a thousandth of it.
        n_alphas : int, default=100
            Number of alphas if ``alphas`` is None.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        fit_params : dict, default=None
            ``sample_weight``, ``task`` and ``offset``, passed to ``fit``.

        Returns
        -------
        display : GroupPathDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
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
        for name in ("warm_start", "unseen_tasks"):  # not parameters of a path
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
            Axes to draw on; a new figure by default.
        max_labels : int, default=10
            Maximum number of groups with a colour and a name: those with the largest
            norms at the last alpha.
            The other groups are grey.
        line_kw : dict, default=None
            Properties of the labelled lines, passed to ``Axes.plot``.

        Returns
        -------
        display : GroupPathDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree.
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
        format_path_axes(self.ax_, alphas, "norm of the group's coefficients")
        self.ax_.set_ylim(bottom=0)
        self.best_line_ = None
        if self.alpha_best is not None:
            self.best_line_ = mark_alpha(self.ax_, self.alpha_best, alphas)
        counts = (norms > 0).sum(axis=1)
        self.counts_ax_ = add_count_axis(self.ax_, alphas, counts, "groups")
        self.labels_ = label_ends(self.ax_, named)
        return self


def check_path(alphas, group_norms, group_names, alpha_best):
    """Return a path's arrays, or raise a ValueError.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
    group_norms : array-like of shape (n_alphas, n_groups)
    group_names : sequence of n_groups hashable
    alpha_best : float or None

    Returns
    -------
    alphas : ndarray of float64, shape (n_alphas,)
    group_norms : ndarray of float64, shape (n_alphas, n_groups)
    group_names : list
    """
    alphas, norms = check_alphas(alphas), check_numbers(group_norms, "group_norms")
    names = list(group_names)
    if norms.shape != (len(alphas), len(names)):
        raise ValueError(
            f"group_norms has shape {norms.shape}, but there are {len(alphas)} alphas "
            f"and {len(names)} names of groups."
        )
    if np.any(norms < 0):
        at = np.argwhere(norms < 0)[0]
        raise ValueError(
            f"group_norms must be at least 0, got {norms[tuple(at)]} for group "
            f"{names[at[1]]!r}."
        )
    check_best(alpha_best, alphas)
    return alphas, norms, names
