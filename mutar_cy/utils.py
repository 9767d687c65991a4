"""Costs on grids, convolutions and small helpers with the signatures of MuTaR."""

from mutar_cy.mutar import (
    compute_gamma,
    get_unsigned,
    groundmetric,
    groundmetric2d,
    groundmetric_img,
    klconv1d,
    klconv1d_list,
    kls,
    logsumexp,
    residual,
)

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
