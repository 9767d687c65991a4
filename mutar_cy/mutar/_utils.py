"""Costs on grids, convolutions and small helpers with the signatures of MuTaR."""

from numbers import Integral, Real

import numpy as np
from scipy import special
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy.ot import expand_factors, grid_cost, grid_factors, make_kernel


def residual(X, coef_, y):
    """Return the residuals: targets minus predictions.

    Parameters
    ----------
    X : sequence of n_tasks {array-like, sparse matrix} of shape \
            (n_samples_k, n_features)
        One design per task.
    coef_ : ndarray of shape (n_features, n_tasks[, n_responses])
        Coefficients.
    y : sequence of n_tasks array-like of shape (n_samples_k[, n_responses])
        One target per task.

    Returns
    -------
    residual : ndarray of shape (n_tasks, n_samples[, n_responses]), or list
        ``y_k - X_k @ coef_[:, k]``; a list if y is not an array.

    Raises
    ------
    ValueError
        If the numbers of tasks differ.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.utils import residual
    >>> residual(np.eye(2)[None], np.array([[1.0], [2.0]]), np.ones((1, 2)))
    array([[ 0., -1.]])
    """
    each = np.moveaxis(np.asarray(coef_), 1, 0)
    if not len(X) == len(each) == len(y):
        raise ValueError(
            f"X holds {len(X)} tasks, coef_ {len(each)} columns and y {len(y)} tasks."
        )
    parts = [np.asarray(v) - x @ w for x, w, v in zip(X, each, y, strict=True)]
    return np.array(parts) if isinstance(y, np.ndarray) else parts


def get_unsigned(x):
    """Return the positive and the negative part of an array.

    Parameters
    ----------
    x : array-like
        Numbers of any sign.

    Returns
    -------
    positive, negative : ndarray shaped as ``x``
        Non-negative, with ``positive - negative == x``, and one of the two is 0.

    Examples
    --------
    >>> from mutar_cy.utils import get_unsigned
    >>> get_unsigned([1.0, -2.0])
    (array([1., 0.]), array([0., 2.]))
    """
    x = np.asarray(x)
    return np.maximum(x, 0), np.maximum(-x, 0)


def logsumexp(a, axis=None):
    """Return the logarithm of the sum of exponentials.

    Parameters
    ----------
    a : array-like
        Logarithms of the terms. May hold minus infinity.
    axis : int or tuple of int, default=None
        Axes of the sum; all axes if None.

    Returns
    -------
    logsumexp : ndarray or float
        Minus infinity (without a warning) where all terms are zero.

    See Also
    --------
    scipy.special.logsumexp : Log-sum-exp with weights and signs.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.utils import logsumexp
    >>> logsumexp([[1000.0, 1000.0], [-np.inf, -np.inf]], axis=1)
    array([1000.69314718,         -inf])
    """
    return special.logsumexp(a, axis=axis)


def klconv1d(img, K):
    """Apply a separable kernel to an image.

    Parameters
    ----------
    img : array-like of shape (width, height)
        The image.
    K : array-like of shape (n, n), or list of two array-like
        Kernel along both axes of a square image, or one matrix per axis, with width and
        height columns.

    Returns
    -------
    convolved : ndarray of shape (width, height)
        ``first @ img @ second.T``.

    Raises
    ------
    ValueError
        If the shapes do not match, or an entry is undefined.

    See Also
    --------
    klconv1d_list : Several images at once.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.utils import groundmetric_img, klconv1d
    >>> klconv1d(np.eye(2, 3), [np.exp(-M) for M in groundmetric_img(2, 3)]).round(3)
    array([[1.135, 0.736, 0.154],
           [0.736, 1.135, 0.375]])
    """
    return klconv1d_list(read_array(img, "img")[..., None], K)[..., 0]


