"""What a simulated problem is drawn from: supports, coefficients and designs."""

import numpy as np
from scipy.signal import lfilter


def draw_supports(rng, n_features, n_tasks, counts):
    """Choose which features matter, and for which tasks.

    Parameters
    ----------
    rng : RandomState
    n_features, n_tasks : int
    counts : tuple of int
        How many features all tasks share, how many some tasks share, and how many each
        task has for itself.

    Returns
    -------
    shared : ndarray of shape (counts[0],)
        Features of all tasks, sorted.
    partial : ndarray of bool of shape (n_features, n_tasks)
        Where half of the tasks, two at least, share a feature.
    specific : ndarray of bool of shape (n_features, n_tasks)
        Where a feature matters for one task only.
    """
    n_shared, n_partial, n_specific = counts
    order = rng.permutation(n_features)
    shared = np.sort(order[:n_shared])
    partial = np.zeros((n_features, n_tasks), dtype=bool)
    for feature in order[n_shared : n_shared + n_partial]:
        owners = rng.permutation(n_tasks)[: max(2, n_tasks // 2)]
        partial[feature, owners] = True
    specific = np.zeros((n_features, n_tasks), dtype=bool)
    own = order[n_shared + n_partial :][: n_tasks * n_specific]
    specific[own, np.repeat(np.arange(n_tasks), n_specific)] = True
    return shared, partial, specific


def draw_coef(rng, support, n_responses, magnitude, signs):
    """Draw coefficients on a support.

    Parameters
    ----------
    rng : RandomState
    support : ndarray of bool of shape (n_features, n_tasks)
    n_responses : int or None
    magnitude : tuple of float
        The smallest and the largest absolute value.
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
    """Draw a design per task, with features of mean 0 and variance 1.

    Parameters
    ----------
    rng : RandomState
    sizes : sequence of int
        Number of samples per task.
    n_features : int
    correlation : float
        Between neighbouring features; to the power of the distance between others.
    task_correlation : float
        Between the same entries of two tasks' designs.

    Returns
    -------
    X : list of ndarray of shape (n_samples_k, n_features)
    """
    common = rng.standard_normal((max(sizes), n_features))
    share, rest = np.sqrt(task_correlation), np.sqrt(1.0 - task_correlation)
    X = []
    for n in sizes:
        white = share * common[:n] + rest * rng.standard_normal((n, n_features))
        X.append(_color(white, correlation))
    return X


def _color(white, correlation):
    """Turn white noise into a stationary first-order autoregression along rows."""
    innovation = np.sqrt(1.0 - correlation**2)
    # The first feature has no neighbour before it, and variance 1 all the same.
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
        The intercepts and the standard deviations of the noise.

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
    """Return tasks of one size as arrays; as one design and its targets if single."""
    if single:
        return X[0], np.stack(y, axis=1)
    return np.array(X), np.array(y)
