"""The working set: its features, packed for the kernel, and their coefficients.

A working set only grows: packed columns stay packed, and the sweeps decide which of its
blocks they visit. It holds the state that a datafit updates: the residual (packed
columns) or its correlation with the columns (Gram matrices).
"""

from itertools import accumulate
from typing import Any

import numpy as np

from mutar_cy._lib import interruptible
from mutar_cy.datafits import (
    Datafit,
    GramQuadratic,
    PackedQuadratic,
    TiledQuadratic,
)

# BLAS-3 products, which compute a Gram matrix, run about this many times as fast as the
# products of a sweep. The matrix pays if it saves more over the expected sweeps.
BLAS3_GAIN = 4.0
EXPECTED_SWEEPS = 15.0
# Share of the rows from which a product with all rows is cheaper than a copy of some.
MOST = 0.5
# Largest size of all Gram matrices together, in bytes.
MEMORY = 2.0**31
# Rows of a block up to which `TiledQuadratic` beats `PackedQuadratic`: a tile holds at
# least one block, and the Gram matrix of a tile grows with its square.
TILED = 64


class Storage:
    """The packed columns or Gram matrices of a working set, in order of arrival.

    Parameters
    ----------
    data : ScaledData
    free : FreeBlocks or NoFreeBlocks

    Attributes
    ----------
    features : ndarray of int64, shape (n_rows,)
    packs : bool
        Whether columns are packed; those of sparse designs only if their Gram matrices
        would be too large.
    grams : ndarray of shape (n_designs, capacity, capacity), or None
        Gram matrices, if they are cheaper than columns.
    expected_sweeps : float
        The number of sweeps that Gram matrices are to pay in.
    """

    expected_sweeps = EXPECTED_SWEEPS

    def __init__(self, data, free):
        self.data, self.free = data, free
        self.features = np.zeros(0, dtype=np.int64)
        self.packs = free.projects or all(d.packs_cheaply for d in data.designs)
        samples = int(data.sample_ptr[-1]) if self.packs else 0
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
        ptr = self.data.sample_ptr
        return self.packed[rows, ptr[d] : ptr[d + 1]]

    def gram(self, d, rows):
        """Return the Gram matrix of some rows for design ``d``, a new array."""
        if self.grams is not None:
            return self.grams[d][np.ix_(rows, rows)]
        columns = self.columns(d, rows)
        return columns @ columns.T

    def apply(self, rows, coef):
        """Return the fit of some rows, coef of shape (len(rows), n_columns)."""
        if self.packs and MOST * self.n_rows < len(rows):
            whole = np.zeros(
                (self.n_rows, coef.shape[1])
            )  # cheaper than a copy of columns
            whole[rows] = coef
            rows, coef = slice(None), whole
        out = []
        for d, design in enumerate(self.data.designs):
            own = coef[:, self.data.column_ptr[d] : self.data.column_ptr[d + 1]]
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
            return np.ascontiguousarray(self.data.correlate(residuals)[:, features])
        pieces = [r @ self.columns(d, rows).T for d, r in enumerate(residuals)]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def interact(self, rows, coef, others):
        """Return the change of correlations ``others`` by coefficients of ``rows``."""
        if self.grams is None:
            return self.correlate(self.apply(rows, coef), others)
        ptr, designs = self.data.column_ptr, range(len(self.data.designs))
        pieces = [
            coef[:, ptr[d] : ptr[d + 1]].T @ self.grams[d][np.ix_(rows, others)]
            for d in designs
        ]
        return np.concatenate(pieces)

    def multiply(self, rows, coef):
        """Return the change of all correlations (n_columns, n_rows) by coefficients."""
        ptr, used = self.data.column_ptr, slice(0, self.n_rows)
        if not isinstance(rows, slice) and MOST * self.n_rows < len(rows):
            whole = np.zeros(
                (self.n_rows, coef.shape[1])
            )  # cheaper than a copy of rows
            whole[rows] = coef
            rows, coef = used, whole
        rows = used if isinstance(rows, slice) else rows
        return np.concatenate(
            [
                coef[:, ptr[d] : ptr[d + 1]].T @ self.grams[d, rows, used]
                for d in range(len(self.data.designs))
            ]
        )

    def add(self, features):
        """Append features as rows."""
        start = self.n_rows
        self.features = np.concatenate([self.features, features])
        if not self.packs and not self.affords_gram(self.n_rows):
            self.packs, start = True, 0
            samples = int(self.data.sample_ptr[-1])
            self._packed = np.empty((0, samples))
        if self.packs:
            self._pack(self.features[start:], start)
        if self._wants_gram():
            self._extend_grams(start if self.grams is not None else 0)
        else:
            self.grams = None

    def _pack(self, features, start):
        self._packed = grown(self._packed, start, self.n_rows)
        ptr = self.data.sample_ptr
        for d, design in enumerate(self.data.designs):
            out = self._packed[start : self.n_rows, ptr[d] : ptr[d + 1]]
            design.pack(features, out)
            if self.free.projects:
                out[:] = self.free.project(d, out)

    def affords_gram(self, n_rows):
        """Return whether the Gram matrices of so many rows are small enough."""
        return 8.0 * len(self.data.designs) * n_rows**2 <= MEMORY

    def _wants_gram(self):
        if not self.packs or not self.affords_gram(self.n_rows):
            return not self.packs
        rows, designs = self.n_rows, len(self.data.designs)
        samples, columns = int(self.data.sample_ptr[-1]), self.data.n_columns
        # Multiplications of one visit of a row: by columns, minus by Gram matrix.
        visits = 1.0 if designs == 1 and columns > 1 else 2.0
        residual = sum(target.size for target in self.data.targets)
        saved = visits * residual - rows * columns
        return self.expected_sweeps * saved > rows * samples / BLAS3_GAIN / 2.0

    def _extend_grams(self, start):
        designs, end = self.data.designs, self.n_rows
        capacity = 0 if self.grams is None else self.grams.shape[1]
        if self.grams is None or capacity < end:
            capacity = max(end, min(2 * capacity, self.data.n_features))
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
    """Return an array of at least ``needed`` rows with the first ``used`` ones kept."""
    if needed <= len(array):
        return array
    out = np.empty((max(needed, 2 * used), *array.shape[1:]))
    out[:used] = array[:used]
    return out


