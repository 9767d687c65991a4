"""Newton's direction of the dual, in the smaller of two spaces, or roughly.

With ``E`` the columns of the designs at the features that hold mass, divided by their
ratio, minus the Hessian of the dual is ``diag(sigma) + E C E' / (alpha epsilon)``. For
one sign, ``C`` is the sum of ``(1 + epsilon / gamma) diag(m_c) - (1 - tau) P_c diag(1 /
m'_c) P_c'`` for every column c of coefficients, and of ``(1 - tau) / n_columns P_c
diag(1 / q) P_l'`` for every pair of them.
"""

import numpy as np
from scipy.linalg import cho_solve

from mutar_cy.wasserstein._conjugate import conjugate_direction
from mutar_cy.wasserstein._factor import lower_factor

DIRECT = 1500  # unknowns: beyond, conjugate gradients take less time
JITTER = 1e-12  # of a unit diagonal, so that what is singular can be factored


def newton_direction(problem, active, gradients):
    """Return minus the inverse Hessian of the dual times some vectors.

    Parameters
    ----------
    problem : Problem
    active : list of Active
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
    data = problem.data
    hessian = np.diag(problem.ridge)
    for one in active:
        spread = np.empty((data.n_samples, len(one.columns)))
        for c, own in enumerate(data.slices):
            matrix = data.matrices[data.owners[c]]
            E = matrix[one.rows[c]] * one.scales[c][:, None]
            spread[own] = E.T @ one.plans[c]
            block = (E.T * ((1.0 + problem.stiffness) * one.left[c])) @ E
            scaled = spread[own] * (np.sqrt(1.0 - problem.tau) / np.sqrt(one.right[c]))
            block -= scaled @ scaled.T
            hessian[own, own] += block / problem.softness
        spread *= np.sqrt((1.0 - problem.tau) / (data.n_columns * one.barycentre))
        hessian += (spread @ spread.T) / problem.softness
    factor = lower_factor(hessian), True
    return cho_solve(factor, gradients, check_finite=False)


def curvature(problem, one):
    """Return ``C / (alpha epsilon)`` of one sign, between scaled features.

    Parameters
    ----------
    problem : Problem
    one : Active

    Returns
    -------
    curvature : ndarray of shape (n_rows, n_rows)
    """
    stacked = np.concatenate(one.plans)
    scale = np.concatenate(one.scales)
    shared = stacked * np.sqrt(
        (1.0 - problem.tau) / (problem.data.n_columns * one.barycentre)
    )
    out = shared @ shared.T
    end = 0
    for plan, right, left in zip(one.plans, one.right, one.left, strict=True):
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
    """Factor a matrix between the features that hold mass, by Woodbury's identity."""
    data = problem.data
    sizes = [one.n_rows for one in active]
    total = sum(sizes)
    root = np.zeros((total, total))
    end = 0
    for one, size in zip(active, sizes, strict=True):
        start, end = end, end + size
        block = curvature(problem, one)
        scale = np.sqrt(block.diagonal())
        block /= scale[:, None]
        block /= scale
        block[np.diag_indices(size)] += JITTER
        root[start:end, start:end] = lower_factor(block) * scale[:, None]
    inner, product = np.eye(total), np.empty((total, total))
    right = np.empty((total, gradients.shape[1]))
    places = _places(problem, active)
    designs = []
    for c, own in enumerate(data.slices):
        rows = np.concatenate([one.rows[c] for one in active])
        E = data.matrices[data.owners[c]][rows]
        designs.append(E)
        product[places[c]] = (E @ (E.T / problem.sigma[c])) @ root[places[c]]
        right[places[c]] = E @ (gradients[own] / problem.sigma[c])
    inner += root.T @ product
    factor = lower_factor(inner), True
    weights = root @ cho_solve(factor, root.T @ right, check_finite=False)
    directions = gradients.copy()
    for E, place, own in zip(designs, places, data.slices, strict=True):
        directions[own] -= E.T @ weights[place]
    return directions / problem.ridge[:, None]


def _places(problem, active):
    """Return, for every column of coefficients, where its features stand in a row."""
    places: list[list] = [[] for _ in range(problem.data.n_columns)]
    end = 0
    for one in active:
        for c, rows in enumerate(one.rows):
            places[c].append(np.arange(end, end + len(rows)))
            end += len(rows)
    return [np.concatenate(parts) for parts in places]
