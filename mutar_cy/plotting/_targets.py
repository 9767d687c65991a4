"""Where duality gaps have to get to."""

import numpy as np

from mutar_cy.plotting._axes import MARK

BELOW = 100  # of the target: smaller gaps need not be told apart


def limits(drawn):
    """Return the lower and the upper end of an axis of logarithms of gaps.

    Parameters
    ----------
    drawn : iterable of (ndarray, ndarray, ndarray)
        Where, gaps, and targets; what is not positive has no logarithm.
    """
    _, gaps, targets = (_positive(each) for each in zip(*drawn, strict=True))
    values = np.concatenate([gaps, targets])
    if not len(values):
        return 0.1, 10.0
    least = targets.min() / BELOW if len(targets) else 0.0
    return max(values.min(), least) / 3, values.max() * 3


def _positive(arrays):
    values = np.concatenate(arrays)
    return values[np.isfinite(values) & (values > 0)]


def draw_targets(ax, drawn, lines):
    """Draw dashed lines at the targets, one for all estimators that have it in common.

    Parameters
    ----------
    ax : matplotlib Axes
    drawn : iterable of (ndarray, ndarray, ndarray)
        Where, gaps, and targets of each estimator.
    lines : list of matplotlib Line2D
        The estimators' gaps.

    Returns
    -------
    target_lines : list of matplotlib Line2D
    """
    found, seen = [], []
    for (at, _, targets), line in zip(drawn, lines, strict=True):
        own = np.unique(targets[np.isfinite(targets)]).tolist()
        if not own or own in seen:
            continue
        seen.append(own)
        style = {**MARK, "color": line.get_color(), "zorder": 0}
        if len(own) == 1:
            found.append(ax.axhline(own[0], **style))
        else:
            found += ax.plot(at, targets, **style)
    if len(found) == 1:
        found[0].set_color(MARK["color"])
    if found:
        _name(ax, seen[0][0])
    return found


def _name(ax, target):
    """Write what the line is above its left end."""
    ax.annotate(
        "target",
        xy=(0, target),
        xycoords=ax.get_yaxis_transform(),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=8,
        color=MARK["color"],
    )
