"""One sweep over the potentials of a barycentre, with its certificate."""

import numpy as np

from mutar_cy.ot._shift import Dual, best_shift

EPSILON = 2.0 * np.finfo(np.float64).eps
LARGEST = 700.0  # logarithm of a barycentre that is no candidate


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
        # What was extrapolated too far may overflow: it is then no candidate.
        if self.log_q.max() < LARGEST:
            with np.errstate(over="ignore"):
                kept = np.expm1(-problem.ratio * self.log_a)
            self.lower = -problem.gamma * (problem.theta @ kept)
            self.lower -= problem.epsilon * problem.n_tasks * np.exp(self.log_q).sum()

    def complete(self):
        """Find the right scalings, the next left ones, and the distance to the end."""
        problem = self.problem
        # What no mass can reach takes no part.
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
        """How far the value of the plan is above the lower bound, exactly."""
        terms = self.log_error * (1.0 + self.excess) - self.excess
        return self.problem.gamma * (self.target @ terms)

    @property
    def rounding(self):
        """The residual that remains when no digit is left to gain."""
        parts = np.abs(self.log_a) + np.abs(self.log_Kb)
        parts += np.abs(self.problem.log_theta)
        return EPSILON * (self.target @ parts) / self.target.sum()
