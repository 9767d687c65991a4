"""Values written into the cells of a table."""

import numpy as np

from mutar_cy.plotting._signed import FAINT_MARK, STRONG, STRONG_MARK, mark_signs

LEGIBLE = 4.5  # points: values are not written smaller than that


def write_values(ax, shown, values_format, size):
    """Write values into cells of some size in points, if they are legible there."""
    if values_format is None:
        return []
    written = [[_write(value, values_format) for value in row] for row in shown]
    longest = max(len(text) for row in written for text in row)
    fontsize = min(9.0, 0.84 * size / (0.6 * longest))
    if fontsize < LEGIBLE:
        return []
    style = {"ha": "center", "va": "center", "fontsize": fontsize}
    return [
        ax.text(
            j,
            i,
            text,
            color=STRONG_MARK if abs(value) > STRONG else FAINT_MARK,
            **style,
        )
        for i, (row, values) in enumerate(zip(written, shown, strict=True))
        for j, (text, value) in enumerate(zip(row, values, strict=True))
    ]


def mark_negative(ax, shown, size):
    """Draw a minus on what is below 0, in cells of some size in points."""
    rows, columns = np.nonzero(shown < 0)
    marks = mark_signs(
        ax, np.column_stack([columns, rows]), shown[rows, columns], 1.0, 0.4 * size
    )
    return marks.get("-")


def _write(value, values_format):
    """Write a value with a minus sign as long as a plus sign is, and no minus zero."""
    text = format(value, values_format)
    zero = format(0.0, values_format)
    return zero if text == f"-{zero}" else text.replace("-", "\N{MINUS SIGN}")
