"""Regularization paths: an objective at many penalty strengths."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy._lib import (
    import_pandas,
    one_blas_thread,
    refuse_class,
    refuse_unknown,
    way_to_drop_in,
)
from mutar_cy.model_selection._grids import alpha_grid
from mutar_cy.objectives import (
    COUNT,
    FRACTION,
    check_parameters,
    refuse_non_finite,
    warn_unconverged_path,
    warn_user,
)

OPTIONS = {
    "alphas": [*COUNT, "array-like"],
    "betas": [*COUNT, "array-like", None],
    "eps": FRACTION,
    "max_features": [Interval(Integral, 0, None, closed="left"), None],
    "max_explained": [Interval(Real, 0, 1, closed="both"), None],
}


@dataclass(frozen=True, eq=False, kw_only=True)
class RegularizationPath:
    """Fits along a path of alphas, as :func:`regularization_path` returns them.

    Every parameter is an attribute. If a model has both alpha and beta, there is a path
    in the stronger one for every value of something else, and arrays have another axis
    for these paths, before that of the strengths.

    Parameters
    ----------
    alphas : ndarray of shape ([n_paths,] n_alphas) or (n_alphas, n_tasks)
        The strengths ``alpha``, descending (or the same along a path, if another
        strength descends).
    coefs : ndarray of shape (n_features[, n_tasks[, n_responses]][, n_paths], n_alphas)
        The coefficients. Several classes are like responses of a task.
    intercepts : ndarray of shape ([n_tasks[, n_responses],][n_paths,] n_alphas)
        The intercepts.
    dual_gaps : ndarray of shape ([n_paths,] n_alphas) or (n_alphas, n_tasks)
        Upper bounds on the objectives minus their global minima.
    objectives : ndarray, shaped as ``dual_gaps``
        The objectives at the coefficients.
    n_iters : ndarray of int, shape ([n_paths,] n_alphas)
        Passes over the coefficients, or Newton steps.
    betas : ndarray of shape ([n_paths,] n_alphas), default=None
        The strengths ``beta``, of models that have them.
    feature_names : list of str, default=None
        The names of the features, if they have names.
    tasks : ndarray of shape (n_tasks,), default=None
        The labels of the tasks.
    groups : list of ndarray of int, default=None
        The features of every group; None if every feature is on its own.
    group_names : list, default=None
        The names of the groups.

    See Also
    --------
    regularization_path : Computes it.
    """

    alphas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    dual_gaps: np.ndarray
    objectives: np.ndarray
    n_iters: np.ndarray
    betas: np.ndarray | None = None
    feature_names: list | None = None
    tasks: np.ndarray | None = None
    groups: list | None = None
    group_names: list | None = None

    def __repr__(self):
        name, n_alphas = type(self).__name__, self.coefs.shape[-1]
        return f"{name}({n_alphas} alphas, {len(self.coefs)} features)"

    @property
    def row_norms(self):
        """The norms of the coefficients of every feature over tasks and responses.

        Of shape ([n_paths,] n_alphas, n_features), as pictures take them.
        """
        coefs = self.coefs.reshape(len(self.coefs), -1, *self.n_iters.shape)
        return np.moveaxis(np.linalg.norm(coefs, axis=1), 0, -1)

    @property
    def group_norms(self):
        """The norms of the coefficients of every group over tasks and responses.

        Of shape ([n_paths,] n_alphas, n_groups); `row_norms` if features are alone.
        """
        norms = self.row_norms
        if self.groups is None:
            return norms
        each = [np.linalg.norm(norms[..., own], axis=-1) for own in self.groups]
        return np.stack(each, axis=-1)

    def to_dataframe(self, by="features"):
        """Return the coefficients, or the norms of groups, as a table.

        Parameters
        ----------
        by : {"features", "groups"}, default="features"
            "features": the coefficients of all features that are ever selected.
            "groups": the norms of all groups.

        Returns
        -------
        table : pandas.DataFrame
            A row per strength (``alpha``, and ``beta`` if there is one, are the index)
            and a column per feature, or per feature, task and response; or a column per
            group.

        Raises
        ------
        ImportError
            If pandas is not there.
        ValueError
            If ``by`` has another value, or the path has no groups.
        """
        pd = import_pandas("to_dataframe")
        if by not in ("features", "groups"):
            raise ValueError(f"by must be 'features' or 'groups', got {by!r}.")
        if by == "groups":
            return self._group_table(pd)
        n_points = self.n_iters.size
        coefs = self.coefs.reshape(*self.coefs.shape[: -self.n_iters.ndim], n_points)
        kept = np.flatnonzero(coefs.reshape(len(coefs), -1).any(axis=1))
        coefs = coefs[kept]
        every: Any = self.feature_names or range(len(self.coefs))
        names = [every[j] for j in kept.tolist()]
        levels: list[Any] = [names]
        titles = ["feature"]
        if coefs.ndim > 2:
            levels.append(
                np.arange(coefs.shape[1]) if self.tasks is None else self.tasks
            )
            titles.append("task")
        if coefs.ndim > 3:
            levels.append(np.arange(coefs.shape[2]))
            titles.append("response")
        columns = pd.Index(names, name="feature", tupleize_cols=False)
        if len(levels) > 1:
            columns = pd.MultiIndex.from_product(levels, names=titles)
        values = coefs.reshape(-1, n_points).T
        return pd.DataFrame(values, index=self._index(pd), columns=columns)

    def _group_table(self, pd):
        """Return the norms of the groups as a table."""
        if self.groups is None:
            raise ValueError(
                "The path has no groups: every feature is on its own. Fit it with "
                "groups=, or leave by='features'."
            )
        columns = pd.Index(self.group_names, name="group", tupleize_cols=False)
        values = self.group_norms.reshape(self.n_iters.size, -1)
        return pd.DataFrame(values, index=self._index(pd), columns=columns)

    def _index(self, pd):
        """Return the strengths as the index of a table."""
        if self.alphas.ndim > 1 and self.alphas.shape != self.n_iters.shape:
            return pd.RangeIndex(len(self.alphas), name="step")  # one per task
        alphas = self.alphas.ravel()
        if self.betas is None:
            return pd.Index(alphas, name="alpha")
        return pd.MultiIndex.from_arrays(
            [alphas, self.betas.ravel()], names=["alpha", "beta"]
        )


def path_fields(alphas, fits):
    """Return the fields of a path, given `Objective.path_arrays` at every strength."""
    return {
        "alphas": alphas,
        "coefs": np.stack([fit["coef"] for fit in fits], axis=-1),
        "intercepts": np.stack([fit["intercept"] for fit in fits], axis=-1),
        "dual_gaps": np.array([fit["dual_gap"] for fit in fits]),
        "objectives": np.array([fit["objective"] for fit in fits]),
        "n_iters": np.array([fit["n_iter"] for fit in fits]),
    }


def solve_grid(objective, grid, stop, posed=None):
    """Return the strengths that are reached, and the arrays of all fits of a grid.

    Parameters
    ----------
    objective : Objective
    grid : Grid
    stop : StoppingRule
        Asked where the grid is a single path.
    posed : tuple, default=None
        A fit to data that are read by chunks, and the data.

    Returns
    -------
    fields : dict
        As `path_fields` returns it.
    """
    points = walk_grid(objective, grid, stop, objective if posed is None else posed[0])
    if posed is None:
        pairs = [(own, objective.path_arrays(own)) for _, own in points]
    else:
        fit, data = posed
        pairs = list(zip(*fit.certified_path(data, list(points)), strict=True))
    missed, fits = [], [arrays for _, arrays in pairs]
    for solution, _ in pairs:
        every = objective.certified(solution)
        missed += [one for one in every if not np.all(one.converged)][:1]
    warn_unconverged_path(missed, len(fits))
    if grid.single:
        return path_fields(grid.alphas[: len(fits)], fits)
    fields = path_fields(grid.alphas, fits)
    for name, values in fields.items():
        if name != "alphas":
            fields[name] = values.reshape(*values.shape[:-1], *grid.shape)
    return {**fields, "betas": grid.betas}


def walk_grid(objective, grid, stop, solver):
    """Yield the strengths and the solutions of a grid, until a rule says stop.

    Parameters
    ----------
    objective, grid, stop
        As `solve_grid` takes them.
    solver : object
        The objective, or another with its method ``solve_path``.
    """
    for row in grid.rows:
        for strengths, solution in zip(row, solver.solve_path(row), strict=False):
            for one in objective.certified(solution):
                refuse_non_finite(one.coef, one.intercept)
            returned = objective.as_returned(solution, warns=False)
            yield strengths, returned
            if grid.single and stop(returned):
                break


@validate_params(OPTIONS, prefer_skip_nested_validation=True)
@one_blas_thread()
def regularization_path(
    estimator,
    X,
    y,
    *,
    alphas=100,
    betas=None,
    eps=1e-3,
    max_features=None,
    max_explained=None,
    **fit_params,
):
    """Fit a model along a path of alphas; each fit starts from the last one.

    Parameters
    ----------
    estimator : estimator
        One of this package's, or a search or a pipeline with one; it is not modified
        and need not be fitted. Its ``alpha`` is not looked at. A second strength, as
        :class:`~mutar_cy.DirtyModel` has, stays in proportion. Of a fitted search the
        path is that of the best parameters. The steps before the last one of a pipeline
        are fitted to X first.
    X, y : object
        The data, in any layout that ``estimator.fit`` takes.
    alphas : int or array-like of shape (n_alphas,), default=100
        The strengths, in any order; or their number: a geometric sequence from the
        smallest one that leaves no coefficient, for every task where a model takes one
        ``alpha`` per task. A number means the estimator's own ``alpha`` for
        :class:`~mutar_cy.MTW` and :class:`~mutar_cy.ReMTW`.
    betas : int or array-like of shape (n_betas,), default=None
        For a path over both strengths of a model: one path for each of them. For
        :class:`~mutar_cy.DirtyModel` the strengths of the specific part, or the number
        of ratios to ``alpha``, from that of a lasso per task to that of a group lasso.
        For Wasserstein models the strengths of the l1 term along every path, or their
        number; 20 by default.
    eps : float, default=1e-3
        The smallest strength of an automatic grid, as a fraction of the largest.
    max_features : int, default=None
        Stop after the first fit that selects more features than this.
    max_explained : float, default=None
        Stop after the first fit whose objective, loss and penalty together, is below
        that of the null model by at least this fraction of what can be explained at
        all: then as large a fraction of the deviance is explained.
    **fit_params : dict
        What else ``estimator.fit`` takes: ``sample_weight``, ``task``, and
        ``offset`` where it does.

    Returns
    -------
    path : RegularizationPath
        Strengths, coefficients and certificates.

    Raises
    ------
    TypeError
        If the estimator is not one of this package's.
    ValueError
        If strengths are negative or not finite, or as in ``estimator.fit``.

    Warns
    -----
    ConvergenceWarning
        If the duality gap stayed above its target at some strengths; once a path.

    See Also
    --------
    alpha_max : The smallest alpha that leaves no coefficient.
    mutar_cy.plotting.RegularizationPathDisplay : Plots it.

    Notes
    -----
    Blocks come into play by the strong rule [1]_ and are checked with all data; every
    fit ends with a duality gap computed from the data.

    References
    ----------
    .. [1] R. Tibshirani, J. Bien, J. Friedman, T. Hastie, N. Simon, J. Taylor, R. J.
       Tibshirani (2012), Strong rules for discarding predictors in lasso-type problems,
       JRSS B 74. Section 2 has the rule.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, regularization_path
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 5)) for n in (30, 20)]
    >>> y = [x[:, 0] + 0.5 * x[:, 3] for x in X]
    >>> path = regularization_path(GroupLasso(), X, y, alphas=4)
    >>> print(path.row_norms.round(2))
    [[0.   0.   0.   0.   0.  ]
     [1.21 0.   0.   0.58 0.  ]
     [1.39 0.   0.   0.69 0.  ]
     [1.41 0.   0.   0.71 0.  ]]
    """
    model, X = path_model(estimator, X, y)
    refuse_unknown(model, fit_params, ["alphas", "betas"])
    posed = model._posed_chunks(X, y, fit_params)
    if posed is None:
        objective = model._objective(model._read(X, y, **fit_params))
    else:
        objective = posed[0].objective
        refuse_statistics(model, posed[1])
    if hasattr(model, "_path_grid"):
        grid = model._path_grid(objective, alphas, betas, eps)
    else:
        grid = alpha_grid(objective, alphas, eps)
    if not np.all(grid.alphas) and not getattr(model, "ridge", 0.0):
        warn_user("With alpha=0 nothing is penalised.")
    fields = solve_grid(
        objective,
        grid,
        StoppingRule(objective, max_features, max_explained, posed),
        posed,
    )
    layouts = hasattr(model, "task_column")  # scikit-learn's drop-ins have none
    return RegularizationPath(
        **fields,
        feature_names=objective.data.feature_names if layouts else None,
        tasks=objective.data.labels if layouts else None,
        groups=objective.feature_groups,
        group_names=objective.group_names,
    )


def refuse_statistics(model, data):
    """Raise for statistics, that is without data: nothing certifies a path of them."""
    if data is None:
        raise ValueError(
            f"A path of {type(model).__name__} needs the rows of X, to certify it; fit "
            "the model itself to statistics, at given alphas."
        )


def _is_search(estimator):
    """Tell whether an estimator chooses parameters of another one."""
    return hasattr(estimator, "refit") and hasattr(estimator, "estimator")


def _is_pipeline(estimator):
    """Tell whether an estimator is a pipeline."""
    return hasattr(estimator, "steps") and hasattr(estimator, "named_steps")


def last_model(estimator):
    """Return the model in a search or a pipeline, fitted where these are."""
    if _is_search(estimator):
        inner = getattr(estimator, "best_estimator_", estimator.estimator)
        return last_model(inner)
    if _is_pipeline(estimator):
        return last_model(estimator[-1])
    return estimator


def path_model(estimator, X, y):
    """Return a clone of the model of a path, and the X that it is fitted to.

    Parameters
    ----------
    estimator : estimator
        A model, a cross-validated one, a search or a pipeline.
    X, y : object
        The data, as the estimator takes them.
    """
    refuse_class(estimator, "A path")
    found = estimator
    if _is_search(found):
        return path_model(getattr(found, "best_estimator_", found.estimator), X, y)
    if _is_pipeline(found):
        X = clone(found[:-1]).fit_transform(X, y) if len(found) > 1 else X
        return path_model(found[-1], X, y)
    if hasattr(found, "_path_model"):  # a cross-validated one
        found = found._path_model()
    return checked_clone(found), X


def checked_clone(estimator):
    """Return a clone of an estimator of this package, its parameters checked."""
    if not hasattr(estimator, "_objective"):
        raise TypeError(
            "A path needs an estimator of mutar_cy with an alpha, got "
            f"{type(estimator).__name__}{way_to_drop_in(estimator)}."
        )
    model = clone(estimator)
    check_parameters(model)
    return model


class StoppingRule:
    """Tell whether a path has reached its last fit.

    Parameters
    ----------
    objective : Objective
    max_features : int or None
    max_explained : float or None
        As `regularization_path` takes them.
    posed : tuple, default=None
        As `solve_grid` takes it.
    """

    def __init__(self, objective, max_features, max_explained, posed=None):
        self.objective = objective
        self.max_features, self.max_explained = max_features, max_explained
        if max_explained is not None:
            null = objective.path_strengths([objective.largest_alpha()])
            loose = objective.with_options(tol=1.0)
            if posed is None:
                self.null = next(iter(loose.solve_path(null)))
            else:
                self.null = posed[0].solution_of(loose.with_params(**null[0]))

    def __call__(self, solution):
        """Tell whether a solution is the last of the path."""
        if self.max_features is not None:
            coef, _ = self.objective.to_user(solution)
            selected = coef.reshape(len(coef), -1).any(axis=1)
            if np.count_nonzero(selected) > self.max_features:
                return True
        if self.max_explained is None:
            return False
        null, now = (self._total(s, "objective") for s in (self.null, solution))
        return null - now >= self.max_explained * self._total(self.null, "gap_target")

    def _total(self, solution, field):
        """Return the sum of a field over all convex problems of a fit."""
        found = self.objective.certified(solution)
        return float(sum(np.sum(getattr(one, field)) for one in found))
