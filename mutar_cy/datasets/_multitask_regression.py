"""Regression tasks that share some of their relevant features."""

from numbers import Integral, Real

import numpy as np
from scipy.signal import lfilter
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

COUNT = [Interval(Integral, 1, None, closed="left")]
COUNT_FROM_ZERO = [Interval(Integral, 0, None, closed="left")]


@validate_params(
    {
        "n_tasks": COUNT,
        "n_samples": [*COUNT, "array-like"],
        "n_features": COUNT,
        "n_shared": COUNT_FROM_ZERO,
        "n_partial": COUNT_FROM_ZERO,
        "n_specific": COUNT_FROM_ZERO,
        "n_responses": [*COUNT, None],
        "design": [StrOptions({"own", "shared"})],
        "correlation": [Interval(Real, -1, 1, closed="neither")],
        "task_correlation": [Interval(Real, 0, 1, closed="both")],
        "magnitude": [tuple, list],
        "signs": [StrOptions({"random", "common", "positive"})],
        "bias": [Real, "array-like"],
        "noise": [Interval(Real, 0, None, closed="left"), "array-like"],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_multitask_regression(
    n_tasks=5,
    n_samples=100,
    n_features=100,
    *,
    n_shared=5,
    n_partial=0,
    n_specific=0,
    n_responses=None,
    design="own",
    correlation=0.0,
    task_correlation=0.0,
    magnitude=(0.5, 1.5),
    signs="random",
    bias=0.0,
    noise=0.0,
    random_state=None,
):
    r"""Make linear regression tasks with known relevant features.

    The target of task :math:`k` is :math:`y_k = X_k w_k + b_k + \sigma_k e_k`, where
    :math:`e_k` and the entries of :math:`X_k` are standard normal. A feature is
    relevant for all tasks, for some, for one or for none.

    Parameters
    ----------
    n_tasks : int, default=5
        Number of tasks T.
    n_samples : int or sequence of n_tasks int, default=100
        Number of samples per task; with a sequence, tasks are in lists.
    n_features : int, default=100
        Number of features p, the same for all tasks. The relevant ones are at random
        positions.
    n_shared : int, default=5
        Number of features that are relevant for every task.
    n_partial : int, default=0
        Number of features that are relevant for half of the tasks (at least 2), which
        are drawn for each feature. Needs at least 3 tasks.
    n_specific : int, default=0
        Number of features *per task* that are relevant for that task only.
    n_responses : int, default=None
        Number of responses q per task. They share the design and the relevant features
        but not the coefficients. If None, targets have no axis of responses.
    design : {"own", "shared"}, default="own"
        Whether each task has a design ("own"), or all share one.
    correlation : float, default=0.0
        Correlation of neighbouring features, in (-1, 1): features i and j of a design
        have correlation ``correlation ** abs(i - j)``.
    task_correlation : float, default=0.0
        Correlation between the same entries of the designs of two tasks, in [0, 1].
    magnitude : tuple (low, high) of float, default=(0.5, 1.5)
        Absolute values of nonzero coefficients are uniform in this interval.
    signs : {"random", "common", "positive"}, default="random"
        Signs: drawn per coefficient, drawn per feature, or all positive.
    bias : float or array-like of shape (n_tasks,), default=0.0
        Intercept, one for all tasks or one per task.
    noise : float or array-like of shape (n_tasks,), default=0.0
        Standard deviation of the noise, one for all tasks or one per task.
    random_state : int, RandomState instance or None, default=None
        Random number generator; pass an int for reproducible data.

    Returns
    -------
    data : :class:`~sklearn.utils.Bunch`
        Data in a layout of the estimators, and the true parameters.

        X : ndarray or list of ndarray
            The designs: in one array of shape (n_tasks, n_samples, n_features), in a
            list of n_tasks arrays of shape (n_samples_k, n_features) if ``n_samples``
            is a sequence, or a single one of shape (n_samples, n_features) if
            ``design="shared"``. With several responses there is always one design per
            task, in one array.
        y : ndarray or list of ndarray
            The targets, in the layout of X: of shape (n_tasks, n_samples), a list of
            arrays of shape (n_samples_k,), or of shape (n_samples, n_tasks); with a
            last axis ``n_responses`` if asked.
        coef : ndarray of shape (n_features, n_tasks[, n_responses])
            The coefficients, in the shape of ``coef_``.
        intercept : ndarray of shape (n_tasks[, n_responses])
            The intercepts, in the shape of ``intercept_``.
        noise : ndarray of shape (n_tasks,)
            The standard deviations of the noise.
        shared : ndarray of shape (n_shared,)
            The features that are relevant for all tasks, sorted.
        partial : ndarray of bool of shape (n_features, n_tasks)
            True where a feature is relevant for a task, and for some tasks but not all.
        specific : ndarray of bool of shape (n_features, n_tasks)
            True where a feature is relevant for a task, and for this task only.

    Raises
    ------
    ValueError
        If there are more relevant features than features, a sequence does not have
        one value per task, or two arguments exclude each other.

    See Also
    --------
    sklearn.datasets.make_regression : One design, without control of shared features.
    mutar_cy.stack_tasks : Converts lists to one long table with task labels.

    Examples
    --------
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.datasets import make_multitask_regression
    >>> data = make_multitask_regression(
    ...     n_tasks=3, n_samples=[40, 30, 50], n_features=20, n_shared=2, n_specific=1,
    ...     noise=0.1, random_state=0)
    >>> [x.shape for x in data.X]
    [(40, 20), (30, 20), (50, 20)]
    >>> int(data.coef.any(axis=1).sum())
    5
    >>> model = GroupLasso(alpha=0.1).fit(data.X, data.y)
    >>> print((model.coef_[data.shared] != 0).sum(axis=1))
    [3 3]
    """
    check_counts(n_tasks, n_features, n_shared, n_partial, n_specific)
    sizes = check_sizes(n_samples, n_tasks, design, task_correlation)
    bias = per_task(bias, n_tasks, "bias")
    noise = per_task(noise, n_tasks, "noise", lowest=0.0)
    magnitude = check_magnitude(magnitude)
    rng = check_random_state(random_state)
    counts = n_shared, n_partial, n_specific
    shared, partial, specific = draw_supports(rng, n_features, n_tasks, counts)
    support = partial | specific
    support[shared] = True
    coef = draw_coef(rng, support, n_responses, magnitude, signs)
    distinct = sizes[:1] if design == "shared" else sizes
    X = draw_designs(rng, distinct, n_features, correlation, task_correlation)
    X = X * n_tasks if design == "shared" else X
    y = draw_targets(rng, X, coef, bias, noise)
    if isinstance(n_samples, Integral):
        X, y = as_arrays(X, y, design == "shared" and n_responses is None)
    intercept = bias if n_responses is None else np.tile(bias[:, None], n_responses)
    return Bunch(
        X=X,
        y=y,
        coef=coef,
        intercept=intercept,
        noise=noise,
        shared=shared,
        partial=partial,
        specific=specific,
    )


def check_counts(n_tasks, n_features, n_shared, n_partial, n_specific):
    """Raise a ValueError if there are too few features or tasks."""
    if n_partial and n_tasks < 3:
        raise ValueError(
            f"n_partial={n_partial}, but features that some tasks share and others do "
            f"not need 3 tasks, got n_tasks={n_tasks}."
        )
    relevant = n_shared + n_partial + n_tasks * n_specific
    if relevant > n_features:
        raise ValueError(
            f"n_shared={n_shared}, n_partial={n_partial} and n_specific={n_specific} "
            f"in each of {n_tasks} tasks make {relevant} relevant features, but "
            f"n_features={n_features}."
        )


def check_sizes(n_samples, n_tasks, design, task_correlation):
    """Return the number of samples of every task, or raise a ValueError."""
    if design == "shared" and task_correlation:
        raise ValueError(
            f"task_correlation={task_correlation} is for own designs, but "
            f"design='shared'."
        )
    if isinstance(n_samples, Integral):
        return [int(n_samples)] * n_tasks
    if design == "shared":
        raise ValueError(
            f"n_samples must be one number if design='shared', got {n_samples!r}."
        )
    sizes = np.asarray(n_samples)
    if sizes.shape != (n_tasks,):
        raise ValueError(
            f"n_samples has shape {sizes.shape}, but there are n_tasks={n_tasks} tasks."
        )
    if sizes.dtype.kind not in "iu" or sizes.min() < 1:
        raise ValueError(f"n_samples must be positive integers, got {n_samples!r}.")
    return sizes.tolist()


def per_task(values, n_tasks, name, *, lowest=-np.inf):
    """Return one finite number per task, or raise a ValueError."""
    numbers = _numbers(values, name)
    if numbers.shape not in ((), (n_tasks,)):
        raise ValueError(
            f"{name} has shape {numbers.shape}, but there are n_tasks={n_tasks} tasks."
        )
    if not (np.isfinite(numbers).all() and (numbers >= lowest).all()):
        least = "" if np.isinf(lowest) else f" and at least {lowest:g}"
        raise ValueError(f"{name} must be finite{least}, got {values!r}.")
    return np.broadcast_to(numbers, (n_tasks,)).copy()


def check_magnitude(magnitude):
    """Return the interval of absolute values, or raise a ValueError."""
    bounds = _numbers(magnitude, "magnitude")
    if bounds.shape != (2,) or not (0 < bounds[0] <= bounds[1] < np.inf):
        raise ValueError(
            f"magnitude must be (low, high) with 0 < low <= high, got {magnitude!r}."
        )
    return bounds


def _numbers(values, name):
    """Return an array of float64, or raise a ValueError."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers, got {values!r}.") from error


def draw_supports(rng, n_features, n_tasks, counts):
    """Draw the relevant features of every task.

    Parameters
    ----------
    rng : RandomState
    n_features, n_tasks : int
    counts : tuple of int
        Numbers of features that all tasks share, that some tasks share, and that are
        specific to each task.

    Returns
    -------
    shared : ndarray of shape (counts[0],)
        Features that all tasks share, sorted.
    partial : ndarray of bool of shape (n_features, n_tasks)
        True for the features that half of the tasks (at least two) share.
    specific : ndarray of bool of shape (n_features, n_tasks)
        True for the features of one task only.
    """
    n_shared, n_partial, n_specific = counts
    order = rng.permutation(n_features)
    shared = np.sort(order[:n_shared])
    partial = np.zeros((n_features, n_tasks), dtype=bool)
    for feature in order[n_shared : n_shared + n_partial]:
        owners = rng.permutation(n_tasks)[: max(2, n_tasks // 2)]
        partial[feature, owners] = True
    specific = np.zeros((n_features, n_tasks), dtype=bool)
    features = order[n_shared + n_partial :][: n_tasks * n_specific]
    specific[features, np.repeat(np.arange(n_tasks), n_specific)] = True
    return shared, partial, specific


def draw_coef(rng, support, n_responses, magnitude, signs):
    """Draw the coefficients of a given support.

    Parameters
    ----------
    rng : RandomState
    support : ndarray of bool of shape (n_features, n_tasks)
    n_responses : int or None
    magnitude : tuple of float
        Smallest and largest absolute value.
    signs : {"random", "common", "positive"}

    Returns
    -------
    coef : ndarray of shape (n_features, n_tasks[, n_responses])
    """
    shape = support.shape if n_responses is None else (*support.shape, n_responses)
    coef = rng.uniform(*magnitude, size=shape)
    if signs == "random":
        coef *= rng.choice([-1.0, 1.0], size=shape)
    elif signs == "common":
        one = (shape[0],) + (1,) * (len(shape) - 1)
        coef *= rng.choice([-1.0, 1.0], size=one)
    mask = support if n_responses is None else support[:, :, None]
    return np.where(mask, coef, 0.0)


def draw_designs(rng, sizes, n_features, correlation, task_correlation):
    """Draw one design per task, with features of mean 0 and variance 1.

    Parameters
    ----------
    rng : RandomState
    sizes : sequence of int
        Number of samples per task.
    n_features : int
    correlation : float
        Correlation of neighbours; features i and j have its power abs(i - j).
    task_correlation : float
        Correlation between the same entries of the designs of two tasks.

    Returns
    -------
    X : list of ndarray of shape (n_samples_k, n_features)
    """
    common = rng.standard_normal((max(sizes), n_features))
    common_part, rest = np.sqrt(task_correlation), np.sqrt(1.0 - task_correlation)
    X = []
    for n in sizes:
        white = common_part * common[:n] + rest * rng.standard_normal((n, n_features))
        X.append(_color(white, correlation))
    return X


def _color(white, correlation):
    """Return a stationary first-order autoregression of white noise along rows."""
    innovation = np.sqrt(1.0 - correlation**2)
    # The first feature has no predecessor; this gives it variance 1 too.
    white[:, 0] /= innovation
    return lfilter([innovation], [1.0, -correlation], white, axis=1)


def draw_targets(rng, X, coef, bias, noise):
    """Draw the targets of all tasks.

    Parameters
    ----------
    rng : RandomState
    X : list of ndarray of shape (n_samples_k, n_features)
    coef : ndarray of shape (n_features, n_tasks[, n_responses])
    bias, noise : ndarray of shape (n_tasks,)
        Intercepts, and standard deviations of the noise.

    Returns
    -------
    y : list of ndarray of shape (n_samples_k[, n_responses])
    """
    y = []
    for k, x in enumerate(X):
        clean = x @ coef[:, k] + bias[k]
        y.append(clean + noise[k] * rng.standard_normal(clean.shape))
    return y


def as_arrays(X, y, single):
    """Return tasks of equal size as arrays; one design and its targets if single."""
    if single:
        return X[0], np.stack(y, axis=1)
    return np.array(X), np.array(y)
