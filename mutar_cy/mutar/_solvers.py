"""Models as functions with the signatures of MuTaR."""

import inspect

import numpy as np
from sklearn.utils.validation import check_array

from mutar_cy.estimators import DirtyModel, IndLasso, MultiLevelLasso


def solver_lasso(X, y, alpha=None, max_iter=3000, tol=1e-4, positive=False):
    """Fit a lasso per task, without intercepts.

    Parameters
    ----------
    X : array-like of shape (n_tasks, n_samples, n_features), or list of n_tasks \
            {array-like, sparse matrix} of shape (n_samples_k, n_features)
        Designs.
    y : array-like of shape (n_tasks, n_samples), or list of n_tasks array-like of \
            shape (n_samples_k,)
        Targets.
    alpha : float or array-like of shape (n_tasks,), default=None
        Penalty strength, one for all tasks or one per task; 1 if None.
    max_iter : int, default=3000
        Maximum number of passes over the coefficients of a task.
    tol : float, default=1e-4
        A task has converged when its duality gap is at most ``tol`` times its
        objective at zero.
    positive : bool, default=False
        Whether coefficients are constrained to be at least 0.

    Returns
    -------
    theta : ndarray of shape (n_features, n_tasks)
        Coefficients.

    Raises
    ------
    ValueError
        If shapes disagree, numbers are not finite, or a parameter is out of range.

    Warns
    -----
    ConvergenceWarning
        If a duality gap is above its target after ``max_iter`` iterations.

    See Also
    --------
    IndLasso : The estimator, with intercepts and weights.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import solver_lasso
    >>> X = np.array([np.eye(2), 2 * np.eye(2)])
    >>> solver_lasso(X, [[3.0, 0.5], [0.8, -4.0]], alpha=[0.5, 1.0])
    array([[ 2.  ,  0.  ],
           [ 0.  , -1.5]])
    """
    model = IndLasso(
        1.0 if alpha is None else alpha,
        fit_intercept=False,
        max_iter=max_iter,
        tol=tol,
        positive=positive,
    )
    return _fit_for_caller(model, X, y).coef_


def solver_dirty(
    X,
    y,
    coef_shared_,
    coef_specific_,
    alpha=1.0,
    beta=1.0,
    max_iter=10000,
    tol=1e-4,
    positive=False,
):
    """Fit a dirty model without intercepts, starting from given coefficients.

    Parameters
    ----------
    X : array-like of shape (n_tasks, n_samples, n_features), or list of n_tasks \
            {array-like, sparse matrix} of shape (n_samples_k, n_features)
        Designs.
    y : array-like of shape (n_tasks, n_samples), or list of n_tasks array-like of \
            shape (n_samples_k,)
        Targets.
    coef_shared_, coef_specific_ : array-like of shape (n_features, n_tasks)
        Initial coefficients; only their sum is used. They are not modified.
    alpha : float, default=1.0
        Penalty strength of the shared part.
    beta : float, default=1.0
        Penalty strength of the specific part.
    max_iter : int, default=10000
        Maximum number of passes over the coefficients.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the
        objective at zero.
    positive : bool, default=False
        Whether coefficients are constrained to be at least 0.

    Returns
    -------
    coef_shared_, coef_specific_ : ndarray of shape (n_features, n_tasks)
        Shared and specific part of the coefficients.
    R : ndarray of shape (n_tasks, n_samples), or list of ndarray
        Residuals: targets minus predictions, in the layout of y.
    n_iter : int
        Number of passes over the coefficients.

    Raises
    ------
    ValueError
        If shapes disagree, numbers are not finite, or a parameter is out of range.

    Warns
    -----
    ConvergenceWarning
        If the duality gap is above its target after ``max_iter`` iterations.

    See Also
    --------
    DirtyModel : The estimator, with intercepts and weights.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import solver_dirty
    >>> X, y = np.array([np.eye(2), np.eye(2)]), np.array([[1.0, 0.0], [0.3, 0.0]])
    >>> zeros = np.zeros((2, 2))
    >>> shared, specific, R, n_iter = solver_dirty(X, y, zeros, zeros, 0.05, 0.04)
    >>> print(shared[0].round(2), specific[0].round(2), R[:, 0].round(2))
    [0.32 0.24] [0.6 0. ] [0.08 0.06]
    """
    model = DirtyModel(
        alpha,
        beta,
        fit_intercept=False,
        max_iter=max_iter,
        tol=tol,
        positive=positive,
        warm_start=True,
    )
    start = _read_start(X, coef_shared_=coef_shared_, coef_specific_=coef_specific_)
    model.coef_ = start["coef_shared_"] + start["coef_specific_"]
    _fit_for_caller(model, X, y)
    return model.coef_shared_, model.coef_specific_, model.residuals_, model.n_iter_


