"""Negative binomial loss: counts that scatter more than Poisson counts."""

import numpy as np
from scipy.optimize import brentq

cimport cython
from libc.math cimport INFINITY, exp, log, log1p

from mutar_cy.losses._loss cimport Loss

# Residuals at a bound are scaled and unscaled by weights: two roundings.
cdef double ROUNDING = 1e-14


@cython.final
cdef class NegativeBinomial(Loss):
    """Negative binomial loss, for counts with variance ``mu + dispersion * mu ** 2``.

    With ``k = 1 / dispersion`` it is ``(y + k) log(1 + exp(eta) / k) - y eta``, for
    counts y with mean ``mu = exp(eta)``. For a dispersion of 0 it is the Poisson loss.

    Parameters
    ----------
    dispersion : float, default=1.0
        What the variance adds to that of Poisson counts, as a multiple of the squared
        mean; ``alpha`` of statsmodels, and 1 / ``theta`` of R. It is not fitted:
        :meth:`from_moments` estimates it.

    References
    ----------
    P. McCullagh, J. A. Nelder (1989), Generalized Linear Models, 2nd edition. Section
    6.2.3.

    W. N. Venables, B. D. Ripley (2002), Modern Applied Statistics with S, 4th edition.
    Section 7.4: the method of moments.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.losses import NegativeBinomial
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2000, 6))
    >>> mean = np.exp(X[:, 0])
    >>> y = rng.poisson(mean * rng.gamma(2.0, 0.5, 2000))  # dispersion 0.5
    >>> poisson = GroupLasso(0.05, groups=2, loss="poisson").fit(X, y)
    >>> loss = NegativeBinomial.from_moments(y, poisson.predict(X))
    >>> print(f"dispersion {loss.dispersion:.2f}")
    dispersion 0.44
    >>> model = GroupLasso(0.05, groups=2, loss=loss).fit(X, y)
    >>> print(model.coef_.ravel().round(2))
    [0.87 0.03 0.   0.   0.   0.  ]
    """

    cdef readonly double dispersion
    cdef double k, log_k

    name = "negative_binomial"
    link = "log"
    lower_bound = 0.0
    has_likelihood = True
    degenerate_targets = "no count above 0"
    unpenalised_model = "negative binomial regression"
    unpenalised_estimator = "statsmodels NegativeBinomial"

    def __init__(self, double dispersion=1.0):
        if not 0.0 < dispersion < INFINITY:
            raise ValueError(
                f"dispersion must be positive and finite, got {dispersion}. For a "
                f"dispersion of 0 take loss='poisson'."
            )
        self.dispersion = dispersion
        self.k = 1.0 / dispersion
        self.log_k = log(self.k)

    def _parameters(self):
        return (self.dispersion,)

    @classmethod
    def from_moments(cls, y, mean, n_parameters=0):
        """Return the loss whose dispersion is estimated by the method of moments.

        With it Pearson's statistic is equal to its degrees of freedom.

        Parameters
        ----------
        y : array-like
            Counts.
        mean : array-like, of the shape of y
            Fitted means, such as the predictions of a fit with ``loss="poisson"``.
        n_parameters : float, default=0
            Degrees of freedom of that fit, by which squared residuals are too small.

        Returns
        -------
        loss : NegativeBinomial

        Raises
        ------
        ValueError
            If shapes disagree, a mean is not positive, or the counts scatter no more
            than Poisson counts.
        """
        y, mean = np.asarray(y, np.float64), np.asarray(mean, np.float64)
        if y.shape != mean.shape:
            raise ValueError(
                f"y has shape {y.shape}, but mean has shape {mean.shape}. Give the "
                f"mean of every count."
            )
        if y.size <= n_parameters:
            raise ValueError(
                f"n_parameters={n_parameters} must be below the number of counts, "
                f"{y.size}."
            )
        if not np.all(mean > 0.0):
            raise ValueError(f"mean must be positive, got {np.min(mean)}.")
        squares, n_left = np.square(y - mean), y.size - n_parameters

        def excess(dispersion):
            variance = mean + dispersion * np.square(mean)
            return float(np.sum(squares / variance)) - n_left

        if not excess(0.0) > 0.0:
            raise ValueError(
                f"y scatters no more than Poisson counts: Pearson's statistic is "
                f"{excess(0.0) + n_left:.4g}, of {n_left:.4g} degrees of freedom. Take "
                f"loss='poisson'."
            )
        high = 1.0
        while excess(high) > 0.0:
            high *= 2.0
        return cls(brentq(excess, 0.0, high))

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return (y + self.k) * softplus(eta - self.log_k) - y * eta

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        cdef double x = eta - self.log_k, small = exp(-x if x > 0.0 else x)
        cdef double p = 1.0 / (1.0 + small), q = small * p  # the larger, the smaller
        if x < 0.0:
            p, q = q, p
        residual[0] = y * q - self.k * p
        curvature[0] = (y + self.k) * p * q
        return (y + self.k) * softplus(x) - y * eta

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        cdef double top = y + self.k, u = y - residual
        if u < -ROUNDING * top or u > top * (1.0 + ROUNDING):
            return INFINITY
        cdef double value = 0.0
        if u > 0.0:
            value = u * log(self.k * u / top)
        if 0.0 < u < top:
            value += (top - u) * log1p(-u / top)
        return value

    cdef double minimum_at(self, double y) noexcept nogil:
        if y > 0.0:
            return (y + self.k) * log1p(y / self.k) - y * log(y)
        return 0.0

    def magnitude(self, y, eta, sqrt_weight):
        """Return the weighted sum of the absolute terms of the losses."""
        first = (y + self.k) * np.logaddexp(0.0, eta - self.log_k)
        return float(sqrt_weight**2 @ (first + np.abs(y * eta)))

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
        return mean + self.dispersion * np.square(mean)

    def sklearn_estimator(self):
        """Return that of Poisson regression: scikit-learn has none of this loss."""
        return "PoissonRegressor", {}


cdef inline double softplus(double x) noexcept nogil:
    """Return log(1 + exp(x))."""
    return x + log1p(exp(-x)) if x > 0.0 else log1p(exp(x))
