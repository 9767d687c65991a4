"""The best constants to add to the potentials of each task."""

import numpy as np

STEPS = 30  # a bound: two to five are met
SMALL = 1e-20  # of the mass: a decrement that gains nothing any more
LEAP = 10.0  # the most that a step may change a logarithm by


def log_sum(values):
    """Return ``log(sum(exp(values)))`` over the first axis.

    Parameters
    ----------
    values : ndarray of shape (p, ...)
        May hold minus infinity.

    Returns
    -------
    sums : ndarray of shape (...)
    """
    top = values.max(axis=0)
    top = np.where(np.isneginf(top), 0.0, top)
    with np.errstate(divide="ignore"):
        return top + np.log(np.exp(values - top).sum(axis=0))


def log_power_mean(values, tau, n_tasks):
    """Return the logarithm of the power mean ``mean(exp(tau * values)) ** (1 / tau)``.

    Near one another, tasks differ by little in ``tau * values``: the differences are
    averaged, so that the division by ``tau`` brings up no rounding.

    Parameters
    ----------
    values : ndarray of shape (p, n_given)
    tau : float
        In (0, 1).
    n_tasks : int
        Number of tasks in the mean; those that are not given count as minus infinity.

    Returns
    -------
    mean : ndarray of shape (p,)
    """
    top = values.max(axis=1)
    top = np.where(np.isneginf(top), 0.0, top)
    excess = np.expm1(tau * (values - top[:, None])).sum(axis=1)
    excess -= n_tasks - values.shape[1]
    with np.errstate(divide="ignore"):
        return top + np.log1p(excess / n_tasks) / tau


def best_shift(log_target, log_A, ratio, n_tasks):
    """Return the constants, one for each task, that raise the dual most.

    They maximise, over c, what is concave and smooth

        - sum_k S_k exp(-ratio c_k) / ratio - T sum_j q_j(c)

    where S is the mass that a task keeps and q the barycentre of ``A_k exp(c_k)``: a
    constant for all tasks, then Newton's method from there.

    Parameters
    ----------
    log_target : ndarray of shape (n_given,)
        Logarithm of S.
    log_A : ndarray of shape (p, n_given)
        Logarithm of A, the kernel applied to the left scalings.
    ratio : float
        ``epsilon / gamma``.
    n_tasks : int
        T, with the tasks without mass, which are not given.

    Returns
    -------
    shift : ndarray of shape (n_given,)
    """
    tau = ratio / (1.0 + ratio)
    total = log_sum(log_target)
    log_q = log_power_mean(log_A, tau, n_tasks)
    common = (total - np.log(n_tasks) - log_sum(log_q)) / (1.0 + ratio)
    total -= ratio * common  # the mass that is kept after the common shift
    if not np.isfinite(common):
        return np.zeros(len(log_target))
    kept = np.exp(log_target - ratio * common - total)
    log_A = log_A + (common - total)
    shift, gain = np.zeros(len(kept)), 0.0
    value, log_q = _dual(shift, kept, log_A, ratio, n_tasks)
    for _ in range(STEPS):
        step, gain = _newton_step(shift, kept, log_A, log_q, ratio, n_tasks)
        if not gain > SMALL:
            break
        length = min(1.0, LEAP / np.abs(step).max())
        while length > 1e-6:
            trial = shift + length * step
            value_new, log_q_new = _dual(trial, kept, log_A, ratio, n_tasks)
            if value_new >= value + 1e-4 * length * gain - 1e-15 * abs(value):
                shift, value, log_q = trial, value_new, log_q_new
                break
            length /= 2.0
        else:
            break
    return common + shift


def _dual(shift, kept, log_A, ratio, n_tasks):
    """Return the value at a shift, masses being relative, and the barycentre."""
    log_q = log_power_mean(log_A + shift, ratio / (1.0 + ratio), n_tasks)
    with np.errstate(over="ignore"):
        value = -(kept * np.exp(-ratio * shift)).sum() / ratio
        value -= n_tasks * np.exp(log_q).sum()
    return value, log_q


def _newton_step(shift, kept, log_A, log_q, ratio, n_tasks):
    """Return Newton's step and what it gains to first order."""
    tau = ratio / (1.0 + ratio)
    shares = np.exp(tau * (log_A + shift - np.maximum(log_q, -1e300)[:, None]))
    shares /= n_tasks  # of the tasks in the barycentre
    mass = n_tasks * np.exp(log_q)
    received = mass @ shares
    kept = kept * np.exp(-ratio * shift)
    slope = kept - received
    curvature = (1.0 - tau) * (shares * mass[:, None]).T @ shares
    curvature.flat[:: len(kept) + 1] += ratio * kept + tau * received
    step = np.linalg.solve(curvature, slope)
    return step, slope @ step
