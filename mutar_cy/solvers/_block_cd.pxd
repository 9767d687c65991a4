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

# A descent of `block_cd`: what it is given, its buffers, and its outcome.
cdef struct Descent:
    double target         # duality gap to reach
    int max_epochs
    int epochs            # sweeps between two gaps
    int n_free            # unpenalised blocks, which come first
    double row_work       # multiplications of a visit of a row
    double* history       # (epochs + 1, n_rows, n_columns) written, or NULL
    int* active           # (n_blocks,) written
    double* scratch       # two times the size of the longest block
    int size              # of the longest block
    int n_epochs
    double gap
    Py_ssize_t n_active
    bint at_rest
    bint is_interrupted   # by a signal

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

cdef double kernel_gap(View view) noexcept nogil

cdef void descend_blocks(
    Datafit datafit, Penalty penalty, double* w, Descent* run
) noexcept nogil

cdef int raise_signal(const Descent* run) except -1
