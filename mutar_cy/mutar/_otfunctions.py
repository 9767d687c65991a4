"""Unbalanced barycentres with the signatures of MuTaR."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy.mutar._utils import read_array, read_axes, read_columns, read_kernel
from mutar_cy.ot import find_barycenter, warn_unconverged

FARTHEST = 1e300  # largest ratio of epsilon and gamma whose products stay finite
LARGEST = np.log(np.finfo(np.float64).max)
SMALLEST = np.finfo(np.float64).tiny
POSITIVE = [Interval(Real, 0, None, closed="neither")]
RANGES = {
    "epsilon": POSITIVE,
    "gamma": POSITIVE,
    "tol": [Interval(Real, 0, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "threshold": [Interval(Real, 0, None, closed="left")],
}


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
    r"""Return the barycentre of masses, and the scalings of the transport plans.

    The barycentre is the ``q >= 0`` that minimises ``sum_k w_k W(P_k, q)`` for weights
    of mean 1, where ``P_k`` is the column of task k and, for a cost C,

    .. math::

       W(\theta, q) = \min_{\Pi \ge 0} \langle C, \Pi \rangle
       + \epsilon \sum_{ij} \Pi_{ij} (\log \Pi_{ij} - 1)
       + \gamma \mathrm{KL}(\Pi 1 | \theta) + \gamma \mathrm{KL}(\Pi^\top 1 | q)

    Parameters
    ----------
    P : array-like of shape (n_features, n_tasks)
        Non-negative masses. A task may have mass 0.
    M : array-like of shape (n_features, n_features)
        ``-C / epsilon``, the logarithm of the kernel: symmetric and at most 0. It is
        not modified.
    epsilon : float
        Weight of the entropy, in the unit of the cost.
    gamma : float
        Weight of the marginal penalty, the price of created or destroyed mass, in the
        unit of the cost.
    b : array-like of shape (n_features, n_tasks), default=None
        Initial right scalings, non-negative, from an earlier call.
    tol : float, default=1e-4
        Tolerance of the residual: the sum of the distances of the marginals from their
        optimality conditions, over the mass.
    max_iter : int, default=1000
        Maximum number of iterations.
    weights : array-like of shape (n_tasks,), default=None
        Positive weights of the tasks; only their ratios matter. Equal if None.
    threshold : float, default=1e-10
        Features where no task has more mass than this count as empty. The value
        includes the price of destroying their mass.

    Returns
    -------
    f : float
        Value of the objective: a lower bound of the minimum, and at convergence the
        minimum, ``gamma * (P @ w).sum() - (epsilon + gamma) * n_tasks * q.sum()``.
    log : dict
        ``"cstr"`` holds the last residual, ``"obj"`` the value, ``"n_iter"`` the
        number of iterations; ``"flag"`` is 0, or -1 without convergence.
    marginals : ndarray of shape (n_tasks, n_features)
        Mass that leaves each feature, by task.
    b : ndarray of shape (n_features, n_tasks)
        Right scalings: the plan of task k is ``a_k[:, None] * exp(M) * b_k``. They are
        0 for a task without mass, and clipped to the largest float.
    q : ndarray of shape (n_features,)
        Barycentre.

    Raises
    ------
    ValueError
        If shapes disagree, numbers are not finite or out of range, M has a positive
        entry or is not symmetric, or weights are too unequal for epsilon much larger
        than gamma.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl_log : The version that returns logarithms of the scalings.
    barycenterkl_img : The version for images.
    mutar_cy.ot.unbalanced_barycenter : Barycentres for any form of the cost.

    Notes
    -----
    The function of MuTaR returns a different f, which is not the value of the
    objective: its formula has the mass of P instead of the mass of the plans. The other
    results agree if MuTaR has converged and its weights sum to 1; its ``tol`` bounds
    the change of q.

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

    This is :func:`barycenterkl` for scalings outside the range of floats. Both iterate
    in logarithms and return the same barycentre.

    Parameters
    ----------
    P : array-like of shape (n_features, n_tasks)
        Non-negative masses. A task may have mass 0.
    M : array-like of shape (n_features, n_features)
        ``-cost / epsilon``, symmetric and at most 0. It is not modified.
    epsilon : float
        Weight of the entropy, in the unit of the cost.
    gamma : float
        Weight of the marginal penalty, the price of created or destroyed mass, in the
        unit of the cost.
    b : array-like of shape (n_features, n_tasks), default=None
        Logarithms of the initial right scalings, from an earlier call.
    tol : float, default=1e-4
        Tolerance of the residual.
    max_iter : int, default=1000
        Maximum number of iterations.
    weights : array-like of shape (n_tasks,), default=None
        Positive weights of the tasks. Equal if None.
    threshold : float, default=1e-10
        Features where no task has more mass than this count as empty.

    Returns
    -------
    f : float
        Value of the objective.
    log : dict
        As in :func:`barycenterkl`, but ``"flag"`` is 3 without convergence.
    marginals : ndarray of shape (n_tasks, n_features)
        Mass that leaves each feature, by task.
    b : ndarray of shape (n_features, n_tasks)
        Logarithms of the right scalings; minus infinity for a task without mass.
    q : ndarray of shape (n_features,)
        Barycentre.

    Raises
    ------
    ValueError
        As in :func:`barycenterkl`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl : The objective, and details.
    barycenterkl_img_log : The version for images.

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


