"""Barycentres by the names, the arguments and the returns of MuTaR."""

from mutar_cy.otfunctions._images import barycenterkl_img, barycenterkl_img_log
from mutar_cy.otfunctions._matrix import barycenterkl, barycenterkl_log

__all__ = [
    "barycenterkl",
    "barycenterkl_img",
    "barycenterkl_img_log",
    "barycenterkl_log",
]
