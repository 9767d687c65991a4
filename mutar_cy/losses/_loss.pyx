"""The abstract loss: every member that solvers, estimators and model selection ask for.

Formulas stand once, compiled, for one sample; arrays of samples go through them.
"""

import numpy as np

from libc.math cimport INFINITY, NAN, fabs, isfinite, isnan

# Steps of the intercept-only fit. Newton's method takes 3 to 8; bisection over the
# whole range of exponents of a double takes at most 2 * 1074.
cdef int MAX_STEPS = 2200
# Newton steps before bisection alone goes on. Where the curvature of Newton models is
# larger than f'', as far from the targets of the Huber loss, its steps may be so short
# that they never arrive.
cdef int NEWTON_STEPS = 40
# The residuals' sum, relative to the sum of their sizes, at which no digit is left:
# two units in the last place.
cdef double BALANCED = 4e-16
# First bound of a step, in units of the predictor: exp(8) does not saturate a loss. A
# step that reaches the bound doubles it, so that every finite optimum is bracketed.
cdef double LONGEST = 8.0


cdef class Loss:
    """Base class of losses: a convex function of a target and a linear predictor.

    A new loss is a subclass in a file of its own and one line in
    ``mutar_cy/losses/__init__.py``. It implements, for one sample, without the GIL and
    without raising:

    - ``terms_at(y, eta, residual, curvature)``: returns the loss; writes ``-f'`` and
      the curvature of Newton models: ``f''``, or a positive number where it is 0.
      Derivatives are by ``eta``. Where the two curvatures differ, the method
      ``curvature`` must return ``f''``.
    - ``value_at(y, eta)``: the loss alone.
    - ``conjugate_at(y, residual)``: the maximum over ``eta`` of
      ``-residual * eta - f(y, eta)``; it must be finite for every multiple between 0
      and 1 of a residual that ``terms_at`` writes.
    - ``minimum_at(y)``: the minimum of ``f(y, eta)`` over ``eta``.

    and, in Python, ``mean`` and the class attributes below. Samples have weights
    ``sqrt_weight ** 2``. A sample of weight 0 is not evaluated: its derivatives are 0.
    Arrays have shape (n_samples,) unless a method says otherwise.

    Attributes
    ----------
    name : str
        The value of the parameter ``loss`` that selects it.
    link : {"identity", "log", "logit"}
        The function that maps the expected target to the linear predictor.
    smoothness : float
        The supremum of ``f''``; infinite where there is none.
    is_quadratic : bool
        Whether ``f`` is the squared error, whose targets may be shifted and scaled.
    lower_bound : float
        Smallest target. Excluded if ``lower_bound_excluded``.
    has_likelihood : bool
        Whether information criteria have a likelihood to use.
    degenerate_targets : str
        Description of targets for which :meth:`lacks_optimum` is true.
    unpenalised_model, unpenalised_estimator : str
        Name of the model without a penalty, and of an estimator of it: scikit-learn's,
        or another with the name of its package.
    """

    name = ""
    link = "identity"
    smoothness = INFINITY
    is_quadratic = False
    lower_bound = -INFINITY
    lower_bound_excluded = False
    has_likelihood = False
    degenerate_targets = ""
    unpenalised_model = "unpenalised regression"
    unpenalised_estimator = "LinearRegression"

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return 0.0

    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil:
        residual[0] = curvature[0] = 0.0
        return 0.0

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        return 0.0

    cdef double minimum_at(self, double y) noexcept nogil:
        return 0.0

    cdef double total(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
    ) noexcept nogil:
        """Return the weighted sum of the losses."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                total += sqrt_weight[i] * sqrt_weight[i] * self.value_at(y[i], eta[i])
        return total

    cdef double total_terms(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
        double* residual,           # (n,) written
        double* curvature,          # (n,) written
    ) noexcept nogil:
        """Return `total`; write ``-sqrt_weight * f'`` and Newton curvatures."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                total += sqrt_weight[i] * sqrt_weight[i] * self.terms_at(
                    y[i], eta[i], &residual[i], &curvature[i]
                )
                residual[i] *= sqrt_weight[i]
            else:
                residual[i] = curvature[i] = 0.0
        return total

    cdef double total_dual(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* offset,       # (n,)
        const double* sqrt_weight,  # (n,)
        const double* residual,     # (n,)
        double scale,
    ) noexcept nogil:
        """Return the dual objective at ``scale`` times the residual."""
        cdef Py_ssize_t i
        cdef double total = 0.0, theta
        for i in range(n):
            if sqrt_weight[i] > 0.0:
                theta = scale * residual[i] / sqrt_weight[i]
                total -= sqrt_weight[i] * sqrt_weight[i] * (
                    self.conjugate_at(y[i], theta) + theta * offset[i]
                )
        return total

    cdef double best_intercept(
        self,
        Py_ssize_t n,
        const double* y,            # (n,)
        const double* eta,          # (n,)
        const double* sqrt_weight,  # (n,)
    ) noexcept nogil:
        """Return `fit_intercept_only`, or NaN if there is no finite optimum."""
        cdef Py_ssize_t i
        cdef int n_steps = 0
        cdef double low = -INFINITY, high = INFINITY, at = 0.0, longest = LONGEST, step
        cdef double total, size, slope, residual, curvature, weight, weight_sum
        cdef bint ended
        while n_steps < MAX_STEPS:
            n_steps += 1
            total = size = slope = weight_sum = 0.0
            for i in range(n):
                weight = sqrt_weight[i] * sqrt_weight[i]
                if weight > 0.0:
                    weight_sum += weight
                    self.terms_at(y[i], eta[i] + at, &residual, &curvature)
                    total += weight * residual
                    size += weight * fabs(residual)
                    slope += weight * curvature
            if fabs(total) <= BALANCED * size:
                # A flat loss without residuals is saturated, not minimal.
                ended = slope > 0.0 or size > 0.0 or weight_sum == 0.0
                return at if ended else NAN
            # Residuals fall as the predictor grows: the loss is convex.
            if total > 0.0:
                low = at
            else:
                high = at
            step = INFINITY
            if slope > 0.0 and n_steps <= NEWTON_STEPS:
                step = total / slope
            if not isfinite(step) or fabs(step) > longest:
                if n_steps == 1:
                    at = start_of_intercept(self, n, eta, sqrt_weight)
                    if at != 0.0:
                        low, high = -INFINITY, INFINITY
                        continue
                step = longest if total > 0.0 else -longest
                longest *= 2.0
            if at + step == at:  # shorter than the resolution of doubles
                return at
            if not low < at + step < high:
                step = 0.5 * (low + high) - at
                if not low < at + step < high:
                    # Neighbouring doubles bracket the root, or there is no root and a
                    # step has overflowed.
                    return at if isfinite(low) and isfinite(high) else NAN
            at += step
        return NAN

    def _parameters(self):
        """Return the arguments that make this loss again."""
        return ()

    def __reduce__(self):
        return type(self), self._parameters()

    def __eq__(self, other):
        return type(self) is type(other) and self._parameters() == other._parameters()

    def __hash__(self):
        return hash((type(self), self._parameters()))

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(map(repr, self._parameters()))})"

    def value(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] sqrt_weight not None,
    ):
        """Return the weighted sum of the losses."""
        cdef double total = 0.0
        if y.shape[0]:
            with nogil:
                total = self.total(y.shape[0], &y[0], &eta[0], &sqrt_weight[0])
        return total

    def evaluate(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] sqrt_weight not None,
        double[::1] residual not None,
        double[::1] curvature not None,
    ):
        """Return :meth:`value`; write ``-sqrt_weight * f'`` and Newton curvatures."""
        cdef double total = 0.0
        if y.shape[0]:
            with nogil:
                total = self.total_terms(
                    y.shape[0], &y[0], &eta[0], &sqrt_weight[0], &residual[0],
                    &curvature[0],
                )
        return total

    def dual(
        self,
        const double[::1] y not None,
        const double[::1] offset not None,
        const double[::1] sqrt_weight not None,
        const double[::1] residual not None,
        double scale,
    ):
        """Return the dual objective at ``scale`` times the residual of `evaluate`.

        It is a lower bound of the loss plus the penalty if the point is in the dual
        ball and orthogonal to every unpenalised column, the intercept's included.
        """
        cdef double total = 0.0
        if y.shape[0]:
            with nogil:
                total = self.total_dual(
                    y.shape[0], &y[0], &offset[0], &sqrt_weight[0], &residual[0], scale
                )
        return total

    def magnitude(self, y, eta, sqrt_weight):
        """Return the weighted sum of the absolute terms of the losses.

        Rounding errors of :meth:`value` are proportional to it.
        """
        return self.value(y, eta, sqrt_weight)

    def constant_to_optimal(
        self, const double[::1] y not None, const double[::1] sqrt_weight not None
    ):
        """Return the constant that makes the weighted loss of a perfect fit zero."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        with nogil:
            for i in range(y.shape[0]):
                if sqrt_weight[i] > 0.0:
                    total += sqrt_weight[i] * sqrt_weight[i] * self.minimum_at(y[i])
        return -total

    def fit_intercept_only(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] sqrt_weight not None,
    ):
        """Return the constant to add to ``eta`` that makes weighted residuals sum to 0.

        Newton's method inside a bracket. The bracket is found by steps that double,
        and bisected where a Newton step leaves it. Predictors whose median is far from
        0, where losses saturate, start at minus their median.

        Raises
        ------
        ValueError
            If the residuals have the same sign for every constant, so that the loss
            has no finite minimum.
        """
        cdef double at = 0.0
        if y.shape[0]:
            with nogil:
                at = self.best_intercept(y.shape[0], &y[0], &eta[0], &sqrt_weight[0])
        if isnan(at):
            raise ValueError(
                f"The intercept of the loss {self.name!r} has no finite optimum: its "
                f"residuals have the same sign for every intercept, or predictors are "
                f"not finite. Check targets and offsets, or set fit_intercept=False."
            )
        return at

    def check_target(self, y, owner=""):
        """Raise unless all targets are in the range of the loss.

        Parameters
        ----------
        y : ndarray of shape (n_samples,)
        owner : str, default=""
            What to append to "y" in the message, such as " of task 'Lyon'".

        Raises
        ------
        ValueError
            The message names the loss and the smallest target.
        """
        lowest = y.min(initial=INFINITY)
        if lowest < self.lower_bound:
            raise ValueError(
                f"y{owner} must not be negative with loss={self.name!r}, got {lowest}. "
                f"For targets of both signs take loss='squared_error' or 'huber'."
            )
        if self.lower_bound_excluded and lowest <= self.lower_bound:
            raise ValueError(
                f"y{owner} must be positive with loss={self.name!r}, got {lowest}. For "
                f"targets that may be 0 take loss='squared_error' or 'poisson'."
            )

    def lacks_optimum(self, y):
        """Tell whether no finite intercept minimises the loss of these targets."""
        return False

    def descent_signs(self, y):
        """Return the sign of the predictors towards which each loss falls for ever.

        It is 0 for a target whose loss grows in both directions.

        Parameters
        ----------
        y : ndarray of shape (n_samples,)

        Returns
        -------
        signs : ndarray of shape (n_samples,)
            -1, 0 or 1.
        """
        return np.zeros(len(y))

    def deviance(self, y, eta):
        """Return twice the loss above its minimum, sample by sample.

        Parameters
        ----------
        y, eta : ndarray, of the same shape

        Returns
        -------
        deviance : ndarray of that shape
        """
        cdef const double[::1] target = flat(y), predictor = flat(eta)
        cdef double[::1] out = np.empty(target.shape[0])
        cdef Py_ssize_t i
        with nogil:
            for i in range(target.shape[0]):
                out[i] = 2.0 * (
                    self.value_at(target[i], predictor[i]) - self.minimum_at(target[i])
                )
        return np.asarray(out).reshape(np.shape(y))

    def curvature(self, y, eta):
        """Return ``f''``, sample by sample, for arrays of the same shape."""
        cdef const double[::1] target = flat(y), predictor = flat(eta)
        cdef double[::1] out = np.empty(target.shape[0])
        cdef double residual
        cdef Py_ssize_t i
        with nogil:
            for i in range(target.shape[0]):
                self.terms_at(target[i], predictor[i], &residual, &out[i])
        return np.asarray(out).reshape(np.shape(y))

    def minus_two_log_likelihood(self, deviance, n_samples):
        """Return minus twice the log-likelihood of samples, up to a constant.

        Parameters
        ----------
        deviance : float or ndarray
            Mean deviance of the samples.
        n_samples : int or ndarray
        """
        raise NotImplementedError(f"loss={self.name!r} has no likelihood")

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        raise NotImplementedError

    def variance(self, mean):
        """Return the variance of a target at its mean, up to the dispersion.

        Only losses with the link "log" have it.
        """
        raise NotImplementedError

    def sklearn_estimator(self):
        """Return the class name and parameters of a scikit-learn estimator.

        It predicts the same from the same coefficients.
        """
        return self.unpenalised_estimator, {}


cdef const double[::1] flat(values):
    """Return values as a contiguous 1-D array of float64."""
    return np.ascontiguousarray(values, dtype=np.float64).ravel()


cdef double start_of_intercept(
    Loss loss,
    Py_ssize_t n,
    const double* eta,          # (n,)
    const double* sqrt_weight,  # (n,)
) noexcept nogil:
    """Return minus the median predictor if predictors are far from 0, else 0."""
    cdef double median
    with gil:
        if loss.link == "identity":  # y - eta has no place where a loss saturates
            return 0.0
        weighed = np.asarray(<double[:n]> <double*> sqrt_weight) > 0.0
        median = np.median(np.asarray(<double[:n]> <double*> eta)[weighed])
    return -median if fabs(median) > LONGEST else 0.0
