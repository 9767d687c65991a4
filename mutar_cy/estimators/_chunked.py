"""Fits to chunked designs, and to statistics of them."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from mutar_cy.chunks._loss_passes import LossColumns
from mutar_cy.chunks._passes import LinearFit, sums_of_residuals
from mutar_cy.chunks._sources import RowChunks, is_chunked
from mutar_cy.chunks._stats_rows import StatsRows, squared_errors
from mutar_cy.chunks._streamed import StreamedColumns
from mutar_cy.estimators._chunked_input import (
    ChunkedInput,
    ignores_missing,
    read_targets,
)
from mutar_cy.losses import get_loss
from mutar_cy.model_selection import RowCounts, ValidationLosses
from mutar_cy.objectives import (
    StreamedNewton,
    StreamedSolver,
    certified_by_data,
    refuse_without_rows,
    with_last,
)


class StatisticsFit:
    """A model of squared error and the statistics of its data.

    Parameters
    ----------
    model : estimator
    given : ChunkedInput
    stats : dict of TaskStats by task
    """

    rows: Any  # TaskUnits

    def __init__(self, model, given, stats):
        self.rows = StatsRows(stats, model.fit_intercept, _scale(model))
        self._pose(model, given, self.rows.X, self.rows.Y)

    def _pose(self, model, given, X, Y):
        """Set the objective of squared errors of rows that are centred and scaled."""
        self._normalize = _scale(model)
        self.model = clone(model).set_params(fit_intercept=False)
        for name, value in (("normalize", False), ("loss", "squared_error")):
            if hasattr(model, name):
                self.model.set_params(**{name: value})
        self.objective = self.model._objective(given.read(self.model._read, X, Y))
        refuse_without_rows(self.objective)

    def row_counts(self):
        """Return the numbers and weights of the rows of the data."""
        every = list(self.rows.stats.values())
        counts = np.repeat([own.n_samples for own in every], self.rows.n_responses)
        return RowCounts(counts, self.rows.weights, int(self.rows.center))

    def solve(self):
        """Return the solution of the objective, as yet without a look at the data."""
        return self.solution_of(self.objective)

    def solution_of(self, objective):
        """Return the solution of the objective at other strengths and options."""
        return objective.solve()

    def certified_solution(self, data):
        """Return the solution with the gap of the data, by one more pass."""
        solution = self.solve()
        return self.certified(solution, self.residual_sums(data, [solution])[0])

    def coefficients(self, solution):
        """Return the user's coefficients (n_features, n_columns) and intercepts."""
        return self.rows.to_user(self.objective.to_user(solution)[0])

    def residual_sums(self, data, solutions):
        """Return the sums of the residuals of every task, for each of some solutions.

        One pass over the data.
        """
        fits = [self.rows.linear_fits(*self.coefficients(own)) for own in solutions]
        sums = data.residual_sums(join_fits(fits))
        size = self.rows.n_responses
        return [
            [own.of_columns(slice(i * size, (i + 1) * size)) for own in sums.values()]
            for i in range(len(solutions))
        ]

    def certified(self, solution, sums, strengths=None):
        """Return the solution with the gap and the objective of the data."""
        objective = self.objective.with_params(**(strengths or {}))
        last = certified_by_data(objective, solution, sums, self.rows)
        return with_last(solution, last)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, not yet certified by the data."""
        yield from self.objective.solve_path(strengths)

    def certified_path(self, data, points):
        """Return the arrays of a path's solutions, certified by one pass over the data.

        Parameters
        ----------
        data : ChunkedData
        points : list of tuple
            Strengths and solutions.

        Returns
        -------
        solutions : list
        arrays : list of dict
            As `Objective.path_arrays` returns them, in the user's units.
        """
        every = self.residual_sums(data, [solution for _, solution in points])
        solutions, arrays = [], []
        for (strengths, solution), sums in zip(points, every, strict=True):
            solutions.append(self.certified(solution, sums, strengths))
            arrays.append(self.path_arrays(solutions[-1]))
        return solutions, arrays

    def path_arrays(self, solution):
        """Return `Objective.path_arrays` in the user's units."""
        own = self.objective.path_arrays(solution)
        sizes = self.rows.sizes.reshape(own["coef"].shape)
        intercept = self.coefficients(solution)[1].reshape(self.objective.data.columns)
        return {**own, "coef": own["coef"] / sizes, "intercept": intercept[()]}

    def attributes(self, solution):
        """Return the fitted attributes of the model, in the user's units."""
        objective = self.objective.with_options(normalize=self._normalize)
        arrays = objective.user_arrays(solution)
        if self._normalize:
            sizes = self.rows.sizes.reshape(arrays["coef"].shape)
            for name in ("coef", "coef_shared", "coef_specific"):
                if name in arrays:
                    arrays[name] = arrays[name] / sizes
        fitted = self.model._attributes(objective, arrays)
        if self.rows.center:
            intercept = self.coefficients(solution)[1]
            fitted["intercept_"] = intercept.reshape(objective.data.columns)[()]
        fitted.pop("residuals_", None)
        columns = ("n_features_in_", "feature_names_in_")
        return fitted | {n: v for n, v in vars(self.model).items() if n in columns}