@validate_params(RANGES, prefer_skip_nested_validation=True)
def barycenterkl_img(
    P, M, epsilon, gamma, b=None, tol=1e-4, max_iter=1000, xp=np, threshold=0.0
):
    """Return the barycentre of images, and the scalings of the transport plans.

    This is :func:`barycenterkl` for a cost that is the sum of costs along both axes. It
    needs no matrix over all pixels.

    Parameters
    ----------
    P : array-like of shape (width, height, n_tasks) or (width * height, n_tasks)
        Non-negative masses. A task may have mass 0.
    M : array-like of shape (n, n), or list of two array-like
        ``-cost / epsilon``, symmetric and at most 0: one matrix for both axes of square
        images, or one per axis, of shapes (width, width) and (height, height). It is
        not modified.
    epsilon : float
        Weight of the entropy, in the unit of the cost.
    gamma : float
        Weight of the marginal penalty, the price of created or destroyed mass, in the
        unit of the cost.
    b : array-like shaped as P, default=None
        Initial right scalings, non-negative, from an earlier call.
    tol : float, default=1e-4
        Tolerance of the residual.
    max_iter : int, default=1000
        Maximum number of iterations.
    xp : module, default=numpy
        Accepted for MuTaR compatibility; ignored.
    threshold : float, default=0.0
        Pixels where no task has more mass than this count as empty.

    Returns
    -------
    f : float
        Value of the objective.
    log : dict
        As in :func:`barycenterkl`, but ``"flag"`` is 3 without convergence.
    marginals : ndarray of shape (n_tasks, width * height)
        Mass that leaves each pixel, by task.
    b : ndarray of shape (width, height, n_tasks)
        Right scalings: 0 for a task without mass, and clipped to the largest float.
    q : ndarray of shape (width * height,)
        Barycentre, raveled: the second axis varies fastest.

    Raises
    ------
    ValueError
        As in :func:`barycenterkl`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl : The objective; any cost matrix.
    mutar_cy.utils.groundmetric_img : The cost along the axes of an image.
    mutar_cy.ot.unbalanced_barycenter : Barycentres on grids of any dimension.

    Notes
    -----
    The function of MuTaR accepts square images only, and returns a different f, which
    is not the value of the objective.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.otfunctions import barycenterkl_img
    >>> from mutar_cy.utils import groundmetric_img
    >>> images = np.zeros((5, 7, 2))
    >>> images[1, 1, 0] = images[3, 5, 1] = 1.0
    >>> M = [-axis for axis in groundmetric_img(5, 7)]
    >>> f, log, marginals, b, q = barycenterkl_img(images, M, 1.0, 100.0)
    >>> np.unravel_index(q.argmax(), (5, 7)), b.shape
    ((np.int64(2), np.int64(3)), (5, 7, 2))
    """
    problem = Weighted(P, read_axes(M, "M"), epsilon, gamma, threshold)
    start = logarithms_of(b)
    value, log, marginals, log_b, q = problem.solve(start, tol, max_iter, flag=3)
    return value, log, marginals, scalings_of(log_b).reshape(*problem.shape, -1), q


