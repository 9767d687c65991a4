"""A dirty model whose two strengths are chosen by the data."""

from mutar_cy.estimators import DirtyModel
from mutar_cy.model_selection._cross_validated import (
    COUNT,
    CrossValidated,
    constraints_of,
)
from mutar_cy.model_selection._grids import dirty_grid


class DirtyModelCV(CrossValidated, DirtyModel):
    r"""Features for all tasks, and some for single tasks, as many as the data ask for.

    This is :class:`~mutar_cy.DirtyModel`, see there for the objective, with chosen
    ``alpha`` and ``beta``. Group lasso and lasso per task are among what is chosen
    from.

    For every fold there is one path of fits for each ratio of the strengths, each fit
    from where the last one ended, all with a duality gap. The strengths are chosen by
    held-out samples; the fit to all data is then that of the class itself.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=100
        The strengths of the shared part to choose from, in any order; or how many of
        them to lay out for every ratio, from the smallest one that leaves no
        coefficient.
    betas : array-like of shape (n_betas,), default=None
        The strengths of the specific part to choose from, in place of ratios; only with
        an array of ``alphas``. All pairs are looked at.
    ratios : int or array-like of shape (n_ratios,), default=5
        Ratios of ``beta`` to ``alpha``, or how many of them to lay out: from one over
        the root of the number of columns, where the model is a lasso per task, to 1,
        where it is a group lasso.
    eps : float, default=1e-3
        The last strength that is laid out, as a fraction of the first.
    cv : int, splitter, iterable of (train, test), or None, default=None
        The folds; None is 5. A number of folds of consecutive samples, taken within
        every task (:class:`~mutar_cy.model_selection.TaskKFold`) if tasks have samples
        of their own. Samples are counted as they come: rows of a table, or all tasks
        end to end.
    selection : {"min", "1se"}, default="min"
        Which strength to take: that of the least mean error over folds, or the first
        on its path whose mean is at most one standard error above it.
    criterion : {"aic", "bic", "ebic"}, default=None
        An information criterion to choose by instead, from one path on all data; see
        Notes.
    n_jobs : int, default=None
        How many folds are fitted at once, as joblib takes it; in threads, unless
        :func:`joblib.parallel_config` says otherwise. It does not change any result:
        in every fold BLAS has one thread.
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
    alpha_, beta_ : float
        The strengths that were chosen, and fitted with.
    alphas_, betas_ : ndarray of shape (n_ratios, n_alphas)
        The strengths, a path for each ratio (or each of ``betas``, descending).
    mse_path_ : ndarray of shape (n_ratios, n_alphas, n_folds)
        Mean squared errors of held-out samples: within a task and response by
        ``sample_weight``, then over responses, then over tasks by ``task_weight``.
        Without ``criterion``.
    criterion_path_ : ndarray of shape (n_ratios, n_alphas)
        The values of ``criterion``, if there is one.
    degrees_of_freedom_ : ndarray of shape (n_ratios, n_alphas)
        The degrees of freedom of every fit, with ``criterion``.
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
    DirtyModel : With given strengths.
    dirty_path : All fits.
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
    >>> model = DirtyModelCV(alphas=30, ratios=3, selection="1se").fit(X, y)
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
        selection="min",
        criterion=None,
        n_jobs=None,
        fit_intercept=True,
        normalize=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        penalty_weights=None,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
    ):
        self.alphas = alphas
        self.betas = betas
        self.ratios = ratios
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.criterion = criterion
        self.n_jobs = n_jobs
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.penalty_weights = penalty_weights
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets

    def _grid(self, model, posed):
        given = {"betas": self.betas, "ratios": self.ratios}
        return dirty_grid(model, posed, self.alphas, self.eps, **given)