class WorkingSet:
    """Blocks of a problem, their coefficients and their datafit.

    Attributes
    ----------
    storage : Storage
        Packed columns or Gram matrices, row by row.
    coef : ndarray of shape (n_rows, n_columns)
        Rows in the order in which their blocks arrived.
    chosen : ndarray of int
        The blocks of the problem in the working set, in that order.
    block_ptr : ndarray of int32, shape (len(chosen) + 1,)
        Block ``b`` of the working set is the rows from ``block_ptr[b]`` to
        ``block_ptr[b + 1]``.
    penalty : Penalty
        The penalty of the blocks of the working set.
    row_curvature : ndarray of shape (n_rows, n_designs)
        Upper bounds of the curvatures along the rows.
    datafit : Datafit
        A view of the state for the kernel; :meth:`load` sets it.
    """

    def __init__(self, problem, free):
        data = problem.data
        self.problem, self.data, self.free = problem, data, free
        self.storage = self._make_storage()
        self.chosen = np.zeros(0, dtype=np.int64)
        self.block_ptr = np.zeros(1, dtype=np.int32)
        self.penalty = problem.penalty
        self.coef = np.zeros((0, data.n_columns))
        self.row_curvature = np.zeros((0, len(data.designs)))
        shapes = [target.shape for target in data.targets]
        edges = list(accumulate((q * n for q, n in shapes), initial=0))
        self._residual = np.empty(edges[-1])
        self._residuals = [
            self._residual[a:b].reshape(shape)
            for a, b, shape in zip(edges[:-1], edges[1:], shapes, strict=True)
        ]

    def _make_storage(self):
        return Storage(self.data, self.free)

    def set_problem(self, problem):
        """Continue with another penalty of the same problem."""
        self.problem = problem
        self.penalty = problem.penalty.restricted(self.chosen)

    def add(self, chosen):
        """Append blocks with zero coefficients; call ``load`` afterwards."""
        blocks, start = self.problem.blocks, self.storage.n_rows
        self.storage.add(blocks.features(chosen))
        counts = blocks.counts(chosen)
        self.chosen = np.concatenate([self.chosen, chosen])
        ends = self.block_ptr[-1] + np.cumsum(counts)
        self.block_ptr = np.concatenate([self.block_ptr, ends]).astype(np.int32)
        self.penalty = self.problem.penalty.restricted(self.chosen)
        zeros = np.zeros((int(counts.sum()), self.data.n_columns))
        self.coef = np.concatenate([self.coef, zeros])
        new = self._bounds(start, counts)
        self.row_curvature = np.ascontiguousarray(
            np.concatenate([self.row_curvature, new])
        )

    def _bounds(self, start, counts):
        """Return the largest curvatures along the rows from ``start`` on."""
        if self.problem.blocks.single and not self.free.projects:
            return self.problem.squares[:, self.storage.features[start:]].T
        rows = np.arange(start, self.storage.n_rows)
        runs = np.split(rows, np.cumsum(counts)[:-1])
        designs = range(len(self.data.designs))
        bounds = [[self._bound(d, run) for d in designs] for run in runs]
        return np.repeat(np.array(bounds), counts, axis=0)

    def _bound(self, d, rows):
        n_samples = self.data.targets[d].shape[1]
        if len(rows) > n_samples:
            columns = np.empty((len(rows), n_samples))
            if self.storage.packs:
                columns = self.storage.columns(d, rows)
            else:
                self.data.designs[d].pack(self.storage.features[rows], columns)
            gram = columns.T @ columns  # the smaller one, with the same eigenvalue
        else:
            gram = self.storage.gram(d, rows)
        # The margin keeps the step a majorisation in spite of rounding.
        return max(interruptible(np.linalg.eigvalsh, gram)[-1] * (1.0 + 1e-10), 0.0)

    # The state -----------------------------------------------------------------------

    @property
    def uses_gram(self):
        """Whether the state is a correlation, updated by Gram matrices."""
        return self.storage.grams is not None

    @property
    def n_free(self):
        """Number of unpenalised blocks, which come first and which `free` refits."""
        return len(self.problem.free) if self.free.in_play else 0

    def residuals(self):
        """Return the residuals of the coefficients, after a refit of the free ones."""
        start = self.free.in_play
        if not len(self.coef):
            return self.free.refit_unpenalised(
                [target.copy() for target in self.data.targets]
            )
        rows = start + np.flatnonzero(self.coef[start:].any(axis=1))
        fits = self.storage.apply(rows, self.coef[rows])
        pairs = zip(self.data.targets, fits, strict=True)
        return self.free.refit_unpenalised(
            [y - fit for y, fit in pairs], self.coef[:start]
        )

    def load(self, residuals, correlation=None, square=None):
        """Set the state from residuals that agree with ``coef``.

        Parameters
        ----------
        residuals : list of ndarray, or None
        correlation : ndarray of shape (n_columns, n_features), default=None
            Correlations of all features with the residuals, if they are known.
        square : float, default=None
            Squared norm of the residuals, if these are None: Gram matrices need only
            this norm and the correlations.
        """
        if square is None:
            for state, given in zip(self._residuals, residuals, strict=True):
                state[...] = given
        self.datafit = self._view(correlation, square)

    def _view(self, correlation, square) -> Datafit:
        shape = self.row_curvature, self.block_ptr, self.data.column_ptr
        grams, used = self.storage.grams, self.storage.n_rows
        if grams is not None:
            self._correlation = np.empty((self.data.n_columns, grams.shape[1]))
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
        one_design = len(self.data.designs) == 1 and self.data.n_columns > 1
        if one_design and longest <= TILED:
            return TiledQuadratic(*shape, packed, self._residuals[0])
        return PackedQuadratic(*shape, packed, self.data.sample_ptr, self._residual)

    def sweep_work(self):
        """Return the approximate cost of a sweep over all rows, in multiplications."""
        return self.storage.n_rows * self.datafit.work()

    @property
    def correlation(self):
        """The state where it is a correlation, of shape (n_columns, n_rows), a view."""
        return self._correlation[:, : self.storage.n_rows]

    def correlation_of(self, rows):
        """Return the correlations of some rows, of shape (n_columns, len(rows))."""
        if self.uses_gram:
            return self._correlation[:, rows]
        return self.storage.correlate(self._residuals, rows)

    def change(self, rows, direction):
        """Return the change of the state when some rows move along ``direction``.

        Returns
        -------
        change : ndarray
            The change of the residual or of the correlations, for :meth:`move`.
        square : float
            The squared norm of the fit of the direction.
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
        ptr = self.block_ptr * np.int32(self.data.n_columns)
        return self.penalty.value(self.coef.ravel(), ptr)

    def shared(self):
        """Return the part of the coefficients that tasks share, or None."""
        return self.penalty.shared_part(self.coef, self.block_ptr)

    def objective(self):
        """Return the objective at the coefficients."""
        return self.datafit.value(self.coef) + self.penalty_value()

    def support(self, chosen):
        """Return the rows of those of some blocks that are not zero.

        Returns
        -------
        rows : ndarray of int
        owner : ndarray of int
            The block of each row, numbered from 0 within these rows.
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
