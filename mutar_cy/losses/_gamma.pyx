"""Positive targets: the standard deviation is in proportion to the mean."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, exp, log

from mutar_cy.losses._loss cimport Loss


@cython.final
cdef class Gamma(Loss):
    """``y exp(-eta) + eta``: a gamma target whose mean is ``exp(eta)``, y > 0."""

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return y * exp(-eta) + eta

    cdef double terms_at(
        self, double y, double eta, double* residual, double* bend
    ) noexcept nogil:
        cdef double ratio = y * exp(-eta)
        residual[0] = ratio - 1.0
        bend[0] = ratio
        return ratio + eta

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double m = 1.0 + residual
        if m > 0.0:
            return m * log(m / y) - m
        return 0.0 if m == 0.0 else INFINITY

    cdef double least_at(self, double y) noexcept nogil:
        return 1.0 + log(y)

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.exp(eta)
