"""Barycentres of masses that have weights, as barycentres of masses that have none."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval

from mutar_cy.ot import find_barycenter, warn_unconverged
from mutar_cy.utils import read_columns, read_kernel

FARTHEST = 1e300  # what epsilon and gamma may differ by
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


class Weighted:
    r"""Masses, whose barycentre minimises ``T * sum_k w_k W(P_k, q) / sum_k w_k``.

    Weights of mean 1 enter through ``q = [mean_k w_k A_k^tau]^(1/tau)`` only, and
    ``w_k A_k^tau = (c_k A_k)^tau`` for ``c_k = w_k^(1/tau)``: the scalings ``c_k a_k``
    and ``c_k^(tau-1) b_k`` are those of masses ``P_k w_k^(2 + epsilon/gamma)`` without
    weights, with the same barycentre.

    Parameters
    ----------
    P : array-like of shape (*shape[, n_tasks]) or (n_features[, n_tasks])
        The masses, non-negative.
    factors : list of ndarray
        ``-cost / epsilon``, as a matrix or along each axis.
    epsilon, gamma : float
        Strengths of the entropy and of the marginals.
    threshold : float
        Features where no task has more than this count as empty.
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
        """Return the masses that have the same barycentre without weights."""
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
            Logarithms of the scalings to start with.
        tol : float
            Of the residual.
        max_iter : int
            Most iterations.
        flag : int
            What the log says if the iterations did not suffice.
        """
        # Logarithm of c^(1 - tau): what the right scalings are too small by.
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
        """Return logarithms of scalings to start with, or raise."""
        log_b = read_columns(log_b, "b", self.shape, finite=False)
        if log_b.shape != self.P.shape or not (log_b < np.inf).all():
            raise ValueError(
                f"b must hold one scaling for each of P's {self.P.shape[0]} features "
                f"and {self.P.shape[1]} tasks, neither undefined nor infinite"
            )
        return log_b

    def _value(self, log_a, barycenter):
        """Return the lower bound of the least value that left scalings give."""
        lost = np.ones(self.P.shape)  # of what is not given, all
        np.expm1(-self.ratio * log_a, out=lost, where=self.given > 0.0)
        np.negative(lost, out=lost, where=self.given > 0.0)
        kept = self.epsilon * len(self.weights) * barycenter.sum()
        return float(self.gamma * ((self.P * lost) @ self.weights).sum() - kept)


def scalings_of(logarithms):
    """Return scalings by their logarithms, the largest float where they are beyond it.

    Parameters
    ----------
    logarithms : ndarray
        May hold minus infinity.
    """
    return np.exp(np.minimum(logarithms, LARGEST))


def logarithms_of(scalings):
    """Return logarithms of scalings, NaN where they have none; None for None.

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
    """Return the weights of tasks, or raise."""
    weights = read_columns(weights, "weights", (n_tasks,))
    if weights.shape[1] > 1 or not (weights > 0.0).all():
        raise ValueError(
            f"weights must be {n_tasks} positive numbers; leave out a task of none"
        )
    return weights[:, 0]
