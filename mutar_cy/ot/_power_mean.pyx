"""The power mean over tasks and its derivatives, in one pass over the features."""

import numpy as np

from libc.math cimport INFINITY, exp, expm1, log1p

# Lower bound of a mean relative to its largest term: keeps logarithms finite.
cdef double TINY = 1e-15


def power_mean(
    const double[:, ::1] less not None,
    const double[::1] top not None,
    const double[::1] factor not None,
    double tau,
    int n_tasks,
):
    """Return ``q = mean_k(A_k ** tau) ** (1 / tau)`` and its derivatives by the tasks.

    Parameters
    ----------
    less : ndarray of shape (p, m)
        ``A ** tau`` relative to the largest of its row, minus 1.
    top : ndarray of shape (p,)
        Logarithm of the largest A of each row.
    factor : ndarray of shape (m,)
        Factor of ``A ** tau``, minus 1.
    tau : float
        In (0, 1).
    n_tasks : int
        Number of tasks in the mean; those beyond the m given ones are zero.

    Returns
    -------
    log_q : ndarray of shape (p,)
    mass : float
        ``n_tasks`` times the sum of q.
    received : ndarray of shape (m,)
        The derivative of the mass by the logarithm of each A_k.
    products : ndarray of shape (m, m)
        Sum over the features of the products of two derivatives, divided by the mass.
    """
    cdef Py_ssize_t p = less.shape[0], m = less.shape[1], j, k, other
    cdef double[::1] log_q = np.empty(p), received = np.zeros(m), part = np.empty(m)
    cdef double[:, ::1] products = np.zeros((m, m))
    cdef double excess, base = m - n_tasks, here, total = 0.0, share
    with nogil:
        for k in range(m):
            base += factor[k]
        for j in range(p):
            excess = base
            for k in range(m):
                part[k] = 1.0 + factor[k]
                excess += less[j, k] * part[k]
                part[k] += less[j, k] * part[k]
            excess = max(excess, (TINY - 1.0) * n_tasks)
            log_q[j] = top[j] + log1p(excess / n_tasks) / tau
            here = n_tasks * exp(log_q[j])
            total += here
            if here == 0.0:
                continue
            for k in range(m):
                share = here * part[k] / (n_tasks + excess)
                received[k] += share
                for other in range(k + 1):
                    products[k, other] += share * part[other] / (n_tasks + excess)
        for k in range(m):
            for other in range(k):
                products[other, k] = products[k, other]
    return np.asarray(log_q), total, np.asarray(received), np.asarray(products)


def log_power_mean(const double[:, :] log_sums not None, double tau):
    """Return ``log(mean_k(exp(tau * log_sums[:, k]))) / tau`` of every row.

    Parameters
    ----------
    log_sums : ndarray of shape (p, m)
        May hold minus infinity.
    tau : float
        In (0, 1).

    Returns
    -------
    log_mean : ndarray of shape (p,)
    """
    cdef Py_ssize_t p = log_sums.shape[0], m = log_sums.shape[1], j, k
    cdef double[::1] out = np.empty(p)
    cdef double top, excess
    with nogil:
        for j in range(p):
            top = -INFINITY
            for k in range(m):
                top = log_sums[j, k] if log_sums[j, k] > top else top
            excess = 0.0
            # With a small tau all terms are near one: expm1 and log1p keep the digits.
            for k in range(m):
                if log_sums[j, k] != top:
                    excess += expm1(tau * (log_sums[j, k] - top))
            out[j] = top + log1p(excess / m) / tau
    return np.asarray(out)
