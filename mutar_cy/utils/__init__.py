"""Costs on grids and small helpers, by the names that MuTaR gives them."""

from mutar_cy.utils._arrays import get_unsigned, residual
from mutar_cy.utils._convolution import klconv1d, klconv1d_list, kls, logsumexp
from mutar_cy.utils._ground import (
    compute_gamma,
    groundmetric,
    groundmetric2d,
    groundmetric_img,
)
from mutar_cy.utils._reading import read_array as read_array
from mutar_cy.utils._reading import read_axes as read_axes
from mutar_cy.utils._reading import read_columns as read_columns
from mutar_cy.utils._reading import read_kernel as read_kernel

__all__ = [
    "compute_gamma",
    "get_unsigned",
    "groundmetric",
    "groundmetric2d",
    "groundmetric_img",
    "klconv1d",
    "klconv1d_list",
    "kls",
    "logsumexp",
    "residual",
]
