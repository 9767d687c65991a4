"""How a splitter learns which task a sample belongs to."""

from abc import abstractmethod

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from mutar_cy import tasks

NO_LABELS = (
    "{name} was not told which task a sample belongs to. Either set its parameter "
    "task_column to the column of X that holds the labels, or pass task= or groups=, "
    "one label per sample. Tools of scikit-learn pass groups= on to it; they pass "
    "task= on to it with metadata routing enabled."
)


class TaskSplitter(BaseCrossValidator):
    """Read the labels of tasks; a subclass says which samples to test together.

    Parameters
    ----------
    task_column : int, str or None
    """

    __metadata_request__split = {"task": True, "groups": True}

    def __init__(self, task_column):
        self.task_column = task_column

    def split(self, X, y=None, groups=None, task=None):
        """Return an iterator over the folds.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            A long table.
        y : object, default=None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            The labels of tasks, by the name that scikit-learn's tools pass on.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task: of any type that can be sorted. Exactly
            one of ``task``, ``groups`` and ``task_column`` must be given.

        Returns
        -------
        folds : iterator of (train, test)
            Two arrays of the positions of samples, in ascending order.

        Raises
        ------
        ValueError
            If the labels are not given, are given twice, or are missing for a sample;
            or if a task would be left out of training where it must not be.
        """
        labels, codes = self._encode(X, groups, task)
        fold = self._fold_of_samples(labels, codes)
        return (
            (np.flatnonzero(fold != k), np.flatnonzero(fold == k))
            for k in range(fold.max() + 1)
        )

    @abstractmethod
    def _fold_of_samples(self, labels, codes):
        """Return the number of the fold that tests each sample.

        Parameters
        ----------
        labels : ndarray of shape (n_tasks,)
            Sorted.
        codes : ndarray of int, shape (n_samples,)
            The number of every sample's task.
        """

    def _encode(self, X, groups, task):
        """Return the sorted labels, and the number of every sample's task."""
        given = {"task": task, "groups": groups, "task_column": self.task_column}
        given = {name: value for name, value in given.items() if value is not None}
        if X is not None and tasks.has_task_designs(X):
            raise ValueError(
                f"{type(self).__name__} splits a table of shape (n_samples, "
                f"n_features), but X holds one design per task. mutar_cy.stack_tasks "
                f"makes one table of them."
            )
        if not given:
            raise ValueError(NO_LABELS.format(name=type(self).__name__))
        if len(given) > 1:
            raise ValueError(
                f"{type(self).__name__} is told the tasks by one of task=, groups= and "
                f"the parameter task_column, but got {' and '.join(given)}."
            )
        (name, labels), *_ = given.items()
        if name == "task_column":
            name = f"task_column={labels!r}"
            labels = tasks.labels_in_column(X, self.task_column)
        n_samples = np.size(labels) if X is None else _n_samples(X)
        labels = tasks.check_labels(labels, n_samples, name)
        if not len(labels):
            raise ValueError(f"{name} is empty: there are 0 samples to split.")
        return tasks.encode(labels, name)


def _n_samples(X):
    return X.shape[0] if hasattr(X, "shape") else len(X)
