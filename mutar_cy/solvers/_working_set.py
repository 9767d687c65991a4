"""The features in play, packed for the kernel, with their coefficients.

A working set only grows: what has been packed stays packed, and which of its blocks
are visited is the business of the sweeps. It holds the state that a datafit moves:
the residual (packed columns) or the correlation with it (Gram matrices).
"""

from itertools import accumulate

import numpy as np

from mutar_cy.datafits import (
    Datafit,
    GramQuadratic,
    PackedQuadratic,
    TiledQuadratic,
)
from mutar_cy.penalties import Dirty
from mutar_cy.solvers._storage import Storage

TILED = 64  # rows of a block up to which tiles are worth their Gram matrices


class WorkingSet:
    """Blocks of a problem, their coefficients and their datafit.

    Attributes
    ----------
    storage : Storage
        What is packed of the designs, row by row.
    coef : ndarray of shape (n_rows, n_columns)
        Rows in the order in which their blocks came.
    chosen : ndarray of int
        The blocks of the problem that are in, in that order.
    block_ptr : ndarray of int32, shape (len(chosen) + 1,)
        Block ``b`` of the working set is the rows from ``block_ptr[b]`` on.
    penalty : Weighted
        Split over the blocks of the working set.
    datafit : Datafit
        A view of the state, for the kernel; made by :meth:`load`.
    """

    def __init__(self, problem, free):
        stack = problem.stack
        self.problem, self.stack, self.free = problem, stack, free
        self.storage = self._make_storage()
        self.chosen = np.zeros(0, dtype=np.int64)
        self.block_ptr = np.zeros(1, dtype=np.int32)
        self.penalty = problem.penalty
        self.coef = np.zeros((0, stack.n_columns))
        self._curvature = np.zeros((0, len(stack.designs)))
        shapes = [target.shape for target in stack.targets]
        edges = list(accumulate((q * n for q, n in shapes), initial=0))
        self._residual = np.empty(edges[-1])
        self._residuals = [
            self._residual[a:b].reshape(shape)
            for a, b, shape in zip(edges[:-1], edges[1:], shapes, strict=True)
        ]

    def _make_storage(self):
        return Storage(self.stack, self.free)

    def take(self, problem):
        """Take over another penalty of the same problem."""
        self.problem = problem
        self.penalty = problem.penalty.restricted(self.chosen)

    def add(self, chosen):
        """Bring in blocks of the problem, with zero coefficients; then ``load``."""
        blocks, start = self.problem.blocks, self.storage.n_rows
        self.storage.add(blocks.features(chosen))
        counts = blocks.counts(chosen)
        self.chosen = np.concatenate([self.chosen, chosen])
        ends = self.block_ptr[-1] + np.cumsum(counts)
        self.block_ptr = np.concatenate([self.block_ptr, ends]).astype(np.int32)
        self.penalty = self.problem.penalty.restricted(self.chosen)
        zeros = np.zeros((int(counts.sum()), self.stack.n_columns))
        self.coef = np.concatenate([self.coef, zeros])
        new = self._bounds(start, counts)
        self._curvature = np.ascontiguousarray(np.concatenate([self._curvature, new]))

    def _bounds(self, start, counts):
        """Return the curvatures along the rows from ``start`` on."""
        if self.problem.blocks.single and not self.free.projects:
            return self.problem.squares[:, self.storage.features[start:]].T
        rows = np.arange(start, self.storage.n_rows)
        runs = np.split(rows, np.cumsum(counts)[:-1])
        designs = range(len(self.stack.designs))
        bounds = [[self._bound(d, run) for d in designs] for run in runs]
        return np.repeat(np.array(bounds), counts, axis=0)

    def _bound(self, d, rows):
        if self.storage.packs and len(rows) > self.stack.targets[d].shape[1]:
            columns = self.storage.columns(d, rows)
            gram = columns.T @ columns  # has the same largest eigenvalue
        else:
            gram = self.storage.gram(d, rows)
        # The largest eigenvalue; the margin keeps the step a majorisation.
        return max(np.linalg.eigvalsh(gram)[-1] * (1.0 + 1e-10), 0.0)

    # The state -----------------------------------------------------------------------

    @property
    def uses_gram(self):
        """Whether the state is a correlation, by Gram matrices."""
        return self.storage.grams is not None

    @property
    def n_free(self):
        """How many blocks, the first ones, are unpenalised and settled elsewhere."""
        return len(self.problem.free) if self.free.in_play else 0

    def residuals(self):
        """Return the residuals of the coefficients, free ones settled anew."""
        start = self.free.in_play
        if not len(self.coef):
            return self.free.settle([target.copy() for target in self.stack.targets])
        rows = start + np.flatnonzero(self.coef[start:].any(axis=1))
        fits = self.storage.apply(rows, self.coef[rows])
        pairs = zip(self.stack.targets, fits, strict=True)
        return self.free.settle([y - fit for y, fit in pairs], self.coef[:start])

    def load(self, residuals, correlation=None, square=None):
        """Take over residuals that agree with ``coef``.

        Parameters
        ----------
        residuals : list of ndarray, or None
        correlation : ndarray of shape (n_columns, n_features), default=None
            Of all features with the residuals, if it is known.
        square : float, default=None
            Squared norm of the residuals, where they are None: all that Gram matrices
            need of them besides correlations.
        """
        if square is None:
            for mine, given in zip(self._residuals, residuals, strict=True):
                mine[...] = given
        self.datafit = self._view(correlation, square)

    def _view(self, correlation, square) -> Datafit:
        shape = self._curvature, self.block_ptr, self.stack.column_ptr
        grams, used = self.storage.grams, self.storage.n_rows
        if grams is not None:
            self._correlation = np.empty((self.stack.n_columns, grams.shape[1]))
            if correlation is None:
                correlation = self.storage.correlate(self._residuals)
            else:
                correlation = correlation[:, self.storage.features]
            self._correlation[:, :used] = correlation
            if square is None:
                square = float(self._residual @ self._residual)
            return GramQuadratic(*shape, grams, self._correlation, self.coef, square)
        packed = self.storage.packed
        longest = np.diff(self.block_ptr).max(initial=0)
        one_design = len(self.stack.designs) == 1 and self.stack.n_columns > 1
        if one_design and longest <= TILED:
            return TiledQuadratic(*shape, packed, self._residuals[0])
        return PackedQuadratic(*shape, packed, self.stack.sample_ptr, self._residual)

    def sweep_work(self):
        """Return the multiplications that one sweep over all rows costs, about."""
        return self.storage.n_rows * self.datafit.work()

    def correlation_of(self, rows):
        """Return the correlations of some rows, of shape (n_columns, len(rows))."""
        if self.uses_gram:
            return self._correlation[:, rows]
        return self.storage.correlate(self._residuals, rows)

    def change(self, rows, direction):
        """Return what a move of some rows along ``direction`` does to the state.

        Returns
        -------
        change : ndarray
            For :meth:`move`.
        bend : float
            The squared norm of what the direction explains.
        """
        if self.uses_gram:
            change = self.storage.multiply(rows, direction)
            return change, float(np.vdot(direction, change[:, rows].T))
        explained = self.storage.apply(rows, direction)
        change = np.concatenate([piece.ravel() for piece in explained])
        return change, float(change @ change)

    def move(self, rows, step, direction, change):
        """Move some rows by ``step * direction``, whose ``change`` is known."""
        self.coef[rows] += step * direction
        if self.uses_gram:
            self._correlation[:, : self.storage.n_rows] -= step * change
        else:
            self._residual -= step * change

    # Blocks --------------------------------------------------------------------------

    def block_norms(self):
        """Return the norms of the blocks of coefficients."""
        squares = np.einsum("rc,rc->r", self.coef, self.coef)
        if not self.problem.blocks.single:
            squares = np.add.reduceat(squares, self.block_ptr[:-1])
        return np.sqrt(squares)

    def penalty_value(self):
        """Return the penalty at the coefficients."""
        ptr = self.block_ptr * np.int32(self.stack.n_columns)
        return self.penalty.value(self.coef.ravel(), ptr)

    def shared(self):
        """Return the shared part of the coefficients, or None without one."""
        if not isinstance(self.problem.penalty, Dirty):
            return None
        ptr = self.block_ptr * np.int32(self.stack.n_columns)
        caps = self.penalty.caps(self.coef.ravel(), ptr)
        caps = np.repeat(caps, np.diff(self.block_ptr))[:, None]
        return np.clip(self.coef, -caps, caps) + 0.0  # no -0.0

    def objective(self):
        """Return the objective at the coefficients."""
        return self.datafit.value(self.coef) + self.penalty_value()

    def support(self, chosen):
        """Return the rows of the non-zero ones of some blocks.

        Returns
        -------
        rows : ndarray of int
        owner : ndarray of int
            The block of each row, counted from 0 within these rows.
        blocks : ndarray of int
            The non-zero blocks.
        """
        if self.problem.blocks.single:
            rows = chosen[self.coef[chosen].any(axis=1)]
            return rows, np.arange(len(rows)), rows
        kept = chosen[self.block_norms()[chosen] > 0.0]
        starts, stops = self.block_ptr[kept], self.block_ptr[kept + 1]
        runs = [np.arange(a, b) for a, b in zip(starts, stops, strict=True)]
        rows = np.concatenate(runs) if runs else np.arange(0)
        return rows, np.repeat(np.arange(len(kept)), stops - starts), kept
