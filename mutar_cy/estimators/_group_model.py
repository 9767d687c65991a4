"""Models whose features come in groups: data, groups and support."""

from collections.abc import Mapping
from functools import partial
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.estimators._multi_task_model import MultiTaskModel
from mutar_cy.groups import (
    block_columns,
    check_blocks,
    group_weights,
    join_blocks,
    read_groups,
)
from mutar_cy.objectives import FeatureGroups
from mutar_cy.penalties import L21, SparseGroup


class JoinedBlocks(NamedTuple):
    """The columns of a dict of arrays that a fit has joined."""

    indices: dict  # the columns of every key
    columns: dict  # the names of every table's columns, or None


def is_dict(X):
    """Tell whether X is a dict of arrays; a DOK matrix of scipy's is not."""
    return isinstance(X, Mapping) and not sparse.issparse(X)


def join_groups(estimator, X):
    """Return X as one matrix, its groups, and the blocks it was joined from, or None.

    A dict of arrays has its keys as groups.
    """
    if not is_dict(X):
        return X, None
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
    return joined, JoinedBlocks(indices, block_columns(X))


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


class GroupModel(MultiTaskModel):
    """A linear predictor whose features are selected by groups.

    A subclass adds its parameters, ``fit``, the loss, and what it predicts.
    """

    _parameter_constraints = {
        **MultiTaskModel._parameter_constraints,
        "groups": [StrOptions({"auto", "prefix"}), Integral, "array-like", dict],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "group_weights": [StrOptions({"sqrt_size"}), "array-like", dict],
        "standardize_groups": ["boolean"],
    }

    def _read_data(self, X, y, prepare, **given):
        """Check the data; ``prepare`` turns targets into what the loss takes."""
        if self.standardize_groups and (self.positive or self.l1_ratio > 0):
            other = "positive=True" if self.positive else f"l1_ratio={self.l1_ratio}"
            raise ValueError(
                f"standardize_groups=True and {other} exclude each other: the basis "
                f"that makes a group orthonormal mixes its columns."
            )
        X, blocks = join_groups(self, X)
        data = prepare(tasks.read_task_data(self, X, y, **given))
        names = tasks.feature_names(self, X)
        return data._replace(blocks=blocks, feature_names=names)

    def _feature_groups(self, data):
        """Return the groups of the features of data, and their weights."""
        given = self.groups if data.blocks is None else data.blocks.indices
        groups = read_groups(given, data.n_features, data.feature_names)
        weights = group_weights(self.group_weights, groups)
        return FeatureGroups(groups, weights, self.standardize_groups)

    def _penalty_family(self):
        """Return the penalty as a function of alpha and the weights of blocks."""
        if self.l1_ratio == 0:
            return partial(L21, positive=self.positive)
        return partial(SparseGroup, l1_ratio=self.l1_ratio, positive=self.positive)

    def _attributes(self, objective, arrays):
        fitted, data = super()._attributes(objective, arrays), objective.data
        indices = objective.feature_groups
        rows = self._coef_rows(fitted["coef_"])
        norms = [_norm(rows[members]) for members in indices]
        return {
            **fitted,
            "groups_": indices,
            "group_names_": objective.group_names,
            "group_norms_": np.array(norms, dtype=rows.dtype),
            "_blocks": data.blocks,
        }

    def _predictor(self, X, coef, intercept, task=None, offset=None):
        """Return linear predictors in the layout that X is in.

        Parameters
        ----------
        X, task, offset
            As given to ``predict``.
        coef : ndarray of shape (n_features, ...)
        intercept : ndarray of the shape of one row of ``coef``
        """
        check_is_fitted(self)
        X = join_as_in_fit(X, self._blocks, type(self).__name__)
        predictor = tasks.linear_predictor(self, X, coef, intercept, task)
        return tasks.add_offset(predictor, offset)

    @property
    def selected_groups_(self):
        """Names of the groups with a coefficient that is not 0, a list."""
        pairs = zip(self.group_names_, self.group_norms_, strict=True)
        return [name for name, norm in pairs if norm > 0]

    def get_support(self, groups=False, indices=False):
        """Tell which features, or which groups, are selected.

        Parameters
        ----------
        groups : bool, default=False
            Whether to tell of groups, instead of features.
        indices : bool, default=False
            Whether to return the indices of those selected, instead of a mask.

        Returns
        -------
        support : ndarray of shape (n_features,) or (n_groups,)
            A feature is selected if one of its coefficients is not 0, in any task or
            class; a group if one of its features is. Features are counted without the
            task column.
        """
        check_is_fitted(self)
        mask = (
            self.group_norms_ > 0 if groups else self._coef_rows(self.coef_).any(axis=1)
        )
        return np.flatnonzero(mask) if indices else mask

    def _coef_rows(self, coef):
        """Return coefficients with an axis of features and one of all others."""
        return coef.reshape(len(coef), -1)


def _norm(block):
    """Return the Frobenius norm, also of entries whose squares leave the range."""
    largest = np.abs(block).max()
    return largest * np.linalg.norm(block / largest) if largest > 0 else 0.0
