"""Transport plans between features that hold mass: as matrices, or by the kernel."""

from typing import NamedTuple

import numpy as np

FITS = 600.0  # an exponent whose exponential neither over- nor underflows


class MatrixPlan:
    """A plan of few rows, as a matrix of shape (n_rows, n_columns)."""

    def __init__(self, matrix):
        self.matrix = matrix

    def send(self, V):
        """Return ``V @ plan``."""
        return V @ self.matrix

    def bring(self, w):
        """Return ``plan @ w``."""
        return self.matrix @ w


class KernelPlan:
    """A plan ``diag(exp(log_left)) K diag(exp(log_right))`` that is never formed.

    Parameters
    ----------
    kernel : Kernel
    rows, columns : ndarray of int
        The features that it is between.
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
    """Whether a plan can be applied by its kernel without over- or underflow.

    Parameters
    ----------
    log_left : ndarray of shape (n_rows,)
    log_right : ndarray of shape (n_columns,)
    log_mass : ndarray of shape (n_rows,)
        Of the sums of the rows.
    log_received : ndarray of shape (n_columns,)
        Of the sums of the columns.
    """
    if not len(log_left) or not len(log_right):
        return False
    # The kernel's own products, in units of the largest that goes in.
    out = log_received - log_right - log_left.max()
    back = log_mass - log_left - log_right.max()
    return min(out.min(), back.min()) > -FITS


# Of the largest masses. What holds less hardly bends the dual, but what is about to
# hold more must be seen coming.
LEFT, RIGHT = 1e-8, 1e-6
LEAST = 1e-18  # of the largest mass: an entry of a plan that counts
MANY = 1.0  # entries of a plan for each multiplication by which a kernel acts as one


class Active(NamedTuple):
    """One sign's plans, between the features that hold mass.

    ``rows`` holds the features of every column of coefficients, ``scales`` the sign
    over the ratio there, ``left`` the masses there; ``columns`` holds the features of
    the barycentre, ``barycentre`` its masses there; ``plans`` are between them, and
    ``right`` holds the sums of their columns. ``log_sums``
    and ``received``, the right marginals, are with all that the other features send.
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
    """Return what counts of every sign of a completed dual point."""
    largest = max(float(half.left.max()) for half in point.halves)
    rows = [
        [np.flatnonzero(masses > LEFT * largest) for masses in half.left.T]
        for half in point.halves
    ]
    # Between few features the plans are needed as matrices.
    n_rows = sum(len(own) for of_sign in rows for own in of_sign)
    formed = n_rows < problem.data.n_samples
    return [
        _active_of(problem, half, own, LEAST * largest, formed)
        for half, own in zip(point.halves, rows, strict=True)
    ]


def _active_of(problem, half, rows, least, formed):
    """Return what counts of one sign."""
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
        # No mass at all from here: the plan's column is zero, and stays so.
        right.append(np.maximum(sums, 1e-300))
    return Active(
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
