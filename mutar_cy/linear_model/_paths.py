"""scikit-learn's paths: coefficients along a grid of alphas."""

import sys
from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import (
    Hidden,
    Interval,
    StrOptions,
    validate_params,
)

from mutar_cy._lib import one_blas_thread
from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.objectives import warn_unconverged_path, warn_user
from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max, solve_path
from mutar_cy.tasks import check_design, check_target, check_weights

# The smallest strength of an automatic grid, if no feature explains anything.
TINY = np.finfo(np.float64).resolution


def which_alphas(n_alphas, alphas):
    """Follow scikit-learn 1.9 in telling the strengths, deprecations included."""
    grid = 100
    if n_alphas != "deprecated":
        _deprecate(
            "'n_alphas' was deprecated in 1.9 and will be removed in 1.11. 'alphas' "
            "now accepts an integer value which removes the need to pass 'n_alphas'."
        )
        grid = n_alphas
    if alphas is None:
        _deprecate(
            "'alphas=None' is deprecated and will be removed in 1.11, at which point "
            "the default value will be set to 100. Set 'alphas=100' to silence this "
            "warning."
        )
        return grid
    return grid if isinstance(alphas, str) else alphas


def _deprecate(message):
    warn_user(message, FutureWarning)


def alpha_grid(stack, l1_ratio, eps, n_alphas, positive):
    """Lay out strengths from the smallest that leaves no coefficient down."""
    if l1_ratio == 0:
        raise ValueError(
            "Automatic alpha grid generation is not supported for l1_ratio=0. Please "
            "supply a grid by providing your estimator with the appropriate `alphas=` "
            "argument."
        )
    largest = alpha_max(stack, L21(1.0, positive=positive)) / l1_ratio
    if largest <= TINY:
        return np.full(n_alphas, TINY)
    return np.geomspace(largest, largest * eps, num=n_alphas)


_CONSTRAINTS = {
    "X": ["array-like", "sparse matrix"],
    "y": ["array-like"],
    "eps": [Interval(Real, 0.0, None, closed="neither")],
    "n_alphas": [
        Interval(Integral, 1, None, closed="left"),
        Hidden(StrOptions({"deprecated"})),
    ],
    "alphas": [
        Interval(Integral, 1, None, closed="left"),
        "array-like",
        None,
        Hidden(StrOptions({"warn"})),
    ],
    "precompute": [StrOptions({"auto"}), "boolean", "array-like"],
    "Xy": ["array-like", None],
    "copy_X": ["boolean"],
    "coef_init": ["array-like", None],
    "verbose": ["verbose"],
    "return_n_iter": ["boolean"],
    "positive": ["boolean"],
}


