"""The groups of features that an objective penalises, and the bases to solve in."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mutar_cy.designs import sample_weights
from mutar_cy.groups import Groups, OrthonormalColumns


class FeatureGroups(NamedTuple):
    """The groups of features, and whether each one is made orthonormal."""

    groups: Groups
    standardize: bool = False

    def blocks(self):
        """Return the features of every block, or None if every feature is a block.

        Features in no group are blocks of their own.
        """
        groups = self.groups
        if groups.sizes.max() == 1:
            return None
        return [*groups.indices, *groups.unpenalised[:, np.newaxis]]

    def block_weights(self, weights):
        """Return penalty weights of groups as those of the blocks.

        Parameters
        ----------
        weights : ndarray of shape (n_groups,)
        """
        groups = self.groups
        if groups.sizes.max() == 1:
            out = np.zeros(len(groups.owner))
            out[np.concatenate(groups.indices)] = weights
            return out
        return np.concatenate([weights, np.zeros(len(groups.unpenalised))])


class OrthonormalBases:
    """One orthonormal basis of every group for every part, and the maps back.

    Parameters
    ----------
    parts : list of DesignTargets
    groups : Groups
    center : bool
        Whether to subtract the mean of every column.
    """

    def __init__(self, parts, groups, center):
        self._bases = [
            OrthonormalColumns(
                part.X, sample_weights(part._replace(task_weight=1.0)), groups, center
            )
            for part in parts
        ]
        pairs = zip(parts, self._bases, strict=True)
        self.parts = [part._replace(X=basis.X) for part, basis in pairs]
        ends = np.cumsum([0, *(part.Y.shape[1] for part in parts)])
        self._columns = [slice(*pair) for pair in pairwise(ends)]

    def from_user(self, coef):
        """Return coefficients of the user's columns as those of the bases."""
        pairs = zip(self._bases, self._columns, strict=True)
        return np.hstack([basis.from_user(coef[:, own]) for basis, own in pairs])

    def fits_of_means(self, coef):
        """Return the predictions of coefficients of the user's columns at their means.

        Of shape (n_columns,): zeros where means are not subtracted.
        """
        pairs = zip(self._bases, self._columns, strict=True)
        return np.concatenate([basis.mean @ coef[:, own] for basis, own in pairs])

    def to_user(self, solution):
        """Return a solution in the bases as one for the user's columns."""
        pairs = zip(self._bases, self._columns, strict=True)
        found = [basis.to_user(solution.coef[:, own]) for basis, own in pairs]
        coef = np.hstack([own for own, _ in found])
        shift = np.concatenate([shift for _, shift in found])
        return solution._replace(coef=coef, intercept=solution.intercept + shift)
