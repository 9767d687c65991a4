"""A penalty whose methods are written in Python: slow, for prototypes and tests."""

import numpy as np

from libc.math cimport INFINITY

from mutar_cy.penalties._penalty cimport Penalty


cdef to_array(const double* values, int size):
    """Return a copy of a C array."""
    cdef double[::1] out = np.empty(size)
    cdef int k
    for k in range(size):
        out[k] = values[k]
    return np.asarray(out)


cdef class PythonPenalty(Penalty):
    """Base class of penalties that are written in Python.

    The kernels take the GIL for every block, so that a fit takes about 100 times as
    long as with a compiled penalty. The first exception that a method raises ends the
    solve. See `Penalty` for the other members to override.
    """

    cdef object error

    @property
    def needs_dual_ratio(self):
        """Whether the dual norm comes from `dual_ratios`: always here."""
        return True

    def value_of_block(self, b, w):
        """Return the value of block ``b`` at ``w``, of shape (size,)."""
        raise NotImplementedError

    def dual_ratio_of_block(self, b, grad):
        """Return by what ``grad`` must be divided for block ``b`` to stay zero."""
        raise NotImplementedError

    def conjugate_of_block(self, b, grad):
        """Return the conjugate of block ``b`` at ``-grad``: infinite beyond ratio 1."""
        return np.inf if self.dual_ratio_of_block(b, grad) > 1.0 else 0.0

    def prox_of_block(self, b, w, curvature):
        """Return the proximal point of ``w`` for curvatures of shape (size,)."""
        raise NotImplementedError

    cdef int raise_error(self) except -1:
        error, self.error = self.error, None
        if error is not None:
            raise error
        return 0

    cdef double block_value(
        self, Py_ssize_t b, const double* w, int size
    ) noexcept nogil:
        with gil:
            return self._number("value_of_block", b, w, size)

    cdef double block_dual_ratio(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        with gil:
            return self._number("dual_ratio_of_block", b, grad, size)

    cdef double block_conjugate(
        self, Py_ssize_t b, const double* grad, int size
    ) noexcept nogil:
        with gil:
            return self._number("conjugate_of_block", b, grad, size)

    cdef void block_prox(
        self, Py_ssize_t b, double* w, const double* curvature, int size, bint uniform
    ) noexcept nogil:
        with gil:
            self._prox(b, w, curvature, size, uniform)

    cdef double _number(self, name, Py_ssize_t b, const double* values, int size):
        try:
            return float(getattr(self, name)(b, to_array(values, size)))
        except BaseException as error:
            self.error = error if self.error is None else self.error
            return INFINITY

    cdef void _prox(
        self, Py_ssize_t b, double* w, const double* curvature, int size, bint uniform
    ):
        cdef const double[::1] found
        cdef int k
        try:
            each = to_array(curvature, 1 if uniform else size)
            if uniform:
                each = np.repeat(each, size)
            found = np.array(
                self.prox_of_block(b, to_array(w, size), each), dtype=np.float64
            )
            for k in range(size):
                w[k] = found[k]
        except BaseException as error:
            self.error = error if self.error is None else self.error
