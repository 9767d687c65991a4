"""Where on a line the dual is large enough, or largest."""

import numpy as np

from mutar_cy.wasserstein._dual import evaluate

INSIDE = 0.95  # of the way to the edge of the domain
RISE = 1e-4  # of what the slope promises
ROUNDING = 1e-14  # of the terms of the dual
HALVINGS = 40
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)
SEARCH = 14  # golden sections: to a thousandth


def longest_step(problem, halves, correlation):
    """Return how far to go at most along a direction with these correlations, or 1."""
    longest = 1.0
    for half in halves:
        change = half.sign * correlation / (problem.alpha * problem.gamma)
        growing = change > 0.0
        if growing.any():
            edge = (half.ratio[growing] / change[growing]).min()
            longest = min(longest, INSIDE * float(edge))
    return longest


def step_up(problem, point, direction):
    """Return a higher dual point along a direction, by halving steps, or None.

    Parameters
    ----------
    problem : Problem
    point : Point
        Completed.
    direction : ndarray of shape (n_samples,)

    Returns
    -------
    point : Point or None
    step : float
    """
    correlation = problem.data.correlate(direction)
    slope = float(direction @ point.gradient)
    step = longest_step(problem, point.halves, correlation)
    for _ in range(HALVINGS):
        candidate = evaluate(
            problem,
            point.u + step * direction,
            point.correlation + step * correlation,
        )
        least = point.value + RISE * step * slope - ROUNDING * point.scale
        if candidate is not None and candidate.value >= least:
            return candidate, step
        step *= 0.5
    return None, 0.0


def best_multiple(problem, u):
    """Return the highest dual point among the multiples of a vector in [0, 1]."""
    correlation = problem.data.correlate(u)

    def at(t):
        return evaluate(problem, t * u, t * correlation)

    def value(point):
        return -np.inf if point is None else point.value

    whole = at(1.0)
    low, high = 0.0, 1.0
    inner, outer = 1.0 - GOLDEN, GOLDEN
    left, right = at(inner), at(outer)
    best = max((at(0.0), left, right, whole), key=value)
    for _ in range(SEARCH):
        if value(left) >= value(right):
            high, outer, right = outer, inner, left
            inner = high - GOLDEN * (high - low)
            left = at(inner)
            best = max((best, left), key=value)
        else:
            low, inner, left = inner, outer, right
            outer = low + GOLDEN * (high - low)
            right = at(outer)
            best = max((best, right), key=value)
    return best
