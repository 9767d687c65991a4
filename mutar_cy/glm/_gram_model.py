"""The quadratic model as Gram matrices, kept from step to step.

With curvatures as they were some steps ago a step is not Newton's, but nearly: the
gradient is always the true one, and only how fast it falls depends on how far the
curvatures have moved since.
"""

from typing import Any

import numpy as np

from mutar_cy.datafits import GramQuadratic
from mutar_cy.glm._axes import principal_axes, turn
from mutar_cy.glm._unpenalised import floored_curvature
from mutar_cy.solvers import block_cd

DRIFT = 0.05  # of the curvatures, on average: beyond it they are taken anew
CHEAP_ROWS = 40  # where new Gram matrices cost less than a pass over the rows
SLOW = 0.3  # of the gap left after a step
SWEEPS, LOOK = 400, 3
LEAST = 1e-8  # of a target
CHUNK = 2048  # samples weighed at a time
MEMORY = 2.0**31  # bytes


class GramModel:
    """The model of the loss for the rows in play, all of them penalised.

    Parameters
    ----------
    predictors : PredictorSet
    """

    def __init__(self, predictors):
        self.predictors = predictors
        self.gap = np.inf
        self._used = 0  # rows that have been multiplied out
        self._grams: Any = None
        self._means: Any = None

    @staticmethod
    def suits(predictors):
        """Tell whether there are more samples than rows, and memory for matrices."""
        n_rows, n_columns = predictors.coef.shape
        fewest = min(own.stop - own.start for own in predictors.responses.slices)
        small = 16.0 * n_columns * n_rows**2 <= MEMORY
        return small and n_rows <= fewest and not predictors.free.in_play

    def solve(self, correlation, gap, share):
        """Return the way to the minimum, to a part of a gap, and that of intercepts.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_rows)
            Of all rows in play with the residual.
        gap : float
            Of the working set's problem, at the predictors.
        share : float
            Of the gap: how far to solve the model.

        Returns
        -------
        direction : ndarray of shape (n_rows, n_columns)
        shift : ndarray of shape (n_columns,)
        """
        self._update(gap)
        penalty, ptr = self.predictors.penalty, self.predictors.block_ptr
        begin, slopes = self.predictors.coef.T.copy(), correlation.copy()
        self._turn(begin)
        self._turn(slopes)
        w, every = begin.T.copy(), np.arange(len(begin) + 1, dtype=np.int32)
        datafit = GramQuadratic(
            self._lipschitz, ptr, every, self._turned, slopes, w, self._square()
        )
        target, n_sweeps = share * gap, 0
        # A model may be content with less than the problem itself.
        while not n_sweeps and target > LEAST * share * gap:
            n_sweeps = block_cd(datafit, penalty, w, target, SWEEPS, LOOK)[0]
            target *= 0.1
        move = w.T - begin
        self._turn(move, back=True)
        shift = -np.einsum("cr,cr->c", self._means, move)
        return move.T, shift

    def _square(self):
        """Return the squared residual of the model."""
        residual = self.predictors.residual
        return float(residual @ (residual * self._inverse))

    def _update(self, gap):
        """Take curvatures anew if they have moved, and rows that are new."""
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
            isotropic = predictors.penalty.rotation_invariant
            self._turns = isotropic and n_rows > len(predictors.chosen)
            self._turned = self._grams.copy()
            self._axes, self._lipschitz = principal_axes(
                self._turned, predictors.block_ptr, isotropic
            )

    def _drift(self):
        """Return by how much curvatures have moved, on average, as a share."""
        sqrt_weight, curvature = (
            self.predictors.responses.sqrt_weight,
            self.predictors.curvature,
        )
        moved = np.abs(curvature - self._curvature_used)
        return float(np.dot(sqrt_weight * moved, sqrt_weight)) / float(
            np.dot(sqrt_weight * self._curvature_used, sqrt_weight)
        )

    def _extend(self, start, stop):
        """Multiply out the rows from ``start`` on, with all."""
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

    def _turn(self, values, back=False):
        if self._turns:
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
