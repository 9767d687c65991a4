"""Columns of targets for which a loss has no finite optimum: constants in their place.

Counts that are all 0, or labels of one class, are fitted best by an intercept of minus
or plus infinity and no coefficients. Such a column is replaced by a constant that the
intercept 0 fits perfectly: its residuals are 0 without coefficients, so that it adds
nothing to any block, and its coefficients stay 0.
"""

from typing import NamedTuple

import numpy as np


class Degenerate(NamedTuple):
    """The optimal intercepts of degenerate columns, and the losses of the constants."""

    limits: np.ndarray  # (n_columns,): -inf or inf; NaN where a finite optimum exists
    losses: np.ndarray  # (n_columns,): to subtract from an objective; 0 elsewhere

    @property
    def columns(self):
        """The numbers of the degenerate columns."""
        return np.flatnonzero(~np.isnan(self.limits))


def replace_degenerate(parts, loss):
    """Replace the targets of degenerate columns by constants.

    Parameters
    ----------
    parts : list of DesignTargets
    loss : Loss

    Returns
    -------
    parts : list of DesignTargets
    degenerate : Degenerate or None
        None if every column has a finite optimum.
    """
    neutral = float(loss.mean(np.zeros(1))[0])
    one = np.ones(1)
    least = loss.value(np.array([neutral]), np.zeros(1), one)
    out, limits, losses = [], [], []
    for part in parts:
        counts = slice(None) if part.sample_weight is None else part.sample_weight > 0
        lacking = np.array([loss.lacks_optimum(y) for y in part.Y[counts].T])
        above = part.Y[counts].mean(axis=0) > neutral
        limits.append(np.where(lacking, np.where(above, np.inf, -np.inf), np.nan))
        losses.append(np.where(lacking, part.task_weight * least, 0.0))
        if lacking.any():
            Y, offset = np.where(lacking, neutral, part.Y), part.offset
            offset = None if offset is None else np.where(lacking, 0.0, offset)
            part = part._replace(Y=Y, offset=offset)
        out.append(part)
    found = Degenerate(np.concatenate(limits), np.concatenate(losses))
    return out, found if len(found.columns) else None
