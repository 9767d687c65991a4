"""The dirty model for classes: shared and specific features of logistic regressions."""

from mutar_cy.estimators._cross_validated import constraints_of
from mutar_cy.estimators._dirty_model import AlphaAndBeta, DirtyModelBase
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._loss_classifier import LossClassifier
from mutar_cy.objectives import COUNT, NON_NEGATIVE


@fill_docstring
class DirtyClassifier(DirtyModelBase, LossClassifier):
    r"""Logistic regression with shared and task-specific features.

    The coefficients are a sum, :math:`W = P + Q`: of a shared part :math:`P`, whose
    features, or groups of features, all tasks keep or drop together, and a specific
    part :math:`Q`, each entry of which stands for itself. For two classes, with
    :math:`y_{ki}` 1 for the second and 0 for the first, they and the intercepts
    :math:`b` minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \big[
            \log(1 + \exp(\eta_{ki})) - y_{ki} \eta_{ki} \big]
        + \sum_g \omega_g \big( \alpha \| P_g \|_F + \beta \| Q_g \|_1 \big) ,
        \qquad \eta_{ki} = o_{ki} + b_k + x_{ki}^\top w_k

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}`, task weights :math:`c_k` and penalty weights
    :math:`\omega_g`. :math:`P_g` and :math:`Q_g` hold the rows of the features in group
    :math:`g`, over all tasks; by default every feature is a group of its own.

    With more than two classes this is solved for each of them against the rest, as
    :class:`sklearn.multiclass.OneVsRestClassifier` does: every class has parts of its
    own.

    Parameters
    ----------
    alpha : float, default=0.01
        Strength of the penalty on the shared part. For ``alpha >= alpha_max(...)``
        (:func:`~mutar_cy.alpha_max`) all penalised coefficients are 0 if ``beta`` is
        scaled along. At 0, nothing is penalised.
    beta : float, default=None
        Strength of the penalty on the specific part. By default ``alpha * n_tasks **
        -0.25``. From ``beta >= alpha`` on the specific part is 0, up to ``beta <= alpha
        / sqrt(n_tasks)`` the shared part is 0: a warning says so.
    %(fit_intercept of GroupLassoClassifier)s
    %(normalize)s
    %(max_iter of GroupLassoClassifier)s
    %(tol of GroupLassoClassifier)s
    %(positive of features)s
    %(warm_start)s
    %(groups)s
    %(ridge)s
    %(penalty_weights of DirtyModel)s
    %(class_weight)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(degenerate_tasks of classifiers)s

    Attributes
    ----------
    %(classes_)s
    %(coef_ of GroupLassoClassifier)s
    %(coef_shared_ of DirtyModel)s
    %(coef_specific_)s
    %(intercept_ of GroupLassoClassifier)s
    %(alpha_max_)s
    %(dual_gap_ of GroupLassoClassifier)s
    %(objective_ of GroupLassoClassifier)s
    %(n_iter_ of GroupLassoClassifier)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_ of GroupLassoClassifier)s
    %(selected_groups_)s
    %(tasks_ of GroupLassoClassifier)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    DirtyModel : For numbers, counts and positive targets.
    GroupLassoClassifier : The shared part alone.
    IndLassoClassifier : The specific part alone.

    References
    ----------
    .. [1] A. Jalali, P. Ravikumar, S. Sanghavi, C. Ruan (2010), A dirty model for
       multi-task learning, NIPS 23. Section 2 states the model, there for squared
       error, with the largest entry of each row of P in place of its norm.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import DirtyClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 400, 4))
    >>> y = [x[:, 0] + x[:, k + 1] + 0.3 * rng.standard_normal(400) > 0
    ...      for k, x in enumerate(X)]
    >>> model = DirtyClassifier(alpha=0.08).fit(X, y)
    >>> print(model.coef_shared_[0].round(2))
    [[1.57 1.42]
     [0.   0.  ]
     [0.05 0.08]
     [0.   0.  ]]
    >>> print(model.coef_specific_[0].round(2))
    [[0.   0.  ]
     [1.18 0.  ]
     [0.   1.32]
     [0.   0.  ]]
    """

    _parameter_constraints = {
        **LossClassifier._parameter_constraints,
        "beta": [*NON_NEGATIVE, None],
    }

    def __init__(
        self,
        alpha=0.01,
        beta=None,
        *,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        groups=None,
        ridge=0.0,
        penalty_weights="sqrt_size",
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        degenerate_tasks="raise",
    ):
        self.alpha = alpha
        self.beta = beta
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.groups = groups
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.degenerate_tasks = degenerate_tasks


