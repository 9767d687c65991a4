"""Problems that fall apart into one per column: the lasso and the elastic net."""

import numpy as np

from mutar_cy.solvers._problem import alpha_max
from mutar_cy.solvers._solve import Solution, solve


def solve_columns(
    stack, penalties, coef=None, *, tol=1e-4, max_iter=1000, on_iteration=None
):
    """Solve one problem per column of a stack.

    Parameters
    ----------
    stack : Stack
    penalties : sequence of L21
        One per column, each over blocks of one feature.
    coef : ndarray of shape (n_features, n_columns), default=None
        Where to start.
    tol, max_iter, on_iteration
        As for :func:`solve`, for every column.

    Returns
    -------
    Solution
        All fields but ``coef`` and ``intercept`` are ndarrays of shape (n_columns,).
    """
    solutions = [
        solve(
            stack.column(c),
            penalty,
            coef=None if coef is None else coef[:, c : c + 1],
            tol=tol,
            max_iter=max_iter,
            on_iteration=on_iteration,
        )
        for c, penalty in enumerate(penalties)
    ]
    coefs, intercepts, *rest = zip(*solutions, strict=True)
    return Solution(
        np.concatenate(coefs, axis=1),
        np.concatenate(intercepts),
        *[np.array(field) for field in rest],
    )


def alpha_max_columns(stack, penalties):
    """Return :func:`alpha_max` of every column, of shape (n_columns,)."""
    return np.array(
        [alpha_max(stack.column(c), penalty) for c, penalty in enumerate(penalties)]
    )
