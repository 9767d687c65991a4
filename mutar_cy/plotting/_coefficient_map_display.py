"""CoefficientMapDisplay: coefficients of features that are points of a grid."""

import math
from numbers import Integral

import numpy as np

from mutar_cy._lib import ExplainedArguments
from mutar_cy.plotting._reading import (
    check_coef,
    check_count,
    check_limit,
    check_names,
    check_numbers,
    read_fitted,
)
from mutar_cy.plotting._style import (
    TEXT_COLOUR,
    cell_size,
    colour_scale,
    hide_frame,
    mark_signs,
    name_rows,
    new_axes,
    update_layout,
)


class CoefficientMapDisplay(ExplainedArguments):
    """Plot of coefficients whose features are the points of a grid.

    On a grid with two axes every task is an image. All images share one colour scale:
    purple for positive and orange for negative coefficients, or shades of purple if
    none is negative. Signs are also visible in greyscale: they are written on pixels;
    small pixels are outlined at a quarter of the largest coefficient instead, with
    dashes where it is negative. On a grid with one axis every task is a curve, one
    below the other on one scale, positive above its base line and negative below. The
    barycentre comes after the tasks.

    It is recommended to use :meth:`from_estimator`. All arguments are kept as
    attributes.

    Parameters
    ----------
    coef : array-like of shape (n_features,) or (n_features, n_tasks)
        The coefficients.
    shape : int or tuple of one or two int
        Shape of the grid; it has ``n_features`` points. The last axis varies fastest,
        as in ``numpy.reshape``.
    task_names : sequence of n_tasks hashable, default=None
        Names of the tasks; 0, 1, ... by default.
    barycenter : array-like of shape (n_features,), default=None
        Barycentre of the tasks, in the unit of the coefficients.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that hold the plot.
    figure_ : matplotlib Figure
        Figure of ``ax_``.
    images_ : list of matplotlib AxesImage
        Images of a grid with two axes: the tasks, then the barycentre.
    lines_ : list of matplotlib Line2D
        Curves of a grid with one axis, around base lines at 0, -1, ...
    colorbar_ : matplotlib Colorbar or None
        The colour bar of the images.

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
            A fitted estimator of this package, or one with ``coef_`` of shape
            (n_targets, n_features). Every response of a task, and every class, has a
            map.
        shape : int or tuple of one or two int
            Shape of the grid.
        barycenter : bool, default=True
            Whether to draw ``barycenter_`` if the estimator has it.
        task_names : sequence of n_tasks hashable, default=None
            Names to use instead of ``tasks_``.
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        **plot_kw
            Passed to :meth:`plot`.

        Returns
        -------
        display : CoefficientMapDisplay
            The display, after :meth:`plot`.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If the estimator has no ``coef_``.
        ValueError
            If the number of points of the grid differs from that of features, or the
            number of names from that of tasks.
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
            Axes to draw on; by default those of a new figure, sized to fit.
        max_tasks : int, default=12
            Maximum number of tasks to draw; the first ones are drawn.
        n_columns : int, default=None
            Number of images in a row. By default the whole plot is a little wider than
            high.
        limit : float, default=None
            Absolute value at the end of the scale; by default the largest coefficient.
            Set it to compare several plots.
        colorbar : bool, default=True
            Whether to draw a colour bar beside images.

        Returns
        -------
        display : CoefficientMapDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the shapes of the arrays disagree, or a parameter is out of range.
        """
        most = check_count(max_tasks, "max_tasks")
        columns = None if n_columns is None else check_count(n_columns, "n_columns")
        maps, names, shape, n_tasks = self._read(most)
        limit = float(np.abs(maps).max()) if limit is None else check_limit(limit)
        self.images_, self.lines_, self.colorbar_ = [], [], None
        if len(shape) == 1:
            self.ax_ = new_axes(curves_figure_size(len(maps))) if ax is None else ax
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


