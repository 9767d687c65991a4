"""Newton's direction of the dual, exact in the smaller of two spaces, or approximate.

With ``E`` the columns of the designs at the features that hold mass, divided by their
ratio, minus the Hessian of the dual is ``diag(sigma) + E C E' / (alpha epsilon)``. For
one sign, ``C`` is the sum of ``(1 + epsilon / gamma) diag(m_c) - (1 - tau) P_c diag(1 /
m'_c) P_c'`` for every column c of coefficients, and of ``(1 - tau) / n_columns P_c
diag(1 / q) P_l'`` for every pair of them.
"""

from itertools import pairwise

import numpy as np
from scipy.linalg import cho_solve, cholesky, lu_factor, lu_solve
from scipy.linalg.blas import dsyrk

# Number of unknowns beyond which conjugate gradients take less time than factors. Their
# preconditioner is the Hessian without the coupling of columns: one Cholesky factor per
# column.
DIRECT = 1500
# Accuracy of the direction in the norm of the preconditioner, and limit of steps.
ACCURACY = 1e-3
MOST = 500
# Shares by which a diagonal is raised, in turn, until the factorisation succeeds.
JITTERS = 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4


def newton_direction(problem, active, gradients):
    """Return minus the inverse Hessian of the dual times some vectors.

    Parameters
    ----------
    problem : TransportProblem
    active : list of ActivePlans
    gradients : ndarray of shape (n_samples, m)

    Returns
    -------
    directions : ndarray of shape (n_samples, m)
    """
    n_rows = sum(one.n_rows for one in active)
    if min(n_rows, problem.data.n_samples) > DIRECT:
        return conjugate_direction(problem, active, gradients)
    if n_rows < problem.data.n_samples:
        return _by_features(problem, active, gradients)
    return _by_samples(problem, active, gradients)


def _by_samples(problem, active, gradients):
    """Factor the Hessian itself."""
    hessian = np.zeros((problem.data.n_samples,) * 2, order="F")
    hessian.flat[:: len(hessian) + 1] = problem.ridge
    spreads = [add_own(problem, one, hessian) for one in active]
    shared = np.concatenate(spreads, axis=1)
    if shared.shape[1]:  # in place, only the lower half
        hessian = dsyrk(1.0, shared.T, 1.0, hessian, trans=1, lower=1, overwrite_c=1)
    factor = lower_factor(hessian), True
    return cho_solve(factor, gradients, check_finite=False)


def add_own(problem, one, hessian):
    """Add the blocks of every column of one sign; return a root of the coupling."""
    spread = np.empty((problem.data.n_samples, len(one.columns)))
    for c, own in enumerate(problem.data.slices):
        E = problem.data.matrices[problem.data.owners[c]][one.rows[c]]
        E *= one.scales[c][:, None]
        spread[own] = one.plans[c].send(E.T)
        diag = (1.0 + problem.stiffness) / problem.softness * one.left[c]
        E *= np.sqrt(diag)[:, None]
        block = E.T @ E
        scaled = spread[own] * np.sqrt(problem.looseness / one.right[c])
        block -= scaled @ scaled.T
        hessian[own, own] += block
    spread *= np.sqrt(problem.looseness / (problem.data.n_columns * one.barycentre))
    return spread


def curvature(problem, one):
    """Return ``C / (alpha epsilon)`` of one sign, between scaled features.

    Parameters
    ----------
    problem : TransportProblem
    one : ActivePlans

    Returns
    -------
    curvature : ndarray of shape (n_rows, n_rows)
    """
    plans = [plan.matrix for plan in one.plans]
    stacked = np.concatenate(plans)
    scale = np.concatenate(one.scales)
    shared = stacked * np.sqrt(
        (1.0 - problem.tau) / (problem.data.n_columns * one.barycentre)
    )
    out = shared @ shared.T
    end = 0
    for plan, right, left in zip(plans, one.right, one.left, strict=True):
        start, end = end, end + len(plan)
        own = slice(start, end)
        scaled = plan * np.sqrt((1.0 - problem.tau) / right)
        out[own, own] -= scaled @ scaled.T
        every = np.arange(start, end)
        out[every, every] += (1.0 + problem.stiffness) * left
    out *= scale[:, None]
    out *= scale / problem.softness
    return out


def _by_features(problem, active, gradients):
    """Factor a matrix between the features that hold mass, by Woodbury's identity.

    With the Gram matrices G of designs over sigma, the inverse of ``sigma + E C E'`` is
    one over sigma minus ``E C (1 + G C)^-1 E'``, for any rank of C.
    """
    data = problem.data
    ends = np.cumsum([0, *(one.n_rows for one in active)])
    signs = [slice(a, b) for a, b in pairwise(ends.tolist())]
    curvatures = [curvature(problem, one) for one in active]
    transposed = np.eye(ends[-1])  # of 1 + G C
    right = np.empty((ends[-1], gradients.shape[1]))
    places = _places(problem, active)
    designs = []
    for c, own in enumerate(data.slices):
        rows = np.concatenate([one.rows[c] for one in active])
        E = data.matrices[data.owners[c]][rows]
        designs.append(E)
        gram = E @ E.T / problem.sigma[c]
        right[places[c]] = E @ (gradients[own] / problem.sigma[c])
        end = 0
        for sign, C, one in zip(signs, curvatures, active, strict=True):
            start, end = end, end + len(one.rows[c])
            here = places[c][start:end] - sign.start
            transposed[sign, places[c]] += C[:, here] @ gram[start:end]
    factor = lu_factor(transposed.T, overwrite_a=True, check_finite=False)
    solved = lu_solve(factor, right, overwrite_b=True, check_finite=False)
    weights = np.concatenate(
        [C @ solved[sign] for sign, C in zip(signs, curvatures, strict=True)]
    )
    directions = gradients.copy()
    for E, place, own in zip(designs, places, data.slices, strict=True):
        directions[own] -= E.T @ weights[place]
    return directions / problem.ridge[:, None]


def _places(problem, active):
    """Return the places of every column's features among those of all signs."""
    places: list[list] = [[] for _ in range(problem.data.n_columns)]
    end = 0
    for one in active:
        for c, rows in enumerate(one.rows):
            places[c].append(np.arange(end, end + len(rows)))
            end += len(rows)
    return [np.concatenate(parts) for parts in places]


def conjugate_direction(problem, active, gradients):
    """Return `newton_direction` by conjugate gradients, approximately.

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
    """Return the scaled columns of every design at the features that hold mass."""
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
    """Return the Cholesky factor of every column's block of minus the Hessian."""
    factors = []
    for c, sigma in enumerate(problem.sigma):
        own = problem.data.slices[c]
        block = np.diag(np.full(own.stop - own.start, sigma))
        for one, matrices in zip(active, designs, strict=True):
            E = matrices[c]
            diag = (1.0 + problem.stiffness) / problem.softness * one.left[c]
            block += (E.T * diag) @ E
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


def lower_factor(matrix):
    """Return the lower Cholesky factor of a matrix, with a raised diagonal if needed.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        Positive semi-definite up to rounding. Its diagonal may be overwritten.

    Returns
    -------
    factor : ndarray of shape (n, n)
        With a zero upper triangle; the factor of the diagonal if no jitter suffices.
    """
    diagonal = matrix.diagonal().copy()
    for jitter in (0.0, *JITTERS):
        matrix[np.diag_indices(len(matrix))] = diagonal * (1.0 + jitter)
        try:
            return cholesky(matrix, lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            continue
    return np.diag(np.sqrt(np.abs(diagonal)))
