"""Noise levels that are estimated with the coefficients (concomitant estimation).

The data term is ``sum_c |r_c|^2 / (2 sigma_c) + weight_c sigma_c / 2`` with ``sigma_c``
at least ``floor``. For given levels `DualAscent` solves the problem. Its minimum as a
function of the levels is convex, smooth and has few variables: the gradient is
``(weight_c - |u_c|^2) / 2``, and the Hessian takes one more product with the inverse
that Newton's method has factorised.
"""

import math
from typing import NamedTuple

import numpy as np

from mutar_cy.wasserstein._active import find_active
from mutar_cy.wasserstein._dual import evaluate
from mutar_cy.wasserstein._dual_ascent import GUARD, DualAscent
from mutar_cy.wasserstein._newton import newton_direction

# Lower bound of the levels, as a share of the smallest deviation of a target.
FLOOR = 0.01
# Largest factor of a level in one step.
REACH = 4.0
# Gap of the problem for given levels, as a share of the target.
INNER = 0.1
# Maximum number of steps of the levels.
ROUNDS = 100
# Coordinate descent for a step: limit of sweeps, and change at which it ends, relative
# to the bounds.
SWEEPS = 1000
STEP_ACCURACY = 1e-9
# MuTaR's fixed point: gap of each problem, as a share of the null objective, and change
# of the levels, relative to the largest, at which they have converged.
ACCURATE = 1e-13
STILL = 1e-6
# Least sum of squares to divide by.
TINY = 1e-300


class Noise(NamedTuple):
    """The options of noise estimation, in scaled units."""

    weights: np.ndarray  # (n_columns,), the sums of the weights of samples
    null: np.ndarray  # (n_columns,), the deviations of the targets
    start: np.ndarray  # (n_columns,), initial levels
    floor: float
    fixed_point: bool  # MuTaR's fixed point instead of the minimum


def noise_of(scaled, concomitant, sigma=None):
    """Return the options of noise estimation, or None without it.

    Parameters
    ----------
    scaled : ScaledData
    concomitant : bool or {"mutar"}
    sigma : ndarray of shape (n_columns,), default=None
        Initial levels in the user's units; the deviations of the targets if None.
    """
    if not concomitant:
        return None
    weights = scaled.spread([[design.weight.sum()] for design in scaled.designs])[:, 0]
    squares = np.concatenate([np.square(t).sum(axis=1) for t in scaled.targets])
    null = np.sqrt(squares / weights)
    floor = FLOOR * float(np.min(null, where=null > 0.0, initial=np.inf))
    floor = floor if np.isfinite(floor) else FLOOR
    null = np.maximum(null, floor)
    start = null if sigma is None else np.ldexp(sigma, scaled.y_exponent)
    start = np.clip(start, floor, null)
    return Noise(weights, null, start, floor, concomitant == "mutar")


class NoiseAscent(DualAscent):
    """An ascent with the noise levels as further variables.

    `problem`, `point` and `u` belong to the last levels.
    """

    def __init__(self, problem, noise, tol, max_iter, report=None):
        self.noise = noise
        squares = problem.data.square_norms(problem.data.target)
        null = 0.5 * float((squares / noise.null).sum() + noise.weights @ noise.null)
        problem = problem.with_noise(noise.start)
        super().__init__(problem, tol * null, max_iter, None)
        self.report_all = report

    def maximise(self, starts):
        """Solve for coefficients and levels."""
        noise, problem, rounds = self.noise, self.problem, 0
        while True:
            left = self.max_iter - self.n_iter
            inner = DualAscent(problem, INNER * self.target, left)
            inner.maximise(starts)
            self.n_iter += inner.n_iter
            levels = self.join(problem, inner)
            rounds += 1
            enough = self.converged or self.n_iter >= self.max_iter
            if enough or rounds >= ROUNDS:
                return
            sigma, u = next_levels(problem, noise, inner)
            # If the step is zero or overflows, take the levels that residuals imply.
            if np.array_equal(sigma, problem.sigma) or not np.isfinite(sigma).all():
                sigma = levels
            if not np.isfinite(u).all():
                u = inner.u
            problem, starts = problem.with_noise(sigma), [u, inner.u]

    def join(self, problem, inner):
        """Update the certificate from a solution; return the levels that it implies."""
        noise, data = self.noise, problem.data
        residual = inner.point.gradient + problem.ridge * inner.point.u
        squares = data.square_norms(residual)
        levels = np.maximum(np.sqrt(squares / noise.weights), noise.floor)
        change = squares / levels - squares / problem.sigma
        primal = inner.primal + 0.5 * float(change.sum() + noise.weights @ levels)
        if primal < self.primal:
            self.primal, self.point, self.u = primal, inner.point, inner.u
            self.problem = problem.with_noise(levels)
        self.dual = max(self.dual, self.bound(problem, inner.u))
        gap = max(self.primal - self.dual, 0.0) + GUARD * inner.point.scale
        self.gap = min(self.gap, gap)
        self.losses.append(self.primal)
        self.gaps.append(self.gap)
        if self.report_all is not None:
            self.report_all(self.n_iter, self.gap)
        return levels

    def bound(self, problem, u):
        """Return a lower bound of the minimum from a dual point."""
        noise, data = self.noise, problem.data
        norms = np.sqrt(data.square_norms(u))
        longest = np.sqrt(noise.weights)
        factors = np.where(norms > longest, longest / np.maximum(norms, 1e-300), 1.0)
        u = u * data.spread(factors)
        least = problem.with_noise(np.full(len(norms), noise.floor))
        point = evaluate(least, u, data.correlate(u))
        if point is None:
            return -np.inf
        return point.value + 0.5 * noise.floor * float(noise.weights.sum())


