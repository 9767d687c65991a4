"""Where the last solutions of a path lead to."""

from typing import Any, NamedTuple

import numpy as np

FARTHEST = 2.0  # of the last step: no further ahead


class Point(NamedTuple):
    """A solution along a path, and what of the data goes with it."""

    strength: float
    coef: np.ndarray  # (n_rows, n_columns)
    residuals: Any  # list of ndarray, or None where they are not known
    correlation: np.ndarray  # (n_columns, n_features)


class Trail:
    """The last two solutions of a path.

    As long as no block comes or goes, the lasso is linear in its strength, and with it
    residuals and correlations; the group lasso is nearly so.
    """

    def __init__(self):
        self._points = []

    def note(self, point):
        """Remember a solution, in place of another of the same strength."""
        kept = [p for p in self._points if p.strength != point.strength]
        self._points = [*kept[-1:], point._replace(coef=point.coef.copy())]

    def ahead(self, strength):
        """Return the point in line with the last two, or None.

        Parameters
        ----------
        strength : float

        Returns
        -------
        point : Point
            With residuals and correlation for ``coef`` as it is there.
        """
        if len(self._points) < 2:
            return None
        old, new = self._points
        step = (strength - new.strength) / (new.strength - old.strength)
        if not 0.0 < step <= FARTHEST:
            return None
        coef = (1.0 + step) * new.coef
        coef[: len(old.coef)] -= step * old.coef
        residuals = new.residuals
        if residuals is not None:
            pairs = zip(old.residuals, residuals, strict=True)
            residuals = [b + step * (b - a) for a, b in pairs]
        correlation = new.correlation - old.correlation
        correlation *= step
        correlation += new.correlation
        return Point(strength, coef, residuals, correlation)
