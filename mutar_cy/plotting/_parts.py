"""Coefficients in two parts: what tasks share, and what they do not."""

from mutar_cy.plotting._checks import check_coef
from mutar_cy.plotting._fitted import read_coef

PARTS = ("shared", "specific")


def read_parts(estimator, parts):
    """Return the two parts of an estimator's coefficients, or None twice.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    parts : bool or "auto"
        Whether to have them. By default if something is specific.

    Returns
    -------
    shared, specific : ndarray of shape (n_features, n_columns), or None

    Raises
    ------
    ValueError
        If it has none but must.
    """
    if not (isinstance(parts, bool) or parts == "auto"):
        raise ValueError(f"parts must be True, False or 'auto', got {parts!r}.")
    has_none = not all(hasattr(estimator, f"coef_{part}_") for part in PARTS)
    if not parts or (parts == "auto" and has_none):
        return None, None
    shared, specific = (read_coef(estimator, part)[0] for part in PARTS)
    if parts == "auto" and not specific.any():
        return None, None
    return shared.reshape(len(shared), -1), specific.reshape(len(specific), -1)


def check_parts(coef, shared, specific):
    """Return coefficients, and what is to be drawn of them by its titles.

    Parameters
    ----------
    coef : array-like of shape (n_features,) or (n_features, n_columns)
    shared : array-like of shape (n_features,) or (n_features, n_columns), or None
    specific : array-like shaped as ``coef``, or None

    Returns
    -------
    coef : ndarray of shape (n_features, n_columns)
    parts : dict of str to ndarray

    Raises
    ------
    ValueError
        If they do not go together.
    """
    coef = check_coef(coef)
    if shared is None and specific is None:
        return coef, {"coefficients": coef}
    if shared is None or specific is None:
        lacking = PARTS[specific is None]
        raise ValueError(f"shared and specific go together, but {lacking} is None.")
    parts = {"shared": check_coef(shared, "shared")}
    parts["specific"] = check_coef(specific, "specific")
    for name, part in parts.items():
        common = name == "shared" and part.shape == (len(coef), 1)
        if part.shape != coef.shape and not common:
            raise ValueError(
                f"{name} has shape {part.shape}, but coef has shape {coef.shape}."
            )
    return coef, parts
