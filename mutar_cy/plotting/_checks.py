"""What is given to be drawn, checked before it is."""

from numbers import Integral, Real

import numpy as np


def check_numbers(values, name, *, finite=True):
    """Return an array of float64 of its own, or raise a ValueError."""
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
    """Return as many names as there are, numbers from 0 if None."""
    names = list(range(count)) if names is None else list(names)
    if len(names) != count:
        raise ValueError(f"{name} has {len(names)} names, but there are {count} {of}.")
    return names


def check_count(count, name):
    """Raise a ValueError unless this is a whole number from 1 on."""
    if not isinstance(count, Integral) or count < 1:
        raise ValueError(f"{name} must be a whole number from 1 on, got {count!r}.")
    return int(count)


def check_choice(choice, name, choices):
    """Raise a ValueError unless this is one of the choices."""
    if not isinstance(choice, str) or choice not in choices:
        known = ", ".join(repr(each) for each in choices)
        raise ValueError(f"{name} must be one of {known}, got {choice!r}.")
    return choice


def check_share(share, name):
    """Raise a ValueError unless this is from 0 to 1, less 1."""
    if not isinstance(share, Real) or not 0 <= float(share) < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {share!r}.")
    return float(share)


def check_limit(limit):
    """Raise a ValueError unless this is a positive number."""
    if not isinstance(limit, Real) or not 0 < float(limit) < np.inf:
        raise ValueError(f"limit must be above 0 and finite, got {limit!r}.")
    return float(limit)
