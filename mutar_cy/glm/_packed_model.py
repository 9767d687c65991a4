"""The quadratic model of a generalised linear model on packed columns."""

from typing import Any

import numpy as np
from scipy.linalg import qr
from scipy.linalg.lapack import dormqr

from mutar_cy._lib import interruptible
from mutar_cy.designs import ScaledData
from mutar_cy.glm._unpenalised import weighings
from mutar_cy.solvers import (
    NoFreeBlocks,
    PenalisedProblem,
    WorkingSet,
    descend,
    orthonormal_rows,
)

# Squared length of a principal axis, relative to the longest, below which the axis is
# rounding: 450 eps.
SINGULAR = 1e-13
# Maximum number of sweeps over the model of one Newton step.
SWEEPS = 1000
# Smallest fraction of a target to which a model is solved, when it meets the target
# before the first sweep.
MIN_TARGET = 1e-8
# Sweeps that are made then, whatever the gap of the model: they are cheap.
LAST_SWEEPS = 10


class Rotation:
    """The principal axes of blocks of rows, where a block step is exact.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_samples)
        Rotated in place: the rows of a block become orthogonal; rows of rounding size
        become zero.
    batches : list of ndarray of shape (n_blocks_of_a_size, size)
        The rows of blocks of more than one row, by their sizes.
    """

    def __init__(self, rows, batches):
        self._axes: list[Any] = []
        for batch in batches:
            if batch.shape[1] <= rows.shape[1]:
                self._axes.append((batch, SquareAxes(rows, batch)))
            else:
                self._axes += [(own, WideAxes(rows, own)) for own in batch]

    def forward(self, values):
        """Rotate rows of ``values``, of shape (n_rows, ...), into the axes."""
        return self._rotate(values, "forward")

    def back(self, values):
        """Rotate rows of ``values`` out of the axes."""
        return self._rotate(values, "back")

    def _rotate(self, values, way):
        if not self._axes:
            return values
        out = values.copy()
        for rows, axes in self._axes:
            own = values[rows]
            whole = own.reshape(*rows.shape, -1)
            out[rows] = getattr(axes, way)(whole).reshape(own.shape)
        return out


class SquareAxes:
    """The principal axes of equally large blocks with no more rows than samples.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_samples)
        Rotated in place.
    batch : ndarray of shape (n_blocks, size)
    """

    def __init__(self, rows, batch):
        blocks = rows[batch]
        products = blocks @ blocks.transpose(0, 2, 1)
        squares, self._axes = interruptible(np.linalg.eigh, products)
        blocks = self.forward(blocks)
        blocks[squares <= SINGULAR * squares[:, -1:]] = 0.0
        rows[batch] = blocks

    def forward(self, values):
        """Rotate ``values``, of shape (n_blocks, size, k), into the axes."""
        return self._axes.transpose(0, 2, 1) @ values

    def back(self, values):
        """Rotate ``values`` out of the axes."""
        return self._axes @ values


class WideAxes:
    """The principal axes of a block with more rows than samples.

    Such a block spans at most as many axes as there are samples. The axes are those of
    the triangular factor of a QR decomposition, and the orthogonal factor stays a
    product of reflections: all costs are linear in the number of rows.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_samples)
        Rotated in place.
    own : ndarray of shape (size,)
        The rows of the block.
    """

    def __init__(self, rows, own):
        (self._reflections, self._factors), triangle = qr(
            rows[own], mode="raw", overwrite_a=True, check_finite=False
        )
        self._inner, lengths, axes = interruptible(np.linalg.svd, triangle)
        axes[lengths**2 <= SINGULAR * lengths[0] ** 2] = 0.0
        rows[own] = 0.0
        rows[own[: len(axes)]] = lengths[:, None] * axes

    def forward(self, values):
        """Rotate ``values``, of shape (size, k), into the axes."""
        out = self._reflect("T", values)
        out[: len(self._inner)] = self._inner.T @ out[: len(self._inner)]
        return out

    def back(self, values):
        """Rotate ``values`` out of the axes."""
        out = values.copy()
        out[: len(self._inner)] = self._inner @ out[: len(self._inner)]
        return self._reflect("N", out)

    def _reflect(self, trans, values):
        """Multiply ``values`` by the orthogonal factor, or by its transpose."""
        values = np.asfortranarray(values)
        given = "L", trans, self._reflections, self._factors, values
        n_work = int(dormqr(*given, lwork=-1)[1][0])
        return dormqr(*given, lwork=n_work)[0]


def batches_of(block_ptr):
    """Return the rows of blocks of more than one row, one array for each size."""
    sizes = np.diff(block_ptr)
    starts = np.asarray(block_ptr[:-1])
    return [
        starts[sizes == size][:, None] + np.arange(size)
        for size in np.unique(sizes[sizes > 1])
    ]


class RowsDesign:
    """A design whose columns are the rows of an array.

    It offers the members of `Design` that a working set on packed columns asks for.
    """

    packs_cheaply = True
    scale = None
    centers = False

    def __init__(self, rows):
        self.X = self.rows = rows
        self.n_features, self.n_samples = rows.shape
        self.squares = np.einsum("rn,rn->r", rows, rows)

    def pack(self, features, out):
        """Write rows to ``out``."""
        np.take(self.rows, features, axis=0, out=out)


