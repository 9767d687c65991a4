"""Images of several maps in one pair of axes."""

import math

import numpy as np

from mutar_cy.plotting._axes import settle
from mutar_cy.plotting._labels import INK
from mutar_cy.plotting._signed import cell_size, colours_of, frame_off, mark_signs

GAP = 0.1  # of the larger side of an image, between two
ROOM = 0.22  # of the same, for a name
FRAME = "0.7"
MARKED = 0.05  # of the limit: smaller pixels carry no sign
LEAST = 4.0  # points: signs in smaller pixels would not be legible
OUTLINE = 0.25  # of the limit: there they are outlined
ROW = 5  # so many are not broken into two rows
LETTER = 5.5  # points: the width of one in a name
INCHES = 1.25  # the larger side of an image in a new figure


class Tiles:
    """Where images stand.

    Parameters
    ----------
    shape : (int, int)
        Of every image.
    names : list of str
        One for every image.
    n_columns : int, default=None
        Of images. By default so that all of them together are a little wider than
        high.
    """

    def __init__(self, shape, names, n_columns=None):
        self.height, self.width = shape
        side, count = max(shape), len(names)
        self.gap, self.room = GAP * side, ROOM * side
        named = side * LETTER / (72 * INCHES) * max(len(name) for name in names)
        self.cell = max(self.width, named)
        down, right = self.height + self.gap + self.room, self.cell + self.gap
        if n_columns is None:
            n_columns = max(ROW, math.ceil(math.sqrt(1.6 * count * down / right)))
            n_columns = math.ceil(count / math.ceil(count / n_columns))  # full rows
        self.n_columns = min(n_columns, count)
        self.n_rows = math.ceil(count / self.n_columns)
        self.down, self.right = down, right

    @property
    def size(self):
        """Height and width of all of them together."""
        return (
            self.n_rows * self.down - self.gap,
            self.n_columns * self.right - self.gap,
        )

    def figure_size(self):
        """Return width and height in inches of a figure."""
        unit = INCHES / max(self.height, self.width)
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
    """Draw maps as images in one scale of colours.

    Parameters
    ----------
    ax : matplotlib Axes
    maps : ndarray of shape (n_maps, height, width)
    names : list of n_maps str
    tiles : Tiles
    limit : float
        The largest absolute value.

    Returns
    -------
    images : list of matplotlib AxesImage
    """
    signed = bool((maps < 0).any())
    height, width = tiles.size
    ax.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    ax.set_aspect("equal")
    frame_off(ax)
    settle(ax)
    pixel = min(cell_size(ax, height, width))
    fontsize = min(max(0.6 * tiles.room * pixel, 6.0), 9.0)
    images = []
    for number, (values, name) in enumerate(zip(maps, names, strict=True)):
        x, y = tiles.corner(number)
        extent = (x, x + tiles.width, y + tiles.height, y)
        colours = colours_of(limit, signed=signed)
        images.append(
            ax.imshow(values, extent=extent, interpolation="nearest", **colours)
        )
        _frame(ax, extent)
        middle = x + tiles.width / 2
        style = {"ha": "center", "va": "bottom", "fontsize": fontsize, "color": INK}
        ax.text(middle, y - 0.15 * tiles.room, name, **style)
        if signed:
            _tell_signs(ax, values, (x, y), limit, pixel)
    ax.set(xlim=(0, width), ylim=(height, 0))  # images have limits of their own
    return images


def _frame(ax, extent):
    """Draw a line around an image."""
    left, right, bottom, top = extent
    across, along = [left, right, right, left, left], [bottom, bottom, top, top, bottom]
    ax.plot(across, along, color=FRAME, linewidth=0.8, clip_on=False)


def _tell_signs(ax, values, corner, limit, pixel):
    """Draw signs on large pixels; outline small ones, negative ones by dashes."""
    x, y = corner
    if pixel >= LEAST:
        rows, columns = np.nonzero(np.abs(values) > MARKED * limit)
        places = np.column_stack([x + columns + 0.5, y + rows + 0.5])
        size = min(0.5 * pixel, 7.0)
        mark_signs(ax, places, values[rows, columns], limit, size)
        return
    across, along = (
        x + np.arange(values.shape[1]) + 0.5,
        y + np.arange(len(values)) + 0.5,
    )
    for level, style in ((OUTLINE * limit, "solid"), (-OUTLINE * limit, "dashed")):
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
