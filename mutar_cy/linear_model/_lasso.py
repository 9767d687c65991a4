"""The lasso, with scikit-learn's parameters and shapes."""

from mutar_cy.linear_model._elastic_net import ElasticNet


class Lasso(ElasticNet):
    r"""Linear regression with the l1 norm as penalty.

    A drop-in for :class:`sklearn.linear_model.Lasso`. For each target :math:`y` the
    coefficients :math:`w` and the intercept :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} (y_i - b - x_i^\top w)^2
        + \alpha \, \| w \|_1

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`. Several
    targets are fitted one by one; :class:`MultiTaskLasso` links them.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty. At 0 the fit is least squares.
    fit_intercept : bool, default=True
        Whether to fit an intercept per target; it is never penalised.
    precompute : bool or array-like of shape (n_features, n_features), default=False
        Accepted for scikit-learn's sake: the solver decides by itself when a Gram
        matrix pays. One that is given is checked against X.
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
    positive : bool, default=False
        Whether coefficients must not be negative.
    random_state : int, RandomState instance, default=None
        Accepted for scikit-learn's sake: the solver has no random part.
    selection : {'cyclic', 'random'}, default='cyclic'
        Accepted for scikit-learn's sake: the solver chooses the order of features.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The coefficients.
    sparse_coef_ : sparse matrix of shape (n_targets, n_features)
        ``coef_`` in CSR format.
    intercept_ : float or ndarray of shape (n_targets,)
        What to add; 0.0 without ``fit_intercept``.
    n_iter_ : int or list of int
        Passes made, for each target.
    dual_gap_ : float or ndarray of shape (n_targets,)
        By how much each target's objective may still exceed its optimum.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features, if all are strings.

    See Also
    --------
    ElasticNet : The same with a squared norm beside.
    MultiTaskLasso : Several targets that keep or drop features together.
    mutar_cy.IndLasso : Several tasks with their own designs and strengths.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] R. Tibshirani (1996), Regression shrinkage and selection via the lasso,
       JRSS B 58. Section 2 states the problem.

    Examples
    --------
    >>> from mutar_cy.linear_model import Lasso
    >>> model = Lasso(alpha=0.1).fit([[0, 0], [1, 2], [2, 4.5]], [0, 1, 2])
    >>> print(model.coef_.round(3))
    [0.    0.413]
    """

    _parameter_constraints = {**ElasticNet._parameter_constraints}
    _parameter_constraints.pop("l1_ratio")

    l1_ratio = 1.0

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        precompute=False,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        positive=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
