"""What every fit does around the solver: all or nothing, warnings, callbacks."""

import functools
import warnings
from inspect import signature
from typing import Any

import numpy as np
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import validate_parameter_constraints

from mutar_cy.estimators._selectors import refuse_selectors
from mutar_cy.estimators._watch import watched
from mutar_cy.solvers import solve, solve_columns

__all__ = [
    "CallbackSupportMixin",
    "all_or_nothing",
    "check_parameters",
    "minimise",
    "reporter",
    "warn_unconverged",
    "warn_user",
]


def check_parameters(estimator):
    """Raise unless every parameter is as the class's ``_parameter_constraints`` say.

    This is scikit-learn's validation, and what has passed it once is remembered: in a
    small problem it would take a good part of the time.
    """
    cls: Any = type(estimator)
    values = [getattr(estimator, name) for name in _parameter_names(cls)]
    try:
        hash(tuple(values))
    except TypeError:  # arrays and lists
        _check_values.__wrapped__(cls, *values)
    else:
        _check_values(cls, *values)


@functools.cache
def _parameter_names(cls):
    return list(signature(cls).parameters)


@functools.lru_cache(typed=True)
def _check_values(cls, *values):
    parameters = dict(zip(_parameter_names(cls), values, strict=True))
    validate_parameter_constraints(
        cls._parameter_constraints, parameters, caller_name=cls.__name__
    )


def all_or_nothing(fit):
    """Leave the estimator as it was if ``fit`` does not end."""
    run = with_callbacks(fit)

    @functools.wraps(fit)
    def guarded(estimator, *args, **kwargs):
        before = vars(estimator).copy()
        try:
            run(estimator, *args, **kwargs)
            refuse_selectors(estimator)
        except BaseException:  # Ctrl-C too
            vars(estimator).clear()
            vars(estimator).update(before)
            raise
        return estimator

    return guarded


# Frames between warnings.warn and the user's call of fit: the function that warns,
# the fit itself, guarded, and scikit-learn's wrapper that manages callbacks.
FRAMES = 4 if with_callbacks.__module__.startswith("sklearn") else 3


def warn_user(message, *, category=UserWarning, frames=FRAMES):
    """Warn on the line that called fit, if fit calls this."""
    warnings.warn(message, category, stacklevel=frames + 1)


def warn_unconverged(solution, *, frames=FRAMES):
    """Warn, once and on the line that called fit, if the gap is above its target."""
    if np.all(solution.converged):
        return
    excess = np.atleast_1d(solution.dual_gap - solution.gap_target)
    worst = int(np.argmax(np.where(np.atleast_1d(solution.converged), -1.0, excess)))
    gap = np.atleast_1d(solution.dual_gap)[worst]
    target = np.atleast_1d(solution.gap_target)[worst]
    warnings.warn(
        "Objective did not converge. You might want to increase the number of "
        f"iterations. Duality gap: {gap:.3e}, target: {target:.3e} (tol times the "
        "objective of the null model). Raise max_iter or tol; a very small alpha "
        "makes a problem hard.",
        ConvergenceWarning,
        stacklevel=frames + 1,
    )


def warn_of_folds(n_unconverged, *, frames=FRAMES + 1):
    """Warn that fits to folds have not converged, on the line that called fit."""
    warnings.warn(
        f"Objective did not converge in {n_unconverged} of the fits that strengths "
        "were chosen by. You might want to increase the number of iterations: raise "
        "max_iter or tol, or take larger strengths.",
        ConvergenceWarning,
        stacklevel=frames + 1,
    )


def refuse_non_finite(coef, intercept):
    """Raise if the numbers that the data led to are beyond float."""
    if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
        raise ValueError(
            "Coordinate descent iterations resulted in non-finite parameter values. "
            "The input data may contain large values and need to be preprocessed."
        )


class Reporter:
    """Tell an estimator's callbacks how its fit goes on.

    Parameters
    ----------
    estimator : estimator
        With callbacks set.
    X, y : object
        As the user gave them to fit.
    step : str, default="iteration"
        What a step is called.
    n_steps : int, default=None
        How many there will be, if that is known.
    """

    def __init__(self, estimator, X, y, step="iteration", n_steps=None):
        self.estimator, self.data, self.step = estimator, {"X": X, "y": y}, step
        self.context = estimator._init_callback_context(max_subtasks=n_steps)
        self.context.call_on_fit_task_begin(estimator=estimator, **self.data)

    def __call__(self, n_iter, gap, target):
        """Report one step, as solvers tell of an outer iteration."""
        step = self.context.subcontext(task_name=self.step)
        step.call_on_fit_task_begin(estimator=self.estimator, **self.data)
        step.call_on_fit_task_end(estimator=self.estimator, **self.data)

    def close(self, fitted):
        """Report the end, with the fitted attributes."""
        self.context.call_on_fit_task_end(
            estimator=self.estimator, reconstruction_attributes=fitted, **self.data
        )


def reporter(estimator, X, y, **steps):
    """Return whom to tell how the fit goes on, or None if nobody asks."""
    called_back = getattr(estimator, "_skl_callbacks", None)
    return watched(Reporter(estimator, X, y, **steps) if called_back else None)


def minimise(
    estimator,
    stack,
    penalty,
    *,
    groups=None,
    start=None,
    report=None,
    solver=solve,
):
    """Solve with the parameters ``tol`` and ``max_iter`` of an estimator.

    Parameters
    ----------
    estimator : estimator
    stack : Stack
        Or what else the solver takes.
    penalty : Penalty or list of L21
        One for all columns together, or one for each column on its own.
    groups : list of ndarray, default=None
        The rows that a joint penalty moves together.
    start : ndarray of shape (n_features, n_columns), default=None
        Coefficients to start from.
    report : callable, default=None
        Called after every outer iteration.
    solver : callable, default=solve
        Of a joint penalty.

    Returns
    -------
    Solution
    """
    options = {
        "tol": estimator.tol,
        "max_iter": estimator.max_iter,
        "on_iteration": report,
    }
    if isinstance(penalty, list):
        solution = solve_columns(stack, penalty, start, **options)
    else:
        solution = solver(stack, penalty, groups, start, **options)
    refuse_non_finite(solution.coef, solution.intercept)
    return solution
