"""Free blocks: features without a penalty, which are solved exactly.

For given penalised coefficients, the best unpenalised ones are a least-squares fit to
the residual. So the solver projects the residual and all packed columns onto the
orthogonal complement of the unpenalised columns, and computes the unpenalised
coefficients at the end. With ``positive`` no such projection exists: unpenalised rows
then take part in sweeps, and non-negative least squares refits them whenever the gap is
computed. In both cases the residual is dual feasible for the free blocks.
"""

import numpy as np
from scipy.optimize import nnls

from mutar_cy._lib import interruptible
from mutar_cy.designs import packed

# Singular values below this share of the largest one count as zero: well above
# rounding, which is a small multiple of 2.2e-16.
SINGULAR = 1e-11


class NoFreeBlocks:
    """The usual case: every block is penalised.

    Attributes
    ----------
    projects : bool
        Whether free columns are projected out of the others.
    in_play : int
        Number of free features that take part in sweeps: all or none.
    features : ndarray of int64
        The free features that do not, whose coefficients are computed at the end.
    """

    projects = False
    in_play = 0
    features = np.zeros(0, dtype=np.int64)

    def refit_unpenalised(self, residuals, coef=None):
        """Return the residuals unchanged."""
        return residuals

    def coefficients(self, data, features, coef):
        """Return an empty array of coefficients."""
        return np.zeros((0, data.n_columns))


class PositiveFreeBlocks(NoFreeBlocks):
    """Unpenalised columns whose coefficients must not be negative.

    Parameters
    ----------
    columns : list of ndarray, design ``d``'s of shape (n_free, n_samples_d)
    """

    def __init__(self, columns):
        self.columns, self.in_play = columns, len(columns[0])

    def refit_unpenalised(self, residuals, coef=None):
        """Return the residuals for the best free coefficients.

        Parameters
        ----------
        residuals : list of ndarray, design ``d``'s of shape (n_columns_d, n_samples_d)
            Targets minus the fit of the penalised coefficients.
        coef : ndarray of shape (n_free, n_columns), default=None
            Output: the free coefficients.
        """
        refitted, found = [], []
        for rows, columns in zip(residuals, self.columns, strict=True):
            free = np.column_stack([nnls(columns.T, target)[0] for target in rows])
            refitted.append(rows - free.T @ columns)
            found.append(free)
        if coef is not None:
            coef[...] = np.concatenate(found, axis=1)
        return refitted


class FreeBlocks(NoFreeBlocks):
    """Unpenalised columns, projected out of all other columns and of the residual.

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
        """Return rows of length n_samples_d minus their part in the free columns."""
        basis = self.bases[d]
        rows = rows - (rows @ basis.T) @ basis
        # The second projection removes the rounding of the first ("twice is enough").
        return rows - (rows @ basis.T) @ basis

    def refit_unpenalised(self, residuals, coef=None):
        """Return the residuals for the best free coefficients."""
        return [self.project(d, rows) for d, rows in enumerate(residuals)]

    def coefficients(self, data, features, coef):
        """Return the best free coefficients, of shape (n_free, n_columns).

        Parameters
        ----------
        data : ScaledData
        features : ndarray of int64, shape (m,)
            The penalised features.
        coef : ndarray of shape (m, n_columns)
            Their coefficients.
        """
        kept = np.flatnonzero(coef.any(axis=1))
        out = []
        for d, (design, target) in enumerate(
            zip(data.designs, data.targets, strict=True)
        ):
            rows = packed(design, features[kept])  # not projected
            own = coef[kept, data.column_ptr[d] : data.column_ptr[d + 1]]
            left = target - own.T @ rows
            out.append(self._inverses[d] @ (self.bases[d] @ left.T))
        return np.concatenate(out, axis=1)


def make_free_blocks(problem):
    """Return the free blocks of a problem."""
    if not len(problem.free):
        return NoFreeBlocks()
    features = problem.blocks.features(problem.free)
    columns = [packed(design, features) for design in problem.data.designs]
    if problem.positive:
        return PositiveFreeBlocks(columns)
    return FreeBlocks(features, columns)


def orthonormal_rows(rows):
    """Return an orthonormal basis of the span of ``rows``, and its inverse map.

    Returns
    -------
    basis : ndarray of shape (rank, n_samples)
    inverse : ndarray of shape (len(rows), rank)
        ``inverse @ basis @ y`` are the least-squares coefficients of y.
    """
    left, sizes, basis = interruptible(np.linalg.svd, rows, full_matrices=False)
    kept = sizes > SINGULAR * sizes.max(initial=0.0)
    return basis[kept], left[:, kept] / sizes[kept]
