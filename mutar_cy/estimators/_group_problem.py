"""Data whose features come in groups: read, and put into the basis to solve in."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from mutar_cy import tasks
from mutar_cy.designs import sample_weights
from mutar_cy.groups import (
    Groups,
    OrthonormalColumns,
    block_columns,
    check_blocks,
    group_weights,
    join_blocks,
    read_groups,
)


class JoinedBlocks(NamedTuple):
    """What a dict of arrays was like in fit."""

    indices: dict  # the columns of every key
    columns: dict  # the names of every table's columns, or None


class GroupProblem(NamedTuple):
    """The data of a fit, the groups of their features, and parts to solve.

    Parts are in bases of their own if groups are standardised.
    """

    data: tasks.TaskData
    groups: Groups
    weights: np.ndarray  # (n_groups,)
    parts: list
    bases: list | None  # one per part
    blocks: JoinedBlocks | None  # if X is a dict

    @property
    def n_features(self):
        """Number of features."""
        return self.data.n_features

    @property
    def columns(self):
        """The shape of one row of coefficients."""
        return self.data.columns

    @property
    def layout(self):
        """The layout."""
        return self.data.layout

    @property
    def labels(self):
        """The labels of the tasks."""
        return self.data.labels

    @property
    def dtype(self):
        """The precision of the data."""
        return self.data.dtype

    def _slices(self):
        ends = np.cumsum([part.Y.shape[1] for part in self.parts])
        return [
            slice(end - part.Y.shape[1], end)
            for end, part in zip(ends, self.parts, strict=True)
        ]

    def from_user(self, coef):
        """Return coefficients of the user's columns as those of the parts."""
        if coef is None or self.bases is None:
            return coef
        pairs = zip(self.bases, self._slices(), strict=True)
        return np.hstack([basis.from_user(coef[:, own]) for basis, own in pairs])

    def to_user(self, solution):
        """Return a solution for the parts as one for the user's columns."""
        if self.bases is None:
            return solution
        pairs = zip(self.bases, self._slices(), strict=True)
        found = [basis.to_user(solution.coef[:, own]) for basis, own in pairs]
        coef = np.hstack([own for own, _ in found])
        shift = np.concatenate([shift for _, shift in found])
        return solution._replace(coef=coef, intercept=solution.intercept + shift)

    def solver_blocks(self):
        """Return the blocks of features as solvers take them, and their weights.

        Returns
        -------
        blocks : list of ndarray of int64, or None
            None if every feature is a block.
        weights : ndarray of shape (n_blocks,)
        """
        groups, free = self.groups, self.groups.unpenalised
        if groups.sizes.max() == 1:
            weights = np.zeros(self.n_features)
            weights[np.concatenate(groups.indices)] = self.weights
            return None, weights
        blocks = [*groups.indices, *free[:, np.newaxis]]
        return blocks, np.concatenate([self.weights, np.zeros(len(free))])

    @property
    def samples(self):
        """The data."""
        return self.data

    def take(self, rows):
        """Return the problem of some rows of every design, without parts to solve."""
        return self._replace(data=self.data.take(rows), parts=[])


def read_group_problem(estimator, X, y, prepare, **given):
    """Read the data of a fit, and the groups that its features are in.

    Parameters
    ----------
    estimator : estimator
        With the parameters ``groups``, ``group_weights`` and those that
        `tasks.read_task_data` reads.
    X, y : object
        As given to ``fit``.
    prepare : callable
        Takes the data and returns them as they are to be fitted.
    **given : dict
        ``sample_weight``, ``task`` and ``offset``, as given to ``fit``.

    Returns
    -------
    GroupProblem
        Without parts to solve.
    """
    X, groups, blocks = _join(estimator, X)
    data = prepare(tasks.read_task_data(estimator, X, y, **given))
    names = tasks.feature_names(estimator, X)
    groups = read_groups(groups, data.n_features, names)
    weights = group_weights(estimator.group_weights, groups)
    return GroupProblem(data, groups, weights, [], None, blocks)


def with_parts(estimator, problem):
    """Return a problem with the parts to solve.

    Parameters
    ----------
    estimator : estimator
        With the parameters ``standardize_groups``, ``fit_intercept``, ``task_weight``
        and, if targets may be missing, ``missing_targets``.
    problem : GroupProblem
    """
    missing = getattr(estimator, "missing_targets", "raise") == "ignore"
    parts = tasks.make_parts(problem.data, estimator.task_weight, missing=missing)
    if not estimator.standardize_groups:
        return problem._replace(parts=parts)
    center = estimator.fit_intercept
    bases = [_basis(part, problem.groups, center) for part in parts]
    pairs = zip(parts, bases, strict=True)
    parts = [part._replace(X=basis.X) for part, basis in pairs]
    return problem._replace(parts=parts, bases=bases)


def is_dict(X):
    """Tell whether X is a dict of arrays; a DOK matrix of scipy's is not."""
    return isinstance(X, Mapping) and not sparse.issparse(X)


def _join(estimator, X):
    """Return X as one matrix, its groups, and what it was joined from."""
    if not is_dict(X):
        return X, estimator.groups, None
    if not isinstance(estimator.groups, str) or estimator.groups != "auto":
        raise ValueError(
            "X is a dict, whose keys are the groups; leave groups='auto', got "
            f"groups={estimator.groups!r}."
        )
    if estimator.task_column is not None:
        raise ValueError(
            f"task_column={estimator.task_column!r} is a column of a table, but X is "
            "a dict; pass task labels as task=."
        )
    joined, indices = join_blocks(X)
    return joined, indices, JoinedBlocks(indices, block_columns(X))


def join_as_in_fit(X: Any, blocks, name):
    """Return X as one matrix, if it is a dict as the one in fit.

    Parameters
    ----------
    X : object
    blocks : JoinedBlocks or None
        Of the dict in fit.
    name : str
        Of the estimator's class.
    """
    if is_dict(X) and blocks is None:
        raise ValueError(f"X is a dict, but this {name} was fitted to a table.")
    if blocks is None:
        return X
    if not is_dict(X):
        raise ValueError(
            f"This {name} was fitted to a dict with the keys {list(blocks.indices)}; "
            f"X must be one too, got {type(X).__name__}."
        )
    return check_blocks(X, *blocks)


def _basis(part, groups, center):
    weight = sample_weights(part._replace(task_weight=1.0))
    return OrthonormalColumns(part.X, weight, groups, center)
