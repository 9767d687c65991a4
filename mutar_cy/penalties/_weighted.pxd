from libc.math cimport sqrt

from mutar_cy._lib._blas cimport dot
from mutar_cy.penalties._penalty cimport Penalty


cdef class Weighted(Penalty):
    cdef:
        readonly double alpha
        readonly double ridge
        readonly bint positive
        readonly object weights
        const double[::1] factors  # the weights; empty: all are 1


cdef inline double factor(Weighted penalty, Py_ssize_t b) noexcept nogil:
    """Weight of block b."""
    return 1.0 if penalty.factors.shape[0] == 0 else penalty.factors[b]


cdef inline double dual_norm(
    Weighted penalty, const double* grad, int size
) noexcept nogil:
    """Norm of what pulls a block away from zero, when coefficients are zero."""
    cdef double square = 0.0
    cdef int k
    if not penalty.positive:
        return sqrt(dot(size, grad, grad))
    for k in range(size):  # only a negative gradient pulls a coefficient up
        if grad[k] < 0.0:
            square += grad[k] * grad[k]
    return sqrt(square)
