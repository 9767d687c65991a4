"""The coefficients of fitted estimators, and the names that belong to them."""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
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
    coef = read_coef(estimator)
    n_features, n_tasks, n_others = coef.shape
    if feature_names is None:
        feature_names = _own_names(estimator, n_features)
    if task_names is None:
        task_names = getattr(estimator, "tasks_", None)
        fits = task_names is not None and len(task_names) == n_tasks
        task_names = np.asarray(task_names).tolist() if fits else None
    return Fitted(
        coef,
        check_names(feature_names, n_features, "feature_names", "features"),
        check_names(task_names, n_tasks, "task_names", "tasks"),
        _other_names(estimator, n_others),
    )


def read_coef(estimator, attribute="coef_"):
    """Return coefficients of shape (n_features, n_tasks, n_others)."""
    check_is_fitted(estimator)
    if not hasattr(estimator, attribute):
        raise TypeError(
            f"The estimator must have the attribute {attribute}, got "
            f"{type(estimator).__name__}."
        )
    coef = check_numbers(getattr(estimator, attribute), attribute)
    if not hasattr(estimator, "layout_"):
        coef = np.atleast_2d(coef).T  # scikit-learn has a row per target
    elif hasattr(estimator, "classes_"):
        coef = np.moveaxis(coef, 0, -1)
        coef = coef[:, np.newaxis] if coef.ndim == 2 else coef
    return coef.reshape(*coef.shape, *[1] * (3 - coef.ndim))


def _own_names(estimator, n_features):
    """Return the names of columns of X that coefficients are for, or None."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        return None
    names = list(names)
    if hasattr(estimator, "task_column"):
        names = tasks.feature_names(estimator, SimpleNamespace(columns=names))
    return names if len(names) == n_features else None


def _other_names(estimator, n_others):
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return list(range(n_others))
    return np.asarray(classes)[-n_others:].tolist()  # of two there is the second
