"""Cross-validation of the strengths of an objective: folds, held-out losses, choice."""

from collections.abc import Mapping
from contextlib import closing
from numbers import Integral
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import get_routing_for_object

from mutar_cy.model_selection._parallel import run_all
from mutar_cy.model_selection._splitters import TaskGroupKFold, TaskKFold
from mutar_cy.objectives import FoldMoments, RelaxedFits

N_FOLDS = 5  # scikit-learn's default


class FoldResult(NamedTuple):
    """The losses of one fold's held-out rows, for every point of a grid."""

    losses: np.ndarray  # (n_points, n_columns), NaN where nothing is held out
    weight: float  # of all that is held out
    n_unconverged: int


class ValidationLosses(NamedTuple):
    """The losses of held-out rows, by points of a grid, folds and columns."""

    losses: np.ndarray  # (n_points, n_folds, n_columns), NaN where nothing is held out
    column_weights: np.ndarray  # (n_columns,)
    fold_weights: np.ndarray | None  # (n_folds,), None for equal ones

    @property
    def path(self):
        """The losses of folds, columns averaged, of shape (n_points, n_folds)."""
        return weighted_mean(self.losses, self.column_weights)

    def of_columns(self, columns):
        """Return the losses of some columns alone."""
        return ValidationLosses(
            self.losses[:, :, columns], self.column_weights[columns], self.fold_weights
        )


def weighted_mean(values, weights):
    """Return the weighted mean over the last axis, NaN left out."""
    weights = np.where(np.isnan(values), 0.0, weights)
    filled = np.where(weights > 0.0, values, 0.0)
    with np.errstate(invalid="ignore"):
        return (filled * weights).sum(axis=-1) / weights.sum(axis=-1)


def select_best(scores, shape, rule):
    """Return the number of the best point of a grid.

    Parameters
    ----------
    scores : ValidationLosses
    shape : tuple
        The numbers of paths and of points of each.
    rule : {"min", "1se"}
        The smallest mean, or the earliest point of a path whose mean is at most one
        standard error above it. Both weigh folds alike: the squared error is the
        weighted mean of squared deviations over the number of folds minus 1.

    Returns
    -------
    best : int
    """
    path = scores.path
    n_folds = path.shape[1]
    weights = np.ones(n_folds) if scores.fold_weights is None else scores.fold_weights
    mean = weighted_mean(path, weights)
    mean = np.where(np.isnan(mean), np.inf, mean)
    best = int(np.argmin(mean))
    if rule == "min":
        return best
    judged = ~np.isnan(path[best]) & (weights > 0.0)
    deviations = path[best][judged] - mean[best]
    n_judged = np.count_nonzero(judged)
    error = 0.0
    if n_judged > 1:
        error = np.average(deviations**2, weights=weights[judged]) / (n_judged - 1)
    error = np.sqrt(error)
    within = np.flatnonzero(mean <= mean[best] + error)
    along = within % shape[1]
    earliest = within[along == along.min()]
    return int(earliest[np.argmin(mean[earliest])])


def cross_validate(
    objective, grid, folds, *, n_jobs=None, verbose=0, callback=None, relax=(1.0,)
):
    """Fit a grid of strengths to the training rows of every fold.

    Parameters
    ----------
    objective : Objective
        Of all rows.
    grid : Grid
    folds : list of (train, test)
        As `make_folds` returns them.
    n_jobs, verbose
        As joblib takes them.
    callback : callable, default=None
        Called as ``callback(n_folds_done, nan, nan)`` after every fold.
    relax : sequence of float, default=(1.0,)
        Shares of penalised coefficients, as `RelaxedFits` takes them: the losses are
        those of all points for the first share, then for the next.

    Returns
    -------
    results : list of FoldResult
    """
    longest = max(len(row) for row in grid.rows)
    moments = None
    if len(folds) > 1 and FoldMoments.suits(objective, longest):
        moments = FoldMoments(objective)
    items = [(objective, grid, *pair, moments, relax) for pair in folds]
    results = []
    with closing(run_all(fit_fold, items, n_jobs, verbose)) as jobs:
        for result in jobs:
            results.append(result)
            if callback is not None:
                callback(len(results), np.nan, np.nan)
    return results


def fit_fold(objective, grid, train, test, moments=None, relax=(1.0,)):
    """Fit every path of a grid to some rows; return the losses of the others.

    Parameters
    ----------
    objective : Objective
        Of all rows.
    grid : Grid
    train, test : list of ndarray of int
        The rows of every design.
    moments : FoldMoments, default=None
        Of all rows, if they solve the paths.
    relax : sequence of float, default=(1.0,)
        As `cross_validate` takes it.

    Returns
    -------
    FoldResult
    """
    training = objective.restrict(train) if moments is None else moments.fold(train)
    fits = [piece for row in grid.rows for piece in training.path_coefficients(row)]
    n_unconverged = sum(piece.n_unconverged for piece in fits)
    if tuple(relax) != (1.0,):
        relaxed = RelaxedFits(objective.restrict(train))
        fits = [relaxed.mix(piece, share) for share in relax for piece in fits]
    losses, weight = objective.validation_losses(fits, test, training.tasks)
    return FoldResult(losses, weight, n_unconverged)


def collect_losses(objective, results, weigh_folds=True):
    """Return the validation losses of all folds.

    Parameters
    ----------
    objective : Objective
    results : list of FoldResult
    weigh_folds : bool, default=True
        Whether folds are weighted by the weights of their samples, if there are any.
    """
    weighted = weigh_folds and any(own is not None for own in objective.data.weights)
    return ValidationLosses(
        np.stack([result.losses for result in results], axis=1),
        objective.column_weights(),
        np.array([result.weight for result in results]) if weighted else None,
    )


