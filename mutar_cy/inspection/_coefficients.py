"""Coefficients of a fitted model and the meaning of their axes."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.groups import block_names


class Coefficients(NamedTuple):
    """Coefficients with features on the first axis, for any model."""

    values: np.ndarray  # (n_features, ...), one axis per entry of axes
    axes: list  # pairs of the name of an axis and its labels


def refuse_unfitted(model, who):
    """Raise unless a model is fitted and has coefficients.

    Raises
    ------
    TypeError
        If it has no coefficients.
    NotFittedError
        If it is not fitted.
    """
    check_is_fitted(model)
    if not hasattr(model, "coef_"):
        raise TypeError(
            f"{who} needs a fitted linear model, with coef_, got "
            f"{type(model).__name__}."
        )


def read_coefficients(model, part=None):
    """Return the coefficients of a fitted model.

    Parameters
    ----------
    model : estimator
        A fitted model of this package, including those of `mutar_cy.linear_model`.
    part : {"shared", "specific"} or None
        Part of the coefficients to return; all of them if None.

    Returns
    -------
    Coefficients
    """
    values = np.asarray(model.coef_ if part is None else _part(model, part))
    if not hasattr(model, "layout_"):
        values = np.atleast_2d(values).T
        return Coefficients(values, [("target", range(values.shape[1]))])
    if hasattr(model, "classes_"):
        values = np.moveaxis(values, 0, -1)
    elif values.ndim == 1:
        alone = model.coef_.ndim == 1
        axis = ("task", model.tasks_) if alone else ("part", [part])
        return Coefficients(values[:, np.newaxis], [axis])
    if hasattr(model, "classes_"):
        several = values.shape[-1] > 1
        last = ("class", model.classes_ if several else model.classes_[1:])
        axes = [("task", model.tasks_), last][-(values.ndim - 1) :]
    else:
        last = ("response", range(values.shape[-1]))
        axes = [("task", model.tasks_), last][: values.ndim - 1]
    return Coefficients(values, axes)


def _part(model, part):
    found = getattr(model, f"coef_{part}_", None)
    if found is None:
        raise ValueError(
            f"part={part!r}, but the coefficients of {type(model).__name__} are not in "
            f"parts."
        )
    return found


def names_of_features(model):
    """Return the names of the features that have coefficients, or None."""
    blocks = getattr(model, "_blocks", None)
    if blocks is not None:
        return block_names(blocks.indices, blocks.columns)
    if not hasattr(model, "feature_names_in_"):
        return None
    table = SimpleNamespace(columns=model.feature_names_in_.tolist())
    return tasks.feature_names(model, table)


def innermost(estimator):
    """Return the model inside a search, a pipeline or a transformed target."""
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif hasattr(estimator, "steps"):
            estimator = estimator.steps[-1][1]
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return estimator
