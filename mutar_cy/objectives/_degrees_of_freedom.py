r"""Degrees of freedom of sparse fits: the trace of the derivative of the fit.

For a convex problem, at coefficients whose support stays what it is when the data
change a little, the fitted values move with the targets by a linear map, whose trace is
an unbiased estimate of the degrees of freedom (S. Vaiter, C. Deledalle, J. Fadili,
G. Peyre, C. Dossal, 2017, The degrees of freedom of partly smooth regularizers, Ann.
Inst. Stat. Math. 69, theorem 2): ``trace(G (G + H)^-1)`` on the support, with the
Hessians G of the data term and H of the penalty. For a lasso this is the number of
coefficients that are not zero.

H is diagonal less one outer product per block, which alone couples columns: so the
inverse takes one factorisation per column, and one as large as there are blocks.
"""

from itertools import pairwise

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, pinvh

from mutar_cy.designs import sample_weights
from mutar_cy.solvers import Blocks

REGULAR = 1e-7  # of a pivot to the largest: below, columns are collinear
EXCLUDED = 1e-12  # of 1 / pull: what keeps the coupling regular


def degrees_of_freedom(objective, solution):
    """Return the degrees of freedom of a fit, its intercepts included.

    Parameters
    ----------
    objective : Objective
    solution : object
        As `Objective.solve` or `Objective.solve_path` returns it.

    Returns
    -------
    degrees : ndarray of shape (n_columns,)
        Their sum is that of the fit. By columns only if each has its own penalty, else
        in equal shares.
    """
    total = None
    for problem in objective.convex_problems(solution):
        support = _Support(objective, problem)
        if isinstance(problem.penalty, list):
            traces = [
                support.trace(each, None, slice(c, c + 1))
                for c, each in enumerate(problem.penalty)
            ]
        else:
            n_columns = problem.solution.coef.shape[1]
            traces = [
                support.trace(problem.penalty, problem.groups) / n_columns
            ] * n_columns
        found = np.array(traces) + float(objective.options.fit_intercept)
        total = found if total is None else total + found
    return total


class _Support:
    """The coefficients of a fit, and the Hessian of its data term, by columns."""

    def __init__(self, objective, problem):
        parts, scaled, solution = problem.parts, problem.scaled, problem.solution
        self.coef = solution.coef
        self.center = bool(objective.options.fit_intercept)
        self.columns = []  # part, scale of features, curvature of each sample
        owners = pairwise(np.cumsum([0, *(part.Y.shape[1] for part in parts)]))
        designs = scaled.designs
        used = np.flatnonzero(self.coef.any(axis=1))
        for part, design, (start, stop) in zip(parts, designs, owners, strict=True):
            eta = part.X[:, used] @ self.coef[used, start:stop]
            eta = eta + solution.intercept[start:stop]
            if part.offset is not None:
                eta = eta + part.offset
            bends = sample_weights(part)[:, None] * objective.sample_curvatures(
                part.Y, eta
            )
            self.columns += [(part.X, design.scale, own) for own in bends.T]

    def trace(self, penalty, groups, columns=slice(None)):
        """Return the trace for the penalty of some columns together."""
        coef, own = self.coef[:, columns], self.columns[columns]
        scales = np.ones((len(coef), len(own)))
        for c, (_, scale, _) in enumerate(own):
            scales[:, c] = 1.0 if scale is None else scale
        coef = coef / scales  # as the penalty sees them
        blocks = Blocks(len(coef), groups)
        chosen = blocks.owners(np.flatnonzero(coef.any(axis=1)))
        if not len(chosen):
            return 0.0
        rows, counts = blocks.features(chosen), blocks.counts(chosen)
        owner = np.repeat(np.arange(len(chosen)), counts)
        firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        local = penalty.restricted(chosen).model_at(coef[rows], owner, firsts)
        bend = np.broadcast_to(local.hessian_diag, coef[rows].shape)
        outer, middle = np.zeros((2, len(chosen), len(chosen)))
        total = 0.0
        for c, (X, _, weight) in enumerate(own):
            kept = np.flatnonzero(np.isfinite(bend[:, c]))
            if not len(kept):
                continue
            root = self._root(X, rows[kept], weight) * scales[rows[kept], c]
            units = np.zeros((len(kept), len(chosen)))
            units[np.arange(len(kept)), owner[kept]] = local.directions[kept, c]
            trace, half = _solved(root, bend[kept, c], units)
            total += trace
            outer += units.T @ half
            fits = root @ half
            middle += fits.T @ fits
        return total + _coupled(local.curvature, outer, middle)

    def _root(self, X, features, weight):
        """Return a root of the Hessian of the data term of a column on some features.

        Of shape (n_samples, n_features): its Gram matrix is the Hessian.
        """
        X = X[:, features]
        X = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
        if self.center:
            X = X - weight @ X / weight.sum()
        return X * np.sqrt(weight)[:, None]


def _solved(root, bend, units):
    """Solve the equations of a column for its Hessian and for the directions.

    Parameters
    ----------
    root : ndarray of shape (n_samples, n_rows)
        A root of the data's Hessian G.
    bend : ndarray of shape (n_rows,)
        The diagonal D of the penalty's.
    units : ndarray of shape (n_rows, n_blocks)

    Returns
    -------
    trace : float
        ``trace((G + D)^-1 G)``
    half : ndarray of shape (n_rows, n_blocks)
        ``(G + D)^-1 units``
    """
    n_samples, n_rows = root.shape
    if n_rows > n_samples and bend.min() > REGULAR * bend.max():
        # Woodbury's identity: the factor has the size of the samples.
        scaled = root / bend
        inner = scaled @ root.T
        factor = cho_factor(inner + np.eye(n_samples))
        trace = float(np.trace(cho_solve(factor, inner)))
        left = cho_solve(factor, scaled @ units)
        return trace, units / bend[:, None] - scaled.T @ left
    gram = root.T @ root
    solved = _solved_by_rows(gram + np.diag(bend), np.hstack([gram, units]))
    return float(np.trace(solved[:, :n_rows])), solved[:, n_rows:]


def _solved_by_rows(matrix, values):
    """Solve equations whose matrix is positive semi-definite."""
    try:
        factor = cho_factor(matrix)
    except LinAlgError:
        return pinvh(matrix) @ values
    pivots = np.diag(factor[0])
    if pivots.min() < REGULAR * pivots.max():
        return pinvh(matrix) @ values
    return cho_solve(factor, values)


def _coupled(pull, outer, middle):
    """Return what the coupling of columns adds to the trace."""
    some = np.flatnonzero(pull > 0.0)
    if not len(some):
        return 0.0
    matrix = np.diag((1.0 + EXCLUDED) / pull[some]) - outer[np.ix_(some, some)]
    return float(np.einsum("bc,cb->", pinvh(matrix), middle[np.ix_(some, some)]))
