"""Groups of features: their forms as parameters, and their penalty weights."""

import reprlib
from collections import Counter
from collections.abc import Mapping
from numbers import Integral
from typing import NamedTuple

import numpy as np

from mutar_cy.groups._columns import Columns


class Groups(NamedTuple):
    """A partition of the features into penalised groups and unpenalised columns.

    A feature in no group is not penalised.
    """

    indices: list  # int64 arrays, one per group, disjoint and not empty
    names: list  # one hashable per group, all different
    owner: np.ndarray  # (n_features,) int64, -1 where a feature is not penalised

    @property
    def n_groups(self):
        """Number of penalised groups."""
        return len(self.indices)

    @property
    def sizes(self):
        """Number of features in every group, (n_groups,)."""
        return np.bincount(self.owner[self.owner >= 0], minlength=self.n_groups)

    @property
    def unpenalised(self):
        """Sorted indices of the features in no group."""
        return np.flatnonzero(self.owner < 0)


def from_owner(owner, names):
    """Return the groups in which feature ``j`` is in group ``owner[j]``.

    Parameters
    ----------
    owner : ndarray of int64, shape (n_features,)
        Every number from 0 to ``len(names) - 1``, or -1 for no group.
    names : list
    """
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(len(names) + 1))
    indices = np.split(order, starts)[1:-1]
    return Groups(indices, names, owner)


def read_groups(groups, n_features, feature_names=None, *, name="groups"):
    """Read groups of features in any of the accepted forms.

    Parameters
    ----------
    groups : list, dict, array-like of int or bool, int, "prefix" or "auto"
        1. A list with the columns of each group: indices, column names, a slice or a
           mask. A group's name is its position in the list.
        2. One integer per column, in a list or a 1-D array: columns with the same
           number form a group with that name, in ascending order. Columns with number
           -1 are not penalised.
        3. A dict of the columns of each group by name, given as in 1. Empty slices are
           ignored: ``ColumnTransformer.output_indices_`` of scikit-learn has one for
           every part without output.
        4. A boolean array of shape (n_groups, n_features); a group's name is its row.
        5. ``"prefix"``: columns form a group if their names agree up to the first
           ``"__"``, or in level 0 of a MultiIndex. A name without either is the name
           of a group.
        6. An integer: the number of consecutive columns in a group; a group's name is
           its number.

        ``"auto"`` means ``"prefix"`` if the name of any column has a prefix. Otherwise
        every column is a group, named after the column, or by its number if columns
        have no names.

        A list of single values is read as 2, and a list of lists, arrays or slices as
        1. Integers in 1 and 3 are positions even if integers name the columns.
    n_features : int
    feature_names : sequence, default=None
        Names of the columns, as `column_names` returns them.
    name : str, default="groups"
        Name of the groups in error messages.

    Returns
    -------
    groups : Groups

    Raises
    ------
    ValueError
        If the groups are not as described, empty, out of range or overlapping, or a
        feature is missing from all of them. The message names the group.
    """
    columns = Columns(n_features, feature_names)
    if isinstance(groups, str):
        return _by_name(groups, columns, name)
    if isinstance(groups, Integral) and not isinstance(groups, bool):
        return _by_size(int(groups), columns, name)
    if isinstance(groups, Mapping):
        given = {k: m for k, m in groups.items() if not _is_empty_slice(m)}
        return _by_members(given, columns, name)
    if hasattr(groups, "__array__") and not isinstance(groups, np.ndarray):
        groups = np.asarray(groups)  # a Series, or a DataFrame that holds a mask
    if not hasattr(groups, "__len__") or getattr(groups, "ndim", 1) not in (1, 2):
        raise ValueError(
            f"{name} must be a list of groups, one integer per column, a dict, a mask, "
            f"an integer, 'prefix' or 'auto', got {reprlib.repr(groups)}."
        )
    if np.ma.isMaskedArray(groups):
        raise ValueError(f"{name} is a masked array; its mask would be ignored.")
    if _is_flat(groups):
        return _by_number(groups, columns, name)
    _refuse_zeros_and_ones(groups, columns, name)
    return _by_members(dict(enumerate(groups)), columns, name)


