"""Anderson's extrapolation of a fixed-point iteration."""

import numpy as np

MEMORY = 20
REGULAR = 1e-13  # of the Gram matrix of scaled differences


class Extrapolation:
    """The last points and their images, and the point that they agree on.

    Parameters
    ----------
    memory : int, default=20
        Number of pairs to keep.
    """

    def __init__(self, memory=MEMORY):
        self.memory = memory
        self.images = []
        self.steps = []

    def add(self, image, step):
        """Take note of an image and how far it is from its point.

        Parameters
        ----------
        image : ndarray
        step : ndarray
            Image less point.
        """
        self.images.append(image)
        self.steps.append(step)
        if len(self.steps) > self.memory:
            del self.images[0], self.steps[0]

    def point(self, weight):
        """Return the combination of images whose steps nearly cancel.

        Parameters
        ----------
        weight : ndarray
            Of the entries, in the norm of the steps.

        Returns
        -------
        point : ndarray
            The last image while there is only one.
        """
        last = self.images[-1]
        if len(self.steps) < 2:
            return last
        step = self.steps[-1] * weight
        changes = np.array([step - old * weight for old in self.steps[:-1]])
        changes = changes.reshape(len(changes), -1)
        scale = np.linalg.norm(changes, axis=1)
        scale[scale == 0.0] = 1.0
        changes /= scale[:, None]
        gram = changes @ changes.T
        gram.flat[:: len(gram) + 1] += REGULAR
        mix = np.linalg.solve(gram, changes @ step.ravel()) / scale
        point = (1.0 - mix.sum()) * last
        for share, old in zip(mix, self.images, strict=False):
            point += share * old
        return point
