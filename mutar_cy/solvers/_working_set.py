"""What is packed of the designs for a working set: columns, or Gram matrices."""

from itertools import accumulate
from typing import Any

import numpy as np

from mutar_cy.datafits import (
    Datafit,
    GramQuadratic,
    PackedQuadratic,
    TiledQuadratic,
)
from mutar_cy.penalties import Dirty

# A Gram matrix is made by BLAS-3 products, which run this many times faster than the
# products of a sweep; it pays if it saves more than that over the sweeps to come.
BLAS3_GAIN = 4.0
EXPECTED_SWEEPS = 15.0
MOST = 0.5  # of the rows: from there on a product with all is cheaper than a copy
MEMORY = 2.0**31  # bytes, of what may be multiplied out


class Storage:
    """The rows of a working set: features in the order in which they came.

    Parameters
    ----------
    stack : Stack
    free : FreeBlocks or NoFreeBlocks

    Attributes
    ----------
    features : ndarray of int64, shape (n_rows,)
    packs : bool
        Whether columns are packed; those of sparse designs are only where their Gram
        matrices would be too large.
    grams : ndarray of shape (n_designs, capacity, capacity), or None
        Gram matrices, where they are cheaper than columns.
    """

    def __init__(self, stack, free):
        self.stack, self.free = stack, free
        self.features = np.zeros(0, dtype=np.int64)
        self.packs = free.projects or all(d.packs_cheaply for d in stack.designs)
        samples = int(stack.sample_ptr[-1]) if self.packs else 0
        self._packed = np.empty((0, samples))
        self.grams: Any = None

    @property
    def n_rows(self):
        """Number of features."""
        return len(self.features)

    @property
    def packed(self):
        """The columns, of shape (n_rows, samples of all designs)."""
        return self._packed[: self.n_rows]

    def columns(self, d, rows=slice(None)):
        """Return the packed columns of design ``d``, of shape (rows, n_samples_d)."""
        ptr = self.stack.sample_ptr
        return self.packed[rows, ptr[d] : ptr[d + 1]]

    def gram(self, d, rows):
        """Return the Gram matrix of some rows for design ``d``, a new array."""
        if self.grams is not None:
            return self.grams[d][np.ix_(rows, rows)]
        columns = self.columns(d, rows)
        return columns @ columns.T

    def apply(self, rows, coef):
        """Return what coefficients (len(rows), n_columns) explain, per design."""
        if self.packs and MOST * self.n_rows < len(rows):
            whole = np.zeros((self.n_rows, coef.shape[1]))  # rather than copy columns
            whole[rows] = coef
            rows, coef = slice(None), whole
        out = []
        for d, design in enumerate(self.stack.designs):
            own = coef[:, self.stack.column_ptr[d] : self.stack.column_ptr[d + 1]]
            if self.packs:
                out.append(own.T @ self.columns(d, rows))
            else:
                out.append(design.apply(self.features[rows], own))
        return out

    def correlate(self, residuals, rows=slice(None)):
        """Return the correlations of some rows, of shape (n_columns, len(rows))."""
        if not isinstance(rows, slice) and MOST * self.n_rows < len(rows):
            return self.correlate(residuals)[:, rows]
        if not self.packs:
            features = self.features[rows]
            return np.ascontiguousarray(self.stack.correlate(residuals)[:, features])
        pieces = [r @ self.columns(d, rows).T for d, r in enumerate(residuals)]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def interact(self, rows, coef, others):
        """Return what coefficients of ``rows`` do to correlations of ``others``."""
        if self.grams is None:
            return self.correlate(self.apply(rows, coef), others)
        ptr, designs = self.stack.column_ptr, range(len(self.stack.designs))
        pieces = [
            coef[:, ptr[d] : ptr[d + 1]].T @ self.grams[d][np.ix_(rows, others)]
            for d in designs
        ]
        return np.concatenate(pieces)

    def multiply(self, rows, coef):
        """Return what coefficients do to all correlations, (n_columns, n_rows)."""
        ptr, used = self.stack.column_ptr, slice(0, self.n_rows)
        if not isinstance(rows, slice) and MOST * self.n_rows < len(rows):
            whole = np.zeros((self.n_rows, coef.shape[1]))  # rather than copy rows
            whole[rows] = coef
            rows, coef = used, whole
        rows = used if isinstance(rows, slice) else rows
        return np.concatenate(
            [
                coef[:, ptr[d] : ptr[d + 1]].T @ self.grams[d, rows, used]
                for d in range(len(self.stack.designs))
            ]
        )

    def add(self, features):
        """Bring in features, as rows after those that are in."""
        start = self.n_rows
        self.features = np.concatenate([self.features, features])
        if not self.packs and not self._affords_gram():
            self.packs, start = True, 0
            samples = int(self.stack.sample_ptr[-1])
            self._packed = np.empty((0, samples))
        if self.packs:
            self._pack(self.features[start:], start)
        if self._wants_gram():
            self._extend_grams(start if self.grams is not None else 0)
        else:
            self.grams = None

    def _pack(self, features, start):
        self._packed = grown(self._packed, start, self.n_rows)
        ptr = self.stack.sample_ptr
        for d, design in enumerate(self.stack.designs):
            out = self._packed[start : self.n_rows, ptr[d] : ptr[d + 1]]
            design.pack(features, out)
            if self.free.projects:
                out[:] = self.free.project(d, out)

    def _affords_gram(self):
        return 8.0 * len(self.stack.designs) * self.n_rows**2 <= MEMORY

    def _wants_gram(self):
        if not self.packs or not self._affords_gram():
            return not self.packs
        rows, designs = self.n_rows, len(self.stack.designs)
        samples, columns = int(self.stack.sample_ptr[-1]), self.stack.n_columns
        # Multiplications for one visit of one row, by columns and by Gram matrix.
        visits = 1.0 if designs == 1 and columns > 1 else 2.0
        residual = sum(target.size for target in self.stack.targets)
        saved = visits * residual - rows * columns
        return EXPECTED_SWEEPS * saved > rows * samples / BLAS3_GAIN / 2.0

    def _extend_grams(self, start):
        designs, end = self.stack.designs, self.n_rows
        capacity = 0 if self.grams is None else self.grams.shape[1]
        if self.grams is None or capacity < end:
            capacity = max(end, min(2 * capacity, self.stack.n_features))
            grams = np.empty((len(designs), capacity, capacity))
            if start:
                grams[:, :start, :start] = self.grams[:, :start, :start]
            self.grams = grams
        for d, design in enumerate(designs):
            if self.packs:
                cross = self.columns(d, slice(start, end)) @ self.columns(d).T
            else:
                cross = design.gram(self.features[start:], self.features)
            self.grams[d, start:end, :end] = cross
            self.grams[d, :end, start:end] = cross.T


def grown(array, used, needed):
    """Return an array with room for ``needed`` rows that starts with ``used`` rows."""
    if needed <= len(array):
        return array
    out = np.empty((max(needed, 2 * used), *array.shape[1:]))
    out[:used] = array[:used]
    return out


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
