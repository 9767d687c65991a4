"""What every model of several tasks does around its solver."""

from abc import ABCMeta, abstractmethod
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, StrOptions

from mutar_cy.estimators._fitting import (
    FRAMES,
    CallbackSupportMixin,
    check_parameters,
    reporter,
    warn_unconverged,
    warn_user,
)
from mutar_cy.estimators._follow import Followed

NON_NEGATIVE = [Interval(Real, 0, None, closed="left")]
INSIDE = FRAMES + 1  # frames between warnings.warn and the user's call, in `_fit`


class MultiTaskModel(Followed, CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta):
    """Pose a problem, solve it, and keep what was found.

    A subclass adds its parameters, ``fit``, what it poses and how that is solved.
    """

    _parameter_constraints = {
        "alpha": NON_NEGATIVE,
        "fit_intercept": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": NON_NEGATIVE,
        "positive": ["boolean"],
        "warm_start": ["boolean"],
        "task_weight": ["array-like", None],
        "task_column": [Integral, str, None],
        "unseen_tasks": [StrOptions({"raise", "mean"})],
    }

    @abstractmethod
    def _read(self, X, y, sample_weight=None, task=None):
        """Check the data."""

    @abstractmethod
    def _pose_problem(self, problem):
        """Turn what `_read` returns, or some of its samples, into what solvers take.

        Returns
        -------
        problem : object
            With the number ``n_features`` and the shape ``columns`` of coefficients.
        stack, penalty, groups : object
            As `_minimise` takes them.
        """

    def _pose(self, X, y, **given):
        """Turn data and parameters into what the solver takes."""
        return self._pose_problem(self._read(X, y, **given))

    @abstractmethod
    def _minimise(self, stack, penalty, groups, start, report):
        """Return the solution of what has been posed."""

    @abstractmethod
    def _fitted_attributes(self, problem, solution):
        """Return the attributes that a fit sets."""

    @abstractmethod
    def _alpha_max(self, posed):
        """Return the smallest strength that leaves no coefficient of what is posed."""

    @abstractmethod
    def _posed_at(self, posed, point):
        """Return what is posed with other strengths, a dict of parameters."""

    @abstractmethod
    def _unpenalised(self):
        """Tell whether a strength is zero."""

    def _least_model(self):
        """Name what this is without a penalty, and scikit-learn's estimator of it."""
        return "least squares", "LinearRegression"

    def _fit(self, X, y, **given):
        """Fit to data and what else ``fit`` was given."""
        check_parameters(self)
        problem, stack, penalty, groups = self._pose(X, y, **given)
        if self._unpenalised():
            self._warn_unpenalised(INSIDE + 1)
        start = self._start(problem)
        report = reporter(self, X, y)
        solution = self._minimise(stack, penalty, groups, start, report)
        fitted = self._fitted_attributes(problem, solution)
        if report is not None:
            report.close(fitted)
        self.__dict__.update(fitted)
        self._warn(solution)
        return self

    def _warn_unpenalised(self, frames):
        """Warn that a strength is 0, so many frames from the user's call."""
        what, estimator = self._least_model()
        warn_user(
            f"With alpha=0 nothing is penalised and this is {what}; you are advised to "
            f"use the {estimator} estimator.",
            frames=frames,
        )

    def _warn(self, solution):
        """Warn if the solution is not as good as was asked for."""
        warn_unconverged(solution, frames=INSIDE + 1)

    def _start(self, problem):
        """Return the coefficients to start from, or None for zeros."""
        coef = self._last_coef((problem.n_features, *problem.columns))
        return None if coef is None else coef.reshape(len(coef), -1)

    def _last_coef(self, shape):
        """Return ``coef_`` if it is to be started from, and see that it fits."""
        if not self.warm_start or not hasattr(self, "coef_"):
            return None
        if self.coef_.shape != shape:
            raise ValueError(
                f"warm_start=True, but the coefficients of the last fit have shape "
                f"{self.coef_.shape} and these data ask for {shape}. Set "
                f"warm_start=False to start from zeros."
            )
        return self.coef_.astype(np.float64)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coef_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags


def fitted_attributes(problem, solution):
    """Give the solution the shapes and the precision of the user's data."""
    columns, dtype = problem.columns, problem.dtype
    coef = solution.coef.reshape(-1, *columns).astype(dtype, copy=False)
    intercept = solution.intercept.reshape(columns).astype(dtype)[()]

    def of_columns(value):
        """Reshape what was found for every column, if it was."""
        return np.reshape(value, columns)[()] if np.ndim(value) else value

    return {
        "coef_": coef,
        "intercept_": intercept,
        "n_iter_": int(np.max(solution.n_iter)),
        "dual_gap_": of_columns(solution.dual_gap),
        "objective_": of_columns(solution.objective),
        "tasks_": problem.labels,
        "layout_": problem.layout.name,
        "is_fitted_": True,
    }
