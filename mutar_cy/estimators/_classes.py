"""Labels of classes: numbers for them, and what they weigh."""

from typing import NamedTuple

import numpy as np
from scipy.special import log_expit, logsumexp
from sklearn.utils import check_array, compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from mutar_cy import tasks
from mutar_cy.estimators._group_problem import GroupProblem, is_dict


class ClassProblem(NamedTuple):
    """The data of a classifier: its targets are the numbers of classes."""

    groups: GroupProblem
    classes: np.ndarray  # (n_classes,), sorted

    @property
    def positives(self):
        """The class against the rest, of every problem to solve."""
        numbers = np.arange(len(self.classes))
        return numbers if len(numbers) > 2 else numbers[1:]

    @property
    def samples(self):
        """The data."""
        return self.groups.data

    def take(self, rows):
        """Return the problem of some rows of every design, without parts to solve."""
        return self._replace(groups=self.groups.take(rows))

    @property
    def coef_shape(self):
        """The shape of ``coef_``."""
        problem = self.groups
        return (len(self.positives), problem.n_features, *problem.columns)


def has_own_designs(X):
    """Tell whether X holds one design per task."""
    return not is_dict(X) and tasks.has_task_designs(X)


def read_labels(X, y):
    """Check the labels that go with X.

    Returns
    -------
    labels : list of ndarray
        One if X is a table, else one per task.
    """
    if y is None:
        tasks.check_target(y, "y")  # raises
    if not has_own_designs(X):
        return [_check_labels(y, "y")]
    return [
        _check_labels(own, f"y of task {k}")
        for k, own in enumerate(tasks.task_list(y, len(X), "y"))
    ]


def _check_labels(y, name):
    y = check_array(
        y,
        dtype=None,
        ensure_2d=False,
        allow_nd=True,
        ensure_min_samples=0,
        ensure_min_features=0,
        input_name=name,
    )
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    check_classification_targets(y.ravel())
    return y


def numbers_of(labels, classes, several):
    """Return the numbers of labels among sorted classes, -1 if they are in none.

    Parameters
    ----------
    labels : list of ndarray
    classes : ndarray of shape (n_classes,)
    several : bool
        Whether to return a list, instead of its only entry.
    """
    numbers = []
    for own in labels:
        at = np.minimum(np.searchsorted(classes, own), len(classes) - 1)
        numbers.append(np.where(classes[at] == own, at, -1).astype(np.float64))
    return numbers if several else numbers[0]


class ClassReader:
    """Find the classes of labels, and see that a classifier can be fitted to them.

    Parameters
    ----------
    labels : list of ndarray
        As `read_labels` returns them.
    class_weight : dict, "balanced" or None

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        Sorted; after `prepare` without those whose samples weigh nothing.
    """

    def __init__(self, labels, class_weight):
        self.labels, self.class_weight = labels, class_weight
        self.classes = np.unique(np.concatenate([own.ravel() for own in labels]))

    def numbers(self, several):
        """Return the numbers of all labels, as `numbers_of` does."""
        return numbers_of(self.labels, self.classes, several)

    def prepare(self, data):
        """Return data whose targets are numbers of classes, weighed by these."""
        present = self._check(data)
        number = np.zeros(len(self.classes), dtype=np.intp)
        number[present] = np.arange(len(present))
        self.classes = self.classes[present]
        targets = [number[Y.astype(np.intp)] for Y in data.targets]
        data = data._replace(targets=[Y.astype(np.float64) for Y in targets])
        if self.class_weight is None:
            return data
        return data._replace(weights=self._weights(data, targets))

    def _check(self, data):
        """Return the classes that are there, and see that every task has them."""
        columns = [(owner, np.unique(y)) for owner, y, _ in data.target_columns()]
        present = np.unique(np.concatenate([own for _, own in columns]))
        for owner, own in columns:
            if not len(own):
                raise ValueError(f"sample_weight{owner} sums to zero.")
            if len(own) == 1:
                known = self.classes.tolist()[int(own[0])]
                raise ValueError(
                    f"y{owner} has one class only, {known!r}; a classifier needs "
                    f"samples of two classes or more in every task."
                )
            missing = np.setdiff1d(present, own)
            if len(missing):
                unknown = self.classes.tolist()[int(missing[0])]
                raise ValueError(
                    f"y{owner} has no sample of class {unknown!r}; every task needs "
                    f"samples of every class."
                )
        return present.astype(np.intp)

    def _weights(self, data, targets):
        """Return sample weights times those of the classes."""
        columns = list(data.target_columns())
        codes = np.concatenate([y for _, y, _ in columns]).astype(np.intp)
        factors = compute_class_weight(
            self.class_weight,
            classes=self.classes,
            y=self.classes[codes],
            sample_weight=np.concatenate([weight for _, _, weight in columns]),
        )
        weights = []
        for Y, own in zip(targets, data.weights, strict=True):
            own = np.ones(len(Y)) if own is None else own
            weights.append(factors[Y] * own.reshape(len(Y), -1))
        return weights


def accuracy(y, guess, weights, offset, average):
    """Return the fraction of right labels, as `tasks.r_squared` takes its arguments."""
    numbers, guess, weights = tasks.columns_with_weights(y, guess, weights)
    return float(np.mean(np.average(numbers == guess, axis=1, weights=weights)))


def class_probabilities(decision, axis=-1):
    """Return the logarithms of the probabilities of classes, each against the rest."""
    found = log_expit(decision)
    return found - logsumexp(found, axis=axis, keepdims=True)


def class_deviances(numbers, eta):
    """Return minus twice the logarithm of the probability of every sample's class.

    Parameters
    ----------
    numbers : ndarray of shape (n_samples, n_columns)
        Of the classes.
    eta : ndarray of shape (n_samples, n_columns, n_classes), or 1 for two classes
        Linear predictors.
    """
    if eta.shape[-1] == 1:
        return -2.0 * log_expit(np.where(numbers > 0, 1.0, -1.0) * eta[..., 0])
    at = numbers.astype(np.intp)[..., np.newaxis]
    return -2.0 * np.take_along_axis(class_probabilities(eta), at, -1)[..., 0]
