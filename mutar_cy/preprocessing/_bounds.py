"""Bounds of features, as users give them."""

import numpy as np


def per_feature(bounds, n_features):
    """Return finite lower and upper bounds, one row per feature, or raise.

    Parameters
    ----------
    bounds : array-like of shape (2,) or (n_features, 2)
    n_features : int

    Returns
    -------
    bounds : ndarray of float64, shape (n_features, 2)
        Not yet compared with each other.
    """
    try:
        numbers = np.array(bounds, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"bounds must be numbers, got {bounds!r}.") from error
    shape = (n_features, 2)
    if numbers.shape not in ((2,), shape):
        raise ValueError(
            f"bounds has shape {numbers.shape}, but must have (2,) or {shape}."
        )
    if not np.isfinite(numbers).all():
        raise ValueError(f"bounds must be finite, got {bounds!r}.")
    return np.broadcast_to(numbers, shape).copy()
