"""Features that all tasks keep, and others that single tasks add."""

from mutar_cy.estimators._base import NON_NEGATIVE, MultiTaskRegressor
from mutar_cy.estimators._penalties import check_penalty_weights
from mutar_cy.penalties import L21, Dirty


class DirtyModel(MultiTaskRegressor):
    r"""Linear regression of several tasks on shared and on specific features.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k`. The coefficients are a sum, :math:`W = P + Q`: of a shared part
    :math:`P`, whose features all tasks keep or drop together, and a specific part
    :math:`Q`, each entry of which stands for itself. With the intercepts :math:`b` they
    minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i \frac{s_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top w_k \big)^2
        + \sum_j \omega_j \big( \alpha \| P_j \|_2 + \beta \| Q_j \|_1 \big)

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`, task
    weights :math:`c_k` and penalty weights :math:`\omega_j`, all 1 by default.
    :math:`P_j` and :math:`Q_j` are the rows of feature :math:`j`, over all tasks and
    responses; let :math:`m` be their length.

    Only :math:`\alpha / \sqrt{m} < \beta < \alpha` uses both parts. From
    :math:`\beta \ge \alpha` on the specific part is 0 and this is
    :class:`~mutar_cy.GroupLasso`; from :math:`\alpha \ge \sqrt{m} \beta` on the shared
    part is 0 and this is :class:`~mutar_cy.IndLasso` with strength :math:`\beta`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty on the shared part, in the unit of X times y.
        :func:`~mutar_cy.alpha_max` tells from where on all coefficients are 0 if
        ``beta`` is scaled along. At 0, nothing is penalised and the fit is least
        squares.
    beta : float, default=1.0
        Strength of the penalty on the specific part, in the same unit. At 0, nothing is
        penalised.
    fit_intercept : bool, default=True
        Whether to fit an intercept per task and response; it is never penalised.
    normalize : bool, default=False
        Whether to penalise as if every feature of every task had been centred and
        divided by its l2 norm. The coefficients are for X as given. Ignored without
        ``fit_intercept``.
    max_iter : int, default=2000
        Most passes over the coefficients.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the
        objective of the null model (intercepts only).
    positive : bool, default=False
        Whether coefficients, of both parts, must not be negative.
    warm_start : bool, default=False
        Whether to start from the coefficients of the last fit that succeeded, whose
        shape must be the same.
    penalty_weights : array-like of shape (n_features,), default=None
        The weight of every feature in both penalties: 0 leaves it unpenalised, and
        infinity excludes it.
    task_weight : array-like of shape (n_tasks,), default=None
        Positive weights of the tasks, in the order of ``tasks_``.
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
        The coefficients, ``coef_shared_ + coef_specific_``. 1-D for a single task.
    coef_shared_ : ndarray shaped as ``coef_``
        The shared part: of the cheapest split of the coefficients. An unpenalised
        feature counts as shared.
    coef_specific_ : ndarray shaped as ``coef_``
        The specific part.
    intercept_ : ndarray of shape (n_tasks,), (n_tasks, n_responses), or float
        What to add to ``X @ coef_``; 0 without ``fit_intercept``.
    dual_gap_ : float
        By how much the objective may still exceed the optimum, in its own unit.
    objective_ : float
        The objective at the coefficients.
    n_iter_ : int
        Passes made over the coefficients.
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
    GroupLasso : The shared part alone.
    IndLasso : The specific part alone.
    alpha_max : The smallest ``alpha`` that leaves no coefficient.

    Notes
    -----
    Both parts of a feature are solved for at once: its row of W has a closed form up to
    one scalar root, and the cheapest split of W cuts every entry off at one height per
    row, what is above being specific. So the split is that of the coefficients, and the
    dual point is feasible for both penalties at once.

    References
    ----------
    .. [1] A. Jalali, P. Ravikumar, S. Sanghavi, C. Ruan (2010), A dirty model for
       multi-task learning, NIPS 23. Section 2 states the model, there with the largest
       entry of each row of P in place of its norm.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import DirtyModel
    >>> X = np.array([[[3.0, 1.0], [2.0, 0.0], [1.0, 0.0]],
    ...               [[0.0, 2.0], [-1.0, 3.0], [1.0, -2.0]]])
    >>> coef = np.array([[1.0, 1.0], [0.0, -1.0]])
    >>> y = np.array([x @ c for x, c in zip(X, coef.T)]) + 0.1
    >>> model = DirtyModel(alpha=0.15, beta=0.12, tol=1e-9).fit(X, y)
    >>> print(model.coef_shared_.round(3))
    [[0.453 0.34 ]
     [0.    0.   ]]
    >>> print(model.coef_specific_.round(3))
    [[ 0.367  0.   ]
     [ 0.    -1.21 ]]
    """

    _parameter_constraints = {
        **MultiTaskRegressor._parameter_constraints,
        "beta": NON_NEGATIVE,
    }

    def __init__(
        self,
        alpha=1.0,
        beta=1.0,
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
        self.beta = beta
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

    def _penalty(self, n_features, columns):
        weights = check_penalty_weights(
            self.penalty_weights, ((n_features,),), "feature"
        )
        if self.beta >= self.alpha or self._unpenalised():
            strength = min(self.alpha, self.beta)
            return L21(strength, weights, positive=self.positive), None
        return Dirty(self.alpha, self.beta, weights, self.positive), None

    def _points(self, alphas):
        ratio = self.beta / self.alpha if self.alpha else 1.0
        return [{"alpha": float(a), "beta": float(ratio * a)} for a in alphas]

    def _unpenalised(self):
        return self.alpha == 0 or self.beta == 0

    def _fitted_attributes(self, problem, solution):
        fitted = super()._fitted_attributes(problem, solution)
        coef, shared = fitted["coef_"], solution.shared
        shared = coef if shared is None else shared.reshape(coef.shape)
        shared = shared.astype(coef.dtype)
        specific = coef - shared
        # Their sum to the last digit, which the difference may have changed.
        parts = {"coef_shared_": shared, "coef_specific_": specific}
        return {**fitted, **parts, "coef_": shared + specific}
