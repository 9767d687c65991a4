"""Features that all tasks keep or drop together, with hardly any bias."""

from mutar_cy.estimators._cross_validated import CrossValidated, constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._fits_statistics import FitsStatistics
from mutar_cy.estimators._group_lasso import group_penalty
from mutar_cy.estimators._grouping import (
    GROUPS,
    read_feature_groups,
    read_penalty_weights,
)
from mutar_cy.estimators._reweighting import ReweightingRegressor
from mutar_cy.objectives import ReweightedBlockObjective


@fill_docstring
class ReweightedGroupLasso(FitsStatistics, ReweightingRegressor):
    r"""Group lasso with a square-root penalty: few features, little shrinkage.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k`; what tasks share is which features matter. The coefficients :math:`W`
    and the intercepts :math:`b` are a local minimum of

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i \frac{s_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top w_k \big)^2
        + \alpha \sum_g \omega_g \, \sqrt{ \| W_g \|_F }

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`, task
    weights :math:`c_k` and penalty weights :math:`\omega_g`, all 1 by default.
    :math:`W_g` holds the rows of the features in group :math:`g`, over all tasks and
    responses; by default every feature is a group of its own. Compared with the group
    lasso, the square root leaves fewer groups, and shrinks the large ones less.

    The square root lies below its tangents. So the problem is first solved with
    :math:`\| W_g \|_F` in place of the root (this is :class:`~mutar_cy.GroupLasso`),
    and then again and again with the penalty :math:`\| W_g \|_F / (2 \sqrt{\| V_g
    \|_F})`, where :math:`V` is the last solution. The objective never rises, and a
    group that is 0 stays 0. Which local minimum that leads to depends on the start:
    scaling X and y by the same number, and alpha by its square, changes nothing, but
    scaling only one of them is another problem.

    With one design per subject as tasks, and time points as responses, this is the
    irMxNE source estimate [1]_ for a group of subjects: groups are then the
    orientations of one source.

    Parameters
    ----------
    alpha : float, default=0.1
        Strength of the penalty. In the group lasso its unit is that of X times y, and
        For ``alpha >= alpha_max(...)`` (:func:`~mutar_cy.alpha_max`) all coefficients
        are 0. At 0, nothing is penalised and the fit is least squares.
    %(fit_intercept)s
    %(normalize)s
    %(max_iter of ReweightedGroupLasso)s
    %(max_iter_reweighting)s
    %(tol of ReweightedGroupLasso)s
    %(positive)s
    warm_start : bool, default=False
        Whether to start the group lasso from the coefficients of the last fit that
        succeeded, whose shape must be the same. It makes that faster and changes
        nothing else.
    %(groups)s
    %(tol_reweighting)s
    %(penalty_weights)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(coef_)s
    %(intercept_)s
    %(loss_)s
    %(objective_ of IndRewLasso)s
    %(weights_ of ReweightedGroupLasso)s
    %(alpha_max_)s
    %(dual_gap_ of MultiLevelLasso)s
    %(n_iter_ of reweighting)s
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
    GroupLasso : The same with norms: convex.
    IndRewLasso : The tasks on their own.
    alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] D. Strohmeier, Y. Bekhti, J. Haueisen, A. Gramfort (2016), The iterative
       reweighted Mixed-Norm Estimate for spatio-temporal MEG/EEG source
       reconstruction, IEEE Trans. Med. Imaging 35. Section II has the objective and
       the reweighting, for one subject.

    Examples
    --------
    Two tasks with 30 and 20 samples, both driven by feature 0:

    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, ReweightedGroupLasso
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 5)) for n in (30, 20)]
    >>> y = [x[:, 0] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = ReweightedGroupLasso(alpha=0.1).fit(X, y)
    >>> np.flatnonzero(model.coef_.any(axis=1)).tolist()
    [0]
    >>> np.flatnonzero(GroupLasso(alpha=0.1).fit(X, y).coef_.any(axis=1)).tolist()
    [0, 3, 4]
    >>> print(model.loss_[[0, 1, -1]].round(3))
    [0.386 0.358 0.358]
    """

    _fits_streams = False  # its problems have other supports
    _parameter_constraints = {
        **ReweightingRegressor._parameter_constraints,
        "groups": GROUPS,
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
        groups=None,
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
        self.groups = groups
        self.tol_reweighting = tol_reweighting
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    def _objective(self, data):
        groups = read_feature_groups(self, data)
        weights = read_penalty_weights(self, data, groups)
        return ReweightedBlockObjective(
            data,
            group_penalty(self, weights),
            {"alpha": self.alpha},
            self._options(),
            feature_groups=groups,
            max_iter_reweighting=self.max_iter_reweighting,
            tol_reweighting=self.tol_reweighting,
        )


@fill_docstring
class ReweightedGroupLassoCV(CrossValidated, ReweightedGroupLasso):
    r"""ReweightedGroupLasso with alpha chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.ReweightedGroupLasso`, see there for the objective, with a
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
    %(max_iter of ReweightedGroupLasso)s
    %(max_iter_reweighting)s
    %(tol of ReweightedGroupLasso)s
    %(positive)s
    %(groups)s
    %(tol_reweighting)s
    %(penalty_weights)s
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
    %(coef_)s
    %(intercept_)s
    %(loss_)s
    %(objective_ of IndRewLasso)s
    %(weights_ of ReweightedGroupLasso)s
    %(dual_gap_ of MultiLevelLasso)s
    %(n_iter_ of reweighting)s
    %(residuals_)s
    %(n_passes_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    ReweightedGroupLasso : With a given alpha.
    GroupLassoCV : The same with norms: convex.

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
    included, of the last weighted problem: what reweighting itself spends is not
    counted. Fits that spend more than half of the samples on them are not considered.

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
    >>> from mutar_cy import ReweightedGroupLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] + x[:, 3] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = ReweightedGroupLassoCV(alphas=30).fit(X, y)
    >>> np.flatnonzero(model.coef_.any(axis=1)).tolist()
    [0, 3]
    """

    _model_class = ReweightedGroupLasso
    _parameter_constraints = constraints_of(ReweightedGroupLasso)

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
        max_iter_reweighting=100,
        tol=1e-4,
        positive=False,
        groups=None,
        tol_reweighting=1e-4,
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
        self.max_iter_reweighting = max_iter_reweighting
        self.tol = tol
        self.positive = positive
        self.groups = groups
        self.tol_reweighting = tol_reweighting
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
