"""The power mean of tasks, and the best constants to add to their potentials."""

from functools import reduce

import numpy as np

STEPS = 30  # a bound: two to five are met
SMALL = 1e-20  # of the mass: a gain that is none any more
NEVER = -1e300  # logarithm of what nothing reaches
TINY = 1e-15  # keeps sums that round to zero above it
LAST = 1e-11  # of the mass: a gain whose square is as small
LEAP = 10.0  # the most that a step may change a logarithm by


def log_sum(values):
    """Return ``log(sum(exp(values)))`` of a vector, which may hold minus infinity."""
    top = values.max()
    if top == -np.inf:
        return top
    return top + np.log(np.exp(values - top).sum())


class PowerMean:
    """The mean ``mean_k(A_k ** tau) ** (1 / tau)``, for any constants times the A_k.

    Near one another, tasks differ by little in ``tau * log A``: what is averaged are
    differences, so that the division by ``tau`` brings up no rounding. They are
    computed once for all constants.

    Parameters
    ----------
    log_A : ndarray of shape (p, n_given)
        May hold minus infinity.
    tau : float
        In (0, 1).
    n_tasks : int
        Number of tasks in the mean; those that are not given count as zeros.
    """

    def __init__(self, log_A, tau, n_tasks):
        self.tau, self.n_tasks = tau, n_tasks
        top = reduce(np.maximum, log_A.T)
        reached = top > -np.inf
        self.top = np.where(reached, top, NEVER)
        self.less = np.zeros(log_A.shape)
        np.subtract(log_A, self.top[:, None], out=self.less, where=reached[:, None])
        self.less *= tau
        np.expm1(self.less, out=self.less)

    def _excess(self, shift):
        """Return the power of the mean, times ``n_tasks``, less ``n_tasks``."""
        factor = np.expm1(self.tau * shift)
        missing = self.n_tasks - self.less.shape[1]
        excess = self.less @ (1.0 + factor) + (factor.sum() - missing)
        return np.maximum(excess, (TINY - 1.0) * self.n_tasks)

    def log(self, shift):
        """Return the logarithm of the mean of ``exp(shift_k) A_k``."""
        mean = np.log1p(self._excess(shift) / self.n_tasks)
        mean /= self.tau
        mean += self.top
        return mean

    def shares(self, shift):
        """Return the parts of the tasks in the mean, of shape (p, n_given)."""
        parts = 1.0 + self.less
        parts *= np.exp(self.tau * shift)
        parts /= (self.n_tasks + self._excess(shift))[:, None]
        return parts


def best_shift(log_target, mean):
    """Return the constants, one for each task, that raise the dual most.

    They maximise, over c, what is concave and smooth

        - sum_k S_k exp(-ratio c_k) / ratio - T sum_j q_j(c)

    where S is the mass that a task keeps, q the barycentre of ``A_k exp(c_k)`` and
    ratio is epsilon / gamma: a constant for all tasks, then Newton's method from there.

    Parameters
    ----------
    log_target : ndarray of shape (n_given,)
        Logarithm of S.
    mean : PowerMean
        Of A, the kernel applied to the left scalings.

    Returns
    -------
    shift : ndarray of shape (n_given,)
    log_q : ndarray of shape (p,)
        Logarithm of the barycentre after the shift.
    """
    ratio, none = mean.tau / (1.0 - mean.tau), np.zeros(len(log_target))
    total, log_q = log_sum(log_target), mean.log(none)
    common = total - np.log(mean.n_tasks) - log_sum(log_q)
    common /= 1.0 + ratio
    if not np.isfinite(common):
        return none, log_q
    total -= ratio * common  # the mass that is kept after the common shift
    kept = np.exp(log_target - ratio * common - total)
    unit = common - total  # masses are in units of it from here
    shift = none
    value, log_q = _dual(shift, kept, mean, unit)
    for _ in range(STEPS):
        step, gain = _newton_step(shift, kept, mean, log_q)
        if not gain > SMALL:
            break
        length = min(1.0, LEAP / np.abs(step).max())
        while length > 1e-6:
            trial = _dual(shift + length * step, kept, mean, unit)
            if trial[0] >= value + 1e-4 * length * gain - 1e-15 * abs(value):
                shift = shift + length * step
                value, log_q = trial
                break
            length /= 2.0
        else:
            break
        if gain < LAST:
            break
    return common + shift, log_q + total


def _dual(shift, kept, mean, unit):
    """Return the value at a shift, masses being relative, and the barycentre."""
    ratio = mean.tau / (1.0 - mean.tau)
    log_q = mean.log(shift)
    log_q += unit
    with np.errstate(over="ignore"):
        value = -(kept * np.exp(-ratio * shift)).sum() / ratio
        value -= mean.n_tasks * np.exp(log_q).sum()
    return value, log_q


def _newton_step(shift, kept, mean, log_q):
    """Return Newton's step and what it gains to first order."""
    shares = mean.shares(shift)
    mass = mean.n_tasks * np.exp(log_q)
    received = mass @ shares
    kept = kept * np.exp(-mean.tau / (1.0 - mean.tau) * shift)
    slope = kept - received
    curvature = (1.0 - mean.tau) * (shares.T @ (shares * mass[:, None]))
    curvature.flat[:: len(kept) + 1] += mean.tau / (1.0 - mean.tau) * kept
    curvature.flat[:: len(kept) + 1] += mean.tau * received
    step = np.linalg.solve(curvature, slope)
    return step, slope @ step
