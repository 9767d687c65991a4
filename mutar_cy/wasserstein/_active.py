"""What counts in the curvature of the dual: the features that hold mass."""

from typing import NamedTuple

import numpy as np

# Of the largest mass: what holds less bends the dual by less than rounding does.
LEFT, RIGHT = 1e-8, 1e-9


class Active(NamedTuple):
    """One sign's plans, between the features that hold mass.

    ``rows`` holds the features of every column of coefficients, ``scales`` the sign
    over the ratio there, ``left`` the masses there; ``columns`` holds the features of
    the barycentre, ``barycentre`` its masses there; ``plans`` of shape
    (len(rows[c]), len(columns)), and ``right`` the sums of their columns.
    """

    rows: list
    scales: list
    left: list
    columns: np.ndarray
    barycentre: np.ndarray
    plans: list
    right: list

    @property
    def n_rows(self):
        """Number of rows over all columns of coefficients."""
        return sum(len(rows) for rows in self.rows)


def find_active(problem, point):
    """Return what counts of every sign of a completed dual point."""
    largest = max(float(half.left.max()) for half in point.halves)
    return [_active_of(problem, half, LEFT * largest) for half in point.halves]


def _active_of(problem, half, least):
    """Return what counts of one sign."""
    barycentre = np.exp(half.log_barycentre)
    columns = np.flatnonzero(barycentre > max(RIGHT * barycentre.max(), 1e-290))
    rows, scales, left, plans, right = [], [], [], [], []
    log_left = half.log_left + problem.shift
    for c in range(problem.data.n_columns):
        own = np.flatnonzero(half.left[:, c] > least)
        plan = problem.kernel.plan(
            own, columns, log_left[own, c], half.log_right[columns, c]
        )
        rows.append(own)
        scales.append(half.sign / half.ratio[own, c])
        left.append(half.left[own, c])
        plans.append(plan)
        # No mass at all from here: the plan's column is zero, and stays so.
        right.append(np.maximum(plan.sum(axis=0), 1e-300))
    return Active(rows, scales, left, columns, barycentre[columns], plans, right)
