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

    def size(self, y, eta, root):
        """Return the sum of the sizes of the terms of the weighted losses."""
        return float(root**2 @ (y * np.exp(-eta) + np.abs(eta)))

    def shift(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] root not None,
    ):
        """Return what to add to ``eta`` for the weighted residuals to sum to 0."""
        cdef Py_ssize_t i
        cdef double least = INFINITY, total = 0.0, ratios = 0.0
        with nogil:
            for i in range(y.shape[0]):
                if root[i] > 0.0 and eta[i] < least:
                    least = eta[i]
            for i in range(y.shape[0]):
                if root[i] > 0.0:
                    total += root[i] * root[i]
                    ratios += root[i] * root[i] * y[i] * exp(least - eta[i])
        return log(ratios / total) - least

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.exp(eta)
