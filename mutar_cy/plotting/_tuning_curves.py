"""Tuning curves: the contribution of every covariate to the linear predictor."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from scipy import sparse

from mutar_cy._lib._tables import (
    as_table,
    column_names,
    is_pandas,
    is_table,
    narwhals,
    take_column,
    take_columns,
)
from mutar_cy.groups import check_blocks
from mutar_cy.plotting._reading import FittedCoefficients, read_fitted
from mutar_cy.preprocessing import LagTransformer, TaskScaler
from mutar_cy.tasks import labels_in_column, take_samples, task_position

# Relative difference of contributions that rounding explains, far below what is drawn.
ROUNDING = 1e-6
N_REFERENCES = 5  # samples whose curves are compared; each costs one more grid


@dataclass(frozen=True, eq=False)
class TuningCurve:
    """Contribution of one covariate to the linear predictor, as arrays.

    Parameters
    ----------
    feature : hashable
        Name of the covariate.
    over : {"value", "category", "lag"}
        Meaning of the points.
    points : ndarray of shape (n_points,)
        Values or categories of the covariate, or lags in samples.
    values : ndarray of shape (n_points, n_tasks)
        Over values and categories: the contribution, less its mean over the samples.
        Over lags: the contribution of one unit of the covariate so many samples ago.
        NaN out of the range of a task.

    See Also
    --------
    TuningCurveDisplay : Computes and draws curves.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.plotting import TuningCurve
    >>> curve = TuningCurve("speed", "value", np.arange(3), np.ones((3, 2)))
    >>> curve.feature, curve.values.shape
    ('speed', (3, 2))
    """

    feature: Any
    over: str
    points: np.ndarray
    values: np.ndarray


class Covariates:
    """A table of covariates, as a pipeline takes it.

    Parameters
    ----------
    X : {array-like, DataFrame} of shape (n_samples, n_covariates), or dict of arrays
    """

    def __init__(self, X):
        if sparse.issparse(X):
            raise ValueError("X must be dense; give X.toarray().")
        X = as_table(X)
        self.names = list(X) if isinstance(X, Mapping) else column_names(X)
        if self.names is None:
            X = np.asarray(X)
            if X.ndim != 2:
                raise ValueError(
                    f"X must be a table of shape (n_samples, n_covariates), got shape "
                    f"{X.shape}. For tasks in a list, give the table of one of them."
                )
            self.names = list(range(X.shape[1]))
        self.X = X

    def array(self, at):
        """Return a column as a 1-D array, or None if a key of a dict has several."""
        if is_table(self.X):
            values = take_column(self.X, at)
        elif isinstance(self.X, Mapping):
            values = np.asarray(self.X[self.names[at]])
        else:
            values = self.X[:, at]
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        if values.dtype.kind == "O" and all(isinstance(v, Real) for v in values.flat):
            values = values.astype(np.float64)  # numbers beside text in one array
        return values if values.ndim == 1 else None

    def take(self, rows):
        """Return some rows as covariates."""
        return Covariates(take_samples(self.X, np.asarray(rows)))

    def replace(self, at, values):
        """Return covariates with other values of one column.

        Parameters
        ----------
        at : int
        values : ndarray of shape (n_samples,)
        """
        X, name = self.X, self.names[at]
        if isinstance(X, Mapping):
            values = values.reshape(np.shape(X[name]))
            return Covariates({**X, name: values})
        if is_pandas(X):  # its names may be of any type
            X = X.copy()
            X.isetitem(at, values)
        elif is_table(X):
            frame = narwhals().from_native(X)
            new = narwhals().new_series(
                name, values.tolist(), backend=frame.implementation
            )
            X = frame.with_columns(new).to_native()
        else:
            X = X.astype(np.result_type(X, values), copy=True)
            X[:, at] = values
        return Covariates(X)

    def is_categorical(self, at):
        """Tell whether a column holds text, truth values or categories."""
        if is_pandas(self.X) and str(self.X.dtypes.iloc[at]) == "category":
            return True
        return self.array(at).dtype.kind not in "iuf"


class FittedPipeline:
    """A fitted model and the transformers before it.

    Parameters
    ----------
    estimator : estimator
        A fitted model, or a pipeline, a search or a transformed target around one.
    task_names : sequence, default=None
        Names to use instead of those of the model.
    """

    def __init__(self, estimator, task_names=None):
        self.steps: list = []
        self.transforms_target = False
        while True:
            if hasattr(estimator, "best_estimator_"):
                estimator = estimator.best_estimator_
            elif hasattr(estimator, "regressor_"):
                estimator, self.transforms_target = estimator.regressor_, True
            elif hasattr(estimator, "steps"):
                steps = [step for _, step in estimator.steps]
                self.steps += [
                    each for each in steps[:-1] if hasattr(each, "transform")
                ]
                estimator = steps[-1]
            else:
                break
        self.model = estimator
        self.coefficients: FittedCoefficients = read_fitted(estimator, None, task_names)
        parts = [part for step in self.steps for part in _parts_of(step)]
        lags = [
            LagTransformer(part.lags).fit([[0.0]]).lags_
            for part in parts
            if isinstance(part, LagTransformer)
        ]
        self.reach = max((int(np.abs(each).max()) for each in lags), default=0)
        self.scales_tasks = any(isinstance(part, TaskScaler) for part in parts)

    def features(self, covariates):
        """Return the features that have coefficients, and the labels of tasks.

        Returns
        -------
        features : {ndarray, CSR} of shape (n_samples, n_features)
        labels : ndarray of shape (n_samples,) or None
        """
        X = covariates.X
        for step in self.steps:
            X = step.transform(X)
        if isinstance(X, Mapping):
            known = self.model._blocks
            X = check_blocks(X, known.indices, known.columns, finite=False)
        if getattr(self.model, "task_column", None) is None:
            return _matrix(X), None
        labels = labels_in_column(X, self.model.task_column)
        at = task_position(self.model, column_names(X), X.shape[1])
        rest = [k for k in range(X.shape[1]) if k != at]
        if is_table(X):
            return _matrix(take_columns(X, rest)), labels
        X = sparse.csc_array(X) if sparse.issparse(X) else X
        return _matrix(X[:, rest]), labels

    def intercepts(self):
        """Return the intercepts, one per column of the coefficients."""
        intercept = np.asarray(self.model.intercept_, np.float64)
        if hasattr(self.model, "classes_") and intercept.ndim == 2:
            intercept = intercept.T  # classes come last
        return np.broadcast_to(intercept.ravel(), self.coefficients.columns.shape[1])


def _matrix(X):
    return sparse.csr_array(X) if sparse.issparse(X) else np.asarray(X, np.float64)


def _parts_of(step):
    """Return a transformer and those inside it."""
    return [step, *step.get_params(deep=True).values()]


def tuning_curves(pipeline, covariates, features, categorical, n_points):
    """Return the curves of covariates, and the mean linear predictor of every task.

    Parameters
    ----------
    pipeline : FittedPipeline
    covariates : Covariates
        The samples.
    features : list of int or None
        Positions of covariates; None: those with a contribution.
    categorical : set of int
        Covariates whose values are categories.
    n_points : int
        Number of points of a curve over values.

    Returns
    -------
    curves : list of TuningCurve
    baseline : ndarray of shape (n_columns,)
    """
    samples = Samples(pipeline, covariates)
    curves = []
    for at in range(len(covariates.names)) if features is None else features:
        name, values = covariates.names[at], covariates.array(at)
        if values is None:
            if features is None:
                continue
            raise ValueError(
                f"X[{name!r}] has several columns, and a curve is over one covariate. "
                f"Put its basis into the pipeline."
            )
        is_category = at in categorical or covariates.is_categorical(at)
        points = find_points(values, is_category, n_points)
        found = samples.curves(at, points, is_category)
        if not found and features is not None:
            raise ValueError(f"The covariate {name!r} does not enter the model.")
        curves += found
    if features is None:
        curves = [curve for curve in curves if np.nan_to_num(curve.values).any()]
    return curves, samples.baseline()


def find_points(values, is_category, n_points):
    """Return the points of a curve over the values of a covariate."""
    if is_category:
        return np.array(sorted(set(values.tolist()), key=str), dtype=values.dtype)
    finite = np.unique(values[np.isfinite(values)])
    if not len(finite) or (values.dtype.kind in "iu" and len(finite) <= n_points):
        return finite
    return np.linspace(finite[0], finite[-1], n_points)


class Samples:
    """The samples that curves are computed for, and their features.

    Parameters
    ----------
    pipeline : FittedPipeline
    covariates : Covariates
    """

    def __init__(self, pipeline, covariates):
        self.pipeline, self.covariates = pipeline, covariates
        self.coef = pipeline.coefficients.columns
        self.features, labels = pipeline.features(covariates)
        n_tasks, n_others = pipeline.coefficients.coef.shape[1:]
        columns = np.arange(n_tasks * n_others)
        self.parts = [(np.arange(self.features.shape[0]), columns)]
        if labels is not None:
            names = pipeline.model.tasks_.tolist()
            self.parts = [
                (np.flatnonzero(labels == task), columns[k * n_others :][:n_others])
                for k, task in enumerate(pipeline.model.tasks_)
            ]
            for (rows, _), task in zip(self.parts, names, strict=True):
                if not len(rows):
                    raise ValueError(
                        f"X has no sample of task {task!r}; give the X of the fit."
                    )

    def baseline(self):
        """Return the mean linear predictor of every column of coefficients."""
        predictor = self.pipeline.intercepts().copy()
        for rows, columns in self.parts:
            own = self.features[rows] @ self.coef[:, columns]
            predictor[columns] += np.nanmean(own, axis=0)
        return predictor

    def curves(self, at, points, is_category):
        """Return the curves of a covariate: over its values, its lags, or both."""
        values = np.full((len(points), self.coef.shape[1]), np.nan)
        weights: dict = {}
        entered = False
        for parts in self._alike():
            first = [rows[0] for rows, _ in parts[: N_REFERENCES - 1]]
            probe = Probe(self, at, points, [*first, parts[-1][0][-1]])
            lags, lagged, response = probe.impulse(is_category)
            used, grids = probe.grid(lagged)
            entered |= bool(used.any())
            for rows, columns in parts:
                inside = self._inside(at, points, rows)
                if used.any() and inside.any():
                    self._check_additive(
                        at, grids[:, inside] @ self.coef[used][:, columns]
                    )
                    mean = self._mean(rows, used, columns)
                    own = grids[0, inside] @ self.coef[used][:, columns] - mean
                    values[np.ix_(inside, columns)] = own
                for lag, row in zip(lags, response, strict=True):
                    empty = np.full(self.coef.shape[1], np.nan)
                    filled = weights.setdefault(lag, empty)
                    filled[columns] = row @ self.coef[lagged][:, columns]
        name, over = self.covariates.names[at], "category" if is_category else "value"
        curves = [TuningCurve(name, over, points, values)] if entered else []
        if weights:
            lags = np.array(sorted(weights))
            filters = np.array([weights[lag] for lag in lags.tolist()])
            curves.append(TuningCurve(name, "lag", lags, filters))
        return curves

    def _alike(self):
        """Return lists of parts whose features come from covariates in the same way."""
        if self.pipeline.scales_tasks:
            return [[part] for part in self.parts]
        return [self.parts]

    def _inside(self, at, points, rows):
        """Tell which points are in the range of some samples."""
        own = self.covariates.array(at)[rows]
        if points.dtype.kind != "f":
            return np.isin(points, own)
        return (points >= np.nanmin(own)) & (points <= np.nanmax(own))

    def _mean(self, rows, used, columns):
        """Return the mean contribution of some features over some samples."""
        features = self.features[rows][:, np.flatnonzero(used)]
        return np.nanmean(features @ self.coef[used][:, columns], axis=0)

    def _check_additive(self, at, curves):
        """Raise if curves of several reference samples are not parallel.

        Parameters
        ----------
        at : int
        curves : ndarray of shape (n_references, n_points, n_columns)
        """
        shapes = curves - curves[:, :1]
        if np.abs(shapes - shapes[0]).max() > ROUNDING * np.abs(curves).max():
            raise ValueError(
                f"The contribution of {self.covariates.names[at]!r} depends on other "
                f"covariates, so that it has no single curve. For interactions use "
                f"sklearn.inspection.PartialDependenceDisplay."
            )


class Probe:
    """Changes of one covariate, and the features that change with it.

    Parameters
    ----------
    samples : Samples
    at : int
        The covariate.
    points : ndarray of shape (n_points,)
        Values that it takes.
    references : list of int
        Samples that have the values of the other covariates.
    """

    def __init__(self, samples, at, points, references):
        self.pipeline, self.covariates = samples.pipeline, samples.covariates
        self.at, self.points = at, points
        self.references = references
        self.nothing = np.zeros(len(samples.coef), bool)
        self.is_label = False

    def _features(self, covariates):
        features, labels = self.pipeline.features(covariates)
        features = features.toarray() if sparse.issparse(features) else features
        return features, labels

    def grid(self, lagged):
        """Return the features of reference samples with every value of the covariate.

        Parameters
        ----------
        lagged : ndarray of bool, shape (n_features,)
            Features that are filters of the covariate, and are left out.

        Returns
        -------
        used : ndarray of bool, shape (n_features,)
            Features that change with the covariate.
        grids : ndarray of shape (n_references, n_points, n_used)
        """
        count, n_points = len(self.references), len(self.points)
        nothing = self.nothing, np.empty((count, n_points, 0))
        if self.is_label or not n_points:
            return nothing
        base = self.covariates.take(np.repeat(self.references, n_points))
        before, task = self._features(base)
        changed = base.replace(self.at, np.tile(self.points, count))
        after, new_task = self._features(changed)
        if task is not None and np.any(task != new_task):
            return nothing  # the column of tasks
        used = np.nan_to_num(after - before).any(axis=0) & ~lagged
        return used, after[:, used].reshape(count, n_points, -1)

    def impulse(self, is_category):
        """Return the response of the features to one unit in one sample.

        Parameters
        ----------
        is_category : bool

        Returns
        -------
        lags : list of int
        lagged : ndarray of bool, shape (n_features,)
            Features that are filters of the covariate.
        response : ndarray of shape (n_lags, n_lagged)
        """
        nothing: tuple = [], self.nothing, np.empty((0, 0))
        reach = self.pipeline.reach
        if not reach or len(self.points) < 2:
            return nothing
        some = self.points[[0, len(self.points) // 2, -1]]
        if some.dtype.kind == "b":  # a stimulus that is off or on
            some, is_category = some.astype(np.float64), False
        # Room for the response on both sides, and for what that needs to be complete.
        middle, window = 2 * reach, 4 * reach + 1
        table = self.covariates.take(np.repeat(self.references[:1], window))
        constant = [self._replaced(table, np.repeat(each, window)) for each in some]
        if not any(np.nan_to_num(each - constant[0]).any() for each in constant):
            self.is_label = True  # only breaks, between trials, may matter
            return nothing
        impulses = []
        for point in some[1:]:
            values = np.repeat(some[0], window)
            values[middle] = point
            after = self._replaced(table, values)
            impulses.append(np.nan_to_num(after - constant[0]))
        lagged = np.delete(impulses[1], middle, axis=0).any(axis=0)
        if not lagged.any():
            return nothing
        if is_category:
            raise ValueError(self._no_filter("is a category with lags, which has"))
        half = impulses[0] / (some[1] - some[0])
        full = impulses[1] / (some[2] - some[0])
        linear = np.abs(half - full).max(axis=0) <= ROUNDING * np.abs(full).max(axis=0)
        if not linear[lagged].all():
            raise ValueError(self._no_filter("has lags of a nonlinear function, with"))
        # A column that is linear in the covariate at the same sample is its lag 0.
        lagged |= linear & full.any(axis=0)
        found = np.flatnonzero(full[:, lagged].any(axis=1))
        return (found - middle).tolist(), lagged, full[np.ix_(found, lagged)]

    def _no_filter(self, why):
        name = self.covariates.names[self.at]
        return f"{name!r} {why} no single curve over lags. Leave it out of features."

    def _replaced(self, table, values):
        return self._features(table.replace(self.at, values))[0]