class StreamedFit(StatisticsFit):
    """A model of squared error and the products of columns in play.

    Parameters
    ----------
    model : estimator
        Of a convex penalty.
    given : ChunkedInput
    data : ChunkedData
    """

    def __init__(self, model, given, data):
        if not data.most_columns():
            raise ValueError(
                f"The products of one column with all {data.n_features} take more than "
                "scikit-learn's working_memory; select columns, or raise "
                "sklearn.set_config(working_memory=...)."
            )
        self._pose(model, given, *one_row_per_task(data))
        self.rows = StreamedColumns(data, model.fit_intercept, _scale(model))
        self.solver = StreamedSolver(self.objective, self.rows)
        self.objective.find_alpha_max = self.solver.alpha_max

    def solution_of(self, objective):
        """Return the solution, by as many passes as times that columns came in."""
        return self.solver.solve(objective)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one."""
        coef = None
        for point in strengths:
            solution = self.solver.solve(self.objective.with_params(**point), coef)
            coef = solution.coef
            yield solution


class LossFit(StatisticsFit):
    """A model of any loss, fitted by Newton steps of one pass each.

    Parameters
    ----------
    model : estimator
        Of a convex penalty.
    given : ChunkedInput
    data : ChunkedData
    """

    def __init__(self, model, given, data):
        self._pose(model, given, *one_row_per_task(data))
        loss = get_loss(model.loss)
        self._check_targets(model, loss, data)
        columns = LossColumns(data, loss, model.fit_intercept, _scale(model))
        self.rows, self.solver = columns, StreamedNewton(self.objective, columns)
        self.objective.find_alpha_max = self.solver.alpha_max

    def solve_path(self, strengths):
        """Yield the certified solutions at several strengths, each from the last."""
        for point in strengths:
            yield self.solver.solve(self.objective.with_params(**point))

    def solution_of(self, objective):
        """Return the certified solution at other strengths and options."""
        return self.solver.solve(objective)

    def certified_path(self, _, points):
        """Return the solutions of a path, and their arrays in the user's units."""
        solutions = [solution for _, solution in points]
        return solutions, [self.path_arrays(own) for own in solutions]

    def _check_targets(self, model, loss, data):
        """Raise unless the targets are in the range of the loss."""
        targets, weights = [*data.targets.values()], [*data.weights.values()]
        of_tasks = self.objective.data._replace(targets=targets, weights=weights)
        model._check_targets(loss, of_tasks)
        refuse_free_and_positive(self.objective, model, loss)

    def certified_solution(self, _):
        """Return the solution with the gap of the data."""
        return self.solver.solve()

    def attributes(self, solution):
        """Return the fitted attributes of the model, in the user's units."""
        fitted = super().attributes(solution)
        if self.rows.loss.link != "log":
            return fitted
        n_parameters = np.count_nonzero(fitted["coef_"])
        n_parameters += self.objective.n_columns if self.rows.center else 0
        n_left = int(self.row_counts().counts.sum()) - n_parameters
        dispersion = self.solver.pearson / n_left if n_left > 0 else np.nan
        return {**fitted, "dispersion_": float(dispersion)}

    def coefficients(self, solution):
        """Return the user's coefficients (n_features, n_columns) and intercepts."""
        coef = self.objective.to_user(solution)[0] / self.rows.sizes
        return coef, solution.intercept - self.rows.fits_of_means(coef)


