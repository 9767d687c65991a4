"""The objective: data, loss and penalty as one object that can be minimised.

Estimators make objectives; cross-validation, paths, information criteria and stability
selection work on them. An objective knows nothing of estimators.
"""

from abc import ABC, abstractmethod
from copy import copy
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from mutar_cy import tasks
from mutar_cy.losses import SquaredError
from mutar_cy.objectives._degrees_of_freedom import degrees_of_freedom
from mutar_cy.objectives._precision import penalties, round_solution, squared_errors
from mutar_cy.objectives._validation_loss import sparse_coefficients, validation_losses
from mutar_cy.objectives._warnings import refuse_non_finite, warn_unconverged


class FitOptions(NamedTuple):
    """How an objective treats its data, and how far it is minimised."""

    tol: float
    max_iter: int
    fit_intercept: bool = True
    normalize: Any = False  # False, True or "std", as `make_scaled_data` takes it
    task_weight: Any = None  # positive numbers, one per task of the data
    ignores_missing: bool = False  # whether NaN in a target leaves its sample out
    fits_constants: bool = False  # to tasks without a finite optimum; else they raise

    def for_solver(self):
        """Return the options that solvers take, a dict."""
        return {"tol": self.tol, "max_iter": self.max_iter}

    def of_tasks(self, present):
        """Return the options for some of the tasks only."""
        if self.task_weight is None:
            return self
        return self._replace(task_weight=np.asarray(self.task_weight)[present])


def options_of(estimator):
    """Return the fit options among the parameters of an estimator."""
    return FitOptions(
        estimator.tol,
        estimator.max_iter,
        estimator.fit_intercept,
        getattr(estimator, "normalize", False),
        getattr(estimator, "task_weight", None),
        getattr(estimator, "missing_targets", "raise") == "ignore",
        getattr(estimator, "degenerate_tasks", "raise") == "constant",
    )


class ConvexProblem(NamedTuple):
    """A convex problem that a fit ends with, and its solution."""

    parts: list  # of DesignTargets, whose columns are those of the solution
    scaled: Any  # ScaledData, or what else has designs in solver units
    penalty: Any  # one for all columns, or a list of one per column
    groups: list | None  # the rows of each block; None: every row is a block
    solution: Any


