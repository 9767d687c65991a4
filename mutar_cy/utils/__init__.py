"""Costs on grids and small helpers, by the names that MuTaR gives them."""

from mutar_cy.utils._arrays import get_unsigned, residual
from mutar_cy.utils._ground import (
    compute_gamma,
    groundmetric,
    groundmetric2d,
    groundmetric_img,
)

__all__ = [
    "compute_gamma",
    "get_unsigned",
    "groundmetric",
    "groundmetric2d",
    "groundmetric_img",
    "residual",
]
