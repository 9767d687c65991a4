from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.losses._loss cimport Loss
from mutar_cy.penalties._penalty cimport Penalty


cdef class RowsModel(Datafit):
    cdef:
        Loss loss
        const double[::1] y, offset, sqrt_weight, inverse   # (n_observations,)
        const long long[::1] starts                  # (n_columns + 1,) of observations
        const long long[::1] sample_ptr              # (n_designs + 1,)
        const int[::1] owners                        # (n_columns,)
        double floor
        bint centred, rotates
        int n_rows, n_columns, n_blocks
        const double[:, ::1] rows                    # (n_rows, samples of all designs)
        double[::1] eta, residual, hessian, change   # (n_observations,)
        double[::1] used, root, inner                # (n_observations,)
        double[::1] intercept, intercept_step        # (n_columns,)
        double[:, ::1] w, trial, move, lipschitz     # (n_rows, n_columns)
        double[:, ::1] slopes, means                 # (n_columns, n_rows)
        double[:, ::1] axes                          # (n_columns, n_axes)
        double[:, :, ::1] grams                      # (n_columns, capacity, capacity)
        double[::1] weighed                          # some samples of all known rows
        double[:, ::1] correlation, before           # (n_columns, capacity)
        double model_square
        long long[::1] axes_ptr                      # (n_blocks + 1,)
        int[::1] place, known                        # (n_rows,)
        int[::1] active                              # (n_blocks,)
        int n_known, n_active, n_active_rows, capacity
        readonly int n_models                        # whose curvatures were taken
        double[::1] scratch
        object fault

    cdef int update(self, double gap, double last, double target) noexcept nogil
    cdef bint pays(self, double gap, double target) noexcept nogil
    cdef bint minimise(self, Penalty penalty, double target) noexcept nogil
    cdef void take_curvatures(self) noexcept nogil
    cdef double drift(self) noexcept nogil
    cdef int extend(self) noexcept nogil
    cdef int grow(self)
    cdef int extend_column(self, int c, int first) noexcept nogil
    cdef int block_of(self, int r) noexcept nogil
    cdef void weigh(self, int c, int start, int length) noexcept nogil
    cdef int turn_new(self, int c, int first) noexcept nogil
    cdef int find_axes(self, int c, int b, int size, int k) noexcept nogil
    cdef void turn_kept(self, int c, int b, double* own, int step) noexcept nogil
    cdef int large_axes(self, double* axes, double* values, int size)
    cdef void turn(
        self, int c, int b, const double* own, double* out, bint back
    ) noexcept nogil
    cdef void begin(self) noexcept nogil
    cdef double model_gap(self, Penalty penalty) noexcept nogil
    cdef void finish(self) noexcept nogil
