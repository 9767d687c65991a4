"""Entries of docstrings that scikit-learn's drop-ins share.

An entry that several docstrings share stands here once. A docstring names it in a line
of its own, ``%(name)s`` or ``%(name of Class)s``, and the decorator puts it in.
"""

from mutar_cy.estimators import fill

ENTRIES = {
    "alpha": """
alpha : float, default=1.0
    Strength of both penalties. At 0 the fit is least squares.
""",
    "alpha of Lasso": """
alpha : float, default=1.0
    Strength of the penalty. At 0 the fit is least squares.
""",
    "alpha_": """
alpha_ : float
    The chosen alpha.
""",
    "alphas": """
alphas : int or array-like of shape (n_alphas,), default=100
    The alphas to choose from; or their number, a geometric sequence that begins at
    the smallest alpha without coefficients.
""",
    "alphas_": """
alphas_ : ndarray of shape (n_alphas,)
    The alphas to choose from, descending.
""",
    "alphas_ of ElasticNetCV": """
alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratios, n_alphas)
    The alphas to choose from, descending: one row for every ``l1_ratio`` if there are
    several and ``alphas`` is a number.
""",
    "coef_": """
coef_ : ndarray of shape (n_features,)
    The coefficients.
""",
    "coef_ of ElasticNet": """
coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
    The coefficients.
""",
    "coef_ of MultiTaskElasticNet": """
coef_ : ndarray of shape (n_targets, n_features)
    The coefficients: the transpose of W, whose rows are whole columns here.
""",
    "coef_ of MultiTaskElasticNetCV": """
coef_ : ndarray of shape (n_targets, n_features)
    The coefficients: the transpose of W.
""",
    "copy_X": """
copy_X : bool, default=True
    Accepted for compatibility with scikit-learn; X is never modified.
""",
    "cv": """
cv : int, splitter, iterable of pairs of array, or None, default=None
    How samples are held out. An int is a number of folds of
    :class:`~sklearn.model_selection.KFold`, None is 5 of them.
""",
    "dual_gap_": """
dual_gap_ : float
    Upper bound on the objective minus its global minimum.
""",
    "dual_gap_ of ElasticNet": """
dual_gap_ : float or ndarray of shape (n_targets,)
    Upper bound on each target's objective minus its minimum.
""",
    "eps": """
eps : float, default=1e-3
    The smallest alpha of an automatic grid, as a fraction of the largest.
""",
    "eps_": """
eps_ : float
    What ``dual_gap_`` had to reach: ``tol`` times the null model's objective.
""",
    "feature_names_in_": """
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of features, if all are strings.
""",
    "fit_intercept": """
fit_intercept : bool, default=True
    Whether to fit an intercept per target; it is never penalised.
""",
    "fit_intercept of ElasticNetCV": """
fit_intercept : bool, default=True
    Whether to fit an intercept; it is never penalised.
""",
    "intercept_": """
intercept_ : float or ndarray of shape (n_targets,)
    Intercepts; 0.0 without ``fit_intercept``.
""",
    "intercept_ of ElasticNetCV": """
intercept_ : float
    Intercepts; 0.0 without ``fit_intercept``.
""",
    "l1_ratio": """
l1_ratio : float or array-like of shape (n_l1_ratios,), default=0.5
    Between 0 (only the squared norm) and 1 (none of it); several to choose from.
""",
    "l1_ratio of ElasticNet": """
l1_ratio : float, default=0.5
    Between 0 (only the squared norm) and 1 (none of it).
""",
    "l1_ratio_": """
l1_ratio_ : float
    The mixture chosen.
""",
    "max_iter": """
max_iter : int, default=1000
    Maximum number of passes over the coefficients, for every alpha.
""",
    "max_iter of ElasticNet": """
max_iter : int, default=1000
    Maximum number of passes over the coefficients.
""",
    "mse_path_": """
mse_path_ : ndarray of shape (n_alphas, n_folds)
    Squared errors on samples held out; without an axis of length 1.
""",
    "mse_path_ of ElasticNetCV": """
mse_path_ : ndarray of shape (n_l1_ratios, n_alphas, n_folds)
    Squared errors on samples held out; without an axis of length 1.
""",
    "n_passes_": """
n_passes_, n_bytes_read_ : int
    Set only if X was read by chunks (:class:`~mutar_cy.chunks.RowChunks`): passes over
    the data, and the bytes of X that they read.
""",
    "n_features_in_": """
n_features_in_ : int
    Number of features seen in ``fit``.
""",
    "n_iter_": """
n_iter_ : int
    Passes made in the fit to all samples.
""",
    "n_iter_ of ElasticNet": """
n_iter_ : int or list of int
    Passes made, for each target.
""",
    "n_iter_ of MultiTaskElasticNet": """
n_iter_ : int
    Passes made.
""",
    "n_jobs": """
n_jobs : int, default=None
    Number of folds that are fitted in parallel, as threads unless
    :func:`joblib.parallel_config` says otherwise; -1 for as many as processors.
    The result is the same to the last bit.
""",
    "positive": """
positive : bool, default=False
    Whether coefficients are constrained to be at least 0.
""",
    "precompute": """
precompute : 'auto', bool or array-like, default='auto'
    Accepted for scikit-learn's sake: the solver decides by itself when a Gram
    matrix pays. One that is given is checked against X.
""",
    "precompute of ElasticNet": """
precompute : bool or array-like of shape (n_features, n_features), default=False
    Accepted for scikit-learn's sake: the solver decides by itself when a Gram
    matrix pays. One that is given is checked against X.
""",
    "random_state": """
random_state : int, RandomState instance, default=None
    Accepted for compatibility with scikit-learn; the solver has no random part.
""",
    "selection": """
selection : {'cyclic', 'random'}, default='cyclic'
    Accepted for compatibility with scikit-learn; the solver chooses the order.
""",
    "sparse_coef_": """
sparse_coef_ : sparse matrix of shape (n_targets, n_features)
    ``coef_`` in CSR format.
""",
    "sparse_coef_ of ElasticNetCV": """
sparse_coef_ : sparse matrix of shape (1, n_features)
    ``coef_`` in CSR format.
""",
    "tol": """
tol : float, default=1e-4
    A fit, to a fold or to all samples, has converged when its duality gap is at
    most ``tol`` times the objective of its null model (intercept only).
""",
    "tol of ElasticNet": """
tol : float, default=1e-4
    The fit has converged when its duality gap is at most ``tol`` times the
    objective of the null model (intercept only): half of what scikit-learn asks,
    and scikit-learn looks at the gap only once coefficients have settled.
""",
    "verbose": """
verbose : bool or int, default=0
    Verbosity of joblib about the folds.
""",
    "verbose of LassoCV": """
verbose : bool or int, default=False
    Verbosity of joblib about the folds.
""",
    "warm_start": """
warm_start : bool, default=False
    Whether to start from the coefficients of the last fit.
""",
}


def fill_docstring(documented):
    """Decorate a class: put the shared entries into its docstring."""
    return fill(documented, ENTRIES)
