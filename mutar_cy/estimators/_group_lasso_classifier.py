"""Classification on groups of features."""

from sklearn.utils._param_validation import StrOptions

from mutar_cy.estimators._group_classification import GroupClassification
from mutar_cy.estimators._group_model import GroupModel


class GroupLassoClassifier(GroupClassification):
    r"""Logistic regression that keeps or drops whole groups of features.

    For two classes, with :math:`y_{ki}` 1 for the second and 0 for the first, the
    coefficients :math:`W` and the intercepts :math:`b` minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \big[
            \log(1 + \exp(\eta_{ki})) - y_{ki} \eta_{ki} \big]
        + \alpha \sum_g \big[ (1 - \rho) \, \omega_g \| W_g \|_F
        + \rho \, \| W_g \|_1 \big] ,
        \qquad \eta_{ki} = o_{ki} + b_k + x_{ki}^\top w_k

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}`, task weights :math:`c_k` and group weights
    :math:`\omega_g`. :math:`W_g` holds the rows of the features in group :math:`g`,
    over all tasks. Groups of weight 0, and features in no group, are in neither term
    of the penalty.

    With more than two classes this is solved for each of them against the rest, as
    :class:`sklearn.multiclass.OneVsRestClassifier` does: every class has coefficients
    and groups of its own.

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
    alpha : float, default=0.01
        Strength :math:`\alpha` of the penalty. :func:`~mutar_cy.alpha_max` tells
        from where on all penalised coefficients are 0. At 0, nothing is penalised.
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
        Whether to fit an intercept per task and class; it is never penalised.
    positive : bool, default=False
        Whether coefficients must not be negative.
    max_iter : int, default=2000
        Most Newton steps, for every class.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the loss
        of the null model (intercepts only), for every class.
    warm_start : bool, default=False
        Whether to start from the coefficients of the last fit that succeeded, whose
        shape must be the same.
    class_weight : dict, "balanced" or None, default=None
        Factors of the sample weights by class, 1 for those that a dict leaves out.
        ``"balanced"`` makes them inversely proportional to the weights of the classes
        in all tasks together. With several classes they are those of the labels, not
        of a class and the rest.
    task_weight : array-like of shape (n_tasks,), default=None
        Positive weights of the tasks, in the order of ``tasks_``.
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. X is then a long
        table, in ``fit``, ``predict`` and ``score``.
    unseen_tasks : {"raise", "mean"}, default="raise"
        What ``predict`` does with a task not seen in ``fit``: raise a ValueError, or
        use the mean of all tasks' coefficients and intercepts.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted: those of all tasks.
    coef_ : ndarray of shape (1 or n_classes, n_features[, n_tasks])
        The coefficients, for ``classes_[1]`` if there are two classes, else for each
        of them; those of a dropped group are exactly 0.
    intercept_ : ndarray of shape (1 or n_classes[, n_tasks])
        What to add to linear predictors; 0 without ``fit_intercept``.
    dual_gap_ : float, or ndarray of shape (n_classes,)
        By how much the objective may still exceed the optimum, in its own unit; of
        every problem, if there are several.
    objective_ : float, or ndarray of shape (n_classes,)
        The objective at the coefficients, also.
    n_iter_ : int
        Newton steps, of the class that took most.
    groups_ : list of ndarray of int64
        The features of every group.
    group_names_ : list
        The names of the groups, their numbers if they have none.
    group_norms_ : ndarray of shape (n_groups,)
        The norms of the coefficients of every group, over tasks and classes.
    selected_groups_ : list
        The names of the groups whose norm is not 0.
    tasks_ : ndarray of shape (n_tasks,)
        The labels of the tasks, in the order of the last axis of ``coef_``; 0, 1, ...
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
    GroupLassoRegressor : For numbers, counts and positive targets.

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

    _parameter_constraints = {
        **GroupModel._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        groups="auto",
        alpha=0.01,
        *,
        l1_ratio=0.0,
        group_weights="sqrt_size",
        standardize_groups=False,
        fit_intercept=True,
        positive=False,
        max_iter=2000,
        tol=1e-4,
        warm_start=False,
        class_weight=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
    ):
        self.groups = groups
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.group_weights = group_weights
        self.standardize_groups = standardize_groups
        self.fit_intercept = fit_intercept
        self.positive = positive
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.class_weight = class_weight
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
