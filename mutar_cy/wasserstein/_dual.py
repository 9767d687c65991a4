"""The dual, which needs no inner loop, and the primal point that it recovers.

In the units of a stack the problem is ``min sum_c |y_c - X_c w_c|^2 / (2 sigma_c)``
plus the penalty. For any ``u`` with a positive ``ratio`` everywhere,

    ratio = 1 + (beta - s X'u) / (alpha gamma),   log a = -(gamma / epsilon) log ratio,
    A = K a,   q = (mean_c A_c^tau)^(1 / tau)

give the dual value ``<u, y> - sum_c sigma_c |u_c|^2 / 2 - alpha epsilon C sum_s sum q``
for C columns, a lower bound of the minimum. The plans ``diag(a) K diag(b)`` with ``b =
(q / A)^(1 - tau)`` have left marginals ``m`` and recover ``theta = m / ratio``.
"""

from typing import NamedTuple

import numpy as np


class Half(NamedTuple):
    """What a dual point makes of one sign of the coefficients: (n_features, n_columns).

    ``left`` and ``theta`` are None until the point has been completed.
    """

    sign: float
    ratio: np.ndarray
    log_left: np.ndarray  # log a
    log_sums: np.ndarray  # log A
    log_barycentre: np.ndarray  # log q, (n_features,)
    log_right: np.ndarray  # log b
    left: np.ndarray | None = None  # m
    theta: np.ndarray | None = None


class Point(NamedTuple):
    """A dual point, its value, and what it recovers."""

    u: np.ndarray  # flat
    correlation: np.ndarray  # X'u, (n_features, n_columns)
    value: float
    halves: list
    gradient: np.ndarray | None = None  # y - sigma u - X theta, flat
    gap: float = np.inf
    scale: float = 0.0  # of the terms that the gap is the difference of


def power_mean(log_sums, tau):
    """Return the log of the mean over columns, of power ``tau``, of exponentials."""
    top = log_sums.max(axis=1)
    top = np.where(np.isneginf(top), 0.0, top)
    # As tau is small the terms are near one: their logarithm must not be rounded.
    relative = np.expm1(tau * (log_sums - top[:, None])).mean(axis=1)
    with np.errstate(divide="ignore"):
        return top + np.log1p(relative) / tau


def half_of(problem, sign, beta, correlation):
    """Return one sign's half of a dual point, or None outside of the domain."""
    excess = (beta - sign * correlation) / (problem.alpha * problem.gamma)
    if excess.min() <= -1.0:
        return None
    log_left = np.log1p(excess)
    log_left *= -problem.gamma / problem.epsilon
    log_sums = problem.kernel.log_product(log_left) + problem.shift
    log_barycentre = power_mean(log_sums, problem.tau)
    log_right = (1.0 - problem.tau) * (log_barycentre[:, None] - log_sums)
    return Half(sign, 1.0 + excess, log_left, log_sums, log_barycentre, log_right)


LARGEST = 600.0  # a logarithm whose exponential, summed, is a number


def evaluate(problem, u, correlation):
    """Return the dual point without what it recovers, or None outside of the domain.

    Parameters
    ----------
    problem : Problem
    u : ndarray of shape (n_samples,)
    correlation : ndarray of shape (n_features, n_columns)
        ``X'u``.
    """
    halves, total = [], 0.0
    for sign, beta in zip(problem.signs, problem.beta, strict=True):
        half = half_of(problem, sign, beta, correlation)
        if half is None or not half.log_barycentre.max() < LARGEST:
            return None
        halves.append(half)
        total += float(np.exp(half.log_barycentre).sum())
    linear = float(u @ problem.data.target)
    square = 0.5 * float(u @ (problem.ridge * u))
    mass = problem.alpha * problem.epsilon * problem.data.n_columns * total
    scale = abs(linear) + square + mass
    return Point(u, correlation, linear - square - mass, halves, scale=scale)


def complete(problem, point):
    """Return a dual point with the primal point that it recovers, and their gap.

    Inserting the formulas above into the primal, all but the data term cancels: the gap
    is exactly ``sum_c |gradient_c|^2 / (2 sigma_c)``.
    """
    halves, net = [], 0.0
    for half in point.halves:
        log_mass = problem.kernel.log_product(half.log_right)
        log_mass += half.log_left
        log_mass += problem.shift
        left = np.exp(np.minimum(log_mass, LARGEST))
        theta = left / half.ratio
        halves.append(half._replace(left=left, theta=theta))
        net = net + half.sign * theta
    gradient = problem.data.target - problem.ridge * point.u
    gradient -= problem.data.predict(net)
    gap = 0.5 * float(gradient @ (gradient / problem.ridge))
    # What the logarithms are rounded by counts gamma / epsilon times.
    mass = sum(float(half.left.sum()) for half in halves)
    scale = point.scale + problem.alpha * problem.gamma * mass
    return point._replace(halves=halves, gradient=gradient, gap=gap, scale=scale)
