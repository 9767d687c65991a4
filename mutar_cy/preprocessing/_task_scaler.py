"""TaskScaler: every task by its own mean and standard deviation."""

from collections.abc import Mapping
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy._lib._tables import as_table, is_pandas, narwhals
from mutar_cy.preprocessing._label_column import cut_label_column
from mutar_cy.tasks import (
    check_weights,
    encode,
    format_label,
    look_up,
    rows_of_tasks,
)


class TaskScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Standardise the features of every task by its own mean and standard deviation.

    Sample i of task k becomes

    .. math::

        z_{kij} = \frac{x_{kij} - \bar x_{kj}}{\sigma_{kj}}, \qquad
        \bar x_{kj} = \frac{1}{S_k} \sum_i s_{ki} \, x_{kij}, \qquad
        \sigma_{kj}^2 = \frac{1}{S_k} \sum_i s_{ki} \, (x_{kij} - \bar x_{kj})^2 ,

    with sample weights s and :math:`S_k = \sum_i s_{ki}`. A
    :class:`~sklearn.preprocessing.StandardScaler` pools the tasks: where a feature has
    another unit or another spread in one of them, it stays large or small there, and
    one penalty strength does not suit both.

    Parameters
    ----------
    task_column : int or str, default=None
        Position or name of the column of X that holds the label of each sample's task,
        as for the estimators. It is passed on as it is. By default there is one task.
    with_mean : bool, default=True
        Whether to subtract the mean. A sparse X needs ``with_mean=False``.
    with_std : bool, default=True
        Whether to divide by the standard deviation. A feature that is constant in a
        task is not divided there.
    unseen_tasks : {"raise", "mean"}, default="raise"
        How to transform tasks that were not seen in fit: an error, or with the mean
        over tasks of the means and of the standard deviations.

    Attributes
    ----------
    tasks_ : ndarray of shape (n_tasks,)
        The sorted labels of the tasks; 0 without a column of tasks.
    mean_ : ndarray of shape (n_features, n_tasks) or None
        Means, in units of X; None if ``with_mean=False``.
    scale_ : ndarray of shape (n_features, n_tasks) or None
        Standard deviations, 1 for constant features; None if ``with_std=False``.
        ``coef_ / scale_`` are the coefficients per unit of X.
    n_features_in_ : int
        Number of columns of X, with that of tasks.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if all are strings.

    See Also
    --------
    sklearn.preprocessing.StandardScaler : One mean and one scale for all samples.

    Notes
    -----
    With a column of tasks, a DataFrame comes back as a DataFrame of its library, since
    the labels may be text; an array as an array. For lists and dicts of one array per
    task, ``normalize="std"`` of the estimators does the same.

    Examples
    --------
    >>> import pandas as pd
    >>> from mutar_cy.preprocessing import TaskScaler
    >>> table = pd.DataFrame(
    ...     {"site": ["Oslo", "Oslo", "Lyon", "Lyon"], "dose": [1.0, 3.0, 100.0, 500.0]}
    ... )
    >>> scaler = TaskScaler(task_column="site").fit(table)
    >>> print(scaler.transform(table))
       site  dose
    0  Oslo  -1.0
    1  Oslo   1.0
    2  Lyon  -1.0
    3  Lyon   1.0
    >>> for task, scale in zip(scaler.tasks_, scaler.scale_[0]):
    ...     print(task, scale)
    Lyon 200.0
    Oslo 1.0
    """

    _parameter_constraints = {
        "task_column": [Integral, str, None],
        "with_mean": ["boolean"],
        "with_std": ["boolean"],
        "unseen_tasks": [StrOptions({"raise", "mean"})],
    }

    def __init__(
        self, task_column=None, *, with_mean=True, with_std=True, unseen_tasks="raise"
    ):
        self.task_column = task_column
        self.with_mean = with_mean
        self.with_std = with_std
        self.unseen_tasks = unseen_tasks

    def fit(self, X, y=None, sample_weight=None):
        """Learn the mean and the standard deviation of every feature in every task.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
            The features and the column of tasks. NaN is left out and passed on.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, at least 0. Samples of weight 0 count as removed.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        ValueError
            If the column of tasks is not found, a label is missing, all weights of a
            task are 0, or X is sparse and ``with_mean=True``.
        """
        self._validate_params()
        refuse_designs(X)
        table = cut_label_column(self, X, "task_column", reset=True)
        features, n_samples = table.features, table.features.shape[0]
        tasks, codes = np.zeros(1, np.int64), np.zeros(n_samples, np.intp)
        if table.labels is not None:
            tasks, codes = encode(table.labels, f"task_column={self.task_column!r}")
        weights = check_weights(sample_weight, (n_samples,))
        if weights is not None:
            empty = np.bincount(codes, weights, len(tasks)) == 0
            if empty.any() and (self.unseen_tasks == "raise" or empty.all()):
                raise ValueError(
                    f"sample_weight is zero for every sample of task "
                    f"{format_label(tasks[empty][0])}; leave out these samples."
                )
        options = {"with_mean": self.with_mean, "with_std": self.with_std}
        scalers, kept = [], []
        for k, rows in enumerate(rows_of_tasks(codes, len(tasks))):
            own = None if weights is None else weights[rows]
            if own is None or own.any():
                scaler = StandardScaler(**options)
                scalers.append(scaler.fit(_rows(features, rows), sample_weight=own))
                kept.append(k)
        self.tasks_ = tasks[kept]
        self.mean_ = self.scale_ = None
        if self.with_mean:
            self.mean_ = np.column_stack([scaler.mean_ for scaler in scalers])
        if self.with_std:
            self.scale_ = np.column_stack([scaler.scale_ for scaler in scalers])
        return self

    def transform(self, X):
        """Standardise the features by what was learnt of their task.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
            The features and the column of tasks.

        Returns
        -------
        scaled : {ndarray, CSR array, DataFrame} of shape (n_samples, n_columns)
            The same columns; that of tasks is unchanged.

        Raises
        ------
        ValueError
            If a task was not seen in fit and ``unseen_tasks="raise"``.
        """
        return self._apply(X, inverse=False)

    def inverse_transform(self, X):
        """Bring standardised features back to their units.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
            Standardised features and the column of tasks.

        Returns
        -------
        features : {ndarray, CSR array, DataFrame} of shape (n_samples, n_columns)
            The same columns; that of tasks is unchanged.

        Raises
        ------
        ValueError
            If a task was not seen in fit and ``unseen_tasks="raise"``.
        """
        return self._apply(X, inverse=True)

    def _apply(self, X, *, inverse):
        """Return X with every feature scaled, or scaled back."""
        check_is_fitted(self)
        table = cut_label_column(self, X, "task_column", reset=False)
        codes = self._find_tasks(table.labels, table.features.shape[0])
        scale = _with_mean_task(self.scale_)
        features = table.features
        if sparse.issparse(features):
            if self.mean_ is not None:
                raise ValueError(
                    "X is sparse, and means cannot be subtracted: fit with "
                    "TaskScaler(with_mean=False)."
                )
            features = sparse.csr_array(features, copy=True)
            if scale is not None:
                counts = np.diff(features.indptr)
                factors = scale[features.indices, np.repeat(codes, counts)]
                features.data *= factors if inverse else 1 / factors
            return _joined(features, table)
        mean = _with_mean_task(self.mean_)
        features = features.copy()
        for k, rows in enumerate(rows_of_tasks(codes, len(self.tasks_) + 1)):
            values = features[rows]
            if mean is not None and not inverse:
                values = values - mean[:, k]
            if scale is not None:
                values = values * scale[:, k] if inverse else values / scale[:, k]
            if mean is not None and inverse:
                values = values + mean[:, k]
            features[rows] = values
        if table.at and table.names is not None:
            return replace_columns(as_table(X), table.at[0], features)
        return _joined(features, table)

    def _find_tasks(self, labels, n_samples):
        """Return the number of each sample's task; the next one for unseen tasks."""
        if labels is None:
            return np.zeros(n_samples, np.intp)
        name = f"task_column={self.task_column!r}"
        codes = look_up(labels, self.tasks_, unseen="mean", name=name)
        unseen = codes == len(self.tasks_)
        if unseen.any() and self.unseen_tasks == "raise":
            raise ValueError(
                f"{name} holds {format_label(labels[unseen][0])}, which was not seen "
                f"in fit. In cross-validation hold out samples within "
                f"every task: cv=TaskKFold(5, {name}). For new tasks set "
                f"unseen_tasks='mean'."
            )
        return codes

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = not self.with_mean
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def refuse_designs(X):
    """Raise if X holds one table per task."""
    first = X[0] if isinstance(X, list | tuple) and X else 0.0
    designs = isinstance(X, Mapping) and not sparse.issparse(X)
    if designs or np.ndim(first) == 2 or getattr(X, "ndim", 2) == 3:
        raise ValueError(
            "TaskScaler takes one table with a column of tasks, but X holds a table "
            "per task. Use normalize='std' of the estimator, or join the tables with "
            "mutar_cy.stack_tasks."
        )


