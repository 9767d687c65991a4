"""Logistic regression of several tasks: classes, decisions, probabilities."""

import numpy as np
from scipy.special import expit
from sklearn.base import ClassifierMixin
from sklearn.utils import check_array, compute_class_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from mutar_cy import tasks
from mutar_cy.estimators._chunked_classes import fit_chunked_classifier
from mutar_cy.estimators._grouped_model import GroupedModel
from mutar_cy.objectives import (
    ClassificationObjective,
    all_or_nothing,
    log_probabilities,
)


def read_labels(X, y, own_designs):
    """Check the labels that go with X.

    Parameters
    ----------
    X, y : object
        As given to ``fit``.
    own_designs : bool
        Whether X holds one design per task.

    Returns
    -------
    labels : ndarray, or list or dict of ndarray
        In the layout of y.
    """
    if y is None:
        tasks.check_target(y, "y")  # raises
    if tasks.is_dict(y):
        return {k: _check_labels(own, f"y of task {k!r}") for k, own in y.items()}
    if not own_designs:
        return _check_labels(y, "y")
    return [
        _check_labels(own, f"y of task {k}")
        for k, own in enumerate(tasks.task_list(y, range(len(X)), "y"))
    ]


def arrays_of(labels):
    """Return the arrays of labels in any layout, a list."""
    if isinstance(labels, dict):
        return list(labels.values())
    return labels if isinstance(labels, list) else [labels]


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


def numbers_of(labels, classes):
    """Return the numbers of labels among sorted classes, -1 if they are in none.

    Parameters
    ----------
    labels : ndarray, or list or dict of ndarray
    classes : ndarray of shape (n_classes,)
    """

    def number(own):
        at = np.minimum(np.searchsorted(classes, own), len(classes) - 1)
        return np.where(classes[at] == own, at, -1).astype(np.float64)

    return tasks.map_tasks(number, labels)


CONSTANT = (
    " Leave the task out, or set degenerate_tasks='constant' to fit a constant there."
)


class ClassReader:
    """Find the classes of labels, and see that a classifier can be fitted to them.

    Parameters
    ----------
    labels : ndarray, or list or dict of ndarray
        As `read_labels` returns them.
    class_weight : dict, "balanced" or None
    fits_constants : bool, default=False
        Whether a task may lack classes.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        Sorted; after `prepare` without those whose samples weigh nothing.
    """

    def __init__(self, labels, class_weight, fits_constants=False):
        self.labels, self.class_weight = labels, class_weight
        self.fits_constants = fits_constants
        every = [own.ravel() for own in arrays_of(labels)]
        self.classes = np.unique(np.concatenate(every))

    def numbers(self):
        """Return the numbers of all labels, as `numbers_of` does."""
        return numbers_of(self.labels, self.classes)

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
            if self.fits_constants and len(present) > 1:
                continue
            if len(own) == 1:
                known = self.classes.tolist()[int(own[0])]
                raise ValueError(
                    f"y{owner} has one class only, {known!r}; a classifier needs "
                    f"samples of two classes or more in every task.{CONSTANT}"
                )
            missing = np.setdiff1d(present, own)
            if len(missing):
                unknown = self.classes.tolist()[int(missing[0])]
                raise ValueError(
                    f"y{owner} has no sample of class {unknown!r}; every task needs "
                    f"samples of every class.{CONSTANT}"
                )
        return present.astype(np.intp)

    def _weights(self, data, targets):
        """Return sample weights times those of the classes."""
        columns = list(data.target_columns())
        codes = np.concatenate([y for _, y, _ in columns]).astype(np.intp)
        if isinstance(
            self.class_weight, str
        ):  # scikit-learn 1.6 knows no sample weights
            sums = np.bincount(codes, np.concatenate([own for _, _, own in columns]))
            factors = sums.sum() / (len(sums) * sums)
        else:
            given = {"classes": self.classes, "y": self.classes[codes]}
            factors = compute_class_weight(self.class_weight, **given)
        weights = []
        for Y, own in zip(targets, data.weights, strict=True):
            own = np.ones(len(Y)) if own is None else own
            weights.append(factors[Y] * own.reshape(len(Y), -1))
        return weights


def accuracy(y, guess, weights, offset, average):
    """Return the fraction of right labels, as `tasks.r_squared` takes its arguments."""
    numbers, guess, weights = tasks.columns_with_weights(y, guess, weights)
    return float(np.mean(np.average(numbers == guess, axis=1, weights=weights)))


