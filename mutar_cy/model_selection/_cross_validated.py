"""Models whose strengths are chosen by the data."""

from contextlib import closing
from inspect import signature
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from mutar_cy.estimators import (
    FRAMES,
    at_point,
    check_parameters,
    reporter,
    warn_of_folds,
    watched,
)
from mutar_cy.model_selection._choose import Scores, choose
from mutar_cy.model_selection._columns import column_weights
from mutar_cy.model_selection._criteria import follow_criterion
from mutar_cy.model_selection._folds import make_folds
from mutar_cy.model_selection._grids import line_grid
from mutar_cy.model_selection._held_out import hold_out
from mutar_cy.model_selection._parallel import one_blas_thread, run_all

COUNT = [Interval(Integral, 1, None, closed="left")]
CHOSEN = ("alpha", "beta", "warm_start")  # parameters that the class does not have
COLUMNS = "n_features_in_", "feature_names_in_"  # what reading the data has set
CONSTRAINTS: dict[str, Any] = {
    "alphas": [*COUNT, "array-like"],
    "eps": [Interval(Real, 0, 1, closed="neither")],
    "cv": ["cv_object"],
    "n_jobs": [Integral, None],
    "selection": [StrOptions({"min", "1se"})],
    "criterion": [StrOptions({"aic", "bic", "ebic"}), None],
}


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
    return {
        name: own
        for name, own in every.items()
        if own is not None and (name not in CHOSEN or name in more)
    }


class Choice(NamedTuple):
    """Which strengths, and why."""

    point: dict
    attributes: dict
    n_unconverged: int


class CrossValidated:
    """Choose the strengths, then fit to all data.

    To be mixed with the class ``_model_class`` whose strengths are chosen: what that
    class says of a fitted model holds.
    """

    alphas: Any
    eps: float
    cv: Any
    selection: str
    criterion: str | None
    n_jobs: int | None
    verbose: Any = 0
    _warn: Any
    _model_class: Any
    _path_name = "mse_path_"  # of the losses on held-out samples

    def _model(self):
        """Return a model with the parameters that are not chosen."""
        names = signature(self._model_class).parameters
        given = {name: getattr(self, name) for name in names if hasattr(self, name)}
        return self._model_class(**given)

    def _pose(self, X, y, **given):
        return self._model()._pose(X, y, **given)

    def _alpha_max(self, posed):
        return self._model()._alpha_max(posed)

    def _grid(self, model, posed):
        """Return the strengths to choose from."""
        return line_grid(model, posed, self.alphas, self.eps)

    def _rule(self):
        """Return how to choose from the losses on held-out samples."""
        return self.selection

    def _fit(self, X, y, *, to_split=None, **given):
        """Fit to data and what else ``fit`` was given; splitters get ``to_split``."""
        check_parameters(self)
        model = self._model()
        posed = model._pose(X, y, **given)
        grid = self._grid(model, posed)
        folds: list[Any] = []
        if self.criterion is None:
            folds = make_folds(model, posed[0], self.cv, X, **(to_split or {}))
        # All folds, or one path, and then the fit to all samples.
        report = reporter(self, X, y, step="fold", n_steps=max(1, len(folds)) + 1)
        if folds:
            choice = self._by_folds(model, posed[0], grid, folds, report)
        else:
            choice = self._by_criterion(model, posed, grid)
            tell(report, 1)
        best = at_point(model, choice.point)
        posed = best._posed_at(posed, choice.point)
        self._warn_free(best)
        # From zeros: so it is the fit that the class itself would make.
        solution = best._minimise(*posed[1:], best._start(posed[0]), watched(None))
        tell(report, len(folds) + 1, best._certified(solution))
        fitted = best._fitted_attributes(posed[0], solution)
        fitted |= {f"{name}_": value for name, value in choice.point.items()}
        fitted |= self._of_grid(grid) | choice.attributes
        fitted |= {name: vars(best)[name] for name in COLUMNS if name in vars(best)}
        if report is not None:
            report.close(fitted)
        for name in [name for name in vars(self) if name.endswith("_")]:
            del vars(self)[name]  # what only the last fit has set
        vars(self).update(fitted)
        if choice.n_unconverged:
            warn_of_folds(choice.n_unconverged)
        self._warn(solution)
        return self

    def _warn_free(self, best):
        """Warn if what is chosen has no penalty."""
        if best._unpenalised():
            best._warn_unpenalised(FRAMES + 3)

    def _of_grid(self, grid):
        """Return the strengths that were to be chosen from as attributes."""
        found = {"alphas_": grid.alphas}
        return found if grid.betas is None else {**found, "betas_": grid.betas}

    def _by_criterion(self, model, posed, grid):
        """Return which strengths an information criterion takes."""
        if self.selection == "1se":
            raise ValueError(
                f"selection='1se' is for cross-validation, not for "
                f"criterion={self.criterion!r}."
            )
        with one_blas_thread():
            values, degrees, n_unconverged = follow_criterion(
                model, posed, grid, self.criterion
            )
        data = posed[0].samples
        which = self._least(values, data)
        attributes = {
            "criterion_path_": grid.shaped(values.sum(axis=1)),
            "degrees_of_freedom_": grid.shaped(degrees.sum(axis=1)),
        }
        return Choice(self._point(grid, which, data), attributes, n_unconverged)

    def _least(self, values, data):
        """Return the number of the point to take for every column, by a criterion."""
        return np.full(values.shape[1], np.argmin(values.sum(axis=1)))

    def _by_folds(self, model, problem, grid, folds, report):
        """Return which strengths held-out samples take."""
        items = [(model, problem, grid, *pair) for pair in folds]
        held = []
        jobs = run_all(hold_out, items, self.n_jobs, self.verbose)
        with closing(jobs) as results:
            for one in results:
                held.append(one)
                tell(report, len(held))
        data = problem.samples
        scores = Scores(
            np.stack([one.losses for one in held], axis=1),
            column_weights(model, data),
            self._fold_weights(held, data),
        )
        which = self._which(scores, grid, data)
        return Choice(
            self._point(grid, which, data),
            self._of_scores(scores, grid, data),
            sum(one.n_unconverged for one in held),
        )

    def _fold_weights(self, held, data):
        """Return what every fold weighs in a mean over folds, or None for 1."""
        weighted = any(own is not None for own in data.weights)
        return np.array([one.weight for one in held]) if weighted else None

    def _which(self, scores, grid, data):
        """Return the number of the point to take for every column."""
        best = choose(scores, grid.shape, self._rule())
        return np.full(len(scores.column_weights), best)

    def _point(self, grid, which, data):
        """Return the parameters at the points of all columns."""
        return grid.points[which[0]]

    def _of_scores(self, scores, grid, data):
        """Return what held-out samples say as attributes."""
        return {self._path_name: grid.shaped(scores.path)}


def tell(report, n_steps, certified=()):
    """Report that so many steps have been made, if anybody is to be told.

    The gap is that of the solutions of the last one, if it is given.
    """
    if report is not None:
        pairs = [(np.sum(own.dual_gap), np.sum(own.gap_target)) for own in certified]
        report(n_steps, *np.sum(pairs, axis=0) if pairs else (np.nan, np.nan))
