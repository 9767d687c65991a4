"""The dual objective in closed form, and the primal point that it recovers.

In scaled units the problem is ``min sum_c |y_c - X_c w_c|^2 / (2 sigma_c)``
plus the penalty. For any ``u`` with a positive ``ratio`` everywhere,

    ratio = 1 + (beta - s X'u) / (alpha gamma),   log a = -(gamma / epsilon) log ratio,
    A = K a,   q = (mean_c A_c^tau)^(1 / tau)

give the dual value ``<u, y> - sum_c sigma_c |u_c|^2 / 2 - alpha epsilon C sum_s sum q``
for C columns, a lower bound of the minimum. The plans ``diag(a) K diag(b)`` with ``b =
(q / A)^(1 - tau)`` have left marginals ``m`` and recover ``theta = m / ratio``.
"""

import math
from typing import NamedTuple

import numpy as np

from mutar_cy.ot import log_power_mean

# Largest logarithm of a mass, and of its price, whose exponentials do not overflow when
# they are summed over features and columns: exp(709) does.
LARGEST = 690.0


class SignedPart(NamedTuple):
    """The quantities of a dual point for one sign of the coefficients.

    Shapes are (n_features, n_columns). ``left`` and ``theta`` are None until `complete`
    computes them.
    """

    sign: float
    ratio: np.ndarray
    log_left: np.ndarray  # log a
    log_sums: np.ndarray  # log A
    log_barycentre: np.ndarray  # log q, (n_features,)
    log_right: np.ndarray  # log b
    left: np.ndarray | None = None  # m
    theta: np.ndarray | None = None


class DualPoint(NamedTuple):
    """A dual point, its value, and the primal point that it recovers."""

    u: np.ndarray  # flat
    correlation: np.ndarray  # X'u, (n_features, n_columns)
    value: float
    halves: list
    gradient: np.ndarray | None = None  # y - sigma u - X theta, flat
    gap: float = np.inf
    scale: float = 0.0  # of the terms that the gap is the difference of


def joint_log_product(problem, logarithms):
    """Return ``log(K exp(v))`` of several arrays, by one product."""
    joined = problem.kernel.log_product(np.concatenate(logarithms, axis=1))
    joined += problem.shift
    return np.split(joined, len(logarithms), axis=1)


def evaluate(problem, u, correlation):
    """Return a dual point without its primal point; None outside of the domain.

    Parameters
    ----------
    problem : TransportProblem
    u : ndarray of shape (n_samples,)
    correlation : ndarray of shape (n_features, n_columns)
        ``X'u``.
    """
    ratios, lefts = [], []
    for sign, beta in zip(problem.signs, problem.beta, strict=True):
        excess = (beta - sign * correlation) / (problem.alpha * problem.gamma)
        if excess.min() <= -1.0:
            return None
        ratios.append(1.0 + excess)
        lefts.append(np.log1p(excess) * (-problem.gamma / problem.epsilon))
    halves, mass = [], 0.0
    sums = joint_log_product(problem, lefts)
    for sign, ratio, log_left, log_sums in zip(
        problem.signs, ratios, lefts, sums, strict=True
    ):
        log_barycentre = log_power_mean(log_sums, problem.tau)
        log_price = log_barycentre + math.log(problem.mass_price)
        if not log_price.max() < LARGEST:
            return None
        log_right = (1.0 - problem.tau) * (log_barycentre[:, None] - log_sums)
        half = SignedPart(sign, ratio, log_left, log_sums, log_barycentre, log_right)
        halves.append(half)
        mass += float(np.exp(log_price).sum())
    smooth, size = smooth_terms(problem, u)
    return DualPoint(u, correlation, smooth - mass, halves, scale=size + mass)


def smooth_terms(problem, u):
    """Return the data terms of the dual, and their size."""
    linear = float(u @ problem.data.target)
    square = 0.5 * float(u @ (problem.ridge * u))
    return linear - square, abs(linear) + square


def complete(problem, point):
    """Return a dual point with the primal point that it recovers, and the gap.

    With the formulas above, all terms of the gap but those of the data cancel: the gap
    is exactly ``sum_c |gradient_c|^2 / (2 sigma_c)``.
    """
    halves, net = [], 0.0
    sums = joint_log_product(problem, [half.log_right for half in point.halves])
    for half, log_mass in zip(point.halves, sums, strict=True):
        log_mass += half.log_left
        left = np.exp(np.minimum(log_mass, LARGEST))
        theta = left / half.ratio
        halves.append(half._replace(left=left, theta=theta))
        net = net + half.sign * theta
    gradient = problem.data.target - problem.ridge * point.u
    gradient -= problem.data.predict(net)
    gap = 0.5 * float(gradient @ (gradient / problem.ridge))
    # The rounding of logarithms is multiplied by gamma / epsilon.
    mass = sum(float(half.left.sum()) for half in halves)
    scale = point.scale + problem.alpha * problem.gamma * mass
    return point._replace(halves=halves, gradient=gradient, gap=gap, scale=scale)
