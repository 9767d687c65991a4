"""Checks of parameters: types, ranges and penalty strengths."""

import functools
from inspect import signature
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    validate_parameter_constraints,
)

from mutar_cy._lib import value_remedy, without_data

# Constraints that several estimators share.
NON_NEGATIVE = [Interval(Real, 0, None, closed="left")]
POSITIVE = [Interval(Real, 0, None, closed="neither")]
COUNT = [Interval(Integral, 1, None, closed="left")]
FRACTION = [Interval(Real, 0, 1, closed="neither")]
# Values of these types are small and immutable: checks of them are cached.
SIMPLE = (type(None), str, bool, int, float)


def check_parameters(estimator):
    """Raise unless every parameter satisfies the class's ``_parameter_constraints``.

    Raises
    ------
    InvalidParameterError
        The message names the class, the parameter and the value.
    """
    cls: Any = type(estimator)
    simple: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for name in parameter_names(cls):
        value = getattr(estimator, name)
        (simple if type(value) in SIMPLE else others)[name] = value
    _check_simple(cls, tuple(simple), *simple.values())
    if others:
        _check(cls, others)


@functools.cache
def parameter_names(cls: Any):
    """Return the names of the parameters of a class, a list."""
    return list(signature(cls).parameters)


# The cache holds no arrays, kernels or estimators: it must not keep large ones alive.
@functools.lru_cache(maxsize=128, typed=True)
def _check_simple(cls, names, *values):
    _check(cls, dict(zip(names, values, strict=True)))


def _check(cls, parameters):
    try:
        validate_parameter_constraints(
            cls._parameter_constraints, parameters, caller_name=cls.__name__
        )
    except InvalidParameterError as error:
        message = str(error)
        name = message.split("'")[1]  # "The 'alpha' parameter of GroupLasso must be"
        value = parameters.get(name)
        message = without_data(message, value)
        remedy = value_remedy(cls, name, value)
        raise InvalidParameterError(f"{message} {remedy}".strip()) from None


def check_task_strengths(alpha, n_tasks, name):
    """Return one alpha per task, given one for all tasks or one for each.

    Parameters
    ----------
    alpha : float or array-like of shape (n_tasks,)
    n_tasks : int
    name : str
        The name of the estimator's class, for messages.

    Raises
    ------
    InvalidParameterError
        If they are not numbers, too many or too few, negative or not finite.
    """
    if isinstance(alpha, Real):
        return [alpha] * n_tasks
    which = f"The 'alpha' parameter of {name}"
    try:
        alphas = np.asarray(alpha, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(f"{which} must be numbers: {error}") from error
    if alphas.shape != (n_tasks,):
        raise InvalidParameterError(
            f"{which} has shape {alphas.shape}, but there are {n_tasks} tasks."
        )
    wrong = np.flatnonzero(~((alphas >= 0) & (alphas < np.inf)))
    if len(wrong):
        raise InvalidParameterError(
            f"{which} must be at least 0 and finite, got {alphas[wrong[0]]} for "
            f"task {wrong[0]}."
        )
    return alphas.tolist()


def check_alphas(alphas, name="alphas"):
    """Return the strengths of a path in descending order.

    Raises
    ------
    ValueError
        If they are not a sequence of finite numbers of at least 0.
    """
    alphas = np.array(alphas, dtype=np.float64)
    if alphas.ndim != 1 or not len(alphas):
        raise ValueError(f"{name} must be 1-D and not empty, got shape {alphas.shape}.")
    wrong = alphas[~((alphas >= 0) & (alphas < np.inf))]  # NaN too
    if len(wrong):
        raise ValueError(f"{name} must be at least 0 and finite, got {wrong[0]}.")
    return np.sort(alphas)[::-1]
