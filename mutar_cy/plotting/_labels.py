"""Names at the ends of lines, in place of a legend."""

import numpy as np
from sklearn.isotonic import isotonic_regression

from mutar_cy.plotting._axes import settle, size_of

# Okabe and Ito's colours, which colour-blind people can tell apart, less the yellow,
# which nobody sees on white. Seven and four have no common factor: 28 lines differ.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
STYLES = ("-", "--", "-.", ":")
FAINT, INK = "0.75", "0.15"  # names are in ink: bright colours are hard to read


def look(rank):
    """Return how to draw the line of this rank; None is for lines in the background."""
    if rank is None:
        return {"color": FAINT, "linewidth": 0.8, "zorder": 1}
    return {
        "color": COLOURS[rank % len(COLOURS)],
        "linestyle": STYLES[rank % len(STYLES)],
        "linewidth": 1.8,
        "zorder": 2,
    }


def spread(heights, gap, top):
    """Move labels apart, as little as possible in the sum of squares.

    Parameters
    ----------
    heights : ndarray of shape (n_labels,)
        Where the labels belong, in any order.
    gap : float
        The least distance between two; less if they would not fit.
    top : float
        No label comes to be above it, and none below 0.

    Returns
    -------
    heights : ndarray of shape (n_labels,)
    """
    if not len(heights):
        return heights
    order = np.argsort(heights, kind="stable")
    gap = min(gap, top / max(len(heights) - 1, 1))
    steps = gap * np.arange(len(heights))
    moved = isotonic_regression(
        heights[order] - steps, y_min=0.0, y_max=max(top - steps[-1], 0.0)
    )
    spread_out = np.empty(len(heights))
    spread_out[order] = moved + steps
    return spread_out


def label_ends(ax, lines, *, at_edge=True, fontsize=9):
    """Write each line's label beside its end.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits are final.
    lines : list of Line2D
    at_edge : bool, default=True
        Whether labels are at the right edge of the axes, or where lines end.
    fontsize : float, default=9

    Returns
    -------
    labels : list of Annotation
    """
    ends = np.array([_end(line) for line in lines]).reshape(-1, 2)
    settle(ax)
    points, _ = size_of(ax)
    to_axes = ax.transData + ax.transAxes.inverted()
    at = points * to_axes.transform(ends)[:, 1]
    heights = spread(at, 1.3 * fontsize, points) / points
    beside = _right_of(ax, at_edge, 14)
    return [
        ax.annotate(
            line.get_label(),
            xy=tuple(end),
            xytext=(1 if at_edge else end[0], height),
            textcoords=beside,
            path_effects=halo(),
            color=INK,
            fontsize=fontsize,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": line.get_color(),
                "linewidth": 1.2,
                "shrinkA": 0,
                "shrinkB": 2,
                "relpos": (0, 0.5),
            },
        )
        for line, end, height in zip(lines, ends, heights, strict=True)
    ]


def _end(line):
    """Return the last point of a line that is one."""
    points = np.asarray(line.get_xydata(), dtype=np.float64)
    return points[np.isfinite(points).all(axis=1)][-1]


def _right_of(ax, at_edge, points):
    """Return fractions of the axes' height, and of the width or data, moved."""
    from matplotlib import transforms

    across = ax.transAxes if at_edge else ax.transData
    blended = transforms.blended_transform_factory(across, ax.transAxes)
    return transforms.offset_copy(blended, ax.figure, points, 0, units="points")


def halo():
    """Return what keeps lines behind a text from striking it out."""
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.5, foreground="white")]
