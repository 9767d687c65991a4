"""Models with two strengths, along paths in one of them."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, validate_params

from mutar_cy import tasks
from mutar_cy.estimators import (
    MTW,
    DirtyModel,
    RegularizationPath,
    check_parameters,
    path_fields,
)
from mutar_cy.model_selection._grids import dirty_grid, transport_grid
from mutar_cy.model_selection._regularization_path import follow_row

COUNT = [Interval(Integral, 1, None, closed="left")]
FRACTION = [Interval(Real, 0, 1, closed="neither")]


@validate_params(
    {
        "alphas": ["array-like", None],
        "betas": ["array-like", None],
        "ratios": [*COUNT, "array-like"],
        "n_alphas": COUNT,
        "eps": FRACTION,
    },
    prefer_skip_nested_validation=True,
)
def dirty_path(
    X,
    y,
    *,
    alphas=None,
    betas=None,
    ratios=5,
    n_alphas=100,
    eps=1e-3,
    sample_weight=None,
    task=None,
    **params,
):
    r"""Fit a dirty model over both of its strengths.

    Every fit is that of :class:`~mutar_cy.DirtyModel`, see there for the objective. For
    every ratio of ``beta`` to ``alpha`` there is a path in ``alpha``, on which a fit
    starts from the last one.

    Parameters
    ----------
    X, y : object
        The data, in any layout that ``DirtyModel.fit`` takes.
    alphas : array-like of shape (n_alphas,), default=None
        The strengths of the shared part, in any order. By default ``n_alphas`` for
        every ratio, from the smallest one that leaves no coefficient.
    betas : array-like of shape (n_paths,), default=None
        Strengths of the specific part, one for each path, in place of ratios; only with
        ``alphas``.
    ratios : int or array-like of shape (n_paths,), default=5
        Ratios of ``beta`` to ``alpha``, or how many of them to lay out: from one over
        the root of the number of columns, where the model is a lasso per task, to 1,
        where it is a group lasso.
    n_alphas : int, default=100
        How many strengths to lay out.
    eps : float, default=1e-3
        The last strength that is laid out, as a fraction of the first.
    sample_weight, task : object
        As ``DirtyModel.fit`` takes them.
    **params : dict
        Further parameters of :class:`~mutar_cy.DirtyModel`.

    Returns
    -------
    path : RegularizationPath
        Its arrays have an axis of paths before that of strengths; ``alphas`` and
        ``betas`` are of shape (n_paths, n_alphas).

    Raises
    ------
    ValueError
        If strengths or ratios are not positive and finite, ``betas`` come without
        ``alphas``, or as in ``DirtyModel.fit``.

    Warns
    -----
    ConvergenceWarning
        For every fit whose duality gap stayed above its target.

    See Also
    --------
    regularization_path : One path, in the ratio of an estimator's strengths.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import dirty_path
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 30, 5))
    >>> y = np.stack([X[0] @ [1, 1, 0, 0, 0], X[1] @ [1, 0, 1, 0, 0]])
    >>> path = dirty_path(X, y, ratios=2, n_alphas=3)
    >>> path.coefs.shape, path.alphas.shape
    ((5, 2, 2, 3), (2, 3))
    >>> print((path.betas / path.alphas).round(3)[:, 0])
    [0.707 1.   ]
    """
    model = DirtyModel(**params)
    check_parameters(model)
    posed = model._pose(X, y, sample_weight=sample_weight, task=task)
    given = n_alphas if alphas is None else alphas
    grid = dirty_grid(model, posed, given, eps, betas=betas, ratios=ratios)
    return _follow_grid(model, posed, grid, X)


@validate_params(
    {
        "alphas": ["array-like", Interval(Real, 0, None, closed="left")],
        "betas": ["array-like", None],
        "n_betas": COUNT,
        "eps": FRACTION,
    },
    prefer_skip_nested_validation=True,
)
def mtw_path(
    X,
    y,
    *,
    alphas=0.1,
    betas=None,
    n_betas=20,
    eps=1e-2,
    sample_weight=None,
    task=None,
    **params,
):
    r"""Fit a multi-task Wasserstein model over its strengths.

    Every fit is that of :class:`~mutar_cy.MTW`, see there for the objective. For every
    strength of transport ``alpha`` there is a path in ``beta``, on which a fit starts
    from the dual solution of the last one.

    Parameters
    ----------
    X, y : object
        The data, in any layout that ``MTW.fit`` takes.
    alphas : float or array-like of shape (n_paths,), default=0.1
        The strengths of transport, one for each path.
    betas : array-like of shape (n_betas,), default=None
        The strengths of the l1 term, in any order. By default ``n_betas`` from the
        smallest one at which a lasso per task has no coefficient.
    n_betas : int, default=20
        How many strengths to lay out.
    eps : float, default=1e-2
        The last strength that is laid out, as a fraction of the first.
    sample_weight, task : object
        As ``MTW.fit`` takes them.
    **params : dict
        Further parameters of :class:`~mutar_cy.MTW`.

    Returns
    -------
    path : RegularizationPath
        Its arrays have an axis of paths before that of strengths; ``alphas`` and
        ``betas`` are of shape (n_paths, n_betas), and ``betas`` descend.

    Raises
    ------
    ValueError
        If strengths are negative or not finite, or as in ``MTW.fit``.

    Warns
    -----
    ConvergenceWarning
        For every fit whose duality gap stayed above its target.

    See Also
    --------
    MTW : One fit.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import mtw_path
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2, 30, 5))
    >>> y = np.stack([X[0] @ [2, 0, 0, 0, 0], X[1] @ [0, 2, 0, 0, 0]])
    >>> path = mtw_path(X, y, alphas=1.0, betas=[1.0, 0.1])
    >>> path.coefs.shape, path.betas.tolist()
    ((5, 2, 1, 2), [[1.0, 0.1]])
    """
    alphas = np.atleast_1d(np.asarray(alphas, dtype=np.float64))
    model = MTW(**params)
    check_parameters(model)
    posed = model._pose(X, y, sample_weight=sample_weight, task=task)
    grid = transport_grid(
        model, posed, alphas, n_betas if betas is None else betas, eps
    )
    return _follow_grid(model, posed, grid, X)


def _follow_grid(model, posed, grid, X):
    """Return all paths of a grid."""
    fits = [
        model._fitted_attributes(posed[0], solution)
        for row in grid.rows
        for solution in follow_row(model, posed, row, frames=5)
    ]
    fields = path_fields(grid.alphas, fits)
    for name, values in fields.items():
        if name != "alphas":
            fields[name] = values.reshape(*values.shape[:-1], *grid.shape)
    return RegularizationPath(
        **fields,
        betas=grid.betas,
        feature_names=tasks.feature_names(model, X),
        tasks=posed[0].labels,
    )
