"""How features are counted over subsamples, and what is done with those that stay."""

from contextlib import closing
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import get_tags
from sklearn.utils._param_validation import validate_parameter_constraints
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.estimators import (
    CallbackSupportMixin,
    all_or_nothing,
    reporter,
    warn_user,
)
from mutar_cy.model_selection._parallel import run_all
from mutar_cy.model_selection._selections import Counts, Selections
from mutar_cy.model_selection._stability import (
    accepted,
    lay_out,
    make_model,
    of_groups,
    summary,
)
from mutar_cy.model_selection._subsamples import Subsamples

UNCONVERGED = (
    "Objective did not converge in {} fits to subsamples. You might want to increase "
    "the number of iterations, max_iter, of the {}, or its tol; a very small alpha "
    "makes a problem hard."
)
# What only some fits set.
OPTIONAL = "feature_names_in_", "group_names_", "group_path_", "group_frequencies_"


class SubsampleSelector(SelectorMixin, CallbackSupportMixin, BaseEstimator):
    """Fit to subsamples, count what they select, and keep what most of them do.

    A subclass adds its parameters.
    """

    _parameter_constraints: dict[str, Any] = {}
    estimator: Any
    n_subsamples: int

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None):
        """Fit the estimator to all subsamples, and count what it selects.

        Parameters
        ----------
        X, y, sample_weight, task, offset : object
            The data, in any layout that ``estimator.fit`` takes, and what it takes of
            the others. Subsamples carry along weights, labels and offsets.

        Returns
        -------
        self : object
            The fitted selector.

        Raises
        ------
        TypeError
            If ``estimator`` is not one of this package's with fixed strengths, or its
            ``fit`` does not take what is given.
        ValueError
            If the data are not as it asks for, or a subsample has no sample of a task,
            or of a class.

        Warns
        -----
        ConvergenceWarning
            If fits to subsamples have not converged, with their number.
        """
        names = self.get_params(deep=False)
        validate_parameter_constraints(
            self._parameter_constraints, names, caller_name=type(self).__name__
        )
        model = make_model(self.estimator)
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        problem = model._read(X, y, **accepted(model, given))
        layout = lay_out(model, problem, self.alphas, self.eps)
        if self.max_features is not None and len(layout.points) == 1:
            raise ValueError(
                f"max_features={self.max_features} cuts paths, but there is one "
                f"strength only; give alphas."
            )
        selections = Selections(
            model, problem, layout.points, layout.units, self.max_features
        )
        report = reporter(self, X, y, step="subsample", n_steps=self.n_subsamples)
        counts = self._count(selections, report)
        fitted = {
            "alphas_": layout.alphas,
            "tasks_": problem.samples.labels,
            **summary(counts, self.threshold),
            **of_groups(counts, layout.group_names),
            **_columns(model),
        }
        if report is not None:
            report.close(fitted)
        for name in OPTIONAL:
            self.__dict__.pop(name, None)
        self.__dict__.update(fitted)
        if counts.n_unconverged:
            warn_user(
                UNCONVERGED.format(counts.n_unconverged, type(model).__name__),
                category=ConvergenceWarning,
            )
        return self

    def _count(self, selections, report):
        """Fit to all subsamples, and return the counts of what they select."""
        subsamples = Subsamples(
            selections.problem.samples,
            self.sample_fraction,
            self.n_subsamples,
            self.random_state,
            is_classifier(selections.model),
        )
        counts = Counts(selections)
        items = ((subsamples, which) for which in range(self.n_subsamples))
        # Closed whatever happens: jobs that nobody waits for are not begun.
        with closing(run_all(selections.among, items, self.n_jobs)) as results:
            for found in results:
                counts.add(*found)
                if report is not None:
                    report(counts.number, np.nan, np.nan)
        return counts

    @property
    def stable_groups_(self):
        """Names of the groups whose frequency reaches the threshold, a list."""
        pairs = zip(self.group_names_, self.group_frequencies_, strict=True)
        return [name for name, frequency in pairs if frequency >= self.threshold]

    def get_support(self, indices=False):
        """Tell which columns of X are kept.

        Parameters
        ----------
        indices : bool, default=False
            Whether to return the indices of those kept, instead of a mask.

        Returns
        -------
        support : ndarray of shape (n_features_in_,)
            The stable features, and the task column if the estimator has one: columns
            are counted as X has them, while ``support_`` counts features only.
        """
        return super().get_support(indices)

    def _get_support_mask(self):
        check_is_fitted(self)
        if self._task_position is None:
            return self.support_
        return np.insert(self.support_, self._task_position, True)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "support_")

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.input_tags, tags.target_tags = inner.input_tags, inner.target_tags
        tags.target_tags.required = True
        return tags


def _columns(model):
    """Return what a model that has read data knows of the columns of X."""
    names = getattr(model, "feature_names_in_", None)
    fitted = {} if names is None else {"feature_names_in_": names}
    names = None if names is None else names.tolist()
    at = tasks.task_position(model, names, model.n_features_in_)
    return {**fitted, "n_features_in_": model.n_features_in_, "_task_position": at}
