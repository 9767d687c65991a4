cdef class Loss:
    cdef double value_at(self, double y, double eta) noexcept nogil
    cdef double terms_at(
        self, double y, double eta, double* residual, double* curvature
    ) noexcept nogil
    cdef double conjugate_at(self, double y, double residual) noexcept nogil
    cdef double minimum_at(self, double y) noexcept nogil
