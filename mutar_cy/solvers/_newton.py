"""Newton's method on the non-zero blocks of a working set.

With ``C_b = lambda_b / |W_b|`` for every block, ``D`` the same plus the ridge for
every row, and ``U`` holding ``W_b / |W_b|``, the Hessian is ``A_d = X_d' X_d + D`` for
each column of design ``d``, less ``U C U'``, which alone couples columns. So it takes
one factorisation per design, and then conjugate gradients for as many unknowns as
there are blocks, whose matrix is ``ridge / (C D) + sum_d H_d o (U_d U_d')`` (o: entry
by entry, summed over the rows of a block) with ``H_d = D^-1 - A_d^-1``.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_solve, solve_triangular

from mutar_cy.penalties import Dirty
from mutar_cy.solvers._entries import entry_directions, factorise

GAIN = 3.0  # of matrix products over the products of a sweep
CALLS, CALLS_DESIGN = 6e5, 6e4  # multiplications that its calls cost, once and each
DIRECT = 100  # blocks up to which the coupling is factorised
CG_STEPS = 30
CG_ACCURACY = 1e-2
WILD = 0.5  # of a block's norm: shrinking further is not trusted to the model


def newton_directions(working_set, support, correlation):
    """Solve for the minimum of the second-order model on the non-zero blocks.

    Parameters
    ----------
    working_set : WorkingSet
    support : tuple of ndarray
        What :meth:`WorkingSet.support` returns.
    correlation : ndarray of shape (n_columns, n_rows)
        Of the rows of the support with the residual.

    Returns
    -------
    directions : list of ndarray of shape (n_rows, n_columns)
        Newton's; before it, where it shrinks blocks beyond what the model can be
        trusted with, one that is safe for them. Empty if there is none.
    shrinking : ndarray of shape (n_blocks,)
        How much shorter the plain model makes each block, over its norm: from 1 on, it
        sends the block through zero.
    """
    rows, owner, blocks = support
    coef, problem = working_set.coef[rows], working_set.problem
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    norms = np.sqrt(np.add.reduceat((coef**2).sum(axis=1), firsts))
    pull = working_set.thresholds[blocks] / norms
    gradient = (pull[owner, None] + problem.ridge) * coef - correlation.T
    try:
        if coef.shape[1] == 1 and len(blocks) == len(rows):
            direction = linear_direction(
                working_set.storage, rows, gradient, problem.ridge
            )
            return [direction], -(direction / coef)[:, 0]
        units = coef / norms[owner, None]
        if problem.positive:
            directions = entry_directions(working_set, support, gradient, units, pull)
            return directions, np.zeros(len(blocks))
        model = Model(working_set, rows, firsts, units, pull)
        return model.directions(gradient, norms)
    except LinAlgError:
        return [], None


def linear_direction(storage, rows, gradient, ridge):
    """Return the Newton direction where the penalty is linear: the lasso's."""
    gram = storage.gram(0, rows)
    gram.flat[:: len(gram) + 1] += ridge
    return -cho_solve(factorise(gram), gradient, check_finite=False)


