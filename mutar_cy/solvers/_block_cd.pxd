from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.penalties._penalty cimport Penalty

# What `look` measures at a point.
cdef struct View:
    double square         # squared norm of the residual
    double inner          # inner product of the residual with the target
    double cost           # value of the penalty
    double conjugate      # of the penalty at the unscaled residual
    double largest        # largest dual ratio of a block
    Py_ssize_t n_active   # blocks that are non-zero or are to become so

cdef double move_block(
    Datafit datafit,
    Penalty penalty,
    Py_ssize_t b,
    double* w,
    int size,
    double* delta,
    double* curvature,
) noexcept nogil

cdef View look(
    Datafit datafit,
    Penalty penalty,
    const double* w,
    int* active,
    double* ratios,
    double* grad,
    int n_free,
) noexcept nogil

cdef double sweep(
    Datafit datafit,
    Penalty penalty,
    double* w,
    const int* active,
    Py_ssize_t n_active,
    double* scratch,
    int size,
) noexcept nogil

cdef Py_ssize_t rows_of(
    Datafit datafit, const int* active, Py_ssize_t n_active
) noexcept nogil