@validate_params(RANGES, prefer_skip_nested_validation=True)
def barycenterkl_img_log(
    P, M, epsilon, gamma, b=None, tol=1e-4, max_iter=1000, xp=np, threshold=0.0
):
    """Return the barycentre of images, and the logarithms of the scalings.

    This is :func:`barycenterkl_img` for scalings outside the range of floats. Both
    iterate in logarithms and return the same barycentre.

    Parameters
    ----------
    P : array-like of shape (width, height, n_tasks) or (width * height, n_tasks)
        Non-negative masses. A task may have mass 0.
    M : array-like of shape (n, n), or list of two array-like
        ``-cost / epsilon``, symmetric and at most 0: one matrix for both axes of square
        images, or one per axis, of shapes (width, width) and (height, height). It is
        not modified.
    epsilon : float
        Weight of the entropy, in the unit of the cost.
    gamma : float
        Weight of the marginal penalty, the price of created or destroyed mass, in the
        unit of the cost.
    b : array-like shaped as P, default=None
        Logarithms of the initial right scalings, from an earlier call.
    tol : float, default=1e-4
        Tolerance of the residual.
    max_iter : int, default=1000
        Maximum number of iterations.
    xp : module, default=numpy
        Accepted for MuTaR compatibility; ignored.
    threshold : float, default=0.0
        Pixels where no task has more mass than this count as empty.

    Returns
    -------
    f : float
        Value of the objective.
    log : dict
        As in :func:`barycenterkl_img`.
    marginals : ndarray of shape (n_tasks, width * height)
        Mass that leaves each pixel, by task.
    b : ndarray of shape (width, height, n_tasks)
        Logarithms of the right scalings; minus infinity for a task without mass.
    q : ndarray of shape (width * height,)
        Barycentre, raveled: the second axis varies fastest.

    Raises
    ------
    ValueError
        As in :func:`barycenterkl`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl_img : Details.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.otfunctions import barycenterkl_img_log
    >>> from mutar_cy.utils import groundmetric_img
    >>> images = np.zeros((5, 5, 2))
    >>> images[1, 1, 0] = images[3, 3, 1] = 1.0
    >>> f, log, marginals, log_b, q = barycenterkl_img_log(
    ...     images, -groundmetric_img(5), 1.0, 100.0
    ... )
    >>> int(q.argmax()), log_b.shape, log["flag"]
    (12, (5, 5, 2), 0)
    """
    problem = Weighted(P, read_axes(M, "M"), epsilon, gamma, threshold)
    value, log, marginals, log_b, q = problem.solve(b, tol, max_iter, flag=3)
    return value, log, marginals, log_b.reshape(*problem.shape, -1), q


