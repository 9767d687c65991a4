"""Tweedie loss: targets that are 0 or positive, such as rainfall or claims."""

import numpy as np

cimport cython
from libc.math cimport INFINITY, exp, fabs, log

from mutar_cy.losses._loss cimport Loss

# Newton steps to the root of the conjugate: 4 to 12 for powers from 1.1 to 1.9, up to
# 60 near 1 and 2; the last one is below the resolution of doubles.
cdef int MAX_STEPS = 300


@cython.final
cdef class Tweedie(Loss):
    """Tweedie loss, for targets with exact zeros and positive values; log link.

    With ``1 < power < 2`` it is ``y exp((1 - power) eta) / (power - 1) +
    exp((2 - power) eta) / (2 - power)``, for targets y >= 0 with mean ``mu =
    exp(eta)`` and variance proportional to ``mu ** power``: sums of a Poisson number of
    gamma variables.

    Parameters
    ----------
    power : float, default=1.5
        Between 1, the Poisson loss, and 2, the gamma loss.

    References
    ----------
    B. Jorgensen (1987), Exponential dispersion models, Journal of the Royal Statistical
    Society B 49. Section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.losses import Tweedie
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((400, 6))
    >>> days = rng.poisson(np.exp(X[:, 0]))  # with rain
    >>> y = np.where(days > 0, rng.gamma(np.maximum(days, 1)), 0.0)
    >>> model = GroupLasso(0.05, groups=2, loss=Tweedie(1.5)).fit(X, y)
    >>> print(model.coef_.ravel().round(2))
    [1.01 0.02 0.   0.   0.   0.  ]
    """

    cdef readonly double power
    cdef double a, b

    name = "tweedie"
    link = "log"
    lower_bound = 0.0
    degenerate_targets = "no target above 0"
    unpenalised_model = "Tweedie regression"
    unpenalised_estimator = "TweedieRegressor"

    def __init__(self, double power=1.5):
        if not 1.0 < power < 2.0:
            raise ValueError(
                f"power must be above 1 and below 2, got {power}. For a power of 0, 1 "
                f"or 2 take loss='squared_error', 'poisson' or 'gamma'."
            )
        self.power = power
        self.a, self.b = power - 1.0, 2.0 - power

    def _parameters(self):
        return (self.power,)

    cdef double value_at(self, double y, double eta) noexcept nogil:
        cdef double first = y * exp(-self.a * eta) / self.a if y > 0.0 else 0.0
        return first + exp(self.b * eta) / self.b

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        cdef double first = y * exp(-self.a * eta) if y > 0.0 else 0.0
        cdef double second = exp(self.b * eta)
        residual[0] = first - second
        curvature[0] = self.a * first + self.b * second
        return first / self.a + second / self.b

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double eta
        if y > 0.0:
            eta = self.predictor_of(y, residual)
        elif residual < 0.0:
            eta = log(-residual) / self.b
        else:
            return 0.0 if residual == 0.0 else INFINITY
        return -residual * eta - self.value_at(y, eta)

    cdef double predictor_of(self, double y, double residual) noexcept nogil:
        """Return the predictor at which minus the derivative is the residual; y > 0.

        Newton's method on the logarithms of ``y exp(-a eta) = residual + exp(b eta)``,
        with the residual on the side where it is positive. The difference is increasing
        with a slope between min(a, b) and 1, and convex or concave so that all steps
        from log(y), the root of residual 0, go one way.
        """
        cdef double eta = log(y), log_y = eta, step, term, total
        for _ in range(MAX_STEPS):
            if residual >= 0.0:
                term = exp(self.b * eta)
                total = residual + term
                step = (log(total) - log_y + self.a * eta) / (
                    self.a + self.b * term / total
                )
            else:
                term = exp(log_y - self.a * eta)
                total = term - residual
                step = (self.b * eta - log(total)) / (self.b + self.a * term / total)
            eta -= step
            if fabs(step) <= 1e-15 * (1.0 + fabs(eta)):
                break
        return eta

    cdef double minimum_at(self, double y) noexcept nogil:
        return exp(self.b * log(y)) / (self.a * self.b) if y > 0.0 else 0.0

    cdef double best_intercept(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
    ) noexcept nogil:
        """Return the constant that balances weighted residuals, in closed form."""
        cdef Py_ssize_t i
        cdef double low = INFINITY, top = -INFINITY, above = 0.0, below = 0.0, weight
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                top = max(top, eta[i])
                if y[i] > 0.0:
                    low = min(low, eta[i])
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                weight = sqrt_weight[i] * sqrt_weight[i]
                below += weight * exp(self.b * (eta[i] - top))
                if y[i] > 0.0:
                    above += weight * y[i] * exp(self.a * (low - eta[i]))
        return log(above / below) - self.a * low - self.b * top  # as a + b = 1

    def lacks_optimum(self, y):
        """Tell whether every target is 0: the best intercept is minus infinity."""
        return not np.any(y)

    def descent_signs(self, y):
        """Return -1 for targets of 0, whose loss falls as the mean does, else 0."""
        return -np.equal(y, 0.0).astype(np.float64)

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        return np.exp(eta)

    def variance(self, mean):
        """Return the variance of a target at its mean, up to the dispersion."""
        return np.power(mean, self.power)

    def sklearn_estimator(self):
        """Return the class name and parameters of a scikit-learn estimator."""
        return "TweedieRegressor", {"power": self.power, "link": "log"}
