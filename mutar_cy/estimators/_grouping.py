"""Groups of features and penalty weights among the parameters of estimators."""

from numbers import Integral
from typing import Any, NamedTuple

from sklearn.utils._param_validation import StrOptions

from mutar_cy import tasks
from mutar_cy.groups import (
    block_columns,
    check_blocks,
    feature_weights,
    group_weights,
    join_blocks,
    read_groups,
)
from mutar_cy.objectives import FeatureGroups

# The constraint of the parameter ``groups``.
GROUPS = [StrOptions({"prefix"}), Integral, "array-like", dict, None]


class JoinedBlocks(NamedTuple):
    """The columns of a dict of arrays that a fit has joined."""

    indices: dict  # the columns of every key
    columns: dict  # the names of every table's columns, or None


def join_groups(estimator, X, y):
    """Return X as one matrix, and the blocks it was joined from, or None.

    The keys of a dict of arrays are groups of features, unless y is a dict, too: then
    they are tasks.
    """
    if not tasks.is_dict(X) or tasks.is_dict(y):
        return X, None
    if estimator.groups is not None:
        raise ValueError(
            "X is a dict, whose keys are the groups; leave groups=None, got "
            f"groups={estimator.groups!r}."
        )
    if estimator.task_column is not None:
        raise ValueError(
            f"task_column={estimator.task_column!r} is a column of a table, but X is "
            "a dict; pass task labels as task=."
        )
    joined, indices = join_blocks(X)
    return joined, JoinedBlocks(indices, block_columns(X))


def join_as_in_fit(X: Any, joined, name):
    """Return X as one matrix, if it is a dict as the one in fit.

    Parameters
    ----------
    X : object
    joined : JoinedBlocks or None
        Of the dict in fit.
    name : str
        Of the estimator's class.
    """
    if joined is None:
        return X
    if not tasks.is_dict(X):
        raise ValueError(
            f"This {name} was fitted to a dict with the keys {list(joined.indices)}; "
            f"X must be one too, got {type(X).__name__}."
        )
    return check_blocks(X, *joined)


def read_feature_groups(estimator, data):
    """Return the groups of the features of data, or None if features are alone.

    Parameters
    ----------
    estimator : estimator
        With the parameter ``groups``, and perhaps ``standardize_groups``.
    data : TaskData
    """
    given = estimator.groups if data.blocks is None else data.blocks.indices
    standardize = getattr(estimator, "standardize_groups", False)
    if given is None:
        if not standardize:
            return None
        given = 1
    groups = read_groups(given, data.n_features, data.feature_names)
    return FeatureGroups(groups, standardize)


def read_penalty_weights(estimator, data, feature_groups, per_task=False):
    """Return the penalty weights of the blocks of coefficients.

    Parameters
    ----------
    estimator : estimator
        With the parameter ``penalty_weights``.
    data : TaskData
    feature_groups : FeatureGroups or None
        As `read_feature_groups` returns them.
    per_task : bool, default=False
        Whether every task may have weights of its own.

    Returns
    -------
    weights : ndarray of shape (n_blocks,) or (n_blocks, n_tasks), or None
        None if all of them are 1.
    """
    given = estimator.penalty_weights
    n_tasks = len(data.labels) if per_task else None
    if feature_groups is None:
        return feature_weights(given, data.n_features, data.feature_names, n_tasks)
    weights = group_weights(given, feature_groups.groups, n_tasks)
    return feature_groups.block_weights(weights)
