"""Lassos of every column of a design on the others, from one Gram matrix.

Each column is a small problem with a small support. So it has a working set with a Gram
matrix of its own, which fits the cache, and the gradient of all columns is computed
only when the working set is solved.
"""

import numpy as np

from libc.math cimport fabs

from mutar_cy._lib._blas cimport axpy

# Columns that a working set begins with: 80 to 100 were fastest, n = 200, p = 1000.
cdef int N_BEGIN = 80
# Sweeps over a working set between two computations of its gap, and maximum number.
cdef int SWEEPS = 3
cdef int MAX_SWEEPS = 1000
# Gap to reach for a working set: this share of the target, or of the last gap of the
# problem, whichever is larger.
cdef double INNER = 0.6, OUTER = 0.1
# Halvings of the interval of gradients in which the largest are sought.
cdef int HALVINGS = 12


cdef struct Node:
    int p
    int column            # the target
    int capacity          # of the working set
    int size              # of the working set
    double alpha
    double target_gap
    double own            # mean square of the target
    const double* row     # (p,), of the Gram matrix, of the target
    const double* gram    # (p, p)
    double* coef          # (p,)
    double* gradient      # (p,), inner products with the residual, over n
    int* members          # (capacity,), columns of the working set
    double* sub           # (capacity, capacity), their Gram matrix
    double* b             # (capacity,), coefficients
    double* g             # (capacity,), gradient
    double* products      # (capacity,), with the target


cdef double duality_gap(const Node* node, double largest) noexcept nogil:
    """Return the gap of the working set's coefficients, for a largest gradient."""
    cdef int i
    cdef double l1 = 0.0, square, along = 0.0, slope = 0.0, scale, alpha = node.alpha
    for i in range(node.size):
        l1 += fabs(node.b[i])
        along += node.b[i] * node.products[i]
        slope += node.b[i] * node.g[i]
    along = node.own - along  # residual with target
    square = along - slope    # residual with itself
    if square <= 0.0:
        return alpha * l1
    scale = along / square
    if scale * largest > alpha:
        scale = alpha / largest
    if scale < 0.0:
        scale = 0.0
    return 0.5 * square + alpha * l1 - scale * (along - 0.5 * scale * square)


cdef double largest_entry(int n, const double* x) noexcept nogil:
    cdef int i
    cdef double largest = 0.0
    for i in range(n):
        if fabs(x[i]) > largest:
            largest = fabs(x[i])
    return largest


cdef void sweep(Node* node) noexcept nogil:
    """Minimise over every coefficient of the working set in turn."""
    cdef int i, k, size = node.size
    cdef double step, target, new, alpha = node.alpha
    cdef const double* row
    for i in range(size):
        row = node.sub + <Py_ssize_t> i * node.capacity
        target = node.g[i] + row[i] * node.b[i]
        new = 0.0
        if target > alpha:
            new = (target - alpha) / row[i]
        elif target < -alpha:
            new = (target + alpha) / row[i]
        if new != node.b[i]:
            step = new - node.b[i]
            node.b[i] = new
            for k in range(size):
                node.g[k] -= step * row[k]


