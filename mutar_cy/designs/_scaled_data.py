"""The data of all tasks, in the scaled units of the solvers."""

import math
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array

from mutar_cy._lib import share_out
from mutar_cy.designs._dense import DenseDesign
from mutar_cy.designs._design import CONSTANT
from mutar_cy.designs._products import product_cost
from mutar_cy.designs._sparse import SparseDesign

# Squared column norms outside these bounds: squares of entries may over- or underflow.
LARGEST, SMALLEST = 1e200, 1e-200


def in_range(design):
    """Return whether the squares of a design neither over- nor underflow."""
    return SMALLEST < design.squares.max() < LARGEST


def check_finite(X) -> Any:
    """Return a design in a format of this package, or raise if it is not finite."""
    try:
        return check_array(
            X, accept_sparse="csc", input_name="X", dtype=[np.float64, np.float32]
        )
    except ValueError as error:
        if str(error) != "Input X contains NaN.":
            raise
        raise ValueError(
            "Input X contains NaN. Fill in such entries first, for instance with "
            "sklearn.impute.SimpleImputer, or drop their samples with "
            "mutar_cy.preprocessing.drop_incomplete."
        ) from error


def rescale(tasks):
    """Scale designs to a range in which squares neither over- nor underflow.

    Returns
    -------
    exponent : int
        The returned designs are the given ones times two to this power.
    tasks : list of DesignTargets
    """
    largest = 0.0
    for task in tasks:
        X = check_finite(task.X)
        entries = X if isinstance(X, np.ndarray) else X.data
        if entries.size:
            largest = max(largest, float(entries.max()), -float(entries.min()))
    if largest == 0.0 or np.sqrt(SMALLEST) < largest < np.sqrt(LARGEST):
        return 0, tasks
    exponent = -int(np.frexp(largest)[1])
    return exponent, [task._replace(X=times_power(task.X, exponent)) for task in tasks]


def times_power(X: Any, exponent: int) -> Any:
    """Return X times two to ``exponent``, in double."""
    if isinstance(X, np.ndarray):
        return np.ldexp(X.astype(np.float64), exponent)
    X = X.astype(np.float64)
    X.data = np.ldexp(X.data, exponent)
    return X


class DesignTargets(NamedTuple):
    """One design, its targets and their weights.

    ``X`` is an ndarray (float32 or float64) or a sparse array of shape
    (n_samples, n_features), ``Y`` an ndarray of shape (n_samples, n_responses),
    ``sample_weight`` None or an ndarray of shape (n_samples,), ``task_weight`` a factor
    of the data term of this design, ``name`` its name in messages, and ``offset`` None
    or an ndarray of the shape of ``Y``, for generalised linear models.
    """

    X: Any
    Y: np.ndarray
    sample_weight: np.ndarray | None = None
    task_weight: float = 1.0
    name: Any = 0
    offset: np.ndarray | None = None


class ScaledData:
    """Designs and targets of all tasks, centred, weighted and scaled.

    In these units the data term is ``sum_d |Y_d - X_d W_d|_F^2 / 2``: designs and
    targets contain weights, intercepts, normalisation and units. The units are powers
    of two, so that scaling is exact.

    Attributes
    ----------
    designs : list of Design
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
        """The data term at zero coefficients, in the user's units."""
        return np.ldexp(self.scaled_null_objective, -2 * self.y_exponent)

    @property
    def scaled_null_objective(self):
        """The data term at zero coefficients, in scaled units."""
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

        def correlate(d):
            own = slice(self.column_ptr[d], self.column_ptr[d + 1])
            out[own] = self.designs[d].correlate(residuals[d], exact)

        n_entries = float(self.sample_ptr[-1]) * self.n_features
        cost = product_cost(self.n_columns / len(self.designs), n_entries)
        share_out(correlate, range(len(self.designs)), cost)
        return out

    def imbalance(self, residuals):
        """Return a bound of the norm of residuals along the intercepts' columns.

        It is zero, up to rounding, for every residual of centred designs and targets.
        Only then a residual is dual feasible where the user's problem has intercepts.

        Parameters
        ----------
        residuals : list of ndarray, design ``d``'s of shape (n_columns_d, n_samples_d)
        """
        if not self.designs[0].centers:
            return 0.0
        # An upper bound, by the smallest norm of an intercept's column: every fit calls
        # this, and fits may take less than a millisecond.
        pairs = zip(self.designs, residuals, strict=True)
        sums = np.concatenate([rows.dot(d.sqrt_weight) for d, rows in pairs])
        return math.sqrt(sums.dot(sums) / min(d.total_weight for d in self.designs))

    def balanced(self, residuals):
        """Return residuals without their part along the intercepts' columns."""
        if not self.designs[0].centers:
            return residuals
        return [
            rows
            - (rows @ design.sqrt_weight / design.total_weight)[:, None]
            * design.sqrt_weight
            for design, rows in zip(self.designs, residuals, strict=True)
        ]

    def intercept_products(self, residuals):
        """Return the products of the intercepts' columns with residuals and designs.

        Returns
        -------
        of_residuals : ndarray of shape (n_columns,)
        of_designs : ndarray of shape (n_columns, n_features)
            Both with the intercepts' columns scaled to norm 1. None in place of the
            pair if there are no intercepts.
        """
        if not self.designs[0].centers:
            return None
        units = [d.sqrt_weight / math.sqrt(d.total_weight) for d in self.designs]
        pairs = zip(residuals, units, strict=True)
        of_residuals = np.concatenate([rows @ unit for rows, unit in pairs])
        pairs = zip(self.designs, units, strict=True)
        of_designs = [design.correlate(unit[None, :])[0] for design, unit in pairs]
        return of_residuals, self.spread(of_designs)

    def column(self, c):
        """Return the data of column ``c`` alone; designs are shared, not copied."""
        d = int(np.searchsorted(self.column_ptr, c, side="right")) - 1
        target = self.targets[d][c - self.column_ptr[d]][None, :]
        return ScaledData(
            [self.designs[d]],
            [target],
            self.y_mean[c : c + 1],
            self.x_exponent,
            self.y_exponent,
        )

    def spread(self, values):
        """Return one row per column from one row per design; it may be a view."""
        if len(values) == 1 and np.ndim(values[0]) == 1:
            return np.broadcast_to(values[0], (self.n_columns, len(values[0])))
        return np.repeat(np.stack(values), np.diff(self.column_ptr), axis=0)

    def to_user(self, features, coef):
        """Return coefficients of ``features`` in the user's units.

        Parameters
        ----------
        features : ndarray of int, shape (m,)
        coef : ndarray of shape (..., m, n_columns)

        Returns
        -------
        coef : ndarray of shape (..., m, n_columns)
        intercept : ndarray of shape (..., n_columns)
        """
        coef = np.ldexp(coef, self.x_exponent - self.y_exponent)
        if self.designs[0].scale is not None:
            coef *= self.spread([d.scale[features] for d in self.designs]).T
        if not self.designs[0].centers:
            shape = *coef.shape[:-2], self.n_columns
            return coef, np.broadcast_to(self.y_mean, shape)
        means = self.spread([d.mean[features] for d in self.designs])
        means = np.ldexp(means, -self.x_exponent)
        return coef, self.y_mean - np.einsum("cm,...mc->...c", means, coef)

    def from_user(self, features, coef):
        """Return the user's coefficients of ``features`` in scaled units."""
        coef = np.ldexp(coef, self.y_exponent - self.x_exponent)
        if self.designs[0].scale is not None:
            coef /= self.spread([d.scale[features] for d in self.designs]).T
        return coef