def _fit_for_caller(model, X, y):
    """Fit a model; warnings point to the caller of the function that calls this one.

    Parameters
    ----------
    model : estimator
        A new one: its state need not be restored if the fit fails.
    X, y : object
        Passed to ``fit``.
    """
    # The stack level of warnings in fit counts two wrappers. Without them, this
    # function and its caller are at the same levels.
    inspect.unwrap(type(model).fit)(model, X, y)
    return model


def _read_start(X, **parts):
    """Return initial coefficients; raise if their shapes do not match the designs.

    Parameters
    ----------
    X : sequence
        Designs.
    **parts : array-like
        Arrays by their names in errors; C has one entry per feature.
    """
    checked = {}
    for name, part in parts.items():
        shape = (np.shape(X[0])[-1], len(X)) if name != "C" else np.shape(X[0])[-1:]
        part = check_array(
            part, dtype=np.float64, input_name=name, ensure_2d=name != "C"
        )
        if part.shape != shape:
            raise ValueError(
                f"{name} has shape {part.shape}, but X holds {len(X)} tasks with "
                f"{shape[0]} features: the shape must be {shape}."
            )
        checked[name] = part
    return checked


def solver_mll(X, y, C, S, alpha=0.1, max_iter=1000, tol=1e-4, positive=False):
    """Fit a multi-level lasso without intercepts, starting from given factors.

    Parameters
    ----------
    X : array-like of shape (n_tasks, n_samples, n_features), or list of n_tasks \
            {array-like, sparse matrix} of shape (n_samples_k, n_features)
        Designs.
    y : array-like of shape (n_tasks, n_samples), or list of n_tasks array-like of \
            shape (n_samples_k,)
        Targets.
    C : array-like of shape (n_features,)
        Initial shared factor, non-negative. The first step computes the best S for it;
        features where it is 0 are left out. It is not modified.
    S : array-like of shape (n_features, n_tasks)
        Initial specific factor of the first step. It affects the speed only and is not
        modified.
    alpha : float, default=0.1
        Penalty strength of both factors.
    max_iter : int, default=1000
        Maximum number of convex problems in the sequence, and of passes over the
        coefficients of a task in each of them.
    tol : float, default=1e-4
        Tolerance of the duality gap of a convex problem, relative to its objective at
        zero, and of the last change of the coefficients.
    positive : bool, default=False
        Whether coefficients must not be negative.

    Returns
    -------
    C : ndarray of shape (n_features,)
        Shared factor, non-negative.
    S : ndarray of shape (n_features, n_tasks)
        Specific factor. The coefficients are ``C[:, None] * S``.
    n_iter : int
        Total number of passes over the coefficients in all convex problems.

    Raises
    ------
    ValueError
        If shapes disagree, numbers are not finite, C is negative, or a parameter is
        out of range.

    Warns
    -----
    ConvergenceWarning
        If a duality gap is above its target, or coefficients still move, after
        ``max_iter`` iterations.

    See Also
    --------
    MultiLevelLasso : The estimator, with intercepts and weights.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import solver_mll
    >>> X, y = np.array([np.eye(2), np.eye(2)]), np.array([[3.0, 0.1], [-2.0, 0.0]])
    >>> C, S, n_iter = solver_mll(X, y, np.ones(2), np.zeros((2, 2)), 0.2, tol=1e-9)
    >>> print((C[:, None] * S).round(3))
    [[ 2.814 -1.814]
     [ 0.     0.   ]]
    """
    model = _FromFactors(
        alpha,
        fit_intercept=False,
        max_iter=max_iter,
        tol=tol,
        positive=positive,
        warm_start=True,
    )
    start = _read_start(X, C=C, S=S)
    if start["C"].min(initial=0.0) < 0.0:
        raise ValueError(f"C must be non-negative, got {start['C'].min()}.")
    model.coef_shared_ = start["C"]
    model.coef_ = start["C"][:, None] * start["S"]
    _fit_for_caller(model, X, y)
    return model.coef_shared_, model.coef_specific_, model.n_iter_


class _FromFactors(MultiLevelLasso):
    """A multi-level lasso whose first convex problem has a given shared factor."""

    def _first_shared_factor(self):
        return self.coef_shared_


_FromFactors.__name__ = MultiLevelLasso.__name__  # in errors
