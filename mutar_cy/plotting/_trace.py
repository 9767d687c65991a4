"""How far a fit had come, and when."""

from time import perf_counter

import numpy as np
from sklearn.base import clone

from mutar_cy.objectives import recording_iterations
from mutar_cy.plotting._checks import check_numbers

FIELDS = ("seconds", "n_iters", "dual_gaps", "targets")


def record(estimator, X, y, fit_params):
    """Fit a clone, and return how far it had come after every outer iteration.

    Parameters
    ----------
    estimator : estimator
        Fitted or not; it is not changed.
    X, y : object
    fit_params : dict or None

    Returns
    -------
    trace : dict of str to ndarray of shape (n_reports,)
        ``seconds`` since the fit began, ``n_iters``, ``dual_gaps`` and ``targets``.

    Raises
    ------
    TypeError
        If the estimator does not tell.
    """
    copy, reports = clone(estimator), []

    def note(n_iter, gap, target):
        reports.append((perf_counter() - begin, n_iter, gap, target))

    with recording_iterations(note):
        begin = perf_counter()
        copy.fit(X, y, **(fit_params or {}))
    if not reports:
        raise TypeError(
            "The estimator must be one that tells of its iterations, got "
            f"{type(estimator).__name__}."
        )
    columns = np.array(reports, dtype=np.float64).T
    return dict(zip(FIELDS, columns, strict=True))


def check_trace(trace, name):
    """Return the arrays of a trace, or raise a ValueError."""
    lacking = [field for field in FIELDS if field not in trace]
    if lacking:
        raise ValueError(f"The trace of {name!r} lacks {lacking[0]!r}.")
    arrays = {
        field: check_numbers(trace[field], f"{field} of {name!r}", finite=False)
        for field in FIELDS
    }
    shapes = {field: array.shape for field, array in arrays.items()}
    if len(set(shapes.values())) > 1 or len(shapes["seconds"]) != 1:
        raise ValueError(
            f"The arrays of the trace of {name!r} must be 1-D and of one length, got "
            f"shapes {shapes}."
        )
    if not np.isfinite(arrays["dual_gaps"]).any():
        raise ValueError(f"The trace of {name!r} has no dual gap.")
    return arrays


def curves(trace, against):
    """Return what is to be drawn of a trace.

    A fit may consist of several problems, one after another: of tasks that are not
    coupled, or of a reweighted penalty. Each has a gap, a target and a count of
    iterations of its own; iterations are added up, and curves are interrupted between
    problems.

    Parameters
    ----------
    trace : dict of str to ndarray
    against : {"time", "iterations"}

    Returns
    -------
    at, gaps, targets : ndarray of shape (n_points,)
        NaN where curves are interrupted.
    """
    n_iters, targets = trace["n_iters"], trace["targets"]
    fallen = np.diff(n_iters) < 0
    if against == "time":
        at = trace["seconds"]
    else:
        before = np.where(fallen, n_iters[:-1], 0.0)
        at = n_iters + np.concatenate([[0.0], np.cumsum(before)])
    breaks = np.flatnonzero(fallen | (targets[1:] != targets[:-1])) + 1
    columns = np.stack([at, trace["dual_gaps"], targets])
    return np.insert(columns, breaks, np.nan, axis=1)