def refuse_free_and_positive(objective, model, loss):
    """Raise if unpenalised coefficients must be positive: no dual point is known."""
    if np.any(objective.penalty_is_zero()) and np.any(model.positive):
        raise ValueError(
            f"positive={model.positive!r} and penalty weights of 0 are not available "
            f"together for chunked X with loss={loss.name!r}; give these features a "
            "small weight."
        )


def join_fits(fits):
    """Return fits to the same tasks as one with the columns of all of them."""
    return {
        task: LinearFit(
            np.concatenate([own[task].coef for own in fits], axis=1),
            np.concatenate([own[task].intercept for own in fits]),
            first.mean,
            np.tile(first.y_mean, len(fits)),
        )
        for task, first in fits[0].items()
    }


def one_row_per_task(data):
    """Return one row of zeros per task, to read groups, weights and names by."""
    X = [np.zeros((1, data.n_features)) for _ in data.designs]
    return X, [np.zeros((1, data.n_responses)) for _ in data.designs]


def _scale(model):
    return getattr(model, "normalize", False)


def fit_chunked(model, given, y, sample_weight, offset=None):
    """Return the fit of a model, its solution and its attributes.

    Parameters
    ----------
    model : estimator
    given : ChunkedInput
    y, sample_weight, offset : object
        In the layout of X; None for statistics.
    """
    fit, data = pose_chunked(model, given, y, sample_weight, offset)
    if data is None:
        return fit, *_uncertified(fit, fit.solve())
    return fit, *_certified(fit, data)


def pose_chunked(model, given, y, sample_weight=None, offset=None):
    """Return a fit that is not yet solved, with the data: None for statistics.

    Parameters
    ----------
    model : estimator
    given : ChunkedInput
    y, sample_weight, offset : object
        In the layout of X; None for statistics.
    """
    fit: Any
    loss = get_loss(getattr(model, "loss", "squared_error"))
    if given.is_statistics:
        _refuse_targets(model, y, sample_weight, offset)
        return StatisticsFit(model, given, given.designs), None
    given, data = read_targets(
        given, y, sample_weight, offset, (loss.is_quadratic, ignores_missing(model))
    )
    if not loss.is_quadratic:
        fit = LossFit(model, given, data)
    elif model._fits_streams and not data.holds_statistics():
        fit = StreamedFit(model, given, data)
    else:
        stats = {task: own for (task, _), own in data.statistics().items()}
        fit = StatisticsFit(model, given, stats)
    return fit, data


def _refuse_targets(model, y, sample_weight, offset):
    if any(own is not None for own in (y, sample_weight, offset)):
        raise ValueError(
            "X holds statistics, which know the targets, weights and offsets: pass "
            "y=None and neither sample_weight nor offset."
        )
    loss = getattr(model, "loss", "squared_error")
    if not get_loss(loss).is_quadratic:
        raise ValueError(
            f"loss={loss!r} needs the rows of the data; statistics do for "
            "loss='squared_error' only."
        )


def _certified(fit, data):
    """Return a solution certified by a pass over the data, and its attributes."""
    solution = fit.certified_solution(data)
    fitted = fit.attributes(solution)
    fitted |= {"n_passes_": data.n_passes, "n_bytes_read_": data.n_bytes}
    return solution, fitted


def _uncertified(fit, solution):
    """Return a solution of statistics alone, whose gap is not that of the data."""
    fitted = fit.attributes(solution)
    fitted["dual_gap_statistics_"] = fitted.pop("dual_gap_")
    return solution, {**fitted, "_evidence": (fit, solution)}


def cross_validate_chunked(search, given, y, sample_weight, n_folds):
    """Return the fit, the grid, the held-out losses and a function that ends the fit.

    Two passes: statistics of all folds, and the certificate.
    """
    if n_folds < 2:
        raise ValueError(f"cv={n_folds} must be at least 2 folds.")
    refuse_statistics(search, given)
    how = True, ignores_missing(search)
    given, data = read_targets(given, y, sample_weight, how=how)
    folds = data.statistics(n_folds)
    tasks = list(given.designs)
    model, has_weights = search._model(), sample_weight is not None

    def merged(numbers, where):
        stats = {k: sum_pairwise([folds[k, f] for f in numbers]) for k in tasks}
        if not all(own.weight for own in stats.values()):
            raise ValueError(f"{where} has a task without rows of positive weight.")
        return stats

    fit = StatisticsFit(model, given, merged(range(n_folds), "The data"))
    grid = search._grid(fit.objective)
    losses, weights, n_unconverged = [], [], 0
    for f in range(n_folds):
        others = [g for g in range(n_folds) if g != f]
        train = StatisticsFit(model, given, merged(others, f"Training fold {f}"))
        held_out = merged([f], f"Fold {f}")
        own, missed = _fold_losses(train, grid, held_out)
        losses.append(own)
        weights.append(sum(stats.weight for stats in held_out.values()))
        n_unconverged += missed
    scores = ValidationLosses(
        np.stack(losses, axis=1),
        fit.objective.column_weights(),
        np.array(weights) if search._weighs_folds and has_weights else None,
    )
    return fit, grid, scores, n_unconverged, data


