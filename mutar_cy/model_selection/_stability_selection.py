"""Stability selection: features that fits to most halves of the samples select."""

from contextlib import closing
from inspect import signature
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy._lib import refuse_class
from mutar_cy.model_selection._grids import alpha_grid
from mutar_cy.model_selection._parallel import run_all
from mutar_cy.model_selection._stability_bounds import (
    BOUNDS,
    expected_false,
    largest_q,
    least_threshold,
)
from mutar_cy.model_selection._subsamples import ClusterSubsamples, Subsamples
from mutar_cy.objectives import (
    FRACTION,
    CallbackSupportMixin,
    all_or_nothing,
    check_parameters,
    refuse_non_finite,
    solver_callback,
    warn_user,
)

UNCONVERGED = (
    "Objective did not converge in {} fits to subsamples. You might want to increase "
    "the number of iterations, max_iter, of the {}, or its tol; a very small alpha "
    "makes a problem hard."
)
# Attributes that only some fits set.
OPTIONAL = "feature_names_in_", "group_names_", "group_path_", "group_frequencies_"


class SelectionUnits:
    """The units that are selected as a whole: features, or groups of features.

    Parameters
    ----------
    n_features : int
    groups : list of ndarray of int, default=None
        The features of every group, if there are groups; else each is on its own.
    """

    def __init__(self, n_features, groups=None):
        self.order, self.number = None, n_features
        if groups is not None:
            sizes = np.array([len(own) for own in groups])
            self.order, self.number = np.concatenate(groups), len(groups)
            self.starts = np.cumsum(sizes) - sizes

    def among(self, features):
        """Return which units have one of some features.

        Parameters
        ----------
        features : ndarray of bool, shape (..., n_features)

        Returns
        -------
        units : ndarray of bool, shape (..., n_units)
        """
        if self.order is None:
            return features
        return np.logical_or.reduceat(features[..., self.order], self.starts, axis=-1)


class SubsampleFits(NamedTuple):
    """Fits of an objective to subsamples, at every point of a path."""

    objective: Any  # of all rows
    strengths: list  # of dicts
    units: SelectionUnits
    max_features: int | None  # units that may be selected at one strength or another

    @property
    def shape(self):
        """The numbers of points, features and tasks."""
        data = self.objective.data
        return len(self.strengths), data.n_features, len(data.labels)

    def select(self, subsamples, number):
        """Return the features that the fits to a subsample select.

        Parameters
        ----------
        subsamples : Subsamples
        number : int
            The number of the subsample.

        Returns
        -------
        selected : ndarray of bool, shape (n_points, n_features, n_tasks)
        n_unconverged : int
        """
        rows, where = subsamples.rows(number), f"Subsample {number}"
        data = self.objective.data._replace(designs=self.objective.data.targets)
        self.objective.check_fit_possible(data.take(rows), where)
        objective = self.objective.restrict(rows)
        _, n_features, n_tasks = self.shape
        selected = np.zeros(self.shape, dtype=bool)
        ever, n_unconverged = np.zeros(self.units.number, dtype=bool), 0
        for point, solution in enumerate(objective.solve_path(self.strengths)):
            coef, intercept = objective.to_user(solution)
            refuse_non_finite(coef, intercept)
            own = (coef != 0).reshape(n_features, n_tasks, -1).any(axis=2)
            ever |= self.units.among(own.any(axis=1))
            if (
                self.max_features is not None
                and np.count_nonzero(ever) > self.max_features
            ):
                selected[point:] = selected[point - 1] if point else False
                break
            selected[point] = own
            n_unconverged += not objective.has_converged(solution)
        return selected, n_unconverged


class SelectionCounts:
    """Counts of what was selected, over subsamples.

    Parameters
    ----------
    selections : Selections
    """

    def __init__(self, fits):
        n_points, n_features, n_tasks = fits.shape
        self.units, self.number, self.n_units = fits.units, 0, 0
        self.n_unconverged = 0
        self.of_entries = np.zeros((n_points, n_features, n_tasks), dtype=np.int32)
        self.of_features = np.zeros((n_points, n_features), dtype=np.int32)
        self.of_units = np.zeros((n_points, self.units.number), dtype=np.int32)

    def add(self, selected, n_unconverged):
        """Count a subsample.

        Parameters
        ----------
        selected : ndarray of bool, shape (n_points, n_features, n_tasks)
        n_unconverged : int
        """
        features = selected.any(axis=2)
        units = self.units.among(features)
        self.of_entries += selected
        self.of_features += features
        self.of_units += units
        self.n_units += int(np.count_nonzero(units.any(axis=0)))
        self.number += 1
        self.n_unconverged += n_unconverged