class Model:
    """The second-order model on rows without zero blocks.

    Parameters
    ----------
    working_set : WorkingSet
    rows : ndarray of int
    firsts : ndarray of int
        Where in ``rows`` each block starts.
    units : ndarray of shape (len(rows), n_columns)
        Coefficients over the norms of their blocks.
    pull : ndarray of shape (n_blocks,)
        Thresholds over the norms.
    """

    def __init__(self, working_set, rows, firsts, units, pull):
        self.firsts, self.units = firsts, units
        counts = np.diff(firsts, append=len(rows))
        self.owner = np.repeat(np.arange(len(firsts)), counts)
        ridge = working_set.problem.ridge
        self.diagonal = pull[self.owner] + ridge
        self.lessened = [
            Lessened(working_set, d, rows, self.diagonal)
            for d in range(len(working_set.stack.designs))
        ]
        self.coupled = (pull > 0.0).astype(np.float64)  # a pure ridge couples nothing
        self.ridge = ridge / np.where(pull > 0.0, pull * (pull + ridge), 1.0)

    def directions(self, gradient, norms):
        """Return what :func:`newton_directions` does, from gradient and block norms."""
        # Without the coupling this is a step on a majoriser, safe for every block.
        # With it, the model still majorises along a block that grows, but not along
        # one that shrinks much: such blocks keep the majoriser, and the others are
        # solved again.
        safe = self._less(gradient) - gradient / self.diagonal[:, None]
        target, scale = self._along(safe), self._scale()
        matrix = self._matrix() if len(norms) <= DIRECT else None

        def solve(tame):
            if matrix is None:
                amount = conjugate_gradients(self._coupling, target, scale, tame)
            else:
                amount = solve_some(matrix, target, tame > 0.0)
            pulled = amount[self.owner, None] * self.units
            direction = safe + pulled / self.diagonal[:, None] - self._less(pulled)
            return direction, self._along(direction)

        direction, along = solve(self.coupled)
        directions = [direction]
        wild = (along < -WILD * norms) & (self.coupled > 0.0)
        if np.any(wild):
            directions.insert(0, solve(np.where(wild, 0.0, self.coupled))[0])
        return directions, -along / norms

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


class Lessened:
    """The matrix ``D^-1 - (X_d' X_d + D)^-1`` on some rows, for one design.

    Attributes
    ----------
    columns : slice
        Of the coefficients that the design explains.
    diagonal : ndarray
    """

    def __init__(self, working_set, d, rows, diagonal):
        storage = working_set.storage
        self.columns = slice(*working_set.stack.column_ptr[d : d + 2])
        if storage.grams is not None:
            gram = storage.gram(d, rows)
            regular = gram.copy()
            regular.flat[:: len(rows) + 1] += diagonal
            gram = cho_solve(
                factorise(regular), gram, overwrite_b=True, check_finite=False
            )
            self._factors: tuple[np.ndarray, ...] = ((gram / diagonal).T,)
            self.diagonal = np.diag(self._factors[0])
            return
        # By Woodbury's formula, with a factor as large as there are samples.
        scaled = storage.columns(d, rows) / np.sqrt(diagonal)[:, None]
        inner = scaled.T @ scaled
        inner.flat[:: len(inner) + 1] += 1.0
        factor = factorise(inner)[0]
        half = solve_triangular(factor, scaled.T, lower=True, check_finite=False)
        half /= np.sqrt(diagonal)
        self._factors = half.T, half
        self.diagonal = np.einsum("nr,nr->r", half, half)

    def matrix(self):
        """Return the matrix."""
        return self.product(np.eye(len(self.diagonal)))

    def product(self, values):
        """Return the matrix times ``values``, of shape (n_rows, n_columns_d)."""
        for factor in reversed(self._factors):
            values = factor @ values
        return values


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


def newton_cost(working_set, n_rows):
    """Return what a Newton step costs, in multiplications of sweeps, about."""
    if isinstance(working_set.problem.penalty, Dirty):
        return np.inf
    stack, gram = working_set.stack, working_set.uses_gram
    calls = CALLS + CALLS_DESIGN * len(stack.targets)
    if stack.n_columns == 1:
        samples = 0.0 if gram else stack.targets[0].shape[1]
        return calls + n_rows**2 * (n_rows / 3.0 + samples) / GAIN
    cost = 0.0
    for n_columns, n_samples in (target.shape for target in stack.targets):
        rank = n_rows if gram else n_samples
        cost += n_rows * rank * min(rank, n_rows) * (1.3 if gram else 2.0)
        cost += CG_STEPS / 2 * n_rows * rank * n_columns * (1.0 if gram else 2.0)
    return calls + cost / GAIN
