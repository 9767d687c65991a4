cdef class Loss:
    cdef double value_at(self, double y, double eta) noexcept nogil
    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil
    cdef double conjugate_at(self, double y, double residual) noexcept nogil
    cdef double minimum_at(self, double y) noexcept nogil
    cdef double total(
        self,
        Py_ssize_t n,
        const double* y,
        const double* eta,
        const double* sqrt_weight,
    ) noexcept nogil
    cdef double total_terms(
        self,
        Py_ssize_t n,
        const double* y,
        const double* eta,
        const double* sqrt_weight,
        double* residual,
        double* curvature,
    ) noexcept nogil
    cdef double total_dual(
        self,
        Py_ssize_t n,
        const double* y,
        const double* offset,
        const double* sqrt_weight,
        const double* residual,
        double scale,
    ) noexcept nogil
    cdef double best_intercept(
        self,
        Py_ssize_t n,
        const double* y,
        const double* eta,
        const double* sqrt_weight,
    ) noexcept nogil
