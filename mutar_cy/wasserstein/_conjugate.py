"""Newton's direction by conjugate gradients, where factoring takes too long.

The preconditioner is the Hessian without what couples one column of coefficients to
another: one Cholesky factor per column.
"""

import numpy as np
from scipy.linalg import cho_solve

from mutar_cy.wasserstein._factor import lower_factor

ACCURACY = 1e-3  # of the direction, in the norm of the preconditioner
MOST = 500  # iterations


def conjugate_direction(problem, active, gradients):
    """Return minus the inverse Hessian of the dual times some vectors, roughly.

    Parameters and returns are those of `newton_direction`.
    """
    designs = [scaled_designs(problem, one) for one in active]
    factors = diagonal_factors(problem, active, designs)

    def precondition(v):
        return np.concatenate(
            [
                cho_solve(factor, v[own], check_finite=False)
                for factor, own in zip(factors, problem.data.slices, strict=True)
            ]
        )

    def multiply(v):
        return hessian_product(problem, active, designs, v)

    solved = [solve(multiply, precondition, gradient) for gradient in gradients.T]
    return np.stack(solved, axis=1)


def scaled_designs(problem, one):
    """Return the rows of every column's design at the features that hold mass."""
    matrices = (problem.data.matrices[owner] for owner in problem.data.owners)
    return [
        matrix[rows] * scale[:, None]
        for matrix, rows, scale in zip(matrices, one.rows, one.scales, strict=True)
    ]


def hessian_product(problem, active, designs, v):
    """Return minus the Hessian of the dual times a vector of samples."""
    out = problem.ridge * v
    slices = problem.data.slices
    for one, matrices in zip(active, designs, strict=True):
        masses = [E @ v[own] for E, own in zip(matrices, slices, strict=True)]
        moved = [
            plan.send(w[None, :])[0] for w, plan in zip(masses, one.plans, strict=True)
        ]
        shared = sum(moved) / (problem.data.n_columns * one.barycentre)
        for c, own in enumerate(slices):
            back = one.plans[c].bring(shared - moved[c] / one.right[c])
            change = (1.0 + problem.stiffness) * one.left[c] * masses[c]
            change += (1.0 - problem.tau) * back
            out[own] += matrices[c].T @ (change / problem.softness)
    return out


def diagonal_factors(problem, active, designs):
    """Return the Cholesky factor of every column's own block of minus the Hessian."""
    factors = []
    for c, sigma in enumerate(problem.sigma):
        own = problem.data.slices[c]
        block = np.diag(np.full(own.stop - own.start, sigma))
        for one, matrices in zip(active, designs, strict=True):
            E = matrices[c]
            bend = (1.0 + problem.stiffness) / problem.softness * one.left[c]
            block += (E.T * bend) @ E
            less = 1.0 / one.right[c] - 1.0 / (problem.data.n_columns * one.barycentre)
            less = np.maximum(less, 0.0) * ((1.0 - problem.tau) / problem.softness)
            spread = one.plans[c].send(E.T) * np.sqrt(less)
            block -= spread @ spread.T
        factors.append((lower_factor(block), True))
    return factors


def solve(multiply, precondition, target):
    """Return the solution of a positive definite system by conjugate gradients."""
    solution, left = np.zeros_like(target), target.copy()
    z = precondition(left)
    direction, size = z, float(left @ z)
    enough = ACCURACY**2 * size
    for _ in range(MOST):
        if size <= enough:
            break
        product = multiply(direction)
        step = size / float(direction @ product)
        solution = solution + step * direction
        left = left - step * product
        z = precondition(left)
        size, last = float(left @ z), size
        direction = z + (size / last) * direction
    return solution
