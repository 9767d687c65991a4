"""Clusters: labels of samples that depend on each other, such as those of a subject."""

import numpy as np

from mutar_cy.tasks._arrays import is_dict, task_list
from mutar_cy.tasks._labels import check_labels, encode


def sample_clusters(data, clusters, name="clusters"):
    """Return the number of every sample's cluster, samples as the user gave them.

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
    codes : ndarray of int, shape (n_samples,)
        Samples are counted as by `TaskData.task_codes`.

    Raises
    ------
    ValueError
        If there is not exactly one label per sample, or labels cannot be sorted.
    """
    lengths = [len(Y) for Y in data.targets]
    if data.layout.shares_samples or data.rows is not None:
        n_samples = lengths[0] if data.rows is None else data.shape[0]
        return encode(check_labels(clusters, n_samples, name), name)[1]
    if not is_dict(clusters) and _is_flat(clusters):
        return encode(check_labels(clusters, sum(lengths), name), name)[1]
    known = data.labels.tolist()
    each = task_list(clusters, known, name)
    labels: list = []
    for own, n, label in zip(each, lengths, known, strict=True):
        labels += check_labels(own, n, f"{name} of task {label!r}").tolist()
    return encode(check_labels(labels, sum(lengths), name), name)[1]


def cluster_codes(data, clusters, name="clusters"):
    """Return the number of every sample's cluster, by designs.

    Parameters
    ----------
    data, clusters, name
        As `sample_clusters` takes them.

    Returns
    -------
    codes : list of ndarray of int, shape (n_k,)
    """
    codes = sample_clusters(data, clusters, name)
    if data.layout.shares_samples:
        return [codes]
    if data.rows is not None:
        return [codes[own] for own in data.rows]
    return np.split(codes, np.cumsum([len(Y) for Y in data.targets])[:-1])


def _is_flat(labels):
    """Tell whether labels are those of samples, not arrays of them."""
    if isinstance(labels, list | tuple):
        return not labels or np.ndim(labels[0]) == 0
    return np.ndim(labels) == 1 and np.ndim(next(iter(labels), 0)) == 0
