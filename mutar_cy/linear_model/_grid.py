"""The strengths of a path."""

import warnings

import numpy as np

from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max

# The smallest strength of an automatic grid, if no feature explains anything.
TINY = np.finfo(np.float64).resolution


def which_alphas(n_alphas, alphas):
    """Follow scikit-learn 1.9 in telling the strengths, deprecations included."""
    grid = 100
    if n_alphas != "deprecated":
        _deprecate(
            "'n_alphas' was deprecated in 1.9 and will be removed in 1.11. 'alphas' "
            "now accepts an integer value which removes the need to pass 'n_alphas'."
        )
        grid = n_alphas
    if alphas is None:
        _deprecate(
            "'alphas=None' is deprecated and will be removed in 1.11, at which point "
            "the default value will be set to 100. Set 'alphas=100' to silence this "
            "warning."
        )
        return grid
    return grid if isinstance(alphas, str) else alphas


def _deprecate(message):
    warnings.warn(message, FutureWarning, stacklevel=5)


def alpha_grid(stack, l1_ratio, eps, n_alphas, positive):
    """Lay out strengths from the smallest that leaves no coefficient down."""
    if l1_ratio == 0:
        raise ValueError(
            "Automatic alpha grid generation is not supported for l1_ratio=0. Please "
            "supply a grid by providing your estimator with the appropriate `alphas=` "
            "argument."
        )
    largest = alpha_max(stack, L21(1.0, positive=positive)) / l1_ratio
    if largest <= TINY:
        return np.full(n_alphas, TINY)
    return np.geomspace(largest, largest * eps, num=n_alphas)
