"""How often features were selected, counted over subsamples."""

import numpy as np


class Units:
    """What is selected as one: a feature, or a group of features.

    Parameters
    ----------
    groups : list of ndarray of int, or None
        The features of every group, if there are groups; else each is on its own.
    """

    def __init__(self, groups):
        self.order = None
        if groups is not None:
            sizes = np.array([len(own) for own in groups])
            self.order = np.concatenate(groups)
            self.starts = np.cumsum(sizes) - sizes

    def among(self, features):
        """Return which units have one of some features.

        Parameters
        ----------
        features : ndarray of bool, shape (..., n_features)

        Returns
        -------
        units : ndarray of bool, shape (..., n_units)
        """
        if self.order is None:
            return features
        return np.logical_or.reduceat(features[..., self.order], self.starts, axis=-1)


def keep_first(selected, units, most):
    """Forget what is selected once more units than allowed have ever been.

    Parameters
    ----------
    selected : ndarray of bool, shape (n_alphas, n_features, n_tasks)
        Along a path. Written to: from where on there are too many, what was selected
        before stays.
    units : Units
    most : int
        Most units that may be selected at any strength.
    """
    ever = np.logical_or.accumulate(units.among(selected.any(axis=2)), axis=0)
    end = np.searchsorted(np.count_nonzero(ever, axis=1), most, side="right")
    selected[end:] = selected[end - 1] if end else False


class Counts:
    """Counts of selections.

    Parameters
    ----------
    shape : tuple of int
        Numbers of alphas, features and tasks.
    units : Units
    """

    def __init__(self, shape, units):
        self.units, self.n_units_selected, self.number = units, 0, 0
        self.entries = np.zeros(shape, dtype=np.int32)
        self.features = np.zeros(shape[:2], dtype=np.int32)
        self.of_units = units.among(np.zeros(shape[:2], dtype=bool)).astype(np.int32)

    def add(self, selected):
        """Count a subsample.

        Parameters
        ----------
        selected : ndarray of bool, shape (n_alphas, n_features, n_tasks)
        """
        features = selected.any(axis=2)
        units = self.units.among(features)
        self.entries += selected
        self.features += features
        self.of_units += units
        self.n_units_selected += int(np.count_nonzero(units.any(axis=0)))
        self.number += 1


def error_bound(n_selected, n_units, threshold):
    """Return the bound on the expected number of false selections.

    Parameters
    ----------
    n_selected : float
        Mean number of units that a subsample selects.
    n_units : int
    threshold : float
        Above a half.
    """
    return n_selected**2 / ((2 * threshold - 1) * n_units)
