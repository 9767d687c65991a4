"""MTW with square roots in place of the l1 norm, by reweighting."""

from mutar_cy.estimators._cross_validated import constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._reweighting import ReweightingRegressor
from mutar_cy.estimators._transport import (
    ALPHAS,
    BETAS,
    TransportChoice,
    TransportPenalty,
    TransportRegressor,
)
from mutar_cy.objectives import ReweightedTransportObjective


@fill_docstring
class ReMTW(ReweightingRegressor, TransportRegressor):
    r"""MTW with a square-root penalty: few features, little shrinkage.

    The model of :class:`~mutar_cy.MTW` with square roots of masses in place of their l1
    norm, which shrink large coefficients less. Coefficients, masses
    :math:`w_k = w_k^+ - w_k^-`, and intercepts :math:`b` minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i \frac{s_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top (w_k^+ - w_k^-) \big)^2
        + \sum_{\pm} \Big( \alpha \min_{q \ge 0} \sum_k W(w_k^\pm, q)
        + \sum_k \beta \sum_j \sqrt{w_{kj}^\pm} \Big)

    with W and the weights as in :class:`~mutar_cy.MTW`. This is not convex: what is
    found is a stationary point, below the solution of MTW.

    Parameters
    ----------
    alpha : float, default=0.1
        Strength of the transport term. At 0 tasks are not coupled, and the model is
        one reweighted lasso per task.
    beta : float or array-like, default=0.1
        Strength of the concave term: one number, or an array that broadcasts to
        (n_signs, n_features, n_tasks), such as one number per task.
    %(M)s
    %(epsilon)s
    %(gamma)s
    %(fit_intercept)s
    %(normalize of MTW)s
    %(concomitant)s
    max_iter : int, default=2000
        Maximum number of Newton steps for each convex problem.
    %(tol)s
    %(warm_start of MTW)s
    max_iter_reweighting : int, default=100
        Maximum number of convex problems.
    %(stable)s
    max_iter_ot, max_iter_cd, tol_ot, tol_cd : default=20, 1000, 1e-5, 1e-5
        No effect: there are no inner loops.
    n_jobs, gpu : int and bool, default=1 and False
        No effect: BLAS has the threads, on the processor.
    %(positive)s
    ot_threshold : float, default=0.0
        No effect: features without mass are found and left out.
    tol_reweighting : float, default=1e-3
        Reweighting ends when no coefficient has moved by more than this times the
        largest.
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s
    %(support_threshold)s

    Attributes
    ----------
    %(coef_ of MTW)s
    %(coef1_,coef2_)s
    %(barycenter_)s
    %(barycenter1_,barycenter2_)s
    %(intercept_)s
    %(sigma_)s
    %(dual_coef_)s
    weights_ : ndarray of shape (n_signs, n_features, n_tasks[, n_responses])
        What ``beta`` was multiplied by in the last convex problem.
    dual_gap_ : float
        Upper bound on the objective of the last convex problem minus its minimum.
    objective_ : float
        The objective at the coefficients, ``loss_[-1]``.
    loss_ : ndarray
        The objective after every convex problem; it does not increase.
    %(n_iter_ of MTW)s
    %(residuals_)s
    log_ : dict
        ``loss`` and ``gap`` after every step of the last convex problem.
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MTW : The convex model.
    IndRewLasso : Without transport.

    Notes
    -----
    Square roots are replaced by their tangents, and the convex problem that results is
    solved as in :class:`~mutar_cy.MTW`; then again, from tangents at its solution. The
    first problem has weights of 1. With ``concomitant=True`` the levels of noise are
    found in each of them.

    References
    ----------
    .. [1] H. Janati, T. Bazeille, B. Thirion, M. Cuturi, A. Gramfort (2020),
       Multi-subject MEG/EEG source imaging with sparse multi-task regression,
       NeuroImage 220. Section 2 has the model.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import ReMTW
    >>> X = np.array([[[3.0, 1.0], [2.0, 0.0], [1.0, 0.0]],
    ...               [[0.0, 2.0], [-1.0, 3.0], [1.0, -2.0]]])
    >>> coef = np.array([[0.0, 1.0], [0.0, 2.0]])
    >>> y = np.array([x @ c for x, c in zip(X, coef.T)]) + 0.1
    >>> model = ReMTW(alpha=0.2, beta=0.1, tol=1e-9).fit(X, y)
    >>> print(model.coef_.round(3))
    [[-0.011 -0.127]
     [ 0.101  1.555]]
    """

    _parameter_constraints = {
        **ReweightingRegressor._parameter_constraints,
        **TransportRegressor._parameter_constraints,
    }
    del _parameter_constraints["penalty_weights"]

    def __init__(
        self,
        alpha=0.1,
        beta=0.1,
        M=None,
        epsilon=None,
        gamma=None,
        fit_intercept=True,
        normalize=False,
        concomitant=False,
        max_iter=2000,
        tol=1e-4,
        warm_start=False,
        max_iter_reweighting=100,
        stable=False,
        max_iter_ot=20,
        max_iter_cd=1000,
        tol_ot=1e-5,
        tol_cd=1e-5,
        n_jobs=1,
        gpu=False,
        positive=False,
        ot_threshold=0.0,
        tol_reweighting=0.001,
        *,
        task_weight=None,
        task_column=None,
        unseen_tasks="raise",
        missing_targets="raise",
        support_threshold=0.0,
    ):
        self.alpha = alpha
        self.beta = beta
        self.M = M
        self.epsilon = epsilon
        self.gamma = gamma
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.concomitant = concomitant
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.max_iter_reweighting = max_iter_reweighting
        self.stable = stable
        self.max_iter_ot = max_iter_ot
        self.max_iter_cd = max_iter_cd
        self.tol_ot = tol_ot
        self.tol_cd = tol_cd
        self.n_jobs = n_jobs
        self.gpu = gpu
        self.positive = positive
        self.ot_threshold = ot_threshold
        self.tol_reweighting = tol_reweighting
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.support_threshold = support_threshold

    def _objective(self, data):
        return ReweightedTransportObjective(
            data,
            TransportPenalty(self, data.n_features, data.columns),
            {"alpha": self.alpha, "beta": self.beta},
            self._options(),
            concomitant=self.concomitant,
            support_threshold=self.support_threshold,
            max_iter_reweighting=self.max_iter_reweighting,
            tol_reweighting=self.tol_reweighting,
        )


