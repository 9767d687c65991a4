"""The multi-task lasso, cross-validated with scikit-learn's parameters and shapes."""

from mutar_cy.linear_model._cross_validated import (
    CoordinateDescentCV,
    constraints_as_theirs,
)
from mutar_cy.linear_model._multi_task_lasso import MultiTaskLasso
from mutar_cy.linear_model._path import lasso_path


class MultiTaskLassoCV(CoordinateDescentCV):
    r"""The multi-task lasso, with its strength chosen by cross-validation.

    A drop-in for :class:`sklearn.linear_model.MultiTaskLassoCV`. Among models that
    minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \sum_j \| W_{j:} \|_2

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`, it takes the
    :math:`\alpha` with the least squared error on samples held out: the mean over
    folds, of the mean over targets, of the weighted mean within each. Then it fits to
    all samples.

    Parameters
    ----------
    eps : float, default=1e-3
        Last strength that is laid out, as a fraction of the first.
    alphas : int or array-like of shape (n_alphas,), default=100
        The strengths to choose from, or how many to lay out from the smallest that
        leaves no coefficient down.
    fit_intercept : bool, default=True
        Whether to fit an intercept per target; it is never penalised.
    max_iter : int, default=1000
        Most passes over the coefficients, for every strength.
    tol : float, default=1e-4
        A fit, to a fold or to all samples, has converged when its duality gap is at
        most ``tol`` times the objective of its null model (intercept only).
    copy_X : bool, default=True
        Accepted for scikit-learn's sake: X is never written to.
    cv : int, splitter, iterable of pairs of array, or None, default=None
        How samples are held out. An int is a number of folds of
        :class:`~sklearn.model_selection.KFold`, None is 5 of them.
    verbose : bool or int, default=False
        How much joblib says about the folds.
    n_jobs : int, default=None
        How many folds run side by side, as threads unless
        :func:`joblib.parallel_config` says otherwise; -1 for as many as processors.
        The result is the same to the last bit.
    random_state : int, RandomState instance, default=None
        Accepted for scikit-learn's sake: the solver has no random part.
    selection : {'cyclic', 'random'}, default='cyclic'
        Accepted for scikit-learn's sake: the solver chooses the order of features.

    Attributes
    ----------
    alpha_ : float
        The strength chosen.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        Squared errors on samples held out; without an axis of length 1.
    alphas_ : ndarray of shape (n_alphas,)
        The strengths to choose from, descending.
    coef_ : ndarray of shape (n_targets, n_features)
        The coefficients: the transpose of W.
    sparse_coef_ : sparse matrix of shape (n_targets, n_features)
        ``coef_`` in CSR format.
    intercept_ : float or ndarray of shape (n_targets,)
        What to add; 0.0 without ``fit_intercept``.
    dual_gap_ : float
        By how much the objective may still exceed its optimum.
    eps_ : float
        What ``dual_gap_`` had to reach: ``tol`` times the null model's objective.
    n_iter_ : int
        Passes made in the fit to all samples.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features, if all are strings.

    See Also
    --------
    MultiTaskLasso : The same for a given ``alpha``.
    MultiTaskElasticNetCV : The same with a squared norm beside.

    Notes
    -----
    A fold is a warm path: every strength is started from the coefficients of the one
    before, and ends when its duality gap is small enough. While folds are fitted, BLAS
    has one thread. The fit to all samples is that of :class:`MultiTaskLasso`.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import MultiTaskLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 10))
    >>> y = X[:, [0, 3]] @ [[1, 2, 0], [-1, 1, 2]] + rng.standard_normal((60, 3))
    >>> model = MultiTaskLassoCV(cv=10, n_jobs=2).fit(X, y)
    >>> print(f"{model.alpha_:.2f}", model.mse_path_.shape, model.coef_.shape)
    0.17 (100, 10) (3, 10)
    """

    path = staticmethod(lasso_path)
    _model_class = MultiTaskLasso
    _several_targets = True
    _parameter_constraints = constraints_as_theirs(MultiTaskLasso)

    def __init__(
        self,
        *,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        max_iter=1000,
        tol=1e-4,
        copy_X=True,
        cv=None,
        verbose=False,
        n_jobs=None,
        random_state=None,
        selection="cyclic",
    ):
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.copy_X = copy_X
        self.cv = cv
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.selection = selection
