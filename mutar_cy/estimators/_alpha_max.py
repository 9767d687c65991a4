"""The smallest strength that leaves no coefficient."""

from sklearn.base import clone

from mutar_cy.estimators._fitting import check_parameters


def alpha_max(estimator, X, y, **fit_params):
    """Return the smallest alpha for which all penalised coefficients are 0.

    It depends on the data and on every parameter but ``alpha`` itself, ``tol`` and
    ``max_iter``: intercepts, weights, groups and positivity all count. A second
    strength, as :class:`~mutar_cy.DirtyModel` has, is scaled along with ``alpha``: only
    their ratio counts. Grids of alpha are best laid out as fractions of it.

    Parameters
    ----------
    estimator : estimator
        One of this package's; it is not modified and need not be fitted.
    X, y : object
        The data, in any layout that ``estimator.fit`` takes.
    **fit_params : dict
        What else ``estimator.fit`` takes: ``sample_weight``, ``task``, and
        ``offset`` where it does.

    Returns
    -------
    alpha_max : float or ndarray
        In the unit of X times y, or of X where the loss is not the squared error. One
        number per task where every task has a penalty of its own:
        :class:`~mutar_cy.IndLasso`, and :class:`~mutar_cy.linear_model.Lasso` and
        :class:`~mutar_cy.linear_model.ElasticNet` with several targets.

    Raises
    ------
    TypeError
        If the estimator is not one of this package's.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, alpha_max
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.standard_normal((2, 30, 5)), rng.standard_normal((2, 30))
    >>> alpha = alpha_max(GroupLasso(), X, y)
    >>> bool(GroupLasso(alpha=alpha).fit(X, y).coef_.any())
    False
    >>> bool(GroupLasso(alpha=0.9 * alpha).fit(X, y).coef_.any())
    True
    """
    if not hasattr(estimator, "_alpha_max"):
        raise TypeError(
            f"alpha_max needs an estimator of mutar_cy, got {type(estimator).__name__}."
        )
    model = clone(estimator)
    check_parameters(model)
    return model._alpha_max(model._pose(X, y, **fit_params))
