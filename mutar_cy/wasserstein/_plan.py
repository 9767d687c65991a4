"""Transport plans between features that hold mass: as matrices, or by the kernel."""

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
