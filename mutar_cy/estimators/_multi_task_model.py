"""Base classes of the estimators of several tasks."""

from abc import ABCMeta, abstractmethod
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import (
    BaseEstimator,
    MultiOutputMixin,
    RegressorMixin,
    clone,
)

# The only underscored import from scikit-learn in the package.
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy._lib import (
    ExplainedArguments,
    one_blas_thread,
    refuse_class,
    refuse_unknown,
    way_to_drop_in,
)
from mutar_cy.estimators._chunked import fit_chunked, pose_chunked
from mutar_cy.estimators._chunked_input import chunked_input, is_mapped, refusal
from mutar_cy.estimators._chunked_predictions import predict_chunked, predict_long
from mutar_cy.estimators._grouping import join_as_in_fit, join_groups
from mutar_cy.model_selection import alpha_grid
from mutar_cy.objectives import (
    COUNT,
    NON_NEGATIVE,
    CallbackSupportMixin,
    all_or_nothing,
    check_parameters,
    options_of,
    solver_callback,
    warn_unpenalised,
)

# Attributes that only fits to chunked X, or to statistics, have.
# Attributes that only some fits have.
OF_SOME_FITS = "alpha_max_", "dispersion_", "sigma_"
OF_CHUNKS = "n_passes_", "n_bytes_read_", "dual_gap_statistics_", "_evidence"


