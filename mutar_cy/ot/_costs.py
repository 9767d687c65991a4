"""Costs of moving mass: on grids, between points and on graphs."""

import math

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import cdist

from mutar_cy.ot._checks import check_positive


def grid_coordinates(shape, spacing=1.0):
    """Return the coordinates of the points of a grid.

    Parameters
    ----------
    shape : int or sequence of int
        Number of points along each axis.
    spacing : float or sequence of float, default=1.0
        Distance of neighbours, on all axes or on each.

    Returns
    -------
    coordinates : ndarray of shape (prod(shape), n_axes)
        In the order of a raveled array: the last axis varies fastest.

    Raises
    ------
    ValueError
        If there is no axis, an axis without points, or a spacing that is not positive.

    Examples
    --------
    >>> from mutar_cy.ot import grid_coordinates
    >>> grid_coordinates((2, 2), spacing=0.5)
    array([[0. , 0. ],
           [0. , 0.5],
           [0.5, 0. ],
           [0.5, 0.5]])
    """
    axes = np.meshgrid(*_axes(shape, spacing), indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)


def grid_factors(shape, power=2.0, spacing=1.0):
    """Return the cost of moving along each axis of a grid.

    The cost of a move on the grid is the sum over the axes. A list of factors
    represents the matrix that :func:`expand_factors` returns, with ``sum(shape ** 2)``
    numbers instead of ``prod(shape) ** 2``.

    Parameters
    ----------
    shape : int or sequence of int
        Number of points along each axis.
    power : float, default=2.0
        Power of the distance along an axis.
    spacing : float or sequence of float, default=1.0
        Distance of neighbours, on all axes or on each.

    Returns
    -------
    factors : list of ndarray of shape (shape[a], shape[a])
        ``abs(x_i - x_j) ** power`` for the coordinates of each axis.

    Raises
    ------
    ValueError
        If there is no axis, an axis without points, or a spacing or a power that is
        not positive.

    Examples
    --------
    >>> from mutar_cy.ot import grid_factors
    >>> [factor.shape for factor in grid_factors((3, 5))]
    [(3, 3), (5, 5)]
    >>> grid_factors(3)[0]
    array([[0., 1., 4.],
           [1., 0., 1.],
           [4., 1., 0.]])
    """
    check_positive(power, "power")
    return [
        np.abs(axis[:, None] - axis) ** float(power) for axis in _axes(shape, spacing)
    ]


def expand_factors(factors):
    """Return the cost matrix that a list of factors represents.

    Parameters
    ----------
    factors : sequence of array-like of shape (n_a, n_a)
        Costs along the axes of a grid, as :func:`grid_factors` returns them.

    Returns
    -------
    M : ndarray of shape (prod(n_a), prod(n_a))
        Sum over the axes, the last of which varies fastest.

    Examples
    --------
    >>> from mutar_cy.ot import expand_factors, grid_factors
    >>> expand_factors(grid_factors((2, 2)))
    array([[0., 1., 1., 2.],
           [1., 0., 2., 1.],
           [1., 2., 0., 1.],
           [2., 1., 1., 0.]])
    """
    M = np.zeros((1, 1))
    for factor in factors:
        factor = np.asarray(factor, dtype=np.float64)
        size = len(M) * len(factor)
        M = (M[:, None, :, None] + factor[None, :, None, :]).reshape(size, size)
    return M


def grid_cost(shape, power=2.0, spacing=1.0):
    """Return the cost of moving on a grid, as a matrix.

    Parameters
    ----------
    shape : int or sequence of int
        Number of points along each axis.
    power : float, default=2.0
        Power of the distance along an axis. With 2 the cost is the squared Euclidean
        distance, with 1 the city-block distance.
    spacing : float or sequence of float, default=1.0
        Distance of neighbours, on all axes or on each.

    Returns
    -------
    M : ndarray of shape (prod(shape), prod(shape))
        Sum over the axes of ``abs(x_i - x_j) ** power``.

    Raises
    ------
    ValueError
        If there is no axis, an axis without points, or a spacing or a power that is
        not positive.

    Examples
    --------
    >>> from mutar_cy.ot import grid_cost
    >>> grid_cost(3, power=1, spacing=0.5)
    array([[0. , 0.5, 1. ],
           [0.5, 0. , 0.5],
           [1. , 0.5, 0. ]])
    """
    return expand_factors(grid_factors(shape, power, spacing))


def coordinate_cost(coordinates, power=2.0, metric="euclidean"):
    """Return a power of the distance between points.

    Parameters
    ----------
    coordinates : array-like of shape (n_features, n_axes) or (n_features,)
        Positions of the features.
    power : float, default=2.0
        Power of the distance.
    metric : str or callable, default="euclidean"
        A metric of :func:`scipy.spatial.distance.cdist`.

    Returns
    -------
    M : ndarray of shape (n_features, n_features)
        Symmetric, with a diagonal of zeros.

    Raises
    ------
    ValueError
        If ``power`` is not positive.

    Examples
    --------
    >>> from mutar_cy.ot import coordinate_cost
    >>> coordinate_cost([[0, 0], [3, 4]], power=1)
    array([[0., 5.],
           [5., 0.]])
    """
    check_positive(power, "power")
    points = np.asarray(coordinates, dtype=np.float64)
    if points.ndim == 1:
        points = points[:, None]
    return _tidy(cdist(points, points, metric=metric), power)


def graph_cost(graph, power=2.0):
    """Return a power of the length of the shortest path between nodes of a graph.

    Parameters
    ----------
    graph : array-like or sparse matrix of shape (n_features, n_features)
        Lengths of the edges; zero or absent without an edge. Edges are undirected, with
        the shorter of two lengths.
    power : float, default=2.0
        Power of the distance.

    Returns
    -------
    M : ndarray of shape (n_features, n_features)
        Symmetric; infinite (a forbidden move) between nodes that no path joins.

    Raises
    ------
    ValueError
        If ``power`` is not positive or an edge has a negative or undefined length.

    See Also
    --------
    scipy.sparse.csgraph.shortest_path : The search for paths.

    Examples
    --------
    >>> from mutar_cy.ot import graph_cost
    >>> graph_cost([[0, 1, 0], [0, 0, 2], [0, 0, 0]], power=1)
    array([[0., 1., 3.],
           [1., 0., 2.],
           [3., 2., 0.]])
    """
    check_positive(power, "power")
    graph = sparse.csr_array(graph, dtype=np.float64)
    if graph.nnz and not graph.data.min() >= 0.0:
        raise ValueError("graph must have edges of non-negative length")
    return _tidy(shortest_path(graph, directed=False), power)


def _tidy(distance, power):
    """Return a power of distances, symmetric to the last bit, zero on the diagonal."""
    distance = np.maximum(distance, distance.T)
    np.fill_diagonal(distance, 0.0)
    return distance ** float(power)


def _axes(shape, spacing):
    """Return the coordinates along each axis of a grid."""
    shape = [int(size) for size in np.atleast_1d(shape)]
    if not shape or math.prod(shape) < 1 or min(shape) < 1:
        raise ValueError(f"shape must hold positive numbers of points, got {shape}")
    for value in np.atleast_1d(spacing):
        check_positive(value, "spacing")
    steps = np.broadcast_to(np.asarray(spacing, dtype=np.float64), len(shape))
    return [step * np.arange(size) for size, step in zip(shape, steps, strict=True)]
