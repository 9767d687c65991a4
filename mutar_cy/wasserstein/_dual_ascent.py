"""Newton's ascent of the dual, with more entropy first where the start is hard."""

from typing import Any

import numpy as np

from mutar_cy.penalties import L21
from mutar_cy.solvers import solve_columns
from mutar_cy.wasserstein._active import find_active
from mutar_cy.wasserstein._dual import complete, evaluate
from mutar_cy.wasserstein._line_search import best_multiple, step_up
from mutar_cy.wasserstein._newton import newton_direction

# Gap of the lassos at the start, as a share of the null objective, and limit of sweeps.
ROUGH = 1e-3
LASSO_SWEEPS = 500
# Steps shorter than this share of a Newton step are short; after HARD of them more
# entropy is tried.
SHORT = 0.02
HARD = 2
# Successive steps without an increase of the dual that end an ascent.
MAX_STALLED = 4
# Factor of the entropy on the way to a start.
SOFTER = 4.0
# Relative change of the entropy for a finite difference.
NUDGE = 1e-4
# Gap of a start, as a share of the null objective.
LOOSE = 1e-2
# Rounding of a gap relative to the terms of the dual: the level that counts as reached,
# and the guard that is added to a gap.
ROUNDING = 64 * np.finfo(np.float64).eps
GUARD = 16 * np.finfo(np.float64).eps


def lasso_start(scaled, data, transport):
    """Return the residuals of one lasso per column, which are nearly a dual point.

    The entropy keeps coefficients from zero: a correlation of up to about ``alpha
    epsilon`` above ``beta`` goes with a negligible coefficient. So with weak coupling
    the domain of the dual is nearly that of the lassos, and with strong coupling the
    lassos are zero.

    Parameters
    ----------
    scaled : ScaledData
    data : WhitenedData
    transport : Transport

    Returns
    -------
    u : ndarray of shape (n_samples,)
    """
    weights = transport.beta.min(axis=0) + transport.alpha * transport.kernel.epsilon
    penalties = [
        L21(1.0, own, positive=len(transport.beta) == 1)
        for own in np.ascontiguousarray(weights.T)
    ]
    solution = solve_columns(scaled, penalties, tol=ROUGH, max_iter=LASSO_SWEEPS)
    coef = scaled.from_user(np.arange(scaled.n_features), solution.coef)
    return data.target - data.predict(coef)


