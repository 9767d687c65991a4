"""Squared error: any target, the same variance everywhere."""

import numpy as np

cimport cython

from mutar_cy.losses._loss cimport Loss


@cython.final
cdef class SquaredError(Loss):
    """Squared error ``(y - eta)^2 / 2``, for targets y with mean ``eta``."""

    name = "squared_error"
    smoothness = 1.0
    is_quadratic = True
    has_likelihood = True
    unpenalised_model = "least squares"

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return 0.5 * (y - eta) * (y - eta)

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        residual[0] = y - eta
        curvature[0] = 1.0
        return 0.5 * (y - eta) * (y - eta)

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        return residual * (0.5 * residual - y)

    def deviance(self, y, eta):
        """Return the squared error of every sample."""
        return np.square(y - eta)  # NumPy's loop is twice as fast as one of calls

    def minus_two_log_likelihood(self, deviance, n_samples):
        """Return it for a Gaussian whose variance is the mean squared error."""
        with np.errstate(divide="ignore"):
            return n_samples * (np.log(2.0 * np.pi * deviance) + 1.0)

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.asarray(eta)
