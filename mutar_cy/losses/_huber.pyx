"""Huber loss: squared error for small residuals, absolute error for large ones."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, fabs

from mutar_cy.losses._loss cimport Loss

# Share of the majorising curvature that Newton models take where the loss is linear; a
# line search guards the longer steps. On 200 x 50 problems 0.1 takes 11 to 18 steps to
# a relative gap of 1e-8, 1 takes 24 to 44, 0.01 takes 8 to 19 but fails sooner on
# targets far beyond delta.
cdef double SHARE = 0.1


@cython.final
cdef class Huber(Loss):
    """Huber loss, for targets with outliers: squared error up to a residual of delta.

    It is ``u^2 / 2`` for ``|u| <= delta``, else ``delta |u| - delta^2 / 2``, with
    ``u = y - eta``.

    Parameters
    ----------
    delta : float, default=1.35
        Residual from which on the loss is linear, in the unit of y. 1.35 standard
        deviations of Gaussian noise keep 95 % of the efficiency of least squares (P. J.
        Huber, E. M. Ronchetti, 2009, Robust Statistics, section 1.5).
    """

    cdef readonly double delta

    name = "huber"
    smoothness = 1.0
    unpenalised_model = "Huber regression"
    unpenalised_estimator = "HuberRegressor"

    def __init__(self, double delta=1.35):
        if not 0.0 < delta < INFINITY:
            raise ValueError(f"delta must be positive and finite, got {delta}.")
        self.delta = delta

    def _parameters(self):
        return (self.delta,)

    cdef double value_at(self, double y, double eta) noexcept nogil:
        cdef double size = fabs(y - eta)
        if size <= self.delta:
            return 0.5 * size * size
        return self.delta * (size - 0.5 * self.delta)

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        # Where f'' is 0 a Newton step would be unbounded. delta / |u| is the curvature
        # of the parabola that touches the loss at eta and is symmetric about y: it lies
        # above the loss, and steps on it are safe and short.
        cdef double u = y - eta, size = fabs(u)
        if size <= self.delta:
            residual[0], curvature[0] = u, 1.0
            return 0.5 * size * size
        residual[0] = self.delta if u > 0.0 else -self.delta
        curvature[0] = SHARE * self.delta / size
        return self.delta * (size - 0.5 * self.delta)

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        # delta (1 + eps): a residual at its bound is scaled and unscaled by weights.
        if fabs(residual) > self.delta * (1.0 + 1e-14):
            return INFINITY
        return residual * (0.5 * residual - y)

    def curvature(self, y, eta):
        """Return ``f''``: 1 for small residuals, else 0."""
        return (np.abs(y - eta) <= self.delta).astype(np.float64)

    def mean(self, eta):
        """Return the location of the target, which is the linear predictor."""
        return np.asarray(eta)
