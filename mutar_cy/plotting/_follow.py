"""The path of an estimator, and what was known of it when its strength was chosen."""

import numpy as np
from sklearn.base import clone

from mutar_cy.estimators import DirtyModel, dirty_path, mtw_path
from mutar_cy.model_selection import regularization_path
from mutar_cy.plotting._path import read_path

CURVES = {
    "mse_path_": "held-out squared error",
    "deviance_path_": "held-out deviance",
}


def follow_estimator(estimator, X, y, *, alphas, n_alphas, fit_params):
    """Return the path of an estimator as a plot of it takes it.

    Parameters
    ----------
    estimator : estimator
        With a strength, or one that chooses its strength; it is not changed.
    X, y : object
    alphas : array-like of shape (n_alphas,), or None
    n_alphas : int
        Without ``alphas``. Neither is looked at if the estimator has strengths to
        choose from.
    fit_params : dict or None

    Returns
    -------
    given : dict
    """
    fit_params = fit_params or {}
    if hasattr(estimator, "_model") and hasattr(estimator, "alphas"):
        return _follow_chosen(estimator, X, y, fit_params)
    path = regularization_path(
        estimator, X, y, alphas=alphas, n_alphas=n_alphas, **fit_params
    )
    return _with_best(read_path(path), estimator.alpha)


def _follow_chosen(estimator, X, y, fit_params):
    """Return the path of an estimator that chooses its strengths."""
    fitted = estimator
    if not hasattr(estimator, "alpha_"):
        fitted = clone(estimator).fit(X, y, **fit_params)
    row = _chosen_row(fitted)
    path, number = _path_of(fitted, row, X, y, fit_params)
    given = read_path(path, number)
    best = fitted.beta_ if given.get("strength") == "beta" else fitted.alpha_
    return _with_best(given, best) | _curve_of(fitted, row)


def _chosen_row(fitted):
    """Return the number of the path that was chosen from, () if there was one only."""
    if hasattr(fitted, "betas_"):
        found = (fitted.alphas_ == fitted.alpha_) & (fitted.betas_ == fitted.beta_)
        return int(np.argwhere(found)[0, 0])
    ratios = np.ravel(getattr(fitted, "l1_ratio", ()))
    if len(ratios) > 1:
        return int(np.argmax(ratios == fitted.l1_ratio_))
    return ()


def _path_of(fitted, row, X, y, fit_params):
    """Return a path over the strengths that were to be chosen from."""
    model, alphas = _model_of(fitted), fitted.alphas_
    alphas = alphas[row] if alphas.ndim > 1 else alphas
    if not hasattr(fitted, "betas_"):
        one_each = alphas.ndim > 1  # they were laid out for every task
        laid_out = {"n_alphas": len(alphas), "eps": fitted.eps}
        options = laid_out if one_each else {"alphas": alphas}
        return regularization_path(model, X, y, **options, **fit_params), None
    params, betas = model.get_params(), fitted.betas_[row]
    for name in ("alpha", "beta", "warm_start"):
        del params[name]
    params |= fit_params
    if not isinstance(model, DirtyModel):
        return mtw_path(X, y, alphas=alphas[:1], betas=betas, **params), 0
    ratios = betas / alphas
    if np.allclose(ratios, ratios[0], rtol=1e-12, atol=0.0):
        return dirty_path(X, y, alphas=alphas, ratios=ratios[:1], **params), 0
    return dirty_path(X, y, alphas=alphas, betas=betas[:1], **params), 0


def _model_of(fitted):
    """Return the model whose strength was chosen, with all else that was chosen."""
    model = fitted._model()
    if hasattr(fitted, "l1_ratio_"):
        model.set_params(l1_ratio=fitted.l1_ratio_)
    if getattr(fitted, "precompute", None) == "auto":  # not a value where one fits once
        model.set_params(precompute=False)
    return model


def _with_best(given, best):
    """Add the chosen strength, if it is one number within the path."""
    alphas = given["alphas"]
    within = np.ndim(best) == 0 and alphas[-1] <= best <= alphas[0]
    return {**given, "alpha_best": float(best) if within else None}


def _curve_of(fitted, row):
    """Return how well models did when the strength was chosen."""
    for name, title in CURVES.items():
        if hasattr(fitted, name):
            return {"mse_path": getattr(fitted, name)[row], "curve_name": title}
    values = fitted.criterion_path_[row]
    return {"criterion_path": values, "curve_name": fitted.criterion.upper()}
