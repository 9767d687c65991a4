"""Anderson's extrapolation of a fixed-point iteration."""

import numpy as np

MEMORY = 20
REGULAR = (1e-13, 1e-3)  # of the Gram matrix of scaled differences: least and most
DOUBT, TRUST = 100.0, 3.0  # factors of it, up and down


class Extrapolation:
    """The last points and their images, and the point that they agree on.

    Parameters
    ----------
    size : int
        Length of a point.
    memory : int, default=20
        Number of pairs to keep.
    """

    def __init__(self, size, memory=MEMORY):
        self.images = np.empty((memory, size))
        self.steps = np.empty((memory, size))
        self.count = 0
        self.regular = REGULAR[0]

    def doubt(self):
        """Be more careful: the last point has been dropped."""
        self.regular = min(self.regular * DOUBT, REGULAR[1])

    def trust(self):
        """Be bolder: the last point has been accepted."""
        self.regular = max(self.regular / TRUST, REGULAR[0])

    def add(self, image, step):
        """Take note of an image and how far it is from its point.

        Parameters
        ----------
        image : ndarray of shape (size,)
        step : ndarray of shape (size,)
            Image less point.
        """
        place = self.count % len(self.steps)
        self.images[place], self.steps[place] = image, step
        self.count += 1

    def point(self, weight):
        """Return the combination of images whose steps nearly cancel.

        Parameters
        ----------
        weight : ndarray of shape (size,)
            Of the entries, in the norm of the steps.

        Returns
        -------
        point : ndarray of shape (size,)
            The last image while there is only one.
        """
        kept = min(self.count, len(self.steps))
        last = (self.count - 1) % len(self.steps)
        changes = self.steps[last] - self.steps[:kept]
        changes *= weight
        gram = changes @ changes.T
        # The last differs from itself by nothing: it gets no part of its own.
        scale = np.sqrt(gram.diagonal())
        scale[scale == 0.0] = 1.0
        gram /= np.outer(scale, scale)
        gram.flat[:: kept + 1] += self.regular
        wanted = changes @ (self.steps[last] * weight)
        mix = np.linalg.solve(gram, wanted / scale) / scale
        mix[last] = 1.0 - mix.sum() + mix[last]
        return mix @ self.images[:kept]
