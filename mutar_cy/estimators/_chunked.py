"""Fits to chunked designs, and to statistics, of models of squared error."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from mutar_cy._lib import import_pandas
from mutar_cy.chunks._loss_passes import LossColumns
from mutar_cy.chunks._passes import (
    ChunkedData,
    ChunkedTable,
    LinearFit,
    sums_of_residuals,
)
from mutar_cy.chunks._sources import (
    RowChunks,
    as_rows,
    cut,
    is_chunked,
    is_lazy_frame,
)
from mutar_cy.chunks._stats_rows import StatsRows, squared_errors
from mutar_cy.chunks._streamed import StreamedColumns
from mutar_cy.chunks._task_stats import TaskStats, check_stats
from mutar_cy.losses import get_loss
from mutar_cy.model_selection import RowCounts, ValidationLosses
from mutar_cy.objectives import (
    StreamedNewton,
    StreamedSolver,
    certified_by_data,
    refuse_without_rows,
    with_last,
)

LOADED = "Load the data (numpy.asarray) if they fit in memory."


class ChunkedInput(NamedTuple):
    """Designs of tasks that are read by rows, or their statistics."""

    designs: dict  # by task: what can be sliced by rows, or TaskStats
    kind: str  # "dict", "list", "table" or "long"
    is_flat: bool = True  # whether a target has one axis
    names: Any = None  # of the columns, if the designs are data frames
    labels: Any = None  # (n_samples,), the tasks of the rows of a long table
    on_pass: Any = None  # called with the number of passes after every one

    def reporting(self, callback):
        """Return the same, whose passes are the steps of a callback of a fit."""
        if callback is None:
            return self
        return self._replace(on_pass=lambda n: callback(n, np.nan, np.nan))

    def read(self, reader, X, Y):
        """Return what a reader of models makes of a matrix per task and its targets.

        Parameters
        ----------
        reader : callable
            Called with X and y in the layout of the data, and ``task`` if it is long.
        X, Y : list of ndarray
        """
        y = [own[:, 0] for own in Y] if self.is_flat else Y
        if self.names is not None:
            frame = import_pandas("A fit to data frames of dask").DataFrame
            X = [frame(own, columns=self.names) for own in X]
        if self.kind == "table":
            return reader(X[0], y[0])
        if self.kind == "list":
            return reader(X, y)
        tasks = list(self.designs)
        if self.kind == "dict":
            return reader(*(dict(zip(tasks, own, strict=True)) for own in (X, y)))
        numbers = np.repeat(np.arange(len(tasks)), [len(own) for own in X])
        labels = np.array(tasks)[numbers]
        table = np.concatenate(X)
        if self.names is not None:
            table = frame(table, columns=self.names)
        return reader(table, np.concatenate(y), task=labels)

    def n_rows(self, task):
        """Return the number of rows of a task."""
        if self.kind == "long":
            return int(np.count_nonzero(self.labels == task))
        return int(self.designs[task].shape[0])

    @property
    def is_statistics(self):
        """Whether the designs are known by their statistics only."""
        return isinstance(next(iter(self.designs.values())), TaskStats)


def chunked_input(X, task=None) -> ChunkedInput | None:
    """Return X if it must be read by rows or is statistics, else None.

    Parameters
    ----------
    X : object
    task : array-like of shape (n_samples,), default=None
        The labels of the rows of one long table.
    """
    found = _chunked_as_given(X, task)
    if found is None or found.is_statistics:
        return found
    names = [list(own.columns) for own in found.designs.values() if is_lazy_frame(own)]
    if names and (len(names) < len(found.designs) or any(n != names[0] for n in names)):
        raise ValueError(
            "Designs have other columns; give data frames with the same columns, in "
            "the same order, for all tasks."
        )
    if found.kind == "long":  # one design
        table = as_rows(X)
        n_rows = table.shape[0]
        if found.labels.shape != (n_rows,):
            raise ValueError(
                f"task has shape {found.labels.shape}, but X has {n_rows} rows; give "
                "one label per row."
            )
        designs = dict.fromkeys(found.designs, table)
    else:
        designs = {task: as_rows(own) for task, own in found.designs.items()}
    return found._replace(designs=designs, names=names[0] if names else None)


def _chunked_as_given(X, task) -> ChunkedInput | None:
    """Return X as `ChunkedInput`, whose designs are as they are given."""
    if task is not None and is_chunked(X):
        labels = np.asarray(task)
        found = dict.fromkeys(np.unique(labels).tolist(), X)
        return ChunkedInput(found, "long", labels=labels)
    if isinstance(X, TaskStats):
        X = {X.task: X}
    if is_chunked(X):
        return ChunkedInput({0: X}, "table")
    if isinstance(X, Mapping):
        found, kind = dict(X), "dict"
    elif isinstance(X, list | tuple):
        found, kind = dict(enumerate(X)), "list"
    else:
        return None
    lazy = [is_chunked(own) or isinstance(own, TaskStats) for own in found.values()]
    if not any(lazy):
        return None
    statistics = [isinstance(own, TaskStats) for own in found.values()]
    if any(statistics):
        if not all(statistics):
            raise ValueError(
                "X holds statistics of some tasks and data of others; make TaskStats "
                "of all of them, or of none."
            )
        check_stats(found)
        flat = next(iter(found.values())).cross.shape[1] == 1
        return ChunkedInput(found, kind, flat)
    return ChunkedInput(found, kind)


def is_mapped(given):
    """Return whether all designs are memory maps, which ordinary fits can read."""
    return all(isinstance(own, np.memmap) for own in given.designs.values())


def refusal(model, arguments, kind="table"):
    """Return why a model cannot be fitted to chunked data of a kind, or None."""
    name = type(model).__name__
    if not model._fits_statistics and not model._streams_losses:
        return (
            f"{name} needs the rows of X in memory; chunked X is for GroupLasso, "
            "IndLasso, DirtyModel, DataSharedLasso, MultiLevelLasso, "
            "ReweightedGroupLasso, IndRewLasso, GroupLassoClassifier and "
            f"IndLassoClassifier. {LOADED}"
        )
    loss = get_loss(getattr(model, "loss", "squared_error"))
    if not loss.is_quadratic and not model._streams_losses:
        return (
            f"loss={model.loss!r} needs the rows of X in memory for {name}; with "
            "chunked X it is for GroupLasso and IndLasso, and loss='squared_error' for "
            f"all. {LOADED}"
        )
    if arguments.get("offset") is not None and hasattr(model, "cv"):
        return (
            "offset= is not available for cross-validation of chunked X; subtract the "
            "offsets from the targets."
        )
    if arguments.get("task") is not None and kind != "long":
        return "task= is for one long table; X holds one design per task."
    for label in ("groups", "clusters"):
        if arguments.get(label) is not None:
            return (
                f"{label}= of samples is not available with chunked X, whose folds are "
                "consecutive rows; put the samples of a group next to each other."
            )
    for label, default in (
        ("task_column", None),
        ("relax", None),
        ("warm_start", False),
        ("degenerate_tasks", "raise"),
        ("concomitant", False),
    ):
        if model.get_params(deep=False).get(label, default) != default:
            return (
                f"{label}={getattr(model, label)!r} is not available with chunked X; "
                f"leave {label}={default!r}."
            )
    return None


def ignores_missing(model):
    """Return whether NaN in a target leaves its sample out."""
    return getattr(model, "missing_targets", "raise") == "ignore"


def read_targets(given, y, sample_weight, offset=None, how=(True, False)):
    """Return the kind of y with `ChunkedData` of checked targets and weights.

    Offsets of squared errors are subtracted from the targets. Samples without a target
    get the weight 0.

    Parameters
    ----------
    given : ChunkedInput
    y, sample_weight, offset : object
        In the layout of X.
    how : tuple of bool, default=(True, False)
        Whether the loss is the squared error, and whether targets may be missing.
    """
    is_quadratic, may_miss = how
    tasks = list(given.designs)
    for task, X in given.designs.items():
        _refuse_design(X, task)
    targets = _per_task(given, y, "y")
    weights: dict = dict.fromkeys(tasks)
    if sample_weight is not None:
        weights = _per_task(given, sample_weight, "sample_weight")
    sizes = {X.shape[1] for X in given.designs.values()}
    if len(sizes) > 1:
        raise ValueError(
            f"Designs have {sorted(sizes)} columns; all tasks need the same features."
        )
    n_axes = set()
    for task in tasks:
        name, n_rows = f"y of task {task!r}", given.n_rows(task)
        targets[task], present = _present(targets[task], n_rows, name, may_miss)
        n_axes.add(targets[task].ndim)
        targets[task] = targets[task].reshape(n_rows, -1)
        weights[task] = _read_weights(weights[task], present, n_rows, task)
    if len({own.shape[1] for own in targets.values()}) > 1 or len(n_axes) > 1:
        raise ValueError("All tasks need the same number of responses in y.")
    given = given._replace(is_flat=n_axes == {1})
    offsets = _read_offsets(given, offset, targets)
    if offsets is not None and is_quadratic:
        targets = {task: targets[task] - own for task, own in offsets.items()}
        offsets = None
    data: ChunkedData
    if given.kind == "long":
        X = given.designs[tasks[0]]
        data = ChunkedTable(X, given.labels, targets, weights, offsets)
    else:
        data = ChunkedData(given.designs, targets, weights, offsets)
    data.on_pass = given.on_pass
    return given, data


def _read_offsets(given, offset, targets):
    """Return checked offsets by task, of the shape of the targets, or None."""
    if offset is None:
        return None
    found = _per_task(given, offset, "offset")
    for task in given.designs:
        name = f"offset of task {task!r}"
        own = _checked(found[task], given.n_rows(task), name)
        if own.size != targets[task].size:
            raise ValueError(
                f"offset of task {task!r} has shape {own.shape}; give one number per "
                "target."
            )
        found[task] = own.reshape(targets[task].shape)
    return found


def _refuse_design(X, task):
    """Raise if a design is no table of numbers with a known number of rows."""
    shape = getattr(X, "shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or not hasattr(X, "dtype"):
        raise ValueError(
            f"X of task {task!r} is a {type(X).__name__}; beside chunked designs, give "
            "arrays of shape (n_samples, n_features)."
        )
    if any(n != n for n in shape):  # dask's unknown lengths are NaN
        raise ValueError(
            f"X of task {task!r} has an unknown number of rows; call "
            "X.compute_chunk_sizes() first."
        )
    if np.dtype(X.dtype).kind not in "biuf" or not all(shape):
        raise ValueError(
            f"X of task {task!r} has dtype {X.dtype} and shape {shape}; it must hold "
            "real numbers, at least one."
        )


def _per_task(given, values, name):
    """Return a dict by task of what is given in the layout of X."""
    tasks = list(given.designs)
    if given.kind == "table":
        return {tasks[0]: values}
    if given.kind == "long":
        values = np.asarray(values)
        if values.ndim < 1 or len(values) != len(given.labels):
            raise ValueError(
                f"{name} has shape {values.shape}, but X has {len(given.labels)} rows."
            )
        return {task: values[given.labels == task] for task in tasks}
    fits = isinstance(values, Mapping) == (given.kind == "dict") and len(values) == len(
        tasks
    )
    found = dict(values if isinstance(values, Mapping) else enumerate(values))
    if not fits or set(found) != set(tasks):
        raise ValueError(
            f"{name} must be a {given.kind} with one entry for each of {tasks}, as X; "
            f"got {list(found)[:10]}."
        )
    return found


def _checked(values, n_rows, name):
    """Return the targets or weights of a task as finite floats."""
    values = np.asarray(values, dtype=np.float64)
    if not 1 <= values.ndim <= 2 or len(values) != n_rows:
        raise ValueError(f"{name} has shape {values.shape}, but X has {n_rows} rows.")
    if not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        raise ValueError(
            f"{name} is not finite in row {row}; fill it in or leave the row out."
        )
    return values


def _present(values, n_rows, name, may_miss):
    """Return the targets of a task, and which of them are there: None for all."""
    if not may_miss:
        return _checked(values, n_rows, name), None
    values = np.array(values, dtype=np.float64)
    missing = np.isnan(values)
    rows = missing if values.ndim < 2 else missing.any(axis=1)
    partly = rows & ~(missing if values.ndim < 2 else missing.all(axis=1))
    if partly.any():
        raise ValueError(
            f"{name} misses some responses of row {int(np.argmax(partly))}; with "
            "chunked X a sample has all of its responses or none."
        )
    values[missing] = 0.0
    return _checked(values, n_rows, name), None if not rows.any() else ~rows


def _read_weights(weight, present, n_rows, task):
    """Return the checked weights of a task, 0 where its target misses, or None."""
    if weight is not None:
        weight = _checked(weight, n_rows, f"sample_weight of {task!r}")
    if present is not None:
        weight = present * (1.0 if weight is None else weight)
    if weight is None:
        return None
    if weight.ndim != 1 or weight.min() < 0.0 or not weight.any():
        raise ValueError(
            f"sample_weight of task {task!r} must hold one number of at least 0 per "
            "row, and not only zeros."
        )
    return weight


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


def predict_chunked(model, given, X, coef, intercept):
    """Return linear predictors of designs that are read by rows, in their layout.

    Those of dask arrays are lazy.
    """
    if given.is_statistics:
        raise ValueError("X holds statistics, which have no rows to predict for.")
    names = list(getattr(model, "feature_names_in_", []))
    if given.names is not None and names and names != given.names:
        raise ValueError(
            f"X has columns {given.names[:10]}, but {type(model).__name__} was fitted "
            f"to {names[:10]}."
        )
    if given.kind == "table":
        if model.layout_ not in ("single", "shared"):
            raise ValueError(
                f"{type(model).__name__} was fitted with one design per task; pass X "
                "as a dict or a list of designs."
            )
        (design,) = given.designs.values()
        return predict_rows(design, coef, intercept, type(model).__name__)
    labels = model.tasks_.tolist()
    unknown = [task for task in given.designs if task not in labels]
    if unknown or model.layout_ in ("single", "shared"):
        raise ValueError(
            f"X holds designs of tasks {list(given.designs)[:10]}; the model was "
            f"fitted to {labels[:10]} in the layout {model.layout_!r}."
        )
    found = {}
    for task, own in given.designs.items():
        k = labels.index(task)
        name = type(model).__name__
        found[task] = predict_rows(own, coef[:, k], intercept[k], name)
    return found if given.kind == "dict" else list(found.values())


def predict_long(model, X, coef, intercept, task):
    """Return linear predictors of a long table that is read by rows."""
    X = as_rows(X)
    labels, known = np.asarray(task), model.tasks_.tolist()
    found, inverse = np.unique(labels, return_inverse=True)
    unknown = [own for own in found.tolist() if own not in known]
    if unknown or labels.shape != (X.shape[0],):
        raise ValueError(
            f"task must hold one of {known[:10]} for each of {X.shape[0]} rows of X; "
            f"got shape {labels.shape} and unknown labels {unknown[:10]}."
        )
    codes = np.array([known.index(own) for own in found.tolist()])[inverse]
    out = np.empty((len(labels), *coef.shape[2:]))
    for chunk in cut("X", X, np.empty((X.shape[0], 0)), None):
        rows, own = chunk.read()[0], codes[chunk.start : chunk.stop]
        for k in np.unique(own).tolist():
            eta = np.tensordot(rows[own == k], coef[:, k], 1) + intercept[k]
            out[chunk.start : chunk.stop][own == k] = eta
    return out


def predict_rows(X, coef, intercept, name):
    """Return the linear predictors of one design; those of a dask array are lazy.

    Parameters
    ----------
    X : object
        Sliced by rows.
    coef : ndarray of shape (n_features, ...)
    intercept : ndarray of the shape of a row of ``coef``
    name : str
        Of the estimator.
    """
    if X.shape[1] != len(coef):
        raise ValueError(
            f"X has {X.shape[1]} features, but {name} is expecting "
            f"{len(coef)} features as input."
        )
    if hasattr(X, "map_blocks"):  # dask
        return np.tensordot(X, coef, 1) + intercept
    chunks = cut("X", X, np.empty((X.shape[0], 0)), None)
    rows = [np.tensordot(chunk.read()[0], coef, 1) for chunk in chunks]
    return np.concatenate(rows) + intercept


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