class OrthogonalSet(WorkingSet):
    """A working set of blocks whose rows are orthogonal."""

    def _bounds(self, start, counts):
        return self.problem.squares[:, self.storage.features[start:]].T


class PackedModel:
    """The quadratic model on packed columns, for the penalised rows.

    Intercepts and unpenalised columns are projected out of the rows. With positive
    coefficients unpenalised columns are rows like the others.

    Parameters
    ----------
    predictors : PredictorSet

    Attributes
    ----------
    working_set : WorkingSet
        Of the rows from ``start`` on; every column has a design of its own.
    """

    def __init__(self, predictors):
        problem, n_free = predictors.problem, predictors.free.in_play
        self.predictors = predictors
        self.start = 0 if problem.positive else n_free
        first = 0 if problem.positive else predictors.n_free
        ptr = predictors.block_ptr[first:] - self.start
        rotates = problem.penalty.rotation_invariant and not problem.blocks.single
        self._batches = batches_of(ptr) if rotates else []
        self.weighings = weighings(predictors)
        found = [self._project(weighing) for weighing in self.weighings]
        rows, self._borders, self._rotations = zip(*found, strict=True)
        self.working_set = self._make_working_set(rows, predictors.chosen[first:], ptr)

    def _make_working_set(self, rows, chosen, ptr):
        """Return the rows as a working set with all blocks in."""
        problem = self.predictors.problem
        designs = [RowsDesign(own) for own in rows]
        targets = [np.empty((1, design.n_samples)) for design in designs]
        scaled = ScaledData(designs, targets, np.zeros(len(designs)), 0, 0)
        groups = None
        if not problem.blocks.single:
            groups = np.split(np.arange(ptr[-1]), ptr[1:-1])
        free = NoFreeBlocks()
        free.in_play = self.predictors.free.in_play if problem.positive else 0
        own = PenalisedProblem(scaled, problem.penalty.restricted(chosen), groups)
        make = OrthogonalSet if problem.penalty.rotation_invariant else WorkingSet
        working_set = make(own, free)
        working_set.add(np.arange(own.blocks.n_blocks))
        return working_set

    def _project(self, weighing):
        """Return the rows of one column without their unpenalised part.

        Also the coefficients of that part, (n_border, n_rows), and the rotation.
        """
        rows = (
            self.predictors.storage.columns(weighing.design) * weighing.sqrt_curvature
        )
        pieces = [weighing.ones()[None, :]] if weighing.has_intercept else []
        border = np.concatenate([*pieces, rows[: self.start]])
        rows = rows[self.start :]
        parts = np.zeros((0, len(rows)))
        if len(border):
            basis, inverse = orthonormal_rows(border)
            products = rows @ basis.T
            rows -= products @ basis
            parts = inverse @ products.T
        return rows, parts, Rotation(rows, self._batches)

    def solve(self, correlation, gap, share):
        """Return the step to the minimum of the model, and that of the intercepts.

        Parameters
        ----------
        correlation : ndarray of shape (n_columns, n_rows)
            Of all rows of the working set with the residual.
        gap : float
            Of the working set's problem, at the predictors.
        share : float
            The fraction of the gap to which the model is solved.

        Returns
        -------
        direction : ndarray of shape (n_rows, n_columns)
        shift : ndarray of shape (n_columns,)
        """
        self._load(correlation)
        target = share * gap
        lowest = MIN_TARGET * target
        # The gap of the model may be below its target although that of the problem is
        # not: then the target is lowered until a sweep is made.
        while not (n_sweeps := descend(self.working_set, target, SWEEPS)):
            target *= 0.1
            if target <= lowest:
                break
        if not n_sweeps:  # the gap of the model is below rounding, its slopes are not
            descend(self.working_set, -1.0, LAST_SWEEPS)
        return self._direction()

    def _load(self, correlation):
        """Start at the coefficients of the predictors."""
        coef = self.predictors.coef[self.start :]
        self._begin = self._rotate(coef, "forward")
        self.working_set.coef[:] = self._begin
        residuals = [weighing.residual()[None, :] for weighing in self.weighings]
        slopes = self._rotate(correlation[:, self.start :].T, "forward").T
        self.working_set.load(residuals, slopes)

    def _rotate(self, values, way):
        """Rotate every column of (n_rows, n_columns) by its own rotation."""
        if not self._batches:
            return values
        pairs = zip(self._rotations, values.T, strict=True)
        return np.array([getattr(turn, way)(own) for turn, own in pairs]).T

    def _direction(self):
        """Return the step to the model's minimum, and that of the intercepts."""
        move = self._rotate(self.working_set.coef - self._begin, "back")
        columns = zip(self._borders, move.T, strict=True)
        border = np.array([-(own @ step) for own, step in columns]).T
        shift = np.zeros(move.shape[1])
        if self.predictors.has_intercept:
            shift, border = border[0], border[1:]
        return np.concatenate([border, move]), shift