ABOVE, BELOW = "#5e3c99", "#e66101"  # the purple and orange of PuOr
CURVE_HEIGHT = 0.9  # fraction of the distance between base lines
BASE = "0.7"


def curves_figure_size(count):
    """Return width and height in inches of a figure."""
    return 6.4, float(np.clip(1.2 + 0.5 * count, 2.2, 9.0))


def draw_curves(ax, values, names, limit):
    """Draw curves one below the other, each around a base line.

    Parameters
    ----------
    ax : matplotlib Axes
    values : ndarray of shape (n_curves, n_features)
    names : list of n_curves str
    limit : float
        Largest absolute value of the scale.

    Returns
    -------
    lines : list of matplotlib Line2D
        The curves, around base lines 0, -1, ...
    """
    n_curves, n_features = values.shape
    signed = bool((values < 0).any())
    limit = limit or 1.0
    unit = CURVE_HEIGHT / (2 * limit if signed else limit)
    at, lines = np.arange(n_features), []
    for base, curve in zip(-np.arange(n_curves), values, strict=True):
        height = base + unit * curve
        ax.axhline(base, color=BASE, linewidth=0.6, zorder=1)
        style = {"step": "mid", "linewidth": 0, "zorder": 1.5}
        ax.fill_between(at, base, np.maximum(height, base), color=ABOVE, **style)
        ax.fill_between(at, base, np.minimum(height, base), color=BELOW, **style)
        lines += ax.plot(
            at, height, drawstyle="steps-mid", color=TEXT_COLOUR, linewidth=0.7
        )
    low = 0.5 if signed else 0.1
    ax.set(
        xlim=(-0.5, n_features - 0.5), ylim=(1 - n_curves - low, 0.5 + (not signed) / 2)
    )
    update_layout(ax)
    height, _ = cell_size(ax, n_curves, 1)
    name_rows(ax, -np.arange(n_curves), names, height)
    hide_frame(ax)
    _scale(ax, limit, unit)
    return lines


