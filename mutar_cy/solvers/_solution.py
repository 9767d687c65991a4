"""What a solve ends with, in the user's units."""

from typing import NamedTuple

import numpy as np


class Solution(NamedTuple):
    """What a solver hands back, in the user's units."""

    coef: np.ndarray  # (n_features, n_columns)
    intercept: np.ndarray  # (n_columns,)
    dual_gap: float
    gap_target: float
    n_iter: int  # sweeps
    converged: bool
    objective: float
    shared: np.ndarray | None = None  # of coef, if the penalty splits it


def make_solution(run):
    """Return coefficients, intercepts and certificate of a run that has ended."""
    working_set, stack = run.working_set, run.stack
    features = np.concatenate([working_set.storage.features, run.free.features])
    free = run.free.coefficients(stack, working_set.storage.features, working_set.coef)
    coef, intercept = whole(stack, features, np.concatenate([working_set.coef, free]))
    shared = working_set.shared()
    if shared is not None:
        shared = whole(stack, features, np.concatenate([shared, free]))[0]
    gap, target, objective = np.ldexp([run.gap, run.target, run.primal], run.unit)
    return Solution(
        coef,
        intercept,
        max(float(gap), 0.0),  # rounding can take it below
        float(target),
        run.n_iter,
        bool(run.converged),
        float(objective),
        shared,
    )


def whole(stack, features, rows):
    """Return rows of some features as all coefficients, and the intercepts."""
    rows, intercept = stack.to_user(features, rows)
    coef = np.zeros((stack.n_features, stack.n_columns))
    coef[features] = rows
    return coef, intercept
