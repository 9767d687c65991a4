"""Base classes of the estimators of several tasks."""

from abc import ABCMeta, abstractmethod
from numbers import Integral

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


class MultiTaskModel(CallbackSupportMixin, BaseEstimator, metaclass=ABCMeta):
    """Read data, minimise an objective, keep the solution as attributes.

    A subclass adds its parameters, ``fit``, ``_read`` and ``_objective``.
    """

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
        }

    def _fit(self, X, y, **given):
        """Fit to X, y and the further arguments of ``fit``."""
        check_parameters(self)
        objective = self._objective(self._read(X, y, **given))
        if objective.is_unpenalised:
            warn_unpenalised(objective.loss)
        start = self._start(objective)
        callback = solver_callback(self, X, y)
        solution = objective.solve(start, callback)
        fitted = self._attributes(objective, objective.user_arrays(solution))
        if callback is not None:
            callback.close(fitted)
        self.__dict__.update(fitted)
        objective.warn(solution)
        return self

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

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coef_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags


class MultiTaskRegressor(MultiOutputMixin, RegressorMixin, MultiTaskModel):
    """Read the tasks, solve, and answer in the layout of the tasks.

    A subclass adds its parameters and ``_objective``.
    """

    _parameter_constraints = {
        **MultiTaskModel._parameter_constraints,
        "normalize": ["boolean"],
        "penalty_weights": ["array-like", None],
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
            labels; or one design per task, in one array or in a list.
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
        return tasks.read_task_data(self, X, y, sample_weight, task)

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
            In the layout of the targets that belong to X; with a last axis
            ``n_responses`` if the tasks had one in ``fit``.

        Raises
        ------
        ValueError
            If X needs task labels and has none, or a label was not seen in ``fit`` and
            ``unseen_tasks="raise"``.
        """
        check_is_fitted(self)
        return tasks.predict(self, X, task)

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
        score : float or ndarray of shape (n_tasks,)
            One number per task, responses weighed by their variance, if X holds one
            design per task; else a float: all samples pooled in a long table, and the
            mean over the columns of y.
        """
        check_is_fitted(self)
        return tasks.score(self, X, y, sample_weight, task)


def alpha_max(estimator, X, y, **fit_params):
    """Return the smallest alpha for which all penalised coefficients are 0.

    It depends on the data and on every parameter but ``alpha`` itself, ``tol`` and
    ``max_iter``: intercepts, weights, groups and positivity all count. A second
    strength, as :class:`~mutar_cy.DirtyModel` has, is scaled along with ``alpha``: only
    their ratio counts. Grids of alpha are best laid out as fractions of it.

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
    >>> bool(GroupLasso(alpha=alpha).fit(X, y).coef_.any())
    False
    >>> bool(GroupLasso(alpha=0.9 * alpha).fit(X, y).coef_.any())
    True
    """
    if not hasattr(estimator, "_objective"):
        raise TypeError(
            f"alpha_max needs an estimator of mutar_cy, got {type(estimator).__name__}."
        )
    model = clone(estimator)
    check_parameters(model)
    return model._objective(model._read(X, y, **fit_params)).alpha_max()
