"""The reweighted lasso of every task: a concave penalty with little shrinkage."""

from numbers import Real

from sklearn.utils._param_validation import Interval

from mutar_cy.estimators._cross_validated import constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._fits_statistics import FitsStatistics
from mutar_cy.estimators._grouping import read_penalty_weights
from mutar_cy.estimators._ind_lasso import AlphaPerTask, column_penalties
from mutar_cy.estimators._reweighting import ReweightingRegressor
from mutar_cy.objectives import ReweightedSeparableObjective


@fill_docstring
class IndRewLasso(FitsStatistics, ReweightingRegressor):
    r"""Independent lassos with a square-root penalty: few features, little shrinkage.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k` and its own penalty strength :math:`\alpha_k`. The coefficients
    :math:`W` and the intercepts :math:`b` are a local minimum of

    .. math::

        \sum_k \left[ \frac{c_k}{S_k} \sum_i \frac{s_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top w_k \big)^2
        + \alpha_k \sum_j \omega_{jk} \, \sqrt{| w_{jk} |} \, \right]

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`, task
    weights :math:`c_k` and penalty weights :math:`\omega_{jk}`, all 1 by default.
    Compared with the absolute value, the square root leaves fewer coefficients, and
    shrinks the large ones less.

    The square root lies below its tangents. So each task is first solved as a lasso,
    with :math:`| w_{jk} |` in place of the root (this is
    :class:`~mutar_cy.IndLasso`), and then again and again with the penalty :math:`|
    w_{jk} | / (2 \sqrt{| v_{jk} |})`, where :math:`v` is the last solution. The
    objective never rises, and a coefficient that is 0 stays 0. Which local minimum that
    leads to depends on the start: scaling X and y by the same number, and alpha by its
    square, changes nothing, but scaling only one of them is another problem.

    Parameters
    ----------
    alpha : float or array-like of shape (n_tasks,), default=0.1
        Strength of the penalty, of all tasks or of each. In the lasso its unit is that
        of X times y. For ``alpha >= alpha_max(...)`` (:func:`~mutar_cy.alpha_max`) all
        coefficients of a task are 0. At 0, nothing is penalised and the fit is least
        squares.
    %(fit_intercept)s
    %(normalize)s
    max_iter : int, default=2000
        Maximum number of passes over the coefficients of a task in each convex problem.
    max_iter_reweighting : int, default=100
        Maximum number of convex problems of a task, the lasso included.
    tol : float, default=1e-4
        A convex problem has converged when its duality gap is at most ``tol`` times
        the objective of the null model (intercept only).
    %(positive)s
    warm_start : bool, default=False
        Whether to start the lasso from the coefficients of the last fit that succeeded,
        whose shape must be the same. It makes that faster and changes nothing else.
    tol_reweighting : float, default=1e-4
        Reweighting of a task ends when no coefficient moves by more than this, relative
        to the largest, each times the norm of its column of X.
    %(penalty_weights of IndLasso)s
    %(task_weight of IndLasso)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(coef_ of IndLasso)s
    %(intercept_)s
    loss_ : ndarray of shape (n_problems,)
        The objective after every convex problem, of all tasks together; with
        ``normalize``, of the normalised problem. It never rises.
    %(objective_ of IndRewLasso)s
    weights_ : ndarray shaped as ``coef_``
        The penalty weights of the last convex problem, infinite for coefficients that
        had been 0 before.
    dual_gap_ : ndarray shaped as ``intercept_``, or float
        Upper bound on the objective of each task's last convex problem minus its
        minimum.
    n_iter_ : int
        Passes made over the coefficients, in all convex problems together, of the task
        that needed most.
    %(residuals_)s
    %(n_passes_)s
    %(dual_gap_statistics_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    IndLasso : The same with absolute values: convex.
    ReweightedGroupLasso : One set of features for all tasks.
    alpha_max : The smallest ``alpha`` of each task that leaves no coefficient.

    References
    ----------
    .. [1] E. Candes, M. Wakin, S. Boyd (2008), Enhancing sparsity by reweighted l1
       minimization, J. Fourier Anal. Appl. 14. Section 2 has the method, there for a
       logarithm in place of the root.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import IndRewLasso
    >>> X = np.array([[[3.0, 1.0], [2.0, 0.0], [1.0, 0.0]],
    ...               [[0.0, 2.0], [-1.0, 3.0], [1.0, -2.0]]])
    >>> coef = np.array([[1.0, 1.0], [0.0, -1.0]])
    >>> y = np.array([x @ c for x, c in zip(X, coef.T)]) + 0.1
    >>> model = IndRewLasso(alpha=[0.1, 0.2], tol=1e-9).fit(X, y)
    >>> print(model.coef_.round(4))
    [[ 0.9219  0.    ]
     [ 0.     -1.3386]]
    """

    _fits_streams = False  # its problems have other supports
    _parameter_constraints = {
        **ReweightingRegressor._parameter_constraints,
        "alpha": [Interval(Real, 0, None, closed="left"), "array-like"],
    }

    def __init__(
        self,
        alpha=0.1,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        max_iter_reweighting=100,
        tol=1e-4,
        positive=False,
        warm_start=False,
        *,
        tol_reweighting=1e-4,
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.max_iter_reweighting = max_iter_reweighting
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.tol_reweighting = tol_reweighting
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    def _objective(self, data):
        weights = read_penalty_weights(self, data, None, per_task=True)
        return ReweightedSeparableObjective(
            data,
            column_penalties(self, weights, data.columns),
            {"alpha": self.alpha},
            self._options(),
            alpha_per_task=True,
            max_iter_reweighting=self.max_iter_reweighting,
            tol_reweighting=self.tol_reweighting,
        )


@fill_docstring
class IndRewLassoCV(AlphaPerTask, IndRewLasso):
    r"""IndRewLasso with alphas chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.IndRewLasso`, see there for the objective, with a chosen
    ``alpha``.

    For every fold there is one path of fits. The first lasso of every fit starts from
    that of the last alpha; where reweighting ends does not depend on it, so that every
    fit is that of a plain one. Held-out samples choose alpha; the fit to all data is
    then that of the class itself.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=100
        The alphas to choose from, in any order; or their number, a geometric sequence
        that begins at the smallest alpha without coefficients, of every task with
        ``per_task``.
    %(eps)s
    per_task : bool, default=True
        Whether every task has an alpha of its own, chosen by its own samples, or all
        have one.
    %(cv)s
    %(rule)s
    %(criterion)s
    %(n_jobs)s
    %(fit_intercept)s
    %(normalize)s
    max_iter : int, default=2000
        Maximum number of passes over the coefficients of a task in each convex problem.
    max_iter_reweighting : int, default=100
        Maximum number of convex problems of a task, the lasso included.
    tol : float, default=1e-4
        A convex problem has converged when its duality gap is at most ``tol`` times
        the objective of the null model (intercept only).
    %(positive)s
    tol_reweighting : float, default=1e-4
        Reweighting of a task ends when no coefficient moves by more than this, relative
        to the largest, each times the norm of its column of X.
    %(penalty_weights of IndLasso)s
    %(task_weight of IndLasso)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    alpha_ : float or ndarray of shape (n_tasks,)
        The alpha that was chosen, and fitted with; one each with ``per_task``, unless
        there is a single task.
    alphas_ : ndarray of shape (n_alphas,) or (n_alphas, n_tasks)
        The alphas, descending.
    %(mse_path_)s
    %(task_mse_path_ of squared error)s
    %(criterion_path_)s
    %(degrees_of_freedom_)s
    %(coef_ of IndLasso)s
    %(intercept_)s
    loss_ : ndarray of shape (n_problems,)
        The objective after every convex problem, of all tasks together; with
        ``normalize``, of the normalised problem. It never rises.
    %(objective_ of IndRewLasso)s
    weights_ : ndarray shaped as ``coef_``
        The penalty weights of the last convex problem, infinite for coefficients that
        had been 0 before.
    dual_gap_ : ndarray shaped as ``intercept_``, or float
        Upper bound on the objective of each task's last convex problem minus its
        minimum.
    n_iter_ : int
        Passes made over the coefficients, in all convex problems together, of the task
        that needed most.
    %(residuals_)s
    %(n_passes_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    IndRewLasso : With given alphas.
    IndLassoCV : The same with absolute values: convex.

    Notes
    -----
    The rule of one standard error is that of [1]_.

    With ``criterion`` the value of a fit is

    .. math::

        \sum_c n_c \big( \log(2 \pi v_c) + 1 \big) + k \, d

    with the numbers of samples :math:`n_c` and the mean squared residuals :math:`v_c`
    of every task and response, the degrees of freedom :math:`d`, and :math:`k = 2` for
    "aic", :math:`\log \sum_c n_c` for "bic"; "ebic" adds twice the logarithm of the
    number of ways to select as many features [2]_. The degrees of freedom are the trace
    of the derivative of the fitted values by the targets [3]_, intercepts included, of
    the last weighted problem: what reweighting itself spends is not counted. Fits that
    spend more than half of the samples on them are not considered.

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
    >>> from mutar_cy import IndRewLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] + x[:, 3] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = IndRewLassoCV(alphas=20).fit(X, y)
    >>> [np.flatnonzero(w).tolist() for w in model.coef_.T]
    [[0, 3], [0, 3]]
    """

    _model_class = IndRewLasso
    _parameter_constraints = constraints_of(IndRewLasso, per_task=["boolean"])

    def __init__(
        self,
        *,
        alphas=100,
        eps=1e-3,
        per_task=True,
        cv=None,
        rule="min",
        criterion=None,
        n_jobs=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        max_iter_reweighting=100,
        tol=1e-4,
        positive=False,
        tol_reweighting=1e-4,
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alphas = alphas
        self.eps = eps
        self.per_task = per_task
        self.cv = cv
        self.rule = rule
        self.criterion = criterion
        self.n_jobs = n_jobs
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.max_iter_reweighting = max_iter_reweighting
        self.tol = tol
        self.positive = positive
        self.tol_reweighting = tol_reweighting
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
