"""Unbalanced barycentres of masses."""

import warnings
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from mutar_cy.ot._checks import check_masses, check_positive
from mutar_cy.ot._iterations import cool_down, iterate
from mutar_cy.ot._make_kernel import make_kernel
from mutar_cy.ot._sweep import Masses


class Barycenter(NamedTuple):
    """Result of :func:`~mutar_cy.ot.unbalanced_barycenter`."""

    barycenter: np.ndarray  # (n_features,)
    left_marginals: np.ndarray  # (n_features, n_tasks)
    right_marginals: np.ndarray  # (n_features, n_tasks)
    value: float
    gap: float
    residual: float
    n_iter: int
    converged: bool
    log_left: np.ndarray  # (n_features, n_tasks)
    log_right: np.ndarray  # (n_features, n_tasks)


def unbalanced_barycenter(
    theta, M, epsilon, gamma, *, tol=1e-9, max_iter=1000, start=None
):
    r"""Compute the unbalanced barycentre of masses: they may be created and destroyed.

    The barycentre is the ``q >= 0`` that minimises ``sum_k W(theta_k, q)``, where

    .. math::

       W(\theta, q) = \min_{P \ge 0} \langle M, P \rangle
       + \epsilon \sum_{ij} P_{ij} (\log P_{ij} - 1)
       + \gamma \mathrm{KL}(P 1 | \theta) + \gamma \mathrm{KL}(P^\top 1 | q)

    and :math:`\mathrm{KL}(a | b) = \sum a \log(a / b) - a + b`. The algorithm makes
    Sinkhorn's sweeps in logarithms, shifts the potentials of every task by the best
    constant after each sweep [1]_, and extrapolates from the last sweeps [2]_ as long
    as the dual bound does not fall. Newton steps replace sweeps where they take less
    time. A small epsilon is approached through larger ones.

    Parameters
    ----------
    theta : array-like of shape (n_features, n_tasks)
        Masses, non-negative. A task may be without mass.
    M : array-like, sequence of array-like, sparse matrix or Kernel
        Cost of moving, as in :func:`~mutar_cy.ot.make_kernel`. A kernel saves the
        analysis of the cost.
    epsilon : float
        Strength of the entropy, in units of ``M``, arbitrarily small.
    gamma : float
        Cost of creating and of destroying mass, in units of ``M``.
    tol : float, default=1e-9
        Stop when ``residual`` is at most ``tol``, or when rounding allows no less.
    max_iter : int, default=1000
        Maximum number of iterations: sweeps and Newton steps.
    start : array-like of shape (n_features, n_tasks), default=None
        Starting point: ``log_right`` of an earlier result.

    Returns
    -------
    result : Barycenter
        Named tuple of

        - ``barycenter`` of shape (n_features,);
        - ``left_marginals`` and ``right_marginals`` of shape (n_features, n_tasks): the
          mass that leaves each feature of each task, and that arrives from it at each
          feature of the barycentre;
        - ``value``, a lower bound of the minimum, and ``gap``: the objective of the
          returned plans is ``value + gap``. At convergence both bounds equal
          ``gamma * theta.sum() - (epsilon + gamma) * n_tasks * barycenter.sum()``;
        - ``residual``: l1 distance of the left marginals from the optimal masses for
          these potentials, relative to the sum of the latter;
        - ``n_iter``, the number of iterations, and ``converged``: whether the residual
          is at most ``tol`` or at rounding level;
        - ``log_left`` and ``log_right`` of shape (n_features, n_tasks): the plan of
          task k is ``exp(log_left[i, k] - M[i, j] / epsilon + log_right[j, k])``.

    Raises
    ------
    ValueError
        If ``theta`` is negative or undefined or has other features than ``M``, if
        ``epsilon`` or ``gamma`` is not positive, or ``M`` is no cost.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    mutar_cy.ot.make_kernel : Accepted forms of the cost.

    References
    ----------
    .. [1] T. Sejourne, F.-X. Vialard, G. Peyre, "Faster unbalanced optimal transport:
       translation invariant Sinkhorn and 1-D Frank-Wolfe", AISTATS 2022, section 3.
    .. [2] D. G. Anderson, "Iterative procedures for nonlinear integral equations",
       Journal of the ACM 12, 1965.
    .. [3] L. Chizat, G. Peyre, B. Schmitzer, F.-X. Vialard, "Scaling algorithms for
       unbalanced optimal transport problems", Mathematics of Computation 87, 2018,
       section 5.2.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.ot import grid_cost, unbalanced_barycenter
    >>> x = np.arange(40)
    >>> theta = np.stack([np.exp(-((x - c) ** 2) / 8) for c in (10, 20)], axis=1)
    >>> result = unbalanced_barycenter(theta, grid_cost(40), epsilon=1.0, gamma=1e4)
    >>> int(result.barycenter.argmax()), bool(result.gap < 1e-9)
    (15, True)
    """
    result = find_barycenter(theta, M, epsilon, gamma, tol, max_iter, start)
    warn_unconverged(result, tol, frames=2)
    return result


