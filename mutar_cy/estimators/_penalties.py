"""Parameters that shape a penalty: groups of features, and weights."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy.groups import read_group_lists
from mutar_cy.penalties import L21


def check_penalty_weights(weights, shapes, what):
    """Check the weights of a penalty: at least 0, and infinite to exclude a block.

    Parameters
    ----------
    weights : None or array-like
    shapes : tuple of tuple
        The shapes allowed.
    what : str
        What there is one weight of.

    Returns
    -------
    weights : None or ndarray of float64
    """
    if weights is None:
        return None
    try:
        weights = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"penalty_weights must be numbers: {error}") from error
    if weights.shape not in shapes:
        raise ValueError(
            f"penalty_weights has shape {weights.shape}, but one weight per {what} is "
            f"of shape {' or '.join(map(str, shapes))}."
        )
    wrong = np.argwhere(~(weights >= 0))  # NaN too
    if len(wrong):
        at = tuple(wrong[0].tolist())
        raise ValueError(
            f"penalty_weights must be at least 0, got {weights[at]} for {what} {at[0]}."
        )
    return weights


def group_penalty(estimator, n_features):
    """Return the penalty on norms of groups of rows, and the groups or None.

    Parameters
    ----------
    estimator : estimator
        With ``alpha``, ``groups``, ``penalty_weights`` of one number per group, and
        ``positive``.
    n_features : int

    Returns
    -------
    penalty : L21
    groups : list of ndarray of intp, or None
    """
    groups = read_group_lists(estimator.groups, n_features)
    shape = (n_features,) if groups is None else (len(groups),)
    what = "feature" if groups is None else "group"
    weights = check_penalty_weights(estimator.penalty_weights, (shape,), what)
    return L21(estimator.alpha, weights, positive=estimator.positive), groups


def entry_penalties(estimator, n_features, columns):
    """Return one penalty per column, for coefficients that are penalised one by one.

    Parameters
    ----------
    estimator : estimator
        With ``alpha``, one for all tasks or one each, ``penalty_weights`` of shape
        (n_features,) or (n_features, n_tasks), and ``positive``.
    n_features : int
    columns : tuple of int
        (), (n_tasks,) or (n_tasks, n_responses).

    Returns
    -------
    penalties : list of L21
    """
    n_tasks = columns[0] if columns else 1
    repeats = columns[1] if len(columns) > 1 else 1
    name = type(estimator).__name__
    alphas = check_strengths(estimator.alpha, n_tasks, name)
    weights = check_penalty_weights(
        estimator.penalty_weights, ((n_features,), (n_features, n_tasks)), "feature"
    )
    if weights is None or weights.ndim == 1:
        weights = [weights] * n_tasks
    else:
        weights = list(np.ascontiguousarray(weights.T))
    return [
        L21(alpha, own, positive=estimator.positive)
        for alpha, own in zip(alphas, weights, strict=True)
        for _ in range(repeats)
    ]


def check_strengths(alpha, n_tasks, name):
    """Return one alpha per task, given one for all or one each.

    Raises
    ------
    InvalidParameterError
        If they are not numbers, too many or too few, negative or not finite. The
        message names the estimator.
    """
    if isinstance(alpha, Real):
        return [alpha] * n_tasks
    which = f"The 'alpha' parameter of {name}"
    try:
        alphas = np.asarray(alpha, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(f"{which} must be numbers: {error}") from error
    if alphas.shape != (n_tasks,):
        raise InvalidParameterError(
            f"{which} has shape {alphas.shape}, but there are {n_tasks} tasks."
        )
    wrong = np.flatnonzero(~((alphas >= 0) & (alphas < np.inf)))
    if len(wrong):
        raise InvalidParameterError(
            f"{which} must be at least 0 and finite, got {alphas[wrong[0]]} for "
            f"task {wrong[0]}."
        )
    return alphas.tolist()
