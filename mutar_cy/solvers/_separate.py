"""Problems that fall apart into one per column: the lasso and the elastic net."""

from typing import Any

import numpy as np

from mutar_cy.solvers._solution import Solution
from mutar_cy.solvers._solve import solve


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
    return join_columns(solutions)


def join_columns(solutions):
    """Return the solutions of single columns as one."""
    coef, intercept, *rest = zip(*solutions, strict=True)
    stacked: list[Any] = [np.array(field) for field in rest[:-1]]
    return Solution(np.concatenate(coef, axis=1), np.concatenate(intercept), *stacked)
