"""Designs whose squares would overflow or vanish, brought into range."""

from typing import Any

import numpy as np
from sklearn.utils import check_array

# Squared norms beyond these bounds say that squares overflow or underflow.
LARGEST, SMALLEST = 1e200, 1e-200


def in_range(design):
    """Tell whether the squared norms of a design can be trusted."""
    return SMALLEST < design.squares.max() < LARGEST


def rescale(parts):
    """Bring designs into the range where squares neither overflow nor vanish.

    Returns
    -------
    exponent : int
        The designs returned are the given ones times two to this power.
    parts : list of Part
    """
    largest = 0.0
    for part in parts:
        X: Any = check_array(
            part.X, accept_sparse="csc", input_name="X", dtype=[np.float64, np.float32]
        )
        entries = X if isinstance(X, np.ndarray) else X.data
        if entries.size:
            largest = max(largest, float(entries.max()), -float(entries.min()))
    if largest == 0.0 or np.sqrt(SMALLEST) < largest < np.sqrt(LARGEST):
        return 0, parts
    exponent = -int(np.frexp(largest)[1])
    return exponent, [part._replace(X=times_power(part.X, exponent)) for part in parts]


def times_power(X: Any, exponent: int) -> Any:
    """Return X times two to ``exponent``, in double."""
    if isinstance(X, np.ndarray):
        return np.ldexp(X.astype(np.float64), exponent)
    X = X.astype(np.float64)
    X.data = np.ldexp(X.data, exponent)
    return X
