"""Regression of several tasks with any loss: data, predictions, score."""

from functools import partial

import numpy as np
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils._param_validation import StrOptions

from mutar_cy import tasks
from mutar_cy.estimators._grouped_model import GroupedModel
from mutar_cy.losses import Loss, get_loss, regression_losses
from mutar_cy.objectives import all_or_nothing, dispersion


def check_targets(loss, data, constants="raise"):
    """Return data, or raise if a target is outside the range of a loss.

    Parameters
    ----------
    loss : Loss
    data : TaskData
    constants : {"raise", "constant"} or None, default="raise"
        Whether tasks without a finite optimum are fitted by constants; None if the
        model cannot.
    """
    if np.isneginf(loss.lower_bound) and not loss.degenerate_targets:
        return data  # any number will do, and finite they are
    for owner, y, _ in data.target_columns():
        loss.check_target(y, owner)
        if len(y) and constants != "constant" and loss.lacks_optimum(y):
            other = ", or set degenerate_tasks='constant' to fit a constant to it"
            raise ValueError(
                f"y{owner} has {loss.degenerate_targets}; with loss={loss.name!r} the "
                f"intercept has no finite optimum. Leave it out"
                f"{other if constants else ''}."
            )
    return data


def objective_class(estimator, loss, kinds):
    """Return the class of the objective of a model.

    Parameters
    ----------
    estimator : estimator
        With or without a parameter ``concomitant``.
    loss : Loss
    kinds : tuple of type
        The class for given noise levels, and that for estimated ones.
    """
    plain, concomitant = kinds
    if not getattr(estimator, "concomitant", False):
        return plain
    if not loss.is_quadratic:
        raise ValueError(
            f"concomitant=True estimates the noise of loss='squared_error', got "
            f"loss={loss.name!r}. Leave concomitant=False."
        )
    if estimator.ridge:
        raise ValueError(
            f"concomitant=True takes no ridge, got ridge={estimator.ridge!r}. Leave "
            f"ridge=0."
        )
    return concomitant


class LossRegressor(MultiOutputMixin, RegressorMixin, GroupedModel):
    """Regression whose parameter ``loss`` says what targets are like."""

    _parameter_constraints = {
        **GroupedModel._parameter_constraints,
        "loss": [StrOptions(set(regression_losses())), Loss],
        "missing_targets": [StrOptions({"raise", "ignore"})],
    }

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
        y : array-like of shape (n_samples,) or (n_samples, n_tasks), \
                (n_tasks, n_samples) or (n_tasks, n_samples, n_responses), or list of \
                n_tasks array-like of shape (n_samples_k,) or \
                (n_samples_k, n_responses)
            The targets, in the layout of X: at least 0 for the loss "poisson", and
            positive for "gamma". Several responses of a task share its design. With
            task labels, shape (n_samples,) or (n_samples, n_responses).
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
            Every task is weighed by its own sum, so that only weights within a task
            matter; ``task_weight`` weighs tasks.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task. This, or the parameter ``task_column``,
            makes X a long table.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y: for counts, the
            logarithm of the exposure.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, weights are negative or sum to
            0 in a task, targets are beyond the range of the loss or, for the loss
            "poisson", all 0 in a task; if groups or their weights are not as
            described; or if both ``task`` and ``task_column`` are given.

        Warns
        -----
        ConvergenceWarning
            If the duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If a strength is 0, or parameters and data make this another model.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task, offset=offset)

    def _read(self, X, y, sample_weight=None, task=None, offset=None):
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        data = self._read_data(X, y, **given)
        return self._check_targets(get_loss(self.loss), data)

    def _check_targets(self, loss, data):
        """Return data, or raise if a target is outside the range of a loss."""
        return check_targets(loss, data, self.degenerate_tasks)

    def _objective(self, data):
        return self._loss_objective(data, get_loss(self.loss))

    def _attributes(self, objective, arrays):
        fitted = super()._attributes(objective, arrays)
        loss, data, coef = objective.loss, objective.data, fitted["coef_"]
        mean = loss.mean if loss.link != "identity" else None
        means = tasks.fitted_values(data, coef, fitted["intercept_"], mean)
        pairs = zip(data.targets, means, strict=True)
        fitted["residuals_"] = data.unstack([Y - own for Y, own in pairs])
        if "sigma" in arrays:
            fitted["sigma_"] = arrays["sigma"]
        if loss.link == "log":
            n_parameters = np.count_nonzero(coef)
            n_parameters += objective.n_columns if self.fit_intercept else 0
            fitted["dispersion_"] = dispersion(loss, data, means, n_parameters)
        return fitted

    def predict(self, X, task=None, offset=None):
        """Predict the expected targets.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            In a layout that ``fit`` takes; a dict if X was one in ``fit``. A model
            fitted to own designs, or to a long table, predicts for an X of shape
            (n_samples, n_features) only with task labels.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task, one of ``tasks_``.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of what is returned.

        Returns
        -------
        y : ndarray of shape (n_samples,), (n_samples, n_tasks), (n_tasks, n_samples), \
                or list of n_tasks ndarray of shape (n_samples_k,)
            In the layout of the targets that belong to X: a dict by task if X is one.
            With a last axis
            ``n_responses`` if the tasks had one in ``fit``. Those of the losses
            "poisson" and "gamma" are the exponentials of the linear predictors.

        Raises
        ------
        ValueError
            If X needs task labels and has none, or a label was not seen in ``fit`` and
            ``unseen_tasks="raise"``; or the offset has another shape than the
            predictions.
        """
        eta = self._linear_predictor(X, task, offset)
        loss = get_loss(self.loss)
        if loss.link == "identity":
            return eta
        return tasks.map_tasks(loss.mean, eta)

    def score(self, X, y, sample_weight=None, task=None, offset=None):
        """Return the fraction of the deviance that is explained, D squared.

        This is 1 less the deviance of the predictions over that of the null model,
        which knows the offsets and the best intercept for these data. For squared
        error it is the coefficient of determination R squared.

        Parameters
        ----------
        X : array-like, sparse matrix, dict, or one matrix per task
            As for ``predict``.
        y : array-like, or one per task
            The targets, in the layout of X.
        sample_weight : float or array-like, default=None
            Weights in the layout of y.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y.

        Returns
        -------
        score : float, ndarray of shape (n_tasks,), or dict of float by task
            One number per task, responses weighed by their variance (by their deviance
            where the loss is not squared error), if X holds one design per task; else a
            float: all samples pooled in a long table, and the mean over the columns of
            y.

        Warns
        -----
        UndefinedMetricWarning
            If a score is NaN, as R squared of a single sample.
        """
        loss = get_loss(self.loss)
        return tasks.score_predictions(
            self._linear_predictor(X, task),
            y,
            sample_weight,
            labels=self.tasks_ if self._has_task_designs(X) else None,
            missing=self.missing_targets == "ignore",
            offset=offset,
            measure=(
                tasks.r_squared
                if loss.is_quadratic
                else partial(explained_deviance, loss)
            ),
        )

    def _linear_predictor(self, X, task=None, offset=None):
        """Return linear predictors, offsets included, in the layout that X is in."""
        # `_predictor` raises before ``fit``, when there is no ``coef_``.
        coef = getattr(self, "coef_", None)
        eta = self._predictor(X, coef, getattr(self, "intercept_", None), task)
        return tasks.add_offset(eta, offset)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = get_loss(self.loss).lower_bound >= 0
        return tags


