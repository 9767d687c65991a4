"""Scores of a fitted model: R squared, of all tasks or of each."""

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import r2_score

from mutar_cy._lib import warn_user
from mutar_cy.tasks._arrays import (
    check_known_target,
    check_offset,
    check_task_offsets,
    check_task_weights,
    check_weights,
    refuse_positions,
    task_list,
)
from mutar_cy.tasks._layouts import has_task_designs
from mutar_cy.tasks._predict import predict

N_SAMPLES_OF_VARIANCE = 2  # R squared compares with the variance of the targets


def score(model, X, y, sample_weight=None, task=None):
    """Return R squared: a mean over columns for a table, else one number per task."""
    return score_predictions(
        predict(model, X, task),
        y,
        sample_weight,
        labels=model.tasks_ if has_task_designs(X) else None,
        missing=model.missing_targets == "ignore",
    )


def r_squared(y, prediction, weights, offset, average):
    """Return R squared over all columns, without missing targets.

    It is NaN where a column has fewer than two samples.

    Parameters
    ----------
    y, prediction : ndarray of shape (n_samples,) or (n_samples, n_columns)
        Targets (NaN: missing), and predictions without offsets.
    weights : None, or ndarray of shape (n_samples,) or of the shape of ``y``
    offset : None, or ndarray of shape (n_samples, n_columns)
    average : {"uniform_average", "variance_weighted"}
    """
    y = y if offset is None else y - offset.reshape(y.shape)
    if len(y) < N_SAMPLES_OF_VARIANCE:
        return np.nan
    if not np.isnan(y).any() and (weights is None or weights.ndim == 1):
        return r2_score(y, prediction, sample_weight=weights, multioutput=average)
    scores, variances = [], []
    for v, v_hat, w in zip(*columns_with_weights(y, prediction, weights), strict=True):
        counts = ~np.isnan(v) & (w > 0)
        v, v_hat, w = v[counts], v_hat[counts], w[counts]
        if len(v) < N_SAMPLES_OF_VARIANCE:
            return np.nan
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
    labels=None,
    missing=False,
    offset=None,
    measure=r_squared,
):
    """Compare predictions with targets, in one number per array of targets.

    Parameters
    ----------
    prediction : ndarray, or list or dict of ndarray
        Predictions without the offsets, in the layout of ``y``.
    y, sample_weight, offset
        As given to ``score``.
    labels : ndarray of shape (n_tasks,), default=None
        Labels of the tasks if ``y`` holds one array per task. Those of a dict are its
        keys.
    missing : bool, default=False
        Whether NaN marks missing targets.
    measure : callable
        With the signature of `r_squared`.

    Returns
    -------
    score : float, ndarray of shape (n_tasks,), or dict of float

    Warns
    -----
    UndefinedMetricWarning
        If a score is NaN; the message names the task.
    """
    if labels is not None:
        labels, by_label = _labels_of(prediction, labels)
        if by_label:
            refuse_positions(y, labels, "y")
            refuse_positions(sample_weight, labels, "sample_weight")
            prediction = list(prediction.values())
        given = sample_weight, offset
        scores = _score_tasks(prediction, y, given, labels, missing, measure)
        return scores if by_label else np.array(list(scores.values()))
    y = check_known_target(y, "y", missing)
    _same_shape(y, prediction)
    weights = check_weights(sample_weight, y.shape)
    offset = check_offset(offset, y.shape)
    total = measure(y, prediction, weights, offset, "uniform_average")
    if not np.isfinite(total):
        _warn_undefined(f"with {len(y)} sample(s)", total)
    return total


def _labels_of(prediction, labels):
    """Return the labels of predictions per task, and whether they are its keys."""
    if isinstance(prediction, dict):
        return list(prediction), True
    known = len(labels) == len(prediction)
    return (labels.tolist() if known else range(len(prediction))), False


def _score_tasks(prediction, y, given, labels, missing, measure):
    """Return the scores of tasks with targets of their own, a dict by label."""
    targets = [
        check_known_target(y_k, f"y of task {label!r}", missing)
        for label, y_k in zip(labels, task_list(y, labels, "y"), strict=True)
    ]
    for label, y_k, own in zip(labels, targets, prediction, strict=True):
        _same_shape(y_k, own, f" of task {label!r}")
    shapes = [y_k.shape for y_k in targets]
    weights = check_task_weights(given[0], shapes, labels)
    offsets = check_task_offsets(given[1], shapes, labels)
    entries = zip(targets, prediction, weights, offsets, strict=True)
    scores = [measure(*entry, "variance_weighted") for entry in entries]
    for label, y_k, one in zip(labels, targets, scores, strict=True):
        if not np.isfinite(one):
            _warn_undefined(f"of task {label!r} with {len(y_k)} sample(s)", one)
    return dict(zip(labels, scores, strict=True))


def _warn_undefined(whose, score):
    """Warn that a score is not a finite number."""
    warn_user(
        f"The score {whose} is {score}: R squared needs two samples or more with a "
        f"target and a weight.",
        UndefinedMetricWarning,
    )


def _same_shape(y, prediction, owner=""):
    if y.shape != prediction.shape:
        raise ValueError(
            f"y{owner} has shape {y.shape}, but the predictions for X have shape "
            f"{prediction.shape}."
        )