@fill_docstring
class ReMTWCV(TransportChoice, ReMTW):
    """ReMTW with alpha and beta chosen by cross-validation.

    This is :class:`~mutar_cy.ReMTW`, see there for the objective, with a chosen
    ``alpha`` (of transport) and ``beta`` (of the concave term).

    For every fold there is one path of fits in ``beta`` for each ``alpha``; the convex
    problems of every fit have a duality gap. Held-out samples choose alpha and beta.

    Parameters
    ----------
    alphas : float or array-like of shape (n_alphas,), default=0.1
        The values of alpha, the strength of transport, to choose from.
    betas : int or array-like of shape (n_betas,), default=20
        The values of beta, the strength of the l1 term, to choose from, in any order;
        or their number, a geometric sequence from the smallest one at which a lasso per
        task has no coefficient.
    %(eps of MTW)s
    %(cv)s
    %(rule of DirtyModel)s
    %(n_jobs)s
    %(M)s
    %(epsilon)s
    %(gamma)s
    %(fit_intercept)s
    %(normalize of MTW)s
    %(concomitant)s
    max_iter : int, default=2000
        Maximum number of Newton steps for each convex problem.
    %(tol)s
    max_iter_reweighting : int, default=100
        Maximum number of convex problems.
    %(positive)s
    tol_reweighting : float, default=1e-3
        Reweighting ends when no coefficient has moved by more than this times the
        largest.
    %(task_weight)s
    %(task_column)s
    %(unseen_tasks)s
    %(missing_targets)s
    %(support_threshold)s

    Attributes
    ----------
    %(alpha_,beta_)s
    alphas_, betas_ : ndarray of shape (n_alphas, n_betas)
        The strengths, a path for each ``alpha``; ``betas_`` descend.
    mse_path_ : ndarray of shape (n_alphas, n_betas, n_folds)
        Mean squared errors of held-out samples: within a task and response by
        ``sample_weight``, then over responses, then over tasks by ``task_weight``.
    task_mse_path_ : ndarray of shape (n_alphas, n_betas, n_folds, n_tasks)
        The same for every task.
    %(coef_ of MTW)s
    %(coef1_,coef2_)s
    %(barycenter_)s
    %(barycenter1_,barycenter2_)s
    %(intercept_)s
    %(sigma_)s
    %(dual_coef_)s
    weights_ : ndarray of shape (n_signs, n_features, n_tasks[, n_responses])
        The factors of ``beta`` in the last convex problem.
    dual_gap_ : float
        Upper bound on the objective of the last convex problem minus its minimum.
    objective_ : float
        The objective at the coefficients, ``loss_[-1]``.
    loss_ : ndarray
        The objective after every convex problem; it does not increase.
    %(n_iter_ of MTW)s
    %(residuals_)s
    log_ : dict
        ``loss`` and ``gap`` after every step of the last convex problem.
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    ReMTW : With given alpha and beta.
    regularization_path : All fits.
    IndRewLassoCV : Tasks that are not coupled.

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
    >>> from mutar_cy import ReMTWCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 30, 10))
    >>> y = np.stack([X[0] @ np.eye(10)[3], X[1] @ np.eye(10)[4]])
    >>> model = ReMTWCV(alphas=[0.01, 0.1], betas=3, cv=2).fit(X, y)
    >>> model.mse_path_.shape
    (2, 3, 2)
    >>> [int(abs(w).argmax()) for w in model.coef_.T]
    [3, 4]
    """

    _model_class = ReMTW
    _parameter_constraints = constraints_of(
        ReMTW, alphas=ALPHAS, betas=BETAS, criterion=None
    )

    def __init__(
        self,
        *,
        alphas=0.1,
        betas=20,
        eps=1e-2,
        cv=None,
        rule="min",
        n_jobs=None,
        M=None,
        epsilon=None,
        gamma=None,
        fit_intercept=True,
        normalize=False,
        concomitant=False,
        max_iter=2000,
        tol=1e-4,
        max_iter_reweighting=100,
        positive=False,
        tol_reweighting=0.001,
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
        self.rule = rule
        self.n_jobs = n_jobs
        self.M = M
        self.epsilon = epsilon
        self.gamma = gamma
        self.fit_intercept = fit_intercept
        self.normalize = normalize
        self.concomitant = concomitant
        self.max_iter = max_iter
        self.tol = tol
        self.max_iter_reweighting = max_iter_reweighting
        self.positive = positive
        self.tol_reweighting = tol_reweighting
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.support_threshold = support_threshold
