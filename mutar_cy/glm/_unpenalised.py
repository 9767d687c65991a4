"""Refit of the unpenalised columns and intercepts of a generalised linear model."""

import numpy as np
from scipy.optimize import nnls

from mutar_cy.solvers import orthonormal_rows

# Maximum number of Newton steps of a refit; 2 to 6 are usual.
MAX_REFITS = 50
# Relative decrease of the loss below which a refit ends.
ROUNDING = 4 * np.finfo(np.float64).eps
# Lower bound of the curvature of a sample, relative to the mean: flatter samples would
# make Newton steps unbounded.
FLOOR = 1e-7


def refit_unpenalised(predictors):
    """Fit the unpenalised rows of a PredictorSet, and the intercepts.

    The residual is then orthogonal to them, or with positive coefficients has no
    positive product with them: so it is dual feasible.
    """
    n_free = predictors.free.in_play
    if not n_free or not len(predictors.coef):  # the null model has intercepts only
        return
    for _ in range(MAX_REFITS):
        move, shift, slope = free_direction(predictors, n_free)
        direction = np.zeros_like(predictors.coef)
        direction[:n_free] = move
        before = predictors.loss
        step = predictors.step_along(direction, shift, slope)
        size = abs(before) + abs(predictors.loss)
        if step == 0.0 or before - predictors.loss <= ROUNDING * size:
            return


def free_direction(predictors, n_free):
    """Return Newton's direction of free rows and of intercepts, and the slope."""
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

    Rows of the column's design times ``sqrt_curvature`` have the model's Hessian as
    their inner products; the residual over ``sqrt_curvature`` gives its gradient.

    Parameters
    ----------
    predictors : PredictorSet
    c : int
    curvature : ndarray of shape (n_samples,)
    """

    def __init__(self, predictors, c, curvature):
        self.own = predictors.responses.slices[c]
        self.design = predictors.responses.owners[c]
        self.sqrt_curvature = np.sqrt(curvature)
        self.has_intercept = predictors.has_intercept
        self._predictors = predictors
        ones = self.ones()
        self._length = np.sqrt(ones @ ones)
        self._unit = ones / self._length

    def ones(self):
        """Return the intercept's column in weighted coordinates."""
        return self._predictors.responses.sqrt_weight[self.own] * self.sqrt_curvature

    def residual(self):
        """Return the residual of the model at the predictors."""
        own = self._predictors.residual[self.own]
        out = np.zeros_like(own)
        np.divide(own, self.sqrt_curvature, out=out, where=self.sqrt_curvature > 0.0)
        return out

    def centred(self, rows):
        """Return weighted rows without the intercept's part, and the residual.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_samples)
        """
        rows = rows * self.sqrt_curvature
        if self.has_intercept:
            rows -= (rows @ self._unit)[:, None] * self._unit
        return rows, self.residual()

    def shift(self, rows, move):
        """Return the change of the intercept that goes with a move of rows."""
        if not self.has_intercept:
            return 0.0
        return -float((move @ rows * self.sqrt_curvature) @ self._unit) / self._length


def floored_curvature(predictors):
    """Return the curvatures of the loss, those near zero raised."""
    out = np.zeros_like(predictors.curvature)
    for own in predictors.responses.slices:
        curvature, sqrt_weight = (
            predictors.curvature[own],
            predictors.responses.sqrt_weight[own],
        )
        mean = float(sqrt_weight**2 @ curvature) / float(sqrt_weight @ sqrt_weight)
        np.maximum(curvature, FLOOR * mean, out=out[own], where=sqrt_weight > 0.0)
    return out


def weighings(predictors):
    """Return one Weighing per column, at the predictors."""
    curvature = floored_curvature(predictors)
    return [
        Weighing(predictors, c, curvature[own])
        for c, own in enumerate(predictors.responses.slices)
    ]
