"""The masses whose barycentre is wanted."""

import numpy as np


class Masses:
    """Masses and what their transport costs, without the tasks that have none.

    The places that have mass make a vector, task after task; left potentials are
    vectors over these places.

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
        self.share = gamma / (kernel.epsilon + gamma)  # 1 - tau, however small
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
        """Return the left potentials that answer right ones of the given tasks."""
        log_Kb = self.kernel.log_product(log_right).take(self.places)
        # Potentials from elsewhere may leave out what has mass now.
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
        """Return values of the given tasks, and one for the tasks without mass."""
        every = np.full((len(values), self.n_tasks), empty)
        every[:, self.given] = values
        return every
