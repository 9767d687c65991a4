"""What is known of groups along a path of strengths."""

from dataclasses import dataclass

import numpy as np

from mutar_cy._lib import import_pandas
from mutar_cy.estimators._path import RegularizationPath


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class GroupLassoPath(RegularizationPath):
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
    dual_gaps : ndarray of shape (n_alphas,)
        By how much objectives may exceed their optima.
    objectives : ndarray of shape (n_alphas,)
        The objectives at the coefficients.
    n_iters : ndarray of int, shape (n_alphas,)
        Passes over the coefficients, or Newton steps.
    betas : None
        There is one strength only.
    feature_names : list of str, default=None
        The names of the features, if they have names.
    tasks : ndarray of shape (n_tasks,), default=None
        The labels of the tasks.
    group_names : list
        The names of the groups.
    group_norms : ndarray of shape (n_alphas, n_groups)
        The norms of the coefficients of every group.

    See Also
    --------
    group_lasso_path : Computes it.
    """

    group_names: list
    group_norms: np.ndarray

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
        pd = import_pandas("to_dataframe")
        columns = pd.Index(self.group_names, name="group", tupleize_cols=False)
        return pd.DataFrame(self.group_norms, index=self._index(pd), columns=columns)
