"""A partition of the features into penalised groups and unpenalised columns."""

from typing import NamedTuple

import numpy as np


class Groups(NamedTuple):
    """Which features stand or fall together.

    Every feature is in one group, or in none and is then not penalised.
    """

    indices: list  # int64 arrays, one per group, disjoint and not empty
    names: list  # one hashable per group, all different
    owner: np.ndarray  # (n_features,) int64, -1 where a feature is not penalised

    @property
    def n_groups(self):
        """Number of penalised groups."""
        return len(self.indices)

    @property
    def sizes(self):
        """Number of features in every group, (n_groups,)."""
        return np.bincount(self.owner[self.owner >= 0], minlength=self.n_groups)

    @property
    def unpenalised(self):
        """The sorted features that are in no group."""
        return np.flatnonzero(self.owner < 0)


def from_owner(owner, names):
    """Return the groups in which feature ``j`` is of group ``owner[j]``.

    Parameters
    ----------
    owner : ndarray of int64, shape (n_features,)
        From 0 to ``len(names) - 1``, none left out, or -1.
    names : list
    """
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(len(names) + 1))
    indices = np.split(order, starts)[1:-1]
    return Groups(indices, names, owner)
