"""A multi-task Wasserstein model whose strengths are chosen by the data."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval

from mutar_cy.estimators import MTW
from mutar_cy.model_selection._cross_validated import CrossValidated, constraints_of
from mutar_cy.model_selection._grids import transport_grid

ALPHAS = [Interval(Real, 0, None, closed="left"), "array-like"]
BETAS = [Interval(Integral, 1, None, closed="left"), "array-like"]


class MTWCV(CrossValidated, MTW):
    """Coefficients of tasks near each other, as near and as many as the data ask for.

    This is :class:`~mutar_cy.MTW`, see there for the objective, with a chosen ``alpha``
    (of transport) and ``beta`` (of the l1 term).

    For every fold there is one path of fits in ``beta`` for each ``alpha``, each from
    the dual solution of the last one, all with a duality gap. The strengths are chosen
    by held-out samples.

    Parameters
    ----------
    alphas : float or array-like of shape (n_alphas,), default=0.1
        The strengths of transport to choose from.
    betas : int or array-like of shape (n_betas,), default=20
        The strengths of the l1 term to choose from, in any order; or how many of them
        to lay out, a geometric sequence from the smallest one at which a lasso per task
        has no coefficient.
    eps : float, default=1e-2
        The last strength that is laid out, as a fraction of the first.
    cv : int, splitter, iterable of (train, test), or None, default=None
        The folds; None is 5. A number of folds of consecutive samples, taken within
        every task (:class:`~mutar_cy.model_selection.TaskKFold`) if tasks have samples
        of their own. Samples are counted as they come: rows of a table, or all tasks
        end to end.
    selection : {"min", "1se"}, default="min"
        Which strength to take: that of the least mean error over folds, or the first
        on its path whose mean is at most one standard error above it.
    n_jobs : int, default=None
        How many folds are fitted at once, as joblib takes it; in threads, unless
        :func:`joblib.parallel_config` says otherwise. It does not change any result:
        in every fold BLAS has one thread.
    M : array-like, list of array-like, sparse matrix or Kernel, default=None
        Cost of moving mass from one feature to another, as
        :func:`~mutar_cy.ot.make_kernel` takes it: a symmetric matrix, one for each axis
        of a grid, or a sparse matrix of the allowed moves. A matrix of side
        ``sqrt(n_features)`` stands for both axes of a square image. By default the
        square of the distance of indices over its median.
    epsilon : float, default=None
        Strength of the entropy, in units of M. A Kernel's, or ``5 / n_features``.
    gamma : float, default=None
        Cost of creating and destroying mass, in units of M. By default
        ``-max(M) / (2 log 0.8)``.
    fit_intercept : bool, default=True
        Whether to fit an intercept per task and response; it is never penalised.
    normalize : bool, default=False
        Whether to penalise as if every feature of every task had been centred and
        divided by its l2 norm: masses, and barycentres with them, are coefficients
        times norms. The coefficients are for X as given. Ignored without
        ``fit_intercept``.
    concomitant : bool or "mutar", default=False
        Whether levels of noise are found too. True adds one per task and response to
        the objective, see Notes; "mutar" repeats what MuTaR does instead, which
        minimises nothing: ``beta`` of each task is multiplied by the deviation of its
        residuals, until that stays what it is.
    max_iter : int, default=2000
        Most Newton steps.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the
        objective of the null model (intercepts only).
    positive : bool, default=False
        Whether coefficients must not be negative.
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
    support_threshold : float, default=0.0
        Coefficients of at most this absolute value become 0 in ``coef_``, which holds
        no zeros otherwise. The certificate is that of the coefficients before.

    Attributes
    ----------
    alpha_, beta_ : float
        The strengths that were chosen, and fitted with.
    alphas_, betas_ : ndarray of shape (n_alphas, n_betas)
        The strengths, a path for each ``alpha``; ``betas_`` descend.
    mse_path_ : ndarray of shape (n_alphas, n_betas, n_folds)
        Mean squared errors of held-out samples: within a task and response by
        ``sample_weight``, then over responses, then over tasks by ``task_weight``.
    coef_ : ndarray of shape (n_features, n_tasks[, n_responses]) or (n_features,)
        The coefficients, ``coef1_ - coef2_``. 1-D for a single task.
    coef1_, coef2_ : ndarray shaped as ``coef_``
        Their positive and negative masses.
    barycenter_ : ndarray of shape (n_features,)
        ``barycenter1_ - barycenter2_``: of all tasks and responses together.
    barycenter1_, barycenter2_ : ndarray of shape (n_features,)
        The barycentres q of the positive and of the negative masses; 0 where there are
        none.
    intercept_ : ndarray of shape (n_tasks,), (n_tasks, n_responses), or float
        What to add to ``X @ coef_``; 0 without ``fit_intercept``.
    sigma_ : ndarray of shape (n_tasks[, n_responses]), or float
        The levels of noise, with ``concomitant``; else 1.
    dual_coef_ : ndarray, or list of them in the list layout
        The dual solution, in the layout of y: at the optimum, every residual times its
        share of the weights, over the level of noise. Not there with ``alpha=0``.
    dual_gap_ : float
        By how much the objective may still exceed the optimum, in its own unit.
    objective_ : float
        The objective at the coefficients.
    loss_ : list of float
        The objective after every Newton step: the lowest so far.
    n_iter_ : int
        Newton steps made.
    residuals_ : ndarray, or list of them in the list layout
        The targets less the predictions, in the layout of y.
    log_ : dict
        ``loss`` and ``gap`` after every step.
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
    MTW : With given strengths.
    mtw_path : All fits.
    IndLassoCV : Tasks that are not coupled.

    Notes
    -----
    The rule of one standard error is that of [1]_. There is no information criterion:
    coefficients are never exactly 0.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen, C. Stone (1984), Classification and
       regression trees, Wadsworth. Section 3.4.3 has the rule of one standard error.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import MTWCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 30, 10))
    >>> y = np.stack([X[0] @ np.eye(10)[3], X[1] @ np.eye(10)[4]])
    >>> model = MTWCV(alphas=[0.01, 0.1], betas=5, cv=3).fit(X, y)
    >>> model.mse_path_.shape
    (2, 5, 3)
    >>> [int(abs(w).argmax()) for w in model.coef_.T]
    [3, 4]
    """

    _model_class = MTW
    criterion = None
    _parameter_constraints = constraints_of(
        MTW, alphas=ALPHAS, betas=BETAS, criterion=None
    )

    def __init__(
        self,
        *,
        alphas=0.1,
        betas=20,
        eps=1e-2,
        cv=None,
        selection="min",
        n_jobs=None,
        M=None,
        epsilon=None,
        gamma=None,
        fit_intercept=True,
        normalize=False,
        concomitant=False,
        max_iter=2000,
        tol=1e-4,
        positive=False,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
        support_threshold=0.0,
    ):
        self.alphas = alphas
        self.betas = betas
        self.eps = eps
        self.cv = cv
        self.selection = selection
        self.n_jobs = n_jobs
        self.M = M
        self.epsilon = epsilon
        self.gamma = gamma
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.concomitant = concomitant
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.support_threshold = support_threshold

    def _grid(self, model, posed):
        alphas = np.atleast_1d(self.alphas)
        return transport_grid(model, posed, alphas, self.betas, self.eps)
