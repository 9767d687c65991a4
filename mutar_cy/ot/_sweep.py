"""One sweep over the potentials of a barycentre, with bounds of the minimum."""

from functools import reduce

import numpy as np

from mutar_cy.ot._power_mean import power_mean

# Rounding of a sum of two terms.
EPSILON = 2.0 * np.finfo(np.float64).eps
# Logarithm of a barycentre beyond which exponentials overflow.
LARGEST = 700.0
# Upper bound of Newton steps for the best shift: tests need one to five.
STEPS = 30
# Gains, relative to the mass, at which Newton's method ends: a gain of rounding, and
# one whose square, the next gain, is rounding.
SMALL = 1e-20
LAST = 1e-11
# Largest change of a logarithm in a step.
LEAP = 10.0
SHIFT_ROUNDING = np.finfo(np.float64).eps
# Logarithm of the mass at features that no mass can reach.
NEVER = -1e300


class Masses:
    """The barycentre problem, without the tasks that have no mass.

    The places with mass form a vector, task after task; left potentials are vectors
    over these places.

    Parameters
    ----------
    theta : ndarray of shape (n_features, n_tasks)
        Non-negative.
    kernel : Kernel
    gamma : float
    n_tasks : int, default=None
        Number of tasks, including those without mass that ``theta`` leaves out.
    """

    def __init__(self, theta, kernel, gamma, n_tasks=None):
        self.kernel, self.gamma, self.epsilon = kernel, gamma, kernel.epsilon
        self.ratio = kernel.epsilon / gamma
        self.tau = kernel.epsilon / (kernel.epsilon + gamma)
        self.share = gamma / (kernel.epsilon + gamma)  # 1 - tau, without cancellation
        self.n_tasks = n_tasks or theta.shape[1]
        self.given = np.flatnonzero(theta.any(axis=0))
        self.all_theta = theta[:, self.given]
        self.shape = self.all_theta.shape
        self.task, feature = np.nonzero(self.all_theta.T)
        self.first_places = np.searchsorted(self.task, np.arange(self.shape[1]))
        self.places = feature * self.shape[1] + self.task
        self.theta = self.all_theta[feature, self.task]
        self.log_theta = np.log(self.theta)

    def at(self, epsilon):
        """Return the same masses and costs at another epsilon."""
        kernel = self.kernel.at(epsilon)
        return Masses(self.all_theta, kernel, self.gamma, self.n_tasks)

    def left(self, log_right):
        """Return the best left potentials for right ones of the given tasks."""
        log_Kb = self.kernel.log_product(log_right).take(self.places)
        # Given potentials may have no mass where theta has some.
        log_Kb[np.isneginf(log_Kb)] = 0.0
        return self.share * (self.log_theta - log_Kb)

    def spread(self, values, elsewhere):
        """Return a vector over the places as an array over features and tasks."""
        spread = np.full(self.shape, elsewhere)
        spread.flat[self.places] = values
        return spread

    def log_sums(self, values):
        """Return ``log(sum(exp(values)))`` over the places of each task."""
        top = np.maximum.reduceat(values, self.first_places)
        terms = np.exp(values - top[self.task])
        return top + np.log(np.add.reduceat(terms, self.first_places))

    def in_all_tasks(self, values, empty):
        """Return values of given tasks, and ``empty`` for the tasks without mass."""
        every = np.full((len(values), self.n_tasks), empty)
        every[:, self.given] = values
        return every


class Dual:
    """The dual of a barycentre, as a function of constants added to the potentials.

    In units of a mass that is kept, and over epsilon, it is concave and smooth:

        - sum_k S_k exp(-r c_k) / r - T sum_j q_j(c),

    with S the mass that a task keeps, q the power mean of ``A_k exp(c_k)``, and r =
    epsilon / gamma. Means are over differences of ``tau * log A``, which are small, so
    that the division by tau does not amplify rounding.

    Parameters
    ----------
    log_kept : ndarray of shape (n_given,)
        Logarithm of S.
    log_A : ndarray of shape (p, n_given)
        The kernel applied to the left scalings. May hold minus infinity.
    ratio : float
        epsilon / gamma.
    n_tasks : int
        T, including the tasks without mass.
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
        """Shift all tasks by one constant that balances the masses of both sides.

        Returns
        -------
        common : float
            The constant.
        unit : float
            Logarithm of the mass that is kept then, the unit of masses from now on.
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
        # An extrapolation may leave almost no mass of a task: keep its row regular.
        products.flat[:: len(kept) + 1] += SHIFT_ROUNDING * products.max()
        return -kept.sum() / self.ratio - mass, log_q, kept - received, products


def best_shift(dual):
    """Return the constants that maximise the dual, by Newton's method.

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
        except np.linalg.LinAlgError:  # the optimum is reached, to rounding
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


class Sweep:
    """The barycentre, bounds and next potential of a left potential.

    With r = epsilon / gamma, tau = epsilon / (epsilon + gamma) and a the left
    scalings,

        D(a) = gamma sum theta (1 - a^-r) - epsilon T sum q,

    with q the power mean of A_k = K a_k, is a lower bound of the minimum for every a.
    The plan ``diag(a_k) K diag(b_k)`` gives an upper bound, which is larger by ``gamma
    KL(m | theta a^-r)`` with its left marginals m.

    Parameters
    ----------
    problem : Masses
    log_a : ndarray of shape (n_places,)
    """

    def __init__(self, problem, log_a):
        self.problem = problem
        log_A = problem.kernel.log_product(problem.spread(log_a, -np.inf))
        log_kept = problem.log_sums(problem.log_theta - problem.ratio * log_a)
        dual = Dual(log_kept, log_A, problem.ratio, problem.n_tasks)
        shift, self.log_q = best_shift(dual)
        self.log_a, self.log_A = log_a + shift[problem.task], log_A + shift
        self.lower = -np.inf
        # A too long extrapolation may overflow: its bound stays minus infinity.
        if self.log_q.max() < LARGEST:
            with np.errstate(over="ignore"):
                kept = np.expm1(-problem.ratio * self.log_a)
            self.lower = -problem.gamma * (problem.theta @ kept)
            self.lower -= problem.epsilon * problem.n_tasks * np.exp(self.log_q).sum()

    def complete(self):
        """Compute the right scalings, the next left ones, and the residual."""
        problem = self.problem
        # Features that no mass can reach have no right scaling.
        self.log_b = np.full(self.log_A.shape, -np.inf)
        reached = self.log_A > -np.inf
        np.subtract(self.log_q[:, None], self.log_A, out=self.log_b, where=reached)
        self.log_b *= problem.share
        self.log_Kb = problem.kernel.log_product(self.log_b).take(problem.places)
        self.next = problem.share * (problem.log_theta - self.log_Kb)
        self.step = self.next - self.log_a
        self.target = problem.theta * np.exp(-problem.ratio * self.log_a)
        # log(m / target), from the difference of the two potentials.
        self.log_error = -(1.0 + problem.ratio) * self.step
        with np.errstate(over="ignore"):
            self.excess = np.expm1(self.log_error)
            wrong = self.target @ np.abs(self.excess)
        self.residual = wrong / self.target.sum()
        return self

    @property
    def gap(self):
        """The value of the plan minus the lower bound, exactly."""
        terms = self.log_error * (1.0 + self.excess) - self.excess
        return self.problem.gamma * (self.target @ terms)

    @property
    def rounding(self):
        """The residual at rounding level."""
        parts = np.abs(self.log_a) + np.abs(self.log_Kb)
        parts += np.abs(self.problem.log_theta)
        return EPSILON * (self.target @ parts) / self.target.sum()
