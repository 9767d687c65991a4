"""All ways to say which features form a group."""

import reprlib
from collections import Counter
from collections.abc import Mapping
from numbers import Integral

import numpy as np

from mutar_cy.groups._columns import Columns
from mutar_cy.groups._groups import Groups, from_owner


def read_groups(groups, n_features, feature_names=None, *, name="groups"):
    """Read which features form a group.

    Parameters
    ----------
    groups : list, dict, array-like of int or bool, int, "prefix" or "auto"
        1. A list with the columns of each group: indices, column names, a slice or a
           mask. A group's name is its position in the list.
        2. One integer per column, in a list or a 1-D array: columns of the same number
           are a group, of that name; groups are in ascending order. Columns of
           number -1 are not penalised.
        3. A dict from names to columns, given as in a list. An empty slice is left
           out, because scikit-learn's ``ColumnTransformer.output_indices_`` has one
           for every part that has no output.
        4. A boolean array of shape (n_groups, n_features), a group per row, named by
           its number.
        5. ``"prefix"``: columns whose names agree up to the first ``"__"``, or in
           level 0 of a MultiIndex, are a group of that name. A name without either is
           its own prefix.
        6. An integer: as many consecutive columns are a group, named by its number.

        ``"auto"`` is ``"prefix"`` if the name of any column has a prefix. Otherwise
        every column is a group, named as the column, or by its number if columns have
        no names.

        A list that holds nothing but single values is read as 2, and one that holds
        lists, arrays or slices as 1. Integers in 1 and 3 are always positions, also
        if columns are named by integers.
    n_features : int
    feature_names : sequence, default=None
        The names of the columns, as `column_names` returns them.
    name : str, default="groups"
        What messages call the groups.

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
        groups = np.asarray(groups)  # a Series, or a mask in a DataFrame
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


def _is_empty_slice(members):
    if not isinstance(members, slice) or members.start is None:
        return False
    return bool(members.start == members.stop)


def _is_flat(groups):
    """Tell whether a sequence holds single values, and is not empty."""
    if isinstance(groups, np.ndarray) and groups.dtype != object:
        return groups.ndim == 1 and groups.size > 0
    single = [isinstance(g, str) or not hasattr(g, "__len__") for g in groups]
    slices = any(isinstance(g, slice) for g in groups)
    return bool(single) and all(single) and not slices


def _refuse_zeros_and_ones(groups, columns, name):
    """Say what is wrong with a mask of numbers, which would be read as indices."""
    if isinstance(groups, np.ndarray) and groups.dtype.kind in "iuf":
        wide = groups.shape[1:] == (columns.n_features,) and columns.n_features > 2
        if wide and np.isin(groups, (0, 1)).all():
            raise ValueError(
                f"{name} looks like a mask, but holds {groups.dtype}; make it boolean "
                f"with astype(bool)."
            )


def _by_members(groups, columns, name):
    """Read a dict from names to columns."""
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
            f"groups. To leave a feature unpenalised, put it into a group of weight "
            f"0, or give one integer per column and -1 for such a feature."
        )
    return Groups(indices, keys, owner)


def _by_number(numbers, columns, name):
    """Read one integer per column."""
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
    """Raise at the first of the values that is no integer."""
    for column, value in enumerate(numbers):
        if not isinstance(value, Integral) or isinstance(value, bool | np.bool_):
            raise ValueError(
                f"{name} must hold one integer per column, or a list of columns per "
                f"group, got {value!r} at position {column}."
            )


def _by_size(size, columns, name):
    """Make groups of so many consecutive columns."""
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
    """Group columns by the prefixes of their names."""
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
    """Return what stands before the first "__", or in level 0, or else all."""
    if isinstance(column, tuple):
        return column[0]
    return column.split("__", 1)[0] or column if isinstance(column, str) else column
