"""Functions of MuTaR, with its names, arguments and returns."""

from mutar_cy.mutar._otfunctions import (
    barycenterkl,
    barycenterkl_img,
    barycenterkl_img_log,
    barycenterkl_log,
)
from mutar_cy.mutar._solvers import solver_dirty, solver_lasso, solver_mll
from mutar_cy.mutar._utils import (
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
    "barycenterkl",
    "barycenterkl_img",
    "barycenterkl_img_log",
    "barycenterkl_log",
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
    "solver_dirty",
    "solver_lasso",
    "solver_mll",
]
