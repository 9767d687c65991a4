"""Transport plans between the features that hold mass, which curve the dual."""

from typing import NamedTuple

import numpy as np

# Largest absolute exponent whose exponential, summed, neither over- nor underflows.
FITS = 600.0
# Features with less than this share of the largest mass (of a column; of the
# barycentre) hardly curve the dual. The bounds are low, since masses grow by orders of
# magnitude in a step.
LEFT, RIGHT = 1e-8, 1e-6
# Smallest entry of a plan, as a share of the largest mass.
LEAST = 1e-18
# Entries of a plan per multiplication of a kernel product beyond which the kernel is
# applied in place of the matrix.
MANY = 1.0


class MatrixPlan:
    """A plan as a matrix of shape (n_rows, n_columns)."""

    def __init__(self, matrix):
        self.matrix = matrix

    def send(self, V):
        """Return ``V @ plan``."""
        return V @ self.matrix

    def bring(self, w):
        """Return ``plan @ w``."""
        return self.matrix @ w


class KernelPlan:
    """A plan ``diag(exp(log_left)) K diag(exp(log_right))``, applied by the kernel.

    Parameters
    ----------
    kernel : Kernel
    rows, columns : ndarray of int
        The features of its rows and columns.
    log_left : ndarray of shape (len(rows),)
    log_right : ndarray of shape (len(columns),)
    """

    matrix = None

    def __init__(self, kernel, rows, columns, log_left, log_right):
        self.kernel, self.rows, self.columns = kernel, rows, columns
        self.log_left, self.log_right = log_left, log_right

    def send(self, V):
        """Return ``V @ plan``."""
        return self._apply(
            V.T, (self.rows, self.log_left), (self.columns, self.log_right)
        ).T

    def bring(self, w):
        """Return ``plan @ w``."""
        column = w[:, None]
        return self._apply(
            column, (self.columns, self.log_right), (self.rows, self.log_left)
        )[:, 0]

    def _apply(self, V, source, end):
        (places, logs), (wanted, end_logs) = source, end
        top = logs.max()
        full = np.zeros((self.kernel.n_features, V.shape[1]))
        full[places] = np.exp(logs - top)[:, None] * V
        return self.kernel.product(full)[wanted] * np.exp(end_logs + top)[:, None]


def fits(log_left, log_right, log_mass, log_received):
    """Return whether the kernel can apply a plan without over- or underflow.

    Parameters
    ----------
    log_left : ndarray of shape (n_rows,)
    log_right : ndarray of shape (n_columns,)
    log_mass : ndarray of shape (n_rows,)
        Logarithms of the sums of rows.
    log_received : ndarray of shape (n_columns,)
        Logarithms of the sums of columns.
    """
    if not len(log_left) or not len(log_right):
        return False
    # The results of the kernel's products, relative to the largest argument.
    out = log_received - log_right - log_left.max()
    back = log_mass - log_left - log_right.max()
    return min(out.min(), back.min()) > -FITS


class ActivePlans(NamedTuple):
    """The plans of one sign of the coefficients, between the features that hold mass.

    Per column of coefficients, ``rows`` holds these features, ``scales`` the sign over
    the ratio, ``left`` the masses. ``columns`` holds the features of the barycentre,
    ``barycentre`` its masses. ``plans`` connect both, and ``right`` holds the sums of
    their columns. ``log_sums`` and ``received``, the right marginals, include the mass
    from all other features.
    """

    rows: list
    scales: list
    left: list
    columns: np.ndarray
    barycentre: np.ndarray
    plans: list
    right: list
    log_sums: np.ndarray
    received: np.ndarray

    @property
    def n_rows(self):
        """Number of rows over all columns of coefficients."""
        return sum(len(rows) for rows in self.rows)


def find_active(problem, point):
    """Return the active plans of every sign of a completed dual point."""
    largest = max(float(half.left.max()) for half in point.halves)
    rows = [
        [np.flatnonzero(masses > LEFT * largest) for masses in half.left.T]
        for half in point.halves
    ]
    # With few features, Newton's method needs plans as matrices.
    n_rows = sum(len(own) for of_sign in rows for own in of_sign)
    formed = n_rows < problem.data.n_samples
    return [
        _active_of(problem, half, own, LEAST * largest, formed)
        for half, own in zip(point.halves, rows, strict=True)
    ]


def _active_of(problem, half, rows, least, formed):
    """Return the active plans of one sign."""
    barycentre = np.exp(half.log_barycentre)
    columns = np.flatnonzero(barycentre > max(RIGHT * barycentre.max(), 1e-290))
    log_sums = half.log_sums[columns]
    log_received = half.log_right[columns] + log_sums
    received = np.exp(log_received)
    ratio, left, right = [], [], []
    plans: list[MatrixPlan | KernelPlan] = []
    for c, own in enumerate(rows):
        masses = half.left[own, c]
        sides = half.log_left[own, c] + problem.shift, half.log_right[columns, c]
        if (
            not formed
            and len(own) * len(columns) > MANY * problem.kernel.work
            and fits(*sides, np.log(masses), log_received[:, c])
        ):
            plans.append(KernelPlan(problem.kernel, own, columns, *sides))
            sums = received[:, c]
        else:
            matrix = problem.kernel.plan(own, columns, *sides, least)
            plans.append(MatrixPlan(matrix))
            sums = matrix.sum(axis=0)
        ratio.append(half.ratio[own, c])
        left.append(masses)
        # A column of the plan without mass stays zero.
        right.append(np.maximum(sums, 1e-300))
    return ActivePlans(
        rows,
        [half.sign / own for own in ratio],
        left,
        columns,
        barycentre[columns],
        plans,
        right,
        log_sums,
        received,
    )
