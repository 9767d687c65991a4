"""Costs of moving mass on lines and images."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy.ot import expand_factors, grid_cost, grid_factors, make_kernel

GRID = {
    "width": [Interval(Integral, 1, None, closed="left")],
    "height": [Interval(Integral, 1, None, closed="left"), None],
    "p": [Interval(Real, 0, None, closed="neither")],
    "normed": ["boolean"],
}


@validate_params(GRID, prefer_skip_nested_validation=True)
def groundmetric(width, height=None, p=2, normed=False):
    """Return powers of the distances between points on a line.

    Parameters
    ----------
    width : int
        Number of points 0, 1, ... that mass leaves.
    height : int, default=None
        Number of points 0, 1, ... that it goes to; ``width`` if None.
    p : float, default=2
        Power of the distance.
    normed : bool, default=False
        Whether to divide by the median, unless that is 0.

    Returns
    -------
    M : ndarray of shape (width, height)
        ``abs(i - j) ** p``.

    See Also
    --------
    mutar_cy.ot.grid_cost : Grids of any dimension, with a spacing.

    Examples
    --------
    >>> from mutar_cy.utils import groundmetric
    >>> groundmetric(3, p=1)
    array([[0., 1., 2.],
           [1., 0., 1.],
           [2., 1., 0.]])
    """
    height = width if height is None else height
    M = grid_cost(max(width, height), p)[:width, :height]
    return M / _median(M) if normed else M.copy()


@validate_params(GRID, prefer_skip_nested_validation=True)
def groundmetric2d(width, height=None, p=1, normed=False):
    """Return powers of the Euclidean distances between the pixels of an image.

    Parameters
    ----------
    width : int
        Number of pixels along the first axis of the image.
    height : int, default=None
        Number of pixels along the second axis; ``width`` if None.
    p : float, default=1
        Power of the distance.
    normed : bool, default=False
        Whether to divide by the median, unless that is 0.

    Returns
    -------
    M : ndarray of shape (width * height, width * height)
        Symmetric. Pixels are in the order of ``image.ravel()`` for an image of shape
        (width, height): the second axis varies fastest.

    See Also
    --------
    mutar_cy.ot.grid_cost : Sums of powers of the distances along each axis.
    mutar_cy.ot.coordinate_cost : Points anywhere.

    Notes
    -----
    MuTaR's function of this name returns the same for squares. For other images its
    matrix is not symmetric, and no cost.

    Examples
    --------
    >>> from mutar_cy.utils import groundmetric2d
    >>> groundmetric2d(2, 3, p=2)[0]  # from a corner: one row of pixels, then the other
    array([0., 1., 4., 1., 2., 5.])
    """
    height = width if height is None else height
    M = grid_cost((width, height)) ** (p / 2)
    return M / _median(M) if normed else M


@validate_params(GRID, prefer_skip_nested_validation=True)
def groundmetric_img(width, height=None, p=2, normed=False):
    """Return the cost between pixels of an image, as costs along its axes.

    The cost of a move is the sum of the costs along both axes. It needs no matrix over
    all pixels, and products with it are one for each axis.

    Parameters
    ----------
    width : int
        Number of pixels along the first axis of the image.
    height : int, default=None
        Number of pixels along the second axis; ``width`` if None.
    p : float, default=2
        Power of the distance along an axis. With 2 the cost is the one of
        :func:`groundmetric2d` with ``p=2``.
    normed : bool, default=False
        Whether to divide by the median of the cost between all pixels, unless that is
        0.

    Returns
    -------
    M : ndarray of shape (width, width), or list of two ndarray
        The cost along both axes if the image is a square; otherwise those along each:
        of shape (width, width) and of shape (height, height).

    See Also
    --------
    mutar_cy.ot.grid_factors : Grids of any dimension, always as a list.

    Notes
    -----
    MuTaR's function of this name returns the same for squares and ``p=2``; it takes
    another power without using it.

    Examples
    --------
    >>> from mutar_cy.utils import groundmetric_img
    >>> groundmetric_img(3, p=1)
    array([[0., 1., 2.],
           [1., 0., 1.],
           [2., 1., 0.]])
    >>> [axis.shape for axis in groundmetric_img(3, 5)]
    [(3, 3), (5, 5)]
    """
    height = width if height is None else height
    factors = grid_factors((width, height), p)
    if normed:
        median = _median(expand_factors(factors))
        factors = [factor / median for factor in factors]
    return factors[0] if width == height else factors


def _median(M):
    """Return what to divide costs by."""
    return float(np.median(M)) or 1.0


@validate_params(
    {"tau": [Interval(Real, 0, 1, closed="neither")], "M": "no_validation"},
    prefer_skip_nested_validation=True,
)
def compute_gamma(tau, M):
    r"""Return how dear mass must be for transport to keep a share of it.

    With a marginal relaxation of strength gamma and no entropy, moving mass over a
    distance of cost c keeps a share of at least :math:`\exp(-c / (2 \gamma))` of it.

    Parameters
    ----------
    tau : float
        The share to keep, in (0, 1).
    M : array-like of shape (n_features, n_features), list of them, or sparse matrix
        The cost; a list holds the costs along the axes of a grid, which add up.

    Returns
    -------
    gamma : float
        ``-max(M) / (2 log(tau))``, over the moves that are allowed.

    Raises
    ------
    ValueError
        If ``tau`` is not between 0 and 1, or M is negative, not square, not symmetric
        or undefined.

    Examples
    --------
    >>> from mutar_cy.utils import compute_gamma, groundmetric
    >>> round(compute_gamma(0.8, groundmetric(5)), 4)
    35.8514
    """
    return max(0.0, -float(make_kernel(M, 1.0).max_cost / (2 * np.log(tau))))
