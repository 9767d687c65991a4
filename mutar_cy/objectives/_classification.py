"""The objective of classifiers: two classes, or each of several against the rest."""

from copy import copy
from typing import Any

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from mutar_cy.losses import Logistic
from mutar_cy.objectives._objective import Objective
from mutar_cy.objectives._warnings import warn_no_minimum, warn_unconverged
from mutar_cy.solvers import Solution


class ClassificationObjective(Objective):
    """Logistic loss of every class against the rest, or of one of two classes.

    Every positive class has an objective of its own, whose targets are 1 for the class
    and 0 for others.

    Parameters
    ----------
    data : TaskData
        Targets are the numbers of ``data.classes``.
    make_objective : callable
        Called as ``make_objective(data, loss)`` with the data of a binary problem;
        returns its objective.
    """

    def __init__(self, data, make_objective):
        self.loss, self.data = Logistic(), data
        self.binary = [
            make_objective(self._targets_of(data, number), self.loss)
            for number in self.positives
        ]
        first = self.binary[0]
        self.strengths, self.options = first.strengths, first.options
        self.alpha_per_task = first.alpha_per_task
        self.scales_with_alpha = first.scales_with_alpha
        self.tasks = None

    @staticmethod
    def _targets_of(data, number):
        """Return data whose targets are 1 for one class and 0 for others."""
        targets = [(number == Y).astype(np.float64) for Y in data.targets]
        return data._replace(targets=targets)

    def _scale(self):
        """Do nothing: binary problems hold the scaled data."""

    def _each(self, change):
        """Return a copy whose binary problems are changed by a function."""
        other = copy(self)
        other.binary = [change(own) for own in self.binary]
        first = other.binary[0]
        other.strengths, other.options = first.strengths, first.options
        return other

    def with_params(self, **strengths):
        """Return the objective at other penalty strengths; data are shared."""
        return self._each(lambda own: own.with_params(**strengths))

    def with_options(self, **options):
        """Return the objective with other fit options; data are shared."""
        return self._each(lambda own: own.with_options(**options))

    def _of_data(self, data, present):
        pairs = zip(self.binary, self.positives, strict=True)
        binary = [
            own._of_data(self._targets_of(data, number), present)
            for own, number in pairs
        ]
        other = copy(self)
        other.data, other.binary = data, binary
        other.tasks, other.options = binary[0].tasks, binary[0].options
        return other

    @property
    def group_names(self):
        """The names of the groups of features, or None if features are alone."""
        return self.binary[0].group_names

    @property
    def feature_groups(self):
        """The features of every group, or None if features are alone."""
        return self.binary[0].feature_groups

    @property
    def penalty(self):
        """The penalty, the same for all classes."""
        return self.binary[0].penalty

    @property
    def positives(self):
        """The number of the positive class of every binary problem."""
        numbers = np.arange(len(self.data.classes))
        return numbers if len(numbers) > 2 else numbers[1:]

    @property
    def coef_shape(self):
        """The shape of ``coef_``: classes first."""
        return (len(self.positives), self.data.n_features, *self.data.columns)

    def start_from(self, coef):
        """Return one start for every positive class."""
        pairs = zip(self.binary, coef, strict=True)
        return [own.start_from(start) for own, start in pairs]

    def _minimise(self, start, callback):
        starts = [None] * len(self.binary) if start is None else start
        pairs = zip(self.binary, starts, strict=True)
        return [own._minimise(coef, callback) for own, coef in pairs]

    def as_returned(self, solution, *, warns=True):
        """Return the solutions in the precision of the data, certified there."""
        pairs = zip(self.binary, solution, strict=True)
        return [own.as_returned(of_class, warns=warns) for own, of_class in pairs]

    def solve_path(self, strengths):
        """Yield lists of solutions, one per positive class."""
        paths = (own.solve_path(strengths) for own in self.binary)
        yield from (list(found) for found in zip(*paths, strict=True))

    def alpha_max(self):
        """Return the smallest alpha at which no class has a coefficient."""
        return np.max([own.alpha_max() for own in self.binary], axis=0)[()]

    def to_user(self, solution):
        """Return coefficients and intercepts with a last axis of positive classes."""
        pairs = zip(self.binary, solution, strict=True)
        found = [own.to_user(of_class) for own, of_class in pairs]
        return tuple(np.stack(values, axis=-1) for values in zip(*found, strict=True))

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, classes first; gaps are one per class."""
        pairs = zip(self.binary, solution, strict=True)
        each = [own.user_arrays(of_class) for own, of_class in pairs]
        arrays = {
            name: np.stack([own[name] for own in each])
            for name in each[0]
            if name in ("coef", "intercept", "coef_shared", "coef_specific")
        }
        for name in ("dual_gap", "objective", "gap_target"):
            values = [own[name] for own in each]
            arrays[name] = np.array(values) if len(values) > 1 else values[0]
        arrays["n_iter"] = max(own["n_iter"] for own in each)
        return arrays

    def path_arrays(self, solution):
        """Return `user_arrays` with features first, and classes as responses."""
        arrays = self.user_arrays(solution)
        before_tasks = {"intercept": 0}
        for name in ("coef", "intercept", "coef_shared", "coef_specific"):
            if name in arrays:
                axes = before_tasks.get(name, 1)
                arrays[name] = _classes_last(arrays[name], axes)
        return arrays

    def has_converged(self, solution):
        """Tell whether the duality gap of every class has met its target."""
        return all(bool(np.all(own.converged)) for own in solution)

    def certified(self, solution):
        """Return one solution per positive class."""
        return list(solution)

    def warn(self, solution):
        """Warn of the class whose gap exceeds its target most."""
        warn_unconverged(join_classes(solution))
        found: dict[str, set] = {}
        for own, of_class in zip(self.binary, solution, strict=True):
            for owner, features in own.without_minimum(of_class).items():
                found.setdefault(owner, set()).update(features)
        if found:
            warn_no_minimum(found, self.data.feature_names)

    def convex_problems(self, solution):
        """Return the problems of every positive class."""
        pairs = zip(self.binary, solution, strict=True)
        return [
            problem for own, found in pairs for problem in own.convex_problems(found)
        ]

    def sample_losses(self, y, eta):
        """Return minus twice the log-probability of every sample's class.

        Parameters
        ----------
        y : ndarray of shape (n_samples, n_columns)
            The numbers of the classes.
        eta : ndarray of shape (n_samples, n_columns, n_positives)
            Linear predictors.
        """
        if eta.shape[-1] == 1:
            losses = -2.0 * log_expit(np.where(y > 0, 1.0, -1.0) * eta[..., 0])
        else:
            at = y.astype(np.intp)[..., np.newaxis]
            losses = -2.0 * np.take_along_axis(log_probabilities(eta), at, -1)[..., 0]
        # A class that the fit has never seen: as where nothing is held out.
        return np.where(np.isinf(losses), np.nan, losses)

    def sample_curvatures(self, y, eta):
        """Return half the second derivative of the deviance of every sample."""
        return expit(eta) * expit(-eta)


def log_probabilities(decision, axis=-1):
    """Return the log-probabilities of classes, from one decision of each against rest.

    One-vs-rest probabilities are normalised to sum to 1.
    """
    found = log_expit(decision)
    return found - logsumexp(found, axis=axis, keepdims=True)


def join_classes(solutions):
    """Return the solutions of several classes as one whose numbers are arrays."""
    fields: list[Any] = [
        np.stack(field)
        for field in zip(*(solution[:-1] for solution in solutions), strict=True)
    ]
    return Solution(*fields)


def _classes_last(values, before_tasks):
    """Return values with the first axis, of classes, as a last one of responses.

    The axis goes where there is one positive class.

    Parameters
    ----------
    values : ndarray
    before_tasks : int
        The number of axes before that of tasks, classes not counted.
    """
    values = np.moveaxis(values, 0, -1)
    if values.shape[-1] == 1:
        return values[..., 0]
    if values.ndim == before_tasks + 1:  # a single task
        return np.expand_dims(values, before_tasks)
    return values
