"""Where to start: at the residual of what the model is where tasks are not coupled."""

from typing import Any

import numpy as np

from mutar_cy.penalties import L21
from mutar_cy.solvers import solve_columns
from mutar_cy.wasserstein._active import find_active
from mutar_cy.wasserstein._dual import complete, evaluate
from mutar_cy.wasserstein._line_search import best_multiple, step_up
from mutar_cy.wasserstein._newton import newton_direction

ROUGH = 1e-3  # gap of the lassos, in terms of the null objective
LASSO_SWEEPS = 500


def lasso_start(stack, data, transport):
    """Return the residuals of one lasso per column, which is nearly a dual point.

    The entropy keeps coefficients from zero, so that up to some ``alpha epsilon`` above
    ``beta`` a correlation asks for none to speak of: with weak coupling the walls of
    the dual are near those of the lassos, and with strong coupling the lassos are zero.

    Parameters
    ----------
    stack : Stack
    data : Data
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
    solution = solve_columns(stack, penalties, tol=ROUGH, max_iter=LASSO_SWEEPS)
    coef = stack.from_user(np.arange(stack.n_features), solution.coef)
    return data.target - data.predict(coef)


SHORT = 0.02  # of a Newton step: what is shorter tells little
HARD = 2  # short steps after which more entropy is tried
IDLE = 4  # steps that gain nothing, one after another: no digit is left
SOFTER = 4.0  # times the entropy
NUDGE = 1e-4  # of the entropy: a difference that tells a derivative
LOOSE = 1e-2  # of the null objective: enough for a start with less entropy
ROUNDING = 64 * np.finfo(np.float64).eps  # of the terms of the dual: nothing left
GUARD = 16 * np.finfo(np.float64).eps  # of the same: what rounding may have taken


class Run:
    """The state of one maximisation, with the best certificate seen.

    Parameters
    ----------
    problem : Problem
    target : float
        The duality gap to reach, in the units of the problem.
    max_iter : int
        Most Newton steps to make.
    report : callable, default=None
        Called as ``report(n_iter, gap)`` whenever a point has been certified.

    Attributes
    ----------
    point : Point
        With the lowest primal objective so far.
    u : ndarray
        The dual point with the highest dual objective so far.
    settled : bool
        Whether what is not part of the problem, levels of noise, has come to rest.
    primal, gap : float
        The objective of ``point``, and by how much it may exceed the minimum.
    losses, gaps : list of float
        Of every point that was certified: the lowest objective, the gap.
    """

    def __init__(self, problem, target, max_iter, report=None):
        self.problem, self.target = problem, target
        self.max_iter, self.report = max_iter, report
        self.n_iter, self.settled = 0, True
        self.primal, self.dual, self.gap = np.inf, -np.inf, np.inf
        self.point: Any = None
        self.u: Any = None
        self.losses: list[float] = []
        self.gaps: list[float] = []

    @property
    def converged(self):
        """Whether the gap is at its target, or at a rounding level that is no loss."""
        size = max(abs(self.primal), self.problem.data.null)
        lost = min(ROUNDING * self.point.scale, LOOSE * size)
        return self.settled and self.gap <= max(self.target, lost)

    def certify(self, point):
        """Take note of a completed point of the problem itself."""
        if self.point is None or point.value + point.gap < self.primal:
            self.primal, self.point = point.value + point.gap, point
        if point.value > self.dual:
            self.dual, self.u = point.value, point.u
        gap = max(self.primal - self.dual, 0.0) + GUARD * point.scale
        # By its own residual a point is certified without a difference.
        if point is self.point:
            gap = min(gap, point.gap + GUARD * point.scale)
        self.gap = min(self.gap, gap)
        self.losses.append(self.primal)
        self.gaps.append(self.gap)
        if self.report is not None:
            self.report(self.n_iter, self.gap)

    def maximise(self, starts):
        """Climb from the best of some dual points, until done."""
        point = best_start(self.problem, starts)
        point, hard = self.climb(self.problem, point, patient=False)
        if hard:
            softer = self.soften(self.problem, starts)
            point = best_start(self.problem, softer, point)
            self.climb(self.problem, point)

    def soften(self, problem, starts):
        """Return the best dual point with more entropy, and where less would lead."""
        problem = problem.at(SOFTER * problem.epsilon)
        point = best_start(problem, starts)
        last = problem.epsilon >= problem.kernel.max_cost
        point, hard = self.climb(problem, point, patient=last)
        if hard:
            softer = self.soften(problem, starts)
            point, _ = self.climb(problem, best_start(problem, softer, point))
        return [point.u, sharpened(problem, point)]

    def climb(self, problem, point, *, patient=True):
        """Make Newton steps; return the last point, and whether it proved too hard."""
        own = problem is self.problem
        target = self.target if own else LOOSE * problem.data.null
        short = idle = 0
        while True:
            point = complete(problem, point)
            self.n_iter += 1
            if own:
                self.certify(point)
            done = self.gap <= target if own else point.gap <= target
            if done or self.n_iter >= self.max_iter:
                return point, False
            active = find_active(problem, point)
            gradient = point.gradient[:, None]
            with np.errstate(over="ignore", invalid="ignore"):  # strengths near 1e-300
                direction = newton_direction(problem, active, gradient)[:, 0]
            if not np.isfinite(direction).all():
                return point, False
            candidate, step = step_up(problem, point, active, direction)
            # At the last digits the dual is flat while the gap still falls.
            rises = candidate is not None and candidate.value > point.value
            idle = 0 if rises else idle + 1
            if candidate is None or idle >= IDLE:
                return point, False
            point = candidate
            short += step < SHORT
            if short >= HARD and not patient:
                return complete(problem, point), True


def sharpened(problem, point):
    """Return where the solution goes with less entropy, to first order.

    That reaches far: by how much the correlations of features that hold mass exceed
    ``beta`` is nearly proportional to epsilon.

    Parameters
    ----------
    problem : Problem
        With ``SOFTER`` times the entropy.
    point : Point
        Nearly the solution of that.

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
    with np.errstate(over="ignore", invalid="ignore"):  # strengths near 1e-300
        u = point.u + newton_direction(problem, active, aim[:, None])[:, 0]
    return u if np.isfinite(u).all() else point.u


def best_start(problem, starts, point=None):
    """Return the highest of the best multiples, zero included, of some dual points."""
    points = [best_multiple(problem, u) for u in starts]
    points += [] if point is None else [point]
    return max(points, key=lambda one: one.value)
