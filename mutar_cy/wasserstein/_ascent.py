"""Where on a line the dual is large enough, or largest."""

import numpy as np

from mutar_cy.wasserstein._dual import LARGEST, evaluate, power_mean, smooth_terms

INSIDE = 0.95  # of the way to the edge of the domain
RISE = 1e-4  # of what the slope promises
ROUNDING = 1e-14  # of the terms of the dual
HALVINGS = 40
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)
SEARCH = 9  # golden sections: to a hundredth


def longest_step(problem, halves, correlation):
    """Return how far to go at most along a direction with these correlations, or 1."""
    longest = 1.0
    for half in halves:
        change = half.sign * correlation / (problem.alpha * problem.gamma)
        # Only there can the edge be nearer; elsewhere the quotient may overflow.
        growing = change > INSIDE * half.ratio
        if growing.any():
            with np.errstate(over="ignore"):
                edge = (half.ratio[growing] / change[growing]).min()
            longest = min(longest, INSIDE * float(edge))
    return longest


def at_most(problem, active, u, change):
    """Return an upper bound of the dual, from the features that hold mass alone.

    What the others send and get would lower it further. The kernel is not needed: sums
    that it makes change by weighted means over the plans.

    Parameters
    ----------
    problem : Problem
    active : list of Active
        Of a dual point.
    u : ndarray of shape (n_samples,)
        Another.
    change : ndarray of shape (n_features, n_columns)
        What ``X'u`` is more than at that point.
    """
    total, price = 0.0, problem.alpha * problem.gamma
    for one in active:
        log_sums = np.empty_like(one.log_sums)
        for c, (rows, scale, plan) in enumerate(
            zip(one.rows, one.scales, one.plans, strict=True)
        ):
            growth = np.log1p(-scale * change[rows, c] / price)
            growth *= -problem.gamma / problem.epsilon
            top = growth.max(initial=0.0)
            sent = np.exp(growth - top) @ plan
            with np.errstate(divide="ignore"):
                log_sums[:, c] = np.log(sent / one.received[:, c]) + top
        log_sums += one.log_sums
        log_q = power_mean(log_sums, problem.tau)
        total += float(np.exp(np.minimum(log_q, LARGEST)).sum())
    return smooth_terms(problem, u)[0] - problem.mass_price * total


def step_up(problem, point, active, direction):
    """Return a higher dual point along a direction, by halving steps, or None.

    Parameters
    ----------
    problem : Problem
    point : Point
        Completed.
    active : list of Active
        Of the point.
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
        u, change = point.u + step * direction, step * correlation
        least = point.value + RISE * step * slope - ROUNDING * point.scale
        if at_most(problem, active, u, change) >= least - ROUNDING * point.scale:
            candidate = evaluate(problem, u, point.correlation + change)
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
