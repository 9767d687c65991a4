from mutar_cy.datafits._datafit cimport Datafit


cdef class RootNewton:
    cdef:
        const double[:, :, ::1] grams
        const int[::1] block_ptr, column_ptr
        double[::1] inverses        # (n_designs, n_kept, n_kept)
        double[::1] coupling        # (n_kept blocks, n_kept blocks)
        double[:, ::1] direction    # (n_rows, n_columns)
        double[::1] units, downhill, found  # (n_columns, n_kept)
        double[::1] norms, curvature, amount    # (n_kept blocks,)
        double[::1] gradient        # (longest block,)
        int[::1] rows, owner        # (n_kept,)
        int n_kept, n_blocks
        readonly double shrinkage

    cdef bint find(
        self, Datafit datafit, const double* w, const double* thresholds, double bend
    ) noexcept nogil
    cdef int keep(
        self, Datafit datafit, const double* w, const double* thresholds
    ) noexcept nogil
    cdef bint invert(self) noexcept nogil
    cdef bint couple(self, double bend) noexcept nogil
    cdef void divide(self, const double* values, double* out) noexcept nogil
    cdef void project(self, const double* values, double* out) noexcept nogil
    cdef void step(self, Datafit datafit, double* w, double size) noexcept nogil
