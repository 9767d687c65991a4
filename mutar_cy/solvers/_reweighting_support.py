"""The blocks that take part in reweighting, under weights that change."""

import numpy as np

from mutar_cy.penalties import Dirty
from mutar_cy.solvers._descent import descend
from mutar_cy.solvers._outer_loop import all_rows
from mutar_cy.solvers._problem import PenalisedProblem
from mutar_cy.solvers._solve import solve, solve_columns
from mutar_cy.solvers._unpenalised import make_free_blocks
from mutar_cy.solvers._working_set import WorkingSet

# Rounds of sign changes after which a lasso by equations is given up.
SIGN_ROUNDS = 8
# Relative excess over a threshold at which a coefficient may stay zero.
SLACK = 1e-9
# Numbers of rows between which systems of equations are cheaper than sweeps.
SOLVED_ROWS = 32, 200


def lasso_by_signs(gram, slope, thresholds, coef, positive):
    """Solve a small lasso by equations for given signs, which are then corrected.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
    slope : ndarray of shape (n,)
        Correlations with the target.
    thresholds : ndarray of shape (n,)
        Infinite for an excluded coefficient.
    coef : ndarray of shape (n,)
        The first guess of signs.
    positive : bool

    Returns
    -------
    coef : ndarray of shape (n,) or None
        None if the signs do not become consistent soon.
    """
    sign = np.sign(coef)
    for _ in range(SIGN_ROUNDS):
        kept = np.flatnonzero(sign)
        own = gram[np.ix_(kept, kept)]
        try:
            values = np.linalg.solve(own, slope[kept] - thresholds[kept] * sign[kept])
        except np.linalg.LinAlgError:
            return None
        wrong = values * sign[kept] <= 0.0
        if wrong.any():
            sign[kept[wrong]] = 0.0
            continue
        left = slope - gram[:, kept] @ values
        size = left if positive else np.abs(left)
        over = (size > thresholds * (1.0 + SLACK)) & (sign == 0.0)
        if not over.any():
            found = np.zeros_like(coef)
            found[kept] = values
            return found
        sign[over] = np.sign(left[over])
    return None


