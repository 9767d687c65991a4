"""The elastic net, cross-validated with scikit-learn's parameters and shapes."""

from numbers import Real

from sklearn.utils._param_validation import Interval, StrOptions

from mutar_cy.linear_model._cross_validated import (
    CoordinateDescentCV,
    constraints_as_theirs,
)
from mutar_cy.linear_model._elastic_net import ElasticNet
from mutar_cy.linear_model._path import enet_path


class ElasticNetCV(CoordinateDescentCV):
    r"""The elastic net, with strength and mixture chosen by cross-validation.

    A drop-in for :class:`sklearn.linear_model.ElasticNetCV`. Among models that minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} (y_i - b - x_i^\top w)^2
        + \alpha \rho \, \| w \|_1 + \frac{\alpha (1 - \rho)}{2} \| w \|_2^2

    with :math:`\rho` for ``l1_ratio`` and sample weights :math:`s_i`, 1 by default,
    that sum to :math:`S`, it takes the :math:`\alpha` and the :math:`\rho` with the
    least squared error on samples held out: the mean over folds, of the weighted mean
    within each. Then it fits to all samples.

    Parameters
    ----------
    l1_ratio : float or array-like of shape (n_l1_ratios,), default=0.5
        Between 0 (only the squared norm) and 1 (none of it); several to choose from.
    eps : float, default=1e-3
        Last strength that is laid out, as a fraction of the first.
    alphas : int or array-like of shape (n_alphas,), default=100
        The strengths to choose from, or how many to lay out from the smallest that
        leaves no coefficient down.
    fit_intercept : bool, default=True
        Whether to fit an intercept; it is never penalised.
    precompute : 'auto', bool or array-like, default='auto'
        Accepted for scikit-learn's sake: the solver decides by itself when a Gram
        matrix pays. One that is given is checked against X.
    max_iter : int, default=1000
        Most passes over the coefficients, for every strength.
    tol : float, default=1e-4
        A fit, to a fold or to all samples, has converged when its duality gap is at
        most ``tol`` times the objective of its null model (intercept only).
    cv : int, splitter, iterable of pairs of array, or None, default=None
        How samples are held out. An int is a number of folds of
        :class:`~sklearn.model_selection.KFold`, None is 5 of them.
    copy_X : bool, default=True
        Accepted for scikit-learn's sake: X is never written to.
    verbose : bool or int, default=0
        How much joblib says about the folds.
    n_jobs : int, default=None
        How many folds run side by side, as threads unless
        :func:`joblib.parallel_config` says otherwise; -1 for as many as processors.
        The result is the same to the last bit.
    positive : bool, default=False
        Whether coefficients must not be negative.
    random_state : int, RandomState instance, default=None
        Accepted for scikit-learn's sake: the solver has no random part.
    selection : {'cyclic', 'random'}, default='cyclic'
        Accepted for scikit-learn's sake: the solver chooses the order of features.

    Attributes
    ----------
    alpha_ : float
        The strength chosen.
    l1_ratio_ : float
        The mixture chosen.
    mse_path_ : ndarray of shape (n_l1_ratios, n_alphas, n_folds)
        Squared errors on samples held out; without an axis of length 1.
    alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratios, n_alphas)
        The strengths to choose from, descending: for every ``l1_ratio`` if there are
        several and strengths were laid out.
    coef_ : ndarray of shape (n_features,)
        The coefficients.
    sparse_coef_ : sparse matrix of shape (1, n_features)
        ``coef_`` in CSR format.
    intercept_ : float
        What to add; 0.0 without ``fit_intercept``.
    dual_gap_ : float
        By how much the objective may still exceed its optimum.
    n_iter_ : int
        Passes made in the fit to all samples.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features, if all are strings.

    See Also
    --------
    ElasticNet : The same for a given ``alpha``.
    MultiTaskElasticNetCV : Several targets that keep or drop features together.

    Notes
    -----
    A fold is a warm path: every strength is started from the coefficients of the one
    before, and ends when its duality gap is small enough. While folds are fitted, BLAS
    has one thread. The fit to all samples is that of :class:`ElasticNet`.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import ElasticNetCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 10))
    >>> y = X[:, 0] - 2 * X[:, 3] + rng.standard_normal(60)
    >>> model = ElasticNetCV(l1_ratio=[0.1, 0.5, 0.9]).fit(X, y)
    >>> print(model.l1_ratio_, f"{model.alpha_:.3f}", model.mse_path_.shape)
    0.9 0.089 (3, 100, 5)
    """

    path = staticmethod(enet_path)
    _model_class = ElasticNet
    _parameter_constraints = constraints_as_theirs(
        ElasticNet,
        precompute=[StrOptions({"auto"}), "boolean", "array-like"],
        l1_ratio=[Interval(Real, 0, 1, closed="both"), "array-like"],
    )

    def __init__(
        self,
        *,
        l1_ratio=0.5,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        precompute="auto",
        max_iter=1000,
        tol=1e-4,
        cv=None,
        copy_X=True,
        verbose=0,
        n_jobs=None,
        positive=False,
        random_state=None,
        selection="cyclic",
    ):
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.tol = tol
        self.cv = cv
        self.copy_X = copy_X
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.selection = selection