class LossClassifier(ClassifierMixin, GroupedModel):
    """Logistic regression, of one class against the rest where there are several."""

    _parameter_constraints = {
        **GroupedModel._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def _coef_rows(self):
        check_is_fitted(self)
        return np.moveaxis(self.coef_, 0, -1).reshape(self.coef_.shape[1], -1)

    def _rows_of(self, features):
        return self.coef_[:, features]

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), dict, \
                array-like of shape (n_tasks, n_samples, n_features), or list of \
                n_tasks {array-like, sparse matrix} of shape (n_samples_k, n_features)
            A design that all tasks share, or a long table whose rows carry task
            labels; or one design per task, in one array, in a list, or in a dict by
            task with a dict as y. Without one, a dict holds the columns of every
            group, as arrays of shape (n_samples,) or (n_samples, n_columns).
        y : array-like of shape (n_samples,), (n_samples, n_tasks) or \
                (n_tasks, n_samples), or list of n_tasks array-like of shape \
                (n_samples_k,)
            The labels, in the layout of X. Every task needs samples of every class.
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
            Every task is weighed by its own sum.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task. This, or the parameter ``task_column``,
            makes X a long table.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y. For two classes
            only.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, weights are negative or sum to
            0 in a task, a task lacks a class, groups or their weights are not as
            described, or both ``task`` and ``task_column`` are given.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If a strength is 0, or parameters and data make this another model.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task, offset=offset)

    def _read(self, X, y, sample_weight=None, task=None, offset=None):
        own_designs = not tasks.is_dict(X) and tasks.has_task_designs(X)
        labels, constant = read_labels(X, y, own_designs), self.degenerate_tasks
        reader = ClassReader(labels, self.class_weight, constant == "constant")
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        data = reader.prepare(self._read_data(X, reader.numbers(), **given))
        data = data._replace(classes=reader.classes)
        if offset is not None and len(reader.classes) > 2:
            raise ValueError(
                f"offset is for two classes, but y has {len(reader.classes)}."
            )
        return data

    def _pose_chunks(self, chunked, y, sample_weight, offset):
        raise ValueError(
            f"Paths and alpha_max of {type(self).__name__} need the rows of X in "
            "memory; fit it to chunked X at given alphas."
        )

    def _fit_to_chunks(self, chunked, y, sample_weight, offset):
        if chunked.is_statistics:
            raise ValueError(
                f"{type(self).__name__} needs the rows of the data; statistics do for "
                "squared errors only."
            )
        labels = read_labels(list(chunked.designs), y, chunked.kind in ("dict", "list"))
        reader = ClassReader(labels, self.class_weight)
        return fit_chunked_classifier(self, chunked, reader, sample_weight, offset)

    def _objective(self, data):
        return ClassificationObjective(data, self._loss_objective)

    def _attributes(self, objective, arrays):
        fitted = super()._attributes(objective, arrays)
        return {"classes_": objective.data.classes, **fitted}

    def decision_function(self, X, task=None, offset=None):
        """Return the linear predictors.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            In a layout that ``fit`` takes; a dict if X was one in ``fit``.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task, one of ``tasks_``.
        offset : array-like, default=None
            What to add to them, in the layout of the labels. For two classes only.

        Returns
        -------
        decision : ndarray, or list of n_tasks ndarray
            For two classes in the layout of the labels that belong to X: the
            logarithm of the odds of ``classes_[1]``. For more, with another last axis
            of ``n_classes``: that of the odds of each class against the rest.
        """
        check_is_fitted(self)
        coef, intercept = (np.moveaxis(v, 0, -1) for v in (self.coef_, self.intercept_))
        if len(self.coef_) == 1:
            coef, intercept = coef[..., 0], intercept[..., 0]
        elif offset is not None:
            raise ValueError(
                f"offset is for two classes, but there are {len(self.classes_)}."
            )
        return tasks.add_offset(self._predictor(X, coef, intercept, task), offset)

    def predict_proba(self, X, task=None, offset=None):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X, task, offset : object
            As for ``decision_function``.

        Returns
        -------
        probability : ndarray, or list of n_tasks ndarray
            In the layout of the labels that belong to X (a dict by task if X is one),
            with another last axis of
            ``n_classes``. With more than two classes, those of each against the rest
            are divided by their sum.
        """
        return tasks.map_tasks(
            self._probabilities, self.decision_function(X, task, offset)
        )

    def _probabilities(self, decision):
        if len(self.classes_) == 2:
            return np.stack([expit(-decision), expit(decision)], axis=-1)
        return np.exp(log_probabilities(decision))

    def predict(self, X, task=None, offset=None):
        """Predict the classes.

        Parameters
        ----------
        X, task, offset : object
            As for ``decision_function``.

        Returns
        -------
        y : ndarray of shape (n_samples,), (n_samples, n_tasks), (n_tasks, n_samples), \
                or list of n_tasks ndarray of shape (n_samples_k,)
            In the layout of the labels that belong to X: a dict by task if X is one.
        """
        numbers = tasks.map_tasks(
            self._numbers, self.decision_function(X, task, offset)
        )
        return tasks.map_tasks(self.classes_.__getitem__, numbers)

    def _numbers(self, decision):
        """Return the number of the class that decisions are for."""
        if len(self.classes_) == 2:
            return (decision > 0).astype(np.intp)
        return decision.argmax(axis=-1)

    def score(self, X, y, sample_weight=None, task=None, offset=None):
        """Return the accuracy: the fraction of labels that are predicted.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            As for ``decision_function``.
        y : array-like, or one per task
            The labels, in the layout of X.
        sample_weight : float or array-like, default=None
            Weights in the layout of y.
        task, offset : array-like
            As for ``decision_function``.

        Returns
        -------
        score : float, ndarray of shape (n_tasks,), or dict of float by task
            One number per task if X holds one design per task; else a float, over all
            samples and columns of y.
        """
        guess = tasks.map_tasks(self._numbers, self.decision_function(X, task, offset))
        own = self._has_task_designs(X)
        numbers = numbers_of(read_labels(X, y, own), self.classes_)
        labels = self.tasks_ if own else None
        return tasks.score_predictions(
            guess, numbers, sample_weight, labels=labels, measure=accuracy
        )