class Weighted:
    r"""Masses whose barycentre minimises ``T * sum_k w_k W(P_k, q) / sum_k w_k``.

    Weights of mean 1 enter through ``q = [mean_k w_k A_k^tau]^(1/tau)`` only, and
    ``w_k A_k^tau = (c_k A_k)^tau`` for ``c_k = w_k^(1/tau)``: the scalings ``c_k a_k``
    and ``c_k^(tau-1) b_k`` are those of masses ``P_k w_k^(2 + epsilon/gamma)`` without
    weights, with the same barycentre.

    Parameters
    ----------
    P : array-like of shape (*shape[, n_tasks]) or (n_features[, n_tasks])
        Non-negative masses.
    factors : list of ndarray
        ``-cost / epsilon``, as a matrix or along each axis.
    epsilon, gamma : float
        Weights of the entropy and of the marginal penalty.
    threshold : float
        Features where no task has more mass than this count as empty.
    weights : array-like of shape (n_tasks,), default=None
        Positive; equal if None.
    """

    def __init__(self, P, factors, epsilon, gamma, threshold, weights=None):
        self.kernel = read_kernel(factors)
        self.shape = tuple(map(len, factors))
        self.epsilon, self.gamma = float(epsilon), float(gamma)
        self.ratio = self.epsilon / self.gamma
        if not 1.0 / FARTHEST < self.ratio < FARTHEST:
            raise ValueError(f"epsilon / gamma is beyond float: {epsilon} / {gamma}")
        self.P = read_columns(P, "P", self.shape)
        if self.P.min() < 0.0:
            raise ValueError(f"P must be non-negative, got {self.P.min():g}")
        n_tasks = self.P.shape[1]
        weights = np.ones(n_tasks) if weights is None else _positive(weights, n_tasks)
        self.weights = weights / weights.mean()
        kept = (threshold < self.P).any(axis=1)
        self.given = np.where(kept[:, None], self.P, 0.0)

    def _scaled(self):
        """Return the masses that have this barycentre without weights."""
        log_factor = (2.0 + self.ratio) * np.log(self.weights)
        factor = np.exp(np.minimum(log_factor, LARGEST))
        with np.errstate(over="ignore"):
            scaled = self.given * factor
        lost = (self.given >= SMALLEST) & (scaled < SMALLEST)
        if lost.any() or np.isinf(scaled).any() or log_factor.max() > LARGEST:
            raise ValueError(
                f"weights {self.weights} (of mean 1) are too unequal for epsilon / "
                f"gamma = {self.ratio:g}"
            )
        return scaled

    def solve(self, log_b, tol, max_iter, flag):
        """Return value, log, marginals, logarithm of the scalings, and barycentre.

        Parameters
        ----------
        log_b : array-like of shape (n_features, n_tasks), or None
            Logarithms of the initial scalings.
        tol : float
            Tolerance of the residual.
        max_iter : int
            Maximum number of iterations.
        flag : int
            Value of "flag" in the log without convergence.
        """
        # Logarithm of c^(1 - tau), the factor of the right scalings (see the class).
        log_c = np.log(self.weights) / self.ratio
        start = None if log_b is None else self._start(log_b) - log_c
        given = self._scaled(), self.kernel, 1.0, 1.0 / self.ratio
        result = find_barycenter(*given, tol, max_iter, start)
        # On the user's line: above are the function that was called, and its wrapper.
        warn_unconverged(result, tol, frames=4)
        log_a = result.log_left - log_c * (1.0 + self.ratio)
        value = self._value(log_a, result.barycenter)
        log = {
            "cstr": [result.residual],
            "flag": 0 if result.converged else flag,
            "obj": [value],
            "n_iter": result.n_iter,
        }
        marginals = (result.left_marginals / self.weights).T
        return value, log, marginals, result.log_right + log_c, result.barycenter

    def _start(self, log_b):
        """Return the logarithms of the initial scalings, or raise a ValueError."""
        log_b = read_columns(log_b, "b", self.shape, finite=False)
        if log_b.shape != self.P.shape or not (log_b < np.inf).all():
            raise ValueError(
                f"b must hold one scaling for each of P's {self.P.shape[0]} features "
                f"and {self.P.shape[1]} tasks, neither undefined nor infinite"
            )
        return log_b

    def _value(self, log_a, barycenter):
        """Return the lower bound of the minimum that left scalings give."""
        lost = np.ones(self.P.shape)  # entries without mass lose all
        np.expm1(-self.ratio * log_a, out=lost, where=self.given > 0.0)
        np.negative(lost, out=lost, where=self.given > 0.0)
        kept = self.epsilon * len(self.weights) * barycenter.sum()
        return float(self.gamma * ((self.P * lost) @ self.weights).sum() - kept)


def scalings_of(logarithms):
    """Return exponentials of logarithms, clipped to the largest float.

    Parameters
    ----------
    logarithms : ndarray
        May hold minus infinity.
    """
    return np.exp(np.minimum(logarithms, LARGEST))


def logarithms_of(scalings):
    """Return logarithms of scalings, NaN for negative ones; None for None.

    Parameters
    ----------
    scalings : array-like or None
        Non-negative.
    """
    if scalings is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(scalings)


def _positive(weights, n_tasks):
    """Return positive weights of the tasks, or raise a ValueError."""
    weights = read_columns(weights, "weights", (n_tasks,))
    if weights.shape[1] > 1 or not (weights > 0.0).all():
        raise ValueError(
            f"weights must be {n_tasks} positive numbers; leave out a task of none"
        )
    return weights[:, 0]