def read_group_lists(groups, n_features, *, name="groups"):
    """Read groups that are given as lists of indices or as masks.

    Parameters
    ----------
    groups : None, or sequence of array-like
        The indices of the features of each group, or a mask of length ``n_features``.
    n_features : int
    name : str, default="groups"
        Name of the groups in error messages.

    Returns
    -------
    groups : None, or list of ndarray of int64

    Raises
    ------
    ValueError
        If a group is empty, out of range or of the wrong length, or a feature is in
        two groups or in none. The message names the group.
    """
    if groups is None:
        return None
    members = {}
    for g, given in enumerate(groups):
        indices = np.asarray(given)
        if indices.ndim != 1 or not indices.size or indices.dtype.kind not in "biu":
            raise ValueError(
                f"{name}[{g}] must be a non-empty list of integers or a mask, got "
                f"shape {indices.shape} and dtype {indices.dtype}."
            )
        members[g] = indices
    return _by_members(members, Columns(n_features), name, advice="").indices


def _is_empty_slice(members):
    if not isinstance(members, slice) or members.start is None:
        return False
    return bool(members.start == members.stop)


def _is_flat(groups):
    """Tell whether a sequence is not empty and holds single values."""
    if isinstance(groups, np.ndarray) and groups.dtype != object:
        return groups.ndim == 1 and groups.size > 0
    single = [isinstance(g, str) or not hasattr(g, "__len__") for g in groups]
    slices = any(isinstance(g, slice) for g in groups)
    return bool(single) and all(single) and not slices


def _refuse_zeros_and_ones(groups, columns, name):
    """Raise for a mask of numbers 0 and 1, which would be read as indices."""
    if isinstance(groups, np.ndarray) and groups.dtype.kind in "iuf":
        wide = groups.shape[1:] == (columns.n_features,) and columns.n_features > 2
        if wide and np.isin(groups, (0, 1)).all():
            raise ValueError(
                f"{name} looks like a mask, but holds {groups.dtype}; make it boolean "
                f"with astype(bool)."
            )


ADVICE = (
    " To leave a feature unpenalised, put it into a group of weight 0, or give one "
    "integer per column and -1 for such a feature."
)


def _by_members(groups, columns, name, advice=ADVICE):
    """Read a dict of groups: name to columns."""
    if not groups:
        raise ValueError(f"{name} must hold at least one group of features.")
    keys = list(groups)
    indices = [columns.find(groups[key], f"{name}[{key!r}]") for key in keys]
    sizes = np.array([len(group) for group in indices])
    if not sizes.all():
        raise ValueError(
            f"{name}[{keys[sizes.argmin()]!r}] is empty; give it a column, or leave it "
            f"out."
        )
    features = np.concatenate(indices)
    owners = np.repeat(np.arange(len(keys)), sizes)
    twice = np.flatnonzero(np.bincount(features, minlength=columns.n_features) > 1)
    if len(twice):
        where = [f"{name}[{keys[g]!r}]" for g in owners[features == twice[0]][:2]]
        raise ValueError(
            f"{columns.show(twice[0])} is given twice, in "
            f"{' and in '.join(dict.fromkeys(where))}."
        )
    owner = np.full(columns.n_features, -1, dtype=np.int64)
    owner[features] = owners
    missing = np.flatnonzero(owner < 0)
    if len(missing):
        raise ValueError(
            f"{name}: {columns.show(missing[0])} is missing from all {len(keys)} "
            f"groups.{advice}"
        )
    return Groups(indices, keys, owner)


def _by_number(numbers, columns, name):
    """Read the form with one integer per column."""
    values = np.asarray(numbers)
    if values.dtype.kind not in "iu":
        _refuse_other_numbers(list(numbers), name)
        values = values.astype(np.int64)
    if len(values) != columns.n_features:
        raise ValueError(
            f"{name} has {len(values)} integers, but X has {columns.n_features} "
            f"features; give one integer per column, or a list of columns per group."
        )
    below = np.flatnonzero(values < -1)
    if len(below):
        raise ValueError(
            f"{name} has the number {values[below[0]]} for {columns.show(below[0])}; "
            f"a group's number is at least 0, and -1 leaves a feature unpenalised."
        )
    known, owner = np.unique(values, return_inverse=True)
    if known[0] == -1:
        known, owner = known[1:], owner - 1
    if not len(known):
        raise ValueError(
            f"{name} is -1 for all {columns.n_features} features, which leaves no "
            f"group to penalise."
        )
    return from_owner(owner, known.tolist())


