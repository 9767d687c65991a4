"""Fit, predict and score of regression on groups of features."""

from functools import partial

from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.designs import make_stack
from mutar_cy.estimators._deviance import (
    LOSSES,
    explained_deviance,
    refuse_targets,
    sample_bends,
    sample_deviances,
)
from mutar_cy.estimators._fitting import all_or_nothing, minimise
from mutar_cy.estimators._follow import follow_joint
from mutar_cy.estimators._group_model import GroupModel, group_attributes
from mutar_cy.estimators._group_problem import is_dict
from mutar_cy.estimators._model import fitted_attributes
from mutar_cy.glm import (
    Responses,
    glm_alpha_max,
    make_responses,
    solve_glm,
    solve_glm_path,
)
from mutar_cy.losses import SquaredError
from mutar_cy.solvers import alpha_max, solve, solve_path

UNPENALISED = {
    "squared_error": ("least squares", "LinearRegression"),
    "poisson": ("Poisson regression", "PoissonRegressor"),
    "gamma": ("gamma regression", "GammaRegressor"),
}


class GroupRegression(MultiOutputMixin, RegressorMixin, GroupModel):
    """Regression whose parameter ``loss`` says what targets are like."""

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), dict, \
                array-like of shape (n_tasks, n_samples, n_features), or list of \
                n_tasks {array-like, sparse matrix} of shape (n_samples_k, n_features)
            A design that all tasks share, or a long table whose rows carry task
            labels; or one design per task, in one array or in a list. A dict holds
            the columns of every group, as arrays of shape (n_samples,) or
            (n_samples, n_columns).
        y : array-like of shape (n_samples,) or (n_samples, n_tasks), \
                (n_tasks, n_samples) or (n_tasks, n_samples, n_responses), or list of \
                n_tasks array-like of shape (n_samples_k,) or \
                (n_samples_k, n_responses)
            The targets, in the layout of X: at least 0 for the loss "poisson", and
            positive for "gamma".
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
            If ``alpha`` is 0.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task, offset=offset)

    def _read(self, X, y, sample_weight=None, task=None, offset=None):
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        return self._read_groups(X, y, partial(refuse_targets, self.loss), **given)

    def _pose_problem(self, problem):
        problem, penalty, blocks = self._pose_groups(problem)
        loss = LOSSES.get(self.loss)
        if loss is None and blocks is not None and penalty.isotropic:
            loss = SquaredError()  # there, blocks are turned, and solved exactly
        if loss is not None:
            stack = make_responses(problem.parts, loss, self.fit_intercept)
        else:
            parts = [_less_offset(part) for part in problem.parts]
            stack = make_stack(parts, self.fit_intercept)
        return problem, stack, penalty, blocks

    def _start(self, problem):
        return problem.from_user(super()._start(problem))

    def _minimise(self, stack, penalty, groups, start, report):
        solver = _solvers(stack)[0]
        options = {"groups": groups, "start": start, "report": report, "solver": solver}
        return minimise(self, stack, penalty, **options)

    def _follow(self, posed, points):
        _, stack, penalty, blocks = posed
        penalties = [penalty.replaced(**point) for point in points]
        options = self._options()
        yield from follow_joint(stack, penalties, blocks, options, _solvers(stack))

    def _coefficients(self, problem, solution):
        return super()._coefficients(problem, problem.to_user(solution))

    def _sample_bends(self, y, eta):
        return sample_bends(self.loss, y, eta)

    def _sample_losses(self, y, eta):
        return sample_deviances(self.loss, y, eta)

    def _fitted_attributes(self, problem, solution):
        fitted = fitted_attributes(problem, problem.to_user(solution))
        return {**fitted, **group_attributes(problem, fitted["coef_"])}

    def _alpha_max(self, posed):
        _, stack, penalty, blocks = posed
        find = glm_alpha_max if isinstance(stack, Responses) else alpha_max
        return float(find(stack, penalty, blocks))

    def _least_model(self):
        return UNPENALISED[self.loss]

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
            In the layout of the targets that belong to X; with a last axis
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
        if self.loss not in LOSSES:
            return eta
        mean = LOSSES[self.loss].mean
        return [mean(own) for own in eta] if isinstance(eta, list) else mean(eta)

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
        score : float or ndarray of shape (n_tasks,)
            One number per task, responses pooled, if X holds one design per task;
            else a float: all samples pooled in a long table, and the mean over the
            columns of y.
        """
        glm = self.loss in LOSSES
        return tasks.score_predictions(
            self._linear_predictor(X, task),
            y,
            sample_weight,
            per_task=not is_dict(X) and tasks.has_task_designs(X),
            missing=self.missing_targets == "ignore",
            offset=offset,
            measure=partial(explained_deviance, self.loss) if glm else tasks.r_squared,
        )

    def _linear_predictor(self, X, task=None, offset=None):
        check_is_fitted(self)
        return self._predictor(X, self.coef_, self.intercept_, task, offset)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.loss != "squared_error"
        return tags


def _solvers(stack):
    """Return the solvers of one penalty, and of several."""
    if isinstance(stack, Responses):
        return solve_glm, solve_glm_path
    return solve, solve_path


def _less_offset(part):
    """Return a part of squared error without offsets."""
    if part.offset is None:
        return part
    return part._replace(Y=part.Y - part.offset, offset=None)
