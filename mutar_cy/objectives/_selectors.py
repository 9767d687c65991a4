"""Selectors of scikit-learn, which read coefficients as (n_targets, n_features)."""

from inspect import currentframe

from sklearn.base import is_classifier

SELECTING = "sklearn.feature_selection"
AUTOMATIC = ("auto", "coef_")
NEAR = 8  # frames between a selector and this module; a subclass may stand between them


def refuse_selectors(estimator):
    """Raise if a selector has asked for this fit and would select by task.

    With ``importance_getter="auto"`` a selector takes ``coef_``, (n_features, n_tasks),
    for its transpose, and mostly says nothing. No method of the estimator is asked
    then, so this looks who calls.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    """
    axes = 2 if is_classifier(estimator) else 1  # of coef_, where both ways agree
    if not hasattr(estimator, "layout_") or estimator.coef_.ndim <= axes:
        return
    frame = currentframe()
    for _ in range(NEAR):
        frame = None if frame is None else frame.f_back
        if frame is None:
            return
        if not frame.f_globals.get("__name__", "").startswith(SELECTING):
            continue
        selector = frame.f_locals.get("self")
        if getattr(selector, "importance_getter", None) in AUTOMATIC:
            raise ValueError(
                f"{type(selector).__name__} takes coef_ for (n_targets, n_features), "
                f"but that of {type(estimator).__name__} is (n_features, n_tasks): it "
                f"would select by task. Pass importance_getter="
                f"mutar_cy.model_selection.feature_importance."
            )
