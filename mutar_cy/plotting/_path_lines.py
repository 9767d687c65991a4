"""Which lines a path of coefficients has, and what they are called."""

import numpy as np

from mutar_cy.plotting._checks import check_names, check_numbers
from mutar_cy.plotting._lines import title

KINDS = {
    "rows": "norm of the feature's coefficients",
    "coefficients": "coefficient",
}


def check_coefs(coefs, n_alphas):
    """Return coefficients of shape (n_features, n_tasks, n_others, n_alphas).

    Parameters
    ----------
    coefs : array-like of shape (n_features[, n_tasks[, n_others]], n_alphas)
    n_alphas : int
    """
    coefs = check_numbers(coefs, "coefs")
    if not 2 <= coefs.ndim <= 4 or coefs.shape[-1] != n_alphas or not coefs.size:
        raise ValueError(
            f"coefs has shape {coefs.shape}, but there are {n_alphas} alphas: it must "
            f"be of shape (n_features[, n_tasks[, n_responses]], n_alphas)."
        )
    inner = coefs.shape[1:-1]
    return coefs.reshape(len(coefs), *inner, *[1] * (2 - len(inner)), n_alphas)


def path_lines(coefs, kind, feature_names, task_names):
    """Return the lines to be drawn of a path.

    Parameters
    ----------
    coefs : ndarray of shape (n_features, n_tasks, n_others, n_alphas)
    kind : {"rows", "coefficients"}
    feature_names, task_names : sequence or None

    Returns
    -------
    values : ndarray of shape (n_alphas, n_lines)
    names : list of str
    """
    n_features, n_tasks, n_others, n_alphas = coefs.shape
    features = check_names(feature_names, n_features, "feature_names", "features")
    tasks = check_names(task_names, n_tasks, "task_names", "tasks")
    features = [title(name, "feature") for name in features]
    rows = coefs.reshape(n_features, -1, n_alphas)
    if kind == "rows":
        return np.linalg.norm(rows, axis=1).T, features
    if n_tasks == n_others == 1:
        return rows[:, 0].T, features
    columns = [title(name, "task") for name in tasks]
    if n_others > 1:
        columns = [f"{task}, {other}" for task in columns for other in range(n_others)]
    names = [f"{feature}, {column}" for feature in features for column in columns]
    return rows.reshape(-1, n_alphas).T, names
