"""Groups of features: their forms as parameters, and their penalty weights."""

import reprlib
from collections.abc import Mapping
from numbers import Integral, Real
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
    groups : list, dict, array-like, int or "prefix"
        1. A list with the columns of each group: indices, column names, a slice or a
           mask. A group's name is its position in the list.
        2. One label per column, in a list or a 1-D array: columns with the same label
           form a group with that name. Groups of numbers are in ascending order, others
           in the order of their first columns. Columns with the number -1, or with None
           or NaN, are not penalised.
        3. A dict of the columns of each group by name, given as in 1. Empty slices are
           ignored: ``ColumnTransformer.output_indices_`` of scikit-learn has one for
           every part without output.
        4. A mask of shape (n_groups, n_features), of bool or of 0 and 1; a group's
           name is its row.
        5. ``"prefix"``: columns form a group if their names agree up to the first
           ``"__"``, or in level 0 of a MultiIndex. A name without either is the name
           of a group.
        6. An integer: the number of consecutive columns in a group; a group's name is
           its number.

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
            f"{name} must be a list of groups, one label per column, a dict, a mask, "
            f"an integer or 'prefix', got {reprlib.repr(groups)}."
        )
    if np.ma.isMaskedArray(groups):
        raise ValueError(f"{name} is a masked array; its mask would be ignored.")
    if _is_flat(groups):
        return _by_label(groups, columns, name)
    if _is_mask_of_numbers(groups, columns):
        groups = np.asarray(groups, dtype=bool)
    return _by_members(dict(enumerate(groups)), columns, name)


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


def _is_mask_of_numbers(groups, columns):
    """Tell whether groups are a matrix of 0 and 1 with one entry per column."""
    if not isinstance(groups, np.ndarray) or groups.dtype.kind not in "iuf":
        return False
    if groups.shape[1:] != (columns.n_features,) or not np.isin(groups, (0, 1)).all():
        return False
    # Two columns or fewer may be positions: [[0, 1]] is one group of two columns.
    return columns.n_features > 2


