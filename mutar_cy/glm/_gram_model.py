"""The quadratic model of a generalised linear model as Gram matrices.

Gram matrices are kept from one Newton step to the next. Steps with curvatures of some
steps ago are quasi-Newton steps: the gradient is exact, and old curvatures affect the
speed of convergence only.
"""

from typing import Any

import numpy as np

from mutar_cy.datafits import GramQuadratic
from mutar_cy.glm._axes import principal_axes, turn
from mutar_cy.glm._unpenalised import floored_curvature
from mutar_cy.solvers import block_cd

# Mean relative change of the curvatures beyond which they, and the Gram matrices, are
# computed anew. At 5 % a step still reduces the gap about as much as Newton's.
DRIFT = 0.05
# Rows up to which new Gram matrices cost less than a pass over the rows.
CHEAP_ROWS = 40
# Share of the gap left after a step above which curvatures are computed anew.
SLOW = 0.3
# Maximum number of sweeps over the model, and sweeps between two looks at its gap.
SWEEPS, LOOK = 400, 3
# Smallest fraction of a target to which a model is solved, when it meets the target
# before the first sweep.
MIN_TARGET = 1e-8
# Samples weighted at a time: 2048 rows of 8 bytes stay in a first-level cache.
CHUNK = 2048
# Bytes of Gram matrices up to which they are kept: 2 GiB.
MEMORY = 2.0**31


class GramModel:
    """The quadratic model for the rows of the working set, all of them penalised.

    Parameters
    ----------
    predictors : PredictorSet
    """

    def __init__(self, predictors):
        self.predictors = predictors
        self.gap = np.inf
        self._used = 0  # rows whose Gram matrices are known
        self._grams: Any = None
        self._means: Any = None

    @staticmethod
    def suits(predictors):
        """Return whether samples outnumber rows and Gram matrices fit in memory."""
        n_rows, n_columns = predictors.coef.shape
        fewest = min(own.stop - own.start for own in predictors.responses.slices)
        small = 16.0 * n_columns * n_rows**2 <= MEMORY
        return small and n_rows <= fewest and not predictors.free.in_play

    def solve(self, correlation, gap, share):
        """Return the step to the minimum of the model, and that of the intercepts.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_rows)
            Of all rows of the working set with the residual.
        gap : float
            Of the working set's problem, at the predictors.
        share : float
            The fraction of the gap to which the model is solved.

        Returns
        -------
        direction : ndarray of shape (n_rows, n_columns)
        shift : ndarray of shape (n_columns,)
        """
        self._update(gap)
        penalty, ptr = self.predictors.penalty, self.predictors.block_ptr
        begin, slopes = self.predictors.coef.T.copy(), correlation.copy()
        self._rotate(begin)
        self._rotate(slopes)
        w, every = begin.T.copy(), np.arange(len(begin) + 1, dtype=np.int32)
        datafit = GramQuadratic(
            self._lipschitz, ptr, every, self._rotated, slopes, w, self._square()
        )
        target, n_sweeps = share * gap, 0
        # The gap of the model may be below its target although that of the problem is
        # not: then the target is lowered until a sweep is made.
        while not n_sweeps and target > MIN_TARGET * share * gap:
            n_sweeps = block_cd(datafit, penalty, w, target, SWEEPS, LOOK)[0]
            target *= 0.1
        move = w.T - begin
        self._rotate(move, back=True)
        shift = -np.einsum("cr,cr->c", self._means, move)
        return move.T, shift

    def _square(self):
        """Return the squared residual of the model."""
        residual = self.predictors.residual
        return float(residual @ (residual * self._inverse))

    def _update(self, gap):
        """Compute curvatures anew if they have moved; add new rows."""
        predictors, n_rows = self.predictors, len(self.predictors.coef)
        slow, self.gap = gap > SLOW * self.gap, gap
        if not self._used or n_rows <= CHEAP_ROWS or slow or self._drift() > DRIFT:
            self._used = 0
            self._curvature_used = floored_curvature(predictors)
            self._inverse = np.zeros_like(self._curvature_used)
            np.divide(
                1.0,
                self._curvature_used,
                out=self._inverse,
                where=self._curvature_used > 0.0,
            )
        if self._used < n_rows:
            self._extend(self._used, n_rows)
            self._used = n_rows
            rotates = predictors.penalty.rotation_invariant
            self._rotates = rotates and n_rows > len(predictors.chosen)
            self._rotated = self._grams.copy()
            self._axes, self._lipschitz = principal_axes(
                self._rotated, predictors.block_ptr, rotates
            )

    def _drift(self):
        """Return the mean relative change of the curvatures."""
        sqrt_weight, curvature = (
            self.predictors.responses.sqrt_weight,
            self.predictors.curvature,
        )
        moved = np.abs(curvature - self._curvature_used)
        return float(np.dot(sqrt_weight * moved, sqrt_weight)) / float(
            np.dot(sqrt_weight * self._curvature_used, sqrt_weight)
        )

    def _extend(self, start, stop):
        """Compute the products of the rows from ``start`` on with all rows."""
        predictors = self.predictors
        n_columns = predictors.data.n_columns
        grams = np.empty((n_columns, stop, stop))
        means = np.zeros((n_columns, stop))
        if start:
            grams[:, :start, :start] = self._grams
            means[:, :start] = self._means
        ptr = predictors.data.sample_ptr
        for c, own in enumerate(predictors.responses.slices):
            first = ptr[predictors.responses.owners[c]]
            columns = predictors.storage.packed[:, first : first + own.stop - own.start]
            weights = np.sqrt(self._curvature_used[own])
            cross = products(columns, weights, start)
            if predictors.has_intercept:
                ones = predictors.responses.sqrt_weight[own] * self._curvature_used[own]
                total = float(ones @ predictors.responses.sqrt_weight[own])
                means[c, start:] = (columns[start:] @ ones) / total
                cross -= total * np.outer(means[c, start:], means[c])
            grams[c, start:] = cross
            grams[c, :start, start:] = cross[:, :start].T
        self._grams, self._means = grams, means

    def _rotate(self, values, back=False):
        if self._rotates:
            turn(values, self._axes, self.predictors.block_ptr, back)


def products(columns, weights, start):
    """Return the inner products of weighted rows from ``start`` on with all rows."""
    n_rows, n_samples = columns.shape
    out = np.zeros((n_rows - start, n_rows))
    for first in range(0, n_samples, CHUNK):
        own = slice(first, first + CHUNK)
        weighed = columns[:, own] * weights[own]
        out += weighed[start:] @ weighed.T
    return out
