"""Callbacks of fits: scikit-learn's, and recorders of iterations."""

import functools
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sklearn

from mutar_cy._lib import warn_user
from mutar_cy.objectives._selectors import refuse_selectors

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn before 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Accept callbacks where scikit-learn has none to call: they do nothing."""

        def set_callbacks(self, *callbacks):
            """Warn that the callbacks will not be called, and return the estimator."""
            if callbacks:
                warn_user(
                    f"{type(self).__name__} calls no callbacks, so that its fits show "
                    f"no progress: scikit-learn {sklearn.__version__} has none; "
                    "install scikit-learn 1.9 or later."
                )
            return self

    def with_callbacks(method):
        """Return the method: there is no callback to tear down."""
        return method


__all__ = ["CallbackSupportMixin"]

_RECORDER: ContextVar[Any] = ContextVar("recorder", default=None)


@contextmanager
def recording_iterations(recorder):
    """Report the iterations of the fits in a ``with`` block, of this thread only.

    Unlike a callback of scikit-learn, a recorder receives numbers and takes next to no
    time, so that a fit can be timed with it.

    Parameters
    ----------
    recorder : callable
        Called as ``recorder(n_iter, gap, target)`` after every outer iteration.
    """
    token = _RECORDER.set(recorder)
    try:
        yield
    finally:
        _RECORDER.reset(token)


class SolverCallback:
    """Report the steps of a fit to a recorder and to scikit-learn's callbacks.

    Parameters
    ----------
    recorder : callable or None
        As `recording_iterations` takes it.
    estimator : estimator or None
        The estimator whose callbacks are called; None if it has none.
    X, y : object
        As given to ``fit``.
    step : str, default="iteration"
        The name of a step.
    n_steps : int, default=None
        The number of steps, if it is known.
    """

    def __init__(self, recorder, estimator, X, y, step="iteration", n_steps=None):
        self.recorder, self.estimator, self.step = recorder, estimator, step
        self.data = {"X": X, "y": y}
        if estimator is not None:
            self.context = estimator._init_callback_context(max_subtasks=n_steps)
            self.context.call_on_fit_task_begin(estimator=estimator, **self.data)

    def __call__(self, n_iter, gap, target):
        """Report one outer iteration of a solver, or one fold."""
        if self.recorder is not None:
            self.recorder(n_iter, gap, target)
        if self.estimator is not None:
            step = self.context.subcontext(task_name=self.step)
            step.call_on_fit_task_begin(estimator=self.estimator, **self.data)
            step.call_on_fit_task_end(estimator=self.estimator, **self.data)

    def close(self, fitted):
        """Report the end of the fit, with the fitted attributes."""
        if self.estimator is not None:
            self.context.call_on_fit_task_end(
                estimator=self.estimator, reconstruction_attributes=fitted, **self.data
            )


def solver_callback(estimator, X, y, **steps):
    """Return the callback of a fit, or None if nothing listens."""
    recorder = _RECORDER.get()
    listens = getattr(estimator, "_skl_callbacks", None)
    if recorder is None and not listens:
        return None
    return SolverCallback(recorder, estimator if listens else None, X, y, **steps)


def current_recorder():
    """Return the recorder of this thread as a callback, or None."""
    recorder = _RECORDER.get()
    return None if recorder is None else SolverCallback(recorder, None, None, None)


def all_or_nothing(fit):
    """Decorate ``fit``: an error leaves the estimator as it was before.

    It manages scikit-learn's callbacks, too.
    """
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