def _scale(ax, limit, unit):
    """Draw a scale bar of a round number at the right of the first curve."""
    power = 10.0 ** np.floor(np.log10(limit))
    number = max(step * power for step in (1, 2, 5) if step * power <= limit)
    ax.annotate(
        "",
        xy=(1.015, 0),
        xytext=(1.015, number * unit),
        xycoords=ax.get_yaxis_transform(),
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "|-|,widthA=0.2,widthB=0.2",
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    ax.annotate(
        f"{number:g}",
        xy=(1.015, number * unit / 2),
        xycoords=ax.get_yaxis_transform(),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=TEXT_COLOUR,
        annotation_clip=False,
    )


GAP = 0.1  # between images, as a fraction of their larger side
ROOM = 0.22  # for the name of an image, as a fraction of its larger side
FRAME = "0.7"
MIN_MARKED = 0.05  # fraction of the limit; smaller values get no sign
MIN_PIXEL = 4.0  # points; signs on smaller pixels are illegible
OUTLINE_LEVEL = 0.25  # fraction of the limit at which contours are drawn
MIN_COLUMNS = 5  # up to five images stay in one row
LETTER_WIDTH = 5.5  # points; average width of a letter in a name
IMAGE_SIZE = 1.25  # inches; larger side of an image in a new figure


class Tiles:
    """Positions of images in one pair of axes.

    Parameters
    ----------
    shape : (int, int)
        Shape of every image.
    names : list of str
        Names of the images.
    n_columns : int, default=None
        Number of images in a row. By default the whole plot is a little wider than
        high.
    """

    def __init__(self, shape, names, n_columns=None):
        self.height, self.width = shape
        side, count = max(shape), len(names)
        self.gap, self.room = GAP * side, ROOM * side
        named = (
            side * LETTER_WIDTH / (72 * IMAGE_SIZE) * max(len(name) for name in names)
        )
        self.cell = max(self.width, named)
        down, right = self.height + self.gap + self.room, self.cell + self.gap
        if n_columns is None:
            n_columns = max(
                MIN_COLUMNS, math.ceil(math.sqrt(1.6 * count * down / right))
            )
            n_columns = math.ceil(
                count / math.ceil(count / n_columns)
            )  # balances the rows
        self.n_columns = min(n_columns, count)
        self.n_rows = math.ceil(count / self.n_columns)
        self.down, self.right = down, right

    @property
    def size(self):
        """Height and width of the whole plot, in pixels of the maps."""
        return (
            self.n_rows * self.down - self.gap,
            self.n_columns * self.right - self.gap,
        )

    def figure_size(self):
        """Return width and height in inches of a figure."""
        unit = IMAGE_SIZE / max(self.height, self.width)
        height, width = self.size
        shrink = min(1.0, 9.0 / (unit * width), 9.0 / (unit * height))
        unit *= shrink
        return max(unit * width + 1.2, 3.0), max(unit * height + 0.5, 2.0)

    def corner(self, number):
        """Return x and y of the upper left corner of an image."""
        row, column = divmod(number, self.n_columns)
        left = column * self.right + (self.cell - self.width) / 2
        return left, self.room + row * self.down


def draw_images(ax, maps, names, tiles, limit):
    """Draw maps as images with one colour scale.

    Parameters
    ----------
    ax : matplotlib Axes
    maps : ndarray of shape (n_maps, height, width)
    names : list of n_maps str
    tiles : Tiles
    limit : float
        Largest absolute value of the scale.

    Returns
    -------
    images : list of matplotlib AxesImage
    """
    signed = bool((maps < 0).any())
    height, width = tiles.size
    ax.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    ax.set_aspect("equal")
    hide_frame(ax)
    update_layout(ax)
    pixel = min(cell_size(ax, height, width))
    fontsize = min(max(0.6 * tiles.room * pixel, 6.0), 9.0)
    images = []
    for number, (values, name) in enumerate(zip(maps, names, strict=True)):
        x, y = tiles.corner(number)
        extent = (x, x + tiles.width, y + tiles.height, y)
        colours = colour_scale(limit, signed=signed)
        images.append(
            ax.imshow(values, extent=extent, interpolation="nearest", **colours)
        )
        _frame(ax, extent)
        middle = x + tiles.width / 2
        style = {
            "ha": "center",
            "va": "bottom",
            "fontsize": fontsize,
            "color": TEXT_COLOUR,
        }
        ax.text(middle, y - 0.15 * tiles.room, name, **style)
        if signed:
            _show_signs(ax, values, (x, y), limit, pixel)
    ax.set(xlim=(0, width), ylim=(height, 0))  # imshow changes the limits
    return images


def _frame(ax, extent):
    """Draw a line around an image."""
    left, right, bottom, top = extent
    across, along = [left, right, right, left, left], [bottom, bottom, top, top, bottom]
    ax.plot(across, along, color=FRAME, linewidth=0.8, clip_on=False)


def _show_signs(ax, values, corner, limit, pixel):
    """Draw signs on large pixels, else contours: dashed at negative values."""
    x, y = corner
    if pixel >= MIN_PIXEL:
        rows, columns = np.nonzero(np.abs(values) > MIN_MARKED * limit)
        places = np.column_stack([x + columns + 0.5, y + rows + 0.5])
        size = min(0.5 * pixel, 7.0)
        mark_signs(ax, places, values[rows, columns], limit, size)
        return
    across, along = (
        x + np.arange(values.shape[1]) + 0.5,
        y + np.arange(len(values)) + 0.5,
    )
    for level, style in (
        (OUTLINE_LEVEL * limit, "solid"),
        (-OUTLINE_LEVEL * limit, "dashed"),
    ):
        if min(values.shape) > 1 and values.min() < level < values.max():
            ax.contour(
                across,
                along,
                values,
                levels=[level],
                colors="0.15",
                linewidths=0.8,
                linestyles=style,
            )