def make_scaled_data(tasks, fit_intercept=True, normalize=False):
    """Center, weigh and scale the data of all tasks.

    Parameters
    ----------
    tasks : list of DesignTargets
    fit_intercept : bool, default=True
        Whether every column has an intercept.
    normalize : {False, True, "std"}, default=False
        Whether to divide every column of a design by its l2 norm about the mean, or by
        its standard deviation. Only with ``fit_intercept``.

    Returns
    -------
    ScaledData

    Raises
    ------
    ValueError
        If X has an entry that is not finite.
    """
    weights = [sample_weights(task) for task in tasks]
    normalize = normalize if fit_intercept else False
    designs, x_exponent = designs_in_range(tasks, weights, fit_intercept, normalize)
    # Targets are scaled to about one first, so that their squares do not underflow.
    y_exponent = unit_of_targets(tasks)
    whitened = [
        whiten(np.ldexp(task.Y, y_exponent, dtype=np.float64), weight, fit_intercept)
        for task, weight in zip(tasks, weights, strict=True)
    ]
    targets = [rows for rows, _ in whitened]
    y_mean = np.ldexp(np.concatenate([mean for _, mean in whitened]), -y_exponent)
    return ScaledData(designs, targets, y_mean, x_exponent, y_exponent)


def designs_in_range(tasks, weights, center, normalize=False):
    """Return one design per task, and the exponent of their power of two."""
    designs = make_designs(tasks, weights, center, normalize)
    if all(in_range(design) for design in designs):
        return designs, 0
    exponent, tasks = rescale(tasks)
    if exponent:
        designs = make_designs(tasks, weights, center, normalize)
    return designs, exponent


def unit_of_targets(tasks):
    """Return the exponent of the power of two that scales targets to about one."""
    return -math.frexp(max(largest_target(task) for task in tasks))[1]


def largest_target(task):
    """Return the largest absolute target that has a weight."""
    Y = task.Y if task.sample_weight is None else task.Y[task.sample_weight > 0.0]
    return max(float(Y.max()), -float(Y.min()))


def whiten(Y, weight, center):
    """Return targets as rows, centred and times ``sqrt_weight``, and their means."""
    rows = Y.T
    mean, total = np.zeros(len(rows)), weight.sum()
    if center:
        # With equal weights, NumPy's mean: it agrees with other packages to the bit.
        equal = np.all(weight == weight[0])
        mean = rows.mean(axis=1) if equal else (rows @ weight) / total
        rows = rows - mean[:, None]
    rows = rows * np.sqrt(weight)
    if center:
        # In a target without spread only rounding is left.
        squares = np.einsum("cn,cn->c", rows, rows)
        rows[squares <= (CONSTANT * mean) ** 2 * total] = 0.0
    return rows, mean


def sample_weights(task):
    """Return the weights of a task's samples in the data term."""
    n_samples = task.X.shape[0]
    if task.sample_weight is None:
        return np.full(n_samples, task.task_weight / n_samples)
    weight = np.asarray(task.sample_weight, dtype=np.float64)
    return weight * (task.task_weight / weight.sum())


def make_designs(tasks, weights, center, normalize):
    """Return one design per task."""
    designs = []
    for task, weight in zip(tasks, weights, strict=True):
        make = SparseDesign if issparse(task.X) else DenseDesign
        X = task.X if issparse(task.X) else with_unit_stride(task.X)
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
