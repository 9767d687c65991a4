"""What is packed of the designs for a working set: columns, or Gram matrices."""

from typing import Any

import numpy as np

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
