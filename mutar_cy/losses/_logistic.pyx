"""Logistic loss: two classes, by the logarithm of their odds."""

import numpy as np
from scipy import special

cimport cython
from libc.math cimport INFINITY, exp, fabs, log, log1p

from mutar_cy.losses._loss cimport Loss


cdef:
    double NEAR = 0.5           # longest step that counts as near the optimum
    double NEAR_ENOUGH = 1e-8   # step after which no digit is left
    int NEAR_STEPS = 8


cdef inline double entropy(double u) noexcept nogil:
    """u log u."""
    return u * log(u) if u > 0.0 else 0.0


@cython.final
cdef class Logistic(Loss):
    """Logistic loss ``log(1 + exp(eta)) - y eta``, for y = 1 or 0."""

    name = "logistic"
    link = "logit"
    smoothness = 0.25
    lower_bound = 0.0
    has_likelihood = True
    degenerate_targets = "samples of one class only"
    unpenalised_model = "logistic regression"
    unpenalised_estimator = "LogisticRegression"

    cdef double value_at(self, double y, double eta) noexcept nogil:
        if eta > 0.0:
            return log1p(exp(-eta)) + (1.0 - y) * eta
        return log1p(exp(eta)) - y * eta

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        cdef double small, rare
        small = exp(-eta if eta > 0.0 else eta)
        rare = small / (1.0 + small)  # the smaller one of the two probabilities
        curvature[0] = rare / (1.0 + small)
        if eta > 0.0:
            residual[0] = (y - 1.0) + rare
            return log1p(small) + (1.0 - y) * eta
        residual[0] = y - rare
        return log1p(small) - y * eta

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double u = y - residual
        if u < 0.0 or u > 1.0:
            return INFINITY
        return entropy(u) + entropy(1.0 - u)

    cdef double best_intercept(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
    ) noexcept nogil:
        """Return `fit_intercept_only`: near the optimum by Newton steps without values.

        The error of a step is at most half its square, as the third derivative of the
        loss is at most the second one.
        """
        cdef Py_ssize_t i
        cdef int _
        cdef double at = 0.0, total, slope, small, rare, weight, step
        for _ in range(NEAR_STEPS):
            total = slope = 0.0
            for i in range(n):
                weight = sqrt_weight[i] * sqrt_weight[i]
                small = exp(-fabs(eta[i] + at))
                rare = small / (1.0 + small)
                total += weight * (y[i] - (1.0 - rare if eta[i] + at > 0.0 else rare))
                slope += weight * rare / (1.0 + small)
            if not fabs(total) <= NEAR * slope:
                break
            step = total / slope
            at += step
            if fabs(step) <= NEAR_ENOUGH:
                return at
        return Loss.best_intercept(self, n, y, eta, sqrt_weight)

    def lacks_optimum(self, y):
        """Tell whether all labels are of one class: the best intercept is infinite."""
        return len(y) == 0 or bool((y == y[0]).all())

    def descent_signs(self, y):
        """Return 1 for the positive class, -1 for the other, 0 for shares of both."""
        return np.equal(y, 1.0).astype(np.float64) - np.equal(y, 0.0)

    def minus_two_log_likelihood(self, deviance, n_samples):
        """Return the deviance: the best likelihood of a class is 1."""
        return n_samples * deviance

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return special.expit(eta)
