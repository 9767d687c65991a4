"""An estimator, seen from one task: what scikit-learn's scorers need of it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from mutar_cy import tasks


def answers(method):
    """Return a check of whether the estimator of a view has a method."""
    return lambda view: hasattr(view.estimator, method)


class TaskSamples(NamedTuple):
    """The samples of one task."""

    label: Any
    X: Any  # (n_k, p)
    y: np.ndarray  # (n_k,) or (n_k, q)
    weight: np.ndarray | None  # (n_k,) or (n_k, q)
    answer: Callable  # from the name of a method to what it returns for X
    score: Callable  # the estimator's own score for these samples, without arguments


class TaskView:
    """Answers of a fitted estimator for the samples of one task.

    Parameters
    ----------
    estimator : estimator
    samples : TaskSamples
    """

    def __init__(self, estimator, samples):
        self.estimator, self.samples = estimator, samples

    @property
    def classes_(self):
        """The classes of a classifier."""
        return self.estimator.classes_

    @available_if(answers("predict"))
    def predict(self, X):
        """Return what the estimator predicts for these samples."""
        return self._answer("predict", X)

    @available_if(answers("predict_proba"))
    def predict_proba(self, X):
        """Return the probabilities of the classes for these samples."""
        return self._answer("predict_proba", X)

    @available_if(answers("decision_function"))
    def decision_function(self, X):
        """Return the linear predictors for these samples."""
        return self._answer("decision_function", X)

    def _answer(self, method, X):
        if X is not self.samples.X:
            raise ValueError(
                "A scorer over tasks can ask only for predictions for the X that it "
                "is given."
            )
        return self.samples.answer(method)

    def __sklearn_tags__(self):
        return get_tags(self.estimator)

    def score(self, scorer):
        """Return what a scorer makes of the answers, or the estimator's own score.

        Parameters
        ----------
        scorer : callable or None

        Returns
        -------
        score : float
            Finite.
        """
        label, X, y, weight, _, own_score = self.samples
        given = {} if weight is None else {"sample_weight": weight}
        name = tasks.format_label(label)
        try:
            score = own_score() if scorer is None else scorer(self, X, y, **given)
        except ValueError as error:
            raise ValueError(f"Task {name}: {error}") from error
        if not np.isfinite(score):
            raise ValueError(
                f"The score of task {name} is {score}; it may not be defined for the "
                f"{len(y)} sample(s) of this task that are to be scored."
            )
        return float(score)


def leave_out_missing(samples):
    """Return the samples of a task without those that miss a target."""
    missing = np.isnan(samples.y.reshape(len(samples.y), -1)).any(axis=1)
    if not missing.any():
        return samples
    if missing.all():
        name = tasks.format_label(samples.label)
        raise ValueError(f"Task {name} has no sample with a known target.")
    kept, answer = ~missing, samples.answer
    return samples._replace(
        X=tasks.take_samples(samples.X, kept),
        y=samples.y[kept],
        weight=None if samples.weight is None else samples.weight[kept],
        answer=lambda method: answer(method)[kept],
    )
