"""The protocol of designs: all members that solvers ask for."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

# Columns whose spread is at the rounding level of their mean count as constant.
CONSTANT = 8 * np.finfo(np.float64).eps


class Design(ABC):
    """The matrix ``diag(sqrt_weight) (X - 1 mean') diag(scale)``, which is not formed.

    The solvers for squared errors, generalised linear models and transport penalties
    use a design through these members only. A new kind of storage derives from this
    class; a design without X (as that of a quadratic model) needs the attributes and
    those methods that its solver calls, `pack` at least.

    Attributes
    ----------
    X : ndarray or sparse array of shape (n_samples, n_features)
        Its dtype tells whether products may be in float32.
    n_samples, n_features : int
    weight : ndarray of shape (n_samples,)
        Non-negative weights of the samples in the data term.
    sqrt_weight : ndarray of shape (n_samples,)
        Their square roots: the intercept's column of the matrix.
    total_weight : float
        Sum of the weights; 0 without centring.
    centers : bool
        Whether means are subtracted: whether columns of coefficients have intercepts.
    mean : ndarray of shape (n_features,)
        Weighted means of the columns of X; 0 without centring.
    scale : ndarray of shape (n_features,), or None if all are 1
        Factors of the columns.
    squares : ndarray of shape (n_features,)
        Squared norms of the columns of the matrix, exactly 0 for a column without
        spread; not finite where X is not, or where squares overflow.
    packs_cheaply : bool
        Whether `pack` costs no more than the entries that it writes.
    """

    X: Any
    n_samples: int
    n_features: int
    weight: np.ndarray
    sqrt_weight: np.ndarray
    total_weight: float
    centers: bool
    mean: np.ndarray
    scale: Any
    squares: np.ndarray
    packs_cheaply: bool

    @abstractmethod
    def correlate(self, residual, exact=True):
        """Return ``residual @ matrix``, of shape (q, n_features).

        Parameters
        ----------
        residual : ndarray of shape (q, n_samples)
        exact : bool, default=True
            Whether products with a float32 design are in double.
        """

    @abstractmethod
    def pack(self, features, out):
        """Write the columns ``features`` of the matrix as the rows of ``out``.

        Parameters
        ----------
        features : ndarray of int64, shape (m,)
        out : ndarray of shape (m, n_samples), with contiguous rows
        """

    @abstractmethod
    def gram(self, rows, columns):
        """Return the inner products of the columns ``rows`` with ``columns``.

        Parameters
        ----------
        rows : ndarray of int64, shape (m,)
        columns : ndarray of int64, shape (k,)

        Returns
        -------
        gram : ndarray of shape (m, k)
        """

    def products(self, rows):
        """Return the products of all columns with each other and with some rows.

        Parameters
        ----------
        rows : ndarray of shape (q, n_samples)

        Returns
        -------
        gram : ndarray of shape (n_features, n_features)
        products : ndarray of shape (q, n_features)
        """
        every = np.arange(self.n_features)
        return self.gram(every, every), self.correlate(rows)

    @abstractmethod
    def apply(self, features, coef):
        """Return ``(matrix[:, features] @ coef).T``, of shape (q, n_samples).

        Parameters
        ----------
        features : ndarray of int64, shape (m,)
        coef : ndarray of shape (m, q)
        """


def packed(design, features):
    """Return columns of the matrix of a design as the rows of a new array."""
    out = np.empty((len(features), design.n_samples))
    design.pack(features, out)
    return out


def column_scale(squares, weight, normalize):
    r"""Return the inverse size of every column about its mean; 1 where it is 0.

    Parameters
    ----------
    squares : ndarray of shape (n_features,)
        Squared norms of the columns about their means, times the root of the weights.
    weight : ndarray of shape (n_samples,)
    normalize : {True, "std"}
        True: the size is the l2 norm :math:`\sqrt{n_+ / S \sum_i s_i (x_i - m)^2}` with
        weights :math:`s_i` of sum :math:`S`, of which :math:`n_+` are not 0. "std": it
        is the standard deviation, without :math:`n_+`.
    """
    n_rows = 1 if normalize == "std" else np.count_nonzero(weight)
    norms = np.sqrt(squares * (n_rows / weight.sum()))
    return 1.0 / np.where(norms > 0.0, norms, 1.0)
