"""Any targets: the variance is the same everywhere."""

import numpy as np

cimport cython

from mutar_cy.losses._loss cimport Loss


@cython.final
cdef class SquaredError(Loss):
    """``(y - eta)^2 / 2``: a target whose mean is ``eta``."""

    smoothness = 1.0
    is_quadratic = True

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return 0.5 * (y - eta) * (y - eta)

    cdef double terms_at(
        self, double y, double eta, double* residual, double* bend
    ) noexcept nogil:
        residual[0] = y - eta
        bend[0] = 1.0
        return 0.5 * (y - eta) * (y - eta)

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        return residual * (0.5 * residual - y)

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.asarray(eta)
