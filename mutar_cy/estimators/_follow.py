"""One model at several strengths, each solved from where the last one ended."""

from collections.abc import Callable
from copy import copy

import numpy as np

from mutar_cy import tasks
from mutar_cy.solvers import join_columns, solve, solve_path


def at_point(model, point):
    """Return a copy of a model with other values of some parameters.

    Parameters
    ----------
    model : estimator
    point : dict
        Of parameters, which are not checked.
    """
    other = copy(model)
    other.__dict__.update(point)
    return other


class Followed:
    """A model that can be solved at several strengths, and held against other data.

    By default one of squared error, with the parameter ``alpha``. A subclass says what
    is posed at other strengths: ``_posed_at``.
    """

    tol: float
    max_iter: int
    _posed_at: Callable
    _alpha_per_task = False  # whether alpha may be one for each task

    def _points(self, alphas):
        """Return strengths, of all tasks or of each, as dicts of parameters."""
        return [{"alpha": a if np.ndim(a) else float(a)} for a in alphas]

    def _follow(self, posed, points):
        """Yield the solutions at several strengths, in their order.

        Parameters
        ----------
        posed : tuple
            As `_pose_problem` returns it.
        points : list of dict
            Of parameters that are strengths.
        """
        _, stack, penalty, groups = posed
        penalties = [self._posed_at(posed, point)[2] for point in points]
        if isinstance(penalty, list):
            yield from follow_columns(stack, penalties, self._options())
        else:
            yield from follow_joint(stack, penalties, groups, self._options())

    def _options(self):
        """Return how far solvers go."""
        return {"tol": self.tol, "max_iter": self.max_iter}

    def _coefficients(self, problem, solution):
        """Return coefficients and intercepts, a column each, in the user's units."""
        return solution.coef, solution.intercept

    def _has_converged(self, solution):
        """Tell whether a solution is as good as was asked for."""
        return bool(np.all(solution.converged))

    def _sample_losses(self, y, eta):
        """Return what linear predictors cost, sample by sample."""
        return np.square(y - eta)

    def _sample_bends(self, y, eta):
        """Return half the second derivatives of these losses, 1 for squared error."""
        return np.ones_like(eta)

    def _convex(self, posed, solution):
        """Return the pieces of a fit, each a convex problem with its solution.

        Returns
        -------
        pieces : list of (parts, stack, penalty, solution)
            Parts and stack have the columns of the solution.
        """
        problem, stack, penalty, _ = posed
        return [(self._parts(problem), stack, penalty, solution)]

    def _certified(self, solution):
        """Return the solutions of convex problems that a fit ends with."""
        return [solution]

    def _parts(self, problem):
        """Return the parts of a problem."""
        missing = getattr(self, "missing_targets", "raise") == "ignore"
        weights = getattr(self, "task_weight", None)
        return tasks.make_parts(problem, weights, missing=missing)


def follow_joint(stack, penalties, groups, options, solvers=(solve, solve_path)):
    """Yield the solutions for penalties of all columns together.

    Parameters
    ----------
    stack : Stack
        Or what else the solvers take.
    penalties : list of Penalty
        In the order in which they are to be solved.
    groups : list of ndarray, or None
    options : dict
        ``tol`` and ``max_iter``.
    solvers : tuple of callable, default=(solve, solve_path)
        Of one penalty, and of several that differ in their strengths.

    Yields
    ------
    Solution
    """
    single, several = solvers
    coef = None
    for run in alike(penalties):
        if len(run) == 1:
            solution = single(stack, run[0], groups, coef, **options)
            coef = solution.coef
            yield solution
            continue
        for solution in several(stack, run, groups, coef, **options):
            coef = solution.coef
            yield solution


def alike(penalties):
    """Cut a list of penalties where they become others than in their strengths."""
    runs: list[list] = []
    last = None
    for penalty in penalties:
        kind = type(penalty), penalty.ridge > 0
        if kind == last:
            runs[-1].append(penalty)
        else:
            runs.append([penalty])
        last = kind
    return runs


def follow_columns(stack, penalties, options):
    """Return the solutions for penalties of every column on its own.

    Parameters
    ----------
    stack : Stack
    penalties : list of list of L21
        One per column, at every point.
    options : dict
        ``tol`` and ``max_iter``.

    Returns
    -------
    solutions : list of Solution
        One per point, as `solve_columns` returns it.
    """
    paths = [
        list(follow_joint(stack.column(c), own, None, options))
        for c, own in enumerate(zip(*penalties, strict=True))
    ]
    return [join_columns(list(found)) for found in zip(*paths, strict=True)]


def strengths_below(largest, eps, n_alphas):
    """Return strengths from the largest down to a fraction of it, all in proportion.

    Parameters
    ----------
    largest : float or ndarray of shape (n_tasks,)
    eps : float
    n_alphas : int

    Returns
    -------
    alphas : ndarray of shape (n_alphas,) or (n_alphas, n_tasks)
    """
    largest = np.maximum(largest, np.finfo(np.float64).resolution)
    return np.geomspace(largest, eps * largest, n_alphas)


def check_strengths_of_path(alphas, name="alphas"):
    """Return strengths in descending order.

    Raises
    ------
    ValueError
        If they are not a sequence of finite numbers of at least 0.
    """
    alphas = np.array(alphas, dtype=np.float64)
    if alphas.ndim != 1 or not len(alphas):
        raise ValueError(f"{name} must be 1-D and not empty, got shape {alphas.shape}.")
    wrong = alphas[~((alphas >= 0) & (alphas < np.inf))]  # NaN too
    if len(wrong):
        raise ValueError(f"{name} must be at least 0 and finite, got {wrong[0]}.")
    return np.sort(alphas)[::-1]
