"""The dirty model: features that all tasks select, and some of single tasks."""

from functools import partial
from numbers import Integral
from typing import Any

import numpy as np

from mutar_cy.estimators._cross_validated import LossCrossValidated, constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._fits_statistics import FitsStatistics
from mutar_cy.estimators._grouped_model import GroupedModel
from mutar_cy.estimators._loss_classifier import LossClassifier
from mutar_cy.estimators._loss_regressor import LossRegressor, objective_class
from mutar_cy.model_selection import alpha_grid, geometric_alphas, pair_grid
from mutar_cy.objectives import (
    COUNT,
    NON_NEGATIVE,
    BlockObjective,
    ConcomitantBlockObjective,
    check_alphas,
    warn_user,
)
from mutar_cy.penalties import L21, Dirty


class DirtyModelBase(GroupedModel):
    """A loss plus norms of a shared part and of a specific part of coefficients."""

    beta: float | None

    def _path_grid(self, objective, alphas, betas, eps):
        """Return the grid of a path: as many ratios as ``betas``, or given ones."""
        if betas is None:
            return alpha_grid(objective, alphas, eps)
        if isinstance(betas, Integral):
            return dirty_grid(objective, alphas, eps, ratios=betas)
        return dirty_grid(objective, alphas, eps, betas=betas)

    def _loss_objective(self, data, loss):
        groups, weights = self._groups_and_weights(data)
        n_columns = sum(Y.shape[1] for Y in data.targets)
        beta = self.beta
        if beta is None:
            # The geometric mean of the two ends: 1 / sqrt(n_columns), where the shared
            # part is zero, and 1, where the specific part is.
            beta = self.alpha * n_columns**-0.25
        kinds = BlockObjective, ConcomitantBlockObjective
        return objective_class(self, loss, kinds)(
            data,
            partial(
                dirty_penalty,
                weights=weights,
                ridge=self.ridge,
                positive=self._is_positive,
            ),
            {"alpha": self.alpha, "beta": beta},
            self._options(),
            loss,
            groups,
            self._signs(data),
            scales_with_alpha=("beta",),
        )

    def _warn_other_model(self, objective):
        """Warn if one of the two parts is zero, whatever the data."""
        alpha, beta = objective.strengths["alpha"], objective.strengths["beta"]
        if not alpha or not beta:
            return
        name, n_columns = type(self).__name__, objective.n_columns
        kind = "Classifier" if isinstance(self, LossClassifier) else ""
        ridge = f", ridge={self.ridge:.6g}" if self.ridge else ""
        if beta >= alpha and (self.beta is not None or n_columns == 1):
            least = min(alpha, beta)
            other = f"GroupLasso{kind}(alpha={least:.6g}{ridge})"
            if n_columns == 1 and objective.feature_groups is None:
                other = f"a lasso, IndLasso{kind}(alpha={alpha:.6g}{ridge})"
            warn_user(
                f"{name} with beta={beta:.6g} of at least alpha={alpha:.6g} has no "
                f"specific part: it is {other}. Set beta between "
                f"alpha / sqrt(n_tasks) = {alpha / n_columns**0.5:.6g} and alpha, or "
                "leave beta=None."
            )
        elif objective.feature_groups is None and alpha >= n_columns**0.5 * beta:
            warn_user(
                f"{name} with beta={beta:.6g} of at most alpha / sqrt(n_tasks) = "
                f"{alpha / n_columns**0.5:.6g} has no shared part: it is "
                f"IndLasso{kind}(alpha={beta:.6g}{ridge}). Set beta between it and "
                f"alpha={alpha:.6g}, or leave beta=None."
            )

    def _attributes(self, objective, arrays):
        fitted = super()._attributes(objective, arrays)
        coef, specific = fitted["coef_"], arrays.get("coef_specific")
        return {
            **fitted,
            "coef_shared_": arrays.get("coef_shared", coef),
            "coef_specific_": np.zeros_like(coef) if specific is None else specific,
        }