class Support:
    """A working set of non-zero blocks, packed once for all weights.

    Parameters
    ----------
    data : ScaledData
    penalty : L21
    groups : sequence of array-like of int, default=None
    separate : bool, default=False
        Whether norms are the l1 norms of rows, so that weighted problems separate into
        one per column. Only without groups.

    Attributes
    ----------
    chosen : ndarray of int
        The penalised blocks of the working set.
    lengths : ndarray of shape (n_rows, n_columns)
        Norms of the columns of the designs, per coefficient.
    """

    def __init__(self, data, penalty, groups=None, *, separate=False):
        self.data, self.groups, self.separate = data, groups, separate
        if separate and penalty.alpha > 0.0:
            # With a large enough strength the shared part is zero: an l1 penalty.
            large = 2.0 * np.sqrt(data.n_columns) * penalty.alpha
            own = penalty.weights, penalty.positive
            penalty = Dirty(large, penalty.alpha, *own)
        self.problem = PenalisedProblem(data, penalty, groups)
        self.free = make_free_blocks(self.problem)
        self.unit = data.x_exponent - data.y_exponent

    def alive(self, coef):
        """Return the penalised blocks of the user's coefficients that are not zero."""
        blocks = self.problem.blocks.owners(np.flatnonzero(coef.any(axis=1)))
        return blocks[self.problem.thresholds[blocks] > 0.0]

    def load(self, chosen, coef):
        """Set the blocks and their coefficients, in the user's units."""
        features = self.problem.blocks.features(chosen)
        self._load(chosen, self.data.from_user(features, coef[features]))

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
        self._norms: np.ndarray | None = None  # None after a move
        squares = self.problem.squares[:, working_set.storage.features]
        self.lengths = np.sqrt(self.data.spread(list(squares))).T

    def keep(self, alive):
        """Drop all penalised blocks outside a mask."""
        if alive.all():
            return
        rows = np.repeat(alive, np.diff(self.working_set.block_ptr)[self._penalised])
        self._load(self.chosen[alive], self.working_set.coef[self.free.in_play :][rows])

    @property
    def rows(self):
        """A copy of the coefficients of the working set, (n_rows, n_columns)."""
        return self.working_set.coef.copy()

    def norms(self):
        """Return the norms of the penalised blocks, in the user's units."""
        if self._norms is None:
            if self.separate:
                norms = np.abs(self.working_set.coef).sum(axis=1)
            else:
                norms = self.working_set.block_norms()
            self._norms = np.ldexp(norms[self._penalised], self.unit)
        return self._norms

    def set_weights(self, weights):
        """Set the weights of the penalised blocks."""
        self._weights[self._penalised] = weights
        penalty = self.problem.penalty.replaced(weights=self._weights)
        self.working_set.penalty = penalty

    def descend(self, accuracy, max_iter):
        """Solve the weighted problem, and return the number of sweeps.

        Parameters
        ----------
        accuracy : float
            The duality gap to reach, as a share of the null objective.
        max_iter : int
        """
        working_set = self.working_set
        single = self.separate or self.data.n_columns == 1
        if (
            single
            and self.problem.blocks.single
            and SOLVED_ROWS[0] <= len(working_set.coef) <= SOLVED_ROWS[1]
        ):
            self._solve_columns_by_signs()
        self._norms = None
        target = accuracy * self.data.scaled_null_objective
        return descend(working_set, target, max_iter)

    def grams(self):
        """Yield for every column the Gram matrix of all rows."""
        if self._grams is None:
            rows = np.arange(len(self.working_set.coef))
            storage = self.working_set.storage
            designs = range(len(self.data.designs))
            self._grams = [storage.gram(d, rows) for d in designs]
        for gram, size in zip(self._grams, np.diff(self.data.column_ptr), strict=True):
            for _ in range(size):
                yield gram

    def entries(self):
        """Yield for every column the rows of its non-zeros, and their Gram matrix."""
        for own, gram in zip(self.working_set.coef.T, self.grams(), strict=True):
            rows = np.flatnonzero(own)
            yield rows, gram[np.ix_(rows, rows)]

    def _solve_columns_by_signs(self):
        """Move to the solutions of those columns whose signs are found soon."""
        working_set = self.working_set
        penalty, coef = working_set.penalty, working_set.coef
        strength = penalty.beta if self.separate else penalty.alpha
        thresholds, positive = strength * self._weights, penalty.positive
        correlation = working_set.correlation_of(np.arange(len(coef))).T
        direction = np.zeros_like(coef)
        for c, gram in enumerate(self.grams()):
            slope = correlation[:, c] + gram @ coef[:, c]
            found = lasso_by_signs(gram, slope, thresholds, coef[:, c], positive)
            if found is not None:
                direction[:, c] = found - coef[:, c]
        self.move(direction)

    def move(self, direction):
        """Add ``direction``, of the shape of ``rows``, to the coefficients."""
        rows = np.flatnonzero(direction.any(axis=1))
        if not len(rows):
            return
        self._norms = None
        change, _ = self.working_set.change(rows, direction[rows])
        self.working_set.move(rows, 1.0, direction[rows], change)

    def multiply(self, factors):
        """Multiply the penalised rows, single blocks, by factors."""
        rows = self.rows
        rows[: len(rows) - len(factors)] = 0.0  # free rows come first
        rows[len(rows) - len(factors) :] *= factors[:, None] - 1.0
        self.move(rows)

    def data_term(self):
        """Return the data term, in the user's units."""
        value = self.working_set.datafit.value(self.working_set.coef)
        return float(np.ldexp(value, -2 * self.data.y_exponent))

    def coef(self):
        """Return the coefficients, (n_features, n_columns), in the user's units."""
        working_set = self.working_set
        return all_rows(self.data, working_set.storage.features, working_set.coef)[0]

    def certify(self, penalty, options):
        """Solve with a penalty from the present point, certified from the data."""
        given, coef = options.for_solve(), self.coef()
        if self.separate:
            penalties = [penalty] * self.data.n_columns
            return solve_columns(self.data, penalties, coef, **given)
        return solve(self.data, penalty, self.groups, coef, **given)