def make_model(estimator):
    """Return a copy of an estimator whose fits can be followed, parameters checked.

    Raises
    ------
    TypeError
        If it is not one of this package's.
    ValueError
        If no coefficient of it is ever 0.
    """
    refuse_class(estimator, "StabilitySelection")
    # What has no alpha chooses it by the data.
    if not hasattr(estimator, "_objective") or not hasattr(estimator, "alpha"):
        raise TypeError(
            "estimator must be a model of mutar_cy with fixed strengths, got "
            f"{type(estimator).__name__}."
        )
    model = clone(estimator)
    check_parameters(model)
    if getattr(model, "support_threshold", 1.0) == 0.0 and model.alpha > 0:
        raise ValueError(
            f"No coefficient of {type(model).__name__} is ever 0, so that every "
            f"feature is selected; set its support_threshold above 0."
        )
    return model


def accepted(model, given):
    """Return what was given beside X and y, and see that the model's fit takes it."""
    given = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name not in signature(model.fit).parameters:
            raise TypeError(
                f"{name} was given, but the fit of {type(model).__name__} takes none."
            )
    return given


def selection_path(model, data, alphas, eps):
    """Return the objective, the alphas, and the strengths to fit it at."""
    objective = model._objective(data)
    if alphas is None:
        return objective, np.array([model.alpha], dtype=np.float64), [{}]
    grid = alpha_grid(objective, alphas, eps)
    return objective, grid.alphas, grid.rows[0]


class Limits(NamedTuple):
    """The number of features per subsample, and the threshold; bounded together."""

    max_features: int | None
    threshold: float
    n_units: int
    n_subsamples: int
    bound: str

    def error_bound(self, n_selected):
        """Return the bound on the expected number of false selections."""
        given = self.n_units, self.threshold, self.n_subsamples, self.bound
        return expected_false(n_selected, *given)


def make_limits(selection, n_units):
    """Return the limits of a selection; two of three parameters give the third.

    Parameters
    ----------
    selection : StabilitySelection
    n_units : int
        Number of features, or groups, to choose from.

    Raises
    ------
    ValueError
        If none, or all three, are to be found, or there is no such limit.
    """
    q, threshold, most = (
        selection.max_features,
        selection.threshold,
        selection.max_false,
    )
    given = n_units, selection.n_subsamples, selection.bound
    if most is None and threshold is None:
        raise ValueError(
            "threshold=None is computed from max_features and max_false; give both, or "
            "a threshold."
        )
    if most is not None:
        if (q is None) == (threshold is None):
            raise ValueError(
                f"max_false={most} computes max_features or threshold, whichever is "
                f"None, from the other, but got max_features={q} and "
                f"threshold={threshold}."
            )
        if threshold is None:
            threshold = least_threshold(q, *given, most)
        else:
            q = largest_q(n_units, threshold, *given[1:], most)
        if not q or threshold is None:
            raise ValueError(
                f"max_false={most} is out of reach with {n_units} features or groups; "
                f"take a larger one, or bound='r_concave'."
            )
    return Limits(q, threshold, *given)


def summary(counts, limits):
    """Return the attributes that counts of selections lead to."""
    path = counts.of_features / counts.number
    frequencies = path.max(axis=0)
    n_selected = counts.n_units / counts.number
    return {
        "stability_path_": path,
        "selection_frequencies_": frequencies,
        "task_frequencies_": counts.of_entries.max(axis=0) / counts.number,
        "support_": frequencies >= limits.threshold,
        "n_selected_": n_selected,
        "error_bound_": limits.error_bound(n_selected),
        "max_features_": limits.max_features,
        "threshold_": limits.threshold,
    }


