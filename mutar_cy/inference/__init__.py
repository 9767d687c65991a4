"""Intervals and tests for the coefficients of a fitted model."""

from mutar_cy.inference._debias import DebiasedFit, debias
from mutar_cy.inference._desparsify import desparsify
from mutar_cy.inference._inference import Inference

__all__ = ["DebiasedFit", "Inference", "debias", "desparsify"]
