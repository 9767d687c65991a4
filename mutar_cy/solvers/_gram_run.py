"""A path on Gram matrices of all features: one pass over the data, at its start."""

from typing import Any

import numpy as np

from mutar_cy.solvers._descend import descend
from mutar_cy.solvers._path_run import PathRun
from mutar_cy.solvers._storage import BLAS3_GAIN, MEMORY, Storage
from mutar_cy.solvers._working_set import WorkingSet

SHARE = 0.01  # of the target: what rounding may amount to, else the data are asked
WIDE = 2.0  # features per sample from which on columns are cheaper to sweep over
EPS = np.finfo(np.float64).eps


class GramStorage(Storage):
    """Gram matrices, whatever else would be cheaper for a single fit."""

    def _wants_gram(self):
        return True


class GramSet(WorkingSet):
    """A working set on Gram matrices."""

    def _make_storage(self):
        return GramStorage(self.stack, self.free)


class GramRun(PathRun):
    """A path with every block in play, whose objective needs no pass over the data.

    With ``C_0`` the correlations of the targets, those of the residuals are ``C = C_0 -
    G W``, and their square is ``|Y|^2 - <W, C_0 + C>``. Rounding is then of the size
    that it has in residuals as well, but not relative to what is left of them. So the
    certificate allows for it, by the bounds of N. J. Higham (2002), Accuracy and
    Stability of Numerical Algorithms, section 3.1: ``eps (n + p)`` times ``|Y| + sum_j
    |X_j| |W_j|``, times the norm of a column in a correlation, and squared in the gap.
    Where that does not vanish beside the target, X itself is asked.
    """

    asks_itself = False

    @staticmethod
    def suits(stack, penalty, n_strengths):
        """Tell whether a path is likely to be cheaper so."""
        sizes = [target.shape for target in stack.targets]
        n_features, n_samples = stack.n_features, sum(n for _, n in sizes)
        if n_features > WIDE * min(n for _, n in sizes):
            return False
        if 8.0 * len(sizes) * n_features**2 > MEMORY:
            return False
        if penalty.positive and not np.all(penalty.thresholds(1)):
            return False  # free blocks are then no matter of projections
        # Two products with the data for every strength, slow ones for few columns.
        residual = sum(q * n for q, n in sizes)
        gain = BLAS3_GAIN if residual < BLAS3_GAIN * n_samples else 1.0
        return n_features * n_samples <= 2.0 * gain * n_strengths * residual

    def _make_working_set(self):
        return GramSet(self.problem, super()._make_working_set().free)

    def start(self, coef):
        """Bring all blocks into play, at zero or at given coefficients."""
        working_set = self.working_set
        targets = working_set.residuals()
        working_set.add(np.flatnonzero(self.candidates))
        self.candidates[:] = False
        features = working_set.storage.features
        self._natural = np.array_equal(features, np.arange(self.stack.n_features))
        self._square = sum(float(np.vdot(r, r)) for r in targets)
        self._before = working_set.storage.correlate(targets)
        self._lengths = np.sqrt(self.problem.squares.max(axis=0)[features])
        if coef is not None:
            start = self.stack.from_user(features, coef[features])
            start = np.maximum(start, 0.0) if self.problem.positive else start
            working_set.coef[:] = start

    def _evaluate(self):
        storage, coef = self.working_set.storage, self.working_set.coef
        rows = np.flatnonzero(coef.any(axis=1))
        self.residuals: Any = None
        self.correlation = self._all(
            self._before - storage.multiply(rows, coef[rows])
        )
        point = self._measure()
        norms = np.sqrt(np.einsum("rc,rc->r", coef, coef))
        size = np.sqrt(self._square) + float(self._lengths @ norms)
        terms = max(target.shape[1] for target in self.stack.targets) + len(coef)
        self.rounded = EPS * terms * size
        self.allowance = self.rounded * size
        if self.allowance <= SHARE * self.target:
            return point
        self.rounded = self.allowance = 0.0
        point = super()._evaluate()
        self.correlation = self._correlate(True)
        return point

    def _measure(self):
        """Find the objective from the correlations."""
        if self.residuals is not None:
            return super()._measure()
        coef = self.working_set.coef
        left = self.correlation
        left = left if self._natural else left[:, self.working_set.storage.features]
        inner = self._square - float(np.einsum("rc,cr->", coef, self._before))
        square = max(inner - float(np.einsum("rc,cr->", coef, left)), 0.0)
        self.primal = 0.5 * square + self.working_set.penalty_value()
        return square, inner

    def _gap(self, point, exact):
        self.partial = False
        self.norms = self.problem.dual_norms(self.correlation)
        norms = self.norms + self.rounded * self.problem.lengths
        return self.certificate.gap(self.primal, point, norms) + self.allowance

    def _all(self, correlation):
        """Return correlations of rows as those of all features."""
        if self._natural:
            return correlation
        out = np.zeros((self.stack.n_columns, self.stack.n_features))
        out[:, self.working_set.storage.features] = correlation
        return out

    def _go_on(self, before, margin, max_iter):
        self.minimise(max_iter)

    def _descend(self, target, budget):
        return descend(self.working_set, target, budget, soon=True)

    def _load(self):
        square = None if self.residuals is not None else self._measure()[0]
        self.working_set.load(self.residuals, self.correlation, square)

    def _shift(self, rows, shift, correlation):
        return correlation - self._all(self.working_set.storage.multiply(rows, shift))
