"""Arithmetic on the arrays of all tasks."""

import numpy as np


def residual(X, coef_, y):
    """Return what the coefficients leave of the targets.

    Parameters
    ----------
    X : sequence of n_tasks {array-like, sparse matrix} of shape \
            (n_samples_k, n_features)
        One design per task.
    coef_ : ndarray of shape (n_features, n_tasks[, n_responses])
        The coefficients.
    y : sequence of n_tasks array-like of shape (n_samples_k[, n_responses])
        One target per task.

    Returns
    -------
    residual : ndarray of shape (n_tasks, n_samples[, n_responses]), or list
        ``y_k - X_k @ coef_[:, k]``; a list if y is none array.

    Raises
    ------
    ValueError
        If the numbers of tasks differ.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.utils import residual
    >>> residual(np.eye(2)[None], np.array([[1.0], [2.0]]), np.ones((1, 2)))
    array([[ 0., -1.]])
    """
    each = np.moveaxis(np.asarray(coef_), 1, 0)
    if not len(X) == len(each) == len(y):
        raise ValueError(
            f"X holds {len(X)} tasks, coef_ {len(each)} columns and y {len(y)} tasks."
        )
    parts = [np.asarray(v) - x @ w for x, w, v in zip(X, each, y, strict=True)]
    return np.array(parts) if isinstance(y, np.ndarray) else parts


def get_unsigned(x):
    """Return the positive and the negative part of an array.

    Parameters
    ----------
    x : array-like
        Numbers of any sign.

    Returns
    -------
    positive, negative : ndarray shaped as ``x``
        Non-negative, with ``positive - negative == x``, and one of the two is 0.

    Examples
    --------
    >>> from mutar_cy.utils import get_unsigned
    >>> get_unsigned([1.0, -2.0])
    (array([1., 0.]), array([0., 2.]))
    """
    x = np.asarray(x)
    return np.maximum(x, 0), np.maximum(-x, 0)
