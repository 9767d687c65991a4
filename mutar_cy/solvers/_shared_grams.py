"""Gram matrices that all fits of a path share: those of the features used so far."""

import numpy as np

from mutar_cy.solvers._gram_path import GramStorage
from mutar_cy.solvers._working_set import Storage, WorkingSet

# Sweeps over a support, of all weighted problems together: some ten of each. The first
# problem of a fit alone often leaves a small share of the blocks.
SWEEPS, FIRST_SWEEPS = 150.0, 15.0


class SharedGrams:
    """The columns and Gram matrices of all features that have been asked for.

    Parameters
    ----------
    data : ScaledData
    free : FreeBlocks or NoFreeBlocks

    Attributes
    ----------
    expected_sweeps : float
        The number of sweeps that Gram matrices are to pay in, set again by every fit.
    """

    def __init__(self, data, free):
        self.expected_sweeps = SWEEPS
        self._storage = GramStorage(data, free)
        self._place = np.full(data.n_features, -1)

    def rows(self, features):
        """Return the rows of some features; new ones are added."""
        new = features[self._place[features] < 0]
        if len(new):
            start = self._storage.n_rows
            self._storage.add(new)
            self._place[new] = np.arange(start, start + len(new))
        return self._place[features]

    def affords(self, features):
        """Return whether Gram matrices do not become too large with some features."""
        n_rows = self._storage.n_rows + np.count_nonzero(self._place[features] < 0)
        return self._storage.affords_gram(n_rows)

    def columns(self, features):
        """Return the columns of some features, as `Storage.packed`."""
        rows = self.rows(features)
        return self._storage.packed[rows]

    def grams(self, features):
        """Return the Gram matrices of some features, (n_designs, n_rows, n_rows)."""
        rows = self.rows(features)
        grams = self._storage.grams
        out = np.empty((len(grams), len(rows), len(rows)))
        for own, gram in zip(out, grams, strict=True):
            np.take(gram[rows], rows, axis=1, out=own, mode="clip")  # unbuffered
        return out


class SharingStorage(Storage):
    """A storage that takes Gram matrices from those of a path, if it wants any."""

    def __init__(self, data, free, shared):
        super().__init__(data, free)
        self._shared, self.expected_sweeps = shared, shared.expected_sweeps

    def _wants_gram(self):
        wants = super()._wants_gram()
        return wants and (not self.packs or self._shared.affords(self.features))

    def _pack(self, features, start):
        if self._wants_gram():
            self._packed = self._shared.columns(self.features)
        else:
            super()._pack(features, start)

    def _extend_grams(self, start):
        if self._shared.affords(self.features):
            self.grams = self._shared.grams(self.features)
        else:
            super()._extend_grams(start)


class SharingSet(WorkingSet):
    """A working set on shared Gram matrices."""

    def __init__(self, problem, free, shared):
        self._shared = shared
        super().__init__(problem, free)
        shared.expected_sweeps = SWEEPS

    def _make_storage(self):
        return SharingStorage(self.data, self.free, self._shared)
