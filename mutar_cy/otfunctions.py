"""Unbalanced barycentres with the signatures of MuTaR."""

from mutar_cy.mutar import (
    barycenterkl,
    barycenterkl_img,
    barycenterkl_img_log,
    barycenterkl_log,
)

__all__ = [
    "barycenterkl",
    "barycenterkl_img",
    "barycenterkl_img_log",
    "barycenterkl_log",
]
