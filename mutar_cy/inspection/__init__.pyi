"""Inspection of fitted models: coefficients as tables and as scikit-learn models."""

# Written by tools/make_stubs.py.

from typing import Any, Literal

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array
from mutar_cy.inspection._coef_frame import name_features as name_features
from mutar_cy.inspection._coefficients import fitted_model as fitted_model
from mutar_cy.inspection._coefficients import innermost as innermost
from mutar_cy.inspection._coefficients import read_coefficients as read_coefficients
from mutar_cy.inspection._coefficients import unwrap as unwrap

__all__ = [
    "coef_frame",
    "feature_importance",
    "fitted_model",
    "innermost",
    "name_features",
    "read_coefficients",
    "tidy",
    "to_sklearn",
    "unwrap",
]

def coef_frame(
    model: Any,
    *,
    feature_names: Array | None = None,
    part: Literal["shared", "specific"] | None = None,
    groups: bool = False,
) -> Any: ...
def feature_importance(estimator: Any) -> NDArray[Any]: ...
def tidy(
    model: Any,
    *,
    feature_names: Array | None = None,
    part: Literal["shared", "specific"] | None = None,
) -> Any: ...
def to_sklearn(model: Any, *, joint: bool = False) -> Any: ...
