"""What fits to some of the samples select."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.estimators import refuse_non_finite
from mutar_cy.model_selection._folds import refuse_lacking


class Units:
    """What is selected as one: a feature, or a group of features.

    Parameters
    ----------
    n_features : int
    groups : list of ndarray of int, default=None
        The features of every group, if there are groups; else each is on its own.
    """

    def __init__(self, n_features, groups=None):
        self.order, self.number = None, n_features
        if groups is not None:
            sizes = np.array([len(own) for own in groups])
            self.order, self.number = np.concatenate(groups), len(groups)
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


class Selections(NamedTuple):
    """Selects features by fits to some rows of a problem, at every point of a path."""

    model: Any
    problem: Any  # as ``model._read`` returns it
    points: list  # dicts of strengths
    units: Units
    most: int | None  # units that may be selected at one strength or another

    @property
    def shape(self):
        """The numbers of points, features and tasks."""
        data = self.problem.samples
        return len(self.points), data.n_features, len(data.labels)

    def among(self, subsamples, which):
        """Return what is selected from a subsample.

        Parameters
        ----------
        subsamples : Subsamples
        which : int
            The number of one.

        Returns
        -------
        selected : ndarray of bool, shape (n_points, n_features, n_tasks)
            From the point on that would select too many units, what was selected
            before.
        n_unconverged : int
        """
        model, problem = self.model, self.problem.take(subsamples.rows(which))
        refuse_lacking(model, problem, problem.samples, f"Subsample {which}")
        posed = model._pose_problem(problem)
        _, n_features, n_tasks = self.shape
        selected = np.zeros(self.shape, dtype=bool)
        ever, n_unconverged = np.zeros(self.units.number, dtype=bool), 0
        for at, solution in enumerate(model._follow(posed, self.points)):
            coef, intercept = model._coefficients(posed[0], solution)
            refuse_non_finite(coef, intercept)
            own = (coef != 0).reshape(n_features, n_tasks, -1).any(axis=2)
            ever |= self.units.among(own.any(axis=1))
            if self.most is not None and np.count_nonzero(ever) > self.most:
                selected[at:] = selected[at - 1] if at else False
                break
            selected[at] = own
            n_unconverged += not model._has_converged(solution)
        return selected, n_unconverged


class Counts:
    """Counts of what was selected, over subsamples.

    Parameters
    ----------
    selections : Selections
    """

    def __init__(self, selections):
        n_points, n_features, n_tasks = selections.shape
        self.units, self.number, self.n_units = selections.units, 0, 0
        self.n_unconverged = 0
        self.of_entries = np.zeros((n_points, n_features, n_tasks), dtype=np.int32)
        self.of_features = np.zeros((n_points, n_features), dtype=np.int32)
        self.of_units = np.zeros((n_points, self.units.number), dtype=np.int32)

    def add(self, selected, n_unconverged):
        """Count a subsample.

        Parameters
        ----------
        selected : ndarray of bool, shape (n_points, n_features, n_tasks)
        n_unconverged : int
        """
        features = selected.any(axis=2)
        units = self.units.among(features)
        self.of_entries += selected
        self.of_features += features
        self.of_units += units
        self.n_units += int(np.count_nonzero(units.any(axis=0)))
        self.number += 1
        self.n_unconverged += n_unconverged
