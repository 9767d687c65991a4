"""Comparison of models by held-out scores, by folds and tasks."""

from contextlib import closing
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.stats import t
from sklearn.base import clone
from sklearn.metrics import check_scoring

from mutar_cy import tasks
from mutar_cy._lib import import_pandas, refuse_class
from mutar_cy._lib._tables import as_table, is_table
from mutar_cy.model_selection._parallel import run_all
from mutar_cy.model_selection._splitters import TaskGroupKFold, TaskKFold
from mutar_cy.model_selection._task_scoring import score_tasks

MEAN = "mean"  # row of a table for all tasks


class Evaluation:
    """Held-out scores of models; :func:`evaluate` makes it.

    Parameters
    ----------
    scores : ndarray of shape (n_models, n_folds, n_tasks)
        Held-out scores, larger ones are better.
    names : list of str
        The models.
    labels : list
        The tasks.

    Attributes
    ----------
    scores_ : ndarray of shape (n_models, n_folds, n_tasks)
        Held-out scores, larger ones are better.
    models_ : list of str
        Names of the models.
    tasks_ : list
        Labels of the tasks.

    See Also
    --------
    evaluate : Makes it, with an example.
    """

    def __init__(self, scores, names, labels):
        self.scores_, self.models_, self.tasks_ = scores, names, labels

    def frame(self):
        """Return the mean scores over folds as a DataFrame.

        Returns
        -------
        table : pandas.DataFrame
            A row per model, a column per task, and the mean over tasks, in which every
            task counts alike.
        """
        pd = import_pandas("Evaluation.frame")
        means = self.scores_.mean(axis=1)
        table = pd.DataFrame(means, pd.Index(self.models_, name="model"), self.tasks_)
        table[MEAN] = means.mean(axis=1)
        return table

    def compare(self, model, other):
        r"""Return the paired differences of the scores of two models.

        Parameters
        ----------
        model, other : str
            Names of two models.

        Returns
        -------
        table : pandas.DataFrame
            A row per task and one for the mean over tasks: "difference", the mean over
            folds of the score of ``model`` minus that of ``other``; its standard error
            "se", of K folds the standard deviation of the differences times
            :math:`\sqrt{1/K + 1/(K-1)}`, since folds share samples to fit to [1]_; and
            "p", of a two-sided t-test with K - 1 degrees of freedom.

        References
        ----------
        .. [1] C. Nadeau, Y. Bengio (2003), Inference for the generalization error,
           Machine Learning 52. Section 4.
        """
        pd = import_pandas("Evaluation.compare")
        one, two = (self.scores_[self._number(name)] for name in (model, other))
        differences = np.column_stack([one - two, (one - two).mean(axis=1)])
        n_folds = len(differences)
        factor = np.sqrt(1.0 / n_folds + 1.0 / (n_folds - 1.0))
        mean = differences.mean(axis=0)
        se = factor * differences.std(axis=0, ddof=1)
        ratio = np.divide(np.abs(mean), se, out=np.zeros_like(se), where=se > 0.0)
        ratio[(se == 0.0) & (mean != 0.0)] = np.inf
        p = 2.0 * t.sf(ratio, n_folds - 1)
        return pd.DataFrame(
            {"difference": mean, "se": se, "p": p},
            index=pd.Index([*self.tasks_, MEAN], name="task"),
        )

    def _number(self, name):
        if name not in self.models_:
            raise ValueError(f"{name!r} is no model; there are {self.models_}.")
        return self.models_.index(name)


class TaskTables(NamedTuple):
    """The designs and targets of all tasks, in lists."""

    labels: list
    X: list
    y: list
    clusters: Any  # one array per task, or None

    def take(self, rows):
        """Return dicts of the designs and targets of some rows of every task."""
        X = [tasks.take_samples(x, own) for x, own in zip(self.X, rows, strict=True)]
        y = [v[own] for v, own in zip(self.y, rows, strict=True)]
        labels = self.labels
        return dict(zip(labels, X, strict=True)), dict(zip(labels, y, strict=True))


