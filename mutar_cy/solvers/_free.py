"""Blocks without a penalty: solved exactly, whatever the others are.

At fixed penalised coefficients the best unpenalised ones are a least-squares fit to
what is left of the targets, and their presence is a projection: the residual and every
packed column are projected onto the complement of the unpenalised columns, and the
unpenalised coefficients follow at the end. With ``positive`` there is no such
projection: they are refitted (non-negative least squares) whenever the gap is
computed. Either way the residual is then feasible for them in the dual.
"""

import numpy as np
from scipy.optimize import nnls

EPS = np.finfo(np.float64).eps


class NoFreeBlocks:
    """The usual case: every block is penalised."""

    projects = False
    features = np.zeros(0, dtype=np.int64)

    def settle(self, residuals):
        """Return the residuals as they are."""
        return residuals

    def coefficients(self, residuals):
        """Return no coefficients at all."""
        return np.zeros((0, sum(len(r) for r in residuals)))


class FreeBlocks:
    """The unpenalised columns of a problem.

    Parameters
    ----------
    problem : Problem
    columns : list of ndarray, design ``d``'s of shape (n_free, n_samples_d)
    """

    def __init__(self, problem, columns):
        self.columns, self.positive = columns, problem.positive
        self.features = problem.blocks.features(problem.free)
        self.projects = not self.positive
        if self.projects:
            self.bases = [orthonormal_rows(rows) for rows in columns]

    def project(self, d, rows):
        """Return rows of length n_samples_d less their part in the free columns."""
        basis = self.bases[d]
        rows = rows - (rows @ basis.T) @ basis
        return rows - (rows @ basis.T) @ basis  # twice is enough

    def settle(self, residuals):
        """Return the residuals after the best free coefficients.

        Parameters
        ----------
        residuals : list of ndarray, design ``d``'s of shape (n_columns_d, n_samples_d)
            Targets less what the penalised coefficients explain.
        """
        if self.projects:
            return [self.project(d, rows) for d, rows in enumerate(residuals)]
        coef = np.split(
            self.coefficients(residuals),
            np.cumsum([len(r) for r in residuals])[:-1],
            axis=1,
        )
        return [
            rows - own.T @ columns
            for rows, own, columns in zip(residuals, coef, self.columns, strict=True)
        ]

    def coefficients(self, residuals):
        """Return the best free coefficients, of shape (n_free, n_columns)."""
        return np.concatenate(
            [
                np.column_stack([nnls(rows.T, r)[0] for r in residual])
                if self.positive
                else np.linalg.lstsq(rows.T, residual.T, rcond=None)[0]
                for rows, residual in zip(self.columns, residuals, strict=True)
            ],
            axis=1,
        )


def remove_free_blocks(problem):
    """Return the free blocks of a problem."""
    if not len(problem.free):
        return NoFreeBlocks()
    features = problem.blocks.features(problem.free)
    columns = []
    for design in problem.stack.designs:
        rows = np.empty((len(features), design.n_samples))
        design.pack(features, rows)
        columns.append(rows)
    return FreeBlocks(problem, columns)


def orthonormal_rows(rows):
    """Return an orthonormal basis of the span of ``rows``, as rows."""
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    kept = sizes > EPS * max(rows.shape) * sizes.max(initial=0.0)
    return basis[kept]
