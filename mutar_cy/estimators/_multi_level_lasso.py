"""Coefficients as products of what tasks share and what they do not."""

import math
from functools import partial

from mutar_cy.estimators._cross_validated import CrossValidated, constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._fits_statistics import FitsStatistics
from mutar_cy.estimators._grouping import read_penalty_weights
from mutar_cy.estimators._reweighting import ReweightingRegressor
from mutar_cy.objectives import MultiLevelObjective
from mutar_cy.penalties import L21


@fill_docstring
class MultiLevelLasso(FitsStatistics, ReweightingRegressor):
    r"""Multi-level lasso: each coefficient is (feature factor) x (task factor).

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k`. The coefficients are :math:`w_{jk} = c_j s_{jk}`: a factor :math:`c_j
    \ge 0` says how much feature :math:`j` matters at all, and :math:`s_{jk}` what it
    does in task :math:`k`, where it may do nothing. The factors and the intercepts
    :math:`b` are a local minimum of

    .. math::

        \sum_k \frac{t_k}{S_k} \sum_i \frac{v_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top w_k \big)^2
        + \alpha \sum_j \omega_j \Big( c_j + \sum_k | s_{jk} | \Big)

    with sample weights :math:`v_{ki}` that sum to :math:`S_k` in task :math:`k`, task
    weights :math:`t_k` and penalty weights :math:`\omega_j`, all 1 by default. Of all
    factors with the same products, the penalty is least for :math:`c_j = \sum_k |
    s_{jk} |`, so that in terms of :math:`W` it is

    .. math::

        2 \alpha \sum_j \omega_j \sqrt{ \sum_k | w_{jk} | }

    where sums over :math:`k` are over tasks and their responses. (The factor 2 is in
    what MuTaR minimises as well, but not in its documentation: at equal ``alpha`` both
    are the same model.)

    The start is a lasso for each task, the best :math:`s` for :math:`c = 1`. Then
    the root gives way to its tangents: lassos are solved again and again with weights
    that the last solution gives to the features. This is tried at once, and after some
    rounds of alternation between :math:`s` and :math:`c`, and the lower end is kept.
    At last, features are left out as long as that lowers the objective.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty. For ``alpha >= alpha_max(...)``
        (:func:`~mutar_cy.alpha_max`) the lassos of the start, and so all coefficients,
        are 0. At 0, nothing is penalised
        and the fit is least squares.
    %(fit_intercept)s
    %(normalize)s
    %(max_iter of MultiLevelLasso)s
    %(tol of MultiLevelLasso)s
    %(positive)s
    warm_start : bool, default=False
        Whether to start the first lassos from the coefficients of the last fit that
        succeeded, whose shape must be the same. It makes them faster and changes
        nothing else.
    %(penalty_weights of MultiLevelLasso)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(coef_ of MultiLevelLasso)s
    %(coef_shared_)s
    %(coef_specific_ of MultiLevelLasso)s
    %(intercept_)s
    %(loss_)s
    %(objective_ of IndRewLasso)s
    %(weights_)s
    %(alpha_max_)s
    %(dual_gap_ of MultiLevelLasso)s
    %(n_iter_)s
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
    DirtyModel : A sum, in place of a product, of a shared and a specific part.
    ReweightedGroupLasso : Features that all tasks select or drop together.
    alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] A. Lozano, G. Swirszcz (2012), Multi-level lasso for sparse multi-task
       regression, ICML. Section 2 has the model and its form in W, section 3 the
       alternation.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import MultiLevelLasso
    >>> X = np.array([[[3.0, 1.0], [2.0, 0.0], [1.0, 0.0]],
    ...               [[0.0, 2.0], [-1.0, 3.0], [1.0, -2.0]]])
    >>> coef = np.array([[1.0, 1.0], [0.0, -1.0]])
    >>> y = np.array([x @ c for x, c in zip(X, coef.T)]) + 0.1
    >>> model = MultiLevelLasso(alpha=0.1, tol=1e-9).fit(X, y)
    >>> print(model.coef_.round(4))
    [[ 0.8359  0.    ]
     [ 0.     -1.3386]]
    >>> print(model.coef_shared_.round(4))
    [0.9143 1.157 ]
    """

    def __init__(
        self,
        alpha=1.0,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        *,
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
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    def _objective(self, data):
        weights = read_penalty_weights(self, data, None)
        return MultiLevelObjective(
            data,
            partial(
                equal_penalties,
                weights=weights,
                positive=self.positive,
                n_columns=math.prod(data.columns),
            ),
            {"alpha": self.alpha},
            self._options(),
            max_iter_reweighting=self.max_iter,
            tol_reweighting=self.tol,
            shared=self._first_shared_factor(),
        )

    def _first_shared_factor(self):
        """Return the shared factor of the first problem, or None for ones."""

    def _attributes(self, objective, arrays):
        names = "coef_shared", "coef_specific"
        factors = {f"{name}_": arrays[name] for name in names}
        return {**super()._attributes(objective, arrays), **factors}


def equal_penalties(alpha, weights, positive, n_columns):
    """Return the same l1 penalty for every column: the lassos of the start."""
    return [L21(alpha, weights, positive=positive)] * n_columns


@fill_docstring
class MultiLevelLassoCV(CrossValidated, MultiLevelLasso):
    r"""MultiLevelLasso with alpha chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.MultiLevelLasso`, see there for the objective, with a
    chosen ``alpha``.

    For every fold there is one path of fits, each from where the last one ended, all
    with a duality gap. Held-out samples choose alpha; the fit to all data is then that
    of the class itself.

    The first convex problem of every fit starts from that of the last alpha; where
    reweighting ends does not depend on where its first problem starts, so that every
    fit is that of a plain one.

    Parameters
    ----------
    %(alphas)s
    %(eps)s
    %(cv)s
    %(rule)s
    %(criterion)s
    %(n_jobs)s
    %(fit_intercept)s
    %(normalize)s
    %(max_iter of MultiLevelLasso)s
    %(tol of MultiLevelLasso)s
    %(positive)s
    %(penalty_weights of MultiLevelLasso)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(alpha_)s
    %(alphas_)s
    %(mse_path_)s
    %(task_mse_path_ of squared error)s
    %(criterion_path_)s
    %(degrees_of_freedom_)s
    %(coef_ of MultiLevelLasso)s
    %(coef_shared_)s
    %(coef_specific_ of MultiLevelLasso)s
    %(intercept_)s
    %(loss_)s
    %(objective_ of IndRewLasso)s
    %(weights_)s
    %(dual_gap_ of MultiLevelLasso)s
    %(n_iter_)s
    %(residuals_)s
    %(n_passes_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MultiLevelLasso : With a given alpha.
    DirtyModelCV : A sum, in place of a product, of a shared and a specific part.

    Notes
    -----
    The rule of one standard error is that of [1]_.

    With ``criterion`` the value of a fit is

    .. math::

        \sum_c n_c \big( \log(2 \pi v_c) + 1 \big) + k \, d

    with the numbers of samples :math:`n_c` and the mean squared residuals :math:`v_c`
    of every task and response, the degrees of freedom :math:`d`, and :math:`k = 2` for
    "aic", :math:`\log \sum_c n_c` for "bic"; "ebic" adds twice the logarithm of the
    number of ways to select as many features (or groups) [2]_. The degrees of freedom
    are the trace of the derivative of the fitted values by the targets [3]_, intercepts
    included: the number of coefficients that are not 0. Fits that spend more than half
    of the samples on them are not considered.

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
    >>> from mutar_cy import MultiLevelLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] + x[:, 3] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = MultiLevelLassoCV(alphas=30).fit(X, y)
    >>> [np.flatnonzero(w).tolist() for w in model.coef_.T]
    [[0, 3], [0, 3]]
    """

    _model_class = MultiLevelLasso
    _fits_streams = False  # its problems have other supports
    _parameter_constraints = constraints_of(MultiLevelLasso)

    def __init__(
        self,
        *,
        alphas=100,
        eps=1e-3,
        cv=None,
        rule="min",
        criterion=None,
        n_jobs=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.rule = rule
        self.criterion = criterion
        self.n_jobs = n_jobs
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
