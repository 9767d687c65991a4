"""Which row of a long table belongs to which task."""

from itertools import pairwise

import numpy as np

from mutar_cy.tasks._arrays import (
    refuse_masked,
)


def check_labels(labels, n_samples, name, *, of="samples"):
    """Return one task label per sample (or per task), none of them missing.

    Raises
    ------
    ValueError
        If there is not exactly one label per sample, or one is NaN or None.
    """
    refuse_masked(labels, name)
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"{name} must be 1-D, got shape {labels.shape}.")
    if len(labels) != n_samples:
        raise ValueError(
            f"{name} has {len(labels)} labels, but X has {n_samples} {of}."
        )
    if any_missing(labels):
        raise ValueError(f"{name} contains NaN (or None), which is not a label.")
    return labels


def any_missing(labels):
    """Tell whether a label is NaN, NaT, NA or None."""
    if labels.dtype.kind == "O":
        # pandas' NA differs from itself in no way that bool() accepts.
        return any(
            label is None or type(label).__name__ == "NAType" or label != label
            for label in labels
        )
    return labels.dtype.kind in "fcmM" and bool(np.isnan(labels).any())


def encode(labels, name):
    """Give numbers to the tasks, in the order of their sorted labels.

    Returns
    -------
    tasks : ndarray of shape (n_tasks,)
    codes : ndarray of int, shape (n_samples,)
    """
    try:
        return np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"{name} mixes labels that cannot be sorted.") from error


def look_up(labels, tasks, *, unseen, name):
    """Find the number of each sample's task among the tasks seen in fit.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,)
    tasks : ndarray of shape (n_tasks,)
    unseen : {"raise", "mean"}
        Whether a task not among ``tasks`` is an error, or has number ``n_tasks``.
    name : str
        What messages call the labels.

    Returns
    -------
    codes : ndarray of int, shape (n_samples,)
    """
    if tasks.dtype.kind in "mM" and labels.dtype.kind == tasks.dtype.kind:
        unit = np.promote_types(labels.dtype, tasks.dtype)  # days are nanoseconds too
        labels, tasks = labels.astype(unit), tasks.astype(unit)
    number = {label: k for k, label in enumerate(tasks.tolist())}
    present, inverse = encode(labels, name)
    strangers = [label for label in present.tolist() if label not in number]
    if strangers and unseen == "raise":
        raise ValueError(
            f"{name} has labels that were not seen in fit: {shorten(strangers)}; "
            f"fit saw {shorten(tasks.tolist())}. With unseen_tasks='mean' such tasks "
            f"get the mean coefficients."
        )
    codes = [number.get(label, len(tasks)) for label in present.tolist()]
    return np.asarray(codes, dtype=np.intp)[inverse]


def as_python(labels):
    """Return an array of labels as a list of Python's objects; times stay NumPy's."""
    return list(labels) if labels.dtype.kind in "mM" else labels.tolist()


def name_of(label):
    """Write a label for a message: as Python has it, rather than as NumPy does."""
    if isinstance(label, np.datetime64 | np.timedelta64):
        return str(label)
    return repr(label.item() if isinstance(label, np.generic) else label)


def shorten(labels, most=10):
    """Write a list of labels, with its middle left out if it is long."""
    if len(labels) <= most:
        return str(labels)
    shown = ", ".join(repr(label) for label in labels[: most - 1])
    return f"[{shown}, ..., {labels[-1]!r}] ({len(labels)} in all)"


def rows_of_tasks(codes, n_tasks):
    """Return the rows of every task: slices where they stand together, else indices.

    Tasks may be without rows.
    """
    if np.all(codes[1:] >= codes[:-1]):
        ends = np.searchsorted(codes, np.arange(n_tasks + 1))
        return [slice(*pair) for pair in pairwise(ends)]
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(n_tasks + 1))
    return [order[a:b] for a, b in pairwise(ends)]
