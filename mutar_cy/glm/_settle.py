"""Unpenalised columns: solved exactly, whatever the others are."""

import numpy as np
from scipy.optimize import nnls

from mutar_cy.solvers import orthonormal_rows

STEPS = 50
ROUNDING = 4 * np.finfo(np.float64).eps


def settle(predictors):
    """Move the free rows of a PredictorSet, and intercepts, to their best values.

    The residual is then orthogonal to them (or, where coefficients must not be
    negative, no ascent), and so feasible for them in the dual.
    """
    n_free = predictors.free.in_play
    if not n_free or not len(predictors.coef):  # the null model has intercepts only
        return
    for _ in range(STEPS):
        move, shift, slope = free_direction(predictors, n_free)
        direction = np.zeros_like(predictors.coef)
        direction[:n_free] = move
        before = predictors.loss
        step = predictors.step_along(direction, shift, slope)
        size = abs(before) + abs(predictors.loss)
        if step == 0.0 or before - predictors.loss <= ROUNDING * size:
            return


def free_direction(predictors, n_free):
    """Return Newton's direction for the free rows, the intercepts', and the slope."""
    move = np.zeros((n_free, predictors.data.n_columns))
    shift = np.zeros(predictors.data.n_columns)
    slope = 0.0
    positive = predictors.problem.positive
    for c, weighing in enumerate(weighings(predictors)):
        rows = predictors.storage.columns(weighing.design, slice(0, n_free))
        left, residual = weighing.centred(rows)
        coef = predictors.coef[:n_free, c]
        if positive:
            target = residual + coef @ left
            move[:, c] = nnls(left.T, target)[0] - coef
        else:
            basis, inverse = orthonormal_rows(left)
            move[:, c] = inverse @ (basis @ residual)
        shift[c] = weighing.shift(rows, move[:, c])
        own = predictors.residual[weighing.own]
        slope -= float(move[:, c] @ (rows @ own))
    return move, shift, slope


class Weighing:
    """The quadratic model of the loss of one column, in weighted coordinates.

    Rows of the column's design times ``root`` have the model's Hessian as their inner
    products, and the residual over ``root`` its gradient.

    Parameters
    ----------
    predictors : PredictorSet
    c : int
    bend : ndarray of shape (n_samples,)
    """

    def __init__(self, predictors, c, bend):
        self.own = predictors.responses.slices[c]
        self.design = predictors.responses.owners[c]
        self.root = np.sqrt(bend)
        self.has_intercept = predictors.has_intercept
        self._predictors = predictors
        ones = self.ones()
        self._length = np.sqrt(ones @ ones)
        self._unit = ones / self._length

    def ones(self):
        """Return the intercept's column in weighted coordinates."""
        return self._predictors.responses.root[self.own] * self.root

    def residual(self):
        """Return the residual of the model at the predictors."""
        own = self._predictors.residual[self.own]
        out = np.zeros_like(own)
        np.divide(own, self.root, out=out, where=self.root > 0.0)
        return out

    def centred(self, rows):
        """Return rows in weighted coordinates less the intercept's part; the residual.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_samples)
        """
        rows = rows * self.root
        if self.has_intercept:
            rows -= (rows @ self._unit)[:, None] * self._unit
        return rows, self.residual()

    def shift(self, rows, move):
        """Return the change of the intercept that goes with a move of rows."""
        if not self.has_intercept:
            return 0.0
        return -float((move @ rows * self.root) @ self._unit) / self._length


FLOOR = 1e-7  # of the mean curvature: flatter samples count as much


def raised_bend(predictors):
    """Return the curvatures of the model: those of the loss, or a little more."""
    out = np.zeros_like(predictors.bend)
    for own in predictors.responses.slices:
        bend, root = predictors.bend[own], predictors.responses.root[own]
        mean = float(root**2 @ bend) / float(root @ root)
        np.maximum(bend, FLOOR * mean, out=out[own], where=root > 0.0)
    return out


def weighings(predictors):
    """Return one Weighing per column, at the predictors."""
    bend = raised_bend(predictors)
    return [
        Weighing(predictors, c, bend[own])
        for c, own in enumerate(predictors.responses.slices)
    ]
