"""What classifiers on groups of features predict, and how right they are."""

import numpy as np
from scipy.special import expit
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.estimators._classes import (
    accuracy,
    class_probabilities,
    has_own_designs,
    numbers_of,
    read_labels,
)
from mutar_cy.estimators._group_model import GroupModel


class GroupDecisions(ClassifierMixin, GroupModel):
    """A linear predictor for every class, or for one of two."""

    def _rows(self):
        return np.moveaxis(self.coef_, 1, 0).reshape(self.coef_.shape[1], -1)

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
        return self._predictor(X, coef, intercept, task, offset)

    def predict_proba(self, X, task=None, offset=None):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X, task, offset : object
            As for ``decision_function``.

        Returns
        -------
        probability : ndarray, or list of n_tasks ndarray
            In the layout of the labels that belong to X, with another last axis of
            ``n_classes``. With more than two classes, those of each against the rest
            are divided by their sum.
        """
        return _each(self._probabilities, self.decision_function(X, task, offset))

    def _probabilities(self, decision):
        if len(self.classes_) == 2:
            return np.stack([expit(-decision), expit(decision)], axis=-1)
        return np.exp(class_probabilities(decision))

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
            In the layout of the labels that belong to X.
        """
        numbers = _each(self._numbers, self.decision_function(X, task, offset))
        return _each(lambda own: self.classes_[own], numbers)

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
        score : float or ndarray of shape (n_tasks,)
            One number per task if X holds one design per task; else a float, over all
            samples and columns of y.
        """
        guess = _each(self._numbers, self.decision_function(X, task, offset))
        own = has_own_designs(X)
        numbers = numbers_of(read_labels(X, y), self.classes_, own)
        return tasks.score_predictions(
            guess, numbers, sample_weight, per_task=own, measure=accuracy
        )


def _each(function, values):
    """Apply a function to every array of a list, or to an array."""
    if isinstance(values, list):
        return [function(own) for own in values]
    return function(values)
