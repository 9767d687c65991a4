"""Draw the diagrams of the user guide as SVG, in the colours of the page.

Boxes and arrows are those of the decision chart; units are CSS pixels.
"""

from textwrap import wrap

import numpy as np
from decision_chart import LINE, PAD, TIP, WIDTH, arrow, box, text

from mutar_cy import GroupLasso

GAP = 22
# The parts of a message; the build stops if the code says something else.
MESSAGE = [
    ("argument and rule", "y of task 0 must not be negative with loss='poisson',"),
    ("value", "got -1.0."),
    ("way out", "For targets of both signs take loss='squared_error' or 'huber'."),
]
# The objects of a fit: a name, what it does, and whether a user can add one.
OBJECTS = [
    ("Estimator", "parameters, fit, predict, fitted attributes", False),
    ("Objective", "data, loss and penalty as one object", False),
    ("Design", "products with X: arrays, sparse matrices, chunks", True),
    ("Loss", "value, gradient, curvature, conjugate", True),
    ("Penalty", "value, proximal step, dual norm", True),
    ("Solver", "asks these members and no others", False),
    ("Certificate", "duality gap, from X, the loss and the penalty", False),
]


def svg(parts, height, label):
    """Return a drawing of the width of a phone."""
    return (
        f'<svg class="chart" role="img" aria-label="{label}" '
        f'viewBox="0 0 {WIDTH} {height:g}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{label}</title>{TIP}{''.join(parts)}</svg>\n"
    )


def message():
    """Return the parts of a real error message, each with what it is for."""
    try:
        GroupLasso(loss="poisson").fit(np.eye(4), np.diag([-1.0, 1, 1, 1]))
    except ValueError as error:
        said = str(error)
    if said != " ".join(part for _, part in MESSAGE):
        raise RuntimeError(f"the diagram of an error message is out of date: {said}")
    parts, y = [], 2
    for purpose, words in MESSAGE:
        lines = wrap(words, 29)
        height = len(lines) * LINE + 2 * PAD
        parts += [
            box(2, y, 206, height, "question"),
            text(12, y + PAD + 12, lines),
            text(222, y + PAD + 12, [purpose]),
        ]
        y += height + 8
    return svg(parts, y, "The parts of an error message")


def objects():
    """Return the objects of a fit, from the estimator to the certificate."""
    parts, y = [], 2
    for i, (name, words, open_to_users) in enumerate(OBJECTS):
        lines = wrap(words, 27)
        height = max(len(lines), 1) * LINE + 2 * PAD
        inset = 24 if open_to_users else 0
        kind = "answer" if open_to_users else "question"
        parts += [
            box(2 + inset, y, 108, height, kind),
            text(12 + inset, y + PAD + 12, [name]),
            text(146, y + PAD + 12, lines),
        ]
        y += height
        if i + 1 < len(OBJECTS) and not OBJECTS[i + 1][2]:
            parts.append(arrow(12, y, 12, y + GAP - 3))
            y += GAP
        else:
            y += 8
    label = "The objects of a fit, from the estimator to the certificate"
    return svg(parts, y + 2, label)