def evaluate(
    models, X, y, *, task=None, clusters=None, cv=5, scoring=None, n_jobs=None
):
    """Compare models by their scores on held-out samples of every task.

    All models are fitted to the same folds. Models of this package are given the tasks;
    any other estimator is given the samples of all tasks in one table, pooled.

    Parameters
    ----------
    models : dict of str to estimator
        The models, by name. They are not modified.
    X : dict, list or array-like of shape (n_tasks, n_samples, n_features), \
            or table of shape (n_samples, n_features)
        One design per task, as for :class:`~mutar_cy.GroupLasso`; or a long table with
        ``task``; or a table that all columns of y share.
    y : dict, list or array-like
        The targets, in the layout of X.
    task : array-like of shape (n_samples,), default=None
        The label of every sample's task, if X is a long table.
    clusters : array-like of shape (n_samples,), or one per task, default=None
        Labels of samples that depend on each other: folds keep them whole.
    cv : int, default=5
        Number of folds, within every task.
    scoring : str or callable, default=None
        A scorer of scikit-learn, such as "neg_mean_squared_error". By default the
        score of the estimators: R squared, explained deviance or accuracy.
    n_jobs : int, default=None
        Number of fits in parallel, by threads.

    Returns
    -------
    evaluation : Evaluation
        With ``frame()``, a table of the scores by model and task, and ``compare()``,
        paired differences of two models with standard errors.

    Raises
    ------
    ValueError
        If X has no tasks, shapes disagree, or a task has too few samples.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LassoCV
    >>> from mutar_cy import GroupLassoCV, IndLassoCV
    >>> from mutar_cy.model_selection import evaluate
    >>> rng = np.random.default_rng(0)
    >>> X = {site: rng.standard_normal((80, 30)) for site in ("Lyon", "Oslo")}
    >>> slope = {"Lyon": 1.0, "Oslo": 0.5}
    >>> y = {
    ...     site: slope[site] * x[:, 0] - x[:, 1] + rng.standard_normal(80)
    ...     for site, x in X.items()
    ... }
    >>> models = {"pooled": LassoCV(), "own": IndLassoCV(), "shared": GroupLassoCV()}
    >>> found = evaluate(models, X, y)
    >>> print(found.frame().round(2).to_string())
            Lyon  Oslo  mean
    model
    pooled  0.65  0.51  0.58
    own     0.63  0.40  0.51
    shared  0.64  0.49  0.56
    >>> print(found.compare("shared", "own").round(3).to_string())
          difference     se      p
    task
    Lyon       0.014  0.031  0.673
    Oslo       0.087  0.064  0.242
    mean       0.051  0.030  0.163
    """
    if not isinstance(models, dict) or not models:
        raise ValueError(
            f"models must be a dict of estimators by name, got {type(models).__name__}."
        )
    for model in models.values():
        refuse_class(model, "evaluate")
    tables = read_tables(X, y, task, clusters)
    folds = make_task_folds(tables, cv)
    items = [
        (model, tables, train, test, scoring)
        for model in models.values()
        for train, test in folds
    ]
    with closing(run_all(score_fold, items, n_jobs)) as results:
        scores = np.array(list(results))
    scores = scores.reshape(len(models), len(folds), len(tables.labels))
    return Evaluation(scores, list(models), tables.labels)


def read_tables(X, y, task, clusters):
    """Return the data of every task, from any layout."""
    if task is not None:
        X, y = as_table(X), np.asarray(y)
        found, codes = tasks.encode(tasks.check_labels(task, len(y), "task"), "task")
        rows = [np.flatnonzero(codes == k) for k in range(len(found))]
        groups = None
        if clusters is not None:
            checked = tasks.check_labels(clusters, len(y), "clusters")
            groups = [checked[own] for own in rows]
        designs = [tasks.take_samples(X, own) for own in rows]
        labels = tasks.to_python(found)
        return TaskTables(labels, designs, [y[own] for own in rows], groups)
    if tasks.is_dict(X) and tasks.is_dict(y):
        labels = list(y)
        designs = tasks.task_list(X, labels, "X")
    elif tasks.has_task_designs(X):
        designs, labels = list(X), list(range(len(X)))
    else:
        y = np.asarray(y)
        if y.ndim != 2:
            raise ValueError(
                "evaluate needs tasks: give one design per task, task= for a long "
                "table, or y with a column per task."
            )
        labels, X = list(range(y.shape[1])), as_table(X)
        designs, y = [X] * y.shape[1], list(y.T)
        if clusters is not None:
            clusters = [np.asarray(clusters)] * len(designs)
    y = [np.asarray(own) for own in tasks.task_list(y, labels, "y")]
    groups = None
    if clusters is not None:
        groups = split_clusters(clusters, labels, [len(own) for own in y])
    return TaskTables(labels, designs, y, groups)


def split_clusters(clusters, labels, lengths):
    """Return the clusters of every task, given by tasks or end to end."""
    flat = not tasks.is_dict(clusters) and len(clusters) == sum(lengths)
    if flat and np.ndim(clusters[0]) == 0:
        ends = np.cumsum([0, *lengths])
        return [np.asarray(clusters)[slice(*pair)] for pair in pairwise(ends)]
    each = tasks.task_list(clusters, labels, "clusters")
    return [
        tasks.check_labels(own, n, f"clusters of task {label!r}")
        for own, n, label in zip(each, lengths, labels, strict=True)
    ]


def make_task_folds(tables, n_folds):
    """Return the rows of every task to fit to and to hold out, for every fold."""
    lengths = [len(own) for own in tables.y]
    codes = np.repeat(np.arange(len(lengths)), lengths)
    X = np.zeros((len(codes), 1))
    if tables.clusters is None:
        pairs = TaskKFold(n_folds).split(X, task=codes)
    else:
        groups = tasks.label_array([v for own in tables.clusters for v in own])
        pairs = TaskGroupKFold(n_folds).split(X, groups=groups, task=codes)
    starts = np.cumsum([0, *lengths])

    def rows(samples):
        return [samples[codes[samples] == k] - starts[k] for k in range(len(lengths))]

    return [(rows(train), rows(test)) for train, test in pairs]


def score_fold(model, tables, train, test, scoring):
    """Return the scores of all tasks of a model that is fitted to some rows."""
    X, y = tables.take(train)
    held_X, held_y = tables.take(test)
    model = clone(model)
    if hasattr(model, "unseen_tasks"):  # it knows tasks
        model.fit(X, y)
        return list(score_tasks(model, held_X, held_y, scoring=scoring).values())
    model.fit(pooled(list(X.values())), np.concatenate(list(y.values())))
    scorer = check_scoring(model, scoring=scoring)
    pairs = zip(held_X.values(), held_y.values(), strict=True)
    return [scorer(model, x, v) for x, v in pairs]


def pooled(designs):
    """Return the rows of all designs in one table."""
    if any(sparse.issparse(x) for x in designs):
        return sparse.vstack(designs, format="csr")
    if is_table(designs[0]) and hasattr(designs[0], "iloc"):
        return import_pandas("evaluate").concat(designs)
    return np.concatenate([np.asarray(x) for x in designs])
