"""Adjustment of p-values for the number of tests."""

import numpy as np

METHODS = ("holm", "bh", "by")


def adjust_p_values(p, method):
    """Return p-values adjusted for their number, in the shape of ``p``.

    Parameters
    ----------
    p : ndarray
    method : {"holm", "bh", "by"}
        "holm" bounds the probability of any false rejection, "bh" and "by" the expected
        share of false rejections: "by" for tests with any dependence.
    """
    flat = np.ravel(p)
    order, n = np.argsort(flat), len(flat)
    ranks = np.arange(1, n + 1)
    if method == "holm":
        found = np.maximum.accumulate(flat[order] * (n + 1 - ranks))
    else:
        factor = n * (np.sum(1.0 / ranks) if method == "by" else 1.0)
        found = flat[order] * factor / ranks
        found = np.minimum.accumulate(found[::-1])[::-1]
    out = np.empty(n)
    out[order] = np.minimum(found, 1.0)
    return out.reshape(np.shape(p))
