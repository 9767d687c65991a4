"""The quadratic model where it is small: its Gram matrices, and nothing around them."""

import numpy as np

from mutar_cy.datafits import GramQuadratic
from mutar_cy.glm._settle import FLOOR
from mutar_cy.glm._small_model import build_grams, turn
from mutar_cy.solvers import block_cd

ROWS = 100  # up to which the overhead of the general model is the larger cost
SWEEPS, LOOK = 300, 3
LEAST = 1e-8  # of a target


def is_small(predictors):
    """Tell whether a SmallModel will do for the rows in play."""
    return len(predictors.coef) <= ROWS and not predictors.free.in_play


class SmallModel:
    """What `QuadraticModel` is, for few rows, all of them penalised.

    Parameters
    ----------
    predictors : PredictorSet
    """

    def __init__(self, predictors):
        self._predictors, stack = predictors, predictors.stack
        responses = predictors.responses
        grams, self._shifts, self._axes, curvature, square = build_grams(
            predictors.storage.packed,
            stack.sample_ptr,
            responses.owners,
            (responses.root, predictors.bend, predictors.residual),
            predictors.block_ptr,
            predictors.has_intercept,
            predictors.penalty.isotropic,
            FLOOR,
        )
        self._turns = predictors.penalty.isotropic and len(curvature) > len(
            predictors.chosen
        )
        self._model = curvature, grams, square

    def solve(self, correlation, target):
        """Return the direction to the minimum, as `QuadraticModel` does."""
        predictors, (curvature, grams, square) = self._predictors, self._model
        begin = predictors.coef.T.copy()
        slopes = correlation.copy()
        self._turn(begin)
        self._turn(slopes)
        w = begin.T.copy()
        ptr, every = predictors.block_ptr, np.arange(len(begin) + 1, dtype=np.int32)
        datafit = GramQuadratic(curvature, ptr, every, grams, slopes, w, square)
        least, n_sweeps = LEAST * target, 0
        while not n_sweeps and target > least:
            n_sweeps = block_cd(datafit, predictors.penalty, w, target, SWEEPS, LOOK)[0]
            target *= 0.1
        move = w.T - begin
        self._turn(move, back=True)
        shift = np.einsum("cr,cr->c", self._shifts, move)
        return move.T, shift

    def _turn(self, values, back=False):
        if self._turns:
            turn(values, self._axes, self._predictors.block_ptr, back)
