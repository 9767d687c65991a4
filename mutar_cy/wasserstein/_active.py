"""What counts in the curvature of the dual: the features that hold mass."""

from typing import NamedTuple

import numpy as np

from mutar_cy.wasserstein._plan import KernelPlan, MatrixPlan, fits

# Of the largest masses. What holds less hardly bends the dual, but what is about to
# hold more must be seen coming.
LEFT, RIGHT = 1e-8, 1e-6
LEAST = 1e-18  # of the largest mass: an entry of a plan that counts
MANY = 1.0  # entries of a plan for each multiplication by which a kernel acts as one


class Active(NamedTuple):
    """One sign's plans, between the features that hold mass.

    ``rows`` holds the features of every column of coefficients, ``scales`` the sign
    over the ratio there, ``left`` the masses there; ``columns`` holds the features of
    the barycentre, ``barycentre`` its masses there; ``plans`` are between them, and
    ``right`` holds the sums of their columns. ``log_sums``
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
    rows = [
        [np.flatnonzero(masses > LEFT * largest) for masses in half.left.T]
        for half in point.halves
    ]
    # Between few features the plans are needed as matrices.
    n_rows = sum(len(own) for of_sign in rows for own in of_sign)
    formed = n_rows < problem.data.n_samples
    return [
        _active_of(problem, half, own, LEAST * largest, formed)
        for half, own in zip(point.halves, rows, strict=True)
    ]


def _active_of(problem, half, rows, least, formed):
    """Return what counts of one sign."""
    barycentre = np.exp(half.log_barycentre)
    columns = np.flatnonzero(barycentre > max(RIGHT * barycentre.max(), 1e-290))
    log_sums = half.log_sums[columns]
    log_received = half.log_right[columns] + log_sums
    received = np.exp(log_received)
    ratio, left, right = [], [], []
    plans: list[MatrixPlan | KernelPlan] = []
    for c, own in enumerate(rows):
        masses = half.left[own, c]
        sides = half.log_left[own, c] + problem.shift, half.log_right[columns, c]
        if (
            not formed
            and len(own) * len(columns) > MANY * problem.kernel.work
            and fits(*sides, np.log(masses), log_received[:, c])
        ):
            plans.append(KernelPlan(problem.kernel, own, columns, *sides))
            sums = received[:, c]
        else:
            matrix = problem.kernel.plan(own, columns, *sides, least)
            plans.append(MatrixPlan(matrix))
            sums = matrix.sum(axis=0)
        ratio.append(half.ratio[own, c])
        left.append(masses)
        # No mass at all from here: the plan's column is zero, and stays so.
        right.append(np.maximum(sums, 1e-300))
    return Active(
        rows,
        [half.sign / own for own in ratio],
        left,
        columns,
        barycentre[columns],
        plans,
        right,
        log_sums,
        received,
    )
