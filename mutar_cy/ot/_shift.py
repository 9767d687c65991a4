"""The best constants to add to the potentials of each task."""

from functools import reduce

import numpy as np

from mutar_cy.ot._power_mean import power_mean

STEPS = 30  # a bound: one to five are met
SMALL = 1e-20  # of the mass: a gain that is none any more
LAST = 1e-11  # of the mass: a gain whose square is as small
LEAP = 10.0  # the most that a step may change a logarithm by
ROUNDING = np.finfo(np.float64).eps
NEVER = -1e300  # logarithm of what nothing reaches


class Dual:
    """The dual of a barycentre, as a function of constants added to the potentials.

    In units of a mass that is kept, and over epsilon, it is concave and smooth:

        - sum_k S_k exp(-r c_k) / r - T sum_j q_j(c),

    S being the mass that a task keeps, q the power mean of ``A_k exp(c_k)``, and r
    epsilon over gamma. Near one another, tasks differ by little in ``tau * log A``:
    what is averaged are differences, so that the division by tau brings up no rounding.

    Parameters
    ----------
    log_kept : ndarray of shape (n_given,)
        Logarithm of S.
    log_A : ndarray of shape (p, n_given)
        The kernel applied to the left scalings. May hold minus infinity.
    ratio : float
        epsilon / gamma.
    n_tasks : int
        T, with the tasks without mass, which are not given.
    """

    def __init__(self, log_kept, log_A, ratio, n_tasks):
        tau = ratio / (1.0 + ratio)
        self.tau, self.ratio, self.n_tasks = tau, ratio, n_tasks
        self.log_kept = log_kept
        top = reduce(np.maximum, log_A.T)
        reached = top > -np.inf
        self.top = np.where(reached, top, NEVER)
        self.less = np.zeros(log_A.shape)
        np.subtract(log_A, self.top[:, None], out=self.less, where=reached[:, None])
        self.less *= tau
        np.expm1(self.less, out=self.less)

    def balance(self):
        """Move all tasks by one constant, so that what leaves is what arrives.

        Returns
        -------
        common : float
            The constant.
        unit : float
            Logarithm of the mass that is kept then; the unit of masses from now on.
        """
        parts = self.less, self.top, np.zeros(len(self.log_kept)), self.tau
        log_q = power_mean(*parts, self.n_tasks)[0]
        unit, given = _log_sum(self.log_kept), _log_sum(log_q) + np.log(self.n_tasks)
        common = (unit - given) / (1.0 + self.ratio)
        unit -= self.ratio * common
        self.top += common - unit
        self.kept = np.exp(self.log_kept - self.ratio * common - unit)
        return common, unit

    def at(self, shift):
        """Return the value, the logarithm of q, the slope and the curvature."""
        factor = np.expm1(self.tau * shift)
        log_q, mass, received, products = power_mean(
            self.less, self.top, factor, self.tau, self.n_tasks
        )
        kept = self.kept * np.exp(-self.ratio * shift)
        products /= 1.0 + self.ratio
        products.flat[:: len(kept) + 1] += self.ratio * kept + self.tau * received
        # An extrapolation may leave a task next to nothing: its row would vanish.
        products.flat[:: len(kept) + 1] += ROUNDING * products.max()
        return -kept.sum() / self.ratio - mass, log_q, kept - received, products


def best_shift(dual):
    """Return the constants that raise the dual most, by Newton's method.

    Parameters
    ----------
    dual : Dual

    Returns
    -------
    shift : ndarray of shape (n_given,)
    log_q : ndarray of shape (p,)
        Logarithm of the barycentre after the shift.
    """
    common, unit = dual.balance()
    shift = np.zeros(len(dual.kept))
    here = dual.at(shift)
    for _ in range(STEPS):
        value, _, slope, curvature = here
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:  # to rounding there is nothing to gain
            break
        gain = slope @ step
        if not gain > SMALL:
            break
        length = min(1.0, LEAP / np.abs(step).max())
        while length > 1e-6:
            trial = dual.at(shift + length * step)
            if trial[0] >= value + 1e-4 * length * gain - 1e-15 * abs(value):
                shift, here = shift + length * step, trial
                break
            length /= 2.0
        else:
            break
        if gain < LAST:
            break
    return common + shift, here[1] + unit


def _log_sum(values):
    """Return ``log(sum(exp(values)))`` of a vector, not all minus infinity."""
    top = values.max()
    return top + np.log(np.exp(values - top).sum())
