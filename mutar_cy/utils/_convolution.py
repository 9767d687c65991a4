"""Kernels of images, applied along one axis after the other, and sums of logarithms."""

import numpy as np
from scipy import special

from mutar_cy.utils._reading import read_array, read_axes, read_columns, read_kernel


def logsumexp(a, axis=None):
    """Return the logarithm of the sum of exponentials.

    Parameters
    ----------
    a : array-like
        Logarithms of the terms. May hold minus infinity.
    axis : int or tuple of int, default=None
        Axes to sum over, all of them if None.

    Returns
    -------
    logsumexp : ndarray or float
        Minus infinity where all terms are zero, without a warning.

    See Also
    --------
    scipy.special.logsumexp : The same with weights and signs.

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
        What is applied along both axes of a square, or matrices with width and with
        height columns for the first axis and for the second.

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
        What is applied along both axes of squares, or matrices with width and with
        height columns for the first axis and for the second.

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
    kls : The same in logarithms, which do not underflow.
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
    """Apply a separable kernel to images, all in logarithms.

    Parameters
    ----------
    img : array-like of shape (width, height, n_images)
        Logarithms of the images. May hold minus infinity.
    C : array-like of shape (n, n), or list of two array-like
        Logarithm of the kernel, ``-cost / epsilon``: symmetric and not positive. Along
        both axes of squares, or of shape (width, width) for the first axis and of
        shape (height, height) for the second.

    Returns
    -------
    convolved : ndarray of shape (width, height, n_images)
        Logarithms of the images to which the kernel has been applied; finite wherever
        the true values are.

    Raises
    ------
    ValueError
        If the shapes do not match, C is positive, not symmetric or undefined, or img
        is undefined or infinite.

    See Also
    --------
    klconv1d_list : The same without logarithms, for any kernel.
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
