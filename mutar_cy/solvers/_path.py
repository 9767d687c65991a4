"""Where the last solutions of a path lead to."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._outer_loop import ALL_IN, Run

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


MARGIN = 0.3  # of the fall of thresholds: how wrong expected correlations may be


class PathRun(Run):
    """A run that goes on with other strengths, from where the last fit ended."""

    follows_trail = True

    def __init__(self, stack, penalty, groups, tol):
        super().__init__(stack, penalty, groups, tol)
        self.trail = Trail()

    def restart(self, problem, max_iter):
        """Minimise with other strengths of the penalty.

        Coefficients, residuals and correlations begin in line with the last two
        solutions, if the objective is lower there than at the last one. Blocks come
        into play whose norms may exceed their thresholds if they grow by as much as
        these have fallen (the strong rule: R. Tibshirani et al., 2012, JRSS B 74,
        section 2), or, where norms are those in line, by a part of that. The next pass
        over the data tells whether it was right.

        Parameters
        ----------
        problem : Problem
            What ``with_penalty`` of the last one returns.
        max_iter : int
        """
        before = self.problem.thresholds
        self._remember()
        self.problem = problem
        self.working_set.take(problem)
        self._begin()
        if self.correlation is None:
            return self.minimise(max_iter)
        self.norms = problem.dual_norms(self.correlation)
        point = self._measure()
        self.gap = self.certificate.gap(self.primal, point, self.norms)
        self.converged = self.gap <= self.target
        if self.converged:
            return
        self._go_on(before, self._go_ahead(), max_iter)

    def _go_on(self, before, margin, max_iter):
        """Bring in what may count at thresholds that were ``before``, and minimise."""
        now, fallen = self.problem.thresholds, np.zeros_like(before)
        np.subtract(before, now, out=fallen, where=np.isfinite(now))
        expected = self.norms + margin * fallen >= now
        chosen = np.flatnonzero(self.candidates & expected)
        if len(chosen):
            self.working_set.add(chosen)
        if len(self.working_set.coef):
            self._load()
            target = ALL_IN * max(self.target, self.rounding)
            self.count(self._descend(target, max_iter))
        self.minimise(max_iter)

    def _remember(self):
        """Note the solution for the way ahead, if the data are known with it."""
        if self.correlation is None:
            return
        if self.partial:  # what was known to be zero need not be so any longer
            self.correlation = self.stack.correlate(self.residuals)
        strength = self.problem.penalty.alpha
        point = Point(strength, self.working_set.coef, self.residuals, self.correlation)
        if self.follows_trail:
            self.trail.note(point)

    def _go_ahead(self):
        """Move to where the last solutions lead to, if the objective is lower there.

        Returns
        -------
        margin : float
            What norms may still grow by, in terms of the fall of thresholds.
        """
        point = self.trail.ahead(self.problem.penalty.alpha)
        if point is None:
            return 1.0
        working_set, primal = self.working_set, self.primal
        last = working_set.coef, self.residuals, self.correlation
        coef = self._inside(point.coef.copy(), working_set.coef)
        shift = coef - point.coef
        moved = np.flatnonzero(shift.any(axis=1))
        working_set.coef, self.residuals = coef, point.residuals
        self.correlation = point.correlation
        if len(moved):
            self.correlation = self._shift(moved, shift[moved], point.correlation)
        self._measure()
        if not self.primal < primal:
            working_set.coef, self.residuals, self.correlation = last
            self.primal = primal
            return 1.0
        self.norms = self.problem.dual_norms(point.correlation)
        return MARGIN

    def _inside(self, coef, last):
        """Put zeros where coefficients have passed through zero since the last."""
        if self.problem.positive:
            return np.maximum(coef, 0.0)
        turned = np.einsum("rc,rc->r", coef, last) < 0.0
        coef[turned] = 0.0
        return coef

    def _shift(self, rows, shift, correlation):
        """Let residuals follow a shift of some rows; return correlations, if known."""
        moves = self.working_set.storage.apply(rows, shift)
        self.residuals = [r - m for r, m in zip(self.residuals, moves, strict=True)]
        return None
