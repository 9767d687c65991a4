"""A path over strengths, checked before it is drawn."""

from numbers import Real

import numpy as np

from mutar_cy.plotting._checks import check_numbers


def check_path(alphas, group_norms, group_names, alpha_best):
    """Return a path's arrays, or raise a ValueError.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
    group_norms : array-like of shape (n_alphas, n_groups)
    group_names : sequence of n_groups hashable
    alpha_best : float or None

    Returns
    -------
    alphas : ndarray of float64, shape (n_alphas,)
    group_norms : ndarray of float64, shape (n_alphas, n_groups)
    group_names : list
    """
    alphas, norms = check_alphas(alphas), check_numbers(group_norms, "group_norms")
    names = list(group_names)
    if norms.shape != (len(alphas), len(names)):
        raise ValueError(
            f"group_norms has shape {norms.shape}, but there are {len(alphas)} alphas "
            f"and {len(names)} names of groups."
        )
    if np.any(norms < 0):
        at = np.argwhere(norms < 0)[0]
        raise ValueError(
            f"group_norms must be at least 0, got {norms[tuple(at)]} for group "
            f"{names[at[1]]!r}."
        )
    check_best(alpha_best, alphas)
    return alphas, norms, names


def check_alphas(alphas):
    """Return the strengths of a path, or raise a ValueError.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)

    Returns
    -------
    alphas : ndarray of float64, shape (n_alphas,)
    """
    alphas = check_numbers(alphas, "alphas")
    if alphas.ndim != 1 or len(alphas) < 2:
        raise ValueError(
            f"alphas must be at least two strengths, got shape {alphas.shape}."
        )
    if not (np.all(alphas > 0) and np.all(alphas[1:] < alphas[:-1])):
        raise ValueError(
            "alphas must be positive, for an axis of logarithms, and descending."
        )
    return alphas


def check_best(alpha_best, alphas):
    """Raise a ValueError if a chosen strength is not among those of a path."""
    if alpha_best is not None and not (
        isinstance(alpha_best, Real) and alphas[-1] <= alpha_best <= alphas[0]
    ):
        raise ValueError(
            f"alpha_best must be from {alphas[-1]} to {alphas[0]}, as the alphas are, "
            f"got {alpha_best!r}."
        )
