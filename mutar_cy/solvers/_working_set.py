"""The features in play, packed for the kernel, with their coefficients.

A working set only grows: what has been packed stays packed, and which of its blocks
are visited is the business of the sweeps. It holds the state that a datafit moves:
the residual (packed columns) or the correlation with it (Gram matrices).
"""

import numpy as np

from mutar_cy.datafits import GramQuadratic, PackedQuadratic, TiledQuadratic

# A Gram matrix is made by BLAS-3 products, which run this many times faster than the
# products of a sweep; it pays if it saves more than that over the sweeps to come.
BLAS3_GAIN = 4.0
EXPECTED_SWEEPS = 15.0
MEMORY = 2.0**31  # bytes, of what may be packed or multiplied out


class WorkingSet:
    """Packed blocks of a problem.

    Attributes
    ----------
    coef : ndarray of shape (n_rows, n_columns)
        Rows in the order in which their blocks came.
    chosen : ndarray of int
        The blocks of the problem that are in, in that order.
    features : ndarray of int64, shape (n_rows,)
    block_ptr : ndarray of int32, shape (len(chosen) + 1,)
    datafit : PackedQuadratic or GramQuadratic
        A view of the state below, for the kernel.
    """

    def __init__(self, problem, free):
        stack = problem.stack
        self.problem, self.stack, self.free = problem, stack, free
        self.n_rows = 0
        self.chosen = np.zeros(0, dtype=np.int64)
        self.features = np.zeros(0, dtype=np.int64)
        self.block_ptr = np.zeros(1, dtype=np.int32)
        self.thresholds = np.zeros(0)
        self.coef = np.zeros((0, stack.n_columns))
        self._curvature = np.zeros((0, len(stack.designs)))
        samples = int(stack.sample_ptr[-1])
        self.packs = free.projects or all(d.packs_cheaply for d in stack.designs)
        self._columns = np.empty((0, samples if self.packs else 0))
        self._grams = None
        self.residual = np.concatenate([t.ravel() for t in stack.targets])

    # The state, one piece per design -------------------------------------------------

    def residuals(self):
        """Return views of the residual, design ``d``'s (n_columns_d, n_samples_d)."""
        shapes = [t.shape for t in self.stack.targets]
        edges = np.cumsum([0] + [q * n for q, n in shapes])
        return [
            self.residual[a:b].reshape(shape)
            for a, b, shape in zip(edges, edges[1:], shapes, strict=False)
        ]

    def columns(self, d, rows=slice(None)):
        """Return the packed columns of design ``d``, of shape (rows, n_samples_d)."""
        ptr = self.stack.sample_ptr
        return self._columns[: self.n_rows][rows, ptr[d] : ptr[d + 1]]

    def grams(self, d, rows):
        """Return the Gram matrix of some rows of the working set for design ``d``."""
        if self.uses_gram:
            return self._grams[d][np.ix_(rows, rows)]
        columns = self.columns(d, rows)
        return columns @ columns.T

    @property
    def uses_gram(self):
        """Whether the state is a correlation, by Gram matrices."""
        return self._grams is not None

    def fits(self):
        """Return what the coefficients explain, one array per design."""
        rows = np.flatnonzero(self.coef.any(axis=1))
        out = []
        for d, design in enumerate(self.stack.designs):
            own = slice(*self.stack.column_ptr[d : d + 2])
            coef = self.coef[rows, own]
            if self.packs:
                out.append(coef.T @ self.columns(d, rows))
            else:
                out.append(design.apply(self.features[rows], coef))
        return out

    def load(self, residuals):
        """Take over residuals that agree with ``coef``."""
        for mine, given in zip(self.residuals(), residuals, strict=True):
            mine[...] = given
        if self.uses_gram:
            self._correlation[:, : self.n_rows] = self._correlate()
        self._make_datafit()

    def _correlate(self):
        if not self.packs:
            return self.stack.correlate(self.residuals())[:, self.features]
        out = np.empty((self.stack.n_columns, self.n_rows))
        ptr = self.stack.column_ptr
        for d, residual in enumerate(self.residuals()):
            np.matmul(residual, self.columns(d).T, out=out[ptr[d] : ptr[d + 1]])
        return out

    def correlation_of(self, rows):
        """Return the correlations of some rows, of shape (n_columns, len(rows))."""
        if self.uses_gram:
            return self._correlation[:, rows]
        pairs = enumerate(self.residuals())
        return np.concatenate([r @ self.columns(d, rows).T for d, r in pairs])

    def change(self, rows, direction):
        """Return what a move of some rows along ``direction`` does to the state."""
        ptr, designs = self.stack.column_ptr, range(len(self.stack.designs))
        pieces = [direction[:, ptr[d] : ptr[d + 1]].T for d in designs]
        if self.uses_gram:
            used = slice(0, self.n_rows)
            return np.concatenate([p @ self._grams[d, rows, used] for d, p in zip(designs, pieces)])
        return np.concatenate([(p @ self.columns(d, rows)).ravel() for d, p in zip(designs, pieces)])

    def bend(self, rows, direction, change):
        """Return the squared norm of what a direction explains."""
        if self.uses_gram:
            return float(np.vdot(direction, change[:, rows].T))
        return float(change @ change)

    def move(self, rows, step, direction, change):
        """Move some rows by ``step * direction``, whose ``change`` is known."""
        self.coef[rows] += step * direction
        if self.uses_gram:
            self._correlation[:, : self.n_rows] -= step * change
        else:
            self.residual -= step * change

    # Blocks --------------------------------------------------------------------------

    def norms_of(self, squares):
        """Return block norms from squares given per row."""
        if not self.problem.blocks.single:
            squares = np.add.reduceat(squares, self.block_ptr[:-1])
        return np.sqrt(squares)

    def block_norms(self):
        """Return the norms of the blocks of coefficients."""
        return self.norms_of(np.einsum("rc,rc->r", self.coef, self.coef))

    def penalty_value(self):
        """Return the penalty at the coefficients."""
        norms = self.block_norms()
        return float(self.thresholds @ norms + 0.5 * self.problem.ridge * (norms @ norms))

    def blocks_of(self, rows):
        """Return the block that each row belongs to."""
        if self.problem.blocks.single:
            return rows
        return np.searchsorted(self.block_ptr, rows, side="right") - 1

    def support(self, chosen):
        """Return the rows of the non-zero ones of some blocks.

        Returns
        -------
        rows : ndarray of int
        owner : ndarray of int
            The block of each row, counted from 0 within these rows.
        """
        if self.problem.blocks.single:
            rows = chosen[self.coef[chosen].any(axis=1)]
            return rows, np.arange(len(rows))
        kept = chosen[self.block_norms()[chosen] > 0.0]
        starts, stops = self.block_ptr[kept], self.block_ptr[kept + 1]
        runs = [np.arange(a, b) for a, b in zip(starts, stops, strict=True)]
        rows = np.concatenate(runs) if runs else np.arange(0)
        return rows, np.repeat(np.arange(len(kept)), stops - starts)

    # Growth --------------------------------------------------------------------------

    def add(self, chosen):
        """Bring in blocks of the problem, with zero coefficients; then call ``load``."""
        blocks, start = self.problem.blocks, self.n_rows
        features = blocks.features(chosen)
        counts = blocks.counts(chosen)
        self.n_rows = start + len(features)
        self.chosen = np.concatenate([self.chosen, chosen])
        self.features = np.concatenate([self.features, features])
        ends = self.block_ptr[-1] + np.cumsum(counts)
        self.block_ptr = np.concatenate([self.block_ptr, ends]).astype(np.int32)
        self.thresholds = self.problem.thresholds[self.chosen]
        self.penalty = self.problem.penalty(self.chosen)
        zeros = np.zeros((len(features), self.stack.n_columns))
        self.coef = np.concatenate([self.coef, zeros])
        if self.packs:
            self._pack(features, start)
        self._grow_grams(features, start)
        self._bound_curvature(counts, start)

    def _pack(self, features, start):
        self._columns = grown(self._columns, start, self.n_rows)
        ptr = self.stack.sample_ptr
        for d, design in enumerate(self.stack.designs):
            out = self._columns[start : self.n_rows, ptr[d] : ptr[d + 1]]
            design.pack(features, out)
            if self.free.projects:
                out[:] = self.free.project(d, out)

    def _wants_gram(self):
        rows, designs = self.n_rows, len(self.stack.designs)
        samples, columns = int(self.stack.sample_ptr[-1]), self.stack.n_columns
        if 8.0 * designs * rows**2 > MEMORY:
            return False
        if not self.packs:
            return True
        # Multiplications for one visit of one row.
        packed = (1.0 if designs == 1 and columns > 1 else 2.0) * self.residual.size
        gram = 1.0 * rows * columns
        making = rows * samples / BLAS3_GAIN / 2.0  # for one row
        return EXPECTED_SWEEPS * (packed - gram) > making

    def _grow_grams(self, features, start):
        wanted = self._wants_gram()
        if not wanted:
            if not self.packs:
                raise MemoryError(
                    f"a working set of {self.n_rows} features of a sparse X needs Gram "
                    "matrices beyond the memory budget; raise alpha"
                )
            self._grams = None
            return
        designs = self.stack.designs
        if self._grams is None:
            start = 0
            self._grams = np.empty((len(designs), 0, 0))
        capacity = self._grams.shape[1]
        if capacity < self.n_rows:
            capacity = max(self.n_rows, min(2 * capacity, self.problem.stack.n_features))
            grams = np.empty((len(designs), capacity, capacity))
            grams[:, :start, :start] = self._grams[:, :start, :start]
            self._grams = grams
            self._correlation = np.zeros((self.stack.n_columns, capacity))
        new, every = slice(start, self.n_rows), slice(0, self.n_rows)
        for d, design in enumerate(designs):
            if self.packs:
                cross = self.columns(d, new) @ self.columns(d).T
            else:
                cross = design.gram(self.features[new], self.features)
            self._grams[d, new, every] = cross
            self._grams[d, every, new] = cross.T

    def _bound_curvature(self, counts, start):
        if self.problem.blocks.single and not self.free.projects:
            new = self.problem.squares[:, self.features[start:]].T
        else:
            rows = np.arange(start, self.n_rows)
            runs = np.split(rows, np.cumsum(counts)[:-1])
            new = np.array([[self._curvature_of(d, run) for d in range(
                len(self.stack.designs))] for run in runs])
        self._curvature = np.ascontiguousarray(np.concatenate([self._curvature, new]))

    def _curvature_of(self, d, rows):
        gram = self.grams(d, rows)
        if len(rows) == 1:
            return gram[0, 0]
        # The largest eigenvalue; the margin keeps the step a majorisation.
        return max(np.linalg.eigvalsh(gram)[-1] * (1.0 + 1e-10), 0.0)

    def _make_datafit(self):
        shape = self._curvature, self.block_ptr, self.stack.column_ptr
        if self.uses_gram:
            square = float(self.residual @ self.residual)
            self.datafit = GramQuadratic(
                *shape, self._grams, self._correlation, self.coef, square
            )
            return
        columns = self._columns[: self.n_rows]
        if len(self.stack.designs) == 1 and self.stack.n_columns > 1:
            self.datafit = TiledQuadratic(*shape, columns, self.residuals()[0])
        else:
            self.datafit = PackedQuadratic(
                *shape, columns, self.stack.sample_ptr, self.residual
            )


def grown(array, used, needed):
    """Return an array with room for ``needed`` rows that starts with ``used`` rows."""
    if needed <= len(array):
        return array
    out = np.empty((max(needed, 2 * used), *array.shape[1:]))
    out[:used] = array[:used]
    return out
