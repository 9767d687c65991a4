"""Coefficients of a fitted model and the meaning of their axes."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.groups import block_names


class Coefficients(NamedTuple):
    """Coefficients with features on the first axis, for any model."""

    values: np.ndarray  # (n_features, ...), one axis per entry of axes
    axes: list  # pairs of the name of an axis and its labels


class FittedModel(NamedTuple):
    """A fitted model, taken out of a search, a pipeline or a transformed target."""

    model: Any
    feature_names: list | None  # of the features that have coefficients


def fitted_model(estimator, who):
    """Return the fitted model inside an estimator, and the names of its features.

    Parameters
    ----------
    estimator : estimator
        A model, or a search, a pipeline or a transformed target around one. The steps
        of a pipeline before the model name the features, if they can.
    who : str
        The function or class that asks, for messages.

    Returns
    -------
    FittedModel

    Raises
    ------
    TypeError
        If there is no model with coefficients.
    NotFittedError
        If it is not fitted.
    """
    if isinstance(estimator, type):
        name = estimator.__name__
        raise TypeError(
            f"{who} needs a fitted model, got the class {name}: create one and fit it, "
            f"{name}().fit(X, y)."
        )
    if not hasattr(estimator, "fit"):
        raise TypeError(
            f"{who} needs a fitted linear model, with coef_, got "
            f"{type(estimator).__name__}."
        )
    check_is_fitted(estimator)
    if getattr(estimator, "refit", True) is False:
        raise TypeError(
            f"{who} needs a fitted model, but {type(estimator).__name__} with "
            f"refit=False keeps none; set refit=True."
        )
    if hasattr(estimator, "stability_path_"):
        raise TypeError(
            f"{who} needs a fitted linear model, but {type(estimator).__name__} has "
            f"frequencies: plotting.StabilityDisplay.from_estimator draws them."
        )
    model, steps = unwrap(estimator)
    check_is_fitted(model)
    if not hasattr(model, "coef_"):
        raise TypeError(
            f"{who} needs a fitted linear model, with coef_, got "
            f"{type(model).__name__}."
        )
    return FittedModel(model, _feature_names(model, steps))


def unwrap(estimator):
    """Return the model inside an estimator, and the pipelines of steps before it."""
    steps = []
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif hasattr(estimator, "steps"):
            if len(estimator.steps) > 1:
                steps.append(estimator[:-1])
            estimator = estimator.steps[-1][1]
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return estimator, steps


def innermost(estimator):
    """Return the model inside a search, a pipeline or a transformed target."""
    return unwrap(estimator)[0]


def _feature_names(model, steps):
    """Return the names that a model has seen, or else those that the steps give."""
    names = names_of_features(model)
    if names is not None or not steps:
        return names
    for step in steps:
        try:
            names = step.get_feature_names_out(names)
        except (AttributeError, ValueError):  # a step that names no columns
            names = None
    if names is None or len(names) != model.n_features_in_:
        return None
    return tasks.without_task_column(model, list(names))


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
    blocks = getattr(model, "_joined", None)
    if blocks is not None:
        return block_names(blocks.indices, blocks.columns)
    if not hasattr(model, "feature_names_in_"):
        return None
    return tasks.without_task_column(model, model.feature_names_in_.tolist())
