"""Coefficients as products of what tasks share and what they do not."""

import numpy as np

from mutar_cy.estimators._penalties import check_penalty_weights
from mutar_cy.estimators._reweighting import ReweightingRegressor
from mutar_cy.penalties import L21
from mutar_cy.solvers import ReweightingOptions, reweight_rows


class MultiLevelLasso(ReweightingRegressor):
    r"""Linear regression of several tasks with coefficients that are products.

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
        Strength of the penalty. :func:`~mutar_cy.alpha_max` tells from where on the
        lassos of the start, and so all coefficients, are 0. At 0, nothing is penalised
        and the fit is least squares.
    fit_intercept : bool, default=True
        Whether to fit an intercept per task and response; it is never penalised.
    normalize : bool, default=False
        Whether to penalise as if every feature of every task had been centred and
        divided by its l2 norm. The coefficients are for X as given. Ignored without
        ``fit_intercept``.
    max_iter : int, default=2000
        Most convex problems to solve one after another, the first lassos included, and
        most passes over the coefficients of a task in each of them.
    tol : float, default=1e-4
        A convex problem has converged when its duality gap is, in every task, at most
        ``tol`` times the objective of the null model (intercept only). The fit ends
        when from one problem to the next no coefficient moves by more than ``tol``,
        relative to the largest, each times the norm of its column of X.
    positive : bool, default=False
        Whether coefficients must not be negative.
    warm_start : bool, default=False
        Whether to start the first lassos from the coefficients of the last fit that
        succeeded, whose shape must be the same. It makes them faster and changes
        nothing else.
    penalty_weights : array-like of shape (n_features,), default=None
        The weight of every feature in the penalty: 0 leaves it unpenalised, and
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
        The coefficients, ``coef_shared_`` times ``coef_specific_``. 1-D for a single
        task.
    coef_shared_ : ndarray of shape (n_features,)
        What tasks share, the factors c; exactly 0 for features left out. With
        ``normalize``, of the normalised problem.
    coef_specific_ : ndarray shaped as ``coef_``
        What tasks do not share, the factors s; 0 for features left out. With
        ``normalize`` they, not c, turn back to the units of X.
    intercept_ : ndarray of shape (n_tasks,), (n_tasks, n_responses), or float
        What to add to ``X @ coef_``; 0 without ``fit_intercept``.
    loss_ : ndarray of shape (n_problems,)
        The objective after every convex problem; with ``normalize``, of the normalised
        problem. It never rises.
    objective_ : float
        The last of them.
    weights_ : ndarray of shape (n_features,)
        The penalty weights of the last convex problem, a lasso for every task: infinite
        for features that had been left out.
    dual_gap_ : float
        By how much the objective of the last convex problem may still exceed its
        optimum.
    n_iter_ : int
        Passes made over the coefficients, in all convex problems together.
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
    DirtyModel : A sum, in place of a product, of a shared and a specific part.
    ReweightedGroupLasso : Features that all tasks keep or drop together.
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

    def _penalty(self, n_features, columns):
        weights = check_penalty_weights(
            self.penalty_weights, ((n_features,),), "feature"
        )
        penalty = L21(self.alpha, weights, positive=self.positive)
        return [penalty] * int(np.prod(columns)), None  # the lassos of the start

    def _unpenalised(self):
        return self.alpha == 0

    def _effort(self, report):
        return ReweightingOptions(
            self.tol, self.max_iter, self.tol, self.max_iter, report
        )

    def _reweight(self, stack, penalty, groups, start, effort):
        return reweight_rows(stack, penalty[0], coef=start, options=effort)

    def _fitted_attributes(self, problem, solution):
        fitted = super()._fitted_attributes(problem, solution)
        coef = fitted["coef_"]
        shared = solution.last.shared.astype(coef.dtype)
        factor = shared.reshape(-1, *[1] * len(problem.columns))
        specific = np.divide(coef, factor, np.zeros_like(coef), where=factor > 0.0)
        return {
            **fitted,
            "coef_": factor * specific,
            "coef_shared_": shared,
            "coef_specific_": specific,
            "dual_gap_": float(np.sum(solution.last.dual_gap)),
        }

    def _alpha_max(self, posed):
        return float(np.max(super()._alpha_max(posed)))
