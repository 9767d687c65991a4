"""Clusters: labels of samples that depend on each other, such as those of a subject."""

import numpy as np

from mutar_cy.tasks._arrays import is_dict, task_list
from mutar_cy.tasks._labels import check_labels, encode


def cluster_codes(data, clusters, name="clusters"):
    """Return the number of every sample's cluster, by designs.

    The same label in two tasks is the same cluster.

    Parameters
    ----------
    data : TaskData
    clusters : array-like of shape (n_samples,), or one per task
        Labels of any type that can be sorted. For tasks with designs of their own, a
        list or dict of one array per task, or one array of all tasks end to end.
    name : str, default="clusters"
        Of the argument, for messages.

    Returns
    -------
    codes : list of ndarray of int, shape (n_k,)

    Raises
    ------
    ValueError
        If there is not exactly one label per sample, or labels cannot be sorted.
    """
    lengths = [len(Y) for Y in data.targets]
    if data.layout.shares_samples or data.rows is not None:
        n_samples = data.shape[0] if data.rows is not None else lengths[0]
        codes = encode(check_labels(clusters, n_samples, name), name)[1]
        return [codes] if data.rows is None else [codes[own] for own in data.rows]
    if not is_dict(clusters) and _is_flat(clusters):
        labels = check_labels(clusters, sum(lengths), name)
    else:
        known = data.labels.tolist()
        each = task_list(clusters, known, name)
        checked = [
            check_labels(own, n, f"{name} of task {label!r}").tolist()
            for own, n, label in zip(each, lengths, known, strict=True)
        ]
        labels = check_labels([v for own in checked for v in own], sum(lengths), name)
    codes = encode(labels, name)[1]
    return np.split(codes, np.cumsum(lengths)[:-1])


def _is_flat(labels):
    """Tell whether labels are those of samples, not arrays of them."""
    if isinstance(labels, list | tuple):
        return not labels or np.ndim(labels[0]) == 0
    return np.ndim(labels) == 1 and np.asarray(labels).dtype.kind != "O"