@validate_params(
    {
        **_CONSTRAINTS,
        "l1_ratio": [Interval(Real, 0.0, 1.0, closed="both")],
        "check_input": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
@one_blas_thread()
def enet_path(
    X,
    y,
    *,
    l1_ratio=0.5,
    eps=1e-3,
    n_alphas="deprecated",
    alphas="warn",
    precompute="auto",
    Xy=None,
    copy_X=True,
    coef_init=None,
    verbose=False,
    return_n_iter=False,
    positive=False,
    check_input=True,
    **params,
):
    r"""Compute the elastic net along a path of alphas.

    For every :math:`\alpha` of the path, the coefficients minimise

    .. math::

        \frac{1}{2 n} \| Y - X W^\top \|_F^2
        + \alpha \rho \, \| W^\top \|_{2,1}
        + \frac{\alpha (1 - \rho)}{2} \| W \|_F^2

    with :math:`\rho` for ``l1_ratio``; for a 1-D y the middle term is the l1 norm. No
    intercept is fitted: centre X and y before.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The design; it is neither changed nor copied.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        The targets.
    l1_ratio : float, default=0.5
        Between 0 (ridge) and 1 (lasso).
    eps : float, default=1e-3
        Last alpha of an automatic path, as a fraction of its first.
    n_alphas : int
        Deprecated as in scikit-learn 1.9: give a number to ``alphas``.
    alphas : int or array-like, default=100
        The alphas, or their number: a geometric sequence from the smallest one that
        leaves no coefficient down.
    precompute, Xy, copy_X : object
        Without effect: the solver decides on Gram matrices, and never writes into X.
    coef_init : array-like of shape ([n_targets, ]n_features), default=None
        Where to start.
    verbose : bool or int, default=False
        Whether to write a dot to stderr after every alpha.
    return_n_iter : bool, default=False
        Whether to return the numbers of iterations.
    positive : bool, default=False
        Whether coefficients must not be negative; only for a 1-D y.
    check_input : bool, default=True
        Accepted for scikit-learn's sake, without effect.
    **params : dict
        ``tol``, ``max_iter`` and ``sample_weight``; ``random_state``, ``selection`` and
        ``do_screening`` have no effect.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,)
        The alphas, descending.
    coefs : ndarray of shape ([n_targets, ]n_features, n_alphas)
        The coefficients.
    dual_gaps : ndarray of shape (n_alphas,)
        The duality gaps.
    n_iters : list of int
        The numbers of iterations, with ``return_n_iter``.

    Raises
    ------
    ValueError
        If ``positive`` is set with several targets, ``l1_ratio`` is 0 and ``alphas`` is
        not given, or a parameter is unknown.

    Warns
    -----
    ConvergenceWarning
        If the duality gap stayed above its target at some alphas; once a path.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import enet_path
    >>> X = np.array([[1, 2, 3.1], [2.3, 5.4, 4.3]]).T
    >>> alphas, coefs, gaps = enet_path(X, [1, 2, 3.1], l1_ratio=1.0, alphas=[5.0, 0.5])
    >>> print(coefs.round(2))
    [[0.   0.47]
     [0.22 0.24]]
    """
    grid = which_alphas(n_alphas, alphas)
    X, y = check_design(None, X), check_target(y, "y")
    if y.ndim == 2 and positive:
        raise ValueError("positive=True is not allowed for multi-output (y.ndim != 1)")
    options, weights = _solver_options(params)
    Y = y if y.ndim == 2 else y[:, np.newaxis]
    stack = make_scaled_data(
        [DesignTargets(X, Y, check_weights(weights, (len(y),)))], False
    )
    if isinstance(grid, Integral):
        grid = alpha_grid(stack, l1_ratio, eps, grid, positive)
    grid = np.sort(np.asarray(grid, dtype=np.float64))[::-1]
    penalties = [L21(a * l1_ratio, None, a * (1 - l1_ratio), positive) for a in grid]
    coefs, gaps, n_iters = _solve_all(stack, penalties, coef_init, verbose, options)
    coefs = coefs[0] if y.ndim == 1 else coefs
    path = grid, coefs.astype(X.dtype), gaps
    return (*path, n_iters) if return_n_iter else path


def _solver_options(params):
    """Return what the solver takes of a path's further parameters, and the weights."""
    params = dict(params)
    options = {"tol": params.pop("tol", 1e-4), "max_iter": params.pop("max_iter", 1000)}
    weights = params.pop("sample_weight", None)
    for name in ("random_state", "selection", "do_screening"):
        params.pop(name, None)
    if params:
        raise ValueError("Unexpected parameters in params", params.keys())
    return options, weights


def _solve_all(stack, penalties, coef, verbose, options):
    """Solve one problem after the other, each from the last one's coefficients.

    Returns
    -------
    coefs : ndarray of shape (n_targets, n_features, n_alphas)
    gaps : ndarray of shape (n_alphas,)
    n_iters : list of int
    """
    if coef is not None:
        coef = np.atleast_2d(np.asarray(coef, dtype=np.float64)).T.copy()
    solutions = []
    for solution in solve_path(stack, penalties, coef=coef, **options):
        solutions.append(solution)
        if verbose:
            sys.stderr.write(".")
    missed = [solution for solution in solutions if not solution.converged]
    warn_unconverged_path(missed, len(solutions))
    coefs = np.stack([solution.coef.T for solution in solutions], axis=-1)
    gaps = np.array([solution.dual_gap for solution in solutions])
    return coefs, gaps, [solution.n_iter for solution in solutions]


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
def lasso_path(
    X,
    y,
    *,
    eps=1e-3,
    n_alphas="deprecated",
    alphas="warn",
    precompute="auto",
    Xy=None,
    copy_X=True,
    coef_init=None,
    verbose=False,
    return_n_iter=False,
    positive=False,
    **params,
):
    """Compute the lasso along a path of alphas.

    This is :func:`enet_path` with ``l1_ratio=1``; see there for the objective, the
    parameters and what is returned.

    Parameters
    ----------
    X, y, eps, n_alphas, alphas, precompute, Xy, copy_X, coef_init : object
        As :func:`enet_path` takes them, and so all that follow.
    verbose, return_n_iter, positive : bool
        See there.
    **params : dict
        See there.

    Returns
    -------
    alphas, coefs, dual_gaps : ndarray
        As :func:`enet_path` returns them.
    """
    return enet_path(
        X,
        y,
        l1_ratio=1.0,
        eps=eps,
        n_alphas=n_alphas,
        alphas=alphas,
        precompute=precompute,
        Xy=Xy,
        copy_X=copy_X,
        coef_init=coef_init,
        verbose=verbose,
        return_n_iter=return_n_iter,
        positive=positive,
        **params,
    )
