"""The choice of a kernel, by the structure of its cost: a line, a grid, or sparse."""

import numpy as np
from scipy import sparse

from mutar_cy.ot._checks import check_cost, check_positive, check_sparse_cost
from mutar_cy.ot._costs import expand_factors
from mutar_cy.ot._kernels import (
    DenseKernel,
    Kernel,
    RecursiveKernel,
    SeparableKernel,
    SparseKernel,
)

# Rounding of a structured cost, relative to the largest.
ROUNDING = 4 * np.finfo(np.float64).eps
# Rows of a matrix to compare at once.
ROWS = 64
FORMS = ("auto", "dense", "separable", "recursive", "sparse")
# Number of features from which two recursive passes beat a matrix product, and from
# which one product per axis beats one for all.
LINE = 64
GRID = 128
# Density below which a sparse product beats a dense one.
SPARSE = 0.15


def find_line(M):
    """Return the positions on a line that have a cost as distances, or None.

    Parameters
    ----------
    M : ndarray of shape (n_features, n_features)
        A cost.

    Returns
    -------
    position : ndarray of shape (n_features,) or None
        Non-decreasing, from zero.
    """
    position = M[0].copy()
    if position[0] != 0.0 or not np.isfinite(position[-1]):
        return None
    if (np.diff(position) < 0.0).any():
        return None

    def rows_of_line(rows):
        return np.abs(position[rows, None] - position)

    return position if _agrees(M, rows_of_line) else None


