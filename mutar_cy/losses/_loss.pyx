"""The questions that a solver asks of a loss."""

from libc.math cimport INFINITY, fabs, isfinite

cdef int SHIFTS = 100           # a bound on steps to an intercept: a few are met
cdef double EXACT = 4e-16       # of the sum of the residuals' sizes: no digit left
cdef double LONGEST = 8.0       # step of an intercept: exponentials stay in range


cdef class Loss:
    """A convex function ``f(y, eta)`` of a target and a linear predictor.

    A subclass answers, for one sample, without the GIL and without raising:

    - ``terms_at(y, eta, residual, bend)``: the loss; writes ``-f'`` and ``f''``,
      derivatives by ``eta``.
    - ``value_at(y, eta)``: the loss alone.
    - ``conjugate_at(y, residual)``: the largest ``-residual * eta - f(y, eta)`` over
      ``eta``; finite for what lies between 0 and a residual.
    - ``least_at(y)``: the least loss for this target, over all ``eta``.

    Samples have weights ``root ** 2``; where the root is 0 nothing is looked at, and
    derivatives are 0. All arrays are of shape (n_samples,).
    """

    smoothness = INFINITY  # the largest f'' anywhere
    is_quadratic = False  # if so, targets may be in any unit

    cdef double value_at(self, double y, double eta) noexcept nogil:
        return 0.0

    cdef double terms_at(
        self, double y, double eta, double* residual, double* bend
    ) noexcept nogil:
        residual[0] = bend[0] = 0.0
        return 0.0

    cdef double conjugate_at(self, double y, double residual) noexcept nogil:
        return 0.0

    cdef double least_at(self, double y) noexcept nogil:
        return 0.0

    def value(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] root not None,
    ):
        """Return the sum of the weighted losses."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        with nogil:
            for i in range(y.shape[0]):
                if root[i] > 0.0:
                    total += root[i] * root[i] * self.value_at(y[i], eta[i])
        return total

    def evaluate(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] root not None,
        double[::1] residual not None,
        double[::1] bend not None,
    ):
        """Return :meth:`value`; write ``-root * f'`` and ``f''``."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        with nogil:
            for i in range(y.shape[0]):
                if root[i] > 0.0:
                    total += root[i] * root[i] * self.terms_at(
                        y[i], eta[i], &residual[i], &bend[i]
                    )
                    residual[i] *= root[i]
                else:
                    residual[i] = bend[i] = 0.0
        return total

    def dual(
        self,
        const double[::1] y not None,
        const double[::1] offset not None,
        const double[::1] root not None,
        const double[::1] residual not None,
        double scale,
    ):
        """Return the dual objective at ``scale`` times the residual of `evaluate`.

        It is a lower bound of the loss plus the penalty if the point is in the dual
        ball, and orthogonal to what is not penalised.
        """
        cdef Py_ssize_t i
        cdef double total = 0.0, own
        with nogil:
            for i in range(y.shape[0]):
                if root[i] > 0.0:
                    own = scale * residual[i] / root[i]
                    total -= root[i] * root[i] * (
                        self.conjugate_at(y[i], own) + own * offset[i]
                    )
        return total

    def size(self, y, eta, root):
        """Return the sum of the sizes of the terms of the weighted losses."""
        return self.value(y, eta, root)

    def least(self, const double[::1] y not None, const double[::1] root not None):
        """Return the sum of the least losses, whatever the predictors."""
        cdef Py_ssize_t i
        cdef double total = 0.0
        with nogil:
            for i in range(y.shape[0]):
                if root[i] > 0.0:
                    total += root[i] * root[i] * self.least_at(y[i])
        return total

    def shift(
        self,
        const double[::1] y not None,
        const double[::1] eta not None,
        const double[::1] root not None,
    ):
        """Return what to add to ``eta`` for the weighted residuals to sum to 0.

        By Newton steps, bisecting where they leave what is known to hold the root.
        """
        cdef Py_ssize_t i
        cdef int _
        cdef double low = -INFINITY, high = INFINITY, at = 0.0, step
        cdef double total, size, slope, residual, bend, weight
        with nogil:
            for _ in range(SHIFTS):
                total = size = slope = 0.0
                for i in range(y.shape[0]):
                    weight = root[i] * root[i]
                    if weight > 0.0:
                        self.terms_at(y[i], eta[i] + at, &residual, &bend)
                        total += weight * residual
                        size += weight * fabs(residual)
                        slope += weight * bend
                if fabs(total) <= EXACT * size:
                    break
                # The residuals fall as the predictor grows.
                if total > 0.0:
                    low = at
                else:
                    high = at
                step = total / slope if slope > 0.0 else INFINITY
                if not isfinite(step) or fabs(step) > LONGEST:
                    step = LONGEST if total > 0.0 else -LONGEST
                if not low < at + step < high:
                    step = 0.5 * (low + high) - at
                    if not low < at + step < high:
                        break
                at += step
        return at

    def mean(self, eta):
        """Return the expected target at a linear predictor."""
        raise NotImplementedError
