"""The multi-level lasso as a function, by the arguments and the returns of MuTaR."""

from mutar_cy.estimators._multi_level_lasso import MultiLevelLasso
from mutar_cy.estimators._mutar_functions import fit_for_caller, read_start


def solver_mll(X, y, C, S, alpha=0.1, max_iter=1000, tol=1e-4, positive=False):
    """Solve a multi-level lasso without intercepts, from given factors.

    Parameters
    ----------
    X : array-like of shape (n_tasks, n_samples, n_features), or list of n_tasks \
            {array-like, sparse matrix} of shape (n_samples_k, n_features)
        The designs.
    y : array-like of shape (n_tasks, n_samples), or list of n_tasks array-like of \
            shape (n_samples_k,)
        The targets.
    C : array-like of shape (n_features,)
        The shared factor to start with, non-negative: first of all, the best S for it
        is looked for. Features where it is 0 are left out. It is not modified.
    S : array-like of shape (n_features, n_tasks)
        The specific factor from which that search starts. It makes it faster and
        changes nothing else, and is not modified.
    alpha : float, default=0.1
        Strength of the penalty on either factor.
    max_iter : int, default=1000
        Most convex problems to solve one after another, and most passes over the
        coefficients of a task in each of them.
    tol : float, default=1e-4
        How small a convex problem's duality gap has to be, relative to the objective
        at zero, and how little coefficients may move in the end.
    positive : bool, default=False
        Whether coefficients are constrained to be at least 0.

    Returns
    -------
    C : ndarray of shape (n_features,)
        The shared factor, non-negative.
    S : ndarray of shape (n_features, n_tasks)
        The specific factor. The coefficients are ``C[:, None] * S``.
    n_iter : int
        Passes made over the coefficients, in all convex problems together.

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
    MultiLevelLasso : The same as an estimator, with intercepts and weights.

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
    start = read_start(X, C=C, S=S)
    if start["C"].min(initial=0.0) < 0.0:
        raise ValueError(f"C must be non-negative, got {start['C'].min()}.")
    model.coef_shared_ = start["C"]
    model.coef_ = start["C"][:, None] * start["S"]
    fit_for_caller(model, X, y)
    return model.coef_shared_, model.coef_specific_, model.n_iter_


class _FromFactors(MultiLevelLasso):
    """A multi-level lasso whose first problem is the one of a given shared factor."""

    def _first_shared_factor(self):
        return self.coef_shared_


_FromFactors.__name__ = MultiLevelLasso.__name__  # in errors
