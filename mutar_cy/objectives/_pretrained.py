"""The objective of pretrained lassos: all tasks pooled, then every task."""

from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from mutar_cy import tasks
from mutar_cy.objectives._objective import Objective
from mutar_cy.objectives._penalised_loss import SeparableObjective
from mutar_cy.penalties import L21


class PooledRows(NamedTuple):
    """The rows of all tasks, one below the other, with a column for each task.

    The last columns of ``X``, one per design, are 1 in the rows of its task: intercepts
    that a penalty leaves alone.
    """

    X: Any  # (n_rows, n_features + n_designs), or without the last ones
    y: np.ndarray  # (n_rows,)
    weight: np.ndarray  # (n_rows,)
    offset: np.ndarray  # (n_rows,)
    places: np.ndarray  # (n_rows,), the row's place within its column of targets
    sizes: np.ndarray  # (n_rows,), the length of that column


def pool_rows(data, loss, *, intercepts=True):
    """Return the rows of all tasks with a target, responses one below the other.

    Offsets hold the best intercepts of the null model, so that tolerances are relative
    to its loss and not to the level of the targets.

    Parameters
    ----------
    data : TaskData
    loss : Loss
    intercepts : bool, default=True
        Whether to append a column for each design.
    """
    designs, found = [], []
    for k, (X, Y) in enumerate(zip(data.designs, data.targets, strict=True)):
        weight = data.weights[k]
        weight = np.ones(len(Y)) if weight is None else weight
        weight = np.broadcast_to(weight.reshape(len(Y), -1), Y.shape)
        offset = np.zeros(Y.shape) if data.offsets[k] is None else data.offsets[k]
        for j in range(Y.shape[1]):
            rows = np.flatnonzero(~np.isnan(Y[:, j]) & (weight[:, j] > 0.0))
            ones = np.zeros((len(rows), len(data.designs)))
            ones[:, k] = 1.0
            parts = [X[rows], ones] if intercepts else [X[rows]]
            stack = sparse.hstack if sparse.issparse(X) else np.hstack
            designs.append(stack(parts))
            places, sizes = np.arange(len(rows)), np.full(len(rows), len(rows))
            y, w, at = Y[rows, j].copy(), weight[rows, j], offset[rows, j].copy()
            if intercepts:
                at += loss.fit_intercept_only(y, at, np.sqrt(w))
            found.append((y, w, at, places, sizes))
    stack = sparse.vstack if sparse.issparse(designs[0]) else np.vstack
    pooled: Any = stack(designs)
    pooled = pooled.tocsc() if sparse.issparse(pooled) else pooled
    columns = [np.concatenate(own) for own in zip(*found, strict=True)]
    return PooledRows(pooled, *columns)


