"""Line searches for the dual."""

import numpy as np

from mutar_cy.ot import log_power_mean
from mutar_cy.wasserstein._dual import LARGEST, evaluate, smooth_terms

# Largest step, as a share of the way to the edge of the domain.
INSIDE = 0.95
# Sufficient increase, as a share of the slope's prediction (Armijo's constant).
RISE = 1e-4
# Rounding of the dual, relative to its terms.
ROUNDING = 1e-14
# Maximum number of halvings of a step.
HALVINGS = 40
# Largest step, in Newton steps: a mass that is too large shrinks by a factor e in each.
FARTHEST = 64.0
# Ratio of successive trial steps.
GROWTH = 1.5
# Multiples of a start to try in turn, until the dual decreases: most starts are good.
MULTIPLES = (1.0, 0.99, 0.97, 0.94, 0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.0)
# Width of the final bracket, relative to the best multiple, and the limit of trials.
NARROW = 0.02
SEARCH = 10


def longest_step(problem, halves, correlation):
    """Return the largest step along a direction with these correlations."""
    longest = FARTHEST
    for half in halves:
        change = half.sign * correlation / (problem.alpha * problem.gamma)
        # Elsewhere the edge is farther, and the quotient may overflow.
        growing = FARTHEST * change > INSIDE * half.ratio
        if growing.any():
            edge = (half.ratio[growing] / change[growing]).min()
            longest = min(longest, INSIDE * float(edge))
    return longest


def best_step(bound, longest):
    """Maximise a function on a geometric grid around 1.

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


def upper_bound(problem, active, u, change):
    """Return an upper bound of the dual, from the features that hold mass.

    The mass of all other features would lower it further. This needs no product with
    the kernel: its sums change by weighted means over the plans.

    Parameters
    ----------
    problem : TransportProblem
    active : list of ActivePlans
        The plans of a dual point.
    u : ndarray of shape (n_samples,)
        Another dual point.
    change : ndarray of shape (n_features, n_columns)
        The difference of ``X'u`` between the two.
    """
    if any(plan.matrix is None for one in active for plan in one.plans):
        return np.inf  # a plan is not available as a matrix
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

    The step maximises `upper_bound`; it is halved until the dual increases enough.

    Parameters
    ----------
    problem : TransportProblem
    point : DualPoint
        Completed.
    active : list of ActivePlans
        The plans of the point.
    direction : ndarray of shape (n_samples,)

    Returns
    -------
    point : DualPoint or None
    step : float
    """
    correlation = problem.data.correlate(direction)
    slope = float(direction @ point.gradient)

    def bound(step):
        u = point.u + step * direction
        return upper_bound(problem, active, u, step * correlation)

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
    """Return the highest dual point among multiples of a vector by [0, 1]."""
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
    """Narrow a bracket of three trials of a concave function; return the best trial."""
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
