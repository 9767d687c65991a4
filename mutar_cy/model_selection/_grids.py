"""Grids of penalty strengths."""

from numbers import Integral
from typing import NamedTuple

import numpy as np

from mutar_cy.objectives import check_alphas


class Grid(NamedTuple):
    """Paths of strengths, from the strongest penalty to the weakest on each.

    ``alphas`` and ``betas`` have the shapes of the attributes of estimators.
    """

    rows: list  # of lists of dicts of strengths
    alphas: np.ndarray
    betas: np.ndarray | None = None
    single: bool = True  # whether there is one path only, and no axis for it

    @property
    def shape(self):
        """The numbers of paths and of points of each."""
        return len(self.rows), len(self.rows[0])

    @property
    def points(self):
        """All points, path after path."""
        return [point for row in self.rows for point in row]

    def shaped(self, values):
        """Return one entry per point, the first axis, as one per path and point."""
        values = np.asarray(values)
        shape = self.shape[1:] if self.single else self.shape
        return values.reshape(*shape, *values.shape[1:])


def alpha_grid(objective, alphas, eps):
    """Return one path over ``alpha``.

    Parameters
    ----------
    objective : Objective
    alphas : int or array-like of shape (n_alphas,)
        The number of strengths, or the strengths.
    eps : float
        The smallest strength, as a fraction of the largest.
    """
    if isinstance(alphas, Integral):
        alphas = geometric_alphas(objective.largest_alpha(), eps, int(alphas))
    else:
        alphas = check_alphas(alphas)
    return Grid([objective.path_strengths(alphas)], alphas)


def pair_grid(alphas, betas):
    """Return a grid of two strengths, given as arrays of shape (n_paths, n_points)."""
    rows: list = [
        [{"alpha": float(a), "beta": float(b)} for a, b in zip(*own, strict=True)]
        for own in zip(alphas, betas, strict=True)
    ]
    return Grid(rows, alphas, betas, single=False)


def geometric_alphas(largest, eps, n_alphas):
    """Return strengths from the largest down to a fraction of it, in proportion.

    Parameters
    ----------
    largest : float or ndarray of shape (n_tasks,)
    eps : float
    n_alphas : int

    Returns
    -------
    alphas : ndarray of shape (n_alphas,) or (n_alphas, n_tasks)
    """
    # scikit-learn's smallest strength, where no feature explains anything.
    largest = np.where(largest > 0.0, largest, np.finfo(np.float64).resolution)[()]
    return np.geomspace(largest, eps * largest, n_alphas)