class MultiTaskModel(
    ExplainedArguments, CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta
):
    """Read data, minimise an objective, keep the solution as attributes.

    A subclass adds its parameters, ``fit``, ``_read`` and ``_objective``.
    """

    groups: Any = None  # every feature alone, where it is not a parameter
    _fits_statistics = False  # whether statistics of squared errors are enough
    _fits_streams = False  # whether columns may come into play one after the other
    _streams_losses = False  # whether any loss is fitted by passes over the data

    _parameter_constraints = {
        "alpha": NON_NEGATIVE,
        "fit_intercept": ["boolean"],
        "max_iter": COUNT,
        "tol": NON_NEGATIVE,
        "positive": ["boolean"],
        "warm_start": ["boolean"],
        "task_weight": ["array-like", None],
        "task_column": [Integral, str, None],
        "unseen_tasks": [StrOptions({"raise", "mean"})],
    }

    @abstractmethod
    def _read(self, X, y, sample_weight=None, task=None):
        """Check the data and return them as `TaskData`."""

    @abstractmethod
    def _objective(self, data):
        """Return the objective of data that `_read` has returned."""

    def _options(self):
        """Return the fit options among the parameters."""
        return options_of(self)

    def _attributes(self, objective, arrays):
        """Return the fitted attributes, given `Objective.user_arrays`."""
        data = objective.data
        return {
            "coef_": arrays["coef"],
            "intercept_": arrays["intercept"],
            "n_iter_": arrays["n_iter"],
            "dual_gap_": arrays["dual_gap"],
            "objective_": arrays["objective"],
            "tasks_": data.labels,
            "layout_": data.layout.name,
            "is_fitted_": True,
            "_joined": data.blocks,
            "_groups": objective.feature_groups,
            "_names": objective.group_names,
            "_feature_names": data.feature_names,
        }

    @one_blas_thread()
    def _fit(self, X, y, **given):
        """Fit to X, y and the further arguments of ``fit``."""
        check_parameters(self)
        chunked = self._chunked(X, given)
        if chunked is not None:
            given = {name: given.get(name) for name in ("sample_weight", "offset")}
            callback = solver_callback(self, X, y, step="pass")
            self._fit_chunked(chunked.reporting(callback), y, given)
            if callback is not None:
                callback.close({n: v for n, v in vars(self).items() if n[-1] == "_"})
            return self
        objective = self._objective(self._read(X, y, **given))
        if objective.is_unpenalised and not getattr(self, "ridge", 0.0):
            warn_unpenalised(objective.loss)
        self._warn_other_model(objective)
        start = self._start(objective)
        callback = solver_callback(self, X, y)
        solution = objective.solve(start, callback)
        fitted = self._attributes(objective, objective.user_arrays(solution))
        fitted |= known_alpha_max(objective, fitted["coef_"])
        if callback is not None:
            callback.close(fitted)
        for name in (*OF_SOME_FITS, *OF_CHUNKS):  # of the last fit
            self.__dict__.pop(name, None)
        self.__dict__.update(fitted)
        objective.warn(solution)
        return self

    def _chunked(self, X, given):
        """Return X as `ChunkedInput` if it is read by rows or is statistics."""
        chunked = chunked_input(X, given.get("task"))
        if chunked is None:
            return None
        reason = refusal(self, given, chunked.kind)
        if reason is None:
            return chunked
        if is_mapped(chunked):  # what ordinary fits read without loading it
            return None
        raise ValueError(reason)

    def _fit_chunked(self, chunked, y, given):
        """Fit to chunked data by passes over them, the last of which certifies."""
        fit, solution, fitted = self._fit_to_chunks(chunked, y, **given)
        if fit.objective.is_unpenalised and not getattr(self, "ridge", 0.0):
            warn_unpenalised(fit.objective.loss)
        self._warn_other_model(fit.objective)
        fitted |= known_alpha_max(fit.objective, fitted["coef_"])
        for name in [name for name in vars(self) if name.endswith("_")]:
            del self.__dict__[name]  # of the last fit
        self.__dict__.pop("_evidence", None)
        self.__dict__.update(fitted)
        fit.objective.warn(solution)
        return self

    def _fit_to_chunks(self, chunked, y, sample_weight, offset):
        """Return the fit to chunked data, its solution and its attributes."""
        return fit_chunked(self, chunked, y, sample_weight, offset)

    def _posed_chunks(self, X, y, given):
        """Return a fit to chunked X, not yet solved, and its data; None for others."""
        chunked = self._chunked(X, given)
        if chunked is None:
            return None
        found = [given.get(name) for name in ("sample_weight", "offset")]
        return self._pose_chunks(chunked, y, *found)

    def _pose_chunks(self, chunked, y, sample_weight, offset):
        """Return a fit to chunked data, not yet solved, and the data."""
        return pose_chunked(self, chunked, y, sample_weight, offset)

    def _path_grid(self, objective, alphas, betas, eps):
        """Return the grid of strengths of a path."""
        if betas is not None:
            raise ValueError(
                f"betas={betas!r}, but {type(self).__name__} has one strength, alpha; "
                "leave betas=None."
            )
        return alpha_grid(objective, alphas, eps)

    def _warn_other_model(self, objective):
        """Warn if the parameters and the data make this another model."""

    def _read_data(self, X, y, **given):
        """Check the data, whose features may come as a dict of arrays."""
        X, joined = join_groups(self, X, y)
        data = tasks.read_task_data(self, X, y, **given)
        return data if joined is None else data._replace(blocks=joined)

    def _predictor(self, X, coef, intercept, task=None):
        """Return linear predictors in the layout that X is in.

        Parameters
        ----------
        X, task : object
            As given to ``predict``.
        coef : ndarray of shape (n_features, ...)
        intercept : ndarray of the shape of one row of ``coef``
        """
        check_is_fitted(self)
        chunked = chunked_input(X)
        if chunked is not None and not is_mapped(chunked):
            if task is not None and chunked.kind == "table":
                return predict_long(self, X, coef, intercept, task)
            return predict_chunked(self, chunked, X, coef, intercept)
        X = join_as_in_fit(X, self._joined, type(self).__name__)
        return tasks.linear_predictor(self, X, coef, intercept, task)

    def _has_task_designs(self, X):
        """Tell whether X holds one design per task."""
        return self._joined is None and tasks.has_task_designs(X)

    def _start(self, objective):
        """Return the coefficients to start from, or None for zeros."""
        coef = self._last_coef(objective.coef_shape)
        return None if coef is None else objective.start_from(coef)

    def _last_coef(self, shape):
        """Return ``coef_`` if it is to be started from, and see that it fits."""
        if not self.warm_start or not hasattr(self, "coef_"):
            return None
        if self.coef_.shape != shape:
            raise ValueError(
                f"warm_start=True, but the coefficients of the last fit have shape "
                f"{self.coef_.shape} and these data ask for {shape}. Set "
                f"warm_start=False to start from zeros."
            )
        return self.coef_.astype(np.float64)

    def _coef_rows(self):
        """Return coefficients with an axis of features and one of all others."""
        check_is_fitted(self)
        return self.coef_.reshape(len(self.coef_), -1)

    @property
    def groups_(self):
        """The features of every group, a list of ndarray of int64."""
        rows = self._fitted("groups_")
        if self._groups is None:
            return list(np.arange(len(rows))[:, np.newaxis])
        return self._groups

    @property
    def group_names_(self):
        """The names of the groups, a list: of features where these are alone."""
        rows = self._fitted("group_names_")
        if self._groups is not None:
            return self._names
        names = self._feature_names
        return list(range(len(rows))) if names is None else list(names)

    @property
    def group_norms_(self):
        """The Frobenius norm of every group of coefficients, (n_groups,)."""
        rows = self._fitted("group_norms_")
        if self._groups is None:
            return norms_of(rows[:, np.newaxis])
        norms = [norms_of(rows[own][np.newaxis]) for own in self._groups]
        return np.concatenate(norms)

    @property
    def selected_groups_(self):
        """The names of the groups with a coefficient that is not 0, a list."""
        pairs = zip(self.group_names_, self.get_support(groups=True), strict=True)
        return [name for name, selected in pairs if selected]

    def _fitted(self, name):
        """Return `_coef_rows`, or raise AttributeError before ``fit``."""
        if not hasattr(self, "coef_"):
            raise AttributeError(
                f"{type(self).__name__} has no {name} before fit; call fit first."
            )
        return self._coef_rows()

    def get_support(self, groups=False, indices=False):
        """Tell which features, or which groups, are selected.

        Parameters
        ----------
        groups : bool, default=False
            Whether to tell of groups, instead of features.
        indices : bool, default=False
            Whether to return the indices of those selected, instead of a mask.

        Returns
        -------
        support : ndarray of shape (n_features,) or (n_groups,)
            A feature is selected if one of its coefficients is not 0, in any task or
            class; a group if one of its features is. Features are counted without the
            task column.
        """
        mask = self._coef_rows().any(axis=1)
        if groups and self._groups is not None:
            mask = np.array([mask[own].any() for own in self._groups])
        return np.flatnonzero(mask) if indices else mask

    def coef_by_group(self):
        """Return the coefficients of every group by its name.

        Returns
        -------
        coefs : dict of ndarray
            Of shape (n_features_of_the_group, ...), shaped as ``coef_`` beyond the axis
            of features. Features in no group are in none of them.
        """
        self._coef_rows()
        return {
            name: self._rows_of(own)
            for name, own in zip(self.group_names_, self.groups_, strict=True)
        }

    def _rows_of(self, features):
        """Return the coefficients of some features."""
        return self.coef_[features]

    def __repr__(self, N_CHAR_MAX=700):
        text = super().__repr__(N_CHAR_MAX)
        if not hasattr(self, "alpha_max_"):
            return text
        largest = np.array2string(np.asarray(self.alpha_max_), precision=3)
        return f"{text}  # all coefficients are 0, alpha_max_={largest}"

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coef_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags


