"""Coefficients of features that are points of a grid."""

import math
from numbers import Integral

import numpy as np

from mutar_cy.plotting._axes import new_axes
from mutar_cy.plotting._checks import (
    check_coef,
    check_count,
    check_limit,
    check_names,
    check_numbers,
)
from mutar_cy.plotting._fitted import read_fitted
from mutar_cy.plotting._map_curves import draw_curves, figure_size
from mutar_cy.plotting._map_images import Tiles, draw_images


class CoefficientMapDisplay:
    """Plot of coefficients whose features are the points of a grid.

    On a grid with two axes, every task is an image, and all have one scale of colours:
    purple for positive and orange for negative coefficients, or growing purple if none
    is negative. Signs are told in grey print too: they are written on pixels, or, if
    these are small, regions are outlined at a quarter of the largest coefficient,
    negative ones by dashes. On a grid with one axis every task is a curve, one below
    the other and all in one scale, positive above its base line and negative below. A
    barycentre comes after the tasks.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    coef : array-like of shape (n_features,) or (n_features, n_tasks)
        The coefficients.
    shape : int or tuple of one or two int
        The shape of the grid, whose product is ``n_features``. The last axis of the
        grid is the fastest, as in ``numpy.reshape``.
    task_names : sequence of n_tasks hashable, default=None
        The names of the tasks; 0, 1, ... by default.
    barycenter : array-like of shape (n_features,), default=None
        What the tasks are near to, in the unit of the coefficients.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What has been drawn into.
    figure_ : matplotlib Figure
        The figure of ``ax_``.
    images_ : list of matplotlib AxesImage
        The images, of a grid with two axes: those of the tasks, then the barycentre's.
    lines_ : list of matplotlib Line2D
        The curves, of a grid with one axis, around base lines at 0, -1, ...
    colorbar_ : matplotlib Colorbar or None
        What the colours of images mean.

    See Also
    --------
    SupportDisplay : Coefficients of features without a grid.
    mutar_cy.ot.grid_factors : The cost of moving mass on a grid.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.plotting import CoefficientMapDisplay
    >>> coef = np.zeros((12, 2))
    >>> coef[5] = 1.0, -0.5
    >>> display = CoefficientMapDisplay(coef=coef, shape=(3, 4)).plot()
    >>> print(display.images_[1].get_array())
    [[ 0.   0.   0.   0. ]
     [ 0.  -0.5  0.   0. ]
     [ 0.   0.   0.   0. ]]
    """

    def __init__(self, *, coef, shape, task_names=None, barycenter=None):
        self.coef = coef
        self.shape = shape
        self.task_names = task_names
        self.barycenter = barycenter

    @classmethod
    def from_estimator(
        cls, estimator, shape, *, barycenter=True, task_names=None, ax=None, **plot_kw
    ):
        """Plot the coefficients of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            Fitted, with ``coef_``: one of this package's, or one with scikit-learn's
            shape (n_targets, n_features). Responses of a task, and classes, are maps
            of their own.
        shape : int or tuple of one or two int
            The shape of the grid.
        barycenter : bool, default=True
            Whether to draw ``barycenter_`` too, if there is one.
        task_names : sequence of n_tasks hashable, default=None
            In place of ``tasks_``.
        ax : matplotlib Axes, default=None
            What to draw into; a new figure by default.
        **plot_kw
            As for :meth:`plot`.

        Returns
        -------
        display : CoefficientMapDisplay
            With what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If it has no ``coef_``.
        ValueError
            If the grid has not as many points as there are features, or there are not
            as many names as tasks.
        """
        fitted = read_fitted(estimator, None, task_names)
        centre = getattr(estimator, "barycenter_", None) if barycenter else None
        display = cls(
            coef=fitted.columns,
            shape=shape,
            task_names=fitted.column_names,
            barycenter=centre,
        )
        return display.plot(ax, **plot_kw)

    def plot(self, ax=None, *, max_tasks=12, n_columns=None, limit=None, colorbar=True):
        """Draw the maps.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            What to draw into; a new figure, as large as it needs to be, by default.
        max_tasks : int, default=12
            Most tasks that are drawn: the first.
        n_columns : int, default=None
            How many images stand side by side. By default so many that all together
            are a little wider than high.
        limit : float, default=None
            The absolute value that the scale goes up to; the largest by default. To be
            given to several pictures that are to be compared.
        colorbar : bool, default=True
            Whether to draw a bar that tells what the colours of images mean.

        Returns
        -------
        display : CoefficientMapDisplay
            This object, with what has been drawn.

        Raises
        ------
        ImportError
            If matplotlib is not there.
        ValueError
            If the arrays do not go together, or a parameter is out of range.
        """
        most = check_count(max_tasks, "max_tasks")
        columns = None if n_columns is None else check_count(n_columns, "n_columns")
        maps, names, shape, n_tasks = self._read(most)
        limit = float(np.abs(maps).max()) if limit is None else check_limit(limit)
        self.images_, self.lines_, self.colorbar_ = [], [], None
        if len(shape) == 1:
            self.ax_ = new_axes(figure_size(len(maps))) if ax is None else ax
            self.lines_ = draw_curves(self.ax_, maps, names, limit)
            self.ax_.set(xlabel="feature", ylabel="task")
        else:
            tiles = Tiles(shape, names, columns)
            self.ax_ = new_axes(tiles.figure_size()) if ax is None else ax
            maps = maps.reshape(-1, *shape)
            self.images_ = draw_images(self.ax_, maps, names, tiles, limit)
        self.figure_ = self.ax_.figure
        if n_tasks > most:
            above = self.ax_.get_xlabel()
            note = f"the first {most} of {n_tasks} tasks"
            self.ax_.set_xlabel(f"{above}\n{note}" if above else note)
        if self.images_ and colorbar:
            self.colorbar_ = self.figure_.colorbar(
                self.images_[0], ax=self.ax_, label="coefficient"
            )
        return self

    def _read(self, most):
        """Return the maps in rows, their names, the shape and the number of tasks."""
        coef = check_coef(self.coef)
        n_features, n_tasks = coef.shape
        shape = check_shape(self.shape, n_features)
        names = check_names(self.task_names, n_tasks, "task_names", "tasks")
        maps, names = coef.T[:most], [str(name) for name in names[:most]]
        if self.barycenter is not None:
            barycenter = check_numbers(self.barycenter, "barycenter")
            if barycenter.shape != (n_features,):
                raise ValueError(
                    f"barycenter has shape {barycenter.shape}, but coef has "
                    f"{n_features} features."
                )
            maps, names = np.vstack([maps, barycenter]), [*names, "barycentre"]
        return maps, names, shape, n_tasks


def check_shape(shape, n_features):
    """Return the shape of a grid as a tuple, or raise a ValueError."""
    sides = (shape,) if isinstance(shape, Integral) else shape
    whole = isinstance(sides, tuple | list) and all(
        isinstance(side, Integral) and int(side) > 0 for side in sides
    )
    if not whole or len(sides) not in (1, 2):
        raise ValueError(
            f"shape must be one or two whole numbers from 1 on, got {shape!r}."
        )
    if math.prod(sides) != n_features:
        raise ValueError(
            f"shape must be that of {n_features} features, got {shape!r} with "
            f"{math.prod(sides)} points."
        )
    return tuple(int(side) for side in sides)
