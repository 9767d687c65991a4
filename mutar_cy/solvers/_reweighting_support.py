"""The blocks that take part in reweighting, under weights that change."""

from functools import cached_property
from itertools import pairwise

import numpy as np

from mutar_cy.penalties import L21, Dirty
from mutar_cy.solvers._descent import CHEAP, CHEAP_SWEEPS, ROW, descend
from mutar_cy.solvers._outer_loop import all_rows
from mutar_cy.solvers._problem import PenalisedProblem
from mutar_cy.solvers._root_newton import RootNewton
from mutar_cy.solvers._shared_grams import FIRST_SWEEPS, SharedGrams, SharingSet
from mutar_cy.solvers._solve import solve, solve_columns
from mutar_cy.solvers._support_gap import gap_on_support
from mutar_cy.solvers._sweep_columns import sweep_columns
from mutar_cy.solvers._unpenalised import make_free_blocks

# Rounds of sign changes after which a lasso by equations is given up.
SIGN_ROUNDS = 8
# Cost of a Newton step, in sweeps, up to which these are taken after as many sweeps.
AFFORDABLE = 50.0
# Sweeps of all columns together before each column goes on alone, or before Newton
# steps; and sweeps of single columns before systems of equations are likely to pay.
ROUND = 10
COLUMN_SWEEPS = 60
# Entries of Gram matrices that are copied at a time: 32 MiB.
CHUNK = 1 << 22
# Matrix products of a Newton step run about this many times as fast as sweeps; its
# calls, and the longest step (Ctrl-C waits for its end), in multiplications of sweeps.
GAIN = 4.0
CALLS = 2e4
LONGEST = 5e8
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
    newton : RootNewton or None
        Finds Newton steps, if the blocks have some.
    """

    def __init__(self, data, penalty, groups=None, *, separate=False):
        self.data, self.groups, self.separate = data, groups, separate
        self.problem = PenalisedProblem(data, self._kind(penalty), groups)
        self.free = make_free_blocks(self.problem)
        self.shared = SharedGrams(data, self.free)
        if not separate:
            self.shared.expected_sweeps = FIRST_SWEEPS
        self.unit = data.x_exponent - data.y_exponent

    def _kind(self, penalty):
        """Return the penalty of weighted problems."""
        if not self.separate or penalty.alpha == 0.0:
            return penalty
        # With a large enough strength the shared part is zero: an l1 penalty.
        large = 2.0 * np.sqrt(self.data.n_columns) * penalty.alpha
        return Dirty(large, penalty.alpha, penalty.weights, positive=penalty.positive)

    def again(self, penalty):
        """Return a support of another strength, with the same Gram matrices."""
        other = object.__new__(Support)
        vars(other).update(vars(self))
        other.problem = self.problem.with_penalty(self._kind(penalty))
        if not np.array_equal(other.problem.free, self.problem.free):
            return Support(self.data, penalty, self.groups, separate=self.separate)
        return other

    def alive(self, coef):
        """Return the penalised blocks of the user's coefficients that are not zero."""
        blocks = self.problem.blocks.owners(np.flatnonzero(coef.any(axis=1)))
        return blocks[self.problem.thresholds[blocks] > 0.0]

    def load(self, chosen, coef):
        """Set the blocks and their coefficients, in the user's units."""
        features = self.problem.blocks.features(chosen)
        self._load(chosen, self.data.from_user(features, coef[features]))

    def _load(self, chosen, rows):
        working_set = SharingSet(self.problem, self.free, self.shared)
        if self.free.in_play:
            working_set.add(self.problem.free)
        working_set.add(chosen)
        working_set.coef[self.free.in_play :] = rows
        working_set.load(working_set.residuals())
        self.working_set, self.chosen = working_set, chosen
        self._penalised = slice(working_set.n_free, None)
        self.set_weights(np.ones(len(chosen)))
        self.newton = self._make_newton()
        self._grams: np.ndarray | None = None
        squares = self.problem.squares[:, working_set.storage.features]
        self.lengths = np.sqrt(self.data.spread(list(squares))).T
        self.lengths = np.ascontiguousarray(self.lengths)

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
        if self.separate:
            norms = np.abs(self.working_set.coef).sum(axis=1)
        else:
            norms = self.working_set.block_norms()
        return np.ldexp(norms[self._penalised], self.unit)

    @property
    def weights(self):
        """The weights of the penalised blocks, which weighted problems replace."""
        return self.working_set.penalty.weights[self._penalised]

    def set_weights(self, weights):
        """Set the weights of the penalised blocks."""
        every = np.zeros(len(self.working_set.chosen))
        every[self._penalised] = weights
        penalty = self.problem.penalty.replaced(weights=every)
        self.working_set.penalty = penalty

    @property
    def cheap_sweeps(self):
        """The number of sweeps before acceleration pays, 0 if it pays at once."""
        work = self.sweep_work
        if self.newton is not None and self.newton_work <= AFFORDABLE * work:
            return max(ROUND, int(self.newton_work / work))
        if work >= CHEAP:
            return 0
        return ROUND if self.separate else CHEAP_SWEEPS

    @property
    def sweep_work(self):
        """The approximate cost of a sweep, in multiplications."""
        working_set = self.working_set
        return len(working_set.coef) * (ROW + working_set.datafit.work())

    @property
    def newton_work(self):
        """The approximate cost of a step of `newton`, in multiplications of sweeps."""
        n_rows, n_designs = len(self.working_set.coef), len(self.data.designs)
        return CALLS + n_designs * float(n_rows) ** 3 / GAIN

    def _make_newton(self):
        """Return what finds Newton steps for the blocks, or None."""
        working_set, alone = self.working_set, self.data.n_columns == 1
        if self.separate or not working_set.uses_gram or self.free.in_play:
            return None
        if self.problem.positive and not (alone and self.problem.blocks.single):
            return None  # entries may be at their bound
        grams = working_set.storage.grams
        if grams.shape[1] != len(working_set.coef) or self.newton_work > LONGEST:
            return None
        return RootNewton(grams, working_set.block_ptr, self.data.column_ptr)

    @cached_property
    def _nulls(self):
        """The null objectives of all columns, without what free blocks explain."""
        targets = self.free.refit_unpenalised(self.data.targets)
        return 0.5 * np.concatenate([np.einsum("cn,cn->c", y, y) for y in targets])

    @cached_property
    def least_null(self):
        """The null objective of the column that asks for the smallest gap."""
        if not self.separate:
            return self.data.scaled_null_objective
        nulls = self._nulls
        return float(nulls[nulls > 0.0].min(initial=self.data.scaled_null_objective))

    def descend(self, target, max_iter, before=0):
        """Solve the weighted problem, and return the number of sweeps.

        Parameters
        ----------
        target : float
            The duality gap to reach, in scaled units. If the problem separates into one
            per column: of the column of :attr:`least_null`, others in proportion.
        max_iter : int
        before : int, default=0
            Number of sweeps that have been made without acceleration.
        """
        working_set, n_sweeps, finished = self.working_set, 0, False
        least, most = SOLVED_ROWS
        solved = least <= len(working_set.coef) <= most and self.data.n_columns == 1
        if self._has_gram_columns:
            n_sweeps, finished = self._descend_columns(target, max_iter)
        elif solved and self.problem.blocks.single:
            self._solve_columns_by_signs([0])
        if finished or n_sweeps >= max_iter:
            return n_sweeps
        return n_sweeps + descend(working_set, target, max_iter - n_sweeps, before)

    @property
    def _has_gram_columns(self):
        """Whether the problem separates into one per column on Gram matrices."""
        working_set = self.working_set
        if not self.separate or not working_set.uses_gram or self.free.in_play:
            return False
        return working_set.storage.grams.shape[1] == len(working_set.coef)

    def _descend_columns(self, target, max_iter):
        """Solve a problem for every column, each to a gap of its own.

        Returns
        -------
        n_sweeps : int
            The largest number.
        finished : bool
            Whether all columns have reached their gaps.
        """
        working_set, data = self.working_set, self.data
        coef, correlation = working_set.coef, working_set.correlation
        rows, owner = np.ascontiguousarray(coef.T), self._design_of_columns
        spans = pairwise(data.column_ptr.tolist())
        pairs = zip(self.grams, spans, strict=True)
        fits = np.concatenate([rows[a:b] @ gram for gram, (a, b) in pairs])
        squares = 2.0 * self._nulls - np.einsum(
            "cr,cr->c", rows, 2 * correlation + fits
        )
        penalty = working_set.penalty
        lasso = L21(penalty.beta, penalty.weights, positive=penalty.positive)
        n_sweeps = sweep_columns(
            self.grams,
            owner,
            [lasso] * data.n_columns,
            correlation,
            rows[:, :, None],
            np.maximum(squares, 0.0),
            target / self.least_null * self._nulls,
            min(COLUMN_SWEEPS, max_iter),
        )
        coef[:] = rows.T
        left = np.flatnonzero(n_sweeps >= COLUMN_SWEEPS)
        if len(left) and len(coef) <= SOLVED_ROWS[1]:
            left = self._solve_columns_by_signs(left)
        return int(n_sweeps.max()), not len(left)

    @property
    def grams(self):
        """The Gram matrices of all rows, of shape (n_designs, n_rows, n_rows)."""
        storage, n_rows = self.working_set.storage, len(self.working_set.coef)
        if self.working_set.uses_gram:
            return storage.grams[:, :n_rows, :n_rows]
        if self._grams is None:
            designs, rows = range(len(self.data.designs)), np.arange(n_rows)
            self._grams = np.stack([storage.gram(d, rows) for d in designs])
        return self._grams

    def weighted_gram(self, coef, start):
        """Return the sum over columns ``w`` of ``diag(w) X' X diag(w)``.

        Parameters
        ----------
        coef : ndarray of shape (n_rows - start, n_columns)
        start : int
            The first row that takes part.
        """
        grams = self.grams[:, start:, start:]
        if len(grams) == self.data.n_columns:
            return np.einsum("jd,djk,kd->jk", coef, grams, coef)
        ptr, total = self.data.column_ptr, np.zeros(grams.shape[1:])
        for gram, first, last in zip(grams, ptr[:-1], ptr[1:], strict=True):
            own = coef[:, first:last]
            total += gram * (own @ own.T)
        return total

    def nonzero_grams(self):
        """Yield the Gram matrices of non-zero coefficients, column by column.

        Yields
        ------
        columns : ndarray of int, shape (m,)
            Columns with as many non-zeros.
        rows : ndarray of int, shape (m, n)
            Their non-zeros.
        grams : ndarray of shape (m, n, n)
        """
        alive = self.working_set.coef.T != 0.0
        counts = np.count_nonzero(alive, axis=1)
        designs = self._design_of_columns
        for count in np.unique(counts[counts > 0]).tolist():
            alike = np.flatnonzero(counts == count)
            step = max(1, CHUNK // count**2)
            for first in range(0, len(alike), step):
                columns = alike[first : first + step]
                rows = np.nonzero(alive[columns])[1].reshape(-1, count)
                own = designs[columns][:, None, None]
                yield (
                    columns,
                    rows,
                    self.grams[own, rows[:, :, None], rows[:, None, :]],
                )

    @property
    def _design_of_columns(self):
        """The design of every column."""
        every = np.arange(len(self.data.designs), dtype=np.int32)
        return np.repeat(every, np.diff(self.data.column_ptr))

    def _solve_columns_by_signs(self, columns):
        """Move to the solutions of those columns whose signs are found soon.

        Returns
        -------
        left : list of int
            The columns whose signs are not found.
        """
        working_set = self.working_set
        penalty, coef = working_set.penalty, working_set.coef
        strength = penalty.beta if self.separate else penalty.alpha
        thresholds, positive = strength * penalty.weights, penalty.positive
        correlation = working_set.correlation_of(np.arange(len(coef))).T
        direction, left = np.zeros_like(coef), []
        owner = self._design_of_columns
        for c in columns:
            gram = self.grams[owner[c]]
            slope = correlation[:, c] + gram @ coef[:, c]
            found = lasso_by_signs(gram, slope, thresholds, coef[:, c], positive)
            if found is None:
                left.append(c)
            else:
                direction[:, c] = found - coef[:, c]
        self.move(direction)
        return left

    def move(self, direction):
        """Add ``direction``, of the shape of ``rows``, to the coefficients."""
        rows = np.flatnonzero(direction.any(axis=1))
        if not len(rows):
            return
        change, _ = self.working_set.change(rows, direction[rows])
        self.working_set.move(rows, 1.0, direction[rows], change)

    def shrinkage(self, direction):
        """Return by which share of its norm a block shrinks most along a direction."""
        working_set = self.working_set
        coef = working_set.coef
        if self.separate:  # entries may be zero on their own
            inner, square = coef * direction, coef**2
        else:
            inner = np.einsum("rc,rc->r", coef, direction)
            square = np.einsum("rc,rc->r", coef, coef)
            if not self.problem.blocks.single:
                starts = working_set.block_ptr[:-1]
                inner = np.add.reduceat(inner, starts)
                square = np.add.reduceat(square, starts)
        inner, square = inner[self._penalised], square[self._penalised]
        alive = square > 0.0
        return float(np.max(-inner[alive] / square[alive], initial=0.0))

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
        """Solve with a penalty from the present point, certified from the data.

        Where the present point has met its target, this takes no sweep.
        """
        given, coef = options.for_solve(), self.coef()
        found = gap_on_support(self, options.tol)
        if found is not None:
            return found
        if self.separate:
            penalties = [penalty] * self.data.n_columns
            return solve_columns(self.data, penalties, coef, **given)
        return solve(self.data, penalty, self.groups, coef, **given)
