"""Squared errors of data that are read in passes: a working set of columns."""

from typing import Any

import numpy as np

from mutar_cy.objectives._data_gap import (
    alpha_max_by_sums,
    certified_by_data,
    column_factors,
    dual_ratios,
)
from mutar_cy.solvers import Blocks

# Columns that come into play at once, at least: a pass over the data costs more than
# they do in a solver.
BATCH = 64
# The most that come into play first, later as many as there are: at zero coefficients
# many more columns violate than do once the effects of the largest are taken out, and
# products of 64 columns cost about as much as a pass (20,000 rows of 10,000 columns in
# memory maps, one thread: 2.8 s for the moments, 25 s for products of 745 columns).
FIRST = 256
# The share of the tolerance that the columns in play are solved to, and the share that
# all columns must meet before the data are read for the certificate.
IN_PLAY, IN_ALL = 0.3, 0.7
# Excess of a dual ratio over 1 that counts as rounding.
ROUNDING = 1e-9


def choose_blocks(blocks, ratios, n_held, capacity):
    """Return the blocks to bring into play next: some that violate, and the next best.

    Those are the best of *all*: the next strengths of a path may want them.

    Parameters
    ----------
    blocks : Blocks
    ratios : ndarray of shape (n_blocks,)
        Dual ratios, 0 for blocks in play and infinite for unpenalised ones.
    n_held, capacity : int
        The number of columns in play, and of those that there is memory for.

    Returns
    -------
    chosen : ndarray of int

    Raises
    ------
    ValueError
        If there is no memory for them.
    """
    violating = np.flatnonzero(ratios > 1.0 + ROUNDING)
    if n_held and not len(violating):
        return violating
    order = np.argsort(-ratios, kind="stable")
    order = order[ratios[order] > 0.0]
    if not len(order):  # nothing explains the targets: any column will do
        order = np.arange(1)
    n_features = np.cumsum(blocks.counts(order))
    n_left = capacity - n_held
    wanted = max(BATCH, int(blocks.counts(violating).sum()), n_held // 2)
    # Half of what is left: the columns of the next time are better known.
    wanted = min(wanted, max(FIRST, n_held), max(BATCH, n_left // 2), n_left)
    n_free = int(np.count_nonzero(np.isinf(ratios)))
    n_new = max(1, n_free, int(np.searchsorted(n_features, wanted, "right")))
    if n_features[min(n_new, len(order)) - 1] > n_left:
        raise ValueError(
            f"The products of {n_held} columns with all {blocks.n_features} fill "
            f"scikit-learn's working_memory, and {len(violating)} more groups or "
            "features are to come in. Take a larger alpha, select columns, or raise "
            "sklearn.set_config(working_memory=...)."
        )
    return np.sort(order[:n_new])


class StreamedSolver:
    """Minimise squared errors plus a penalty on columns in play; bring in what lacks.

    Parameters
    ----------
    objective : LossObjective
        Of all columns, on any rows: its groups, penalty and options count.
    columns : StreamedColumns
        With the products of the columns in play.

    Attributes
    ----------
    chosen : ndarray of int
        The blocks whose columns are in play.
    """

    def __init__(self, objective, columns):
        self.objective, self.columns = objective, columns
        self.blocks = Blocks(columns.n_features, objective.groups)
        self.chosen = np.zeros(0, dtype=np.int64)
        self._rows: Any = None

    def solve(self, objective=None, start=None):
        """Return the solution in all columns; its gap is that of the statistics.

        Parameters
        ----------
        objective : LossObjective, default=None
            The objective at other strengths.
        start : ndarray of shape (n_features, n_columns), default=None
            Coefficients in units of ``sizes``.

        Raises
        ------
        ValueError
            If the products of the columns that are needed take more than the working
            memory.
        """
        objective = self.objective if objective is None else objective
        shape = self.columns.sizes.shape
        coef = np.zeros(shape) if start is None else start
        if not len(self.chosen):
            self._bring_in(self._ratios(objective, None, np.zeros(shape)))
        n_iter = 0
        while True:
            solution = self._solve_in_play(objective, coef)
            coef, n_iter = solution.coef, n_iter + solution.n_iter
            sums = self._sums(coef)
            found = certified_by_data(objective, solution, sums, self.columns)
            target = found.gap_target
            if np.all(found.dual_gap <= IN_ALL * target):
                break
            if not self._bring_in(self._ratios(objective, solution, coef)):
                break
        return found._replace(n_iter=n_iter)

    def alpha_max(self, objective):
        """Return the smallest alpha at which every penalised coefficient is zero."""
        coef = np.zeros(self.columns.sizes.shape)
        free = objective.penalty_is_zero()
        if free.any() and not len(self.chosen):
            self._bring_in(np.where(free, np.inf, 0.0))
        return alpha_max_by_sums(objective, self._sums(coef), self.columns)

    def _features(self):
        return self.blocks.features(self.chosen)

    def _sums(self, coef):
        """Return the sums of residuals by the products of the columns in play."""
        own = self._features()
        return self.columns.residual_sums((coef / self.columns.sizes)[own])

    def _solve_in_play(self, objective, coef):
        """Return the solution of the columns in play, as one of all columns."""
        own = self._features()
        if self._rows is None:
            self._rows = self.columns.rows()
        part = objective.of_blocks(self.chosen, self._parts(objective))
        tol = part.options.tol
        solution = part.with_options(tol=IN_PLAY * tol)._minimise(coef[own], None)

        def in_all(values):
            out = np.zeros_like(coef)
            out[own] = values
            return out

        shared = None if solution.shared is None else in_all(solution.shared)
        return solution._replace(
            coef=in_all(solution.coef),
            shared=shared,
            gap_target=np.asarray(solution.gap_target)[()] / IN_PLAY,
        )

    def _parts(self, objective):
        """Return the few rows of the columns in play, weighed as tasks are."""
        out, start, q = [], 0, self.columns.n_responses
        for part in objective.parts:
            stop = start + part.Y.shape[1]
            k, first = divmod(start, q)
            Y = self._rows[1][k][:, first : first + stop - start]
            out.append(part._replace(X=self._rows[0][k], Y=Y))
            start = stop
        return out

    def _ratios(self, objective, solution, coef):
        """Return the dual ratios of all blocks; 0 for those in play."""
        sums = self._sums(coef)
        products = np.concatenate([one.products for one in sums], axis=1)
        (problem,) = objective.convex_problems(solution)
        factor = column_factors(problem, self.columns)
        correlation = (factor * products / self.columns.sizes).T
        ratios = dual_ratios(problem, np.ascontiguousarray(correlation))
        ratios[self.chosen] = 0.0
        return ratios

    def _bring_in(self, ratios):
        """Bring blocks into play if some are to; return whether there were any."""
        n_held = len(self.columns.features)
        new = choose_blocks(self.blocks, ratios, n_held, self.columns.capacity)
        if not len(new):
            return False
        self.columns.extend(self.blocks.features(new))
        self.chosen = np.concatenate([self.chosen, new])
        self._rows = None
        return True