@fill_docstring
class DirtyClassifierCV(AlphaAndBeta, DirtyClassifier):
    r"""DirtyClassifier with alpha and beta chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.DirtyClassifier`, see there for the objective, with chosen
    ``alpha`` and ``beta``, the same for all classes.

    For every fold there is one path of fits for each ratio of beta to alpha, each fit
    from where the last one ended, all with a duality gap. Held-out samples choose alpha
    and beta; the fit to all data is then that of the class itself.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=100
        The strengths of the shared part to choose from, in any order; or their number
        for every ratio, from the smallest one without coefficients.
    betas : array-like of shape (n_betas,), default=None
        The strengths of the specific part to choose from, in place of ratios; only with
        an array of ``alphas``. All pairs are compared.
    ratios : int or array-like of shape (n_ratios,), default=5
        Ratios of ``beta`` to ``alpha``, or their number: from one over the root of the
        number of tasks, where the model is a lasso per task, to 1, where it is a group
        lasso.
    %(eps)s
    cv : int, splitter, iterable of (train, test), or None, default=None
        The folds; None is 5. A number of folds, over which the samples of every class
        and task are spread evenly. Samples are counted as they come: rows of a table,
        or all tasks end to end.
    %(rule of DirtyModel)s
    %(criterion)s
    %(n_jobs)s
    %(fit_intercept of GroupLassoClassifier)s
    %(normalize)s
    %(max_iter of GroupLassoClassifier)s
    %(tol of GroupLassoClassifier)s
    %(positive of features)s
    %(groups)s
    %(ridge)s
    %(penalty_weights of DirtyModel)s
    %(class_weight)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(degenerate_tasks of classifiers)s

    Attributes
    ----------
    %(alpha_,beta_)s
    alphas_, betas_ : ndarray of shape (n_ratios, n_alphas)
        The strengths, a path for each ratio (or each of ``betas``, descending).
    deviance_path_ : ndarray of shape (n_ratios, n_alphas, n_folds)
        Mean deviances of held-out samples, minus twice the logarithm of the probability
        of their class: within a task by the weights of samples and classes, then over
        tasks by ``task_weight``. Without ``criterion``.
    task_deviance_path_ : ndarray of shape (n_ratios, n_alphas, n_folds, n_tasks)
        The same for every task.
    criterion_path_ : ndarray of shape (n_ratios, n_alphas)
        The values of ``criterion``, if there is one.
    degrees_of_freedom_ : ndarray of shape (n_ratios, n_alphas)
        The degrees of freedom of every fit, with ``criterion``.
    %(classes_)s
    %(coef_ of GroupLassoClassifier)s
    %(coef_shared_ of DirtyModel)s
    %(coef_specific_)s
    %(intercept_ of GroupLassoClassifier)s
    %(dual_gap_ of GroupLassoClassifier)s
    %(objective_ of GroupLassoClassifier)s
    %(n_iter_ of GroupLassoClassifier)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_ of GroupLassoClassifier)s
    %(selected_groups_)s
    %(tasks_ of GroupLassoClassifier)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    DirtyClassifier : With given alpha and beta.
    GroupLassoClassifierCV, IndLassoClassifierCV : The two ends of the ratios.

    Notes
    -----
    The rule of one standard error is that of [1]_.

    With ``criterion`` the value of a fit is its deviance plus :math:`k \, d` with the
    degrees of freedom :math:`d`, and :math:`k = 2` for "aic", the logarithm of the
    number of samples for "bic"; "ebic" adds twice the logarithm of the number of ways
    to select as many features (or groups) [2]_. The degrees of freedom are the trace of
    the derivative of the fitted values by the targets [3]_, intercepts included. Fits
    that spend more than half of the samples on them are not considered.

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
    >>> from mutar_cy import DirtyClassifierCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 200, 8))
    >>> y = [x[:, 0] + x[:, k + 1] + 0.3 * rng.standard_normal(200) > 0
    ...      for k, x in enumerate(X)]
    >>> model = DirtyClassifierCV(alphas=10, ratios=3, cv=3).fit(X, y)
    >>> model.deviance_path_.shape
    (3, 10, 3)
    """

    _model_class = DirtyClassifier
    _parameter_constraints = constraints_of(
        DirtyClassifier, betas=["array-like", None], ratios=[*COUNT, "array-like"]
    )

    def __init__(
        self,
        *,
        alphas=100,
        betas=None,
        ratios=5,
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
        groups=None,
        ridge=0.0,
        penalty_weights="sqrt_size",
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        degenerate_tasks="raise",
    ):
        self.alphas = alphas
        self.betas = betas
        self.ratios = ratios
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
        self.groups = groups
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.degenerate_tasks = degenerate_tasks
