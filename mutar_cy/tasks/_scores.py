"""Scores of a fitted model: R squared, of all tasks or of each."""

import numpy as np
from sklearn.metrics import r2_score

from mutar_cy.tasks._arrays import (
    check_offset,
    check_target,
    check_task_offsets,
    check_task_weights,
    check_weights,
    task_list,
)
from mutar_cy.tasks._layouts import has_task_designs
from mutar_cy.tasks._predict import predict


def score(model, X, y, sample_weight=None, task=None):
    """Return R squared: a mean over columns for a table, else one number per task."""
    return score_predictions(
        predict(model, X, task),
        y,
        sample_weight,
        per_task=has_task_designs(X),
        missing=model.missing_targets == "ignore",
    )


def r_squared(y, prediction, weights, offset, average):
    """Return R squared over all columns, without missing targets.

    Parameters
    ----------
    y, prediction : ndarray of shape (n_samples,) or (n_samples, n_columns)
        Targets (NaN: missing), and predictions without offsets.
    weights : None, or ndarray of shape (n_samples,) or of the shape of ``y``
    offset : None, or ndarray of shape (n_samples, n_columns)
    average : {"uniform_average", "variance_weighted"}
    """
    y = y if offset is None else y - offset.reshape(y.shape)
    if not np.isnan(y).any() and (weights is None or weights.ndim == 1):
        return r2_score(y, prediction, sample_weight=weights, multioutput=average)
    scores, variances = [], []
    for v, v_hat, w in zip(*columns_with_weights(y, prediction, weights), strict=True):
        counts = ~np.isnan(v) & (w > 0)
        v, v_hat, w = v[counts], v_hat[counts], w[counts]
        scores.append(r2_score(v, v_hat, sample_weight=w))
        variances.append(w @ (v - np.average(v, weights=w)) ** 2)
    pooled = average == "variance_weighted" and any(variances)
    return np.average(scores, weights=variances if pooled else None)


def columns_with_weights(y, prediction, weights):
    """Return targets, predictions and weights, of shape (n_columns, n_samples) each."""
    Y, prediction = (v.reshape(len(v), -1).T for v in (y, prediction))
    weights = np.ones(len(y)) if weights is None else weights
    return Y, prediction, np.broadcast_to(weights.reshape(len(y), -1).T, Y.shape)


def score_predictions(
    prediction,
    y,
    sample_weight=None,
    *,
    per_task,
    missing=False,
    offset=None,
    measure=r_squared,
):
    """Compare predictions with targets, in one number per array of targets.

    Parameters
    ----------
    prediction : ndarray, or list of ndarray
        Predictions without the offsets, in the layout of ``y``.
    y, sample_weight, offset
        As given to ``score``.
    per_task : bool
        Whether ``y`` holds one array per task.
    missing : bool, default=False
        Whether NaN marks missing targets.
    measure : callable
        With the signature of `r_squared`.

    Returns
    -------
    score : float, or ndarray of shape (n_tasks,)
    """
    if not per_task:
        y = check_target(y, "y", missing=missing)
        _same_shape(y, prediction)
        weights = check_weights(sample_weight, y.shape)
        offset = check_offset(offset, y.shape)
        return measure(y, prediction, weights, offset, "uniform_average")
    targets = [
        check_target(y_k, f"y of task {k}", missing=missing)
        for k, y_k in enumerate(task_list(y, len(prediction), "y"))
    ]
    for k, (y_k, prediction_k) in enumerate(zip(targets, prediction, strict=True)):
        _same_shape(y_k, prediction_k, f" of task {k}")
    shapes = [y_k.shape for y_k in targets]
    weights = check_task_weights(sample_weight, shapes)
    offsets = check_task_offsets(offset, shapes)
    entries = zip(targets, prediction, weights, offsets, strict=True)
    return np.array([measure(*entry, "variance_weighted") for entry in entries])


def _same_shape(y, prediction, owner=""):
    if y.shape != prediction.shape:
        raise ValueError(
            f"y{owner} has shape {y.shape}, but the predictions for X have shape "
            f"{prediction.shape}."
        )