def norms_of(groups):
    """Return the Frobenius norms of groups, also where squares leave the range.

    Parameters
    ----------
    groups : ndarray of shape (n_groups, n_features_of_a_group, n_columns)
    """
    largest = np.abs(groups).max(axis=(1, 2), initial=0.0)
    scaled = groups / np.where(largest > 0.0, largest, 1.0)[:, np.newaxis, np.newaxis]
    return largest * np.sqrt(np.einsum("gfc,gfc->g", scaled, scaled))


class MultiTaskRegressor(MultiOutputMixin, RegressorMixin, MultiTaskModel):
    """Read the tasks, solve, and answer in the layout of the tasks.

    A subclass adds its parameters and ``_objective``.
    """

    _parameter_constraints = {
        **MultiTaskModel._parameter_constraints,
        "normalize": ["boolean", StrOptions({"std"})],
        "penalty_weights": [StrOptions({"sqrt_size"}), "array-like", dict],
        "missing_targets": [StrOptions({"raise", "ignore"})],
    }

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), \
                array-like of shape (n_tasks, n_samples, n_features), or list of \
                n_tasks {array-like, sparse matrix} of shape (n_samples_k, n_features)
            A design that all tasks share, or a long table whose rows carry task
            labels; or one design per task, in one array, in a list, or in a dict by
            task with a dict as y.
        y : array-like of shape (n_samples,) or (n_samples, n_tasks), \
                (n_tasks, n_samples) or (n_tasks, n_samples, n_responses), or list of \
                n_tasks array-like of shape (n_samples_k,) or \
                (n_samples_k, n_responses)
            The targets, in the layout of X. Several responses of a task share its
            design. With task labels, shape (n_samples,) or (n_samples, n_responses).
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
            Every task is weighed by its own sum, so that only weights within a task
            matter; ``task_weight`` weighs tasks.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task. This, or the parameter ``task_column``,
            makes X a long table.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, weights are negative or sum to
            0 in a task, or both ``task`` and ``task_column`` are given.

        Warns
        -----
        ConvergenceWarning
            If the duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If a strength is 0.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task)

    def _read(self, X, y, sample_weight=None, task=None):
        return self._read_data(X, y, sample_weight=sample_weight, task=task)

    def _attributes(self, objective, arrays):
        fitted, data = super()._attributes(objective, arrays), objective.data
        residuals = tasks.residuals(data, fitted["coef_"], fitted["intercept_"])
        return {**fitted, "residuals_": residuals}

    def predict(self, X, task=None):
        """Predict the targets.

        Parameters
        ----------
        X : array-like, sparse matrix, or one of them per task
            In a layout that ``fit`` takes. A model fitted to own designs, or to a long
            table, predicts for an X of shape (n_samples, n_features) only with task
            labels.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task, one of ``tasks_``.

        Returns
        -------
        y : ndarray of shape (n_samples,), (n_samples, n_tasks), (n_tasks, n_samples), \
                or list of n_tasks ndarray of shape (n_samples_k,)
            In the layout of the targets that belong to X: a dict by task if X is one.
            With a last axis
            ``n_responses`` if the tasks had one in ``fit``.

        Raises
        ------
        ValueError
            If X needs task labels and has none, or a label was not seen in ``fit`` and
            ``unseen_tasks="raise"``.
        """
        check_is_fitted(self)
        return self._predictor(X, self.coef_, self.intercept_, task)

    def score(self, X, y, sample_weight=None, task=None):
        """Return the coefficient of determination R squared.

        Parameters
        ----------
        X : array-like, sparse matrix, or one of them per task
            As for ``predict``.
        y : array-like, or one per task
            The targets, in the layout of X.
        sample_weight : float or array-like, default=None
            Weights in the layout of y.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task.

        Returns
        -------
        score : float, ndarray of shape (n_tasks,), or dict of float by task
            One number per task, responses weighed by their variance, if X holds one
            design per task; else a float: all samples pooled in a long table, and the
            mean over the columns of y.

        Warns
        -----
        UndefinedMetricWarning
            If a score is NaN, as R squared of a single sample.
        """
        return tasks.score_predictions(
            self.predict(X, task),
            y,
            sample_weight,
            labels=self.tasks_ if self._has_task_designs(X) else None,
            missing=self.missing_targets == "ignore",
        )