def refuse_statistics(search, given):
    """Raise if the data of a search are statistics, which nothing certifies."""
    if given.is_statistics:
        raise ValueError(
            f"{type(search).__name__} needs the rows of X; pass chunked X, or fit the "
            "model itself to statistics, at a given alpha."
        )


def fit_all_rows(search, given, y, sample_weight):
    """Return the fit of a search's model to statistics of all rows, and the data."""
    refuse_statistics(search, given)
    how = True, ignores_missing(search)
    given, data = read_targets(given, y, sample_weight, how=how)
    stats = {task: own for (task, _), own in data.statistics().items()}
    return StatisticsFit(search._model(), given, stats), data


def _fold_losses(train, grid, held_out):
    """Return the held-out errors of all points of a grid, and unconverged fits."""
    losses, n_unconverged = [], 0
    for row in grid.rows:
        for piece in train.objective.path_coefficients(row):
            coef = np.zeros((len(piece.coef), *train.rows.sizes.shape))
            coef[:, piece.features] = piece.coef
            coef, intercept = train.rows.to_user(coef)
            n_unconverged += piece.n_unconverged
            found, start = [], 0
            for own in held_out.values():
                columns = slice(start, start := start + own.cross.shape[1])
                fits = coef[:, :, columns], intercept[:, columns]
                found.append(squared_errors(own, fits))
            losses.append(np.concatenate(found, axis=1))
    return np.concatenate(losses), n_unconverged


def finish_chunked(fit, objective, data):
    """Return the certified solution at chosen strengths, and its attributes."""
    fit.objective = objective
    return _certified(fit, data)


def sum_pairwise(stats):
    """Return the sum of statistics, merged in pairs."""
    while len(stats) > 1:
        pairs = [a + b for a, b in zip(stats[::2], stats[1::2], strict=False)]
        stats = pairs + ([stats[-1]] if len(stats) % 2 else [])
    return stats[0]


class Evidence(NamedTuple):
    """Sums of the residuals of a model over the rows of a task."""

    task: Any
    n_samples: int
    sums: Any


def evidence_of(model, X, y, sample_weight, task):
    """Return the sums of the residuals of a federated model over some rows."""
    fit, solution = model._evidence
    fits = fit.rows.linear_fits(*fit.coefficients(solution))
    if task not in fits:
        raise ValueError(f"task={task!r} is none of {list(fits)}.")
    X = X if is_chunked(X) else RowChunks(np.asarray(X))
    given = ChunkedInput({task: X}, "table")
    _, data = read_targets(given, y, sample_weight)
    sums = None
    for chunk in data.chunks:
        rows = chunk.read()
        own = sums_of_residuals(fits[task], *rows)
        sums = own if sums is None else sums + own
    n_samples = X.shape[0] if sample_weight is None else np.count_nonzero(sample_weight)
    return Evidence(task, int(n_samples), sums)


def certify(model, evidence):
    """Return the attributes of a federated model, certified by its data."""
    fit, solution = model._evidence
    found: dict = {}
    for one in evidence:
        n, sums = found.get(one.task, (0, None))
        found[one.task] = (
            n + one.n_samples,
            one.sums if sums is None else (sums + one.sums),
        )
    expected = {task: own.n_samples for task, own in fit.rows.stats.items()}
    given = {task: n for task, (n, _) in found.items()}
    if given != expected:
        raise ValueError(
            f"evidence is of {given} rows by task, but the statistics are of "
            f"{expected}; give that of every row once."
        )
    sums = [found[task][1] for task in expected]
    fitted = fit.attributes(fit.certified(solution, sums))
    return {name: fitted[name] for name in ("dual_gap_", "objective_")}