class PretrainedObjective(SeparableObjective):
    """A lasso of all tasks pooled, then a lasso of what it leaves in every task.

    Coefficients of solutions are sums: ``pretraining`` times those of the pooled lasso,
    plus those of the task. Duality gaps are those of the second problem; the first is
    solved to the same tolerance.

    Parameters
    ----------
    data, make_penalty, strengths, options, loss
        As `SeparableObjective` takes them; the strengths are "alpha" and "pretraining".
    pooled_alpha : float
        The strength of the penalty of the pooled lasso.
    weights : ndarray of shape (n_features,), default=None
        Penalty weights of both lassos.
    positive : bool, default=False
        Whether the coefficients of both are at least 0.
    """

    solves_by_moments = False  # offsets are those of the training rows

    def __init__(self, *args, pooled_alpha, weights=None, positive=False, **kwargs):
        self.pooled_alpha, self.weights = pooled_alpha, weights
        self.positive = positive
        self.pooled: Any = None
        super().__init__(*args, alpha_per_task=True, **kwargs)

    def _prepare(self):
        self.pooled = self._fit_pooled()
        super()._prepare()

    def _fit_pooled(self):
        """Return the solution of the lasso of all rows."""
        data, p = self.data, self.data.n_features
        intercepts = bool(self.options.fit_intercept)
        rows = pool_rows(data, self.loss, intercepts=intercepts)
        n_free = rows.X.shape[1] - p
        one = data._replace(
            layout=tasks.SINGLE,
            labels=np.array([0]),
            columns=(),
            designs=[rows.X],
            targets=[rows.y[:, None]],
            weights=[rows.weight],
            offsets=[rows.offset[:, None]],
            rows=None,
            shape=None,
        )
        weights = np.ones(p) if self.weights is None else self.weights
        weights = np.concatenate([weights, np.zeros(n_free)])
        signs = None
        if self.positive:
            signs = np.concatenate([np.ones(p, int), np.zeros(n_free, int)])

        def make_penalty(alpha):
            return [L21(alpha, weights=weights, positive=self.positive)]

        options = self.options._replace(fit_intercept=False, task_weight=None)
        objective = SeparableObjective(
            one,
            make_penalty,
            {"alpha": self.pooled_alpha},
            options,
            self.loss,
            signs=signs,
        )
        solution = objective.solve()
        return solution._replace(coef=objective.to_user(solution)[0][:p, 0] + 0.0)

    @property
    def is_unpenalised(self):
        """Whether alpha is zero, so that no task has a penalty."""
        return not np.all(self.strengths["alpha"])

    @property
    def _shift(self):
        """What the pooled lasso adds to coefficients, (n_features, 1)."""
        return self.strengths["pretraining"] * self.pooled.coef[:, np.newaxis]

    def _penalty_at(self, strengths):
        """Return the penalties of tasks, larger off the support of the pooled lasso."""
        share = strengths["pretraining"]
        outside = np.inf if share == 1.0 else 1.0 / (1.0 - share)
        weights = np.where(self.pooled.coef != 0.0, 1.0, outside)
        if self.weights is not None:
            given = self.weights > 0.0
            weights[given] *= self.weights[given]
            weights[~given] = 0.0
        penalty = self.make_penalty(strengths["alpha"], weights)
        return penalty if self._columns is None else self._of_columns(penalty)

    def _make_parts(self):
        parts, shift = super()._make_parts(), self._shift
        if not shift.any():
            return parts
        moved = []
        for part in parts:
            eta = np.repeat(part.X @ shift, part.Y.shape[1], axis=1)
            offset = eta if part.offset is None else part.offset + eta
            moved.append(part._replace(offset=offset))
        return moved

    def with_params(self, **strengths):
        """Return the objective at other strengths; the pooled lasso is shared."""
        other = super().with_params(**strengths)
        if other.strengths["pretraining"] != self.strengths["pretraining"]:
            other.parts = other._make_parts()
            other._scale()
        return other

    def _minimise(self, start, callback):
        start = None if start is None else start - self._shift
        found = super()._minimise(start, callback)
        return found._replace(coef=found.coef + self._shift)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, run by run of one pretraining."""

        def share_of(point):
            return point.get("pretraining", self.strengths["pretraining"])

        for share, run in groupby(strengths, share_of):
            own = self.with_params(pretraining=share)
            for found in SeparableObjective.solve_path(own, list(run)):
                yield found._replace(coef=found.coef + own._shift)

    def in_precision(self, solution):
        """Return what tasks add, so that the sums are in the precision of the data."""
        whole = solution._replace(coef=solution.coef + self._shift)
        coef, intercept = super().in_precision(whole)
        return coef - self._shift, intercept

    def as_returned(self, solution, *, warns=True):
        """Return a solution in the precision of the data, certified there."""
        found = super().as_returned(solution, warns=warns)
        if found is solution:
            return solution
        return found._replace(coef=found.coef + self._shift)

    def _of_tasks(self, solution):
        """Return a solution without what the pooled lasso adds."""
        return solution._replace(coef=solution.coef - self._shift)

    def convex_problems(self, solution):
        """Return the problem of the tasks, with its solution."""
        return super().convex_problems(self._of_tasks(solution))

    def warn(self, solution):
        """Warn of a gap above its target, of either lasso."""
        super().warn(self._of_tasks(solution))
        if Objective.has_converged(self, solution):
            Objective.warn(self, self.pooled)
