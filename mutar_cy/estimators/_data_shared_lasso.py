"""The data-shared lasso: effects that tasks have in common, and deviations of tasks."""

from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from mutar_cy.estimators._cross_validated import LossCrossValidated, constraints_of
from mutar_cy.estimators._dirty_model import DirtyModelBase, dirty_grid
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._fits_statistics import FitsStatistics
from mutar_cy.estimators._loss_regressor import LossRegressor
from mutar_cy.model_selection import Grid, alpha_grid
from mutar_cy.objectives import COUNT, BlockObjective, warn_user
from mutar_cy.penalties import DataShared

# Ratios of beta to alpha to choose from, the lowest times the root of the number of
# tasks: from where deviations are nearly all to where effects are nearly equal. Chosen
# by prediction errors of five cohorts of 30 to 120 samples.
LOWEST = {"entries": 0.67, "rows": 1.34}
HIGHEST = {"entries": 1.0, "rows": 1.5}
DEVIATIONS = {"deviations": [StrOptions({"entries", "rows"})]}
POSITIVE = [Interval(Real, 0, None, closed="neither")]


class CommonEffects(BlockObjective):
    """An objective whose tasks share effects.

    A constant in place of a task without a finite optimum would count as an effect of
    0, and pull at the others'.
    """

    other_folds = "Take fewer folds, or leave that task out."


class DataSharedModel(DirtyModelBase):
    """A loss plus norms of common effects and of deviations from them."""

    deviations: str
    degenerate_tasks: Any = None  # no constants
    groups: Any = None
    positive: Any = False

    def _path_grid(self, objective, alphas, betas, eps):
        """Return the grid of a path: as many ratios as ``betas``, or given ones."""
        if betas is None:
            return alpha_grid(objective, alphas, eps)
        if isinstance(betas, Integral):
            ratios = shared_ratios(betas, objective.n_columns, self.deviations)
            return dirty_grid(objective, alphas, eps, ratios=ratios)
        return dirty_grid(objective, alphas, eps, betas=betas)

    def _loss_objective(self, data, loss):
        _, weights = self._groups_and_weights(data)
        n_columns = sum(Y.shape[1] for Y in data.targets)
        rows = self.deviations == "rows"
        beta = self.beta
        if beta is None:
            beta = self.alpha * (2.0 if rows else 1.0) * n_columns**-0.5
        return CommonEffects(
            data,
            partial(shared_penalty, block_size=n_columns, weights=weights),
            {"alpha": self.alpha, "beta": beta, "deviations": self.deviations},
            self._options(),
            loss,
            scales_with_alpha=("beta",),
        )

    def _warn_other_model(self, objective):
        """Warn if there are no common effects, whatever the data."""
        alpha, beta = objective.strengths["alpha"], objective.strengths["beta"]
        name, n_columns = type(self).__name__, objective.n_columns
        rows = objective.strengths["deviations"] == "rows"
        if n_columns == 1:
            warn_user(
                f"{name} with one task is a lasso, IndLasso(alpha="
                f"{min(alpha, beta):.6g}): effects have nothing to deviate from."
            )
        elif beta <= alpha / n_columns ** (0.5 if rows else 1.0):
            other, root = (
                ("GroupLasso", "sqrt(n_tasks)") if rows else ("IndLasso", "n_tasks")
            )
            warn_user(
                f"{name} with beta={beta:.6g} of at most alpha / {root} = "
                f"{alpha / n_columns ** (0.5 if rows else 1.0):.6g} has no common "
                f"effects: it is {other}(alpha={beta:.6g}). Set beta above that, "
                "or leave beta=None."
            )

    def _attributes(self, objective, arrays):
        fitted = super()._attributes(objective, arrays)
        coef = fitted["coef_"]
        if coef.ndim == 1 or objective.options.normalize:
            return fitted
        # One number for all tasks and responses. Unpenalised features have no cheapest
        # split: theirs is that of the others.
        rows = np.ascontiguousarray(coef.reshape(len(coef), -1), dtype=np.float64)
        shared = fitted["coef_shared_"].reshape(rows.shape)
        common = shared[:, 0].copy()
        free = np.flatnonzero((shared != common[:, None]).any(axis=1))
        if len(free):
            penalty = shared_penalty(
                **objective.strengths, block_size=rows.shape[1], weights=None
            )
            common[free] = penalty.common(rows[free])
        specific = coef - common.reshape(-1, *[1] * (coef.ndim - 1))
        return {**fitted, "coef_shared_": common, "coef_specific_": specific}


def shared_penalty(alpha, beta, deviations, block_size, weights):
    """Return the penalty of common effects and of deviations of a kind."""
    return DataShared(alpha, beta, block_size, weights, deviations == "rows")


def shared_ratios(n_ratios, n_columns, deviations):
    """Return ratios of beta to alpha to choose from.

    Parameters
    ----------
    n_ratios : int
    n_columns : int
    deviations : {"entries", "rows"}
    """
    if n_ratios < 1:
        raise ValueError(f"ratios must be at least 1, got {n_ratios}.")
    least = LOWEST[deviations] / np.sqrt(n_columns)
    most = max(HIGHEST[deviations], least)
    return np.unique(np.geomspace(most, least, int(n_ratios)))


