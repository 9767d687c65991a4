cdef int turn_block(
    double* gram,
    Py_ssize_t n_rows,
    int start,
    int size,
    bint rotates,
    double* axes,
    double* curvature,
    Py_ssize_t step,
    double* scratch,
) noexcept nogil

cdef void turn_column(
    double* values,
    const double* axes,
    const int* block_ptr,
    Py_ssize_t n_blocks,
    bint back,
    double* scratch,
) noexcept nogil
