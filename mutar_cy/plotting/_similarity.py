"""How alike tasks are, and an order in which like tasks are neighbours."""

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform


def cosine(coef):
    """Return the cosines of the angles between columns; 0 where one is all zero.

    Parameters
    ----------
    coef : ndarray of shape (n_coefficients, n_tasks)

    Returns
    -------
    similarity : ndarray of shape (n_tasks, n_tasks)
        1 on the diagonal.
    """
    largest = np.abs(coef).max(axis=0)
    scaled = coef / np.where(largest > 0, largest, 1.0)  # squares stay in range
    norms = np.linalg.norm(scaled, axis=0)
    directions = scaled / np.where(norms > 0, norms, 1.0)
    return _finish(np.clip(directions.T @ directions, -1.0, 1.0))


def jaccard(coef):
    """Return the share of two columns' supports that they have in common.

    Parameters
    ----------
    coef : ndarray of shape (n_coefficients, n_tasks)

    Returns
    -------
    similarity : ndarray of shape (n_tasks, n_tasks)
        The size of the intersection over that of the union; 0 if that is empty. 1 on
        the diagonal.
    """
    support = (coef != 0).astype(np.float64)
    both = support.T @ support
    sizes = support.sum(axis=0)
    either = sizes[:, np.newaxis] + sizes - both
    return _finish(both / np.maximum(either, 1.0))


MEASURES = {"cosine": cosine, "jaccard": jaccard}


def _finish(similarity):
    """Make a matrix symmetric to the last digit, with ones on its diagonal."""
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, 1.0)
    return similarity


def cluster_order(similarity):
    """Return the tasks in the order of the leaves of a hierarchical clustering.

    Clusters are merged by the mean of the distances, 1 less the similarity, of their
    tasks; of all orders of the leaves it is one where neighbours are as near each other
    as can be.

    Parameters
    ----------
    similarity : ndarray of shape (n_tasks, n_tasks)

    Returns
    -------
    order : ndarray of int, shape (n_tasks,)
    """
    if len(similarity) < 3:
        return np.arange(len(similarity))
    distances = squareform(1.0 - similarity, checks=False)
    order = leaves_list(linkage(distances, "average", optimal_ordering=True))
    return order if order[0] < order[-1] else order[::-1]  # either way is as good
