"""Debiasing by one factor per feature, as in M/EEG source imaging."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import nnls

from mutar_cy import tasks
from mutar_cy._lib import one_blas_thread
from mutar_cy.inference._desparsify import DROP_INS, check_model, model_of_fit
from mutar_cy.inference._working_design import centred, dense, sample_weights
from mutar_cy.inspection import fitted_model


@dataclass(frozen=True, eq=False, kw_only=True)
class DebiasedFit:
    """Coefficients that are multiplied by a factor per feature or group.

    Every parameter is an attribute.

    Parameters
    ----------
    factors : ndarray of shape (n_groups,)
        Factors of the groups, or of the features where there are no groups: 1 or more,
        and 1 for those that are not selected.
    coef : ndarray
        The coefficients, shaped as ``coef_``.
    intercept : float or ndarray
        The intercepts, shaped as ``intercept_``.

    See Also
    --------
    debias : Makes it, with an example.
    """

    factors: np.ndarray
    coef: np.ndarray
    intercept: Any


@one_blas_thread()
def debias(model, X, y, sample_weight=None, task=None):
    r"""Return coefficients whose amplitudes are fitted again, by a factor per feature.

    The penalty shrinks the coefficients of a feature in all tasks. Their proportions
    :math:`w_j` are kept here, and factors are fitted by least squares,

    .. math::

        \min_{d \ge 1} \sum_k \frac{1}{2 n_k}
            \Big\| y_k - \sum_j d_j \, x_{jk} w_{jk} \Big\|^2

    with one factor for all features of a group. This is what MNE-Python calls debiasing
    of mixed-norm estimates [1]_: sources keep their time courses, and get more
    amplitude. ``relax`` of the cross-validated classes refits every task instead.

    Parameters
    ----------
    model : estimator
        A fitted model with squared error, as :func:`desparsify` takes them.
    X, y : object
        The data that the model was fitted to, in the same layout.
    sample_weight : float or array-like, default=None
        As in ``fit``.
    task : array-like of shape (n_samples,), default=None
        As in ``fit``.

    Returns
    -------
    debiased : DebiasedFit
        With ``factors``, ``coef`` and ``intercept``.

    Raises
    ------
    TypeError
        If the model is of another class.
    ValueError
        If its loss is not squared error.

    References
    ----------
    .. [1] A. Gramfort, M. Kowalski, M. Hamalainen (2012), Mixed-norm estimates for the
       M/EEG inverse problem using accelerated gradient methods, Physics in Medicine and
       Biology 57. Section 2.4.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.inference import debias
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((50, 10))
    >>> Y = X[:, :1] * [1.0, 2.0] + 0.1 * rng.standard_normal((50, 2))
    >>> model = GroupLasso(alpha=1.0).fit(X, Y)
    >>> print(model.coef_[0].round(2), debias(model, X, Y).coef[0].round(2))
    [0.52 1.06] [0.98 2.02]
    """
    model, _ = fitted_model(model, "debias")
    loss = getattr(model, "loss", "squared_error")
    loss = getattr(loss, "name", loss)
    if hasattr(model, "classes_") or loss != "squared_error":
        raise ValueError(
            f"debias needs squared error, but {type(model).__name__} has another loss."
        )
    check_model(model, "debias")
    given = {"sample_weight": sample_weight, "task": task}
    given = {name: value for name, value in given.items() if value is not None}
    data = model_of_fit(model)._read(X, y, **given)
    fitted = np.asarray(model.coef_, dtype=np.float64)
    rows = np.atleast_2d(fitted).T if isinstance(model, DROP_INS) else fitted
    columns = rows.reshape(data.n_features, -1)
    groups = getattr(model, "groups_", list(np.arange(len(columns))[:, np.newaxis]))
    ignores = getattr(model, "missing_targets", "raise") == "ignore"
    parts = tasks.make_parts(data, missing=ignores)
    factors = fit_factors(parts, columns, groups, model.fit_intercept)
    scales = np.ones(len(columns))
    for factor, own in zip(factors, groups, strict=True):
        scales[own] = factor
    coef = columns * scales[:, np.newaxis]
    intercept = np.zeros(np.shape(model.intercept_))
    if model.fit_intercept:
        intercept = intercepts(parts, coef).reshape(intercept.shape)
    shaped = coef.T if isinstance(model, DROP_INS) else coef
    return DebiasedFit(
        factors=factors, coef=shaped.reshape(fitted.shape), intercept=intercept
    )


def weighted_columns(parts):
    """Yield design, target, weights that sum to 1, and number of every column."""
    number = 0
    for part in parts:
        weight, kept = sample_weights(part)
        weight = weight[kept] * (part.task_weight / weight[kept].sum())
        X = dense(part.X)[kept]
        for y in part.Y[kept].T:
            yield X, y, weight, number
            number += 1


def fit_factors(parts, coef, groups, fit_intercept):
    """Return the factors of all groups, 1 at least.

    Parameters
    ----------
    parts : list of DesignTargets
    coef : ndarray of shape (n_features, n_columns)
    groups : list of ndarray of int
    fit_intercept : bool
    """
    factors = np.ones(len(groups))
    selected = [k for k, own in enumerate(groups) if coef[own].any()]
    if not selected:
        return factors
    left, right = [], []
    for X, y, weight, c in weighted_columns(parts):
        fits = [X[:, groups[k]] @ coef[groups[k], c] for k in selected]
        A = centred(np.column_stack([*fits, y]), weight, fit_intercept)
        A = np.sqrt(weight)[:, np.newaxis] * A
        left.append(A[:, :-1])
        right.append(A[:, -1])
    A, b = np.concatenate(left), np.concatenate(right)
    factors[selected] = 1.0 + nnls(A, b - A.sum(axis=1))[0]
    return factors


def intercepts(parts, coef):
    """Return the intercepts of least squares for given coefficients, by columns."""
    return np.array(
        [
            np.average(y - X @ coef[:, c], weights=weight)
            for X, y, weight, c in weighted_columns(parts)
        ]
    )
