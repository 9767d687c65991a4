"""The compiled descent along a path, on the Gram matrices of all features."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.datafits import GramQuadratic
from mutar_cy.solvers._gram_problem import make_gram_problem, make_statistics
from mutar_cy.solvers._outer_loop import Solution, all_rows
from mutar_cy.solvers._path_descent import PathDescent

# Strengths in one call: the reader of a path may stop early.
RUN = 32
# Calls without any solution, one after another, after which no more are made.
MAX_FAILED = 2


class PathSolutions(NamedTuple):
    """The solutions at successive strengths, in the user's units.

    Numbers of single columns have one more axis. All gaps have met their targets.
    """

    coef: np.ndarray  # (n_strengths, n_features, n_columns)
    intercept: np.ndarray  # (n_strengths, n_columns)
    dual_gap: Any  # n_strengths numbers, as the two below
    gap_target: Any  # of all strengths
    n_iter: Any
    objective: Any
    shared: Any = None  # parts of coef that tasks share, if it is split

    def each(self):
        """Yield the solutions one by one."""
        converged: Any = True
        if np.ndim(self.gap_target):
            converged = np.ones(len(self.gap_target), dtype=bool)
        for k, coef in enumerate(self.coef):
            yield Solution(
                coef,
                self.intercept[k],
                self.dual_gap[k],
                self.gap_target,
                self.n_iter[k],
                converged,
                self.objective[k],
                None if self.shared is None else self.shared[k],
            )


def join_paths(paths):
    """Return the paths of single columns as one, as far as all of them go."""
    n_strengths = min(len(path.coef) for path in paths)
    coefs, intercepts, *numbers = zip(*paths, strict=True)
    gaps, targets, sweeps, objectives = numbers[:4]
    return PathSolutions(
        np.concatenate([coef[:n_strengths] for coef in coefs], axis=2),
        np.concatenate([own[:n_strengths] for own in intercepts], axis=1),
        np.stack([own[:n_strengths] for own in gaps], axis=1),
        np.array(targets),
        np.stack([own[:n_strengths] for own in sweeps], axis=1),
        np.stack([own[:n_strengths] for own in objectives], axis=1),
    )


class GramDescent:
    """Solutions of a problem by compiled code, as far as it is sure of them.

    Parameters
    ----------
    given : GramProblem

    Attributes
    ----------
    last : list of (Penalty, ndarray)
        The last two penalties that it settled, and the coefficients of the rows.
    """

    def __init__(self, given):
        self.given = given
        self.last: list = []
        self._descent: Any = None
        self._exponents: Any = None
        self._n_failed = 0

    def resume(self, coef, alpha):
        """Go on from coefficients (n_rows, n_columns) in scaled units.

        Parameters
        ----------
        coef : ndarray of shape (n_rows, n_columns)
        alpha : float
            The strength that they belong to, in scaled units.
        """
        if self._descent is None:
            self._descent = self._make_descent()
        self._descent.resume(coef, alpha)

    def applies(self, penalty):
        """Return whether a descent for a penalty is likely to find solutions."""
        promising = self._n_failed < MAX_FAILED
        return promising and penalty.rescales and penalty.alpha > 0.0

    def settle(self, penalties, max_iter):
        """Yield solutions for the first of several penalties, as `PathLoop` does."""
        for found in self.runs(penalties, max_iter):
            yield from found.each()

    def runs(self, penalties, max_iter, most=RUN):
        """Yield solutions for the first of several penalties, some at a time.

        Parameters
        ----------
        penalties : list of Penalty
        max_iter : int
        most : int, default=RUN
            Maximum number of strengths at a time.

        Yields
        ------
        PathSolutions
        """
        self.last = []
        if not self.applies(penalties[0]):
            return
        if self._descent is None:
            self._descent = self._make_descent()
        n_settled = 0
        while n_settled < len(penalties):
            run = penalties[n_settled : n_settled + most]
            found = self._descent.run(self._strengths(run), max_iter)
            self.last = [*self.last, *zip(run, found[0], strict=False)][-2:]
            if len(found[0]):
                yield self._solutions(run, *found)
            n_settled += len(found[0])
            if len(found[0]) < len(run):
                break
        self._n_failed = 0 if n_settled else self._n_failed + 1

    def report(self, on_iteration):
        """Call back with the gaps of the last strength, after the fact.

        Those below the target are left out, but for the last one.
        """
        given, history = self.given, self._descent.gaps()
        target = given.tol * given.null
        kept = history[:, 1] > target
        kept[-1] = True
        for n_sweeps, gap in history[kept].tolist():
            pair = max(gap, 0.0), target
            on_iteration(
                int(n_sweeps), *np.ldexp(pair, -2 * given.problem.data.y_exponent)
            )

    def _make_descent(self):
        given, statistics = self.given, self.given.statistics
        n_rows, capacity = len(given.features), statistics.grams.shape[1]
        origin = np.zeros((n_rows, len(statistics.correlation)))
        correlation = np.empty((origin.shape[1], capacity))
        correlation[:, :n_rows] = statistics.correlation
        limits = given.limits
        datafit = GramQuadratic(
            given.row_curvature,
            given.block_ptr,
            given.problem.data.column_ptr,
            statistics.grams,
            correlation,
            origin,
            limits.norm**2,
        )
        penalty = given.problem.penalty.restricted(given.chosen).replaced()
        return PathDescent(datafit, penalty, correlation, limits)

    def _strengths(self, penalties):
        """Return the strengths of penalties in scaled units, a row each."""
        data = self.given.problem.data
        if len(penalties) == 1:
            scaled = penalties[0].in_units(data.x_exponent, data.y_exponent)
            return np.array([[*scaled.strengths().values()]])
        rows = [[*penalty.strengths().values()] for penalty in penalties]
        if self._exponents is None:
            self._exponents = unit_exponents(penalties[0], data)
        return np.ldexp(np.array(rows), self._exponents)

    def _solutions(self, penalties, coefs, gaps, objectives, n_sweeps):
        """Return the solutions in the user's units."""
        given, data = self.given, self.given.problem.data
        shared = self._shared(penalties, coefs)
        coefs, intercepts = all_rows(data, *self._with_free(coefs))
        exponent = -2 * data.y_exponent
        gaps = np.maximum(np.ldexp(gaps, exponent), 0.0).tolist()
        objectives = np.ldexp(objectives, exponent).tolist()
        target = float(np.ldexp(given.tol * given.null, exponent))
        numbers = gaps, target, n_sweeps.tolist(), objectives
        return PathSolutions(coefs, intercepts, *numbers, shared)

    def _with_free(self, coefs):
        """Return the features of all rows and of free blocks, and coefficients."""
        features, free = self.given.features, self.given.free
        if not len(free.features):
            return features, coefs
        data = self.given.problem.data
        rest: Any = [free.coefficients(data, features, coef) for coef in coefs]
        features = np.concatenate([features, free.features])
        rest = np.reshape(rest, (len(coefs), len(free.features), data.n_columns))
        return features, np.concatenate([coefs, rest], axis=1)

    def _shared(self, penalties, coefs):
        """Return the parts of the coefficients that tasks share, or None."""
        given = self.given
        parts = []
        for penalty, coef in zip(penalties, coefs, strict=False):
            own = penalty.restricted(given.chosen)
            parts.append(own.shared_part(coef, given.block_ptr))
            if parts[0] is None:
                return None
        return all_rows(given.problem.data, *self._with_free(np.stack(parts)))[0]


def begin_descent(problem, coef, tol):
    """Return a descent for an ordinary problem, at zero or at given coefficients.

    Parameters
    ----------
    problem : PenalisedProblem
    coef : ndarray of shape (n_features, n_columns), or None
        In the user's units.
    tol : float
        As for `solve`.
    """
    given = make_gram_problem(problem, make_statistics(problem.data), tol)
    descent = GramDescent(given)
    if coef is not None and coef.any():
        start = problem.data.from_user(given.features, coef)
        start = np.maximum(start, 0.0) if problem.positive else start
        descent.resume(start, problem.penalty.alpha)
    return descent


def unit_exponents(penalty, data):
    """Return the powers of two by which strengths differ in scaled units."""
    unit = penalty.replaced(**dict.fromkeys(penalty.strengths(), 1.0))
    steps = [
        np.log2([*unit.in_units(*powers).strengths().values()])
        for powers in ((1, 0), (0, 1))
    ]
    exponents = steps[0] * data.x_exponent + steps[1] * data.y_exponent
    return exponents.astype(np.int64)