def klconv1d_list(imgs, K):
    """Apply a separable kernel to several images.

    Parameters
    ----------
    imgs : array-like of shape (width, height, n_images)
        The images.
    K : array-like of shape (n, n), or list of two array-like
        Kernel along both axes of square images, or one matrix per axis, with width and
        height columns.

    Returns
    -------
    convolved : ndarray of shape (width, height, n_images)
        ``first @ img @ second.T`` of every image.

    Raises
    ------
    ValueError
        If the shapes do not match, or an entry is undefined.

    See Also
    --------
    kls : The same product in logarithms, which do not underflow.
    mutar_cy.ot.make_kernel : Kernels of grids of any dimension.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.utils import groundmetric_img, klconv1d_list
    >>> images = np.zeros((3, 3, 2))
    >>> images[1, 1] = 1.0, 2.0
    >>> klconv1d_list(images, np.exp(-groundmetric_img(3))).round(3)[..., 1]
    array([[0.271, 0.736, 0.271],
           [0.736, 2.   , 0.736],
           [0.271, 0.736, 0.271]])
    """
    first, second = read_axes(K, "K", finite=True)
    shape = first.shape[-1], second.shape[-1]
    each = read_columns(imgs, "imgs", shape).T.reshape(-1, *shape)
    return np.moveaxis(first @ each @ second.T, 0, -1)


def kls(img, C):
    """Apply a separable kernel to images; all arrays are logarithms.

    Parameters
    ----------
    img : array-like of shape (width, height, n_images)
        Logarithms of the images. May hold minus infinity.
    C : array-like of shape (n, n), or list of two array-like
        Logarithm of the kernel, ``-cost / epsilon``: symmetric and at most 0. One
        matrix for both axes of square images, or one per axis, of shapes (width, width)
        and (height, height).

    Returns
    -------
    convolved : ndarray of shape (width, height, n_images)
        Logarithms of the convolved images; finite wherever the true values are.

    Raises
    ------
    ValueError
        If the shapes do not match, C is positive, not symmetric or undefined, or img
        is undefined or infinite.

    See Also
    --------
    klconv1d_list : The product without logarithms, for any kernel.
    mutar_cy.ot.make_kernel : Kernels of grids of any dimension.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.utils import groundmetric_img, kls
    >>> images = np.full((3, 3, 1), -np.inf)
    >>> images[1, 1] = 0.0
    >>> kls(images, -1000.0 * groundmetric_img(3))[..., 0]
    array([[-2000., -1000., -2000.],
           [-1000.,     0., -1000.],
           [-2000., -1000., -2000.]])
    """
    axes = read_axes(C, "C")
    kernel = read_kernel(axes)
    columns = read_columns(img, "img", tuple(map(len, axes)), finite=False)
    if not (columns < np.inf).all():
        raise ValueError("img must hold neither NaN nor plus infinity")
    return kernel.log_product(columns).reshape(np.shape(img))


GRID = {
    "width": [Interval(Integral, 1, None, closed="left")],
    "height": [Interval(Integral, 1, None, closed="left"), None],
    "p": [Interval(Real, 0, None, closed="neither")],
    "normed": ["boolean"],
}


@validate_params(GRID, prefer_skip_nested_validation=True)
def groundmetric(width, height=None, p=2, normed=False):
    """Return a cost matrix: powers of the distances between points on a line.

    Parameters
    ----------
    width : int
        Number of source points 0, 1, ...
    height : int, default=None
        Number of target points 0, 1, ...; ``width`` if None.
    p : float, default=2
        Power of the distance.
    normed : bool, default=False
        Whether to divide by the median, unless it is 0.

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
    """Return a cost matrix: powers of Euclidean distances between pixels.

    Parameters
    ----------
    width : int
        Number of pixels along the first axis of the image.
    height : int, default=None
        Number of pixels along the second axis; ``width`` if None.
    p : float, default=1
        Power of the distance.
    normed : bool, default=False
        Whether to divide by the median, unless it is 0.

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
    The function of MuTaR returns the same matrix for square images. For other images
    its matrix is not symmetric, and is not a cost.

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
    all pixels; a product with its kernel is one product per axis.

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
        Whether to divide by the median of the costs between pixels, unless it is 0.

    Returns
    -------
    M : ndarray of shape (width, width), or list of two ndarray
        One matrix for both axes if the image is square; otherwise one per axis, of
        shapes (width, width) and (height, height).

    See Also
    --------
    mutar_cy.ot.grid_factors : Grids of any dimension, always as a list.

    Notes
    -----
    The function of MuTaR returns the same for square images and ``p=2``; it ignores
    other values of p.

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
    """Return the median of costs, or 1 if it is 0."""
    return float(np.median(M)) or 1.0