def next_levels(problem, noise, run):
    """Return the levels after a Newton step, and the predicted dual point."""
    data, sigma, u = problem.data, problem.sigma, run.point.u
    own = np.zeros((data.n_samples, data.n_columns))
    for c, samples in enumerate(data.slices):
        own[samples, c] = u[samples]
    with np.errstate(over="ignore", invalid="ignore"):  # units near the last float
        moves = newton_direction(problem, find_active(problem, run.point), own)
    gradient = 0.5 * (noise.weights - data.square_norms(u))
    hessian = own.T @ moves
    lowest = np.maximum(noise.floor, sigma / REACH) - sigma
    step = bounded_step(gradient, hessian, lowest, (REACH - 1.0) * sigma)
    return sigma + step, u - moves @ step


def bounded_step(gradient, hessian, lowest, highest):
    """Minimise a convex quadratic between bounds, by coordinate descent."""
    step = np.zeros_like(gradient)
    slope = gradient.copy()
    diag = hessian.diagonal() + 1e-300
    for _ in range(SWEEPS):
        largest = 0.0
        for c, entry in enumerate(diag):
            new = min(max(step[c] - slope[c] / entry, lowest[c]), highest[c])
            if new != step[c]:
                slope += (new - step[c]) * hessian[c]
                largest = max(largest, abs(new - step[c]) / (highest[c] - lowest[c]))
                step[c] = new
        if largest <= STEP_ACCURACY:
            break
    return step


def fixed_point(problem, noise, make_run, starts):
    """Solve for MuTaR's levels: the deviations of residuals, which scale ``beta``.

    Parameters
    ----------
    problem : TransportProblem
        With ``beta`` for levels of one.
    noise : Noise
    make_run : callable
        Returns a DualAscent for a problem.
    starts : list of ndarray

    Returns
    -------
    run : DualAscent
        Of the last problem.
    sigma : ndarray of shape (n_columns,)
    """
    sigma, n_iter = noise.start, 0
    for _ in range(ROUNDS):
        run = make_run(problem.with_beta(problem.beta * sigma))
        # Errors of residuals, of the order sqrt(gap), must not change the levels.
        goal = run.target
        run.target = min(goal, ACCURATE * problem.data.null)
        run.maximise(starts)
        n_iter, run.target = n_iter + run.n_iter, goal
        residual = run.point.gradient + problem.ridge * run.point.u
        squares = problem.data.square_norms(residual)
        new = np.maximum(np.sqrt(squares / noise.weights), noise.floor)
        change = np.abs(new - sigma).max() / new.max()
        sigma, starts = new, [run.u]
        # Where rounding limits the gap, it limits the residuals and their levels, too.
        known = math.sqrt(2.0 * run.gap / max(float(squares.sum()), TINY))
        run.levels_converged = bool(change <= max(STILL, known))
        if run.levels_converged or n_iter >= run.max_iter:
            break
    run.n_iter = n_iter
    return run, sigma
