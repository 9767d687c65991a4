"""The masses whose barycentre is wanted."""

import numpy as np


class Masses:
    """Masses and what their transport costs, without the tasks that have none.

    Parameters
    ----------
    theta : ndarray of shape (n_features, n_tasks)
        Non-negative.
    kernel : Kernel
    gamma : float
    n_tasks : int, default=None
        How many there are with those left out of ``theta``.
    """

    def __init__(self, theta, kernel, gamma, n_tasks=None):
        self.kernel, self.gamma, self.epsilon = kernel, gamma, kernel.epsilon
        self.ratio = kernel.epsilon / gamma
        self.tau = kernel.epsilon / (kernel.epsilon + gamma)
        self.n_tasks = n_tasks or theta.shape[1]
        self.given = np.flatnonzero(theta.any(axis=0))
        self.theta = np.ascontiguousarray(theta[:, self.given])
        self.support = self.theta > 0.0
        self.log_theta = np.full(self.theta.shape, -np.inf)
        np.log(self.theta, out=self.log_theta, where=self.support)

    def left(self, log_right):
        """Return the left potentials that answer right ones of the given tasks."""
        log_Kb = self.kernel.log_product(log_right)
        # Potentials from elsewhere may leave out what has mass now.
        log_Kb[np.isneginf(log_Kb)] = 0.0
        log_a = np.full(self.theta.shape, -np.inf)
        np.subtract(self.log_theta, log_Kb, out=log_a, where=self.support)
        log_a *= 1.0 - self.tau
        return log_a

    def at(self, epsilon):
        """Return the same masses and costs at another epsilon."""
        return Masses(self.theta, self.kernel.at(epsilon), self.gamma, self.n_tasks)

    def in_all_tasks(self, values, empty):
        """Return values of the given tasks, and one for the tasks without mass."""
        every = np.full((len(values), self.n_tasks), empty)
        every[:, self.given] = values
        return every
