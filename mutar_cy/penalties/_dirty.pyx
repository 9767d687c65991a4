"""The dirty-model penalty: a block-sparse shared part plus a sparse specific part."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, fabs, ldexp, sqrt
from libc.stdlib cimport free, malloc

from mutar_cy._lib._blas cimport dot
from mutar_cy.penalties._split cimport cap, multiplier
from mutar_cy.penalties._penalty cimport Penalty, dual_norm, factor

from mutar_cy.penalties._penalty import PenaltyModel


@cython.final
cdef class Dirty(Penalty):
    """Minimum over splits ``W = P + Q`` of ``sum_b alpha |P_b| + beta |Q_b|_1``.

    The norm of ``P_b`` is Frobenius', that of ``Q_b`` the sum of absolute entries;
    ``weights_b`` multiplies both; ``ridge / 2 |W|^2`` is added. Without a ridge, a
    gradient is feasible if its norm is at most ``alpha`` and each of its entries at
    most ``beta``.

    The optimal split clips: ``P_b`` is ``W_b`` clipped at some size, the cap, and
    ``Q_b`` is the excess.

    Parameters
    ----------
    alpha : float, default=1.0
        Penalty strength of the shared part.
    beta : float, default=0.75
        Penalty strength of the specific part, which is zero for ``beta >= alpha``. The
        shared part is zero for ``beta <= alpha / sqrt(block size)``.
    weights : array-like of shape (n_blocks,), default=None
        Non-negative factors of both, 1 if None. Zero leaves a block unpenalised;
        infinity excludes it (the solver drops the block).
    ridge : float, default=0.0
        Strength of the squared norm of ``W``, with the factor 1/2.
    positive : bool, default=False
        Whether negative coefficients cost infinity.

    References
    ----------
    A. Jalali, P. Ravikumar, S. Sanghavi, C. Ruan (2010), A dirty model for multi-task
    learning, NIPS 23. Their norm of a row of the shared part is its largest entry.
    """

    cdef readonly double beta

    def __init__(self, double alpha=1.0, double beta=0.75, weights=None,
                 double ridge=0.0, bint positive=False):
        super().__init__(alpha, weights, ridge, positive)
        if not alpha > 0.0 or not beta > 0.0:
            raise ValueError(f"alpha and beta must be positive, got {alpha}, {beta}")
        self.beta = beta

    def parameters(self):
        return {"alpha": self.alpha, "beta": self.beta, "weights": self.weights,
                "ridge": self.ridge, "positive": self.positive}

    def in_units(self, int x_exponent, int y_exponent):
        """Return the penalty for designs and targets times two to these powers."""
        return self.replaced(
            alpha=ldexp(self.alpha, x_exponent + y_exponent),
            beta=ldexp(self.beta, x_exponent + y_exponent),
            ridge=ldexp(self.ridge, 2 * x_exponent),
        )

    @property
    def rescales(self):
        """Whether ``set_strengths`` takes the penalty along a path: with no ridge."""
        return self.ridge == 0.0

    def unit(self):
        """Return the penalty with ``alpha=1``, the same ratio of beta, and no ridge."""
        return self.replaced(alpha=1.0, beta=self.beta / self.alpha, ridge=0.0)

    @property
    def hessian_per_column(self):
        """Whether ``hessian_diag`` of one row differs between columns: always here."""
        return True

    @property
    def linf_weight(self):
        """Factor of the largest entry in a dual norm: ``alpha / beta``."""
        return self.alpha / self.beta

    def caps(self, const double[::1] w not None, const int[::1] block_ptr not None):
        """Return the sizes at which the shared part clips entries, per block."""
        cdef double[::1] out = np.empty(block_ptr.shape[0] - 1)
        cdef Py_ssize_t b
        cdef int size
        for b in range(block_ptr.shape[0] - 1):
            size = block_ptr[b + 1] - block_ptr[b]
            out[b] = self.block_cap(&w[0] + block_ptr[b], size)
        return np.asarray(out)

    def model_at(self, coef, owner, firsts):
        """Return the second-order model of the penalty at ``coef``, as `Penalty` says.

        Entries up to the cap have a Frobenius norm, as in the group lasso; beyond the
        cap the penalty is linear.
        """
        n_rows, n_columns = coef.shape
        ptr = np.append(firsts, n_rows) * n_columns
        caps = self.caps(coef.ravel(), ptr.astype(np.int32))
        beta = self.beta * self.thresholds(len(firsts)) / self.alpha
        sizes, split = np.abs(coef), caps[owner, None]
        below = sizes <= split
        within = np.where(below, coef, 0.0)
        norms = np.sqrt(np.add.reduceat(np.einsum("rc,rc->r", within, within), firsts))
        curvature = beta / np.where(caps > 0.0, caps, np.inf)
        gradient = curvature[owner, None] * within
        gradient = np.where(below, gradient, beta[owner, None] * np.sign(coef))
        gradient = gradient + self.ridge * coef
        hessian_diag = np.where(below, curvature[owner, None], 0.0) + self.ridge
        hessian_diag[below & (split == 0.0)] = np.inf
        if self.positive:
            hessian_diag[coef <= 0.0] = np.inf
        directions = within / np.where(norms > 0.0, norms, 1.0)[owner, None]
        return PenaltyModel(gradient, hessian_diag, directions, curvature, norms)

    def shared_part(self, coef, block_ptr):
        """Return the coefficients clipped at the caps, as `Penalty` says."""
        ptr = block_ptr * np.int32(coef.shape[1])
        caps = self.caps(coef.ravel(), ptr)
        caps = np.repeat(caps, np.diff(block_ptr))[:, None]
        return np.clip(coef, -caps, caps) + 0.0  # no -0.0

    cdef inline double block_cap(self, const double* w, int size) noexcept nogil:
        if self.alpha >= sqrt(<double> size) * self.beta:
            return 0.0
        return cap(w, size, self.alpha / self.beta)

    cdef void set_strengths(self, const double* strengths) noexcept nogil:
        self.alpha, self.beta, self.ridge = strengths[0], strengths[1], strengths[2]

    cdef double block_value(
        self, Py_ssize_t b, const double* w, int size
    ) noexcept nogil:
        cdef double t = self.block_cap(w, size), square = 0.0, beyond = 0.0, size_k
        cdef double norm = self.alpha
        cdef int k
        for k in range(size):
            if self.positive and w[k] < 0.0:
                return INFINITY
            size_k = fabs(w[k])
            if size_k > t:
                beyond += size_k - t
                size_k = t
            square += size_k * size_k
        norm = factor(self, b) * (self.alpha * sqrt(square) + self.beta * beyond)
        if self.ridge > 0.0:
            norm += 0.5 * self.ridge * dot(size, w, w)
        return norm

    cdef double block_dual_ratio(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        cdef double norm = dual_norm(self, grad, size) / self.alpha, largest = 0.0
        cdef int k
        for k in range(size):
            if self.positive and grad[k] > 0.0:
                continue
            if fabs(grad[k]) > largest:
                largest = fabs(grad[k])
        largest /= self.beta
        norm = largest if largest > norm else norm
        return norm / factor(self, b) if norm > 0.0 else 0.0

    cdef double block_conjugate(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        cdef double* kept
        cdef double square
        cdef int k
        if self.block_dual_ratio(b, grad, size) <= 1.0:
            return 0.0
        if self.ridge == 0.0:
            return INFINITY
        if not self.positive:
            return self.squared_prox(b, grad, size) / (2.0 * self.ridge)
        kept = <double*> malloc(size * sizeof(double))
        if kept == NULL:
            return INFINITY  # an upper bound: no dual value of this point
        for k in range(size):
            kept[k] = -grad[k] if grad[k] < 0.0 else 0.0
        square = self.squared_prox(b, kept, size)
        free(kept)
        return square / (2.0 * self.ridge)

    cdef double squared_prox(
        self, Py_ssize_t b, const double* w, int size
    ) noexcept nogil:
        """Return the squared norm of the proximal point of ``w`` without the ridge.

        Up to the factor ``2 ridge`` this is the conjugate at ``w``: the proximal point
        over the ridge is the maximiser.
        """
        cdef:
            double alpha = self.alpha * factor(self, b)
            double beta = self.beta * factor(self, b)
            double m = 0.0, one = 1.0, left, square = 0.0
            int k
        if alpha == 0.0:
            return dot(size, w, w)
        if self.alpha < sqrt(<double> size) * self.beta:
            m = multiplier(w, &one, size, True, alpha, beta, 0.0)
        for k in range(size):
            left = fabs(w[k])
            left = left - beta if left > beta * (1.0 + m) else left * m / (1.0 + m)
            square += left * left
        return square

    cdef void block_prox(
        self, Py_ssize_t b, double* w, const double* curvature, int size, bint uniform
    ) noexcept nogil:
        # Let g = curvature * w / (1 + m * (curvature + ridge)), clipped at beta, with
        # the smallest m >= 0 for which the norm of g is at most alpha. The minimiser is
        # (curvature * w - g) / (curvature + ridge), and m * g is its shared part.
        cdef:
            double alpha = self.alpha * factor(self, b)
            double beta = self.beta * factor(self, b)
            double m, c = curvature[0], ridge = self.ridge
            int k
        if self.positive:
            for k in range(size):
                if w[k] < 0.0:
                    w[k] = 0.0
        if alpha == 0.0:
            for k in range(size if ridge > 0.0 else 0):
                w[k] *= curvature[0 if uniform else k] / (
                    curvature[0 if uniform else k] + ridge
                )
            return
        m = 0.0
        if self.alpha < sqrt(<double> size) * self.beta:
            m = multiplier(w, curvature, size, uniform, alpha, beta, ridge)
        for k in range(size):
            if not uniform:
                c = curvature[k]
            if c * fabs(w[k]) > beta * (1.0 + m * (c + ridge)):
                w[k] -= beta / c if w[k] > 0.0 else -beta / c
                w[k] *= c / (c + ridge)
            else:
                w[k] *= m * c / (1.0 + m * (c + ridge))
