"""How much each group is penalised."""

import reprlib
from collections.abc import Mapping

import numpy as np


def group_weights(weights, groups, *, name="group_weights"):
    r"""Return the weight of every group in the penalty.

    Parameters
    ----------
    weights : {"sqrt_size"}, array-like of shape (n_groups,), or dict
        Numbers from 0, which leaves a group unpenalised, to infinity, which excludes
        it; in a dict by the name of the group. ``"sqrt_size"`` is :math:`\sqrt{p_g}`
        with :math:`p_g` the number of features in the group, whatever the number of
        tasks.
    groups : Groups
    name : str, default="group_weights"
        What messages call the weights.

    Returns
    -------
    weights : ndarray of float64, shape (n_groups,)

    Raises
    ------
    ValueError
        If a weight is negative, NaN or no number, or groups and weights are not the
        same in number or in names. The message names the group.
    """
    if isinstance(weights, str):
        if weights != "sqrt_size":
            raise ValueError(
                f"{name} must be 'sqrt_size', one number per group or a dict, got "
                f"{weights!r}."
            )
        return np.sqrt(groups.sizes)
    if isinstance(weights, Mapping):
        weights = _in_order(weights, groups, name)
    if np.ma.isMaskedArray(weights):
        raise ValueError(f"{name} is a masked array; its mask would be ignored.")
    try:
        numbers = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be numbers, got {reprlib.repr(weights)}."
        ) from error
    if numbers.shape != (groups.n_groups,):
        raise ValueError(
            f"{name} has shape {numbers.shape}, but there are {groups.n_groups} groups."
        )
    wrong = np.flatnonzero(~(numbers >= 0))  # NaN too
    if len(wrong):
        raise ValueError(
            f"{name} must be at least 0, got {numbers[wrong[0]]} for group "
            f"{groups.names[wrong[0]]!r}."
        )
    return numbers


def _in_order(weights, groups, name):
    """Return the values of a dict in the order of the groups."""
    names = set(groups.names)
    unknown = [group for group in weights if group not in names]
    if unknown:
        raise ValueError(
            f"{name} has a weight for {unknown[0]!r}, which is none of the groups "
            f"{reprlib.repr(groups.names)}."
        )
    without = [group for group in groups.names if group not in weights]
    if without:
        raise ValueError(f"{name} has no weight for group {without[0]!r}.")
    return [weights[group] for group in groups.names]
