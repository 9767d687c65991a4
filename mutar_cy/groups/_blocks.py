"""X as a dict of arrays, which is joined into one matrix: a group per key."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from mutar_cy._lib._tables import column_names


def join_blocks(X, *, name="X", finite=True):
    """Join a dict of arrays into one matrix.

    Parameters
    ----------
    X : dict from hashable to {array-like, sparse matrix, DataFrame}
        Arrays of shape (n_samples,) or (n_samples, n_columns), all with the same
        samples.
    name : str, default="X"
        Name of the dict in error messages.
    finite : bool, default=True
        Whether NaN and infinity are errors.

    Returns
    -------
    X : {ndarray, CSC array} of shape (n_samples, n_features)
        The arrays side by side, in the order of the dict; sparse if one of them is.
    indices : dict from hashable to ndarray of int64
        Columns of each key, in a form that `read_groups` accepts.

    Raises
    ------
    ValueError
        If X is not a dict or empty, an array is not a numeric matrix, or the numbers of
        samples differ. The message names the key.
    """
    _check_dict(X, name)
    blocks = {
        key: _check_block(block, f"{name}[{key!r}]", finite) for key, block in X.items()
    }
    (first, reference), *others = blocks.items()
    for key, block in others:
        if block.shape[0] != reference.shape[0]:
            raise ValueError(
                f"{name}[{key!r}] has {block.shape[0]} samples, but {name}[{first!r}] "
                f"has {reference.shape[0]}: the keys are groups of features of the "
                f"same samples. If they name tasks, y must be a dict, too."
            )
    ends = np.cumsum([block.shape[1] for block in blocks.values()])
    columns = np.split(np.arange(ends[-1]), ends[:-1])
    if any(sparse.issparse(block) for block in blocks.values()):
        parts = [sparse.csc_array(block) for block in blocks.values()]
        joined = sparse.hstack(parts, format="csc")
    else:
        joined = np.hstack(list(blocks.values()))
    return joined, dict(zip(blocks, columns, strict=True))


def block_columns(X):
    """Return the names of the columns of every array in a dict.

    Parameters
    ----------
    X : dict from hashable to {array-like, sparse matrix, DataFrame}

    Returns
    -------
    columns : dict from hashable to list or None
    """
    return {key: column_names(block) for key, block in X.items()}


def block_names(indices, columns):
    """Return one name per column of a joined dict, such as ``speed__0``.

    Parameters
    ----------
    indices : dict from hashable to ndarray of int64
        Columns of each key, from `join_blocks`.
    columns : dict from hashable to list or None
        Names from `block_columns`. Named columns keep their names after the key.

    Returns
    -------
    names : list of str
    """
    names: list[str] = []
    for key, members in indices.items():
        known = columns[key]
        if known is None or not all(isinstance(column, str) for column in known):
            known = range(len(members))
        names += [f"{key}__{column}" for column in known]
    return names


def check_blocks(X, expected, columns=None, *, name="X", finite=True):
    """Join a dict of arrays that must match the dict seen in fit.

    Parameters
    ----------
    X : dict from hashable to {array-like, sparse matrix, DataFrame}
        A dict with the same keys, in any order.
    expected : dict from hashable to ndarray of int64
        Columns of each key in fit, from `join_blocks`.
    columns : dict from hashable to list or None, default=None
        Names in fit, from `block_columns`. They are compared if both tables have names.
    name : str, default="X"
        Name of the dict in error messages.
    finite : bool, default=True
        Whether NaN and infinity are errors.

    Returns
    -------
    X : {ndarray, CSC array} of shape (n_samples, n_features)
        In the order of ``expected``.

    Raises
    ------
    ValueError
        As in `join_blocks`, and if keys, widths or column names are not the expected
        ones. The message names the key.
    """
    _check_dict(X, name)
    unknown = [key for key in X if key not in expected]
    missing = [key for key in expected if key not in X]
    if unknown or missing:
        fault, key = ("no", missing[0]) if missing else ("an unknown", unknown[0])
        raise ValueError(
            f"{name} has {fault} key {key!r}; in fit it had the keys {list(expected)}."
        )
    X = {key: X[key] for key in expected}
    for key, here in block_columns(X).items():
        before = (columns or {}).get(key)
        if before is not None and here is not None and before != here:
            raise ValueError(
                f"{name}[{key!r}] has the columns {here}, but in fit it had {before}."
            )
    joined, indices = join_blocks(X, name=name, finite=finite)
    for key in expected:
        if len(indices[key]) != len(expected[key]):
            raise ValueError(
                f"{name}[{key!r}] has {len(indices[key])} columns, but in fit it had "
                f"{len(expected[key])}."
            )
    return joined


def _check_dict(X, name):
    if not isinstance(X, Mapping) or not X:
        raise ValueError(
            f"{name} must be a dict of at least one array, got "
            f"{'an empty dict' if isinstance(X, Mapping) else type(X).__name__}."
        )


def _check_block(block, label, finite):
    """Return one array as a numeric matrix."""
    if np.ma.isMaskedArray(block):
        raise ValueError(f"{label} is a masked array; its mask would be ignored.")
    try:
        block = check_array(
            block,
            accept_sparse=True,
            dtype="numeric",
            ensure_2d=False,
            ensure_all_finite=finite,
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{label}: {error}") from error
    return block[:, None] if block.ndim == 1 else block
