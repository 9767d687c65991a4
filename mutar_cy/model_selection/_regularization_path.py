"""Any model along a path of strengths."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import clone
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy import tasks
from mutar_cy.estimators import (
    RegularizationPath,
    at_point,
    check_parameters,
    path_fields,
    refuse_non_finite,
    warn_unconverged,
    warn_user,
)
from mutar_cy.model_selection._grids import largest_strength, line_grid

OPTIONS = {
    "n_alphas": [Interval(Integral, 1, None, closed="left")],
    "eps": [Interval(Real, 0, 1, closed="neither")],
    "max_features": [Interval(Integral, 0, None, closed="left"), None],
    "max_explained": [Interval(Real, 0, 1, closed="both"), None],
}


@validate_params(
    {**OPTIONS, "alphas": ["array-like", None]}, prefer_skip_nested_validation=True
)
def regularization_path(
    estimator,
    X,
    y,
    *,
    alphas=None,
    n_alphas=100,
    eps=1e-3,
    max_features=None,
    max_explained=None,
    **fit_params,
):
    """Fit a model along a path of strengths, each fit starting from the last one.

    Parameters
    ----------
    estimator : estimator
        One of this package's; it is not modified and need not be fitted. Its ``alpha``
        is not looked at. A second strength, as :class:`~mutar_cy.DirtyModel` has,
        stays in proportion.
    X, y : object
        The data, in any layout that ``estimator.fit`` takes.
    alphas : array-like of shape (n_alphas,), default=None
        The strengths, in any order. By default ``n_alphas`` from the smallest one that
        leaves no coefficient, which are a geometric sequence; for estimators that take
        one ``alpha`` per task, one such sequence per task.
    n_alphas : int, default=100
        How many strengths to lay out.
    eps : float, default=1e-3
        The last strength that is laid out, as a fraction of the first.
    max_features : int, default=None
        Stop after the first fit that selects more features than this.
    max_explained : float, default=None
        Stop after the first fit whose objective, loss and penalty together, is below
        that of the null model by at least this fraction of what can be explained at
        all: then as large a fraction of the deviance is explained.
    **fit_params : dict
        What else ``estimator.fit`` takes: ``sample_weight``, ``task``, and
        ``offset`` where it does.

    Returns
    -------
    path : RegularizationPath
        Strengths, coefficients and certificates.

    Raises
    ------
    TypeError
        If the estimator is not one of this package's.
    ValueError
        If strengths are negative or not finite, or as in ``estimator.fit``.

    Warns
    -----
    ConvergenceWarning
        For every strength whose duality gap stayed above its target.

    See Also
    --------
    alpha_max : The smallest strength that leaves no coefficient.
    dirty_path : Over two strengths.
    group_lasso_path : Groups of features, with the norms of the groups.
    mtw_path : Over the strengths of a Wasserstein model.

    Notes
    -----
    Blocks come into play by the strong rule [1]_ and are checked with all data; every
    fit ends with a duality gap computed from the data.

    References
    ----------
    .. [1] R. Tibshirani, J. Bien, J. Friedman, T. Hastie, N. Simon, J. Taylor, R. J.
       Tibshirani (2012), Strong rules for discarding predictors in lasso-type problems,
       JRSS B 74. Section 2 has the rule.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, regularization_path
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 5)) for n in (30, 20)]
    >>> y = [x[:, 0] + 0.5 * x[:, 3] for x in X]
    >>> path = regularization_path(GroupLasso(), X, y, n_alphas=4)
    >>> print(path.row_norms.round(2))
    [[0.   0.   0.   0.   0.  ]
     [1.21 0.   0.   0.58 0.  ]
     [1.39 0.   0.   0.69 0.  ]
     [1.41 0.   0.   0.71 0.  ]]
    """
    model = checked(estimator)
    posed = model._pose(X, y, **fit_params)
    grid = line_grid(model, posed, n_alphas if alphas is None else alphas, eps)
    if not np.all(grid.alphas):
        warn_user("With alpha=0 nothing is penalised.", frames=3)
    enough = Enough(model, posed, max_features, max_explained)
    fits = []
    for solution in follow_row(model, posed, grid.rows[0], frames=3):
        fits.append(_attributes(model, posed, solution))
        if enough(solution):
            break
    names = tasks.feature_names(model, X) if hasattr(model, "task_column") else None
    return RegularizationPath(
        **path_fields(grid.alphas[: len(fits)], fits),
        feature_names=names,
        tasks=fits[0].get("tasks_"),
    )


def checked(estimator):
    """Return a clone of an estimator of this package with valid parameters."""
    if not hasattr(estimator, "_follow") or hasattr(estimator, "alphas"):
        raise TypeError(
            "A path needs an estimator of mutar_cy with a strength, got "
            f"{type(estimator).__name__}."
        )
    model = clone(estimator)
    check_parameters(model)
    return model


def follow_row(model, posed, points, frames):
    """Yield the solutions at some points, and warn of what is wrong with them."""
    for solution in model._follow(posed, points):
        coef, intercept = model._coefficients(posed[0], solution)
        refuse_non_finite(coef, intercept)
        for own in model._certified(solution):
            warn_unconverged(own, frames=frames + 1)
        yield solution


def _attributes(model, posed, solution):
    """Return what a fit would have as attributes, arrays even for one column."""
    fit = model._fitted_attributes(posed[0], solution)
    if "objective_" not in fit:  # scikit-learn's names
        fit["objective_"] = solution.objective
        fit["coef_"] = np.moveaxis(fit["coef_"], 0, -1)
    elif "classes_" in fit:
        fit |= {
            name: _classes_last(fit[name], start)
            for name, start in (("coef_", 1), ("intercept_", 0))
        }
    return fit


def _classes_last(values, before_tasks):
    """Return what is known of classes, the first axis, as if these were responses.

    Parameters
    ----------
    values : ndarray of shape (n_classes, ...[, n_tasks])
    before_tasks : int
        How many axes come before that of the tasks.
    """
    values = np.moveaxis(values, 0, -1)
    if values.shape[-1] == 1:
        return values[..., 0]
    if values.ndim == before_tasks + 1:  # a single task
        return np.expand_dims(values, before_tasks)
    return values


class Enough:
    """Tell whether a path has gone far enough."""

    def __init__(self, model, posed, max_features, max_explained):
        self.model, self.problem = model, posed[0]
        self.max_features, self.max_explained = max_features, max_explained
        if max_explained is not None:
            loose = at_point(model, {"tol": 1.0})
            points = model._points([largest_strength(model, posed)])
            self.null = next(iter(loose._follow(posed, points)))

    def __call__(self, solution):
        if self.max_features is not None:
            coef, _ = self.model._coefficients(self.problem, solution)
            selected = coef.reshape(len(coef), -1).any(axis=1)
            if np.count_nonzero(selected) > self.max_features:
                return True
        if self.max_explained is None:
            return False
        fallen = self._total(self.null, "objective") - self._total(
            solution, "objective"
        )
        return fallen >= self.max_explained * self._total(self.null, "gap_target")

    def _total(self, solution, field):
        """Return the sum of what is known of all convex problems of a fit."""
        found = self.model._certified(solution)
        return float(sum(np.sum(getattr(own, field)) for own in found))