def find_barycenter(theta, M, epsilon, gamma, tol, max_iter, start):
    """Return `unbalanced_barycenter` without a warning."""
    epsilon = check_positive(epsilon, "epsilon")
    gamma = check_positive(gamma, "gamma")
    numbers_given = isinstance(tol, Real) and isinstance(max_iter, Integral)
    if not (numbers_given and tol >= 0.0 and max_iter >= 1):
        raise ValueError(
            "tol must be >= 0 and max_iter >= 1, a whole number, got "
            f"{tol!r} and {max_iter!r}"
        )
    kernel = make_kernel(M, epsilon)
    theta = check_masses(theta, kernel.n_features)
    problem = Masses(theta, kernel, gamma)
    if not len(problem.given):
        return _nothing(theta)
    log_a, n_done = _begin(problem, start, theta.shape, max_iter)
    return _result(problem, iterate(problem, log_a, tol, max_iter - n_done), n_done)


def warn_unconverged(result, tol, *, frames):
    """Warn if a barycentre has not converged, ``frames`` frames above."""
    if result.converged:
        return
    warnings.warn(
        f"The barycentre did not converge in {result.n_iter} iterations: its residual "
        f"is {result.residual:.2e}, tol is {tol:.2e}. More iterations (max_iter) or a "
        "larger epsilon would help.",
        ConvergenceWarning,
        stacklevel=frames + 1,
    )


def _begin(problem, start, shape, max_iter):
    """Return the first left potentials, and the number of iterations that they took."""
    if start is None:
        return cool_down(problem, max_iter)
    start = np.asarray(start, dtype=np.float64)
    if start.shape != shape or not (start < np.inf).all():
        raise ValueError(
            f"start must be of shape {shape} and finite or minus infinity, "
            f"got shape {start.shape}"
        )
    return cool_down(problem, max_iter, problem.left(start[:, problem.given]))


def _result(problem, ended, n_done):
    """Return the result for all tasks."""
    sweep = ended.sweep
    left = problem.spread(sweep.target * (1.0 + sweep.excess), 0.0)
    right = np.exp(sweep.log_b + sweep.log_A)
    right[np.isneginf(sweep.log_A)] = 0.0
    return Barycenter(
        np.exp(sweep.log_q),
        problem.in_all_tasks(left, 0.0),
        problem.in_all_tasks(right, 0.0),
        float(sweep.lower),
        float(sweep.gap),
        float(sweep.residual),
        n_done + ended.n_iter,
        ended.converged,
        problem.in_all_tasks(problem.spread(sweep.log_a, -np.inf), -np.inf),
        problem.in_all_tasks(sweep.log_b, -np.inf),
    )


def _nothing(theta):
    """Return the barycentre of masses that are all zero."""
    zeros, empty = np.zeros(theta.shape), np.full(theta.shape, -np.inf)
    parts = zeros[:, 0], zeros, zeros.copy(), 0.0, 0.0, 0.0, 0, True
    return Barycenter(*parts, empty, empty.copy())
