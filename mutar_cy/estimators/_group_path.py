"""What is known along a path of strengths."""

from dataclasses import dataclass

import numpy as np

from mutar_cy.estimators._pandas import need_pandas


@dataclass(frozen=True, eq=False)
class GroupLassoPath:
    """Fits along a path of strengths: what :func:`group_lasso_path` returns.

    Every parameter is an attribute.

    Parameters
    ----------
    alphas : ndarray of shape (n_alphas,)
        The strengths, descending.
    coefs : ndarray of shape (n_features[, n_tasks[, n_responses]], n_alphas)
        The coefficients.
    intercepts : ndarray of shape ([n_tasks[, n_responses],] n_alphas)
        The intercepts.
    group_names : list
        The names of the groups.
    group_norms : ndarray of shape (n_alphas, n_groups)
        The norms of the coefficients of every group.
    dual_gaps : ndarray of shape (n_alphas,)
        By how much objectives may exceed their optima.
    objectives : ndarray of shape (n_alphas,)
        The objectives at the coefficients.
    n_iters : ndarray of int, shape (n_alphas,)
        Passes over the coefficients, or Newton steps.

    See Also
    --------
    group_lasso_path : Computes it.
    """

    alphas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    group_names: list
    group_norms: np.ndarray
    dual_gaps: np.ndarray
    objectives: np.ndarray
    n_iters: np.ndarray

    def __repr__(self):
        n_alphas, n_groups = self.group_norms.shape
        return f"GroupLassoPath({n_alphas} alphas, {n_groups} groups)"

    def to_dataframe(self):
        """Return the norms of the groups as a table.

        Returns
        -------
        table : pandas.DataFrame
            A column per group, by name, and a row per strength, which is the index.

        Raises
        ------
        ImportError
            If pandas is not there.
        """
        pd = need_pandas("to_dataframe")
        index = pd.Index(self.alphas, name="alpha")
        columns = pd.Index(self.group_names, name="group", tupleize_cols=False)
        return pd.DataFrame(self.group_norms, index=index, columns=columns)


def collect(alphas, fits):
    """Return the path of strengths and the attributes fitted at each."""
    return GroupLassoPath(
        alphas=alphas,
        coefs=np.stack([fit["coef_"] for fit in fits], axis=-1),
        intercepts=np.stack([fit["intercept_"] for fit in fits], axis=-1),
        group_names=fits[0]["group_names_"],
        group_norms=np.stack([fit["group_norms_"] for fit in fits]),
        dual_gaps=np.array([fit["dual_gap_"] for fit in fits]),
        objectives=np.array([fit["objective_"] for fit in fits]),
        n_iters=np.array([fit["n_iter_"] for fit in fits]),
    )
