"""Steps that look further than one sweep: Anderson's and Newton's.

Both propose a direction on the rows in play; the step along it is chosen on the exact
objective, so that neither can do harm.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

# Multiplications a second: of matrix products against those of sweeps.
NEWTON_GAIN = 3.0
# Multiplications that the calls of a Newton step cost, per design.
NEWTON_START = 2e5
CG_STEPS = 30
WILD = 0.5  # of a block's norm: shrinking further is not trusted to the model
CG_ACCURACY = 1e-2


def anderson_direction(history):
    """Extrapolate from successive iterates.

    Parameters
    ----------
    history : ndarray of shape (n_iterates, ...)
        The last iterates, oldest first.

    Returns
    -------
    direction : ndarray or None
        From the last iterate.

    References
    ----------
    Q. Bertrand, M. Massias (2021), Anderson acceleration of coordinate descent,
    AISTATS. Algorithm 2.
    """
    iterates = history.reshape(len(history), -1)
    moves = iterates[1:] - iterates[:-1]
    gram = moves @ moves.T
    trace = np.trace(gram)
    if not trace > 0.0:
        return None
    gram.flat[:: len(gram) + 1] += 1e-12 * trace
    try:
        weights = np.linalg.solve(gram, np.ones(len(gram)))
    except LinAlgError:
        return None
    weights /= weights.sum()
    return (weights @ iterates[1:] - iterates[-1]).reshape(history.shape[1:])


def newton_direction(working_set, rows, owner, correlation):
    """Solve for the minimum of the second-order model on rows without zero blocks.

    With ``C_b = lambda_b / |W_b|`` of every block, ``D`` the same plus the ridge for
    every row, and ``U`` holding ``W_b / |W_b|``, the Hessian is ``A_d = X_d' X_d + D``
    for each column of design ``d``, less ``U C U'``, which alone couples columns. So
    one factorisation per design, and conjugate gradients for as many unknowns as there
    are blocks, whose matrix is ``ridge / (C D) + sum_d H_d o (U_d U_d')`` (o: entry by
    entry, summed over the rows of a block) with ``H_d = D^-1 - A_d^-1``.

    Parameters
    ----------
    working_set : WorkingSet
    rows : ndarray of int
        Rows of all non-zero blocks.
    owner : ndarray of int
        For each of them, its block counted from 0 within these rows.
    correlation : ndarray of shape (n_columns, len(rows))

    Returns
    -------
    direction : ndarray of shape (len(rows), n_columns), or None
    """
    problem = working_set.problem
    coef = working_set.coef[rows]
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    norms = np.sqrt(np.add.reduceat((coef**2).sum(axis=1), firsts))
    blocks = working_set.blocks_of(rows[firsts])
    pull = working_set.thresholds[blocks] / norms
    gradient = (pull[owner, None] + problem.ridge) * coef - correlation.T
    if coef.shape[1] == 1 and len(firsts) == len(rows):
        return linear_direction(working_set, rows, gradient, problem.ridge)
    if problem.positive:
        return None
    units, diagonal = coef / norms[owner, None], pull[owner] + problem.ridge
    try:
        lessened = [
            Lessened(working_set, d, rows, diagonal)
            for d in range(len(working_set.stack.designs))
        ]
    except LinAlgError:
        return None

    def less(values):
        return np.concatenate(
            [h.product(values[:, h.columns]) for h in lessened], axis=1
        )

    def along(values):
        return np.add.reduceat(np.einsum("rc,rc->r", units, values), firsts)

    tame = (pull > 0.0).astype(np.float64)  # a pure ridge couples nothing
    ridge = problem.ridge / np.where(tame, pull * (pull + problem.ridge), 1.0)

    def coupling(amount):
        return ridge * amount + along(less(amount[owner, None] * units))

    spread = sum(
        h.diagonal * np.einsum("rc,rc->r", *[units[:, h.columns]] * 2) for h in lessened
    )
    scale = np.add.reduceat(spread, firsts) + ridge
    # Without the coupling this is a step on a majoriser, safe for every block. With
    # it, the model still majorises along a block that grows, but not along one that
    # shrinks much: such blocks keep the majoriser, and the others are solved again.
    safe = less(gradient) - gradient / diagonal[:, None]
    target = along(safe)
    for _ in range(2):
        amount = conjugate_gradients(coupling, target, scale, tame)
        pulled = amount[owner, None] * units
        direction = safe + pulled / diagonal[:, None] - less(pulled)
        wild = (along(direction) < -WILD * norms) & (tame > 0.0)
        if not np.any(wild):
            break
        tame = np.where(wild, 0.0, tame)
    return direction


class Lessened:
    """The matrix ``D^-1 - (X_d' X_d + D)^-1`` on some rows, for one design.

    Attributes
    ----------
    columns : slice
        Of the coefficients that the design explains.
    diagonal : ndarray
    """

    def __init__(self, working_set, d, rows, diagonal):
        self.columns = slice(*working_set.stack.column_ptr[d : d + 2])
        if working_set.uses_gram:
            gram = working_set.grams(d, rows)
            regular = gram.copy()
            regular.flat[:: len(rows) + 1] += diagonal
            factor = cho_factor(regular, overwrite_a=True, check_finite=False)
            gram = cho_solve(factor, gram, overwrite_b=True, check_finite=False)
            self._left = gram / diagonal
            self.diagonal = np.diag(self._left)
            self._right = None
            return
        # By Woodbury's formula, with a factor as large as there are samples.
        packed = working_set.columns(d, rows)
        scaled = packed / np.sqrt(diagonal)[:, None]
        inner = scaled.T @ scaled
        inner.flat[:: len(inner) + 1] += 1.0
        factor = cho_factor(inner, lower=True, overwrite_a=True, check_finite=False)[0]
        half = solve_triangular(
            factor, scaled.T, lower=True, overwrite_b=False, check_finite=False
        )
        half /= np.sqrt(diagonal)
        self._left, self._right = half.T, half
        self.diagonal = np.einsum("nr,nr->r", half, half)

    def product(self, values):
        """Return the matrix times ``values``, of shape (n_rows, n_columns_d)."""
        if self._right is None:
            return self._left.T @ values
        return self._left @ (self._right @ values)


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


def linear_direction(working_set, rows, gradient, ridge):
    """Return the Newton direction where the penalty is linear: the lasso's."""
    gram = working_set.grams(0, rows)
    gram.flat[:: len(gram) + 1] += ridge + 1e-14 * np.trace(gram)
    try:
        return -cho_solve(cho_factor(gram, overwrite_a=True), gradient)
    except LinAlgError:
        return None


def newton_pays(working_set, n_rows, n_sweeps):
    """Tell whether a Newton step costs less than so many sweeps over the rows."""
    stack, gram = working_set.stack, working_set.uses_gram
    cost = NEWTON_START * len(stack.targets)
    for target in stack.targets:
        n_columns, n_samples = target.shape
        rank = n_rows if gram else n_samples
        cost += n_rows * rank * min(rank, n_rows) * (1.3 if gram else 2.0)
        cost += CG_STEPS / 2 * n_rows * rank * n_columns * (1.0 if gram else 2.0)
    return cost < NEWTON_GAIN * n_sweeps * n_rows * working_set.datafit.work()


def step_along(working_set, rows, owner, direction, correlation):
    """Move along a direction as far as the objective falls.

    Parameters
    ----------
    working_set : WorkingSet
    rows, owner : ndarray of int
        As for :func:`newton_direction`.
    direction : ndarray of shape (len(rows), n_columns)
    correlation : ndarray of shape (n_columns, len(rows))

    Returns
    -------
    moved : bool
    """
    problem, coef = working_set.problem, working_set.coef[rows]
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    blocks = working_set.blocks_of(rows[firsts])
    thresholds = working_set.thresholds[blocks]
    change = working_set.change(rows, direction)
    slope = float(np.vdot(direction, correlation.T))
    bend = working_set.bend(rows, direction, change)

    def objective(step):
        w = coef + step * direction
        square = (w**2).sum(axis=1)
        norms = np.sqrt(np.add.reduceat(square, firsts))
        cost = thresholds @ norms + 0.5 * problem.ridge * square.sum()
        return cost - step * slope + 0.5 * step**2 * bend

    steps = [1.0, 0.5, 0.25, 0.1]
    crossing = -coef / np.where(direction * coef < 0.0, direction, np.inf)
    crossing = crossing[crossing > 0.0].min(initial=np.inf)
    if problem.positive:
        steps = [min(step, crossing) for step in steps[:1]]
    elif coef.shape[1] == 1 and crossing < 1.0:
        steps.append(crossing)
    now = objective(0.0)
    values = [objective(step) for step in steps]
    best = int(np.argmin(values))
    if not values[best] < now:
        return False
    working_set.move(rows, steps[best], direction, change)
    return True
