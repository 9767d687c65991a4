"""Columns of X: their names, and their selection by position, name or mask."""

import reprlib
from numbers import Integral

import numpy as np


class Columns:
    """The columns of X, by position and by name.

    Parameters
    ----------
    n_features : int
    names : sequence, default=None
        One name per column.
    """

    def __init__(self, n_features, names=None):
        self.n_features = n_features
        self.names = None if names is None else list(names)
        self._position = None
        if self.names is not None and len(self.names) != n_features:
            raise ValueError(
                f"There are {len(self.names)} column names, but X has {n_features} "
                f"features."
            )

    def show(self, feature):
        """Return the index of a feature, and its name if it has one, as text."""
        known = "" if self.names is None else f" ({self.names[feature]!r})"
        return f"feature {feature}{known}"

    def find(self, members, label):
        """Return the indices of the columns of a group.

        Parameters
        ----------
        members : slice, or sequence of int, bool or column names
        label : str
            Name of the group in error messages.

        Returns
        -------
        indices : ndarray of int64
            In the given order; duplicates are not checked.

        Raises
        ------
        ValueError
            If a member is out of range or unknown, or the length of a mask is wrong.
        """
        if isinstance(members, slice):
            return self._in_slice(members, label)
        if np.ma.isMaskedArray(members):
            raise ValueError(f"{label} is a masked array; its mask would be ignored.")
        one_dimensional = getattr(members, "ndim", 1) == 1
        if isinstance(members, str) or not (
            one_dimensional and hasattr(members, "__len__")
        ):
            raise ValueError(
                f"{label} must be a list of columns, a mask or a slice, got "
                f"{reprlib.repr(members)}."
            )
        if not isinstance(members, np.ndarray) or members.dtype.kind not in "biu":
            members = self._as_array(members, label)
        if members.dtype.kind == "b":
            return self._under_mask(members, label)
        self._in_range(members, label)
        return members.astype(np.int64)

    def _as_array(self, members, label):
        """Return members of any type as a mask or as positions."""
        members = members.tolist() if isinstance(members, np.ndarray) else list(members)
        types = set(map(type, members))
        if types and types <= {bool, np.bool_}:
            return np.array(members)
        if bool not in types and all(issubclass(each, Integral) for each in types):
            return np.array(members, dtype=None if members else np.int64)
        positions = [self._position_of(item, label) for item in members]
        return np.array(positions, dtype=np.int64)

    def _in_slice(self, members, label):
        ends, step = (members.start, members.stop), members.step
        if not all(end is None or isinstance(end, Integral) for end in (*ends, step)):
            raise ValueError(f"{label} must be a slice of integers, got {members}.")
        if step == 0 or any(abs(end or 0) > self.n_features for end in ends):
            raise ValueError(
                f"{label} is out of range: {members}, but X has {self.n_features} "
                f"features."
            )
        return np.arange(*members.indices(self.n_features))

    def _under_mask(self, mask, label):
        if len(mask) != self.n_features:
            raise ValueError(
                f"{label} is a mask of length {len(mask)}, but X has "
                f"{self.n_features} features."
            )
        return np.flatnonzero(mask)

    def _in_range(self, members, label):
        if not len(members) or (members.min() >= 0 and members.max() < self.n_features):
            return
        wrong = members[(members < 0) | (members >= self.n_features)]
        raise ValueError(
            f"{label} is out of range: it holds index {wrong[0]}, but X has "
            f"{self.n_features} features."
        )

    def _position_of(self, item, label):
        """Return the position of a column given by position or name."""
        if isinstance(item, Integral) and not isinstance(item, bool):
            return int(item)
        if self._position is None:
            self._position = {}
            for at, known in enumerate(self.names or []):
                self._position.setdefault(known, []).append(at)
        try:
            found = self._position.get(item, [])
        except TypeError as error:  # a list is not hashable
            raise ValueError(
                f"{label} must be one list of columns, but holds {reprlib.repr(item)}."
            ) from error
        if len(found) != 1:
            if self.names is None:
                why = "no index, and X has no column names"
            else:
                how = "the name of several columns" if found else "no column"
                why = f"{how} of X; its columns are {reprlib.repr(self.names)}"
            raise ValueError(f"{label} holds {item!r}, which is {why}.")
        return found[0]
