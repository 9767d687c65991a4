from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.penalties._penalty cimport Penalty

cdef double move_block(
    Datafit datafit,
    Penalty penalty,
    Py_ssize_t b,
    double* w,
    int size,
    double* delta,
    double* curvature,
) noexcept nogil
