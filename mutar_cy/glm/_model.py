"""The quadratic model of a generalised linear model, as a problem of least squares."""

import numpy as np

from mutar_cy.designs import Stack
from mutar_cy.glm._settle import weighings
from mutar_cy.solvers import NoFreeBlocks, Problem, WorkingSet, orthonormal_rows


class RowsDesign:
    """A design whose columns are packed rows already."""

    packs_cheaply = True
    scale = None
    centers = False

    def __init__(self, rows):
        self.X = self.rows = rows
        self.n_features, self.n_samples = rows.shape
        self.squares = np.einsum("rn,rn->r", rows, rows)

    def pack(self, features, out):
        """Write rows to ``out``."""
        np.take(self.rows, features, axis=0, out=out)


class QuadraticModel:
    """The model of the loss at some predictors, for the penalised rows in play.

    Intercepts and unpenalised columns are projected out of the rows, unless
    coefficients must not be negative: then the latter are rows like the others.

    Parameters
    ----------
    predictors : PredictorSet

    Attributes
    ----------
    working_set : WorkingSet
        Of the rows from ``start`` on; every column has a design of its own.
    """

    def __init__(self, predictors):
        problem, n_free = predictors.problem, predictors.free.in_play
        self.predictors = predictors
        self.start = 0 if problem.positive else n_free
        self.weighings = weighings(predictors)
        pairs = [self._project(weighing) for weighing in self.weighings]
        designs = [RowsDesign(rows) for rows, _ in pairs]
        self._borders = [border for _, border in pairs]
        targets = [np.empty((1, design.n_samples)) for design in designs]
        stack = Stack(designs, targets, np.zeros(len(designs)), 0, 0)
        first = 0 if problem.positive else predictors.n_free
        chosen = predictors.chosen[first:]
        groups = None
        if not problem.blocks.single:
            ptr = predictors.block_ptr[first:] - self.start
            rows = np.arange(ptr[-1])
            groups = np.split(rows, ptr[1:-1])
        free = NoFreeBlocks()
        free.in_play = n_free if problem.positive else 0
        own = Problem(stack, problem.penalty.restricted(chosen), groups)
        self.working_set = WorkingSet(own, free)
        self.working_set.add(np.arange(own.blocks.n_blocks))

    def _project(self, weighing):
        """Return the rows of one column less their part in what is not penalised.

        Also the coefficients of that, (n_border, n_rows).
        """
        rows = self.predictors.storage.columns(weighing.design) * weighing.root
        pieces = [weighing.ones()[None, :]] if weighing.has_intercept else []
        border = np.concatenate([*pieces, rows[: self.start]])
        rows = rows[self.start :]
        if not len(border):
            return rows, np.zeros((0, len(rows)))
        basis, inverse = orthonormal_rows(border)
        parts = rows @ basis.T
        rows -= parts @ basis
        return rows, inverse @ parts.T

    def load(self, correlation):
        """Begin at the coefficients of the predictors."""
        self.working_set.coef[:] = self.predictors.coef[self.start :]
        residuals = [weighing.residual()[None, :] for weighing in self.weighings]
        self.working_set.load(residuals, correlation[:, self.start :])

    def direction(self):
        """Return the way to the model's minimum, and that of the intercepts."""
        move = self.working_set.coef - self.predictors.coef[self.start :]
        columns = zip(self._borders, move.T, strict=True)
        border = np.array([-(own @ step) for own, step in columns]).T
        shift = np.zeros(move.shape[1])
        if self.predictors.has_intercept:
            shift, border = border[0], border[1:]
        return np.concatenate([border, move]), shift
