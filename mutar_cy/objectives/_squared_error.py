"""Objectives of squared error: one penalty of all columns, or one of each column."""

import numpy as np

from mutar_cy.designs import make_scaled_data
from mutar_cy.objectives._objective import Objective
from mutar_cy.solvers import (
    alpha_max,
    alpha_max_columns,
    join_columns,
    solve,
    solve_columns,
    solve_path,
)


class BlockObjective(Objective):
    """Squared error plus one penalty that couples the columns of coefficients.

    Parameters
    ----------
    data, make_penalty, strengths, options
        As `Objective` takes them.
    groups : list of ndarray, default=None
        The features of each group; every feature is a group by default.
    scales_with_alpha : tuple of str, default=()
        The strengths that stay in proportion to alpha along a path.
    """

    def __init__(
        self, data, make_penalty, strengths, options, groups=None, scales_with_alpha=()
    ):
        self.groups, self.scales_with_alpha = groups, scales_with_alpha
        super().__init__(data, make_penalty, strengths, options)

    def _scale(self):
        options = self.options
        self.scaled = make_scaled_data(
            self.parts, options.fit_intercept, options.normalize
        )

    def _minimise(self, start, callback):
        options = {**self.options.for_solver(), "on_iteration": callback}
        return solve(self.scaled, self.penalty, self.groups, start, **options)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one."""
        penalties = [self._penalty_at({**self.strengths, **p}) for p in strengths]
        options = self.options.for_solver()
        yield from solve_joint_path(self.scaled, penalties, self.groups, options)

    def alpha_max(self):
        """Return the smallest alpha at which every penalised coefficient is zero."""
        return float(alpha_max(self.scaled, self.penalty, self.groups))

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, and the parts of coefficients that are sums.

        Of a penalty that splits coefficients, "coef_shared" and "coef_specific" are
        the parts; "coef" is their sum to the last digit.
        """
        arrays = super().user_arrays(solution)
        if solution.shared is None:
            return arrays
        coef = arrays["coef"]
        shared = solution.shared.reshape(coef.shape).astype(coef.dtype)
        specific = coef - shared
        parts = {"coef_shared": shared, "coef_specific": specific}
        return {**arrays, **parts, "coef": shared + specific}


class SeparableObjective(Objective):
    """Squared error plus a penalty of every column: a problem of its own per column.

    Parameters
    ----------
    data, strengths, options
        As `Objective` takes them.
    make_penalty : callable
        Returns a list of one penalty per column.
    alpha_per_task : bool, default=False
        Whether every task has an alpha of its own.
    """

    penalty: list

    def __init__(self, data, make_penalty, strengths, options, alpha_per_task=False):
        self.alpha_per_task = alpha_per_task
        super().__init__(data, make_penalty, strengths, options)

    def _of_columns(self, penalty):
        return [penalty[c] for c in self._columns]

    def _scale(self):
        options = self.options
        self.scaled = make_scaled_data(
            self.parts, options.fit_intercept, options.normalize
        )

    def _minimise(self, start, callback):
        options = {**self.options.for_solver(), "on_iteration": callback}
        return solve_columns(self.scaled, self.penalty, start, **options)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one."""
        penalties = [self._penalty_at({**self.strengths, **p}) for p in strengths]
        yield from solve_separate_paths(
            self.scaled, penalties, self.options.for_solver()
        )

    def alpha_max(self):
        """Return the smallest alpha of every column that leaves no coefficient."""
        largest = alpha_max_columns(self.scaled, self.penalty)
        return np.reshape(largest, self.data.columns)[()]


def solve_joint_path(scaled, penalties, groups, options, solvers=(solve, solve_path)):
    """Yield the solutions for several penalties of all columns together.

    Parameters
    ----------
    scaled : ScaledData
        Or what else the solvers take.
    penalties : list of Penalty
        In the order in which they are solved.
    groups : list of ndarray, or None
    options : dict
        ``tol`` and ``max_iter``.
    solvers : tuple of callable, default=(solve, solve_path)
        For one penalty, and for several that differ in their strengths.

    Yields
    ------
    Solution
    """
    solve_one, solve_several = solvers
    coef = None
    for run in split_by_kind(penalties):
        if len(run) == 1:
            solution = solve_one(scaled, run[0], groups, coef, **options)
            coef = solution.coef
            yield solution
            continue
        for solution in solve_several(scaled, run, groups, coef, **options):
            coef = solution.coef
            yield solution


def split_by_kind(penalties):
    """Cut a list of penalties where their class, or whether they have a ridge, changes.

    Solvers of paths go on with one working set, which such a change makes invalid.
    """
    runs: list[list] = []
    last = None
    for penalty in penalties:
        kind = type(penalty), penalty.ridge > 0
        if kind == last:
            runs[-1].append(penalty)
        else:
            runs.append([penalty])
        last = kind
    return runs


def solve_separate_paths(scaled, penalties, options):
    """Return the solutions for penalties of every column on its own.

    Parameters
    ----------
    scaled : ScaledData
    penalties : list of list of Penalty
        One per column, at every point of the path.
    options : dict
        ``tol`` and ``max_iter``.

    Returns
    -------
    solutions : list of Solution
        One per point; their numbers are arrays over columns.
    """
    paths = [
        list(solve_joint_path(scaled.column(c), own, None, options))
        for c, own in enumerate(zip(*penalties, strict=True))
    ]
    return [join_columns(list(found)) for found in zip(*paths, strict=True)]
