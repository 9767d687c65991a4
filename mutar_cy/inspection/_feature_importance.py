"""feature_importance: norms of the coefficients of each feature over tasks."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.inspection._coefficients import innermost


def feature_importance(estimator):
    r"""Return the norm of the coefficients of each feature over all tasks.

    Pass this function as ``importance_getter`` to the selectors of scikit-learn. Their
    default reads ``coef_`` as (n_targets, n_features), but in this package its shape is
    (n_features, n_tasks): they would select by task, and ``fit`` raises an error. It
    cannot do so for a model that is already fitted (``prefit=True``).

    Parameters
    ----------
    estimator : estimator
        A fitted model of this package or another linear model, or a pipeline or a
        transformed target around one, with transformers that keep the columns.

    Returns
    -------
    importance : ndarray of shape (`n_features_in_`,)
        :math:`\| W_j \|_2` of each column :math:`j` of X, over tasks, responses and
        classes. The importance of a task column is the next float above the largest
        one, so that a selector of any feature keeps it.

    Raises
    ------
    ValueError
        If the estimator has no ``coef_``, or not one row per column of X.

    See Also
    --------
    sklearn.feature_selection.SelectFromModel : Selects features above a threshold.
    sklearn.feature_selection.RFE : Removes the least important features one by one.

    Notes
    -----
    The default threshold of `SelectFromModel` is 1e-5 for classes with "Lasso" in their
    name and the mean importance for others: pass ``threshold=1e-5`` for
    :class:`~mutar_cy.DirtyModel`. ``max_features`` includes the task column.

    `RFE` renumbers the remaining columns: make the task column the first
    (``task_column=0``) or the last (``task_column=-1``).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.feature_selection import SelectFromModel
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.model_selection import feature_importance
    >>> rng = np.random.default_rng(0)
    >>> X = np.column_stack([np.arange(60) % 3, rng.standard_normal((60, 4))])
    >>> y = (1 + X[:, 0]) * X[:, 2] + 0.3 * rng.standard_normal(60)
    >>> selector = SelectFromModel(
    ...     GroupLasso(alpha=0.5, task_column=0), importance_getter=feature_importance
    ... )
    >>> selector.fit(X, y).get_support()
    array([ True, False,  True, False, False])
    """
    check_is_fitted(estimator)
    model = innermost(estimator)
    if not hasattr(model, "coef_"):
        raise ValueError(f"{type(model).__name__} has no coef_ to measure.")
    coef = np.asarray(model.coef_, dtype=np.float64)
    if is_classifier(model) if hasattr(model, "layout_") else coef.ndim > 1:
        coef = np.moveaxis(coef, 1, 0)  # a row per class, or scikit-learn's per target
    importance = np.linalg.norm(coef.reshape(len(coef), -1), axis=1)
    column = getattr(model, "task_column", None)
    if column is not None:
        names = list(getattr(model, "feature_names_in_", [])) or None
        at = tasks.column_position(column, names, model.n_features_in_)
        most = np.nextafter(importance.max(), np.inf) if importance.any() else 0.0
        importance = np.insert(importance, at, most)
    if len(importance) != estimator.n_features_in_:
        raise ValueError(
            f"coef_ of {type(model).__name__} is for {len(importance)} columns, but "
            f"{type(estimator).__name__} was fitted to {estimator.n_features_in_}."
        )
    return importance
