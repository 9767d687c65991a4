"""The blocks that reweighting has left, under weights that change."""

import numpy as np

from mutar_cy.solvers._descend import descend
from mutar_cy.solvers._free import remove_free_blocks
from mutar_cy.solvers._problem import Problem
from mutar_cy.solvers._separate import solve_columns
from mutar_cy.solvers._solution import whole
from mutar_cy.solvers._solve import solve
from mutar_cy.solvers._working_set import WorkingSet

SHRUNK = 0.8  # of the blocks still non-zero: the others are unpacked
LEAP = 32  # rows from which on a system of equations is cheaper than sweeps


class Support:
    """A working set of non-zero blocks, packed once for all weights.

    Parameters
    ----------
    stack : Stack
    penalty : L21
    groups : sequence of array-like of int, default=None

    Attributes
    ----------
    chosen : ndarray of int
        The penalised blocks that are in.
    lengths : ndarray of shape (n_rows, n_columns)
        Norms of the columns of the designs that the coefficients belong to.
    """

    def __init__(self, stack, penalty, groups=None):
        self.stack, self.groups = stack, groups
        self.problem = Problem(stack, penalty, groups)
        self.free = remove_free_blocks(self.problem)
        self.unit = stack.x_exponent - stack.y_exponent

    def alive(self, coef):
        """Return the penalised blocks of user's coefficients that are not zero."""
        blocks = self.problem.blocks.owners(np.flatnonzero(coef.any(axis=1)))
        return blocks[self.problem.thresholds[blocks] > 0.0]

    def load(self, chosen, coef):
        """Take in blocks, with their user's coefficients (n_features, n_columns)."""
        features = self.problem.blocks.features(chosen)
        self._load(chosen, self.stack.from_user(features, coef[features]))

    def _load(self, chosen, rows):
        working_set = WorkingSet(self.problem, self.free)
        if self.free.in_play:
            working_set.add(self.problem.free)
        working_set.add(chosen)
        working_set.coef[self.free.in_play :] = rows
        working_set.load(working_set.residuals())
        self.working_set, self.chosen = working_set, chosen
        self._penalised = slice(working_set.n_free, None)
        self._weights = np.zeros(len(working_set.chosen))
        squares = self.problem.squares[:, working_set.storage.features]
        self.lengths = np.sqrt(self.stack.spread(list(squares))).T

    def keep(self, alive):
        """Keep but some of the penalised blocks, told by a mask."""
        rows = np.repeat(alive, np.diff(self.working_set.block_ptr)[self._penalised])
        self._load(self.chosen[alive], self.working_set.coef[self.free.in_play :][rows])

    @property
    def rows(self):
        """The coefficients of all blocks that are in, (n_rows, n_columns), a copy."""
        return self.working_set.coef.copy()

    def norms(self):
        """Return the norms of the penalised blocks, user's units."""
        return np.ldexp(self.working_set.block_norms()[self._penalised], self.unit)

    def weigh(self, weights):
        """Give the penalised blocks other weights."""
        self._weights[self._penalised] = weights
        penalty = self.problem.penalty.replaced(weights=self._weights)
        self.working_set.penalty = penalty
        self.working_set.thresholds = penalty.thresholds(len(self._weights))

    def descend(self, accuracy, max_iter):
        """Solve the weighted problem, and return the number of sweeps.

        Parameters
        ----------
        accuracy : float
            The duality gap at which to stop, over the objective of the null model.
        max_iter : int
        """
        working_set = self.working_set
        if self.stack.n_columns == 1 and len(working_set.coef) >= LEAP:
            self._leap()
        target = accuracy * self.stack.scaled_null_objective
        return descend(working_set, target, max_iter)

    def _leap(self):
        """Go to the solution of a column, if that has all signs as they are."""
        working_set = self.working_set
        rows = np.flatnonzero(working_set.coef[:, 0])
        coef = working_set.coef[rows, 0]
        pull = working_set.thresholds[rows] * np.sign(coef)
        gradient = working_set.correlation_of(rows)[0] - pull
        try:
            step = np.linalg.solve(working_set.storage.gram(0, rows), gradient)
        except np.linalg.LinAlgError:
            return
        if np.all((coef + step) * coef > 0.0):
            change, _ = working_set.change(rows, step[:, None])
            working_set.move(rows, 1.0, step[:, None], change)

    def move(self, direction):
        """Move the coefficients by ``direction``, of the shape of ``rows``."""
        rows = np.flatnonzero(direction.any(axis=1))
        change, _ = self.working_set.change(rows, direction[rows])
        self.working_set.move(rows, 1.0, direction[rows], change)

    def data_term(self):
        """Return the data term, user's units."""
        value = self.working_set.datafit.value(self.working_set.coef)
        return float(np.ldexp(value, -2 * self.stack.y_exponent))

    def coef(self):
        """Return the coefficients, (n_features, n_columns), user's units."""
        working_set = self.working_set
        return whole(self.stack, working_set.storage.features, working_set.coef)[0]

    def certify(self, penalty, effort):
        """Solve with a penalty from here on, to a gap computed from the data."""
        options = effort.options()
        return solve(self.stack, penalty, self.groups, self.coef(), **options)


