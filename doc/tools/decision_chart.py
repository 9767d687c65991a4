"""Draw the decision chart of "Which model do I need?" as SVG with links.

The chart is part of the page, so that it has the page's colours, light and dark, and
its names are links. Units are CSS pixels: 360 of them fit on a phone.
"""

from html import escape
from textwrap import wrap

WIDTH = 360
LEFT, RIGHT = 164, 162  # widths of questions and answers
LINE, PAD, GAP = 17, 9, 26
# A question, and the classes to use if its answer is yes.
STEPS = [
    (
        "Do you have code for Lasso or MultiTaskLasso of scikit-learn?",
        ["linear_model.Lasso", "linear_model.MultiTaskLasso"],
    ),
    (
        "Do tasks have features near each other (on a line, an image, a surface), "
        "not the same ones?",
        ["MTW", "ReMTW"],
    ),
    (
        "Do tasks have no features in common?",
        ["IndLasso", "IndLassoClassifier", "IndRewLasso"],
    ),
    (
        "Do you want few features with little shrinkage (non-convex model)?",
        ["ReweightedGroupLasso", "MultiLevelLasso"],
    ),
    (
        "Are the effects of a feature similar in all tasks?",
        ["DataSharedLasso"],
    ),
    (
        "Does some task also have features of its own?",
        ["DirtyModel", "DirtyClassifier"],
    ),
]
TIP = (
    '<defs><marker id="chart-tip" markerWidth="7" markerHeight="7" refX="6" '
    'refY="3.5" orient="auto"><path class="chart-tip" d="M0,0 L7,3.5 L0,7 z"/>'
    "</marker></defs>"
)
LAST = ["GroupLasso", "GroupLassoClassifier"]


def text(x, y, lines, anchor="start"):
    """Return lines of text from a baseline on."""
    spans = [
        f'<tspan x="{x}" y="{y + i * LINE}">{escape(line)}</tspan>'
        for i, line in enumerate(lines)
    ]
    return f'<text text-anchor="{anchor}">{"".join(spans)}</text>'


def box(x, y, width, height, kind):
    """Return a rounded box of a class that the style sheet colours."""
    return (
        f'<rect class="chart-{kind}" x="{x}" y="{y}" width="{width}" '
        f'height="{height}" rx="6"/>'
    )


def models(x, y, names, root):
    """Return names of classes as links, one below the other."""
    return "".join(
        f'<a href="{root}generated/mutar_cy.{name}.html">'
        f"{text(x, y + i * LINE, [name.removeprefix('linear_model.')], 'middle')}</a>"
        for i, name in enumerate(names)
    )


def arrow(x1, y1, x2, y2):
    """Return an arrow from one point to another."""
    return (
        f'<line class="chart-arrow" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" '
        'marker-end="url(#chart-tip)"/>'
    )


def draw(root):
    """Return the chart; ``root`` is the way from its page to the site's root."""
    parts, y = [], 2
    middle, start = LEFT / 2 + 2, WIDTH - RIGHT - 2
    for question, names in STEPS:
        lines = wrap(question, 21)
        height = max(len(lines), len(names)) * LINE + 2 * PAD
        parts += [
            box(2, y, LEFT, height, "question"),
            text(12, y + PAD + 12 + (height - 2 * PAD - len(lines) * LINE) / 2, lines),
            arrow(LEFT + 2, y + height / 2, start - 2, y + height / 2),
            text((LEFT + start) / 2, y + height / 2 - 5, ["yes"], "middle"),
            box(start, y, RIGHT, height, "answer"),
            models(
                start + RIGHT / 2,
                y + PAD + 12 + (height - 2 * PAD - len(names) * LINE) / 2,
                names,
                root,
            ),
            arrow(middle, y + height, middle, y + height + GAP - 3),
            text(middle + 8, y + height + 17, ["no"]),
        ]
        y += height + GAP
    parts += [
        box(2, y, LEFT, len(LAST) * LINE + 2 * PAD, "answer"),
        models(middle, y + PAD + 12, LAST, root),
    ]
    height = y + len(LAST) * LINE + 2 * PAD + 2
    label = "Six yes or no questions that lead to a model"
    return (
        f'<svg class="chart" role="img" aria-label="{label}" '
        f'viewBox="0 0 {WIDTH} {height:g}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{label}</title>{TIP}{''.join(parts)}</svg>\n"
    )
