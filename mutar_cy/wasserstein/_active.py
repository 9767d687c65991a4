"""What counts in the curvature of the dual: the features that hold mass."""

from typing import NamedTuple

import numpy as np

# Of the largest masses. What holds less hardly bends the dual, but what is about to
# hold more must be seen coming.
LEFT, RIGHT = 1e-8, 1e-6
LEAST = 1e-18  # of the largest mass: an entry of a plan that counts


class Active(NamedTuple):
    """One sign's plans, between the features that hold mass.

    ``rows`` holds the features of every column of coefficients, ``scales`` the sign
    over the ratio there, ``left`` the masses there; ``columns`` holds the features of
    the barycentre, ``barycentre`` its masses there; ``plans`` of shape
    (len(rows[c]), len(columns)), and ``right`` the sums of their columns. ``log_sums``
    and ``received``, the right marginals, are with all that the other features send.
    """

    rows: list
    scales: list
    left: list
    columns: np.ndarray
    barycentre: np.ndarray
    plans: list
    right: list
    log_sums: np.ndarray
    received: np.ndarray

    @property
    def n_rows(self):
        """Number of rows over all columns of coefficients."""
        return sum(len(rows) for rows in self.rows)


def find_active(problem, point):
    """Return what counts of every sign of a completed dual point."""
    largest = max(float(half.left.max()) for half in point.halves)
    return [_active_of(problem, half, largest) for half in point.halves]


def _active_of(problem, half, largest):
    """Return what counts of one sign."""
    barycentre = np.exp(half.log_barycentre)
    columns = np.flatnonzero(barycentre > max(RIGHT * barycentre.max(), 1e-290))
    rows, ratio, left, plans, right = [], [], [], [], []
    log_left = half.log_left + problem.shift
    for c in range(problem.data.n_columns):
        own = np.flatnonzero(half.left[:, c] > LEFT * largest)
        plan = problem.kernel.plan(
            own,
            columns,
            log_left[own, c],
            half.log_right[columns, c],
            LEAST * largest,
        )
        rows.append(own)
        ratio.append(half.ratio[own, c])
        left.append(half.left[own, c])
        plans.append(plan)
        # No mass at all from here: the plan's column is zero, and stays so.
        right.append(np.maximum(plan.sum(axis=0), 1e-300))
    log_sums = half.log_sums[columns]
    return Active(
        rows,
        [half.sign / own for own in ratio],
        left,
        columns,
        barycentre[columns],
        plans,
        right,
        log_sums,
        np.exp(half.log_right[columns] + log_sums),
    )