class SeparateSupport:
    """The same for a penalty of the rows' l1 norms: one problem for every column.

    Every question of `Support` that `Path` asks is answered for all columns, which
    hold the same rows. The norms are l1 norms.
    """

    def __init__(self, stack, penalty):
        self.stack = stack
        columns = range(stack.n_columns)
        self.columns = [Support(stack.column(c), penalty) for c in columns]
        self.problem = self.columns[0].problem

    def alive(self, coef):
        """Return the penalised rows of user's coefficients that are not zero."""
        return self.columns[0].alive(coef)

    def load(self, chosen, coef):
        """Take in rows, with their user's coefficients (n_features, n_columns)."""
        for c, column in enumerate(self.columns):
            column.load(chosen, coef[:, c : c + 1])

    @property
    def chosen(self):
        """The penalised rows that are in."""
        return self.columns[0].chosen

    @property
    def lengths(self):
        """Norms of the columns of the designs that the coefficients belong to."""
        return np.concatenate([column.lengths for column in self.columns], axis=1)

    @property
    def rows(self):
        """The coefficients of all rows that are in, (n_rows, n_columns), a copy."""
        coefs = [column.working_set.coef for column in self.columns]
        return np.concatenate(coefs, axis=1)

    def keep(self, alive):
        """Keep but some of the penalised rows, told by a mask."""
        if alive.all():
            return
        for column in self.columns:
            column.keep(alive)

    def norms(self):
        """Return the l1 norms of the penalised rows, user's units."""
        return np.sum([column.norms() for column in self.columns], axis=0)

    def weigh(self, weights):
        """Give the penalised rows other weights."""
        for column in self.columns:
            column.weigh(weights)

    def descend(self, accuracy, max_iter):
        """Solve the weighted problems, and return the largest number of sweeps."""
        return max(column.descend(accuracy, max_iter) for column in self.columns)

    def move(self, direction):
        """Move the coefficients by ``direction``, of the shape of ``rows``."""
        for c, column in enumerate(self.columns):
            column.move(direction[:, c : c + 1])

    def multiply(self, factors):
        """Multiply the penalised rows by factors."""
        rows = self.rows
        rows[: len(rows) - len(factors)] = 0.0  # rows without a penalty come first
        rows[len(rows) - len(factors) :] *= factors[:, None] - 1.0
        self.move(rows)

    def data_term(self):
        """Return the data term, user's units."""
        return sum(column.data_term() for column in self.columns)

    def coef(self):
        """Return the coefficients, (n_features, n_columns), user's units."""
        return np.concatenate([column.coef() for column in self.columns], axis=1)

    def certify(self, penalty, effort):
        """Solve with a penalty from here on, to gaps computed from the data."""
        penalties = [penalty] * len(self.columns)
        return solve_columns(self.stack, penalties, self.coef(), **effort.options())
