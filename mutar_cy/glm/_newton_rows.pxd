from mutar_cy.glm._rows_model cimport RowsModel
from mutar_cy.penalties._penalty cimport Penalty


cdef class NewtonRows(RowsModel):
    cdef:
        readonly double value                   # of the loss, at the last look
        double cost, gap, last, spent
        readonly int n_steps
        readonly int most                       # active rows of a model
        bint fresh                              # whether all slopes are known
        double[::1] grad                        # (n_rows * n_columns,)
        double[::1] ahead                       # (n_observations,) trial predictors
        int endured                             # models whose sweeps do not converge
        object on_look
        readonly int status

    cdef int check(self, Penalty penalty) except -1
    cdef int run(self, Penalty penalty, double target, int budget) noexcept nogil
    cdef bint tell(self) noexcept nogil
    cdef bint interrupted(self) noexcept nogil
    cdef bint has_signal(self)
    cdef double evaluate(self) noexcept nogil
    cdef double imbalance(self) noexcept nogil
    cdef void correlate(self, bint whole) noexcept nogil
    cdef void look(self, Penalty penalty, bint whole) noexcept nogil
    cdef double dual_at(self, double scale) noexcept nogil
    cdef bint step(self, Penalty penalty) noexcept nogil
    cdef double explain(self) noexcept nogil
    cdef void take(self, double step, const double* ahead) noexcept nogil
