"""Estimators that choose their penalty strengths by cross-validation or a criterion."""

from inspect import signature
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from mutar_cy import tasks
from mutar_cy._lib import one_blas_thread
from mutar_cy.estimators._chunked import (
    cross_validate_chunked,
    finish_chunked,
    fit_all_rows,
)
from mutar_cy.model_selection import (
    alpha_grid,
    collect_losses,
    criterion_path,
    cross_validate,
    make_folds,
    select_best,
)
from mutar_cy.objectives import (
    COUNT,
    FRACTION,
    RelaxedFits,
    all_or_nothing,
    check_parameters,
    current_recorder,
    solver_callback,
    sparse_coefficients,
    warn_unconverged_folds,
    warn_unpenalised,
)

N_FOLDS = 5  # scikit-learn's default
CHOSEN = ("alpha", "beta", "warm_start")  # parameters that the class does not have
COLUMNS = "n_features_in_", "feature_names_in_"  # attributes that reading data sets
CONSTRAINTS: dict[str, Any] = {
    "alphas": [*COUNT, "array-like"],
    "eps": FRACTION,
    "cv": ["cv_object"],
    "n_jobs": [Integral, None],
    "rule": [StrOptions({"min", "1se"})],
    "criterion": [StrOptions({"aic", "bic", "ebic"}), None],
}
# Models with a parameter loss also have the criteria of quasi-likelihoods.
CRITERIA_OF_LOSSES = {"aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"}


RELAX: list[Any] = ["array-like", Interval(Real, 0, 1, closed="both"), None]


def constraints_of(cls, **more):
    """Return the constraints of the parameters of a cross-validated class.

    Parameters
    ----------
    cls : type
        The class whose strengths are chosen.
    **more : list or None
        Those of further parameters; None drops one.
    """
    every = {**cls._parameter_constraints, **CONSTRAINTS, **more}
    if "loss" in every:
        every["criterion"] = [StrOptions(CRITERIA_OF_LOSSES), None]
    return {
        name: own
        for name, own in every.items()
        if own is not None and (name not in CHOSEN or name in more)
    }


class Choice(NamedTuple):
    """The chosen strengths, and the attributes that explain the choice."""

    strengths: dict
    attributes: dict
    n_unconverged: int
    share: float = 1.0  # of the penalised coefficients