@validate_params(
    {"tau": [Interval(Real, 0, 1, closed="neither")], "M": "no_validation"},
    prefer_skip_nested_validation=True,
)
def compute_gamma(tau, M):
    r"""Return the gamma for which transport keeps at least a fraction tau of mass.

    Without entropy and with the marginal penalty gamma, a move of cost c keeps at least
    the fraction :math:`\exp(-c / (2 \gamma))` of the mass.

    Parameters
    ----------
    tau : float
        Fraction to keep, in (0, 1).
    M : array-like of shape (n_features, n_features), list of them, or sparse matrix
        Cost. A list holds the costs along the axes of a grid; their sum is the cost.

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


def read_array(values, name, *, finite=True):
    """Return values as a float64 array, or raise a ValueError.

    Parameters
    ----------
    values : array-like
        Input, which is not modified.
    name : str
        Name in error messages.
    finite : bool, default=True
        Whether to raise if a value is not finite.
    """
    if np.ma.isMaskedArray(values):
        raise ValueError(f"{name} must not be a masked array: the mask would be lost")
    with np.errstate(invalid="ignore"):  # check_array sums the values: inf - inf
        return check_array(
            values,
            dtype=np.float64,
            ensure_all_finite=finite,
            ensure_2d=False,
            allow_nd=True,
            input_name=name,
        )


def read_axes(values, name, *, finite=False):
    """Return one matrix per axis of an image; a single matrix is used for both.

    Parameters
    ----------
    values : array-like, or list of two array-like
        One matrix for square images, or one per axis.
    name : str
        Name in error messages.
    finite : bool, default=False
        Whether to raise if a value is not finite.
    """
    if not (isinstance(values, list | tuple) and values and np.ndim(values[0]) == 2):
        values = [values, values]
    if len(values) != 2:
        raise ValueError(f"an image has 2 axes, but {name} is for {len(values)}")
    return [read_array(axis, name, finite=finite) for axis in values]


def read_kernel(factors):
    """Return the kernel with the given logarithm, ``-cost / epsilon``.

    Parameters
    ----------
    factors : list of ndarray
        The matrix, or one per axis.

    Returns
    -------
    kernel : Kernel
        Its epsilon is 1.
    """
    for axis in factors:
        if (axis > 0.0).any():
            raise ValueError(
                "the logarithm of a kernel, -cost / epsilon, must not be positive, "
                f"got {axis.max():g}"
            )
    costs = [-axis for axis in factors]
    return make_kernel(costs if len(costs) > 1 else costs[0], 1.0)


def read_columns(values, name, shape, *, finite=True):
    """Return values at the points of a grid, raveled, with a column per task.

    Parameters
    ----------
    values : array-like of shape (*shape[, n_tasks]) or (prod(shape)[, n_tasks])
        Input, which is not modified.
    name : str
        Name in error messages.
    shape : tuple of int
        Shape of the grid.
    finite : bool, default=True
        Whether to raise if a value is not finite.
    """
    values = read_array(values, name, finite=finite)
    size = int(np.prod(shape))
    for grid in (shape, (size,)):
        if values.shape[: len(grid)] == grid and values.ndim <= len(grid) + 1:
            return values.reshape(size, -1)
    wanted = ", ".join(map(str, shape))
    raise ValueError(f"{name} has shape {values.shape}, not ({wanted}, n_tasks)")
