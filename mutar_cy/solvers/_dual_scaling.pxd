cdef double best_dual(
    double square,
    double inner,
    const double* norms,
    const double* thresholds,
    Py_ssize_t n_blocks,
    double ridge,
    double limit,
    double* scale,
) noexcept nogil
