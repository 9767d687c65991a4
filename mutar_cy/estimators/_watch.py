"""Somebody who looks on while estimators fit, whatever these are."""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_WATCH: ContextVar[Any] = ContextVar("watch", default=None)


@contextmanager
def watching(watch):
    """Have the fits of a ``with`` block tell how they go on.

    It is for this thread only. Unlike a callback of scikit-learn, it is told numbers
    and costs the fit next to nothing, so that its time may be taken.

    Parameters
    ----------
    watch : callable
        Called as ``watch(n_iter, gap, target)`` after every outer iteration, as
        solvers call their ``on_iteration``.
    """
    token = _WATCH.set(watch)
    try:
        yield
    finally:
        _WATCH.reset(token)


class Watched:
    """Tell who looks on, and then an estimator's callbacks if it has any.

    Parameters
    ----------
    watch : callable
    report : Reporter or None
    """

    def __init__(self, watch, report):
        self.watch, self.report = watch, report

    def __call__(self, n_iter, gap, target):
        """Pass on one outer iteration of the solver."""
        self.watch(n_iter, gap, target)
        if self.report is not None:
            self.report(n_iter, gap, target)

    def close(self, fitted):
        """Pass on the end."""
        if self.report is not None:
            self.report.close(fitted)


def watched(report):
    """Return a report that whoever looks on is told too, if anybody does."""
    watch = _WATCH.get()
    return report if watch is None else Watched(watch, report)
