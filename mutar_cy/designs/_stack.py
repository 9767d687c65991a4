"""Designs whose squares would overflow or vanish, brought into range."""

import math
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array

from mutar_cy.designs._dense import CONSTANT, DenseDesign
from mutar_cy.designs._sparse import SparseDesign

# Squared norms beyond these bounds say that squares overflow or underflow.
LARGEST, SMALLEST = 1e200, 1e-200


def in_range(design):
    """Tell whether the squared norms of a design can be trusted."""
    return SMALLEST < design.squares.max() < LARGEST


def rescale(parts):
    """Bring designs into the range where squares neither overflow nor vanish.

    Returns
    -------
    exponent : int
        The designs returned are the given ones times two to this power.
    parts : list of Part
    """
    largest = 0.0
    for part in parts:
        X: Any = check_array(
            part.X, accept_sparse="csc", input_name="X", dtype=[np.float64, np.float32]
        )
        entries = X if isinstance(X, np.ndarray) else X.data
        if entries.size:
            largest = max(largest, float(entries.max()), -float(entries.min()))
    if largest == 0.0 or np.sqrt(SMALLEST) < largest < np.sqrt(LARGEST):
        return 0, parts
    exponent = -int(np.frexp(largest)[1])
    return exponent, [part._replace(X=times_power(part.X, exponent)) for part in parts]


def times_power(X: Any, exponent: int) -> Any:
    """Return X times two to ``exponent``, in double."""
    if isinstance(X, np.ndarray):
        return np.ldexp(X.astype(np.float64), exponent)
    X = X.astype(np.float64)
    X.data = np.ldexp(X.data, exponent)
    return X


class Part(NamedTuple):
    """What one design explains.

    ``X`` is an ndarray (float32 or float64) or a sparse array of shape
    (n_samples, n_features), ``Y`` an ndarray of shape (n_samples, n_responses),
    ``sample_weight`` None or an ndarray of shape (n_samples,), ``task_weight`` a factor
    of the whole part, ``name`` what messages call it, and ``offset`` None or an ndarray
    of the shape of ``Y``, for generalised linear models.
    """

    X: Any
    Y: np.ndarray
    sample_weight: np.ndarray | None = None
    task_weight: float = 1.0
    name: Any = 0
    offset: np.ndarray | None = None


class Stack:
    """Designs and targets of all tasks, centred, weighted and scaled.

    In these units the data term is ``sum_d |Y_d - X_d W_d|_F^2 / 2``: weights,
    intercepts, normalisation and the units of the data have been absorbed. The
    scaling is by powers of two and costs no digit.

    Attributes
    ----------
    designs : list of DenseDesign or SparseDesign
    targets : list of ndarray, design ``d``'s of shape (n_columns_d, n_samples_d)
    sample_ptr : ndarray of int64, shape (n_designs + 1,)
    column_ptr : ndarray of int32, shape (n_designs + 1,)
    y_mean : ndarray of shape (n_columns,), user's units
    x_exponent, y_exponent : int
        Designs and targets are the user's times two to these powers.
    """

    def __init__(self, designs, targets, y_mean, x_exponent, y_exponent):
        self.designs, self.targets, self.y_mean = designs, targets, y_mean
        self.x_exponent, self.y_exponent = x_exponent, y_exponent
        samples = accumulate((t.shape[1] for t in targets), initial=0)
        columns = accumulate((t.shape[0] for t in targets), initial=0)
        self.sample_ptr = np.array(list(samples), dtype=np.int64)
        self.column_ptr = np.array(list(columns), dtype=np.int32)
        self.n_features = designs[0].n_features
        self.n_columns = int(self.column_ptr[-1])

    @property
    def null_objective(self):
        """The data term at zero coefficients, user's units."""
        return np.ldexp(self.scaled_null_objective, -2 * self.y_exponent)

    @property
    def scaled_null_objective(self):
        """The data term at zero coefficients, in the units of the stack."""
        return 0.5 * sum(float(np.vdot(t, t)) for t in self.targets)

    @property
    def squares(self):
        """Squared column norms, of shape (n_designs, n_features)."""
        if len(self.designs) == 1:
            return self.designs[0].squares[None, :]
        return np.stack([design.squares for design in self.designs])

    @property
    def is_narrow(self):
        """Whether some design is stored in single precision."""
        return any(design.X.dtype == np.float32 for design in self.designs)

    def correlate(self, residuals, exact=True):
        """Return ``X_d' residual_d`` for all columns, (n_columns, n_features)."""
        if len(self.designs) == 1:
            return self.designs[0].correlate(residuals[0], exact)
        out = np.empty((self.n_columns, self.n_features))
        for d, design in enumerate(self.designs):
            own = slice(self.column_ptr[d], self.column_ptr[d + 1])
            out[own] = design.correlate(residuals[d], exact)
        return out

    def column(self, c):
        """Return the stack of column ``c`` alone; designs are shared, not copied."""
        d = int(np.searchsorted(self.column_ptr, c, side="right")) - 1
        target = self.targets[d][c - self.column_ptr[d]][None, :]
        return Stack(
            [self.designs[d]],
            [target],
            self.y_mean[c : c + 1],
            self.x_exponent,
            self.y_exponent,
        )

    def spread(self, values):
        """Repeat one row per design into one row per column."""
        return np.repeat(np.stack(values), np.diff(self.column_ptr), axis=0)

    def to_user(self, features, coef):
        """Return coefficients of shape (m, n_columns) of ``features`` in user's units.

        Returns
        -------
        coef : ndarray of shape (m, n_columns)
        intercept : ndarray of shape (n_columns,)
        """
        coef = np.ldexp(coef, self.x_exponent - self.y_exponent)
        if self.designs[0].scale is not None:
            coef *= self.spread([d.scale[features] for d in self.designs]).T
        if not self.designs[0].centers:
            return coef, self.y_mean
        means = self.spread([d.mean[features] for d in self.designs])
        means = np.ldexp(means, -self.x_exponent)
        return coef, self.y_mean - np.einsum("cm,mc->c", means, coef)

    def from_user(self, features, coef):
        """Return user's coefficients of ``features`` in the units of the stack."""
        coef = np.ldexp(coef, self.y_exponent - self.x_exponent)
        if self.designs[0].scale is not None:
            coef /= self.spread([d.scale[features] for d in self.designs]).T
        return coef


