"""What MuTaR's transport functions take, as arrays and kernels."""

import numpy as np
from sklearn.utils import check_array

from mutar_cy.ot import make_kernel


def read_array(values, name, *, finite=True):
    """Return numbers as an array of doubles, or raise a ValueError.

    Parameters
    ----------
    values : array-like
        Never written to.
    name : str
        What errors call it.
    finite : bool, default=True
        Whether they have to be; otherwise the caller judges.
    """
    if np.ma.isMaskedArray(values):
        raise ValueError(f"{name} must not be a masked array: the mask would be lost")
    with np.errstate(invalid="ignore"):  # its sum, where infinities cancel
        return check_array(
            values,
            dtype=np.float64,
            ensure_all_finite=finite,
            ensure_2d=False,
            allow_nd=True,
            input_name=name,
        )


def read_axes(values, name, *, finite=False):
    """Return the matrices of both axes of an image: two, or one that is both.

    Parameters
    ----------
    values : array-like, or list of two array-like
        One matrix for the images that are squares, or one for each axis.
    name : str
        What errors call them.
    finite : bool, default=False
        Whether they have to be.
    """
    if not (isinstance(values, list | tuple) and values and np.ndim(values[0]) == 2):
        values = [values, values]
    if len(values) != 2:
        raise ValueError(f"an image has 2 axes, but {name} is for {len(values)}")
    return [read_array(axis, name, finite=finite) for axis in values]


def read_kernel(factors):
    """Return the kernel whose logarithm, ``-cost / epsilon``, is given.

    Parameters
    ----------
    factors : list of ndarray
        The matrix, or one for each axis.

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
    """Return values at the points of a grid, raveled, with a column for each task.

    Parameters
    ----------
    values : array-like of shape (*shape[, n_tasks]) or (prod(shape)[, n_tasks])
        Never written to.
    name : str
        What errors call them.
    shape : tuple of int
        Of the grid.
    finite : bool, default=True
        Whether they have to be.
    """
    values = read_array(values, name, finite=finite)
    size = int(np.prod(shape))
    for grid in (shape, (size,)):
        if values.shape[: len(grid)] == grid and values.ndim <= len(grid) + 1:
            return values.reshape(size, -1)
    wanted = ", ".join(map(str, shape))
    raise ValueError(f"{name} has shape {values.shape}, not ({wanted}, n_tasks)")
