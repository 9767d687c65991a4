"""Where on a line the dual is large enough, or largest."""

import numpy as np

from mutar_cy.ot import log_power_mean
from mutar_cy.wasserstein._dual import LARGEST, evaluate, smooth_terms

INSIDE = 0.95  # of the way to the edge of the domain
RISE = 1e-4  # of what the slope promises
ROUNDING = 1e-14  # of the terms of the dual
HALVINGS = 40
FARTHEST = 64.0  # times a Newton step: masses too large shrink by a factor e in each
GROWTH = 1.5  # from one length that is tried to the next
# Tried one after the other, until the dual falls: a start is often nearly right.
MULTIPLES = (1.0, 0.99, 0.97, 0.94, 0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.0)
NARROW = 0.02  # of the best multiple: a bracket around it that is good enough
SEARCH = 10  # the most trials within a bracket


def longest_step(problem, halves, correlation):
    """Return how far to go at most along a direction with these correlations."""
    longest = FARTHEST
    for half in halves:
        change = half.sign * correlation / (problem.alpha * problem.gamma)
        # Only there can the edge be nearer; elsewhere the quotient may overflow.
        growing = FARTHEST * change > INSIDE * half.ratio
        if growing.any():
            edge = (half.ratio[growing] / change[growing]).min()
            longest = min(longest, INSIDE * float(edge))
    return longest


def best_step(bound, longest):
    """Return where a function is largest, on a geometric grid around 1, and its value.

    Parameters
    ----------
    bound : callable
        Concave, of a positive number.
    longest : float
        The largest number to try.

    Returns
    -------
    step, value : float
    """
    first = step = min(1.0, longest)
    value = bound(step)
    for factor in (GROWTH, 1.0 / GROWTH):
        while factor < 1.0 or step * factor <= longest:
            trial = bound(step * factor)
            if not trial > value:
                break
            step, value = step * factor, trial
        if step > first:
            break
    return step, value


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
    if any(plan.matrix is None for one in active for plan in one.plans):
        return np.inf  # nothing is known without the kernel
    total, price = 0.0, problem.alpha * problem.gamma
    for one in active:
        log_sums = np.empty_like(one.log_sums)
        for c, (rows, scale, plan) in enumerate(
            zip(one.rows, one.scales, one.plans, strict=True)
        ):
            growth = np.log1p(-scale * change[rows, c] / price)
            growth *= -problem.gamma / problem.epsilon
            top = growth.max(initial=0.0)
            sent = plan.send(np.exp(growth - top))
            with np.errstate(divide="ignore"):
                log_sums[:, c] = np.log(sent / one.received[:, c]) + top
        log_sums += one.log_sums
        log_q = log_power_mean(log_sums, problem.tau)
        total += float(np.exp(np.minimum(log_q, LARGEST)).sum())
    return smooth_terms(problem, u)[0] - problem.mass_price * total


def step_up(problem, point, active, direction):
    """Return a higher dual point along a direction, or None.

    The step is the best for the bound of `at_most`, and is halved until it will do.

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

    def bound(step):
        u = point.u + step * direction
        return at_most(problem, active, u, step * correlation)

    longest = longest_step(problem, point.halves, correlation)
    step, highest = best_step(bound, longest)
    for _ in range(HALVINGS):
        u, change = point.u + step * direction, step * correlation
        least = point.value + RISE * step * slope - ROUNDING * point.scale
        if highest >= least - ROUNDING * point.scale:
            candidate = evaluate(problem, u, point.correlation + change)
            if candidate is not None and candidate.value >= least:
                return candidate, step
        step *= 0.5
        highest = bound(step)
    return None, 0.0


def best_multiple(problem, u):
    """Return the highest dual point among the multiples of a vector in [0, 1]."""
    correlation = problem.data.correlate(u)

    def at(t):
        point = evaluate(problem, t * u, t * correlation)
        return (-np.inf if point is None else point.value), t, point

    tried = [at(MULTIPLES[0])]
    for t in MULTIPLES[1:]:
        tried.append(at(t))
        if -np.inf < tried[-1][0] <= tried[-2][0]:
            break
    best = max(range(len(tried)), key=lambda place: tried[place][0])
    low, high = (
        tried[min(max(place, 0), len(tried) - 1)] for place in (best + 1, best - 1)
    )
    return narrowed(at, low, tried[best], high)[2]


def narrowed(at, low, best, high):
    """Return the best of three trials of a concave function, after more between."""
    for _ in range(SEARCH):
        if high[1] - low[1] <= NARROW * high[1]:
            break
        above = high[1] - best[1] > best[1] - low[1]
        trial = at(0.5 * (best[1] + (high if above else low)[1]))
        if trial[0] > best[0]:
            low, best, high = (best, trial, high) if above else (low, trial, best)
        else:
            low, high = (low, trial) if above else (trial, high)
    return best
