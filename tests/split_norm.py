"""The penalty of a coefficient that is split, ``w = p + q``, by sorting.

``split_norm(w)`` is the least ``shared * |p|_2 + entry * |q|_1``. Its dual ball holds
what has a norm of at most ``shared`` and no entry beyond ``entry``. Some ``p`` of least
cost cuts the entries of w off at one height, so that there is one number to find, and
between two sizes of entries the cost is a quadratic's root plus a line.
"""

import numpy as np


def split_norm(w, shared, entry):
    """Return the least cost, and the height at which ``p`` cuts ``w`` off."""
    size = -np.sort(-np.abs(np.ravel(w)))
    if np.isinf(entry):
        return shared * np.linalg.norm(size), np.inf
    heights = [np.inf]
    for m in range(1, len(size) + 1):  # m entries are cut off
        low, high = (size[m] if m < len(size) else 0.0), size[m - 1]
        ratio, rest = shared**2 - m * entry**2, np.linalg.norm(size[m:])
        lowest = entry * rest / np.sqrt(ratio) if ratio > 0 else np.inf
        heights.append(np.clip(lowest, low, high))
    costs = [
        shared * np.linalg.norm(np.minimum(size, height))
        + entry * np.maximum(size - height, 0.0).sum()
        for height in heights
    ]
    best = int(np.argmin(costs))
    return costs[best], heights[best]


def into_ball(v, shared, entry):
    """Return the point nearest to ``v`` in the dual ball."""
    cut = np.clip(v, -entry, entry)
    if np.linalg.norm(cut) <= shared:
        return cut
    # Scaled down and cut off; m entries are cut off, the others have what is left.
    size = -np.sort(-np.abs(np.ravel(v)))
    points = []
    for m in range(len(size)):
        rest = np.linalg.norm(size[m:])
        left = shared**2 - (m * entry**2 if m else 0.0)
        if left > 0 and rest > 0:
            points.append(np.clip(v * (np.sqrt(left) / rest), -entry, entry))
    return min(points, key=lambda point: abs(np.linalg.norm(point) - shared))


def shrink(v, shared, entry):
    """Return the minimiser of ``|w - v|^2 / 2 + split_norm(w)``."""
    return v - into_ball(v, shared, entry)
