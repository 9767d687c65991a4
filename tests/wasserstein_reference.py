"""Multi-task Wasserstein regression, written out a second time in plain numpy.

Nothing here comes from the package. A problem is a list of whitened designs
``X (n, p)`` and targets ``y (n,)``, whose data term is half the squared residual, and a
penalty. Everything is dense and slow, in the log domain, and without any cleverness.
"""

from typing import NamedTuple

import cvxpy
import numpy as np
from scipy.special import logsumexp, xlogy


class Wasserstein(NamedTuple):
    """``sum_c |y_c - X_c w_c|^2 / 2`` plus the transport penalty."""

    X: list
    y: list
    M: np.ndarray  # (p, p)
    alpha: float
    beta: np.ndarray  # (n_signs, p, C)
    epsilon: float
    gamma: float

    @property
    def signs(self):
        return (1.0, -1.0)[: len(self.beta)]


def divergence(a, b):
    """The generalised Kullback-Leibler divergence of a from b, summed."""
    return (xlogy(a, a) - xlogy(a, b) - a + b).sum()


def log_sums(problem, v):
    """log of the kernel times exp(v), column by column."""
    kernel = -problem.M / problem.epsilon
    return np.stack([logsumexp(kernel + column, axis=1) for column in v.T], axis=1)


def transport_of(problem, plans, theta, q):
    """The transport term, for given plans (C, p, p), masses (p, C) and barycentre."""
    epsilon, gamma = problem.epsilon, problem.gamma
    value = 0.0
    for plan, own in zip(plans, theta.T, strict=True):
        value += (problem.M * plan).sum()
        value += epsilon * (xlogy(plan, plan) - plan).sum()
        value += gamma * divergence(plan.sum(axis=1), own)
        value += gamma * divergence(plan.sum(axis=0), q)
    return value


def residuals(problem, coef):
    """Targets less predictions, per column."""
    return [y - X @ w for X, y, w in zip(problem.X, problem.y, coef.T, strict=True)]


def primal(problem, thetas, plans, barycentres):
    """The objective at any point of all the variables."""
    coef = sum(s * theta for s, theta in zip(problem.signs, thetas, strict=True))
    value = 0.5 * sum(float(r @ r) for r in residuals(problem, coef))
    terms = zip(problem.beta, thetas, plans, barycentres, strict=True)
    for beta, theta, plan, q in terms:
        value += problem.alpha * transport_of(problem, plan, theta, q)
        value += (beta * theta).sum()
    return value


def barycentre(problem, theta, n_iter=200_000, tol=1e-14):
    """The best plans (C, p, p) and barycentre of masses (p, C), by plain sweeps."""
    tau = problem.epsilon / (problem.epsilon + problem.gamma)
    log_theta = np.log(np.maximum(theta, 1e-300))
    right = np.zeros_like(theta)
    for _ in range(n_iter):
        left = (1 - tau) * (log_theta - log_sums(problem, right))
        sums = log_sums(problem, left)
        log_q = (logsumexp(tau * sums, axis=1) - np.log(theta.shape[1])) / tau
        new = (1 - tau) * (log_q[:, None] - sums)
        moved = np.abs(new - right).max()
        right = new
        if moved < tol * (1 + np.abs(right).max()):
            break
    kernel = -problem.M / problem.epsilon
    plans = np.stack(
        [np.exp(a[:, None] + kernel + b) for a, b in zip(left.T, right.T, strict=True)]
    )
    return plans, np.exp(log_q)


def objective(problem, thetas):
    """The objective of coefficients by sign, with the best plans and barycentres."""
    best = [barycentre(problem, theta) for theta in thetas]
    return primal(problem, thetas, [b[0] for b in best], [b[1] for b in best])


def dual(problem, u):
    """The dual objective at a list of vectors, or minus infinity."""
    epsilon, gamma, alpha = problem.epsilon, problem.gamma, problem.alpha
    tau, n_columns = epsilon / (epsilon + gamma), len(problem.X)
    value = sum(float(v @ y - 0.5 * v @ v) for v, y in zip(u, problem.y, strict=True))
    correlation = np.stack([X.T @ v for X, v in zip(problem.X, u, strict=True)], axis=1)
    for sign, beta in zip(problem.signs, problem.beta, strict=True):
        ratio = 1 + (beta - sign * correlation) / (alpha * gamma)
        if ratio.min() <= 0:
            return -np.inf
        sums = log_sums(problem, -gamma / epsilon * np.log(ratio))
        log_q = (logsumexp(tau * sums, axis=1) - np.log(n_columns)) / tau
        value -= alpha * epsilon * n_columns * np.exp(log_q).sum()
    return value


def cvxpy_transport(problem, beta, theta, q, c):
    """The penalty of one column and one sign, as a CVXPY expression."""
    plan = cvxpy.Variable((len(problem.M), len(problem.M)))
    value = cvxpy.sum(cvxpy.multiply(problem.M, plan))
    value -= problem.epsilon * cvxpy.sum(cvxpy.entr(plan) + plan)
    rows, columns = cvxpy.sum(plan, axis=1), cvxpy.sum(plan, axis=0)
    divergences = cvxpy.kl_div(rows, theta) + cvxpy.kl_div(columns, q)
    value += problem.gamma * cvxpy.sum(divergences)
    return problem.alpha * value + beta[:, c] @ theta


def cvxpy_solution(problem, floor=None, tolerance=1e-10):
    """The least objective, coefficients and noise, by exponential cones and Clarabel.

    With ``floor`` the levels of noise are variables, at least that.
    """
    p, n_columns = len(problem.M), len(problem.X)
    value, coef, constraints = 0.0, [0.0] * n_columns, []
    for sign, beta in zip(problem.signs, problem.beta, strict=True):
        q = cvxpy.Variable(p)
        for c in range(n_columns):
            theta = cvxpy.Variable(p)
            value += cvxpy_transport(problem, beta, theta, q, c)
            coef[c] = coef[c] + sign * theta
    sigma = cvxpy.Variable(n_columns)
    for c, (X, y) in enumerate(zip(problem.X, problem.y, strict=True)):
        if floor is None:
            value += 0.5 * cvxpy.sum_squares(y - X @ coef[c])
        else:
            value += 0.5 * cvxpy.quad_over_lin(y - X @ coef[c], sigma[c])
            value += 0.5 * sigma[c]
            constraints.append(sigma[c] >= floor)
    program = cvxpy.Problem(cvxpy.Minimize(value), constraints)
    names = ("tol_gap_abs", "tol_gap_rel", "tol_feas")
    program.solve(solver="CLARABEL", **dict.fromkeys(names, tolerance))
    return program.value, np.stack([w.value for w in coef], axis=1), sigma.value


def stated(model, X, y, M, epsilon, gamma):
    """The problem that MTW states for tasks with own designs, without weights."""
    n_features, n_signs = X[0].shape[1], 1 if model.positive else 2
    shape = (n_signs, n_features, len(X))
    designs, targets = [], []
    for design, target in zip(X, y, strict=True):
        if model.fit_intercept:
            design, target = design - design.mean(axis=0), target - target.mean()
        designs.append(design / np.sqrt(len(target)))
        targets.append(target / np.sqrt(len(target)))
    beta = np.broadcast_to(np.asarray(model.beta, dtype=float), shape)
    return Wasserstein(designs, targets, M, model.alpha, beta, epsilon, gamma)


def parts_of(model):
    """The masses of a fitted model, by sign."""
    return [model.coef1_] if model.positive else [model.coef1_, model.coef2_]