def explained_deviance(loss, y, guess, weights, offset, average):
    """Return the fraction of the deviance that is explained, over all columns.

    The null model has an intercept and the offsets. Where it is perfect, the fraction
    is 1 if the predictions are too, else 0.

    Parameters
    ----------
    loss : Loss
    y, guess, weights, offset, average
        As `tasks.r_squared` takes them; the guess is a linear predictor.
    """
    offset = np.zeros(y.shape) if offset is None else offset
    offset = offset.reshape(len(y), -1).T
    columns = zip(*tasks.columns_with_weights(y, guess, weights), offset, strict=True)
    pairs = np.array([_deviances(loss, *column) for column in columns])
    if average == "variance_weighted":
        pairs = pairs.sum(axis=0, keepdims=True)
    return float(np.mean([_fraction(*pair) for pair in pairs]))


def _fraction(own, null):
    if null > 0.0:
        return 1.0 - own / null
    return 1.0 if own <= 0.0 else 0.0


def _deviances(loss, y, guess, weights, offset):
    """Return half the deviances of the predictions and of the null model."""
    here = ~np.isnan(y) & (weights > 0)
    loss.check_target(y[here])
    sqrt_weight = np.sqrt(weights[here])
    y, offset = y[here], offset[here]
    eta = guess[here].astype(np.float64) + offset
    constant = loss.constant_to_optimal(y, sqrt_weight)
    if loss.lacks_optimum(y):  # the null model is perfect
        exact = np.array_equal(y, loss.mean(eta))
        return (0.0 if exact else np.inf), 0.0
    if np.isinf(eta).any():  # a constant that these targets are not
        return np.inf, 1.0
    null = offset + loss.fit_intercept_only(y, offset, sqrt_weight)
    # Below this a loss is zero up to the rounding of its terms.
    rounding = 1e-12 * (abs(constant) + sqrt_weight @ sqrt_weight)
    own, null = (loss.value(y, v, sqrt_weight) + constant for v in (eta, null))
    return tuple(value if value > rounding else 0.0 for value in (own, null))
