"""What stability selection does before and after its fits."""

from inspect import signature
from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from mutar_cy.estimators import check_parameters
from mutar_cy.model_selection._grids import line_grid
from mutar_cy.model_selection._selections import Units


def make_model(estimator):
    """Return a copy of an estimator whose fits can be followed, parameters checked.

    Raises
    ------
    TypeError
        If it is not one of this package's.
    ValueError
        If no coefficient of it is ever 0.
    """
    # What has no alpha chooses it by the data.
    if not hasattr(estimator, "_follow") or not hasattr(estimator, "alpha"):
        raise TypeError(
            "estimator must be a model of mutar_cy with fixed strengths, got "
            f"{type(estimator).__name__}."
        )
    model = clone(estimator)
    check_parameters(model)
    if getattr(model, "support_threshold", 1.0) == 0.0 and model.alpha > 0:
        raise ValueError(
            f"No coefficient of {type(model).__name__} is ever 0, so that every "
            f"feature is selected; set its support_threshold above 0."
        )
    return model


def accepted(model, given):
    """Return what was given beside X and y, and see that the model's fit takes it."""
    given = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name not in signature(model.fit).parameters:
            raise TypeError(
                f"{name} was given, but the fit of {type(model).__name__} takes none."
            )
    return given


class Layout(NamedTuple):
    """What is to be fitted, and counted."""

    alphas: np.ndarray  # descending, (n_alphas,) or (n_alphas, n_tasks)
    points: list  # the strengths of each as a dict of parameters
    units: Units
    group_names: list | None  # None if features are not in groups


def lay_out(model, problem, alphas, eps):
    """Return at which strengths to fit, and what is selected as one.

    Parameters
    ----------
    model : estimator
    problem : object
        All data, as ``model._read`` returns them.
    alphas : int, array-like of shape (n_alphas,), or None
        None is for the strength that the model has.
    eps : float

    Returns
    -------
    Layout
    """
    posed = model._pose_problem(problem)  # which looks at all numbers, too
    strengths = np.array([model.alpha], dtype=np.float64)
    points: list[dict] = [{}]
    if alphas is not None:
        grid = line_grid(model, posed, alphas, eps)
        strengths, points = grid.alphas, grid.rows[0]
    return Layout(strengths, points, *_units_of(problem, posed[3]))


def _units_of(problem, blocks):
    """Return what is selected as one, and the names of groups, None without groups."""
    n_features = problem.samples.n_features
    whole = getattr(problem, "groups", None)
    groups = getattr(whole, "groups", whole)  # those of a classifier are further in
    if groups is not None:
        return Units(n_features, groups.indices), list(groups.names)
    names = None if blocks is None else list(range(len(blocks)))
    return Units(n_features, blocks), names


def summary(counts, threshold):
    """Return the attributes that counts of selections lead to."""
    path = counts.of_features / counts.number
    frequencies = path.max(axis=0)
    n_selected = counts.n_units / counts.number
    return {
        "stability_path_": path,
        "selection_frequencies_": frequencies,
        "task_frequencies_": counts.of_entries.max(axis=0) / counts.number,
        "support_": frequencies >= threshold,
        "n_selected_": n_selected,
        "error_bound_": n_selected**2 / ((2 * threshold - 1) * counts.units.number),
    }


def of_groups(counts, names):
    """Return the attributes that tell of groups, none without names of groups."""
    if names is None:
        return {}
    path = counts.of_units / counts.number
    return {
        "group_names_": names,
        "group_path_": path,
        "group_frequencies_": path.max(axis=0),
    }
