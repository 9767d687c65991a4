"""Groups of features along a path of strengths."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy.estimators._fitting import (
    check_parameters,
    refuse_non_finite,
    warn_unconverged,
)
from mutar_cy.estimators._follow import check_strengths_of_path, strengths_below
from mutar_cy.estimators._group_lasso_regressor import GroupLassoRegressor
from mutar_cy.estimators._group_path import GroupLassoPath
from mutar_cy.estimators._path import path_fields


@validate_params(
    {
        "n_alphas": [Interval(Integral, 1, None, closed="left")],
        "eps": [Interval(Real, 0, 1, closed="neither")],
        "alphas": ["array-like", None],
    },
    prefer_skip_nested_validation=True,
)
def group_lasso_path(
    X,
    y,
    *,
    groups="auto",
    loss="squared_error",
    alphas=None,
    n_alphas=100,
    eps=1e-3,
    l1_ratio=0.0,
    group_weights="sqrt_size",
    standardize_groups=False,
    fit_intercept=True,
    positive=False,
    max_iter=2000,
    tol=1e-4,
    task_weight=None,
    task_column=None,
    missing_targets="raise",
    sample_weight=None,
    task=None,
    offset=None,
):
    """Fit regressions on groups of features along a path of strengths.

    Every fit is that of :class:`~mutar_cy.GroupLassoRegressor`, see there for the
    objective, and starts from the last one.

    Parameters
    ----------
    X : {array-like, sparse matrix}, dict, or list of them
        The designs, in any layout that ``GroupLassoRegressor.fit`` takes.
    y : array-like, or list of array-like
        The targets, in the layout of X.
    groups : list, dict, array-like of int or bool, int, "prefix" or "auto", \
            default="auto"
        Which features form a group.
    loss : {"squared_error", "poisson", "gamma"}, default="squared_error"
        The loss.
    alphas : array-like of shape (n_alphas,), default=None
        The strengths, in any order. By default ``n_alphas`` from the smallest one that
        leaves no coefficient, which are a geometric sequence.
    n_alphas : int, default=100
        How many strengths to lay out.
    eps : float, default=1e-3
        The last strength that is laid out, as a fraction of the first.
    l1_ratio, group_weights, standardize_groups, fit_intercept, positive : object
        As parameters of :class:`~mutar_cy.GroupLassoRegressor`.
    max_iter, tol : int, float
        As parameters of :class:`~mutar_cy.GroupLassoRegressor`, for every strength.
    task_weight, task_column, missing_targets : object
        As parameters of :class:`~mutar_cy.GroupLassoRegressor`.
    sample_weight, task, offset : object
        As ``GroupLassoRegressor.fit`` takes them.

    Returns
    -------
    path : GroupLassoPath
        Strengths, coefficients, norms of groups and certificates.

    Raises
    ------
    ValueError
        If strengths are negative or not finite, or as in ``GroupLassoRegressor.fit``.

    Warns
    -----
    ConvergenceWarning
        For every strength whose duality gap stayed above its target.
    UserWarning
        If a strength is 0.

    See Also
    --------
    alpha_max : The smallest strength that leaves no coefficient.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import group_lasso_path
    >>> rng = np.random.default_rng(0)
    >>> X = {name: rng.standard_normal((200, 3)) for name in ("position", "speed")}
    >>> y = rng.poisson(np.exp(X["position"] @ [0.5, -0.5, 0.5]))
    >>> path = group_lasso_path(X, y, loss="poisson", n_alphas=4)
    >>> print(path.group_norms.round(2))
    [[0.   0.  ]
     [0.68 0.  ]
     [0.75 0.04]
     [0.76 0.04]]
    """
    model = GroupLassoRegressor(
        groups,
        loss=loss,
        l1_ratio=l1_ratio,
        group_weights=group_weights,
        standardize_groups=standardize_groups,
        fit_intercept=fit_intercept,
        positive=positive,
        max_iter=max_iter,
        tol=tol,
        task_weight=task_weight,
        task_column=task_column,
        missing_targets=missing_targets,
    )
    check_parameters(model)
    posed = model._pose(X, y, sample_weight=sample_weight, task=task, offset=offset)
    if alphas is None:
        alphas = strengths_below(model._alpha_max(posed), eps, n_alphas)
    alphas = check_strengths_of_path(alphas)
    if alphas[-1] == 0:
        model._warn_unpenalised(4)
    fits = []
    for solution in model._follow(posed, [{"alpha": alpha} for alpha in alphas]):
        refuse_non_finite(solution.coef, solution.intercept)
        warn_unconverged(solution, frames=3)
        fits.append(model._fitted_attributes(posed[0], solution))
    return GroupLassoPath(
        **path_fields(alphas, fits),
        group_names=fits[0]["group_names_"],
        group_norms=np.stack([fit["group_norms_"] for fit in fits]),
    )
