"""What every kernel answers, and the product of logarithms that most of them share."""

from abc import ABC, abstractmethod

import numpy as np

from mutar_cy.ot._checks import check_positive
from mutar_cy.ot._plans import to_plan

# A sum of terms at most 1 that ends above this has lost nothing that counts: what
# underflows on the way is below 1e-307 a term.
SAFE = 1e-290


class Kernel(ABC):
    """``K = exp(-M / epsilon)`` for a symmetric cost ``M``, ready to be applied.

    Every kernel is symmetric, so that its transpose needs no methods. Made by
    :func:`~mutar_cy.ot.make_kernel`, which chooses the subclass.

    Parameters
    ----------
    epsilon : float
        Strength of the entropy, in units of the cost.

    Attributes
    ----------
    epsilon : float
        Strength of the entropy.
    n_features : int
        Number of rows and of columns.
    max_cost : float
        The largest finite cost.
    form : str
        "dense", "separable", "recursive" or "sparse".
    work : int
        Number of multiplications in a product with one vector.
    """

    form: str
    n_features: int
    max_cost: float
    work: int

    def __init__(self, epsilon):
        self.epsilon = epsilon

    def __repr__(self):
        return (
            f"<{self.form} kernel of {self.n_features} features, "
            f"epsilon={self.epsilon:g}, max_cost={self.max_cost:g}>"
        )

    def product(self, V):
        """Return ``K @ V``.

        Parameters
        ----------
        V : ndarray of shape (n_features, m)
            Of any sign.

        Returns
        -------
        product : ndarray of shape (n_features, m)
            To rounding, but for terms that underflow: those below 1e-290 times the
            largest entry of a column of ``V``.
        """
        return self._product(V)

    def log_block(self, rows, columns):
        """Return ``-M / epsilon`` at some rows and columns.

        Parameters
        ----------
        rows, columns : array-like of int
            Features.

        Returns
        -------
        block : ndarray of shape (len(rows), len(columns))
            Minus infinity where a move is forbidden.
        """
        return self._log_block(rows, columns)

    def at(self, epsilon):
        """Return the kernel of the same cost at another ``epsilon``.

        Parameters
        ----------
        epsilon : float
            Positive.

        Returns
        -------
        kernel : Kernel
            Shares the cost with this one.
        """
        return self._at(check_positive(epsilon, "epsilon"))

    @abstractmethod
    def _product(self, V):
        """As `product`."""

    @abstractmethod
    def _log_block(self, rows, columns):
        """As `log_block`."""

    @abstractmethod
    def _at(self, epsilon):
        """As `at`."""

    @abstractmethod
    def _log_entries(self, v, rows, columns):
        """Return ``log(K @ exp(v))`` at some entries, by sums of logarithms."""

    def plan(self, rows, columns, log_left, log_right, least=0.0):
        """Return ``diag(exp(log_left)) K diag(exp(log_right))`` at a block.

        Parameters
        ----------
        rows, columns : array-like of int
            Features.
        log_left : ndarray of shape (len(rows),)
            Logarithms of the factors of the rows.
        log_right : ndarray of shape (len(columns),)
            Logarithms of the factors of the columns.
        least : float, default=0.0
            Entries below it are set to zero.

        Returns
        -------
        plan : ndarray of shape (len(rows), len(columns))
            To rounding of the exponent, however large its parts are.
        """
        block = self.log_block(rows, columns)
        left, right = np.ascontiguousarray(log_left), np.ascontiguousarray(log_right)
        to_plan(block, left, right, least)
        return block

    def log_product(self, v):
        """Return ``log(K @ exp(v))``.

        Parameters
        ----------
        v : ndarray of shape (n_features, m)
            May hold minus infinity.

        Returns
        -------
        log_product : ndarray of shape (n_features, m)
            Finite wherever the true value is, and within 1e-12 of it plus four
            roundings of the largest exponent that takes part, at any epsilon.
        """
        top = v.max(axis=0)
        empty = np.isneginf(top)
        top[empty] = 0.0
        sums = self.product(np.exp(v - top))
        lost = sums < SAFE
        if not lost.any():
            np.log(sums, out=sums)
            sums += top
            return sums
        sums[lost] = 1.0
        np.log(sums, out=sums)
        sums += top
        sums[:, empty] = -np.inf
        lost[:, empty] = False
        rows, columns = np.divmod(np.flatnonzero(lost), v.shape[1])
        sums[lost] = self._log_entries(v, rows, columns)
        return sums