@fill_docstring
class DirtyModel(FitsStatistics, DirtyModelBase, LossRegressor):
    r"""Dirty model: regression with shared and task-specific features.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k`. The coefficients are a sum, :math:`W = P + Q`: of a shared part
    :math:`P`, whose features, or groups of features, all tasks keep or drop together,
    and a specific part :math:`Q`, each entry of which stands for itself. With the
    intercepts :math:`b` they minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i s_{ki} \,
            f(y_{ki}, \; o_{ki} + b_k + x_{ki}^\top w_k)
        + \sum_g \omega_g \big( \alpha \| P_g \|_F + \beta \| Q_g \|_1 \big)

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k`,
    offsets :math:`o_{ki}` (0 by default), task weights :math:`c_k` (1 by default) and
    penalty weights :math:`\omega_g`. :math:`P_g` and :math:`Q_g` are the rows of the
    features in group :math:`g`, over all tasks and responses; by default every feature
    is a group of its own. Let :math:`m` be the number of their entries.

    %(losses)s

    Only :math:`\alpha / \sqrt{m} < \beta < \alpha` uses both parts. From :math:`\beta
    \ge \alpha` on the specific part is 0 and this is :class:`~mutar_cy.GroupLasso`;
    from :math:`\alpha \ge \sqrt{m} \beta` on the shared part is 0 and this is
    :class:`~mutar_cy.IndLasso` with alpha :math:`\beta`. A warning says so in both
    cases.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty on the shared part, in the unit of X times y.
        For ``alpha >= alpha_max(...)`` (:func:`~mutar_cy.alpha_max`) all coefficients
        are 0 if ``beta`` is scaled along. At 0, nothing is penalised and the fit is
        least squares.
    beta : float, default=None
        Strength of the penalty on the specific part, in the same unit. By default
        ``alpha * n_tasks ** -0.25`` (responses count as tasks), the middle between the
        two models below. At 0, nothing is penalised.
    %(fit_intercept)s
    %(normalize)s
    %(max_iter)s
    %(tol)s
    %(positive of features)s
    %(warm_start)s
    %(loss)s
    %(groups)s
    %(ridge)s
    %(penalty_weights of DirtyModel)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s
    %(degenerate_tasks)s
    %(concomitant of losses)s

    Attributes
    ----------
    %(coef_ of DirtyModel)s
    %(coef_shared_ of DirtyModel)s
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
        **LossRegressor._parameter_constraints,
        "concomitant": ["boolean"],
        "beta": [*NON_NEGATIVE, None],
    }

    def __init__(
        self,
        alpha=1.0,
        beta=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        warm_start=False,
        *,
        loss="squared_error",
        groups=None,
        ridge=0.0,
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
        degenerate_tasks="raise",
        concomitant=False,
    ):
        self.alpha = alpha
        self.beta = beta
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.warm_start = warm_start
        self.loss = loss
        self.groups = groups
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.degenerate_tasks = degenerate_tasks
        self.concomitant = concomitant


def dirty_penalty(alpha, beta, weights, ridge, positive):
    """Return the penalty of a dirty model, which may be that of a group lasso.

    With beta >= alpha, or a strength of 0, the specific part is zero.
    """
    if beta >= alpha or alpha == 0 or beta == 0:
        return L21(min(alpha, beta), weights, ridge, positive)
    return Dirty(alpha, beta, weights, ridge, positive)


class AlphaAndBeta(LossCrossValidated):
    """Choose both strengths of a dirty model."""

    betas: Any
    ratios: Any

    def _grid(self, objective):
        given = {"betas": self.betas, "ratios": self.ratios}
        return dirty_grid(objective, self.alphas, self.eps, **given)


@fill_docstring
class DirtyModelCV(AlphaAndBeta, DirtyModel):
    r"""DirtyModel with alpha and beta chosen by cross-validation or a criterion.

    This is :class:`~mutar_cy.DirtyModel`, see there for the objective, with chosen
    ``alpha`` and ``beta``. Group lasso and lasso per task are among what is chosen
    from.

    For every fold there is one path of fits for each ratio of beta to alpha, each fit
    from where the last one ended, all with a duality gap. Held-out samples choose alpha
    and beta; the fit to all data is then that of the class itself.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=100
        The alphas, the strengths of the shared part, to choose from, in any order; or
        their number for every ratio, from the smallest one that leaves no coefficient.
    betas : array-like of shape (n_betas,), default=None
        The strengths of the specific part to choose from, in place of ratios; only with
        an array of ``alphas``. All pairs are looked at.
    ratios : int or array-like of shape (n_ratios,), default=5
        Ratios of ``beta`` to ``alpha``, or how many of them to lay out: from one over
        the root of the number of columns, where the model is a lasso per task, to 1,
        where it is a group lasso.
    %(eps)s
    %(cv)s
    %(rule of DirtyModel)s
    %(criterion of losses)s
    %(n_jobs)s
    %(fit_intercept)s
    %(normalize)s
    %(max_iter)s
    %(tol)s
    %(positive of features)s
    %(loss)s
    %(groups)s
    %(ridge)s
    %(penalty_weights of DirtyModel)s
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s
    %(degenerate_tasks)s
    %(concomitant of losses)s

    Attributes
    ----------
    %(alpha_,beta_)s
    alphas_, betas_ : ndarray of shape (n_ratios, n_alphas)
        The strengths, a path for each ratio (or each of ``betas``, descending).
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
    %(coef_shared_ of DirtyModel)s
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
    %(sigma_ of losses)s
    %(n_passes_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    DirtyModel : With given alpha and beta.
    regularization_path : All fits.
    GroupLassoCV, IndLassoCV : The two ends of the ratios.

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
    included. Fits that spend more than half of the samples on them are not considered.

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
    >>> from mutar_cy import DirtyModelCV
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 30)]
    >>> y = [x[:, 0] + 2 * x[:, k] + 0.5 * rng.standard_normal(len(x))
    ...      for k, x in enumerate(X, start=3)]
    >>> model = DirtyModelCV(alphas=30, ratios=3, rule="1se").fit(X, y)
    >>> model.mse_path_.shape
    (3, 30, 5)
    >>> [np.flatnonzero(abs(w) > 0.3).tolist() for w in model.coef_.T]
    [[0, 3], [0, 4]]
    """

    _model_class = DirtyModel
    _parameter_constraints = constraints_of(
        DirtyModel, betas=["array-like", None], ratios=[*COUNT, "array-like"]
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
        loss="squared_error",
        groups=None,
        ridge=0.0,
        penalty_weights="sqrt_size",
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
        degenerate_tasks="raise",
        concomitant=False,
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
        self.loss = loss
        self.groups = groups
        self.ridge = ridge
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.degenerate_tasks = degenerate_tasks
        self.concomitant = concomitant


def dirty_grid(objective, alphas, eps, *, betas=None, ratios=5):
    """Return a path over ``alpha`` for every ratio of beta to alpha, or every beta.

    Parameters
    ----------
    objective : Objective
    alphas : int or array-like of shape (n_alphas,)
    eps : float
    betas : array-like of shape (n_paths,), default=None
    ratios : int or array-like of shape (n_paths,)
        Without ``betas``. A number of them is laid out from that at which the model is
        a lasso per task to that at which it is a group lasso, both included.
    """
    if betas is not None:
        if isinstance(alphas, Integral):
            raise ValueError(
                "betas are strengths beside given alphas; with a number of alphas, "
                f"alphas={alphas}, give ratios of beta to alpha."
            )
        alphas = check_alphas(alphas)
        betas = check_alphas(betas, "betas")
        pairs = np.meshgrid(betas, alphas, indexing="ij")
        return pair_grid(pairs[1], pairs[0])
    rows = []
    for ratio in check_ratios(ratios, objective.n_columns):
        own = alphas
        if isinstance(alphas, Integral):
            scaled = {"alpha": 1.0, "beta": ratio}
            largest = objective.with_params(**scaled).alpha_max()
            own = geometric_alphas(largest, eps, int(alphas))
        own = check_alphas(own)
        rows.append((own, ratio * own))
    return pair_grid(*(np.stack(v) for v in zip(*rows, strict=True)))


def check_ratios(ratios, n_columns):
    """Return ratios of beta to alpha in ascending order.

    Parameters
    ----------
    ratios : int or array-like of shape (n_ratios,)
    n_columns : int
        At one over its root, the model is a lasso per task.
    """
    if isinstance(ratios, Integral):
        if ratios < 1:
            raise ValueError(f"ratios must be at least 1, got {ratios}.")
        least = 1.0 / np.sqrt(n_columns)
        return np.unique(np.geomspace(1.0, least, int(ratios)))
    ratios = np.array(ratios, dtype=np.float64)
    if ratios.ndim != 1 or not len(ratios):
        raise ValueError(f"ratios must be 1-D and not empty, got shape {ratios.shape}.")
    wrong = ratios[~((ratios > 0) & (ratios < np.inf))]
    if len(wrong):
        raise ValueError(f"ratios must be positive and finite, got {wrong[0]}.")
    return np.sort(ratios)
