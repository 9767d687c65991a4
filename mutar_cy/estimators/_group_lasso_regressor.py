"""Regression on groups of features, for real, count and positive targets."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils._param_validation import StrOptions, validate_params
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy._lib import import_pandas
from mutar_cy.estimators._cross_validated import CrossValidated, constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._group_model import GroupModel, is_dict
from mutar_cy.losses import Loss, get_loss, regression_losses
from mutar_cy.model_selection import (
    RegularizationPath,
    alpha_grid,
    path_fields,
    solve_row,
)
from mutar_cy.objectives import (
    COUNT,
    FRACTION,
    GlmObjective,
    all_or_nothing,
    check_parameters,
    warn_unpenalised,
)


def check_targets(loss, data):
    """Return data, or raise if a target is outside the range of a loss.

    Parameters
    ----------
    loss : Loss
    data : TaskData
    """
    for owner, y, _ in data.target_columns():
        loss.check_target(y, owner)
        if len(y) and loss.lacks_optimum(y):
            raise ValueError(
                f"y{owner} is 0 for every sample; with loss={loss.name!r} the "
                f"intercept has no finite optimum."
            )
    return data


def explained_deviance(loss, y, guess, weights, offset, average):
    """Return the fraction of the deviance that is explained, over all columns.

    The null model has an intercept and the offsets. Where it is perfect, the fraction
    is 1 if the predictions are too, else 0.

    Parameters
    ----------
    loss : Loss
    y, guess, weights, offset, average
        As `tasks.r_squared` takes them; the guess is a linear predictor.
    """
    offset = np.zeros(y.shape) if offset is None else offset
    offset = offset.reshape(len(y), -1).T
    columns = zip(*tasks.columns_with_weights(y, guess, weights), offset, strict=True)
    pairs = np.array([_deviances(loss, *column) for column in columns])
    if average == "variance_weighted":
        pairs = pairs.sum(axis=0, keepdims=True)
    return float(np.mean([_fraction(*pair) for pair in pairs]))


def _fraction(own, null):
    if null > 0.0:
        return 1.0 - own / null
    return 1.0 if own <= 0.0 else 0.0


def _deviances(loss, y, guess, weights, offset):
    """Return half the deviances of the predictions and of the null model."""
    here = ~np.isnan(y) & (weights > 0)
    loss.check_target(y[here])
    sqrt_weight = np.sqrt(weights[here])
    y, offset = y[here], offset[here]
    eta = guess[here].astype(np.float64) + offset
    constant = loss.constant_to_optimal(y, sqrt_weight)
    null = offset + loss.fit_intercept_only(y, offset, sqrt_weight)
    # Below this a loss is zero up to the rounding of its terms.
    rounding = 1e-12 * (abs(constant) + sqrt_weight @ sqrt_weight)
    own, null = (loss.value(y, v, sqrt_weight) + constant for v in (eta, null))
    return tuple(value if value > rounding else 0.0 for value in (own, null))


class GroupRegression(MultiOutputMixin, RegressorMixin, GroupModel):
    """Regression whose parameter ``loss`` says what targets are like."""

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), dict, \
                array-like of shape (n_tasks, n_samples, n_features), or list of \
                n_tasks {array-like, sparse matrix} of shape (n_samples_k, n_features)
            A design that all tasks share, or a long table whose rows carry task
            labels; or one design per task, in one array or in a list. A dict holds
            the columns of every group, as arrays of shape (n_samples,) or
            (n_samples, n_columns).
        y : array-like of shape (n_samples,) or (n_samples, n_tasks), \
                (n_tasks, n_samples) or (n_tasks, n_samples, n_responses), or list of \
                n_tasks array-like of shape (n_samples_k,) or \
                (n_samples_k, n_responses)
            The targets, in the layout of X: at least 0 for the loss "poisson", and
            positive for "gamma".
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
            Every task is weighed by its own sum, so that only weights within a task
            matter; ``task_weight`` weighs tasks.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task. This, or the parameter ``task_column``,
            makes X a long table.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y: for counts, the
            logarithm of the exposure.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, weights are negative or sum to
            0 in a task, targets are beyond the range of the loss or, for the loss
            "poisson", all 0 in a task; if groups or their weights are not as
            described; or if both ``task`` and ``task_column`` are given.

        Warns
        -----
        ConvergenceWarning
            If the duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If ``alpha`` is 0.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task, offset=offset)

    def _read(self, X, y, sample_weight=None, task=None, offset=None):
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        prepare = partial(check_targets, get_loss(self.loss))
        return self._read_data(X, y, prepare, **given)

    def _objective(self, data):
        return GlmObjective(
            data,
            self._penalty_family(),
            {"alpha": self.alpha},
            self._options(),
            get_loss(self.loss),
            self._feature_groups(data),
        )

    def predict(self, X, task=None, offset=None):
        """Predict the expected targets.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            In a layout that ``fit`` takes; a dict if X was one in ``fit``. A model
            fitted to own designs, or to a long table, predicts for an X of shape
            (n_samples, n_features) only with task labels.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task, one of ``tasks_``.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of what is returned.

        Returns
        -------
        y : ndarray of shape (n_samples,), (n_samples, n_tasks), (n_tasks, n_samples), \
                or list of n_tasks ndarray of shape (n_samples_k,)
            In the layout of the targets that belong to X; with a last axis
            ``n_responses`` if the tasks had one in ``fit``. Those of the losses
            "poisson" and "gamma" are the exponentials of the linear predictors.

        Raises
        ------
        ValueError
            If X needs task labels and has none, or a label was not seen in ``fit`` and
            ``unseen_tasks="raise"``; or the offset has another shape than the
            predictions.
        """
        eta = self._linear_predictor(X, task, offset)
        loss = get_loss(self.loss)
        if loss.link == "identity":
            return eta
        return [loss.mean(v) for v in eta] if isinstance(eta, list) else loss.mean(eta)

    def score(self, X, y, sample_weight=None, task=None, offset=None):
        """Return the fraction of the deviance that is explained, D squared.

        This is 1 less the deviance of the predictions over that of the null model,
        which knows the offsets and the best intercept for these data. For squared
        error it is the coefficient of determination R squared.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            As for ``predict``.
        y : array-like, or one per task
            The targets, in the layout of X.
        sample_weight : float or array-like, default=None
            Weights in the layout of y.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y.

        Returns
        -------
        score : float or ndarray of shape (n_tasks,)
            One number per task, responses pooled, if X holds one design per task;
            else a float: all samples pooled in a long table, and the mean over the
            columns of y.
        """
        loss = get_loss(self.loss)
        return tasks.score_predictions(
            self._linear_predictor(X, task),
            y,
            sample_weight,
            per_task=not is_dict(X) and tasks.has_task_designs(X),
            missing=self.missing_targets == "ignore",
            offset=offset,
            measure=(
                tasks.r_squared
                if loss.is_quadratic
                else partial(explained_deviance, loss)
            ),
        )

    def _linear_predictor(self, X, task=None, offset=None):
        check_is_fitted(self)
        return self._predictor(X, self.coef_, self.intercept_, task, offset)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = get_loss(self.loss).lower_bound >= 0
        return tags


@fill_docstring
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
    - ``"huber"``: :math:`\frac12 u^2` where :math:`|u| \le \delta`, else
      :math:`\delta |u| - \frac12 \delta^2`, with :math:`u = y - \eta`: squared error of
      small residuals, absolute error of large ones, for targets with outliers;
    - ``"poisson"``: :math:`\exp(\eta) - y \eta`, for counts;
    - ``"gamma"``: :math:`y \exp(-\eta) + \eta`, for positive targets.

    Predictions are :math:`\eta` with the first two losses and :math:`\exp(\eta)` with
    the others. Groups of weight 0, and features in no group, are in neither term of the
    penalty.

    Parameters
    ----------
    %(groups of GroupLassoClassifier)s
    alpha : float, default=1.0
        Penalty strength :math:`\alpha`. For ``alpha >= alpha_max(...)``
        (:func:`~mutar_cy.alpha_max`) all penalised coefficients are 0. At 0, nothing is
        penalised.
    %(loss)s
    %(l1_ratio)s
    %(group_weights)s
    %(standardize_groups)s
    %(fit_intercept)s
    %(positive)s
    %(max_iter of GroupLassoRegressor)s
    %(tol of GroupLassoRegressor)s
    %(warm_start)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(coef_)s
    %(intercept_)s
    %(dual_gap_)s
    %(objective_)s
    %(n_iter_ of GroupLassoRegressor)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_)s
    %(selected_groups_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

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
    .. [4] P. J. Huber (1964), Robust estimation of a location parameter, Annals of
       Mathematical Statistics 35. Section 1 has the loss "huber".

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
        "loss": [StrOptions(set(regression_losses())), Loss],
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


@fill_docstring
class GroupLassoRegressorCV(CrossValidated, GroupLassoRegressor):
    r"""GroupLassoRegressor with alpha chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.GroupLassoRegressor`, see there for the objective, with a
    chosen ``alpha``.

    For every fold there is one path of fits, each from where the last one ended, all
    with a duality gap. The strength is chosen by held-out samples; the fit to all
    data is then that of the class itself.

    Parameters
    ----------
    %(groups of GroupLassoClassifier)s
    %(alphas)s
    %(eps)s
    %(cv)s
    %(selection)s
    %(criterion)s
    %(n_jobs)s
    %(loss)s
    %(l1_ratio)s
    %(group_weights)s
    %(standardize_groups)s
    %(fit_intercept)s
    %(positive)s
    %(max_iter of GroupLassoRegressor)s
    %(tol of GroupLassoRegressor)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(alpha_)s
    %(alphas_)s
    deviance_path_ : ndarray of shape (n_alphas, n_folds)
        Mean deviances of held-out samples, squared errors for squared error: within a
        task and response by ``sample_weight``, then over responses, then over tasks by
        ``task_weight``. Without ``criterion``.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        The same, with squared error only.
    %(criterion_path_)s
    %(degrees_of_freedom_)s
    %(coef_)s
    %(intercept_)s
    %(dual_gap_)s
    %(objective_)s
    %(n_iter_ of GroupLassoRegressor)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_)s
    %(selected_groups_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

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
    the sum is the deviance; for "gamma" and "huber" there is no criterion. The degrees
    of freedom are the trace of the derivative of the fitted values by the targets [3]_,
    intercepts included. Fits that spend more than half of the samples on them are not
    considered.

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
        if not get_loss(self.loss).is_quadratic:
            raise AttributeError(f"With loss={self.loss!r} there are deviances.")
        return self.deviance_path_


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GroupLassoPath(RegularizationPath):
    """Fits along a path of strengths: what :func:`group_lasso_path` returns.

    Every parameter is an attribute.

    Parameters
    ----------
    alphas : ndarray of shape (n_alphas,)
        The alphas, descending.
    coefs : ndarray of shape (n_features[, n_tasks[, n_responses]], n_alphas)
        The coefficients.
    intercepts : ndarray of shape ([n_tasks[, n_responses],] n_alphas)
        The intercepts.
    dual_gaps : ndarray of shape (n_alphas,)
        Upper bounds on the objectives minus their global minima.
    objectives : ndarray of shape (n_alphas,)
        The objectives at the coefficients.
    n_iters : ndarray of int, shape (n_alphas,)
        Passes over the coefficients, or Newton steps.
    betas : None
        There is one strength only.
    feature_names : list of str, default=None
        The names of the features, if they have names.
    tasks : ndarray of shape (n_tasks,), default=None
        The labels of the tasks.
    group_names : list
        The names of the groups.
    group_norms : ndarray of shape (n_alphas, n_groups)
        The norms of the coefficients of every group.

    See Also
    --------
    group_lasso_path : Computes it.
    """

    group_names: list
    group_norms: np.ndarray

    def __repr__(self):
        n_alphas, n_groups = self.group_norms.shape
        return f"GroupLassoPath({n_alphas} alphas, {n_groups} groups)"

    def to_dataframe(self):
        """Return the norms of the groups as a table.

        Returns
        -------
        table : pandas.DataFrame
            A column per group, by name, and a row per strength, which is the index.

        Raises
        ------
        ImportError
            If pandas is not there.
        """
        pd = import_pandas("to_dataframe")
        columns = pd.Index(self.group_names, name="group", tupleize_cols=False)
        return pd.DataFrame(self.group_norms, index=self._index(pd), columns=columns)


@validate_params(
    {
        "n_alphas": COUNT,
        "eps": FRACTION,
        "alphas": ["array-like", None],
    },
    prefer_skip_nested_validation=True,
)
@fill_docstring
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
    """Fit regressions on groups of features along a path of alphas.

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
    loss : str or Loss, default="squared_error"
        The loss: "squared_error", "huber", "poisson", "gamma", or an instance of a
        class of :mod:`mutar_cy.losses`, such as ``mutar_cy.losses.Huber(delta=1.0)``.
        "huber" stands for ``Huber(delta=1.35)``; ``delta`` is in the unit of y.
    alphas : array-like of shape (n_alphas,), default=None
        The strengths, in any order. By default ``n_alphas`` from the smallest one that
        leaves no coefficient, which are a geometric sequence.
    %(n_alphas)s
    %(eps)s
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
    objective = model._objective(
        model._read(X, y, sample_weight=sample_weight, task=task, offset=offset)
    )
    grid = alpha_grid(objective, n_alphas if alphas is None else alphas, eps)
    if grid.alphas[-1] == 0:
        warn_unpenalised(objective.loss)
    fits, norms = [], []
    for solution in solve_row(objective, grid.rows[0]):
        arrays = objective.user_arrays(solution)
        fits.append(arrays)
        norms.append(model._attributes(objective, arrays)["group_norms_"])
    return GroupLassoPath(
        **path_fields(grid.alphas, fits),
        group_names=objective.group_names,
        group_norms=np.stack(norms),
    )
