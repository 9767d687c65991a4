"""The pretrained lasso: a lasso of all tasks pooled, then one per task."""

from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval

from mutar_cy.estimators._cross_validated import (
    N_FOLDS,
    LossCrossValidated,
    constraints_of,
)
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._grouped_model import GroupedModel
from mutar_cy.estimators._ind_lasso import IndLassoCV
from mutar_cy.estimators._loss_regressor import LossRegressor
from mutar_cy.losses import get_loss
from mutar_cy.model_selection import Grid, alpha_grid
from mutar_cy.objectives import (
    FRACTION,
    NON_NEGATIVE,
    PretrainedObjective,
    check_task_strengths,
    pool_rows,
)
from mutar_cy.penalties import L21

SHARE = [Interval(Real, 0, 1, closed="both")]


class PretrainedLassoModel(GroupedModel):
    """A loss plus an l1 norm, of all tasks pooled and then of every task."""

    pretraining: Any
    pooled_alpha: Any
    groups: Any = None

    def _loss_objective(self, data, loss):
        _, weights = self._groups_and_weights(data)
        pooled_alpha = self.pooled_alpha
        if pooled_alpha is None:
            pooled_alpha = float(np.mean(self.alpha))
        positive = bool(self.positive)
        n_tasks = data.columns[0] if data.columns else 1
        return PretrainedObjective(
            data,
            partial(
                penalties_of_tasks,
                n_tasks=n_tasks,
                n_responses=data.columns[1] if len(data.columns) > 1 else 1,
                positive=positive,
                name=type(self).__name__,
            ),
            {"alpha": self.alpha, "pretraining": float(self.pretraining)},
            self._options(),
            loss,
            pooled_alpha=pooled_alpha,
            weights=weights,
            positive=positive,
        )

    def _attributes(self, objective, arrays):
        pooled = objective.pooled
        return {
            **super()._attributes(objective, arrays),
            "pooled_alpha_": float(objective.pooled_alpha),
            "pooled_coef_": pooled.coef.astype(objective.data.dtype),
            "pooled_dual_gap_": float(np.max(pooled.dual_gap)),
        }


def penalties_of_tasks(alpha, weights, n_tasks, n_responses, positive, name):
    """Return an l1 penalty for every column, given alpha and weights of features."""
    alphas = check_task_strengths(alpha, n_tasks, name)
    return [
        L21(own, weights=weights, positive=positive)
        for own in alphas
        for _ in range(n_responses)
    ]