class CrossValidated:
    """Choose the penalty strengths, then fit to all rows.

    A mixin of the class ``_model_class`` whose strengths are chosen.
    """

    alphas: Any
    eps: float
    cv: Any
    rule: str
    criterion: str | None
    n_jobs: int | None
    relax: Any = None
    verbose: Any = 0
    _model_class: Any
    _chunked: Any  # of `MultiTaskModel` and of drop-ins
    _weighs_folds = True  # whether a fold counts by the weights of its samples

    def _model(self):
        """Return a model with the parameters that are not chosen."""
        names = signature(self._model_class).parameters
        given = {name: getattr(self, name) for name in names if hasattr(self, name)}
        return self._model_class(**given)

    def _path_model(self):
        """Return the model of a path over the strengths."""
        return self._model()

    def _objective(self, data):
        return self._model()._objective(data)

    def _grid(self, objective):
        """Return the grid of strengths to choose from."""
        return alpha_grid(objective, self.alphas, self.eps)

    def _rule(self):
        """Return the rule of the choice: "min" or "1se"."""
        return self.rule

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, groups=None, clusters=None):
        """Choose the strengths, and fit the model to all samples.

        Parameters
        ----------
        X, y : object
            The data, in any layout that the model's ``fit`` takes.
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task.
        groups : array-like of shape (n_samples,), default=None
            The groups of samples that ``cv`` keeps together, such as trials; all tasks
            end to end where every task has a design of its own. By default the tasks,
            for splitters that take groups.
        clusters : array-like of shape (n_samples,), or one per task, default=None
            Labels of samples that depend on each other, such as those of a subject:
            folds keep them whole, by :class:`~mutar_cy.model_selection.TaskGroupKFold`
            if ``cv`` is a number. A list or dict of one array per task, or all tasks
            end to end, where every task has a design of its own.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            As the model's ``fit``; or if a fold leaves a task without samples.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If a strength is 0.
        """
        to_split = given_of(groups=groups, clusters=clusters)
        given = {"sample_weight": sample_weight, "task": task}
        return self._fit(X, y, to_split=to_split, **given)

    @one_blas_thread()
    def _fit(self, X, y, *, to_split=None, **given):
        """Fit to X, y and the arguments of ``fit``; splitters take ``to_split``."""
        check_parameters(self)
        model = self._model()
        chunked = self._chunked(X, {**given, **(to_split or {})})
        if chunked is not None:
            callback = solver_callback(self, X, y, step="pass")
            chunked = chunked.reporting(callback)
            self._fit_folds_of_chunks(chunked, y, given.get("sample_weight"))
            if callback is not None:
                callback.close({n: v for n, v in vars(self).items() if n[-1] == "_"})
            return self
        objective = self._objective(model._read(X, y, **given))
        grid = self._grid(objective)
        folds = self._folds(objective, X, to_split or {})
        # Steps: every fold, or one path, and then the fit to all rows.
        n_steps = max(1, len(folds)) + 1
        callback = solver_callback(self, X, y, step="fold", n_steps=n_steps)
        if folds:
            choice = self._by_folds(objective, grid, folds, callback)
        else:
            choice = self._by_criterion(objective, grid)
            report_steps(callback, 1)
        objective = objective.with_params(**choice.strengths)
        if objective.is_unpenalised and not getattr(self, "ridge", 0.0):
            self._warn_unpenalised(objective)
        self._warn_as_model(model, objective)
        # From zeros: the same fit, to the last bit, as the model itself would make.
        solution = objective.solve(None, current_recorder())
        report_steps(callback, n_steps, objective.certified(solution))
        arrays = objective.user_arrays(solution)
        if choice.share != 1.0:
            arrays |= relaxed_arrays(objective, solution, choice.share)
        fitted = model._attributes(objective, arrays)
        fitted |= {f"{name}_": value for name, value in choice.strengths.items()}
        fitted |= self._grid_attributes(grid) | choice.attributes
        fitted |= {name: vars(model)[name] for name in COLUMNS if name in vars(model)}
        if callback is not None:
            callback.close(fitted)
        for name in [name for name in vars(self) if name.endswith("_")]:
            del vars(self)[name]  # an attribute that only the last fit has set
        vars(self).update(fitted)
        if choice.n_unconverged:
            warn_unconverged_folds(choice.n_unconverged)
        objective.warn(solution)
        return self

    def _folds(self, objective, X, to_split):
        """Return the folds, none if a criterion makes the choice.

        Parameters
        ----------
        objective : Objective
        X : object
            As given to ``fit``.
        to_split : dict
            Arguments of the splitter, and "clusters".
        """
        clusters = to_split.get("clusters")
        if self.criterion is not None:
            if clusters is not None:
                raise ValueError(
                    f"clusters= is for folds, but criterion={self.criterion!r} makes "
                    "none; set criterion=None."
                )
            return []
        if clusters is not None:
            if "groups" in to_split:
                raise ValueError(
                    "groups= and clusters= were given; both say which samples folds "
                    "keep together: pass clusters= only."
                )
            clusters = tasks.sample_clusters(objective.data, clusters)
        may_lack = getattr(self, "unseen_tasks", "raise") == "mean"
        given = {**to_split, "clusters": clusters, "may_lack_tasks": may_lack}
        return make_folds(objective, self.cv, X, **given)

    def _fit_folds_of_chunks(self, chunked, y, sample_weight):
        """Choose the strengths by statistics; two passes over the data."""
        choose = self._by_folds_of_chunks
        if self.criterion is not None:
            choose = self._by_criterion_of_chunks
        fit, grid, data, choice = choose(chunked, y, sample_weight)
        objective = fit.objective.with_params(**choice.strengths)
        self._warn_as_model(self._model(), objective)
        solution, fitted = finish_chunked(fit, objective, data)
        fitted |= {f"{name}_": value for name, value in choice.strengths.items()}
        fitted |= self._grid_attributes(grid) | choice.attributes
        for name in [name for name in vars(self) if name.endswith("_")]:
            del vars(self)[name]  # of the last fit
        vars(self).update(fitted)
        if choice.n_unconverged:
            warn_unconverged_folds(choice.n_unconverged)
        objective.warn(solution)
        return self

    def _by_folds_of_chunks(self, chunked, y, sample_weight):
        """Return a fit, its grid, the data, and the choice by statistics of folds."""
        n_folds = N_FOLDS if self.cv is None else self.cv
        if not isinstance(n_folds, Integral):
            raise ValueError(
                f"cv={self.cv!r} needs the rows of X in memory; with chunked X, cv is "
                "the number of folds of consecutive rows."
            )
        fit, grid, scores, n_unconverged, data = cross_validate_chunked(
            self, chunked, y, sample_weight, int(n_folds)
        )
        which = self._best_points(scores, grid, fit.objective)
        strengths = self._strengths_of(grid, which, fit.objective)
        attributes = self._score_attributes(scores, grid, fit.objective)
        return fit, grid, data, Choice(strengths, attributes, n_unconverged)

    def _by_criterion_of_chunks(self, chunked, y, sample_weight):
        """Return a fit, its grid, the data, and the choice by a criterion."""
        fit, data = fit_all_rows(self, chunked, y, sample_weight)
        grid = self._grid(fit.objective)
        choice = self._by_criterion(fit.objective, grid, fit.row_counts())
        return fit, grid, data, choice

    def _warn_unpenalised(self, objective):
        """Warn that a chosen strength is zero."""
        warn_unpenalised(objective.loss)

    def _warn_as_model(self, model, objective):
        """Warn as the model does, if data make it another model."""

    def _grid_attributes(self, grid):
        """Return the strengths of the grid as attributes."""
        found = {"alphas_": grid.alphas}
        return found if grid.betas is None else {**found, "betas_": grid.betas}

    def _by_criterion(self, objective, grid, rows=None):
        """Choose the strengths by an information criterion.

        ``rows`` is the `RowCounts` of the data, if the objective has others.
        """
        if self.relax is not None:
            raise ValueError(
                f"relax is for cross-validation, not for criterion={self.criterion!r}; "
                "set criterion=None."
            )
        if self.rule == "1se":
            raise ValueError(
                f"rule='1se' is for cross-validation, not for "
                f"criterion={self.criterion!r}."
            )
        path = criterion_path(objective, grid, self.criterion, rows)
        which = self._best_points_of_criterion(path.values, objective)
        attributes = {
            "criterion_path_": grid.shaped(path.values.sum(axis=1)),
            "degrees_of_freedom_": grid.shaped(path.df.sum(axis=1)),
        }
        if path.dispersion is not None:
            attributes["criterion_dispersion_"] = path.dispersion
        strengths = self._strengths_of(grid, which, objective)
        return Choice(strengths, attributes, path.n_unconverged)

    def _best_points_of_criterion(self, values, objective):
        """Return the number of the best point of every column, by a criterion."""
        return np.full(values.shape[1], np.argmin(values.sum(axis=1)))

    def _by_folds(self, objective, grid, folds, callback):
        """Choose the strengths by the losses of held-out rows."""
        shares = [1.0] if self.relax is None else self._relax_shares(objective)
        results = cross_validate(
            objective,
            grid,
            folds,
            n_jobs=self.n_jobs,
            verbose=self.verbose,
            callback=callback,
            relax=shares,
        )
        scores = collect_losses(objective, results, self._weighs_folds)
        n_unconverged = sum(result.n_unconverged for result in results)
        attributes, share = {}, 1.0
        if self.relax is not None:
            n_points = len(grid.points)
            best = select_best(scores, (len(shares), n_points), self._rule())
            share = shares[best // n_points]
            kept = slice(best // n_points * n_points, (best // n_points + 1) * n_points)
            paths = scores.path.reshape(len(shares), n_points, -1)
            attributes = {"relax_": share, "relax_mse_path_": paths}
            scores = scores._replace(losses=scores.losses[kept])
        which = self._best_points(scores, grid, objective)
        attributes |= self._score_attributes(scores, grid, objective)
        strengths = self._strengths_of(grid, which, objective)
        return Choice(strengths, attributes, n_unconverged, share)

    def _relax_shares(self, objective):
        """Return the checked shares of penalised coefficients."""
        shares = np.atleast_1d(np.asarray(self.relax, dtype=np.float64))
        if (
            shares.ndim > 1
            or not shares.size
            or not np.all((shares >= 0) & (shares <= 1))
        ):
            raise ValueError(
                f"relax must be numbers from 0 to 1, got {self.relax!r}; 1 is the "
                "penalised fit, and 0 least squares on its support."
            )
        if not objective.loss.is_quadratic or np.any(getattr(self, "positive", False)):
            raise ValueError(
                "relax is for squared error without signs of coefficients; leave "
                "relax=None."
            )
        return shares.tolist()

    def _best_points(self, scores, grid, objective):
        """Return the number of the best point of every column, by held-out losses."""
        best = select_best(scores, grid.shape, self._rule())
        return np.full(len(scores.column_weights), best)

    def _strengths_of(self, grid, which, objective):
        """Return the strengths at the best points of all columns."""
        return grid.points[which[0]]

    def _score_attributes(self, scores, grid, objective):
        """Return the validation losses as attributes, of all tasks and of each.

        They are ``mse_path_`` and ``task_mse_path_`` for squared error, else
        ``deviance_path_`` and ``task_deviance_path_``.
        """
        kind = "mse" if objective.loss.is_quadratic else "deviance"
        columns = objective.task_columns()
        each = [grid.shaped(scores.of_columns(own).path) for own in columns]
        return {
            f"{kind}_path_": grid.shaped(scores.path),
            f"task_{kind}_path_": np.stack(each, axis=-1),
        }


class LossCrossValidated(CrossValidated):
    """Choose the strengths of a model of any loss."""

    @all_or_nothing
    def fit(
        self,
        X,
        y,
        sample_weight=None,
        task=None,
        offset=None,
        groups=None,
        clusters=None,
    ):
        """Choose the strengths, and fit the model to all samples.

        Parameters
        ----------
        X, y : object
            The data, in any layout that the model's ``fit`` takes.
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y.
        groups : array-like of shape (n_samples,), default=None
            The groups of samples that ``cv`` keeps together, such as trials; all tasks
            end to end where every task has a design of its own. By default the tasks,
            for splitters that take groups. The groups of features are a parameter of
            the class.
        clusters : array-like of shape (n_samples,), or one per task, default=None
            Labels of samples that depend on each other, such as those of a subject:
            folds keep them whole, by :class:`~mutar_cy.model_selection.TaskGroupKFold`
            if ``cv`` is a number. A list or dict of one array per task, or all tasks
            end to end, where every task has a design of its own.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            As the model's ``fit``; or if a fold leaves a task without samples, without
            a count above 0, or without a class.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If a strength is 0, or parameters and data make this another model.
        """
        to_split = given_of(groups=groups, clusters=clusters)
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        return self._fit(X, y, to_split=to_split, **given)

    def _warn_as_model(self, model, objective):
        model._warn_other_model(objective)


def given_of(**arguments):
    """Return the arguments that are not None."""
    return {name: value for name, value in arguments.items() if value is not None}


def relaxed_arrays(objective, solution, share):
    """Return coefficients and intercepts with a share of the penalised ones.

    Parameters
    ----------
    objective : Objective
    solution : Solution
    share : float

    Returns
    -------
    arrays : dict
        "coef" and "intercept", as `Objective.user_arrays` has them.
    """
    (piece,) = sparse_coefficients(objective, [solution])
    mixed = RelaxedFits(objective).mix(piece, share)
    columns, dtype = objective.data.columns, objective.data.dtype
    coef = np.zeros((objective.data.n_features, mixed.coef.shape[2]))
    coef[mixed.features] = mixed.coef[0]
    return {
        "coef": coef.reshape(-1, *columns).astype(dtype, copy=False),
        "intercept": mixed.intercept[0].reshape(columns).astype(dtype)[()],
    }


def report_steps(callback, n_steps, solutions=()):
    """Report to a callback, if there is one, that some steps are done.

    The gap and its target are the sums over ``solutions``.
    """
    if callback is not None:
        pairs = [(np.sum(own.dual_gap), np.sum(own.gap_target)) for own in solutions]
        callback(n_steps, *np.sum(pairs, axis=0) if pairs else (np.nan, np.nan))
