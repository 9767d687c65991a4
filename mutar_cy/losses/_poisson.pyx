"""Counts: the variance is the mean."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, exp, log

from mutar_cy.losses._loss cimport Loss


@cython.final
cdef class Poisson(Loss):
    """``exp(eta) - y eta``: a Poisson count whose mean is ``exp(eta)``, y >= 0."""

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return exp(eta) - y * eta

    cdef double terms_at(
        self, double y, double eta, double* residual, double* bend
    ) noexcept nogil:
        cdef double mu = exp(eta)
        residual[0] = y - mu
        bend[0] = mu
        return mu - y * eta

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double u = y - residual
        if u > 0.0:
            return u * log(u) - u
        return 0.0 if u == 0.0 else INFINITY

    cdef double least_at(self, double y) noexcept nogil:
        return y - y * log(y) if y > 0.0 else 0.0

    def size(self, y, eta, root):
        """Return the sum of the sizes of the terms of the weighted losses."""
        return float(root**2 @ (np.exp(eta) + np.abs(y * eta)))

    def shift(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] root not None,
    ):
        """Return what to add to ``eta`` for the weighted residuals to sum to 0."""
        cdef Py_ssize_t i
        cdef double top = -INFINITY, observed = 0.0, expected = 0.0
        with nogil:
            for i in range(y.shape[0]):
                if root[i] > 0.0 and eta[i] > top:
                    top = eta[i]
            for i in range(y.shape[0]):
                if root[i] > 0.0:
                    observed += root[i] * root[i] * y[i]
                    expected += root[i] * root[i] * exp(eta[i] - top)
        return log(observed / expected) - top

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.exp(eta)