@fill_docstring
class DataSharedLasso(FitsStatistics, DataSharedModel, LossRegressor):
    r"""Regression of several tasks with common effects and deviations from them.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k`. Its coefficients are a common part and a deviation, :math:`w_k = v +
    d_k`: tasks share *how much* a feature matters, not only which one does. With the
    intercepts :math:`b` they minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \,
            f(y_{ki}, \; o_{ki} + b_k + x_{ki}^\top w_k)
        + \sum_j \omega_j \big( \alpha | v_j | + \beta \| D_j \| \big)

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}` (0 by default), task weights :math:`c_k` (1 by default) and
    penalty weights :math:`\omega_j`. :math:`D_j` is row :math:`j` of the deviations,
    over all tasks and responses; its norm is the sum of absolute values with
    ``deviations="entries"``, the Euclidean norm with ``"rows"``.

    %(losses)s

    With a large ``beta`` this is one lasso for all tasks, each with an intercept of its
    own. With ``beta <= alpha / n_tasks`` it is :class:`~mutar_cy.IndLasso`, and with
    rows and ``beta <= alpha / sqrt(n_tasks)`` it is :class:`~mutar_cy.GroupLasso`, both
    with ``alpha=beta``.

    Parameters
    ----------
    alpha : float, default=0.1
        Strength of the penalty on the common effects, in the unit of X times y. For
        ``alpha >= alpha_max(...)`` (:func:`~mutar_cy.alpha_max`) all coefficients are 0
        if ``beta`` is scaled along.
    beta : float, default=None
        Strength of the penalty on the deviations, in the same unit. By default ``alpha
        / sqrt(n_tasks)``, and twice that with rows (responses count as tasks).
    deviations : {"entries", "rows"}, default="rows"
        Whether single tasks deviate from a common effect, or all of them or none.
    %(fit_intercept)s
    %(normalize)s
    %(max_iter)s
    %(tol)s
    %(warm_start)s
    %(loss)s
    %(penalty_weights of DirtyModel)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(coef_ of DirtyModel)s
    coef_shared_ : ndarray of shape (n_features,)
        Common effects. With ``normalize`` they are common to standardised features, and
        shaped as ``coef_``.
    %(coef_specific_)s
    %(intercept_)s
    %(alpha_max_)s
    %(dual_gap_)s
    %(objective_)s
    %(n_iter_)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_)s
    %(selected_groups_)s
    %(residuals_)s
    %(dispersion_)s
    %(n_passes_)s
    %(dual_gap_statistics_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    DirtyModel : Tasks share which features matter, and some effects are specific.
    GroupLasso : Tasks share which features matter, and no effects.

    Notes
    -----
    For given coefficients the cheapest common effect of a feature is a weighted median
    of its row and of zero, or with rows its mean moved towards zero. So the penalty is
    a norm of every row: a row is solved for at once, the design is never augmented, and
    the dual point is feasible for both penalties. An effect that is common to several
    tasks may be estimated as a deviation, and the other way round: the split is the
    cheapest one, not the truth.

    References
    ----------
    .. [1] S. M. Gross, R. Tibshirani (2016), Data shared lasso: a novel tool to
       discover uplift, Computational Statistics & Data Analysis 101. Section 2 states
       the model, with entries.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import DataSharedLasso
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 4)) for n in (60, 40, 50)]
    >>> y = [x[:, 0] + 0.3 * rng.standard_normal(len(x)) for x in X]
    >>> y[2] -= 2 * X[2][:, 1]
    >>> model = DataSharedLasso(alpha=0.1, deviations="entries").fit(X, y)
    >>> print(model.coef_shared_.round(2))
    [0.94 0.   0.   0.  ]
    >>> print(model.coef_specific_.round(2))
    [[ 0.    0.    0.  ]
     [ 0.    0.   -1.89]
     [ 0.    0.    0.  ]
     [ 0.    0.    0.  ]]
    """

    _parameter_constraints = {
        **LossRegressor._parameter_constraints,
        **DEVIATIONS,
        "alpha": POSITIVE,
        "beta": [*POSITIVE, None],
    }

    def __init__(
        self,
        alpha=0.1,
        beta=None,
        *,
        deviations="rows",
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        warm_start=False,
        loss="squared_error",
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alpha = alpha
        self.beta = beta
        self.deviations = deviations
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.loss = loss
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets


class SharedAlphaAndBeta(LossCrossValidated):
    """Choose both strengths of a model with common effects, and its deviations."""

    deviations: str
    betas: Any
    ratios: Any

    def _model(self):
        model = super()._model()
        if self.deviations == "either":
            model.deviations = "entries"  # until they are chosen
        return model

    def _grid(self, objective):
        kinds = [self.deviations]
        if self.deviations == "either":
            kinds = ["entries", "rows"]
        grids = [self._grid_of(objective, kind) for kind in kinds]
        return Grid(
            [row for grid in grids for row in grid.rows],
            np.concatenate([grid.alphas for grid in grids]),
            np.concatenate([grid.betas for grid in grids]),
            single=False,
        )

    def _grid_of(self, objective, kind):
        """Return the grid for one kind of deviations."""
        ratios = self.ratios
        if isinstance(ratios, Integral):
            ratios = shared_ratios(ratios, objective.n_columns, kind)
        own = objective.with_params(deviations=kind)
        given = {"betas": self.betas, "ratios": ratios}
        grid = dirty_grid(own, self.alphas, self.eps, **given)
        rows = [[{**point, "deviations": kind} for point in row] for row in grid.rows]
        return grid._replace(rows=rows)


@fill_docstring
class DataSharedLassoCV(SharedAlphaAndBeta, DataSharedLasso):
    r"""DataSharedLasso with alpha and beta chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.DataSharedLasso`, see there for the objective, with chosen
    ``alpha`` and ``beta``, and a chosen kind of deviations.

    For every fold there is one path of fits for each ratio of beta to alpha, each fit
    from where the last one ended, all with a duality gap. Held-out samples choose alpha
    and beta; the fit to all data is then that of the class itself.

    Parameters
    ----------
    deviations : {"entries", "rows", "either"}, default="either"
        Whether single tasks deviate from a common effect, or all of them or none;
        "either" chooses between the two as well.
    alphas : int or array-like of shape (n_alphas,), default=40
        The strengths of common effects to choose from, in any order; or their number
        for every ratio, from the smallest one without coefficients.
    betas : array-like of shape (n_betas,), default=None
        The strengths of deviations to choose from, in place of ratios; only with an
        array of ``alphas``. All pairs are compared.
    ratios : int or array-like of shape (n_ratios,), default=4
        Ratios of ``beta`` to ``alpha``, or their number: from ``0.67 / sqrt(n_tasks)``
        to 1, and with rows from ``1.34 / sqrt(n_tasks)`` to 1.5.
    eps : float, default=1e-2
        The smallest alpha of an automatic path, as a fraction of the largest.
    %(cv)s
    %(rule of DirtyModel)s
    %(criterion of losses)s
    %(n_jobs)s
    %(fit_intercept)s
    %(normalize)s
    %(max_iter)s
    %(tol)s
    %(loss)s
    %(penalty_weights of DirtyModel)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s

    Attributes
    ----------
    %(alpha_,beta_)s
    deviations_ : {"entries", "rows"}
        The kind of deviations, chosen with "either".
    alphas_, betas_ : ndarray of shape (n_ratios, n_alphas)
        The strengths, a path for each ratio (or each of ``betas``, descending). With
        "either" there are twice as many: first entries, then rows.
    mse_path_ : ndarray of shape (n_ratios, n_alphas, n_folds)
        Mean squared errors of held-out samples: within a task and response by
        ``sample_weight``, then over responses, then over tasks by ``task_weight``.
        Without ``criterion``.
    task_mse_path_ : ndarray of shape (n_ratios, n_alphas, n_folds, n_tasks)
        The same for every task.
    deviance_path_, task_deviance_path_ : ndarray
        The same for losses other than squared error: mean deviances in place of errors.
    criterion_path_ : ndarray of shape (n_ratios, n_alphas)
        The values of ``criterion``, if there is one.
    %(criterion_dispersion_)s
    degrees_of_freedom_ : ndarray of shape (n_ratios, n_alphas)
        The degrees of freedom of every fit, with ``criterion``.
    %(coef_ of DirtyModel)s
    coef_shared_ : ndarray of shape (n_features,)
        Common effects. With ``normalize`` they are common to standardised features, and
        shaped as ``coef_``.
    %(coef_specific_)s
    %(intercept_)s
    %(dual_gap_)s
    %(objective_)s
    %(n_iter_)s
    %(groups_)s
    %(group_names_)s
    %(group_norms_)s
    %(selected_groups_)s
    %(residuals_)s
    %(dispersion_)s
    %(n_passes_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    DataSharedLasso : With given alpha and beta.
    DirtyModelCV : Tasks share which features matter, not how much.

    References
    ----------
    .. [1] S. M. Gross, R. Tibshirani (2016), Data shared lasso: a novel tool to
       discover uplift, Computational Statistics & Data Analysis 101. Section 2.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import DataSharedLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] - x[:, 1] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = DataSharedLassoCV(alphas=30, rule="1se").fit(X, y)
    >>> model.mse_path_.shape, model.deviations_
    ((8, 30, 5), 'rows')
    >>> print(model.coef_shared_[:3].round(1))
    [ 0.8 -0.9  0. ]
    """

    _model_class = DataSharedLasso
    _parameter_constraints = constraints_of(
        DataSharedLasso,
        betas=["array-like", None],
        ratios=[*COUNT, "array-like"],
        deviations=[StrOptions({"entries", "rows", "either"})],
    )

    def __init__(
        self,
        *,
        deviations="either",
        alphas=40,
        betas=None,
        ratios=4,
        eps=1e-2,
        cv=None,
        rule="min",
        criterion=None,
        n_jobs=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        loss="squared_error",
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.deviations = deviations
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
        self.loss = loss
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