def make_stack(parts, fit_intercept=True, normalize=False):
    """Center, weigh and scale the parts of a problem.

    Parameters
    ----------
    parts : list of Part
    fit_intercept : bool, default=True
        Whether every column has an intercept.
    normalize : bool, default=False
        Whether to divide every column of a design by its l2 norm about the mean.
        Only with ``fit_intercept``.

    Returns
    -------
    Stack

    Raises
    ------
    ValueError
        If X has an entry that is not finite.
    """
    weights = [sample_weights(part) for part in parts]
    normalize = normalize and fit_intercept
    designs, x_exponent = designs_in_range(parts, weights, fit_intercept, normalize)
    # Targets are brought near one at once, so that no square of theirs is lost.
    y_exponent = unit_of_targets(parts)
    whitened = [
        whiten(np.ldexp(part.Y, y_exponent, dtype=np.float64), weight, fit_intercept)
        for part, weight in zip(parts, weights, strict=True)
    ]
    targets = [rows for rows, _ in whitened]
    y_mean = np.ldexp(np.concatenate([mean for _, mean in whitened]), -y_exponent)
    return Stack(designs, targets, y_mean, x_exponent, y_exponent)


def designs_in_range(parts, weights, center, normalize=False):
    """Return one design per part, and the power of two that they are times."""
    designs = make_designs(parts, weights, center, normalize)
    if all(in_range(design) for design in designs):
        return designs, 0
    exponent, parts = rescale(parts)
    if exponent:
        designs = make_designs(parts, weights, center, normalize)
    return designs, exponent


def unit_of_targets(parts):
    """Return the power of two that targets times two to it are near one."""
    return -math.frexp(max(largest_target(part) for part in parts))[1]


def largest_target(part):
    """Return the largest absolute target with a weight."""
    Y = part.Y if part.sample_weight is None else part.Y[part.sample_weight > 0.0]
    return max(float(Y.max()), -float(Y.min()))


def whiten(Y, weight, center):
    """Return targets as rows, centred and times the roots of the weights, and means."""
    rows = Y.T
    mean, total = np.zeros(len(rows)), weight.sum()
    if center:
        # With equal weights NumPy's own mean: what others compute, to the last digit.
        equal = np.all(weight == weight[0])
        mean = rows.mean(axis=1) if equal else (rows @ weight) / total
        rows = rows - mean[:, None]
    rows = rows * np.sqrt(weight)
    if center:
        # A target without spread: what is left of it is rounding.
        squares = np.einsum("cn,cn->c", rows, rows)
        rows[squares <= (CONSTANT * mean) ** 2 * total] = 0.0
    return rows, mean


def sample_weights(part):
    """Return the weights of a part's samples in the data term."""
    n_samples = part.X.shape[0]
    if part.sample_weight is None:
        return np.full(n_samples, part.task_weight / n_samples)
    weight = np.asarray(part.sample_weight, dtype=np.float64)
    return weight * (part.task_weight / weight.sum())


def make_designs(parts, weights, center, normalize):
    """Return one design per part."""
    designs = []
    for part, weight in zip(parts, weights, strict=True):
        make = SparseDesign if issparse(part.X) else DenseDesign
        X = part.X if issparse(part.X) else with_unit_stride(part.X)
        designs.append(make(X, weight, center, normalize))
    return designs


def with_unit_stride(X):
    """Return X, copied only if neither its rows nor its columns are contiguous."""
    size = X.dtype.itemsize
    steps = [abs(s) for s, n in zip(X.strides, X.shape, strict=True) if n > 1]
    positive = all(s > 0 and s % size == 0 for s in X.strides)
    if X.dtype.isnative and positive and (not steps or min(steps) == size):
        return X
    return np.ascontiguousarray(X, dtype=X.dtype.newbyteorder("="))
