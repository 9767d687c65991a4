"""A shared and a specific part: blocks that are kept as one, and single entries."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, fabs, ldexp, sqrt

from mutar_cy.penalties._split cimport cap, multiplier
from mutar_cy.penalties._weighted cimport Weighted, dual_norm, factor

from mutar_cy.penalties._local import Local

cdef double ROOT_ACCURACY = 1e-12   # of a step
cdef int ROOT_STEPS = 60            # a bound: three to six are met


@cython.final
cdef class Dirty(Weighted):
    r"""The cheapest split ``W = P + Q`` by ``alpha |P_b| + beta |Q_b|_1``, summed.

    The norm of ``P_b`` is Frobenius', that of ``Q_b`` the sum of absolute entries, and
    both strengths are times ``weights_b``. A gradient is feasible if its norm is at
    most ``alpha`` and every entry at most ``beta``.

    The cheapest split clips: ``P_b`` is ``W_b`` with every entry cut off at some
    height, the cap, and ``Q_b`` is what exceeds it.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the shared part.
    beta : float, default=0.75
        Strength of the specific part. From ``alpha`` on that part is zero; up to
        ``alpha`` over the root of the size of a block the shared part is.
    weights : array-like of shape (n_blocks,), default=None
        Non-negative factors of both, 1 if None. Zero leaves a block unpenalised; an
        infinite weight is for the solver, which drops the block.
    positive : bool, default=False
        Whether negative coefficients cost infinity.

    References
    ----------
    A. Jalali, P. Ravikumar, S. Sanghavi, C. Ruan (2010), A dirty model for multi-task
    learning, NIPS 23. There the shared part has the largest entry of a row as its norm.
    """

    cdef readonly double beta

    def __init__(self, double alpha=1.0, double beta=0.75, weights=None,
                 bint positive=False):
        super().__init__(alpha, weights, 0.0, positive)
        if not alpha > 0.0 or not beta > 0.0:
            raise ValueError(f"alpha and beta must be positive, got {alpha}, {beta}")
        self.beta = beta

    def _parameters(self):
        return {"alpha": self.alpha, "beta": self.beta, "weights": self.weights,
                "positive": self.positive}

    def in_units(self, int x_exponent, int y_exponent):
        """Return the penalty for designs and targets times two to these powers."""
        return self.replaced(
            alpha=ldexp(self.alpha, x_exponent + y_exponent),
            beta=ldexp(self.beta, x_exponent + y_exponent),
        )

    def unit(self):
        """Return the penalty whose shared part has strength 1, in the same ratio."""
        return self.replaced(alpha=1.0, beta=self.beta / self.alpha)

    @property
    def bends_apart(self):
        """Whether the bend of one row differs from column to column."""
        return True

    @property
    def peak(self):
        """Factor by which the largest entry of a gradient counts as its norm."""
        return self.alpha / self.beta

    def caps(self, const double[::1] w not None, const int[::1] block_ptr not None):
        """Return where entries are cut off to give the shared part, one per block."""
        cdef double[::1] out = np.empty(block_ptr.shape[0] - 1)
        cdef Py_ssize_t b
        cdef int size
        for b in range(block_ptr.shape[0] - 1):
            size = block_ptr[b + 1] - block_ptr[b]
            out[b] = self.block_cap(&w[0] + block_ptr[b], size)
        return np.asarray(out)

    def local(self, coef, owner, firsts):
        """Return the second-order model of the penalty at ``coef``, as `L21` does.

        What is not above its cap has a norm of its own, as in the group lasso; beyond
        the cap the penalty is linear.
        """
        n_rows, n_columns = coef.shape
        ptr = np.append(firsts, n_rows) * n_columns
        caps = self.caps(coef.ravel(), ptr.astype(np.int32))
        beta = self.beta * self.thresholds(len(firsts)) / self.alpha
        sizes, split = np.abs(coef), caps[owner, None]
        below = sizes <= split
        within = np.where(below, coef, 0.0)
        norms = np.sqrt(np.add.reduceat(np.einsum("rc,rc->r", within, within), firsts))
        pull = beta / np.where(caps > 0.0, caps, np.inf)
        slope = pull[owner, None] * within
        slope = np.where(below, slope, beta[owner, None] * np.sign(coef))
        bend = np.where(below, pull[owner, None], 0.0)
        bend[below & (split == 0.0)] = np.inf
        if self.positive:
            bend[coef <= 0.0] = np.inf
        units = within / np.where(norms > 0.0, norms, 1.0)[owner, None]
        return Local(slope, bend, units, pull, norms)

    cdef inline double block_cap(self, const double* w, int size) noexcept nogil:
        if self.alpha >= sqrt(<double> size) * self.beta:
            return 0.0
        return cap(w, size, self.alpha / self.beta)

    cdef double block_value(
        self, Py_ssize_t b, const double* w, int size
    ) noexcept nogil:
        cdef double t = self.block_cap(w, size), square = 0.0, beyond = 0.0, size_k
        cdef int k
        for k in range(size):
            if self.positive and w[k] < 0.0:
                return INFINITY
            size_k = fabs(w[k])
            if size_k > t:
                beyond += size_k - t
                size_k = t
            square += size_k * size_k
        return factor(self, b) * (self.alpha * sqrt(square) + self.beta * beyond)

    cdef double block_gauge(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        cdef double norm = dual_norm(self, grad, size) / self.alpha, peak = 0.0
        cdef int k
        for k in range(size):
            if self.positive and grad[k] > 0.0:
                continue
            if fabs(grad[k]) > peak:
                peak = fabs(grad[k])
        peak /= self.beta
        norm = peak if peak > norm else norm
        return norm / factor(self, b) if norm > 0.0 else 0.0

    cdef double block_conjugate(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        return INFINITY if self.block_gauge(b, grad, size) > 1.0 else 0.0

    cdef void block_prox(
        self, Py_ssize_t b, double* w, const double* curvature, int size, bint uniform
    ) noexcept nogil:
        # With the pull g = curvature * w / (1 + m * curvature), cut off at beta, and
        # the smallest m >= 0 that makes its norm at most alpha, the minimiser is
        # w - g / curvature, of which m * g is the shared part.
        cdef:
            double alpha = self.alpha * factor(self, b)
            double beta = self.beta * factor(self, b)
            double m, c = curvature[0]
            int k
        if self.positive:
            for k in range(size):
                if w[k] < 0.0:
                    w[k] = 0.0
        if alpha == 0.0:
            return
        m = 0.0
        if self.alpha < sqrt(<double> size) * self.beta:
            m = multiplier(w, curvature, size, uniform, alpha, beta)
        for k in range(size):
            if not uniform:
                c = curvature[k]
            if c * fabs(w[k]) > beta * (1.0 + m * c):
                w[k] -= beta / c if w[k] > 0.0 else -beta / c
            else:
                w[k] *= m * c / (1.0 + m * c)
