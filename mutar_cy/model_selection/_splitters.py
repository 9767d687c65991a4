"""Splitters whose folds lie within tasks, or are tasks."""

from abc import abstractmethod
from numbers import Integral

import numpy as np
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_random_state

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


def check_splits(n_splits, shuffle, random_state):
    """Raise if there are fewer than 2 folds, or a seed has no effect."""
    if not isinstance(n_splits, Integral) or n_splits < 2:
        raise ValueError(
            f"n_splits must be an integer of at least 2, got {n_splits!r}."
        )
    if not shuffle and random_state is not None:
        raise ValueError(
            "random_state has no effect with shuffle=False. Set shuffle=True, or "
            "leave random_state at None."
        )


class TaskKFold(TaskSplitter):
    """K-fold splitter of the samples of every task.

    The samples of each task are spread over all folds: the numbers that two folds have
    of a task differ by one at most, and so do the numbers that they have of all tasks
    together. So every training set, and every test set, has samples of every task.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    shuffle : bool, default=False
        Whether to shuffle the samples of each task before they are divided. If not, a
        fold has consecutive samples of each task.
    random_state : int, RandomState instance or None, default=None
        What shuffles. An int gives the same folds in every call.
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. Without it,
        ``split`` needs ``task`` or ``groups``.

    Raises
    ------
    ValueError
        If ``n_splits`` is not an integer of at least 2, or ``random_state`` is given
        without ``shuffle``.

    See Also
    --------
    TaskGroupKFold : Folds of whole groups of samples, such as subjects.
    LeaveOneTaskOut : Test on a task that was not trained on.
    sklearn.model_selection.KFold : Folds that may leave a task without samples.

    Notes
    -----
    With scikit-learn's metadata routing enabled, ``split`` asks for ``task`` and for
    ``groups`` by itself: ``GridSearchCV(..., cv=TaskKFold()).fit(X, y, task=task)``
    reaches it. Without routing, pass ``groups=`` or set ``task_column``.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.model_selection import TaskKFold
    >>> X, task = np.zeros((7, 1)), ["b", "a", "b", "a", "b", "a", "a"]
    >>> for train, test in TaskKFold(2).split(X, task=task):
    ...     print(train, test)
    [4 5 6] [0 1 2 3]
    [0 1 2 3] [4 5 6]
    """

    def __init__(
        self, n_splits=5, *, shuffle=False, random_state=None, task_column=None
    ):
        check_splits(n_splits, shuffle, random_state)
        super().__init__(task_column)
        self.n_splits = int(n_splits)
        self.shuffle = shuffle
        self.random_state = random_state

    def _fold_of_samples(self, labels, codes):
        """Return the number of every sample's fold."""
        counts = np.bincount(codes, minlength=len(labels))
        least = int(counts.argmin())
        if counts[least] < self.n_splits:
            name = tasks.format_label(labels[least])
            raise ValueError(
                f"Task {name} has {counts[least]} samples, which is fewer than "
                f"n_splits={self.n_splits}: some fold would test none of them."
            )
        shuffler = check_random_state(self.random_state) if self.shuffle else None
        fold = np.empty(len(codes), dtype=np.intp)
        first = 0  # the fold that is next to get one of the samples that are left over
        for k, count in enumerate(counts):
            own = np.flatnonzero(codes == k)
            if shuffler is not None:
                shuffler.shuffle(own)
            even, left = divmod(int(count), self.n_splits)
            sizes = np.full(self.n_splits, even)
            sizes[(first + np.arange(left)) % self.n_splits] += 1
            fold[own] = np.repeat(np.arange(self.n_splits), sizes)
            first += left
        return fold

    def get_n_splits(self, X=None, y=None, groups=None, task=None):
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups, task : object, default=None
            Ignored.

        Returns
        -------
        n_splits : int
            The parameter ``n_splits``.
        """
        return self.n_splits


class TaskGroupKFold(TaskSplitter):
    """K-fold splitter of whole groups of samples, such as subjects, within tasks.

    All samples of a group are in one fold, in all tasks. Groups are given to folds one
    after the other, the largest first, each to the fold that has the smallest share of
    its tasks: so folds have about as many samples of every task.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    shuffle : bool, default=False
        Whether groups of equal sizes are given to folds in random order. If not, in the
        order of their labels.
    random_state : int, RandomState instance or None, default=None
        What shuffles. An int gives the same folds in every call.
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. Without it, and
        without ``task``, all samples are one task.

    Raises
    ------
    ValueError
        If ``n_splits`` is not an integer of at least 2, or ``random_state`` is given
        without ``shuffle``.

    See Also
    --------
    TaskKFold : Folds of samples that are independent.
    sklearn.model_selection.GroupKFold : Folds that may leave a task without samples.

    Notes
    -----
    With scikit-learn's metadata routing enabled, ``split`` asks for ``task`` and for
    ``groups`` by itself. The cross-validated classes of this package take
    ``clusters=`` instead, and then use this splitter.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.model_selection import TaskGroupKFold
    >>> X, task = np.zeros((8, 1)), ["a", "a", "a", "a", "b", "b", "b", "b"]
    >>> subject = ["Ann", "Ann", "Bob", "Bob", "Cid", "Cid", "Cid", "Dan"]
    >>> for train, test in TaskGroupKFold(2).split(X, groups=subject, task=task):
    ...     print(train, test)
    [0 1 7] [2 3 4 5 6]
    [2 3 4 5 6] [0 1 7]
    """

    def __init__(
        self, n_splits=5, *, shuffle=False, random_state=None, task_column=None
    ):
        check_splits(n_splits, shuffle, random_state)
        super().__init__(task_column)
        self.n_splits = int(n_splits)
        self.shuffle = shuffle
        self.random_state = random_state

    def split(self, X, y=None, groups=None, task=None):
        """Return an iterator over the folds.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            A table, long if it has tasks.
        y : object, default=None
            Ignored.
        groups : array-like of shape (n_samples,)
            The group of every sample, such as its subject: labels of any type that can
            be sorted. The same label in two tasks is the same group.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task, unless ``task_column`` is set.

        Returns
        -------
        folds : iterator of (train, test)
            Two arrays of the positions of samples, in ascending order.

        Raises
        ------
        ValueError
            If groups are not given, or a task has fewer groups than there are folds.
        """
        if groups is None:
            raise ValueError(
                "TaskGroupKFold needs groups=, one label per sample, such as its "
                "subject."
            )
        if task is None and self.task_column is None:
            n_samples = len(groups) if X is None else _n_samples(X)
            labels, codes = np.zeros(1, dtype=int), np.zeros(n_samples, dtype=np.intp)
        else:
            labels, codes = self._encode(X, None, task)
        groups = tasks.check_labels(groups, len(codes), "groups")
        groups = tasks.encode(groups, "groups")[1]
        fold = self._fold_of_groups(labels, codes, groups)[groups]
        return (
            (np.flatnonzero(fold != k), np.flatnonzero(fold == k))
            for k in range(self.n_splits)
        )

    def _fold_of_samples(self, labels, codes):
        raise NotImplementedError  # groups are needed: `split` does it

    def _fold_of_groups(self, labels, codes, groups):
        """Return the fold of every group.

        Parameters
        ----------
        labels : ndarray of shape (n_tasks,)
        codes, groups : ndarray of int, shape (n_samples,)
            The number of every sample's task, and of its group.
        """
        counts = np.zeros((groups.max() + 1, len(labels)))
        np.add.at(counts, (groups, codes), 1.0)
        present = np.count_nonzero(counts, axis=0)
        least = int(present.argmin())
        if present[least] < self.n_splits:
            name = tasks.format_label(labels[least])
            raise ValueError(
                f"Task {name} has {present[least]} groups, which is fewer than "
                f"n_splits={self.n_splits}; take fewer folds."
            )
        shares = counts / counts.sum(axis=0)
        order = np.arange(len(counts))
        if self.shuffle:
            order = check_random_state(self.random_state).permutation(order)
        order = order[np.argsort(-shares[order].max(axis=1), kind="stable")]
        fold = np.empty(len(counts), dtype=np.intp)
        held = np.zeros((self.n_splits, len(labels)))  # shares of tasks in folds
        for group in order:
            own = counts[group] > 0
            # Of folds with the same share of its tasks, the one with least of all.
            keys = held[:, own].sum(axis=1), held.sum(axis=1)
            best = np.lexsort((keys[1].round(12), keys[0].round(12)))[0]
            fold[group] = best
            held[best] += shares[group]
        return fold

    def get_n_splits(self, X=None, y=None, groups=None, task=None):
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups, task : object, default=None
            Ignored.

        Returns
        -------
        n_splits : int
            The parameter ``n_splits``.
        """
        return self.n_splits


