"""Inverses of positive definite matrices, many in one call."""

from scipy.linalg.cython_lapack cimport dpotrf, dpotri


cdef bint invert(int n, double* A) noexcept nogil:
    """Replace a matrix by its inverse; return whether it is positive definite.

    The upper triangle, in C order, is read.
    """
    cdef:
        int info = 0
        Py_ssize_t i, j
    dpotrf(b"L", &n, A, &n, &info)  # the lower triangle in Fortran's order
    if info == 0:
        dpotri(b"L", &n, A, &n, &info)
    for i in range(n):
        for j in range(i):
            A[i * n + j] = A[j * n + i]
    return info == 0


def spd_inverses(double[:, :, ::1] matrices not None):
    """Replace matrices by their inverses.

    Parameters
    ----------
    matrices : ndarray of shape (n_matrices, n, n)
        Symmetric, replaced.

    Returns
    -------
    regular : bool
        Whether all are positive definite; if not, the matrices are left undefined.
    """
    cdef Py_ssize_t k
    cdef int n = <int> matrices.shape[1]
    cdef bint regular = True
    with nogil:
        for k in range(matrices.shape[0]):
            regular = invert(n, &matrices[k, 0, 0])
            if not regular:
                break
    return bool(regular)
