"""Arguments of a simulation that have to go together."""

from numbers import Integral

import numpy as np


def check_counts(n_tasks, n_features, n_shared, n_partial, n_specific):
    """Raise unless there are enough features and tasks."""
    if n_partial and n_tasks < 3:
        raise ValueError(
            f"n_partial={n_partial}, but features that some tasks share and others do "
            f"not need 3 tasks, got n_tasks={n_tasks}."
        )
    relevant = n_shared + n_partial + n_tasks * n_specific
    if relevant > n_features:
        raise ValueError(
            f"n_shared={n_shared}, n_partial={n_partial} and n_specific={n_specific} "
            f"in each of {n_tasks} tasks make {relevant} relevant features, but "
            f"n_features={n_features}."
        )


def check_sizes(n_samples, n_tasks, design, task_correlation):
    """Return the number of samples of every task, or raise."""
    if design == "shared" and task_correlation:
        raise ValueError(
            f"task_correlation={task_correlation} is for own designs, but "
            f"design='shared'."
        )
    if isinstance(n_samples, Integral):
        return [int(n_samples)] * n_tasks
    if design == "shared":
        raise ValueError(
            f"n_samples must be one number if design='shared', got {n_samples!r}."
        )
    sizes = np.asarray(n_samples)
    if sizes.shape != (n_tasks,):
        raise ValueError(
            f"n_samples has shape {sizes.shape}, but there are n_tasks={n_tasks} tasks."
        )
    if sizes.dtype.kind not in "iu" or sizes.min() < 1:
        raise ValueError(f"n_samples must be positive integers, got {n_samples!r}.")
    return sizes.tolist()


def per_task(values, n_tasks, name, *, lowest=-np.inf):
    """Return one finite number per task, or raise."""
    numbers = _numbers(values, name)
    if numbers.shape not in ((), (n_tasks,)):
        raise ValueError(
            f"{name} has shape {numbers.shape}, but there are n_tasks={n_tasks} tasks."
        )
    if not (np.isfinite(numbers).all() and (numbers >= lowest).all()):
        least = "" if np.isinf(lowest) else f" and at least {lowest:g}"
        raise ValueError(f"{name} must be finite{least}, got {values!r}.")
    return np.broadcast_to(numbers, (n_tasks,)).copy()


def check_magnitude(magnitude):
    """Return the interval of absolute values, or raise."""
    bounds = _numbers(magnitude, "magnitude")
    if bounds.shape != (2,) or not (0 < bounds[0] <= bounds[1] < np.inf):
        raise ValueError(
            f"magnitude must be (low, high) with 0 < low <= high, got {magnitude!r}."
        )
    return bounds


def _numbers(values, name):
    """Return an array of float64, or raise."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers, got {values!r}.") from error