ADVICE = (
    " To leave a feature unpenalised, put it into a group of weight 0, or give one "
    "label per column and -1 for such a feature."
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


def _by_label(labels, columns, name):
    """Read the form with one label per column."""
    labels = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    if len(labels) != columns.n_features:
        raise ValueError(
            f"{name} has {len(labels)} labels, but X has {columns.n_features} "
            f"features; give one label per column, or a list of columns per group."
        )
    if any(isinstance(label, bool | np.bool_) for label in labels):
        raise ValueError(
            f"{name} is a mask with one axis; give one mask per group, of shape "
            f"(n_groups, {columns.n_features}), or one label per column."
        )
    free = [_is_no_label(label) for label in labels]
    known = dict.fromkeys(
        label for label, none in zip(labels, free, strict=True) if not none
    )
    if not known:
        raise ValueError(
            f"{name} is -1 for all {columns.n_features} features, which leaves no "
            f"group to penalise."
        )
    if all(isinstance(label, Real) for label in known):
        known = dict.fromkeys(sorted(known))
        _refuse_negative(known, labels, columns, name)
    numbers = {label: g for g, label in enumerate(known)}
    owner = [
        -1 if none else numbers[label] for label, none in zip(labels, free, strict=True)
    ]
    return from_owner(np.array(owner, dtype=np.int64), list(known))


def _is_no_label(label):
    """Tell whether a label says that a column is in no group: -1, None or NaN."""
    if label is None or (isinstance(label, Real) and label == -1):
        return True
    return isinstance(label, Real) and label != label


def _refuse_negative(known, labels, columns, name):
    """Raise for numbers below -1, which are indices from the end elsewhere."""
    below = [label for label in known if label < -1]
    if below:
        where = columns.show(labels.index(below[0]))
        raise ValueError(
            f"{name} has the number {below[0]} for {where}; a group's number is at "
            f"least 0, and -1 leaves a feature unpenalised."
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
    if keyword != "prefix":
        raise ValueError(
            f"{name} must not be {keyword!r}. {name}='prefix' groups columns by the "
            f"part of their names before '__'; {name}=None leaves every feature alone."
        )
    if columns.names is None:
        raise ValueError(
            f"{name}='prefix', but X has no column names. Pass a DataFrame, or one "
            f"label per column as {name}."
        )
    prefixes = [_prefix(column) for column in columns.names]
    if prefixes == columns.names:
        raise ValueError(
            f"{name}='prefix', but no column's name holds '__': "
            f"{reprlib.repr(columns.names)}. Pass one label per column as {name}."
        )
    number = {prefix: g for g, prefix in enumerate(dict.fromkeys(prefixes))}
    owner = np.array([number[prefix] for prefix in prefixes], dtype=np.int64)
    return from_owner(owner, list(number))


def _prefix(column):
    """Return the part of a name before the first "__", or level 0, or the name."""
    if isinstance(column, tuple):
        return column[0]
    return column.split("__", 1)[0] or column if isinstance(column, str) else column


def group_weights(weights, groups, n_tasks=None, *, name="penalty_weights"):
    r"""Return the penalty weights of the groups.

    Parameters
    ----------
    weights : {"sqrt_size"}, array-like or dict
        Non-negative numbers: one per group, of shape (n_groups,) or, with ``n_tasks``,
        (n_groups, n_tasks); in a dict by group name, where absent groups have the
        default. 0 leaves a group unpenalised and infinity excludes it.
        ``"sqrt_size"``, the default, is :math:`\sqrt{p_g}` with the number :math:`p_g`
        of features in the group; it does not depend on the number of tasks.
    groups : Groups
    n_tasks : int, default=None
    name : str, default="penalty_weights"
        Name of the weights in error messages.

    Returns
    -------
    weights : ndarray of float64, shape (n_groups,) or (n_groups, n_tasks)

    Raises
    ------
    ValueError
        If a weight is negative, NaN or not a number, or the numbers or names of groups
        and weights disagree. The message names the group.
    """
    default = np.sqrt(groups.sizes)
    if isinstance(weights, str):
        _check_keyword(weights, name)
        return default
    if isinstance(weights, Mapping):
        weights = _in_order(weights, list(groups.names), default, "groups", name)
    shapes: list[tuple] = [(groups.n_groups,)]
    if n_tasks is not None:
        shapes.append((groups.n_groups, n_tasks))
    return _checked_weights(weights, shapes, list(groups.names), "group", name)


def feature_weights(weights, n_features, names=None, n_tasks=None):
    """Return the penalty weights of features that are in no groups.

    Parameters
    ----------
    weights : {"sqrt_size"}, array-like or dict
        As `group_weights` takes them, one per feature.
    n_features : int
    names : list, default=None
        The names of the features.
    n_tasks : int, default=None

    Returns
    -------
    weights : ndarray of float64, shape (n_features,) or (n_features, n_tasks), or None
        None if all of them are 1.
    """
    if isinstance(weights, str):
        _check_keyword(weights, "penalty_weights")
        return None
    names = list(range(n_features)) if names is None else list(names)
    if isinstance(weights, Mapping):
        default = np.ones(n_features)
        weights = _in_order(weights, names, default, "features", "penalty_weights")
    shapes = [(n_features,)] + ([] if n_tasks is None else [(n_features, n_tasks)])
    return _checked_weights(weights, shapes, names, "feature", "penalty_weights")


def _check_keyword(weights, name):
    if weights != "sqrt_size":
        raise ValueError(
            f"{name} must be 'sqrt_size', an array of numbers or a dict of them by "
            f"name, got {weights!r}."
        )


def _checked_weights(weights, shapes, names, noun, name):
    """Return weights as an array of one of some shapes, of at least 0."""
    if np.ma.isMaskedArray(weights):
        raise ValueError(
            f"{name} is a masked array; its mask would be ignored. Pass an array, with "
            f"0 where nothing is to be penalised."
        )
    try:
        numbers = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be numbers, got {reprlib.repr(weights)}."
        ) from error
    if numbers.shape not in shapes:
        allowed = " or ".join(map(str, shapes))
        raise ValueError(
            f"{name} has shape {numbers.shape}, but one weight per {noun} is of shape "
            f"{allowed}: there are {len(names)} {noun}s."
        )
    wrong = np.argwhere(~(numbers >= 0))  # NaN too
    if len(wrong):
        at = tuple(wrong[0].tolist())
        raise ValueError(
            f"{name} must be at least 0, got {numbers[at]} for {noun} {names[at[0]]!r}."
        )
    return numbers


def _in_order(weights, names, default, nouns, name):
    """Return the values of a dict in the order of names, and defaults for the rest."""
    position = {own: g for g, own in enumerate(names)}
    unknown = [own for own in weights if own not in position]
    if unknown:
        raise ValueError(
            f"{name} has a weight for {unknown[0]!r}, which is none of the {nouns} "
            f"{reprlib.repr(names)}."
        )
    out = default.astype(object)
    for own, value in weights.items():
        out[position[own]] = value
    return out.tolist()
