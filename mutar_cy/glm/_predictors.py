"""The working set of a generalised linear model and its linear predictors."""

from typing import Any

import numpy as np

from mutar_cy.glm._newton_rows import NewtonRows
from mutar_cy.glm._sparse_rows import SparseRows
from mutar_cy.glm._unpenalised import FLOOR, refit_unpenalised
from mutar_cy.solvers import NoFreeBlocks, Storage, WorkingSet

# Bytes of Gram matrices up to which they are made: 2 GiB.
MEMORY = 2.0**31
# Halvings of a step before it is given up: 2^-40 is below the square root of eps.
HALVINGS = 40
# Fraction of the decrease promised by the slope that a step must reach (Armijo's rule).
SUFFICIENT = 1e-4
# Rounding of the objective, relative to the sum of its terms.
ROUNDING = 16 * np.finfo(np.float64).eps


class PackedStorage(Storage):
    """Packed columns, without Gram matrices: weights change from step to step."""

    def __init__(self, data, free):
        super().__init__(data, free)
        self.packs = True
        self._packed = np.empty((0, int(data.sample_ptr[-1])))

    def _wants_gram(self):
        return False


class InPlay(NoFreeBlocks):
    """Unpenalised columns, the first rows of the working set."""

    def __init__(self, n_features):
        self.in_play = n_features


