"""How much each feature matters to a model of several tasks."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.inspection._coefficients import innermost


def feature_importance(estimator):
    r"""Return the norm of each feature's coefficients, over all tasks.

    This is what scikit-learn's selectors have to be given as ``importance_getter``.
    By themselves they take ``coef_`` for (n_targets, n_features), while this package
    has (n_features, n_tasks): they would select by task, and ``fit`` refuses that. A
    model that is fitted beforehand (``prefit=True``) cannot tell.

    Parameters
    ----------
    estimator : estimator
        Fitted: a model of this package or another linear one, or a pipeline or a
        transformed target around one whose transformers keep the columns as they are.

    Returns
    -------
    importance : ndarray of shape (`n_features_in_`,)
        :math:`\| W_j \|_2` of each column :math:`j` of X: over tasks, responses and
        classes. A task column gets a little more than the largest of the features, so
        that whoever keeps one of them keeps it too.

    Raises
    ------
    ValueError
        If the estimator has no ``coef_``, or not one row per column of X.

    See Also
    --------
    sklearn.feature_selection.SelectFromModel : Keeps features above a threshold.
    sklearn.feature_selection.RFE : Leaves out the least important, one by one.

    Notes
    -----
    `SelectFromModel` has a threshold of 1e-5 for classes with "Lasso" in their name,
    and of the mean importance for others: give it ``threshold=1e-5`` with
    :class:`~mutar_cy.DirtyModel`. It counts the task column among ``max_features``.

    `RFE` renumbers the columns that are left: keep the task column first
    (``task_column=0``) or last (``task_column=-1``).

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