class DualAscent:
    """The state of one maximisation, with the best certificate.

    Parameters
    ----------
    problem : TransportProblem
    target : float
        The duality gap to reach, in the units of the problem.
    max_iter : int
        Maximum number of Newton steps.
    report : callable, default=None
        Called as ``report(n_iter, gap)`` after every certificate.

    Attributes
    ----------
    point : DualPoint
        The point with the lowest primal objective so far.
    u : ndarray
        The dual point with the highest dual objective so far.
    levels_converged : bool
        Whether noise levels outside the problem have converged.
    primal, gap : float
        The objective of ``point``, and an upper bound of its excess over the minimum.
    losses, gaps : list of float
        The lowest objective and gap after every certificate.
    """

    def __init__(self, problem, target, max_iter, report=None):
        self.problem, self.target = problem, target
        self.max_iter, self.report = max_iter, report
        self.n_iter, self.levels_converged = 0, True
        self.primal, self.dual, self.gap = np.inf, -np.inf, np.inf
        self.point: Any = None
        self.u: Any = None
        self.losses: list[float] = []
        self.gaps: list[float] = []

    @property
    def converged(self):
        """Whether the gap is at its target, or at a harmless rounding level."""
        size = max(abs(self.primal), self.problem.data.null)
        lost = min(ROUNDING * self.point.scale, LOOSE * size)
        return self.levels_converged and self.gap <= max(self.target, lost)

    def certify(self, point):
        """Update the certificate by a completed point of the problem itself."""
        if self.point is None or point.value + point.gap < self.primal:
            self.primal, self.point = point.value + point.gap, point
        if point.value > self.dual:
            self.dual, self.u = point.value, point.u
        gap = max(self.primal - self.dual, 0.0) + GUARD * point.scale
        # The gap of a point by its own residual is not a difference of large numbers.
        if point is self.point:
            gap = min(gap, point.gap + GUARD * point.scale)
        self.gap = min(self.gap, gap)
        self.losses.append(self.primal)
        self.gaps.append(self.gap)
        if self.report is not None:
            self.report(self.n_iter, self.gap)

    def maximise(self, starts):
        """Ascend from the best of some dual points, to the target."""
        point = best_start(self.problem, starts)
        point, hard = self.climb(self.problem, point, patient=False)
        if hard:
            softer = self.soften(self.problem, starts)
            point = best_start(self.problem, softer, point)
            self.climb(self.problem, point)

    def soften(self, problem, starts):
        """Return the best dual point with more entropy, and one for less."""
        problem = problem.at(SOFTER * problem.epsilon)
        point = best_start(problem, starts)
        last = problem.epsilon >= problem.kernel.max_cost
        point, hard = self.climb(problem, point, patient=last)
        if hard:
            softer = self.soften(problem, starts)
            point, _ = self.climb(problem, best_start(problem, softer, point))
        return [point.u, sharpened(problem, point)]

    def climb(self, problem, point, *, patient=True):
        """Take Newton steps; return the last point, and whether steps got too short."""
        own = problem is self.problem
        target = self.target if own else LOOSE * problem.data.null
        short = n_stalled = 0
        while True:
            point = complete(problem, point)
            self.n_iter += 1
            if own:
                self.certify(point)
            done = self.gap <= target if own else point.gap <= target
            # Far from masses of 1 the dual is so large that a gap is its rounding.
            done |= own and self.gap <= 2.0 * GUARD * self.point.scale
            if done or self.n_iter >= self.max_iter:
                return point, False
            active = find_active(problem, point)
            gradient = point.gradient[:, None]
            with np.errstate(over="ignore", invalid="ignore"):  # alpha near 1e-300
                direction = newton_direction(problem, active, gradient)[:, 0]
            if not np.isfinite(direction).all():
                return point, False
            candidate, step = step_up(problem, point, active, direction)
            # Near rounding level the dual is flat while the gap still decreases.
            rises = candidate is not None and candidate.value > point.value
            n_stalled = 0 if rises else n_stalled + 1
            if candidate is None or n_stalled >= MAX_STALLED:
                return point, False
            point = candidate
            short += step < SHORT
            if short >= HARD and not patient:
                return complete(problem, point), True


def sharpened(problem, point):
    """Return the dual solution with less entropy, to first order in epsilon.

    This is accurate over a large range: the excess over ``beta`` of the correlations of
    features that hold mass is nearly proportional to epsilon.

    Parameters
    ----------
    problem : TransportProblem
        With ``SOFTER`` times the entropy.
    point : DualPoint
        Nearly its solution.

    Returns
    -------
    u : ndarray of shape (n_samples,)
    """
    nearby = problem.at((1.0 - NUDGE) * problem.epsilon)
    less = evaluate(nearby, point.u, point.correlation)
    if less is None:
        return point.u
    change = (complete(nearby, less).gradient - point.gradient) / NUDGE
    aim = point.gradient + (1.0 - 1.0 / SOFTER) * change
    active = find_active(problem, point)
    with np.errstate(over="ignore", invalid="ignore"):  # alpha near 1e-300
        u = point.u + newton_direction(problem, active, aim[:, None])[:, 0]
    return u if np.isfinite(u).all() else point.u


def best_start(problem, starts, point=None):
    """Return the highest multiple, by [0, 1], of some dual points."""
    points = [best_multiple(problem, u) for u in starts]
    points = [one for one in [*points, point] if one is not None]
    if not points:
        raise ValueError(
            "The entropy of these coefficients is beyond the range of floats: X or y "
            "is too large or too small for the penalty, which is of masses of about "
            "1. Give X and y in other units, alpha and beta with them."
        )
    return max(points, key=lambda one: one.value)
