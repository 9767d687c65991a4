"""Checks of the arrays that displays draw, and reading of fitted estimators."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from mutar_cy.inspection import fitted_model, read_coefficients


def check_numbers(values, name, *, finite=True):
    """Return a float64 copy of an array; raise a ValueError if it is not numeric."""
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers.") from error
    if finite and not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be finite.")
    return numbers


def check_coef(coef, name="coef"):
    """Return coefficients as ndarray of shape (n_features, n_columns)."""
    coef = check_numbers(coef, name)
    if coef.ndim not in (1, 2) or coef.size == 0:
        raise ValueError(
            f"{name} must be of shape (n_features,) or (n_features, n_tasks), with at "
            f"least one coefficient, got shape {coef.shape}."
        )
    return coef.reshape(len(coef), -1)


def check_names(names, count, name, of):
    """Return a list of ``count`` names: 0, 1, ... if ``names`` is None."""
    names = list(range(count)) if names is None else list(names)
    if len(names) != count:
        raise ValueError(f"{name} has {len(names)} names, but there are {count} {of}.")
    return names


def check_count(count, name):
    """Return a positive integer, or raise a ValueError."""
    if not isinstance(count, Integral) or count < 1:
        raise ValueError(f"{name} must be a whole number from 1 on, got {count!r}.")
    return int(count)


def check_choice(choice, name, choices):
    """Return one of the choices, or raise a ValueError."""
    if not isinstance(choice, str) or choice not in choices:
        known = ", ".join(repr(each) for each in choices)
        raise ValueError(f"{name} must be one of {known}, got {choice!r}.")
    return choice


def check_fraction(share, name):
    """Return a number in [0, 1), or raise a ValueError."""
    if not isinstance(share, Real) or not 0 <= float(share) < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {share!r}.")
    return float(share)


def check_limit(limit):
    """Return a positive number, or raise a ValueError."""
    if not isinstance(limit, Real) or not 0 < float(limit) < np.inf:
        raise ValueError(f"limit must be above 0 and finite, got {limit!r}.")
    return float(limit)


def check_alphas(alphas):
    """Return the alphas of a path, or raise a ValueError.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)

    Returns
    -------
    alphas : ndarray of float64, shape (n_alphas,)
    """
    alphas = check_numbers(alphas, "alphas")
    if alphas.ndim != 1 or len(alphas) < 2:
        raise ValueError(
            f"alphas must be at least two strengths, got shape {alphas.shape}."
        )
    if not (np.all(alphas > 0) and np.all(alphas[1:] < alphas[:-1])):
        raise ValueError(
            "alphas must be positive, for an axis of logarithms, and descending."
        )
    return alphas


def check_best(alpha_best, alphas):
    """Raise a ValueError if the chosen alpha is outside the range of a path."""
    if alpha_best is not None and not (
        isinstance(alpha_best, Real) and alphas[-1] <= alpha_best <= alphas[0]
    ):
        raise ValueError(
            f"alpha_best must be from {alphas[-1]} to {alphas[0]}, as the alphas are, "
            f"got {alpha_best!r}."
        )


def require(path, attributes):
    """Raise a TypeError if a path lacks an attribute."""
    for name in attributes:
        if not hasattr(path, name):
            raise TypeError(
                f"path must have the attribute {name}, got {type(path).__name__}."
            )


class FittedCoefficients(NamedTuple):
    """Coefficients of a fitted estimator and the names of their axes."""

    coef: np.ndarray  # (n_features, n_tasks, n_others): responses or classes
    feature_names: list  # numbers if there are no names
    task_names: list
    other_names: list

    @property
    def columns(self):
        """The coefficients, of shape (n_features, n_tasks * n_others)."""
        return self.coef.reshape(len(self.coef), -1)

    @property
    def column_names(self):
        """Names of these columns."""
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
        A fitted estimator of this package, or one with the ``coef_`` of scikit-learn;
        or a search, a pipeline or a transformed target around one.
    feature_names, task_names : sequence, default=None
        Names to use instead of those of the estimator.

    Returns
    -------
    FittedCoefficients

    Raises
    ------
    TypeError
        If the estimator has no coefficients.
    ValueError
        If the number of names differs from that of features or tasks.
    NotFittedError
        If the estimator is not fitted.
    """
    coef, tasks, others = read_coef(estimator)
    if feature_names is None:
        feature_names = fitted_model(estimator, "A plot").feature_names
    return FittedCoefficients(
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
    model = fitted_model(estimator, "A plot").model
    values, axes = read_coefficients(model, part)
    coef = check_numbers(values, "coef_")
    if axes[0][0] == "class":  # of a single task
        coef, axes = coef[:, np.newaxis], [("task", model.tasks_), *axes]
    if len(axes) == 1:
        coef, axes = coef[..., np.newaxis], [*axes, ("response", [0])]
    tasks, others = (np.asarray(labels).tolist() for _, labels in axes)
    return coef, tasks, others
