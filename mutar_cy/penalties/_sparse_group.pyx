"""The sparse-group penalty: sparse blocks and sparse entries within blocks."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, fabs, isinf, ldexp, sqrt

from mutar_cy._lib._blas cimport dot
from mutar_cy.penalties._shrink cimport shrink
from mutar_cy.penalties._penalty cimport Penalty, factor

from mutar_cy.penalties._penalty import PenaltyModel

# Relative step at which Newton's iteration ends: a few roundings.
cdef double ROOT_ACCURACY = 1e-15
# Upper bound of the steps: about one for every entry that crosses the threshold.
cdef int ROOT_STEPS = 100


@cython.final
cdef class SparseGroup(Penalty):
    """``alpha sum_b (1 - l1_ratio) weights_b |W_b| + l1_ratio |W_b|_1``.

    The first norm of ``W_b`` is Frobenius', the second is the sum of absolute entries;
    ``ridge / 2 |W|^2`` is added. Without a ridge, a gradient is feasible if its
    entries, soft-thresholded at ``alpha * l1_ratio``, have a norm of at most ``alpha *
    (1 - l1_ratio) * weights_b``.

    Parameters
    ----------
    alpha : float, default=1.0
        Penalty strength.
    l1_ratio : float, default=0.5
        Share of the l1 norm, in [0, 1].
    weights : array-like of shape (n_blocks,), default=None
        Non-negative factors of the norms, 1 if None. Zero leaves a block and its
        entries unpenalised; infinity excludes it (the solver drops the block).
    ridge : float, default=0.0
        Strength of the squared norm, with the factor 1/2.
    positive : bool, default=False
        Whether negative coefficients cost infinity.

    References
    ----------
    N. Simon, J. Friedman, T. Hastie, R. Tibshirani (2013), A sparse-group lasso, JCGS
    22(2). E. Ndiaye, O. Fercoq, A. Gramfort, J. Salmon (2016), GAP safe screening rules
    for sparse-group lasso, NIPS 29, section 3 has the dual norm.
    """

    cdef readonly double l1_ratio

    def __init__(self, double alpha=1.0, double l1_ratio=0.5, weights=None,
                 double ridge=0.0, bint positive=False):
        super().__init__(alpha, weights, ridge, positive)
        if not 0.0 <= l1_ratio <= 1.0:
            raise ValueError(f"l1_ratio must be in [0, 1], got {l1_ratio}")
        self.l1_ratio = l1_ratio

    def parameters(self):
        return {"alpha": self.alpha, "l1_ratio": self.l1_ratio,
                "weights": self.weights, "ridge": self.ridge,
                "positive": self.positive}

    def in_units(self, int x_exponent, int y_exponent):
        """Return the penalty for designs and targets times two to these powers."""
        return self.replaced(
            alpha=ldexp(self.alpha, x_exponent + y_exponent),
            ridge=ldexp(self.ridge, 2 * x_exponent),
        )

    @property
    def rescales(self):
        """Whether ``set_strengths`` takes the penalty along a path: with no ridge."""
        return self.ridge == 0.0

    def unit(self):
        """Return the penalty with ``alpha=1`` and without the ridge."""
        return self.replaced(alpha=1.0, ridge=0.0)

    @property
    def is_separable(self):
        """Whether the value is a sum over single entries: without the l2 norms."""
        return self.l1_ratio == 1.0

    @property
    def hessian_per_column(self):
        """Whether ``hessian_diag`` of one row differs between columns: always here."""
        return True

    @property
    def entrywise_sparse(self):
        """Whether single entries of a non-zero block may be zero: always here."""
        return True

    @property
    def needs_dual_ratio(self):
        """Whether the dual norm comes from `dual_ratios`: it mixes two norms."""
        return True

    def model_at(self, coef, owner, firsts):
        """Return the second-order model of the penalty at ``coef``."""
        norms = np.sqrt(np.add.reduceat(np.einsum("rc,rc->r", coef, coef), firsts))
        weights = np.ones(len(firsts)) if self.weights is None else self.weights
        finite = np.isfinite(weights)
        curvature = self.alpha * (1.0 - self.l1_ratio) * np.where(finite, weights, 0.0)
        curvature = curvature / np.where(norms > 0.0, norms, np.inf)
        diagonal = curvature[owner, None] + self.ridge
        hessian_diag = np.where(coef != 0.0, diagonal, np.inf)
        if self.positive:
            hessian_diag[coef <= 0.0] = np.inf
        entry = self.alpha * self.l1_ratio * (weights > 0.0)
        gradient = diagonal * coef + entry[owner, None] * np.sign(coef)
        directions = coef / np.where(norms > 0.0, norms, 1.0)[owner, None]
        return PenaltyModel(gradient, hessian_diag, directions, curvature, norms)

    cdef inline double norm_threshold(self, Py_ssize_t b) noexcept nogil:
        return self.alpha * (1.0 - self.l1_ratio) * factor(self, b)

    cdef inline double entry_threshold(self, Py_ssize_t b) noexcept nogil:
        return self.alpha * self.l1_ratio if factor(self, b) > 0.0 else 0.0

    cdef double block_threshold(self, Py_ssize_t b) noexcept nogil:
        # The largest ball in the sum of a ball and a cube.
        cdef double weight = factor(self, b)
        if isinf(weight) or weight == 0.0:
            return weight
        return self.alpha * ((1.0 - self.l1_ratio) * weight + self.l1_ratio)

    cdef void set_strengths(self, const double* strengths) noexcept nogil:
        self.alpha, self.l1_ratio, self.ridge = (
            strengths[0], strengths[1], strengths[2]
        )

    cdef double block_value(
        self, Py_ssize_t b, const double* w, int size
    ) noexcept nogil:
        cdef double total = 0.0, square
        cdef int k
        for k in range(size):
            if self.positive and w[k] < 0.0:
                return INFINITY
            total += fabs(w[k])
        square = dot(size, w, w)
        total *= self.entry_threshold(b)
        return self.norm_threshold(b) * sqrt(square) + total + 0.5 * self.ridge * square

    cdef double block_dual_ratio(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        # The ratio is the root in s of |S(grad, entry s)| - norm s, with the soft
        # threshold S. This function is convex and decreasing, so that Newton's method
        # from the left increases monotonically to the root.
        cdef double norm = self.norm_threshold(b), entry = self.entry_threshold(b)
        cdef double s, step, excess, size_k, total = 0.0, square
        cdef int k, _
        for k in range(size):
            if not (self.positive and grad[k] > 0.0):
                total += grad[k] * grad[k]
        if total == 0.0:
            return 0.0
        if norm + entry == 0.0:
            return INFINITY
        s = sqrt(total) / (norm + entry * sqrt(<double> size))
        for _ in range(ROOT_STEPS):
            square = excess = 0.0
            for k in range(size):
                if self.positive and grad[k] > 0.0:
                    continue
                size_k = fabs(grad[k]) - entry * s
                if size_k > 0.0:
                    square += size_k * size_k
                    excess += size_k
            if square == 0.0:
                break
            square = sqrt(square)
            step = (square - norm * s) / (entry * excess / square + norm)
            if not step > ROOT_ACCURACY * s:
                break
            s += step
        return s

    cdef double block_conjugate(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        # With a ridge, |S(S(grad, entry), norm)|^2 / (2 ridge): the two thresholds are
        # the proximal step without the ridge, and that over the ridge the maximiser.
        cdef double entry = self.entry_threshold(b), square = 0.0, excess
        cdef int k
        if self.block_dual_ratio(b, grad, size) <= 1.0:
            return 0.0
        if self.ridge == 0.0:
            return INFINITY
        for k in range(size):
            if self.positive and grad[k] > 0.0:
                continue
            excess = fabs(grad[k]) - entry
            if excess > 0.0:
                square += excess * excess
        excess = sqrt(square) - self.norm_threshold(b)
        return excess * excess / (2.0 * self.ridge) if excess > 0.0 else 0.0

    cdef void block_prox(
        self, Py_ssize_t b, double* w, const double* curvature, int size, bint uniform
    ) noexcept nogil:
        cdef double entry = self.entry_threshold(b), cut = 0.0
        cdef int k
        if uniform and entry > 0.0:
            cut = entry / curvature[0]
        for k in range(size):
            if not uniform and entry > 0.0:
                if curvature[k] == 0.0:
                    w[k] = 0.0
                    continue
                cut = entry / curvature[k]
            if w[k] > cut:
                w[k] -= cut
            elif w[k] < -cut and not self.positive:
                w[k] += cut
            else:
                w[k] = 0.0
        shrink(w, curvature, size, uniform, self.norm_threshold(b), self.ridge)
