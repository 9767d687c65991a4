"""Groups of features given as lists of indices or masks."""

import numpy as np


def check_groups(groups, n_features):
    """Check that groups of features hold every feature once.

    Parameters
    ----------
    groups : None, or sequence of array-like
        The indices of each group's features, or a mask of length ``n_features``.
    n_features : int

    Returns
    -------
    groups : None, or list of ndarray of intp

    Raises
    ------
    ValueError
        If a group is empty, out of range or of the wrong length, or a feature is in
        two groups or in none. The message names the group.
    """
    if groups is None:
        return None
    if len(groups) == 0:
        raise ValueError("groups must hold at least one group of features.")
    owner = np.full(n_features, -1)
    checked = []
    for g, members in enumerate(groups):
        members = _indices(members, g, n_features)
        taken = np.flatnonzero(np.bincount(members, minlength=n_features) > 1)
        if len(taken):
            raise ValueError(f"groups[{g}] holds feature {taken[0]} twice.")
        taken = members[owner[members] >= 0]
        if len(taken):
            raise ValueError(
                f"groups[{g}] holds feature {taken[0]}, which is in "
                f"groups[{owner[taken[0]]}] already."
            )
        owner[members] = g
        checked.append(members)
    missing = np.flatnonzero(owner < 0)
    if len(missing):
        raise ValueError(
            f"groups: feature {missing[0]} is in none of the {len(checked)} groups; "
            f"every one of the {n_features} features must be in one."
        )
    return checked


def _indices(members, g, n_features):
    """Return the features of one group as indices."""
    members = np.asarray(members)
    if members.ndim != 1 or members.size == 0:
        raise ValueError(
            f"groups[{g}] must be a non-empty list of feature indices, got shape "
            f"{members.shape}."
        )
    if members.dtype.kind == "b":
        if len(members) != n_features or not members.any():
            raise ValueError(
                f"groups[{g}] is a mask with {members.sum()} features set and length "
                f"{len(members)}; it must set some of {n_features} features."
            )
        return np.flatnonzero(members)
    if members.dtype.kind not in "iu":
        raise ValueError(f"groups[{g}] must hold integers, got {members.dtype}.")
    if members.min() < 0 or members.max() >= n_features:
        raise ValueError(
            f"groups[{g}] holds an index out of range: {members.min()} to "
            f"{members.max()}, but X has {n_features} features."
        )
    return members.astype(np.intp)