def of_groups(counts, names):
    """Return the attributes that tell of groups, none without names of groups."""
    if names is None:
        return {}
    path = counts.of_units / counts.number
    return {
        "group_names_": names,
        "group_path_": path,
        "group_frequencies_": path.max(axis=0),
    }


class SubsampleSelector(SelectorMixin, CallbackSupportMixin, BaseEstimator):
    """Fit to subsamples, count what they select, and keep what most of them do.

    A subclass adds its parameters.
    """

    _parameter_constraints: dict[str, Any] = {}
    estimator: Any
    n_subsamples: int

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None, clusters=None):
        """Fit the estimator to all subsamples, and count what it selects.

        Parameters
        ----------
        X, y, sample_weight, task, offset : object
            The data, in any layout that ``estimator.fit`` takes, and what it takes of
            the others. Subsamples carry along weights, labels and offsets.
        clusters : array-like of shape (n_samples,), or one per task, default=None
            Labels of samples that depend on each other, such as those of a subject:
            subsamples are halves of the clusters of every task, and clusters are whole.
            A list or dict of one array per task, or all tasks end to end, where every
            task has a design of its own. The same label in two tasks is the same
            cluster.

        Returns
        -------
        self : object
            The fitted selector.

        Raises
        ------
        TypeError
            If ``estimator`` is not one of this package's with fixed strengths, or its
            ``fit`` does not take what is given.
        ValueError
            If the data are not as it asks for, or a subsample has no sample of a task,
            or of a class.

        Warns
        -----
        ConvergenceWarning
            If fits to subsamples have not converged, with their number.
        """
        check_parameters(self)
        model = make_model(self.estimator)
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        data = model._read(X, y, **accepted(model, given))
        objective, alphas, strengths = selection_path(
            model, data, self.alphas, self.eps
        )
        units = SelectionUnits(data.n_features, objective.feature_groups)
        limits = make_limits(self, units.number)
        if limits.max_features is not None and len(strengths) == 1:
            raise ValueError(
                f"max_features={limits.max_features} cuts paths, but there is one "
                f"strength only; give alphas."
            )
        fits = SubsampleFits(objective, strengths, units, limits.max_features)
        callback = solver_callback(
            self, X, y, step="subsample", n_steps=self.n_subsamples
        )
        if clusters is not None:
            clusters = tasks.cluster_codes(data, clusters)
        counts = self._count(fits, callback, clusters)
        fitted = {
            "alphas_": alphas,
            "tasks_": data.labels,
            **summary(counts, limits),
            **of_groups(counts, objective.group_names),
            **_columns(model),
        }
        if callback is not None:
            callback.close(fitted)
        for name in OPTIONAL:
            self.__dict__.pop(name, None)
        self.__dict__.update(fitted)
        if counts.n_unconverged:
            warn_user(
                UNCONVERGED.format(counts.n_unconverged, type(model).__name__),
                ConvergenceWarning,
            )
        return self

    def _count(self, fits, callback, clusters):
        """Fit to all subsamples, and return the counts of the selected features."""
        data = fits.objective.data
        given = data, self.sample_fraction, self.n_subsamples, self.random_state
        subsamples: Any
        if clusters is None:
            subsamples = Subsamples(*given, data.classes is not None)
        else:
            subsamples = ClusterSubsamples(*given, clusters)
        counts = SelectionCounts(fits)
        items = ((subsamples, number) for number in range(self.n_subsamples))
        # Closed whatever happens: jobs whose results nobody reads do not start.
        with closing(run_all(fits.select, items, self.n_jobs)) as results:
            for found in results:
                counts.add(*found)
                if callback is not None:
                    callback(counts.number, np.nan, np.nan)
        return counts

    @property
    def stable_groups_(self):
        """Names of the groups whose frequency reaches the threshold, a list."""
        pairs = zip(self.group_names_, self.group_frequencies_, strict=True)
        return [name for name, frequency in pairs if frequency >= self.threshold_]

    def get_support(self, indices=False):
        """Tell which columns of X are kept.

        Parameters
        ----------
        indices : bool, default=False
            Whether to return the indices of those kept, instead of a mask.

        Returns
        -------
        support : ndarray of shape (n_features,)
            The stable features, and the task column if the estimator has one: columns
            are counted as X has them, while ``support_`` counts features only.
        """
        return super().get_support(indices)

    def _get_support_mask(self):
        check_is_fitted(self)
        if self._task_position is None:
            return self.support_
        return np.insert(self.support_, self._task_position, True)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "support_")

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.input_tags, tags.target_tags = inner.input_tags, inner.target_tags
        tags.target_tags.required = True
        return tags


