"""Solutions along a path of penalty strengths, each from the ones before."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._outer_loop import ALL_IN, OuterLoop

# Largest step of an extrapolation along the path, relative to the last step.
FARTHEST = 2.0
# Largest error of extrapolated correlations, as a share of the decrease of thresholds.
MARGIN = 0.3


class PathPoint(NamedTuple):
    """A solution along a path, with its residuals and correlations."""

    alpha: float
    coef: np.ndarray  # (n_rows, n_columns)
    residuals: Any  # list of ndarray, or None if they are not known
    correlation: np.ndarray  # (n_columns, n_features)


class PathExtrapolator:
    """The last two solutions of a path, extrapolated linearly in alpha.

    While no block comes or goes, the solution of the lasso is linear in alpha, and so
    are residuals and correlations; the solution of the group lasso nearly is.
    """

    def __init__(self):
        self._points = []

    def add(self, point):
        """Remember a solution; it replaces one with the same alpha."""
        kept = [p for p in self._points if p.alpha != point.alpha]
        self._points = [*kept[-1:], point._replace(coef=point.coef.copy())]

    def extrapolate(self, alpha):
        """Return the point in line with the last two solutions, or None.

        Parameters
        ----------
        alpha : float

        Returns
        -------
        point : PathPoint
            With the residuals and correlations of its coefficients.
        """
        if len(self._points) < 2:
            return None
        old, new = self._points
        step = (alpha - new.alpha) / (new.alpha - old.alpha)
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
        return PathPoint(alpha, coef, residuals, correlation)


class PathLoop(OuterLoop):
    """A loop that continues with other penalty strengths from its last solution."""

    extrapolates = True

    def __init__(self, data, penalty, groups, tol):
        super().__init__(data, penalty, groups, tol)
        self.extrapolator = PathExtrapolator()

    def settle(self, penalties, max_iter):
        """Yield the solutions for the first penalties, those that compiled code finds.

        Parameters
        ----------
        penalties : list of Penalty
            In the user's units.
        max_iter : int

        Yields
        ------
        Solution
        """
        yield from ()

    def restart(self, problem, max_iter):
        """Minimise with another penalty strength.

        Coefficients, residuals and correlations start at the extrapolation from the
        last two solutions, if the objective is lower there than at the last one. The
        working set receives the blocks whose norms may exceed their thresholds if they
        grow by as much as these decreased (the strong rule: R. Tibshirani et al., 2012,
        JRSS B 74, section 2), or by ``MARGIN`` of that where norms are extrapolated.
        The next pass over the data corrects the choice.

        Parameters
        ----------
        problem : PenalisedProblem
            The result of ``with_penalty`` of the last one.
        max_iter : int
        """
        before = self.problem.thresholds
        self._remember()
        self.problem = problem
        self.working_set.set_problem(problem)
        self._begin()
        if self.correlation is None:
            return self.minimise(max_iter)
        self.norms = self._dual_norms(self.correlation)
        point = self._measure()
        conjugate = problem.conjugate(self.correlation)
        self.gap = self.certificate.gap(self.primal, point, self.norms, conjugate)
        self.converged = self.gap <= self.target
        if self.converged:
            return
        self._go_on(before, self._start_ahead(), max_iter)

    def _go_on(self, before, margin, max_iter):
        """Add blocks by the strong rule for thresholds ``before``, and minimise."""
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
        """Keep the solution for extrapolation, if its correlations are known."""
        if self.correlation is None:
            return
        if self.partial:  # blocks that were known to be zero may now enter
            self.correlation = self.data.correlate(self.residuals)
        alpha = self.problem.penalty.alpha
        point = PathPoint(
            alpha, self.working_set.coef, self.residuals, self.correlation
        )
        if self.extrapolates:
            self.extrapolator.add(point)

    def _start_ahead(self):
        """Move to the extrapolated solution, if the objective is lower there.

        Returns
        -------
        margin : float
            The largest growth of norms to expect, as a share of that of thresholds.
        """
        point = self.extrapolator.extrapolate(self.problem.penalty.alpha)
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
            self._shift_residuals(moved, shift[moved])
            self.correlation = None
        self._measure()
        if not self.primal < primal:
            working_set.coef, self.residuals, self.correlation = last
            self.primal = primal
            return 1.0
        self.norms = self._dual_norms(point.correlation)
        return MARGIN

    def _inside(self, coef, last):
        """Set rows to zero that have passed through zero since the last solution."""
        if self.problem.positive:
            return np.maximum(coef, 0.0)
        turned = np.einsum("rc,rc->r", coef, last) < 0.0
        coef[turned] = 0.0
        return coef

    def _shift_residuals(self, rows, shift):
        """Update the residuals for a shift of some rows."""
        moves = self.working_set.storage.apply(rows, shift)
        self.residuals = [r - m for r, m in zip(self.residuals, moves, strict=True)]