@fill_docstring
class PretrainedLasso(PretrainedLassoModel, LossRegressor):
    r"""Pretrained lasso: a lasso of all tasks pooled, then a lasso for each task.

    Tasks share effects, up to deviations. The first lasso finds common coefficients
    :math:`v`, with an intercept for each task, from all rows,

    .. math::

        \min_{v, a} \; \frac{1}{S} \sum_k \sum_i s_{ki} \,
            f(y_{ki}, \; o_{ki} + a_k + x_{ki}^\top v) + \alpha_0 \| v \|_1,

    with sample weights :math:`s_{ki}` of sum :math:`S` and offsets :math:`o_{ki}`. The
    second one finds what each task adds to a part :math:`r` of them, for :math:`r` =
    ``pretraining``,

    .. math::

        \min_{D, b} \; \sum_k \Big[ \frac{1}{S_k} \sum_i s_{ki} \,
            f(y_{ki}, \; o_{ki} + b_k + r \, x_{ki}^\top v + x_{ki}^\top d_k)
        + \alpha_k \sum_j \omega_j | d_{jk} | \Big],

    with :math:`\omega_j = 1` if :math:`v_j \neq 0`, else :math:`1 / (1 - r)`. The
    coefficients of task :math:`k` are :math:`r v + d_k`. With ``pretraining=0`` this is
    :class:`~mutar_cy.IndLasso`. With 1, tasks start from all of the common effects and
    change only these features; a large ``alpha`` is then the pooled lasso.

    %(losses)s

    Parameters
    ----------
    alpha : float or array-like of shape (n_tasks,), default=0.1
        Strength of the penalty of every task, of all or of each.
    pretraining : float, default=0.5
        The part :math:`r` of the common effects that tasks start from, between 0 and 1;
        1 less ``alpha`` of the package ptLasso.
    pooled_alpha : float, default=None
        Strength :math:`\alpha_0` of the penalty of the pooled lasso; the mean of
        ``alpha`` by default.
    %(fit_intercept)s
    %(max_iter)s
    %(tol)s
    %(positive)s
    %(warm_start)s
    %(loss)s
    penalty_weights : "sqrt_size", array-like or dict, default="sqrt_size"
        Factors of the penalty of features, in both lassos; 1 by default. A dict has
        them by name of feature.
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(coef_)s
    %(intercept_)s
    pooled_alpha_ : float
        The alpha of the pooled lasso.
    pooled_coef_ : ndarray of shape (n_features,)
        The common effects :math:`v`.
    pooled_dual_gap_ : float
        Upper bound of the objective of the pooled lasso minus its minimum.
    %(alpha_max_)s
    dual_gap_ : float or ndarray of shape (n_tasks[, n_responses])
        Upper bounds of the objectives of the tasks minus their minima.
    objective_ : float or ndarray of shape (n_tasks[, n_responses])
        The objectives of the tasks, that of the second lasso.
    %(n_iter_)s
    %(residuals_)s
    %(dispersion_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    DataSharedLasso : Common effects and deviations of one convex problem.
    IndLasso : Nothing is shared.

    Notes
    -----
    Both lassos are convex and have a duality gap. Their sequence is a procedure, not
    the minimum of one objective. The common effects that tasks start from are those of
    a fit to the same rows; the package ptLasso takes predictions of held-out rows.

    References
    ----------
    .. [1] E. Craig, M. Pilanci, T. Le Menestrel, B. Narasimhan, M. Rivas, R.
       Dehghannasiri, J. Salzman, J. Taylor, R. Tibshirani (2024), Pretraining and the
       lasso, arXiv:2401.12911. Section 2.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import PretrainedLasso
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 5)) for n in (60, 40, 50)]
    >>> y = [x[:, 0] + 0.3 * rng.standard_normal(len(x)) for x in X]
    >>> y[2] -= X[2][:, 0]  # no effect there
    >>> model = PretrainedLasso(alpha=0.1, pretraining=0.5).fit(X, y)
    >>> print(model.pooled_coef_.round(1) + 0.0)
    [0.5 0.  0.  0.  0. ]
    >>> print(model.coef_[0].round(2))
    [0.87 0.9  0.11]
    """

    _parameter_constraints = {
        **LossRegressor._parameter_constraints,
        "alpha": [*NON_NEGATIVE, "array-like"],
        "pooled_alpha": [*NON_NEGATIVE, None],
        "pretraining": SHARE,
        "positive": ["boolean"],
    }

    def __init__(
        self,
        alpha=0.1,
        pretraining=0.5,
        *,
        pooled_alpha=None,
        fit_intercept=True,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        loss="squared_error",
        penalty_weights="sqrt_size",
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alpha = alpha
        self.pretraining = pretraining
        self.pooled_alpha = pooled_alpha
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.loss = loss
        self.penalty_weights = penalty_weights
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets


@fill_docstring
class PretrainedLassoCV(LossCrossValidated, PretrainedLasso):
    r"""PretrainedLasso with alpha and pretraining chosen by cross-validation.

    ``pooled_alpha`` is chosen first, by folds of the pooled rows; ``pretraining`` and
    ``alpha`` then by the same folds, in which the pooled lasso is fitted to the
    training rows only. All tasks have the same fraction of the largest alpha that
    leaves their coefficients as the pooled lasso has them.

    Parameters
    ----------
    pretrainings : array-like, default=(0, 0.25, 0.5, 0.75, 1)
        The values of ``pretraining`` to choose from, between 0 and 1.
    alphas : int or array-like of shape (n_alphas,), default=40
        The alphas to choose from, in any order; or their number for every value of
        ``pretraining``, from the smallest one that changes no task.
    eps : float, default=1e-2
        The smallest alpha of an automatic path, as a fraction of the largest.
    pooled_alpha : float, default=None
        Strength of the penalty of the pooled lasso; None chooses it.
    %(cv)s
    %(rule of DirtyModel)s
    %(n_jobs)s
    %(fit_intercept)s
    %(max_iter)s
    %(tol)s
    %(positive)s
    %(loss)s
    penalty_weights : "sqrt_size", array-like or dict, default="sqrt_size"
        Factors of the penalty of features, in both lassos; 1 by default. A dict has
        them by name of feature.
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    alpha_ : float or ndarray of shape (n_tasks,)
        The chosen alphas.
    pretraining_ : float
        The chosen part of the common effects.
    pooled_alpha_ : float
        The alpha of the pooled lasso.
    alphas_ : ndarray of shape (n_pretrainings, n_alphas[, n_tasks])
        The alphas, a path for each value of ``pretraining``.
    mse_path_ : ndarray of shape (n_pretrainings, n_alphas, n_folds)
        Mean squared errors of held-out samples: within a task and response by
        ``sample_weight``, then over responses, then over tasks. NaN where a fold holds
        out none of its samples.
    task_mse_path_ : ndarray of shape (n_pretrainings, n_alphas, n_folds, n_tasks)
        The same for every task.
    %(deviance_path_)s
    %(coef_)s
    %(intercept_)s
    pooled_coef_ : ndarray of shape (n_features,)
        The common effects.
    pooled_dual_gap_ : float
        Upper bound of the objective of the pooled lasso minus its minimum.
    dual_gap_ : float or ndarray of shape (n_tasks[, n_responses])
        Upper bounds of the objectives of the tasks minus their minima.
    objective_ : float or ndarray of shape (n_tasks[, n_responses])
        The objectives of the tasks, that of the second lasso.
    %(n_iter_)s
    %(residuals_)s
    %(dispersion_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    PretrainedLasso : With given alpha and pretraining.
    DataSharedLassoCV : Common effects and deviations of one convex problem.

    References
    ----------
    E. Craig, M. Pilanci, T. Le Menestrel, B. Narasimhan, M. Rivas, R. Dehghannasiri, J.
    Salzman, J. Taylor, R. Tibshirani (2024), Pretraining and the lasso,
    arXiv:2401.12911. Section 2 chooses by cross-validation.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import PretrainedLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] - x[:, 1] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = PretrainedLassoCV(alphas=20).fit(X, y)
    >>> model.mse_path_.shape, model.pretraining_
    ((5, 20, 5), 1.0)
    >>> print(model.pooled_coef_[:3].round(1))
    [ 0.9 -1.   0. ]
    """

    criterion = None
    _model_class = PretrainedLasso
    _parameter_constraints = constraints_of(
        PretrainedLasso,
        criterion=None,
        pretraining=None,
        pretrainings=["array-like"],
        eps=FRACTION,
    )

    def __init__(
        self,
        *,
        pretrainings=(0.0, 0.25, 0.5, 0.75, 1.0),
        alphas=40,
        eps=1e-2,
        pooled_alpha=None,
        cv=None,
        rule="min",
        n_jobs=None,
        fit_intercept=True,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        loss="squared_error",
        penalty_weights="sqrt_size",
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.pretrainings = pretrainings
        self.alphas = alphas
        self.eps = eps
        self.pooled_alpha = pooled_alpha
        self.cv = cv
        self.rule = rule
        self.n_jobs = n_jobs
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.loss = loss
        self.penalty_weights = penalty_weights
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    def _objective(self, data):
        model = self._model()
        if self.pooled_alpha is None:
            _, weights = model._groups_and_weights(data)
            model.pooled_alpha = self._choose_pooled_alpha(data, weights)
        return model._objective(data)

    def _choose_pooled_alpha(self, data, weights):
        """Return the alpha of the pooled lasso with the least held-out loss."""
        loss = get_loss(self.loss)
        rows = pool_rows(data, loss, intercepts=self.fit_intercept)
        n_free = rows.X.shape[1] - data.n_features
        weights = np.ones(data.n_features) if weights is None else weights
        n_folds = self.cv if isinstance(self.cv, Integral) else N_FOLDS
        n_folds = min(n_folds, int(rows.sizes.min()))
        fold = rows.places * n_folds // rows.sizes
        positive: Any = self.positive
        if positive:
            positive = np.repeat([1, 0], [data.n_features, n_free])
        splits = [
            (np.flatnonzero(fold != f), np.flatnonzero(fold == f))
            for f in range(n_folds)
        ]
        lasso = IndLassoCV(
            cv=splits,
            alphas=int(self.alphas) if isinstance(self.alphas, Integral) else 40,
            eps=self.eps,
            fit_intercept=False,
            loss=self.loss,
            positive=positive,
            max_iter=self.max_iter,
            tol=self.tol,
            penalty_weights=np.concatenate([weights, np.zeros(n_free)]),
            n_jobs=self.n_jobs,
        )
        lasso.fit(rows.X, rows.y, sample_weight=rows.weight, offset=rows.offset)
        return float(lasso.alpha_)

    def _grid(self, objective):
        grids = []
        for share in self._shares():
            own = objective.with_params(pretraining=share)
            grid = alpha_grid(own, self.alphas, self.eps)
            rows = [[{**p, "pretraining": share} for p in row] for row in grid.rows]
            grids.append(grid._replace(rows=rows))
        return Grid(
            [row for grid in grids for row in grid.rows],
            np.stack([grid.alphas for grid in grids]),
            single=False,
        )

    def _shares(self):
        """Return the values of pretraining to choose from, ascending."""
        shares = np.unique(np.asarray(self.pretrainings, dtype=np.float64))
        if not len(shares) or not np.all((shares >= 0.0) & (shares <= 1.0)):
            raise ValueError(
                f"pretrainings={self.pretrainings!r} must be numbers from 0, separate "
                f"lassos, to 1, the pooled lasso."
            )
        return shares.tolist()