class LeaveOneTaskOut(TaskSplitter):
    """Splitter with one fold per task: train on the other tasks, test on this one.

    How well a model extends to a task that it has not seen. The estimator has to
    predict for such a task: ``unseen_tasks="mean"``.

    Parameters
    ----------
    task_column : int or str, default=None
        The column of X that holds task labels, by position or name. Without it,
        ``split`` needs ``task`` or ``groups``.

    See Also
    --------
    TaskKFold : Every fold has samples of every task.
    sklearn.model_selection.LeaveOneGroupOut : The same, for ``groups`` only.

    Notes
    -----
    With scikit-learn's metadata routing enabled, ``split`` asks for ``task`` and for
    ``groups`` by itself.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.model_selection import LeaveOneTaskOut
    >>> X, task = np.zeros((4, 1)), ["Oslo", "Bergen", "Oslo", "Bergen"]
    >>> for train, test in LeaveOneTaskOut().split(X, task=task):
    ...     print(train, test)
    [0 2] [1 3]
    [1 3] [0 2]
    """

    def __init__(self, *, task_column=None):
        super().__init__(task_column)

    def _fold_of_samples(self, labels, codes):
        if len(labels) < 2:
            raise ValueError(
                f"LeaveOneTaskOut needs several tasks, but there is only "
                f"{tasks.format_label(labels[0])}."
            )
        return codes

    def get_n_splits(self, X=None, y=None, groups=None, task=None):
        """Return the number of tasks.

        Parameters
        ----------
        X : object, default=None
            The table; needed with ``task_column``.
        y : object, default=None
            Ignored.
        groups, task : array-like of shape (n_samples,), default=None
            The labels of tasks, as for ``split``.

        Returns
        -------
        n_splits : int
            The number of different labels.
        """
        return len(self._encode(X, groups, task)[0])
