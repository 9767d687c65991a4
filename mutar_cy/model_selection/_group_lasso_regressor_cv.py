"""Regression on groups of features whose strength is chosen by the data."""

from mutar_cy.estimators import GroupLassoRegressor
from mutar_cy.model_selection._cross_validated import CrossValidated, constraints_of


class GroupLassoRegressorCV(CrossValidated, GroupLassoRegressor):
    r"""Regression that keeps or drops groups of features, as many as the data ask for.

    This is :class:`~mutar_cy.GroupLassoRegressor`, see there for the objective, with a
    chosen ``alpha``.

    For every fold there is one path of fits, each from where the last one ended, all
    with a duality gap. The strength is chosen by held-out samples; the fit to all
    data is then that of the class itself.

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
    alphas : int or array-like of shape (n_alphas,), default=100
        The strengths to choose from, in any order; or how many of them to lay out, a
        geometric sequence from the smallest one that leaves no coefficient.
    eps : float, default=1e-3
        The last strength that is laid out, as a fraction of the first.
    cv : int, splitter, iterable of (train, test), or None, default=None
        The folds; None is 5. A number of folds of consecutive samples, taken within
        every task (:class:`~mutar_cy.model_selection.TaskKFold`) if tasks have samples
        of their own. Samples are counted as they come: rows of a table, or all tasks
        end to end.
    selection : {"min", "1se"}, default="min"
        Which strength to take: that of the least mean error over folds, or the largest
        whose mean is at most one standard error above it.
    criterion : {"aic", "bic", "ebic"}, default=None
        An information criterion to choose by instead, from one path on all data; see
        Notes.
    n_jobs : int, default=None
        How many folds are fitted at once, as joblib takes it; in threads, unless
        :func:`joblib.parallel_config` says otherwise. It does not change any result:
        in every fold BLAS has one thread.
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
    alpha_ : float
        The strength that was chosen, and fitted with.
    alphas_ : ndarray of shape (n_alphas,)
        The strengths, descending.
    deviance_path_ : ndarray of shape (n_alphas, n_folds)
        Mean deviances of held-out samples, squared errors for squared error: within a
        task and response by ``sample_weight``, then over responses, then over tasks by
        ``task_weight``. Without ``criterion``.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        The same, with squared error only.
    criterion_path_ : ndarray of shape (n_alphas,)
        The values of ``criterion``, if there is one.
    degrees_of_freedom_ : ndarray of shape (n_alphas,)
        The degrees of freedom of every fit, with ``criterion``.
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
    GroupLassoRegressor : With a given strength.
    group_lasso_path : All fits of a path.
    GroupLassoClassifierCV : Classes.

    Notes
    -----
    The rule of one standard error is that of [1]_.

    With ``criterion`` the value of a fit with squared error is

    .. math::

        \sum_c n_c \big( \log(2 \pi v_c) + 1 \big) + k \, d

    with the numbers of samples :math:`n_c` and the mean squared residuals :math:`v_c`
    of every task and response, the degrees of freedom :math:`d`, and :math:`k = 2` for
    "aic", :math:`\log \sum_c n_c` for "bic"; "ebic" adds twice the logarithm of the
    number of ways to select as many features (or groups) [2]_. With the loss "poisson"
    the sum is the deviance; for "gamma" there is no criterion. The degrees of freedom
    are the trace of the derivative of the fitted values by the targets [3]_, intercepts
    included. Fits that spend more than half of the samples on them are not considered.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen, C. Stone (1984), Classification and
       regression trees, Wadsworth. Section 3.4.3 has the rule of one standard error.
    .. [2] J. Chen, Z. Chen (2008), Extended Bayesian information criteria for model
       selection with large model spaces, Biometrika 95. Section 2; here with gamma 1.
    .. [3] S. Vaiter, C. Deledalle, J. Fadili, G. Peyre, C. Dossal (2017), The degrees
       of freedom of partly smooth regularizers, Ann. Inst. Stat. Math. 69. Theorem 2.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLassoRegressorCV
    >>> rng = np.random.default_rng(0)
    >>> names = "position", "speed", "time"
    >>> X = {name: rng.standard_normal((200, 3)) for name in names}
    >>> y = rng.poisson(np.exp(X["position"] @ [0.5, -0.5, 0.5]))
    >>> model = GroupLassoRegressorCV(loss="poisson", alphas=30, selection="1se")
    >>> model.fit(X, y).selected_groups_
    ['position']
    """

    _model_class = GroupLassoRegressor
    _path_name = "deviance_path_"
    _parameter_constraints = constraints_of(GroupLassoRegressor)

    def __init__(
        self,
        groups="auto",
        *,
        alphas=100,
        eps=1e-3,
        cv=None,
        selection="min",
        criterion=None,
        n_jobs=None,
        loss="squared_error",
        l1_ratio=0.0,
        group_weights="sqrt_size",
        standardize_groups=False,
        fit_intercept=True,
        positive=False,
        max_iter=2000,
        tol=1e-4,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.groups = groups
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.criterion = criterion
        self.n_jobs = n_jobs
        self.loss = loss
        self.l1_ratio = l1_ratio
        self.group_weights = group_weights
        self.standardize_groups = standardize_groups
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.max_iter = max_iter
        self.tol = tol
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    @property
    def mse_path_(self):
        """The same as ``deviance_path_``, with squared error."""
        if self.loss != "squared_error":
            raise AttributeError(f"With loss={self.loss!r} there are deviances.")
        return self.deviance_path_
