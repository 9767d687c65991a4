"""The coefficients of fitted estimators, and the names that belong to them."""

from typing import NamedTuple

import numpy as np

from mutar_cy.estimators import names_of_features, read_coefficients, refuse_unfitted
from mutar_cy.plotting._checks import check_names, check_numbers


class Fitted(NamedTuple):
    """What has been fitted: rows are features, columns are tasks."""

    coef: np.ndarray  # (n_features, n_tasks, n_others): responses or classes
    feature_names: list  # numbers where they have no names
    task_names: list
    other_names: list

    @property
    def columns(self):
        """The coefficients, of shape (n_features, n_tasks * n_others)."""
        return self.coef.reshape(len(self.coef), -1)

    @property
    def column_names(self):
        """The names of these columns."""
        if self.coef.shape[2] == 1:
            return self.task_names
        if self.coef.shape[1] == 1:
            return self.other_names
        return [
            f"{task}, {other}" for task in self.task_names for other in self.other_names
        ]


def read_fitted(estimator, feature_names=None, task_names=None):
    """Return the coefficients of a fitted estimator with their names.

    Parameters
    ----------
    estimator : estimator
        Fitted, one of this package's or with scikit-learn's shape of ``coef_``.
    feature_names, task_names : sequence, default=None
        In place of its own.

    Returns
    -------
    Fitted

    Raises
    ------
    TypeError
        If it has no coefficients.
    ValueError
        If there are not as many names as there are features, or tasks.
    NotFittedError
        If it is not fitted.
    """
    coef, tasks, others = read_coef(estimator)
    if feature_names is None:
        feature_names = names_of_features(estimator)
    return Fitted(
        coef,
        check_names(feature_names, len(coef), "feature_names", "features"),
        check_names(
            tasks if task_names is None else task_names,
            coef.shape[1],
            "task_names",
            "tasks",
        ),
        others,
    )


def read_coef(estimator, part=None):
    """Return coefficients, and the names of tasks and of responses or classes.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    part : {"shared", "specific"}, default=None

    Returns
    -------
    coef : ndarray of shape (n_features, n_tasks, n_others)
    tasks, others : list
    """
    refuse_unfitted(estimator, "A picture")
    values, axes = read_coefficients(estimator, part)
    coef = check_numbers(values, "coef_")
    if axes[0][0] == "class":  # of a single task
        coef, axes = coef[:, np.newaxis], [("task", estimator.tasks_), *axes]
    if len(axes) == 1:
        coef, axes = coef[..., np.newaxis], [*axes, ("response", [0])]
    tasks, others = (np.asarray(labels).tolist() for _, labels in axes)
    return coef, tasks, others
