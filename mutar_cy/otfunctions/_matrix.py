"""Barycentres for a cost matrix."""

from sklearn.utils._param_validation import validate_params

from mutar_cy.otfunctions._weighted import (
    RANGES,
    Weighted,
    logarithms_of,
    scalings_of,
)
from mutar_cy.utils import read_array


@validate_params(RANGES, prefer_skip_nested_validation=True)
def barycenterkl(
    P,
    M,
    epsilon,
    gamma,
    b=None,
    tol=1e-4,
    max_iter=1000,
    weights=None,
    threshold=1e-10,
):
    r"""Return the barycentre of masses, and the scalings that transport them to it.

    It is the ``q >= 0`` that minimises ``sum_k w_k W(P_k, q)`` for weights of mean 1,
    where ``P_k`` is the column of task k and, for a cost C,

    .. math::

       W(\theta, q) = \min_{\Pi \ge 0} \langle C, \Pi \rangle
       + \epsilon \sum_{ij} \Pi_{ij} (\log \Pi_{ij} - 1)
       + \gamma \mathrm{KL}(\Pi 1 | \theta) + \gamma \mathrm{KL}(\Pi^\top 1 | q)

    Parameters
    ----------
    P : array-like of shape (n_features, n_tasks)
        Masses, non-negative. A task may have none.
    M : array-like of shape (n_features, n_features)
        ``-C / epsilon``, the logarithm of the kernel: symmetric and not positive. It is
        not modified.
    epsilon : float
        Strength of the entropy, in units of the cost.
    gamma : float
        Cost of creating and of destroying mass, in units of the cost.
    b : array-like of shape (n_features, n_tasks), default=None
        Right scalings to start with, non-negative; returned by an earlier call.
    tol : float, default=1e-4
        Stop when the residual is at most this: the sum of the distances of the
        marginals from what the scalings ask for, over the mass.
    max_iter : int, default=1000
        Most iterations to make.
    weights : array-like of shape (n_tasks,), default=None
        How much each task counts, positive: only their ratios matter. Equal if None.
    threshold : float, default=1e-10
        Features where no task has more mass than this count as empty. Their mass is
        destroyed, which the value counts.

    Returns
    -------
    f : float
        The value: a lower bound of the least one, and at the end this itself,
        ``gamma * (P @ w).sum() - (epsilon + gamma) * n_tasks * q.sum()``.
    log : dict
        ``"cstr"`` holds the last residual, ``"obj"`` the value, ``"n_iter"`` the
        number of iterations; ``"flag"`` is 0, or -1 if ``max_iter`` was too small.
    marginals : ndarray of shape (n_tasks, n_features)
        The mass that leaves each feature of each task.
    b : ndarray of shape (n_features, n_tasks)
        The right scalings: the plan of task k is
        ``a_k[:, None] * exp(M) * b_k``. They are 0 for a task without mass, and the
        largest float where they are larger.
    q : ndarray of shape (n_features,)
        The barycentre.

    Raises
    ------
    ValueError
        If shapes disagree, numbers are not finite or out of range, M is positive
        somewhere or not symmetric, or weights are too unequal for an epsilon far
        above gamma.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl_log : The same with logarithms of the scalings.
    barycenterkl_img : Images.
    mutar_cy.ot.unbalanced_barycenter : What this calls; any form of the cost.

    Notes
    -----
    MuTaR's function of this name returns another f, which is not the value: its
    formula has the mass of P in the place of the mass of the plans. All else agrees
    where MuTaR has converged and its weights add up to 1; its ``tol`` bounds the
    change of q.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.otfunctions import barycenterkl
    >>> from mutar_cy.utils import groundmetric
    >>> P = np.zeros((9, 2))
    >>> P[2, 0] = P[6, 1] = 1.0
    >>> f, log, marginals, b, q = barycenterkl(P, -groundmetric(9), 1.0, 100.0)
    >>> int(q.argmax()), log["flag"], marginals.sum(axis=1).round(2)
    (4, 0, array([0.97, 0.97]))
    """
    factors = [read_array(M, "M", finite=False)]
    problem = Weighted(P, factors, epsilon, gamma, threshold, weights)
    start = logarithms_of(b)
    value, log, marginals, log_b, q = problem.solve(start, tol, max_iter, flag=-1)
    return value, log, marginals, scalings_of(log_b), q


@validate_params(RANGES, prefer_skip_nested_validation=True)
def barycenterkl_log(
    P,
    M,
    epsilon,
    gamma,
    b=None,
    tol=1e-4,
    max_iter=1000,
    weights=None,
    threshold=1e-10,
):
    """Return the barycentre of masses, and the logarithms of the scalings.

    This is :func:`barycenterkl` for scalings that may be beyond float. Both sweep in
    logarithms, and find the same.

    Parameters
    ----------
    P : array-like of shape (n_features, n_tasks)
        Masses, non-negative. A task may have none.
    M : array-like of shape (n_features, n_features)
        ``-cost / epsilon``, symmetric and not positive. It is not modified.
    epsilon : float
        Strength of the entropy, in units of the cost.
    gamma : float
        Cost of creating and of destroying mass, in units of the cost.
    b : array-like of shape (n_features, n_tasks), default=None
        Logarithms of the right scalings to start with, returned by an earlier call.
    tol : float, default=1e-4
        Stop when the residual is at most this.
    max_iter : int, default=1000
        Most iterations to make.
    weights : array-like of shape (n_tasks,), default=None
        How much each task counts, positive. Equal if None.
    threshold : float, default=1e-10
        Features where no task has more mass than this count as empty.

    Returns
    -------
    f : float
        The value.
    log : dict
        As of :func:`barycenterkl`, but ``"flag"`` is 3 if ``max_iter`` was too small.
    marginals : ndarray of shape (n_tasks, n_features)
        The mass that leaves each feature of each task.
    b : ndarray of shape (n_features, n_tasks)
        Logarithms of the right scalings; minus infinity for a task without mass.
    q : ndarray of shape (n_features,)
        The barycentre.

    Raises
    ------
    ValueError
        As by :func:`barycenterkl`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl : The problem, and what is the same.
    barycenterkl_img_log : Images.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.otfunctions import barycenterkl_log
    >>> from mutar_cy.utils import groundmetric
    >>> P = np.zeros((9, 2))
    >>> P[2, 0] = P[6, 1] = 1.0
    >>> f, log, marginals, log_b, q = barycenterkl_log(
    ...     P, -groundmetric(9) / 1e-4, 1e-4, 100.0
    ... )
    >>> int(q.argmax()), bool(log_b.max() > np.log(np.finfo(float).max))
    (4, True)
    """
    factors = [read_array(M, "M", finite=False)]
    problem = Weighted(P, factors, epsilon, gamma, threshold, weights)
    return problem.solve(b, tol, max_iter, flag=3)
