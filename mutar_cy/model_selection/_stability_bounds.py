r"""Bounds on the expected number of false selections of stability selection.

A feature that is selected from a half of the samples with a probability of at most
:math:`\theta = q / p` counts as false. Let B be the number of complementary pairs. How
often it is selected from both halves of a pair has the mean :math:`\theta^2` at most,
and how often from a half :math:`\theta`; the bounds are on the tails of distributions
with these means, and differ in what else is known of them (R. D. Shah, R. J. Samworth,
2013, Variable selection with error control: another look at stability selection, JRSS B
75, sections 2 and 3):

- "worst_case": nothing, theorem 1: :math:`q^2 / ((2 \pi - 1) p)`;
- "unimodal": the frequency of both halves is unimodal, theorem 2;
- "r_concave": both frequencies have r-concave densities, with r = -1/2 for both halves
  and -1/4 for one, section 3.3.
"""

import math

import numpy as np
from scipy.optimize import minimize_scalar

BOUNDS = ("worst_case", "unimodal", "r_concave")
# Concavity of the frequencies of both halves and of one: those of Shah and Samworth.
R_BOTH, R_ONE = -0.5, -0.25
SLACK = 1e-9  # a threshold of 0.6 is 60 of 100 subsamples, whatever the last digit
N_BISECTIONS = 80  # of an interval of logarithms of 60: to the last digit
N_GRID = 65


def expected_false(q, p, threshold, n_subsamples, bound):
    """Return a bound on the expected number of false selections.

    Parameters
    ----------
    q : float
        Mean number of features that a subsample selects.
    p : int
        Number of features.
    threshold : float
        Frequency from which a feature is stable.
    n_subsamples : int
        Number of subsamples, in complementary pairs.
    bound : {"worst_case", "unimodal", "r_concave"}
        What is assumed. Every one is at most the one before it.

    Returns
    -------
    number : float
    """
    found = q**2 / ((2.0 * threshold - 1.0) * p)
    n_pairs = n_subsamples // 2
    theta = q / p
    if bound == "worst_case" or not q:
        return found
    least = math.ceil(
        threshold * 2 * n_pairs - SLACK
    )  # of the frequency, in subsamples
    found = min(found, p * unimodal_tail(theta, least, n_pairs))
    if bound == "r_concave":
        both = r_concave_tail(theta**2 * n_pairs, least - n_pairs, n_pairs, R_BOTH)
        one = r_concave_tail(theta * 2 * n_pairs, least, 2 * n_pairs, R_ONE)
        found = min(found, p * both, p * one)
    return float(found)


def unimodal_tail(theta, least, n_pairs):
    """Return a bound on the probability of a frequency of both halves.

    Parameters
    ----------
    theta : float
        Probability that a half selects the feature.
    least : int
        Number of subsamples from which it is stable.
    n_pairs : int
    """
    threshold, step = least / (2.0 * n_pairs), 1.0 / n_pairs
    first = 0.5 + min(theta**2, step / 2.0 + 0.75 * theta**2)
    if theta > 3**-0.5 or threshold <= first:
        return 1.0
    if threshold <= 0.75:
        return float(theta**2 / (2.0 * (2.0 * threshold - 1.0 - step / 2.0)))
    return float(theta**2 * 4.0 * (1.0 - threshold + step / 2.0) / (1.0 + step))


def r_concave_tail(mean, least, n, r):
    r"""Return the largest probability of ``least`` or more, for a given mean.

    Of all distributions on 0, ..., n whose weights :math:`f_i` have convex
    :math:`f_i^r`, r negative, those with the largest tails are linear there:
    :math:`f_i \propto (a + i)^{1/r}` up to some k, with a smaller weight at k + 1 that
    gives the distribution its mean. So k and a are left to maximise over.

    Parameters
    ----------
    mean : float
    least, n : int
    r : float
    """
    first = math.floor(2.0 * mean) + 1  # the uniform distribution up to it is enough
    if least <= first or first >= n:
        return 1.0
    if mean <= 0.0:
        return 0.0
    ends = np.arange(max(first, least - 1), n + 1)
    limits = weights_for_mean(mean, ends, 1.0 / r)
    best, where = 0.0, None
    for k, high, low in zip(ends[:-1], limits[:-1], limits[1:], strict=True):
        a = np.geomspace(low, high, N_GRID)
        tails = tail_of(a, int(k), mean, least, 1.0 / r)
        if tails.max() > best:
            best, where = float(tails.max()), (int(k), a, int(tails.argmax()))
    if where is None:
        return 0.0
    k, a, at = where
    around = np.log(a[max(at - 1, 0)]), np.log(a[min(at + 1, N_GRID - 1)])
    refined = minimize_scalar(
        lambda v: -tail_of(np.exp([v]), k, mean, least, 1.0 / r)[0],
        bounds=around,
        method="bounded",
        options={"xatol": 1e-10},
    )
    return min(1.0, max(best, -float(refined.fun)))


def tail_of(a, k, mean, least, power):
    """Return the probability of ``least`` or more, for every a.

    The weight at k + 1 is the one that gives the distribution its mean.
    """
    i = np.arange(k + 1)
    weights = (1.0 + i / a[:, None]) ** power
    below = weights[:, :least].sum(axis=1)
    return 1.0 - (k + 1.0 - mean) * below / (weights @ (k + 1.0 - i))


def weights_for_mean(mean, ends, power):
    """Return the a for which ``(a + i)**power`` has a mean up to every end."""
    low, high = np.full(len(ends), -30.0), np.full(len(ends), 30.0)
    i = np.arange(ends.max() + 1)
    inside = i <= ends[:, None]
    for _ in range(N_BISECTIONS):
        middle = 0.5 * (low + high)
        weights = inside * (1.0 + i * np.exp(-middle)[:, None]) ** power
        above = weights @ i > mean * weights.sum(axis=1)
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    return np.exp(high)


def largest_q(p, threshold, n_subsamples, bound, max_false):
    """Return the largest number of features per subsample within a bound, or 0."""
    low, high = 0, p
    while low < high:
        middle = (low + high + 1) // 2
        if expected_false(middle, p, threshold, n_subsamples, bound) <= max_false:
            low = middle
        else:
            high = middle - 1
    return low


def least_threshold(q, p, n_subsamples, bound, max_false):
    """Return the smallest threshold within a bound, or None."""
    n = 2 * (n_subsamples // 2)
    low, high = n // 2 + 1, n + 1  # in subsamples
    while low < high:
        middle = (low + high) // 2
        if expected_false(q, p, middle / n, n_subsamples, bound) <= max_false:
            high = middle
        else:
            low = middle + 1
    return low / n if low <= n else None
