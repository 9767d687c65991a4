"""Group lasso for classes: logistic regression that drops whole groups of features."""

from mutar_cy.estimators._cross_validated import LossCrossValidated, constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._group_lasso import GroupLassoModel
from mutar_cy.estimators._loss_classifier import LossClassifier


@fill_docstring
class GroupLassoClassifier(GroupLassoModel, LossClassifier):
    r"""Logistic regression that selects features, or groups, for all tasks or none.

    For two classes, with :math:`y_{ki}` 1 for the second and 0 for the first, the
    coefficients :math:`W` and the intercepts :math:`b` minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \big[
            \log(1 + \exp(\eta_{ki})) - y_{ki} \eta_{ki} \big]
        + \alpha \sum_g \big[ (1 - \rho) \, \omega_g \| W_g \|_F
        + \rho \, \| W_g \|_1 \big] ,
        \qquad \eta_{ki} = o_{ki} + b_k + x_{ki}^\top w_k

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}`, task weights :math:`c_k` and penalty weights
    :math:`\omega_g`. :math:`W_g` holds the rows of the features in group :math:`g`,
    over all tasks. Groups of weight 0, and features in no group, are in neither term
    of the penalty.

    With more than two classes this is solved for each of them against the rest, as
    :class:`sklearn.multiclass.OneVsRestClassifier` does: every class has coefficients
    and groups of its own.

    Parameters
    ----------
    alpha : float, default=0.01
        Penalty strength :math:`\alpha`. For ``alpha >= alpha_max(...)``
        (:func:`~mutar_cy.alpha_max`) all penalised coefficients are 0. At 0, nothing is
        penalised.
    %(fit_intercept of GroupLassoClassifier)s
    %(normalize)s
    %(max_iter of GroupLassoClassifier)s
    %(tol of GroupLassoClassifier)s
    %(positive of features)s
    %(warm_start)s
    %(groups)s
    %(l1_ratio)s
    %(ridge)s
    %(penalty_weights)s
    %(standardize_groups)s
    %(class_weight)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(degenerate_tasks of classifiers)s

    Attributes
    ----------
    %(classes_)s
    %(coef_ of GroupLassoClassifier)s
    %(intercept_ of GroupLassoClassifier)s
    %(alpha_max_)s
    %(dual_gap_ of GroupLassoClassifier)s
    %(objective_ of GroupLassoClassifier)s
    %(n_iter_ of GroupLassoClassifier)s
    %(n_passes_)s
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
    GroupLasso : For numbers, counts and positive targets.

    References
    ----------
    .. [1] L. Meier, S. van de Geer, P. Bühlmann (2008), The group lasso for logistic
       regression, JRSS B 70. Section 2 states the problem.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLassoClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 6))
    >>> y = np.where(X[:, 0] - X[:, 1] + 0.3 * rng.standard_normal(200) > 0, "b", "a")
    >>> model = GroupLassoClassifier(groups=[[0, 1], [2, 3], [4, 5]], alpha=0.1)
    >>> model.fit(X, y).selected_groups_
    [0]
    >>> print(model.classes_, model.coef_.round(2))
    ['a' 'b'] [[ 0.99 -0.91  0.    0.    0.    0.  ]]
    >>> print(model.predict_proba(X[:2]).round(2))
    [[0.4  0.6 ]
     [0.36 0.64]]
    """

    _streams_losses = True

    def __init__(
        self,
        alpha=0.01,
        *,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        groups=None,
        l1_ratio=0.0,
        ridge=0.0,
        penalty_weights="sqrt_size",
        standardize_groups=False,
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        degenerate_tasks="raise",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.groups = groups
        self.l1_ratio = l1_ratio
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.standardize_groups = standardize_groups
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.degenerate_tasks = degenerate_tasks


@fill_docstring
class GroupLassoClassifierCV(LossCrossValidated, GroupLassoClassifier):
    r"""GroupLassoClassifier with alpha chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.GroupLassoClassifier`, see there for the objective, with a
    chosen ``alpha``, the same for all classes.

    For every fold there is one path of fits, each from where the last one ended, all
    with a duality gap. Held-out samples choose alpha; the fit to all data is then that
    of the class itself.

    Parameters
    ----------
    %(alphas)s
    %(eps)s
    cv : int, splitter, iterable of (train, test), or None, default=None
        The folds; None is 5. A number of folds, over which the samples of every class
        and task are spread evenly. Samples are counted as they come: rows of a table,
        or all tasks end to end.
    %(rule)s
    %(criterion)s
    %(n_jobs)s
    %(fit_intercept of GroupLassoClassifier)s
    %(normalize)s
    %(max_iter of GroupLassoClassifier)s
    %(tol of GroupLassoClassifier)s
    %(positive of features)s
    %(groups)s
    %(l1_ratio)s
    %(ridge)s
    %(penalty_weights)s
    %(standardize_groups)s
    %(class_weight)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(degenerate_tasks of classifiers)s

    Attributes
    ----------
    %(alpha_)s
    %(alphas_)s
    deviance_path_ : ndarray of shape (n_alphas, n_folds)
        Mean deviances of held-out samples, minus twice the logarithm of the probability
        of their class: within a task by the weights of samples and classes, then over
        tasks by ``task_weight``. Without ``criterion``.
    %(task_deviance_path_)s
    %(criterion_path_)s
    %(degrees_of_freedom_)s
    %(classes_)s
    %(coef_ of GroupLassoClassifier)s
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
    GroupLassoClassifier : With a given alpha.
    GroupLassoCV : Numbers and counts.

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
    >>> from mutar_cy import GroupLassoClassifierCV
    >>> rng = np.random.default_rng(0)
    >>> names = "position", "speed", "time"
    >>> X = {name: rng.standard_normal((200, 3)) for name in names}
    >>> y = rng.random(200) < 1 / (1 + np.exp(-2 * X["speed"] @ [1, -1, 1]))
    >>> model = GroupLassoClassifierCV(alphas=30, rule="1se").fit(X, y)
    >>> model.selected_groups_
    ['speed']
    """

    _streams_losses = False
    _model_class = GroupLassoClassifier
    _parameter_constraints = constraints_of(GroupLassoClassifier)

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
        groups=None,
        l1_ratio=0.0,
        ridge=0.0,
        penalty_weights="sqrt_size",
        standardize_groups=False,
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        degenerate_tasks="raise",
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
        self.groups = groups
        self.l1_ratio = l1_ratio
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.standardize_groups = standardize_groups
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.degenerate_tasks = degenerate_tasks
