"""What is known along a path of strengths."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mutar_cy._lib import import_pandas


@dataclass(frozen=True, eq=False, kw_only=True)
class RegularizationPath:
    """Fits along a path of strengths: what :func:`regularization_path` returns.

    Every parameter is an attribute. Where a model has two strengths there is a path in
    the stronger one for every value of something else, and arrays have another axis
    for these paths, before that of the strengths.

    Parameters
    ----------
    alphas : ndarray of shape ([n_paths,] n_alphas) or (n_alphas, n_tasks)
        The strengths ``alpha``, descending (or the same along a path, if another
        strength descends).
    coefs : ndarray of shape (n_features[, n_tasks[, n_responses]][, n_paths], n_alphas)
        The coefficients. Several classes are like responses of a task.
    intercepts : ndarray of shape ([n_tasks[, n_responses],][n_paths,] n_alphas)
        The intercepts.
    dual_gaps : ndarray of shape ([n_paths,] n_alphas) or (n_alphas, n_tasks)
        By how much objectives may exceed their optima.
    objectives : ndarray, shaped as ``dual_gaps``
        The objectives at the coefficients.
    n_iters : ndarray of int, shape ([n_paths,] n_alphas)
        Passes over the coefficients, or Newton steps.
    betas : ndarray of shape ([n_paths,] n_alphas), default=None
        The strengths ``beta``, of models that have them.
    feature_names : list of str, default=None
        The names of the features, if they have names.
    tasks : ndarray of shape (n_tasks,), default=None
        The labels of the tasks.

    See Also
    --------
    regularization_path : Computes it.
    """

    alphas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    dual_gaps: np.ndarray
    objectives: np.ndarray
    n_iters: np.ndarray
    betas: np.ndarray | None = None
    feature_names: list | None = None
    tasks: np.ndarray | None = None

    def __repr__(self):
        name, n_alphas = type(self).__name__, self.coefs.shape[-1]
        return f"{name}({n_alphas} alphas, {len(self.coefs)} features)"

    @property
    def row_norms(self):
        """The norms of the coefficients of every feature over tasks and responses.

        Of shape ([n_paths,] n_alphas, n_features), as pictures take them.
        """
        coefs = self.coefs.reshape(len(self.coefs), -1, *self.n_iters.shape)
        return np.moveaxis(np.linalg.norm(coefs, axis=1), 0, -1)

    def to_dataframe(self):
        """Return the coefficients of all features that are ever selected, as a table.

        Returns
        -------
        table : pandas.DataFrame
            A row per strength (``alpha``, and ``beta`` if there is one, are the index)
            and a column per feature, or per feature, task and response.

        Raises
        ------
        ImportError
            If pandas is not there.
        """
        pd = import_pandas("to_dataframe")
        n_points = self.n_iters.size
        coefs = self.coefs.reshape(*self.coefs.shape[: -self.n_iters.ndim], n_points)
        kept = np.flatnonzero(coefs.reshape(len(coefs), -1).any(axis=1))
        coefs = coefs[kept]
        every: Any = self.feature_names or range(len(self.coefs))
        names = [every[j] for j in kept.tolist()]
        levels: list[Any] = [names]
        titles = ["feature"]
        if coefs.ndim > 2:
            levels.append(
                np.arange(coefs.shape[1]) if self.tasks is None else self.tasks
            )
            titles.append("task")
        if coefs.ndim > 3:
            levels.append(np.arange(coefs.shape[2]))
            titles.append("response")
        columns = pd.Index(names, name="feature", tupleize_cols=False)
        if len(levels) > 1:
            columns = pd.MultiIndex.from_product(levels, names=titles)
        values = coefs.reshape(-1, n_points).T
        return pd.DataFrame(values, index=self._index(pd), columns=columns)

    def _index(self, pd):
        """Return the strengths as the index of a table."""
        if self.alphas.ndim > 1 and self.alphas.shape != self.n_iters.shape:
            return pd.RangeIndex(len(self.alphas), name="step")  # one per task
        alphas = self.alphas.ravel()
        if self.betas is None:
            return pd.Index(alphas, name="alpha")
        return pd.MultiIndex.from_arrays(
            [alphas, self.betas.ravel()], names=["alpha", "beta"]
        )


def path_fields(alphas, fits):
    """Return the fields of a path from the attributes fitted at every strength."""
    return {
        "alphas": alphas,
        "coefs": np.stack([fit["coef_"] for fit in fits], axis=-1),
        "intercepts": np.stack([fit["intercept_"] for fit in fits], axis=-1),
        "dual_gaps": np.array([fit["dual_gap_"] for fit in fits]),
        "objectives": np.array([fit["objective_"] for fit in fits]),
        "n_iters": np.array([fit["n_iter_"] for fit in fits]),
    }