def _refuse_other_numbers(numbers, name):
    """Raise for the first value that is not an integer."""
    for column, value in enumerate(numbers):
        if not isinstance(value, Integral) or isinstance(value, bool | np.bool_):
            raise ValueError(
                f"{name} must hold one integer per column, or a list of columns per "
                f"group, got {value!r} at position {column}."
            )


def _by_size(size, columns, name):
    """Return groups of ``size`` consecutive columns."""
    n_features = columns.n_features
    if size < 1 or n_features % size:
        raise ValueError(
            f"{name}={size} must be at least 1 and divide the number of features, "
            f"{n_features}."
        )
    features = np.arange(n_features)
    indices = list(features.reshape(-1, size))
    return Groups(indices, list(range(len(indices))), features // size)


def _by_name(keyword, columns, name):
    """Return groups of columns with the same prefix of their names."""
    if keyword not in ("auto", "prefix"):
        raise ValueError(f"{name} must not be {keyword!r}; 'prefix' or 'auto' may be.")
    if columns.names is None and keyword == "auto":
        return _by_size(1, columns, name)
    if columns.names is None:
        raise ValueError(f"{name}='prefix', but X has no column names.")
    prefixes = [_prefix(column) for column in columns.names]
    if prefixes == columns.names:
        if keyword == "prefix":
            raise ValueError(
                f"{name}='prefix', but no column's name holds '__': "
                f"{reprlib.repr(columns.names)}."
            )
        twice, count = Counter(columns.names).most_common(1)[0]
        if count > 1:
            raise ValueError(
                f"{name}='auto' makes every column a group, but the duplicate name "
                f"{twice!r} is that of {count} columns; {name}=1 does without names."
            )
    number = {prefix: g for g, prefix in enumerate(dict.fromkeys(prefixes))}
    owner = np.array([number[prefix] for prefix in prefixes], dtype=np.int64)
    return from_owner(owner, list(number))


def _prefix(column):
    """Return the part of a name before the first "__", or level 0, or the name."""
    if isinstance(column, tuple):
        return column[0]
    return column.split("__", 1)[0] or column if isinstance(column, str) else column


def group_weights(weights, groups, *, name="group_weights"):
    r"""Return the penalty weights of the groups.

    Parameters
    ----------
    weights : {"sqrt_size"}, array-like of shape (n_groups,), or dict
        Non-negative numbers, by group name in a dict; 0 leaves a group unpenalised and
        infinity excludes it. ``"sqrt_size"`` is :math:`\sqrt{p_g}` with the number
        :math:`p_g` of features in the group; it does not depend on the number of tasks.
    groups : Groups
    name : str, default="group_weights"
        Name of the weights in error messages.

    Returns
    -------
    weights : ndarray of float64, shape (n_groups,)

    Raises
    ------
    ValueError
        If a weight is negative, NaN or not a number, or the numbers or names of groups
        and weights disagree. The message names the group.
    """
    if isinstance(weights, str):
        if weights != "sqrt_size":
            raise ValueError(
                f"{name} must be 'sqrt_size', one number per group or a dict, got "
                f"{weights!r}."
            )
        return np.sqrt(groups.sizes)
    if isinstance(weights, Mapping):
        weights = _weights_in_order(weights, groups, name)
    if np.ma.isMaskedArray(weights):
        raise ValueError(f"{name} is a masked array; its mask would be ignored.")
    try:
        numbers = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be numbers, got {reprlib.repr(weights)}."
        ) from error
    if numbers.shape != (groups.n_groups,):
        raise ValueError(
            f"{name} has shape {numbers.shape}, but there are {groups.n_groups} groups."
        )
    wrong = np.flatnonzero(~(numbers >= 0))  # NaN too
    if len(wrong):
        raise ValueError(
            f"{name} must be at least 0, got {numbers[wrong[0]]} for group "
            f"{groups.names[wrong[0]]!r}."
        )
    return numbers


def _weights_in_order(weights, groups, name):
    """Return the values of a dict in the order of the groups."""
    names = set(groups.names)
    unknown = [group for group in weights if group not in names]
    if unknown:
        raise ValueError(
            f"{name} has a weight for {unknown[0]!r}, which is none of the groups "
            f"{reprlib.repr(groups.names)}."
        )
    without = [group for group in groups.names if group not in weights]
    if without:
        raise ValueError(f"{name} has no weight for group {without[0]!r}.")
    return [weights[group] for group in groups.names]