def make_folds(objective, cv, X=None, *, may_lack_tasks=False, clusters=None, **given):
    """Return the training and the held-out rows of every design, for every fold.

    Parameters
    ----------
    objective : Objective
        Of all rows.
    cv : int, splitter, iterable of pairs of array, or None
        Samples are counted as the user gave them; all tasks end to end where every
        task has a design of its own.
    X : object, default=None
        The table that a splitter sees.
    may_lack_tasks : bool, default=False
        Whether a fold may have no training rows of some task.
    clusters : ndarray of int, shape (n_samples,), default=None
        The cluster of every sample, as `tasks.sample_clusters` returns them: folds
        keep them whole.
    **given : dict
        Further arguments of the splitter.

    Returns
    -------
    folds : list of (train, test)
        Lists of one array of rows per design.

    Raises
    ------
    ValueError
        If a fold would leave a task without samples, or without those of a class, or
        hold out only samples without a weight or a target, or split a cluster.
    """
    data = objective.data
    codes = data.task_codes()
    y = _targets_as_given(data)
    if clusters is not None:
        cv = _splitter_of_clusters(cv)
        if wants_groups(cv):
            given["groups"] = clusters
        if isinstance(cv, TaskGroupKFold) and codes is not None:
            given["task"] = None if cv.task_column is not None else codes
    if codes is not None:
        stratified = isinstance(cv, Integral | None) and data.classes is not None
        if wants_groups(cv) and not stratified:
            given = {"groups": data.labels[np.maximum(codes, 0)], **given}
        own = data.rows is None
        X = np.zeros((len(codes), 1)) if own or X is None else X
    elif X is None or isinstance(X, Mapping):
        X = np.zeros((len(y), 1))
    strata = _strata(data, codes, y)
    splitter = _splitter(cv, codes, strata)
    shown = y if strata is None or not isinstance(cv, Integral | None) else strata
    pairs = [
        tuple(_indices(part, len(y)) for part in pair)
        for pair in splitter.split(X, shown, **given)
    ]
    if not pairs:
        raise ValueError(f"cv={cv!r} gives no fold.")
    if clusters is not None:
        _check_clusters(cv, pairs, clusters)
    folds = [tuple(data.rows_per_design(part) for part in pair) for pair in pairs]
    for number, (train, test) in enumerate(folds):
        _check_fold(objective, f"Fold {number} of cv", train, test, may_lack_tasks)
    return folds


def _splitter_of_clusters(cv):
    """Return a splitter that keeps clusters whole, if a number of folds is given."""
    if cv is None or isinstance(cv, Integral):
        return TaskGroupKFold(N_FOLDS if cv is None else cv)
    return cv


def _check_clusters(cv, pairs, clusters):
    """Raise if a fold has samples of a cluster to fit to and to hold out."""
    for number, (train, test) in enumerate(pairs):
        both = np.intersect1d(clusters[train], clusters[test])
        if len(both):
            raise ValueError(
                f"Fold {number} of cv={cv!r} splits {len(both)} clusters; give cv a "
                f"number, or a splitter of groups, such as TaskGroupKFold."
            )


def wants_groups(cv):
    """Tell whether a splitter takes groups of samples: scikit-learn's declare it."""
    if cv is None or isinstance(cv, Integral):
        return True  # TaskKFold
    if not hasattr(cv, "get_metadata_routing"):
        return hasattr(cv, "split")
    return get_routing_for_object(cv).split.requests.get("groups") is True


def _targets_as_given(data):
    """Return the targets as one array, samples as `TaskData.task_codes` counts them."""
    y = np.concatenate(data.targets)
    if data.rows is not None:
        order = np.arange(data.shape[0])
        placed = np.concatenate([order[own] for own in data.rows])
        found = np.full((data.shape[0], y.shape[1]), np.nan)
        found[placed] = y
        y = found
    return y[:, 0] if y.shape[1] == 1 else y


def _strata(data, codes, y):
    """Return the strata of a classifier's samples (task and class), or None."""
    if data.classes is None:
        return None
    keys = y.reshape(len(y), -1) if codes is None else np.column_stack([codes, y])
    return np.unique(keys, axis=0, return_inverse=True)[1].ravel()


def _splitter(cv, codes, strata):
    cv = N_FOLDS if cv is None else cv
    if not isinstance(cv, Integral):
        return check_cv(cv)
    if strata is not None:
        return check_cv(cv, strata, classifier=True)
    return check_cv(cv) if codes is None else TaskKFold(cv)


def _indices(part, n_samples):
    part = np.asarray(part)
    return np.flatnonzero(part) if part.dtype.kind == "b" else part.astype(np.intp)


def _check_fold(objective, where, train, test, may_lack_tasks):
    """Raise if a task has no row to fit to, or no row at all is held out."""
    data = objective.data
    if not any(len(own) for own in test):
        raise ValueError(f"{where} holds out no sample.")
    absent = [k for k, own in enumerate(train) if not len(own)]
    if (
        data.task_codes() is not None
        and absent
        and (not may_lack_tasks or len(absent) == len(train))
    ):
        raise ValueError(
            f"{where} leaves task {data.labels.tolist()[absent[0]]!r} without a sample "
            f"to fit to. Take folds within tasks (TaskKFold), or set "
            f"unseen_tasks='mean' to hold out whole tasks."
        )
    without = data._replace(designs=data.targets)  # rows of designs are large copies
    held_out = without.take(test).target_columns()
    if not any(len(y) for _, y, _ in held_out):
        raise ValueError(
            f"{where} holds out only samples without a weight or a target. Shuffle the "
            f"folds (TaskKFold(shuffle=True)), or leave such samples out of the data."
        )
    objective.check_fit_possible(without.take(train), where)
