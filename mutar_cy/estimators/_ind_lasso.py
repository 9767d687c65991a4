"""A lasso for each task on its own."""

from copy import copy
from functools import partial
from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from mutar_cy.estimators._cross_validated import (
    RELAX,
    CrossValidated,
    LossCrossValidated,
    constraints_of,
)
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._fits_statistics import FitsStatistics
from mutar_cy.estimators._grouped_model import GroupedModel
from mutar_cy.estimators._loss_regressor import LossRegressor, objective_class
from mutar_cy.model_selection import alpha_grid, select_best
from mutar_cy.objectives import (
    ConcomitantSeparableObjective,
    SeparableObjective,
    check_task_strengths,
)
from mutar_cy.penalties import L21, SparseGroup


class IndLassoModel(GroupedModel):
    """A loss plus norms of groups of features of every task on its own."""

    def _loss_objective(self, data, loss):
        groups, weights = self._groups_and_weights(data, per_task=True)
        kinds = SeparableObjective, ConcomitantSeparableObjective
        return objective_class(self, loss, kinds)(
            data,
            column_penalties(self, weights, data.columns),
            {"alpha": self.alpha},
            self._options(),
            loss,
            groups,
            self._signs(data),
            alpha_per_task=True,
        )


@fill_docstring
class IndLasso(FitsStatistics, IndLassoModel, LossRegressor):
    r"""Independent lassos: each task selects its own features, or groups.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k` and its own penalty strength :math:`\alpha_k`. The coefficients
    :math:`W` and the intercepts :math:`b` minimise

    .. math::

        \sum_k \left[ \frac{c_k}{S_k} \sum_i s_{ki} \,
            f(y_{ki}, \; o_{ki} + b_k + x_{ki}^\top w_k)
        + \alpha_k \sum_g \big[ (1 - \rho) \, \omega_{gk} \| w_{gk} \|_2
        + \rho \, \| w_{gk} \|_1 \big] \right]

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}` (0 by default), task weights :math:`c_k` (1 by default),
    penalty weights :math:`\omega_{gk}` and the share :math:`\rho` of the l1 norm.
    :math:`w_{gk}` holds the coefficients of the features in group :math:`g`; by default
    every feature is a group of its own, and each task is a
    :class:`sklearn.linear_model.Lasso`. Nothing links the tasks.

    %(losses)s

    Parameters
    ----------
    alpha : float or array-like of shape (n_tasks,), default=0.1
        Strength of the penalty, of all tasks or of each, in the unit of X times y. For
        ``alpha >= alpha_max(...)`` (:func:`~mutar_cy.alpha_max`) a task's coefficients
        are 0. At 0, nothing is penalised and the fit is least squares.
    %(fit_intercept)s
    %(normalize)s
    %(max_iter of IndLasso)s
    %(tol of IndLasso)s
    %(positive of features)s
    %(warm_start)s
    %(loss)s
    %(groups)s
    %(l1_ratio)s
    %(ridge)s
    %(penalty_weights of IndLasso)s
    %(standardize_groups)s
    %(task_weight of IndLasso)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s
    %(degenerate_tasks)s
    %(concomitant of losses)s

    Attributes
    ----------
    %(coef_ of IndLasso)s
    %(intercept_)s
    %(alpha_max_)s
    %(dual_gap_ of IndLasso)s
    %(objective_ of IndLasso)s
    %(n_iter_ of IndLasso)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_)s
    %(selected_groups_)s
    %(residuals_)s
    %(dispersion_)s
    %(sigma_ of losses)s
    %(n_passes_)s
    %(dual_gap_statistics_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

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

    _streams_losses = True
    _parameter_constraints = {
        **LossRegressor._parameter_constraints,
        "concomitant": ["boolean"],
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
        loss="squared_error",
        groups=None,
        l1_ratio=0.0,
        ridge=0.0,
        penalty_weights="sqrt_size",
        standardize_groups=False,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
        degenerate_tasks="raise",
        concomitant=False,
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.loss = loss
        self.groups = groups
        self.l1_ratio = l1_ratio
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.standardize_groups = standardize_groups
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.degenerate_tasks = degenerate_tasks
        self.concomitant = concomitant


def column_penalties(estimator, weights, columns):
    """Return the penalties of all columns, given alpha: every column on its own.

    Parameters
    ----------
    estimator : estimator
        With ``positive``, and perhaps ``l1_ratio``.
    weights : ndarray of shape (n_blocks,) or (n_blocks, n_tasks), or None
    columns : tuple of int
        (), (n_tasks,) or (n_tasks, n_responses).

    Returns
    -------
    make_penalty : callable
        Called as ``make_penalty(alpha=...)``, one for all tasks or one each; returns a
        list of one penalty per column.
    """
    n_tasks = columns[0] if columns else 1
    if weights is None or weights.ndim == 1:
        weights = [weights] * n_tasks
    else:
        weights = list(np.ascontiguousarray(weights.T))
    l1_ratio = getattr(estimator, "l1_ratio", 0.0)
    make: partial = partial(L21)
    if l1_ratio > 0:
        make = partial(SparseGroup, l1_ratio=l1_ratio)
    ridge = getattr(estimator, "ridge", 0.0)
    return partial(
        _penalties_of_tasks,
        make=partial(make, ridge=ridge, positive=bool(np.any(estimator.positive))),
        weights=weights,
        n_responses=columns[1] if len(columns) > 1 else 1,
        name=type(estimator).__name__,
    )


def _penalties_of_tasks(alpha, make, weights, n_responses, name):
    alphas = check_task_strengths(alpha, len(weights), name)
    return [
        make(alpha=own, weights=weight)
        for own, weight in zip(alphas, weights, strict=True)
        for _ in range(n_responses)
    ]


class AlphaPerTask(CrossValidated):
    """Choose an alpha of every task, or one of all tasks.

    Where every task has its own, it is chosen by the task's own samples.
    """

    per_task: bool

    def _grid(self, objective):
        objective = copy(objective)
        objective.alpha_per_task = self.per_task
        return alpha_grid(objective, self.alphas, self.eps)

    def _best_points(self, scores, grid, objective):
        if not self.per_task:
            return super()._best_points(scores, grid, objective)
        which = np.zeros(len(scores.column_weights), dtype=np.intp)
        for own in objective.task_columns():
            task_scores = scores.of_columns(own)
            which[own] = select_best(task_scores, grid.shape, self.rule)
        return which

    def _best_points_of_criterion(self, values, objective):
        if not self.per_task:
            return super()._best_points_of_criterion(values, objective)
        which = np.zeros(values.shape[1], dtype=np.intp)
        for own in objective.task_columns():
            which[own] = np.argmin(values[:, own].sum(axis=1))
        return which

    def _strengths_of(self, grid, which, objective):
        data = objective.data
        if not self.per_task or not data.columns:
            return super()._strengths_of(grid, which, objective)
        alphas = np.empty(len(data.labels))
        for k, own in enumerate(objective.task_columns()):
            alpha = grid.points[which[own][0]]["alpha"]
            alphas[k] = alpha if np.ndim(alpha) == 0 else alpha[k]
        return {"alpha": alphas}


@fill_docstring
class IndLassoCV(AlphaPerTask, LossCrossValidated, IndLasso):
    r"""IndLasso with alphas chosen by cross-validation or an information criterion.

    This is :class:`~mutar_cy.IndLasso`, see there for the objective, with a chosen
    ``alpha``.

    For every fold there is one path of fits, each from where the last one ended, all
    with a duality gap. Held-out samples choose alpha; the fit to all data is then that
    of the class itself.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=100
        The alphas to choose from, in any order; or their number, a geometric sequence
        from the smallest one that leaves no coefficient. With ``per_task`` they are
        laid out for every task on its own.
    %(eps)s
    per_task : bool, default=True
        Whether every task has an alpha of its own, chosen by its own samples, or all
        have one.
    %(cv)s
    %(rule)s
    %(criterion of losses)s
    %(relax)s
    %(n_jobs)s
    %(fit_intercept)s
    %(normalize)s
    %(max_iter of IndLasso)s
    %(tol of IndLasso)s
    %(positive of features)s
    %(loss)s
    %(groups)s
    %(l1_ratio)s
    %(ridge)s
    %(penalty_weights of IndLasso)s
    %(standardize_groups)s
    %(task_weight of IndLasso)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s
    %(degenerate_tasks)s
    %(concomitant of losses)s

    Attributes
    ----------
    alpha_ : float or ndarray of shape (n_tasks,)
        The chosen alpha, which the fit used; one each with ``per_task``, unless there
        is a single task.
    alphas_ : ndarray of shape (n_alphas,) or (n_alphas, n_tasks)
        The alphas, descending.
    %(mse_path_)s
    %(deviance_path_)s
    %(task_mse_path_)s
    criterion_path_ : ndarray of shape (n_alphas,)
        The values of ``criterion``, if there is one, summed
        over tasks.
    %(criterion_dispersion_)s
    %(degrees_of_freedom_)s
    %(relax_)s
    %(coef_ of IndLasso)s
    %(intercept_)s
    %(dual_gap_ of IndLasso)s
    %(objective_ of IndLasso)s
    %(n_iter_ of IndLasso)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_)s
    %(selected_groups_)s
    %(residuals_)s
    %(dispersion_)s
    %(sigma_ of losses)s
    %(n_passes_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    IndLasso : With given alphas.
    GroupLassoCV : One set of features for all tasks.
    mutar_cy.linear_model.LassoCV : One task, in scikit-learn's form.

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
    included; for a lasso, the number of coefficients that are not 0. With ``per_task``
    every task is judged on its own. Fits that spend more than half of the samples on
    them are not considered.

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
    >>> from mutar_cy import IndLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] + x[:, 3] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = IndLassoCV(rule="1se").fit(X, y)
    >>> [np.flatnonzero(w).tolist() for w in model.coef_.T]
    [[0, 3, 19], [0, 3]]
    >>> model.alpha_.shape, model.alphas_.shape
    ((2,), (100, 2))
    """

    _streams_losses = False
    _model_class = IndLasso
    _parameter_constraints = constraints_of(IndLasso, per_task=["boolean"], relax=RELAX)

    def __init__(
        self,
        *,
        alphas=100,
        eps=1e-3,
        per_task=True,
        cv=None,
        rule="min",
        criterion=None,
        relax=None,
        n_jobs=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        loss="squared_error",
        groups=None,
        l1_ratio=0.0,
        ridge=0.0,
        penalty_weights="sqrt_size",
        standardize_groups=False,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
        degenerate_tasks="raise",
        concomitant=False,
    ):
        self.alphas = alphas
        self.eps = eps
        self.per_task = per_task
        self.cv = cv
        self.rule = rule
        self.criterion = criterion
        self.relax = relax
        self.n_jobs = n_jobs
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.loss = loss
        self.groups = groups
        self.l1_ratio = l1_ratio
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.standardize_groups = standardize_groups
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.degenerate_tasks = degenerate_tasks
        self.concomitant = concomitant
