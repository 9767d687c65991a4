"""A path over strengths, checked before it is drawn."""

from numbers import Integral, Real

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


def require(path, attributes):
    """Raise a TypeError if a path lacks an attribute."""
    for name in attributes:
        if not hasattr(path, name):
            raise TypeError(
                f"path must have the attribute {name}, got {type(path).__name__}."
            )


def read_path(path, number=None):
    """Return what a path over strengths tells, as a plot of it takes it.

    Parameters
    ----------
    path : RegularizationPath, or alike
    number : int, default=None
        Which one, if it holds several paths.

    Returns
    -------
    given : dict
    """
    require(path, ("alphas", "coefs"))
    alphas, coefs = np.asarray(path.alphas), np.asarray(path.coefs)
    given = {
        name: getattr(path, name, None)
        for name in ("feature_names", "alpha_best", "mse_path", "criterion_path")
    }
    betas = getattr(path, "betas", None)
    if np.ndim(getattr(path, "n_iters", alphas)) == 2:
        number = _check_number(number, coefs.shape[-2])
        alphas, coefs = alphas[number], coefs[..., number, :]
        betas = None if betas is None else np.asarray(betas)[number]
    if alphas.ndim == 2:  # in proportion: tasks have strengths of their own
        alphas = alphas.max(axis=1)
    if betas is not None and np.all(alphas == alphas[0]):
        given |= {"strength": "beta"}  # the one that descends
        alphas = betas
    given |= {"alphas": alphas, "coefs": coefs}
    return {**given, "task_names": getattr(path, "tasks", None)}


def _check_number(number, n_paths):
    """Return the number of one of several paths, or raise a ValueError."""
    if not isinstance(number, Integral) or not 0 <= int(number) < n_paths:
        raise ValueError(
            f"number must be that of one of {n_paths} paths, from 0 on, got {number!r}."
        )
    return int(number)
