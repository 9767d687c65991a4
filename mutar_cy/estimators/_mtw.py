"""Sparse regression of tasks whose features are near each other, not the same."""

from mutar_cy.estimators._cross_validated import constraints_of
from mutar_cy.estimators._docs import fill_docstring
from mutar_cy.estimators._transport import (
    ALPHAS,
    BETAS,
    TransportChoice,
    TransportRegressor,
)


@fill_docstring
class MTW(TransportRegressor):
    r"""Linear regression that selects nearby features, by an optimal transport cost.

    Each task :math:`k` has its own target :math:`y_k` and may have its own design
    :math:`X_k`. The coefficients :math:`w_k = w_k^+ - w_k^-` of a task, positive and
    negative masses over the features, are penalised by the cost of moving them to a
    barycentre :math:`q^\pm` that all tasks share. With the intercepts :math:`b` they
    minimise

    .. math::

        \sum_k \frac{c_k}{S_k} \sum_i \frac{s_{ki}}{2}
            \big( y_{ki} - b_k - x_{ki}^\top (w_k^+ - w_k^-) \big)^2
        + \sum_{\pm} \Big( \alpha \min_{q \ge 0} \sum_k W(w_k^\pm, q)
        + \sum_k \beta \|w_k^\pm\|_1 \Big)

    with sample weights :math:`s_{ki}` that sum to :math:`S_k` in task :math:`k` and
    task weights :math:`c_k`, all 1 by default. The last term is summed over features,
    tasks and responses, and

    .. math::

        W(w, q) = \min_{P \ge 0} \langle M, P \rangle
            + \varepsilon \sum_{ij} P_{ij} (\log P_{ij} - 1)
            + \gamma \mathrm{KL}(P 1 | w) + \gamma \mathrm{KL}(P^\top 1 | q)

    where :math:`\mathrm{KL}(a | b) = \sum_j a_j \log (a_j / b_j) - a_j + b_j`.

    Parameters
    ----------
    alpha : float, default=0.1
        Strength of the transport term. At 0 tasks are not coupled, and the model is
        one lasso per task.
    beta : float or array-like, default=0.1
        Strength of the l1 term: one number, or an array that broadcasts to (n_signs,
        n_features, n_tasks), such as one number per task.
    %(M)s
    %(epsilon)s
    %(gamma)s
    %(fit_intercept)s
    %(normalize of MTW)s
    %(concomitant)s
    %(max_iter of MTW)s
    %(tol)s
    %(warm_start of MTW)s
    %(stable)s
    max_iter_ot, max_iter_cd : int, default=20, 1000
        No effect: there are no inner loops.
    tol_ot, tol_cd : float, default=1e-5
        No effect, as these.
    n_jobs : int, default=1
        No effect: BLAS has the threads.
    gpu : bool, default=False
        No effect: all is done on the processor.
    %(positive)s
    ot_threshold : float, default=0.0
        No effect: features without mass are found, and left out, as the fit goes on.
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
    %(alpha_max_)s
    %(dual_gap_)s
    %(objective_)s
    %(loss_ of MTW)s
    %(n_iter_ of MTW)s
    %(residuals_)s
    %(log_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    ReMTW : The same with square roots in place of the l1 norm.
    DirtyModel : Features of tasks are the same, or are not.
    mutar_cy.ot.unbalanced_barycenter : The barycentre of given masses.

    Notes
    -----
    The dual problem has one variable per sample and no inner loop: barycentres, plans
    and coefficients are functions of it in closed form, and the duality gap is half the
    squared distance of the dual variable from the residual of the coefficients that it
    recovers. It is maximised by Newton steps, from the residuals of a lasso per task.

    Coefficients are never exactly 0, though they fall to 1e-100 and less: see
    ``support_threshold``. Nor does the model scale: twice the targets have not twice
    the coefficients, unless :math:`\varepsilon \log 2` is taken from M.

    With ``concomitant=True`` the data term of task k is, with its mean squared residual
    :math:`v_k` and the level of noise :math:`\sigma_k \ge \sigma_0`,

    .. math::

        \frac{c_k}{2} \Big( \frac{v_k}{\sigma_k} + \sigma_k \Big)

    where :math:`\sigma_0` is a hundredth of the smallest deviation of a target from 0,
    or from its mean with an intercept.

    References
    ----------
    .. [1] H. Janati, M. Cuturi, A. Gramfort (2019), Wasserstein regularization for
       sparse multi-task regression, AISTATS. Section 3 has the model; its strengths are
       those here times the number of tasks.
    .. [2] H. Janati, T. Bazeille, B. Thirion, M. Cuturi, A. Gramfort (2020),
       Multi-subject MEG/EEG source imaging with sparse multi-task regression,
       NeuroImage 220. Section 2 has the levels of noise.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import MTW
    >>> X = np.array([[[3.0, 1.0], [2.0, 0.0], [1.0, 0.0]],
    ...               [[0.0, 2.0], [-1.0, 3.0], [1.0, -2.0]]])
    >>> coef = np.array([[1.0, 1.0], [0.0, -1.0]])
    >>> y = np.array([x @ c for x, c in zip(X, coef.T)]) + 0.1
    >>> model = MTW(alpha=1.0, beta=1.0, tol=1e-9).fit(X, y)
    >>> print(model.coef_.round(3))
    [[ 0.287  0.491]
     [ 0.049 -0.933]]
    >>> print(model.barycenter_.round(3))
    [ 0.106 -0.133]
    """

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
        stable=False,
        max_iter_ot=20,
        max_iter_cd=1000,
        tol_ot=1e-5,
        tol_cd=1e-5,
        n_jobs=1,
        gpu=False,
        positive=False,
        ot_threshold=0.0,
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
        self.stable = stable
        self.max_iter_ot = max_iter_ot
        self.max_iter_cd = max_iter_cd
        self.tol_ot = tol_ot
        self.tol_cd = tol_cd
        self.n_jobs = n_jobs
        self.gpu = gpu
        self.positive = positive
        self.ot_threshold = ot_threshold
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.support_threshold = support_threshold


@fill_docstring
class MTWCV(TransportChoice, MTW):
    """MTW with alpha and beta chosen by cross-validation.

    This is :class:`~mutar_cy.MTW`, see there for the objective, with a chosen ``alpha``
    (of transport) and ``beta`` (of the l1 term).

    For every fold there is one path of fits in ``beta`` for each ``alpha``, each from
    the dual solution of the last one, all with a duality gap. Held-out samples choose
    alpha and beta.

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
    %(max_iter of MTW)s
    %(tol)s
    %(positive)s
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
    %(dual_gap_)s
    %(objective_)s
    %(loss_ of MTW)s
    %(n_iter_ of MTW)s
    %(residuals_)s
    %(log_)s
    %(tasks_)s
    %(layout_)s
    %(is_fitted_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MTW : With given alpha and beta.
    regularization_path : All fits.
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
        self.positive = positive
        self.task_weight = task_weight
        self.task_column = task_column
        self.unseen_tasks = unseen_tasks
        self.missing_targets = missing_targets
        self.support_threshold = support_threshold
