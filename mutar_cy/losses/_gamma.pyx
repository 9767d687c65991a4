"""Gamma loss: positive targets, standard deviation proportional to the mean."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, exp, log

from mutar_cy.losses._loss cimport Loss


@cython.final
cdef class Gamma(Loss):
    """Gamma loss ``y exp(-eta) + eta``, for y > 0 with mean ``exp(eta)``."""

    name = "gamma"
    link = "log"
    lower_bound = 0.0
    lower_bound_excluded = True
    unpenalised_model = "gamma regression"
    unpenalised_estimator = "GammaRegressor"

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return y * exp(-eta) + eta

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        cdef double ratio = y * exp(-eta)
        residual[0] = ratio - 1.0
        curvature[0] = ratio
        return ratio + eta

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double m = 1.0 + residual
        if m > 0.0:
            return m * log(m / y) - m
        return 0.0 if m == 0.0 else INFINITY

    cdef double minimum_at(self, double y) noexcept nogil:
        return 1.0 + log(y)

    def magnitude(self, y, eta, sqrt_weight):
        """Return the weighted sum of the absolute terms of the losses."""
        return float(sqrt_weight**2 @ (y * np.exp(-eta) + np.abs(eta)))

    cdef double best_intercept(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
    ) noexcept nogil:
        """Return the constant that balances weighted residuals, in closed form."""
        cdef Py_ssize_t i
        cdef double lowest = INFINITY, total = 0.0, ratios = 0.0, weight
        for i in range(n):
            if sqrt_weight[i] > 0.0 and eta[i] < lowest:
                lowest = eta[i]
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                weight = sqrt_weight[i] * sqrt_weight[i]
                total += weight
                ratios += weight * y[i] * exp(lowest - eta[i])
        return log(ratios / total) - lowest

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.exp(eta)

    def variance(self, mean):
        """Return the variance of a target at its mean, up to the dispersion."""
        return np.square(mean)
