"""Duality gap."""

import numpy as np
from scipy.optimize import nnls

from mutar_cy.designs import packed

SINGULAR = 1e-11  # of the largest singular value: directions that do not count


class NoFreeBlocks:
    """The usual case: every block is penalised.

    Attributes
    ----------
    projects : bool
        Whether free columns are projected out of the others.
    in_play : int
        How many free features are swept over with the others: all or none.
    features : ndarray of int64
        The free features that are not, whose coefficients follow at the end.
    """

    projects = False
    in_play = 0
    features = np.zeros(0, dtype=np.int64)

    def settle(self, residuals, coef=None):
        """Return the residuals as they are."""
        return residuals

    def coefficients(self, stack, features, coef):
        """Return no coefficients at all."""
        return np.zeros((0, stack.n_columns))


class PositiveFreeBlocks(NoFreeBlocks):
    """Unpenalised columns whose coefficients must not be negative.

    Parameters
    ----------
    columns : list of ndarray, design ``d``'s of shape (n_free, n_samples_d)
    """

    def __init__(self, columns):
        self.columns, self.in_play = columns, len(columns[0])

    def settle(self, residuals, coef=None):
        """Return the residuals after the best free coefficients.

        Parameters
        ----------
        residuals : list of ndarray, design ``d``'s of shape (n_columns_d, n_samples_d)
            Targets less what the penalised coefficients explain.
        coef : ndarray of shape (n_free, n_columns), default=None
            Where to write these coefficients.
        """
        settled, found = [], []
        for rows, columns in zip(residuals, self.columns, strict=True):
            own = np.column_stack([nnls(columns.T, target)[0] for target in rows])
            settled.append(rows - own.T @ columns)
            found.append(own)
        if coef is not None:
            coef[...] = np.concatenate(found, axis=1)
        return settled


class FreeBlocks(NoFreeBlocks):
    """Unpenalised columns, projected out of everything else.

    Parameters
    ----------
    features : ndarray of int64, shape (n_free,)
    columns : list of ndarray, design ``d``'s of shape (n_free, n_samples_d)
    """

    projects = True

    def __init__(self, features, columns):
        self.features = features
        pairs = [orthonormal_rows(rows) for rows in columns]
        self.bases = [basis for basis, _ in pairs]
        self._inverses = [inverse for _, inverse in pairs]

    def project(self, d, rows):
        """Return rows of length n_samples_d less their part in the free columns."""
        basis = self.bases[d]
        rows = rows - (rows @ basis.T) @ basis
        return rows - (rows @ basis.T) @ basis  # twice is enough

    def settle(self, residuals, coef=None):
        """Return the residuals after the best free coefficients."""
        return [self.project(d, rows) for d, rows in enumerate(residuals)]

    def coefficients(self, stack, features, coef):
        """Return the best free coefficients, of shape (n_free, n_columns).

        Parameters
        ----------
        stack : Stack
        features : ndarray of int64, shape (m,)
            The penalised features.
        coef : ndarray of shape (m, n_columns)
            Their coefficients.
        """
        kept = np.flatnonzero(coef.any(axis=1))
        out = []
        for d, (design, target) in enumerate(
            zip(stack.designs, stack.targets, strict=True)
        ):
            rows = packed(design, features[kept])  # as they are, not projected
            own = coef[kept, stack.column_ptr[d] : stack.column_ptr[d + 1]]
            left = target - own.T @ rows
            out.append(self._inverses[d] @ (self.bases[d] @ left.T))
        return np.concatenate(out, axis=1)


def remove_free_blocks(problem):
    """Return the free blocks of a problem."""
    if not len(problem.free):
        return NoFreeBlocks()
    features = problem.blocks.features(problem.free)
    columns = [packed(design, features) for design in problem.stack.designs]
    if problem.positive:
        return PositiveFreeBlocks(columns)
    return FreeBlocks(features, columns)


def orthonormal_rows(rows):
    """Return an orthonormal basis of the span of ``rows``, and how to go back.

    Returns
    -------
    basis : ndarray of shape (rank, n_samples)
    inverse : ndarray of shape (len(rows), rank)
        ``inverse @ basis @ y`` are the least-squares coefficients of y.
    """
    left, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    kept = sizes > SINGULAR * sizes.max(initial=0.0)
    return basis[kept], left[:, kept] / sizes[kept]
