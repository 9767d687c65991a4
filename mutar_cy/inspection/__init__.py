"""Inspection of fitted models: coefficients as tables and as scikit-learn models."""

from typing import TYPE_CHECKING

from mutar_cy._lib import lazy_attributes
from mutar_cy.inspection._coef_frame import coef_frame, name_features
from mutar_cy.inspection._coefficients import (
    fitted_model,
    innermost,
    read_coefficients,
    unwrap,
)
from mutar_cy.inspection._feature_importance import feature_importance
from mutar_cy.inspection._tidy import tidy

if TYPE_CHECKING:
    from mutar_cy.inspection._to_sklearn import to_sklearn
else:
    # Its module imports many of scikit-learn's models.
    __getattr__, __dir__ = lazy_attributes(
        __name__, {"to_sklearn": "mutar_cy.inspection._to_sklearn"}
    )

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