def _rows(features, rows):
    return (features.tocsr() if sparse.issparse(features) else features)[rows]


def _with_mean_task(values):
    """Return values with one more task, the mean of all; None stays None."""
    if values is None:
        return None
    return np.column_stack([values, values.mean(axis=1)])


def _joined(features, table):
    """Return features of an array or sparse matrix, with the column of labels."""
    if not table.at:
        return features
    (at,) = table.at
    labels = table.labels.astype(features.dtype)[:, np.newaxis]
    if not sparse.issparse(features):
        return np.insert(features, [at], labels, axis=1)
    parts = [features[:, :at], sparse.csr_array(labels), features[:, at:]]
    return sparse.hstack(parts, format="csr")


def replace_columns(table, at, values):
    """Return a DataFrame with new values in all of its columns but one.

    Parameters
    ----------
    table : DataFrame
        Of pandas, or of another library that narwhals reads; it is not modified.
    at : int
        Position of the column that stays.
    values : ndarray of shape (n_rows, n_columns - 1)

    Returns
    -------
    table : DataFrame
        Of the same library.
    """
    places = np.delete(np.arange(table.shape[1]), at).tolist()
    if is_pandas(table):  # its names may be of any type
        table = table.copy()
        for place, column in zip(places, values.T, strict=True):
            table.isetitem(place, column)
        return table
    nw = narwhals()
    frame = nw.from_native(table, eager_only=True)
    columns = [
        nw.new_series(frame.columns[place], column, backend=frame.implementation)
        for place, column in zip(places, values.T.copy(), strict=True)
    ]
    return frame.with_columns(*columns).to_native()