def known_alpha_max(objective, coef):
    """Return the attribute ``alpha_max_`` of a fit without coefficients, a dict.

    Elsewhere it would cost another pass over the data.
    """
    strength = objective.strengths.get("alpha", 0.0)
    if coef.any() or not np.any(strength) or not objective.has_alpha_max:
        return {}
    return {"alpha_max_": objective.alpha_max()}


@one_blas_thread()
def alpha_max(estimator, X, y, **fit_params):
    """Return the smallest alpha for which all penalised coefficients are 0.

    It depends on the data and on every parameter but ``alpha`` itself, ``tol`` and
    ``max_iter``: intercepts, weights, groups and positivity all count. A second
    strength, as :class:`~mutar_cy.DirtyModel` has, is scaled along with ``alpha``: only
    their ratio counts. Grids of alpha are best laid out as fractions of it.

    Of models that are not convex (:class:`~mutar_cy.IndRewLasso`,
    :class:`~mutar_cy.ReweightedGroupLasso`, :class:`~mutar_cy.MultiLevelLasso`) it is
    that of the first convex problem. The problems that follow may leave no coefficient
    already from 0.4 to 0.8 of it on.

    Parameters
    ----------
    estimator : estimator
        One of this package's; it is not modified and need not be fitted.
    X, y : object
        The data, in any layout that ``estimator.fit`` takes.
    **fit_params : dict
        What else ``estimator.fit`` takes: ``sample_weight``, ``task``, and
        ``offset`` where it does.

    Returns
    -------
    alpha_max : float or ndarray
        In the unit of X times y, or of X where the loss is not the squared error. One
        number per task where every task has a penalty of its own:
        :class:`~mutar_cy.IndLasso`, and :class:`~mutar_cy.linear_model.Lasso` and
        :class:`~mutar_cy.linear_model.ElasticNet` with several targets.

    Raises
    ------
    TypeError
        If the estimator is not one of this package's.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, alpha_max
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.standard_normal((2, 30, 5)), rng.standard_normal((2, 30))
    >>> alpha = alpha_max(GroupLasso(), X, y)
    >>> GroupLasso(alpha=alpha).fit(X, y).selected_groups_
    []
    >>> GroupLasso(alpha=0.9 * alpha).fit(X, y).selected_groups_
    [4]
    """
    refuse_class(estimator, "alpha_max")
    if not hasattr(estimator, "_objective"):
        raise TypeError(
            f"alpha_max needs an estimator of mutar_cy, got {type(estimator).__name__}"
            f"{way_to_drop_in(estimator)}."
        )
    refuse_unknown(estimator, fit_params)
    model = clone(estimator)
    check_parameters(model)
    posed = model._posed_chunks(X, y, fit_params)
    if posed is not None:
        return posed[0].objective.alpha_max()
    return model._objective(model._read(X, y, **fit_params)).alpha_max()
