"""Levels of noise that are found with the coefficients.

The data term is ``sum_c |r_c|^2 / (2 sigma_c) + weight_c sigma_c / 2`` with ``sigma_c``
at least ``floor``. For given levels the problem is one of those that `Run` solves. What
is left, the minimum as a function of the levels, is convex, smooth and of few
variables: its gradient is ``(weight_c - |u_c|^2) / 2``, and its Hessian takes one more
product with the inverse of what Newton's method has factored.
"""

from typing import NamedTuple

import numpy as np

from mutar_cy.wasserstein._active import find_active
from mutar_cy.wasserstein._dual import evaluate
from mutar_cy.wasserstein._dual_ascent import GUARD, Run
from mutar_cy.wasserstein._newton import newton_direction

FLOOR = 0.01  # of the smallest deviation of a target
REACH = 4.0  # times which a level changes at most in a step
INNER = 0.1  # of the target: the gap of the problem for given levels
ROUNDS = 100
SWEEPS = 1000
SETTLED = 1e-9  # change of a level that is none, in terms of the largest
ACCURATE = 1e-13  # gap of the null objective, for levels that are a fixed point
STILL = 1e-6  # change of such a level that is none, in terms of the largest


class Noise(NamedTuple):
    """How levels of noise are found, in the units of a stack."""

    weights: np.ndarray  # (n_columns,), the sums of the weights of samples
    null: np.ndarray  # (n_columns,), the deviations of the targets
    start: np.ndarray  # (n_columns,), where to begin
    floor: float
    fixed_point: bool  # MuTaR's, in place of the minimum


def noise_of(stack, concomitant, sigma=None):
    """Return how levels of noise are found, or None if they are not.

    Parameters
    ----------
    stack : Stack
    concomitant : bool or {"mutar"}
    sigma : ndarray of shape (n_columns,), default=None
        Levels to begin with, in the user's units; the deviations of the targets if
        None.
    """
    if not concomitant:
        return None
    weights = stack.spread([[design.weight.sum()] for design in stack.designs])[:, 0]
    squares = np.concatenate([np.square(t).sum(axis=1) for t in stack.targets])
    null = np.sqrt(squares / weights)
    floor = FLOOR * float(np.min(null, where=null > 0.0, initial=np.inf))
    floor = floor if np.isfinite(floor) else FLOOR
    null = np.maximum(null, floor)
    start = null if sigma is None else np.ldexp(sigma, stack.y_exponent)
    start = np.clip(start, floor, null)
    return Noise(weights, null, start, floor, concomitant == "mutar")


class NoisyRun(Run):
    """The state of a maximisation of which the levels of noise are variables too.

    `problem`, `point` and `u` are those of the last levels.
    """

    def __init__(self, problem, noise, tol, max_iter, report=None):
        self.noise = noise
        squares = problem.data.square_norms(problem.data.target)
        null = 0.5 * float((squares / noise.null).sum() + noise.weights @ noise.null)
        problem = problem.with_noise(noise.start)
        super().__init__(problem, tol * null, max_iter, None)
        self.report_all = report

    def maximise(self, starts):
        """Solve for the levels and all else."""
        noise, problem, rounds = self.noise, self.problem, 0
        while True:
            left = self.max_iter - self.n_iter
            inner = Run(problem, INNER * self.target, left)
            inner.maximise(starts)
            self.n_iter += inner.n_iter
            levels = self.join(problem, inner)
            rounds += 1
            enough = self.gap <= self.target or self.n_iter >= self.max_iter
            if enough or rounds >= ROUNDS:
                return
            sigma, u = next_levels(problem, noise, inner)
            # A step that leads nowhere: the levels that the residuals ask for.
            sigma = levels if np.array_equal(sigma, problem.sigma) else sigma
            problem, starts = problem.with_noise(sigma), [u, inner.u]

    def join(self, problem, inner):
        """Take note of the solution for some levels; return those it asks for."""
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
    """Return the levels after a Newton step, and the dual point that goes with them."""
    data, sigma, u = problem.data, problem.sigma, run.point.u
    own = np.zeros((data.n_samples, data.n_columns))
    for c, samples in enumerate(data.slices):
        own[samples, c] = u[samples]
    moves = newton_direction(problem, find_active(problem, run.point), own)
    gradient = 0.5 * (noise.weights - data.square_norms(u))
    hessian = own.T @ moves
    lowest = np.maximum(noise.floor, sigma / REACH) - sigma
    step = bounded_step(gradient, hessian, lowest, (REACH - 1.0) * sigma)
    return sigma + step, u - moves @ step


def bounded_step(gradient, hessian, lowest, highest):
    """Return the minimiser of a convex quadratic between bounds, by its coordinates."""
    step = np.zeros_like(gradient)
    slope = gradient.copy()
    bends = hessian.diagonal() + 1e-300
    for _ in range(SWEEPS):
        largest = 0.0
        for c, bend in enumerate(bends):
            new = min(max(step[c] - slope[c] / bend, lowest[c]), highest[c])
            if new != step[c]:
                slope += (new - step[c]) * hessian[c]
                largest = max(largest, abs(new - step[c]) / (highest[c] - lowest[c]))
                step[c] = new
        if largest <= SETTLED:
            break
    return step


def fixed_point(problem, noise, make_run, starts):
    """Solve for MuTaR's levels: deviations of residuals, which only scale ``beta``.

    Parameters
    ----------
    problem : Problem
        With ``beta`` for levels of one.
    noise : Noise
    make_run : callable
        Returns a Run for a problem.
    starts : list of ndarray

    Returns
    -------
    run : Run
        Of the last problem.
    sigma : ndarray of shape (n_columns,)
    """
    sigma, spent = noise.start, 0
    for _ in range(ROUNDS):
        run = make_run(problem.with_beta(problem.beta * sigma))
        # What residuals are wrong by, the root of a gap, must not move the levels.
        goal = run.target
        run.target = min(goal, ACCURATE * problem.data.null)
        run.maximise(starts)
        spent, run.target = spent + run.n_iter, goal
        residual = run.point.gradient + problem.ridge * run.point.u
        squares = problem.data.square_norms(residual)
        new = np.maximum(np.sqrt(squares / noise.weights), noise.floor)
        moved = np.abs(new - sigma).max() / new.max()
        sigma, starts = new, [run.u]
        run.settled = bool(moved <= STILL)
        if run.settled or spent >= run.max_iter:
            break
    run.n_iter = spent
    return run, sigma
