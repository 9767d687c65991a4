"""Warnings that are issued at the line of the user's code that called the package."""

import sys
import warnings
from types import FrameType

# Frames of these packages are skipped: scikit-learn wraps fits with its callbacks and
# calls them from searches, and joblib calls these.
INTERNAL = {"mutar_cy", "sklearn", "joblib", "contextlib"}


def find_stack_level():
    """Return the ``stacklevel`` of the first frame outside the package.

    The level is for a ``warnings.warn`` in the function that calls this one.
    """
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None:
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in INTERNAL:
            break
        frame, level = frame.f_back, level + 1
    return level


def warn_user(message, category=UserWarning):
    """Warn at the line of the user's code that called the package."""
    warnings.warn(message, category, stacklevel=find_stack_level())