def _columns(model):
    """Return what a model that has read data knows of the columns of X."""
    names = getattr(model, "feature_names_in_", None)
    fitted = {} if names is None else {"feature_names_in_": names}
    names = None if names is None else names.tolist()
    at = tasks.task_position(model, names, model.n_features_in_)
    return {**fitted, "n_features_in_": model.n_features_in_, "_task_position": at}


class StabilitySelection(SubsampleSelector):
    r"""Select the features that an estimator selects from most halves of the data.

    A sparse model is fitted to many subsamples, and how often each feature gets a
    coefficient is counted. With :math:`\hat S_b(\alpha)` the features selected from
    subsample :math:`b` of :math:`B` at the penalty strength :math:`\alpha`,

    .. math::

        \hat\Pi_j(\alpha) = \frac{1}{B} \sum_b
            \mathbf 1 \{ j \in \hat S_b(\alpha) \},
        \qquad
        \hat S = \{ j : \max_\alpha \hat\Pi_j(\alpha) \ge \pi \}

    and a feature is stable if its frequency reaches the threshold :math:`\pi` at one
    strength or another.

    Subsamples are drawn within tasks, so that every task keeps the same fraction of its
    samples, and every class the same fraction of a task; tasks that share a design
    share rows. They come in complementary pairs without a sample in common [2]_. The
    bound on false selections is for samples that are independent: where they are not,
    as with repeated subjects, pass ``clusters`` to ``fit``.

    Parameters
    ----------
    estimator : estimator
        The sparse model: any of this package's with fixed alphas, for one task or
        several. It is not modified. Those whose coefficients are never 0 need a
        ``support_threshold``.
    alphas : int or array-like of shape (n_alphas,), default=None
        The alphas of the path: their number, from the smallest alpha without a
        coefficient for all samples down to ``eps`` times it, or their values. By
        default that of ``estimator`` only. A second strength, such as ``beta``, is
        scaled along, as for :func:`~mutar_cy.alpha_max`.
    eps : float, default=0.1
        The smallest alpha of an automatic grid, as a fraction of the largest.
    n_subsamples : int, default=100
        Number of subsamples. The last one of an odd number is half a pair.
    sample_fraction : float, default=0.5
        The fraction of every task's samples in a subsample, at most a half.
    threshold : float or None, default=0.6
        The frequency :math:`\pi` from which on a feature is stable, above a half.
    max_features : int, default=None
        Maximum number of features, or groups, that a subsample selects along its path.
        The path is cut before it selects more. It bounds ``error_bound_``, and needs
        more than one alpha.
    max_false : float, default=None
        Maximum expected number of false selections. It gives the largest
        ``max_features`` for the threshold, or with ``threshold=None`` the smallest
        threshold for ``max_features``.
    bound : {"worst_case", "unimodal", "r_concave"}, default="worst_case"
        What the bound on false selections assumes of frequencies, see Notes. The
        bounds fall in this order.
    random_state : int, RandomState instance or None, default=None
        Random numbers that draw the subsamples.
    n_jobs : int, default=None
        Number of subsamples that are fitted in parallel, by threads unless
        :func:`joblib.parallel_config` says otherwise. It does not change the result.

    Attributes
    ----------
    selection_frequencies_ : ndarray of shape (n_features,)
        The largest frequency of every feature, over strengths. A feature is selected if
        it has a coefficient in any task. The task column is not counted.
    support_ : ndarray of bool, shape (n_features,)
        The stable features.
    stability_path_ : ndarray of shape (n_alphas, n_features)
        The frequencies at every alpha.
    task_frequencies_ : ndarray of shape (n_features, n_tasks)
        The largest frequency with which a feature has a coefficient in each task.
    alphas_ : ndarray of shape (n_alphas,), or (n_alphas, n_tasks)
        The alphas, descending; one per task for models that have such.
    group_frequencies_ : ndarray of shape (n_groups,)
        The largest frequency of every group, for models with groups.
    group_path_ : ndarray of shape (n_alphas, n_groups)
        The frequencies of groups at every alpha, also.
    group_names_ : list
        The names of the groups, also; their numbers if they have none.
    stable_groups_ : list
        The names of those whose frequency reaches the threshold, also.
    n_selected_ : float
        The mean number of features, or groups, that a subsample selects at one strength
        or another.
    error_bound_ : float
        The bound on the expected number of false selections, see Notes.
    max_features_ : int or None
        The maximum number of features, or groups, per subsample.
    threshold_ : float
        The threshold.
    tasks_ : ndarray of shape (n_tasks,)
        The labels of the tasks, in the order of the columns of ``task_frequencies_``.
    n_features_in_ : int
        Number of columns of X, the task column included.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns of X, if all are strings.

    See Also
    --------
    mutar_cy.plotting.StabilityDisplay : Plot of the frequencies.
    sklearn.feature_selection.SelectFromModel : Selects what one fit selects.

    Notes
    -----
    Let :math:`q` be ``n_selected_`` and :math:`p` the number of features, or of groups.
    The expected number of features that are stable without being in the model is at
    most

    .. math::

        \frac{q^2}{(2 \pi - 1) \, p}

    if the features that are not in it are exchangeable, and the model is no worse than
    guessing [1]_. With complementary pairs and without these assumptions, this bounds
    the number of stable features that a subsample selects with a probability of at most
    :math:`q / p` [2]_.

    This bound is the worst case, and often ten times too large. The frequencies with
    which a feature is selected from both halves of a pair, of B pairs, are mostly
    unimodal; then

    .. math::

        \frac{q^2}{p} \cdot \begin{cases}
            1 / (2 (2 \pi - 1 - 1 / (2 B))) & \pi \le 3/4 \\
            4 (1 - \pi + 1 / (2 B)) / (1 + 1 / B) & \pi > 3/4
        \end{cases}

    bounds the number. With ``bound="r_concave"`` their densities to the power of -1/2,
    and those of single frequencies to the power of -1/4, are convex where they are
    positive; the bound is then computed by search [2]_.

    References
    ----------
    .. [1] N. Meinshausen, P. Bühlmann (2010), Stability selection, JRSS B 72. Section
       2.4 has the bound.
    .. [2] R. D. Shah, R. J. Samworth (2013), Variable selection with error control:
       another look at stability selection, JRSS B 75. Section 2 has the pairs, and the
       bound; section 3 has the other two.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.model_selection import StabilitySelection
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 60)]
    >>> y = [x[:, 3] - x[:, 7] + rng.standard_normal(len(x)) for x in X]
    >>> selection = StabilitySelection(
    ...     GroupLasso(), alphas=10, max_features=4, random_state=0
    ... ).fit(X, y)
    >>> selection.get_support(indices=True).tolist()
    [3, 7]
    >>> print(f"{selection.error_bound_:.1f}")
    2.9
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit"])],
        "alphas": [Interval(Integral, 2, None, closed="left"), "array-like", None],
        "eps": FRACTION,
        "n_subsamples": [Interval(Integral, 2, None, closed="left")],
        "sample_fraction": [Interval(Real, 0, 0.5, closed="right")],
        "threshold": [Interval(Real, 0.5, 1, closed="right"), None],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "max_false": [Interval(Real, 0, None, closed="neither"), None],
        "bound": [StrOptions(set(BOUNDS))],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        estimator,
        *,
        alphas=None,
        eps=0.1,
        n_subsamples=100,
        sample_fraction=0.5,
        threshold=0.6,
        max_features=None,
        max_false=None,
        bound="worst_case",
        random_state=None,
        n_jobs=None,
    ):
        self.estimator = estimator
        self.alphas = alphas
        self.eps = eps
        self.n_subsamples = n_subsamples
        self.sample_fraction = sample_fraction
        self.threshold = threshold
        self.max_features = max_features
        self.max_false = max_false
        self.bound = bound
        self.random_state = random_state
        self.n_jobs = n_jobs
