"""Several targets on one design, with scikit-learn's parameters and shapes."""

from mutar_cy.estimators import (
    all_or_nothing,
    check_parameters,
    reporter,
    warn_unconverged,
)
from mutar_cy.linear_model._base import (
    CoordinateDescentRegressor,
    warn_if_unpenalised,
)
from mutar_cy.linear_model._elastic_net import over_l1_ratio
from mutar_cy.linear_model._path import enet_path
from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max


class MultiTaskElasticNet(CoordinateDescentRegressor):
    r"""Multi-target linear regression with l2,1 and squared Frobenius norms.

    A drop-in for :class:`sklearn.linear_model.MultiTaskElasticNet`. The coefficients
    :math:`W`, one row per feature, and the intercepts :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \rho \sum_j \| W_{j:} \|_2
        + \frac{\alpha (1 - \rho)}{2} \| W \|_F^2

    with :math:`\rho` for ``l1_ratio`` and sample weights :math:`s_i`, 1 by default,
    that sum to :math:`S`. The l2,1 norm makes whole rows of :math:`W` zero.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of both penalties. At 0 the fit is least squares.
    l1_ratio : float, default=0.5
        Between 0 (only the squared norm) and 1 (none of it).
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
    MultiTaskLasso : The same without the squared norm.
    ElasticNet : Targets one by one.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    Examples
    --------
    >>> from mutar_cy.linear_model import MultiTaskElasticNet
    >>> X, y = [[0, 1], [1, 2], [2, 4]], [[0, 0], [1, 1], [2, 3]]
    >>> model = MultiTaskElasticNet(alpha=0.1, tol=1e-10).fit(X, y)
    >>> print(model.coef_.round(3))
    [[0.252 0.451]
     [0.247 0.788]]
    """

    path = staticmethod(enet_path)

    def __init__(
        self,
        alpha=1.0,
        *,
        l1_ratio=0.5,
        fit_intercept=True,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.selection = selection

    @all_or_nothing
    def fit(self, X, y, sample_weight=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The design; it is neither changed nor copied.
        y : array-like of shape (n_samples, n_targets)
            The targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Sample weights; only their ratios matter.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If y is 1-D, shapes disagree or numbers are not finite.

        Warns
        -----
        ConvergenceWarning
            If the duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If ``alpha`` is 0.
        """
        check_parameters(self)
        warn_if_unpenalised(self.alpha)
        problem, stack, penalty, _ = self._pose(X, y, sample_weight=sample_weight)
        report = reporter(self, X, y)
        start = self._start(problem)
        solution = self._minimise(stack, penalty, None, start, report)
        fitted = self._fitted_attributes(problem, solution)
        if report is not None:
            report.close(fitted)
        self.__dict__.update(fitted)
        warn_unconverged(solution)
        return self

    def _read(self, X, y, sample_weight=None):
        problem = super()._read(X, y, sample_weight)
        if not problem.columns:
            single = type(self).__name__.replace("MultiTask", "")
            raise ValueError(f"For mono-task outputs, use {single}")
        return problem

    def _fitted_attributes(self, problem, solution):
        """Return the attributes that a fit sets."""
        intercept = solution.intercept.astype(problem.dtype)
        return {
            "coef_": solution.coef.T.astype(problem.dtype),
            "intercept_": intercept if self.fit_intercept else 0.0,
            "dual_gap_": solution.dual_gap,
            "eps_": solution.gap_target,
            "n_iter_": solution.n_iter,
        }

    def _penalty(self, n_columns):
        """Return the penalty of all targets together."""
        return L21(self.alpha * self.l1_ratio, None, self.alpha * (1 - self.l1_ratio))

    def _alpha_max(self, posed):
        """Return the smallest strength that leaves no coefficient."""
        _, stack, penalty, _ = posed
        return over_l1_ratio(alpha_max(stack, penalty), self.l1_ratio)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = False
        return tags