cdef void solve_members(Node* node, double gap) noexcept nogil:
    """Solve the problem of the working set, given the last gap of all columns."""
    cdef int _turn, _k
    cdef double target = max(INNER * node.target_gap, OUTER * gap)
    for _turn in range(MAX_SWEEPS // SWEEPS):
        for _k in range(SWEEPS):
            sweep(node)
        if duality_gap(node, largest_entry(node.size, node.g)) <= target:
            return


cdef double update_gradient(Node* node) noexcept nogil:
    """Compute the gradient of all columns; return the gap of the problem."""
    cdef int i, p = node.p
    for i in range(p):
        node.gradient[i] = node.row[i]
    for i in range(node.size):
        node.coef[node.members[i]] = node.b[i]
        if node.b[i] != 0.0:
            axpy(p, -node.b[i], node.gram + <Py_ssize_t> node.members[i] * p,
                 node.gradient)
    node.gradient[node.column] = 0.0  # it has no coefficient
    for i in range(node.size):
        node.g[i] = node.gradient[node.members[i]]
    return duality_gap(node, largest_entry(p, node.gradient))


cdef double bar(const Node* node, int wanted) noexcept nogil:
    """Return a gradient that some `wanted` columns reach, alpha at least."""
    cdef int i, _k, count
    cdef double low = node.alpha, high = largest_entry(node.p, node.gradient), middle
    for _k in range(HALVINGS):
        middle = 0.5 * (low + high)
        count = 0
        for i in range(node.p):
            count += fabs(node.gradient[i]) > middle
        if count > wanted:
            low = middle
        else:
            high = middle
    return high


cdef void fill_members(Node* node) noexcept nogil:
    """Keep the support, and add columns with the largest gradients."""
    cdef int i, k, size = 0, wanted, p = node.p
    cdef double least
    cdef const double* row
    for i in range(p):
        if node.coef[i] != 0.0:
            node.members[size] = i
            size += 1
    wanted = min(max(size, N_BEGIN), node.capacity - size)
    least = bar(node, wanted + size)  # columns of the support are above it, too
    wanted += size
    for i in range(p):
        if size == wanted:
            break
        if node.coef[i] == 0.0 and fabs(node.gradient[i]) >= least:
            node.members[size] = i
            size += 1
    node.size = size
    for i in range(size):
        row = node.gram + <Py_ssize_t> node.members[i] * p
        node.b[i] = node.coef[node.members[i]]
        node.g[i] = node.gradient[node.members[i]]
        node.products[i] = node.row[node.members[i]]
        for k in range(size):
            node.sub[<Py_ssize_t> i * node.capacity + k] = row[node.members[k]]


def nodewise_lassos(
    const double[:, ::1] gram not None,
    double alpha,
    double tol,
    int first,
    int last,
    int capacity,
    int max_rounds=100,
):
    r"""Return the coefficients of lassos of some columns on all other columns.

    Column j of a design Z with n rows has the problem

    .. math::

        \min_{b,\, b_j = 0} \frac{1}{2n} \| z_j - Z b \|^2 + \alpha \| b \|_1

    Parameters
    ----------
    gram : ndarray of shape (n_features, n_features)
        Z'Z / n.
    alpha : float
        Penalty strength, above 0.
    tol : float
        Duality gap to reach, over the mean square of the column.
    first, last : int
        The columns, from `first` to `last` - 1.
    capacity : int
        Maximum size of a working set; above the number of rows and 1, or all columns.
    max_rounds : int, default=100
        Maximum number of working sets of a column.

    Returns
    -------
    coef : ndarray of shape (last - first, n_features)
    gaps : ndarray of shape (last - first,)
        Duality gaps, over the mean squares of the columns.
    """
    cdef int p = <int> gram.shape[0], j, _k
    cdef double gap
    cdef double[:, ::1] coef = np.zeros((last - first, p))
    cdef double[::1] gaps = np.empty(last - first), gradient = np.empty(p)
    cdef double[:, ::1] sub = np.empty((capacity, capacity))
    cdef double[:, ::1] vectors = np.empty((3, capacity))
    cdef int[::1] members = np.empty(capacity, dtype=np.int32)
    cdef Node node
    node.p, node.capacity, node.alpha = p, capacity, alpha
    node.gram, node.gradient = &gram[0, 0], &gradient[0]
    node.sub, node.members = &sub[0, 0], &members[0]
    node.b, node.g, node.products = &vectors[0, 0], &vectors[1, 0], &vectors[2, 0]
    with nogil:
        for j in range(first, last):
            node.column, node.row, node.size = j, &gram[j, 0], 0
            node.own, node.coef = gram[j, j], &coef[j - first, 0]
            node.target_gap = tol * node.own
            gap = update_gradient(&node)
            for _k in range(max_rounds):
                if gap <= node.target_gap:
                    break
                fill_members(&node)
                solve_members(&node, gap)
                gap = update_gradient(&node)
            gaps[j - first] = gap / node.own
    return np.asarray(coef), np.asarray(gaps)
