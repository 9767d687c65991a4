"""Newton's method on the non-zero blocks of a working set.

The penalty's Hessian is ``D - sum_b C_b u_b u_b'`` (see `PenaltyModel`: D is
``hessian_diag``, C ``curvature`` and u ``directions``). The Hessian of the objective is
``A_c = X_d' X_d + D_c`` for each column c, of design d, minus ``U C U'``, which is the
only coupling of columns. One factorisation per column (per design, where the columns of
D are equal) reduces Newton's equations to one unknown per block, with the matrix
``ridge / (C D) + sum_c H_c o (U_c U_c')`` (o: entry by entry, summed over the rows of a
block) and ``H_c = D_c^-1 - A_c^-1``. This system is factorised if it is small, else
solved by conjugate gradients.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

# Number of blocks up to which the coupling is factorised.
DIRECT = 100
# Maximum number of steps of conjugate gradients, and the relative residual at which
# they stop: directions are safeguarded, so that rough ones do no harm.
CG_STEPS = 30
CG_ACCURACY = 1e-2
# A block that shrinks by more than this share of its norm leaves the region where the
# model of the penalty majorises it.
TRUSTED_SHRINKAGE = 0.5
# Smallest diagonal of the penalty's Hessian, as a share of a squared column norm: the
# formulas divide by it.
LEAST_HESSIAN = 1e-7
# Shares by which a diagonal is raised, in turn, until the factorisation succeeds.
JITTER = [1e-14, 1e-10, 1e-6, 1e-3]
# Cost model, in multiplications of a sweep. Matrix products run about GAIN times as
# fast; the calls of a step cost CALLS once and CALLS_DESIGN per design.
GAIN = 3.0
CALLS, CALLS_DESIGN = 6e5, 6e4


class NewtonModel:
    """The second-order model of the objective on some rows.

    Parameters
    ----------
    working_set : WorkingSet
    rows : ndarray of int
    owner : ndarray of int
        The block of each row.
    firsts : ndarray of int
        The first of ``rows`` of each block.
    local : PenaltyModel
        The model of the penalty there.
    """

    def __init__(self, working_set, rows, owner, firsts, local):
        self.owner, self.firsts, self.directions = owner, firsts, local.directions
        self.norms = np.where(local.norms > 0.0, local.norms, 1.0)
        self.diag = with_least_hessian(working_set, rows, local.hessian_diag)
        self.complements = [
            SchurComplement(
                working_set, d, rows, self.diag[:, own.start % self.diag.shape[1]], own
            )
            for d, stretch in enumerate(pairwise(working_set.data.column_ptr))
            for own in equal_columns(self.diag, *stretch)
        ]
        curvature, ridge = local.curvature, working_set.problem.ridge
        # A pure ridge has no curvature along a block and couples nothing.
        self.coupled = (curvature > 0.0).astype(np.float64)
        # In two steps: the square of a curvature may underflow.
        share = ridge / np.where(curvature > 0.0, curvature + ridge, 1.0)
        self.ridge = share / np.where(curvature > 0.0, curvature, 1.0)

    def solve(self, gradient):
        """Return Newton's direction, a safer one if needed, and how blocks shrink.

        Returns
        -------
        directions : list of ndarray of shape (n_rows, n_columns)
            Newton's direction comes last. Where it shrinks blocks beyond the trusted
            region, a direction that is safe for them comes first.
        shrinking : ndarray of shape (n_blocks,)
            The decrease of each block along its direction, relative to its norm.
        """
        # Without the coupling this is a step on a majoriser, safe for every block.
        # With it, the model majorises along a block that grows, but not along one that
        # shrinks much: such blocks keep the majoriser, and the others are solved again.
        safe = self._product(gradient) - gradient / self.diag
        target, scale = self._along(safe), self._diagonal()
        matrix = self._matrix() if len(self.norms) <= DIRECT else None

        def solve(trusted):
            if matrix is None:
                amount = conjugate_gradients(self._coupling, target, scale, trusted)
            else:
                amount = solve_some(matrix, target, trusted > 0.0)
            coupling = amount[self.owner, None] * self.directions
            direction = safe + coupling / self.diag - self._product(coupling)
            return direction, self._along(direction)

        direction, along = solve(self.coupled)
        directions = [direction]
        far = (along < -TRUSTED_SHRINKAGE * self.norms) & (self.coupled > 0.0)
        if np.any(far):
            directions.insert(0, solve(np.where(far, 0.0, self.coupled))[0])
        return directions, -along / self.norms

    def _product(self, values):
        pieces = [h.product(values[:, h.columns]) for h in self.complements]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)

    def _along(self, values):
        products = np.einsum("rc,rc->r", self.directions, values)
        return np.add.reduceat(products, self.firsts)

    def _coupling(self, amount):
        coupling = amount[self.owner, None] * self.directions
        return self.ridge * amount + self._along(self._product(coupling))

    def _matrix(self):
        """Return the coupling as a matrix."""
        matrix = sum(
            h.matrix()
            * (self.directions[:, h.columns] @ self.directions[:, h.columns].T)
            for h in self.complements
        )
        matrix = np.add.reduceat(matrix, self.firsts, axis=0)
        matrix = np.add.reduceat(matrix, self.firsts, axis=1)
        matrix.flat[:: len(matrix) + 1] += self.ridge
        return matrix

    def _diagonal(self):
        """Return the diagonal of the coupling, 1 where it is not positive."""
        rows = np.zeros(len(self.directions))
        for h in self.complements:
            own = self.directions[:, h.columns]
            rows += h.diagonal * np.einsum("rc,rc->r", own, own)
        scale = np.add.reduceat(rows, self.firsts) + self.ridge
        return np.where(scale > 0.0, scale, 1.0)


class SchurComplement:
    """The matrix ``D^-1 - (X_d' X_d + D)^-1`` on some rows, for some columns.

    Rows where D is infinite are zero.

    Parameters
    ----------
    working_set : WorkingSet
    d : int
        The design.
    rows : ndarray of int
    diag : ndarray of shape (n_rows,)
        The diagonal of D.
    columns : slice
        The columns of the coefficients with this D.

    Attributes
    ----------
    columns : slice
    diagonal : ndarray of shape (n_rows,)
    """

    def __init__(self, working_set, d, rows, diag, columns):
        storage, self.columns = working_set.storage, columns
        self.kept: Any = slice(None)
        self.diagonal = np.zeros(len(rows))
        if not np.all(diag < np.inf):
            self.kept = np.flatnonzero(diag < np.inf)
            rows, diag = rows[self.kept], diag[self.kept]
        samples = storage.data.targets[d].shape[1]
        if storage.grams is not None or len(rows) <= samples:
            gram = storage.gram(d, rows)
            regular = gram.copy()
            regular.flat[:: len(rows) + 1] += diag
            gram = cho_solve(
                factorise(regular), gram, overwrite_b=True, check_finite=False
            )
            self._factors: tuple[np.ndarray, ...] = ((gram / diag).T,)
            diagonal = np.diag(self._factors[0])
        else:
            # Woodbury's identity: the factor has the size of the samples.
            scaled = storage.columns(d, rows) / np.sqrt(diag)[:, None]
            inner = scaled.T @ scaled
            inner.flat[:: len(inner) + 1] += 1.0
            factor = factorise(inner)[0]
            half = solve_triangular(factor, scaled.T, lower=True, check_finite=False)
            half /= np.sqrt(diag)
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


def with_least_hessian(working_set, rows, diag):
    """Return the diagonal of a penalty's Hessian, at least a share of the data's.

    Newton's direction need not be exact, but the formulas divide by this diagonal.
    """
    if np.all(diag > 0.0):
        return diag
    features = working_set.storage.features[rows]
    squares = working_set.data.spread(working_set.problem.squares[:, features]).T
    return np.maximum(diag, LEAST_HESSIAN * squares)


def equal_columns(diag, start, stop):
    """Return slices of the columns from start to stop that have the same diagonal."""
    if diag.shape[1] == 1:
        return [slice(start, stop)]
    return [slice(c, c + 1) for c in range(start, stop)]


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
    """Solve ``matrix @ x = target`` for the entries of a mask; the others are 0."""
    x = np.zeros_like(target)
    some = matrix[np.ix_(mask, mask)]
    if len(some):
        x[mask] = cho_solve(factorise(some), target[mask], check_finite=False)
    return x


def conjugate_gradients(product, target, scale, mask):
    """Solve ``product(x) = target`` roughly, with the preconditioner ``scale``.

    Where ``mask`` is 0, x stays 0 and the equation is dropped.
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


def newton_directions(working_set, support, correlation, coef):
    """Minimise the second-order model on the non-zero blocks.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        The result of :meth:`WorkingSet.support`.
    correlation : ndarray of shape (n_columns, n_rows)
        Correlations of the rows of the support with the residual.
    coef : ndarray of shape (n_rows, n_columns)
        The point of the model; its zeros need not be those of the working set.

    Returns
    -------
    directions : list of ndarray of shape (n_rows, n_columns)
        Newton's direction comes last. Where it shrinks blocks beyond the trusted
        region, a direction that is safe for them comes first. Empty if none is found.
    shrinking : ndarray of shape (n_rows, n_columns)
        The decrease along Newton's direction of the block of each entry, relative to
        the block's norm: from 1 on, the block passes through zero. Where the penalty is
        linear or entries must not be negative, each entry counts on its own.
    """
    rows, owner, blocks = support
    problem = working_set.problem
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    local = working_set.penalty.restricted(blocks).model_at(coef, owner, firsts)
    gradient = local.gradient - correlation.T
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
            model = NewtonModel(working_set, rows, owner, firsts, local)
            directions, along = model.solve(gradient)
    except LinAlgError:
        return [], None
    # Beyond a ridge's, a curvature comes from the norm of a block.
    alone = local.hessian_diag <= problem.ridge
    alone = alone | problem.penalty.entrywise_sparse | linear
    moving = np.where(coef == 0.0, 1.0, coef)
    own = np.where(coef == 0.0, 0.0, -directions[-1] / moving)
    return directions, np.where(alone, own, along[owner, None])


def linear_direction(storage, rows, gradient, ridge):
    """Return Newton's direction where the penalty is linear: the lasso's."""
    gram = storage.gram(0, rows)
    gram.flat[:: len(gram) + 1] += ridge
    return -cho_solve(factorise(gram), gradient, check_finite=False)


def newton_cost(working_set, n_rows):
    """Return the approximate cost of a Newton step, in multiplications of sweeps."""
    data, gram = working_set.data, working_set.uses_gram
    calls = CALLS + CALLS_DESIGN * len(data.targets)
    if data.n_columns == 1:
        samples = 0.0 if gram else data.targets[0].shape[1]
        return calls + n_rows**2 * (n_rows / 3.0 + samples) / GAIN
    cost = 0.0
    for n_columns, n_samples in (target.shape for target in data.targets):
        dual = not gram and n_samples < n_rows  # Woodbury's identity is used
        rank = n_samples if dual else n_rows
        factors = n_columns if working_set.penalty.hessian_per_column else 1
        cost += factors * n_rows * rank * rank * (2.0 if dual else 1.3)
        cost += 0.0 if gram or dual else n_rows * n_rows * n_samples
        cost += CG_STEPS / 2 * n_rows * rank * n_columns * (2.0 if dual else 1.0)
    return calls + cost / GAIN
