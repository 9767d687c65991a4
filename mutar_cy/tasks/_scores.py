"""How good the answers of a fitted model are."""

import numpy as np
from sklearn.metrics import r2_score

from mutar_cy.tasks._answers import predict
from mutar_cy.tasks._arrays import check_offset, check_target, check_weights
from mutar_cy.tasks._layouts import has_own_designs, task_list
from mutar_cy.tasks._problem import read_offsets, read_weights


def score(model, X, y, sample_weight=None, task=None):
    """Return R squared: pooled or averaged for a table, else one number per task."""
    return compare(
        predict(model, X, task),
        y,
        sample_weight,
        own=has_own_designs(X),
        missing=model.missing_targets == "ignore",
    )


def r_squared(y, guess, weights, offset, average):
    """Return R squared over all columns; missing targets count for nothing.

    Parameters
    ----------
    y, guess : ndarray of shape (n_samples,) or (n_samples, n_columns)
        Targets, NaN where they are missing; predictions without the offsets.
    weights : None, or ndarray of shape (n_samples,) or of the shape of ``y``
    offset : None, or ndarray of shape (n_samples, n_columns)
    average : {"uniform_average", "variance_weighted"}
    """
    y = y if offset is None else y - offset.reshape(y.shape)
    if not np.isnan(y).any() and (weights is None or weights.ndim == 1):
        return r2_score(y, guess, sample_weight=weights, multioutput=average)
    scores, variances = [], []
    for v, own, w in zip(*columns_with_weights(y, guess, weights), strict=True):
        here = ~np.isnan(v) & (w > 0)
        scores.append(r2_score(v[here], own[here], sample_weight=w[here]))
        mean = np.average(v[here], weights=w[here])
        variances.append(w[here] @ (v[here] - mean) ** 2)
    pooled = average == "variance_weighted" and any(variances)
    return np.average(scores, weights=variances if pooled else None)


def columns_with_weights(y, guess, weights):
    """Return targets, predictions and weights, of shape (n_columns, n_samples) each."""
    Y, guess = (v.reshape(len(v), -1).T for v in (y, guess))
    weights = np.ones(len(y)) if weights is None else weights
    return Y, guess, np.broadcast_to(weights.reshape(len(y), -1).T, Y.shape)


def compare(
    guess,
    y,
    sample_weight=None,
    *,
    own,
    missing=False,
    offset=None,
    measure=r_squared,
):
    """Compare predictions with targets, in one number per design.

    Parameters
    ----------
    guess : ndarray, or list of ndarray
        Predictions without the offsets, in the layout of ``y``.
    y, sample_weight, offset
        As given to ``score``.
    own : bool
        Whether every task has a design of its own.
    missing : bool, default=False
        Whether NaN may stand for a missing target.
    measure : callable
        Called as `r_squared` is.

    Returns
    -------
    score : float, or ndarray of shape (n_tasks,)
    """
    if not own:
        y = check_target(y, "y", missing=missing)
        _same_shape(y, guess)
        weights = check_weights(sample_weight, y.shape)
        offset = check_offset(offset, y.shape)
        return measure(y, guess, weights, offset, "uniform_average")
    targets = [
        check_target(v, f"y of task {k}", missing=missing)
        for k, v in enumerate(task_list(y, len(guess), "y"))
    ]
    for k, (v, its_guess) in enumerate(zip(targets, guess, strict=True)):
        _same_shape(v, its_guess, f" of task {k}")
    shapes = [v.shape for v in targets]
    weights, offsets = read_weights(sample_weight, shapes), read_offsets(offset, shapes)
    entries = zip(targets, guess, weights, offsets, strict=True)
    return np.array([measure(*entry, "variance_weighted") for entry in entries])


def _same_shape(y, guess, owner=""):
    if y.shape != guess.shape:
        raise ValueError(
            f"y{owner} has shape {y.shape}, but the predictions for X have shape "
            f"{guess.shape}."
        )
