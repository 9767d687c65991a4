"""Poisson loss: counts, or rates with exposures; the variance is the mean."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, exp, log

from mutar_cy.losses._loss cimport Loss


@cython.final
cdef class Poisson(Loss):
    """Poisson loss ``exp(eta) - y eta``, for counts y with mean ``exp(eta)``."""

    name = "poisson"
    link = "log"
    lower_bound = 0.0
    has_likelihood = True
    degenerate_targets = "no count above 0"
    unpenalised_model = "Poisson regression"
    unpenalised_estimator = "PoissonRegressor"

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return exp(eta) - y * eta

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        cdef double mu = exp(eta)
        residual[0] = y - mu
        curvature[0] = mu
        return mu - y * eta

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double u = y - residual
        if u > 0.0:
            return u * log(u) - u
        return 0.0 if u == 0.0 else INFINITY

    cdef double minimum_at(self, double y) noexcept nogil:
        return y - y * log(y) if y > 0.0 else 0.0

    def magnitude(self, y, eta, sqrt_weight):
        """Return the weighted sum of the absolute terms of the losses."""
        return float(sqrt_weight**2 @ (np.exp(eta) + np.abs(y * eta)))

    cdef double best_intercept(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
    ) noexcept nogil:
        """Return the constant that balances weighted residuals, in closed form."""
        cdef Py_ssize_t i
        cdef double top = -INFINITY, observed = 0.0, expected = 0.0
        for i in range(n):
            if sqrt_weight[i] > 0.0 and eta[i] > top:
                top = eta[i]
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                observed += sqrt_weight[i] * sqrt_weight[i] * y[i]
                expected += sqrt_weight[i] * sqrt_weight[i] * exp(eta[i] - top)
        return log(observed / expected) - top

    def lacks_optimum(self, y):
        """Tell whether every count is 0: the best intercept is minus infinity."""
        return not np.any(y)

    def descent_signs(self, y):
        """Return -1 for counts of 0, whose loss falls to 0 as the mean does, else 0."""
        return -np.equal(y, 0.0).astype(np.float64)

    def minus_two_log_likelihood(self, deviance, n_samples):
        """Return the deviance, which differs from it by a constant of the data."""
        return n_samples * deviance

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.exp(eta)

    def variance(self, mean):
        """Return the variance of a target at its mean, up to the dispersion."""
        return np.asarray(mean)
