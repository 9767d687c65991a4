"""The second-order model of the objective on the non-zero blocks of a working set.

With the penalty's Hessian ``D - sum_b C_b u_b u_b'`` (see `Local`: D is ``bend``, C
``pull`` and u ``units``), that of the objective is ``A_c = X_d' X_d + D_c`` for each
column c, of design d, less ``U C U'``, which alone couples columns. So it takes one
factorisation per column (per design, where the columns of D are the same), and then
conjugate gradients for as many unknowns as there are blocks, whose matrix is ``ridge /
(C D) + sum_c H_c o (U_c U_c')`` (o: entry by entry, summed over the rows of a block)
with ``H_c = D_c^-1 - A_c^-1``.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

DIRECT = 100  # blocks up to which the coupling is factorised
CG_STEPS = 30
CG_ACCURACY = 1e-2
WILD = 0.5  # of a block's norm: shrinking further is not trusted to the model
FLAT = 1e-7  # of a squared column norm: what stands for no bend at all
JITTER = [1e-14, 1e-10, 1e-6, 1e-3]  # shares by which a diagonal is raised


class Model:
    """The second-order model on some rows.

    Parameters
    ----------
    working_set : WorkingSet
    rows : ndarray of int
    owner : ndarray of int
        The block of each row.
    firsts : ndarray of int
        Where in ``rows`` each block starts.
    local : Local
        The model of the penalty there.
    """

    def __init__(self, working_set, rows, owner, firsts, local):
        self.owner, self.firsts, self.units = owner, firsts, local.units
        self.norms = np.where(local.norms > 0.0, local.norms, 1.0)
        self.bend = with_least_bend(working_set, rows, local.bend)
        self.lessened = [
            Lessened(
                working_set, d, rows, self.bend[:, own.start % self.bend.shape[1]], own
            )
            for d, stretch in enumerate(pairwise(working_set.stack.column_ptr))
            for own in equal_columns(self.bend, *stretch)
        ]
        pull, ridge = local.pull, working_set.problem.ridge
        self.coupled = (pull > 0.0).astype(np.float64)  # a pure ridge couples nothing
        self.ridge = ridge / np.where(pull > 0.0, pull * (pull + ridge), 1.0)

    def directions(self, gradient):
        """Return Newton's direction, after one that is safer, and how blocks shrink.

        Returns
        -------
        directions : list of ndarray of shape (n_rows, n_columns)
            Where Newton's shrinks blocks beyond what the model can be trusted with,
            one that is safe for them comes first.
        shrinking : ndarray of shape (n_blocks,)
            How much shorter Newton's direction makes each block, over its norm.
        """
        # Without the coupling this is a step on a majoriser, safe for every block.
        # With it, the model still majorises along a block that grows, but not along
        # one that shrinks much: such blocks keep the majoriser, and the others are
        # solved again.
        safe = self._less(gradient) - gradient / self.bend
        target, scale = self._along(safe), self._scale()
        matrix = self._matrix() if len(self.norms) <= DIRECT else None

        def solve(tame):
            if matrix is None:
                amount = conjugate_gradients(self._coupling, target, scale, tame)
            else:
                amount = solve_some(matrix, target, tame > 0.0)
            pulled = amount[self.owner, None] * self.units
            direction = safe + pulled / self.bend - self._less(pulled)
            return direction, self._along(direction)

        direction, along = solve(self.coupled)
        directions = [direction]
        wild = (along < -WILD * self.norms) & (self.coupled > 0.0)
        if np.any(wild):
            directions.insert(0, solve(np.where(wild, 0.0, self.coupled))[0])
        return directions, -along / self.norms

    def _less(self, values):
        pieces = [h.product(values[:, h.columns]) for h in self.lessened]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)

    def _along(self, values):
        return np.add.reduceat(np.einsum("rc,rc->r", self.units, values), self.firsts)

    def _coupling(self, amount):
        pulled = amount[self.owner, None] * self.units
        return self.ridge * amount + self._along(self._less(pulled))

    def _matrix(self):
        """Return the coupling as a matrix."""
        matrix = sum(
            h.matrix() * (self.units[:, h.columns] @ self.units[:, h.columns].T)
            for h in self.lessened
        )
        matrix = np.add.reduceat(matrix, self.firsts, axis=0)
        matrix = np.add.reduceat(matrix, self.firsts, axis=1)
        matrix.flat[:: len(matrix) + 1] += self.ridge
        return matrix

    def _scale(self):
        """Return the diagonal of the coupling."""
        rows = np.zeros(len(self.units))
        for h in self.lessened:
            own = self.units[:, h.columns]
            rows += h.diagonal * np.einsum("rc,rc->r", own, own)
        scale = np.add.reduceat(rows, self.firsts) + self.ridge
        return np.where(scale > 0.0, scale, 1.0)


def with_least_bend(working_set, rows, bend):
    """Return the bend of a penalty, at least a trace of the data's own.

    Newton's direction need not be exact, but the formulas divide by the bend.
    """
    if np.all(bend > 0.0):
        return bend
    features = working_set.storage.features[rows]
    squares = working_set.stack.spread(working_set.problem.squares[:, features]).T
    return np.maximum(bend, FLAT * squares)


def equal_columns(bend, start, stop):
    """Return slices of columns from start to stop that have the same bend."""
    if bend.shape[1] == 1:
        return [slice(start, stop)]
    return [slice(c, c + 1) for c in range(start, stop)]


class Lessened:
    """The matrix ``D^-1 - (X_d' X_d + D)^-1`` on some rows, for some columns.

    Where D is infinite there is nothing.

    Attributes
    ----------
    columns : slice
        Of the coefficients that design ``d`` explains.
    diagonal : ndarray of shape (n_rows,)
    """

    def __init__(self, working_set, d, rows, bend, columns):
        storage, self.columns = working_set.storage, columns
        self.kept: Any = slice(None)
        self.diagonal = np.zeros(len(rows))
        if not np.all(bend < np.inf):
            self.kept = np.flatnonzero(bend < np.inf)
            rows, bend = rows[self.kept], bend[self.kept]
        samples = storage.stack.targets[d].shape[1]
        if storage.grams is not None or len(rows) <= samples:
            gram = storage.gram(d, rows)
            regular = gram.copy()
            regular.flat[:: len(rows) + 1] += bend
            gram = cho_solve(
                factorise(regular), gram, overwrite_b=True, check_finite=False
            )
            self._factors: tuple[np.ndarray, ...] = ((gram / bend).T,)
            diagonal = np.diag(self._factors[0])
        else:
            # By Woodbury's formula, with a factor as large as there are samples.
            scaled = storage.columns(d, rows) / np.sqrt(bend)[:, None]
            inner = scaled.T @ scaled
            inner.flat[:: len(inner) + 1] += 1.0
            factor = factorise(inner)[0]
            half = solve_triangular(factor, scaled.T, lower=True, check_finite=False)
            half /= np.sqrt(bend)
            self._factors = half.T, half
            diagonal = np.einsum("nr,nr->r", half, half)
        self.diagonal[self.kept] = diagonal

    def matrix(self):
        """Return the matrix."""
        return self.product(np.eye(len(self.diagonal)))

    def product(self, values):
        """Return the matrix times ``values``, of shape (n_rows, n_columns)."""
        out = np.zeros_like(values)
        some = values[self.kept]
        for factor in reversed(self._factors):
            some = factor @ some
        out[self.kept] = some
        return out


def factorise(matrix):
    """Return the lower Cholesky factor of a matrix that may be singular by rounding.

    Directions are safeguarded, so that a larger diagonal does no harm.
    """
    for share in JITTER:
        raised = 0.5 * (matrix + matrix.T)
        raised.flat[:: len(matrix) + 1] *= 1.0 + share
        try:
            return cho_factor(raised, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            continue
    raise LinAlgError("not positive definite")


def solve_some(matrix, target, mask):
    """Solve ``matrix @ x = target`` for the entries of a mask, the others being 0."""
    x = np.zeros_like(target)
    some = matrix[np.ix_(mask, mask)]
    if len(some):
        x[mask] = cho_solve(factorise(some), target[mask], check_finite=False)
    return x


def conjugate_gradients(product, target, scale, mask):
    """Solve ``product(x) = target`` roughly, preconditioned by ``scale``.

    Where ``mask`` is 0, x stays 0 and the equation is left out.
    """
    x, residual = np.zeros_like(target), mask * target
    direction, before = np.zeros_like(target), 1.0
    enough = None
    for _ in range(CG_STEPS):
        solved = residual / scale
        now = float(residual @ solved)
        enough = CG_ACCURACY**2 * now if enough is None else enough
        if not now > enough:
            break
        direction = solved + (now / before) * direction
        image = mask * product(direction)
        curvature = float(direction @ image)
        if not curvature > 0.0:
            break
        x += now / curvature * direction
        residual -= now / curvature * image
        before = now
    return x


GAIN = 3.0  # of matrix products over the products of a sweep
CALLS, CALLS_DESIGN = 6e5, 6e4  # multiplications that its calls cost, once and each


def newton_directions(working_set, support, correlation, coef):
    """Solve for the minimum of the second-order model on the non-zero blocks.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        What :meth:`WorkingSet.support` returns.
    correlation : ndarray of shape (n_columns, n_rows)
        Of the rows of the support with the residual.
    coef : ndarray of shape (n_rows, n_columns)
        Where to make the model; its zeros need not be those of the working set.

    Returns
    -------
    directions : list of ndarray of shape (n_rows, n_columns)
        Newton's; before it, where it shrinks blocks beyond what the model can be
        trusted with, one that is safe for them. Empty if there is none.
    shrinking : ndarray of shape (n_rows, n_columns)
        How much shorter the plain model makes what an entry belongs to, over its size:
        from 1 on, it sends that through zero. It belongs to its block, or to itself
        where the penalty is linear or entries must not be negative.
    """
    rows, owner, blocks = support
    problem = working_set.problem
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    local = working_set.penalty.restricted(blocks).local(coef, owner, firsts)
    gradient = local.slope - correlation.T
    linear = coef.shape[1] == 1 and len(blocks) == len(rows)
    try:
        if linear:
            kept = coef[:, 0] != 0.0
            directions = [np.zeros_like(coef)]
            directions[0][kept] = linear_direction(
                working_set.storage, rows[kept], gradient[kept], problem.ridge
            )
            along = np.zeros(len(blocks))
        else:
            model = Model(working_set, rows, owner, firsts, local)
            directions, along = model.directions(gradient)
    except LinAlgError:
        return [], None
    alone = (local.bend == 0.0) | problem.penalty.vanish_apart | linear
    moving = np.where(coef == 0.0, 1.0, coef)
    own = np.where(coef == 0.0, 0.0, -directions[-1] / moving)
    return directions, np.where(alone, own, along[owner, None])


def linear_direction(storage, rows, gradient, ridge):
    """Return the Newton direction where the penalty is linear: the lasso's."""
    gram = storage.gram(0, rows)
    gram.flat[:: len(gram) + 1] += ridge
    return -cho_solve(factorise(gram), gradient, check_finite=False)


def newton_cost(working_set, n_rows):
    """Return what a Newton step costs, in multiplications of sweeps, about."""
    stack, gram = working_set.stack, working_set.uses_gram
    calls = CALLS + CALLS_DESIGN * len(stack.targets)
    if stack.n_columns == 1:
        samples = 0.0 if gram else stack.targets[0].shape[1]
        return calls + n_rows**2 * (n_rows / 3.0 + samples) / GAIN
    cost = 0.0
    for n_columns, n_samples in (target.shape for target in stack.targets):
        dual = not gram and n_samples < n_rows  # by a factor of the samples' size
        rank = n_samples if dual else n_rows
        factors = n_columns if working_set.penalty.bends_apart else 1
        cost += factors * n_rows * rank * rank * (2.0 if dual else 1.3)
        cost += 0.0 if gram or dual else n_rows * n_rows * n_samples
        cost += CG_STEPS / 2 * n_rows * rank * n_columns * (2.0 if dual else 1.0)
    return calls + cost / GAIN