class Objective(ABC):
    """Data, loss and penalty: what a fit minimises.

    Parameters
    ----------
    data : TaskData
    make_penalty : callable
        Returns the penalty of all columns of the data, given the strengths.
    strengths : dict
        The penalty strengths: "alpha" and others.
    options : FitOptions

    Attributes
    ----------
    penalty : Penalty or list of Penalty
        The penalty at the strengths, of the columns that the data have.
    parts : list of DesignTargets
        Designs and targets, with weights and missing targets applied.
    scaled : ScaledData
        The data in solver units.
    loss : Loss
    tasks : ndarray of int or None
        After :meth:`restrict`, the tasks that still have rows; None: all.
    """

    loss: Any = SquaredError()
    groups: Any = None
    scaled: Any
    penalty: Any
    solves_by_moments: Any = False  # whether paths need no rows of the data
    has_alpha_max = True  # whether a large alpha makes every coefficient 0
    alpha_per_task = False  # whether every task has an alpha of its own
    # What to do if a fold leaves a task without a finite optimum.
    other_folds = (
        "Take fewer folds, or set degenerate_tasks='constant' to fit a constant there."
    )
    scales_with_alpha: tuple = ()  # strengths in proportion to alpha on a path

    def __init__(self, data, make_penalty, strengths, options):
        self.data, self.make_penalty = data, make_penalty
        self.strengths, self.options = dict(strengths), options
        self.tasks: Any = None
        self._columns: Any = None
        self._prepare()

    def _prepare(self):
        """Make the penalty, apply weights and missing targets, scale the data."""
        self.penalty = self._penalty_at(self.strengths)
        self.parts = self._make_parts()
        self._scale()

    def _make_parts(self):
        """Return designs and targets with weights and missing targets applied."""
        options = self.options
        return tasks.make_parts(
            self.data, options.task_weight, missing=options.ignores_missing
        )

    @abstractmethod
    def _scale(self):
        """Set ``scaled``, the data in solver units."""

    def _penalty_at(self, strengths):
        """Return the penalty of the columns that the data have."""
        penalty = self.make_penalty(**strengths)
        return penalty if self._columns is None else self._of_columns(penalty)

    def _of_columns(self, penalty):
        """Return a penalty of all columns as one of ``self._columns``."""
        return penalty

    @abstractmethod
    def _minimise(self, start, callback):
        """Return the solution, not yet checked for overflow."""

    def solve(self, start=None, callback=None):
        """Minimise the objective to a duality gap.

        Parameters
        ----------
        start : object, default=None
            As :meth:`start_from` returns it; zeros by default.
        callback : callable, default=None
            Called as ``callback(n_iter, gap, target)`` after every outer iteration.

        Returns
        -------
        solution : Solution

        Raises
        ------
        ValueError
            If coefficients are beyond the range of a float, or of the precision of the
            data.

        Warns
        -----
        ConvergenceWarning
            If rounding to the precision of the data brings the gap above its target.
        """
        solution = self._minimise(start, callback)
        for one in self.certified(solution):
            refuse_non_finite(one.coef, one.intercept)
        return self.as_returned(solution)

    def as_returned(self, solution, *, warns=True):
        """Return a solution in the precision of the data, certified there."""
        if self.data.dtype == np.float64:
            return solution
        return round_solution(self, solution, warns=warns)

    def in_precision(self, solution):
        """Return coefficients and intercepts of a solver, rounded as the user's are."""
        dtype = self.data.dtype
        with np.errstate(over="ignore"):  # infinite numbers are refused
            rounded = solution.coef.astype(dtype), solution.intercept.astype(dtype)
        return rounded[0].astype(np.float64), rounded[1].astype(np.float64)

    def data_terms(self, problem, predicted):
        """Return the data term of every column of a convex problem.

        Parameters
        ----------
        problem : ConvexProblem
        predicted : list of ndarray, design ``d``'s of shape (n_samples_d, n_columns_d)
            Linear predictors.
        """
        return squared_errors(problem, predicted)

    def penalty_terms(self, problem, coef):
        """Return the penalty by columns; one of all columns is in the first entry."""
        return penalties(problem, coef)

    @abstractmethod
    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one.

        Parameters
        ----------
        strengths : list of dict
            What :meth:`with_params` takes, in the order of the path.
        """

    def path_coefficients(self, strengths):
        """Yield the coefficients along a path, as `SparseCoefficients` in pieces."""
        yield from sparse_coefficients(self, self.solve_path(strengths))

    @abstractmethod
    def alpha_max(self):
        """Return the smallest alpha at which every penalised coefficient is zero."""

    def with_params(self, **strengths):
        """Return the objective at other penalty strengths; data are shared."""
        other = copy(self)
        other.strengths = {**self.strengths, **strengths}
        other.penalty = self._penalty_at(other.strengths)
        return other

    def with_options(self, **options):
        """Return the objective with other fit options; data are shared."""
        other = copy(self)
        other.options = self.options._replace(**options)
        return other

    def restrict(self, rows):
        """Return the objective of some rows of the data: a fold or a subsample.

        Parameters
        ----------
        rows : list of ndarray of int
            The rows of every design. A task without rows is left out.
        """
        return self._of_data(self.data.take(rows), self.tasks_with_rows(rows))

    def _of_data(self, data, present):
        """Return the objective of data that hold the tasks ``present`` of its own."""
        other, n_tasks = copy(self), len(self.data.labels)
        if len(present) < n_tasks:
            n_columns = self.task_columns()[-1].stop
            kept = np.arange(n_columns).reshape(n_tasks, -1)[present].ravel()
            other._columns = kept if self._columns is None else self._columns[kept]
            other.tasks = present if self.tasks is None else self.tasks[present]
            other.options = self.options.of_tasks(present)
        other.data = data
        other._prepare()
        return other

    @property
    def is_unpenalised(self):
        """Whether a strength is zero, so that nothing is penalised."""
        return not all(np.all(value) for value in self.strengths.values())

    def path_strengths(self, alphas):
        """Return alphas, of all tasks or of each, as the strengths of a path."""
        points: list[dict] = []
        for alpha in alphas:
            alpha = alpha if np.ndim(alpha) else float(alpha)
            point = {"alpha": alpha}
            for name in self.scales_with_alpha:
                own, first = self.strengths[name], self.strengths["alpha"]
                point[name] = float((own / first if first else 1.0) * alpha)
            points.append(point)
        return points

    def largest_alpha(self):
        """Return :meth:`alpha_max`, one per task if every task has an alpha."""
        largest = np.asarray(self.alpha_max())
        if not self.alpha_per_task:
            return float(largest.max())
        return largest.max(axis=1) if largest.ndim > 1 else largest

    @property
    def n_columns(self):
        """The number of columns of coefficients: of all tasks and responses."""
        return sum(Y.shape[1] for Y in self.data.targets)

    @property
    def coef_shape(self):
        """The shape of ``coef_``."""
        return (self.data.n_features, *self.data.columns)

    def start_from(self, coef):
        """Return coefficients of shape ``coef_shape`` as solvers start from them."""
        return coef.reshape(len(coef), -1)

    def to_user(self, solution):
        """Return coefficients (n_features, n_columns[, n_classes]) and intercepts."""
        return solution.coef, solution.intercept

    def user_arrays(self, solution):
        """Return the numbers of a solution in the shapes and precision of the data.

        Returns
        -------
        arrays : dict
            "coef", "intercept", "n_iter", "dual_gap" and "objective", the last two of
            the shape of ``intercept`` where every column has its own. "n_iters" and
            "gap_target" are as the solution has them.
        """
        columns, dtype = self.data.columns, self.data.dtype

        def shaped(value):
            """Reshape a number of every column; leave one of all columns."""
            return np.reshape(value, columns)[()] if np.ndim(value) else value

        coef, intercept = self.to_user(solution)
        return {
            "coef": coef.reshape(-1, *columns).astype(dtype, copy=False),
            "intercept": intercept.reshape(columns).astype(dtype)[()],
            "n_iter": int(np.max(solution.n_iter)),
            "n_iters": solution.n_iter,
            "gap_target": solution.gap_target,
            "dual_gap": shaped(solution.dual_gap),
            "objective": shaped(solution.objective),
        }

    def path_arrays(self, solution):
        """Return `user_arrays` with features first and classes last."""
        return self.user_arrays(solution)

    def has_converged(self, solution):
        """Tell whether the duality gap has met its target."""
        converged = solution.converged
        return converged if isinstance(converged, bool) else bool(converged.all())

    def certified(self, solution):
        """Return the solutions of convex problems that a fit ends with."""
        return [solution]

    def warn(self, solution):
        """Warn if the solution is not as accurate as was asked for."""
        warn_unconverged(solution)

    def convex_problems(self, solution):
        """Return the convex problems of a fit, each with its solution."""
        return [
            ConvexProblem(self.parts, self.scaled, self.penalty, self.groups, solution)
        ]

    def degrees_of_freedom(self, solution):
        """Return the degrees of freedom of a fit, one number per column."""
        return degrees_of_freedom(self, solution)

    def sample_losses(self, y, eta):
        """Return the deviance of every sample, given linear predictors."""
        return self.loss.deviance(y, eta)

    def sample_curvatures(self, y, eta):
        """Return half the second derivative of the deviance of every sample."""
        return self.loss.curvature(y, eta)

    def validation_losses(self, fits, rows, present=None, measure=None):
        """Return the mean loss of some rows for several fits, column by column.

        Parameters
        ----------
        fits : list of SparseCoefficients
        rows : list of ndarray of int
            The held-out rows of every design.
        present : ndarray of int, default=None
            The tasks that the fits know, ascending; all of them by default. Other
            tasks are predicted by the mean of the coefficients.
        measure : callable, default=None
            Returns a number for every sample, given targets and linear predictors;
            :meth:`sample_losses` by default.

        Returns
        -------
        losses : ndarray of shape (n_fits, n_columns)
            NaN where no row is held out.
        weight : float
            Total weight of the rows.
        """
        measure = self.sample_losses if measure is None else measure
        return validation_losses(self, fits, rows, measure, present)

    def task_columns(self):
        """Return the columns of coefficients of every task, a list of slices."""
        data = self.data
        if data.task_codes() is None:  # all tasks share the samples
            return [slice(k, k + 1) for k in range(len(data.labels))]
        ends = np.cumsum([0, *(Y.shape[1] for Y in data.targets)])
        return [slice(*pair) for pair in pairwise(ends)]

    def column_weights(self):
        """Return the weight of every column in a mean over tasks."""
        weights = self.options.task_weight
        weights = np.ones(len(self.data.labels)) if weights is None else weights
        sizes = [own.stop - own.start for own in self.task_columns()]
        return np.repeat(np.asarray(weights) / sizes, sizes)

    def tasks_with_rows(self, rows):
        """Return the numbers of the tasks that have some of the rows of a fold."""
        if self.data.task_codes() is None:
            return np.arange(len(self.data.labels))
        return np.array([k for k, own in enumerate(rows) if len(own)])

    @property
    def group_names(self):
        """The names of the groups of features, or None if features are alone."""
        return None if self.groups is None else list(range(len(self.groups)))

    @property
    def feature_groups(self):
        """The features of every group, or None if features are alone."""
        return self.groups

    def check_fit_possible(self, data, where):
        """Raise if some rows are not enough to fit the model to.

        Parameters
        ----------
        data : TaskData
            Of the rows.
        where : str
            The subject of the message: "Fold 2 of cv".
        """
        for owner, y, _ in data.target_columns():
            if not len(y):
                raise ValueError(f"{where} leaves no target{owner} to fit to.")
            if self.options.fits_constants:
                continue
            if data.classes is None:
                if self.loss.lacks_optimum(y):
                    raise ValueError(
                        f"{where} leaves {self.loss.degenerate_targets}{owner} to fit "
                        f"to. {self.other_folds}"
                    )
                continue
            missing = np.setdiff1d(np.arange(len(data.classes)), y).astype(np.intp)
            if len(missing):
                name = data.classes.tolist()[missing[0]]
                raise ValueError(
                    f"{where} leaves no sample of class {name!r}{owner} to fit to. "
                    f"{self.other_folds}"
                )
