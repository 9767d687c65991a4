"""Folds that know which task a sample belongs to."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from mutar_cy import tasks
from mutar_cy.model_selection._task_splitter import TaskSplitter


class TaskKFold(TaskSplitter):
    """K folds of the samples of every task.

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
        if not isinstance(n_splits, Integral) or n_splits < 2:
            raise ValueError(
                f"n_splits must be an integer of at least 2, got {n_splits!r}."
            )
        if not shuffle and random_state is not None:
            raise ValueError(
                "random_state has no effect with shuffle=False. Set shuffle=True, or "
                "leave random_state at None."
            )
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


class LeaveOneTaskOut(TaskSplitter):
    """One fold per task: train on all other tasks, test on this one.

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
