"""Barycentres of images."""

import numpy as np
from sklearn.utils._param_validation import validate_params

from mutar_cy.otfunctions._weighted import (
    RANGES,
    Weighted,
    logarithms_of,
    scalings_of,
)
from mutar_cy.utils import read_axes


@validate_params(RANGES, prefer_skip_nested_validation=True)
def barycenterkl_img(
    P, M, epsilon, gamma, b=None, tol=1e-4, max_iter=1000, xp=np, threshold=0.0
):
    """Return the barycentre of images, and the scalings that transport them to it.

    This is :func:`barycenterkl` for a cost that is the sum of the costs along both
    axes: no matrix over all pixels is made.

    Parameters
    ----------
    P : array-like of shape (width, height, n_tasks) or (width * height, n_tasks)
        Masses, non-negative. A task may have none.
    M : array-like of shape (n, n), or list of two array-like
        ``-cost / epsilon``, symmetric and not positive: along both axes of squares, or
        of shape (width, width) for the first axis and of shape (height, height) for
        the second. It is not modified.
    epsilon : float
        Strength of the entropy, in units of the cost.
    gamma : float
        Cost of creating and of destroying mass, in units of the cost.
    b : array-like shaped as P, default=None
        Right scalings to start with, non-negative; returned by an earlier call.
    tol : float, default=1e-4
        Stop when the residual is at most this.
    max_iter : int, default=1000
        Most iterations to make.
    xp : module, default=numpy
        Has no meaning.
    threshold : float, default=0.0
        Pixels where no task has more mass than this count as empty.

    Returns
    -------
    f : float
        The value.
    log : dict
        As of :func:`barycenterkl`, but ``"flag"`` is 3 if ``max_iter`` was too small.
    marginals : ndarray of shape (n_tasks, width * height)
        The mass that leaves each pixel of each task.
    b : ndarray of shape (width, height, n_tasks)
        The right scalings, 0 for a task without mass, and the largest float where they
        are larger.
    q : ndarray of shape (width * height,)
        The barycentre, raveled: the second axis varies fastest.

    Raises
    ------
    ValueError
        As by :func:`barycenterkl`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl : The problem, and any cost.
    mutar_cy.utils.groundmetric_img : The cost along the axes of an image.
    mutar_cy.ot.unbalanced_barycenter : What this calls; grids of any dimension.

    Notes
    -----
    MuTaR's function of this name takes squares only, and returns another f, which is
    not the value.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.otfunctions import barycenterkl_img
    >>> from mutar_cy.utils import groundmetric_img
    >>> images = np.zeros((5, 7, 2))
    >>> images[1, 1, 0] = images[3, 5, 1] = 1.0
    >>> M = [-axis for axis in groundmetric_img(5, 7)]
    >>> f, log, marginals, b, q = barycenterkl_img(images, M, 1.0, 100.0)
    >>> np.unravel_index(q.argmax(), (5, 7)), b.shape
    ((np.int64(2), np.int64(3)), (5, 7, 2))
    """
    problem = Weighted(P, read_axes(M, "M"), epsilon, gamma, threshold)
    start = logarithms_of(b)
    value, log, marginals, log_b, q = problem.solve(start, tol, max_iter, flag=3)
    return value, log, marginals, scalings_of(log_b).reshape(*problem.shape, -1), q


@validate_params(RANGES, prefer_skip_nested_validation=True)
def barycenterkl_img_log(
    P, M, epsilon, gamma, b=None, tol=1e-4, max_iter=1000, xp=np, threshold=0.0
):
    """Return the barycentre of images, and the logarithms of the scalings.

    This is :func:`barycenterkl_img` for scalings that may be beyond float. Both sweep
    in logarithms, and find the same.

    Parameters
    ----------
    P : array-like of shape (width, height, n_tasks) or (width * height, n_tasks)
        Masses, non-negative. A task may have none.
    M : array-like of shape (n, n), or list of two array-like
        ``-cost / epsilon``, symmetric and not positive: along both axes of squares, or
        of shape (width, width) for the first axis and of shape (height, height) for
        the second. It is not modified.
    epsilon : float
        Strength of the entropy, in units of the cost.
    gamma : float
        Cost of creating and of destroying mass, in units of the cost.
    b : array-like shaped as P, default=None
        Logarithms of the right scalings to start with, returned by an earlier call.
    tol : float, default=1e-4
        Stop when the residual is at most this.
    max_iter : int, default=1000
        Most iterations to make.
    xp : module, default=numpy
        Has no meaning.
    threshold : float, default=0.0
        Pixels where no task has more mass than this count as empty.

    Returns
    -------
    f : float
        The value.
    log : dict
        As of :func:`barycenterkl_img`.
    marginals : ndarray of shape (n_tasks, width * height)
        The mass that leaves each pixel of each task.
    b : ndarray of shape (width, height, n_tasks)
        Logarithms of the right scalings; minus infinity for a task without mass.
    q : ndarray of shape (width * height,)
        The barycentre, raveled: the second axis varies fastest.

    Raises
    ------
    ValueError
        As by :func:`barycenterkl`.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the residual is above ``tol`` after ``max_iter`` iterations.

    See Also
    --------
    barycenterkl_img : What is the same.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.otfunctions import barycenterkl_img_log
    >>> from mutar_cy.utils import groundmetric_img
    >>> images = np.zeros((5, 5, 2))
    >>> images[1, 1, 0] = images[3, 3, 1] = 1.0
    >>> f, log, marginals, log_b, q = barycenterkl_img_log(
    ...     images, -groundmetric_img(5), 1.0, 100.0
    ... )
    >>> int(q.argmax()), log_b.shape, log["flag"]
    (12, (5, 5, 2), 0)
    """
    problem = Weighted(P, read_axes(M, "M"), epsilon, gamma, threshold)
    value, log, marginals, log_b, q = problem.solve(b, tol, max_iter, flag=3)
    return value, log, marginals, log_b.reshape(*problem.shape, -1), q
