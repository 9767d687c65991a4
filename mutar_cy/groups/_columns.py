"""The columns of X: their names, and which of them somebody means."""

import reprlib
from numbers import Integral

import numpy as np


def column_names(X):
    """Return the names of a table's columns.

    Parameters
    ----------
    X : object
        A DataFrame of pandas, polars or any other library with ``columns`` or the
        DataFrame interchange protocol; or an array, or anything else.

    Returns
    -------
    names : list or None
        Strings, tuples where pandas has a MultiIndex, or whatever a column is called;
        None if X is no table.
    """
    columns = getattr(X, "columns", None)
    if hasattr(X, "iloc") or isinstance(columns, list):  # pandas, or polars
        return None if columns is None else list(columns)  # None: a Series
    if hasattr(X, "__dataframe__"):
        return list(X.__dataframe__().column_names())
    return None


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
        """Write a feature: its index, and its name if it has one."""
        known = "" if self.names is None else f" ({self.names[feature]!r})"
        return f"feature {feature}{known}"

    def find(self, members, label):
        """Return the columns that the members of a group mean.

        Parameters
        ----------
        members : slice, or sequence of int, bool or column names
        label : str
            What messages call the group.

        Returns
        -------
        indices : ndarray of int64
            In the order given; not yet compared with each other.

        Raises
        ------
        ValueError
            If one is out of range or unknown, or a mask is not as wide as X.
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
        """Return a mask or positions for members of any type."""
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
        except TypeError as error:  # no name is a list
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