def find_factors(M):
    """Return the factors of a cost on a grid; the matrix alone if there are none.

    Parameters
    ----------
    M : ndarray of shape (n_features, n_features)
        A cost.

    Returns
    -------
    factors : list of ndarray of shape (n_a, n_a)
        As of :func:`~mutar_cy.ot.grid_factors`.
    """
    for inner in range(2, len(M) // 2 + 1):
        if M[0, 0] != 0.0 or len(M) % inner:
            continue
        slow, fast = M[::inner, ::inner], M[:inner, :inner]
        if _is_sum(M, slow, fast):
            slow, fast = np.ascontiguousarray(slow), np.ascontiguousarray(fast)
            return [*find_factors(slow), fast]
    return [M]


def _is_sum(M, slow, fast):
    """Return whether a matrix is the sum of a slow and a fast axis."""

    def rows_of_sum(rows):
        i, j = np.divmod(rows, len(fast))
        return (slow[i][:, :, None] + fast[j][:, None, :]).reshape(len(rows), -1)

    return _agrees(M, rows_of_sum)


def _agrees(M, rows_of):
    """Return whether the rows of a matrix are those of a function, to rounding."""
    largest = M[0].max()
    if not np.isfinite(largest):
        return False
    middle = np.array([0, len(M) // 2])  # most matrices differ here
    blocks = np.split(np.arange(len(M)), np.arange(ROWS, len(M), ROWS))
    for rows in [middle, *blocks]:
        if not np.abs(M[rows] - rows_of(rows)).max() <= ROUNDING * largest:
            return False
    return True


def make_kernel(M, epsilon, *, form="auto", truncate=None):
    """Return the kernel ``exp(-M / epsilon)`` in the form that is fastest to apply.

    Parameters
    ----------
    M : array-like, sequence of array-like, sparse matrix or Kernel
        The cost of moving mass from one feature to another, symmetric and
        non-negative:

        - a matrix of shape (n_features, n_features), infinite where a move is
          forbidden;
        - a list of one such matrix per axis of a grid, as
          :func:`~mutar_cy.ot.grid_factors` returns it: the cost is their sum;
        - a sparse matrix of the allowed moves. A move that is not stored is forbidden;
          the diagonal is zero where it is not stored;
        - a kernel, for the same cost at another ``epsilon``.

        It is never written to; the kernel may refer to it without a copy.
    epsilon : float
        Strength of the entropy, in units of ``M``.
    form : {"auto", "dense", "separable", "recursive", "sparse"}, default="auto"
        With "auto" the structure of a matrix decides: distances on a line have
        recursive products, sums over the axes of a grid one product per axis, and
        matrices with few finite entries sparse products.
    truncate : float, default=None
        Forbid moves that cost more than ``truncate * epsilon``. This changes the
        problem: mass that would move farther is destroyed and created instead.

    Returns
    -------
    kernel : Kernel
        With methods ``product``, ``log_product``, ``log_block`` and ``plan``.

    Raises
    ------
    ValueError
        If ``M`` is negative, undefined, not square or not symmetric, ``epsilon`` or
        ``truncate`` is not positive, or ``M`` has not the structure of ``form``.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.ot import grid_cost, grid_factors, make_kernel
    >>> make_kernel(grid_factors((20, 30)), epsilon=2.0)
    <separable kernel of 600 features, epsilon=2, max_cost=1202>
    >>> make_kernel(grid_cost(500, power=1), epsilon=2.0)
    <recursive kernel of 500 features, epsilon=2, max_cost=499>
    >>> kernel = make_kernel(grid_cost(3), epsilon=0.5)
    >>> kernel.product(np.ones((3, 1))).ravel().round(4)
    array([1.1357, 1.2707, 1.1357])
    """
    epsilon = check_positive(epsilon, "epsilon")
    if form not in FORMS:
        raise ValueError(f"form must be one of {FORMS}, got {form!r}")
    if truncate is not None:
        M = _truncated(M, check_positive(truncate, "truncate") * epsilon)
    if isinstance(M, Kernel):
        if form not in ("auto", M.form):
            raise ValueError(f"form is {form!r}, but M is a {M.form} kernel")
        return M if M.epsilon == epsilon else M.at(epsilon)
    if sparse.issparse(M):
        return _of_sparse(check_sparse_cost(M), epsilon, form)
    if isinstance(M, list | tuple) and M and np.ndim(M[0]) == 2:
        checked = [check_cost(F, f"M[{axis}]") for axis, F in enumerate(M)]
        return _of_factors(checked, epsilon, form)
    return _of_matrix(check_cost(M), epsilon, form)


def _of_factors(factors, epsilon, form):
    """Return the kernel of a list of factors."""
    if form == "separable":
        return SeparableKernel([_of_matrix(M, epsilon, "auto") for M in factors])
    n_features = np.prod([len(M) for M in factors])
    if form != "auto" or n_features < GRID or len(factors) == 1:
        return _of_matrix(expand_factors(factors), epsilon, form)
    return SeparableKernel([_of_axis(M, epsilon) for M in factors])


def _of_axis(M, epsilon):
    """Return the kernel of one axis of a grid."""
    line = find_line(M) if len(M) >= LINE else None
    if line is not None:
        return RecursiveKernel(line, epsilon)
    return DenseKernel(M, epsilon)


def _of_matrix(M, epsilon, form):
    """Return the kernel of a matrix that has been checked."""
    n_features = len(M)
    if form in ("auto", "recursive") and n_features >= (LINE if form == "auto" else 1):
        line = find_line(M)
        if line is not None:
            return RecursiveKernel(line, epsilon)
    if form in ("auto", "separable") and n_features >= (GRID if form == "auto" else 1):
        factors = find_factors(M)
        if len(factors) > 1 or form == "separable":
            return SeparableKernel([_of_axis(F, epsilon) for F in factors])
    if form == "recursive":
        raise ValueError(f"form is {form!r}, but M has no distances on a line")
    allowed = np.isfinite(M)
    few = allowed.mean() < SPARSE
    if form == "sparse" or (form == "auto" and few):
        row, column = np.nonzero(allowed)
        moves = sparse.coo_array((M[row, column], (row, column)), shape=M.shape)
        return SparseKernel(check_sparse_cost(moves), epsilon)
    return DenseKernel(M, epsilon)


def _of_sparse(M, epsilon, form):
    """Return the kernel of a sparse matrix that has been checked."""
    density = M.nnz / M.shape[0] ** 2
    if form == "sparse" or (form == "auto" and density < SPARSE):
        return SparseKernel(M, epsilon)
    dense = np.full(M.shape, np.inf)
    row = np.repeat(np.arange(M.shape[0]), np.diff(M.indptr))
    dense[row, M.indices] = M.data
    return _of_matrix(dense, epsilon, form)


def _truncated(M, largest):
    """Return a cost without the moves that cost more than the largest allowed."""
    if isinstance(M, Kernel):
        raise ValueError("truncate needs a cost, but M is a kernel")
    if sparse.issparse(M):
        M = check_sparse_cost(M)
        row = np.repeat(np.arange(M.shape[0]), np.diff(M.indptr))
        kept = (M.data <= largest) | (row == M.indices)
        parts = M.data[kept], (row[kept], M.indices[kept])
        return sparse.coo_array(parts, shape=M.shape)
    if isinstance(M, list | tuple) and M and np.ndim(M[0]) == 2:
        checked = [check_cost(F, f"M[{axis}]") for axis, F in enumerate(M)]
        M = expand_factors(checked)
    M = check_cost(M)
    kept = np.eye(len(M), dtype=bool)
    kept |= largest >= M
    return np.where(kept, M, np.inf)
