"""The penalty of the data-shared lasso: a common value, and deviations from it."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, fabs, fmin, isinf, ldexp, sqrt

from mutar_cy._lib._blas cimport dot
from mutar_cy.penalties._common cimport (
    common_prox,
    mean_between,
    median,
    norm_about,
    sign,
)
from mutar_cy.penalties._penalty cimport Penalty, factor

from mutar_cy.penalties._penalty import PenaltyModel

# Curvature that holds entries with the common value together, as a multiple of the
# strength over that value: far above the curvature of a norm, which is 1.
cdef double TIE = 1e3


@cython.final
cdef class DataShared(Penalty):
    """Minimum over values v of ``sum_b alpha |v_b| + beta |W_b - v_b|``.

    All entries of a block have a value in common. The norm of the deviations ``W_b -
    v_b`` from it is the sum of their absolute values, or with ``rows`` Frobenius' norm;
    ``weights_b`` multiplies both strengths. A gradient is feasible if the absolute
    value of its sum is at most ``alpha`` and its largest entry, or with ``rows`` its
    norm, at most ``beta``.

    Parameters
    ----------
    alpha : float, default=1.0
        Penalty strength of the common value.
    beta : float, default=0.75
        Penalty strength of the deviations.
    block_size : int, default=1
        Number of entries of a block, at most.
    weights : array-like of shape (n_blocks,), default=None
        Non-negative factors of both, 1 if None. Zero leaves a block unpenalised;
        infinity excludes it (the solver drops the block).
    rows : bool, default=False
        Whether the deviations of a block are zero or non-zero as one.

    References
    ----------
    S. M. Gross, R. Tibshirani (2016), Data shared lasso: a novel tool to discover
    uplift, Computational Statistics & Data Analysis 101. Section 2, there with the sum
    of absolute values.
    """

    cdef:
        readonly double beta
        readonly int block_size
        readonly bint rows

    def __init__(self, double alpha=1.0, double beta=0.75, int block_size=1,
                 weights=None, bint rows=False):
        super().__init__(alpha, weights)
        if not alpha > 0.0 or not beta > 0.0:
            raise ValueError(f"alpha and beta must be positive, got {alpha}, {beta}")
        self.beta, self.block_size, self.rows = beta, block_size, rows

    def parameters(self):
        return {"alpha": self.alpha, "beta": self.beta, "block_size": self.block_size,
                "weights": self.weights, "rows": self.rows}

    def strengths(self):
        """Return the strengths of the penalty by name: what differs along a path."""
        return {"alpha": self.alpha, "beta": self.beta}

    def in_units(self, int x_exponent, int y_exponent):
        """Return the penalty for designs and targets times two to these powers."""
        return self.replaced(
            alpha=ldexp(self.alpha, x_exponent + y_exponent),
            beta=ldexp(self.beta, x_exponent + y_exponent),
        )

    @property
    def rescales(self):
        """Whether ``set_strengths`` takes the penalty along a path: yes."""
        return True

    def unit(self):
        """Return the penalty with ``alpha=1`` and the same ratio of the strengths."""
        return self.replaced(alpha=1.0, beta=self.beta / self.alpha)

    @property
    def entrywise_sparse(self):
        """Whether single entries of a non-zero block may be zero: always here."""
        return True

    @property
    def hessian_per_column(self):
        """Whether ``hessian_diag`` of one row differs between columns: always here."""
        return True

    @property
    def hessian_is_exact(self):
        """Whether `model_at` has the penalty's Hessian itself, not a larger one."""
        return not self.rows

    @property
    def needs_dual_ratio(self):
        """Whether the dual norm comes from `dual_ratios`: it mixes two norms."""
        return True

    def common(self, const double[:, ::1] coef not None):
        """Return the common value of every row, as if it were a block: (n_rows,)."""
        cdef double[::1] out = np.zeros(coef.shape[0])
        cdef Py_ssize_t j
        for j in range(coef.shape[0]):
            out[j] = self.best_common(&coef[j, 0], <int> coef.shape[1])
        return np.asarray(out)

    def shared_part(self, coef, block_ptr):
        """Return the common values in all columns, as `Penalty` says."""
        if len(block_ptr) - 1 < len(coef):
            blocks = np.split(coef, np.cumsum(np.diff(block_ptr)))
            common = [
                self.common(own.reshape(1, own.size)) for own in blocks if len(own)
            ]
            common = np.repeat(np.concatenate(common), np.diff(block_ptr))
        else:
            common = self.common(np.ascontiguousarray(coef))
        return np.repeat(common[:, None], coef.shape[1], axis=1)

    def model_at(self, coef, owner, firsts):
        """Return a second-order model of the penalty at ``coef``, as `Penalty` says.

        Entries with the common value move together, which a large curvature of their
        differences makes sure of; single deviations have a linear penalty. With
        ``rows`` and both parts, the model is that at a fixed common value: its Hessian
        is the larger one.
        """
        weights = self.thresholds(len(firsts))
        weights = np.where(np.isfinite(weights), weights, 0.0) / self.radius()
        if len(firsts) == len(coef):
            return self.model_of_rows(coef, weights)
        blocks = np.split(coef, firsts[1:])
        models = [
            self.model_of_rows(own.reshape(1, own.size), weights[b : b + 1])
            for b, own in enumerate(blocks)
        ]
        fields = [
            np.concatenate([
                field.reshape(field.size // coef.shape[1], coef.shape[1])
                for field in every
            ])
            for every in list(zip(*models, strict=True))[:3]
        ]
        return PenaltyModel(
            *fields,
            np.concatenate([model.curvature for model in models]),
            np.concatenate([model.norms for model in models]),
        )

    def model_of_rows(self, coef, weights):
        """Return the model of blocks of one row each, with their weights."""
        common = self.common(np.ascontiguousarray(coef))[:, None]
        alpha, beta = (own * weights[:, None] for own in (self.alpha, self.beta))
        deviation = coef - common
        tied = (deviation == 0.0) & (common != 0.0)
        n_tied = np.maximum(tied.sum(axis=1, keepdims=True), 1)
        if self.rows:
            norms = np.sqrt(np.einsum("rc,rc->r", deviation, deviation))[:, None]
            apart = norms > 0.0
            tied = tied & ~apart
            direction = deviation / np.where(apart, norms, 1.0)
            curvature = np.where(apart, beta / np.where(apart, norms, 1.0), 0.0)
            gradient = beta * direction
            free = np.broadcast_to(curvature, coef.shape)
        else:
            direction = np.zeros_like(coef)
            gradient = beta * np.sign(deviation)
            norms, curvature = np.zeros((2, len(coef), 1))
            free = np.zeros_like(coef)
        holds = tied.any(axis=1, keepdims=True)
        stiff = TIE * alpha / np.where(holds, np.abs(common), 1.0)
        left = alpha * np.sign(common) - gradient.sum(axis=1, keepdims=True)
        gradient = np.where(tied, left / n_tied, gradient)
        curvature = np.where(holds, stiff, curvature)
        direction = np.where(holds, tied / np.sqrt(n_tied), direction)
        norms = np.where(holds, np.abs(common) * np.sqrt(n_tied), norms)
        diagonal = np.where(tied, stiff, free)
        diagonal = np.where((common == 0.0) & (coef == 0.0), np.inf, diagonal)
        if self.rows:  # a row with deviations moves as one, also where entries are 0
            diagonal = np.where(~holds & (norms > 0.0), free, diagonal)
        return PenaltyModel(
            gradient, diagonal, direction, curvature[:, 0].copy(), norms[:, 0].copy()
        )

    def radius(self):
        """Return the radius of the largest ball within the dual ball of a block."""
        return self.largest_radius()

    cdef inline double largest_radius(self) noexcept nogil:
        return fmin(self.alpha / sqrt(<double> self.block_size), self.beta)

    cdef double block_threshold(self, Py_ssize_t b) noexcept nogil:
        cdef double weight = factor(self, b)
        return INFINITY if isinf(weight) else weight * self.largest_radius()

    cdef void set_strengths(self, const double* strengths) noexcept nogil:
        self.alpha, self.beta = strengths[0], strengths[1]

    cdef double best_common(self, const double* w, int size) noexcept nogil:
        if self.rows:
            return mean_between(w, size, self.beta / self.alpha, 0.0)
        return median(w, size, self.beta / self.alpha)

    cdef double block_value(
        self, Py_ssize_t b, const double* w, int size
    ) noexcept nogil:
        cdef double common = self.best_common(w, size), total = 0.0
        cdef int k
        for k in range(size):
            total += (w[k] - common) ** 2 if self.rows else fabs(w[k] - common)
        total = self.beta * (sqrt(total) if self.rows else total)
        return factor(self, b) * (self.alpha * fabs(common) + total)

    cdef double block_dual_ratio(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        cdef double total = 0.0, norm = 0.0
        cdef int k
        for k in range(size):
            total += grad[k]
            if not self.rows and fabs(grad[k]) > norm:
                norm = fabs(grad[k])
        if self.rows:
            norm = sqrt(dot(size, grad, grad))
        norm /= self.beta
        total = fabs(total) / self.alpha
        norm = total if total > norm else norm
        return norm / factor(self, b) if norm > 0.0 else 0.0

    cdef double block_conjugate(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        return INFINITY if self.block_dual_ratio(b, grad, size) > 1.0 else 0.0

    cdef void block_prox(
        self, Py_ssize_t b, double* w, const double* curvature, int size, bint uniform
    ) noexcept nogil:
        # Given the common value, the deviations are soft thresholded, entry by entry or
        # by their norm.
        cdef:
            double alpha = self.alpha * factor(self, b)
            double beta = self.beta * factor(self, b)
            double c = curvature[0], common, norm = 0.0, left
            int k
        if alpha == 0.0:
            return
        if isinf(alpha):
            for k in range(size):
                w[k] = 0.0
            return
        common = common_prox(w, curvature, size, uniform, alpha, beta, self.rows)
        if self.rows:
            if uniform:
                for k in range(size):
                    norm += (w[k] - common) ** 2
                norm = sqrt(norm) - beta / c
            else:
                norm = norm_about(w, curvature, size, common, beta)
        for k in range(size):
            if not uniform:
                c = curvature[k]
            left = w[k] - common
            if self.rows:
                w[k] = common
                if norm > 0.0:
                    w[k] += left * c * norm / (c * norm + beta)
            elif c * fabs(left) > beta:
                w[k] -= sign(left) * beta / c
            else:
                w[k] = common
