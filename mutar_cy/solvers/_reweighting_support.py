"""Small lassos whose signs are nearly known, by systems of equations."""

import numpy as np

from mutar_cy.penalties import Dirty
from mutar_cy.solvers._descent import descend
from mutar_cy.solvers._outer_loop import whole
from mutar_cy.solvers._problem import Problem
from mutar_cy.solvers._solve import solve, solve_columns
from mutar_cy.solvers._unpenalised import remove_free_blocks
from mutar_cy.solvers._working_set import WorkingSet

GUESSES = 8  # of signs
SLACK = 1e-9  # of a threshold: what a zero may exceed it by


def lasso_from(gram, slope, pull, coef, positive):
    """Return the solution of a lasso, or None if it is not found from a guess soon.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
    slope : ndarray of shape (n,)
        What is correlated with the target.
    pull : ndarray of shape (n,)
        Thresholds; infinite where zero is all there can be.
    coef : ndarray of shape (n,)
        Whose signs are the guess.
    positive : bool
    """
    sign = np.sign(coef)
    for _ in range(GUESSES):
        kept = np.flatnonzero(sign)
        own = gram[np.ix_(kept, kept)]
        try:
            values = np.linalg.solve(own, slope[kept] - pull[kept] * sign[kept])
        except np.linalg.LinAlgError:
            return None
        wrong = values * sign[kept] <= 0.0
        if wrong.any():
            sign[kept[wrong]] = 0.0
            continue
        left = slope - gram[:, kept] @ values
        size = left if positive else np.abs(left)
        over = (size > pull * (1.0 + SLACK)) & (sign == 0.0)
        if not over.any():
            found = np.zeros_like(coef)
            found[kept] = values
            return found
        sign[over] = np.sign(left[over])
    return None


LEAP = 32, 200  # rows where systems of equations are cheaper than sweeps


class Support:
    """A working set of non-zero blocks, packed once for all weights.

    Parameters
    ----------
    stack : Stack
    penalty : L21
    groups : sequence of array-like of int, default=None
    separate : bool, default=False
        Whether norms are those of rows, entry by entry (l1), so that weighted problems
        fall apart into one per column. Without groups.

    Attributes
    ----------
    chosen : ndarray of int
        The penalised blocks that are in.
    lengths : ndarray of shape (n_rows, n_columns)
        Norms of the columns of the designs that the coefficients belong to.
    """

    def __init__(self, stack, penalty, groups=None, *, separate=False):
        self.stack, self.groups, self.separate = stack, groups, separate
        if separate and penalty.alpha > 0.0:
            # A shared part that is dear enough is zero, and all is specific.
            dear = 2.0 * np.sqrt(stack.n_columns) * penalty.alpha
            own = penalty.weights, penalty.positive
            penalty = Dirty(dear, penalty.alpha, *own)
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
        self._grams: list[np.ndarray] | None = None
        self._norms: np.ndarray | None = None  # as long as nothing moves
        squares = self.problem.squares[:, working_set.storage.features]
        self.lengths = np.sqrt(self.stack.spread(list(squares))).T

    def keep(self, alive):
        """Keep but some of the penalised blocks, told by a mask."""
        if alive.all():
            return
        rows = np.repeat(alive, np.diff(self.working_set.block_ptr)[self._penalised])
        self._load(self.chosen[alive], self.working_set.coef[self.free.in_play :][rows])

    @property
    def rows(self):
        """The coefficients of all blocks that are in, (n_rows, n_columns), a copy."""
        return self.working_set.coef.copy()

    def norms(self):
        """Return the norms of the penalised blocks, user's units."""
        if self._norms is None:
            if self.separate:
                norms = np.abs(self.working_set.coef).sum(axis=1)
            else:
                norms = self.working_set.block_norms()
            self._norms = np.ldexp(norms[self._penalised], self.unit)
        return self._norms

    def weigh(self, weights):
        """Give the penalised blocks other weights."""
        self._weights[self._penalised] = weights
        penalty = self.problem.penalty.replaced(weights=self._weights)
        self.working_set.penalty = penalty

    def descend(self, accuracy, max_iter):
        """Solve the weighted problem, and return the number of sweeps.

        Parameters
        ----------
        accuracy : float
            The duality gap at which to stop, over the objective of the null model.
        max_iter : int
        """
        working_set = self.working_set
        single = self.separate or self.stack.n_columns == 1
        if (
            single
            and self.problem.blocks.single
            and LEAP[0] <= len(working_set.coef) <= LEAP[1]
        ):
            self._leap()
        self._norms = None
        target = accuracy * self.stack.scaled_null_objective
        return descend(working_set, target, max_iter)

    def grams(self):
        """Yield for every column the Gram matrix of all rows."""
        if self._grams is None:
            rows = np.arange(len(self.working_set.coef))
            storage = self.working_set.storage
            designs = range(len(self.stack.designs))
            self._grams = [storage.gram(d, rows) for d in designs]
        for gram, size in zip(self._grams, np.diff(self.stack.column_ptr), strict=True):
            for _ in range(size):
                yield gram

    def entries(self):
        """Yield for every column the rows of its non-zeros, and their Gram matrix."""
        for own, gram in zip(self.working_set.coef.T, self.grams(), strict=True):
            rows = np.flatnonzero(own)
            yield rows, gram[np.ix_(rows, rows)]

    def _leap(self):
        """Go to the solutions of those columns whose signs are soon known."""
        working_set = self.working_set
        penalty, coef = working_set.penalty, working_set.coef
        strength = penalty.beta if self.separate else penalty.alpha
        pull, positive = strength * self._weights, penalty.positive
        correlation = working_set.correlation_of(np.arange(len(coef))).T
        direction = np.zeros_like(coef)
        for c, gram in enumerate(self.grams()):
            slope = correlation[:, c] + gram @ coef[:, c]
            found = lasso_from(gram, slope, pull, coef[:, c], positive)
            if found is not None:
                direction[:, c] = found - coef[:, c]
        self.move(direction)

    def move(self, direction):
        """Move the coefficients by ``direction``, of the shape of ``rows``."""
        rows = np.flatnonzero(direction.any(axis=1))
        if not len(rows):
            return
        self._norms = None
        change, _ = self.working_set.change(rows, direction[rows])
        self.working_set.move(rows, 1.0, direction[rows], change)

    def multiply(self, factors):
        """Multiply the penalised rows, single blocks, by factors."""
        rows = self.rows
        rows[: len(rows) - len(factors)] = 0.0  # rows without a penalty come first
        rows[len(rows) - len(factors) :] *= factors[:, None] - 1.0
        self.move(rows)

    def data_term(self):
        """Return the data term, user's units."""
        value = self.working_set.datafit.value(self.working_set.coef)
        return float(np.ldexp(value, -2 * self.stack.y_exponent))

    def coef(self):
        """Return the coefficients, (n_features, n_columns), user's units."""
        working_set = self.working_set
        return whole(self.stack, working_set.storage.features, working_set.coef)[0]

    def certify(self, penalty, effort):
        """Solve with a penalty from here on, to gaps computed from the data."""
        options, coef = effort.options(), self.coef()
        if self.separate:
            penalties = [penalty] * self.stack.n_columns
            return solve_columns(self.stack, penalties, coef, **options)
        return solve(self.stack, penalty, self.groups, coef, **options)
