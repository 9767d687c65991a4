"""Penalties that are roots of norms, by majorising and minimising in plain numpy."""

import numpy as np
import reference
from certificate import duality_gap
from problems import Problem


def block_norms(problem, coef):
    """Return the Frobenius norm of every block."""
    index = [np.ix_(block.rows, block.columns) for block in problem.blocks]
    return np.array([np.linalg.norm(coef[place]) for place in index])


def row_norms(problem, coef):
    """Return, for every block, the l1 norm of the row that it belongs to."""
    norms = np.abs(coef).sum(axis=1)
    return np.array([norms[block.rows[0]] for block in problem.blocks])


def root_objective(problem, coef, intercept):
    """Return the data term plus the sum of strength times root of norm."""
    norms = block_norms(problem, coef)
    strengths = np.array([block.strength for block in problem.blocks])
    cost = strengths[norms > 0] @ np.sqrt(norms[norms > 0])
    return reference.data_terms(problem, coef, intercept).sum() + cost


def tangent(problem, coef, norms=block_norms, factor=0.5):
    """Return the problem whose penalty touches the roots at ``coef``."""
    blocks = [
        block._replace(
            strength=0.0
            if block.strength == 0
            else (factor * block.strength / np.sqrt(norm) if norm > 0 else np.inf)
        )
        for block, norm in zip(problem.blocks, norms(problem, coef), strict=True)
    ]
    return Problem(problem.columns, blocks, *problem[2:])


def minimum(problem, coef=None):
    """Return the minimiser of a convex problem, to the last digits."""
    null = reference.null_objective(problem)

    def exact(found, intercept):
        return duality_gap(problem, found, intercept) <= 1e-13 * null

    return reference.proximal_gradient(problem, coef, 20_000, stop=exact)


def solutions(problem, n_problems, **how):
    """Return coefficients and intercepts after every problem."""
    found = [minimum(problem)]
    while len(found) < n_problems:
        now = found[-1][0]
        found.append(minimum(tangent(problem, now, **how), now))
    return found