class PredictorSet(WorkingSet):
    """A working set with the linear predictors of its coefficients.

    Attributes
    ----------
    intercept : ndarray of shape (n_columns,)
        The optimal intercepts; zeros without intercepts.
    eta : ndarray of shape (n_observations,), or None
        Linear predictors; None if coefficients have been set from outside.
    residual : ndarray of shape (n_observations,)
        Minus the derivatives of the loss, times the roots of the weights.
    curvature : ndarray of shape (n_observations,)
        Second derivatives of the loss.
    loss : float
        At the predictors.
    """

    def __init__(self, problem, responses):
        free = InPlay(len(problem.blocks.features(problem.free)))
        super().__init__(problem, free)
        self.responses = responses
        self.has_intercept = self.data.designs[0].centers
        self.intercept = np.zeros(self.data.n_columns)
        self.eta: Any = None
        self._newton_rows: Any = None
        self.residual = self._residual
        self.curvature = np.empty_like(self.residual)

    def _make_storage(self):
        return PackedStorage(self.data, self.free)

    def _bounds(self, start, counts):
        # Curvatures of blocks are those of the quadratic model.
        return np.zeros((len(counts), len(self.data.designs)))

    def residuals(self):
        """Return the residuals, after a refit of unpenalised columns."""
        if self.eta is None:
            rows = np.flatnonzero(self.coef.any(axis=1))
            self.eta = self.responses.offset + self.responses.per_observation(
                self.intercept
            )
            self.eta += self.explained(rows, self.coef[rows])
            self.refresh()
        refit_unpenalised(self)
        return self._residuals

    def explained(self, rows, coef):
        """Return the linear predictors of the coefficients of some rows."""
        if not len(rows):
            return np.zeros_like(self.residual)
        pieces = [fit.ravel() for fit in self.storage.apply(rows, coef)]
        return np.concatenate(pieces) * self.responses.inverse_sqrt_weight

    def refresh(self):
        """Fit the intercepts to the predictors, and evaluate the loss."""
        if self.has_intercept:
            shifts = self.responses.best_intercepts(self.eta)
            self.intercept += shifts
            self.eta += self.responses.per_observation(shifts)
        self.loss = self.responses.evaluate(self.eta, self.residual, self.curvature)

    def load(self, residuals, correlation=None, square=None):
        """Do nothing: predictors and derivatives are the state."""

    def sweep_work(self):
        """Return the number of multiplications of a gradient and a step."""
        return 2.0 * self.storage.n_rows * self.residual.size

    def objective(self):
        """Return the objective at the coefficients."""
        return self.loss + self.penalty_value()

    def newton_rows(self):
        """Return the compiled Newton solver of the rows; None with free rows."""
        n_rows, n_columns = self.coef.shape
        if self.free.in_play or 8.0 * n_columns * n_rows**2 > MEMORY:
            return None
        if self._newton_rows is None:
            self._newton_rows = self._make_newton_rows(NewtonRows)
        rotates = self.penalty.rotation_invariant and not self.problem.blocks.single
        self._newton_rows.bind(
            self.storage.packed, self.block_ptr, self._state(), rotates
        )
        return self._newton_rows

    def _make_newton_rows(self, kind):
        """Return a compiled Newton solver, not yet bound to rows."""
        return kind(
            self.responses.loss,
            self.responses.observed,
            self.responses.starts,
            self.responses.owners,
            self.data.sample_ptr,
            FLOOR,
            self.has_intercept,
        )

    def _state(self):
        """Return the arrays that compiled steps move."""
        return self.coef, self.intercept, self.eta, self.residual, self.curvature

    def gap(self, correlation):
        """Return the duality gap of the working set's own problem.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_rows)
            Of all rows with the residual.
        """
        if not len(self.chosen):
            return self.objective() - self.responses.dual(self.residual, 1.0)
        ptr = self.block_ptr * np.int32(self.data.n_columns)
        gradient = -correlation.T.ravel()
        ratios = self.penalty.dual_ratios(gradient, ptr)[self.n_free :]
        scale = 1.0 / max(1.0, ratios.max(initial=0.0))
        dual = self.responses.dual(self.residual, scale)
        if self.penalty.ridge and scale < 1.0:
            conjugate = self.penalty.conjugates(gradient, ptr)[self.n_free :].sum()
            dual = max(dual, self.responses.dual(self.residual, 1.0) - conjugate)
        return self.objective() - dual

    def step_along(self, direction, shift, slope):
        """Move along a direction by backtracking line search.

        Parameters
        ----------
        direction : ndarray of shape (n_rows, n_columns)
        shift : ndarray of shape (n_columns,)
            Of the intercepts.
        slope : float
            Derivative of the loss along it.

        Returns
        -------
        step : float
            0 if the objective does not decrease enough.
        """
        rows = np.flatnonzero(direction.any(axis=1))
        change = self.explained(rows, direction[rows])
        change += self.responses.per_observation(shift)
        before, start, penalty = self.objective(), self.coef, self.penalty_value()
        rounding = ROUNDING * (abs(self.loss) + penalty)
        step, promised = 1.0, None
        for _ in range(HALVINGS):
            self.coef = start + step * direction
            own = self.penalty_value()
            promised = slope + own - penalty if promised is None else promised
            value = self.responses.value(self.eta + step * change) + own
            if value <= before + SUFFICIENT * step * promised + rounding:
                self._clear(direction)
                self.eta += step * change
                self.intercept += step * shift
                self.refresh()
                return step
            step *= 0.5
        self.coef = start
        return 0.0

    def _clear(self, direction):
        """Set blocks to zero that a step has left at rounding size.

        Models rotate blocks and rotate them back, which leaves rounding errors.
        """
        if not len(direction):
            return
        ptr = self.block_ptr
        left, moved = (
            np.maximum.reduceat(np.abs(values).max(axis=1), ptr[:-1])
            for values in (self.coef, direction)
        )
        self.coef[np.repeat(left <= ROUNDING * moved, np.diff(ptr))] = 0.0


class EntryStorage(PackedStorage):
    """The features of a sparse design, none of them packed."""

    def __init__(self, data, free):
        super().__init__(data, free)
        self.packs = False

    def add(self, features):
        """Append features as rows."""
        self.features = np.concatenate([self.features, features])


class EntrySet(PredictorSet):
    """All columns of one sparse design with their predictors, without packed columns.

    It serves compiled paths only, and blocks of one feature.
    """

    def _make_storage(self):
        return EntryStorage(self.data, self.free)

    def newton_rows(self):
        """Return the compiled Newton solver of the entries."""
        if self._newton_rows is None:
            design, features = self.data.designs[0], self.storage.features
            whole = len(features) == design.n_features
            X = design.X if whole else design.X[:, features]
            scale = np.ones(len(features))
            if design.scale is not None:
                scale = design.scale[features]
            self._newton_rows = self._make_newton_rows(SparseRows)
            self._newton_rows.bind_entries(
                X, design.mean[features], scale, self._state()
            )
        return self._newton_rows
