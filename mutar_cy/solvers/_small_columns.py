"""Many small lassos: every column on the Gram matrix of its design, all in one call.

Where a problem takes a fraction of a millisecond, the outer loop takes most of it. Here
every feature takes part from the start, the columns of a design share its Gram matrix,
and the certificates are computed together, from the data.
"""

from itertools import groupby

import numpy as np

from mutar_cy.penalties import L21
from mutar_cy.solvers._dual_scaling import best_scaling
from mutar_cy.solvers._gram_problem import BALANCED, ROUNDING
from mutar_cy.solvers._outer_loop import ALL_IN
from mutar_cy.solvers._sweep_columns import sweep_columns

# Least number of columns: a few are no slower one by one.
FEW = 8
# Most features, and most multiplications of a Gram matrix. Beyond, a problem takes
# several milliseconds, and its outer loop may leave most features out.
FEATURES = 128
GRAM = 5e6
# Entries of the designs that are packed at a time: 32 MiB.
CHUNK = 1 << 22
# Sweeps after which Newton steps are likely to pay.
SWEEPS = 100


def suits_small(data, penalties):
    """Return whether columns are many small lassos."""
    if len(penalties) < FEW or data.n_features > FEATURES:
        return False
    samples = max(target.shape[1] for target in data.targets)
    if samples * data.n_features**2 > GRAM:
        return False
    positive = penalties[0].positive
    return all(
        type(each) is L21 and not each.ridge and each.positive == positive
        for each in penalties
    )


class SmallColumns:
    """The coefficients and certificates of many small lassos, one per column.

    Parameters
    ----------
    data : ScaledData
    penalties : list of L21
        One per column.
    coef : ndarray of shape (n_features, n_columns), default=None
        Starting point, in the user's units.

    Attributes
    ----------
    rows : ndarray of shape (n_columns, n_features)
        The coefficients, in scaled units.
    n_iter : ndarray of int, shape (n_columns,)
        Numbers of sweeps.
    met : ndarray of bool, shape (n_columns,)
        Whether the duality gap has met its target; other columns need more than sweeps.
    gap, target, objective : ndarray of shape (n_columns,)
        In scaled units.
    """

    def __init__(self, data, penalties, coef=None):
        self.data, self.every = data, np.arange(data.n_features)
        self.rows = np.zeros((data.n_columns, data.n_features))
        if coef is not None:
            self.rows[:] = data.from_user(self.every, coef).T
        unique = {id(each): each for each in penalties}
        units = data.x_exponent, data.y_exponent
        scaled = {key: each.in_units(*units) for key, each in unique.items()}
        self._penalties = [scaled[id(each)] for each in penalties]
        places = {key: place for place, key in enumerate(scaled)}
        self._place = np.array([places[id(each)] for each in penalties])
        own = [each.thresholds(data.n_features) for each in scaled.values()]
        self._thresholds, self._positive = np.array(own), penalties[0].positive
        if self._positive:
            np.maximum(self.rows, 0.0, out=self.rows)
        self.n_iter = np.zeros(data.n_columns, dtype=int)
        self.met = np.zeros(data.n_columns, dtype=bool)
        self.gap, self.target, self.objective = np.zeros((3, data.n_columns))

    def solve(self, tol, max_iter):
        """Sweep over all columns, and compute their certificates."""
        shapes = [target.shape for target in self.data.targets]
        start = 0
        for shape, run in groupby(shapes):
            stop = start + len(list(run))
            step = max(1, CHUNK // (shape[1] * len(self.every)))
            for first in range(start, stop, step):
                self._solve_alike(first, min(first + step, stop), tol, max_iter)
            start = stop

    def _solve_alike(self, start, stop, tol, max_iter):
        """Solve the columns of some designs of the same shape."""
        data = self.data
        own = slice(int(data.column_ptr[start]), int(data.column_ptr[stop]))
        designs = data.designs[start:stop]
        targets = np.stack(data.targets[start:stop])  # (n_designs, n_responses, n)
        columns = np.empty((len(designs), len(self.every), targets.shape[2]))
        for design, out in zip(designs, columns, strict=True):
            design.pack(self.every, out)
        turned = columns.transpose(0, 2, 1)
        rows = self.rows[own].reshape(len(designs), -1, len(self.every))
        residuals = targets - rows @ columns if rows.any() else targets
        square, null = squares(residuals), 0.5 * squares(targets)
        self.n_iter[own] = sweep_columns(
            columns @ turned,
            np.repeat(np.arange(len(designs), dtype=np.int32), targets.shape[1]),
            self._penalties[own],
            (residuals @ turned).reshape(-1, len(self.every)),
            self.rows[own][:, :, None],
            square.ravel(),
            (ALL_IN * max(tol, ROUNDING) * null).ravel(),
            min(SWEEPS, max_iter),
        )
        residuals = targets - rows @ columns
        inner = np.einsum("dqn,dqn->dq", targets, residuals).ravel()
        norms = (residuals @ turned).reshape(-1, len(self.every))
        point = squares(residuals).ravel(), inner, norms
        self._certify(own, point, null.ravel(), tol)
        self.met[own] &= balanced(designs, residuals, null).ravel()

    def _certify(self, own, point, null, tol):
        """Compute the gaps of some columns from their residuals' sums."""
        square, inner, norms = point
        thresholds = self._thresholds[self._place[own]]
        rows = self.rows[own]
        if not self._positive:
            norms = np.abs(norms)
        with np.errstate(invalid="ignore"):  # 0 times the threshold of what is excluded
            costs = np.where(rows == 0.0, 0.0, thresholds * np.abs(rows))
        primal = 0.5 * square + costs.sum(axis=1)
        given = zip(square, inner, norms, thresholds, strict=True)
        gap = primal - np.array([best_scaling(*each, 0.0)[1] for each in given])
        met = gap <= np.maximum(tol, ROUNDING) * null
        self.met[own] = met & np.all(thresholds > 0.0, axis=1)
        self.gap[own], self.target[own] = np.maximum(gap, 0.0), tol * null
        self.objective[own] = primal


def squares(rows):
    """Return the squared norms along the last of three axes."""
    return np.einsum("dqn,dqn->dq", rows, rows)


def balanced(designs, residuals, null):
    """Return whether residuals are orthogonal to the intercepts, up to rounding."""
    if not designs[0].centers:
        return np.ones(null.shape, dtype=bool)
    weights = np.stack([design.sqrt_weight for design in designs])
    total = np.array([design.total_weight for design in designs])
    along = np.einsum("dqn,dn->dq", residuals, weights)
    return along**2 <= 2.0 * BALANCED**2 * total[:, None] * null
