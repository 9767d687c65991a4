from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.losses._loss cimport Loss
from mutar_cy.penalties._penalty cimport Penalty


cdef class RowsModel:
    cdef:
        Loss loss
        const double[::1] y, offset, sqrt_weight, inverse   # (n_observations,)
        const long long[::1] starts                  # (n_columns + 1,) of observations
        const long long[::1] sample_ptr              # (n_designs + 1,)
        const int[::1] owners                        # (n_columns,)
        double floor
        bint centred
        double[::1] eta, residual, curvature, change      # (n_observations,)
        double[::1] intercept, intercept_step                 # (n_columns,)
        double[:, ::1] w, trial, move, lipschitz     # (n_rows, n_columns)
        double[:, ::1] slopes, begin, means          # (n_columns, n_rows)
        double[:, ::1] axes                          # (n_columns, n_axes)
        double[:, :, ::1] grams                      # (n_columns, n_rows, n_rows)
        double[::1] weighed, scratch

    cdef int make_model(
        self, const double[:, ::1] rows, const int[::1] block_ptr, bint rotates
    ) noexcept nogil
    cdef void sweep(
        self, Datafit datafit, Penalty penalty, const int[::1] block_ptr, bint turns
    ) noexcept nogil
