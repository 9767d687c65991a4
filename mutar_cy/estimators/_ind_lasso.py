"""A lasso for each task on its own."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from mutar_cy.estimators._base import MultiTaskRegressor
from mutar_cy.estimators._penalties import entry_penalties


class IndLasso(MultiTaskRegressor):
    r"""Independent lassos: linear regression of several tasks, each on its own.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k` and its own strength :math:`\alpha_k`. The coefficients :math:`W` and
    the intercepts :math:`b` minimise

    .. math::

        \sum_k \left[ \frac{c_k}{S_k} \sum_i \frac{s_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top w_k \big)^2
        + \alpha_k \sum_j \omega_{jk} \, | w_{jk} | \right]

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`, task
    weights :math:`c_k` and penalty weights :math:`\omega_{jk}`, all 1 by default.
    Nothing links the tasks: each one is :class:`sklearn.linear_model.Lasso`.

    Parameters
    ----------
    alpha : float or array-like of shape (n_tasks,), default=0.1
        Strength of the penalty, of all tasks or of each, in the unit of X times y.
        :func:`~mutar_cy.alpha_max` tells from where on a task's coefficients are 0. At
        0, nothing is penalised and the fit is least squares.
    fit_intercept : bool, default=True
        Whether to fit an intercept per task and response; it is never penalised.
    normalize : bool, default=False
        Whether to penalise as if every feature of every task had been centred and
        divided by its l2 norm. The coefficients are for X as given. Ignored without
        ``fit_intercept``.
    max_iter : int, default=2000
        Most passes over the coefficients of a task.
    tol : float, default=1e-4
        A task has converged when its duality gap is at most ``tol`` times the
        objective of its null model (intercept only).
    positive : bool, default=False
        Whether coefficients must not be negative.
    warm_start : bool, default=False
        Whether to start from the coefficients of the last fit that succeeded, whose
        shape must be the same.
    penalty_weights : array-like of shape (n_features[, n_tasks]), default=None
        The weight of every coefficient in the penalty: 0 leaves it unpenalised, and
        infinity excludes it.
    task_weight : array-like of shape (n_tasks,), default=None
        Positive weights of the tasks' data, in the order of ``tasks_``.
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. X is then a long
        table, in ``fit``, ``predict`` and ``score``.
    unseen_tasks : {"raise", "mean"}, default="raise"
        What ``predict`` does with a task not seen in ``fit``: raise a ValueError, or
        use the mean of all tasks' coefficients and intercepts.
    missing_targets : {"raise", "ignore"}, default="raise"
        What NaN (or a mask) in y means: an error, or that the sample does not belong
        to that task.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
        The coefficients; 1-D for a single task.
    intercept_ : ndarray of shape (n_tasks,), (n_tasks, n_responses), or float
        What to add to ``X @ coef_``; 0 without ``fit_intercept``.
    dual_gap_ : ndarray shaped as ``intercept_``, or float
        By how much each task's objective may still exceed its optimum.
    objective_ : ndarray shaped as ``intercept_``, or float
        Each task's term of the objective, at the coefficients.
    n_iter_ : int
        Passes made over the coefficients of the task that needed most.
    residuals_ : ndarray, or list of them in the list layout
        The targets less the predictions, in the layout of y.
    tasks_ : ndarray of shape (n_tasks,)
        The labels of the tasks, in the order of the columns of ``coef_``; 0, 1, ...
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
    GroupLasso : One set of features for all tasks.
    mutar_cy.linear_model.Lasso : One task, in scikit-learn's form.
    alpha_max : The smallest ``alpha`` of each task that leaves no coefficient.

    References
    ----------
    .. [1] R. Tibshirani (1996), Regression shrinkage and selection via the lasso,
       JRSS B 58. Section 2 states the problem.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import IndLasso
    >>> X = np.array([[[3.0, 1.0], [2.0, 0.0], [1.0, 0.0]],
    ...               [[0.0, 2.0], [-1.0, 3.0], [1.0, -2.0]]])
    >>> coef = np.array([[1.0, 1.0], [0.0, -1.0]])
    >>> y = np.array([x @ c for x, c in zip(X, coef.T)]) + 0.1
    >>> print(IndLasso(alpha=[0.1, 0.2], tol=1e-9).fit(X, y).coef_.round(4))
    [[ 0.85    0.    ]
     [ 0.     -1.3143]]
    """

    _parameter_constraints = {
        **MultiTaskRegressor._parameter_constraints,
        "alpha": [Interval(Real, 0, None, closed="left"), "array-like"],
    }

    def __init__(
        self,
        alpha=0.1,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        *,
        penalty_weights=None,
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

    _alpha_per_task = True

    def _penalty(self, n_features, columns):
        return entry_penalties(self, n_features, columns), None

    def _unpenalised(self):
        return not np.all(self.alpha)
