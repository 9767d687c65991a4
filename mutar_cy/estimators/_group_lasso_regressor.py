"""Regression on groups of features, for real, count and positive targets."""

from sklearn.utils._param_validation import StrOptions

from mutar_cy.estimators._deviance import LOSSES
from mutar_cy.estimators._group_model import GroupModel
from mutar_cy.estimators._group_regression import GroupRegression


class GroupLassoRegressor(GroupRegression):
    r"""Regression that keeps or drops whole groups of features.

    A group holds the features that stand for one covariate: its basis functions, its
    dummy variables, its lags. For one task or several, which may have a design each,
    the coefficients :math:`W` and the intercepts :math:`b` minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \,
            f(y_{ki}, \; o_{ki} + b_k + x_{ki}^\top w_k)
        + \alpha \sum_g \big[ (1 - \rho) \, \omega_g \| W_g \|_F
        + \rho \, \| W_g \|_1 \big]

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}`, task weights :math:`c_k` and group weights
    :math:`\omega_g`. :math:`W_g` holds the rows of the features in group :math:`g`,
    over all tasks and responses. The loss :math:`f(y, \eta)` is

    - ``"squared_error"``: :math:`\frac12 (y - \eta)^2`, and predictions are
      :math:`\eta`;
    - ``"poisson"``: :math:`\exp(\eta) - y \eta`, for counts;
    - ``"gamma"``: :math:`y \exp(-\eta) + \eta`, for positive targets.

    Predictions of the last two are :math:`\exp(\eta)`. Groups of weight 0, and
    features in no group, are in neither term of the penalty.

    Parameters
    ----------
    groups : list, dict, array-like, int, "prefix" or "auto", default="auto"
        Which features form a group: a list or a dict of their columns (indices,
        names, masks or slices); one integer per feature, -1 for those that are not
        penalised; a mask of shape (n_groups, n_features); the size of groups of
        consecutive features; or ``"prefix"``, what stands before ``"__"`` in column
        names, or level 0 of a MultiIndex. ``"auto"`` is the keys of X if that is a
        dict, prefixes if there are any, and else every feature on its own. The task
        column is not counted.
    alpha : float, default=1.0
        Strength :math:`\alpha` of the penalty. :func:`~mutar_cy.alpha_max` tells
        from where on all penalised coefficients are 0. At 0, nothing is penalised.
    loss : {"squared_error", "poisson", "gamma"}, default="squared_error"
        The loss :math:`f`.
    l1_ratio : float, default=0.0
        Share :math:`\rho` of the l1 norm, which selects features within groups.
    group_weights : array-like, dict or "sqrt_size", default="sqrt_size"
        The weights :math:`\omega_g`, of shape (n_groups,) or in a dict by name: 0
        leaves a group unpenalised, infinity excludes it. ``"sqrt_size"`` is the root
        of the number of features in the group, whatever the number of tasks.
    standardize_groups : bool, default=False
        Whether to penalise :math:`\| X_g W_g \|_F / \sqrt n` in the place of
        :math:`\| W_g \|_F`: what a group explains, whatever the basis it comes in.
        Columns are centred (with ``fit_intercept``) and weighted, task by task. Of
        the coefficients that explain the same, those of least norm are returned.
        Designs are copied, sparse ones into dense arrays.
    fit_intercept : bool, default=True
        Whether to fit an intercept per task and response; it is never penalised.
    positive : bool, default=False
        Whether coefficients must not be negative.
    max_iter : int, default=2000
        Most Newton steps; most passes over the coefficients for squared error with
        ``positive``, ``l1_ratio`` above 0, or groups of one feature.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the excess
        of the null model's loss (intercepts only) over the least loss possible.
    warm_start : bool, default=False
        Whether to start from the coefficients of the last fit that succeeded, whose
        shape must be the same.
    task_weight : array-like of shape (n_tasks,), default=None
        Positive weights of the tasks, in the order of ``tasks_``.
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. X is then a long
        table, in ``fit``, ``predict`` and ``score``.
    unseen_tasks : {"raise", "mean"}, default="raise"
        What ``predict`` does with a task not seen in ``fit``: raise a ValueError, or
        use the mean of all tasks' coefficients and intercepts.
    missing_targets : {"raise", "ignore"}, default="raise"
        What NaN (or a mask) in y means: an error, or that the sample does not belong
        to that task.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
        The coefficients; those of a dropped group are exactly 0. 1-D for a single task.
    intercept_ : ndarray of shape (n_tasks,), (n_tasks, n_responses), or float
        What to add to ``X @ coef_``; 0 without ``fit_intercept``.
    dual_gap_ : float
        By how much the objective may still exceed the optimum, in its own unit.
    objective_ : float
        The objective at the coefficients.
    n_iter_ : int
        Passes over the coefficients, or Newton steps.
    groups_ : list of ndarray of int64
        The features of every group.
    group_names_ : list
        The names of the groups, their numbers if they have none.
    group_norms_ : ndarray of shape (n_groups,)
        The Frobenius norms of ``coef_[g]``, also with ``standardize_groups``.
    selected_groups_ : list
        The names of the groups whose norm is not 0.
    tasks_ : ndarray of shape (n_tasks,)
        The labels of the tasks, in the order of the columns of ``coef_``; 0, 1, ...
        where the layout has no labels.
    layout_ : {"single", "shared", "stacked", "list", "long"}
        The layout of the data.
    is_fitted_ : bool
        True, after ``fit`` only.
    n_features_in_ : int
        Number of columns of X, the task column included.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns of X, if all are strings.

    See Also
    --------
    GroupLassoClassifier : For classes.
    group_lasso_path : All strengths at once.
    GroupLasso : Squared error only, with the parameters of MuTaR.

    References
    ----------
    .. [1] M. Yuan, Y. Lin (2006), Model selection and estimation in regression with
       grouped variables, JRSS B 68. Section 2 states the problem.
    .. [2] N. Simon, R. Tibshirani (2012), Standardization and the group lasso penalty,
       Statistica Sinica 22. Section 2 standardises groups.
    .. [3] N. Simon, J. Friedman, T. Hastie, R. Tibshirani (2013), A sparse-group lasso,
       JCGS 22. Section 2 has the penalty with an l1 norm.

    Examples
    --------
    Counts that depend on the first of two covariates, three features each:

    >>> import numpy as np
    >>> from mutar_cy import GroupLassoRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = {name: rng.standard_normal((200, 3)) for name in ("position", "speed")}
    >>> y = rng.poisson(np.exp(X["position"] @ [0.5, -0.5, 0.5]))
    >>> model = GroupLassoRegressor(alpha=0.1, loss="poisson").fit(X, y)
    >>> model.selected_groups_
    ['position']
    >>> model.group_norms_.round(2).tolist()
    [0.64, 0.0]
    """

    _parameter_constraints = {
        **GroupModel._parameter_constraints,
        "loss": [StrOptions({"squared_error", *LOSSES})],
        "missing_targets": [StrOptions({"raise", "ignore"})],
    }

    def __init__(
        self,
        groups="auto",
        alpha=1.0,
        *,
        loss="squared_error",
        l1_ratio=0.0,
        group_weights="sqrt_size",
        standardize_groups=False,
        fit_intercept=True,
        positive=False,
        max_iter=2000,
        tol=1e-4,
        warm_start=False,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.groups = groups
        self.alpha = alpha
        self.loss = loss
        self.l1_ratio = l1_ratio
        self.group_weights = group_weights
        self.standardize_groups = standardize_groups
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
