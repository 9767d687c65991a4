"""One sweep over the potentials of a barycentre, with its certificate."""

import numpy as np

from mutar_cy.ot._shift import best_shift, log_power_mean, log_sum

EPSILON = 2.0 * np.finfo(np.float64).eps
LARGEST = 600.0  # logarithm of a barycentre that is no candidate


class Sweep:
    """What a left potential says: barycentre, bounds, and the potential to go on with.

    With r = epsilon / gamma, tau = epsilon / (epsilon + gamma) and a the left
    scalings,

        D(a) = gamma sum theta (1 - a^-r) - epsilon T sum q,

    q being the power mean of A_k = K a_k, bounds the least value from below for every
    a; and the plan ``diag(a_k) K diag(b_k)`` bounds it from above, by
    ``gamma KL(m | theta a^-r)`` more, m being its left marginals.

    Parameters
    ----------
    problem : Masses
    log_a : ndarray of shape (n_features, n_given)
        Minus infinity where there is no mass.
    """

    def __init__(self, problem, log_a):
        self.problem = problem
        ratio = problem.ratio
        log_A = problem.kernel.log_product(log_a)
        kept = np.full(log_a.shape, -np.inf)
        where = problem.support
        np.subtract(problem.log_theta, ratio * log_a, out=kept, where=where)
        shift = best_shift(log_sum(kept), log_A, ratio, problem.n_tasks)
        self.log_a, self.log_A = log_a + shift, log_A + shift
        self.log_q = log_power_mean(self.log_A, problem.tau, problem.n_tasks)
        self.lower = -np.inf
        if self.log_q.max() < LARGEST:
            lost = -np.expm1(np.where(where, -ratio * self.log_a, 0.0))
            self.lower = problem.gamma * (problem.theta * lost).sum()
            self.lower -= problem.epsilon * problem.n_tasks * np.exp(self.log_q).sum()

    def complete(self):
        """Find the right scalings, the next left ones, and the distance to the end."""
        problem = self.problem
        reached = self.log_A > -np.inf
        log_q = self.log_q[:, None]
        self.log_b = np.full(self.log_A.shape, -np.inf)
        np.subtract(log_q, self.log_A, out=self.log_b, where=reached)
        self.log_b *= 1.0 - problem.tau
        self.log_Kb = problem.kernel.log_product(self.log_b)
        self.next = np.full(self.log_a.shape, -np.inf)
        where = problem.support
        np.subtract(problem.log_theta, self.log_Kb, out=self.next, where=where)
        self.next *= 1.0 - problem.tau
        self.target = np.zeros(self.log_a.shape)
        np.multiply(problem.ratio, self.log_a, out=self.target, where=where)
        self.target = problem.theta * np.exp(-self.target)
        # log(m / target), from the difference of the two potentials.
        self.log_error = np.zeros(self.log_a.shape)
        np.subtract(self.log_a, self.next, out=self.log_error, where=where)
        self.log_error *= 1.0 + problem.ratio
        with np.errstate(over="ignore"):
            excess = self.target * np.expm1(self.log_error)
        self.residual = np.abs(excess).sum() / self.target.sum()
        return self

    @property
    def rounding(self):
        """The residual that remains when no digit is left to gain."""
        parts = np.zeros(self.log_a.shape)
        where = self.problem.support
        for part in (self.log_a, self.log_Kb, self.problem.log_theta):
            np.add(parts, np.abs(part), out=parts, where=where)
        return EPSILON * np.average(parts, weights=self.target)

    @property
    def gap(self):
        """How far the value of the plan is above the lower bound, exactly."""
        excess = np.expm1(self.log_error)
        terms = self.log_error * (1.0 + excess) - excess
        return self.problem.gamma * (self.target * terms).sum()
