"""The multi-task lasso, with scikit-learn's parameters and shapes."""

from mutar_cy.linear_model._multi_task_elastic_net import MultiTaskElasticNet


class MultiTaskLasso(MultiTaskElasticNet):
    r"""Multi-target linear regression with the l2,1 norm as penalty.

    A drop-in for :class:`sklearn.linear_model.MultiTaskLasso`. The coefficients
    :math:`W`, one row per feature, and the intercepts :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \sum_j \| W_{j:} \|_2

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`. The penalty
    makes whole rows of :math:`W` zero.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty. At 0 the fit is least squares.
    fit_intercept : bool, default=True
        Whether to fit an intercept per target; it is never penalised.
    copy_X : bool, default=True
        Accepted for scikit-learn's sake: X is never written to.
    max_iter : int, default=1000
        Most passes over the coefficients.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the
        objective of the null model (intercept only): half of what scikit-learn asks,
        and scikit-learn looks at the gap only once coefficients have settled.
    warm_start : bool, default=False
        Whether to start from the coefficients of the last fit.
    random_state : int, RandomState instance, default=None
        Accepted for scikit-learn's sake: the solver has no random part.
    selection : {'cyclic', 'random'}, default='cyclic'
        Accepted for scikit-learn's sake: the solver chooses the order of features.

    Attributes
    ----------
    coef_ : ndarray of shape (n_targets, n_features)
        The coefficients: the transpose of W, whose rows are whole columns here.
    sparse_coef_ : sparse matrix of shape (n_targets, n_features)
        ``coef_`` in CSR format.
    intercept_ : float or ndarray of shape (n_targets,)
        What to add; 0.0 without ``fit_intercept``.
    n_iter_ : int
        Passes made.
    dual_gap_ : float
        By how much the objective may still exceed its optimum.
    eps_ : float
        What ``dual_gap_`` had to reach: ``tol`` times the null model's objective.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features, if all are strings.

    See Also
    --------
    MultiTaskElasticNet : The same with a squared norm beside.
    mutar_cy.GroupLasso : Tasks with their own designs, groups of features.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] G. Obozinski, B. Taskar, M. I. Jordan (2010), Joint covariate selection and
       joint subspace selection for multiple classification problems, Statistics and
       Computing 20. Section 2.2 states the problem.

    Examples
    --------
    >>> from mutar_cy.linear_model import MultiTaskLasso
    >>> model = MultiTaskLasso(alpha=0.1, tol=1e-8)
    >>> model = model.fit([[0, 1], [1, 2], [2, 4]], [[0, 0], [1, 1], [2, 3]])
    >>> print(model.coef_.round(3))
    [[0.    0.608]
     [0.    0.946]]
    """

    _parameter_constraints = {**MultiTaskElasticNet._parameter_constraints}
    _parameter_constraints.pop("l1_ratio")

    l1_ratio = 1.0

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.selection = selection
